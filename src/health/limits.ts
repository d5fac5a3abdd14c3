import type { Limit, LimitKind, Limits } from "./limit-headers.ts";

/** Nothing that was learnt is believed for longer, whatever the provider says: one call then finds out. */
const MAX_BELIEF_MS = 120_000;

/** Whoever says that nothing is left is left alone for a second, however soon the next bit comes back. */
const EMPTY_MS = 1_000;

/** Keys that are remembered; the one that was learnt of longest ago goes first. */
const MAX_KEYS = 1_000;

/** Who has said nothing of limits is listened to at every eighth answer: reading headers costs more than planning. */
const LISTEN_EVERY = 8;

/** Calls differ by less than this from whole ones. */
const ROUNDING = 1e-6;

/** What calls use up. */
export interface Use {
  requests?: number;
  /** Of the prompt. */
  tokens: number;
}

/** What is left under one limit. */
interface Rest {
  left: number;
  atMs: number;
  /** What comes back by itself, up to the limit; 0 for a limit that is whole again at once. */
  perMs: number;
  limit: number;
  /** Nothing was left; the next one comes back bit by bit, but not before this. */
  emptyUntilMs: number;
  /** From here on nothing is known. */
  untilMs: number;
}

type Rests = Partial<Record<LimitKind, Rest>>;

/**
 * What providers said is left under their limits. A key is an endpoint, or whatever else shares a limit. Between two
 * answers our own calls lower what is left, so that a burst does not run into the wall together. Times are milliseconds
 * since the epoch and come from the caller.
 */
export class LearnedLimits {
  readonly #known = new Map<string, Rests>();
  /** Answers in a row of those that have said nothing of limits. */
  readonly #silent = new Map<string, number>();

  /** Takes what the headers of an answer say; it replaces what was known, calls of our own included. */
  learn(key: string, limits: Limits, nowMs: number): void {
    this.#silent.delete(key);
    const rests = this.#known.get(key) ?? {};
    for (const kind of KINDS) {
      const limit = limits[kind];
      if (limit) rests[kind] = toRest(limit, nowMs);
    }
    // The map is in the order of the last answer.
    this.#known.delete(key);
    this.#known.set(key, rests);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MAX_KEYS && oldest !== undefined) this.#known.delete(oldest);
  }

  /** Whether the headers of the next good answer are worth reading. */
  listensTo(key: string): boolean {
    const answers = this.#silent.get(key);
    if (answers === undefined) return true;
    this.#silent.set(key, answers + 1);
    return answers % LISTEN_EVERY === 0;
  }

  /** An answer has said nothing of limits. */
  noteSilence(key: string): void {
    if (this.#silent.has(key) || this.#known.has(key)) return;
    if (this.#silent.size >= MAX_KEYS) this.#silent.clear();
    this.#silent.set(key, 1);
  }

  /** Forgets everything, as a fresh isolate would know it. */
  clear(): void {
    this.#known.clear();
    this.#silent.clear();
  }

  /** Forgets some keys. */
  forget(isOf: (key: string) => boolean): void {
    for (const key of this.#known.keys()) if (isOf(key)) this.#known.delete(key);
    for (const key of this.#silent.keys()) if (isOf(key)) this.#silent.delete(key);
  }

  /** Notes a call that is about to be made. */
  take(key: string, { requests = 1, tokens }: Use, nowMs: number): void {
    const rests = this.#known.get(key);
    if (rests === undefined) return;
    take(rests.requests, requests, nowMs);
    take(rests.tokens, tokens, nowMs);
  }

  /**
   * Until when a call would hit the wall: no request is left, or fewer tokens than it needs. Undefined when it would not,
   * or nothing is known. Never later than the provider's own reset, nor than two minutes from when it was learnt.
   */
  wallUntil(key: string, neededTokens: number, nowMs: number): number | undefined {
    const rests = this.#known.get(key);
    if (rests === undefined) return undefined;
    const { requests, tokens, outputTokens } = rests;
    const untilMs = Math.max(
      wallOf(requests, 1, nowMs),
      wallOf(tokens, Math.max(1, neededTokens), nowMs),
      wallOf(outputTokens, 1, nowMs),
    );
    return untilMs > nowMs ? untilMs : undefined;
  }
}

const KINDS: LimitKind[] = ["requests", "tokens", "outputTokens"];

function toRest({ limit = Infinity, remaining, resetAtMs, isGradual }: Limit, nowMs: number): Rest {
  const comesBack = isGradual === true && limit > remaining && limit !== Infinity;
  const perMs = comesBack ? (limit - remaining) / Math.max(1, resetAtMs - nowMs) : 0;
  const untilMs = Math.min(resetAtMs, nowMs + MAX_BELIEF_MS);
  const emptyUntilMs = comesBack && remaining <= 0 ? Math.min(untilMs, nowMs + EMPTY_MS) : 0;
  return { left: remaining, atMs: nowMs, perMs, limit, emptyUntilMs, untilMs };
}

function leftAt({ left, atMs, perMs, limit }: Rest, nowMs: number): number {
  return perMs === 0 ? left : Math.min(limit, left + perMs * Math.max(0, nowMs - atMs));
}

function take(rest: Rest | undefined, used: number, nowMs: number): void {
  if (rest === undefined) return;
  rest.left = leftAt(rest, nowMs) - used;
  rest.atMs = nowMs;
}

/** When enough is left; not in the future when it is now. */
function wallOf(rest: Rest | undefined, needed: number, nowMs: number): number {
  if (rest === undefined || nowMs >= rest.untilMs) return 0;
  const missing = needed - leftAt(rest, nowMs);
  if (missing <= ROUNDING) return rest.emptyUntilMs;
  if (rest.perMs === 0) return rest.untilMs;
  return Math.max(rest.emptyUntilMs, Math.min(rest.untilMs, Math.ceil(nowMs + missing / rest.perMs)));
}
