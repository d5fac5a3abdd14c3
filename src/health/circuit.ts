import type { FailureKind } from "../errors.ts";

/** So many failures without a success between, over so long a time at least, open a circuit: a burst alone does not. */
const MIN_FAILURES = 5;
const MIN_SPREAD_MS = 10_000;

/** How long a circuit is open at first; each further time twice as long, up to a minute. */
const FIRST_OPEN_MS = 5_000;
/** A key that is refused so often in a row does not heal in seconds. */
const MIN_REFUSALS = 3;
const UNAUTHORIZED_OPEN_MS = 30_000;
const MAX_OPEN_MS = 60_000;
/** So that isolates that saw the same outage do not come back at once: lengths are up to a fifth shorter or longer. */
const JITTER = 0.2;

/** Failures and openings that are followed by nothing for so long are history. */
const FORGET_MS = 300_000;

/** A probe that was not released by then belonged to a request that was torn down. */
const PROBE_LEASE_MS = 60_000;
/** When to ask again while a probe is under way. */
const PROBE_WAIT_MS = 1_000;

/** Permission for one attempt; told apart by identity. */
export interface Pass {
  /** The attempt is the only one that a circuit that is not closed lets through. */
  readonly isProbe: boolean;
}

/** The pass of an attempt at an endpoint whose circuit is closed. */
export const FREE_PASS: Pass = { isProbe: false };

/**
 * The failures of one endpoint since its last success; a success ends the circuit. Closed: all may pass. Open: nobody,
 * but for a probe of those who have no other choice. Half-open, once the time is over: one probe at a time; a failure
 * opens the circuit again, for longer.
 */
export class Circuit {
  #failures = 0;
  /** Of the key, in a row. */
  #refusals = 0;
  #firstFailureMs = 0;
  #lastFailureMs = 0;
  /** Without jitter; 0 while the circuit is closed. */
  #openMs = 0;
  #openUntilMs = 0;
  /** `hasFailed`: what is said of its attempt from then on is the same news. */
  #probe: { pass: Pass; sinceMs: number; hasFailed?: boolean } | undefined;

  /** `chance`, 0..1, makes the jitter. */
  fail(kind: FailureKind, nowMs: number, chance: number): void {
    const isClosed = this.#openMs === 0;
    // Of attempts that began before the circuit opened, each failure is the same news.
    if (!isClosed && nowMs < this.#openUntilMs && (!this.#isProbed(nowMs) || this.#probe?.hasFailed)) return;
    if (this.#probe) this.#probe.hasFailed = true;
    if (this.#failures === 0) this.#firstFailureMs = nowMs;
    this.#failures++;
    this.#lastFailureMs = nowMs;
    this.#refusals = kind === "unauthorized" ? this.#refusals + 1 : 0;
    const isRefused = this.#refusals >= MIN_REFUSALS;
    const isRun = this.#failures >= MIN_FAILURES && nowMs - this.#firstFailureMs >= MIN_SPREAD_MS;
    if (isClosed && !isRun && !isRefused) return;
    const leastMs = isRefused ? UNAUTHORIZED_OPEN_MS : FIRST_OPEN_MS;
    this.#openMs = Math.min(Math.max(this.#openMs * 2, leastMs), MAX_OPEN_MS);
    this.#openUntilMs = nowMs + this.#openMs * (1 + JITTER * (2 * chance - 1));
  }

  /** Until when nobody else may pass; undefined when the circuit is closed, or a probe may go. */
  coldUntil(nowMs: number): number | undefined {
    if (this.#openMs === 0) return undefined;
    if (nowMs < this.#openUntilMs) return this.#openUntilMs;
    return this.#isProbed(nowMs) ? nowMs + PROBE_WAIT_MS : undefined;
  }

  /** Whether an attempt would be a probe, and no other is under way. */
  mayProbe(nowMs: number): boolean {
    return this.#openMs > 0 && !this.#isProbed(nowMs);
  }

  /** Undefined when a probe is under way. The caller has no other choice, or has seen that the circuit is not open. */
  acquire(nowMs: number): Pass | undefined {
    if (this.#openMs === 0) return FREE_PASS;
    if (this.#isProbed(nowMs)) return undefined;
    this.#probe = { pass: { isProbe: true }, sinceMs: nowMs };
    return this.#probe.pass;
  }

  release(pass: Pass): void {
    if (this.#probe?.pass === pass) this.#probe = undefined;
  }

  isForgotten(nowMs: number): boolean {
    return nowMs - Math.max(this.#lastFailureMs, this.#openUntilMs) > FORGET_MS;
  }

  #isProbed(nowMs: number): boolean {
    return this.#probe !== undefined && nowMs - this.#probe.sinceMs < PROBE_LEASE_MS;
  }
}
