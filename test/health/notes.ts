import type { HealthBook } from "../../src/health/book.ts";
import type { AttemptFacts, EndpointHealth } from "../../src/health/health.ts";

/** A round time, at which every slot begins. */
export const START_MS = Date.UTC(2026, 0, 31);
export const SECOND_MS = 1_000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;

/** Attempts by letter: a success, a failure, a rate limit or something neutral. */
const VERDICTS: Record<string, AttemptFacts["verdict"]> = {
  s: "success",
  f: "failure",
  r: "rate_limited",
  n: "neutral",
};

/** Notes attempts of the endpoint `a`, one a letter, a second between each two; a space is a second without any. Returns the time of the last. */
export function noteAll(book: HealthBook, letters: string, fromMs = START_MS, stepMs = SECOND_MS): number {
  [...letters].forEach((letter, index) => {
    const verdict = VERDICTS[letter];
    if (verdict) book.note("a", { verdict }, fromMs + index * stepMs);
  });
  return fromMs + (letters.length - 1) * stepMs;
}

/** Notes the same attempt of the endpoint `a` several times. */
export function noteTimes(book: HealthBook, times: number, facts: AttemptFacts, atMs = START_MS): void {
  for (let time = 0; time < times; time++) book.note("a", facts, atMs);
}

/** The health of an endpoint that has been noted. */
export function healthOf(book: HealthBook, atMs: number, id = "a"): EndpointHealth {
  const health = book.at(atMs).of(id);
  if (health === undefined) throw new Error(`nothing was noted of ${id}`);
  return health;
}
