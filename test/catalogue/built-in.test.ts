import { describe, expect, it } from "vitest";
import { BUILT_IN } from "../../src/catalogue/built-in.ts";
import { Catalogue } from "../../src/catalogue/catalogue.ts";
import { DEMO_SLUG } from "../../src/demo/catalogue.ts";
import { LOCAL_SLUG } from "../../src/local/catalogue.ts";
import { catalogueDocumentSchema } from "../../src/schema/catalogue.ts";

const catalogue = new Catalogue(BUILT_IN, {});
const ids = catalogue.modelIds();
/** What is computed in the Worker has no row like those of companies. */
const { [DEMO_SLUG]: _, [LOCAL_SLUG]: __, ...providers } = BUILT_IN.providers;
const isOfWorker = (id: string) => id.startsWith(`${DEMO_SLUG}/`) || id.startsWith(`${LOCAL_SLUG}/`);

describe("the built-in catalogue", () => {
  it("has rows that an operator could have written", () => {
    const models = Object.fromEntries(ids.filter((id) => !isOfWorker(id)).map((id) => [id, BUILT_IN.models.get(id)]));
    expect(catalogueDocumentSchema.parse({ providers, models })).toEqual({ providers, models });
  });

  it("knows at least 60 providers and 400 models", () => {
    expect(Object.keys(providers).length).toBeGreaterThanOrEqual(60);
    expect(ids.length).toBeGreaterThanOrEqual(400);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("names only providers that there are, and no endpoint's tag twice", () => {
    for (const id of ids) {
      const { endpoints = [], row } = catalogue.model(id) ?? {};
      expect(endpoints.length, id).toBeGreaterThan(0);
      expect(endpoints.length, id).toBe(row?.endpoints.length);
      expect(new Set(endpoints.map(({ tag }) => tag)).size, id).toBe(endpoints.length);
      for (const { tag, provider } of endpoints) expect(tag.split("/")[0]).toBe(provider.slug);
    }
  });

  it("lists a local server's models nowhere: it has none until the operator says so", () => {
    const local = Object.entries(providers).filter(([, { base_url: url }]) => url.includes("=http://127.0.0.1"));
    expect(local.map(([slug]) => slug)).toEqual(expect.arrayContaining(["ollama", "vllm", "litellm"]));
    for (const [, row] of local) expect(row.key).toBeUndefined();
    const slugs = new Set(local.map(([slug]) => slug));
    expect(ids.filter((id) => catalogue.model(id)?.endpoints.some(({ provider }) => slugs.has(provider.slug)))).toEqual(
      [],
    );
  });

  it("gives every provider that is not local a secret of its own name", () => {
    const remote = Object.entries(providers).filter(([, { base_url: url }]) => !url.includes("=http://127.0.0.1"));
    for (const [slug, { key }] of remote) expect(key, slug).toMatch(/^[A-Z][A-Z0-9_]+$/);
    expect(new Set(remote.map(([, { key }]) => key)).size).toBe(remote.length);
  });

  it.each([
    ["anthropic/claude-sonnet-4.5", ["anthropic", "amazon-bedrock", "google-vertex"]],
    ["openai/gpt-4o", ["openai", "azure", "openrouter"]],
    ["google/gemini-2.5-flash", ["google-ai-studio", "google-vertex"]],
    ["meta-llama/llama-3.3-70b-instruct", ["groq", "together/turbo", "deepinfra/turbo"]],
    ["openai/gpt-oss-120b", ["groq", "cerebras", "together", "fireworks", "deepinfra"]],
  ])("serves %s at %j", (id, tags) => {
    expect(catalogue.model(id)?.endpoints.map(({ tag }) => tag)).toEqual(expect.arrayContaining(tags));
  });

  it("puts the author's own endpoint first", () => {
    const first = (id: string) => catalogue.model(id)?.endpoints[0]?.provider.slug;
    expect(["openai/gpt-4o", "anthropic/claude-opus-4.5", "x-ai/grok-4.3"].map(first)).toEqual([
      "openai",
      "anthropic",
      "xai",
    ]);
  });

  it("takes a dated id for the public one", () => {
    const model = catalogue.model("openai/gpt-4o");
    expect(model?.row.canonical_slug).toBe("openai/gpt-4o-20240513");
    expect(catalogue.model("openai/gpt-4o-20240513")).toBe(model);
  });

  it("has no price of 0 but for what is free, and none below the price of a cache read", () => {
    for (const id of ids)
      for (const { pricing, tag } of catalogue.model(id)?.endpoints ?? []) {
        if (!pricing) continue;
        if (!/:free$|\/.*free/.test(id) && tag !== "nvidia" && tag !== LOCAL_SLUG)
          expect(Number(pricing.prompt) + Number(pricing.completion), `${id} ${tag}`).toBeGreaterThan(0);
        expect(Number(pricing.prompt), `${id} ${tag}`).toBeLessThan(0.001);
      }
  });

  it("orders price tiers upwards, so that the last that applies is the right one", () => {
    const tiers = ids.flatMap(
      (id) => catalogue.model(id)?.endpoints.map(({ pricing }) => pricing?.overrides ?? []) ?? [],
    );
    expect(tiers.filter((list) => list.length > 0).length).toBeGreaterThan(100);
    for (const list of tiers) {
      const thresholds = list.map(({ min_prompt_tokens: tokens }) => tokens ?? 0);
      expect(thresholds).toEqual([...thresholds].sort((a, b) => a - b));
    }
  });
});
