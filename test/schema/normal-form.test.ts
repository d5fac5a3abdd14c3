import { describe, expect, it } from "vitest";
import { RouterError } from "../../src/errors.ts";
import { type ChatRequest, wholeRequest } from "../../src/schema/chat.ts";
import { inUsualForm, withoutEmptyWishes } from "../../src/schema/normal-form.ts";

const HELLO = { role: "user", content: "Hello" };
const TOOL = { type: "function", function: { name: "look" } };
const whole = (fields: object, maxStops?: number) =>
  wholeRequest({ messages: [HELLO], ...fields } as ChatRequest, maxStops);

describe("a body", () => {
  it.each<[name: string, body: object, usual: object]>([
    ["text", { messages: "Hi" }, { messages: [{ role: "user", content: "Hi" }] }],
    [
      "silent turns",
      { messages: [{ role: "tool", content: null }, HELLO] },
      { messages: [{ role: "tool", content: "" }, HELLO] },
    ],
    [
      "an answer without words",
      { messages: [{ role: "assistant", content: null }] },
      { messages: [{ role: "assistant", content: "" }] },
    ],
    ["an effort that is switched off", { reasoning_effort: "disable" }, { reasoning_effort: "none" }],
    [
      "all of it",
      { messages: "Hi", reasoning_effort: "disable" },
      { messages: [{ role: "user", content: "Hi" }], reasoning_effort: "none" },
    ],
  ])("is brought into the usual form: %s", (_, body, usual) => {
    const before = structuredClone(body);
    expect(inUsualForm(body as Record<string, unknown>)).toEqual(usual);
    expect(body).toEqual(before);
  });

  it.each([
    { messages: [HELLO] },
    { messages: [{ role: "assistant", content: null, tool_calls: [] }] },
    { messages: [{ role: "assistant", content: null, refusal: "No." }] },
    { messages: [{ role: "assistant" }, null, 7] },
    { messages: 7, reasoning_effort: "none" },
    {},
  ])("is left as it is where it is usual: %j", (body) => {
    expect(inUsualForm(body)).toBe(body);
  });

  it.each(["", " ", "\n\t"])("of no text is refused: %j", (messages) => {
    expect(() => inUsualForm({ messages })).toThrow(RouterError);
  });
});

describe("a wish", () => {
  it.each<[given: object, kept: object]>([
    [{ top_k: 0, temperature: 0 }, { temperature: 0 }],
    [{ repetition_penalty: 1 }, {}],
    [{ stop: [], logit_bias: {}, tools: [] }, {}],
    [{ tools: [], tool_choice: "none", seed: 1 }, { seed: 1 }],
    [{ tools: [], tool_choice: "required" }, { tool_choice: "required" }],
    [{ top_logprobs: 0 }, { top_logprobs: 0, logprobs: true }],
    [
      { top_logprobs: 3, logprobs: null },
      { top_logprobs: 3, logprobs: true },
    ],
  ])("for nothing is left out: %j", (given, kept) => {
    expect(withoutEmptyWishes(given)).toEqual(kept);
  });

  it.each([{ top_k: 1, repetition_penalty: 1.1, stop: "x", tools: [TOOL], logit_bias: { 5: 0 } }, { stop: "" }, {}])(
    "for something stays, and nothing is copied: %j",
    (given) => {
      expect(withoutEmptyWishes(given)).toBe(given);
    },
  );
});

describe("a whole request", () => {
  const named = (name: string) => ({ type: "function", function: { name } });

  it.each<[fields: object, maxStops?: number]>([
    [{ tools: [TOOL], tool_choice: named("look") }],
    [{ tools: [TOOL, { type: "web_search" }], tool_choice: { type: "web_search" } }],
    [{ tools: [TOOL], tool_choice: "required" }],
    [{ stop: ["a", "b", "c", "d"] }],
    [{ stop: Array(16).fill("a") }, 16],
  ])("is taken: %j", (fields, maxStops) => {
    expect(whole(fields, maxStops)).toMatchObject(fields);
  });

  it.each<[field: string, fields: object, maxStops?: number]>([
    ["tool_choice.function.name", { tools: [TOOL], tool_choice: named("listen") }],
    ["tool_choice.function.name", { tool_choice: named("look") }],
    ["tool_choice.function.name", { tools: [{ type: "web_search" }], tool_choice: named("web_search") }],
    ["tool_choice.type", { tools: [TOOL], tool_choice: { type: "web_search" } }],
    ["stop", { stop: Array(5).fill("a") }],
    ["stop", { stop: Array(17).fill("a") }, 16],
  ])("is refused for its %s: %j", (field, fields, maxStops) => {
    expect(() => whole(fields, maxStops)).toThrow(expect.objectContaining({ status: 400, metadata: { field } }));
  });
});
