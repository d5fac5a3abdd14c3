import type { Dispatch } from "../../dispatch/dispatch.ts";
import type { UpstreamFailure } from "../../errors.ts";
import type { Target } from "../../routing/targets.ts";
import type { GenerationRecord } from "../../schema/generation.ts";
import type { Gate, GateState, TrafficView } from "../../schema/traffic.ts";
import { Gatekeeper, gateKey, localTraffic } from "../../store/gates.ts";
import { type AppContext, waitUntilOf } from "../env.ts";
import type { PlannedRequest } from "./planning.ts";
import { mostTokens } from "./worst-case.ts";

/** Plans the same request again, by the same chance, with what the gates have said. */
type Replan = (traffic: TrafficView, seed: number) => PlannedRequest;

/** An upstream that asks for more is passed over for no longer. */
const MAX_COOL_DOWN_MS = 3_600_000;

/** A gate that has let the request through, and when. */
interface Pass {
  gate: Gate;
  atMs: number;
}

/** What of dispatch a request takes part in that goes through gates. */
type Guided = Pick<Dispatch, "settle" | "settleChoice">;

/** A planned request on its way through the gates of an alias or a router. Holds nothing of the request but its size. */
export class Passage {
  readonly #keeper: Gatekeeper;
  /** What gates have said, by their keys. */
  readonly #known = new Map<string, GateState>();
  readonly #passes = new Map<string, Pass>();
  /** Whether targets after the first have let the request in; each is asked once. */
  readonly #entries = new Map<Target, Promise<boolean>>();
  /** How long targets are to be passed over whose endpoints have failed so far. */
  readonly #coolDowns = new Map<Target, number>();
  /** By model and tag of their endpoints. */
  readonly #targets = new Map<string, Target>();
  /** Tokens that were used so far. */
  readonly #used = new Map<Target, number>();
  #isSettled = false;

  constructor(keeper: Gatekeeper) {
    this.#keeper = keeper;
  }

  /** Brings the request through the gates of the first target that is open; gives the plan with what they have said. */
  async begin(planned: PlannedRequest, replan: Replan): Promise<PlannedRequest> {
    let current = planned;
    for (;;) {
      const first = current.plan.candidates[0]?.target;
      const gate = first?.gates.find((one) => !one.isLocal && !this.#passes.has(gateKey(one)));
      if (!gate) break;
      await this.#enterOneOf(gatesBeside(gate, current));
      current = replan(this.#view(), planned.record.seed);
    }
    const first = current.plan.candidates[0]?.target;
    this.#leaveAllBut(first?.gates ?? []);
    for (const { endpoint, target } of current.plan.candidates)
      if (target) this.#targets.set(`${endpoint.modelId} ${endpoint.tag}`, target);
    return current;
  }

  /** How the request would be planned: the gates are looked at, and nothing is counted. */
  async look(planned: PlannedRequest, replan: Replan): Promise<PlannedRequest> {
    const targets = new Set([...planned.plan.candidates, ...planned.plan.excluded].map(({ target }) => target));
    const gates = [...targets].flatMap((target) => target?.gates ?? []).filter(({ isLocal }) => !isLocal);
    const byKeeper = Map.groupBy(gates, ({ keeper }) => keeper);
    const answers = [...byKeeper.values()].map(async (own) => this.#note(own, (await this.#keeper.look(own)).states));
    await Promise.all(answers);
    return replan(this.#view(), planned.record.seed);
  }

  /** Takes part in a walk: lets it into targets, and hears how they did. */
  guide<Request extends Guided>(request: Request): Request & Pick<Dispatch, "enter" | "onTargetFailure"> {
    return {
      ...request,
      enter: (target: Target) => this.#enter(target),
      onTargetFailure: (...failed) => this.#fail(...failed),
      settleChoice: (record: GenerationRecord) => {
        this.#use(record);
        (request.settleChoice ?? request.settle)(record);
      },
      settle: (record: GenerationRecord) => {
        this.#use(record);
        this.#settle();
        request.settle(record);
      },
    };
  }

  /** The request has ended without a record. */
  abandon(): void {
    if (this.#isSettled) return;
    this.#keeper.stop();
    this.#leaveAllBut([]);
  }

  #view(): TrafficView {
    const local = localTraffic(Date.now());
    return { of: (gate) => this.#known.get(gateKey(gate)) ?? local.of(gate) };
  }

  /** Goes through the first gate of one keeper that is open; false when none is. */
  async #enterOneOf(gates: Gate[]): Promise<boolean> {
    const { entered, states, atMs } = await this.#keeper.enter(gates);
    this.#note(gates, states);
    const gate = gates.find(({ target }) => target === entered);
    if (gate) this.#passes.set(gateKey(gate), { gate, atMs });
    return gate !== undefined;
  }

  #note(gates: Gate[], states: Record<string, GateState>): void {
    for (const gate of gates) {
      const state = states[gate.target];
      if (state) this.#known.set(gateKey(gate), state);
    }
  }

  #enter(target: Target): Promise<boolean> {
    const known = this.#entries.get(target) ?? this.#enterAll(target);
    this.#entries.set(target, known);
    return known;
  }

  /** A target that cannot be asked about is passed over: the walk goes on. */
  async #enterAll({ gates }: Target): Promise<boolean> {
    const passed: Gate[] = [];
    try {
      for (const gate of gates) {
        if (this.#passes.has(gateKey(gate))) continue;
        const isOpen = gate.isLocal ? !this.#view().of(gate)?.shut : await this.#enterOneOf([gate]);
        if (!isOpen) break;
        passed.push(gate);
      }
    } catch (error) {
      console.error("traffic: a gate does not answer, its target is passed over", String(error));
    }
    const isIn = gates.every((gate) => passed.includes(gate) || this.#passes.has(gateKey(gate)));
    if (!isIn) for (const gate of passed) this.#leave(gate);
    return isIn;
  }

  /** The target is back with the first of its endpoints. */
  #fail(target: Target, { retryAfterMs }: UpstreamFailure, isOver: boolean): void {
    const { member, gates, router } = target;
    if (!member) return;
    const own = Math.min(retryAfterMs ?? member.coolDownMs, MAX_COOL_DOWN_MS);
    const coolDownMs = Math.min(this.#coolDowns.get(target) ?? Infinity, own);
    this.#coolDowns.set(target, coolDownMs);
    const gate = gates.find(({ keeper }) => keeper === `router:${router}`);
    if (isOver && gate) this.#keeper.cool(gate, coolDownMs);
  }

  /** What was used is counted at the target that answered; the others have been asked in vain. */
  #use({ usage, attempts }: GenerationRecord): void {
    const answer = attempts.find(({ failure }) => failure === undefined);
    const target = answer && this.#targets.get(`${answer.modelId} ${answer.tag}`);
    const tokens = usage.promptTokens + usage.completionTokens;
    if (target) this.#used.set(target, (this.#used.get(target) ?? 0) + tokens);
  }

  #settle(): void {
    this.#isSettled = true;
    this.#keeper.stop();
    const used = new Map<string, number>();
    for (const [{ gates }, tokens] of this.#used) for (const gate of gates) used.set(gateKey(gate), tokens);
    for (const [key, { gate }] of this.#passes) this.#keeper.settle(gate, used.get(key) ?? 0);
  }

  #leaveAllBut(gates: Gate[]): void {
    const kept = new Set(gates.map(gateKey));
    for (const [key, { gate }] of this.#passes) if (!kept.has(key)) this.#leave(gate);
  }

  #leave(gate: Gate): void {
    const pass = this.#passes.get(gateKey(gate));
    this.#passes.delete(gateKey(gate));
    if (pass) this.#keeper.leave(gate, pass.atMs);
  }
}

/** A keeper's gates of all targets of the plan, in the order in which they are the first choice. */
function gatesBeside({ keeper }: Gate, { plan }: PlannedRequest): Gate[] {
  const targets = [...new Set(plan.candidates.map(({ target }) => target))].filter((target) => target !== undefined);
  return targets
    .flatMap(({ gates, member }) => {
      const gate = gates.find((one) => one.keeper === keeper);
      return gate ? [{ gate, rank: member?.rank ?? 0 }] : [];
    })
    .sort((a, b) => a.rank - b.rank)
    .map(({ gate }) => gate);
}

/** Choices that are calls of their own are counted as such. `tokens`: what it may use; absent: as the plan tells. */
export function createPassage(c: AppContext, id: string, { plan, route }: PlannedRequest, tokens?: number): Passage {
  const isOneCall = plan.candidates.every(({ endpoint }) => endpoint.supportedParameters?.has("n"));
  const requests = isOneCall ? 1 : (route.choices ?? 1);
  const need = { requests, tokens: tokens ?? mostTokens({ plan, request: route }) };
  return new Passage(new Gatekeeper(c.env.TRAFFIC, id, need, waitUntilOf(c)));
}

/** Brings a planned request through its gates; `replan` plans it again by the same chance. */
export async function passGates(
  c: AppContext,
  id: string,
  planned: PlannedRequest,
  replan: Replan,
  tokens?: number,
): Promise<{ planned: PlannedRequest; passage: Passage }> {
  const passage = createPassage(c, id, planned, tokens);
  try {
    return { planned: await passage.begin(planned, replan), passage };
  } catch (error) {
    passage.abandon();
    throw error;
  }
}
