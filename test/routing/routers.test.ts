import { describe, expect, it } from "vitest";
import { seededRandom } from "../../src/routing/random.ts";
import { matchesAny } from "../../src/routing/routers.ts";
import type { ChatRequest, Plugin } from "../../src/schema/chat.ts";
import { type Extras, planOf, type Tags } from "./endpoints.ts";

describe("a pattern of models", () => {
  it.each<[id: string, pattern: string, matches: boolean]>([
    ["acme/one", "acme/one", true],
    ["acme/one", "acme/on", false],
    ["acme/one", "acme/*", true],
    ["acme/one", "*", true],
    ["acme/one", "*/one", true],
    ["acme/one", "*one*", true],
    ["acme/one", "a*e/*n*", true],
    ["acme/one", "*two*", false],
    ["acme/one", "acme/one*", true],
    ["acme/one", "acme/o*one", false],
    ["acme/one", "acme/one*one", false],
    ["acme/one", "ACME/*", false],
    ["acme/one", "acme.one", false],
    ["acme/one", "", false],
    ["acme/aXbXc", "acme/a*X*c", true],
    ["acme/ab", "*a*b*a*", false],
    ["acme/one", "**", true],
  ])("%s by %j: %s", (id, pattern, matches) => {
    expect(matchesAny(id, [pattern])).toBe(matches);
    expect(matchesAny(id, ["zzz", pattern])).toBe(matches);
    expect(matchesAny(id, [])).toBe(false);
  });

  it("of many stars takes no longer for it", () => {
    const startMs = performance.now();
    expect(matchesAny("a".repeat(1000), [`${"a*".repeat(500)}b`])).toBe(false);
    expect(performance.now() - startMs).toBeLessThan(1000);
  });
});

/** From the cheapest to the dearest, each four times as dear as the one before. */
const MODELS: Record<string, Tags> = {
  "p/a": { a: 1e-6 },
  "p/b": { b: 4e-6 },
  "q/c": { c: 16e-6 },
  "q/d": { d: 64e-6 },
  "r/e": { e: 256e-6 },
  "r/free": { f: 0 },
  "r/gratis": { g: 0, h: 1e-6 },
  "demo/echo": { demo: 0 },
  "~r/e-latest": { e: 256e-6 },
};
const plugin = (own: object): Partial<ChatRequest> => ({ plugins: [{ id: "auto-router", ...own } as Plugin] });
const PAID = { allowed_models: ["p/*", "q/*", "r/e"] };

function modelsOf(model: string, chat: Partial<ChatRequest>, input: Parameters<typeof planOf>[2] = {}): string[] {
  return planOf(MODELS, { model, ...chat }, input).models;
}

describe("the auto router", () => {
  it.each<[name: string, settings: object, models: string[]]>([
    ["the cheapest", { cost_tier: "low" }, ["p/b", "p/a", "q/c"]],
    ["the middle", { cost_tier: "medium" }, ["q/c", "p/b", "q/d"]],
    ["the dearer", { cost_tier: "high" }, ["q/d", "q/c", "r/e"]],
    ["the dearest", { cost_tier: "max" }, ["r/e", "q/d", "q/c"]],
    ["the older scale: 0 is the best", { cost_quality_tradeoff: 0 }, ["r/e", "q/d", "q/c"]],
    ["the older scale: 10 is the cheapest", { cost_quality_tradeoff: 10 }, ["p/a", "p/b", "q/c"]],
    ["the tier goes before the older scale", { cost_tier: "max", cost_quality_tradeoff: 10 }, ["r/e", "q/d", "q/c"]],
    ["those that are excluded are not there", { cost_tier: "max", excluded_models: ["*/e"] }, ["q/d", "q/c", "p/b"]],
    ["one that is allowed and excluded", { allowed_models: ["q/c", "q/d"], excluded_models: ["q/c"] }, ["q/d"]],
    ["one alone", { allowed_models: ["p/b"] }, ["p/b"]],
    ["the demo, if it is named", { allowed_models: ["demo/*"] }, ["demo/echo"]],
  ])("chooses by the wish: %s", (_, settings, models) => {
    const plan = planOf(MODELS, { model: "openrouter/auto", ...plugin({ ...PAID, ...settings }) });
    expect(plan.models).toEqual(models);
    expect(plan.strategy).toBe("auto");
    expect(plan.candidates.map(({ shownAs }) => shownAs)).toEqual(models);
  });

  const SEEING: Extras = {
    rows: { "q/c": { input_modalities: ["text", "image"] }, "p/a": { input_modalities: ["text"] } },
  };
  const text = (words: number) => ({ messages: [{ role: "user" as const, content: "word ".repeat(words) }] });
  it.each<[name: string, chat: Partial<ChatRequest>, first: string]>([
    ["a small question", text(10), "p/b"],
    ["a usual one", text(500), "q/c"],
    ["a long one", text(20_000), "q/d"],
    ["one with tools", { ...text(10), tools: [{ type: "function", function: { name: "f" } }] }, "q/d"],
    ["one to reason about", { ...text(10), reasoning: { effort: "high" } }, "q/d"],
  ])("chooses by the request, without a wish: %s", (_, chat, first) => {
    expect(modelsOf("openrouter/auto", { ...chat, ...plugin(PAID) }, { extras: SEEING })[0]).toBe(first);
  });

  it.each<[name: string, chat: Partial<ChatRequest>, models: string[]]>([
    ["by price", { provider: { max_price: { prompt: 3 } } }, ["p/b", "p/a"]],
    ["by provider", { provider: { only: ["d", "e"] } }, ["q/d", "r/e"]],
    [
      "by tools",
      { tools: [{ type: "function", function: { name: "f" } }], provider: { ignore: ["c", "d", "e"] } },
      ["p/b", "p/a"],
    ],
  ])("chooses among those that fit: %s", (_, chat, models) => {
    expect(modelsOf("openrouter/auto", { ...chat, ...plugin(PAID) }).toSorted()).toEqual(models.toSorted());
  });

  it("gives a document to a model that says it reads them, or says nothing", () => {
    const file = { type: "file", file: { file_data: "https://x.test/a.pdf" } };
    const chat: Partial<ChatRequest> = { messages: [{ role: "user", content: [file] as never }] };
    const rows = { "p/a": { input_modalities: ["text", "file"] }, "p/c": { input_modalities: ["text", "image"] } };
    const models = { "p/a": { a: 1e-6 }, "p/b": { b: 1e-6 }, "p/c": { c: 1e-6 } };
    const { models: chosen } = planOf(models, { ...chat, model: "openrouter/auto" }, { extras: { rows } });
    expect(chosen.toSorted()).toEqual(["p/a", "p/b"]);
  });

  it("takes the newest of those that cost about the same", () => {
    const models = { "p/a": { a: 1e-6 }, "p/b": { b: 1.5e-6 }, "p/c": { c: 1.2e-6 } };
    const rows = { "p/a": { created: 5 }, "p/b": { created: 9 }, "p/c": { created: 7 } };
    expect(planOf(models, { model: "openrouter/auto" }, { extras: { rows } }).models).toEqual(["p/b", "p/c", "p/a"]);
  });

  const said = (model: string): Partial<ChatRequest> => ({
    messages: [
      { role: "user", content: "Hi" },
      { role: "assistant", content: "Hello", model } as never,
      { role: "user", content: "Bye" },
    ],
  });
  it.each<[name: string, chat: Partial<ChatRequest>, sticky: string | undefined, first: string]>([
    [
      "who wrote the last answer, if asked",
      { ...said("r/e"), ...plugin({ ...PAID, pin_model: true }) },
      undefined,
      "r/e",
    ],
    ["not unasked", { ...said("r/e"), ...plugin(PAID) }, undefined, "p/b"],
    ["not one that is not allowed", { ...said("r/free"), ...plugin({ ...PAID, pin_model: true }) }, undefined, "p/b"],
    ["who answered before in this conversation", plugin(PAID), "q/d", "q/d"],
    ["not one that is not allowed now", plugin({ allowed_models: ["p/*"] }), "q/d", "p/a"],
    ["the pinned one rather", { ...said("r/e"), ...plugin({ ...PAID, pin_model: true }) }, "q/d", "r/e"],
  ])("stays with %s", (_, chat, modelId, first) => {
    const sticky = modelId === undefined ? undefined : { modelId, endpointId: "zzz" };
    expect(modelsOf("openrouter/auto", chat, { sticky })[0]).toBe(first);
  });

  it("asks nothing of a plugin that is switched off, and never the demo or a moving name", () => {
    const models = modelsOf("openrouter/auto", plugin({ enabled: false, allowed_models: ["p/a"] }));
    expect(models).toHaveLength(3);
    const all = Object.keys(MODELS).flatMap((id) =>
      modelsOf("openrouter/auto", plugin({ allowed_models: [id, "r/e"] })),
    );
    expect(new Set(all)).toEqual(new Set(["p/a", "p/b", "q/c", "q/d", "r/e", "r/free", "r/gratis", "demo/echo"]));
    for (const quality of [0, 3, 5, 8, 10])
      expect(modelsOf("openrouter/auto", plugin({ cost_quality_tradeoff: quality }))).not.toContain("demo/echo");
  });

  it("has a beta, with a plugin of its own", () => {
    const own = { id: "auto-beta-router", cost_tier: "max", ...PAID } as Plugin;
    expect(modelsOf("openrouter/auto-beta", { plugins: [own] })).toEqual(["r/e", "q/d", "q/c"]);
  });

  it("finds the suffixes of its name", () => {
    const models = { "p/a": { a: 3e-6, b: 1e-6, c: 2e-6 } };
    const plan = planOf(models, { model: "openrouter/auto:floor" }, { random: () => 0.999 });
    expect(plan.candidates.map(({ endpoint, because }) => [endpoint.tag, because])).toEqual([
      ["b", "sort"],
      ["c", "sort"],
      ["a", "sort"],
    ]);
  });

  it.each<[name: string, chat: Partial<ChatRequest>]>([
    ["patterns", plugin({ allowed_models: ["nobody/*"] })],
    ["no allowed model", plugin({ allowed_models: [] })],
    ["everything excluded", plugin({ excluded_models: ["*"] })],
    ["preferences", { provider: { only: ["zzz"] } }],
  ])("finds nothing: %s", (_, chat) => {
    expect(() => modelsOf("openrouter/auto", chat)).toThrow(
      expect.objectContaining({
        status: 404,
        message: "No models match your request and model restrictions",
        metadata: { failed_routing_step: "Filter by Model Restrictions" },
      }),
    );
  });

  it("may be a fallback", () => {
    expect(modelsOf("r/free", { models: ["openrouter/auto"], ...plugin({ allowed_models: ["p/a"] }) })).toEqual([
      "r/free",
      "p/a",
    ]);
  });
});

describe("the free router", () => {
  it("takes a free endpoint of any model that fits, each as often", () => {
    const firsts: Record<string, number> = {};
    for (let seed = 0; seed < 1000; seed++) {
      const plan = planOf(MODELS, { model: "openrouter/free" }, { random: seededRandom(seed) });
      expect(plan.strategy).toBe("free");
      expect(plan.models.toSorted()).toEqual(["r/free", "r/gratis"]);
      expect(plan.candidates.map(({ endpoint }) => endpoint.tag).toSorted()).toEqual(["f", "g"]);
      const [first = ""] = plan.models;
      firsts[first] = (firsts[first] ?? 0) + 1;
    }
    expect(Math.abs((firsts["r/free"] ?? 0) - 500)).toBeLessThan(4 * Math.sqrt(250));
  });

  it.each<[name: string, extras: Extras, sticky: string | undefined, models: string[]]>([
    ["stays with who answered", {}, "r/gratis", ["r/gratis", "r/free"]],
    ["leaves out who does not fit", { rows: { "r/free": { expiration_date: "2020-01-01" } } }, undefined, ["r/gratis"]],
  ])("%s", (_, extras, modelId, models) => {
    const sticky = modelId === undefined ? undefined : { modelId, endpointId: "zzz" };
    expect(modelsOf("openrouter/free", {}, { extras, sticky, random: seededRandom(1) })).toEqual(models);
  });

  it("finds nothing where all costs something", () => {
    expect(() => planOf({ "p/a": { a: 1 }, "p/b": { b: undefined } }, { model: "openrouter/free" })).toThrow(
      expect.objectContaining({ status: 404 }),
    );
  });
});

describe("a router", () => {
  it.each(["openrouter/auto", "openrouter/free"])("%s chooses only models that give answers", (model) => {
    const models: Record<string, Tags> = { "v/vectors": { a: 0 }, "v/ranks": { a: 0 }, "v/words": { a: 0 } };
    const rows = { "v/vectors": { output_modalities: ["embeddings"] }, "v/ranks": { output_modalities: ["rerank"] } };
    expect(planOf(models, { model }, { extras: { rows } }).models).toEqual(["v/words"]);
  });
});
