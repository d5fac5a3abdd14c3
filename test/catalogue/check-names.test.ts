import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkDocument } from "../../src/catalogue/check-document.ts";
import type { CatalogueRows } from "../../src/catalogue/merge.ts";
import { plainRows } from "../../src/catalogue/model-rows.ts";
import { catalogueDocumentSchema } from "../../src/schema/catalogue.ts";

const ENDPOINTS = [
  { provider: "acme", model: "one" },
  { provider: "acme", model: "one", tag: "acme/turbo" },
];
const ROWS: CatalogueRows = {
  providers: { acme: { name: "Acme", api: "openai-chat", base_url: "https://acme.test/v1" } },
  models: plainRows({
    "acme/one": { name: "One", canonical_slug: "acme/one-2026", endpoints: ENDPOINTS },
    "acme/two": { name: "Two", endpoints: ENDPOINTS },
  }),
};

/** Where a document is wrong: by its shape, or by what it names. Undefined when it is right. */
function wrongAt(document: object): string | undefined {
  const parsed = catalogueDocumentSchema.safeParse(document);
  if (!parsed.success) return parsed.error.issues[0]?.path.join(".");
  return checkDocument(ROWS, parsed.data)?.path;
}

const ONE = { model: "acme/one" };
const PRICING = { prompt: "0.000002", completion: "0.000004" };
const aliases = (own: object) => ({ aliases: { base: ONE, ...own } });
const alias = (fields: object) => aliases({ x: { ...ONE, ...fields } });
const adapter = (fields: object) => aliases({ x: { adapter_of: "base", adapter: "lora", ...fields } });
const router = (...members: object[]) => ({ ...aliases({}), routers: { r: { members } } });
const member = (fields: object) => router({ target: "acme/two" }, { target: "base", ...fields });

describe("names in a document", () => {
  it.each<[name: string, document: object, path?: string]>([
    ["an alias", alias({})],
    ["an alias of a dated id", alias({ model: "acme/one-2026" })],
    ["an alias of a provider", alias({ provider: "acme" })],
    ["an alias of an endpoint", alias({ provider: "acme/turbo" })],
    ["an alias with everything", alias({ project: "p1", rpm: 1, tpm: 1, fallbacks: ["base", "acme/two"] })],
    ["an alias for all projects", alias({ project: null })],
    ["an adapter", adapter({ pricing: PRICING, project: "p1", rpm: 5 })],
    ["an adapter of a model", adapter({ adapter_of: "acme/two" })],
    ["a router", router({ target: "base" })],
    ["a router of everything", router({ target: "base", weight: 0.5 }, { target: "acme/one", weight: 0 })],
    [
      "a member with everything",
      member({ weight: 3, rpm: 60, tpm: 100_000, cool_down_s: 30, fallbacks: ["acme/one"] }),
    ],
    ["the longest and the shortest cool-down", router({ target: "base", cool_down_s: 3600 }), undefined],
    ["no cool-down", member({ cool_down_s: 0 })],
    ["a fallback that is a member too", member({ fallbacks: ["acme/two"] })],
    ["a default that is an alias", { ...aliases({}), defaults: { model: "base" } }],
    ["a default that is a router", { ...router({ target: "base" }), defaults: { model: "r" } }],

    ["an alias called like a model", aliases({ "acme/one": { model: "acme/two" } }), "aliases.acme/one"],
    ["an alias called like a dated id", aliases({ "acme/one-2026": ONE }), "aliases.acme/one-2026"],
    [
      "a router called like a model",
      { routers: { "acme/two": { members: [{ target: "acme/one" }] } } },
      "routers.acme/two",
    ],
    [
      "a router called like an alias",
      { ...aliases({}), routers: { base: { members: [{ target: "acme/one" }] } } },
      "routers.base",
    ],
    ["an alias of nothing", aliases({ x: {} }), "aliases.x.model"],
    ["an alias of an unknown model", alias({ model: "acme/nine" }), "aliases.x.model"],
    ["an alias of an alias", alias({ model: "base" }), "aliases.x.model"],
    ["an alias of itself", alias({ model: "x" }), "aliases.x.model"],
    ["an alias of an unknown provider", alias({ provider: "who" }), "aliases.x.provider"],
    ["an alias with a price", alias({ pricing: PRICING }), "aliases.x.pricing"],
    ["an alias with a blank project", alias({ project: "" }), "aliases.x.project"],
    ["an unknown fallback", alias({ fallbacks: ["base", "gone"] }), "aliases.x.fallbacks.1"],
    ["its own fallback", alias({ fallbacks: ["x"] }), "aliases.x.fallbacks.0"],
    ["a fallback called like a method", alias({ fallbacks: ["constructor"] }), "aliases.x.fallbacks.0"],
    ["six fallbacks", alias({ fallbacks: Array(6).fill("base") }), "aliases.x.fallbacks"],
    ["no requests at all", alias({ rpm: 0 }), "aliases.x.rpm"],
    ["half a request", alias({ rpm: 1.5 }), "aliases.x.rpm"],
    ["no tokens at all", alias({ tpm: 0 }), "aliases.x.tpm"],
    ["tokens as a text", alias({ tpm: "5" }), "aliases.x.tpm"],
    ["a name with a space", aliases({ "a b": ONE }), "aliases.a b"],
    [
      "a router among an alias's fallbacks",
      { ...router({ target: "acme/one" }), aliases: { base: ONE, x: { ...ONE, fallbacks: ["r"] } } },
      "aliases.x.fallbacks.0",
    ],
    ["an adapter without a name", aliases({ x: { adapter_of: "base" } }), "aliases.x.adapter"],
    ["an adapter of nothing", aliases({ x: { adapter: "lora" } }), "aliases.x.adapter_of"],
    ["an adapter of something unknown", adapter({ adapter_of: "gone" }), "aliases.x.adapter_of"],
    ["an adapter of itself", adapter({ adapter_of: "x" }), "aliases.x.adapter_of"],
    [
      "an adapter of an adapter",
      aliases({
        x: { adapter_of: "y", adapter: "lora" },
        y: { adapter_of: "base", adapter: "lora" },
      }),
      "aliases.x.adapter_of",
    ],
    [
      "an adapter of a router",
      { ...router({ target: "acme/one" }), aliases: { base: ONE, x: { adapter_of: "r", adapter: "lora" } } },
      "aliases.x.adapter_of",
    ],
    ["an adapter with a model", adapter(ONE), "aliases.x.model"],
    ["an adapter with a provider", adapter({ provider: "acme" }), "aliases.x.provider"],
    ["an adapter with half a price", adapter({ pricing: { prompt: "1" } }), "aliases.x.pricing.completion"],
    [
      "two that fall back on each other",
      aliases({ base: { ...ONE, fallbacks: ["x"] }, x: { ...ONE, fallbacks: ["base"] } }),
      "aliases.x.fallbacks.0",
    ],
    [
      "three in a circle, behind a way in",
      aliases({
        in: { ...ONE, fallbacks: ["acme/two", "a"] },
        a: { ...ONE, fallbacks: ["b"] },
        b: { ...ONE, fallbacks: ["acme/one", "c"] },
        c: { ...ONE, fallbacks: ["a"] },
      }),
      "aliases.c.fallbacks.0",
    ],
    ["a router without members", router(), "routers.r.members"],
    ["a router without a list", { routers: { r: {} } }, "routers.r.members"],
    ["a member without a target", router({}), "routers.r.members.0.target"],
    ["an unknown member", router({ target: "base" }, { target: "gone" }), "routers.r.members.1.target"],
    ["a member twice", router({ target: "base" }, { target: "base" }), "routers.r.members.1.target"],
    ["a router in itself", router({ target: "r" }), "routers.r.members.0.target"],
    [
      "a router in a router",
      { routers: { r: { members: [{ target: "acme/one" }] }, s: { members: [{ target: "r" }] } } },
      "routers.s.members.0.target",
    ],
    ["a member that is its own fallback", member({ fallbacks: ["base"] }), "routers.r.members.1.fallbacks.0"],
    ["a member with an unknown fallback", member({ fallbacks: ["acme/one", "no"] }), "routers.r.members.1.fallbacks.1"],
    ["a member that falls back on the router", member({ fallbacks: ["r"] }), "routers.r.members.1.fallbacks.0"],
    ["a member with six fallbacks", member({ fallbacks: Array(6).fill("acme/one") }), "routers.r.members.1.fallbacks"],
    ["a weight below 0", member({ weight: -1 }), "routers.r.members.1.weight"],
    ["a weight as a text", member({ weight: "1" }), "routers.r.members.1.weight"],
    ["a member without requests", member({ rpm: 0 }), "routers.r.members.1.rpm"],
    ["a member without tokens", member({ tpm: 0 }), "routers.r.members.1.tpm"],
    ["a cool-down below 0", member({ cool_down_s: -1 }), "routers.r.members.1.cool_down_s"],
    ["a cool-down over an hour", member({ cool_down_s: 3601 }), "routers.r.members.1.cool_down_s"],
  ])("%s", (_, document, path) => {
    expect(wrongAt(document)).toBe(path);
  });

  it("are taken only when no way through fallbacks is endless", () => {
    const names = ["a", "b", "c", "d", "e"];
    const graphs = fc.record(Object.fromEntries(names.map((name) => [name, fc.subarray(names, { maxLength: 3 })])));
    fc.assert(
      fc.property(graphs, (graph) => {
        const own = Object.entries(graph).map(([name, fallbacks]) => [name, { ...ONE, fallbacks }]);
        // Told in other words: taking away what leads nowhere, again and again, leaves nothing.
        const left = new Map(Object.entries(graph));
        for (let size = -1; size !== left.size; ) {
          size = left.size;
          for (const [name, targets] of left) if (!targets.some((target) => left.has(target))) left.delete(name);
        }
        const path = wrongAt({ aliases: Object.fromEntries(own) });
        expect(path === undefined).toBe(left.size === 0);
        if (path !== undefined) expect(left.has(path.split(".")[1] ?? "")).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });
});
