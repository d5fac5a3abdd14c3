/**
 * Waiting time that a refused request is told, in milliseconds from `nowMs`; undefined when none is named.
 * Reads `retry-after-ms`, then `Retry-After` as seconds or as an HTTP date (RFC 9110 § 10.2.3). Never negative.
 * An unreadable header counts as absent.
 */
export function readRetryAfter(headers: Headers, nowMs: number): number | undefined {
  const milliseconds = readNumber(headers.get("retry-after-ms"));
  if (milliseconds !== undefined) return milliseconds;
  const text = headers.get("retry-after");
  if (text === null) return undefined;
  const seconds = readNumber(text);
  if (seconds !== undefined) return Math.round(seconds * 1000);
  const dateMs = HTTP_DATE.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(dateMs) ? undefined : Math.max(0, dateMs - nowMs);
}

/**
 * The wait that a refusal's own words name, in milliseconds: `Please try again in 1m2.5s` (OpenAI, Groq), `in 450ms`,
 * `Please retry after 6 seconds` (Azure), `Please retry in 17.3s` (Google). Undefined when they name none.
 */
export function readWaitInWords(text: string): number | undefined {
  const [, wait] = WAIT_IN_WORDS.exec(text) ?? [];
  if (wait === undefined) return undefined;
  let totalMs = 0;
  for (const [, amount, unit = ""] of wait.matchAll(/(\d{1,9}(?:\.\d{1,9})?)\s*(ms|milli|[dhms])/gi))
    totalMs += Number(amount) * (UNITS_MS[unit.toLowerCase()] ?? 0);
  return Math.ceil(totalMs);
}

const WAIT_IN_WORDS =
  /\b(?:try again|retry) (?:in|after) ((?:\d{1,9}(?:\.\d{1,9})?\s*(?:ms|milliseconds?|days?|hours?|minutes?|seconds?|[dhms])(?![a-z])\s*){1,4})/i;
const UNITS_MS: Record<string, number> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1, milli: 1 };

/** `Sun, 06 Nov 1994 08:49:37 GMT` and the two older forms; `Date.parse` alone reads a date into nearly any text. */
const HTTP_DATE = /^\s*[A-Za-z]{3,9},?\s.*\d\d:\d\d:\d\d/;

/** Nobody waits longer; a larger number is a mistake of its sender. */
const MAX_NUMBER = 1e12;

function readNumber(text: string | null): number | undefined {
  if (text === null || !/^\s*\d+(\.\d+)?\s*$/.test(text)) return undefined;
  return Math.min(Number(text), MAX_NUMBER);
}
