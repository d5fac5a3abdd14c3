import { describe, expect, it } from "vitest";
import type { Endpoint } from "../../src/catalogue/catalogue.ts";
import { costBound, expectedCost, pricesOf } from "../../src/routing/price.ts";
import { hash32, seededRandom } from "../../src/routing/random.ts";
import type { RouteRequest } from "../../src/routing/request.ts";
import { catalogueOf, NOW_MS, requestOf } from "./endpoints.ts";

function endpoint(row: object): Endpoint {
  const [found] = catalogueOf({ "acme/one": { a: row } }).model("acme/one")?.endpoints ?? [];
  if (!found) throw new Error("the catalogue has no endpoint");
  return found;
}

/** A request of 1000 tokens, 200 of them media. */
const request = (more: Partial<RouteRequest> = {}): RouteRequest => ({
  ...requestOf(),
  prompt: { text: 700, tools: 100, media: 200, total: 1000, least: 500 },
  ...more,
});
const priced = (more: object = {}) => ({ pricing: { prompt: "0.001", completion: "0.01", ...more } });

describe("prices", () => {
  it("fall back on the prompt's, and what is not given for a request or an image is free", () => {
    expect(pricesOf(endpoint(priced()), 1, NOW_MS)).toEqual({
      prompt: 0.001,
      completion: 0.01,
      cacheRead: 0.001,
      cacheWrite: 0.001,
      webSearch: 0,
      request: 0,
      image: 0,
      audio: 0.001,
      dearestOutput: 0.01,
    });
  });

  it("are not known where the catalogue does not say them", () => {
    expect(pricesOf(endpoint({}), 1, NOW_MS)).toBeUndefined();
  });
});

describe("what a request will cost", () => {
  it.each<
    [name: string, row: object, more: Partial<RouteRequest>, output: number | undefined, hitRate: number, cost: number]
  >([
    ["500 tokens of answer without more", priced(), {}, undefined, 0, 1 + 5],
    ["as many as usual", priced(), {}, 100, 0, 1 + 1],
    ["no more than the cap", priced(), { maxTokens: 10 }, 100, 0, 1 + 0.1],
    ["no answer", priced(), { maxTokens: 0 }, 100, 0, 1],
    ["the request itself", priced({ request: "3" }), {}, 0, 0, 1 + 3],
    ["a quarter from the cache", priced({ input_cache_read: "0.0002" }), {}, 0, 0.25, 0.75 + 0.05],
    ["a price nobody knows counts as dear", {}, {}, 0, 0, 0.5],
  ])("counts %s", (_, row, more, expectedOutputTokens, hitRate, cost) => {
    const input = { request: request(more), nowMs: NOW_MS, expectedOutputTokens };
    expect(expectedCost(endpoint(row), input, hitRate)).toBeCloseTo(cost, 9);
  });
});

describe("what a request can cost at most", () => {
  // 800 tokens of text may be 35 % more.
  const PROMPT = (800 * 1.35 + 200) * 0.001;
  it.each<[name: string, row: object, more: Partial<RouteRequest>, bound: number | undefined]>([
    ["the client's cap", { ...priced(), max_completion_tokens: 50 }, { maxTokens: 10 }, PROMPT + 0.1],
    ["the endpoint's", { ...priced(), max_completion_tokens: 50, context_length: 9000 }, {}, PROMPT + 0.5],
    ["what is left of the context", { ...priced(), context_length: 600 }, {}, PROMPT + 1],
    ["a context that is full", { ...priced(), context_length: 400 }, {}, PROMPT],
    ["no end", priced(), {}, undefined],
    ["no price", { max_completion_tokens: 50 }, {}, undefined],
    ["all of it written to a cache", priced({ input_cache_write: "0.002" }), { maxTokens: 0 }, PROMPT * 2],
    ["the request itself", priced({ request: "3" }), { maxTokens: 0 }, PROMPT + 3],
    [
      "reasoning that is dearer than text",
      priced({ internal_reasoning: "0.02" }),
      { maxTokens: 10 },
      1280 * 0.001 + 10 * 0.02,
    ],
    ["sound that is dearer than text", priced({ audio: "0.002" }), { maxTokens: 10 }, 1280 * 0.002 + 10 * 0.01],
  ])("counts %s", (_, row, more, bound) => {
    const cost = costBound(endpoint(row), request(more), NOW_MS);
    if (bound === undefined) expect(cost).toBeUndefined();
    else expect(cost).toBeCloseTo(bound, 9);
  });
});

describe("chance from a seed", () => {
  it("is the same for the same seed, and even over many seeds and many draws", () => {
    const take = (random: () => number) => Array.from({ length: 10_000 }, random);
    expect(take(seededRandom(7))).toEqual(take(seededRandom(7)));
    for (const values of [take(seededRandom(7)), Array.from({ length: 10_000 }, (_, seed) => seededRandom(seed)())]) {
      const tenths = new Array<number>(10).fill(0);
      for (const value of values) tenths[Math.floor(value * 10)] = (tenths[Math.floor(value * 10)] ?? 0) + 1;
      // Chi-square with nine degrees of freedom is above this once in 10,000 times.
      expect(tenths.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0)).toBeLessThan(33.7);
    }
  });

  it("follows from a text by FNV-1a", () => {
    expect(hash32("")).toBe(0x811c9dc5);
    expect(hash32("a")).toBe(0xe40c292c);
    expect(hash32("foobar")).toBe(0xbf9cf968);
  });
});
