import type { Part } from "../schema/chunk.ts";
import { ChunkEncoder, type Envelope, type WireError } from "./encode.ts";
import type { AnswerStyle } from "./style.ts";

/** How every chunk with a choice ends. */
const CHOICE_END = "}]}\n\n";

/** Writes parts as chunks of another dialect: the contract's, with what that does differently. */
export class StyledEncoder extends ChunkEncoder {
  readonly #style: AnswerStyle;
  /** The text of each choice so far, where it is told again. */
  readonly #texts = new Map<number, string>();
  /** What goes before everything else. */
  #opening: string;

  constructor(envelope: Envelope, style: AnswerStyle, fields?: Record<string, unknown>) {
    const { references, ...others } = fields ?? {};
    const isApart = style.hasReferencesApart === true && references != null;
    const inChunk = style.hasReferencesApart ? others : fields;
    super(envelope, inChunk && Object.keys(inChunk).length > 0 ? inChunk : undefined);
    this.#style = style;
    this.#opening = isApart ? `data: ${JSON.stringify(references)}\n\n` : "";
  }

  override delta(part: Part & { type: "delta" }): string {
    const { delta, index } = part;
    const isCopied = this.#style.copiesReasoning === true && delta.reasoning !== undefined;
    const shown = isCopied ? { ...part, delta: { ...delta, reasoning_content: delta.reasoning } } : part;
    if (!this.#style.hasGeneratedText) return this.#opened(super.delta(shown));
    this.#texts.set(index, (this.#texts.get(index) ?? "") + (delta.content ?? ""));
    return this.#opened(withGeneratedText(super.delta(shown), null));
  }

  override finish(...end: Parameters<ChunkEncoder["finish"]>): string {
    const [index] = end;
    const chunk = super.finish(...end);
    if (!this.#style.hasGeneratedText) return this.#opened(chunk);
    return this.#opened(withGeneratedText(chunk, this.#texts.get(index) ?? ""));
  }

  override usage(...[usage, finish, serviceTier, routing]: Parameters<ChunkEncoder["usage"]>): string {
    const { streamUsage } = this.#style;
    if (streamUsage === "contract") return this.#opened(super.usage(usage, finish, serviceTier, routing));
    const used = streamUsage === "apart" ? { usage } : {};
    const told = { ...used, ...(routing && { openrouter_metadata: routing }) };
    return Object.keys(told).length === 0 ? "" : this.#opened(this.bare(told));
  }

  override error(error: WireError): string {
    return `data: ${JSON.stringify(this.#style.toErrorEvent(error))}\n\n`;
  }

  #opened(text: string): string {
    if (this.#opening === "") return text;
    const opening = this.#opening;
    this.#opening = "";
    return opening + text;
  }
}

function withGeneratedText(chunk: string, text: string | null): string {
  return `${chunk.slice(0, -CHOICE_END.length)},"generated_text":${JSON.stringify(text)}${CHOICE_END}`;
}

/** A whole answer as its client's dialect has it; changes the body in place. */
export function styleBody(body: Record<string, unknown>, style: AnswerStyle): void {
  if (style.episodeId !== undefined) body.episode_id = style.episodeId;
  if (style.hasReferencesApart) body.references ??= null;
  if (!style.copiesReasoning || !Array.isArray(body.choices)) return;
  for (const { message } of body.choices as { message: Record<string, unknown> }[])
    if (typeof message.reasoning === "string") message.reasoning_content = message.reasoning;
}
