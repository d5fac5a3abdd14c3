import type { Plan } from "./plan.ts";

/** A plan in short: who is tried in which order, who is not, and why. A plain JSON value. */
export interface PlanOutline {
  /** Model and tag of each candidate, in order, with why it stands there. */
  candidates: [endpointId: string, because: string][];
  /** Model and tag of the endpoints that were left out, by reason. */
  excluded: Record<string, string[]>;
}

export function outlinePlan(plan: Pick<Plan, "candidates" | "excluded">): PlanOutline {
  const excluded: Record<string, string[]> = {};
  for (const { endpoint, reason } of plan.excluded) {
    excluded[reason] ??= [];
    excluded[reason].push(endpoint.id);
  }
  return { candidates: plan.candidates.map(({ endpoint, because }) => [endpoint.id, because]), excluded };
}

/** The model and the tag that an endpoint's id is made of, and which of the team's own keys it was called with. */
export function splitEndpointId(id: string): { model: string; tag: string; byok_key?: string } {
  const [model = "", tag = "", teamKey] = id.split(" ");
  return { model, tag, ...(teamKey !== undefined && { byok_key: teamKey.replace(/^byok:/, "") }) };
}

/** How a plan differs from an earlier one of the same request. */
export interface PlanDifference {
  /** Nothing differs: neither candidates, nor their order, nor a reason. */
  same: boolean;
  /** Candidates of now that were none then; `was`: why not, null when the endpoint was not there. */
  gained: { endpointId: string; was: string | null }[];
  /** Candidates of then that are none now; `is`: why not, null when the endpoint is not there any more. */
  lost: { endpointId: string; is: string | null }[];
  /** Candidates of both that stand elsewhere among those of both; places count from 1. */
  moved: { endpointId: string; from: number; to: number }[];
  /** Endpoints that are candidates both times, or left out both times, for another reason. */
  changed: { endpointId: string; was: string; is: string }[];
}

export function comparePlans(then: PlanOutline, now: PlanOutline): PlanDifference {
  const [candidatesThen, candidatesNow] = [new Map(then.candidates), new Map(now.candidates)];
  const [excludedThen, excludedNow] = [reasonsOf(then), reasonsOf(now)];
  const gained = [...candidatesNow.keys()]
    .filter((id) => !candidatesThen.has(id))
    .map((endpointId) => ({ endpointId, was: excludedThen.get(endpointId) ?? null }));
  const lost = [...candidatesThen.keys()]
    .filter((id) => !candidatesNow.has(id))
    .map((endpointId) => ({ endpointId, is: excludedNow.get(endpointId) ?? null }));
  const stayed = [...candidatesThen.keys()].filter((id) => candidatesNow.has(id));
  const placed = [...candidatesNow.keys()].filter((id) => candidatesThen.has(id));
  const moved = stayed
    .map((endpointId, index) => ({ endpointId, from: index + 1, to: placed.indexOf(endpointId) + 1 }))
    .filter(({ from, to }) => from !== to);
  const changed = [...reworded(candidatesThen, candidatesNow), ...reworded(excludedThen, excludedNow)];
  const same = [gained, lost, moved, changed].every((list) => list.length === 0);
  return { same, gained, lost, moved, changed };
}

/** The first reason of each endpoint that is left out: two names of a request may lead to the same one. */
function reasonsOf({ excluded }: PlanOutline): Map<string, string> {
  const reasons = new Map<string, string>();
  for (const [reason, ids] of Object.entries(excluded))
    for (const id of ids) if (!reasons.has(id)) reasons.set(id, reason);
  return reasons;
}

function reworded(then: Map<string, string>, now: Map<string, string>): PlanDifference["changed"] {
  return [...then].flatMap(([endpointId, was]) => {
    const is = now.get(endpointId);
    return is === undefined || is === was ? [] : [{ endpointId, was, is }];
  });
}
