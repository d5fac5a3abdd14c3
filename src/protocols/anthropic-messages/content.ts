import { invalidField, type RouterError } from "../../errors.ts";
import type { ContentPart } from "../../schema/chat.ts";
import { readBase64Text, readDataUrl } from "../data-url.ts";
import { asObject, asString, type Json } from "../json.ts";
import { type Block, textBlock } from "./blocks.ts";
import { toCacheControl } from "./cache-control.ts";

/** Part of a name that says an address leads to an image and not to a PDF. */
const IMAGE_NAME = /\.(png|jpe?g|gif|webp)$/i;

/**
 * A message's content as blocks; text without anything to see is left out. Throws `RouterError` for a part that the
 * format cannot hold: audio, video, files other than PDF, text and images, and ids of uploaded files.
 */
export function toBlocks(content: string | readonly ContentPart[] | null | undefined): Block[] {
  if (content === null || content === undefined) return [];
  if (typeof content === "string") {
    const block = textBlock(content);
    return block ? [block] : [];
  }
  const blocks: Block[] = [];
  for (const part of content) {
    const block = toBlock(part);
    if (block) blocks.push(withCacheControl(block, part));
  }
  return blocks;
}

/** An image from its address or data URL. */
export function imageBlock(url: string): Block {
  const data = readDataUrl(url);
  if (!data) return { type: "image", source: { type: "url", url } };
  const mediaType = data.mediaType === "image/jpg" ? "image/jpeg" : data.mediaType;
  return { type: "image", source: { type: "base64", media_type: mediaType, data: data.base64 } };
}

function toBlock(part: ContentPart): Block | undefined {
  switch (part.type) {
    case "text":
      return textBlock(part.text);
    case "image_url":
      return imageBlock(part.image_url.url);
    case "file":
      return fileBlock(part);
    default:
      throw cannotTake(part.type);
  }
}

/** A file: PDF and text become documents under their name, an image an image. */
function fileBlock(part: ContentPart & { type: "file" }): Block {
  const { filename, file_data: data } = part.file;
  if (data === undefined) throw cannotTake("file_id");
  const block = toDocument(data, filename);
  if (block.type === "image") return block;
  if (filename) block.title = filename;
  // The vendor's own switch; clients that know it set it on the part.
  const citations = (part as Json).citations ?? (part.file as Json).citations;
  if (typeof citations === "object" && citations !== null) block.citations = citations;
  return block;
}

function toDocument(data: string, filename: string | undefined): Block {
  const parsed = readDataUrl(data);
  if (!parsed) {
    if (/^https?:/i.test(data)) return documentAt(data, filename);
    // Some clients send a PDF's base64 bare.
    return pdf(data);
  }
  const { mediaType, base64 } = parsed;
  if (mediaType === "application/pdf") return pdf(base64);
  if (mediaType.startsWith("image/")) return imageBlock(data);
  if (!isText(mediaType)) throw cannotTake(mediaType);
  const text = readBase64Text(base64);
  if (text === undefined) throw invalidField("messages", "a file's data is not valid base64");
  return { type: "document", source: { type: "text", media_type: "text/plain", data: text } };
}

function documentAt(url: string, filename: string | undefined): Block {
  const path = url.replace(/[?#].*$/, "");
  const isImage = IMAGE_NAME.test(path) || IMAGE_NAME.test(filename ?? "");
  return isImage ? imageBlock(url) : { type: "document", source: { type: "url", url } };
}

function pdf(base64: string): Block {
  return { type: "document", source: { type: "base64", media_type: "application/pdf", data: base64 } };
}

function isText(mediaType: string): boolean {
  return /^text\/|^application\/(.+\+)?(json|xml|yaml|x-yaml|toml|javascript|sql)$/.test(mediaType);
}

/** OpenAI's mark of a breakpoint counts as this vendor's with the usual lifetime. */
function withCacheControl(block: Block, part: ContentPart): Block {
  const json: Json = part;
  const isMarked = asString(asObject(json.prompt_cache_breakpoint).mode) === "explicit";
  const cacheControl = toCacheControl(json.cache_control) ?? (isMarked ? { type: "ephemeral" as const } : undefined);
  if (cacheControl) block.cache_control = cacheControl;
  return block;
}

function cannotTake(what: string): RouterError {
  return invalidField("messages", `this model's provider takes no content of type ${what}`);
}
