import type { Quirks } from "../../schema/catalogue.ts";
import type { ChatMessage, ChatRequest } from "../../schema/chat.ts";
import { asArray, asObject, type Json } from "../json.ts";
import type { RequestTarget, UpstreamRequest } from "../protocol.ts";

/** Fields that this router reads itself; they mean nothing, or something else, to an upstream. */
const ROUTER_FIELDS = new Set([
  "model",
  "models",
  "provider",
  "route",
  "preset",
  "stream",
  "stream_options",
  "prompt",
  "messages",
  "tools",
  "session_id",
  "trace",
  "metadata",
  "debug",
  "usage",
  "reasoning",
  "reasoning_effort",
  "include_reasoning",
  "service_tier",
  "max_tokens",
  "max_completion_tokens",
  "input",
  "output",
  "rag_params",
  "id",
]);

/** Fields that only a router of the same API takes. */
const ROUTER_UPSTREAM_FIELDS = new Set([
  "plugins",
  "transforms",
  "cache_control",
  "max_tool_calls",
  "stop_server_tools_when",
  "structured_outputs",
]);

/** Fields of an assistant turn that this API adds to OpenAI's. */
const ADDED_MESSAGE_FIELDS = ["reasoning", "reasoning_content", "reasoning_details", "annotations", "images", "model"];

/** Writes a chat request for an upstream of the OpenAI format; the client's other fields go along unchanged. */
export function toRequest(chat: ChatRequest, { model, quirks, stream }: RequestTarget): UpstreamRequest {
  const body: Json = { model };
  for (const [key, value] of Object.entries(chat)) {
    if (value === null || value === undefined || ROUTER_FIELDS.has(key)) continue;
    if (ROUTER_UPSTREAM_FIELDS.has(key) && !quirks.is_router) continue;
    body[key] = value;
  }
  body.messages = toMessages(chat, quirks);
  if (chat.tools)
    body.tools = quirks.is_router || quirks.cache_control ? chat.tools : chat.tools.map(withoutCacheControl);
  setMaxTokens(body, chat, quirks);
  setReasoning(body, chat, quirks);
  if (chat.service_tier) body.service_tier = chat.service_tier === "fast" ? "priority" : chat.service_tier;
  if (stream) {
    body.stream = true;
    if (!quirks.no_stream_options) body.stream_options = { include_usage: true };
  } else if (chat.stream === false) {
    body.stream = false;
  }
  return { path: "/chat/completions", body };
}

function setMaxTokens(body: Json, chat: ChatRequest, quirks: Quirks): void {
  const limit = chat.max_completion_tokens ?? chat.max_tokens;
  if (limit === undefined || limit === null) return;
  const asWritten = typeof chat.max_completion_tokens === "number" ? "max_completion_tokens" : "max_tokens";
  body[quirks.max_tokens_field ?? asWritten] = limit;
}

function setReasoning(body: Json, chat: ChatRequest, quirks: Quirks): void {
  if (quirks.is_router) {
    if (chat.reasoning) body.reasoning = chat.reasoning;
    if (chat.reasoning_effort) body.reasoning_effort = chat.reasoning_effort;
    if (typeof chat.include_reasoning === "boolean") body.include_reasoning = chat.include_reasoning;
    return;
  }
  if (quirks.reasoning_request === "none") return;
  const effort = chat.reasoning_effort ?? toEffort(chat);
  if (effort) body.reasoning_effort = effort;
}

/** The effort that a reasoning object implies; a token budget becomes the effort whose usual share is nearest. */
function toEffort(chat: ChatRequest): string | undefined {
  const reasoning = chat.reasoning;
  if (!reasoning) return undefined;
  if (reasoning.effort) return reasoning.effort;
  if (typeof reasoning.max_tokens === "number") {
    const limit = chat.max_completion_tokens ?? chat.max_tokens;
    const share = limit ? reasoning.max_tokens / limit : 0.5;
    return share >= 0.65 ? "high" : share >= 0.35 ? "medium" : share >= 0.15 ? "low" : "minimal";
  }
  if (reasoning.enabled === true) return "medium";
  return reasoning.enabled === false ? "none" : undefined;
}

function toMessages(chat: ChatRequest, quirks: Quirks): unknown[] {
  return quirks.is_router ? chat.messages : chat.messages.map((message) => toMessage(message, quirks));
}

/** A message without what upstreams of the plain format refuse; the same object when there is nothing to take out. */
function toMessage(message: ChatMessage, quirks: Quirks): unknown {
  const isPlain = typeof message.content === "string" && message.role !== "assistant" && !("cache_control" in message);
  if (isPlain) return message;
  const written: Json = { ...message };
  if (!quirks.cache_control) {
    delete written.cache_control;
    if (Array.isArray(written.content)) written.content = written.content.map(withoutCacheControl);
  }
  if (message.role === "assistant") {
    for (const field of ADDED_MESSAGE_FIELDS) delete written[field];
    const { reasoning, reasoning_content: alias } = message as Json;
    const earlier = typeof reasoning === "string" ? reasoning : alias;
    if (quirks.reasoning_field && typeof earlier === "string") written[quirks.reasoning_field] = earlier;
    if (asArray(written.tool_calls).length > 0) written.tool_calls = asArray(written.tool_calls).map(withoutIndex);
  }
  return written;
}

/** Answers of a router number their tool calls; OpenAI refuses the number when it comes back. */
function withoutIndex(toolCall: unknown): unknown {
  const { index: _, ...rest } = asObject(toolCall);
  return rest;
}

function withoutCacheControl(value: unknown): unknown {
  const json = asObject(value);
  if (!("cache_control" in json) && !("prompt_cache_breakpoint" in json)) return value;
  const { cache_control: _, prompt_cache_breakpoint: __, ...rest } = json;
  return rest;
}
