import { describe, expect, it } from "vitest";
import type { ChatRequest } from "../../src/schema/chat.ts";
import { healthOf, planOf, rankReasonsOf, reasonsOf, steady, type Tags, tagsOf } from "./endpoints.ts";

/** Cheap to dear: a/flex, a, b/flex, b, a/priority, b/priority; quick to slow: b/priority, a/priority, b, a. */
const TIERS: Tags = { a: 2, b: 4, "a/flex": 1, "b/flex": 3, "a/priority": 6, "b/priority": 8 };
const HEALTH = healthOf({
  a: { throughput: steady(10) },
  b: { throughput: steady(20) },
  "a/flex": { throughput: steady(5) },
  "b/flex": { throughput: steady(60) },
  "a/priority": { throughput: steady(80) },
  "b/priority": { throughput: steady(90) },
});
const QUICK_FIRST = ["b/priority", "a/priority", "b", "a"];

function plan(chat: Partial<ChatRequest>, tags = TIERS) {
  return planOf({ "acme/one": tags }, chat, { health: HEALTH });
}

describe("service tiers", () => {
  it.each<[name: string, chat: Partial<ChatRequest>, tags: string[]]>([
    ["none asked", {}, ["a", "b"]],
    ["default", { service_tier: "default" }, ["a", "b"]],
    ["auto", { service_tier: "auto" }, ["a", "b"]],
    ["priority: its endpoints first, each part by throughput", { service_tier: "priority" }, QUICK_FIRST],
    ["fast is the same", { service_tier: "fast" }, QUICK_FIRST],
    ["flex: its endpoints alone, by price", { service_tier: "flex" }, ["a/flex", "b/flex"]],
    ["only a tier's tag", { provider: { only: ["b/priority"] } }, ["b/priority"]],
    ["only two of them", { provider: { only: ["b/priority", "a/flex"] } }, ["a/flex", "b/priority"]],
    ["only a base slug: no tier", { provider: { only: ["a"] } }, ["a"]],
    ["only a base slug, priority asked: no tier", { service_tier: "priority", provider: { only: ["a"] } }, ["a"]],
    [
      "order with a tier's tag: it leads, the usual follow",
      { provider: { order: ["b/priority"] } },
      ["b/priority", "a", "b"],
    ],
    ["order closed", { provider: { order: ["b/priority", "a"], allow_fallbacks: false } }, ["b/priority", "a"]],
    [
      "ignore a tier's tag",
      { service_tier: "priority", provider: { ignore: ["a/priority"] } },
      ["b/priority", "b", "a"],
    ],
    [
      "ignore a base slug: its tier stays",
      { service_tier: "priority", provider: { ignore: ["a"] } },
      ["b/priority", "a/priority", "b"],
    ],
    [":nitro lets priority in, all by throughput", { model: "acme/one:nitro" }, QUICK_FIRST],
    [":floor lets flex in, all by price", { model: "acme/one:floor" }, ["a/flex", "a", "b/flex", "b"]],
    [":exacto lets nobody in", { model: "acme/one:exacto" }, ["a", "b"]],
    [":nitro, tier default: not let in", { model: "acme/one:nitro", service_tier: "default" }, ["b", "a"]],
    [":floor, tier default: not let in", { model: "acme/one:floor", service_tier: "default" }, ["a", "b"]],
    [":nitro with an order: not let in", { model: "acme/one:nitro", provider: { order: ["a"] } }, ["a", "b"]],
    [":floor with an order: not let in", { model: "acme/one:floor", provider: { order: ["b"] } }, ["b", "a"]],
    [":nitro and flex: flex alone", { model: "acme/one:nitro", service_tier: "flex" }, ["b/flex", "a/flex"]],
    ["sort lets nobody in", { provider: { sort: "throughput" } }, ["b", "a"]],
    [
      "sort among those of the tier",
      { service_tier: "priority", provider: { sort: "price" } },
      ["a", "b", "a/priority", "b/priority"],
    ],
    [
      "flex with an order of a usual one: it is let in",
      { service_tier: "flex", provider: { order: ["a"] } },
      ["a", "a/flex", "b/flex"],
    ],
    ["flex with only a usual one: nobody", { service_tier: "flex", provider: { only: ["a"] } }, []],
    [
      "flex, and the flex ones are ignored: nobody",
      { service_tier: "flex", provider: { ignore: ["a/flex", "b/flex"] } },
      [],
    ],
  ])("%s", (_, chat, tags) => {
    expect(tagsOf(plan(chat))).toEqual(tags);
  });

  it("of flex, where there is none, are the usual ones", () => {
    expect(tagsOf(plan({ service_tier: "flex" }, { b: 2, a: 1, "a/priority": 3 }))).toEqual(["a", "b"]);
  });

  it("of flex count by model", () => {
    const models = { "acme/one": { a: 2, "a/flex": 1 }, "acme/two": { b: 2 } };
    expect(tagsOf(planOf(models, { service_tier: "flex", models: ["acme/two"] }))).toEqual(["a/flex", "acme/two b"]);
  });

  it("of flex are not those that have no key here", () => {
    const isConfigured = ({ tag }: { tag: string }) => tag !== "a/flex";
    expect(tagsOf(planOf({ "acme/one": { a: 2, "a/flex": 1 } }, { service_tier: "flex" }, { isConfigured }))).toEqual([
      "a",
    ]);
  });

  it("have reasons", () => {
    expect(rankReasonsOf(plan({ service_tier: "priority" }))).toEqual(["service_tier", "service_tier", "sort", "sort"]);
    expect(reasonsOf(plan({ service_tier: "flex" }))).toEqual({
      a: "service_tier",
      b: "service_tier",
      "a/priority": "service_tier",
      "b/priority": "service_tier",
    });
  });
});
