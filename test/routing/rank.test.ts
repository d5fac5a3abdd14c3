import { describe, expect, it } from "vitest";
import { seededRandom } from "../../src/routing/random.ts";
import { type Extras, healthOf, outages, planOf, rankReasonsOf, steady, type Tags, tagsOf } from "./endpoints.ts";
import { expectShares, firstCounts } from "./shares.ts";

/** The order of one model's endpoints under one draw. */
const order = (tags: Tags, draw: number, ...ailing: string[]) =>
  tagsOf(planOf({ "acme/one": tags }, {}, { random: () => draw, health: outages(...ailing) }));

const SHARES: [name: string, tags: Tags, ailing: string[], shares: Record<string, number>][] = [
  ["equal prices", { a: 1, b: 1 }, [], { a: 1 / 2, b: 1 / 2 }],
  ["one and two dollars", { a: 1, b: 2 }, [], { a: 4 / 5, b: 1 / 5 }],
  ["three prices", { a: 1, b: 2, c: 3 }, [], { a: 36 / 49, b: 9 / 49, c: 4 / 49 }],
  ["the documented example", { a: 1, b: 2, c: 3 }, ["b"], { a: 9 / 10, c: 1 / 10 }],
  ["tiny prices", { a: 1e-7, b: 2e-7 }, [], { a: 4 / 5, b: 1 / 5 }],
  ["a free one among paid ones", { a: 0, b: 1 }, [], { a: 1 }],
  ["free ones", { a: 0, b: 0, c: 0, d: 1 }, [], { a: 1 / 3, b: 1 / 3, c: 1 / 3 }],
  ["an unknown price beside a known one", { a: undefined, b: 0.0001 }, [], { a: 1 / 101, b: 100 / 101 }],
];

describe("load balancing", () => {
  it.each(SHARES)("draws the first by 1/price², on one seed drawn on: %s", (_, tags, ailing, shares) => {
    const random = seededRandom(20_260_131);
    expectShares(
      firstCounts(tags, () => random, { health: outages(...ailing) }),
      shares,
    );
  });

  it.each(SHARES)("draws the first by 1/price², each with a seed of its own: %s", (_, tags, ailing, shares) => {
    expectShares(firstCounts(tags, seededRandom, { health: outages(...ailing) }), shares);
  });

  it("counts a prompt token and a generated one by how many of each there will be", () => {
    const row = (prompt: string, completion: string) => ({ pricing: { prompt, completion } });
    const tags = { a: row("0.000001", "0.000009"), b: row("0.000004", "0.000004") };
    const first = (words: number, max_tokens: number) => {
      const messages = [{ role: "user" as const, content: "word ".repeat(words) }];
      return tagsOf(planOf({ "acme/one": tags }, { messages, max_tokens }))[0];
    };
    expect(first(1, 500)).toBe("b");
    expect(first(1000, 10)).toBe("a");
  });

  it.each<[name: string, chat: object, routing: object, first: string]>([
    ["500 without more", {}, {}, "b"],
    ["as the operator says", {}, { expected_output_tokens: 1 }, "a"],
    ["within the client's cap", { max_tokens: 1 }, {}, "a"],
    ["the cap is only a cap", { max_tokens: 1000 }, { expected_output_tokens: 1 }, "a"],
  ])("compares for an answer of a usual length: %s", (_, chat, routing, first) => {
    const row = (prompt: string, completion: string) => ({ pricing: { prompt, completion } });
    const tags = { a: row("0.000001", "0.000009"), b: row("0.000004", "0.000004") };
    expect(tagsOf(planOf({ "acme/one": tags }, chat, { extras: { routing } }))[0]).toBe(first);
  });

  it("counts the price that holds for so long a prompt at this moment", () => {
    const night = {
      pricing: {
        prompt: "4",
        completion: "4",
        overrides: [{ utc_start: 2200, utc_end: 600, prompt: "1", completion: "1" }],
      },
    };
    const at = (time: string) =>
      tagsOf(planOf({ "acme/one": { a: 4, b: night } }, {}, { nowMs: Date.parse(`2026-06-15T${time}Z`) }));
    expect(at("12:00")).toEqual(["a", "b"]);
    expect(at("23:00")).toEqual(["b", "a"]);
  });

  it.each([
    [0, ["a", "b", "c"]],
    [0.73, ["a", "b", "c"]],
    [0.74, ["b", "a", "c"]],
    [0.92, ["c", "a", "b"]],
    [0.9999999999, ["c", "a", "b"]],
  ])("lets the others follow from cheap to dear: draw %d", (draw, tags) => {
    expect(order({ c: 3, a: 1, b: 2 }, draw)).toEqual(tags);
  });

  it.each([0, 0.5, 0.999])("puts endpoints with an outage last, from cheap to dear: draw %d", (draw) => {
    const tags = order({ a: 1, b: 2, c: 3, d: 4 }, draw, "c", "a");
    expect(tags.slice(2)).toEqual(["a", "c"]);
    expect(new Set(tags.slice(0, 2))).toEqual(new Set(["b", "d"]));
  });

  it("still tries everyone when everyone has an outage", () => {
    expect(order({ b: 2, a: 1 }, 0.5, "a", "b")).toEqual(["a", "b"]);
  });

  it("never draws an unknown price for being cheap", () => {
    expect(order({ a: undefined, b: 0.00001 }, 0)).toEqual(["b", "a"]);
  });

  it("finds a first one at any price, however odd", () => {
    expect(new Set(order({ a: 1e-18, b: 1e-18, c: 1e18 }, 0.5))).toEqual(new Set(["a", "b", "c"]));
  });
});

describe("the health of a provider", () => {
  it.each<[uptimes: (number | undefined)[], tags: string[], reasons: string[]]>([
    [
      [undefined, undefined, undefined],
      ["a", "b", "c"],
      ["drawn", "price", "price"],
    ],
    [
      [0.95, 0.99, 1],
      ["a", "b", "c"],
      ["drawn", "price", "price"],
    ],
    [
      [0.949, 0.99, 1],
      ["b", "c", "a"],
      ["drawn", "price", "degraded"],
    ],
    [
      [0.8, 0.949, 1],
      ["c", "a", "b"],
      ["drawn", "degraded", "degraded"],
    ],
    [
      [0.799, 0.8, 1],
      ["c", "b", "a"],
      ["drawn", "degraded", "outage"],
    ],
    [
      [0.799, 0, 0.95],
      ["c", "a", "b"],
      ["drawn", "outage", "outage"],
    ],
    [
      [0, 0.5, 0.94],
      ["c", "a", "b"],
      ["degraded", "outage", "outage"],
    ],
    [
      [0, undefined, undefined],
      ["b", "c", "a"],
      ["drawn", "price", "outage"],
    ],
  ])("by uptimes of %j: %j", (uptimes, tags, reasons) => {
    const [a, b, c] = uptimes.map((uptime) => ({ uptime }));
    const plan = planOf({ "acme/one": { a: 1, b: 2, c: 3 } }, {}, { health: healthOf({ a, b, c } as never) });
    expect(tagsOf(plan)).toEqual(tags);
    expect(rankReasonsOf(plan)).toEqual(reasons);
  });

  it.each([
    ["order", { order: ["c", "b"] }, ["c", "b", "a"]],
    ["sort", { sort: "price" as const }, ["a", "b", "c"]],
  ])("is no reason to leave what was asked for: %s", (_, provider, tags) => {
    expect(tagsOf(planOf({ "acme/one": { a: 1, b: 2, c: 3 } }, { provider }, { health: outages("a", "c") }))).toEqual(
      tags,
    );
  });

  it("counts in what follows an order, where nothing is drawn", () => {
    const plan = (draw: number) =>
      planOf(
        { "acme/one": { a: 1, b: 2, c: 3 } },
        { provider: { order: ["c"] } },
        { health: outages("a"), random: () => draw },
      );
    for (const draw of [0, 0.5, 0.99]) expect(tagsOf(plan(draw))).toEqual(["c", "b", "a"]);
    expect(rankReasonsOf(plan(0))).toEqual(["order", "price", "outage"]);
  });
});

describe("a team's own key", () => {
  const LEAD = { key: { secret: "C_KEY", byok: true } };
  const LAST = { key: { secret: "A_KEY", byok: true, is_fallback: true } };
  const MODELS = { "acme/one": { a: 1, b: 2, c: 3 } };
  const OWN: Extras = { providers: { c: LEAD, a: LAST } };

  it.each<[name: string, chat: object, tags: string[]]>([
    ["without preferences", {}, ["c", "b", "a"]],
    ["whatever the order says", { provider: { order: ["a", "b"] } }, ["c", "b", "a"]],
    ["whatever the sort says", { provider: { sort: "price" } }, ["c", "b", "a"]],
    ["but not against only", { provider: { only: ["a", "b"] } }, ["b", "a"]],
    ["but not against ignore", { provider: { ignore: ["c"] } }, ["b", "a"]],
    ["but not against a closed order", { provider: { order: ["a"], allow_fallbacks: false } }, ["a"]],
    ["alone, without fallbacks", { provider: { allow_fallbacks: false } }, ["c"]],
  ])("leads, or comes last where it is a fallback: %s", (_, chat, tags) => {
    expect(tagsOf(planOf(MODELS, chat, { extras: OWN, random: () => 0.9999 }))).toEqual(tags);
  });

  it("says so", () => {
    expect(rankReasonsOf(planOf(MODELS, {}, { extras: OWN }))).toEqual(["byok", "price", "byok_fallback"]);
  });

  it("leads also when it is slow", () => {
    const chat = { provider: { preferred_max_latency: 1 } };
    const health = healthOf({ c: { latencyMs: steady(2_000) }, b: { latencyMs: steady(2_000) } });
    expect(tagsOf(planOf(MODELS, chat, { extras: { providers: { c: LEAD } }, health }))).toEqual(["c", "a", "b"]);
  });

  it("is not spared the privacy that was asked for", () => {
    const providers = { c: { ...LEAD, data_policy: { training: true } }, a: { data_policy: { training: false } } };
    const plan = planOf(MODELS, { provider: { data_collection: "deny" } }, { extras: { providers } });
    expect(tagsOf(plan)).toEqual(["a"]);
  });
});
