import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HealthBook } from "../../src/health/book.ts";
import { type AttemptFacts, UNKNOWN_HEALTH } from "../../src/health/health.ts";
import { HOUR_MS, healthOf, MINUTE_MS, noteAll, noteTimes, SECOND_MS, START_MS } from "./notes.ts";

describe("the health of an endpoint", () => {
  it("is unknown before anything was noted, and after what is neutral", () => {
    const book = new HealthBook();
    noteAll(book, "nnnn");
    expect(book.at(START_MS).of("a")).toBeUndefined();
    expect(UNKNOWN_HEALTH.of("a")).toBeUndefined();
  });

  it("is that of its own attempts", () => {
    const book = new HealthBook();
    book.note("a", { verdict: "success" }, START_MS);
    book.note("b", { verdict: "failure" }, START_MS);
    expect(healthOf(book, START_MS, "a")).toMatchObject({ successes: 1, failures: 0 });
    expect(healthOf(book, START_MS, "b")).toMatchObject({ successes: 0, failures: 1 });
  });

  it("has the counts of each verdict, the tokens and the tools", () => {
    const book = new HealthBook();
    noteAll(book, "ssfrnn");
    book.note("a", { verdict: "success", promptTokens: 1_000, cachedTokens: 800, toolsWell: true }, START_MS);
    book.note("a", { verdict: "success", promptTokens: 500, cachedTokens: 0, toolsWell: false }, START_MS);
    book.note("a", { verdict: "neutral", promptTokens: 7, cachedTokens: 7, toolsWell: true }, START_MS);
    expect(healthOf(book, START_MS + 5 * SECOND_MS)).toEqual({
      hasOutage: false,
      uptime: undefined,
      latencyMs: undefined,
      throughput: undefined,
      attempts: 6,
      successes: 4,
      failures: 1,
      rateLimits: 1,
      promptTokens: 1_500,
      cachedTokens: 800,
      toolRequests: 2,
      toolSuccesses: 1,
    });
  });

  it.each([
    { successes: 99, failures: 0, rateLimits: 50, expected: undefined },
    { successes: 100, failures: 0, rateLimits: 0, expected: 1 },
    { successes: 95, failures: 5, rateLimits: 100, expected: 0.95 },
    { successes: 0, failures: 100, rateLimits: 0, expected: 0 },
    { successes: 0, failures: 99, rateLimits: 0, expected: undefined },
  ])("has an uptime of $expected after $successes successes, $failures failures, $rateLimits rate limits", (row) => {
    const book = new HealthBook();
    noteTimes(book, row.successes, { verdict: "success" });
    noteTimes(book, row.failures, { verdict: "failure" });
    noteTimes(book, row.rateLimits, { verdict: "rate_limited" });
    expect(healthOf(book, START_MS).uptime).toBe(row.expected);
  });

  it("has the percentiles of failed attempts as well, once there are five samples", () => {
    const book = new HealthBook();
    noteTimes(book, 4, { verdict: "success", latencyMs: 400, tokensPerSecond: 50 });
    expect(healthOf(book, START_MS)).toMatchObject({ latencyMs: undefined, throughput: undefined });
    noteTimes(book, 1, { verdict: "failure", latencyMs: 400, tokensPerSecond: 50 });
    expect(healthOf(book, START_MS).latencyMs?.p99).toBeCloseTo(400, -2);
    expect(healthOf(book, START_MS).throughput?.p99).toBeCloseTo(50, -1);
  });

  it("keeps latency and throughput apart", () => {
    const book = new HealthBook();
    noteTimes(book, 5, { verdict: "success", latencyMs: 400 });
    expect(healthOf(book, START_MS)).toMatchObject({ latencyMs: expect.anything(), throughput: undefined });
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])("takes no sample of %d", (value) => {
    const book = new HealthBook();
    noteTimes(book, 5, { verdict: "success", latencyMs: value, tokensPerSecond: value });
    expect(healthOf(book, START_MS)).toMatchObject({ successes: 5, latencyMs: undefined, throughput: undefined });
  });

  it("has news at once, and the answer of before stays as it was", () => {
    const book = new HealthBook();
    noteAll(book, "s");
    const before = healthOf(book, START_MS);
    expect(book.at(START_MS).of("a")).toBe(before);
    book.note("a", { verdict: "success" }, START_MS);
    expect(before.successes).toBe(1);
    expect(healthOf(book, START_MS).successes).toBe(2);
  });
});

describe("a window", () => {
  const FACTS: AttemptFacts = {
    verdict: "success",
    latencyMs: 400,
    tokensPerSecond: 50,
    promptTokens: 3,
    cachedTokens: 2,
  };
  const health = (book: HealthBook, atMs: number) => healthOf(book, atMs);
  const listing = (book: HealthBook, atMs: number) => book.listing("a", atMs);

  it.each([
    { name: "latency", windowMs: 5 * MINUTE_MS, slotMs: MINUTE_MS, of: (...at: At) => health(...at).latencyMs },
    { name: "throughput", windowMs: 5 * MINUTE_MS, slotMs: MINUTE_MS, of: (...at: At) => health(...at).throughput },
    { name: "uptime", windowMs: 30 * MINUTE_MS, slotMs: MINUTE_MS, of: (...at: At) => health(...at).uptime },
    { name: "successes", windowMs: 30 * MINUTE_MS, slotMs: MINUTE_MS, of: (...at: At) => health(...at).successes },
    {
      name: "prompt tokens",
      windowMs: 30 * MINUTE_MS,
      slotMs: MINUTE_MS,
      of: (...at: At) => health(...at).promptTokens,
    },
    {
      name: "tool requests",
      windowMs: 2 * HOUR_MS,
      slotMs: 10 * MINUTE_MS,
      of: (...at: At) => health(...at).toolRequests,
    },
    { name: "uptime5m", windowMs: 5 * MINUTE_MS, slotMs: MINUTE_MS, of: (...at: At) => listing(...at).uptime5m },
    { name: "uptime30m", windowMs: 30 * MINUTE_MS, slotMs: MINUTE_MS, of: (...at: At) => listing(...at).uptime30m },
    { name: "uptime1d", windowMs: 24 * HOUR_MS, slotMs: 10 * MINUTE_MS, of: (...at: At) => listing(...at).uptime1d },
    {
      name: "latencyMs30m",
      windowMs: 30 * MINUTE_MS,
      slotMs: MINUTE_MS,
      of: (...at: At) => listing(...at).latencyMs30m,
    },
    {
      name: "throughput30m",
      windowMs: 30 * MINUTE_MS,
      slotMs: MINUTE_MS,
      of: (...at: At) => listing(...at).throughput30m,
    },
  ])("of $name forgets after $windowMs ms, at most a slot earlier", ({ windowMs, slotMs, of }) => {
    for (const lateMs of [0, slotMs - 1]) {
      const book = new HealthBook();
      const notedMs = START_MS + lateMs;
      noteTimes(book, 100, { ...FACTS, toolsWell: true }, notedMs);
      expect(of(book, START_MS + windowMs - 1)).toBeTruthy();
      expect(of(book, notedMs + windowMs - slotMs)).toBeTruthy();
      expect(of(book, notedMs + windowMs) || undefined).toBeUndefined();
      // The cells of the slot have their place again, a round later: they begin with nothing.
      book.note("a", { verdict: "rate_limited" }, START_MS + windowMs);
      expect(of(book, START_MS + windowMs) || undefined).toBeUndefined();
    }
  });

  it("passes over what is older than its slots", () => {
    const book = new HealthBook();
    noteAll(book, "ss", START_MS + HOUR_MS);
    noteAll(book, "fff", START_MS);
    expect(healthOf(book, START_MS + HOUR_MS + SECOND_MS)).toMatchObject({
      successes: 2,
      failures: 0,
      hasOutage: false,
    });
  });
});

type At = [book: HealthBook, atMs: number];

describe("the listing of an endpoint", () => {
  const NOTHING = { uptime5m: null, uptime30m: null, uptime1d: null, latencyMs30m: null, throughput30m: null };

  it("is of nulls when there is too little data", () => {
    const book = new HealthBook();
    expect(book.listing("a", START_MS)).toEqual(NOTHING);
    noteTimes(book, 4, { verdict: "success", latencyMs: 400, tokensPerSecond: 50 });
    expect(book.listing("a", START_MS)).toEqual(NOTHING);
  });

  it("has the uptime of each of its windows", () => {
    const book = new HealthBook();
    noteTimes(book, 10, { verdict: "failure" }, START_MS);
    noteTimes(book, 10, { verdict: "success" }, START_MS + 2 * HOUR_MS);
    noteTimes(book, 30, { verdict: "failure" }, START_MS + 2 * HOUR_MS);
    noteTimes(book, 10, { verdict: "success" }, START_MS + 2 * HOUR_MS + 20 * MINUTE_MS);
    const nowMs = START_MS + 2 * HOUR_MS + 20 * MINUTE_MS;
    expect(book.listing("a", nowMs)).toMatchObject({ uptime5m: 1, uptime30m: 0.4, uptime1d: 20 / 60 });
  });
});

describe("a book with too many endpoints", () => {
  it("forgets the one that was longest without news", () => {
    const book = new HealthBook();
    for (let index = 0; index < 256; index++) book.note(`e${index}`, { verdict: "success" }, START_MS + index);
    book.note("e0", { verdict: "success" }, START_MS + 1_000);
    book.note("one more", { verdict: "success" }, START_MS + 2_000);
    const health = book.at(START_MS + 2_000);
    expect(["e0", "e1", "e2", "e255", "one more"].map((id) => health.of(id)?.successes)).toEqual([
      2,
      undefined,
      1,
      1,
      1,
    ]);
  });
});

describe("notes of one slot", () => {
  const facts = fc.record<AttemptFacts>(
    {
      verdict: fc.constantFrom("success", "failure", "rate_limited", "neutral"),
      latencyMs: fc.integer({ min: 0, max: 100_000 }),
      tokensPerSecond: fc.integer({ min: 0, max: 1_000 }),
      promptTokens: fc.nat(10_000),
      cachedTokens: fc.nat(10_000),
      toolsWell: fc.boolean(),
    },
    { requiredKeys: ["verdict"] },
  );

  it("give the same in any order", () => {
    const shuffled = fc
      .array(facts, { maxLength: 40 })
      .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })));
    fc.assert(
      fc.property(shuffled, ([first, second]) => {
        const [one, other] = [first, second].map((all) => {
          const book = new HealthBook();
          for (const fact of all) book.note("a", fact, START_MS);
          return [book.at(START_MS).of("a"), book.listing("a", START_MS)];
        });
        expect(one).toEqual(other);
      }),
      { numRuns: 100 },
    );
  });
});
