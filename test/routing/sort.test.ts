import { describe, expect, it } from "vitest";
import type { EndpointHealth } from "../../src/health/health.ts";
import type { ChatRequest, ProviderPreferences } from "../../src/schema/chat.ts";
import { healthOf, outages, planOf, rankReasonsOf, steady, type Tags, tagsOf } from "./endpoints.ts";

const TAGS: Tags = { a: 3, b: 1, c: 2 };
const speed = (perSecond: number): Partial<EndpointHealth> => ({ throughput: steady(perSecond) });
const wait = (ms: number): Partial<EndpointHealth> => ({ latencyMs: steady(ms) });
type Facts = Record<string, Partial<EndpointHealth>>;

describe("sort", () => {
  it.each<[name: string, sort: ProviderPreferences["sort"], facts: Facts, tags: string[]]>([
    ["price", "price", {}, ["b", "c", "a"]],
    ["price, as an object", { by: "price" }, {}, ["b", "c", "a"]],
    ["throughput, most first", "throughput", { a: speed(5), b: speed(50), c: speed(20) }, ["b", "c", "a"]],
    ["throughput, as an object", { by: "throughput" }, { a: speed(60), b: speed(50), c: speed(20) }, ["a", "b", "c"]],
    ["latency, least first", "latency", { a: wait(100), b: wait(900), c: wait(500) }, ["a", "c", "b"]],
    ["what is not measured last, by price", "throughput", { a: speed(1) }, ["a", "b", "c"]],
    ["the same for latency", "latency", { a: wait(60_000) }, ["a", "b", "c"]],
    ["equals by price", "throughput", { a: speed(9), b: speed(9), c: speed(9) }, ["b", "c", "a"]],
    ["nothing measured: by price", "latency", {}, ["b", "c", "a"]],
    ["health does not move it", "price", { b: { hasOutage: true, uptime: 0 } }, ["b", "c", "a"]],
  ])("is strict: %s", (_, sort, facts, tags) => {
    for (const draw of [0, 0.5, 0.999]) {
      const plan = planOf(
        { "acme/one": TAGS },
        { provider: { sort } },
        { health: healthOf(facts), random: () => draw },
      );
      expect(tagsOf(plan)).toEqual(tags);
      expect(rankReasonsOf(plan)).toEqual(["sort", "sort", "sort"]);
    }
  });

  it("by the median of speed", () => {
    const facts = { a: { throughput: { ...steady(50), p90: 1 } }, b: { throughput: { ...steady(40), p90: 39 } } };
    const plan = planOf(
      { "acme/one": { a: 1, b: 1 } },
      { provider: { sort: "throughput" } },
      { health: healthOf(facts) },
    );
    expect(tagsOf(plan)).toEqual(["a", "b"]);
  });

  it.each([null, {}, { by: null }])("is not asked for by %j", (sort) => {
    const plan = planOf({ "acme/one": TAGS }, { provider: { sort } }, { random: () => 0.999 });
    expect(rankReasonsOf(plan)[0]).toBe("drawn");
  });

  it("orders what follows an order", () => {
    const provider: ProviderPreferences = { order: ["c"], sort: "throughput" };
    const health = healthOf({ a: speed(9), b: speed(3) });
    expect(tagsOf(planOf({ "acme/one": TAGS }, { provider }, { health }))).toEqual(["c", "a", "b"]);
  });
});

describe("partition", () => {
  const MODELS = { "acme/one": { a: 3, b: 5 }, "acme/two": { a: 1, c: 4 } };
  const APART = ["a", "b", "acme/two a", "acme/two c"];
  const TOGETHER = ["acme/two a", "a", "acme/two c", "b"];

  it.each<[name: string, chat: Partial<ChatRequest>, tags: string[]]>([
    ["by model without more", { provider: { sort: "price" } }, APART],
    ["by model", { provider: { sort: { by: "price", partition: "model" } } }, APART],
    ["none", { provider: { sort: { by: "price", partition: "none" } } }, TOGETHER],
    ["null", { provider: { sort: { by: "price", partition: null } } }, APART],
    ["none, without a sort", { provider: { sort: { partition: "none" } } }, TOGETHER],
    ["the older word for none", { route: "sort" }, TOGETHER],
    ["the older word for by model", { route: "fallback" }, APART],
    ["the older word beside a sort", { route: "sort", provider: { sort: "price" } }, APART],
    [
      "none, with an order",
      { provider: { order: ["c", "b"], sort: { partition: "none" } } },
      ["acme/two c", "b", "acme/two a", "a"],
    ],
    [
      "none, without fallbacks",
      { provider: { allow_fallbacks: false, sort: { by: "price", partition: "none" } } },
      ["acme/two a"],
    ],
  ])("%s", (_, chat, tags) => {
    expect(tagsOf(planOf(MODELS, { models: ["acme/two"], ...chat }))).toEqual(tags);
  });

  it("none puts an outage behind all models", () => {
    const chat: Partial<ChatRequest> = { models: ["acme/two"], provider: { sort: { partition: "none" } } };
    expect(tagsOf(planOf(MODELS, chat, { health: outages("a") }))).toEqual(["acme/two c", "b", "acme/two a", "a"]);
  });
});

describe("preferred speed", () => {
  const models = { "acme/one": { a: 1, b: 2 }, "acme/two": { c: 1 } };
  const both = (p50: number, p90: number) => ({
    throughput: { ...steady(p50), p90 },
    latencyMs: { ...steady(p50 * 1000), p90: p90 * 1000 },
  });

  it.each<[name: string, provider: ProviderPreferences, facts: Facts, tags: string[]]>([
    [
      "nobody misses",
      { preferred_min_throughput: 50 },
      { a: speed(50), b: speed(51), c: speed(99) },
      ["a", "b", "acme/two c"],
    ],
    [
      "a miss goes to the end, also behind another model",
      { preferred_min_throughput: 50 },
      { a: speed(49), b: speed(50), c: speed(99) },
      ["b", "acme/two c", "a"],
    ],
    ["what is not measured stays", { preferred_min_throughput: 50 }, { b: speed(9) }, ["a", "acme/two c", "b"]],
    [
      "all miss: all stay",
      { preferred_min_throughput: 500 },
      { a: speed(9), b: speed(9), c: speed(9) },
      ["a", "b", "acme/two c"],
    ],
    [
      "latency in seconds",
      { preferred_max_latency: 2 },
      { a: wait(2001), b: wait(2000), c: wait(1) },
      ["b", "acme/two c", "a"],
    ],
    [
      "a fallback model is lifted above the first",
      { preferred_max_latency: 1 },
      { a: wait(5000), b: wait(6000), c: wait(10) },
      ["acme/two c", "a", "b"],
    ],
    ["a bare number is the median's", { preferred_min_throughput: 10 }, { a: both(10, 1) }, ["a", "b", "acme/two c"]],
    ["another percentile", { preferred_min_throughput: { p90: 5 } }, { a: both(10, 1) }, ["b", "acme/two c", "a"]],
    [
      "all of them must hold",
      { preferred_min_throughput: { p50: 10, p90: 5 } },
      { a: both(10, 1), b: both(9, 9) },
      ["acme/two c", "a", "b"],
    ],
    [
      "percentiles of latency",
      { preferred_max_latency: { p50: 10, p90: 20 } },
      { a: both(10, 21), b: both(10, 20) },
      ["b", "acme/two c", "a"],
    ],
    [
      "a percentile of null says nothing",
      { preferred_min_throughput: { p50: null } },
      { a: speed(1) },
      ["a", "b", "acme/two c"],
    ],
    [
      "either is enough to miss",
      { preferred_min_throughput: 5, preferred_max_latency: 5 },
      { a: wait(6000), b: speed(4) },
      ["acme/two c", "a", "b"],
    ],
    [
      "who is named by order stays",
      { order: ["a"], preferred_min_throughput: 50 },
      { a: speed(1), b: speed(1) },
      ["a", "acme/two c", "b"],
    ],
    ["with a sort", { sort: "price", preferred_min_throughput: 50 }, { a: speed(1) }, ["b", "acme/two c", "a"]],
    ["without fallbacks", { allow_fallbacks: false, preferred_min_throughput: 50 }, { a: speed(1) }, ["b"]],
  ])("%s", (_, provider, facts, tags) => {
    expect(tagsOf(planOf(models, { models: ["acme/two"], provider }, { health: healthOf(facts) }))).toEqual(tags);
  });

  it("does not take from its place who is named, though it is the only one of its model", () => {
    const provider: ProviderPreferences = { order: ["c"], preferred_min_throughput: 50 };
    const plan = planOf(
      models,
      { model: "acme/two", models: ["acme/one"], provider },
      { health: healthOf({ c: speed(1) }) },
    );
    expect(tagsOf(plan)).toEqual(["c", "acme/one a", "acme/one b"]);
  });

  it("says so", () => {
    const plan = planOf(models, { provider: { preferred_max_latency: 1 } }, { health: healthOf({ a: wait(2000) }) });
    expect(rankReasonsOf(plan)).toEqual(["price", "slow"]);
  });
});
