import type { AttemptFacts, EndpointHealth, Percentiles } from "./health.ts";
import { BUCKETS, bucketOf, LATENCY_MS, percentilesOf, THROUGHPUT } from "./histogram.ts";
import { isOutage, type Second } from "./outage.ts";
import { Ring, type SparseRow } from "./ring.ts";

/** The window of an outage. */
const SECONDS = 30;
/** The window of everything but tools and the day; the last 5 of them are the window of percentiles. */
const MINUTES = 30;
const PERCENTILE_MINUTES = 5;
/** A day, in slots of ten minutes; the last 12 of them, 2 h, are the window of tools. */
const TENS = 144;
const TOOL_TENS = 12;

/** Columns of the seconds and the first ones of all counts. */
const SUCCESSES = 0;
const FAILURES = 1;
/** Further columns of the minutes. */
const RATE_LIMITS = 2;
const PROMPT_TOKENS = 3;
const CACHED_TOKENS = 4;
/** Further columns of the tens. */
const TOOL_REQUESTS = 2;
const TOOL_SUCCESSES = 3;

/** Fewer successes and failures than these make no uptime to route by. */
const MIN_ROUTING_ATTEMPTS = 100;
/** Fewer than these make no uptime to show. */
const MIN_SHOWN_ATTEMPTS = 5;

/** How an endpoint did, for people to read: uptimes as shares 0..1, null when there is too little data to say. */
export interface HealthListing {
  uptime5m: number | null;
  uptime30m: number | null;
  uptime1d: number | null;
  latencyMs30m: Percentiles | null;
  throughput30m: Percentiles | null;
}

/** The listing of an endpoint that nobody has used. */
export const UNKNOWN_LISTING: HealthListing = {
  uptime5m: null,
  uptime30m: null,
  uptime1d: null,
  latencyMs30m: null,
  throughput30m: null,
};

/** A history as JSON. */
export interface HistoryRows {
  seconds: SparseRow[];
  minutes: SparseRow[];
  samples: SparseRow[];
  tens: SparseRow[];
}

/** What was noted of one endpoint over a day, at most: counts by slot, so nothing depends on the order inside one. 20 KB. */
export class History {
  readonly #seconds = new Ring(1_000, 2, new Uint32Array(SECONDS * 2));
  readonly #minutes = new Ring(60_000, 5, new Uint32Array(MINUTES * 5));
  /** Histograms of each minute, latency before throughput. A bucket is full at 65,535 samples a minute. */
  readonly #samples = new Ring(60_000, 2 * BUCKETS, new Uint16Array(MINUTES * 2 * BUCKETS));
  readonly #tens = new Ring(600_000, 4, new Uint32Array(TENS * 4));

  /** The caller leaves out what is neutral. */
  note(facts: AttemptFacts, nowMs: number): void {
    const { verdict, latencyMs, tokensPerSecond, promptTokens, cachedTokens, toolsWell } = facts;
    const minute = this.#minutes.slotAt(nowMs);
    if (verdict === "rate_limited") this.#minutes.add(minute, RATE_LIMITS, 1);
    else this.#noteVerdict(verdict === "success" ? SUCCESSES : FAILURES, nowMs);
    if (promptTokens !== undefined) this.#minutes.add(minute, PROMPT_TOKENS, promptTokens);
    if (cachedTokens !== undefined) this.#minutes.add(minute, CACHED_TOKENS, cachedTokens);
    // What is not finite was divided by no time at all.
    if (latencyMs !== undefined && Number.isFinite(latencyMs))
      this.#samples.add(minute, bucketOf(latencyMs, LATENCY_MS), 1);
    if (tokensPerSecond !== undefined && Number.isFinite(tokensPerSecond))
      this.#samples.add(minute, BUCKETS + bucketOf(tokensPerSecond, THROUGHPUT), 1);
    if (toolsWell !== undefined) this.#tens.add(this.#tens.slotAt(nowMs), TOOL_REQUESTS, 1);
    if (toolsWell === true) this.#tens.add(this.#tens.slotAt(nowMs), TOOL_SUCCESSES, 1);
  }

  #noteVerdict(column: number, nowMs: number): void {
    for (const ring of [this.#seconds, this.#minutes, this.#tens]) ring.add(ring.slotAt(nowMs), column, 1);
  }

  healthAt(nowMs: number): EndpointHealth {
    const minutes = this.#minutes.totals(nowMs);
    const tens = this.#tens.totals(nowMs, TOOL_TENS);
    const successes = minutes[SUCCESSES] ?? 0;
    const failures = minutes[FAILURES] ?? 0;
    const rateLimits = minutes[RATE_LIMITS] ?? 0;
    return {
      hasOutage: isOutage(this.#secondsBack(nowMs)),
      uptime: uptimeOf(minutes, MIN_ROUTING_ATTEMPTS),
      ...this.#percentiles(nowMs, PERCENTILE_MINUTES),
      attempts: successes + failures + rateLimits,
      successes,
      failures,
      rateLimits,
      promptTokens: minutes[PROMPT_TOKENS] ?? 0,
      cachedTokens: minutes[CACHED_TOKENS] ?? 0,
      toolRequests: tens[TOOL_REQUESTS] ?? 0,
      toolSuccesses: tens[TOOL_SUCCESSES] ?? 0,
    };
  }

  listingAt(nowMs: number): HealthListing {
    const { latencyMs, throughput } = this.#percentiles(nowMs, MINUTES);
    return {
      uptime5m: uptimeOf(this.#minutes.totals(nowMs, 5), MIN_SHOWN_ATTEMPTS) ?? null,
      uptime30m: uptimeOf(this.#minutes.totals(nowMs, 30), MIN_SHOWN_ATTEMPTS) ?? null,
      uptime1d: uptimeOf(this.#tens.totals(nowMs), MIN_SHOWN_ATTEMPTS) ?? null,
      latencyMs30m: latencyMs ?? null,
      throughput30m: throughput ?? null,
    };
  }

  rows(nowMs: number): HistoryRows {
    return {
      seconds: this.#seconds.rows(nowMs),
      minutes: this.#minutes.rows(nowMs),
      samples: this.#samples.rows(nowMs),
      tens: this.#tens.rows(nowMs),
    };
  }

  addRows({ seconds, minutes, samples, tens }: HistoryRows, nowMs: number): void {
    this.#seconds.addRows(seconds, nowMs);
    this.#minutes.addRows(minutes, nowMs);
    this.#samples.addRows(samples, nowMs);
    this.#tens.addRows(tens, nowMs);
  }

  #percentiles(nowMs: number, minutes: number): Pick<EndpointHealth, "latencyMs" | "throughput"> {
    const samples = this.#samples.totals(nowMs, minutes);
    return {
      latencyMs: percentilesOf(samples.subarray(0, BUCKETS), LATENCY_MS),
      throughput: percentilesOf(samples.subarray(BUCKETS), THROUGHPUT),
    };
  }

  /** The window of an outage, newest first. */
  #secondsBack(nowMs: number): Second[] {
    const newest = this.#seconds.slotAt(nowMs);
    return Array.from({ length: SECONDS }, (_, back) => ({
      successes: this.#seconds.get(newest - back, SUCCESSES),
      failures: this.#seconds.get(newest - back, FAILURES),
    }));
  }
}

/** Successes as a share of successes and failures, 0..1; undefined when there are too few of them. */
function uptimeOf(counts: Float64Array, minAttempts: number): number | undefined {
  const successes = counts[SUCCESSES] ?? 0;
  const attempts = successes + (counts[FAILURES] ?? 0);
  return attempts < minAttempts ? undefined : successes / attempts;
}
