import { type ErrorType, invalidField, type RouterError } from "../../errors.ts";
import type { ChatRequest } from "../../schema/chat.ts";
import { uuidV7 } from "../uuid-v7.ts";
import { type Dialect, fieldOf, findingOf, type Rendered, toRouterError } from "./dialect.ts";

/** Errors as OpenAI has them, but for a wrong parameter, which is a string. */
export function bud(requestId: string): Dialect {
  const toErrorEvent = (error: RouterError) => ({ error: error.message });
  return {
    name: "bud",
    requestId,
    maxStops: 4,
    needsModel: true,
    toError,
    toErrorEvent,
    style: ({ stream_options }) => ({
      id: uuidV7(),
      episodeId: uuidV7(),
      copiesReasoning: true,
      streamUsage: stream_options?.include_usage ? "apart" : "none",
      toErrorEvent: (error) => toErrorEvent(toRouterError(error)),
    }),
    prepare,
  };
}

/** Types of errors that are not the client's request. */
const TYPES: Partial<Record<ErrorType, string>> = {
  permission_denied: "forbidden",
  payment_required: "insufficient_quota",
  rate_limit_exceeded: "rate_limit_error",
  server: "server_error",
  provider_unavailable: "server_error",
  provider_overloaded: "server_error",
  unavailable: "server_error",
  guardrail_failure: "server_error",
  timeout: "timeout_error",
};

/** Codes that are words; all others are the status. */
const CODES: Partial<Record<ErrorType, string>> = {
  rate_limit_exceeded: "rate_limit_exceeded",
  guardrail_failure: "guardrail_failure",
};

function toError(error: RouterError): Rendered {
  const { message, type, metadata } = error;
  if (error.isUnknownModel) return rendered(404, message, "invalid_request_error", 404);
  const isParameter = fieldOf(error) !== undefined && metadata.reason !== "missing";
  if (isParameter || type === "not_configured") return { status: 400, body: { error: message } };
  if (type === "content_policy_violation") {
    const isAnswer = findingOf(error)?.isPrompt === false;
    return rendered(400, message, isAnswer ? "server_error" : "invalid_request_error", "content_filter");
  }
  return rendered(error.status, message, TYPES[type] ?? "invalid_request_error", CODES[type] ?? error.status);
}

function rendered(status: number, message: string, type: string, code: string | number): Rendered {
  return { status, body: { error: { message, type, code } } };
}

/** Of two limits the smaller one holds. Throws for the answer to a call that nobody has made. */
function prepare(chat: ChatRequest): ChatRequest {
  const called = new Set<string>();
  for (const [index, message] of chat.messages.entries()) {
    if (message.role === "assistant") for (const { id } of message.tool_calls ?? []) called.add(id);
    if (message.role === "tool" && !called.has(message.tool_call_id))
      throw invalidField(`messages.${index}.tool_call_id`, "answers no call of an earlier message");
  }
  const { max_tokens, max_completion_tokens } = chat;
  if (max_tokens == null || max_completion_tokens == null) return chat;
  return { ...chat, max_completion_tokens: Math.min(max_tokens, max_completion_tokens) };
}
