import type { Timeouts } from "../catalogue/catalogue.ts";

/** Which clock ran out. */
export type DeadlineName = "first token" | "idle" | "total";

/** Room for the usage that follows a finish reason; an upstream that says nothing more has ended. */
const AFTER_FINISH_MS = 5_000;
/** A stream that starts later than this has stalled, unless the operator says otherwise. */
const DEFAULT_FIRST_TOKEN_MS = 60_000;

/** What shortens an attempt below what its provider is given. */
export interface AttemptLimits {
  /** Of the client's request. */
  timeouts?:
    | { first_token_ms?: number | undefined; idle_ms?: number | undefined; total_ms?: number | undefined }
    | undefined;
  /** Its share of the walk's deadline, until it answers; milliseconds. */
  openWithinMs?: number | undefined;
}

/** The provider's bounds, or the request's where they are shorter. */
function shorterOf(timeouts: Timeouts, own: AttemptLimits["timeouts"]): Timeouts {
  if (!own) return timeouts;
  const { firstTokenMs = Infinity, idleMs, totalMs } = timeouts;
  const { first_token_ms: ownFirstTokenMs } = own;
  return {
    firstTokenMs: ownFirstTokenMs === undefined ? timeouts.firstTokenMs : Math.min(firstTokenMs, ownFirstTokenMs),
    idleMs: Math.min(idleMs, own.idle_ms ?? Infinity),
    totalMs: Math.min(totalMs, own.total_ms ?? Infinity),
  };
}

/**
 * The clocks of one attempt: to the first token, between pieces of content, and for the whole. One timer for all:
 * content only notes the time, so that a chunk costs no timer.
 */
export class Deadline {
  /** Aborted when a clock runs out. */
  readonly #abort: (name: DeadlineName) => void;
  readonly #timeouts: Timeouts;
  readonly #totalDueMs: number;
  #name: DeadlineName = "first token";
  #dueMs: number;
  #isFinished = false;
  #isStopped = false;
  /** When the timer goes off; what is due later is found out then. */
  #firesAtMs = Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** A whole answer has no first token: it is waited for until the end, unless the operator has set a bound. */
  constructor(provider: Timeouts, limits: AttemptLimits, isStream: boolean, abort: (name: DeadlineName) => void) {
    const now = Date.now();
    const timeouts = shorterOf(provider, limits.timeouts);
    const firstTokenMs = timeouts.firstTokenMs ?? (isStream ? DEFAULT_FIRST_TOKEN_MS : timeouts.totalMs);
    this.#abort = abort;
    this.#timeouts = timeouts;
    this.#totalDueMs = now + timeouts.totalMs;
    this.#dueMs = now + Math.min(firstTokenMs, limits.openWithinMs ?? Infinity);
    this.#arm(now);
  }

  /** Content has arrived: the silence begins anew, also after the finish of another choice. */
  content(): void {
    this.#isFinished = false;
    this.#name = "idle";
    const now = Date.now();
    this.#dueMs = now + this.#timeouts.idleMs;
    this.#arm(now);
  }

  /** The answer has a finish reason; what may still come, comes soon. */
  finished(): void {
    if (this.#isFinished) return;
    this.#isFinished = true;
    this.#name = "idle";
    const now = Date.now();
    this.#dueMs = now + Math.min(AFTER_FINISH_MS, this.#timeouts.idleMs);
    this.#arm(now);
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  #arm(now: number): void {
    const dueMs = Math.min(this.#dueMs, this.#totalDueMs);
    if (this.#isStopped || dueMs >= this.#firesAtMs) return;
    clearTimeout(this.#timer);
    this.#firesAtMs = dueMs;
    this.#timer = setTimeout(() => this.#check(), Math.max(0, dueMs - now));
  }

  #check(): void {
    const now = Date.now();
    this.#firesAtMs = Infinity;
    if (now >= this.#totalDueMs) this.#abort("total");
    else if (now >= this.#dueMs) this.#abort(this.#name);
    else this.#arm(now);
  }
}
