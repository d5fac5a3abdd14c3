import { describe, expect, it } from "vitest";
import { rankEndpoints } from "../../src/routing/rank.ts";
import { catalogueOf, outages, planOf, type Tags, tagsOf } from "./endpoints.ts";

/** Numbers in [0, 1) that are the same in each run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const DRAWS = 10_000;

/** How often each endpoint comes first in so many draws. */
function firstCounts(tags: Tags, seed: number, ...ailing: string[]): Record<string, number> {
  const endpoints = catalogueOf({ "acme/one": tags }).model("acme/one")?.endpoints ?? [];
  const input = { chat: { messages: [] }, health: outages(...ailing), random: seeded(seed) };
  const counts: Record<string, number> = {};
  for (let draw = 0; draw < DRAWS; draw++) {
    const first = rankEndpoints(endpoints, input)[0]?.tag ?? "";
    counts[first] = (counts[first] ?? 0) + 1;
  }
  return counts;
}

const order = (tags: Tags, draw: number, ...ailing: string[]) =>
  tagsOf(planOf({ "acme/one": tags }, {}, { random: () => draw, health: outages(...ailing) }));

describe("load balancing", () => {
  it.each<[name: string, tags: Tags, ailing: string[], shares: Record<string, number>]>([
    ["equal prices", { a: 1, b: 1 }, [], { a: 1 / 2, b: 1 / 2 }],
    ["one and two dollars", { a: 1, b: 2 }, [], { a: 4 / 5, b: 1 / 5 }],
    ["three prices", { a: 1, b: 2, c: 3 }, [], { a: 36 / 49, b: 9 / 49, c: 4 / 49 }],
    ["the documented example", { a: 1, b: 2, c: 3 }, ["b"], { a: 9 / 10, c: 1 / 10 }],
    ["tiny prices", { a: 1e-7, b: 2e-7 }, [], { a: 4 / 5, b: 1 / 5 }],
    ["a free one among paid ones", { a: 0, b: 1 }, [], { a: 1 }],
    ["free ones", { a: 0, b: 0, c: 0, d: 1 }, [], { a: 1 / 3, b: 1 / 3, c: 1 / 3 }],
    ["an unknown price beside a known one", { a: undefined, b: 0.0001 }, [], { a: 1 / 101, b: 100 / 101 }],
  ])("draws the first by 1/price²: %s", (_, tags, ailing, shares) => {
    const counts = firstCounts(tags, 20_260_131, ...ailing);
    expect(Object.keys(counts).sort()).toEqual(Object.keys(shares).sort());
    for (const [tag, share] of Object.entries(shares)) {
      const deviation = Math.sqrt(share * (1 - share) * DRAWS);
      expect(Math.abs((counts[tag] ?? 0) - share * DRAWS)).toBeLessThanOrEqual(4 * deviation);
    }
  });

  it("looks at the price of a prompt token and a generated one together", () => {
    const row = (prompt: string, completion: string) => ({ pricing: { prompt, completion } });
    expect(order({ a: row("0.000001", "0.000009"), b: row("0.000004", "0.000004") }, 0)).toEqual(["b", "a"]);
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

  it("takes an outage for no reason to leave the order that was asked for", () => {
    const plan = planOf({ "acme/one": { a: 1, b: 2, c: 3 } }, { provider: { order: ["c"] } }, { health: outages("c") });
    expect(tagsOf(plan)).toEqual(["c", "a", "b"]);
  });

  it("never draws an unknown price for being cheap", () => {
    expect(order({ a: undefined, b: 0.00001 }, 0)).toEqual(["b", "a"]);
  });

  it("finds a first one at any price, however odd", () => {
    expect(new Set(order({ a: 1e-18, b: 1e-18, c: 1e18 }, 0.5))).toEqual(new Set(["a", "b", "c"]));
  });
});
