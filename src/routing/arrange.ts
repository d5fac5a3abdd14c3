import type { Endpoint } from "../catalogue/catalogue.ts";
import type { Exclusion } from "./filter.ts";
import type { Candidate, Plan } from "./plan.ts";
import type { Track } from "./resolve.ts";
import { shutOf, type Target, type TrafficView } from "./targets.ts";

/** Targets that one request goes to at most. */
export const MAX_TARGETS = 6;

interface Pool {
  track: Track;
  admitted: Endpoint[];
}

/**
 * Puts the targets of names in their order, and takes out those that are shut. Of a router the members that are
 * available come in the order of the draw, each with its fallbacks behind it; then the fallbacks of those that are not.
 * Other pools stay where they are. Without fallbacks an alias that is shut is the end.
 */
export function arrangeTargets<SomePool extends Pool>(
  pools: SomePool[],
  traffic: TrafficView | undefined,
  allowsFallbacks: boolean,
): { pools: SomePool[]; excluded: Exclusion[] } {
  const excluded: Exclusion[] = [];
  const open: SomePool[] = [];
  let isOver = false;
  for (const pool of inOrder(pools, traffic)) {
    const { target } = pool.track;
    const shut = target && shutOf(target, traffic);
    for (const endpoint of pool.admitted) {
      if (shut) excluded.push({ endpoint, reason: shut.why, shut, target });
      else if (isOver) excluded.push({ endpoint, reason: "fallbacks_off" });
    }
    open.push(shut || isOver ? { ...pool, admitted: [] } : pool);
    if (shut && !target.router && pool.admitted.length > 0 && !allowsFallbacks) isOver = true;
  }
  return { pools: open, excluded };
}

/** Pools of a router as it wants them, in the place of the first of them; all others where they are. */
function inOrder<SomePool extends Pool>(pools: SomePool[], traffic: TrafficView | undefined): SomePool[] {
  const routers = new Set(pools.flatMap(({ track }) => track.target?.router ?? []));
  let ordered = pools;
  for (const router of routers) {
    const isOwn = ({ track }: SomePool) => track.target?.router === router;
    const first = ordered.findIndex(isOwn);
    const others = ordered.filter((pool) => !isOwn(pool));
    ordered = [...others.slice(0, first), ...orderMembers(ordered.filter(isOwn), traffic), ...others.slice(first)];
  }
  return ordered;
}

function orderMembers<SomePool extends Pool>(pools: SomePool[], traffic: TrafficView | undefined): SomePool[] {
  const byName = new Map(pools.map((pool) => [pool.track.target?.name, pool]));
  const isOpen = ({ track: { target }, admitted }: SomePool) =>
    admitted.length > 0 && target !== undefined && !shutOf(target, traffic);
  const members = pools.filter(({ track }) => track.target?.member).sort((a, b) => rankOf(a) - rankOf(b));
  const fallbacksOf = ({ track }: SomePool) =>
    (track.target?.member?.fallbacks ?? []).flatMap((name) => byName.get(name) ?? []).filter(isOpen);
  // What is left keeps its order: fallbacks of who is not available come where their members would have.
  const chain = members.filter(isOpen).flatMap((member) => [member, ...fallbacksOf(member)]);
  return [...new Set([...chain, ...pools])];
}

function rankOf({ track }: Pool): number {
  return track.target?.member?.rank ?? 0;
}

/** Leaves a plan so many targets, in the order of their first candidates; candidates of no target all stay. */
export function limitTargets(plan: Plan, most: number): void {
  const targets = new Set<Target>();
  for (const { target } of plan.candidates) if (target && targets.size < most) targets.add(target);
  const stays = ({ target }: Candidate) => target === undefined || targets.has(target);
  const reason = most === MAX_TARGETS ? "target_limit" : "fallbacks_off";
  const out = plan.candidates.filter((one) => !stays(one));
  plan.excluded.push(...out.map(({ endpoint, target }): Exclusion => ({ endpoint, reason, target })));
  if (out.length > 0) plan.candidates = plan.candidates.filter(stays);
}

/** A router's members as they are told: who is available, and what has been counted of them. */
export function describeMembers(pools: Pool[], traffic: TrafficView | undefined): Record<string, unknown>[] {
  return pools.flatMap(({ track: { target }, admitted }) => {
    if (!target?.member) return [];
    const counted = target.gates.find(({ keeper }) => keeper === `router:${target.router}`);
    const state = counted && traffic?.of(counted);
    const shut = shutOf(target, traffic);
    return [
      {
        target: target.name,
        weight: target.member.weight,
        state: shut?.why ?? (admitted.length > 0 ? "available" : "unfit"),
        ...(shut && { returns_at: new Date(shut.untilMs).toISOString() }),
        ...(counted?.rpm !== undefined && { rpm: counted.rpm, requests: state?.requests ?? 0 }),
        ...(counted?.tpm !== undefined && { tpm: counted.tpm, tokens: state?.tokens ?? 0 }),
      },
    ];
  });
}
