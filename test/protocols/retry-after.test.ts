import { describe, expect, it } from "vitest";
import { readRetryAfter, readWaitInWords } from "../../src/protocols/retry-after.ts";

/** Saturday, 31 January 2026. */
const NOW_MS = Date.UTC(2026, 0, 31, 12, 0, 0);

describe("the time that a refusal asks to wait", () => {
  it.each<[name: string, headers: Record<string, string>, waitMs: number | undefined]>([
    ["no header", {}, undefined],
    ["seconds", { "retry-after": "2" }, 2_000],
    ["no second", { "retry-after": "0" }, 0],
    ["parts of a second", { "retry-after": "0.25" }, 250],
    ["spaces around", { "retry-after": "  7 " }, 7_000],
    ["an HTTP date", { "retry-after": "Sat, 31 Jan 2026 12:01:30 GMT" }, 90_000],
    ["a date that has passed", { "retry-after": "Fri, 30 Jan 2026 12:00:00 GMT" }, 0],
    ["a date in the oldest form", { "retry-after": "Saturday, 31-Jan-26 12:00:05 GMT" }, 5_000],
    ["milliseconds", { "retry-after-ms": "1500" }, 1_500],
    ["milliseconds before seconds", { "retry-after-ms": "1500", "retry-after": "9" }, 1_500],
    ["unreadable milliseconds, then seconds", { "retry-after-ms": "soon", "retry-after": "9" }, 9_000],
    ["a word", { "retry-after": "soon" }, undefined],
    ["a word and a number", { "retry-after": "about 3" }, undefined],
    ["a number below 0", { "retry-after": "-5" }, undefined],
    ["seconds with their unit", { "retry-after": "5s" }, undefined],
    ["two numbers", { "retry-after": "1, 2" }, undefined],
    ["nothing", { "retry-after": "" }, undefined],
  ])("is read from %s", (_, headers, waitMs) => {
    expect(readRetryAfter(new Headers(headers), NOW_MS)).toBe(waitMs);
  });

  it("is a finite number, whatever the digits", () => {
    const wait = readRetryAfter(new Headers({ "retry-after": "9".repeat(400) }), NOW_MS);
    expect(wait === undefined || Number.isFinite(wait)).toBe(true);
  });
});

describe("the time to wait that a refusal's words name", () => {
  it.each<[text: string, waitMs: number | undefined]>([
    ["Rate limit reached on tokens per min (TPM): Limit 30000, Used 29000. Please try again in 6.5s. Visit us.", 6_500],
    ["Rate limit reached. Please try again in 450ms.", 450],
    ["Please try again in 1m2.5s.", 62_500],
    ["Please try again in 1h0m3s", 3_603_000],
    ["Requests have exceeded call rate limit. Please retry after 6 seconds.", 6_000],
    ["Please retry after 1 minute 30 seconds.", 90_000],
    ["Please retry in 17.3s.", 17_300],
    ["Please try again in 500 milliseconds.", 500],
    ["Please try again in 2 days.", 172_800_000],
    ["Please try again later.", undefined],
    ["Please try again in 5 steps.", undefined],
    ["Limit 30s reached.", undefined],
    ["", undefined],
  ])("%s", (text, waitMs) => {
    expect(readWaitInWords(text)).toBe(waitMs);
  });
});
