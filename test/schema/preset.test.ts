import { describe, expect, it } from "vitest";
import { RouterError } from "../../src/errors.ts";
import { isPresetSlug, parsePresetBody } from "../../src/schema/preset.ts";

const HELLO = { role: "user", content: "Hello" };

function errorOf(body: unknown): RouterError {
  try {
    parsePresetBody(body);
  } catch (error) {
    if (error instanceof RouterError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("the body of a preset", () => {
  it("gives its configuration without what belongs to one call", () => {
    const config = {
      model: "demo/echo",
      models: ["demo/story"],
      temperature: 0.2,
      reasoning: { effort: "high" },
      tools: [{ type: "function", function: { name: "look" } }],
      response_format: { type: "json_object" },
      provider: { sort: "price" },
      plugins: [{ id: "response-healing" }],
      cache_enabled: true,
      cache_ttl_seconds: 60,
      safe_prompt: true,
      of_another: { nested: [1] },
    };
    const call = {
      messages: [HELLO],
      prompt: "Hello",
      stream: true,
      stream_options: { include_usage: true },
      usage: { include: true },
      debug: { echo_upstream_body: true },
      user: "u",
      session_id: "s",
      metadata: { k: "v" },
      trace: { trace_id: "t" },
      seed: null,
      preset: null,
    };
    expect(parsePresetBody({ ...config, ...call })).toEqual({
      config,
      systemPrompt: null,
      expectedVersion: undefined,
    });
  });

  it.each<{ name: string; body: object; systemPrompt: string | null }>([
    { name: "nothing", body: {}, systemPrompt: null },
    { name: "no messages", body: { messages: [] }, systemPrompt: null },
    { name: "a conversation without instructions", body: { messages: [HELLO] }, systemPrompt: null },
    {
      name: "a system message",
      body: { messages: [{ role: "system", content: "Be brief." }, HELLO] },
      systemPrompt: "Be brief.",
    },
    {
      name: "messages of both roles, in parts",
      body: {
        messages: [
          {
            role: "system",
            content: [
              { type: "text", text: "Be " },
              { type: "text", text: "brief." },
            ],
          },
          HELLO,
          { role: "developer", content: "Be kind." },
          { role: "system", content: "" },
        ],
      },
      systemPrompt: "Be brief.\n\nBe kind.",
    },
    {
      name: "a field of its own, which wins",
      body: { system_prompt: "Mine", messages: [{ role: "system", content: "Theirs" }] },
      systemPrompt: "Mine",
    },
    {
      name: "an empty field",
      body: { system_prompt: "", messages: [{ role: "system", content: "Theirs" }] },
      systemPrompt: null,
    },
  ])("has a system prompt: $name", ({ body, systemPrompt }) => {
    expect(parsePresetBody(body)).toEqual({ config: {}, systemPrompt, expectedVersion: undefined });
  });

  it("says which version its writer has seen", () => {
    expect(parsePresetBody({ version: 3, temperature: 1 })).toEqual({
      config: { temperature: 1 },
      systemPrompt: null,
      expectedVersion: 3,
    });
  });

  it.each<[body: unknown, field: string | undefined]>([
    [[], undefined],
    ["x", undefined],
    [{ temperature: "hot" }, "temperature"],
    [{ messages: [{ role: "nobody", content: "x" }] }, "messages.0.role"],
    [{ messages: 7 }, "messages"],
    [{ prompt: 7 }, "prompt"],
    [{ stop: Array(17).fill("a") }, "stop"],
    [{ stream: "yes" }, "stream"],
    [{ tools: [{ type: "function", function: {} }] }, "tools.0.function.name"],
    [{ reasoning_effort: "low", reasoning: { effort: "high" } }, "reasoning_effort"],
    [{ system_prompt: ["x"] }, "system_prompt"],
    [{ cache_enabled: "yes" }, "cache_enabled"],
    [{ cache_ttl_seconds: 0 }, "cache_ttl_seconds"],
    [{ cache_ttl_seconds: 86_401 }, "cache_ttl_seconds"],
    [{ version: "3" }, "version"],
    [{ version: -1 }, "version"],
    [{ model: "@preset/other" }, "model"],
    [{ model: "demo/echo@preset/other" }, "model"],
    [{ models: ["demo/echo", "@preset/other"] }, "models.1"],
    [{ preset: "other" }, "preset"],
  ])("is refused with the field that is wrong: %j", (body, field) => {
    const error = errorOf(body);
    expect(error).toMatchObject({ status: 400, type: "invalid_request" });
    expect(error.metadata.field).toBe(field);
  });

  it.each([{ system_prompt: "x".repeat(262_144) }, { tools_of_mine: ["x".repeat(262_144)] }])(
    "is refused when it is too large",
    (body) => {
      expect(errorOf(body)).toMatchObject({ status: 413, type: "payload_too_large" });
    },
  );
});

describe("the slug of a preset", () => {
  it.each(["a", "email-copywriter", "v2.1_beta", "A9", "0", "x".repeat(100)])("may be %s", (slug) => {
    expect(isPresetSlug(slug)).toBe(true);
  });

  it.each(["", "-a", ".", "..", "_a", "a b", "a:b", "a/b", "@preset/a", "ä", "a\n", "x".repeat(101)])(
    "may not be %j",
    (slug) => {
      expect(isPresetSlug(slug)).toBe(false);
    },
  );
});
