import type { UpstreamFailure } from "../errors.ts";
import type { Delta, Part } from "../schema/chunk.ts";
import { Assembler } from "../stream/assemble.ts";
import type { WireError } from "../stream/encode.ts";
import { ChunkEncoder, DONE_EVENT, type Envelope } from "../stream/encode.ts";
import type { TextFeed } from "../stream/gather.ts";
import type { AnswerStyle } from "../stream/style.ts";
import { StyledEncoder, styleBody } from "../stream/styled.ts";
import type { WireUsage } from "../usage/wire-usage.ts";
import type { Attempt } from "./attempt.ts";
import { withoutRepeatedSpace } from "./continuation.ts";
import { type Guard, refusedAs } from "./extras.ts";
import type { Tally } from "./tally.ts";

/** How an answer ended, told once. */
export type AnswerEnd =
  | { how: "finished" }
  | { how: "cut"; failure: UpstreamFailure }
  | { how: "cancelled" }
  /** The rest was kept from the client. */
  | { how: "refused"; finishReason: "content_filter" | "error" };

/** What gives an answer, part by part. */
export interface Answering {
  /** The next parts, at least one; the last one of all is `done` or `failure`. */
  read(): Promise<Part[]>;
  /** What has come so far. */
  readonly tally: Pick<Tally, "finish" | "serviceTier" | "systemFingerprint">;
}

/** What a chunk says of where it comes from. */
export interface Shown {
  /** Public id of the model. */
  model: string;
  /** Display name of the provider. */
  provider: string;
}

export interface AnswerOptions {
  envelope: Envelope;
  /** How many choices the answer has; absent: one. */
  choices?: number | undefined;
  /** Where each choice comes from, where they are not all from one call. */
  sourceOf?: ((index: number) => (Shown & { fingerprint: string | undefined }) | undefined) | undefined;
  /** Whether reasoning is kept from the client. */
  excludesReasoning: boolean;
  /** What the answer has used and costs, and all that was spent beside it; asked for when it has ended. */
  usage: () => WireUsage;
  /** How the request was routed, for a client that asked. */
  explain?: (() => Record<string, unknown>) | undefined;
  /** The bodies that were sent upstream, one for each attempt, for a client that asked. */
  sent?: unknown[];
  /** Goes on with an answer that broke off after so much text; undefined when nobody can. */
  proceed?: ((failure: UpstreamFailure, text: string) => Promise<Attempt | undefined>) | undefined;
  /** Sees the answer before the client does. */
  guard?: Guard | undefined;
  /** How the client's dialect differs from the contract; undefined: in nothing. */
  style?: AnswerStyle | undefined;
  /** Further fields of the first chunk, or of the body. */
  fields?: Record<string, unknown> | undefined;
  /** An error that takes the place of the rest, as the client sees it. */
  toRefusal: (error: unknown) => WireError;
  /** An in-stream failure as the client sees it. */
  toWireError: (failure: UpstreamFailure) => WireError;
  onEnd: (end: AnswerEnd) => void;
}

/** Writes an opened attempt as the contract's event stream: chunks, finish, usage, `[DONE]`, or an error chunk. */
export class AnswerFeed implements TextFeed<Part[]> {
  #attempt: Answering;
  readonly #options: AnswerOptions;
  readonly #encoder: ChunkEncoder;
  /** What has been said, where it may have to be continued; undefined once there is more to it than text. */
  #said: string | undefined = "";
  /** Why the answer broke off, until someone goes on with it. */
  #broken: (Part & { type: "failure" }) | undefined;
  /** How much white space at the end of what was said a continuation may repeat. */
  #spacesHad = 0;
  /** What the guard said in place of the rest. */
  #refused: { error: unknown } | undefined;
  /** Parts that were read before anybody asked for text. */
  #primed: Part[] | undefined;
  #hasFields: boolean;
  #end: AnswerEnd = { how: "finished" };
  readonly #finished = new Set<number>();
  #isOver = false;

  constructor(attempt: Answering, options: AnswerOptions) {
    this.#attempt = attempt;
    this.#options = options;
    const { envelope, style, fields } = options;
    this.#encoder = style ? new StyledEncoder(envelope, style, fields) : new ChunkEncoder(envelope, fields);
    this.#hasFields = fields !== undefined;
  }

  read(): Promise<Part[]> {
    const { guard, proceed } = this.#options;
    if (guard) return this.#readGuarded(guard);
    return proceed ? this.#readOn(proceed) : this.#attempt.read();
  }

  /** Waits for what a guard lets pass first. Throws what it says in place of the answer. */
  async prime(): Promise<void> {
    this.#primed = await this.read();
    if (this.#refused) throw this.#refused.error;
  }

  async #readGuarded(guard: Guard): Promise<Part[]> {
    const primed = this.#primed;
    this.#primed = undefined;
    if (primed) return primed;
    const { proceed } = this.#options;
    try {
      return await guard.read(() => (proceed ? this.#readOn(proceed) : this.#attempt.read()));
    } catch (error) {
      this.#refused = { error };
      return [];
    }
  }

  /** Reads, and goes on elsewhere when the answer has broken off. */
  async #readOn(proceed: NonNullable<AnswerOptions["proceed"]>): Promise<Part[]> {
    const broken = this.#broken;
    if (broken) {
      this.#broken = undefined;
      const said = this.#said ?? "";
      const next = await proceed(broken.failure, said);
      if (!next) return [broken];
      this.#attempt = next;
      this.#encoder.setProvider(next.endpoint.provider.name);
      this.#spacesHad = said.length - said.trimEnd().length;
    }
    const parts = await this.#attempt.read();
    this.#listen(parts);
    const last = parts.at(-1);
    if (last?.type !== "failure" || !this.#said) return parts;
    // What came before is not kept waiting.
    this.#broken = last;
    parts.pop();
    return parts.length > 0 ? parts : this.#readOn(proceed);
  }

  #listen(parts: Part[]): void {
    for (const part of parts) {
      if (part.type !== "delta" || this.#said === undefined) continue;
      if (this.#spacesHad > 0 && part.delta.content !== undefined) this.#joinOn(part.delta);
      const { content, reasoning: _, reasoning_details: __, ...others } = part.delta;
      const isText = part.index === 0 && Object.keys(others).length === 0;
      this.#said = isText ? this.#said + (content ?? "") : undefined;
    }
  }

  /** Joins a continuation to what ended in white space. */
  #joinOn(delta: Delta): void {
    const { content = "" } = delta;
    const rest = withoutRepeatedSpace(content, this.#spacesHad);
    this.#spacesHad = rest === "" ? this.#spacesHad - content.length : 0;
    if (rest === "") delete delta.content;
    else delta.content = rest;
  }

  write(parts: Part[]): { text: string; isLast: boolean } {
    let text = "";
    for (const body of this.#options.sent?.splice(0) ?? []) text += this.#encoder.sent(body);
    if (this.#refused) return { text: text + this.#refusal(this.#refused.error), isLast: true };
    if (parts.length === 0) return { text, isLast: true };
    for (const part of parts) {
      text += this.#encode(part);
      if (this.#hasFields && text !== "") this.#dropFields();
      if (part.type === "done") return { text: text + this.#ending(), isLast: true };
      if (part.type === "failure") {
        this.#end = { how: "cut", failure: part.failure };
        return { text: text + this.#error(this.#options.toWireError(part.failure)), isLast: true };
      }
    }
    return { text, isLast: false };
  }

  delivered(): void {
    this.#tell(this.#end);
  }

  cancelled(): void {
    this.#tell({ how: "cancelled" });
  }

  #encode(part: Part): string {
    if (part.type === "delta") {
      // What comes after the finish reason is no part of the answer.
      if (this.#finished.has(part.index)) return "";
      const shown = this.#options.excludesReasoning ? withoutReasoning(part) : part;
      return shown ? this.#encoderOf(part.index).delta(shown) : "";
    }
    if (part.type === "finish") {
      if (this.#finished.has(part.index)) return "";
      this.#finished.add(part.index);
      return this.#encoderOf(part.index).finish(part.index, part.finishReason, part.nativeFinishReason, part.error);
    }
    if (part.type === "origin" && part.systemFingerprint !== undefined)
      this.#encoder.setFingerprint(part.systemFingerprint);
    return "";
  }

  #encoderOf(index: number): ChunkEncoder {
    const source = this.#options.sourceOf?.(index);
    if (source) this.#encoder.show(source, source.fingerprint);
    return this.#encoder;
  }

  #ending(): string {
    const { finish, serviceTier } = this.#attempt.tally;
    const { usage, explain, choices = 1 } = this.#options;
    // Of several choices each has told its end.
    const choice =
      choices > 1 ? undefined : (finish ?? { index: 0, finishReason: "stop" as const, nativeFinishReason: null });
    return this.#encoder.usage(usage(), choice, serviceTier, explain?.()) + DONE_EVENT;
  }

  #refusal(error: unknown): string {
    this.#end = { how: "refused", finishReason: refusedAs(error) };
    return this.#error(this.#options.toRefusal(error));
  }

  /** All choices that have no end yet have gone wrong. */
  #error(error: WireError): string {
    const { choices = 1, explain } = this.#options;
    const indexes = choices > 1 ? [...Array(choices).keys()].filter((index) => !this.#finished.has(index)) : undefined;
    return this.#encoder.error(error, explain?.(), indexes) + DONE_EVENT;
  }

  /** They stand in the first chunk only. */
  #dropFields(): void {
    this.#hasFields = false;
    this.#encoder.dropFields();
  }

  #tell(end: AnswerEnd): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#options.onEnd(end);
  }
}

/** Reads an opened attempt to its end and gives the body of a `chat.completion`. */
export async function readCompletion(
  attempt: Answering,
  options: Omit<AnswerOptions, "onEnd" | "toWireError" | "toRefusal" | "proceed">,
): Promise<string> {
  const assembler = new Assembler();
  for (let isOver = false; !isOver; ) {
    const parts = options.guard ? await options.guard.read(() => attempt.read()) : await attempt.read();
    isOver = parts.length === 0;
    for (const part of parts) {
      const shown = part.type === "delta" && options.excludesReasoning ? withoutReasoning(part) : part;
      if (shown) assembler.take(shown);
      isOver ||= part.type === "done" || part.type === "failure";
    }
  }
  const { id, created, model, provider } = options.envelope;
  const { systemFingerprint, serviceTier } = attempt.tally;
  const body: Record<string, unknown> = {
    id,
    object: "chat.completion",
    created,
    model,
    provider,
    system_fingerprint: systemFingerprint ?? null,
    service_tier: serviceTier ?? null,
    choices: assembler.choices(),
    usage: options.usage(),
    ...options.fields,
    ...(options.explain && { openrouter_metadata: options.explain() }),
  };
  if (options.style) styleBody(body, options.style);
  return JSON.stringify(body);
}

/** A delta without its reasoning; undefined when nothing else is in it. */
function withoutReasoning(part: Part & { type: "delta" }): (Part & { type: "delta" }) | undefined {
  const { reasoning: _, reasoning_details: __, ...delta } = part.delta;
  for (const _key in delta) return { ...part, delta };
  return part.logprobs ? { ...part, delta } : undefined;
}
