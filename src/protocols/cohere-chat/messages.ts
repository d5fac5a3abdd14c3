import { RouterError } from "../../errors.ts";
import type { ChatMessage } from "../../schema/chat.ts";
import { asArray, asObject, asString, type Json } from "../json.ts";

/** Writes the conversation: the same roles as ours, with parts for text and images only. */
export function toMessages(messages: ChatMessage[]): Json[] {
  return messages.map((message, index) => {
    if (message.role === "assistant") return toAssistant(message, index);
    const content = toContent(message.content, index);
    if (message.role === "tool") return { role: "tool", tool_call_id: message.tool_call_id, content };
    return { role: message.role === "user" ? "user" : "system", content };
  });
}

function toAssistant(message: ChatMessage & { role: "assistant" }, index: number): Json {
  const written: Json = { role: "assistant" };
  const calls = message.tool_calls ?? [];
  const content = toContent(message.content ?? "", index);
  if (content !== "" || calls.length === 0) written.content = content;
  if (calls.length > 0) {
    written.tool_calls = calls.map(({ id, function: called }) => ({ id, type: "function", function: called }));
    if (typeof message.reasoning === "string" && message.reasoning !== "") written.tool_plan = message.reasoning;
  }
  return written;
}

function toContent(content: unknown, index: number): string | Json[] {
  if (typeof content === "string") return content;
  return asArray(content).map((value, part) => toPart(asObject(value), `messages.${index}.content.${part}`));
}

function toPart(part: Json, path: string): Json {
  if (part.type === "text") return { type: "text", text: part.text };
  if (part.type === "image_url") {
    const { url, detail } = asObject(part.image_url);
    return { type: "image_url", image_url: asString(detail) ? { url, detail } : { url } };
  }
  throw new RouterError(
    "invalid_request",
    `${path}: this provider takes text and images only, not ${String(part.type)}`,
  );
}
