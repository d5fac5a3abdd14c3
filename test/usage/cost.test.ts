import { describe, expect, it } from "vitest";
import type { Pricing } from "../../src/schema/catalogue.ts";
import { emptyUsage, type Usage } from "../../src/schema/usage.ts";
import { costOf } from "../../src/usage/cost.ts";
import { pricesAt } from "../../src/usage/prices-at.ts";

const NOON = Date.parse("2026-11-21T12:00:00Z");

function nanoUsd(usage: Partial<Usage>, pricing: Pricing, atMs = NOON): number | undefined {
  return costOf({ ...emptyUsage(), ...usage }, pricing, atMs)?.totalNanoUsd;
}

describe("costOf", () => {
  const pricing: Pricing = {
    prompt: "0.000003",
    completion: "0.000015",
    input_cache_read: "0.0000003",
    input_cache_write: "0.00000375",
    input_cache_write_1h: "0.000006",
    web_search: "0.01",
  };

  it.each([
    ["plain input", { input: 1000 }, 3_000_000],
    ["output", { output: 1000 }, 15_000_000],
    ["reasoning, as output", { reasoning: 1000 }, 15_000_000],
    ["a single token from the cache", { cacheRead: 1 }, 300],
    ["a write to the cache", { cacheWrite: 1000 }, 3_750_000],
    ["a write for an hour", { cacheWrite1h: 1000 }, 6_000_000],
    ["a search", { webSearches: 2 }, 20_000_000],
    ["nothing", {}, 0],
  ])("prices %s", (_, usage, cost) => expect(nanoUsd(usage, pricing)).toBe(cost));

  it("does not know the cost where there is no price", () => {
    expect(costOf({ ...emptyUsage(), input: 5 }, undefined, NOON)).toBeUndefined();
  });

  it("bills cached tokens as input where they have no price of their own", () => {
    expect(nanoUsd({ cacheRead: 10, cacheWrite: 10, cacheWrite1h: 10 }, { prompt: "0.000001", completion: "0" })).toBe(
      30_000,
    );
  });

  it("loses nothing where single tokens cost less than a nano-dollar", () => {
    expect(nanoUsd({ input: 3 }, { prompt: "0.0000000005", completion: "0" })).toBe(2);
    expect(nanoUsd({ input: 1_000_000_000 }, { prompt: "0.0000000005", completion: "0" })).toBe(500_000_000);
  });
});

describe("prices in tiers", () => {
  const pricing: Pricing = {
    prompt: "0.000001",
    completion: "0.00001",
    input_cache_read: "0.0000001",
    overrides: [
      { min_prompt_tokens: 128_000, prompt: "0.000002" },
      { min_prompt_tokens: 256_000, prompt: "0.000004", completion: "0.00002" },
    ],
  };

  it.each([
    ["at the threshold the lower price holds", { input: 128_000 }, 128_000_000],
    ["one token above it the higher, for all tokens", { input: 128_001 }, 256_002_000],
    ["the last entry that applies wins", { input: 256_001 }, 1_024_004_000],
    ["a price that no entry gives stays the base one", { input: 128_001, output: 10 }, 256_102_000],
    ["an entry gives the price of output too", { input: 256_001, output: 10 }, 1_024_204_000],
    ["what came from the cache counts to the length", { input: 1, cacheRead: 128_000 }, 2_000 + 12_800_000],
    ["and so does what went there", { input: 1, cacheWrite: 128_000 }, 256_002_000],
    ["output does not", { input: 128_000, output: 1000 }, 138_000_000],
  ])("%s", (_, usage, cost) => expect(nanoUsd(usage, pricing)).toBe(cost));

  it("gives the same object where none applies", () => expect(pricesAt(pricing, 10, NOON)).toBe(pricing));
});

describe("prices by the clock", () => {
  const at = (time: string) => Date.parse(`2026-11-21T${time}:00Z`); // a Saturday
  const priced = (override: object, atMs: number) =>
    pricesAt({ prompt: "2", completion: "2", overrides: [{ ...override, prompt: "1" }] }, 10, atMs).prompt === "1";

  it.each([
    ["begins with its first minute", { utc_start: 1630, utc_end: 2030 }, "16:30", true],
    ["does not hold before", { utc_start: 1630, utc_end: 2030 }, "16:29", false],
    ["ends before its end", { utc_start: 1630, utc_end: 2030 }, "20:30", false],
    ["wraps past midnight, in the evening", { utc_start: 2200, utc_end: 600 }, "23:59", true],
    ["wraps past midnight, in the morning", { utc_start: 2200, utc_end: 600 }, "05:59", true],
    ["and not between", { utc_start: 2200, utc_end: 600 }, "12:00", false],
    ["holds on its days", { utc_days: ["saturday"] }, "12:00", true],
    ["and on no others", { utc_days: ["sunday", "monday"] }, "12:00", false],
    ["needs both, the day and the hour", { utc_days: ["saturday"], utc_start: 1300, utc_end: 1400 }, "12:00", false],
    ["needs the length too", { utc_start: 0, utc_end: 2400, min_prompt_tokens: 10 }, "12:00", false],
  ])("a window %s", (_, override, time, holds) => expect(priced(override, at(time))).toBe(holds));
});
