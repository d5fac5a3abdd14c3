import { describe, expect, it } from "vitest";
import { bedrockConverse } from "../../../src/protocols/bedrock-converse/index.ts";
import { type AwsEvent, framesOf } from "../../support/aws-frames.ts";
import {
  CUTS,
  choiceOf,
  expectOrder,
  expectRobust,
  failureOf,
  type Json,
  messageOf,
  read,
  usageOf,
} from "../exchange.ts";

const delta = (contentBlockIndex: number, delta: Json): AwsEvent => ({
  event: "contentBlockDelta",
  payload: { contentBlockIndex, delta },
});
const stop = (contentBlockIndex: number): AwsEvent => ({ event: "contentBlockStop", payload: { contentBlockIndex } });
const start = (contentBlockIndex: number, toolUse: Json): AwsEvent => ({
  event: "contentBlockStart",
  payload: { contentBlockIndex, start: { toolUse } },
});
const end = (stopReason: string): AwsEvent => ({ event: "messageStop", payload: { stopReason } });
const USAGE = { inputTokens: 30, outputTokens: 20, totalTokens: 50 };
const METADATA: AwsEvent = { event: "metadata", payload: { usage: USAGE, serviceTier: { type: "flex" } } };

const STREAM = [
  { event: "messageStart", payload: { role: "assistant" } },
  delta(0, { reasoningContent: { text: "Two counts" } }),
  delta(0, { reasoningContent: { text: "." } }),
  delta(0, { reasoningContent: { signature: "c2ln" } }),
  stop(0),
  delta(1, { reasoningContent: { redactedContent: "AAAA" } }),
  delta(2, { text: "I look. 🪶" }),
  stop(2),
  start(3, { toolUseId: "tu_1", name: "herons" }),
  delta(3, { toolUse: { input: '{"pond":' } }),
  delta(3, { toolUse: { input: '"north"}' } }),
  stop(3),
  start(4, { toolUseId: "tu_2", name: "now" }),
  stop(4),
  end("tool_use"),
  METADATA,
];
const WHOLE = {
  output: {
    message: {
      role: "assistant",
      content: [
        { reasoningContent: { reasoningText: { text: "Two counts.", signature: "c2ln" } } },
        { reasoningContent: { redactedContent: "AAAA" } },
        { text: "I look. 🪶" },
        { toolUse: { toolUseId: "tu_1", name: "herons", input: { pond: "north" } } },
        { toolUse: { toolUseId: "tu_2", name: "now", input: {} } },
      ],
    },
  },
  stopReason: "tool_use",
  usage: USAGE,
  serviceTier: { type: "flex" },
};

const stream = (events: AwsEvent[], size?: number, jsonTool?: string) =>
  read(bedrockConverse, framesOf(events), size, jsonTool === undefined ? undefined : { jsonTool });

describe("a Converse answer", () => {
  it("is the same streamed and whole", () => {
    const parts = stream(STREAM);
    expectOrder(parts);
    expect(choiceOf(parts)).toEqual(choiceOf(bedrockConverse.response(WHOLE)));
    expect(choiceOf(parts)).toMatchObject({ finish_reason: "tool_calls", native_finish_reason: "tool_use" });
    expect(messageOf(parts)).toMatchObject({
      content: "I look. 🪶",
      reasoning: "Two counts.",
      reasoning_details: [
        { type: "reasoning.text", text: "Two counts.", signature: "c2ln", format: "anthropic-claude-v1", index: 0 },
        { type: "reasoning.encrypted", data: "AAAA", format: "anthropic-claude-v1", index: 1 },
      ],
      tool_calls: [
        { id: "tu_1", function: { name: "herons", arguments: '{"pond":"north"}' } },
        { id: "tu_2", function: { name: "now", arguments: "{}" } },
      ],
    });
    expect(parts).toContainEqual({ type: "origin", serviceTier: "flex" });
  });

  it.each(CUTS)("is the same in pieces of %i bytes", (size) => {
    expect(stream(STREAM, size)).toEqual(stream(STREAM));
  });

  it.each([
    { word: "end_turn", reason: "stop" },
    { word: "stop_sequence", reason: "stop" },
    { word: "max_tokens", reason: "length" },
    { word: "model_context_window_exceeded", reason: "length" },
    { word: "content_filtered", reason: "content_filter" },
    { word: "guardrail_intervened", reason: "content_filter" },
    { word: "something_new", reason: "stop" },
  ])("$word is $reason", ({ word, reason }) => {
    const parts = stream([delta(0, { text: "x" }), end(word), end(word), METADATA]);
    expectOrder(parts);
    expect(choiceOf(parts)).toMatchObject({ finish_reason: reason, native_finish_reason: word });
  });

  it("gives the input of the arranged tool as its content", () => {
    const events = [start(0, { toolUseId: "t", name: "answer" }), delta(0, { toolUse: { input: '{"a":1}' } }), stop(0)];
    const choice = choiceOf(stream([...events, end("tool_use"), METADATA], undefined, "answer"));
    expect(choice).toMatchObject({ finish_reason: "stop", message: { content: '{"a":1}' } });
    expect(choice.message.tool_calls).toBeUndefined();
  });

  it("keeps text with citations, images, and nothing of the vendor's own tools", () => {
    const location = { web: { url: "https://herons.example/a" } };
    const citation = { title: "Herons", location, sourceContent: [{ text: "Seven." }] };
    const whole = bedrockConverse.response({
      output: {
        message: {
          content: [
            { toolUse: { toolUseId: "s", name: "grounding", type: "server_tool_use", input: {} } },
            { citationsContent: { content: [{ text: "Seven" }], citations: [citation, { location: { page: 3 } }] } },
            { image: { format: "webp", source: { bytes: "UklG" } } },
          ],
        },
      },
      stopReason: "end_turn",
    });
    const streamed = stream([
      start(0, { toolUseId: "s", name: "grounding", type: "server_tool_use" }),
      delta(0, { toolUse: { input: "{}" } }),
      delta(1, { text: "Seven" }),
      delta(1, { citation }),
      { event: "contentBlockStart", payload: { contentBlockIndex: 2, start: { image: { format: "webp" } } } },
      delta(2, { image: { source: { bytes: "UklG" } } }),
      end("end_turn"),
    ]);
    expect(choiceOf(whole)).toEqual(choiceOf(streamed));
    expect(messageOf(whole)).toMatchObject({
      content: "Seven",
      images: [{ image_url: { url: "data:image/webp;base64,UklG" } }],
      annotations: [{ url_citation: { url: "https://herons.example/a", title: "Herons", content: "Seven." } }],
    });
    expect(choiceOf(whole).finish_reason).toBe("stop");
  });

  it.each([
    {
      usage: { inputTokens: 10, outputTokens: 4 },
      expected: { input: 10, output: 4, promptTokens: 10, completionTokens: 4, totalTokens: 14 },
    },
    {
      usage: {
        inputTokens: 10,
        outputTokens: 4,
        cacheReadInputTokens: 100,
        cacheWriteInputTokens: 50,
        cacheDetails: [{ ttl: "1h", inputTokens: 20 }],
      },
      expected: { input: 10, cacheRead: 100, cacheWrite: 30, cacheWrite1h: 20, promptTokens: 160, totalTokens: 164 },
    },
    { usage: { inputTokens: "x", outputTokens: -1, cacheDetails: 3 }, expected: { promptTokens: 0, totalTokens: 0 } },
  ])("usage $usage", ({ usage, expected }) => {
    expect(usageOf(bedrockConverse.response({ ...WHOLE, usage }))).toMatchObject(expected);
  });
});

describe("a Converse answer that goes wrong", () => {
  const said = delta(0, { text: "The heron" });
  it.each([
    { what: "no end", events: [said], kind: "interrupted" },
    { what: "nothing", events: [], kind: "interrupted" },
    { what: "a broken output", events: [said, end("malformed_tool_use")], kind: "malformed" },
    {
      what: "throttling",
      events: [said, exception("throttlingException", "Too many tokens, please wait.")],
      kind: "rate_limited",
    },
    { what: "an overload", events: [exception("serviceUnavailableException", "later")], kind: "overloaded" },
    { what: "the model's error", events: [said, exception("modelStreamErrorException", "oh")], kind: "overloaded" },
    {
      what: "too long a prompt",
      events: [exception("validationException", "Input is too long for requested model.")],
      kind: "context_exceeded",
    },
    { what: "a bad request", events: [exception("validationException", "Nope.")], kind: "rejected" },
    { what: "a time-out", events: [said, exception("modelTimeoutException", "slow")], kind: "timed_out" },
  ])("$what: $kind", ({ events, kind }) => {
    const parts = stream(events);
    expectOrder(parts);
    expect(failureOf(parts)?.kind).toBe(kind);
  });

  it("is a failure for an error frame and an event that is not JSON", () => {
    const decode = (event: string, data: string) => {
      const parts: ReturnType<typeof stream> = [];
      bedrockConverse.decoder().decode({ event, data }, parts);
      return failureOf(parts);
    };
    expect(decode("error InternalFailure", '{"message":"broken"}')).toMatchObject({
      kind: "overloaded",
      message: "broken",
      providerCode: "InternalFailure",
    });
    expect(decode("messageStop", "{")?.kind).toBe("malformed");
  });

  it.each([
    { status: 429, name: "ThrottlingException", message: "Too many requests", kind: "rate_limited" },
    { status: 400, name: "ValidationException:http://internal.amazon.com/", message: "bad", kind: "rejected" },
    {
      status: 400,
      name: "ValidationException",
      message: "The provided model identifier is invalid.",
      kind: "not_found",
    },
    {
      status: 400,
      name: "ValidationException",
      message: "Input is too long for requested model.",
      kind: "context_exceeded",
    },
    {
      status: 400,
      name: "ValidationException",
      message: "Output blocked by content filtering policy",
      kind: "moderated",
    },
    { status: 403, name: "AccessDeniedException", message: "No access to the model", kind: "unauthorized" },
    { status: 404, name: "ResourceNotFoundException", message: "gone", kind: "not_found" },
    { status: 408, name: "ModelTimeoutException", message: "slow", kind: "timed_out" },
    { status: 424, name: "ModelErrorException", message: "oh", kind: "overloaded" },
    { status: 503, name: "ServiceUnavailableException", message: "later", kind: "overloaded" },
  ])("$status $name $message: $kind", ({ status, name, message, kind }) => {
    const headers = new Headers({ "x-amzn-errortype": name, "retry-after": "3" });
    const failure = bedrockConverse.failure(status, headers, JSON.stringify({ message }), 0);
    expect(failure).toMatchObject({ kind, message, status, retryAfterMs: 3000 });
    expect(failure.providerCode).toBe(name.split(":")[0]);
  });

  it("ends once whatever comes", () => {
    expectRobust(bedrockConverse, framesOf(STREAM), WHOLE);
  });
});

function exception(name: string, message: string): AwsEvent {
  return { exception: name, payload: { message } };
}
