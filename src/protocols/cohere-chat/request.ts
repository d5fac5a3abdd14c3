import type { ChatRequest } from "../../schema/chat.ts";
import { readWish } from "../anthropic-messages/reasoning-wish.ts";
import { asArray, asObject, asString, type Json } from "../json.ts";
import type { RequestTarget, UpstreamRequest } from "../protocol.ts";
import { toBudget } from "../reasoning-budget.ts";
import { unsaidFields } from "../unsaid-fields.ts";
import { toMessages } from "./messages.ts";

/** Numbers that pass under another name, within the vendor's bounds. */
const NUMBERS: { field: string; name: string; min: number; max: number }[] = [
  { field: "temperature", name: "temperature", min: 0, max: Number.POSITIVE_INFINITY },
  { field: "top_p", name: "p", min: 0.01, max: 0.99 },
  { field: "top_k", name: "k", min: 0, max: 500 },
  { field: "frequency_penalty", name: "frequency_penalty", min: 0, max: 1 },
  { field: "presence_penalty", name: "presence_penalty", min: 0, max: 1 },
];

/** Fields that pass as they are; all but the first two are Cohere's own. */
const PASSED = ["seed", "logprobs", "documents", "citation_options", "safety_mode", "priority"];

const SAID = new Set([...NUMBERS.map(({ field }) => field), ...PASSED, "stop"]);

/**
 * Writes a chat request for Cohere's API v2. A schema for the answer is met natively, except beside tools, where the
 * vendor refuses it: there the model is asked.
 */
export function toCohereRequest(chat: ChatRequest, { model, stream, quirks }: RequestTarget): UpstreamRequest {
  const dropped: string[] = [];
  const messages = toMessages(chat.messages);
  const body: Json = { model, messages, stream };
  for (const field of PASSED) if (isGiven(chat[field])) body[field] = chat[field];
  dropped.push(...setNumbers(body, chat));
  const maxTokens = chat.max_completion_tokens ?? chat.max_tokens;
  if (maxTokens) body.max_tokens = maxTokens;
  if (chat.stop?.length) body.stop_sequences = typeof chat.stop === "string" ? [chat.stop] : chat.stop;
  dropped.push(...setTools(body, chat));
  const { format, instruction } = planFormat(chat, body.tools !== undefined);
  if (format) body.response_format = format;
  if (instruction) messages.unshift({ role: "system", content: instruction });
  const wish = readWish(chat, undefined);
  if (quirks.reasoning_request !== "none") {
    const thinking = toThinking(chat, maxTokens ?? undefined);
    if (thinking) body.thinking = thinking;
  } else if (wish.kind === "on") dropped.push(wish.field);
  const isUnmet = isGiven(chat.response_format) && chat.response_format?.type !== "text" && !format && !instruction;
  if (isUnmet) dropped.push("response_format");
  return {
    path: "/chat",
    body,
    dropped: [...dropped, ...unsaidFields(chat, SAID)],
    ...(instruction && { formatBy: "instruction" as const }),
  };
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** The vendor's `p` ends just below 1: there nothing is lost. Other values that it does not take are reported. */
function setNumbers(body: Json, chat: ChatRequest): string[] {
  const dropped: string[] = [];
  for (const { field, name, min, max } of NUMBERS) {
    const value = chat[field];
    if (typeof value !== "number") continue;
    body[name] = Math.min(Math.max(value, min), max);
    if (body[name] !== value && field !== "top_p") dropped.push(field);
  }
  return dropped;
}

function setTools(body: Json, chat: ChatRequest): string[] {
  const dropped: string[] = [];
  const tools = asArray(chat.tools)
    .map(asObject)
    .filter(({ type }) => type === "function");
  if (tools.length < asArray(chat.tools).length) dropped.push("tools");
  const choice = chat.tool_choice;
  if (tools.length === 0)
    return choice && choice !== "none" && choice !== "auto" ? [...dropped, "tool_choice"] : dropped;
  // One certain tool: it is the only one to choose from.
  const only = asObject(asObject(choice).function).name;
  if (choice === "required" || only !== undefined) body.tool_choice = "REQUIRED";
  if (choice === "none") body.tool_choice = "NONE";
  const chosen = (only === undefined ? tools : tools.filter((tool) => asObject(tool.function).name === only)).map(
    (tool) => asObject(tool.function),
  );
  body.tools = chosen.map(({ name, description, parameters }) => {
    const described = asString(description) === undefined ? {} : { description };
    return { type: "function", function: { name, ...described, parameters: parameters ?? EMPTY_SCHEMA } };
  });
  // It holds for all tools, each of which must then demand something.
  if (chosen.every(({ strict, parameters }) => strict === true && asArray(asObject(parameters).required).length > 0))
    body.strict_tools = true;
  else if (chosen.some(({ strict }) => strict === true)) dropped.push("tools.function.strict");
  return dropped;
}

const EMPTY_SCHEMA = { type: "object", properties: {} };

const INSTRUCTION = "Answer with one JSON object and nothing else: no other text, no code fence.";

function planFormat(chat: ChatRequest, hasTools: boolean): { format?: Json; instruction?: string } {
  const format = chat.response_format;
  if (format?.type !== "json_object" && format?.type !== "json_schema") return {};
  const schema = format.type === "json_schema" ? format.json_schema.schema : undefined;
  if (!hasTools) return { format: schema ? { type: "json_object", json_schema: schema } : { type: "json_object" } };
  const follow = schema ? ` It must follow this JSON schema:\n${JSON.stringify(schema)}` : "";
  return { instruction: INSTRUCTION + follow };
}

function toThinking(chat: ChatRequest, maxTokens: number | undefined): Json | undefined {
  const wish = readWish(chat, undefined);
  if (wish.kind === "absent") return undefined;
  if (wish.kind === "off") return { type: "disabled" };
  const budget = wish.budget ?? (wish.effort && maxTokens ? toBudget(wish.effort, maxTokens) : undefined);
  if (budget === undefined) return { type: "enabled" };
  return { type: "enabled", token_budget: Math.min(budget, maxTokens ?? budget) };
}
