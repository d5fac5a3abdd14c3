import { invalidField } from "../../errors.ts";
import type { Block } from "../anthropic-messages/blocks.ts";
import { asArray, asObject, asString, type Json } from "../json.ts";

/** Ends a cached prefix: a block of its own after the last block of the prefix. */
export const CACHE_POINT = { cachePoint: { type: "default" } };

/** Blocks of the Anthropic form as blocks of Converse. Throws `RouterError` for content by URL, which Converse lacks. */
export function toConverseBlocks(blocks: Block[]): Json[] {
  const written: Json[] = [];
  let documents = 0;
  for (const block of blocks) {
    if (block.type === "document") documents++;
    written.push(toConverseBlock(block, documents));
    const ttl = asObject(block.cache_control).ttl;
    if (block.cache_control) written.push(ttl === "1h" ? { cachePoint: { type: "default", ttl } } : CACHE_POINT);
  }
  return written;
}

function toConverseBlock(block: Block, documents: number): Json {
  switch (block.type) {
    case "image":
      return { image: toImage(asObject(block.source)) };
    case "document":
      return { document: toDocument(block, documents) };
    case "tool_use":
      return { toolUse: { toolUseId: block.id, name: block.name, input: block.input } };
    case "tool_result":
      return { toolResult: toResult(block) };
    case "thinking":
      return { reasoningContent: { reasoningText: { text: block.thinking, signature: block.signature } } };
    case "redacted_thinking":
      return { reasoningContent: { redactedContent: block.data } };
    default:
      return { text: block.text };
  }
}

function toResult(block: Block): Json {
  const blocks = asArray(block.content).map((content) => toConverseBlock(asObject(content) as Block, 1));
  const content = blocks.length > 0 ? blocks : [{ text: "(no output)" }];
  return { toolUseId: block.tool_use_id, content, ...(block.is_error === true && { status: "error" }) };
}

function toImage(source: Json): Json {
  if (source.type !== "base64") throw byUrl("image");
  const format = (asString(source.media_type) ?? "").replace("image/", "");
  return { format: format === "jpg" ? "jpeg" : format, source: { bytes: source.data } };
}

/** Documents need names, which must differ within a request and hold letters, digits and a few signs only. */
function toDocument(block: Block, position: number): Json {
  const source = asObject(block.source);
  const title = (asString(block.title) ?? "").replace(/\.[A-Za-z0-9]{1,5}$/, "").replace(/[^A-Za-z0-9 ()[\]-]+/g, "-");
  const name = `${title || "document"} ${position}`.replace(/\s+/g, " ").slice(-200);
  if (source.type === "base64") return { format: "pdf", name, source: { bytes: source.data } };
  if (source.type === "text") return { format: "txt", name, source: { bytes: btoaUtf8(asString(source.data) ?? "") } };
  throw byUrl("document");
}

function btoaUtf8(text: string): string {
  return new TextEncoder().encode(text).toBase64();
}

function byUrl(what: string) {
  return invalidField("messages", `this provider takes no ${what} by address; send it as a data URL`);
}
