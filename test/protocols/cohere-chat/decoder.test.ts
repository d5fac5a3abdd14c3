import { describe, expect, it } from "vitest";
import { cohereChat } from "../../../src/protocols/cohere-chat/index.ts";
import {
  CUTS,
  choiceOf,
  expectOrder,
  expectRobust,
  failureOf,
  type Json,
  messageOf,
  read,
  sse,
  usageOf,
} from "../exchange.ts";

const event = (type: string, message: Json, fields: Json = {}) => ({ type, ...fields, delta: { message } });
const text = (value: string) => event("content-delta", { content: { text: value } }, { index: 1 });
const USAGE = {
  billed_units: { input_tokens: 12, output_tokens: 7 },
  tokens: { input_tokens: 80, output_tokens: 20, reasoning_tokens: 3 },
  cached_tokens: 16,
};
const end = (finish_reason: string, fields: Json = {}) => ({
  type: "message-end",
  delta: { finish_reason, usage: USAGE, ...fields },
});
const CITATION = {
  start: 0,
  end: 5,
  text: "Seven",
  type: "TEXT_CONTENT",
  sources: [
    { type: "document", id: "doc:1", document: { url: "https://herons.example", title: "Herons", snippet: "Seven." } },
    { type: "tool", id: "herons_1:0", tool_output: { content: "7" } },
  ],
};
const PLAN_CITATION = { ...CITATION, type: "PLAN" };

const STREAM = [
  event("message-start", { role: "assistant", content: [], tool_plan: "" }, { id: "c-1" }),
  event("content-start", { content: { type: "thinking", thinking: "" } }, { index: 0 }),
  event("content-delta", { content: { thinking: "Two " } }, { index: 0 }),
  event("content-delta", { content: { thinking: "counts." } }, { index: 0 }),
  { type: "content-end", index: 0 },
  event("content-start", { content: { type: "text", text: "" } }, { index: 1 }),
  text("Seven "),
  text("herons. 🪶"),
  event("citation-start", { citations: CITATION }, { index: 0 }),
  event("citation-start", { citations: PLAN_CITATION }, { index: 1 }),
  { type: "citation-end", index: 0 },
  { type: "content-end", index: 1 },
  event("tool-call-start", { tool_calls: { id: "now_1", type: "function", function: { name: "now", arguments: "" } } }),
  { type: "tool-call-end", index: 0 },
  event("tool-call-start", { tool_calls: { id: "log_1", type: "function", function: { name: "log", arguments: "" } } }),
  event("tool-call-delta", { tool_calls: { function: { arguments: '{"n":' } } }, { index: 1 }),
  event("tool-call-delta", { tool_calls: { function: { arguments: "7}" } } }, { index: 1 }),
  { type: "tool-call-end", index: 1 },
  { type: "debug", prompt: "x" },
  end("TOOL_CALL"),
];
const WHOLE = {
  id: "c-1",
  message: {
    role: "assistant",
    content: [
      { type: "thinking", thinking: "Two counts." },
      { type: "text", text: "Seven herons. 🪶" },
    ],
    tool_calls: [
      { id: "now_1", type: "function", function: { name: "now", arguments: "" } },
      { id: "log_1", type: "function", function: { name: "log", arguments: '{"n":7}' } },
    ],
    citations: [CITATION, PLAN_CITATION],
  },
  finish_reason: "TOOL_CALL",
  usage: USAGE,
};

const stream = (events: Json[], size?: number) => read(cohereChat, sse(events), size);

describe("a Cohere answer", () => {
  it("is the same streamed and whole", () => {
    const parts = stream(STREAM);
    expectOrder(parts);
    expect(choiceOf(parts)).toEqual(choiceOf(cohereChat.response(WHOLE)));
    expect(choiceOf(parts)).toMatchObject({ finish_reason: "tool_calls", native_finish_reason: "TOOL_CALL" });
    expect(messageOf(parts)).toMatchObject({
      content: "Seven herons. 🪶",
      reasoning: "Two counts.",
      tool_calls: [
        { id: "now_1", function: { name: "now", arguments: "{}" } },
        { id: "log_1", function: { name: "log", arguments: '{"n":7}' } },
      ],
      annotations: [
        {
          url_citation: {
            url: "https://herons.example",
            title: "Herons",
            content: "Seven.",
            start_index: 0,
            end_index: 5,
          },
        },
        { url_citation: { url: "herons_1:0", title: "" } },
      ],
    });
    expect(parts[0]).toEqual({ type: "origin", id: "c-1" });
    expect(usageOf(parts)).toMatchObject({
      promptTokens: 80,
      completionTokens: 20,
      totalTokens: 100,
      reportedCacheRead: 16,
    });
    expect(usageOf(parts)).toMatchObject({ input: 12, output: 4, reasoning: 3 });
  });

  it.each(CUTS)("is the same in pieces of %i bytes", (size) => {
    expect(stream(STREAM, size)).toEqual(stream(STREAM));
  });

  it("gives a tool plan as reasoning", () => {
    const plan = stream([event("tool-plan-delta", { tool_plan: "I count." }), end("COMPLETE")]);
    expect(messageOf(plan).reasoning).toBe("I count.");
    expect(messageOf(cohereChat.response({ message: { tool_plan: "I count." } })).reasoning).toBe("I count.");
  });

  it("gives log probabilities", () => {
    const logprobs = { token_ids: [5, 6], text: "Yes", logprobs: [-0.25, -0.5] };
    const expected = [{ token: "Yes", logprob: -0.75, bytes: [89, 101, 115], top_logprobs: [] }];
    expect(choiceOf(stream([{ ...text("Yes"), logprobs }, end("COMPLETE")])).logprobs.content).toEqual(expected);
    expect(choiceOf(cohereChat.response({ message: { content: [] }, logprobs: [logprobs] })).logprobs.content).toEqual(
      expected,
    );
  });

  it.each([
    { word: "COMPLETE", reason: "stop" },
    { word: "STOP_SEQUENCE", reason: "stop" },
    { word: "MAX_TOKENS", reason: "length" },
    { word: "ERROR_TOXIC", reason: "content_filter" },
    { word: "SOMETHING_NEW", reason: "stop" },
    { word: "constructor", reason: "stop" },
  ])("$word is $reason", ({ word, reason }) => {
    const choice = choiceOf(stream([text("x"), end(word), end(word)], 7));
    expect(choice).toMatchObject({ finish_reason: reason, native_finish_reason: word });
  });

  it.each([
    {
      usage: { billed_units: { input_tokens: 5, output_tokens: 2 } },
      expected: { promptTokens: 5, input: 5, output: 2, totalTokens: 7 },
    },
    { usage: { tokens: { input_tokens: 5, output_tokens: 2 } }, expected: { promptTokens: 5, input: 5, output: 2 } },
    { usage: { tokens: "x" }, expected: { promptTokens: 0, totalTokens: 0 } },
  ])("usage $usage", ({ usage, expected }) => {
    expect(usageOf(cohereChat.response({ ...WHOLE, usage }))).toMatchObject(expected);
  });
});

describe("a Cohere answer that goes wrong", () => {
  it.each([
    { what: "no end", events: [text("The")], kind: "interrupted" },
    { what: "an error at its end", events: [text("The"), end("ERROR", { error: "oh" })], kind: "overloaded" },
    { what: "a time-out", events: [end("TIMEOUT")], kind: "timed_out" },
    {
      what: "a message alone",
      events: [text("The"), { message: "too many requests", status_code: 429 }],
      kind: "rate_limited",
    },
    { what: "too long a prompt", events: [{ message: "too many tokens: 5 is above 4" }], kind: "context_exceeded" },
    { what: "an error event", events: [{ type: "error", error: { message: "oh" } }], kind: "overloaded" },
  ])("$what: $kind", ({ events, kind }) => {
    const parts = stream(events);
    expectOrder(parts);
    expect(failureOf(parts)?.kind).toBe(kind);
  });

  it("is a failure when it is no answer", () => {
    expect(failureOf(cohereChat.response({ message: "invalid request" }))?.message).toBe("invalid request");
    expect(failureOf(cohereChat.response([]))?.kind).toBe("malformed");
    expect(failureOf(read(cohereChat, new TextEncoder().encode("data: {\n\n")))?.kind).toBe("malformed");
  });

  it("tells what is paid for although it failed", () => {
    expect(usageOf(stream([text("The"), end("ERROR")]))).toMatchObject({ promptTokens: 80 });
  });

  it.each([
    { status: 400, message: "invalid request", kind: "rejected" },
    { status: 400, message: "too many tokens: total number of tokens cannot exceed 4", kind: "context_exceeded" },
    { status: 401, message: "invalid api token", kind: "unauthorized" },
    { status: 404, message: "model 'x' not found", kind: "not_found" },
    { status: 429, message: "trial key", kind: "rate_limited" },
    { status: 498, message: "denied word", kind: "moderated" },
    { status: 503, message: "later", kind: "overloaded" },
  ])("$status $message: $kind", ({ status, message, kind }) => {
    const failure = cohereChat.failure(status, new Headers(), JSON.stringify({ id: "e", message }), 0);
    expect(failure).toMatchObject({ kind, message, status });
  });

  it("ends once whatever comes", () => {
    expectRobust(cohereChat, sse(STREAM), WHOLE);
  });
});
