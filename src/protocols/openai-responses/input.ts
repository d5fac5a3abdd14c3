import { invalidField } from "../../errors.ts";
import type { ChatMessage } from "../../schema/chat.ts";
import { asArray, asObject, asString, type Json } from "../json.ts";

/** The contract's name for reasoning that only this format's vendor reads. */
export const RESPONSES_FORMAT = "openai-responses-v1";

/** Writes a conversation as input items: messages, calls, results and earlier reasoning, in their order. */
export function toInput(messages: ChatMessage[]): Json[] {
  return messages.flatMap((message, index) => {
    if (message.role === "assistant") return toAnswerItems(message);
    const path = `messages.${index}.content`;
    if (message.role === "tool")
      return [{ type: "function_call_output", call_id: message.tool_call_id, output: toOutput(message.content, path) }];
    return [{ type: "message", role: message.role, content: toContent(message.content, path) }];
  });
}

function toAnswerItems(message: ChatMessage & { role: "assistant" }): Json[] {
  const items = toReasoningItems((message.reasoning_details ?? []).map(asObject));
  const text = textOf(message.content);
  const content: Json[] = text === "" ? [] : [{ type: "output_text", text }];
  if (message.refusal) content.push({ type: "refusal", refusal: message.refusal });
  if (content.length > 0) items.push({ type: "message", role: "assistant", content });
  for (const { id, function: called } of message.tool_calls ?? [])
    items.push({ type: "function_call", call_id: id, name: called.name, arguments: called.arguments });
  return items;
}

/** Earlier reasoning of this vendor; without its encrypted part there is nothing that the vendor could read. */
function toReasoningItems(details: Json[]): Json[] {
  const items = new Map<string, { summary: Json[]; encrypted: string | undefined }>();
  for (const detail of details) {
    const id = asString(detail.id);
    if (id === undefined || detail.format !== RESPONSES_FORMAT) continue;
    const item = items.get(id) ?? { summary: [], encrypted: undefined };
    items.set(id, item);
    if (typeof detail.summary === "string") item.summary.push({ type: "summary_text", text: detail.summary });
    if (typeof detail.data === "string") item.encrypted = detail.data;
  }
  return [...items]
    .filter(([, { encrypted }]) => encrypted !== undefined)
    .map(([id, { summary, encrypted }]) => ({ type: "reasoning", id, summary, encrypted_content: encrypted }));
}

function toOutput(content: unknown, path: string): unknown {
  if (typeof content === "string") return content;
  const parts = asArray(content).map(asObject);
  return parts.every(({ type }) => type === "text") ? textOf(content) : toContent(content, path);
}

function toContent(content: unknown, path: string): unknown {
  if (typeof content === "string") return content;
  return asArray(content).map((part, index) => toPart(asObject(part), `${path}.${index}`));
}

function toPart(part: Json, path: string): Json {
  if (part.type === "text") return { type: "input_text", text: part.text };
  if (part.type === "image_url") {
    const { url, detail } = asObject(part.image_url);
    return { type: "input_image", image_url: url, detail: asString(detail) ?? "auto" };
  }
  if (part.type === "input_audio") return { type: "input_audio", input_audio: part.input_audio };
  if (part.type === "file") {
    const { filename, file_data: data, file_id: id } = asObject(part.file);
    if (asString(id)) return { type: "input_file", file_id: id };
    if (asString(data)?.startsWith("http")) return { type: "input_file", file_url: data };
    return { type: "input_file", filename: asString(filename) ?? "file", file_data: data };
  }
  throw invalidField(path, `this provider takes no content of type ${String(part.type)}`);
}

function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  return asArray(content)
    .map((part) => asString(asObject(part).text) ?? "")
    .join("");
}
