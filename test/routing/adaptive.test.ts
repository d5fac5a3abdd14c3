import { describe, expect, it } from "vitest";
import type { EndpointHealth } from "../../src/health/health.ts";
import { seededRandom } from "../../src/routing/random.ts";
import type { ChatRequest } from "../../src/schema/chat.ts";
import { healthOf, outages, planOf, rankReasonsOf, steady, type Tags, tagsOf } from "./endpoints.ts";
import { expectShares, firstCounts, orderCounts } from "./shares.ts";

const shared = (percent: number, price = 1) => ({
  pricing: { prompt: price, completion: price },
  traffic_percent: percent,
});
const CLASSIC = { routing: { balance: "classic" } };
const ADAPTIVE = { routing: { balance: "adaptive", exploration: 0 } };

describe.each([
  ["classic", CLASSIC],
  ["adaptive", ADAPTIVE],
])("a share of the traffic, balance %s", (_, extras) => {
  it.each<[name: string, tags: Tags, ailing: string[], shares: Record<string, number>]>([
    ["ten percent, the rest by price", { a: shared(10), b: 1, c: 2 }, [], { a: 0.1, b: 0.9 * 0.8, c: 0.9 * 0.2 }],
    ["however dear", { a: shared(10, 1000), b: 1 }, [], { a: 0.1, b: 0.9 }],
    ["two of them", { a: shared(10), b: shared(30), c: 1 }, [], { a: 0.1, b: 0.3, c: 0.6 }],
    ["all of them, less than all between them", { a: shared(30), b: shared(60) }, [], { a: 1 / 3, b: 2 / 3 }],
    ["more than all", { a: shared(80), b: shared(80), c: 1 }, [], { a: 0.5, b: 0.5 }],
    ["all of it", { a: shared(100), b: 1 }, [], { a: 1 }],
    ["nothing: a fallback", { a: shared(0, 0.001), b: 1 }, [], { b: 1 }],
    ["nothing for anybody: by price", { a: shared(0, 1), b: shared(0, 2) }, [], { a: 0.8, b: 0.2 }],
    ["not while it is ill", { a: shared(60), b: 1, c: 1 }, ["a"], { b: 0.5, c: 0.5 }],
    ["nothing, while the others are ill", { a: shared(0), b: 1 }, ["b"], { a: 1 }],
  ])("%s", (_, tags, ailing, shares) => {
    expectShares(firstCounts(tags, seededRandom, { extras, health: outages(...ailing) }), shares);
  });

  it.each<[name: string, chat: Partial<ChatRequest>, first: string]>([
    ["an order", { provider: { order: ["b"] } }, "b"],
    ["a sort", { provider: { sort: "price" } }, "b"],
    ["only", { provider: { only: ["b"] } }, "b"],
  ])("gives way to %s", (_, chat, first) => {
    expect(tagsOf(planOf({ "acme/one": { a: shared(100, 9), b: 1 } }, chat, { extras }))[0]).toBe(first);
  });

  it("says so, and tries the others after it", () => {
    const plan = planOf({ "acme/one": { a: shared(50, 9), b: 1 } }, {}, { extras });
    expect(tagsOf(plan)).toEqual(["a", "b"]);
    expect(rankReasonsOf(plan)[0]).toBe("traffic_percent");
  });
});

describe("the adaptive balance", () => {
  const LONG: Partial<ChatRequest> = { messages: [{ role: "user", content: "word ".repeat(2000) }] };
  const cached = { pricing: { prompt: "0.000001", completion: "0", input_cache_read: "0.0000001" } };
  const plain = { pricing: { prompt: "0.000001", completion: "0" } };
  const EVEN: Tags = { a: 1, b: 1 };
  const pace = (perSecond: number, ms = 0): Partial<EndpointHealth> => ({
    throughput: steady(perSecond),
    latencyMs: steady(ms),
  });
  const tried = (successes: number, failures: number, rateLimits: number): Partial<EndpointHealth> => ({
    attempts: successes + failures + rateLimits,
    successes,
    failures,
    rateLimits,
  });
  /** The share of `a`, when it has so many times the weight of the other one. */
  const weight = (times: number) => ({ a: times / (1 + times), b: 1 / (1 + times) });

  it.each<[name: string, tags: Tags, facts: Record<string, Partial<EndpointHealth>>, shares: Record<string, number>]>([
    ["price, when nothing is known", { a: 1, b: 2, c: 3 }, {}, { a: 36 / 49, b: 9 / 49, c: 4 / 49 }],
    [
      "half of the prompt from a cache",
      { a: cached, b: plain },
      { a: { promptTokens: 1000, cachedTokens: 500 } },
      weight(1 / 0.55 ** 2),
    ],
    ["all of it from a cache", { a: cached, b: plain }, { a: { promptTokens: 10, cachedTokens: 10 } }, weight(100)],
    ["a cache that saves nothing", { a: plain, b: plain }, { a: { promptTokens: 10, cachedTokens: 10 } }, weight(1)],
    ["twice as fast", EVEN, { a: pace(100), b: pace(50) }, weight(2)],
    ["the wait for the first token counts", EVEN, { a: pace(100), b: pace(100, 5000) }, weight(2)],
    ["at most four times", EVEN, { a: pace(100_000), b: pace(50) }, weight(4)],
    ["what is not measured counts as usual", EVEN, { a: pace(100) }, weight(1)],
    ["one in five fails", EVEN, { a: tried(80, 20, 0) }, weight((100 / 120) ** 2)],
    ["one in five meets a rate limit", EVEN, { a: tried(80, 0, 20) }, weight((100 / 120) ** 2)],
    ["both", EVEN, { a: tried(60, 20, 20) }, weight((80 / 100) ** 2 * (100 / 120) ** 2)],
    ["a few failures say little", EVEN, { a: tried(0, 2, 0) }, weight((20 / 22) ** 2)],
    ["both as good", EVEN, { a: tried(80, 20, 0), b: tried(80, 20, 0) }, weight(1)],
    ["free ones by how they do", { a: 0, b: 0 }, { a: pace(100), b: pace(50) }, weight(2)],
    ["a free one beside a paid one", { a: 0, b: 1 }, {}, weight(10_000)],
    ["who is not well comes last", { a: 1, b: 100 }, { a: { uptime: 0.9 } }, { b: 1 }],
  ])("draws by %s", (_, tags, facts, shares) => {
    expectShares(firstCounts(tags, seededRandom, { extras: ADAPTIVE, chat: LONG, health: healthOf(facts) }), shares);
  });

  it("draws every further one from what is left", () => {
    const counts = orderCounts({ a: 1, b: 2, c: 4 }, seededRandom, { extras: ADAPTIVE }, (tags) => tags.join(""));
    const [a, b, c] = [1, 1 / 4, 1 / 16];
    const all = a + b + c;
    expectShares(counts, {
      abc: ((a / all) * b) / (b + c),
      acb: ((a / all) * c) / (b + c),
      bac: ((b / all) * a) / (a + c),
      bca: ((b / all) * c) / (a + c),
      cab: ((c / all) * a) / (a + b),
      cba: ((c / all) * b) / (a + b),
    });
  });

  it.each<[name: string, routing: object, explored: number]>([
    ["one in twenty without more", {}, 0.05],
    ["as the operator says", { exploration: 0.3 }, 0.3],
    ["none", { exploration: 0 }, 0],
  ])("explores those that do not lead: %s", (_, routing, explored) => {
    const extras = { routing: { balance: "adaptive", ...routing } };
    const counts = firstCounts({ a: 1e-6, b: 1, c: 1 }, seededRandom, { extras });
    expectShares(counts, { a: 1 - explored, b: explored / 2, c: explored / 2 });
  });

  it("explores neither who has a share of none nor who is not well", () => {
    const extras = { routing: { balance: "adaptive", exploration: 1 } };
    const tags: Tags = { a: 1, b: shared(0), c: 2, d: 3 };
    expectShares(firstCounts(tags, seededRandom, { extras, health: outages("d") }), { c: 1 });
  });

  it.each([0, 0.04, 0.5, 0.999])("tries all, the ailing last, with reasons: draw %d", (draw) => {
    const extras = { routing: { balance: "adaptive" } };
    const health = healthOf({ b: { uptime: 0.9 }, c: { hasOutage: true }, d: { uptime: 0.7 } });
    const plan = planOf({ "acme/one": { a: 9, b: 1, c: 3, d: 2, e: 9 } }, {}, { extras, health, random: () => draw });
    expect(tagsOf(plan).slice(2)).toEqual(["b", "d", "c"]);
    expect(rankReasonsOf(plan)).toEqual([draw < 0.05 ? "explored" : "drawn", "drawn", "degraded", "outage", "outage"]);
  });

  it("gives way to an order, a sort and a conversation", () => {
    const made = (chat: Partial<ChatRequest>, endpointId = "") =>
      tagsOf(
        planOf({ "acme/one": { a: 1, b: 1, c: 1 } }, chat, {
          extras: ADAPTIVE,
          sticky: { endpointId, modelId: "acme/one" },
        }),
      )[0];
    expect(made({ provider: { order: ["c"] } })).toBe("c");
    expect(made({ provider: { sort: "price" } })).toBe("a");
    expect(made({}, "acme/one b")).toBe("b");
  });
});
