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

/** `Sun, 06 Nov 1994 08:49:37 GMT` and the two older forms; `Date.parse` alone reads a date into nearly any text. */
const HTTP_DATE = /^\s*[A-Za-z]{3,9},?\s.*\d\d:\d\d:\d\d/;

/** Nobody waits longer; a larger number is a mistake of its sender. */
const MAX_NUMBER = 1e12;

function readNumber(text: string | null): number | undefined {
  if (text === null || !/^\s*\d+(\.\d+)?\s*$/.test(text)) return undefined;
  return Math.min(Number(text), MAX_NUMBER);
}
