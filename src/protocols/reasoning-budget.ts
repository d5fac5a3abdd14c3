import type { ReasoningEffort } from "../schema/chat.ts";

/** Vendors that take a budget take none below this. */
const MIN_BUDGET_TOKENS = 1024;
const MAX_BUDGET_TOKENS = 128_000;

/** The share of the output limit that each effort may spend on thinking, smallest first. */
const SHARES: [effort: Exclude<ReasoningEffort, "none">, share: number][] = [
  ["minimal", 0.1],
  ["low", 0.2],
  ["medium", 0.5],
  ["high", 0.8],
  ["xhigh", 0.95],
  ["max", 0.95],
];

/** The budget in tokens that an effort means under an output limit. It may reach or pass a small limit. */
export function toBudget(effort: Exclude<ReasoningEffort, "none">, maxTokens: number): number {
  const share = SHARES.find(([name]) => name === effort)?.[1] ?? 0.5;
  return Math.max(Math.min(Math.floor(maxTokens * share), MAX_BUDGET_TOKENS), MIN_BUDGET_TOKENS);
}

/** The effort whose share of an output limit is nearest to a budget. */
export function toNearestEffort(budget: number, maxTokens: number): Exclude<ReasoningEffort, "none"> {
  const wanted = budget / maxTokens;
  let [nearest] = SHARES[0] ?? ["minimal" as const];
  let distance = Number.POSITIVE_INFINITY;
  for (const [effort, share] of SHARES) {
    if (Math.abs(share - wanted) >= distance) continue;
    distance = Math.abs(share - wanted);
    nearest = effort;
  }
  return nearest;
}
