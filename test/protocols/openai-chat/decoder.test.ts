import { describe, expect, it } from "vitest";
import { OpenAiChatDecoder } from "../../../src/protocols/openai-chat/decoder.ts";
import type { Delta, Part } from "../../../src/schema/chunk.ts";
import { chunk, DONE, decode, decodeWhole, FINISH, withoutOrigin } from "./decoding.ts";

const says = (delta: Delta, index = 0): Part => ({ type: "delta", index, delta });
const finish = (finishReason = "stop", native: string | null = finishReason, index = 0) => ({
  type: "finish",
  index,
  finishReason,
  nativeFinishReason: native,
});
const done = { type: "done" };
const failure = (fields: object) => ({ type: "failure", failure: expect.objectContaining(fields) });
const usage = (promptTokens: number) => ({ type: "usage", usage: expect.objectContaining({ promptTokens }) });

/** The deltas of the first choice. */
const deltas = (events: unknown[]) => decode(events).flatMap((part) => (part.type === "delta" ? [part.delta] : []));

describe("what an upstream says", () => {
  it.each<[name: string, delta: object, expected: Delta | undefined]>([
    ["text", { content: "Hi" }, { content: "Hi" }],
    ["a role", { role: "assistant" }, undefined],
    ["a role and empty text", { role: "assistant", content: "" }, undefined],
    ["nulls", { content: null, refusal: null, tool_calls: null, reasoning: null, audio: null }, undefined],
    ["nothing", {}, undefined],
    ["white space", { content: "\n" }, { content: "\n" }],
    [
      "text in parts",
      { content: [{ type: "text", text: "H" }, { type: "image" }, { type: "text", text: "i" }] },
      { content: "Hi" },
    ],
    ["a refusal", { refusal: "No" }, { refusal: "No" }],
    ["an empty refusal", { refusal: "" }, undefined],
    ["reasoning", { reasoning: "Hm" }, reasoning("Hm")],
    ["reasoning in another word", { reasoning_content: "Hm" }, reasoning("Hm")],
    ["reasoning in both words", { reasoning: "Hm", reasoning_content: "Hm" }, reasoning("Hm")],
    ["reasoning where the first word is empty", { reasoning: "", reasoning_content: "Hm" }, reasoning("Hm")],
    ["empty reasoning", { reasoning: "", reasoning_content: "" }, undefined],
    ["reasoning and text at once", { reasoning: "Hm", content: "Hi" }, { content: "Hi", ...reasoning("Hm") }],
    [
      "reasoning in details",
      {
        reasoning_details: [
          { type: "reasoning.text", text: "H", index: 0 },
          { type: "reasoning.summary", summary: "m" },
        ],
      },
      {
        reasoning: "Hm",
        reasoning_details: [
          { type: "reasoning.text", text: "H", index: 0 },
          { type: "reasoning.summary", summary: "m" },
        ],
      },
    ],
    [
      "reasoning as text and in details",
      { reasoning: "Hm", reasoning_details: [{ type: "reasoning.text", text: "Hm", format: "f" }] },
      { reasoning: "Hm", reasoning_details: [{ type: "reasoning.text", text: "Hm", format: "f" }] },
    ],
    [
      "encrypted reasoning",
      { reasoning_details: [{ type: "reasoning.encrypted", data: "AA" }] },
      { reasoning_details: [{ type: "reasoning.encrypted", data: "AA" }] },
    ],
    ["details that are none", { reasoning_details: [{ type: "thinking" }, null, 7] }, undefined],
    ["no details", { reasoning_details: [] }, undefined],
    [
      "thinking among the parts (Mistral)",
      {
        content: [
          { type: "thinking", thinking: [{ type: "text", text: "Hm" }] },
          { type: "text", text: "Hi" },
        ],
      },
      { content: "Hi", ...reasoning("Hm") },
    ],
    ["audio", { audio: { id: "a", data: "AA" } }, { audio: { id: "a", data: "AA" } }],
    [
      "images",
      { images: [{ image_url: { url: "data:," } }, { image_url: {} }, null] },
      { images: [{ type: "image_url", image_url: { url: "data:," } }] },
    ],
    [
      "annotations that clients know",
      { annotations: [{ type: "url_citation", url_citation: { url: "u" } }, { type: "other" }, { type: "file" }] },
      { annotations: [{ type: "url_citation", url_citation: { url: "u" } }] } as unknown as Delta,
    ],
    ["fields of other types", { content: 7, refusal: {}, reasoning: [], tool_calls: "x", images: "y" }, undefined],
  ])("is a part, or none when there is nothing to read: %s", (_, delta, expected) => {
    const parts = expected ? [says(expected)] : [];
    expect(withoutOrigin(decode([chunk(delta)], { end: false }))).toEqual(parts);
  });

  it("keeps the choices apart", () => {
    const both = {
      choices: [
        { index: 1, delta: { content: "b" } },
        { index: 0, delta: { content: "a" } },
      ],
    };
    expect(withoutOrigin(decode([both], { end: false }))).toEqual([says({ content: "b" }, 1), says({ content: "a" })]);
  });

  it("belongs to the first choice when the upstream does not number it", () => {
    expect(deltas([{ choices: [{ delta: { content: "a" } }] }])).toEqual([{ content: "a" }]);
  });

  it("has log probabilities only where there are some", () => {
    const content = [{ token: "a", logprob: -1 }];
    const events = [
      chunk({ content: "a" }, { logprobs: { content, refusal: null } }),
      chunk({ content: "b" }, { logprobs: { content: [], refusal: [] } }),
      chunk({ content: "c" }, { logprobs: null }),
      chunk({}, { logprobs: { content } }),
    ];
    expect(withoutOrigin(decode(events, { end: false }))).toEqual([
      { ...says({ content: "a" }), logprobs: { content, refusal: null } },
      says({ content: "b" }),
      says({ content: "c" }),
      { ...says({}), logprobs: { content, refusal: null } },
    ]);
  });
});

describe("tool calls", () => {
  const call = (...toolCalls: object[]) => chunk({ tool_calls: toolCalls });
  const first = (index: number, id: string, name: string, text = "") => ({
    index,
    id,
    type: "function",
    function: { name, arguments: text },
  });
  const more = (index: number, text: string) => ({ index, function: { arguments: text } });

  it.each<[name: string, events: object[], pieces: object[][]]>([
    [
      "as OpenAI streams them",
      [
        call({ index: 0, id: "a", type: "function", function: { name: "f", arguments: "" } }),
        call({ index: 0, function: { arguments: '{"x"' } }),
        call({ index: 0, function: { arguments: ":1}" } }),
        call({ index: 1, id: "b", type: "function", function: { name: "g", arguments: "" } }),
        call({ index: 1, function: { arguments: "{}" } }),
      ],
      [[first(0, "a", "f")], [more(0, '{"x"')], [more(0, ":1}")], [first(1, "b", "g")], [more(1, "{}")]],
    ],
    [
      "whole in one piece, several at once",
      [
        call(
          { index: 0, id: "a", function: { name: "f", arguments: "{}" } },
          { index: 1, id: "b", function: { name: "g", arguments: "[]" } },
        ),
      ],
      [[first(0, "a", "f", "{}"), first(1, "b", "g", "[]")]],
    ],
    [
      "with id, type and name repeated",
      [
        call({ index: 0, id: "a", type: "function", function: { name: "f", arguments: "{" } }),
        call({ index: 0, id: "a", type: "function", function: { name: "f", arguments: "}" } }),
      ],
      [[first(0, "a", "f", "{")], [more(0, "}")]],
    ],
    [
      "with empty id and name repeated",
      [
        call({ index: 0, id: "a", function: { name: "f", arguments: "{" } }),
        call({ index: 0, id: "", function: { name: "", arguments: "}" } }),
        call({ index: 0, id: null, function: { name: null, arguments: "" } }),
      ],
      [[first(0, "a", "f", "{")], [more(0, "}")]],
    ],
    [
      "without an index, told apart by id",
      [
        call({ id: "a", function: { name: "f", arguments: "{" } }),
        call({ id: "a", function: { arguments: "}" } }),
        call({ id: "b", function: { name: "g", arguments: "[" } }),
        call({ function: { arguments: "]" } }),
      ],
      [[first(0, "a", "f", "{")], [more(0, "}")], [first(1, "b", "g", "[")], [more(1, "]")]],
    ],
    [
      "without an index, with id and name repeated",
      [
        call({ id: "a", function: { name: "f", arguments: "{" } }),
        call({ id: "a", function: { name: "f", arguments: "}" } }),
        call({ id: "b", function: { name: "f", arguments: "[]" } }),
      ],
      [[first(0, "a", "f", "{")], [more(0, "}")], [first(1, "b", "f", "[]")]],
    ],
    [
      "without an index and an id, told apart by name",
      [call({ function: { name: "f", arguments: "{}" } }, { function: { name: "f", arguments: "[]" } })],
      [[first(0, "x_0_0", "f", "{}"), first(1, "x_0_1", "f", "[]")]],
    ],
    [
      "without an id",
      [call({ index: 0, function: { name: "f", arguments: "{" } }), call({ index: 0, function: { arguments: "}" } })],
      [[first(0, "x_0_0", "f", "{")], [more(0, "}")]],
    ],
    [
      "numbered from 1, or with gaps",
      [call({ index: 1, id: "a", function: { name: "f" } }), call({ index: 5, id: "b", function: { name: "g" } })],
      [[first(0, "a", "f")], [first(1, "b", "g")]],
    ],
    [
      "with arguments as an object",
      [call({ index: 0, id: "a", function: { name: "f", arguments: { x: 1 } } })],
      [[first(0, "a", "f", '{"x":1}')]],
    ],
    [
      "with no arguments",
      [call({ index: 0, id: "a", function: { name: "f" } }), call({ index: 0, function: { arguments: null } })],
      [[first(0, "a", "f")]],
    ],
    [
      "in the old form",
      [chunk({ function_call: { name: "f", arguments: "{" } }), chunk({ function_call: { arguments: "}" } })],
      [[first(0, "x_0_0", "f", "{")], [more(0, "}")]],
    ],
    ["that are none", [call(), chunk({ tool_calls: "x" })], []],
  ])("have an index, and id, type and name once: %s", (_, events, pieces) => {
    expect(deltas(events).map((delta) => delta.tool_calls)).toEqual(pieces);
  });

  it("of two choices have indexes and ids of their own", () => {
    const both = [0, 1].map((index) => ({ index, delta: { tool_calls: [{ index: 0, function: { name: "f" } }] } }));
    const ids = decode([{ id: "x", choices: both }]).flatMap((part) =>
      part.type === "delta" ? (part.delta.tool_calls ?? []).map((piece) => piece.id) : [],
    );
    expect(ids).toEqual(["x_0_0", "x_1_0"]);
  });

  it("without any id from the upstream still have one, and each its own", () => {
    const nameless = {
      choices: [
        {
          index: 0,
          delta: {
            tool_calls: [
              { index: 0, function: { name: "f" } },
              { index: 1, function: { name: "f" } },
            ],
          },
        },
      ],
    };
    const [delta] = deltas([nameless]);
    const ids = delta?.tool_calls?.map(({ id }) => id) ?? [];
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(id).toMatch(/.+/);
  });
});

describe("the end of an answer", () => {
  it.each<[name: string, events: unknown[], parts: object[]]>([
    ["finish and [DONE]", [chunk({ content: "a" }), FINISH, DONE], [says({ content: "a" }), finish(), done]],
    ["finish, and the connection closes", [chunk({ content: "a" }), FINISH], [says({ content: "a" }), finish(), done]],
    [
      "the last text beside the finish",
      [chunk({ content: "a" }, { finish_reason: "length" }), DONE],
      [says({ content: "a" }), finish("length"), done],
    ],
    [
      "[DONE] without a finish: a plain end",
      [chunk({ content: "a" }), DONE],
      [says({ content: "a" }), finish("stop", null), done],
    ],
    ["[DONE] without anything", [DONE], [done]],
    [
      "the connection closes without either",
      [chunk({ content: "a" })],
      [says({ content: "a" }), failure({ kind: "interrupted" })],
    ],
    ["the connection closes at once", [], [failure({ kind: "interrupted" })]],
    [
      "events after [DONE]",
      [chunk({ content: "a" }), FINISH, DONE, chunk({ content: "b" }), DONE],
      [says({ content: "a" }), finish(), done],
    ],
    [
      "a finish that is repeated, with usage (OpenRouter)",
      [chunk({ content: "a" }), FINISH, { ...FINISH, usage: { prompt_tokens: 7 } }, DONE],
      [says({ content: "a" }), finish(), usage(7), done],
    ],
    [
      "an empty finish reason",
      [chunk({ content: "a" }, { finish_reason: "" }), FINISH, DONE],
      [says({ content: "a" }), finish(), done],
    ],
    [
      "text after the finish",
      [chunk({ content: "a" }), FINISH, chunk({ content: "b" }), DONE],
      [says({ content: "a" }), finish(), says({ content: "b" }), done],
    ],
    [
      "an unknown word",
      [chunk({ content: "a" }, { finish_reason: "satisfied" }), DONE],
      [says({ content: "a" }), finish("stop", "satisfied"), done],
    ],
    [
      "the native word beside ours",
      [chunk({ content: "a" }, { finish_reason: "stop", native_finish_reason: "end_turn" }), DONE],
      [says({ content: "a" }), finish("stop", "end_turn"), done],
    ],
    ["a filter", [chunk({}, { finish_reason: "content_filter" }), DONE], [finish("content_filter"), done]],
    [
      "an error for a finish",
      [chunk({ content: "a" }, { finish_reason: "error" }), DONE],
      [says({ content: "a" }), failure({ kind: "overloaded", providerCode: "error" })],
    ],
    [
      "an error for a finish, with usage",
      [{ ...chunk({}, { finish_reason: "error" }), usage: { prompt_tokens: 7 } }, DONE],
      [failure({ kind: "overloaded" })],
    ],
    [
      "DeepSeek's word for it",
      [chunk({}, { finish_reason: "insufficient_system_resource" })],
      [failure({ kind: "overloaded" })],
    ],
    [
      "several choices",
      [choices("a", "b"), choices(null, null, "stop", "length"), DONE],
      [says({ content: "a" }), says({ content: "b" }, 1), finish(), finish("length", "length", 1), done],
    ],
    [
      "several choices, [DONE] without a finish",
      [choices("a", "b"), DONE],
      [says({ content: "a" }), says({ content: "b" }, 1), finish("stop", null), finish("stop", null, 1), done],
    ],
    [
      "several choices, one of them cut",
      [choices("a", "b"), choices(null, "c", "stop")],
      [
        says({ content: "a" }),
        says({ content: "b" }, 1),
        finish(),
        says({ content: "c" }, 1),
        failure({ kind: "interrupted" }),
      ],
    ],
  ])("is told once: %s", (_, events, parts) => {
    expect(withoutOrigin(decode(events))).toEqual(parts);
  });

  it("is tool_calls after a tool call, whatever the upstream says of a good end", () => {
    const call = chunk({ tool_calls: [{ index: 0, id: "a", function: { name: "f", arguments: "{}" } }] });
    expect(decode([call, FINISH, DONE])).toContainEqual(finish("tool_calls", "stop"));
    expect(decode([call, DONE])).toContainEqual(finish("tool_calls", null));
    expect(decode([call, chunk({}, { finish_reason: "length" })])).toContainEqual(finish("length"));
  });

  it("is told once also when its end is told twice", () => {
    const decoder = new OpenAiChatDecoder();
    const parts: Part[] = [];
    decoder.end(parts);
    decoder.end(parts);
    decoder.decode({ event: "message", data: DONE }, parts);
    expect(parts).toEqual([failure({ kind: "interrupted" })]);
  });
});

describe("an error inside a stream", () => {
  it.each<[name: string, event: object, expected: object]>([
    ["first", { error: { message: "No.", code: 429 } }, { kind: "rate_limited", status: 429, message: "No." }],
    ["as text", { error: "No." }, { kind: "overloaded", message: "No." }],
    [
      "in a chunk",
      { ...chunk({ content: "x" }), error: { message: "No.", type: "overloaded_error" } },
      { kind: "overloaded" },
    ],
    [
      "in a choice",
      chunk({ content: "x" }, { error: { message: "No.", code: 502 } }),
      { kind: "overloaded", status: 502 },
    ],
    [
      "in a choice, with usage beside",
      { ...chunk({}, { error: { message: "No." } }), usage: { prompt_tokens: 1 } },
      { kind: "overloaded" },
    ],
  ])("is a failure, and the last part: %s", (_, event, expected) => {
    expect(withoutOrigin(decode([event, chunk({ content: "late" }), FINISH, DONE]))).toEqual([failure(expected)]);
    expect(withoutOrigin(decode([chunk({ content: "a" }), event, DONE]))).toEqual([
      says({ content: "a" }),
      failure(expected),
    ]);
  });

  it("may be an event of its own name", () => {
    const decoder = new OpenAiChatDecoder();
    const parts: Part[] = [];
    decoder.decode({ event: "error", data: '{"message":"No.","code":"rate_limit_exceeded"}' }, parts);
    expect(parts).toEqual([failure({ kind: "rate_limited", message: "No." })]);
  });

  it.each(["error", "ping", "message"])("is an event that is not JSON: %s", (event) => {
    const decoder = new OpenAiChatDecoder();
    const parts: Part[] = [];
    decoder.decode({ event, data: '{"choices":[{' }, parts);
    expect(parts).toEqual([failure({ kind: "malformed" })]);
  });

  it.each([{ error: null }, { error: "" }, { error: false }])("is none when it is empty: %j", (fields) => {
    expect(withoutOrigin(decode([{ ...chunk({ content: "a" }), ...fields }], { end: false }))).toEqual([
      says({ content: "a" }),
    ]);
  });
});

describe("usage", () => {
  it.each<[name: string, event: object]>([
    ["in a chunk of its own", { choices: [], usage: { prompt_tokens: 7 } }],
    ["beside x_groq", { choices: [], x_groq: { usage: { prompt_tokens: 7 } } }],
    ["in the choice (Moonshot)", { choices: [{ index: 0, delta: {}, usage: { prompt_tokens: 7 } }] }],
    ["without choices at all", { usage: { prompt_tokens: 7 } }],
  ])("is read %s", (_, event) => {
    expect(withoutOrigin(decode([event], { end: false }))).toEqual([usage(7)]);
  });

  it("comes after what the same event says", () => {
    const event = { ...chunk({ content: "a" }, { finish_reason: "stop" }), usage: { prompt_tokens: 7 } };
    expect(withoutOrigin(decode([event, DONE]))).toEqual([says({ content: "a" }), finish(), usage(7), done]);
  });

  it("is none when it is null, as it is in most chunks", () => {
    expect(withoutOrigin(decode([{ ...chunk({ content: "a" }), usage: null }], { end: false }))).toEqual([
      says({ content: "a" }),
    ]);
  });
});

describe("the facts about an answer", () => {
  const facts = { id: "i", model: "m", provider: "p", system_fingerprint: "f", service_tier: "t" };

  it("are told once, and again when they change", () => {
    const events = [
      { ...facts, choices: [] },
      { ...facts, choices: [] },
      { ...facts, system_fingerprint: null, choices: [] },
    ];
    expect(decode(events, { end: false })).toEqual([
      { type: "origin", id: "i", model: "m", provider: "p", systemFingerprint: "f", serviceTier: "t" },
      { type: "origin", id: "i", model: "m", provider: "p", serviceTier: "t" },
    ]);
  });

  it("may be of any type: what is no text is passed over", () => {
    const odd = {
      id: { toString: 1 },
      model: 7,
      provider: null,
      system_fingerprint: [],
      service_tier: {},
      choices: [],
    };
    expect(decode([odd], { end: false }).filter(({ type }) => type === "failure")).toEqual([]);
  });
});

describe("a whole answer", () => {
  const completion = (message: object, fields: object = {}) => ({
    id: "x",
    object: "chat.completion",
    choices: [{ index: 0, message, finish_reason: "stop", ...fields }],
    usage: { prompt_tokens: 7 },
  });

  it("is one large delta", () => {
    const message = {
      role: "assistant",
      content: "Hi",
      reasoning_content: "Hm",
      tool_calls: [{ id: "a", type: "function", function: { name: "f", arguments: "{}" } }],
    };
    expect(withoutOrigin(decodeWhole(completion(message)))).toEqual([
      says({
        content: "Hi",
        ...reasoning("Hm"),
        tool_calls: [{ index: 0, id: "a", type: "function", function: { name: "f", arguments: "{}" } }],
      }),
      finish("tool_calls", "stop"),
      usage(7),
      done,
    ]);
  });

  it("needs no finish reason", () => {
    expect(withoutOrigin(decodeWhole(completion({ content: "a" }, { finish_reason: null })))).toEqual([
      says({ content: "a" }),
      usage(7),
      finish("stop", null),
      done,
    ]);
  });

  it.each<[name: string, json: unknown, expected: object]>([
    ["an error", { error: { message: "No.", code: 429 } }, { kind: "rate_limited" }],
    ["an error beside choices", { ...completion({ content: "a" }), error: { message: "No." } }, { kind: "overloaded" }],
    ["no JSON", undefined, { kind: "malformed" }],
    ["null", null, { kind: "malformed" }],
    ["a text", "Hi", { kind: "malformed" }],
    ["an array", [], { kind: "malformed" }],
    ["another object", { message: "Hi" }, { kind: "malformed" }],
  ])("is a failure when it is %s", (_, json, expected) => {
    expect(decodeWhole(json)).toEqual([failure(expected)]);
  });

  it.each<[name: string, fields: object]>([
    ["an error in its choice", { error: { message: "No." } }],
    ["an error for its finish reason", { finish_reason: "error" }],
  ])("is a failure with %s, and has nothing after it", (_, fields) => {
    expect(decodeWhole(completion({ content: "a" }, fields)).at(-1)).toEqual(failure({ kind: "overloaded" }));
  });

  it("may hold several choices", () => {
    const two = {
      choices: [
        { index: 0, message: { content: "a" }, finish_reason: "stop" },
        { index: 1, message: { content: "b" }, finish_reason: "length" },
      ],
    };
    expect(withoutOrigin(decodeWhole(two))).toEqual([
      says({ content: "a" }),
      finish(),
      says({ content: "b" }, 1),
      finish("length", "length", 1),
      done,
    ]);
  });
});

function reasoning(text: string): Delta {
  return { reasoning: text, reasoning_details: [{ type: "reasoning.text", text, format: "unknown", index: 0 }] };
}

function choices(a: string | null, b: string | null, finishA: string | null = null, finishB: string | null = null) {
  return {
    choices: [
      { index: 0, delta: { content: a }, finish_reason: finishA },
      { index: 1, delta: { content: b }, finish_reason: finishB },
    ],
  };
}
