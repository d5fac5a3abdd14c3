import type { Alias, Member } from "../schema/names.ts";
import { DEFAULT_COOL_DOWN_S, DEFAULT_WEIGHT } from "../schema/names.ts";
import type { Gate, Shut, TrafficView } from "../schema/traffic.ts";

export type { Gate, GateState, Shut, TrafficView } from "../schema/traffic.ts";

/** What a router says of one of its members. */
export interface Membership {
  weight: number;
  coolDownMs: number;
  /** Names that follow when it fails. */
  fallbacks: string[];
  /** Its place in this request's draw, from 0. */
  rank: number;
}

/** What a name leads to: an alias, an adapter or a model, with what is in the way. */
export interface Target {
  name: string;
  gates: Gate[];
  /** The router that was asked for. */
  router?: string | undefined;
  /** Of a router's member; its fallbacks have none. */
  member?: Membership | undefined;
}

/** The first of a target's gates that is shut. */
export function shutOf({ gates }: Target, traffic: TrafficView | undefined): Shut | undefined {
  for (const gate of gates) {
    const shut = traffic?.of(gate)?.shut;
    if (shut) return shut;
  }
  return undefined;
}

/** The gate of an alias that has limits. */
export function aliasGate(name: string, { rpm, tpm }: Alias): Gate | undefined {
  if (rpm === undefined && tpm === undefined) return undefined;
  return { keeper: `alias:${name}`, target: name, rpm, tpm, isLocal: false };
}

/** The gate of a router's member; where no member has a limit nothing is counted. */
export function memberGate(router: string, { target, rpm, tpm }: Member, members: Member[]): Gate {
  const isLocal = members.every((member) => member.rpm === undefined && member.tpm === undefined);
  return { keeper: `router:${router}`, target, rpm, tpm, isLocal };
}

/**
 * Members in the order of a draw: whichever of them are available, the first of those is each with the chance of its
 * weight. Those without a weight come last, in their own order. Draws as often as there are members.
 */
export function drawMembers(members: Member[], random: () => number): { member: Member; membership: Membership }[] {
  return members
    .map((member, index) => {
      const { weight = DEFAULT_WEIGHT, cool_down_s: coolDownS = DEFAULT_COOL_DOWN_S, fallbacks = [] } = member;
      const draw = random();
      const key = weight > 0 ? -Math.log(1 - draw) / weight : Number.MAX_VALUE;
      return { member, index, key, membership: { weight, coolDownMs: coolDownS * 1000, fallbacks, rank: 0 } };
    })
    .sort((a, b) => a.key - b.key || a.index - b.index)
    .map(({ member, membership }, rank) => ({ member, membership: { ...membership, rank } }));
}
