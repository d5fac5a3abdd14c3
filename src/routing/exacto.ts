import type { Endpoint } from "../catalogue/catalogue.ts";
import type { Health } from "../health/health.ts";

/** With fewer providers than this there is not enough choice to leave one behind. */
export const MIN_PROVIDERS = 4;
/** With fewer attempts, or fewer tool calls, nothing is said of an endpoint. */
const MIN_ATTEMPTS = 100;
const MIN_TOOL_REQUESTS = 200;
/** How far below the median an endpoint must lie, in standard deviations. */
const SLOW_DEVIATIONS = 1.5;
const FAILING_DEVIATIONS = 2;
/** The median absolute deviation of a normal distribution is this part of its standard deviation. */
const MAD_TO_SIGMA = 1.4826;

/** Differences of this share of the median are nothing. */
const LEAST_SPREAD = 0.02;

/** Endpoints by what is known of their tool calls. */
export interface ByQuality {
  /** Measured, and as good as the others. */
  proven: Endpoint[];
  /** The proven ones and those of which too little is known. */
  usual: Endpoint[];
  /** Much slower than the others, or with tool calls that fail much more often. */
  demoted: Endpoint[];
}

/** Finds the endpoints that do much worse with tools than the others of their model. */
export function demoteByQuality(endpoints: Endpoint[], health: Health): ByQuality {
  const measured = endpoints.map((endpoint) => {
    const known = health.of(endpoint.id);
    const isKnown = known !== undefined && known.attempts >= MIN_ATTEMPTS && known.toolRequests >= MIN_TOOL_REQUESTS;
    return {
      endpoint,
      throughput: isKnown ? known.throughput?.p50 : undefined,
      success: isKnown ? known.toolSuccesses / known.toolRequests : undefined,
    };
  });
  const isSlow = outlierBelow(
    measured.map(({ throughput }) => throughput),
    SLOW_DEVIATIONS,
  );
  const isFailing = outlierBelow(
    measured.map(({ success }) => success),
    FAILING_DEVIATIONS,
  );
  const parts: ByQuality = { proven: [], usual: [], demoted: [] };
  for (const { endpoint, throughput, success } of measured) {
    if (isSlow(throughput) || isFailing(success)) parts.demoted.push(endpoint);
    else parts.usual.push(endpoint);
    if (success !== undefined && !isSlow(throughput) && !isFailing(success)) parts.proven.push(endpoint);
  }
  return parts;
}

/** Tells which values lie so many deviations below the median of all; deviation by the median absolute deviation. */
function outlierBelow(values: (number | undefined)[], deviations: number): (value: number | undefined) => boolean {
  const known = values.filter((value) => value !== undefined);
  if (known.length < MIN_PROVIDERS) return () => false;
  const middle = median(known);
  const spread = MAD_TO_SIGMA * median(known.map((value) => Math.abs(value - middle)));
  // Where all others are alike, the least difference would count as an outlier.
  const sigma = Math.max(spread, LEAST_SPREAD * middle);
  return (value) => value !== undefined && value < middle - deviations * sigma;
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2;
}
