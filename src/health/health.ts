import type { FailureKind } from "../errors.ts";

/** Values that shares of requests reach. For latency: p90 = 90 % are done within it. For throughput: p90 = 90 % reach at least it. */
export interface Percentiles {
  p50: number;
  p75: number;
  p90: number;
  p99: number;
}

/** What recent attempts say about one endpoint; a plain snapshot. Undefined is what there is too little data to say. */
export interface EndpointHealth {
  /** A significant outage in the last 30 s. */
  hasOutage: boolean;
  /** Successes / (successes + failures) over the last 30 min, 0..1; undefined below 100 of them. */
  uptime: number | undefined;
  /** To the first token, milliseconds, last 5 min. */
  latencyMs: Percentiles | undefined;
  /** Tokens per second, last 5 min. */
  throughput: Percentiles | undefined;
  /** Over the last 30 min: successes, failures and rate limits together. */
  attempts: number;
  successes: number;
  failures: number;
  rateLimits: number;
  /** Over the last 30 min; the cached ones are among the others. */
  promptTokens: number;
  cachedTokens: number;
  /** Over the last 2 h: answers with tool calls asked for, and those that came out well. */
  toolRequests: number;
  toolSuccesses: number;
}

/** The planner's view. A plain lookup: asking changes nothing. */
export interface Health {
  /** Undefined when nothing was ever noted of the endpoint. */
  of(endpointId: string): EndpointHealth | undefined;
}

/** Nothing is known: every endpoint counts as well. */
export const UNKNOWN_HEALTH: Health = { of: () => undefined };

/** What one ended attempt tells. */
export interface AttemptFacts {
  /**
   * `success`; `failure` counts against uptime; `rate_limited` is tracked by itself; `neutral` (the client's fault, or
   * the client left before anything) counts nothing, and nothing else of its attempt is taken.
   */
  verdict: "success" | "failure" | "rate_limited" | "neutral";
  /** To the first token, when there was one. */
  latencyMs?: number | undefined;
  tokensPerSecond?: number | undefined;
  promptTokens?: number | undefined;
  cachedTokens?: number | undefined;
  /** Tools were offered; whether the answer's tool calls were well-formed. Absent: no tools in the request. */
  toolsWell?: boolean | undefined;
}

/** What each failure says of its endpoint: nothing where the request itself was at fault, for another would fail as well. */
const VERDICTS: Record<FailureKind, AttemptFacts["verdict"]> = {
  rate_limited: "rate_limited",
  overloaded: "failure",
  timed_out: "failure",
  unreachable: "failure",
  unauthorized: "failure",
  not_found: "failure",
  context_exceeded: "neutral",
  moderated: "neutral",
  rejected: "neutral",
  empty: "failure",
  malformed: "failure",
  interrupted: "failure",
};

export function verdictOf(kind: FailureKind): AttemptFacts["verdict"] {
  return VERDICTS[kind];
}
