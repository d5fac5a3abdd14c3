import type { Endpoint } from "../catalogue/catalogue.ts";
import { expectedCost } from "./price.ts";
import type { Ranked, RankInput, RankReason } from "./rank.ts";

/** Orders endpoints of which the request prefers none. The same input gives the same order. */
export type Balance = (endpoints: Endpoint[], input: RankInput) => Ranked[];

/** At this share of successes an endpoint counts as well. */
const GOOD_UPTIME = 0.95;
/** Below this one it is only a last resort. */
export const MIN_UPTIME = 0.8;

/** Endpoints by how well they are: those that are drawn from, and those that come after them. */
export interface ByHealth {
  well: Endpoint[];
  /** Success in 80 to 95 % of the attempts. */
  degraded: Endpoint[];
  /** Less, or in an outage now. */
  ailing: Endpoint[];
}

export function partByHealth(endpoints: Endpoint[], { health }: Pick<RankInput, "health">): ByHealth {
  const parts: ByHealth = { well: [], degraded: [], ailing: [] };
  for (const endpoint of endpoints) {
    const known = health.of(endpoint.id);
    const uptime = known?.uptime ?? 1;
    if (known?.hasOutage || uptime < MIN_UPTIME) parts.ailing.push(endpoint);
    else (uptime < GOOD_UPTIME ? parts.degraded : parts.well).push(endpoint);
  }
  return parts;
}

/** The endpoints that are not well, in the order in which they come after the others. */
export function notWellLast({ degraded, ailing }: ByHealth, input: RankInput): Ranked[] {
  return [...cheapestFirst(degraded, input, "degraded"), ...cheapestFirst(ailing, input, "outage")];
}

/** Well ones from cheap to dear, then the others: an order without chance. */
export function byPrice(endpoints: Endpoint[], input: RankInput): Ranked[] {
  const parts = partByHealth(endpoints, input);
  return [...cheapestFirst(parts.well, input, "price"), ...notWellLast(parts, input)];
}

export function cheapestFirst(endpoints: Endpoint[], input: RankInput, because: RankReason): Ranked[] {
  if (endpoints.length < 2) return endpoints.map((endpoint) => ({ endpoint, because }));
  return endpoints
    .map((endpoint) => ({ endpoint, cost: expectedCost(endpoint, input) }))
    .sort((a, b) => a.cost - b.cost)
    .map(({ endpoint }) => ({ endpoint, because }));
}

/**
 * The classic balance: of the endpoints that are well the first is drawn with a weight of 1/price², the others follow
 * from cheap to dear; those that are not well come last.
 */
export const balanceByPrice: Balance = (endpoints, input) => {
  if (endpoints.length < 2) return endpoints.map((endpoint) => ({ endpoint, because: "drawn" }));
  const parts = partByHealth(endpoints, input);
  const sorted = cheapestFirst(parts.well, input, "price");
  const cheapFirst = sorted.map(({ endpoint }) => endpoint);
  const chosen = drawShare(parts.well, input) ?? drawByCost(cheapFirst, input);
  const first: Ranked[] = chosen ? [chosen] : [];
  const others = sorted.filter(({ endpoint }) => endpoint !== chosen?.endpoint);
  return [...first, ...others, ...notWellLast(parts, input)];
};

/**
 * The endpoint whose share of the traffic the draw falls into; undefined when it falls beside all shares. Where every
 * endpoint has a share they have all of the traffic between them.
 */
export function drawShare(endpoints: Endpoint[], { random }: RankInput): Ranked | undefined {
  const shares = endpoints.filter(({ row }) => row.traffic_percent !== undefined);
  if (shares.length === 0) return undefined;
  const sum = shares.reduce((total, { row }) => total + (row.traffic_percent ?? 0), 0);
  if (sum === 0) return undefined;
  let left = random() * (shares.length === endpoints.length ? sum : Math.max(sum, 100));
  for (const endpoint of shares) {
    left -= endpoint.row.traffic_percent ?? 0;
    if (left < 0) return { endpoint, because: "traffic_percent" };
  }
  return undefined;
}

/** The endpoints that have no share of their own; all of them when each has one. */
export function withoutShares(endpoints: Endpoint[]): Endpoint[] {
  const open = endpoints.filter(({ row }) => row.traffic_percent === undefined);
  return open.length > 0 ? open : endpoints;
}

/** Weighted draw among the endpoints that have no share of their own; free ones, if there are any, share all the weight. */
function drawByCost(endpoints: Endpoint[], input: RankInput): Ranked | undefined {
  const pool = withoutShares(endpoints);
  const costs = pool.map((endpoint) => expectedCost(endpoint, input));
  const free = pool.filter((_, index) => costs[index] === 0);
  const weights = costs.map((cost) => 1 / cost ** 2);
  const drawn =
    free.length > 0 ? free[Math.floor(input.random() * free.length)] : pool[drawIndex(weights, input.random)];
  return drawn && { endpoint: drawn, because: "drawn" };
}

/** An index with a chance in proportion to its weight. */
export function drawIndex(weights: number[], random: () => number): number {
  let left = random() * weights.reduce((sum, weight) => sum + weight, 0);
  const index = weights.findIndex((weight) => {
    left -= weight;
    return left < 0;
  });
  return Math.max(index, 0);
}
