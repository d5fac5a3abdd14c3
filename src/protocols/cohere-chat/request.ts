import type { ChatRequest } from "../../schema/chat.ts";
import { asArray, asObject, type Json } from "../json.ts";
import type { RequestTarget, UpstreamRequest } from "../protocol.ts";
import { toBudget } from "../reasoning-budget.ts";
import { toMessages } from "./messages.ts";

/** Fields that pass under another name; those of Cohere's own that a client may send pass as they are. */
const NAMES: Record<string, string> = {
  temperature: "temperature",
  top_p: "p",
  top_k: "k",
  seed: "seed",
  frequency_penalty: "frequency_penalty",
  presence_penalty: "presence_penalty",
  logprobs: "logprobs",
  documents: "documents",
  citation_options: "citation_options",
  safety_mode: "safety_mode",
  priority: "priority",
};

/** Fields that mean something and that Cohere has no word for. */
const UNSAYABLE = [
  "top_a",
  "min_p",
  "repetition_penalty",
  "logit_bias",
  "top_logprobs",
  "parallel_tool_calls",
  "prediction",
  "verbosity",
  "modalities",
  "audio",
  "service_tier",
  "web_search_options",
  "cache_control",
  "n",
];

/** Writes a chat request for Cohere's API v2. */
export function toCohereRequest(chat: ChatRequest, { model, stream }: RequestTarget): UpstreamRequest {
  const body: Json = { model, messages: toMessages(chat.messages), stream };
  for (const [field, name] of Object.entries(NAMES)) if (isGiven(chat[field])) body[name] = chat[field];
  const maxTokens = chat.max_completion_tokens ?? chat.max_tokens;
  if (maxTokens) body.max_tokens = maxTokens;
  if (chat.stop) body.stop_sequences = typeof chat.stop === "string" ? [chat.stop] : chat.stop;
  setTools(body, chat);
  setResponseFormat(body, chat);
  const thinking = toThinking(chat, maxTokens ?? undefined);
  if (thinking) body.thinking = thinking;
  return { path: "/chat", body, dropped: UNSAYABLE.filter((field) => isGiven(chat[field])) };
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function setTools(body: Json, chat: ChatRequest): void {
  const tools = asArray(chat.tools)
    .map(asObject)
    .filter(({ type }) => type === "function");
  if (tools.length === 0) return;
  const choice = chat.tool_choice;
  if (choice === "required") body.tool_choice = "REQUIRED";
  if (choice === "none") body.tool_choice = "NONE";
  const only = asObject(asObject(choice).function).name;
  const chosen = only === undefined ? tools : tools.filter((tool) => asObject(tool.function).name === only);
  if (only !== undefined) body.tool_choice = "REQUIRED";
  body.tools = chosen.map(({ function: declared }) => {
    const { name, description, parameters } = asObject(declared);
    return { type: "function", function: { name, description, parameters: parameters ?? EMPTY_SCHEMA } };
  });
  if (chosen.some((tool) => asObject(tool.function).strict === true)) body.strict_tools = true;
}

const EMPTY_SCHEMA = { type: "object", properties: {} };

/** Native: Cohere takes a JSON Schema with its JSON mode. */
function setResponseFormat(body: Json, chat: ChatRequest): void {
  const format = chat.response_format;
  if (format?.type === "json_object") body.response_format = { type: "json_object" };
  if (format?.type === "json_schema") {
    const { schema } = format.json_schema;
    body.response_format = schema ? { type: "json_object", json_schema: schema } : { type: "json_object" };
  }
}

function toThinking(chat: ChatRequest, maxTokens: number | undefined): Json | undefined {
  const { reasoning } = chat;
  const effort = chat.reasoning_effort ?? reasoning?.effort;
  if (effort === "none" || reasoning?.enabled === false) return { type: "disabled" };
  if (typeof reasoning?.max_tokens === "number") return { type: "enabled", token_budget: reasoning.max_tokens };
  if (effort && maxTokens) return { type: "enabled", token_budget: Math.min(toBudget(effort, maxTokens), maxTokens) };
  return effort || reasoning?.enabled ? { type: "enabled" } : undefined;
}
