/**
 * Above so many requests a second a team's records are spread over other objects.
 *
 * One object books, on one core, some 1,600 records a second that come one by one, 4,600 in fives, and 10,000 in
 * hundreds (`npm run bench:ledger`): it is the calls that are dear, and each isolate makes up to ten of them a second.
 * The platform promises half a thousand calls a second to an object that writes, and this one has others to answer:
 * admissions, and everybody who reads. So it is spread before that.
 */
export const HOT_PER_SECOND = 300;
/** Below so many, for as long as this, new records go to the team's own object again. */
const COOL_PER_SECOND = HOT_PER_SECOND / 4;
const COOL_MS = 600_000;
/** A rate is measured over this long: a short burst is none. */
export const WINDOW_MS = 5_000;
/** The first time; each sends sums to the team's object up to ten times a second. */
const MIN_SHARDS = 4;
export const MAX_SHARDS = 32;

/** How many requests a team's ledger books in a second. In memory: after a pause nothing is hot. */
export class Heat {
  #sinceMs = 0;
  #requests = 0;
  #warmAtMs = 0;

  /** Counts requests; gives how many came in a second when that has been measured long enough. */
  count(requests: number, nowMs: number): number | undefined {
    this.#requests += requests;
    if (this.#sinceMs === 0) this.#sinceMs = nowMs;
    const elapsedMs = nowMs - this.#sinceMs;
    if (elapsedMs < WINDOW_MS) return undefined;
    const perSecond = (this.#requests / elapsedMs) * 1000;
    this.#sinceMs = nowMs;
    this.#requests = 0;
    if (perSecond >= COOL_PER_SECOND) this.#warmAtMs = nowMs;
    return perSecond;
  }

  /** Whether a team that has been hot has been cool for long. One that was just woken has not. */
  hasCooled(nowMs: number): boolean {
    if (this.#warmAtMs === 0) this.#warmAtMs = nowMs;
    return nowMs - this.#warmAtMs >= COOL_MS;
  }
}

/** How many shards are enough for a rate; never fewer than there are. */
export function shardsFor(perSecond: number, shards: number): number {
  if (perSecond <= HOT_PER_SECOND) return shards;
  let enough = Math.max(shards, MIN_SHARDS);
  while (enough < MAX_SHARDS && perSecond > enough * HOT_PER_SECOND) enough *= 2;
  return enough;
}
