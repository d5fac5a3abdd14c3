import type { Delta, FinishReason, Part, WireError } from "../schema/chunk.ts";

export type { WireError } from "../schema/chunk.ts";

/** What every chunk of one answer repeats. */
export interface Envelope {
  /** `gen-…` */
  id: string;
  /** Unix seconds. */
  created: number;
  /** Public id of the model that answers. */
  model: string;
  /** Display name of the provider. */
  provider: string;
  episode_id?: string;
}

/** Ends every stream, also one with an error in it. */
export const DONE_EVENT = "data: [DONE]\n\n";

/**
 * Writes parts as `chat.completion.chunk` events. The text that never changes within an answer is made once; a plain
 * text delta costs one `JSON.stringify` of its text.
 */
export class ChunkEncoder {
  readonly #envelope: Envelope;
  /** Of the first chunk only. */
  #fields: Record<string, unknown> | undefined;
  #head: string;
  #fingerprint: string | undefined;

  /** `fields` stand in every chunk until they are dropped. */
  constructor(envelope: Envelope, fields?: Record<string, unknown>) {
    this.#envelope = { ...envelope };
    this.#fields = fields;
    this.#head = this.#makeHead();
  }

  /** Another provider goes on with the answer. */
  setProvider(provider: string): void {
    this.#envelope.provider = provider;
    this.#head = this.#makeHead();
  }

  dropFields(): void {
    this.#fields = undefined;
    this.#head = this.#makeHead();
  }

  /** The next chunks are of an answer of this model and provider, and have its fingerprint or none. */
  show({ model, provider }: Pick<Envelope, "model" | "provider">, fingerprint: string | undefined): void {
    const now = this.#envelope;
    if (model === now.model && provider === now.provider && fingerprint === this.#fingerprint) return;
    Object.assign(now, { model, provider });
    this.#fingerprint = fingerprint;
    this.#head = this.#makeHead();
  }

  /** Chunks repeat the upstream's fingerprint when it gave one; clients refuse a null. */
  setFingerprint(fingerprint: string): void {
    if (fingerprint === this.#fingerprint) return;
    this.#fingerprint = fingerprint;
    this.#head = this.#makeHead();
  }

  delta(part: Part & { type: "delta" }): string {
    const logprobs = part.logprobs ? `,"logprobs":${JSON.stringify(part.logprobs)}` : "";
    return `${this.#head},"choices":[{"index":${part.index},"delta":${deltaJson(part.delta)},"finish_reason":null,"native_finish_reason":null${logprobs}}]}\n\n`;
  }

  /** `error`: why this choice went wrong, where others went well. */
  finish(index: number, finishReason: FinishReason, nativeFinishReason: string | null, error?: WireError): string {
    return `${this.#head},"choices":[${emptyChoice(index, finishReason, nativeFinishReason, error)}]}\n\n`;
  }

  /** The last chunk before `[DONE]`: the choice once more, where there is only one, and what all have used. */
  usage(
    usage: unknown,
    finish: { index: number; finishReason: FinishReason; nativeFinishReason: string | null } | undefined,
    serviceTier: string | undefined,
    routing?: Record<string, unknown>,
  ): string {
    const tier = serviceTier === undefined ? "null" : JSON.stringify(serviceTier);
    const choice = finish ? emptyChoice(finish.index, finish.finishReason, finish.nativeFinishReason) : "";
    return `${this.#head},"service_tier":${tier},"choices":[${choice}],"usage":${JSON.stringify(usage)}${routingJson(routing)}}\n\n`;
  }

  /** The chunk that says that the answer went wrong after it had begun; `unfinished`: the choices that have no end yet. */
  error(error: WireError, routing?: Record<string, unknown>, unfinished = [0]): string {
    const choices = unfinished.map((index) => emptyChoice(index, "error", null)).join(",");
    return `${this.#head},"error":${JSON.stringify(error)},"choices":[${choices}]${routingJson(routing)}}\n\n`;
  }

  /** A chunk before all others: what was sent to a provider that was tried. */
  sent(body: unknown): string {
    return `${this.#head},"choices":[],"debug":{"echo_upstream_body":${JSON.stringify(body)}}}\n\n`;
  }

  /** A chunk without choices. */
  protected bare(fields: Record<string, unknown>): string {
    return `${this.#head},"choices":[],${JSON.stringify(fields).slice(1)}\n\n`;
  }

  #makeHead(): string {
    const { id, created, model, provider, episode_id } = this.#envelope;
    const fields = { id, object: "chat.completion.chunk", created, model, provider, episode_id };
    const fingerprint = this.#fingerprint === undefined ? undefined : { system_fingerprint: this.#fingerprint };
    const json = JSON.stringify(fingerprint || this.#fields ? { ...fields, ...fingerprint, ...this.#fields } : fields);
    return `data: ${json.slice(0, -1)}`;
  }
}

function routingJson(routing: Record<string, unknown> | undefined): string {
  return routing === undefined ? "" : `,"openrouter_metadata":${JSON.stringify(routing)}`;
}

function emptyChoice(
  index: number,
  finishReason: FinishReason,
  nativeFinishReason: string | null,
  error?: WireError,
): string {
  const native = nativeFinishReason === null ? "null" : JSON.stringify(nativeFinishReason);
  const why = error === undefined ? "" : `,"error":${JSON.stringify(error)}`;
  return `{"index":${index},"delta":{"content":"","role":"assistant"},"finish_reason":"${finishReason}","native_finish_reason":${native}${why}}`;
}

/** A delta with the role that the contract repeats, and content that is null only beside a tool call. */
function deltaJson(delta: Delta): string {
  const { content, ...rest } = delta;
  const text = content === undefined ? (rest.tool_calls ? "null" : '""') : JSON.stringify(content);
  for (const _ in rest) return `{"content":${text},"role":"assistant",${JSON.stringify(rest).slice(1)}`;
  return `{"content":${text},"role":"assistant"}`;
}
