import type { Endpoint } from "../../catalogue/catalogue.ts";
import { type HealthListing, UNKNOWN_LISTING } from "../../health/history.ts";
import { partByHealth } from "../../routing/balance.ts";
import { isolateHealth } from "../../store/health.ts";
import type { AppContext } from "../env.ts";
import { hasToken } from "../token.ts";

/** What this isolate has measured of an endpoint, as a caller may see it. */
export interface Measured extends HealthListing {
  /**
   * How routing sees it now: 0 as well, -1 as degraded (it succeeds in less than 95 % of its attempts), -2 as in an
   * outage (in less than 80 %, or it fails right now), tried after all others. The contract gives the numbers no
   * meaning but that lower is worse.
   */
  status: 0 | -1 | -2;
}

export const UNMEASURED: Measured = { ...UNKNOWN_LISTING, status: 0 };

/** Measures endpoints for a caller whose key has been checked, if there is one: without it, speed is not told. */
export function measuresFor(c: AppContext): (endpoint: Endpoint) => Measured {
  const nowMs = Date.now();
  const health = isolateHealth.at(nowMs);
  const isAnonymous = !hasToken(c.req.raw.headers);
  return (endpoint) => {
    const listing = isolateHealth.listing(endpoint.id, nowMs);
    const { degraded, ailing } = partByHealth([endpoint], { health });
    const status = ailing.length > 0 ? -2 : degraded.length > 0 ? -1 : 0;
    return { ...listing, status, ...(isAnonymous && { latencyMs30m: null, throughput30m: null }) };
  };
}
