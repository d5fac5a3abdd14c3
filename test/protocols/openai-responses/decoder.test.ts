import { describe, expect, it } from "vitest";
import { openaiResponses } from "../../../src/protocols/openai-responses/index.ts";
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

const USAGE = {
  input_tokens: 40,
  input_tokens_details: { cached_tokens: 10, cache_write_tokens: 5 },
  output_tokens: 30,
  output_tokens_details: { reasoning_tokens: 12 },
  total_tokens: 70,
};
const CITATION = { type: "url_citation", url: "https://herons.example", title: "Herons", start_index: 0, end_index: 5 };
const REASONING = {
  id: "rs_1",
  type: "reasoning",
  summary: [
    { type: "summary_text", text: "Two counts." },
    { type: "summary_text", text: "Then log." },
  ],
  encrypted_content: "ZW5j",
};
const MESSAGE = {
  id: "msg_1",
  type: "message",
  content: [{ type: "output_text", text: "Seven. 🪶", annotations: [CITATION] }],
};
const NOW = { id: "fc_1", type: "function_call", call_id: "call_1", name: "now", arguments: "" };
const LOG = { id: "fc_2", type: "function_call", call_id: "call_2", name: "log", arguments: '{"n":7}' };
const IMAGE = { id: "ig_1", type: "image_generation_call", output_format: "webp", result: "UklG" };
const WHOLE = {
  id: "resp_1",
  object: "response",
  model: "heron-1",
  status: "completed",
  service_tier: "flex",
  error: null,
  output: [REASONING, { type: "web_search_call", id: "ws" }, MESSAGE, NOW, LOG, IMAGE],
  usage: USAGE,
};

const item = (type: string, output_index: number, value: Json) => ({
  type: `response.output_item.${type}`,
  output_index,
  item: value,
});
const summary = (summary_index: number, delta: string) => ({
  type: "response.reasoning_summary_text.delta",
  output_index: 0,
  item_id: "rs_1",
  summary_index,
  delta,
});
const part = (summary_index: number) => ({
  type: "response.reasoning_summary_part.added",
  output_index: 0,
  item_id: "rs_1",
  summary_index,
});
const text = (delta: string, fields: Json = {}) => ({
  type: "response.output_text.delta",
  output_index: 2,
  content_index: 0,
  delta,
  ...fields,
});
const args = (delta: string) => ({ type: "response.function_call_arguments.delta", output_index: 4, delta });
const completed = (fields: Json = {}) => ({ type: "response.completed", response: { ...WHOLE, ...fields } });

const STREAM = [
  { type: "response.created", response: { ...WHOLE, status: "in_progress", output: [], usage: null } },
  item("added", 0, { ...REASONING, summary: [], encrypted_content: "" }),
  part(0),
  summary(0, "Two "),
  summary(0, "counts."),
  part(1),
  summary(1, "Then log."),
  item("done", 0, REASONING),
  item("added", 1, { type: "web_search_call", id: "ws" }),
  { type: "response.web_search_call.searching", output_index: 1 },
  item("done", 1, { type: "web_search_call", id: "ws" }),
  item("added", 2, { ...MESSAGE, content: [] }),
  text("Sev"),
  text("en. 🪶", { obfuscation: "xx" }),
  { type: "response.output_text.annotation.added", output_index: 2, annotation: CITATION },
  { type: "response.output_text.done", output_index: 2, text: "Seven. 🪶" },
  item("done", 2, MESSAGE),
  item("added", 3, NOW),
  item("done", 3, NOW),
  item("added", 4, { ...LOG, arguments: "" }),
  args('{"n"'),
  args(":7}"),
  item("done", 4, LOG),
  item("done", 5, IMAGE),
  completed(),
];

const stream = (events: Json[], size?: number) => read(openaiResponses, sse(events), size);

describe("a response", () => {
  it("is the same streamed and whole", () => {
    const parts = stream(STREAM);
    expectOrder(parts);
    expect(choiceOf(parts)).toEqual(choiceOf(openaiResponses.response(WHOLE)));
    expect(choiceOf(parts)).toMatchObject({ finish_reason: "tool_calls", native_finish_reason: "completed" });
    expect(messageOf(parts)).toMatchObject({
      content: "Seven. 🪶",
      reasoning: "Two counts.\n\nThen log.",
      reasoning_details: [
        { type: "reasoning.summary", summary: "Two counts.\n\nThen log.", id: "rs_1", format: "openai-responses-v1" },
        { type: "reasoning.encrypted", data: "ZW5j", id: "rs_1", format: "openai-responses-v1" },
      ],
      tool_calls: [
        { id: "call_1", function: { name: "now", arguments: "{}" } },
        { id: "call_2", function: { name: "log", arguments: '{"n":7}' } },
      ],
      annotations: [{ url_citation: { url: "https://herons.example", title: "Herons" } }],
      images: [{ image_url: { url: "data:image/webp;base64,UklG" } }],
    });
    expect(parts[0]).toEqual({ type: "origin", id: "resp_1", model: "heron-1", serviceTier: "flex" });
    expect(usageOf(parts)).toMatchObject({ promptTokens: 40, completionTokens: 30, totalTokens: 70 });
    expect(usageOf(parts)).toMatchObject({ input: 25, cacheRead: 10, cacheWrite: 5, reasoning: 12, output: 18 });
  });

  it.each(CUTS)("is the same in pieces of %i bytes", (size) => {
    expect(stream(STREAM, size)).toEqual(stream(STREAM));
  });

  it("is taken from its last event when none before it said anything", () => {
    expect(choiceOf(stream([completed()]))).toEqual(choiceOf(openaiResponses.response(WHOLE)));
  });

  it("names the reasoning of another company as its own", () => {
    const context = { reasoningFormat: "otter-responses-v1" };
    const parts = read(openaiResponses, sse(STREAM), 64, context);
    expect(messageOf(parts).reasoning_details[1].format).toBe("otter-responses-v1");
    expect(choiceOf(openaiResponses.response(WHOLE, context))).toEqual(choiceOf(parts));
  });

  it("may be a refusal", () => {
    const refused = { ...MESSAGE, content: [{ type: "refusal", refusal: "No." }] };
    const delta = { type: "response.refusal.delta", output_index: 2, delta: "No." };
    const streamed = stream([delta, item("done", 2, refused), completed({ output: [refused] })]);
    expect(messageOf(streamed)).toMatchObject({ content: "", refusal: "No." });
    expect(choiceOf(openaiResponses.response({ ...WHOLE, output: [refused] }))).toEqual(choiceOf(streamed));
  });

  it("may hold reasoning in the open and log probabilities", () => {
    const logprobs = [{ token: "Seven", logprob: -0.1, top_logprobs: [] }];
    const parts = stream([
      { type: "response.reasoning_text.delta", output_index: 0, item_id: "rs_1", delta: "Hm." },
      text("Seven", { logprobs }),
      completed(),
    ]);
    expect(messageOf(parts).reasoning_details).toMatchObject([{ type: "reasoning.text", text: "Hm." }]);
    expect(choiceOf(parts).logprobs.content).toEqual(logprobs);
  });

  it.each([
    { reason: "max_output_tokens", finish: "length", native: "max_output_tokens" },
    { reason: "content_filter", finish: "content_filter", native: "content_filter" },
    { reason: undefined, finish: "length", native: "incomplete" },
  ])("incomplete by $reason is $finish", ({ reason, finish, native }) => {
    const response = { ...WHOLE, output: [MESSAGE], status: "incomplete", incomplete_details: { reason } };
    const { status: _, ...unnamed } = response;
    for (const parts of [
      stream([text("x"), { type: "response.incomplete", response }]),
      stream([text("x"), { type: "response.incomplete", response: unnamed }]),
      openaiResponses.response(response),
    ])
      expect(choiceOf(parts)).toMatchObject({ finish_reason: finish, native_finish_reason: native });
  });
});

describe("a response that goes wrong", () => {
  it.each([
    { error: { code: "server_error", message: "oh" }, kind: "overloaded" },
    { error: { code: "rate_limit_exceeded", message: "slowly" }, kind: "rate_limited" },
    { error: { code: "insufficient_quota", message: "pay" }, kind: "unauthorized" },
    { error: { code: "context_length_exceeded", message: "long" }, kind: "context_exceeded" },
    { error: { code: "invalid_image_format", message: "what is this" }, kind: "rejected" },
    { error: { code: "image_content_policy_violation", message: "no" }, kind: "moderated" },
    { error: { code: "invalid_prompt", message: "flagged by our usage policy" }, kind: "moderated" },
    { error: { code: "invalid_prompt", message: "empty" }, kind: "rejected" },
  ])("$error.code: $kind", ({ error, kind }) => {
    const failed = { ...WHOLE, output: [], status: "failed", error };
    const { status: _, ...unnamed } = failed;
    for (const parts of [
      openaiResponses.response(failed),
      stream([text("x"), { type: "response.failed", response: failed }]),
      stream([{ type: "response.failed", response: unnamed }]),
      stream([text("x"), { type: "error", sequence_number: 3, param: null, ...error }]),
      stream([{ type: "error", error }]),
    ]) {
      expectOrder(parts);
      expect(failureOf(parts)).toMatchObject({ kind, message: error.message, providerCode: error.code });
    }
  });

  it.each([
    { what: "no end", events: [text("x")], kind: "interrupted" },
    { what: "nothing", events: [], kind: "interrupted" },
    { what: "cancelled", events: [{ type: "response.cancelled", response: {} }], kind: "overloaded" },
    { what: "failed without a word", events: [{ type: "response.failed", response: {} }], kind: "overloaded" },
  ])("$what: $kind", ({ events, kind }) => {
    expect(failureOf(stream(events))?.kind).toBe(kind);
  });

  it("is a failure when it is no response", () => {
    expect(failureOf(openaiResponses.response({ error: { message: "oh", code: "server_error" } }))?.message).toBe("oh");
    expect(failureOf(openaiResponses.response({ choices: [] }))?.kind).toBe("malformed");
    expect(failureOf(read(openaiResponses, new TextEncoder().encode("data: {\n\n")))?.kind).toBe("malformed");
    expect(failureOf(stream([{ error: { message: "slowly", code: 429 } }]))?.kind).toBe("rate_limited");
  });

  it("ends once whatever comes", () => {
    expectRobust(openaiResponses, sse(STREAM), WHOLE);
  });
});
