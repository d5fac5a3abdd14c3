import type { ChatRequest } from "../../schema/chat.ts";
import { asArray, asObject, asString, type Json } from "../json.ts";
import type { RequestTarget, UpstreamRequest } from "../protocol.ts";
import { toNearestEffort } from "../reasoning-budget.ts";
import { unsaidFields } from "../unsaid-fields.ts";
import { RESPONSES_FORMAT, toInput } from "./input.ts";

/** Fields that are translated here; caching needs no words, the vendor caches unasked. */
const SAID = new Set(
  "user temperature top_p prompt_cache_key service_tier logprobs top_logprobs parallel_tool_calls verbosity cache_control".split(
    " ",
  ),
);

/** The vendor takes no smaller output limit. */
const MIN_OUTPUT_TOKENS = 16;
/** The longest id of an end user that the vendor takes. */
const MAX_USER_CHARS = 64;

/** Output limit under which a thinking budget is turned into an effort when the request names none. */
const USUAL_MAX_TOKENS = 16_384;

/**
 * Writes a chat request for OpenAI's Responses API. Nothing is stored at the vendor (`store: false`); reasoning comes
 * back encrypted, so that the next turn can bring it along.
 */
export function toResponsesRequest(chat: ChatRequest, { model, stream, quirks }: RequestTarget): UpstreamRequest {
  const { reasoning_format: format } = quirks;
  const body: Json = { model, input: toInput(chat.messages, format ?? RESPONSES_FORMAT), store: false };
  const include: string[] = [];
  const dropped: string[] = [];
  if (stream) body.stream = true;
  const maxTokens = chat.max_completion_tokens ?? chat.max_tokens;
  if (maxTokens) body.max_output_tokens = Math.max(maxTokens, MIN_OUTPUT_TOKENS);
  if (maxTokens && maxTokens < MIN_OUTPUT_TOKENS)
    dropped.push(chat.max_completion_tokens ? "max_completion_tokens" : "max_tokens");
  for (const field of ["temperature", "top_p", "prompt_cache_key"] as const) {
    const value = chat[field];
    if (value !== null && value !== undefined) body[field] = value;
  }
  if (chat.user && chat.user.length <= MAX_USER_CHARS) body.safety_identifier = chat.user;
  else if (chat.user) dropped.push("user");
  if (chat.service_tier) body.service_tier = chat.service_tier === "fast" ? "priority" : chat.service_tier;
  if (chat.logprobs || chat.top_logprobs) {
    body.top_logprobs = chat.top_logprobs ?? 0;
    include.push("message.output_text.logprobs");
  }
  dropped.push(...setTools(body, chat));
  const text = toText(chat);
  if (Object.keys(text).length > 0) body.text = text;
  const reasoning = toReasoning(chat);
  if (quirks.reasoning_request !== "none") {
    if (reasoning) body.reasoning = reasoning;
    include.push("reasoning.encrypted_content");
  } else if (reasoning && reasoning.effort !== "none") dropped.push(chat.reasoning ? "reasoning" : "reasoning_effort");
  if (include.length > 0) body.include = include;
  const isUnmet = chat.response_format && chat.response_format.type !== "text" && !text.format;
  if (isUnmet) dropped.push("response_format");
  return {
    path: "/responses",
    body,
    dropped: [...dropped, ...unsaidFields(chat, SAID)],
    ...(format !== undefined && { expects: { reasoningFormat: format } }),
  };
}

/** Gives the names of what could not be said. */
function setTools(body: Json, chat: ChatRequest): string[] {
  const tools = asArray(chat.tools)
    .map(asObject)
    .filter(({ type }) => type === "function")
    .map(({ function: declared }) => {
      const { name, description, parameters, strict } = asObject(declared);
      const described = asString(description) === undefined ? {} : { description };
      // Here a tool is strict unless it says otherwise; in chat completions it is the other way round.
      return { type: "function", name, ...described, parameters: parameters ?? EMPTY_SCHEMA, strict: strict === true };
    });
  const dropped = tools.length < asArray(chat.tools).length ? ["tools"] : [];
  if (tools.length === 0) return isForced(chat) ? [...dropped, "tool_choice"] : dropped;
  body.tools = tools;
  const choice = chat.tool_choice;
  const named = asString(asObject(asObject(choice).function).name);
  if (named !== undefined) body.tool_choice = { type: "function", name: named };
  else if (typeof choice === "string") body.tool_choice = choice;
  if (typeof chat.parallel_tool_calls === "boolean") body.parallel_tool_calls = chat.parallel_tool_calls;
  return dropped;
}

function isForced({ tool_choice: choice }: ChatRequest): boolean {
  return choice !== undefined && choice !== null && choice !== "none" && choice !== "auto";
}

const EMPTY_SCHEMA = { type: "object", properties: {} };

function toText(chat: ChatRequest): Json {
  const text: Json = {};
  const format = chat.response_format;
  if (format?.type === "json_object" || (format?.type === "json_schema" && !format.json_schema.schema))
    text.format = { type: "json_object" };
  else if (format?.type === "json_schema") {
    const { name, schema, strict, description } = format.json_schema;
    const described = description === undefined ? {} : { description };
    text.format = {
      type: "json_schema",
      name: name ?? "response",
      schema,
      strict: strict ?? false,
      ...described,
    };
  }
  // The vendor's scale ends at high.
  if (chat.verbosity) text.verbosity = chat.verbosity === "xhigh" || chat.verbosity === "max" ? "high" : chat.verbosity;
  return text;
}

function toReasoning(chat: ChatRequest): Json | undefined {
  const { reasoning } = chat;
  const effort = chat.reasoning_effort ?? reasoning?.effort ?? effortOf(chat);
  const isShown = reasoning?.exclude !== true && chat.include_reasoning !== false;
  const isAsked = effort !== undefined || reasoning?.enabled === true || reasoning?.summary || chat.include_reasoning;
  if (!isAsked) return undefined;
  const wanted: Json = {};
  if (effort) wanted.effort = effort;
  if (isShown && effort !== "none") wanted.summary = reasoning?.summary ?? "auto";
  return wanted;
}

function effortOf(chat: ChatRequest): string | undefined {
  const { reasoning } = chat;
  if (reasoning?.enabled === false || reasoning?.max_tokens === 0) return "none";
  if (typeof reasoning?.max_tokens !== "number") return undefined;
  return toNearestEffort(reasoning.max_tokens, chat.max_completion_tokens ?? chat.max_tokens ?? USUAL_MAX_TOKENS);
}
