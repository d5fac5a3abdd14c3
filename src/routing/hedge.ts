import type { Percentiles } from "../health/health.ts";

/** Where nothing is measured yet. */
const DEFAULT_MS = 1_000;
/** Answers of a steady endpoint differ this much without anything being wrong. */
const USUAL_SPREAD = 1.5;
/** No first token is worth waiting for so many medians. */
const MOST_MEDIANS = 4;

/**
 * How long a first token usually takes at most: about nineteen of twenty are there by then, and no sooner than one and a
 * half medians, so that an endpoint that always takes the same time is not doubted for a moment's delay. Attempts that
 * were outrun are not among what is measured, so that stalls do not teach to wait for stalls.
 */
export function usualLatencyMs(latencyMs: Percentiles | undefined): number {
  if (!latencyMs) return DEFAULT_MS;
  const { p50, p90, p99 } = latencyMs;
  return Math.max(Math.min((p90 + p99) / 2, p50 * MOST_MEDIANS), p50 * USUAL_SPREAD);
}
