import type { Quirks } from "../../schema/catalogue.ts";
import type { ChatRequest } from "../../schema/chat.ts";
import { settleBreakpoints, toCacheControl } from "../anthropic-messages/cache-control.ts";
import { toConversation } from "../anthropic-messages/conversation.ts";
import { CLAUDE_FORMAT } from "../anthropic-messages/thinking-blocks.ts";
import { asObject, type Json } from "../json.ts";
import type { RequestTarget, UpstreamRequest } from "../protocol.ts";
import { toBudget } from "../reasoning-budget.ts";
import { toConverseBlocks } from "./blocks.ts";
import { planTools } from "./tools.ts";

/** Fields that mean something and that the Converse API has no word for. */
const UNSAYABLE = [
  "seed",
  "min_p",
  "top_a",
  "frequency_penalty",
  "presence_penalty",
  "repetition_penalty",
  "logit_bias",
  "logprobs",
  "top_logprobs",
  "prediction",
  "verbosity",
  "modalities",
  "audio",
  "parallel_tool_calls",
  "web_search_options",
  "n",
];

/** Without a limit of the client's or the endpoint's, a thinking budget is a share of this. */
const DEFAULT_MAX_TOKENS = 8192;

/**
 * Writes a chat request for Amazon Bedrock's Converse API. The conversation is put right by the rules of the
 * Anthropic format, of which Converse is a close relative: alternating turns, results in the turn after their call.
 */
export function toConverseRequest(chat: ChatRequest, target: RequestTarget): UpstreamRequest {
  const { model, quirks, stream } = target;
  const conversation = toConversation(chat.messages, { hasSystemTurns: false, reasoningFormat: CLAUDE_FORMAT });
  const { system, turns } = conversation;
  settleBreakpoints({ tools: [], system, turns }, toCacheControl(chat.cache_control));
  const body: Json = {};
  if (system.length > 0) body.system = toConverseBlocks(system);
  body.messages = turns.map(({ role, content }) => ({ role, content: toConverseBlocks(content) }));
  body.inferenceConfig = toInferenceConfig(chat);
  const { toolConfig, jsonTool, dropped } = planTools(chat, turns);
  if (toolConfig) body.toolConfig = toolConfig;
  const additional = toAdditionalFields(chat, target);
  if (Object.keys(additional).length > 0) body.additionalModelRequestFields = additional;
  const tier = chat.service_tier === "fast" ? "priority" : chat.service_tier;
  if (tier === "priority" || tier === "flex" || tier === "default") body.serviceTier = { type: tier };
  const unsaid = UNSAYABLE.filter((field) => chat[field] !== undefined && chat[field] !== null);
  return {
    path: `/model/${encodeURIComponent(decodeModel(model))}/${stream ? "converse-stream" : "converse"}`,
    body,
    dropped: [...dropped, ...conversation.dropped, ...unsaid, ...unsaidReasoning(chat, quirks)],
    ...(jsonTool !== undefined && { expects: { jsonTool }, formatBy: "tool" as const }),
  };
}

/** A model name that was written as it stands in a path, `…%3A0`, means the same model. */
function decodeModel(model: string): string {
  try {
    return decodeURIComponent(model);
  } catch {
    return model;
  }
}

function toInferenceConfig(chat: ChatRequest): Json {
  const config: Json = {};
  const maxTokens = chat.max_completion_tokens ?? chat.max_tokens;
  if (maxTokens) config.maxTokens = maxTokens;
  if (typeof chat.temperature === "number") config.temperature = chat.temperature;
  if (typeof chat.top_p === "number") config.topP = chat.top_p;
  if (chat.stop) config.stopSequences = typeof chat.stop === "string" ? [chat.stop] : chat.stop;
  return config;
}

/** Fields of the model itself, which Converse hands on: they differ from family to family, as the quirks say. */
function toAdditionalFields(chat: ChatRequest, { quirks, maxCompletionTokens }: RequestTarget): Json {
  const fields: Json = { ...asObject(chat.additional_model_request_fields) };
  if (typeof chat.top_k === "number") fields.top_k = chat.top_k;
  const effort = wantedEffort(chat);
  const limit = chat.max_completion_tokens ?? chat.max_tokens ?? maxCompletionTokens ?? DEFAULT_MAX_TOKENS;
  if (quirks.reasoning_request === "nova" && effort)
    fields.reasoningConfig = { type: "enabled", maxReasoningEffort: toNovaEffort(effort) };
  else if (quirks.reasoning_request === "budget" && effort) {
    const budget = chat.reasoning?.max_tokens ?? toBudget(effort, limit);
    fields.thinking = { type: "enabled", budget_tokens: budget };
  } else if (quirks.reasoning_request?.startsWith("adaptive") && effort) {
    fields.thinking = { type: "adaptive" };
    fields.output_config = { effort: effort === "minimal" ? "low" : effort };
  } else if (quirks.reasoning_request === "effort" && effort) fields.reasoning_effort = effort;
  return fields;
}

type Effort = "minimal" | "low" | "medium" | "high" | "xhigh" | "max";

/** The effort that is asked for; a budget alone counts as medium, the budget itself is used where there is a place. */
function wantedEffort(chat: ChatRequest): Effort | undefined {
  const effort = chat.reasoning_effort ?? chat.reasoning?.effort;
  if (effort === "none" || chat.reasoning?.enabled === false) return undefined;
  if (effort) return effort;
  return chat.reasoning?.enabled || chat.reasoning?.max_tokens ? "medium" : undefined;
}

function toNovaEffort(effort: Effort): string {
  if (effort === "minimal") return "low";
  return effort === "low" || effort === "medium" ? effort : "high";
}

function unsaidReasoning(chat: ChatRequest, quirks: Quirks): string[] {
  const request = quirks.reasoning_request;
  const isSaid = request !== undefined && request !== "none";
  return wantedEffort(chat) && !isSaid ? [chat.reasoning ? "reasoning" : "reasoning_effort"] : [];
}
