import type { Endpoint } from "../catalogue/catalogue.ts";
import type { Cold } from "../health/cooldown.ts";
import type { Exclusion } from "./filter.ts";
import type { RouteRequest } from "./request.ts";
import type { Track } from "./resolve.ts";

/** Which endpoints are passed over for a while, as the planner sees it. A plain snapshot: asking changes nothing. */
export interface ColdView {
  /** `promptTokens`: the fewest that the request may have; a limit that has room for less is a wall for it. */
  of(endpoint: Endpoint, promptTokens: number): Cold | undefined;
  /** Whether an endpoint that fails may be tried by a request that has no other. */
  mayProbe(endpoint: Endpoint): boolean;
}

interface Pool {
  track?: Pick<Track, "target">;
  admitted: Endpoint[];
}

/**
 * Takes the endpoints that are cold out of all pools. Where all are, those that only fail may be tried, one request at
 * a time, so that their recovery is noticed; those that asked to be left alone are left alone.
 */
export function leaveColdOut<SomePool extends Pool>(
  pools: SomePool[],
  cold: ColdView | undefined,
  request: RouteRequest,
): { pools: SomePool[]; excluded: Exclusion[] } {
  if (!cold) return { pools, excluded: [] };
  const reasons = new Map<Endpoint, Cold>();
  let isAnyWarm = false;
  for (const { admitted, track } of pools) {
    for (const endpoint of admitted) {
      // A router decides about its members, and nobody else does.
      const reason = track?.target?.member ? undefined : cold.of(endpoint, request.prompt.least);
      if (reason) reasons.set(endpoint, reason);
      else isAnyWarm = true;
    }
  }
  if (reasons.size === 0) return { pools, excluded: [] };
  const isOut = (endpoint: Endpoint) => {
    const reason = reasons.get(endpoint);
    return reason !== undefined && (isAnyWarm || reason.why === "rate_limited" || !cold.mayProbe(endpoint));
  };
  const excluded: Exclusion[] = [];
  const left = pools.map((pool) => {
    if (pool.track?.target?.member) return pool;
    for (const endpoint of pool.admitted)
      if (isOut(endpoint)) excluded.push({ endpoint, reason: "cooling_down", cold: reasons.get(endpoint) });
    return { ...pool, admitted: pool.admitted.filter((endpoint) => !isOut(endpoint)) };
  });
  return { pools: left, excluded };
}
