import { RouterError } from "../../errors.ts";
import { isRecord } from "../../schema/accepts.ts";
import type { Quirks } from "../../schema/catalogue.ts";
import type { ChatRequest, ReasoningEffort } from "../../schema/chat.ts";
import { asString, type Json } from "../json.ts";
import { toBudget, toNearestEffort } from "../reasoning-budget.ts";
import type { Turn } from "./blocks.ts";
import { isExcluded, type ReasoningWish, readWish } from "./reasoning-wish.ts";
import { isThinking } from "./thinking-blocks.ts";

/** The output limit where neither the request nor the endpoint names one; the vendor demands one. */
export const DEFAULT_MAX_TOKENS = 8192;

/** The vendor takes no smaller budget. */
const MIN_BUDGET_TOKENS = 1024;

/** Levels of `output_config.effort`, smallest first. */
const LEVELS = ["low", "medium", "high", "xhigh", "max"] as const;
type Level = (typeof LEVELS)[number];

/** How a request is to think: the fields that say so, and what they leave no room for. */
export interface ThinkingPlan {
  maxTokens: number;
  thinking?: Json;
  effort?: Level;
  dropped: string[];
}

/** What of the request the vendor's rules about thinking depend on. */
export interface ThinkingSituation {
  quirks: Quirks;
  maxCompletionTokens: number | undefined;
  turns: readonly Turn[];
  /** An effort set by the conversation itself. */
  update: ReasoningEffort | undefined;
  /** Whether the model has to call a tool. */
  isForced: boolean;
}

/** Whether an endpoint's models think whatever they are told; then they cannot be made to call a tool. */
export function alwaysThinks(quirks: Quirks): boolean {
  return quirks.reasoning_request === "adaptive_always";
}

/**
 * Decides how to think. Older models take a budget of tokens, newer ones decide for themselves and take a level of
 * effort; the endpoint's `reasoning_request` says which. What is asked for in the other's terms is translated by the
 * share of the output limit.
 *
 * The vendor refuses thinking beside a forced tool call and beside an answer to continue; with a budget also in the
 * midst of a round of tool calls that began without it. The answer's form goes before its quality: there the thinking
 * is left out and reported. Throws `RouterError` when thinking is to be off where it cannot be.
 */
export function planThinking(chat: ChatRequest, situation: ThinkingSituation): ThinkingPlan {
  const { quirks } = situation;
  const wish = readWish(chat, situation.update);
  const limit = chat.max_completion_tokens ?? chat.max_tokens ?? situation.maxCompletionTokens;
  const plan: ThinkingPlan = { maxTokens: limit ?? DEFAULT_MAX_TOKENS, dropped: unsayable(chat) };
  const request = quirks.reasoning_request ?? "budget";
  const isAdaptive = request.startsWith("adaptive");
  const effort = effortOf(chat, wish, plan.maxTokens, { isAdaptive, quirks });
  if (effort) plan.effort = effort;
  if (!effort && chat.verbosity) plan.dropped.push("verbosity");
  if (isRecord(chat.thinking)) plan.thinking = chat.thinking;
  else if (isAdaptive) setAdaptive(plan, chat, wish, situation);
  else if (wish.kind === "on") {
    if (request === "none" || isRefused(situation)) plan.dropped.push(wish.field);
    else setBudget(plan, wish, limit === undefined);
  }
  return plan;
}

/** Whether the model is told to think. */
export function isOn({ thinking }: ThinkingPlan): boolean {
  const type = asString(thinking?.type);
  return type !== undefined && type !== "disabled";
}

function setAdaptive(plan: ThinkingPlan, chat: ChatRequest, wish: ReasoningWish, situation: ThinkingSituation): void {
  const { quirks } = situation;
  const on = { type: "adaptive", display: isExcluded(chat) ? "omitted" : "summarized" };
  if (alwaysThinks(quirks)) {
    plan.thinking = on;
    if (wish.kind !== "off") return;
    // An alias that follows the newest model must not break with it.
    if (!chat.model?.startsWith("~"))
      throw new RouterError("invalid_request", "Reasoning is mandatory for this endpoint and cannot be disabled.");
    plan.effort = toLevel("minimal", quirks);
    return;
  }
  const thinksUnasked = quirks.reasoning_request === "adaptive_default";
  const isWanted = wish.kind === "on" || (wish.kind === "absent" && thinksUnasked);
  if (isWanted && !isRefused(situation)) {
    plan.thinking = on;
    return;
  }
  if (wish.kind === "on") plan.dropped.push(wish.field);
  if (!thinksUnasked) return;
  plan.thinking = { type: "disabled" };
  // Refused beside thinking that is off.
  if (plan.effort === "xhigh" || plan.effort === "max") plan.effort = toLevel("high", quirks);
}

/** `isOpenEnded`: nobody named an output limit, so it can make room for the budget. */
function setBudget(plan: ThinkingPlan, wish: ReasoningWish & { kind: "on" }, isOpenEnded: boolean): void {
  let budget = Math.max(wish.budget ?? toBudget(wish.effort ?? "medium", plan.maxTokens), MIN_BUDGET_TOKENS);
  if (budget >= plan.maxTokens && isOpenEnded) plan.maxTokens = budget + DEFAULT_MAX_TOKENS;
  if (budget >= plan.maxTokens) budget = toBudget("max", plan.maxTokens);
  if (budget < plan.maxTokens) plan.thinking = { type: "enabled", budget_tokens: budget };
  else plan.dropped.push(wish.field);
}

/** The level of effort for the whole answer: `verbosity` is the direct word for it, reasoning effort the next best. */
function effortOf(
  chat: ChatRequest,
  wish: ReasoningWish,
  maxTokens: number,
  { isAdaptive, quirks }: { isAdaptive: boolean; quirks: Quirks },
): Level | undefined {
  if (!isAdaptive && !quirks.reasoning_efforts) return undefined;
  if (chat.verbosity) return toLevel(chat.verbosity, quirks);
  if (!isAdaptive || wish.kind !== "on") return undefined;
  const effort = wish.effort ?? (wish.budget && toNearestEffort(wish.budget, maxTokens));
  return effort ? toLevel(effort, quirks) : undefined;
}

/** The nearest level that the endpoint takes; of two equally near ones the lower. */
function toLevel(effort: Level | "minimal", quirks: Quirks): Level {
  const wanted = effort === "minimal" ? 0 : LEVELS.indexOf(effort);
  const known = LEVELS.filter((level) => quirks.reasoning_efforts?.includes(level) ?? true);
  const distance = (level: Level) => Math.abs(LEVELS.indexOf(level) - wanted);
  return known.reduce((nearest, level) => (distance(level) < distance(nearest) ? level : nearest), known[0] ?? "low");
}

function isRefused({ isForced, turns, quirks }: ThinkingSituation): boolean {
  if (isForced || turns.at(-1)?.role === "assistant") return true;
  return !quirks.reasoning_request?.startsWith("adaptive") && beganWithoutThinking(turns);
}

/** Whether the answer in progress is a round of tool calls whose first turn holds no thinking. */
function beganWithoutThinking(turns: readonly Turn[]): boolean {
  let first: Turn | undefined;
  for (const turn of turns.toReversed()) {
    if (turn.role === "assistant") first = turn;
    else if (turn.role === "user" && !turn.content.some((block) => block.type === "tool_result")) break;
  }
  const [block] = first?.content ?? [];
  return block !== undefined && !isThinking(block);
}

function unsayable({ reasoning }: ChatRequest): string[] {
  const dropped: string[] = [];
  if (reasoning?.mode === "pro") dropped.push("reasoning.mode");
  if (reasoning?.context && reasoning.context !== "auto") dropped.push("reasoning.context");
  return dropped;
}
