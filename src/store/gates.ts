import { fromStore } from "../errors.ts";
import { MemberCooldowns } from "../health/member-cooldowns.ts";
import type { Gate, TrafficView } from "../schema/traffic.ts";
import type { Need } from "./traffic-book.ts";
import type { GateAnswer, TrafficGate } from "./traffic-gate.ts";

/** Members of routers without limits that this isolate passes over. Nobody else is told. */
export const isolateMembers = new MemberCooldowns();

/** A gate's name among all. */
export function gateKey({ keeper, target }: Pick<Gate, "keeper" | "target">): string {
  return `${keeper} ${target}`;
}

/** What this isolate knows of gates at a moment: of routers without limits, who cools down. */
export function localTraffic(nowMs: number): TrafficView {
  return {
    of(gate) {
      const untilMs = gate.isLocal ? isolateMembers.coolUntil(gateKey(gate), nowMs) : undefined;
      return untilMs === undefined ? undefined : { requests: 0, tokens: 0, shut: { why: "cooling_down", untilMs } };
    },
  };
}

type WaitUntil = (work: Promise<unknown>) => void;
type TrafficNamespace = { getByName: (name: string) => DurableObjectStub<TrafficGate> };

/** A request that runs longer says so, before what it holds is free for others. */
const KEEP_MS = 20_000;

/** One request at the gates of aliases and routers. Calls to one keeper arrive in the order in which they are made. */
export class Gatekeeper {
  readonly #namespace: TrafficNamespace;
  readonly #request: string;
  /** What it may use, at most. */
  readonly #need: Need;
  readonly #waitUntil: WaitUntil;
  readonly #keepers = new Map<string, DurableObjectStub<TrafficGate>>();
  /** Keepers at which it holds something. */
  readonly #holding = new Set<string>();
  #beat: ReturnType<typeof setInterval> | undefined;

  constructor(namespace: TrafficNamespace, request: string, need: Need, waitUntil: WaitUntil) {
    this.#namespace = namespace;
    this.#request = request;
    this.#need = need;
    this.#waitUntil = waitUntil;
  }

  /** Goes through the first of one keeper's gates that is open. Throws 503 when the keeper does not answer. */
  async enter(gates: Gate[]): Promise<GateAnswer> {
    const [first] = gates;
    if (!first) throw new Error("no gate to go through");
    const { keeper } = first;
    const answer = await fromStore("store of rate limits", async () =>
      this.#keeper(keeper).enter(this.#request, gates.map(limitsOf), this.#need),
    );
    const entered = gates.find(({ target }) => target === answer.entered);
    if (entered?.tpm !== undefined) this.#hold(keeper);
    return answer;
  }

  /** How one keeper's gates stand. Counts nothing. */
  async look(gates: Gate[]): Promise<GateAnswer> {
    const [first] = gates;
    if (!first) throw new Error("no gate to look at");
    return fromStore("store of rate limits", async () =>
      this.#keeper(first.keeper).look(gates.map(limitsOf), this.#need),
    );
  }

  /** The request was not sent where it was let through. */
  leave({ keeper, target }: Gate, enteredAtMs: number): void {
    this.#tell(keeper, (gate) => gate.leave(this.#request, target, { requests: this.#need.requests, enteredAtMs }));
  }

  /** The request has ended, and has used so many tokens at the target. */
  settle({ keeper, target, tpm }: Gate, tokens: number): void {
    if (tpm !== undefined) this.#tell(keeper, (gate) => gate.settle(this.#request, { [target]: tokens }));
  }

  /** Passes a target over for so long. */
  cool(gate: Gate, forMs: number): void {
    if (forMs <= 0) return;
    if (gate.isLocal) isolateMembers.cool(gateKey(gate), Date.now() + forMs);
    else this.#tell(gate.keeper, (keeper) => keeper.cool(gate.target, forMs));
  }

  /** Nothing more is held. */
  stop(): void {
    clearInterval(this.#beat);
    this.#beat = undefined;
  }

  #hold(keeper: string): void {
    this.#holding.add(keeper);
    this.#beat ??= setInterval(() => {
      for (const name of this.#holding) this.#tell(name, (gate) => gate.keep(this.#request));
    }, KEEP_MS);
  }

  /** What is only told waits for nobody. */
  #tell(keeper: string, say: (gate: DurableObjectStub<TrafficGate>) => Promise<unknown>): void {
    this.#waitUntil(
      say(this.#keeper(keeper)).catch((error) =>
        console.error("traffic: a gate does not answer, what it counts is freed later", String(error)),
      ),
    );
  }

  #keeper(name: string): DurableObjectStub<TrafficGate> {
    const known = this.#keepers.get(name) ?? this.#namespace.getByName(name);
    this.#keepers.set(name, known);
    return known;
  }
}

function limitsOf({ target, rpm, tpm }: Gate) {
  return { target, ...(rpm !== undefined && { rpm }), ...(tpm !== undefined && { tpm }) };
}
