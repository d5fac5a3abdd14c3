import type { ChatRequest } from "../../schema/chat.ts";
import { readWish } from "../anthropic-messages/reasoning-wish.ts";
import { asArray, asObject, asString, type Json } from "../json.ts";
import type { RequestTarget, UpstreamRequest } from "../protocol.ts";
import { unsaidFields } from "../unsaid-fields.ts";
import { toMistralMessages } from "./messages.ts";

/** Fields that pass as they are; the last three are Mistral's own. */
const PASSED = "top_p frequency_penalty presence_penalty n safe_prompt prompt_mode guardrails".split(" ");

const SAID = new Set([...PASSED, "temperature", "seed", "stop", "parallel_tool_calls", "prediction"]);

/** The vendor takes no higher temperature. */
const MAX_TEMPERATURE = 1.5;

/** Models that think without being asked to, and take their thinking back. */
const ALWAYS_THINKS = /magistral/i;

/**
 * Writes a chat request for Mistral: OpenAI's format with other names (`random_seed`, `tool_choice: "any"`), nine
 * characters for tool-call ids, thinking as parts of the content, and `prefix` on an answer to be continued. The
 * vendor refuses fields that it does not know, so only those that it knows go there.
 */
export function toMistralRequest(chat: ChatRequest, { model, quirks, stream }: RequestTarget): UpstreamRequest {
  const dropped: string[] = [];
  const body: Json = { model };
  for (const field of PASSED) if (chat[field] !== undefined && chat[field] !== null) body[field] = chat[field];
  setNumbers(body, chat, dropped);
  if (chat.stop?.length) body.stop = chat.stop;
  const expected = chat.prediction?.content;
  if (expected !== undefined) body.prediction = { type: "content", content: textOf(expected) };
  if (quirks.reasoning_request !== "none") setReasoning(body, chat);
  else if (readWish(chat, undefined).kind === "on") dropped.push(chat.reasoning ? "reasoning" : "reasoning_effort");
  setTools(body, chat, dropped);
  setResponseFormat(body, chat, dropped);
  const isThinker = ALWAYS_THINKS.test(model) || body.reasoning_effort === "high" || body.prompt_mode === "reasoning";
  body.messages = toMistralMessages(chat.messages, isThinker);
  if (stream || chat.stream === false) body.stream = stream;
  return { path: "/chat/completions", body, dropped: [...dropped, ...unsaidFields(chat, SAID)] };
}

function setNumbers(body: Json, chat: ChatRequest, dropped: string[]): void {
  const limit = chat.max_completion_tokens ?? chat.max_tokens;
  if (limit) body.max_tokens = limit;
  if (typeof chat.temperature === "number") {
    body.temperature = Math.min(chat.temperature, MAX_TEMPERATURE);
    if (body.temperature !== chat.temperature) dropped.push("temperature");
  }
  // Any whole number is a seed for others, here one from 0 on.
  if (typeof chat.seed === "number") body.random_seed = Math.abs(chat.seed);
}

/** The vendor knows thinking and no thinking. */
function setReasoning(body: Json, chat: ChatRequest): void {
  const wish = readWish(chat, undefined);
  if (wish.kind !== "absent") body.reasoning_effort = wish.kind === "on" ? "high" : "none";
}

function setTools(body: Json, chat: ChatRequest, dropped: string[]): void {
  const given = asArray(chat.tools).map(asObject);
  const tools = given.filter(({ type }) => type === "function").map((tool) => asObject(tool.function));
  if (tools.length < given.length) dropped.push("tools");
  const choice = chat.tool_choice;
  if (tools.length === 0) {
    if (choice && choice !== "none" && choice !== "auto") dropped.push("tool_choice");
    return;
  }
  body.tools = tools.map(({ name, description, parameters, strict }) => {
    const written: Json = { name, parameters: parameters ?? { type: "object", properties: {} } };
    if (asString(description) !== undefined) written.description = description;
    if (typeof strict === "boolean") written.strict = strict;
    return { type: "function", function: written };
  });
  const name = asString(asObject(asObject(choice).function).name);
  if (name !== undefined) body.tool_choice = { type: "function", function: { name } };
  else if (typeof choice === "string") body.tool_choice = choice === "required" ? "any" : choice;
  if (typeof chat.parallel_tool_calls === "boolean") body.parallel_tool_calls = chat.parallel_tool_calls;
}

/** Native: a schema must have a name. */
function setResponseFormat(body: Json, chat: ChatRequest, dropped: string[]): void {
  const format = chat.response_format;
  if (!format) return;
  if (format.type === "json_schema" && format.json_schema.schema) {
    const { name, description, schema, strict } = format.json_schema;
    const written: Json = { name: name ?? "response", schema };
    if (description !== undefined) written.description = description;
    if (typeof strict === "boolean") written.strict = strict;
    body.response_format = { type: "json_schema", json_schema: written };
  } else if (format.type === "json_schema" || format.type === "json_object")
    body.response_format = { type: "json_object" };
  else if (format.type === "text") body.response_format = { type: "text" };
  else dropped.push("response_format");
}

function textOf(content: string | readonly { text: string }[]): string {
  return typeof content === "string" ? content : content.map(({ text }) => text).join("");
}
