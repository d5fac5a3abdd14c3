import { describe, expect, it } from "vitest";
import { claudeQuirks } from "../../src/cli/catalogue/claude.ts";
import { PublicIds } from "../../src/cli/catalogue/ids.ts";
import type { Listing, Price } from "../../src/cli/catalogue/listing.ts";
import { readLiteral } from "../../src/cli/catalogue/literal.ts";
import { newest } from "../../src/cli/catalogue/newest.ts";
import { perToken, toPricing } from "../../src/cli/catalogue/pricing.ts";

function listing(provider: string, name: string, more: Partial<Listing> = {}): Listing {
  return {
    provider,
    name,
    displayName: name,
    input: ["text"],
    output: ["text"],
    hasTools: true,
    hasStructuredOutputs: false,
    hasTemperature: true,
    isOpenWeights: false,
    ...more,
  };
}

describe("public ids", () => {
  const ids = new PublicIds(
    [
      "anthropic/claude-opus-4.8",
      "anthropic/claude-sonnet-4.5",
      "openai/gpt-oss-120b",
      "openai/gpt-5.6-terra",
      "openai/gpt-4",
      "openai/gpt-4-turbo",
      "meta-llama/llama-3.3-70b-instruct",
      "meta-llama/llama-4-maverick",
      "google/gemma-4-31b-it",
      "deepseek/deepseek-r1",
      "deepseek/deepseek-v4.1-flash",
      "moonshotai/kimi-k2.7-code",
      "moonshotai/kimi-k3",
      "z-ai/glm-5.3",
      "z-ai/glm-5-turbo",
      "tencent/hy3-preview",
      "qwen/qwen3-235b-a22b-2507",
      "openrouter/auto",
      "openai/gpt-4o:batch",
    ].map((name) => listing("openrouter", name)),
  );

  it.each([
    ["anthropic", "claude-opus-4-8", "anthropic/claude-opus-4.8", []],
    ["anthropic", "claude-sonnet-4-5-20250929", "anthropic/claude-sonnet-4.5", []],
    ["amazon-bedrock", "eu.anthropic.claude-sonnet-4-5-20250929-v1:0", "anthropic/claude-sonnet-4.5", ["eu"]],
    ["google-vertex", "claude-sonnet-4-5@20250929", "anthropic/claude-sonnet-4.5", []],
    ["digitalocean", "anthropic-claude-4.5-sonnet", "anthropic/claude-sonnet-4.5", []],
    ["databricks", "databricks-gpt-5-6-terra", "openai/gpt-5.6-terra", []],
    ["venice", "openai-gpt-56-terra", "openai/gpt-5.6-terra", []],
    ["ollama-cloud", "gpt-oss:120b", "openai/gpt-oss-120b", []],
    ["amazon-bedrock", "openai.gpt-oss-120b-1:0", "openai/gpt-oss-120b", []],
    ["together", "meta-llama/Llama-3.3-70B-Instruct-Turbo", "meta-llama/llama-3.3-70b-instruct", ["turbo"]],
    ["cloudflare", "@cf/meta/llama-3.3-70b-instruct-fp8-fast", "meta-llama/llama-3.3-70b-instruct", ["fp8", "fast"]],
    ["groq", "llama-3.3-70b-versatile", "meta-llama/llama-3.3-70b-instruct", []],
    ["novita", "meta-llama/llama-4-maverick-17b-128e-instruct-fp8", "meta-llama/llama-4-maverick", ["fp8"]],
    ["fireworks", "accounts/fireworks/models/deepseek-v4p1-flash", "deepseek/deepseek-v4.1-flash", []],
    ["fireworks", "accounts/fireworks/routers/kimi-k3-fast", "moonshotai/kimi-k3", ["fast"]],
    ["chutes", "moonshotai/Kimi-K3-TEE", "moonshotai/kimi-k3", ["tee"]],
    ["databricks", "databricks-kimi-k2-7-code", "moonshotai/kimi-k2.7-code", []],
    ["mistral", "zai-glm-5-3", "z-ai/glm-5.3", []],
    ["venice", "z-ai-glm-5-turbo", "z-ai/glm-5-turbo", []],
    ["deepinfra", "google/gemma-4-31B-it", "google/gemma-4-31b-it", []],
    ["nebius", "Qwen/Qwen3-235B-A22B-Instruct-2507", "qwen/qwen3-235b-a22b-2507", []],
    ["openai", "gpt-4-turbo", "openai/gpt-4-turbo", []],
    ["openrouter", "openai/gpt-4", "openai/gpt-4", []],
  ])("%s calls %s what is %s", (provider, name, id, words) => {
    expect(ids.find(listing(provider, name))).toEqual({ id, words });
  });

  it.each([
    ["a distilled model", "cloudflare", "@cf/deepseek-ai/deepseek-r1-distill-qwen-32b", "deepseek/deepseek-r1"],
    ["another version", "databricks", "databricks-claude-sonnet-4", "anthropic/claude-sonnet-4-5-20250929"],
    ["the model after its preview", "tencent", "hy3", "tencent/hy3"],
  ])("takes %s for no other, whatever the source says", (_, provider, name, canonical) => {
    const found = ids.find(listing(provider, name, { canonical }));
    expect(["deepseek/deepseek-r1", "anthropic/claude-sonnet-4.5", "tencent/hy3-preview"]).not.toContain(found?.id);
  });

  it("believes the source where the name says less", () => {
    expect(ids.find(listing("vercel", "some/kimi-k2", { canonical: "moonshotai/kimi-k2.7-code" }))?.id).not.toBe(
      "moonshotai/kimi-k2.7-code",
    );
    expect(ids.find(listing("crusoe", "x/gemma-31b", { canonical: "google/gemma-4-31b-it" }))?.id).toBe(
      "google/gemma-4-31b-it",
    );
  });

  it.each([
    ["fireworks", "accounts/fireworks/routers/glm-latest"],
    ["openrouter", "openrouter/auto"],
    ["openrouter", "openai/gpt-4o:batch"],
    ["openrouter", "~openai/gpt-latest"],
    ["groq", "something-nobody-knows"],
  ])("leaves out %s %s", (provider, name) => expect(ids.find(listing(provider, name))).toBeUndefined());
});

describe("prices", () => {
  it.each([
    [3, "0.000003"],
    [0.3, "0.0000003"],
    [0.09999999999999999, "0.0000001"],
    [0.083333, "0.000000083333"],
    [0.0000001, "0.0000000000001"],
    [150, "0.00015"],
    [1_000_000, "1"],
    [12_345_678.5, "12.3456785"],
    [0, "0"],
  ])("%d dollars a million are %s a token", (perMillion, text) => expect(perToken(perMillion)).toBe(text));

  const price: Price = { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 };

  it("take a 0 for unknown, but for what is free", () => {
    const free: Price = { input: 0, output: 0 };
    expect(toPricing(listing("groq", "x"), free, false)).toBeUndefined();
    expect(toPricing(listing("openrouter", "x/y:free"), free, false)).toEqual({ prompt: "0", completion: "0" });
    expect(toPricing(listing("groq", "x"), { ...price, cacheRead: 0, cacheWrite: 0 }, false)).toEqual({
      prompt: "0.000003",
      completion: "0.000015",
    });
  });

  it("have a price for an hour in the cache at Claude", () => {
    expect(toPricing(listing("azure", "claude"), price, true)?.input_cache_write_1h).toBe("0.000006");
    expect(toPricing(listing("azure", "qwen"), price, false)?.input_cache_write_1h).toBeUndefined();
  });

  it("become overrides where they have tiers", () => {
    const tiered = { ...price, tiers: [{ ...price, input: 6, output: 22.5, above: 200_000 }] };
    expect(toPricing(listing("azure", "x"), tiered, false)?.overrides).toEqual([
      {
        min_prompt_tokens: 200_000,
        prompt: "0.000006",
        completion: "0.0000225",
        input_cache_read: "0.0000003",
        input_cache_write: "0.00000375",
      },
    ]);
  });
});

describe("two sources", () => {
  const old = listing("groq", "a", { price: { input: 1, output: 2, inputAudio: 5 }, released: "2026-01-01" });

  it.each<[string, Price | undefined, Price | undefined]>([
    ["a changed price", { input: 2, output: 2 }, { input: 2, output: 2 }],
    ["the same price, which says less", { input: 1, output: 2 }, old.price],
    ["no price", { input: 0, output: 0 }, old.price],
    ["nothing", undefined, old.price],
  ])("give %s", (_, now, result) => {
    const [merged] = newest([old], [listing("groq", "a", { price: now })]);
    expect(merged).toMatchObject({ released: "2026-01-01", price: result });
  });

  it("give the dearer price of a router, which lists one host's", () => {
    const price = { input: 3, output: 15, cacheRead: 0.3 };
    const now = { input: 0.2, output: 16, cacheRead: 0.1 };
    const [merged] = newest([listing("openrouter", "a/b", { price })], [listing("openrouter", "a/b", { price: now })]);
    expect(merged?.price).toMatchObject({ input: 3, output: 16, cacheRead: 0.3 });
  });

  it("date what is new by its name, or by the source's own day", () => {
    const dates = newest([], [listing("mistral", "ministral-8b-2512"), listing("openai", "gpt-7")]);
    expect(dates.map(({ released }) => released)).toEqual(["2025-12-01", "2026-11-10"]);
  });
});

describe("Claude's ways", () => {
  const reasoning = { efforts: ["low", "high", "max"], hasBudget: true, hasToggle: true };
  it.each([
    ["claude-3.7-sonnet", { reasoning_request: "budget" }],
    ["claude-sonnet-4.5", { reasoning_request: "budget", structured_outputs: true }],
    ["claude-opus-4.7", { reasoning_request: "adaptive", structured_outputs: true }],
    ["claude-opus-4.8", { reasoning_request: "adaptive", structured_outputs: true, system_turns: true }],
    ["claude-sonnet-5", { reasoning_request: "adaptive_default", structured_outputs: true, system_turns: true }],
    ["claude-haiku-5.5", { reasoning_request: "adaptive_default", preserved_thinking: true }],
    ["claude-opus-5.5", { reasoning_request: "adaptive_always", preserved_thinking: true }],
    ["claude-fable-5", { reasoning_request: "adaptive_always", system_turns: true }],
    ["claude-fable-5.1", { reasoning_request: "adaptive_always", preserved_thinking: true }],
  ])("%s: %j", (slug, quirks) => {
    const found = claudeQuirks(
      `anthropic/${slug}`,
      listing("anthropic", slug, { reasoning, hasStructuredOutputs: true }),
    );
    expect(found).toMatchObject({ ...quirks, reasoning_efforts: ["low", "high", "max"] });
    if (!("preserved_thinking" in quirks)) expect(found.preserved_thinking).toBeUndefined();
  });
});

describe("literals of a bundle", () => {
  it("are read as what they are", () => {
    const text = String.raw`{a:1,"b-c":[!0,!1,null,void 0,-.5,1e6,1.25],d:{e:'it\'s',f:"\u00e9\n",g:#t#}} rest`;
    expect(readLiteral(text.replaceAll("#", "`"))).toEqual({
      a: 1,
      "b-c": [true, false, null, null, -0.5, 1e6, 1.25],
      d: { e: "it's", f: "é\n", g: "t" },
    });
  });

  it.each(["{a:b}", "{a:1", "[1 2]", "f()", "`$" + "{x}`", '"open'])("and nothing else: %s", (text) => {
    expect(() => readLiteral(text)).toThrow();
  });
});
