import type { Percentiles } from "../health/health.ts";

/** Where nothing is measured yet. */
const DEFAULT_MS = 1_000;
/** Answers of a steady endpoint differ this much without anything being wrong. */
const USUAL_SPREAD = 2;

/**
 * How long a first token usually takes at most: nine of ten are there by then, and no sooner than twice the median, so
 * that an endpoint that always takes the same time is not doubted for a moment's delay. Attempts that were outrun are
 * not among what is measured, so that stalls do not teach to wait for stalls.
 */
export function usualLatencyMs(latencyMs: Percentiles | undefined): number {
  if (!latencyMs) return DEFAULT_MS;
  return Math.max(Math.min(latencyMs.p90, latencyMs.p50 * 4), latencyMs.p50 * USUAL_SPREAD);
}
