import { describe, expect, it } from "vitest";
import { parseName } from "../../src/routing/variants.ts";
import type { ChatRequest } from "../../src/schema/chat.ts";
import { type Extras, healthOf, planOf, steady, type Tags, tagsOf } from "./endpoints.ts";

describe("the suffixes of a name", () => {
  it.each<[name: string, parsed: object]>([
    ["acme/one", { base: "acme/one" }],
    ["acme/one:nitro", { base: "acme/one", sort: "throughput", tier: "priority" }],
    ["acme/one:floor", { base: "acme/one", sort: "price", tier: "flex" }],
    ["acme/one:exacto", { base: "acme/one", sort: "exacto" }],
    ["acme/one:online", { base: "acme/one", isOnline: true }],
    ["acme/one:free", { base: "acme/one:free" }],
    ["acme/one:free:nitro", { base: "acme/one:free", sort: "throughput", tier: "priority" }],
    ["acme/one:nitro:free", { base: "acme/one:free", sort: "throughput", tier: "priority" }],
    ["acme/one:online:free:floor", { base: "acme/one:free", sort: "price", tier: "flex", isOnline: true }],
    ["acme/one:floor:nitro", { base: "acme/one", sort: "throughput", tier: "priority" }],
    ["acme/one:nitro:floor", { base: "acme/one", sort: "price", tier: "flex" }],
    ["acme/one:nitro:exacto", { base: "acme/one", sort: "exacto" }],
    ["acme/one:nitro:nitro", { base: "acme/one", sort: "throughput", tier: "priority" }],
    ["acme/one:constructor", { base: "acme/one:constructor" }],
    ["acme/one:", { base: "acme/one:" }],
    ["acme/one:NITRO", { base: "acme/one:NITRO" }],
    [":nitro", { base: "", sort: "throughput", tier: "priority" }],
    ["", { base: "" }],
  ])("of %j", (name, parsed) => {
    expect(parseName(name)).toEqual({ isOnline: false, ...parsed });
  });
});

const ONE: Tags = { a: 1, b: 2 };
const MODELS: Record<string, Tags> = {
  "acme/one": ONE,
  "acme/one:free": { f: 0 },
  "acme/two": { c: 3, d: 4 },
  "acme/fam-1": { e: 1 },
  "acme/fam-1.5": { e: 1 },
  "acme/fam-2-mini": { e: 1 },
  "acme/fam-v2-20260101": { e: 1 },
  "acme/family": { e: 1 },
};
const EXTRAS: Extras = {
  rows: {
    "acme/fam-1": { created: 100 },
    "acme/fam-1.5": { created: 300 },
    "acme/fam-2-mini": { created: 900 },
    "acme/fam-v2-20260101": { created: 200 },
    "acme/family": { created: 950 },
  },
  aliases: {
    quick: { model: "acme/one" },
    pinned: { model: "acme/one", provider: "b" },
    safe: { model: "acme/one", provider: "b", fallbacks: ["acme/two", "quick"] },
    twin: { model: "acme/one", fallbacks: ["pinned"] },
    loop: { model: "acme/two", fallbacks: ["loop", "quick"] },
    gone: { model: "acme/nine" },
    "acme/fam-2-mini": { model: "acme/one" },
  },
};
const HEALTH = healthOf({
  a: { throughput: steady(1) },
  b: { throughput: steady(9) },
  c: { throughput: steady(1) },
  d: { throughput: steady(9) },
});
const plan = (chat: Partial<ChatRequest>) => planOf(MODELS, chat, { extras: EXTRAS, health: HEALTH });

describe("a name stands for", () => {
  it.each<[model: string, strategy: string, models: string[], tags: string[]]>([
    ["acme/one", "direct", ["acme/one"], ["a", "b"]],
    ["acme/one-20260131", "alias", ["acme/one"], ["a", "b"]],
    ["acme/one:nitro", "direct", ["acme/one"], ["b", "a"]],
    ["acme/one-20260131:nitro", "alias", ["acme/one"], ["b", "a"]],
    ["acme/one:free", "direct", ["acme/one:free"], ["f"]],
    ["acme/one:floor:free", "direct", ["acme/one:free"], ["f"]],
    ["acme/one:online", "direct", ["acme/one"], ["a", "b"]],
    ["quick", "alias", ["acme/one"], ["a", "b"]],
    ["quick:nitro", "alias", ["acme/one"], ["b", "a"]],
    ["pinned", "alias", ["acme/one"], ["b"]],
    ["safe", "alias", ["acme/one", "acme/two"], ["b", "acme/two c", "acme/two d", "a"]],
    ["twin", "alias", ["acme/one"], ["a", "b"]],
    ["loop", "alias", ["acme/two", "acme/one"], ["c", "d", "acme/one a", "acme/one b"]],
    ["gone", "alias", [], []],
    ["acme/fam-2-mini", "alias", ["acme/one"], ["a", "b"]],
    ["~acme/fam-latest", "latest", ["acme/fam-1.5"], ["e"]],
    ["~acme/fam-latest:nitro", "latest", ["acme/fam-1.5"], ["e"]],
    ["~acme/family-latest", "latest", ["acme/family"], ["e"]],
    ["acme/one:thinking", "direct", ["acme/one:thinking"], []],
  ])("%s: %s", (model, strategy, models, tags) => {
    const made = plan({ model });
    expect(made).toMatchObject({ requested: model, strategy, models });
    expect(tagsOf(made)).toEqual(tags);
  });

  it.each([
    "~acme/nobody-latest",
    "~acme/-latest",
    "acme/fam-latest",
    "~other/fam-latest",
    "quick:free",
    "",
    ":nitro",
    "__proto__",
  ])("nothing: %s", (model) => {
    const chat = model === "" ? { model: null, models: [""] } : { model };
    expect(() => plan(chat)).toThrow(
      expect.objectContaining({ status: 400, message: `${model} is not a valid model ID` }),
    );
  });

  it.each<[model: string, shownAs: string[]]>([
    ["acme/one", ["acme/one", "acme/one"]],
    ["acme/one:nitro", ["acme/one", "acme/one"]],
    ["acme/one-20260131", ["acme/one", "acme/one"]],
    ["quick", ["quick", "quick"]],
    ["safe", ["safe", "safe", "safe", "safe"]],
    ["~acme/fam-latest", ["acme/fam-1.5"]],
  ])("what answers as: %s", (model, shownAs) => {
    expect(plan({ model }).candidates.map((candidate) => candidate.shownAs)).toEqual(shownAs);
  });

  it("each endpoint once, though two names mean it", () => {
    for (const models of [
      ["acme/one", "acme/one:nitro"],
      ["pinned", "acme/one"],
      ["acme/one", "pinned"],
      ["safe", "twin"],
    ]) {
      const { candidates, excluded } = plan({ model: null, models });
      const ids = [...candidates, ...excluded].map(({ endpoint }) => endpoint.id);
      expect(ids, models.join()).toEqual([...new Set(ids)]);
    }
  });

  it("what a variant of one model says, and not of the others", () => {
    expect(tagsOf(plan({ model: "acme/one:nitro", models: ["acme/one-20260131", "acme/two-20260131"] }))).toEqual([
      "b",
      "a",
      "acme/two c",
      "acme/two d",
    ]);
    expect(tagsOf(plan({ model: "acme/one", models: ["acme/two-20260131:nitro"] }))).toEqual([
      "a",
      "b",
      "acme/two d",
      "acme/two c",
    ]);
  });

  it("more than a preference does", () => {
    expect(tagsOf(plan({ model: "acme/one:nitro", provider: { sort: "price" } }))).toEqual(["b", "a"]);
  });
});

describe("model and models", () => {
  it.each<[name: string, chat: Partial<ChatRequest>, strategy: string, models: string[]]>([
    ["the first alone", { models: [] }, "direct", ["acme/one"]],
    ["the first repeated", { models: ["acme/one"] }, "direct", ["acme/one"]],
    [
      "the first, and others",
      { models: ["acme/fam-1", "acme/family"] },
      "fallback",
      ["acme/one", "acme/fam-1", "acme/family"],
    ],
    [
      "models repeated",
      { models: ["acme/family", "acme/one", "acme/family"] },
      "fallback",
      ["acme/one", "acme/family"],
    ],
    ["by their dated ids", { models: ["acme/one-20260131"] }, "direct", ["acme/one"]],
    ["models alone", { model: null, models: ["acme/family", "acme/one"] }, "fallback", ["acme/family", "acme/one"]],
  ])("are one list: %s", (_, chat, strategy, models) => {
    expect(plan(chat)).toMatchObject({ strategy, models });
  });

  it("leave the request as it was", () => {
    const chat = { model: null, models: [] as string[] };
    const extras = { ...EXTRAS, defaults: { model: "acme/one" } };
    for (const _ of [1, 2])
      expect(planOf(MODELS, chat, { extras })).toMatchObject({ strategy: "direct", requested: "acme/one" });
    expect(chat.models).toEqual([]);
  });
});
