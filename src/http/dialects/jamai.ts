import type { RequestDefaults } from "../../dispatch/request-defaults.ts";
import type { ErrorType, RouterError } from "../../errors.ts";
import type { ChatMessage, ChatRequest } from "../../schema/chat.ts";
import { type Dialect, fieldOf, type Rendered, toRouterError } from "./dialect.ts";

/** Flat errors with a slug; a few defaults; conversations that other models would refuse are repaired. */
export function jamai(requestId: string): Dialect {
  const toError = (error: RouterError) => render(error, requestId);
  return {
    name: "jamai",
    requestId,
    maxStops: 16,
    needsModel: false,
    toError,
    toErrorEvent: (error) => toError(error).body,
    style: () => ({
      id: `chatcmpl-${crypto.randomUUID()}`,
      copiesReasoning: true,
      streamUsage: "contract",
      hasReferencesApart: true,
      toErrorEvent: (error) => toError(toRouterError(error)).body,
    }),
    prepare: repaired,
    defaultsFor,
  };
}

const SLUGS: Record<ErrorType, [status: number, slug: string]> = {
  invalid_request: [422, "validation_error"],
  context_length_exceeded: [422, "context_overflow"],
  max_tokens_exceeded: [422, "bad_input"],
  invalid_prompt: [422, "bad_input"],
  not_configured: [422, "bad_input"],
  content_policy_violation: [422, "bad_input"],
  unprocessable: [422, "bad_input"],
  authentication: [401, "unauthorized"],
  payment_required: [403, "insufficient_credits"],
  permission_denied: [403, "forbidden"],
  not_found: [404, "resource_not_found"],
  conflict: [409, "resource_exists"],
  payload_too_large: [413, "bad_input"],
  unsupported_media_type: [415, "unsupported_media_type"],
  rate_limit_exceeded: [429, "rate_limit_exceeded"],
  server: [500, "unexpected_error"],
  provider_unavailable: [500, "unexpected_error"],
  timeout: [500, "unexpected_error"],
  guardrail_failure: [502, "guardrail_failure"],
  provider_overloaded: [503, "busy"],
  unavailable: [503, "busy"],
};

function render(error: RouterError, requestId: string): Rendered {
  const { message } = error;
  const [status, slug] = slugOf(error);
  const errors = slug === "validation_error" && { errors: [{ loc: locationOf(error), msg: problemOf(error) }] };
  return { status, body: { object: "error", error: slug, message, detail: message, request_id: requestId, ...errors } };
}

function slugOf({ type, isUnknownModel, metadata }: RouterError): [status: number, slug: string] {
  if (isUnknownModel) return SLUGS.not_found;
  // What a provider has refused is no field of ours.
  return type === "invalid_request" && metadata.provider_name !== undefined ? SLUGS.invalid_prompt : SLUGS[type];
}

function locationOf(error: RouterError): (string | number)[] {
  const path = fieldOf(error)?.split(".") ?? [];
  return ["body", ...path.map((name) => (/^\d+$/.test(name) ? Number(name) : name))];
}

/** What is wrong, without the field that `loc` names. */
function problemOf(error: RouterError): string {
  const prefix = `${fieldOf(error)}: `;
  return error.message.startsWith(prefix) ? error.message.slice(prefix.length) : error.message;
}

const DEFAULTS = { temperature: 0.2, top_p: 0.6, max_completion_tokens: 2048 };

function defaultsFor({ temperature, top_p, max_completion_tokens, max_tokens }: ChatRequest): RequestDefaults {
  return {
    ...(temperature == null && { temperature: DEFAULTS.temperature }),
    ...(top_p == null && { top_p: DEFAULTS.top_p }),
    ...((max_completion_tokens ?? max_tokens) == null && { max_completion_tokens: DEFAULTS.max_completion_tokens }),
  };
}

const FILLER: ChatMessage = { role: "user", content: "." };

/** A conversation that begins with the user, and names that every provider takes. */
function repaired(chat: ChatRequest): ChatRequest {
  const { messages } = chat;
  const [first, ...others] = messages.map(withPlainName);
  if (!first) return chat;
  if (first.role === "assistant") return { ...chat, messages: [FILLER, first, ...others] };
  const isAlone = (first.role === "system" || first.role === "developer") && others.length === 0;
  return { ...chat, messages: isAlone ? [first, FILLER] : [first, ...others] };
}

function withPlainName(message: ChatMessage): ChatMessage {
  const { name } = message;
  if (typeof name !== "string") return message;
  const { name: _, ...nameless } = message;
  const plain = name.replace(/[^A-Za-z0-9_-]/g, "");
  return (plain === "" ? nameless : { ...message, name: plain }) as ChatMessage;
}
