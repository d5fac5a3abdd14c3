import { describe, expect, it } from "vitest";
import type { Delta, Logprobs, Part } from "../../src/schema/chunk.ts";
import { Assembler } from "../../src/stream/assemble.ts";

function assemble(...parts: Part[]) {
  const assembler = new Assembler();
  for (const part of parts) assembler.take(part);
  return assembler.choices();
}

const delta = (fields: Delta, index = 0, logprobs?: Logprobs): Part => ({
  type: "delta",
  index,
  delta: fields,
  ...(logprobs && { logprobs }),
});
const finish = (index = 0, finishReason: "stop" | "length" | "tool_calls" = "stop"): Part => ({
  type: "finish",
  index,
  finishReason,
  nativeFinishReason: `native ${finishReason}`,
});

/** The message of the only choice. */
function message(...deltas: Delta[]) {
  const [choice] = assemble(...deltas.map((fields) => delta(fields)), finish());
  return choice?.message;
}

const PLAIN = { role: "assistant", content: "", refusal: null, reasoning: null };

describe("the message of an answer", () => {
  it.each<[name: string, deltas: Delta[], message: object]>([
    ["text", [{ content: "Hel" }, { content: "lo" }], { ...PLAIN, content: "Hello" }],
    ["nothing", [], PLAIN],
    ["a refusal", [{ refusal: "I'd " }, { refusal: "rather not" }], { ...PLAIN, refusal: "I'd rather not" }],
    [
      "reasoning",
      [{ reasoning: "H" }, { reasoning: "m" }, { content: "Yes" }],
      { ...PLAIN, content: "Yes", reasoning: "Hm" },
    ],
    [
      "tool calls whose pieces are mixed",
      [
        { tool_calls: [{ index: 0, id: "a", type: "function", function: { name: "f", arguments: "" } }] },
        { tool_calls: [{ index: 1, id: "b", type: "function", function: { name: "g", arguments: "[" } }] },
        {
          tool_calls: [
            { index: 0, function: { arguments: '{"x":' } },
            { index: 1, function: { arguments: "]" } },
          ],
        },
        { tool_calls: [{ index: 0, function: { arguments: "1}" } }] },
      ],
      {
        ...PLAIN,
        content: null,
        tool_calls: [
          { index: 0, id: "a", type: "function", function: { name: "f", arguments: '{"x":1}' } },
          { index: 1, id: "b", type: "function", function: { name: "g", arguments: "[]" } },
        ],
      },
    ],
    [
      "text beside a tool call",
      [
        { content: "Let me see." },
        { tool_calls: [{ index: 0, id: "a", type: "function", function: { name: "f", arguments: "{}" } }] },
      ],
      {
        ...PLAIN,
        content: "Let me see.",
        tool_calls: [{ index: 0, id: "a", type: "function", function: { name: "f", arguments: "{}" } }],
      },
    ],
    [
      "images and annotations, one after the other",
      [
        { images: [{ type: "image_url", image_url: { url: "data:1" } }] },
        { images: [{ type: "image_url", image_url: { url: "data:2" } }], annotations: [citation("x")] },
        { annotations: [citation("y")] },
      ],
      {
        ...PLAIN,
        images: [
          { type: "image_url", image_url: { url: "data:1" } },
          { type: "image_url", image_url: { url: "data:2" } },
        ],
        annotations: [citation("x"), citation("y")],
      },
    ],
    [
      "audio",
      [
        { audio: { id: "au", transcript: "Good " } },
        { audio: { data: "AA" } },
        { audio: { data: "BB", transcript: "day" } },
        { audio: { expires_at: 7 } },
      ],
      { ...PLAIN, audio: { id: "au", transcript: "Good day", data: "AABB", expires_at: 7 } },
    ],
  ])("holds %s", (_, deltas, expected) => {
    expect(message(...deltas)).toEqual(expected);
  });

  it.each<[name: string, pieces: Delta["reasoning_details"], details: object[]]>([
    [
      "texts of one index and type are joined, the signature is set",
      [
        { type: "reasoning.text", text: "a", format: "anthropic-claude-v1", index: 0 },
        { type: "reasoning.text", text: "b", index: 0 },
        { type: "reasoning.text", signature: "sig", index: 0 },
      ],
      [{ type: "reasoning.text", text: "ab", signature: "sig", format: "anthropic-claude-v1", index: 0 }],
    ],
    [
      "summaries too",
      [
        { type: "reasoning.summary", summary: "a", index: 0 },
        { type: "reasoning.summary", summary: "b", index: 0 },
      ],
      [{ type: "reasoning.summary", summary: "ab", index: 0 }],
    ],
    [
      "another index, or another type, is another detail",
      [
        { type: "reasoning.text", text: "a", index: 0 },
        { type: "reasoning.text", text: "b", index: 1 },
        { type: "reasoning.summary", summary: "c", index: 1 },
        { type: "reasoning.text", text: "d", index: 0 },
        { type: "reasoning.text", text: "e", index: 1 },
      ],
      [
        { type: "reasoning.text", text: "ad", index: 0 },
        { type: "reasoning.text", text: "be", index: 1 },
        { type: "reasoning.summary", summary: "c", index: 1 },
      ],
    ],
    [
      "encrypted ones are never joined",
      [
        { type: "reasoning.encrypted", data: "x", index: 0 },
        { type: "reasoning.encrypted", data: "y", index: 0 },
      ],
      [
        { type: "reasoning.encrypted", data: "x", index: 0 },
        { type: "reasoning.encrypted", data: "y", index: 0 },
      ],
    ],
    [
      "without an index each stands for itself",
      [
        { type: "reasoning.text", text: "a" },
        { type: "reasoning.text", text: "b" },
      ],
      [
        { type: "reasoning.text", text: "a" },
        { type: "reasoning.text", text: "b" },
      ],
    ],
    [
      "a null takes nothing away",
      [
        { type: "reasoning.text", text: "a", signature: "s", id: "r1", index: 0 },
        { type: "reasoning.text", text: null, signature: null, id: null, index: 0 },
      ],
      [{ type: "reasoning.text", text: "a", signature: "s", id: "r1", index: 0 }],
    ],
  ])("merges reasoning details: %s", (_, pieces = [], details) => {
    expect(message(...pieces.map((piece) => ({ reasoning_details: [piece] })))).toMatchObject({
      reasoning_details: details,
    });
    expect(message({ reasoning_details: pieces })).toMatchObject({ reasoning_details: details });
  });

  it("is its own: the parts stay as they were", () => {
    const piece = { type: "reasoning.text" as const, text: "a", index: 0 };
    const call = { index: 0, id: "c", type: "function" as const, function: { name: "f", arguments: "1" } };
    message({ reasoning_details: [piece], tool_calls: [call] }, { reasoning_details: [piece], tool_calls: [call] });
    expect(piece.text).toBe("a");
    expect(call.function.arguments).toBe("1");
  });
});

describe("the choices of an answer", () => {
  it("are on the wire as clients expect them", () => {
    expect(assemble(delta({ content: "Hi" }), finish())).toEqual([
      {
        index: 0,
        logprobs: null,
        finish_reason: "stop",
        native_finish_reason: "native stop",
        message: { ...PLAIN, content: "Hi" },
      },
    ]);
  });

  it("are kept apart, in the order of their index", () => {
    const choices = assemble(
      delta({ content: "b" }, 1),
      delta({ content: "a" }, 0),
      finish(1, "length"),
      delta({ content: "A" }, 0),
      finish(0),
    );
    expect(choices).toMatchObject([
      { index: 0, finish_reason: "stop", message: { content: "aA" } },
      { index: 1, finish_reason: "length", message: { content: "b" } },
    ]);
  });

  it("keep their first finish reason", () => {
    expect(assemble(delta({ content: "a" }), finish(0, "tool_calls"), finish(0, "stop"))).toMatchObject([
      { finish_reason: "tool_calls", native_finish_reason: "native tool_calls" },
    ]);
  });

  it("take no notice of parts that are about the whole answer", () => {
    const parts: Part[] = [{ type: "origin", id: "x" }, { type: "done" }];
    expect(assemble(...parts)).toEqual([]);
  });

  it("join log probabilities", () => {
    const [choice] = assemble(
      delta({ content: "a" }, 0, { content: [1], refusal: null }),
      delta({ content: "b" }, 0, { content: [2, 3] }),
      finish(),
    );
    expect(choice?.logprobs).toEqual({ content: [1, 2, 3], refusal: null });
  });

  it("tell log probabilities of a refusal from those of content", () => {
    const [choice] = assemble(delta({ refusal: "a" }, 0, { content: null, refusal: [1] }), finish());
    expect(choice?.logprobs).toEqual({ content: null, refusal: [1] });
  });
});

function citation(url: string) {
  return { type: "url_citation" as const, url_citation: { url, title: "t", start_index: 0, end_index: 1 } };
}
