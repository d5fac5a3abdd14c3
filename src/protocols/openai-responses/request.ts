import type { ChatRequest } from "../../schema/chat.ts";
import { asArray, asObject, asString, type Json } from "../json.ts";
import type { RequestTarget, UpstreamRequest } from "../protocol.ts";
import { toNearestEffort } from "../reasoning-budget.ts";
import { toInput } from "./input.ts";

/** Fields that mean something and that the Responses API has no word for. */
const UNSAYABLE = [
  "stop",
  "seed",
  "top_k",
  "min_p",
  "top_a",
  "frequency_penalty",
  "presence_penalty",
  "repetition_penalty",
  "logit_bias",
  "prediction",
  "modalities",
  "audio",
  "n",
  "web_search_options",
];

/** Output limit under which a thinking budget is turned into an effort when the request names none. */
const USUAL_MAX_TOKENS = 16_384;

/**
 * Writes a chat request for OpenAI's Responses API. Nothing is stored at the vendor (`store: false`); reasoning comes
 * back encrypted, so that the next turn can bring it along.
 */
export function toResponsesRequest(chat: ChatRequest, { model, stream, quirks }: RequestTarget): UpstreamRequest {
  const body: Json = { model, input: toInput(chat.messages), store: false };
  const include: string[] = [];
  if (stream) body.stream = true;
  const maxTokens = chat.max_completion_tokens ?? chat.max_tokens;
  if (maxTokens) body.max_output_tokens = maxTokens;
  for (const field of ["temperature", "top_p", "prompt_cache_key"] as const) {
    const value = chat[field];
    if (value !== null && value !== undefined) body[field] = value;
  }
  if (chat.user) body.safety_identifier = chat.user;
  if (chat.service_tier) body.service_tier = chat.service_tier === "fast" ? "priority" : chat.service_tier;
  if (chat.logprobs || chat.top_logprobs) {
    body.top_logprobs = chat.top_logprobs ?? 0;
    include.push("message.output_text.logprobs");
  }
  setTools(body, chat);
  const text = toText(chat);
  if (Object.keys(text).length > 0) body.text = text;
  if (quirks.reasoning_request !== "none") {
    const reasoning = toReasoning(chat);
    if (reasoning) body.reasoning = reasoning;
    include.push("reasoning.encrypted_content");
  }
  if (include.length > 0) body.include = include;
  return { path: "/responses", body, dropped: UNSAYABLE.filter((field) => isGiven(chat[field])) };
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function setTools(body: Json, chat: ChatRequest): void {
  const tools = asArray(chat.tools)
    .map(asObject)
    .filter(({ type }) => type === "function")
    .map(({ function: declared }) => {
      const { name, description, parameters, strict } = asObject(declared);
      const described = asString(description) === undefined ? {} : { description };
      // Here a tool is strict unless it says otherwise; in chat completions it is the other way round.
      return { type: "function", name, ...described, parameters: parameters ?? EMPTY_SCHEMA, strict: strict === true };
    });
  if (tools.length === 0) return;
  body.tools = tools;
  const choice = chat.tool_choice;
  const named = asString(asObject(asObject(choice).function).name);
  if (named !== undefined) body.tool_choice = { type: "function", name: named };
  else if (typeof choice === "string") body.tool_choice = choice;
  if (typeof chat.parallel_tool_calls === "boolean") body.parallel_tool_calls = chat.parallel_tool_calls;
}

const EMPTY_SCHEMA = { type: "object", properties: {} };

function toText(chat: ChatRequest): Json {
  const text: Json = {};
  const format = chat.response_format;
  if (format?.type === "json_object") text.format = { type: "json_object" };
  if (format?.type === "json_schema") {
    const { name, schema, strict, description } = format.json_schema;
    const described = description === undefined ? {} : { description };
    text.format = {
      type: "json_schema",
      name: name ?? "response",
      schema: schema ?? {},
      strict: strict ?? false,
      ...described,
    };
  }
  if (chat.verbosity) text.verbosity = chat.verbosity;
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
  if (reasoning?.enabled === false) return "none";
  if (typeof reasoning?.max_tokens !== "number") return undefined;
  return toNearestEffort(reasoning.max_tokens, chat.max_completion_tokens ?? chat.max_tokens ?? USUAL_MAX_TOKENS);
}
