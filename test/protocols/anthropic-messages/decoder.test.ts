import { describe, expect, it } from "vitest";
import { anthropicMessages } from "../../../src/protocols/anthropic-messages/index.ts";
import { bytesOf, choiceOf, fixture, type Json, lastUsage, readEvents, readFixture, readStream } from "./support.ts";

const start = { type: "message_start", message: { id: "msg_1", model: "heron-1", usage: { input_tokens: 5 } } };
const stop = { type: "message_stop" };
const ended = (reason: string, usage: Json = { output_tokens: 3 }) => [
  { type: "message_delta", delta: { stop_reason: reason }, usage },
  stop,
];
const block = (index: number, content_block: Json, ...deltas: Json[]) => [
  { type: "content_block_start", index, content_block },
  ...deltas.map((delta) => ({ type: "content_block_delta", index, delta })),
  { type: "content_block_stop", index },
];
const text = (index: number, piece: string) =>
  block(index, { type: "text", text: "" }, { type: "text_delta", text: piece });

describe("an answer", () => {
  it.each([
    ["text-json", { content: "It stands still, and then it does not.", finish: "stop", native: "end_turn" }],
    ["text-stream", { content: " grüß dich, 🪶", finish: "stop", native: "stop_sequence" }],
    ["tools-stream", { content: "I will look it up.", finish: "tool_calls", native: "tool_use" }],
    ["length-json", { content: "Herons are", finish: "length", native: "max_tokens" }],
    ["context-window-json", { content: "And on", finish: "length", native: "model_context_window_exceeded" }],
    ["comments-crlf-stream", { content: "Hello.", finish: "stop", native: "end_turn" }],
    ["refusal-stream", { content: "", finish: "content_filter", native: "refusal" }],
    ["refusal-mid-stream", { content: "First you take", finish: "content_filter", native: "refusal" }],
    ["structured-json", { content: '{"name": "Ada", "legs": 2}', finish: "stop", native: "end_turn" }],
  ])("%s has its text and its end", async (id, { content, finish, native }) => {
    const choice = choiceOf(await readFixture(fixture(id)));
    expect(choice).toMatchObject({ finish_reason: finish, native_finish_reason: native, message: { content } });
  });

  it("names its model, id and tier before its content", async () => {
    const [origin] = await readFixture(fixture("text-stream"));
    expect(origin).toEqual({
      type: "origin",
      id: "msg_01Heron",
      model: "claude-invented-4-5-20251101",
      serviceTier: "priority",
    });
  });

  it("shows nothing to read before its first content", async () => {
    const parts = await readFixture(fixture("error-first-stream"));
    expect(parts.map((part) => part.type)).toEqual(["origin", "usage", "failure"]);
  });

  it("says why the vendor refused", async () => {
    expect(choiceOf(await readFixture(fixture("refusal-stream"))).message.refusal).toBe("Not this.");
  });

  it("is paused, not ended, when the vendor's own tools were", async () => {
    const parts = await readEvents([start, ...text(0, "Searching."), ...ended("pause_turn")]);
    expect(choiceOf(parts)).toMatchObject({ finish_reason: "length", native_finish_reason: "pause_turn" });
  });

  it("with an unknown stop reason has stopped", async () => {
    const parts = await readEvents([start, ...text(0, "Hm."), ...ended("bored")]);
    expect(choiceOf(parts)).toMatchObject({ finish_reason: "stop", native_finish_reason: "bored" });
  });

  it.each([
    ["message_stop alone", [stop], ""],
    ["[DONE] after the stop reason", ended("end_turn").slice(0, 1), "data: [DONE]\n\n"],
    ["nothing after the stop reason", ended("end_turn").slice(0, 1), ""],
  ])("is whole with %s", async (_, events, tail) => {
    const parts = await readStream(bytesOf([start, ...text(0, "Yes."), ...events], tail));
    expect(parts.at(-1)).toEqual({ type: "done" });
    expect(choiceOf(parts).finish_reason).toBe("stop");
  });

  it("is not whole with [DONE] alone", async () => {
    const parts = await readStream(bytesOf([start, ...text(0, "Yes.")], "data: [DONE]\n\n"));
    expect(parts.at(-1)).toMatchObject({ failure: { kind: "interrupted" } });
  });
});

describe("tool calls", () => {
  it("are numbered by call, with arguments that parse", async () => {
    const { tool_calls: calls } = choiceOf(await readFixture(fixture("parallel-tools-stream"))).message;
    expect(calls).toEqual([
      { index: 0, id: "toolu_01Now", type: "function", function: { name: "now", arguments: "{}" } },
      {
        index: 1,
        id: "toolu_02Tide",
        type: "function",
        function: { name: "tide_at", arguments: '{"harbour":"Brest","hour":6}' },
      },
    ]);
  });

  it("have id, type and name in their first piece only", async () => {
    const pieces = (await readFixture(fixture("tools-stream"))).flatMap((part) =>
      part.type === "delta" ? (part.delta.tool_calls ?? []) : [],
    );
    expect(pieces).toEqual([
      { index: 0, id: "toolu_01Tide", type: "function", function: { name: "tide_at", arguments: "" } },
      { index: 0, function: { arguments: '{"harb' } },
      { index: 0, function: { arguments: 'our": "Brest ⚓"' } },
      { index: 0, function: { arguments: ', "hour": 6}' } },
    ]);
  });

  it("end in tool_calls whatever the upstream says", async () => {
    const call = block(0, { type: "tool_use", id: "t", name: "now", input: {} });
    expect(choiceOf(await readEvents([start, ...call, ...ended("end_turn")])).finish_reason).toBe("tool_calls");
  });

  it("may come whole in a stream", async () => {
    const call = block(0, { type: "tool_use", id: "t", name: "now", input: { zone: "UTC" } });
    const { tool_calls: calls } = choiceOf(await readEvents([start, ...call, ...ended("tool_use")])).message;
    expect(calls[0].function.arguments).toBe('{"zone":"UTC"}');
  });

  it("of the tool that stands for a response format are the content", async () => {
    const call = block(
      0,
      { type: "tool_use", id: "t", name: "bird", input: {} },
      { type: "input_json_delta", partial_json: '{"legs"' },
      { type: "input_json_delta", partial_json: ":2}" },
    );
    const parts = await readEvents([start, ...call, ...ended("tool_use")], { jsonTool: "bird" });
    expect(choiceOf(parts)).toMatchObject({
      finish_reason: "stop",
      native_finish_reason: "tool_use",
      message: { content: '{"legs":2}' },
    });
    expect(choiceOf(parts).message.tool_calls).toBeUndefined();
  });

  it("beside that tool stay tool calls, and a second answer is not one", () => {
    const bird = { type: "tool_use", id: "a", name: "bird", input: { legs: 2 } };
    const content = [bird, { ...bird, id: "b" }, { type: "tool_use", id: "c", name: "now", input: {} }];
    const parts = anthropicMessages.response({ content, stop_reason: "tool_use" }, { jsonTool: "bird" });
    expect(choiceOf(parts)).toMatchObject({ finish_reason: "tool_calls", message: { content: '{"legs":2}' } });
    expect(choiceOf(parts).message.tool_calls).toHaveLength(1);
  });
});

describe("reasoning", () => {
  const format = "anthropic-claude-v1";
  const signature = "EqQCInventedHeronSignatureA7+/w==";

  it.each([
    ["thinking-stream", [{ type: "reasoning.text", text: "17 × 23 = 391.", signature, format, index: 0 }]],
    ["thinking-omitted-stream", [{ type: "reasoning.text", signature, format, index: 0 }]],
    [
      "thinking-interleaved-stream",
      [
        { type: "reasoning.text", text: "Heron or kingfisher?", signature: "AAA=", format, index: 0 },
        { type: "reasoning.text", text: "The kingfisher.", signature: "BBB=", format, index: 1 },
      ],
    ],
    [
      "redacted-thinking-json",
      [
        { type: "reasoning.text", text: "First this.", signature, format, index: 0 },
        { type: "reasoning.encrypted", data: "EncryptedHeron==", format, index: 1 },
      ],
    ],
  ])("of %s keeps signatures", async (id, details) => {
    expect(choiceOf(await readFixture(fixture(id))).message.reasoning_details).toEqual(details);
  });

  it("is text too", async () => {
    expect(choiceOf(await readFixture(fixture("thinking-stream"))).message.reasoning).toBe("17 × 23 = 391.");
  });

  it("of a company that signs for itself says so", () => {
    const content = [{ type: "thinking", thinking: "Hm.", signature: "s" }];
    const parts = anthropicMessages.response({ content, stop_reason: "end_turn" }, { reasoningFormat: "acme-v1" });
    expect(choiceOf(parts).message.reasoning_details[0].format).toBe("acme-v1");
  });
});

describe("citations", () => {
  it.each([
    [
      "citations-json",
      "They nest in trees.",
      [{ url: "#document-0", title: "herons.txt", content: "Herons nest in trees. ", start_index: 10, end_index: 18 }],
    ],
    [
      "web-search-stream",
      "I looked. They are back.",
      [
        {
          url: "https://herons.example/",
          title: "Heron Times",
          content: "They are back.",
          start_index: 10,
          end_index: 23,
        },
      ],
    ],
  ])("of %s are annotations of the text they support", async (id, content, citations) => {
    const { message } = choiceOf(await readFixture(fixture(id)));
    expect(message.content).toBe(content);
    expect(message.annotations).toEqual(citations.map((url_citation) => ({ type: "url_citation", url_citation })));
  });

  it("without a source are passed over", () => {
    const content = [{ type: "text", text: "So.", citations: [{ type: "new_kind", cited_text: "So" }, null] }];
    expect(choiceOf(anthropicMessages.response({ content })).message.annotations).toBeUndefined();
  });
});

describe("usage", () => {
  it.each([
    ["text-json", { promptTokens: 24, completionTokens: 12, totalTokens: 36, input: 24, output: 12 }],
    [
      "cache-json",
      { promptTokens: 7103, input: 3, cacheRead: 5000, cacheWrite: 100, cacheWrite1h: 2000, completionTokens: 4 },
    ],
    [
      "cache-stream",
      { promptTokens: 7103, input: 3, cacheRead: 5000, cacheWrite: 100, cacheWrite1h: 2000, completionTokens: 4 },
    ],
    ["thinking-stream", { completionTokens: 48, output: 17, reasoning: 31 }],
    ["web-search-stream", { promptTokens: 9000, completionTokens: 80, webSearches: 1 }],
    ["usage-absent-stream", { promptTokens: 9, completionTokens: 1 }],
    ["error-mid-stream", { promptTokens: 9, completionTokens: 1 }],
  ])("of %s", async (id, usage) => {
    expect(lastUsage(await readFixture(fixture(id)))).toMatchObject(usage);
  });

  it.each([
    ["a null keeps what was known", { input_tokens: null, output_tokens: 7 }, { input: 5, output: 7 }],
    ["a zero replaces it", { input_tokens: 0, output_tokens: 7 }, { input: 0, output: 7 }],
    [
      "more written than at first is written for five minutes",
      { cache_creation_input_tokens: 90 },
      { cacheWrite: 60, cacheWrite1h: 30 },
    ],
    [
      "no more is kept for an hour than was written",
      { cache_creation_input_tokens: 20 },
      { cacheWrite: 0, cacheWrite1h: 20 },
    ],
    [
      "no more is thought than was generated",
      { output_tokens: 4, output_tokens_details: { thinking_tokens: 9 } },
      { output: 0, reasoning: 4 },
    ],
    ["nonsense counts as absent", { output_tokens: "many", input_tokens: -1 }, { input: 5, output: 1 }],
  ])("%s", async (_, later, expected) => {
    const cache_creation = { ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 30 };
    const first = { ...start, message: { usage: { input_tokens: 5, output_tokens: 1, cache_creation } } };
    expect(lastUsage(await readEvents([first, ...ended("end_turn", later)]))).toMatchObject(expected);
  });

  it("comes before the end, also at the start of a stream", async () => {
    const types = (await readFixture(fixture("text-stream"))).map((part) => part.type);
    expect(types.indexOf("usage")).toBeLessThan(types.indexOf("delta"));
    expect(types.lastIndexOf("usage")).toBeLessThan(types.indexOf("done"));
  });
});

describe("a stream that goes wrong", () => {
  it.each([
    ["overloaded_error", "overloaded", 529],
    ["api_error", "overloaded", 500],
    ["rate_limit_error", "rate_limited", 429],
    ["invalid_request_error", "rejected", 400],
    ["authentication_error", "unauthorized", 401],
    ["timeout_error", "timed_out", 504],
    ["something_else", "overloaded", undefined],
  ])("by %s", async (type, kind, status) => {
    const parts = await readEvents([start, ...text(0, "Hel"), { type: "error", error: { type, message: "No." } }]);
    expect(parts.at(-1)).toMatchObject({
      type: "failure",
      failure: { kind, status, message: "No.", providerCode: type },
    });
  });

  it("because the prompt turns out too long", async () => {
    const error = { type: "invalid_request_error", message: "prompt is too long: 3 tokens > 2 maximum" };
    expect((await readEvents([{ type: "error", error }])).at(-1)).toMatchObject({
      failure: { kind: "context_exceeded" },
    });
  });

  it("by an error without a type", async () => {
    const bytes = new TextEncoder().encode('data: {"error":{"message":"No."}}\n\n');
    expect((await readStream(bytes)).at(-1)).toMatchObject({ failure: { kind: "overloaded", message: "No." } });
  });

  it("by an event that is not JSON", async () => {
    const bytes = new TextEncoder().encode("event: message_start\ndata: {oops\n\n");
    expect((await readStream(bytes)).at(-1)).toMatchObject({ failure: { kind: "malformed" } });
  });
});

describe("a whole answer that is none", () => {
  it.each([
    [null, "malformed"],
    ["text", "malformed"],
    [{ choices: [] }, "malformed"],
    [{ type: "error", error: { type: "overloaded_error", message: "Overloaded" } }, "overloaded"],
    [{ content: [], error: { message: "No." } }, "overloaded"],
  ])("%j is a failure", (json, kind) => {
    expect(anthropicMessages.response(json)).toEqual([{ type: "failure", failure: expect.objectContaining({ kind }) }]);
  });
});
