import type { ChatMessage, ChatRequest } from "../../schema/chat.ts";
import { asArray, asObject, asString, type Json } from "../json.ts";
import { toRequest } from "../openai-chat/request.ts";
import type { RequestTarget, UpstreamRequest } from "../protocol.ts";
import { toMistralToolId } from "./tool-id.ts";

/** Fields of the OpenAI format that Mistral's strict schema refuses. */
const UNKNOWN_FIELDS = [
  "logit_bias",
  "logprobs",
  "top_logprobs",
  "top_k",
  "top_a",
  "min_p",
  "repetition_penalty",
  "user",
  "verbosity",
  "service_tier",
  "web_search_options",
  "modalities",
  "audio",
  "image_config",
  "prompt_cache_key",
  "prompt_cache_options",
  "max_completion_tokens",
];

/**
 * Writes a chat request for Mistral: OpenAI's format with other names (`random_seed`, `tool_choice: "any"`), nine
 * characters for tool-call ids, thinking as parts of the content, and `prefix` on an answer to be continued.
 */
export function toMistralRequest(chat: ChatRequest, target: RequestTarget): UpstreamRequest {
  const quirks = { max_tokens_field: "max_tokens" as const, no_stream_options: true, ...target.quirks };
  const { path, body } = toRequest(chat, { ...target, quirks });
  const dropped: string[] = [];
  for (const field of UNKNOWN_FIELDS) {
    if (!(field in body)) continue;
    delete body[field];
    dropped.push(field);
  }
  if ("seed" in body) {
    body.random_seed = body.seed;
    delete body.seed;
  }
  if (body.tool_choice === "required") body.tool_choice = "any";
  body.messages = toMistralMessages(chat.messages, asArray(body.messages));
  return { path, body, dropped };
}

/** `written` are the messages in OpenAI's form, one for one. */
function toMistralMessages(messages: ChatMessage[], written: unknown[]): Json[] {
  return written.map((value, index) => {
    const message = { ...asObject(value) };
    if (message.role === "developer") message.role = "system";
    if (message.role === "tool") message.tool_call_id = toMistralToolId(asString(message.tool_call_id) ?? "");
    const original = messages[index];
    if (original?.role !== "assistant") return message;
    delete message.refusal;
    if (Array.isArray(message.tool_calls)) message.tool_calls = message.tool_calls.map(withMistralId);
    const thinking = earlierThinking(original);
    if (thinking) message.content = [thinking, ...textParts(message.content)];
    if (index === written.length - 1) message.prefix = true;
    return message;
  });
}

function withMistralId(toolCall: unknown): Json {
  const json = asObject(toolCall);
  return { ...json, id: toMistralToolId(asString(json.id) ?? "") };
}

/** The thinking of an earlier Mistral turn; another vendor's is not shown as Mistral's own. */
function earlierThinking(message: ChatMessage & { role: "assistant" }): Json | undefined {
  const text = (message.reasoning_details ?? [])
    .filter((detail) => detail.type === "reasoning.text" && detail.format === "unknown" && !detail.signature)
    .map((detail) => asString(asObject(detail).text) ?? "")
    .join("");
  return text === "" ? undefined : { type: "thinking", thinking: [{ type: "text", text }] };
}

function textParts(content: unknown): unknown[] {
  if (Array.isArray(content)) return content;
  return typeof content === "string" && content !== "" ? [{ type: "text", text: content }] : [];
}
