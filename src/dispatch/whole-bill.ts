import type { Endpoint } from "../catalogue/catalogue.ts";
import type { WholeResult } from "../protocols/whole/whole-call.ts";
import { type CostCertainty, emptyUsage, type Usage } from "../schema/usage.ts";
import { type Cost, costOf } from "../usage/cost.ts";
import { toWireUsage, type WireUsage } from "../usage/wire-usage.ts";

/** What a call that is no conversation used and costs. */
export interface WholeBill {
  usage: Usage;
  /** Undefined when the endpoint has no price. */
  cost: Cost | undefined;
  certainty: CostCertainty;
  wireUsage: WireUsage;
  searchUnits: number | undefined;
}

/**
 * Makes the bill of an answer. Tokens that the upstream has not counted are counted here, unless it bills something
 * else. `estimate`: tokens of the request.
 */
export function makeWholeBill(
  endpoint: Endpoint,
  { tokens, searchUnits }: Pick<WholeResult<unknown>, "tokens" | "searchUnits">,
  { estimate, startedAtMs }: { estimate: () => number; startedAtMs: number },
): WholeBill {
  const { pricing, byok } = endpoint;
  const isByUnit = searchUnits !== undefined && !(Number(pricing?.prompt ?? 0) > 0);
  const isReported = tokens !== undefined || isByUnit;
  const input = tokens ?? (isByUnit ? 0 : estimate());
  const usage = { ...emptyUsage(), promptTokens: input, totalTokens: input, input };
  const cost = withUnits(costOf(usage, pricing, startedAtMs), searchUnits, costOf(emptyUsage(), pricing, startedAtMs));
  const certainty = cost === undefined ? "unknown" : isReported ? "exact" : "estimated";
  const wireUsage = toWireUsage(usage, cost, { isByok: byok !== undefined, isEstimated: !isReported });
  return { usage, cost, certainty, wireUsage, searchUnits };
}

/** A price for a request is one for a search unit, of which a long list of documents takes several. */
function withUnits(cost: Cost | undefined, units = 1, perUnit: Cost | undefined): Cost | undefined {
  if (!cost || !perUnit) return cost;
  return { ...cost, totalNanoUsd: cost.totalNanoUsd + Math.max(0, units - 1) * perUnit.totalNanoUsd };
}
