import { describe, expect, it } from "vitest";
import { toRouteRequest } from "../../src/routing/request.ts";
import { parseChatRequest } from "../../src/schema/chat.ts";

const MESSAGES = [{ role: "user", content: "Hi" }];
const of = (fields: object) => toRouteRequest(parseChatRequest({ messages: MESSAGES, ...fields }));
const content = (...parts: object[]) => ({ messages: [{ role: "user", content: parts }] });
const tool = (name: string) => ({ type: "function", function: { name } });
const ANSWERED = {
  messages: [...MESSAGES, { role: "assistant", content: "Hello", model: "acme/two" }, ...MESSAGES],
};

describe("what planning looks at", () => {
  it("is this for a short question, and none of its words", () => {
    const { prompt, ...others } = of({ model: "acme/one" });
    expect(others).toEqual({ model: "acme/one", models: [], preferences: {}, parameters: [], inputs: [], outputs: [] });
    expect(prompt.total).toBeGreaterThan(0);
  });

  it.each<[name: string, fields: object, taken: object]>([
    ["models", { models: ["a/b"] }, { models: ["a/b"] }],
    [
      "null",
      { model: null, models: null, provider: null, plugins: null, modalities: null, tools: null },
      { models: [], preferences: {} },
    ],
    ["preferences", { provider: { only: ["a"] } }, { preferences: { only: ["a"] } }],
    ["the older word for one list", { route: "sort" }, { preferences: { sort: { partition: "none" } } }],
    ["which a sort replaces", { route: "sort", provider: { sort: "price" } }, { preferences: { sort: "price" } }],
    ["the other older word", { route: "fallback" }, { preferences: {} }],
    ["parameters", { temperature: 1, seed: 3, stop: "x", user: "u" }, { parameters: ["temperature", "seed", "stop"] }],
    ["parameters of null", { temperature: null, seed: null }, { parameters: [] }],
    ["a format of plain text", { response_format: { type: "text" } }, { parameters: [] }],
    ["a format", { response_format: { type: "json_object" } }, { parameters: ["response_format"] }],
    ["the cap", { max_tokens: 5 }, { maxTokens: 5, parameters: ["max_tokens"] }],
    ["the newer cap", { max_tokens: 5, max_completion_tokens: 7 }, { maxTokens: 7 }],
    ["tools", { tools: [tool("one"), tool("two")] }, { toolName: "one", parameters: ["tools"] }],
    ["no tools", { tools: [], tool_choice: "auto" }, { parameters: [] }],
    ["a choice without tools", { tool_choice: "none" }, { parameters: [] }],
    [
      "tools that providers run",
      { tools: [{ type: "web_search" }], tool_choice: "required" },
      { toolName: "web_search", parameters: ["tool_choice", "tools.web_search"] },
    ],
    [
      "tools of both kinds",
      { tools: [{ type: "web_search" }, tool("f")], tool_choice: "required" },
      { toolChoice: "required", parameters: ["tools", "tool_choice", "tools.web_search"] },
    ],
    [
      "a choice of what providers run",
      { tools: [{ type: "web_search" }, tool("f")], tool_choice: { type: "web_search" } },
      { toolName: "web_search" },
    ],
    ["a tool's choice", { tools: [tool("f")], tool_choice: "required" }, { toolChoice: "required" }],
    ["one function", { tools: [tool("f")], tool_choice: tool("f") }, { toolChoice: "function" }],
    ["a tier", { service_tier: "flex" }, { serviceTier: "flex" }],
    ["modalities", { modalities: ["text", "image"] }, { outputs: ["image"] }],
    ["compression", { transforms: ["middle-out"] }, { compression: "on" }],
    ["no compression", { plugins: [{ id: "context-compression", enabled: false }] }, { compression: "off" }],
    [
      "an image, twice",
      content(
        { type: "image_url", image_url: { url: "https://x.test" } },
        { type: "image_url", image_url: { url: "https://x.test" } },
      ),
      { inputs: ["image"] },
    ],
    [
      "all kinds",
      content(
        { type: "text", text: "Hi" },
        { type: "input_audio", input_audio: { data: "AA", format: "wav" } },
        { type: "file", file: { file_data: "https://x.test" } },
        { type: "video_url", video_url: { url: "https://x.test" } },
      ),
      { inputs: ["audio", "file", "video"] },
    ],
    [
      "an image of an earlier turn",
      { messages: [...content({ type: "image_url", image_url: { url: "https://x.test" } }).messages, ...MESSAGES] },
      { inputs: ["image"] },
    ],
  ])("of %s", (_, fields, taken) => {
    expect(of(fields)).toMatchObject(taken);
  });

  it.each<[name: string, plugin: object, auto: object | undefined]>([
    ["nothing", {}, {}],
    ["patterns", { allowed_models: ["a/*"], excluded_models: ["*b"] }, { allowed: ["a/*"], excluded: ["*b"] }],
    ["low", { cost_tier: "low" }, { quality: 0.15 }],
    ["medium", { cost_tier: "medium" }, { quality: 0.5 }],
    ["high", { cost_tier: "high" }, { quality: 0.75 }],
    ["xhigh", { cost_tier: "xhigh" }, { quality: 0.9 }],
    ["max", { cost_tier: "max" }, { quality: 1 }],
    ["the older scale", { cost_quality_tradeoff: 7 }, { quality: 0.30000000000000004 }],
    ["0 of it", { cost_quality_tradeoff: 0 }, { quality: 1 }],
    ["10 of it", { cost_quality_tradeoff: 10 }, { quality: 0 }],
    ["the tier before the scale", { cost_tier: "low", cost_quality_tradeoff: 0 }, { quality: 0.15 }],
    ["the last answer's model", { pin_model: true }, { pinned: "acme/two" }],
    ["not unasked", { pin_model: false }, {}],
    ["switched off", { enabled: false, cost_tier: "low" }, undefined],
  ])("of the auto router's plugin: %s", (_, plugin, auto) => {
    expect(of({ ...ANSWERED, plugins: [{ id: "web" }, { id: "auto-router", ...plugin }] }).auto).toEqual(auto);
  });

  it("of other plugins is nothing", () => {
    expect(of({ plugins: [{ id: "web" }] })).not.toHaveProperty("auto");
    expect(of({ ...ANSWERED, plugins: [{ id: "auto-beta-router", pin_model: true }] }).auto).toEqual({});
  });

  it("is as much as it needs, and survives JSON", () => {
    const request = of({
      ...ANSWERED,
      model: "x",
      max_tokens: 3,
      tools: [tool("f")],
      tool_choice: "none",
      plugins: [{ id: "auto-router", cost_tier: "max", pin_model: true }],
    });
    expect(JSON.parse(JSON.stringify(request))).toEqual(request);
    expect(JSON.stringify(request)).not.toContain("Hello");
  });
});
