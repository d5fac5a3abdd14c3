import type { Endpoint } from "../catalogue/catalogue.ts";
import type { Health, Percentiles } from "../health/health.ts";
import type { SortKey } from "../schema/provider-preferences.ts";
import { type Balance, byPrice, MIN_UPTIME } from "./balance.ts";
import { demoteByQuality, MIN_PROVIDERS } from "./exacto.ts";
import type { Cutoffs, Policy } from "./policy.ts";
import { expectedCost } from "./price.ts";
import type { RouteRequest } from "./request.ts";
import { isOfTier, namesEndpoint } from "./slug.ts";
import { inKeyOrder } from "./team-keys.ts";

/** Why a candidate stands where it stands. */
export type RankReason =
  /** No other endpoint of its model is left. */
  | "alone"
  /** The team's own key: before all others, or after them. */
  | "byok"
  | "byok_fallback"
  /** `provider.order` names it. */
  | "order"
  /** `provider.sort`, or a variant of the model's name. */
  | "sort"
  /** The conversation is there already, and so is its cached prompt. */
  | "sticky"
  /** Of the service tier that was asked for. */
  | "service_tier"
  /** The operator gives it a share of the traffic. */
  | "traffic_percent"
  /** Drawn by 1/price², or by what is measured. */
  | "drawn"
  /** Drawn to learn how it does. */
  | "explored"
  /** Behind the ones before it because it costs more. */
  | "price"
  /** Its tool calls fail more often than those of others. */
  | "tool_quality"
  /** It misses `preferred_min_throughput` or `preferred_max_latency`. */
  | "slow"
  /** It has failed now and then of late. */
  | "degraded"
  /** It fails so often that it is only a last resort. */
  | "outage";

export interface Ranked {
  endpoint: Endpoint;
  because: RankReason;
}

export interface RankInput {
  request: RouteRequest;
  policy: Policy;
  health: Health;
  /** A number in [0, 1), drawn by the caller so that the same input gives the same order. */
  random: () => number;
  nowMs: number;
  expectedOutputTokens: number | undefined;
  /** What the model's name says, before what the preferences say. */
  sort: SortKey | undefined;
  /** Id of the endpoint at which the conversation is. */
  stickyEndpointId: string | undefined;
  balance: Balance;
}

/**
 * Orders one pool of endpoints. The first rule that applies: the team's own keys, `order`, a sort, the conversation's
 * endpoint, the service tier, the quality of tool calls, balance.
 */
export function rankEndpoints(endpoints: Endpoint[], input: RankInput): Ranked[] {
  const isAlone = endpoints.length < 2 && input.policy.order.length === 0;
  const ranked = isAlone ? endpoints.map(alone) : orderPool(endpoints, input);
  return leadByKey(ranked);
}

function alone(endpoint: Endpoint): Ranked {
  return { endpoint, because: "alone" };
}

function orderPool(endpoints: Endpoint[], input: RankInput): Ranked[] {
  const listed = listedFirst(endpoints, input.policy.order);
  if (listed.length > 0) {
    const others = endpoints.filter((endpoint) => !listed.includes(endpoint));
    // Where an order is given nothing is drawn.
    const rest = input.sort ? sortBy(input.sort, others, input) : byPrice(others, input);
    return [...listed.map((endpoint): Ranked => ({ endpoint, because: "order" })), ...rest];
  }
  if (input.sort) return sortBy(input.sort, endpoints, input);
  // An order, even of names that do not serve this model, is a reason of its own to leave where a conversation was.
  const isOrdered = input.policy.order.length > 0;
  const sticky = isOrdered ? undefined : endpoints.find(({ id }) => id === input.stickyEndpointId);
  if (!sticky || !isWell(sticky, input.health)) return byTier(endpoints, input);
  const others = byTier(
    endpoints.filter((endpoint) => endpoint !== sticky),
    input,
  );
  return [{ endpoint: sticky, because: "sticky" }, ...others];
}

function listedFirst(endpoints: Endpoint[], order: string[]): Endpoint[] {
  const listed: Endpoint[] = [];
  for (const name of order)
    for (const endpoint of endpoints)
      if (!listed.includes(endpoint) && namesEndpoint(name, endpoint)) listed.push(endpoint);
  return listed;
}

/** Whether an endpoint may keep a conversation. */
function isWell({ id }: Endpoint, health: Health): boolean {
  const known = health.of(id);
  return !known || (!known.hasOutage && (known.uptime ?? 1) >= MIN_UPTIME);
}

/** Endpoints of the asked tier lead, the quickest first; then the others, the quickest first. Of the cheap tier, the cheapest. */
function byTier(endpoints: Endpoint[], input: RankInput): Ranked[] {
  const { serviceTier } = input.request;
  const ofTier = endpoints.filter((endpoint) => isOfTier(endpoint, serviceTier));
  if (ofTier.length === 0) return byQuality(endpoints, input);
  const others = endpoints.filter((endpoint) => !ofTier.includes(endpoint));
  const key = serviceTier === "flex" ? "price" : "throughput";
  const leading = sortBy(key, ofTier, input).map(({ endpoint }): Ranked => ({ endpoint, because: "service_tier" }));
  return [...leading, ...sortBy(key, others, input)];
}

/** With tools and a choice of providers, those whose tool calls go wrong come after the others. */
function byQuality(endpoints: Endpoint[], input: RankInput): Ranked[] {
  const providers = new Set(endpoints.map(({ provider }) => provider.slug));
  if (input.request.toolName === undefined || providers.size < MIN_PROVIDERS) return input.balance(endpoints, input);
  const { usual, demoted } = demoteByQuality(endpoints, input.health);
  if (demoted.length === 0) return input.balance(endpoints, input);
  const last = byPrice(demoted, input).map(({ endpoint }): Ranked => ({ endpoint, because: "tool_quality" }));
  return [...input.balance(usual, input), ...last];
}

/** Strict order by one key; what is not measured comes last, equals go by price. */
function sortBy(key: SortKey, endpoints: Endpoint[], input: RankInput): Ranked[] {
  if (key === "exacto") {
    const { proven, usual, demoted } = demoteByQuality(endpoints, input.health);
    const unproven = usual.filter((endpoint) => !proven.includes(endpoint));
    return [proven, unproven, demoted].flatMap((tier) => sortBy("price", tier, input));
  }
  const keyed = endpoints.map((endpoint) => ({
    endpoint,
    cost: expectedCost(endpoint, input),
    measure: measureOf(key, endpoint, input.health),
  }));
  keyed.sort((a, b) => a.measure - b.measure || a.cost - b.cost);
  return keyed.map(({ endpoint }) => ({ endpoint, because: "sort" }));
}

/** Smaller is better. */
function measureOf(key: SortKey, { id }: Endpoint, health: Health): number {
  if (key === "throughput") return -(health.of(id)?.throughput?.p50 ?? 0);
  if (key === "latency") return health.of(id)?.latencyMs?.p50 ?? Number.MAX_VALUE;
  return 0;
}

/** A team's own keys come first, whatever else was asked; those that are a fallback come last. */
function leadByKey(ranked: Ranked[]): Ranked[] {
  if (ranked.every(({ endpoint }) => endpoint.byok === undefined)) return ranked;
  const of = (kind: Endpoint["byok"]) => ranked.filter(({ endpoint }) => endpoint.byok === kind);
  return [
    ...inKeyOrder(of("lead")).map(({ endpoint }): Ranked => ({ endpoint, because: "byok" })),
    ...of(undefined),
    ...inKeyOrder(of("fallback")).map(({ endpoint }): Ranked => ({ endpoint, because: "byok_fallback" })),
  ];
}

/**
 * Moves the candidates that miss the preferred speed to the end, also behind those of other models. One that
 * `order` names stays, as do a team's own keys, which lead whatever is asked, and what has not been measured.
 */
export function slowLast<Candidate extends Ranked>(ranked: Candidate[], policy: Policy, health: Health): Candidate[] {
  const { preferredMinThroughput: throughput, preferredMaxLatency: latency } = policy;
  if (!throughput && !latency) return ranked;
  const isSlow = ({ endpoint, because }: Candidate) => {
    const known = because === "order" || because === "byok" ? undefined : health.of(endpoint.id);
    return (
      misses(throughput, known?.throughput, (value, limit) => value < limit) ||
      misses(latency, known?.latencyMs, (value, limit) => value > limit * 1000)
    );
  };
  const slow = ranked.filter(isSlow);
  return [
    ...ranked.filter((candidate) => !slow.includes(candidate)),
    ...slow.map((candidate) => ({ ...candidate, because: "slow" as const })),
  ];
}

function misses(
  cutoffs: Cutoffs | undefined,
  measured: Percentiles | undefined,
  isWorse: (value: number, limit: number) => boolean,
): boolean {
  if (!cutoffs || !measured) return false;
  return (["p50", "p75", "p90", "p99"] as const).some((key) => {
    const limit = cutoffs[key];
    return limit !== undefined && isWorse(measured[key], limit);
  });
}
