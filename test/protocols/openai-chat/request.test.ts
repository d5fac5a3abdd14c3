import { describe, expect, it } from "vitest";
import { toRequest } from "../../../src/protocols/openai-chat/request.ts";
import type { Quirks } from "../../../src/schema/catalogue.ts";
import type { ChatRequest } from "../../../src/schema/chat.ts";

const HELLO = [{ role: "user" as const, content: "Hi" }];
const EPHEMERAL = { type: "ephemeral" as const };

/** The body of a request without what stands in every body. */
function write(chat: object, quirks: Quirks = {}, stream = false) {
  const request = { messages: HELLO, ...chat } as ChatRequest;
  const before = structuredClone(request);
  const { path, body } = toRequest(request, { model: "upstream-model", quirks, stream });
  expect(path).toBe("/chat/completions");
  expect(request).toEqual(before);
  const { model, ...rest } = body;
  expect(model).toBe("upstream-model");
  return rest;
}

/** The fields of a body beside its messages. */
function fields(chat: object, quirks: Quirks = {}, stream = false) {
  const { messages: _, ...rest } = write(chat, quirks, stream);
  return rest;
}

/** One message as it is written. */
function written(message: object, quirks: Quirks = {}) {
  return (write({ messages: [...HELLO, message] }, quirks).messages as unknown[])[1];
}

describe("a request's fields", () => {
  it.each<[name: string, chat: object, body: object]>([
    ["nothing but messages", {}, {}],
    [
      "what every provider knows",
      {
        temperature: 0,
        top_p: 0.5,
        stop: ["x"],
        seed: 7,
        n: 2,
        user: "u",
        logit_bias: { "1": 2 },
        logprobs: true,
        top_logprobs: 3,
      },
      {
        temperature: 0,
        top_p: 0.5,
        stop: ["x"],
        seed: 7,
        n: 2,
        user: "u",
        logit_bias: { "1": 2 },
        logprobs: true,
        top_logprobs: 3,
      },
    ],
    [
      "what some providers know",
      {
        top_k: 4,
        min_p: 0.1,
        top_a: 0.2,
        repetition_penalty: 1.1,
        prediction: { type: "content", content: "x" },
        verbosity: "low",
      },
      {
        top_k: 4,
        min_p: 0.1,
        top_a: 0.2,
        repetition_penalty: 1.1,
        prediction: { type: "content", content: "x" },
        verbosity: "low",
      },
    ],
    [
      "fields that this router has never heard of",
      { safety_identifier: "s", chat_template_kwargs: { a: [1] } },
      { safety_identifier: "s", chat_template_kwargs: { a: [1] } },
    ],
    [
      "tools",
      { tools: [{ type: "function", function: { name: "f" } }], tool_choice: "required", parallel_tool_calls: false },
      { tools: [{ type: "function", function: { name: "f" } }], tool_choice: "required", parallel_tool_calls: false },
    ],
    ["a response format", { response_format: { type: "json_object" } }, { response_format: { type: "json_object" } }],
    [
      "nulls: as if absent",
      {
        temperature: null,
        tools: null,
        reasoning: null,
        max_tokens: null,
        stop: null,
        service_tier: null,
        stream: null,
      },
      {},
    ],
    [
      "zero and false: not absent",
      { seed: 0, logprobs: false, presence_penalty: 0 },
      { seed: 0, logprobs: false, presence_penalty: 0 },
    ],
    [
      "what only this router reads",
      {
        model: "acme/one",
        models: ["acme/two"],
        provider: { order: ["a"] },
        route: "fallback",
        preset: "p",
        prompt: "x",
        session_id: "s",
        trace: {},
        metadata: { a: "b" },
        debug: {},
        usage: { include: true },
        plugins: [],
        transforms: ["middle-out"],
        max_tool_calls: 3,
        stop_server_tools_when: [],
        structured_outputs: true,
        cache_control: EPHEMERAL,
        include_reasoning: true,
      },
      {},
    ],
  ])("go upstream: %s", (_, chat, body) => {
    expect(fields(chat)).toEqual(body);
  });

  it("go to another router with what only routers take", () => {
    const chat = {
      plugins: [{ id: "web" }],
      transforms: [],
      cache_control: EPHEMERAL,
      max_tool_calls: 3,
      structured_outputs: true,
      reasoning: { effort: "low", exclude: true },
      include_reasoning: false,
    };
    expect(fields(chat, { is_router: true })).toEqual(chat);
    expect(
      fields({ ...chat, provider: { order: ["a"] }, models: ["x/y"], session_id: "s" }, { is_router: true }),
    ).toEqual(chat);
  });

  it.each([
    ["fast", "priority"],
    ["priority", "priority"],
    ["flex", "flex"],
    ["auto", "auto"],
  ])("name the service tier %s as OpenAI does: %s", (service_tier, expected) => {
    expect(fields({ service_tier })).toEqual({ service_tier: expected });
  });
});

describe("the output cap", () => {
  it.each<[name: string, chat: object, quirks: Quirks, body: object]>([
    ["as the client wrote it", { max_tokens: 5 }, {}, { max_tokens: 5 }],
    ["in the newer word", { max_completion_tokens: 5 }, {}, { max_completion_tokens: 5 }],
    [
      "in both: once, and the newer one counts",
      { max_tokens: 9, max_completion_tokens: 5 },
      {},
      { max_completion_tokens: 5 },
    ],
    ["in both, one of them null", { max_tokens: 9, max_completion_tokens: null }, {}, { max_tokens: 9 }],
    [
      "where the provider knows the old word only",
      { max_completion_tokens: 5 },
      { max_tokens_field: "max_tokens" },
      { max_tokens: 5 },
    ],
    [
      "where the provider knows the new word only",
      { max_tokens: 5 },
      { max_tokens_field: "max_completion_tokens" },
      { max_completion_tokens: 5 },
    ],
    ["not at all", {}, { max_tokens_field: "max_tokens" }, {}],
  ])("is written %s", (_, chat, quirks, body) => {
    expect(fields(chat, quirks)).toEqual(body);
  });
});

describe("streaming", () => {
  it.each<[name: string, chat: object, quirks: Quirks, stream: boolean, body: object]>([
    ["with usage at the end", { stream: true }, {}, true, { stream: true, stream_options: { include_usage: true } }],
    [
      "with usage, also when the client did not want it",
      { stream: true, stream_options: { include_usage: false } },
      {},
      true,
      { stream: true, stream_options: { include_usage: true } },
    ],
    ["where stream_options are refused", { stream: true }, { no_stream_options: true }, true, { stream: true }],
    ["not, as the client said", { stream: false }, {}, false, { stream: false }],
    ["not, as the client did not say", {}, {}, false, {}],
    [
      "not, and without options",
      { stream: false, stream_options: { include_usage: true } },
      {},
      false,
      { stream: false },
    ],
  ])("is asked for: %s", (_, chat, quirks, stream, body) => {
    expect(fields(chat, quirks, stream)).toEqual(body);
  });
});

describe("reasoning", () => {
  it.each<[name: string, chat: object, effort: string | undefined]>([
    ["nothing", {}, undefined],
    ["an effort", { reasoning: { effort: "high" } }, "high"],
    ["the shorthand", { reasoning_effort: "minimal" }, "minimal"],
    ["the shorthand beside the object", { reasoning_effort: "low", reasoning: { exclude: true } }, "low"],
    ["switched on", { reasoning: { enabled: true } }, "medium"],
    ["switched off", { reasoning: { enabled: false } }, "none"],
    ["an empty object: the provider's own way", { reasoning: {} }, undefined],
    ["only hidden", { reasoning: { exclude: true } }, undefined],
    ["a budget of most tokens", { reasoning: { max_tokens: 800 }, max_tokens: 1000 }, "high"],
    ["a budget of half", { reasoning: { max_tokens: 500 }, max_tokens: 1000 }, "medium"],
    ["a budget of a fifth", { reasoning: { max_tokens: 200 }, max_completion_tokens: 1000 }, "low"],
    ["a small budget", { reasoning: { max_tokens: 50 }, max_tokens: 1000 }, "minimal"],
    ["a budget without a cap", { reasoning: { max_tokens: 500 } }, "medium"],
    ["an effort before a budget", { reasoning: { effort: "low", max_tokens: 900 }, max_tokens: 1000 }, "low"],
  ])("is asked for by effort: %s", (_, chat, effort) => {
    expect((fields(chat) as { reasoning_effort?: string }).reasoning_effort).toBe(effort);
    expect(fields(chat)).not.toHaveProperty("reasoning");
    expect(fields(chat, { reasoning_request: "none" })).not.toHaveProperty("reasoning_effort");
  });
});

describe("a message", () => {
  it("that is plain goes as it is", () => {
    for (const message of [
      { role: "system", content: "Be brief.", name: "n" },
      { role: "developer", content: "Be brief." },
      { role: "tool", tool_call_id: "c", content: "42" },
      {
        role: "user",
        content: [
          { type: "text", text: "a" },
          { type: "image_url", image_url: { url: "data:,", detail: "low" } },
        ],
      },
      { role: "assistant", content: "Hi" },
      { role: "assistant", content: null, refusal: "No" },
    ])
      expect(written(message)).toEqual(message);
  });

  it.each<[name: string, message: object, plain: object]>([
    [
      "on the message",
      { role: "tool", tool_call_id: "c", content: "x", cache_control: EPHEMERAL },
      { role: "tool", tool_call_id: "c", content: "x" },
    ],
    [
      "on its parts",
      {
        role: "user",
        content: [
          { type: "text", text: "a", cache_control: EPHEMERAL },
          { type: "text", text: "b" },
        ],
      },
      {
        role: "user",
        content: [
          { type: "text", text: "a" },
          { type: "text", text: "b" },
        ],
      },
    ],
    [
      "as a breakpoint",
      { role: "user", content: [{ type: "text", text: "a", prompt_cache_breakpoint: { mode: "explicit" } }] },
      { role: "user", content: [{ type: "text", text: "a" }] },
    ],
    [
      "on an assistant's turn",
      { role: "assistant", content: "x", cache_control: EPHEMERAL },
      { role: "assistant", content: "x" },
    ],
  ])("keeps its cache marks only where the provider takes them: %s", (_, message, plain) => {
    expect(written(message)).toEqual(plain);
    expect(written(message, { cache_control: true })).toEqual(message);
    expect(written(message, { is_router: true })).toEqual(message);
  });

  const turn = {
    role: "assistant",
    content: "Hi",
    reasoning: "Hm",
    reasoning_details: [{ type: "reasoning.text", text: "Hm" }],
    annotations: [],
    images: [],
    model: "acme/one",
  };

  it.each<[quirks: Quirks, expected: object]>([
    [{}, { role: "assistant", content: "Hi" }],
    [{ reasoning_field: "reasoning" }, { role: "assistant", content: "Hi", reasoning: "Hm" }],
    [{ reasoning_field: "reasoning_content" }, { role: "assistant", content: "Hi", reasoning_content: "Hm" }],
    [{ is_router: true }, turn],
  ])("of the assistant says its reasoning in the provider's word: %j", (quirks, expected) => {
    expect(written(turn, quirks)).toEqual(expected);
  });

  it("of the assistant may bring its reasoning in another vendor's word", () => {
    const message = { role: "assistant", content: "Hi", reasoning_content: "Hm" };
    expect(written(message, { reasoning_field: "reasoning" })).toEqual({
      role: "assistant",
      content: "Hi",
      reasoning: "Hm",
    });
  });

  it("of the assistant has no numbers on its tool calls", () => {
    const call = { id: "a", type: "function", function: { name: "f", arguments: "{}" } };
    expect(written({ role: "assistant", content: null, tool_calls: [{ ...call, index: 0 }] })).toEqual({
      role: "assistant",
      content: null,
      tool_calls: [call],
    });
  });

  it("of the assistant may have null where others have a list", () => {
    expect(written({ role: "assistant", content: "x", tool_calls: null, reasoning_details: null })).toMatchObject({
      content: "x",
    });
  });
});

describe("a tool", () => {
  const tool = { type: "function", function: { name: "f" }, cache_control: EPHEMERAL };

  it("keeps its cache marks only where the provider takes them", () => {
    expect(fields({ tools: [tool] })).toEqual({ tools: [{ type: "function", function: { name: "f" } }] });
    expect(fields({ tools: [tool] }, { cache_control: true })).toEqual({ tools: [tool] });
    expect(fields({ tools: [tool] }, { is_router: true })).toEqual({ tools: [tool] });
  });
});
