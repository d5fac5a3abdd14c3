import { describe, expect, it } from "vitest";
import { RouterError } from "../../src/errors.ts";
import type { ChatRequest } from "../../src/schema/chat.ts";
import { planOf, reasonsOf, type Tags, tagsOf } from "./endpoints.ts";

/** Dearer from left to right. */
const ONE: Tags = { a: 1, "b/fp8": 2, "b/fp4": 3, c: 4, "c/priority": 8, "a/flex": 0.5 };
const MODELS = { "acme/one": ONE, "acme/two": { a: 1, d: 2 }, "acme/three": { e: 1 } };
const DEFAULT = ["a", "b/fp8", "b/fp4", "c"];

describe("the candidates of a request", () => {
  it.each<[name: string, provider: ChatRequest["provider"], tags: string[]]>([
    ["no preferences: all but the tiers, cheap ones first", undefined, DEFAULT],
    ["null", null, DEFAULT],
    ["an empty object", {}, DEFAULT],
    ["order: first the named ones, then the rest", { order: ["c", "b/fp4"] }, ["c", "b/fp4", "a", "b/fp8"]],
    ["order by base slug: all its endpoints", { order: ["b"] }, ["b/fp8", "b/fp4", "a", "c"]],
    ["order by display name", { order: ["C Inc."] }, ["c", "a", "b/fp8", "b/fp4"]],
    ["order in other capitals", { order: ["B/FP4", "c inc."] }, ["b/fp4", "c", "a", "b/fp8"]],
    ["order with a name twice", { order: ["c", "c", "C Inc."] }, ["c", "a", "b/fp8", "b/fp4"]],
    ["order with a slug and one of its tags", { order: ["b/fp4", "b"] }, ["b/fp4", "b/fp8", "a", "c"]],
    ["order with names that nobody has", { order: ["zzz", "c"] }, ["c", "a", "b/fp8", "b/fp4"]],
    ["order with a tag that nobody has", { order: ["b/int4"] }, DEFAULT],
    ["an empty order", { order: [] }, DEFAULT],
    ["order with a tier: it is let in", { order: ["c/priority"] }, ["c/priority", ...DEFAULT]],
    ["only, by slug", { only: ["b"] }, ["b/fp8", "b/fp4"]],
    ["only, by tag", { only: ["b/fp4"] }, ["b/fp4"]],
    ["only, by display name", { only: ["B Inc."] }, ["b/fp8", "b/fp4"]],
    ["only, by slug: no tiers", { only: ["c"] }, ["c"]],
    ["only, by a tier's tag: exactly that", { only: ["c/priority"] }, ["c/priority"]],
    ["only, with a base and a tier", { only: ["a", "a/flex"] }, ["a/flex", "a"]],
    ["only with what nobody has", { only: ["zzz"] }, []],
    ["ignore, by slug", { ignore: ["b"] }, ["a", "c"]],
    ["ignore, by tag", { ignore: ["b/fp8"] }, ["a", "b/fp4", "c"]],
    ["ignore, by display name", { ignore: ["a inc.", "C INC."] }, ["b/fp8", "b/fp4"]],
    ["ignore everything", { ignore: ["a", "b", "c"] }, []],
    ["only and ignore", { only: ["a", "b"], ignore: ["b/fp4"] }, ["a", "b/fp8"]],
    ["only and order", { only: ["a", "b"], order: ["c", "b/fp4"] }, ["b/fp4", "a", "b/fp8"]],
    ["ignore and order: ignore wins", { ignore: ["c"], order: ["c", "b/fp4"] }, ["b/fp4", "a", "b/fp8"]],
    ["no fallbacks: the first alone", { allow_fallbacks: false }, ["a"]],
    [
      "no fallbacks with order: the named ones alone",
      { allow_fallbacks: false, order: ["c", "b"] },
      ["c", "b/fp8", "b/fp4"],
    ],
    ["no fallbacks with an empty order", { allow_fallbacks: false, order: [] }, ["a"]],
    ["no fallbacks and nobody in order", { allow_fallbacks: false, order: ["zzz"] }, []],
    ["no fallbacks with only", { allow_fallbacks: false, only: ["b"] }, ["b/fp8"]],
    ["fallbacks allowed", { allow_fallbacks: true, order: ["c"] }, ["c", "a", "b/fp8", "b/fp4"]],
    ["keys that nobody knows", { mood: "good" }, DEFAULT],
  ])("follow the preferences: %s", (_, provider, tags) => {
    const chat = provider === undefined ? {} : { provider };
    expect(tagsOf(planOf(MODELS, chat))).toEqual(tags);
  });

  it.each<[tier: ChatRequest["service_tier"], tags: string[]]>([
    ["default", DEFAULT],
    ["auto", DEFAULT],
    ["scale", DEFAULT],
    [null, DEFAULT],
    ["priority", ["c/priority", "a", "b/fp8", "b/fp4", "c"]],
    ["fast", ["c/priority", "a", "b/fp8", "b/fp4", "c"]],
    ["flex", ["a/flex"]],
  ])("are of the asked service tier: %s", (service_tier, tags) => {
    expect(tagsOf(planOf(MODELS, { service_tier }))).toEqual(tags);
  });

  it("are the normal ones when a model has no endpoint of the flex tier", () => {
    expect(tagsOf(planOf({ "acme/one": { a: 1, b: 2 } }, { service_tier: "flex" }))).toEqual(["a", "b"]);
  });

  it.each<[name: string, chat: Partial<ChatRequest>, tags: string[]]>([
    ["all of a model before those of the next", { models: ["acme/two"] }, [...DEFAULT, "acme/two a", "acme/two d"]],
    ["the first model repeated", { models: ["acme/one", "acme/three"] }, [...DEFAULT, "acme/three e"]],
    ["the first model by its dated id", { models: ["acme/one-20260131"] }, DEFAULT],
    ["models alone", { model: null, models: ["acme/three", "acme/two"] }, ["e", "acme/two a", "acme/two d"]],
    ["an empty list", { models: [] }, DEFAULT],
    ["null", { models: null }, DEFAULT],
    ["preferences hold for every model", { models: ["acme/two"], provider: { only: ["a"] } }, ["a", "acme/two a"]],
    [
      "order within each model",
      { models: ["acme/two"], provider: { order: ["d", "c"] } },
      ["c", "a", "b/fp8", "b/fp4", "acme/two d", "acme/two a"],
    ],
    [
      "no fallbacks: not to another model either",
      { models: ["acme/two"], provider: { allow_fallbacks: false } },
      ["a"],
    ],
    [
      "no fallbacks, and the first model has nothing",
      { models: ["acme/two"], provider: { allow_fallbacks: false, only: ["d"] } },
      ["acme/two d"],
    ],
  ])("come from the asked models: %s", (_, chat, tags) => {
    expect(tagsOf(planOf(MODELS, chat))).toEqual(tags);
  });

  it("are those of the default model when none is asked for", () => {
    const plan = planOf(MODELS, { model: undefined }, { extras: { defaults: { model: "acme/three" } } });
    expect(plan.models).toEqual(["acme/three"]);
    expect(tagsOf(plan)).toEqual(["e"]);
    expect(
      tagsOf(planOf(MODELS, { model: "", models: [] }, { extras: { defaults: { model: "acme/three" } } })),
    ).toEqual(["e"]);
  });

  it("are not at providers that have no key here", () => {
    const plan = planOf(MODELS, {}, { isConfigured: ({ provider }) => provider.slug !== "a" });
    expect(tagsOf(plan)).toEqual(["b/fp8", "b/fp4", "c"]);
  });
});

describe("every exclusion", () => {
  it.each<[name: string, chat: Partial<ChatRequest>, reasons: Record<string, string>]>([
    ["a tier that was not asked for", {}, { "c/priority": "service_tier", "a/flex": "service_tier" }],
    [
      "not among the only ones",
      { provider: { only: ["b"] } },
      { a: "not_allowed", c: "not_allowed", "c/priority": "service_tier", "a/flex": "service_tier" },
    ],
    [
      "ignored",
      { provider: { ignore: ["a"] } },
      { a: "ignored", "c/priority": "service_tier", "a/flex": "service_tier" },
    ],
    [
      "the first reason of several",
      { provider: { only: ["b"], ignore: ["a", "b/fp4"] } },
      {
        a: "not_allowed",
        "b/fp4": "ignored",
        c: "not_allowed",
        "c/priority": "service_tier",
        "a/flex": "service_tier",
      },
    ],
    [
      "fallbacks are off",
      { provider: { allow_fallbacks: false } },
      {
        "b/fp8": "fallbacks_off",
        "b/fp4": "fallbacks_off",
        c: "fallbacks_off",
        "c/priority": "service_tier",
        "a/flex": "service_tier",
      },
    ],
    [
      "fallbacks are off and it is not in order",
      { provider: { allow_fallbacks: false, order: ["b"] } },
      { a: "fallbacks_off", c: "fallbacks_off", "c/priority": "service_tier", "a/flex": "service_tier" },
    ],
  ])("has its reason: %s", (_, chat, reasons) => {
    expect(reasonsOf(planOf(MODELS, chat))).toEqual(reasons);
  });

  it("names a missing key before all else", () => {
    const plan = planOf({ "acme/one": { a: 1 } }, { provider: { ignore: ["a"] } }, { isConfigured: () => false });
    expect(reasonsOf(plan)).toEqual({ a: "provider_not_configured" });
  });
});

describe("a plan cannot be made", () => {
  it.each<[name: string, chat: Partial<ChatRequest>, field: string, message: string]>([
    ["of a model that does not exist", { model: "acme/four" }, "model", "acme/four is not a valid model ID"],
    ["of a fallback that does not exist", { models: ["acme/four"] }, "models.0", "acme/four is not a valid model ID"],
    ["of a later fallback", { models: ["acme/two", "x"] }, "models.1", "x is not a valid model ID"],
    [
      "of the first of models alone",
      { model: null, models: ["x", "acme/two"] },
      "models.0",
      "x is not a valid model ID",
    ],
    ["of a method's name", { model: "constructor" }, "model", "constructor is not a valid model ID"],
    [
      "of a method's name with a variant",
      { model: "constructor:free" },
      "model",
      "constructor:free is not a valid model ID",
    ],
  ])("%s", (_, chat, field, message) => {
    expect(() => planOf(MODELS, chat)).toThrow(RouterError);
    expect(() => planOf(MODELS, chat)).toThrow(expect.objectContaining({ status: 400, message, metadata: { field } }));
  });
});
