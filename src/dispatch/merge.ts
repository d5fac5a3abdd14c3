import type { UpstreamFailure } from "../errors.ts";
import type { Part, WireError } from "../schema/chunk.ts";

/** How one of the merged answers ended. */
export type MergedEnd = { how: "finished" } | { how: "cut"; failure: UpstreamFailure };

/** What gives one of the answers: at least one part at a time, the last one of all is `done` or `failure`. */
interface Source {
  read(): Promise<Part[]>;
}

interface Arrival {
  index: number;
  parts: Part[];
  /** Instead of an answer. */
  error?: WireError;
}

/**
 * Several answers of one choice each as one answer of several choices: parts as they come, each with the index of its
 * choice. A choice that goes wrong ends with its error while the others go on; when all have gone wrong, the answer has.
 *
 * Of each answer one piece is read ahead, and the next one when that has been taken: a client that reads slowly slows all
 * of them down.
 */
export class Merge {
  readonly #sources = new Map<number, Source>();
  readonly #arrivals: Arrival[] = [];
  /** Choices that have not ended. */
  readonly #open: Set<number>;
  readonly #onEnd: (index: number, end: MergedEnd) => WireError | undefined;
  readonly #finished = new Set<number>();
  #hasWhole = false;
  #isClosed = false;
  /** Wakes the read that waits. */
  #wake: (() => void) | undefined;

  /** `onEnd` hears how each answer ended, and gives the error of one that was cut as its client sees it. */
  constructor(count: number, onEnd: (index: number, end: MergedEnd) => WireError | undefined) {
    this.#open = new Set(Array(count).keys());
    this.#onEnd = onEnd;
  }

  /** The answer of a choice begins. */
  begin(index: number, source: Source): void {
    this.#sources.set(index, source);
    this.#readOn(index);
  }

  /** A choice will have no answer. */
  fail(index: number, error: WireError): void {
    this.#arrive({ index, parts: [], error });
  }

  /** Nothing of it is wanted any more. */
  close(): void {
    this.#isClosed = true;
    this.#wake?.();
  }

  /** The next parts of all choices, at least one; the last one of all is `done` or `failure`. Empty after that. */
  async read(): Promise<Part[]> {
    const parts: Part[] = [];
    while (parts.length === 0 && !this.#isClosed && this.#open.size > 0) {
      for (const arrival of this.#arrivals.splice(0)) this.#take(arrival, parts);
      if (parts.length > 0) break;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return parts;
  }

  #readOn(index: number): void {
    const arrive = (parts: Part[]) => this.#arrive({ index, parts });
    this.#sources
      .get(index)
      ?.read()
      .then(arrive, (error) => arrive([unreadable(error)]));
  }

  #arrive(arrival: Arrival): void {
    this.#arrivals.push(arrival);
    this.#wake?.();
  }

  #take({ index, parts: given, error }: Arrival, parts: Part[]): void {
    // What was not asked for is no choice; usage and origin are told of all together.
    for (const part of given)
      if ((part.type === "delta" || part.type === "finish") && part.index === 0) this.#give({ ...part, index }, parts);
    const last = given.at(-1);
    if (error) this.#end(index, error, parts);
    else if (last?.type === "done") this.#end(index, this.#onEnd(index, { how: "finished" }), parts);
    else if (last === undefined || last.type === "failure") {
      const { failure } = last ?? INTERRUPTED;
      this.#end(index, this.#onEnd(index, { how: "cut", failure }) ?? UNKNOWN, parts);
    } else this.#readOn(index);
  }

  /** Of a choice only the first end counts. */
  #give(part: Part & { type: "delta" | "finish" }, parts: Part[]): void {
    if (part.type === "finish") {
      if (this.#finished.has(part.index)) return;
      this.#finished.add(part.index);
    }
    parts.push(part);
  }

  #end(index: number, error: WireError | undefined, parts: Part[]): void {
    this.#open.delete(index);
    this.#hasWhole ||= error === undefined;
    const isLast = this.#open.size === 0;
    // The error of the last one is that of the whole answer.
    if (isLast && !this.#hasWhole) {
      parts.push(INTERRUPTED);
      return;
    }
    const finishReason = error ? "error" : "stop";
    this.#give({ type: "finish", index, finishReason, nativeFinishReason: null, ...(error && { error }) }, parts);
    if (isLast) parts.push({ type: "done" });
  }
}

const UNKNOWN: WireError = { code: 502, message: "The answer broke off." };

const INTERRUPTED: Part & { type: "failure" } = {
  type: "failure",
  failure: { kind: "interrupted", message: "No choice came to its end." },
};

function unreadable(error: unknown): Part {
  console.error("an answer cannot be read", String(error));
  return INTERRUPTED;
}
