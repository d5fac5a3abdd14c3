import type { Percentiles } from "./health.ts";

/** Buckets of a histogram. */
export const BUCKETS = 128;

/** Seven buckets to a doubling: each is 10.4 % wide, so its middle is at most 5.1 % off. */
const BUCKETS_PER_DOUBLING = 7;

/** Fewer samples than these say nothing. */
const MIN_SAMPLES = 5;

/**
 * A log scale of buckets. A value of its range is known within 6 %: half a bucket, and the rounding of the bucket's
 * middle to three digits. Values outside count as the nearest end.
 */
export interface Scale {
  lowest: number;
  /** What the values of each bucket are taken for, ascending. */
  middles: readonly number[];
  /** Whether a percentile is the value that its share stays within, or the one that its share reaches at least. */
  share: "within" | "at_least";
}

/** 2 ms to 640 s. */
export const LATENCY_MS: Scale = { lowest: 2, middles: middlesFrom(2), share: "within" };

/** 0.25 to 80,000 tokens per second. */
export const THROUGHPUT: Scale = { lowest: 0.25, middles: middlesFrom(0.25), share: "at_least" };

function middlesFrom(lowest: number): number[] {
  return Array.from({ length: BUCKETS }, (_, bucket) =>
    Number((lowest * 2 ** ((bucket + 0.5) / BUCKETS_PER_DOUBLING)).toPrecision(3)),
  );
}

/** The bucket of a finite value. */
export function bucketOf(value: number, { lowest }: Scale): number {
  if (value <= lowest) return 0;
  return Math.min(BUCKETS - 1, Math.floor(Math.log2(value / lowest) * BUCKETS_PER_DOUBLING));
}

/** Percentiles by nearest rank; undefined below five samples. `counts` has the number of samples of each bucket. */
export function percentilesOf(counts: Float64Array, scale: Scale): Percentiles | undefined {
  let samples = 0;
  for (let bucket = 0; bucket < BUCKETS; bucket++) samples += counts[bucket] ?? 0;
  if (samples < MIN_SAMPLES) return undefined;
  const [p50 = 0, p75 = 0, p90 = 0, p99 = 0] = valuesAtRanks(
    [50, 75, 90, 99].map((percent) => Math.ceil((samples * percent) / 100)),
    counts,
    scale,
  );
  return { p50, p75, p90, p99 };
}

/** The values of ascending ranks, from 1, counted from the best: the shortest latency, the highest throughput. */
function valuesAtRanks(ranks: number[], counts: Float64Array, { middles, share }: Scale): number[] {
  const step = share === "within" ? 1 : -1;
  let bucket = share === "within" ? 0 : BUCKETS - 1;
  let reached = counts[bucket] ?? 0;
  return ranks.map((rank) => {
    while (reached < rank) {
      bucket += step;
      reached += counts[bucket] ?? 0;
    }
    return middles[bucket] ?? 0;
  });
}
