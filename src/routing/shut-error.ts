import { RouterError } from "../errors.ts";
import type { Plan } from "./plan.ts";
import type { Shut } from "./targets.ts";

/**
 * The error of a request for which every target is at its limit or cools down: a 429 where a limit is among the reasons,
 * else a 503, with the time until the first of them is back. Undefined where something else stands in the way.
 */
export function shutError({ candidates, excluded, requested }: Plan, nowMs: number): RouterError | undefined {
  const shut = excluded.filter((exclusion) => exclusion.shut !== undefined);
  if (candidates.length > 0 || shut.length === 0) return undefined;
  const returns = excluded.flatMap((exclusion) => exclusion.shut ?? exclusion.cold ?? []).map(({ untilMs }) => untilMs);
  const retryAfterMs = Math.max(1, Math.min(...returns) - nowMs);
  const seconds = Math.ceil(retryAfterMs / 1000);
  const isLimited = shut.some(({ reason }) => reason === "rate_limited");
  const [first] = shut;
  const ofAlias = first?.target?.router === undefined ? first?.shut?.limit : undefined;
  const cause = isLimited
    ? `Rate limit exceeded: ${requested} may have ${ofAlias ? saidLimit(ofAlias) : "no more requests for now"}`
    : `Nothing that ${requested} leads to is available`;
  return new RouterError(
    isLimited ? "rate_limit_exceeded" : "provider_overloaded",
    `${cause}. Try again in ${seconds} s.`,
    {
      retryAfterMs,
      metadata: { failed_routing_step: "Filter by Availability", retry_after: seconds },
      ...(ofAlias && first?.shut && { headers: limitHeaders(first.shut, ofAlias) }),
    },
  );
}

type Limit = NonNullable<Shut["limit"]>;

const KINDS = { rpm: "requests", tpm: "tokens" };

function saidLimit({ kind, limit }: Limit): string {
  return `${limit} ${KINDS[kind]} a minute`;
}

/** `-reset` in unix seconds. */
function limitHeaders({ untilMs }: Shut, { limit, remaining }: Limit): Record<string, string> {
  return {
    "x-ratelimit-limit": String(limit),
    "x-ratelimit-remaining": String(remaining),
    "x-ratelimit-reset": String(Math.ceil(untilMs / 1000)),
  };
}
