import { describe, expect, it } from "vitest";
import { googleGemini } from "../../../src/protocols/google-gemini/index.ts";
import { answer, choicesOf, failureOf, fixture, messageOf, readFixture, readText, usageOf } from "./read.ts";

const text = (value: string, fields = {}) => ({ text: value, ...fields });
const event = (data: unknown) => `data: ${JSON.stringify(data)}\r\n\r\n`;

describe("reasoning", () => {
  it("gives thoughts as one detail, and the signature of the text behind them as another", () => {
    const message = messageOf(readFixture(fixture("reasoning-stream")));
    expect(message.reasoning).toBe(
      "**Reading the table**\n\nToday is the ninth.\n\n**Adding the hour**\n\nSummer time.",
    );
    expect(message.reasoning_details).toEqual([
      { type: "reasoning.text", text: message.reasoning, format: "google-gemini-v1", index: 0 },
      {
        type: "reasoning.encrypted",
        data: expect.any(String),
        id: "text_Lamp-reasoning_7Qx_23_23",
        format: "google-gemini-v1",
        index: 1,
      },
    ]);
  });

  it("begins a new detail after visible output, and after a signed thought", () => {
    const parts = [
      text("a", { thought: true, thoughtSignature: "c2ln" }),
      text("b", { thought: true }),
      text("see"),
      text("c", { thought: true }),
    ];
    const { reasoning_details: details } = messageOf(googleGemini.response(answer(parts)));
    expect(details).toEqual([
      { type: "reasoning.text", text: "a", signature: "c2ln", format: "google-gemini-v1", index: 0 },
      { type: "reasoning.text", text: "b", format: "google-gemini-v1", index: 1 },
      { type: "reasoning.text", text: "c", format: "google-gemini-v1", index: 2 },
    ]);
  });

  it("names the call that a signature belongs to", () => {
    const message = messageOf(readFixture(fixture("tools-json")));
    expect(message.tool_calls).toEqual([
      {
        index: 0,
        id: "fx41ab",
        type: "function",
        function: { name: "set_lamp", arguments: '{"on":true,"color":"red"}' },
      },
    ]);
    expect(message.reasoning_details).toMatchObject([{ type: "reasoning.encrypted", id: "fx41ab" }]);
  });

  it("passes images among the thoughts over", () => {
    const draft = { inlineData: { mimeType: "image/png", data: "AAAA" }, thought: true };
    expect(messageOf(googleGemini.response(answer([draft, text("Done.")])))).not.toHaveProperty("images");
  });
});

describe("tool calls", () => {
  it("makes ids for calls without one, each its own, the same each time", () => {
    const ids = () =>
      (messageOf(readFixture(fixture("parallel-tools-stream"))).tool_calls as { id: string }[]).map(({ id }) => id);
    expect(ids()).toEqual(["call_Lamp-parallel_7Qx_0", "call_Lamp-parallel_7Qx_1", "call_Lamp-parallel_7Qx_2"]);
    expect(ids()).toEqual(ids());
  });

  it("makes ids that differ between answers that do not name themselves", () => {
    const call = (args: object) =>
      googleGemini.response({ ...answer([{ functionCall: { name: "read_wind", args } }]), responseId: undefined });
    const idOf = (args: object) => (messageOf(call(args)).tool_calls as { id: string }[])[0]?.id;
    expect(idOf({ at: 1 })).toMatch(/^call_[a-z0-9]+_0$/);
    expect(idOf({ at: 1 })).not.toBe(idOf({ at: 2 }));
  });

  it("gives an id that comes twice to the first call only", () => {
    const call = { functionCall: { name: "read_wind", args: {}, id: "same" } };
    const { tool_calls: calls } = messageOf(googleGemini.response(answer([call, call])));
    expect(calls).toMatchObject([{ id: "same" }, { id: "call_lamp_1" }]);
  });

  it("reads a call without arguments as one with none", () => {
    const { tool_calls: calls } = messageOf(googleGemini.response(answer([{ functionCall: { name: "read_wind" } }])));
    expect(calls).toMatchObject([{ function: { name: "read_wind", arguments: "{}" } }]);
  });
});

describe("media", () => {
  it("gives images as data URLs, with their signatures", () => {
    const message = messageOf(readFixture(fixture("image-json")));
    expect(message.images).toMatchObject([
      { type: "image_url", image_url: { url: expect.stringMatching(/^data:image\/png;base64,iVBOR/) }, index: 0 },
      { type: "image_url", index: 1 },
    ]);
    expect(message.reasoning_details).toMatchObject([
      { id: "text_Lamp-image_7Qx_0_11" },
      { id: "image_Lamp-image_7Qx_0" },
    ]);
  });

  it("gives sound as audio", () => {
    expect(messageOf(readFixture(fixture("audio-json"))).audio).toEqual({ data: "AAABAAIAAwA=" });
  });

  it("passes media of other kinds over", () => {
    const parts = [{ inlineData: { mimeType: "video/mp4", data: "AAAA" } }, text("See above.")];
    expect(messageOf(googleGemini.response(answer(parts))).content).toBe("See above.");
  });
});

describe("citations", () => {
  it("counts characters, not bytes, and names sources that support nothing last", () => {
    const parts = readFixture(fixture("search-stream"));
    const message = messageOf(parts);
    const citations = (
      message.annotations as { url_citation: { url: string; start_index: number; end_index: number } }[]
    ).map(({ url_citation: { url, start_index, end_index } }) => [
      url,
      String(message.content).slice(start_index, end_index),
    ]);
    expect(citations).toEqual([
      ["https://wetter.example/", "Stürmisch: 9 Beaufort, 12 °C."],
      ["https://faehre.example/plan", "Die Fähre fährt nicht."],
      ["https://wetter.example/", "Die Fähre fährt nicht."],
      ["https://hafen.example/", ""],
    ]);
    expect(usageOf(parts)?.webSearches).toBe(2);
  });

  it("finds the passage when the offsets lead elsewhere", () => {
    const groundingMetadata = {
      groundingChunks: [{ retrievedContext: { uri: "gs://logs/1", title: "Log" } }],
      groundingSupports: [{ segment: { startIndex: 900, endIndex: 905, text: "lamp" }, groundingChunkIndices: [0, 7] }],
    };
    const { annotations } = messageOf(googleGemini.response(answer([text("The lamp.")], { groundingMetadata })));
    expect(annotations).toEqual([
      {
        type: "url_citation",
        url_citation: { url: "gs://logs/1", title: "Log", content: "lamp", start_index: 4, end_index: 8 },
      },
    ]);
  });

  it.each(["citationSources", "citations"])("reads quoted works in %s, once each", (field) => {
    const source = { startIndex: 0, endIndex: 3, uri: "https://book.example/", license: "MIT" };
    const citationMetadata = { [field]: [source, { startIndex: 1 }, source] };
    const { annotations } = messageOf(googleGemini.response(answer([text("Ärger")], { citationMetadata })));
    expect(annotations).toEqual([
      { type: "url_citation", url_citation: { url: "https://book.example/", title: "", start_index: 0, end_index: 2 } },
    ]);
  });
});

describe("the end of an answer", () => {
  const finishOf = (word: string, parts: unknown[]) => {
    const read = googleGemini.response(answer(parts, { finishReason: word }));
    return failureOf(read)?.kind ?? choicesOf(read)[0]?.finish_reason;
  };

  it.each([
    { word: "STOP", empty: "stop", spoken: "stop" },
    { word: "MAX_TOKENS", empty: "length", spoken: "length" },
    { word: "SAFETY", empty: "content_filter", spoken: "content_filter" },
    { word: "RECITATION", empty: "content_filter", spoken: "content_filter" },
    { word: "LANGUAGE", empty: "content_filter", spoken: "content_filter" },
    { word: "BLOCKLIST", empty: "content_filter", spoken: "content_filter" },
    { word: "PROHIBITED_CONTENT", empty: "content_filter", spoken: "content_filter" },
    { word: "SPII", empty: "content_filter", spoken: "content_filter" },
    { word: "MODEL_ARMOR", empty: "content_filter", spoken: "content_filter" },
    { word: "IMAGE_SAFETY", empty: "content_filter", spoken: "content_filter" },
    { word: "IMAGE_PROHIBITED_CONTENT", empty: "content_filter", spoken: "content_filter" },
    { word: "IMAGE_RECITATION", empty: "content_filter", spoken: "content_filter" },
    { word: "MALFORMED_FUNCTION_CALL", empty: "malformed", spoken: "malformed" },
    { word: "MALFORMED_RESPONSE", empty: "malformed", spoken: "malformed" },
    { word: "UNEXPECTED_TOOL_CALL", empty: "malformed", spoken: "malformed" },
    { word: "TOO_MANY_TOOL_CALLS", empty: "malformed", spoken: "malformed" },
    { word: "MISSING_THOUGHT_SIGNATURE", empty: "rejected", spoken: "rejected" },
    { word: "NO_IMAGE", empty: "overloaded", spoken: "stop" },
    { word: "IMAGE_OTHER", empty: "overloaded", spoken: "overloaded" },
    { word: "OTHER", empty: "overloaded", spoken: "overloaded" },
    { word: "SOMETHING_NEW", empty: "stop", spoken: "stop" },
  ])("$word is $spoken, without content $empty", ({ word, empty, spoken }) => {
    expect(finishOf(word, [])).toBe(empty);
    expect(finishOf(word, [text("The lamp")])).toBe(spoken);
  });

  it("says what the vendor says of a broken answer", () => {
    expect(failureOf(readFixture(fixture("malformed-call-json")))).toEqual({
      kind: "malformed",
      message: "Malformed function call: print(set_lamp(on=True))",
      providerCode: "MALFORMED_FUNCTION_CALL",
      raw: expect.stringContaining("Malformed function call"),
    });
  });

  it("counts what a blocked prompt cost before it fails", () => {
    const parts = readFixture(fixture("prompt-blocked-stream"));
    expect(usageOf(parts)?.promptTokens).toBe(8);
    expect(failureOf(parts)).toMatchObject({
      kind: "moderated",
      message: "The prompt was flagged.",
      providerCode: "SAFETY",
      raw: expect.stringContaining("The prompt was flagged."),
    });
  });

  it("takes a block that comes after content for the end of the content", () => {
    const parts = readText(
      event({ candidates: [{ content: { parts: [text("The")] } }] }) +
        event({ promptFeedback: { blockReason: "PROHIBITED_CONTENT" } }),
    );
    expect(choicesOf(parts)).toMatchObject([
      { finish_reason: "content_filter", native_finish_reason: "PROHIBITED_CONTENT", message: { content: "The" } },
    ]);
    expect(parts.at(-1)).toEqual({ type: "done" });
  });

  it.each([
    { what: "no piece", sse: "" },
    { what: "pieces without a finish reason", sse: event({ candidates: [{ content: { parts: [text("The")] } }] }) },
    { what: "counts only", sse: event({ usageMetadata: { promptTokenCount: 3 } }) },
    {
      what: "one candidate of two",
      sse: event({ candidates: [{ finishReason: "STOP" }, { index: 1, content: { parts: [text("The")] } }] }),
    },
  ])("is missing in a stream of $what", ({ sse }) => {
    expect(failureOf(readText(sse))?.kind).toBe("interrupted");
  });

  it.each([
    { what: "an empty object", json: {}, kind: "malformed" },
    { what: "nothing", json: undefined, kind: "malformed" },
    { what: "counts only", json: { usageMetadata: { promptTokenCount: 3 } }, kind: "empty" },
    { what: "no candidates", json: { candidates: [] }, kind: "empty" },
    { what: "an error", json: { error: { code: 429, status: "RESOURCE_EXHAUSTED" } }, kind: "rate_limited" },
  ])("is a failure for a whole answer of $what", ({ json, kind }) => {
    const parts = googleGemini.response(json);
    expect(failureOf(parts)?.kind).toBe(kind);
  });

  it("comes for each of several candidates", () => {
    const candidates = [
      { content: { parts: [text("red")] }, finishReason: "STOP" },
      { content: { parts: [{ functionCall: { name: "f" } }] }, finishReason: "STOP", index: 1 },
      { finishReason: "OTHER", index: 2 },
    ];
    const choices = choicesOf(googleGemini.response({ candidates, responseId: "lamp" }));
    expect(choices.map(({ finish_reason: reason }) => reason)).toEqual(["stop", "tool_calls", "error"]);
    expect(choices[1]).toMatchObject({ message: { tool_calls: [{ id: "call_lamp-1_0" }] } });
  });
});

describe("streams of another form", () => {
  it("are read when they are one JSON array", () => {
    const pieces = [answer([text("The ")]), answer([text("lamp.")])];
    expect(messageOf(readText(JSON.stringify(pieces, null, 1), 5)).content).toBe("The lamp.");
  });

  it.each([
    '[{"error": {"code": 503, "status": "UNAVAILABLE", "message": "Too many."}}]',
    'data: [{"error": {"code": 503, "status": "UNAVAILABLE", "message": "Too many."}}]\n\n',
    'event: error\ndata: {"error": {"code": 503, "status": "UNAVAILABLE", "message": "Too many."}}\n\n',
    ': hello\n\n{"error": {"code": 503, "status": "UNAVAILABLE", "message": "Too many."}}',
  ])("say their error: %s", (body) => {
    for (const size of [1, 3, 1000])
      expect(failureOf(readText(body, size))).toMatchObject({
        kind: "overloaded",
        message: "Too many.",
        status: 503,
        providerCode: "UNAVAILABLE",
      });
  });

  it("may begin with a byte order mark, and hold others", () => {
    const body = `\uFEFF${event(answer([text("\uFEFFThe lamp.")]))}`;
    for (const size of [1, 2, 3, 1000]) expect(messageOf(readText(body, size)).content).toBe("\uFEFFThe lamp.");
  });

  it("are malformed when they are no JSON", () => {
    expect(failureOf(readText("data: lamp\n\n"))?.kind).toBe("malformed");
    expect(failureOf(readText('{"candidates": ['))?.kind).toBe("malformed");
  });
});

it("gives log probabilities in OpenAI's form", () => {
  const [choice] = choicesOf(readFixture(fixture("logprobs-json")));
  expect(choice?.logprobs).toEqual({
    content: [
      {
        token: "Yes",
        logprob: -0.1,
        bytes: null,
        top_logprobs: [
          { token: "Yes", logprob: -0.1, bytes: null },
          { token: "No", logprob: -2.5, bytes: null },
        ],
      },
    ],
    refusal: null,
  });
});

it("says once who answered, and which tier served", () => {
  const origins = readFixture(fixture("cache-json")).filter((part) => part.type === "origin");
  expect(origins).toEqual([
    { type: "origin", id: "Lamp-cache_7Qx", model: "gemini-2.5-invented" },
    { type: "origin", serviceTier: "flex" },
  ]);
  const streamed = readFixture(fixture("text-stream"));
  expect(streamed.filter((part) => part.type === "origin")).toHaveLength(1);
});
