import { invalidField } from "../../errors.ts";
import type { ChatMessage } from "../../schema/chat.ts";
import { toToolName } from "../anthropic-messages/tool-ids.ts";
import { asArray, asObject, asString, type Json } from "../json.ts";
import { withPairedResults } from "../paired-results.ts";
import { toShortId } from "../short-id.ts";

/** The contract's name for reasoning that only this format's vendor reads. */
export const RESPONSES_FORMAT = "openai-responses-v1";

/** The longest name of a function that the vendor takes. */
const MAX_NAME_CHARS = 64;

/**
 * Writes a conversation as input items: messages, calls, results and earlier reasoning of the given format, in their
 * order. Throws `RouterError` for content that the vendor does not take.
 */
export function toInput(messages: ChatMessage[], reasoningFormat: string): Json[] {
  return withPairedResults(messages).flatMap((message): Json[] => {
    if (message.role === "assistant") return toAnswerItems(message, reasoningFormat);
    if (message.role === "tool") {
      const id = toShortId(message.tool_call_id);
      return [{ type: "function_call_output", call_id: id, output: toOutput(message.content) }];
    }
    const content = withName(toContent(message.content), message.name);
    return content.length === 0 ? [] : [{ type: "message", role: message.role, content }];
  });
}

function toAnswerItems(message: ChatMessage & { role: "assistant" }, reasoningFormat: string): Json[] {
  const items: Json[] = [];
  const text = textOf(message.content);
  const content: Json[] = text === "" ? [] : [{ type: "output_text", text }];
  if (message.refusal) content.push({ type: "refusal", refusal: message.refusal });
  if (content.length > 0) items.push({ type: "message", role: "assistant", content });
  for (const { id, function: called } of message.tool_calls ?? [])
    items.push({
      type: "function_call",
      call_id: toShortId(id),
      name: toToolName(called.name).slice(0, MAX_NAME_CHARS),
      arguments: called.arguments.trim() === "" ? "{}" : called.arguments,
    });
  // The vendor refuses reasoning that nothing follows.
  if (items.length === 0) return [];
  return [...toReasoningItems(message.reasoning_details ?? [], reasoningFormat), ...items];
}

/**
 * Earlier reasoning of this vendor; without its encrypted part there is nothing that the vendor could read. Pieces of
 * one item may come one by one, as a stream gave them.
 */
function toReasoningItems(details: readonly Json[], format: string): Json[] {
  const items = new Map<unknown, { id: string | undefined; summary: string; encrypted: string | undefined }>();
  for (const detail of details) {
    if (detail.format !== format) continue;
    const id = asString(detail.id);
    const key = id ?? detail.index;
    const item = items.get(key) ?? { id, summary: "", encrypted: undefined };
    items.set(key, item);
    item.summary += asString(detail.summary) ?? "";
    item.encrypted = asString(detail.data) || item.encrypted;
  }
  return [...items.values()]
    .filter(({ encrypted }) => encrypted !== undefined)
    .map(({ id, summary, encrypted }) => ({
      type: "reasoning",
      ...(id !== undefined && { id }),
      summary: summary === "" ? [] : summary.split("\n\n").map((text) => ({ type: "summary_text", text })),
      encrypted_content: encrypted,
    }));
}

/** The vendor's input items have no field for a speaker's name. */
function withName(content: string | Json[], name: string | undefined): string | Json[] {
  if (!name || content.length === 0) return content;
  return typeof content === "string" ? `${name}: ${content}` : [{ type: "input_text", text: `${name}:` }, ...content];
}

function toOutput(content: unknown): unknown {
  if (typeof content === "string") return content;
  const parts = asArray(content).map(asObject);
  return parts.every(({ type }) => type === "text") ? textOf(content) : toContent(content);
}

function toContent(content: unknown): string | Json[] {
  if (typeof content === "string") return content;
  return asArray(content)
    .map(asObject)
    .filter((part) => part.type !== "text" || part.text !== "")
    .map(toPart);
}

function toPart(part: Json): Json {
  if (part.type === "text") return { type: "input_text", text: part.text };
  if (part.type === "image_url") {
    const { url, detail } = asObject(part.image_url);
    return { type: "input_image", image_url: url, detail: asString(detail) ?? "auto" };
  }
  if (part.type === "input_audio") return { type: "input_audio", input_audio: part.input_audio };
  if (part.type === "file") {
    const { filename, file_data: data, file_id: id } = asObject(part.file);
    if (asString(id)) return { type: "input_file", file_id: id };
    const url = asString(data) ?? "";
    if (/^https?:/i.test(url)) return { type: "input_file", file_url: url };
    if (/^data:image\//i.test(url)) return { type: "input_image", image_url: url, detail: "auto" };
    // Some clients send a PDF's base64 bare.
    const address = url.startsWith("data:") ? url : `data:application/pdf;base64,${url}`;
    return { type: "input_file", filename: asString(filename) ?? "file", file_data: address };
  }
  throw invalidField("messages", `this provider takes no content of type ${String(part.type)}`);
}

function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  return asArray(content)
    .map((part) => asString(asObject(part).text) ?? "")
    .join("");
}
