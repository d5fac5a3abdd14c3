import { describe, expect, it } from "vitest";
import { joinPreferences } from "../../src/routing/policy.ts";
import type { ProviderPreferences } from "../../src/schema/chat.ts";
import { planOf, type Tags, tagsOf } from "./endpoints.ts";

const NONE = joinPreferences({}, {});

describe("preferences of the request and of the operator", () => {
  it.each<[name: string, own: ProviderPreferences, operators: ProviderPreferences, joined: object]>([
    ["neither says anything", {}, {}, {}],
    [
      "null is nothing",
      { only: null, ignore: null, sort: null, max_price: null, quantizations: null },
      { only: null },
      {},
    ],
    [
      "only: each list must hold",
      { only: ["a", "b"] },
      { only: ["b", "c"] },
      {
        only: [
          ["a", "b"],
          ["b", "c"],
        ],
      },
    ],
    ["only, empty: nobody", { only: [] }, {}, { only: [[]] }],
    ["ignore: both", { ignore: ["a"] }, { ignore: ["b"] }, { ignore: ["a", "b"] }],
    [
      "data_collection: the stricter, the operator's",
      { data_collection: "allow" },
      { data_collection: "deny" },
      { denyDataCollection: true },
    ],
    [
      "data_collection: the stricter, the request's",
      { data_collection: "deny" },
      { data_collection: "allow" },
      { denyDataCollection: true },
    ],
    ["zdr: false relaxes nothing", { zdr: false }, { zdr: true }, { zdr: true }],
    ["zdr: the request's", { zdr: true }, {}, { zdr: true }],
    [
      "distillable: false relaxes nothing",
      { enforce_distillable_text: false },
      { enforce_distillable_text: true },
      { distillable: true },
    ],
    [
      "quantizations: each list must hold",
      { quantizations: ["fp8"] },
      { quantizations: ["fp16"] },
      { quantizations: [["fp8"], ["fp16"]] },
    ],
    ["require_parameters: the request's", { require_parameters: false }, { require_parameters: true }, {}],
    ["require_parameters: the operator's", {}, { require_parameters: true }, { requireParameters: true }],
    ["order: the request's", { order: ["a"] }, { order: ["b"] }, { order: ["a"] }],
    ["order: the operator's", {}, { order: ["b"] }, { order: ["b"] }],
    ["order: an empty one is one", { order: [] }, { order: ["b"] }, {}],
    ["sort: the request's", { sort: "price" }, { sort: "latency" }, { sort: "price" }],
    [
      "sort: the operator's",
      {},
      { sort: { by: "latency", partition: "none" } },
      { sort: "latency", isPartedByModel: false },
    ],
    ["sort: an object of nothing", { sort: {} }, { sort: "latency" }, {}],
    ["partition: of model", { sort: { by: "price", partition: "model" } }, {}, { sort: "price" }],
    ["partition: none", { sort: { partition: "none" } }, {}, { isPartedByModel: false }],
    ["allow_fallbacks: the request's", { allow_fallbacks: true }, { allow_fallbacks: false }, {}],
    ["allow_fallbacks: the operator's", {}, { allow_fallbacks: false }, { allowFallbacks: false }],
    [
      "speed, a bare number",
      { preferred_min_throughput: 9 },
      { preferred_min_throughput: 5 },
      { preferredMinThroughput: { p50: 9 } },
    ],
    [
      "speed, percentiles",
      {},
      { preferred_max_latency: { p50: 1, p75: null, p90: 2, p99: 3 } },
      { preferredMaxLatency: { p50: 1, p90: 2, p99: 3 } },
    ],
  ])("join: %s", (_, own, operators, joined) => {
    expect(joinPreferences(own, operators)).toEqual({ ...NONE, ...joined });
  });

  it.each<
    [own: ProviderPreferences["max_price"], operators: ProviderPreferences["max_price"], limits: object | undefined]
  >([
    [{ prompt: 1 }, { prompt: 2 }, { prompt: 1 }],
    [{ prompt: 2 }, { prompt: 1 }, { prompt: 1 }],
    [{ prompt: "0.5" }, { completion: 3 }, { prompt: 0.5, completion: 3 }],
    [{ request: 0 }, null, { request: 0 }],
    [{ image: 1, audio: null }, {}, { image: 1 }],
    [{}, {}, undefined],
    [{ prompt: null }, null, undefined],
  ])("the lower price limit holds: %j and %j", (own, operators, limits) => {
    const open = { prompt: Infinity, completion: Infinity, request: Infinity, image: Infinity, audio: Infinity };
    const { maxPrice } = joinPreferences({ max_price: own }, { max_price: operators });
    expect(maxPrice).toEqual(limits && { ...open, ...limits });
  });
});

describe("the operator's preferences", () => {
  const TAGS: Tags = { a: 1, b: 2, c: 3 };
  it.each<[name: string, operators: ProviderPreferences, own: ProviderPreferences, tags: string[]]>([
    ["hold for a request that has none", { only: ["b", "c"] }, {}, ["b", "c"]],
    ["meet a request's own", { only: ["b", "c"] }, { only: ["a", "b"] }, ["b"]],
    ["and it may have nothing left", { only: ["b", "c"] }, { only: ["a"] }, []],
    ["ignore what the request names", { ignore: ["a"] }, { only: ["a", "b"] }, ["b"]],
    ["ignore what the request orders", { ignore: ["a"] }, { order: ["a", "c"] }, ["c", "b"]],
    ["order where it does not", { order: ["c"] }, {}, ["c", "a", "b"]],
    ["give way to its order", { order: ["c"] }, { order: ["b"] }, ["b", "a", "c"]],
    ["switch fallbacks off", { allow_fallbacks: false }, {}, ["a"]],
    ["limit the price", { max_price: { prompt: 1_000_000 } }, { max_price: { prompt: 9_000_000 } }, ["a", "b"]],
    ["keep privacy", { zdr: true }, { zdr: false }, []],
  ])("%s", (_, provider, own, tags) => {
    expect(tagsOf(planOf({ "acme/one": TAGS }, { provider: own }, { extras: { defaults: { provider } } }))).toEqual(
      tags,
    );
  });
});
