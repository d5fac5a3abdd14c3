import type { ChatRequest, ReasoningEffort } from "../../schema/chat.ts";
import type { Json } from "../json.ts";
import type { RequestTarget } from "../protocol.ts";
import { toBudget, toNearestEffort } from "../reasoning-budget.ts";
import { type ModelTraits, THINKING_LEVELS, type ThinkingLevel } from "./model-traits.ts";

/** Output cap of all Gemini models that think, where neither the request nor the catalogue names one. */
const DEFAULT_OUTPUT_CAP = 65_536;

const LEVELS: Record<Exclude<ReasoningEffort, "none">, ThinkingLevel> = {
  max: "high",
  xhigh: "high",
  high: "high",
  medium: "medium",
  low: "low",
  minimal: "minimal",
};

/** What a request says about thinking, from all the places where it can say so. */
interface Wish {
  /** Undefined: the model's own default. */
  effort: ReasoningEffort | undefined;
  /** Tokens. */
  budget: number | undefined;
  /** Whether the thoughts are returned. */
  isShown: boolean;
}

/**
 * `thinkingConfig` for a request; undefined when it says nothing about reasoning. An effort becomes a budget by its
 * share of the output cap, or the nearest level. A budget goes as it is to models that count tokens, and becomes the
 * level of the nearest share for the others. No thinking is a budget of 0, or the lowest level: those models cannot
 * do without.
 */
export function toThinkingConfig(chat: ChatRequest, target: RequestTarget, traits: ModelTraits): Json | undefined {
  const wish = readWish(chat);
  if (wish === undefined || target.quirks.reasoning_request === "none") return undefined;
  const { effort, budget, isShown } = wish;
  const cap = outputCap(chat) ?? target.maxCompletionTokens ?? DEFAULT_OUTPUT_CAP;
  const config: Json = isShown && effort !== "none" ? { includeThoughts: true } : {};
  if (traits.isGemini3) {
    const wanted = effort ?? (budget === undefined ? undefined : toNearestEffort(budget, cap));
    if (wanted !== undefined) config.thinkingLevel = nearestLevel(wanted, traits.levels);
  } else {
    const tokens = budget ?? (effort && (effort === "none" ? 0 : toBudget(effort, cap)));
    if (tokens !== undefined) config.thinkingBudget = Math.min(tokens, traits.maxBudget);
  }
  for (const _ in config) return config;
  return undefined;
}

/** Wishes about reasoning that this format has no words for, or that the provider does not want to hear. */
export function unsaidReasoning(chat: ChatRequest, { quirks }: RequestTarget): string[] {
  const { summary, context, mode } = chat.reasoning ?? {};
  if (quirks.reasoning_request === "none") return readWish(chat) ? ["reasoning"] : [];
  const unsaid: string[] = [];
  if (summary && summary !== "auto") unsaid.push("reasoning.summary");
  if (context && context !== "auto") unsaid.push("reasoning.context");
  if (mode && mode !== "standard") unsaid.push("reasoning.mode");
  return unsaid;
}

/** The client's cap on generated tokens, thoughts included. */
export function outputCap(chat: ChatRequest): number | undefined {
  return chat.max_completion_tokens ?? chat.max_tokens ?? undefined;
}

function readWish(chat: ChatRequest): Wish | undefined {
  const { reasoning, include_reasoning: isIncluded } = chat;
  const updated = latestUpdate(chat);
  const named = updated ?? chat.reasoning_effort ?? reasoning?.effort ?? undefined;
  const budget = updated === undefined ? (reasoning?.max_tokens ?? undefined) : undefined;
  if (!reasoning && named === undefined && typeof isIncluded !== "boolean") return undefined;
  const isShown = reasoning?.exclude !== true && isIncluded !== false;
  if (named !== undefined) return { effort: named, budget: named === "none" ? undefined : budget, isShown };
  if (reasoning?.enabled === false || budget === 0) return { effort: "none", budget: undefined, isShown };
  const effort = reasoning?.enabled === true && budget === undefined ? "medium" : undefined;
  return { effort, budget, isShown };
}

/** The effort of the last message that changes it in mid-conversation. */
function latestUpdate(chat: ChatRequest): ReasoningEffort | undefined {
  for (const message of chat.messages.toReversed()) {
    const isInstruction = message.role === "system" || message.role === "developer";
    if (isInstruction && message.configuration_update) return message.configuration_update.reasoning.effort;
  }
  return undefined;
}

/** The level of an effort, or the next higher one that the model takes; the lowest for none. */
function nearestLevel(effort: ReasoningEffort, levels: readonly ThinkingLevel[]): ThinkingLevel | undefined {
  if (effort === "none") return levels[0];
  const rank = THINKING_LEVELS.indexOf(LEVELS[effort]);
  return levels.find((level) => THINKING_LEVELS.indexOf(level) >= rank) ?? levels.at(-1);
}
