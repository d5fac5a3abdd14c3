import type { Part } from "../schema/chunk.ts";
import { checkFailure } from "./failure.ts";
import type { Judge } from "./verdict.ts";

/** What was passed before is judged again with what follows, as far as this: what is bad may lie across. */
const OVERLAP_CHARS = 100;
/** What is held of one answer, with its reasoning and the arguments of its calls. */
const MAX_HELD_CHARS = 2_000_000;

/** One choice of an answer. */
interface HeldText {
  /** What nobody has judged. */
  text: string;
  /** The end of what has passed. */
  before: string;
}

/**
 * Holds an answer back until it has been judged, a window at a time, and then lets it pass as it came. Without
 * `windowChars` it is judged once, as a whole. `onEnd` is told when nothing of it is wanted any more.
 */
export class HoldBack {
  readonly #judge: Judge;
  readonly #windowChars: number;
  readonly #onEnd: () => void;
  #held: Part[] = [];
  #heldChars = 0;
  readonly #texts = new Map<number, HeldText>();

  constructor(
    judge: Judge,
    { windowChars = Infinity, onEnd }: { windowChars?: number | undefined; onEnd: () => void },
  ) {
    this.#judge = judge;
    this.#windowChars = windowChars;
    this.#onEnd = onEnd;
  }

  async read(next: () => Promise<Part[]>): Promise<Part[]> {
    try {
      for (;;) {
        const parts = await next();
        // Nothing follows: it has ended, or nobody waits for it.
        if (parts.length === 0) return [];
        if (this.#take(parts)) return await this.#release();
      }
    } catch (error) {
      this.cancel();
      throw error;
    }
  }

  cancel(): void {
    this.#held = [];
    this.#onEnd();
  }

  /** Takes parts in; true when what is held is to be judged now. */
  #take(parts: Part[]): boolean {
    let isDue = false;
    for (const part of parts) {
      this.#held.push(part);
      if (part.type === "delta") isDue = this.#hold(part) || isDue;
      else if (part.type === "finish") isDue ||= this.#windowChars !== Infinity;
      else isDue ||= part.type === "done" || part.type === "failure";
    }
    if (this.#heldChars > MAX_HELD_CHARS) throw checkFailure("The answer could not be checked: it is too long.");
    return isDue;
  }

  #hold({ index, delta }: Part & { type: "delta" }): boolean {
    const { content = "", refusal = "", audio, reasoning = "", tool_calls: calls = [] } = delta;
    const said = content + refusal + (audio?.transcript ?? "");
    this.#heldChars += said.length + reasoning.length;
    for (const { function: call } of calls) this.#heldChars += call.arguments?.length ?? 0;
    if (said === "") return false;
    const held = this.#texts.get(index) ?? { text: "", before: "" };
    held.text += said;
    this.#texts.set(index, held);
    return held.text.length >= this.#windowChars;
  }

  async #release(): Promise<Part[]> {
    const unjudged = [...this.#texts.values()].filter(({ text }) => text !== "");
    await this.#judge(unjudged.map(({ before, text }) => before + text));
    for (const held of unjudged) {
      held.before = (held.before + held.text).slice(-OVERLAP_CHARS);
      held.text = "";
    }
    const released = this.#held;
    this.#held = [];
    this.#heldChars = 0;
    return released;
  }
}
