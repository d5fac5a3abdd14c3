import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Pricing, pricingSchema } from "../../src/schema/catalogue.ts";
import { emptyUsage, type Usage } from "../../src/schema/usage.ts";
import { costOf, toNanoUsd, toUsd } from "../../src/usage/cost.ts";

const usage = (counts: Partial<Usage>): Usage => ({ ...emptyUsage(), ...counts });
const PRICING: Pricing = { prompt: "0.000003", completion: "0.000015" };

/** The cost in nano-dollars of a usage at a price. */
const total = (counts: Partial<Usage>, pricing: Pricing) => costOf(usage(counts), pricing, 0)?.totalNanoUsd;

describe("the cost of an answer", () => {
  it("is unknown without a price, and not 0", () => {
    expect(costOf(usage({ input: 1000, output: 1000 }), undefined, 0)).toBeUndefined();
  });

  it("is 0 when the price is 0", () => {
    expect(costOf(usage({ input: 10 }), { prompt: "0", completion: "0" }, 0)).toEqual({
      totalNanoUsd: 0,
      promptNanoUsd: 0,
      completionNanoUsd: 0,
    });
  });

  it.each<[name: string, counts: Partial<Usage>, pricing: Pricing, nanoUsd: number]>([
    ["one prompt token", { input: 1 }, PRICING, 3_000],
    ["one generated token", { output: 1 }, PRICING, 15_000],
    ["a single cached token", { cacheRead: 1 }, { ...PRICING, input_cache_read: "0.0000003" }, 300],
    ["the cheapest cached token there is", { cacheRead: 1 }, { ...PRICING, input_cache_read: "0.000000001" }, 1],
    ["cached tokens without a price of their own", { cacheRead: 2 }, PRICING, 6_000],
    ["free cached tokens", { cacheRead: 2 }, { ...PRICING, input_cache_read: "0" }, 0],
    ["tokens written to a cache", { cacheWrite: 1 }, { ...PRICING, input_cache_write: "0.00000375" }, 3_750],
    ["tokens written without a price", { cacheWrite: 1, cacheWrite1h: 1 }, PRICING, 6_000],
    ["tokens written for an hour", { cacheWrite1h: 1 }, { ...PRICING, input_cache_write_1h: "0.000006" }, 6_000],
    ["the hour without a price of its own", { cacheWrite1h: 1 }, { ...PRICING, input_cache_write: "0.000004" }, 4_000],
    ["reasoning as output", { reasoning: 2 }, PRICING, 30_000],
    ["reasoning with a price", { reasoning: 2, output: 1 }, { ...PRICING, internal_reasoning: "0.00002" }, 55_000],
    ["audio that is heard", { inputAudio: 1 }, { ...PRICING, audio: "0.0001" }, 100_000],
    ["audio that is spoken", { outputAudio: 1 }, { ...PRICING, audio_output: "0.0002" }, 200_000],
    ["images", { outputImage: 1 }, { ...PRICING, image_output: "0.00003" }, 30_000],
    ["media without prices", { inputAudio: 1, outputAudio: 1, outputImage: 1 }, PRICING, 33_000],
    ["a request", {}, { ...PRICING, request: "0.005" }, 5_000_000],
    ["searches", { webSearches: 3 }, { ...PRICING, web_search: "0.01" }, 30_000_000],
    ["searches without a price", { webSearches: 3 }, PRICING, 0],
    ["whole dollars", { input: 2 }, { prompt: "3", completion: "0" }, 6_000_000_000],
    ["a million tokens", { input: 1_000_000, output: 1_000_000 }, PRICING, 18_000_000_000],
    ["numbers that are for display only", { inputVideo: 9, reportedCacheRead: 9, promptTokens: 9 }, PRICING, 0],
  ])("counts %s", (_, counts, pricing, nanoUsd) => {
    expect(total(counts, pricing)).toBe(nanoUsd);
  });

  it.each([
    ["finer than a nano-dollar: added up before it is rounded", 1000, "0.0000000001", 100],
    ["half a nano-dollar: rounded up", 5, "0.0000000001", 1],
    ["less than half: rounded down", 4, "0.0000000001", 0],
    ["a billionth of a nano-dollar", 500_000_000, "0.000000000000000001", 1],
    ["digits beyond 18: cut", 1_000_000_000, "0.0000000000000000019", 1],
  ])("is exact where a price is %s", (_, input, prompt, nanoUsd) => {
    expect(total({ input }, { prompt, completion: "0" })).toBe(nanoUsd);
  });

  it("is rounded once, not bucket by bucket", () => {
    const price = "0.0000000004";
    expect(costOf(usage({ input: 1, output: 1 }), { prompt: price, completion: price }, 0)).toEqual({
      totalNanoUsd: 1,
      promptNanoUsd: 0,
      completionNanoUsd: 0,
    });
  });

  it("is split into what was sent and what was generated", () => {
    const pricing = { ...PRICING, request: "0.001" };
    expect(costOf(usage({ input: 1, cacheRead: 1, output: 1, reasoning: 1 }), pricing, 0)).toEqual({
      totalNanoUsd: 1_036_000,
      promptNanoUsd: 6_000,
      completionNanoUsd: 30_000,
    });
  });

  it("is the same when a price is asked for again", () => {
    expect([1, 2, 3].map((input) => total({ input }, PRICING))).toEqual([3_000, 6_000, 9_000]);
  });
});

describe("any usage at any price", () => {
  const price = fc
    .tuple(fc.nat({ max: 2000 }), fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: 1, maxLength: 18 }))
    .map(([whole, fraction]) => `${whole}.${fraction}`);
  const buckets = [
    ["input", "prompt"],
    ["cacheRead", "input_cache_read"],
    ["cacheWrite", "input_cache_write"],
    ["cacheWrite1h", "input_cache_write_1h"],
    ["inputAudio", "audio"],
    ["output", "completion"],
    ["reasoning", "internal_reasoning"],
    ["outputAudio", "audio_output"],
    ["outputImage", "image_output"],
    ["webSearches", "web_search"],
  ] as const;
  const names = buckets.map(([, name]) => name);
  const counts = fc.record(Object.fromEntries(buckets.map(([bucket]) => [bucket, fc.nat({ max: 100_000 })])));
  const prices = fc.record(Object.fromEntries([...names, "request"].map((name) => [name, price])));

  it("costs the sum of all products, rounded half up at the ninth digit", () => {
    fc.assert(
      fc.property(counts, prices, (counted, priced) => {
        const pricing = pricingSchema.parse(priced);
        const products = buckets.map(([bucket, name]) => BigInt(counted[bucket] ?? 0) * atto(priced[name] ?? ""));
        const exact = products.reduce((sum, product) => sum + product, atto(priced.request ?? ""));
        expect(total(counted, pricing)).toBe(Number((exact + 500_000_000n) / 1_000_000_000n));
      }),
    );
  });

  it("costs no less when anything is added", () => {
    fc.assert(
      fc.property(counts, counts, prices, (some, more, priced) => {
        const sum = Object.fromEntries(buckets.map(([bucket]) => [bucket, (some[bucket] ?? 0) + (more[bucket] ?? 0)]));
        const pricing = pricingSchema.parse(priced);
        expect(total(sum, pricing) ?? 0).toBeGreaterThanOrEqual(total(some, pricing) ?? 0);
      }),
    );
  });
});

describe("dollars on the wire", () => {
  it.each([
    [0, 0],
    [1, 1e-9],
    [300, 3e-7],
    [15_000, 0.000015],
    [1_234_567_890, 1.23456789],
    [1_000_000_000_000_000, 1_000_000],
  ])("%i nano-dollars are %d", (nanoUsd, usd) => {
    expect(toUsd(nanoUsd)).toBe(usd);
    expect(toNanoUsd(usd)).toBe(nanoUsd);
  });
});

/** A decimal text of at most 18 digits after the point as an integer number of 1e-18. */
function atto(text: string): bigint {
  const [whole = "", fraction = ""] = text.split(".");
  return BigInt(whole) * 10n ** 18n + BigInt(fraction) * 10n ** BigInt(18 - fraction.length);
}
