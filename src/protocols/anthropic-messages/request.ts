import { isRecord } from "../../schema/accepts.ts";
import type { ChatRequest } from "../../schema/chat.ts";
import { asArray, type Json } from "../json.ts";
import type { AnswerContext, RequestTarget, UpstreamRequest } from "../protocol.ts";
import type { Turn } from "./blocks.ts";
import { settleBreakpoints, toCacheControl } from "./cache-control.ts";
import { type Conversation, toConversation } from "./conversation.ts";
import { type AnswerFormat, planFormat } from "./response-format.ts";
import { takesOneSampler } from "./samplers.ts";
import { toVendorTier } from "./service-tier.ts";
import { isOn, planThinking, type ThinkingPlan } from "./thinking.ts";
import { CLAUDE_FORMAT, isThinking } from "./thinking-blocks.ts";
import { planTools } from "./tools.ts";

/** The version of the format, fixed since its first one. */
const VERSION = "2023-06-01";
/** The same at Vertex AI. */
const VERTEX_VERSION = "vertex-2023-10-16";

/** Asks for thinking whose conversation was changed to be left out, in place of an error. */
const BINDING_BETA = "thinking-binding-controls-2026-08-01";

/** Fields that are translated here, or that only the router reads. */
const READ_FIELDS = new Set(
  (
    "model models messages prompt stream stream_options max_completion_tokens max_tokens temperature top_p top_k stop " +
    "tools tool_choice parallel_tool_calls response_format structured_outputs reasoning reasoning_effort " +
    "include_reasoning verbosity thinking output_config service_tier cache_control user provider plugins transforms " +
    "route preset session_id metadata trace debug usage max_tool_calls stop_server_tools_when input output rag_params id"
  ).split(" "),
);

/** Values of fields that the format does not have, which ask for nothing. */
const NEUTRAL_VALUES: Record<string, unknown> = {
  min_p: 0,
  top_a: 0,
  frequency_penalty: 0,
  presence_penalty: 0,
  repetition_penalty: 1,
  logprobs: false,
  top_logprobs: 0,
  n: 1,
};

/**
 * Writes a chat request for an upstream of Anthropic's format. The format refuses fields that it does not know, so
 * whatever has no translation is left out and named in `dropped`. `max_tokens`, which it demands, is the client's,
 * else the endpoint's largest, else `DEFAULT_MAX_TOKENS`. The vendor's own `thinking` and `output_config` pass.
 */
export function toRequest(chat: ChatRequest, target: RequestTarget): UpstreamRequest {
  const { quirks, stream, maxCompletionTokens } = target;
  const dropped = new Set<string>();
  const drop = (fields: string[]) => fields.forEach((field) => void dropped.add(field));
  const reasoningFormat = quirks.reasoning_format ?? CLAUDE_FORMAT;
  const hasSystemTurns = quirks.system_turns ?? false;
  const conversation = toConversation(chat.messages, { hasSystemTurns, reasoningFormat });
  const { turns, effort: update } = conversation;
  drop(conversation.dropped);

  const format: AnswerFormat = planFormat(chat, quirks) ?? { kind: "text" };
  if (format.kind === "text" && chat.response_format && chat.response_format.type !== "text") drop(["response_format"]);
  const { tools, choice, isForced, dropped: droppedTools } = planTools(chat, { quirks, format, turns, stream });
  drop(droppedTools);
  const plan = planThinking(chat, { quirks, maxCompletionTokens, turns, update, isForced });
  drop(plan.dropped);
  const headers: Record<string, string> = { "anthropic-version": VERSION };
  const betas = new Set(target.betas);
  if (quirks.preserved_thinking && bindThinking(plan, turns)) betas.add(BINDING_BETA);
  if (betas.size > 0) headers["anthropic-beta"] = [...betas].join(",");

  if (format.kind === "instruction") conversation.system.push({ type: "text", text: format.text });
  settleBreakpoints({ tools, system: conversation.system, turns }, toCacheControl(chat.cache_control));
  const body = toBody(chat, target, { conversation, plan, format });
  if (tools.length > 0) body.tools = tools;
  if (choice) body.tool_choice = choice;
  drop(setSampling(body, chat, target, isOn(plan)));
  drop(setOptions(body, chat));
  drop(unsayableFields(chat));
  return {
    ...(quirks.vertex_anthropic ? toVertex(body, headers) : { path: "/messages", body, headers }),
    dropped: [...dropped],
    ...expected(format, quirks.reasoning_format),
    ...formatBy(format),
  };
}

/** The same request for Vertex AI: the model and the mode stand in the path, the version in the body. */
function toVertex(
  { model, ...body }: Json,
  { "anthropic-version": _, ...headers }: Record<string, string>,
): Pick<UpstreamRequest, "path" | "body" | "headers"> {
  const mode = body.stream === true ? "streamRawPredict" : "rawPredict";
  return {
    path: `/models/${encodeURI(String(model))}:${mode}`,
    body: { anthropic_version: VERTEX_VERSION, ...body },
    headers,
  };
}

function toBody(
  chat: ChatRequest,
  { model, stream }: RequestTarget,
  { conversation, plan, format }: { conversation: Conversation; plan: ThinkingPlan; format: AnswerFormat },
): Json {
  const body: Json = { model, max_tokens: plan.maxTokens };
  if (stream) body.stream = true;
  if (conversation.system.length > 0) body.system = conversation.system;
  body.messages = conversation.turns;
  if (plan.thinking) body.thinking = plan.thinking;
  const output: Json = isRecord(chat.output_config) ? { ...chat.output_config } : {};
  if (plan.effort) output.effort = plan.effort;
  if (format.kind === "native") output.format = { type: "json_schema", schema: format.strict.schema };
  if (Object.keys(output).length > 0) body.output_config = output;
  return body;
}

/**
 * Prepares earlier thinking for a model that checks what stood before it: this router and its clients may have
 * changed that. Gives whether the request now says that such thinking is to be left out; where this request does not
 * think, which leaves no place to say so, it is left out here.
 */
function bindThinking(plan: ThinkingPlan, turns: Turn[]): boolean {
  if (!turns.some(({ content }) => content.some(isThinking))) return false;
  if (plan.thinking?.type === "adaptive") {
    plan.thinking = { ...plan.thinking, block_binding: { prefix_mismatch_behavior: "drop_block" } };
    return true;
  }
  if (!isOn(plan)) for (const turn of turns) turn.content = turn.content.filter((block) => !isThinking(block));
  return false;
}

/**
 * Temperature and its like: the vendor has none above 1, takes with newer models one of `temperature` and `top_p`, and beside
 * thinking no `top_k`, no temperature but 1 and no `top_p` below 0.95.
 */
function setSampling(body: Json, chat: ChatRequest, { model }: RequestTarget, isThinkingOn: boolean): string[] {
  const dropped: string[] = [];
  const { temperature, top_p: topP, top_k: topK } = chat;
  if (typeof temperature === "number") {
    if (!isThinkingOn || temperature === 1) body.temperature = Math.min(temperature, 1);
    if (body.temperature !== temperature) dropped.push("temperature");
  }
  if (typeof topP === "number") {
    const isExclusive = takesOneSampler(model);
    if (isExclusive && body.temperature === 1 && topP !== 1) delete body.temperature;
    const isFree = (!isExclusive || body.temperature === undefined) && (!isThinkingOn || topP >= 0.95);
    if (isFree) body.top_p = topP;
    else if (topP !== 1) dropped.push("top_p");
  }
  if (typeof topK === "number" && topK > 0) {
    if (isThinkingOn) dropped.push("top_k");
    else body.top_k = topK;
  }
  return dropped;
}

function setOptions(body: Json, chat: ChatRequest): string[] {
  const dropped: string[] = [];
  const stops = typeof chat.stop === "string" ? [chat.stop] : (chat.stop ?? []);
  // The vendor refuses words to stop at that cannot be seen.
  const visible = stops.filter((stop) => stop.trim() !== "");
  if (visible.length > 0) body.stop_sequences = visible;
  if (visible.length < stops.length) dropped.push("stop");
  if (chat.user) body.metadata = { user_id: chat.user };
  const tier = chat.service_tier && toVendorTier(chat.service_tier);
  if (tier) body.service_tier = tier;
  else if (chat.service_tier) dropped.push("service_tier");
  return dropped;
}

function unsayableFields(chat: ChatRequest): string[] {
  return Object.entries(chat)
    .filter(([field, value]) => value !== null && value !== undefined && !READ_FIELDS.has(field))
    .filter(([field, value]) => !asksNothing(field, value))
    .map(([field]) => field);
}

function asksNothing(field: string, value: unknown): boolean {
  if (field === "modalities") return asArray(value).every((modality) => modality === "text");
  if (field === "logit_bias") return isRecord(value) && Object.keys(value).length === 0;
  return Object.hasOwn(NEUTRAL_VALUES, field) && NEUTRAL_VALUES[field] === value;
}

function formatBy({ kind }: AnswerFormat): Pick<UpstreamRequest, "formatBy"> {
  return kind === "tool" || kind === "instruction" ? { formatBy: kind } : {};
}

function expected(format: AnswerFormat, reasoningFormat: string | undefined): { expects?: AnswerContext } {
  const expects: AnswerContext = {};
  if (format.kind === "tool") expects.jsonTool = format.name;
  if (reasoningFormat !== undefined) expects.reasoningFormat = reasoningFormat;
  return Object.keys(expects).length > 0 ? { expects } : {};
}
