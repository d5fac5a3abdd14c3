import type { Quirks } from "../../schema/catalogue.ts";
import type { ChatRequest } from "../../schema/chat.ts";
import { type ReasoningWish, readWish } from "../anthropic-messages/reasoning-wish.ts";
import { isOn, planThinking, type ThinkingPlan, type ThinkingSituation } from "../anthropic-messages/thinking.ts";
import { asObject, type Json } from "../json.ts";
import { toNearestEffort } from "../reasoning-budget.ts";
import type { ModelTraits } from "./model-traits.ts";

/** Converse takes no higher temperature. */
const MAX_TEMPERATURE = 1;
/** Output limit under which a thinking budget is turned into an effort when the request names none. */
const USUAL_MAX_TOKENS = 8192;

/** How a model is to generate: Converse's own settings, and those that it hands on to the model. */
export interface InferencePlan {
  config: Json;
  /** `additionalModelRequestFields`. */
  additional: Json;
  dropped: string[];
}

/**
 * Writes sampling, limits and thinking. Converse knows limits and sampling alone; thinking goes in the words of the
 * model's family, as the endpoint's `reasoning_request` says. Claude's rules about what may stand beside thinking
 * are those of the Anthropic format.
 */
export function planInference(chat: ChatRequest, traits: ModelTraits, situation: ThinkingSituation): InferencePlan {
  const plan: InferencePlan = { config: {}, additional: {}, dropped: [] };
  Object.assign(plan.additional, asObject(chat.additional_model_request_fields));
  const limit = chat.max_completion_tokens ?? chat.max_tokens;
  if (limit) plan.config.maxTokens = limit;
  const { reasoning_request: request } = situation.quirks;
  let isThinking = false;
  if (request === "budget" || request?.startsWith("adaptive")) {
    const thinking = planThinking(chat, situation);
    isThinking = isOn(thinking);
    setThinking(plan, thinking);
  } else setReasoning(plan, chat, situation.quirks);
  setSampling(plan, chat, { ...traits, isThinking });
  setStop(plan, chat, traits);
  return plan;
}

function setThinking(plan: InferencePlan, { thinking, effort, maxTokens, dropped }: ThinkingPlan): void {
  if (thinking) plan.additional.thinking = thinking;
  if (effort) plan.additional.output_config = { effort };
  // A budget must leave room below the limit.
  if (thinking?.type === "enabled") plan.config.maxTokens = maxTokens;
  plan.dropped.push(...dropped);
}

function setReasoning(plan: InferencePlan, chat: ChatRequest, { reasoning_request: request }: Quirks): void {
  if (chat.verbosity) plan.dropped.push("verbosity");
  const wish = readWish(chat, undefined);
  if (wish.kind === "absent") return;
  if (request === "nova") {
    if (wish.kind === "on") plan.additional.reasoningConfig = toNovaConfig(wish, chat);
  } else if (request === "effort")
    plan.additional.reasoning_effort = wish.kind === "on" ? effortOf(wish, chat) : "none";
  else if (wish.kind === "on") plan.dropped.push(wish.field);
}

/** Nova knows three levels, and takes no output limit beside the highest: the client's limit goes before it. */
function toNovaConfig(wish: ReasoningWish & { kind: "on" }, chat: ChatRequest): Json {
  const effort = effortOf(wish, chat);
  const isLimited = (chat.max_completion_tokens ?? chat.max_tokens) !== undefined;
  let level = "high";
  if (effort === "minimal" || effort === "low") level = "low";
  else if (effort === "medium" || isLimited) level = "medium";
  return { type: "enabled", maxReasoningEffort: level };
}

function effortOf({ effort, budget }: ReasoningWish & { kind: "on" }, chat: ChatRequest): string {
  if (effort) return effort;
  if (!budget) return "medium";
  return toNearestEffort(budget, chat.max_completion_tokens ?? chat.max_tokens ?? USUAL_MAX_TOKENS);
}

function setSampling(
  plan: InferencePlan,
  chat: ChatRequest,
  { isClaude, isExclusive, isNova, isThinking }: ModelTraits & { isThinking: boolean },
): void {
  const { config, additional, dropped } = plan;
  const { temperature, top_p: topP, top_k: topK } = chat;
  // Nova refuses all sampling beside its highest level.
  const isBare = asObject(additional.reasoningConfig).maxReasoningEffort === "high";
  if (typeof temperature === "number") {
    if (!isBare && (!isThinking || temperature === 1)) config.temperature = Math.min(temperature, MAX_TEMPERATURE);
    if (config.temperature !== temperature) dropped.push("temperature");
  }
  if (typeof topP === "number") {
    if (isExclusive && config.temperature === 1 && topP !== 1) delete config.temperature;
    const isAlone = !isExclusive || config.temperature === undefined;
    const isFree = isClaude ? isAlone && (!isThinking || topP >= 0.95) : !isBare;
    if (isFree) config.topP = topP;
    else if (topP !== 1) dropped.push("top_p");
  }
  if (typeof topK !== "number" || topK === 0) return;
  if (isThinking || isBare) dropped.push("top_k");
  else if (isNova) additional.inferenceConfig = { topK };
  else additional.top_k = topK;
}

function setStop(plan: InferencePlan, { stop }: ChatRequest, { isClaude }: ModelTraits): void {
  const stops = typeof stop === "string" ? [stop] : (stop ?? []);
  // Claude refuses words to stop at that cannot be seen.
  const taken = stops.filter((word) => (isClaude ? word.trim() : word) !== "");
  if (taken.length > 0) plan.config.stopSequences = taken;
  if (taken.length < stops.length) plan.dropped.push("stop");
}
