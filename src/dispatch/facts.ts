import type { UpstreamFailure } from "../errors.ts";
import { type AttemptFacts, verdictOf } from "../health/health.ts";
import type { ChatRequest } from "../schema/chat.ts";
import type { AnswerEnd } from "./answer.ts";
import type { Attempt } from "./attempt.ts";

/** What an attempt says about its endpoint, and about where its conversation may go on. */
export interface Observation extends AttemptFacts {
  /** Something was read from the provider's cache, or written to it. */
  usedCache?: boolean;
  /** Of a failure. */
  failure?: UpstreamFailure;
}

/** What an attempt says about its endpoint that failed before anything of it was seen. */
export function factsOfFailure(failure: UpstreamFailure): Observation {
  return { verdict: verdictOf(failure.kind), failure };
}

/** Answers with fewer tokens say nothing about speed. */
const MIN_TOKENS = 4;

/** What an attempt says about its endpoint that answered, or whose client left. */
export function factsOfEnd(attempt: Attempt, end: AnswerEnd | { how: "failed" }, chat: ChatRequest): Observation {
  if (end.how === "failed") return { verdict: "neutral" };
  const { tally, firstPartAtMs, startedAtMs } = attempt;
  if (end.how === "cancelled" && firstPartAtMs === undefined) return { verdict: "neutral" };
  const facts: Observation = end.how === "cut" ? factsOfFailure(end.failure) : { verdict: "success" };
  if (chat.stream === true && firstPartAtMs !== undefined) facts.latencyMs = firstPartAtMs - startedAtMs;
  const { usage } = tally;
  const isWhole = end.how === "finished" || (end.how === "refused" && tally.isFinished);
  if (!isWhole || !usage) return facts;
  facts.promptTokens = usage.promptTokens;
  facts.cachedTokens = usage.cacheRead;
  facts.usedCache = usage.cacheRead + usage.cacheWrite + usage.cacheWrite1h > 0;
  const elapsedMs = Date.now() - (chat.stream === true ? (firstPartAtMs ?? startedAtMs) : startedAtMs);
  if (usage.completionTokens >= MIN_TOKENS && elapsedMs > 0)
    facts.tokensPerSecond = (usage.completionTokens / elapsedMs) * 1000;
  if (chat.tools && chat.tools.length > 0) facts.toolsWell = tally.hasSoundToolCalls;
  return facts;
}
