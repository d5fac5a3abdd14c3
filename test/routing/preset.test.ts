import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RouterError } from "../../src/errors.ts";
import { applyPreset, presetNamed } from "../../src/routing/preset.ts";
import { type ChatRequest, parseChatRequest } from "../../src/schema/chat.ts";
import { type Preset, parsePresetBody } from "../../src/schema/preset.ts";

const USER = { role: "user", content: "Hello" };
const chat = (fields: object = {}): ChatRequest => parseChatRequest({ messages: [USER], ...fields });
const preset = (body: object): Preset => ({ slug: "x", version: 1, ...parsePresetBody(body) });

/** The request's fields after the preset, without the conversation. */
function merged(given: object, asked: object): object {
  const { messages: _, ...fields } = applyPreset(chat({ preset: "x", ...asked }), preset(given));
  return fields;
}

function fieldAtFault(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    if (error instanceof RouterError && error.status === 400) return error.metadata.field;
    throw error;
  }
  return undefined;
}

describe("the preset that a request names", () => {
  it.each<[fields: object, slug: string | undefined]>([
    [{}, undefined],
    [{ model: "demo/echo", models: ["demo/story"], preset: null }, undefined],
    [{ model: null }, undefined],
    [{ model: "@other/x" }, undefined],
    [{ preset: "x" }, "x"],
    [{ model: "demo/echo", preset: "x" }, "x"],
    [{ model: "@preset/x" }, "x"],
    [{ model: "@preset/x:nitro" }, "x"],
    [{ model: "demo/echo@preset/x" }, "x"],
    [{ model: "demo/echo:free@preset/x" }, "x"],
    [{ model: "@preset/x:online:nitro", preset: "x" }, "x"],
    [{ model: "@preset/x.y_z-1" }, "x.y_z-1"],
  ])("of %j is %s", (fields, slug) => {
    expect(presetNamed(chat(fields))).toBe(slug);
  });

  it.each<[fields: object, field: string]>([
    [{ model: "@preset/x", preset: "y" }, "preset"],
    [{ preset: "" }, "preset"],
    [{ preset: "@preset/x" }, "preset"],
    [{ preset: "x/y" }, "preset"],
    [{ model: "@preset/" }, "model"],
    [{ model: "@preset/:nitro" }, "model"],
    [{ model: "@preset/x/y" }, "model"],
    [{ model: "a@preset/x@preset/y" }, "model"],
    [{ models: ["demo/echo", "@preset/x"] }, "models.1"],
    [{ models: ["demo/echo@preset/x"] }, "models.0"],
    [{ model: "@preset/x", models: ["@preset/x"] }, "models.0"],
  ])("of %j is refused at %s", (fields, field) => {
    expect(fieldAtFault(() => presetNamed(chat(fields)))).toBe(field);
  });
});

describe("the model", () => {
  it.each<{ given: object; asked: object; expected: object }>([
    { given: { model: "a/m" }, asked: { preset: "x" }, expected: { model: "a/m" } },
    { given: { model: "a/m" }, asked: { model: "@preset/x" }, expected: { model: "a/m" } },
    { given: { model: "a/m" }, asked: { model: "b/m", preset: "x" }, expected: { model: "b/m" } },
    { given: { model: "a/m" }, asked: { model: "b/m@preset/x" }, expected: { model: "b/m" } },
    { given: { model: "a/m" }, asked: { model: null }, expected: { model: "a/m" } },
    { given: { model: "a/m" }, asked: { model: "" }, expected: { model: "a/m" } },
    { given: {}, asked: { model: "@preset/x" }, expected: {} },
    { given: {}, asked: { model: "b/m:free@preset/x:nitro" }, expected: { model: "b/m:free:nitro" } },
    { given: { model: "a/m:free" }, asked: { model: "@preset/x:nitro" }, expected: { model: "a/m:free:nitro" } },
    {
      given: { model: "a/m", models: ["a/n"] },
      asked: { model: "@preset/x:online:floor" },
      expected: { model: "a/m:online:floor", models: ["a/n"] },
    },
    {
      given: { models: ["a/m", "a/n"] },
      asked: { model: "@preset/x:floor" },
      expected: { models: ["a/m:floor", "a/n:floor"] },
    },
    {
      given: { model: "a/m", models: ["a/n", "a/o"] },
      asked: { model: "@preset/x", models: ["b/m"] },
      expected: { model: "a/m", models: ["b/m"] },
    },
    {
      given: { models: ["a/m", "a/n"] },
      asked: { model: "b/m" },
      expected: { model: "b/m", models: ["a/m", "a/n"] },
    },
  ])("of $asked over $given is $expected", ({ given, asked, expected }) => {
    expect(merged(given, asked)).toEqual(expected);
  });

  it("is missed when a variant has none to count for", () => {
    expect(fieldAtFault(() => merged({ temperature: 1 }, { model: "@preset/x:nitro" }))).toBe("model");
  });
});

describe("the fields of a request and of its preset", () => {
  const JSON_SCHEMA = { type: "json_schema", json_schema: { name: "n", schema: {} } };

  it.each<{ name: string; given: object; asked: object; expected: object }>([
    {
      name: "scalars",
      given: { temperature: 0, seed: 7 },
      asked: { temperature: 1 },
      expected: { temperature: 1, seed: 7 },
    },
    {
      name: "falsy values",
      given: { temperature: 1, logprobs: true },
      asked: { temperature: 0, logprobs: false },
      expected: { temperature: 0, logprobs: false },
    },
    {
      name: "nulls",
      given: { temperature: 1, provider: { zdr: true } },
      asked: { temperature: null, provider: null },
      expected: { temperature: 1, provider: { zdr: true } },
    },
    {
      name: "nulls within",
      given: { provider: { zdr: true } },
      asked: { provider: { zdr: null, only: ["a"] } },
      expected: { provider: { zdr: true, only: ["a"] } },
    },
    {
      name: "arrays",
      given: { stop: ["a", "b"], plugins: [{ id: "moderation" }] },
      asked: { stop: ["c"], plugins: [] },
      expected: { stop: ["c"], plugins: [] },
    },
    {
      name: "objects, key by key",
      given: { provider: { only: ["a"], sort: "price" } },
      asked: { provider: { sort: "latency", zdr: true } },
      expected: { provider: { only: ["a"], sort: "latency", zdr: true } },
    },
    {
      name: "objects, no deeper",
      given: { provider: { max_price: { prompt: 1, completion: 2 } } },
      asked: { provider: { max_price: { prompt: 3 } } },
      expected: { provider: { max_price: { prompt: 3 } } },
    },
    {
      name: "objects that are one value",
      given: { response_format: JSON_SCHEMA },
      asked: { response_format: { type: "text" } },
      expected: { response_format: { type: "text" } },
    },
    {
      name: "an object over a word",
      given: { tool_choice: "none" },
      asked: { tool_choice: { type: "function", function: { name: "f" } } },
      expected: { tool_choice: { type: "function", function: { name: "f" } } },
    },
    {
      name: "unknown fields",
      given: { safe_prompt: true, mine: { a: 1 } },
      asked: { mine: { b: 2 }, yours: 3 },
      expected: { safe_prompt: true, mine: { a: 1, b: 2 }, yours: 3 },
    },
    {
      name: "settings of the cache, which are no fields",
      given: { cache_enabled: false, cache_ttl_seconds: 9, top_k: 1 },
      asked: {},
      expected: { top_k: 1 },
    },
  ])("are merged: $name", ({ given, asked, expected }) => {
    expect(merged(given, asked)).toEqual(expected);
  });

  it.each<{ given: object; asked: object; expected: object }>([
    { given: { max_tokens: 5 }, asked: { max_completion_tokens: 9 }, expected: { max_completion_tokens: 9 } },
    { given: { max_completion_tokens: 5 }, asked: { max_tokens: 9 }, expected: { max_tokens: 9 } },
    {
      given: { reasoning: { effort: "high", exclude: true } },
      asked: { reasoning_effort: "low" },
      expected: { reasoning: { exclude: true }, reasoning_effort: "low" },
    },
    {
      given: { reasoning_effort: "high" },
      asked: { reasoning: { effort: "low" } },
      expected: { reasoning: { effort: "low" } },
    },
    {
      given: { reasoning: { effort: "high" } },
      asked: { reasoning: { max_tokens: 900 } },
      expected: { reasoning: { max_tokens: 900 } },
    },
    {
      given: { reasoning: { max_tokens: 900 } },
      asked: { reasoning: { enabled: false } },
      expected: { reasoning: { enabled: false } },
    },
    {
      given: { reasoning: { enabled: false } },
      asked: { reasoning: { effort: "low" } },
      expected: { reasoning: { effort: "low" } },
    },
    {
      given: { reasoning: { effort: "high" } },
      asked: { reasoning: { enabled: true } },
      expected: { reasoning: { effort: "high", enabled: true } },
    },
    {
      given: { reasoning: { effort: "high", exclude: true } },
      asked: { include_reasoning: true },
      expected: { reasoning: { effort: "high" }, include_reasoning: true },
    },
    {
      given: { include_reasoning: false },
      asked: { reasoning: { exclude: false } },
      expected: { reasoning: { exclude: false } },
    },
    { given: { logprobs: true, top_logprobs: 5 }, asked: { logprobs: false }, expected: { logprobs: false } },
    { given: { logprobs: false }, asked: { top_logprobs: 5 }, expected: { top_logprobs: 5 } },
    { given: { logprobs: true }, asked: { top_logprobs: 5 }, expected: { logprobs: true, top_logprobs: 5 } },
  ])("do not contradict each other: $asked over $given", ({ given, asked, expected }) => {
    expect(merged(given, asked)).toEqual(expected);
  });

  it("are left as they were, both of them", () => {
    const request = chat({ model: "b/m@preset/x", provider: { zdr: true }, reasoning_effort: "low" });
    const stored = preset({
      model: "a/m",
      provider: { only: ["a"] },
      reasoning: { effort: "high" },
      system_prompt: "s",
    });
    const before = structuredClone({ request, stored });
    applyPreset(request, stored);
    expect({ request, stored }).toEqual(before);
  });
});

describe("tools", () => {
  const tool = (name: string, description = "of the preset") => ({ type: "function", function: { name, description } });
  const server = (type: string, parameters?: object) => ({
    type: `openrouter:${type}`,
    ...(parameters && { parameters }),
  });
  const [A, B, C] = [tool("a"), tool("b"), tool("c")];
  const MINE = tool("a", "of the request");

  it.each<{ name: string; given: unknown; asked: unknown; expected: unknown }>([
    { name: "of the preset alone", given: [A, B], asked: undefined, expected: [A, B] },
    { name: "of the preset beside none", given: [A], asked: [], expected: [A] },
    { name: "of the request alone", given: undefined, asked: [A, B], expected: [A, B] },
    { name: "of the same name", given: [A, B], asked: [C, MINE], expected: [MINE, B, C] },
    {
      name: "of a server, one of a type",
      given: [server("datetime"), A],
      asked: [server("datetime", { timezone: "UTC" })],
      expected: [server("datetime", { timezone: "UTC" }), A],
    },
    {
      name: "of a server, one of a type whatever its name",
      given: [server("image_generation", { name: "p" })],
      asked: [server("image_generation", { name: "q" })],
      expected: [server("image_generation", { name: "q" })],
    },
    {
      name: "of a server, with names",
      given: [server("advisor", { name: "p" }), server("advisor", { name: "q" })],
      asked: [server("advisor", { name: "q", model: "m" }), server("subagent", { name: "p" })],
      expected: [
        server("advisor", { name: "p" }),
        server("advisor", { name: "q", model: "m" }),
        server("subagent", { name: "p" }),
      ],
    },
    {
      name: "called as a type is",
      given: [tool("web_search")],
      asked: [{ type: "web_search" }],
      expected: [tool("web_search"), { type: "web_search" }],
    },
  ])("are united: $name", ({ given, asked, expected }) => {
    const fields = merged(given ? { tools: given } : {}, asked ? { tools: asked } : {});
    expect(fields).toEqual({ tools: expected });
  });
});

describe("the system prompt", () => {
  const SYSTEM = { role: "system", content: "Of the preset" };

  it.each<{ name: string; messages: object[]; expected: object[] }>([
    { name: "comes first", messages: [USER], expected: [SYSTEM, USER] },
    {
      name: "gives way to a system message",
      messages: [{ role: "system", content: "Mine" }, USER],
      expected: [{ role: "system", content: "Mine" }, USER],
    },
    {
      name: "gives way to a developer message in parts",
      messages: [USER, { role: "developer", content: [{ type: "text", text: "Mine" }] }],
      expected: [USER, { role: "developer", content: [{ type: "text", text: "Mine" }] }],
    },
    {
      name: "stays with a message that says nothing",
      messages: [{ role: "system", content: "" }, USER],
      expected: [SYSTEM, { role: "system", content: "" }, USER],
    },
  ])("$name", ({ messages, expected }) => {
    expect(applyPreset(chat({ messages }), preset({ system_prompt: "Of the preset" })).messages).toEqual(expected);
  });

  it("is none where the preset has none", () => {
    expect(applyPreset(chat(), preset({ temperature: 1 })).messages).toEqual([USER]);
  });
});

describe("a request with a preset", () => {
  const fields = fc.record(
    {
      temperature: fc.option(fc.constantFrom(0, 1, 2)),
      max_tokens: fc.option(fc.constantFrom(1, 9)),
      max_completion_tokens: fc.option(fc.constantFrom(1, 9)),
      reasoning_effort: fc.option(fc.constantFrom("low", "high")),
      reasoning: fc.option(
        fc.record(
          { effort: fc.option(fc.constantFrom("low", "high")), enabled: fc.boolean(), exclude: fc.boolean() },
          { requiredKeys: [] },
        ),
      ),
      logprobs: fc.option(fc.boolean()),
      top_logprobs: fc.option(fc.constantFrom(0, 5)),
      provider: fc.option(fc.record({ zdr: fc.boolean(), sort: fc.constant("price") }, { requiredKeys: [] })),
    },
    { requiredKeys: [] },
  );
  const isValid = (body: object) => fieldAtFault(() => chat(body)) === undefined;

  it("is valid when both are, says all that the request said, and names no preset", () => {
    fc.assert(
      fc.property(fields.filter(isValid), fields.filter(isValid), (given, asked) => {
        const result = applyPreset(chat({ ...asked, model: "m@preset/x", preset: "x" }), preset(given));
        expect(parseChatRequest(structuredClone(result))).toEqual(result);
        expect(result).not.toHaveProperty("preset");
        expect(result.model).toBe("m");
        const said = Object.entries(asked).filter(([, value]) => value != null && typeof value !== "object");
        expect(result).toMatchObject(Object.fromEntries(said));
      }),
      { numRuns: 500 },
    );
  });
});
