import { invalidField, type RouterError } from "../../errors.ts";
import type { Block } from "../anthropic-messages/blocks.ts";
import { asArray, asObject, asString, type Json } from "../json.ts";
import { toShortId } from "../short-id.ts";

/** The longest name of a tool that Converse takes. */
const MAX_NAME_CHARS = 64;
const MAX_DOCUMENT_NAME_CHARS = 200;

/** Ends a cached prefix: a block of its own after the last block of the prefix. */
export function cachePoint(cacheControl: unknown): Json {
  const { ttl } = asObject(cacheControl);
  return { cachePoint: ttl === "1h" ? { type: "default", ttl } : { type: "default" } };
}

/** The name of a tool as Converse takes it; that of an earlier turn may be longer. */
export function toToolName(name: unknown): string {
  return (asString(name) ?? "").slice(0, MAX_NAME_CHARS);
}

/** Writes blocks of the Anthropic form as blocks of Converse. One object a request: it counts the documents. */
export class BlockWriter {
  readonly #takesCachePoints: boolean;
  #documents = 0;

  constructor(takesCachePoints: boolean) {
    this.#takesCachePoints = takesCachePoints;
  }

  /** Throws `RouterError` for content by URL, which Converse lacks. */
  write(blocks: Block[]): Json[] {
    const written: Json[] = [];
    // Documents are refused where there is no text beside them.
    const hasText = blocks.some(({ type }) => type === "text");
    if (!hasText && blocks.some(({ type }) => type === "document")) written.push({ text: "(see the document)" });
    for (const block of blocks) {
      written.push(this.#block(block));
      if (block.cache_control && this.#takesCachePoints) written.push(cachePoint(block.cache_control));
    }
    return written;
  }

  #block(block: Block): Json {
    switch (block.type) {
      case "image":
        return { image: toImage(asObject(block.source)) };
      case "document":
        return { document: this.#document(block) };
      case "tool_use":
        return { toolUse: { toolUseId: toId(block.id), name: toToolName(block.name), input: block.input } };
      case "tool_result":
        return { toolResult: this.#result(block) };
      case "thinking":
        return { reasoningContent: { reasoningText: { text: block.thinking, signature: block.signature } } };
      case "redacted_thinking":
        return { reasoningContent: { redactedContent: block.data } };
      default:
        return { text: block.text };
    }
  }

  #result(block: Block): Json {
    const content = asArray(block.content).map((inner) => this.#block({ type: "text", ...asObject(inner) }));
    if (content.length === 0) content.push({ text: "(no output)" });
    return { toolUseId: toId(block.tool_use_id), content, ...(block.is_error === true && { status: "error" }) };
  }

  /** Documents need names, which must differ within a request and hold letters, digits and a few signs only. */
  #document(block: Block): Json {
    const source = asObject(block.source);
    this.#documents++;
    const title = (asString(block.title) ?? "")
      .replace(/\.[A-Za-z0-9]{1,5}$/, "")
      .replace(/[^A-Za-z0-9 ()[\]-]+/g, "-")
      .replace(/ +/g, " ")
      .slice(0, MAX_DOCUMENT_NAME_CHARS - 10)
      .trim();
    const name = `${title || "document"} ${this.#documents}`;
    if (source.type === "base64") return { format: "pdf", name, source: { bytes: source.data } };
    if (source.type === "text")
      return { format: "txt", name, source: { bytes: toBase64(asString(source.data) ?? "") } };
    throw byUrl("document");
  }
}

/**
 * Puts breakpoints inside tool results on the results themselves, in place: Converse has no room for them inside.
 */
export function hoistCacheControl(blocks: Block[]): void {
  for (const result of blocks) {
    if (result.type !== "tool_result") continue;
    for (const inner of asArray(result.content).map(asObject)) {
      result.cache_control ??= inner.cache_control;
      delete inner.cache_control;
    }
  }
}

function toId(id: unknown): string {
  return toShortId(asString(id) ?? "");
}

function toImage(source: Json): Json {
  if (source.type !== "base64") throw byUrl("image");
  const format = (asString(source.media_type) ?? "").replace("image/", "");
  return { format: format === "jpg" ? "jpeg" : format, source: { bytes: source.data } };
}

function toBase64(text: string): string {
  return new TextEncoder().encode(text).toBase64();
}

function byUrl(what: string): RouterError {
  return invalidField("messages", `this provider takes no ${what} by address; send it as a data URL`);
}
