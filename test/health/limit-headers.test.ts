import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Limits, readLimits } from "../../src/health/limit-headers.ts";

const NOW = Date.UTC(2026, 0, 31, 12);
const read = (headers: Record<string, string>) => readLimits(new Headers(headers), NOW);

/** A reset that takes some milliseconds from now; bit by bit with `gradual`. */
const whole = (limit: number | undefined, remaining: number, resetMs: number) => ({
  limit,
  remaining,
  resetAtMs: NOW + resetMs,
});
const gradual = (limit: number, remaining: number, resetMs: number) => ({
  ...whole(limit, remaining, resetMs),
  isGradual: true,
});

describe("the limits that a provider's headers report", () => {
  it.each<[name: string, headers: Record<string, string>, expected: Limits]>([
    [
      "OpenAI",
      {
        "x-ratelimit-limit-requests": "30000",
        "x-ratelimit-limit-tokens": "150000000",
        "x-ratelimit-remaining-requests": "29999",
        "x-ratelimit-remaining-tokens": "149984000",
        "x-ratelimit-reset-requests": "2ms",
        "x-ratelimit-reset-tokens": "6m0s",
      },
      { requests: gradual(30_000, 29_999, 2), tokens: gradual(150_000_000, 149_984_000, 360_000) },
    ],
    [
      "Groq",
      {
        "x-ratelimit-limit-requests": "14400",
        "x-ratelimit-limit-tokens": "30000",
        "x-ratelimit-remaining-requests": "14397",
        "x-ratelimit-remaining-tokens": "29987",
        "x-ratelimit-reset-requests": "17.379s",
        "x-ratelimit-reset-tokens": "26ms",
      },
      { requests: gradual(14_400, 14_397, 17_379), tokens: gradual(30_000, 29_987, 26) },
    ],
    [
      "Anthropic",
      {
        "anthropic-ratelimit-requests-limit": "50",
        "anthropic-ratelimit-requests-remaining": "49",
        "anthropic-ratelimit-requests-reset": "2026-01-31T12:00:02Z",
        "anthropic-ratelimit-tokens-limit": "48000",
        "anthropic-ratelimit-tokens-remaining": "47000",
        "anthropic-ratelimit-tokens-reset": "2026-01-31T12:00:01Z",
        "anthropic-ratelimit-input-tokens-limit": "40000",
        "anthropic-ratelimit-input-tokens-remaining": "39000",
        "anthropic-ratelimit-input-tokens-reset": "2026-01-31T12:00:03Z",
        "anthropic-ratelimit-output-tokens-limit": "8000",
        "anthropic-ratelimit-output-tokens-remaining": "0",
        "anthropic-ratelimit-output-tokens-reset": "2026-01-31T12:01:00Z",
        "anthropic-priority-ratelimit-input-tokens-remaining": "0",
        "retry-after": "36",
      },
      {
        requests: gradual(50, 49, 2_000),
        tokens: gradual(40_000, 39_000, 3_000),
        outputTokens: gradual(8_000, 0, 60_000),
      },
    ],
    [
      "Azure",
      { "x-ratelimit-remaining-requests": "0", "x-ratelimit-remaining-tokens": "119500" },
      { requests: whole(undefined, 0, 10_000), tokens: whole(undefined, 119_500, 10_000) },
    ],
    [
      "Azure with resets",
      {
        "x-ratelimit-limit-tokens": "120000",
        "x-ratelimit-remaining-tokens": "100",
        "x-ratelimit-reset-tokens": "30",
      },
      { tokens: whole(120_000, 100, 30_000) },
    ],
    [
      "Mistral",
      {
        "x-ratelimit-limit-req-minute": "4",
        "x-ratelimit-limit-tokens-minute": "250000",
        "x-ratelimit-remaining-req-minute": "2",
        "x-ratelimit-remaining-tokens-minute": "249805",
        "x-ratelimit-remaining-tokens-month": "3950246",
        "x-ratelimit-tokens-query-cost": "68",
      },
      { requests: whole(4, 2, 10_000), tokens: whole(250_000, 249_805, 10_000) },
    ],
    [
      "Cerebras",
      {
        "x-ratelimit-limit-requests-day": "14400",
        "x-ratelimit-limit-tokens-minute": "60000",
        "x-ratelimit-remaining-requests-day": "14399",
        "x-ratelimit-remaining-tokens-minute": "59000",
        "x-ratelimit-reset-requests-day": "33011.382867097855",
        "x-ratelimit-reset-tokens-minute": "11.382867097854614",
      },
      { requests: whole(14_400, 14_399, 33_011_383), tokens: whole(60_000, 59_000, 11_383) },
    ],
    [
      "SambaNova, of two periods the tighter",
      {
        "x-ratelimit-limit-requests": "30",
        "x-ratelimit-remaining-requests": "29",
        "x-ratelimit-reset-requests": String(NOW / 1000 + 5),
        "x-ratelimit-limit-requests-day": "1500",
        "x-ratelimit-remaining-requests-day": "3",
        "x-ratelimit-reset-requests-day": "4h17m",
      },
      { requests: whole(1_500, 3, 15_420_000) },
    ],
    [
      "Fireworks",
      {
        "x-ratelimit-limit-tokens-prompt": "120000",
        "x-ratelimit-remaining-tokens-prompt": "119900",
        "x-ratelimit-limit-tokens-cache-adjusted-prompt": "60000",
        "x-ratelimit-remaining-tokens-cache-adjusted-prompt": "1",
        "x-ratelimit-limit-tokens-generated": "1200",
        "x-ratelimit-remaining-tokens-generated": "1100",
        "x-ratelimit-over-limit": "no",
      },
      { tokens: whole(120_000, 119_900, 10_000), outputTokens: whole(1_200, 1_100, 10_000) },
    ],
    [
      "Together",
      {
        "x-ratelimit-limit": "10",
        "x-ratelimit-remaining": "9",
        "x-ratelimit-reset": "1",
        "x-tokenlimit-limit": "3000",
        "x-tokenlimit-remaining": "2900",
      },
      { requests: whole(10, 9, 1_000), tokens: whole(3_000, 2_900, 10_000) },
    ],
    [
      "OpenRouter",
      { "x-ratelimit-limit": "20", "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(NOW + 7_500) },
      { requests: whole(20, 0, 7_500) },
    ],
    [
      "DigitalOcean",
      {
        "x-ratelimit-limit-tokens-per-minute": "1000",
        "x-ratelimit-remaining-tokens-per-minute": "40",
        "x-ratelimit-reset-tokens-per-minute": String(NOW / 1000 + 9),
      },
      { tokens: whole(1_000, 40, 9_000) },
    ],
    [
      "the IETF's draft",
      { ratelimit: '"default";r=50;t=30', "ratelimit-policy": '"default";q=100;w=60' },
      { requests: whole(100, 50, 30_000) },
    ],
    [
      "the IETF's draft, of two policies the tighter, and each by its unit",
      {
        ratelimit: '"minute";r=5;t=30, "day";r=4;t=500, "volume";r=700;t=3, "parallel";r=0;t=1',
        "ratelimit-policy":
          '"minute";q=100;w=60, "day";q=1000;w=86400, "volume";q=900;w=60;qu="tokens", "parallel";q=9;qu="concurrent-requests"',
      },
      { requests: whole(1_000, 4, 500_000), tokens: whole(900, 700, 3_000) },
    ],
    [
      "two periods that are used up, the one that lasts longer",
      {
        "x-ratelimit-remaining-requests": "0",
        "x-ratelimit-reset-requests": "20",
        "x-ratelimit-remaining-requests-day": "0",
        "x-ratelimit-reset-requests-day": "900",
      },
      { requests: whole(undefined, 0, 900_000) },
    ],
    ["the IETF's draft of 2023", { ratelimit: "limit=100, remaining=0, reset=7" }, { requests: whole(100, 0, 7_000) }],
    [
      "the IETF's draft of 2022",
      { "ratelimit-limit": "100, 100;w=60", "ratelimit-remaining": "3", "ratelimit-reset": "4" },
      { requests: whole(100, 3, 4_000) },
    ],
  ])("are read: %s", (_, headers, expected) => {
    expect(read(headers)).toEqual(expected);
  });

  it.each<[name: string, headers: Record<string, string>]>([
    ["nothing", {}],
    ["other headers", { "content-type": "text/plain", "x-limit": "7", "retry-after": "5" }],
    ["a limit alone", { "x-ratelimit-limit-tokens": "7" }],
    ["what is no number", { "x-ratelimit-remaining-requests": "many", "x-ratelimit-reset-requests": "5s" }],
    ["a negative rest", { "x-ratelimit-remaining": "-1" }],
    ["a rest beyond numbers", { "x-ratelimit-remaining": "9".repeat(40) }],
    ["a limit of nothing", { "x-ratelimit-limit": "0", "x-ratelimit-remaining": "0" }],
    ["a subject that nobody knows", { "x-ratelimit-remaining-__proto__": "0", "x-ratelimit-remaining-images": "0" }],
    ["a draft without a rest", { ratelimit: '"default";t=30' }],
  ])("are none in %s", (_, headers) => {
    expect(read(headers)).toBeUndefined();
  });

  it.each([
    { reset: "1m30.5s", ms: 90_500 },
    { reset: "1h2m3s", ms: 3_723_000 },
    { reset: "2m59.56s", ms: 179_560 },
    { reset: "850us", ms: 0 },
    { reset: "0s", ms: 0 },
    { reset: "1.5", ms: 1_500 },
    { reset: String(NOW / 1000 + 60), ms: 60_000 },
    { reset: String(NOW + 60_000), ms: 60_000 },
    { reset: "2026-01-31T13:00:05.250+01:00", ms: 5_250 },
    { reset: "2026-01-31T11:59:00Z", ms: 0 },
    { reset: String(NOW - 1), ms: 0 },
    { reset: "soon", ms: 10_000 },
    { reset: "5 s", ms: 10_000 },
    { reset: "2026-99-99T00:00:00Z", ms: 10_000 },
    { reset: "", ms: 10_000 },
  ])("have their reset $ms ms from now: $reset", ({ reset, ms }) => {
    const limits = readLimits(
      new Headers([
        ["x-ratelimit-remaining", "3"],
        ["x-ratelimit-reset", reset],
      ]),
      NOW,
    );
    expect(limits?.requests?.resetAtMs).toBe(NOW + ms);
  });

  it("are read from anything without throwing, and make sense", () => {
    const name = fc.constantFrom(
      ...["x-ratelimit-remaining", "x-ratelimit-reset", "x-ratelimit-limit", "x-ratelimit-remaining-tokens"],
      ...["x-ratelimit-reset-tokens", "anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-requests-reset"],
      ...["ratelimit", "ratelimit-policy", "x-tokenlimit-remaining"],
    );
    const value = fc.oneof(
      fc.string().map((text) => text.replace(/[^ -~]/g, "").trim()),
      fc.nat().map(String),
      fc.constantFrom("1m3s", "2026-01-31T12:00:02Z", '"a";r=1;t=2', "limit=1, remaining=2", "1e9", "Infinity", "NaN"),
    );
    fc.assert(
      fc.property(fc.dictionary(name, value), (headers) => {
        for (const limit of Object.values(read(headers) ?? {})) {
          expect(limit.remaining).toBeGreaterThanOrEqual(0);
          expect(limit.resetAtMs).toBeGreaterThanOrEqual(NOW);
          expect(Number.isFinite(limit.resetAtMs)).toBe(true);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
