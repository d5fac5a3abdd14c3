import type { FailureKind, UpstreamFailure } from "../errors.ts";
import { Circuit, FREE_PASS, type Pass } from "./circuit.ts";
import { verdictOf } from "./health.ts";

/** A wait that a provider asks for counts up to here, so that one odd header does not take an endpoint away for hours. */
const MAX_WAIT_MS = 60_000;

/** Rate limits without a wait of their own are in a row when each comes so soon after the last, or after its cooldown. */
const ROW_MS = 10_000;
/** The second in a row makes the endpoint cold for this long, each further one for twice as long, up to the other. */
const FIRST_BACK_OFF_MS = 2_000;
const MAX_BACK_OFF_MS = 30_000;

/** Endpoints with trouble that are remembered; the one that was longest without goes first. */
const MAX_ENDPOINTS = 512;

/** How an attempt ended: `ok`, or the failure's kind and the wait that it asks for. */
export interface Outcome {
  ok?: true | undefined;
  kind?: FailureKind | undefined;
  /** From now; as the provider says it. */
  retryAfterMs?: number | undefined;
  /** What there is to tell of it, and whose request it was. */
  failure?: UpstreamFailure | undefined;
  owner?: string | undefined;
}

/** Until when an endpoint is passed over. */
export interface Cold {
  untilMs: number;
  /**
   * `rate_limited`: it asked for a wait. `backing_off`: it limits us again and again without asking for one.
   * `circuit_open`: it fails. Only the first must not be tried at all.
   */
  why: "rate_limited" | "backing_off" | "circuit_open";
  /** How it failed last, for whoever cannot be served meanwhile; its words are for its owner alone. */
  failure?: UpstreamFailure | undefined;
  owner?: string | undefined;
}

/** The planner's view. A plain lookup: asking changes nothing. */
export interface ColdEndpoints {
  coldUntil(endpointId: string, nowMs: number): Cold | undefined;
  /** Whether an endpoint with an open circuit may be tried by a request that has no other: never two at a time. */
  mayProbe(endpointId: string, nowMs: number): boolean;
}

/** Nothing is cold. */
export const NO_COLD_ENDPOINTS: ColdEndpoints = { coldUntil: () => undefined, mayProbe: () => false };

interface Trouble {
  circuit: Circuit | undefined;
  rateLimits: number;
  lastRateLimitMs: number;
  backOffUntilMs: number;
  waitUntilMs: number;
  failure: UpstreamFailure | undefined;
  owner: string | undefined;
}

/**
 * Which endpoints are passed over, and until when. Times are milliseconds since the epoch and come from the caller. An
 * endpoint that only ever did well is not remembered. What is the client's fault changes nothing.
 */
export class Cooldowns implements ColdEndpoints {
  readonly #troubles = new Map<string, Trouble>();

  /** `chance`, 0..1, spreads the times for which circuits open; the middle leaves them as they are. */
  note(endpointId: string, { ok, kind, retryAfterMs, failure, owner }: Outcome, nowMs: number, chance = 0.5): void {
    if (ok) this.#recover(endpointId, nowMs);
    if (kind === undefined || verdictOf(kind) === "neutral") return;
    const trouble = this.#troubleOf(endpointId);
    trouble.failure = failure;
    trouble.owner = owner;
    const isBusy = kind === "rate_limited" || kind === "overloaded";
    if (isBusy && retryAfterMs !== undefined && retryAfterMs > 0)
      trouble.waitUntilMs = Math.max(trouble.waitUntilMs, nowMs + Math.min(retryAfterMs, MAX_WAIT_MS));
    else if (kind === "rate_limited") backOff(trouble, nowMs);
    if (verdictOf(kind) !== "failure") return;
    if (trouble.circuit === undefined || trouble.circuit.isForgotten(nowMs)) trouble.circuit = new Circuit();
    trouble.circuit.fail(kind, nowMs, chance);
  }

  /** Forgets everything, as a fresh isolate would know it. */
  clear(): void {
    this.#troubles.clear();
  }

  /** Forgets some endpoints. */
  forget(isOf: (endpointId: string) => boolean): void {
    for (const endpointId of this.#troubles.keys()) if (isOf(endpointId)) this.#troubles.delete(endpointId);
  }

  coldUntil(endpointId: string, nowMs: number): Cold | undefined {
    const trouble = this.#troubles.get(endpointId);
    if (trouble === undefined) return undefined;
    const { waitUntilMs, failure, owner } = trouble;
    if (nowMs < waitUntilMs) return { untilMs: waitUntilMs, why: "rate_limited", failure, owner };
    const { backOffUntilMs } = trouble;
    if (nowMs < backOffUntilMs) return { untilMs: backOffUntilMs, why: "backing_off", failure, owner };
    const untilMs = circuitOf(trouble, nowMs)?.coldUntil(nowMs);
    return untilMs === undefined ? undefined : { untilMs, why: "circuit_open", failure, owner };
  }

  mayProbe(endpointId: string, nowMs: number): boolean {
    const trouble = this.#troubles.get(endpointId);
    if (trouble === undefined || nowMs < trouble.waitUntilMs) return false;
    const circuit = circuitOf(trouble, nowMs);
    const isClosed = circuit === undefined || circuit.coldUntil(nowMs) === undefined;
    return isClosed && nowMs < trouble.backOffUntilMs ? true : (circuit?.mayProbe(nowMs) ?? false);
  }

  /**
   * Asked right before each attempt: a pass, to be released when the attempt is over; undefined when the endpoint was
   * asked to be left alone since the plan was made, or somebody else probes it.
   */
  acquire(endpointId: string, nowMs: number): Pass | undefined {
    const trouble = this.#troubles.get(endpointId);
    if (trouble === undefined) return FREE_PASS;
    if (nowMs < trouble.waitUntilMs) return undefined;
    const circuit = circuitOf(trouble, nowMs);
    return circuit ? circuit.acquire(nowMs) : FREE_PASS;
  }

  /** Gives a pass back, whatever became of the attempt; again and again if need be. */
  release(endpointId: string, pass: Pass): void {
    if (pass.isProbe) this.#troubles.get(endpointId)?.circuit?.release(pass);
  }

  /** A wait that was asked for stays: what succeeded may have begun before it. */
  #recover(endpointId: string, nowMs: number): void {
    const trouble = this.#troubles.get(endpointId);
    if (trouble === undefined) return;
    if (trouble.waitUntilMs <= nowMs) this.#troubles.delete(endpointId);
    trouble.circuit = undefined;
    trouble.rateLimits = 0;
    trouble.backOffUntilMs = 0;
  }

  /** The trouble of an endpoint that has news of it. */
  #troubleOf(endpointId: string): Trouble {
    const known = this.#troubles.get(endpointId);
    const trouble = known ?? {
      circuit: undefined,
      rateLimits: 0,
      lastRateLimitMs: 0,
      backOffUntilMs: 0,
      waitUntilMs: 0,
      failure: undefined,
      owner: undefined,
    };
    // The map is in the order of the last trouble.
    this.#troubles.delete(endpointId);
    this.#troubles.set(endpointId, trouble);
    const [oldest] = this.#troubles.keys();
    if (this.#troubles.size > MAX_ENDPOINTS && oldest !== undefined) this.#troubles.delete(oldest);
    return trouble;
  }
}

/** Those that were under way when the endpoint became cold make it no colder; a lone one makes it not cold at all. */
function backOff(trouble: Trouble, nowMs: number): void {
  if (nowMs < Math.max(trouble.waitUntilMs, trouble.backOffUntilMs)) return;
  const isInRow = nowMs - Math.max(trouble.lastRateLimitMs, trouble.backOffUntilMs) <= ROW_MS;
  trouble.rateLimits = isInRow ? trouble.rateLimits + 1 : 1;
  trouble.lastRateLimitMs = nowMs;
  if (trouble.rateLimits < 2) return;
  trouble.backOffUntilMs = nowMs + Math.min(FIRST_BACK_OFF_MS * 2 ** (trouble.rateLimits - 2), MAX_BACK_OFF_MS);
}

function circuitOf({ circuit }: Trouble, nowMs: number): Circuit | undefined {
  return circuit?.isForgotten(nowMs) ? undefined : circuit;
}
