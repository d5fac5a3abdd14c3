import { describe, expect, it } from "vitest";
import { mistralChat } from "../../../src/protocols/mistral-chat/index.ts";
import { CUTS, choiceOf, expectOrder, expectRobust, failureOf, type Json, read, sse, usageOf } from "../exchange.ts";

const call = (id: string, name = "now", text = "{}") => ({ id, type: "function", function: { name, arguments: text } });
const chunk = (delta: Json, fields: Json = {}, usage?: Json) => ({
  id: "m-1",
  model: "heron-1",
  choices: [{ index: 0, delta, finish_reason: null, ...fields }],
  ...(usage && { usage }),
});
const USAGE = {
  prompt_tokens: 9,
  total_tokens: 30,
  completion_tokens: 21,
  prompt_tokens_details: { cached_tokens: 4 },
};
const CHUNKS = [
  chunk({ role: "assistant", content: "" }),
  chunk({ content: [{ type: "thinking", thinking: [{ type: "text", text: "Forty " }] }] }),
  chunk({ content: [{ type: "thinking", thinking: [{ type: "text", text: "less two. 🪶" }] }] }),
  chunk({ content: "38" }),
  chunk({ content: [{ type: "reference", reference_ids: [1] }] }),
  chunk({ tool_calls: [call("aB3dE5fG7"), { ...call("hI3dE5fG7", "log", '{"n":7}'), index: 1 }] }),
  chunk({ content: "" }, { finish_reason: "tool_calls" }, USAGE),
];
const BYTES = new TextEncoder().encode(
  `${CHUNKS.map((each) => `data: ${JSON.stringify(each)}\n\n`).join("")}data: [DONE]\n\n`,
);

describe("a Mistral answer", () => {
  it("is read from its stream", () => {
    const parts = read(mistralChat, BYTES);
    expectOrder(parts);
    expect(choiceOf(parts)).toMatchObject({
      finish_reason: "tool_calls",
      message: {
        content: "38",
        reasoning: "Forty less two. 🪶",
        tool_calls: [
          { id: "aB3dE5fG7", function: { name: "now", arguments: "{}" } },
          { id: "hI3dE5fG7", function: { name: "log", arguments: '{"n":7}' } },
        ],
      },
    });
    expect(usageOf(parts)).toMatchObject({ promptTokens: 9, cacheRead: 4, input: 5, completionTokens: 21 });
  });

  it.each(CUTS)("is the same in pieces of %i bytes", (size) => {
    expect(read(mistralChat, BYTES, size)).toEqual(read(mistralChat, BYTES));
  });

  it.each([
    { word: "model_length", reason: "length" },
    { word: "length", reason: "length" },
    { word: "stop", reason: "stop" },
  ])("$word is $reason", ({ word, reason }) => {
    const choices = [{ index: 0, finish_reason: word, message: { content: "x" } }];
    expect(choiceOf(mistralChat.response({ choices })).finish_reason).toBe(reason);
  });

  it("that ends in an error is a failure", () => {
    const choices = [{ index: 0, finish_reason: "error", message: { content: "x" } }];
    expect(failureOf(mistralChat.response({ choices }))?.kind).toBe("overloaded");
    expect(failureOf(read(mistralChat, sse(CHUNKS.slice(0, 4))))?.kind).toBe("interrupted");
  });

  const detail = [
    { type: "extra_forbidden", loc: ["body", "mood"], msg: "Extra inputs are not permitted" },
    { loc: [], msg: "And more" },
  ];
  const problems = "mood: Extra inputs are not permitted; And more";
  it.each([
    { status: 422, body: { object: "error", message: { detail } }, kind: "rejected", message: problems },
    { status: 422, body: { detail }, kind: "rejected", message: problems },
    { status: 401, body: { detail: "Unauthorized" }, kind: "unauthorized", message: "Unauthorized" },
    {
      status: 400,
      body: { message: "Invalid model: x", type: "invalid_model" },
      kind: "not_found",
      message: "Invalid model: x",
    },
    {
      status: 400,
      body: { message: "Prompt contains 9 tokens, too large for model with 8 maximum context length" },
      kind: "context_exceeded",
      message: expect.stringContaining("too large"),
    },
    { status: 429, body: { message: "capacity", code: "3505" }, kind: "rate_limited", message: "capacity" },
  ])("$status $body: $kind", ({ status, body, kind, message }) => {
    expect(mistralChat.failure(status, new Headers(), JSON.stringify(body), 0)).toMatchObject({
      kind,
      message,
      status,
    });
  });

  it("ends once whatever comes", () => {
    expectRobust(mistralChat, BYTES, { choices: [{ index: 0, finish_reason: "stop", message: { content: "x" } }] });
  });
});
