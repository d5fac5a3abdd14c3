import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OpenAiChatDecoder } from "../../../src/protocols/openai-chat/decoder.ts";
import { openaiChat } from "../../../src/protocols/openai-chat/index.ts";
import type { Part } from "../../../src/schema/chunk.ts";
import { isLast, PartSource, SseFraming } from "../../../src/stream/source.ts";
import { BODY_KINDS, bodyOf } from "../../stream/bytes.ts";

/** Values that an upstream might put where a field is expected, the expected ones among them. */
const odd = fc.oneof(
  fc.constantFrom(
    null,
    true,
    0,
    -1,
    1.5,
    1e308,
    "",
    "stop",
    "error",
    "constructor",
    "__proto__",
    "a",
    [],
    {},
    { toString: 1 },
  ),
  fc.jsonValue({ maxDepth: 2 }),
);
const mostly = <T>(value: fc.Arbitrary<T>) => fc.oneof({ arbitrary: value, weight: 4 }, { arbitrary: odd, weight: 1 });
const some = (model: Record<string, fc.Arbitrary<unknown>>) => mostly(fc.record(model, { requiredKeys: [] }));

const delta = some({
  content: mostly(fc.string()),
  reasoning: mostly(fc.string()),
  reasoning_content: odd,
  reasoning_details: mostly(
    fc.array(some({ type: fc.constantFrom("reasoning.text", "x"), text: odd, index: odd }), { maxLength: 2 }),
  ),
  refusal: odd,
  function_call: some({ name: odd, arguments: odd }),
  tool_calls: mostly(
    fc.array(
      some({
        index: mostly(fc.nat({ max: 3 })),
        id: odd,
        function: some({ name: odd, arguments: mostly(fc.string()) }),
      }),
      { maxLength: 3 },
    ),
  ),
  images: odd,
  audio: odd,
  annotations: odd,
});
const choice = some({
  index: mostly(fc.nat({ max: 2 })),
  delta,
  message: delta,
  finish_reason: mostly(fc.constantFrom(null, "stop", "length", "tool_calls", "error", "constructor")),
  native_finish_reason: odd,
  logprobs: odd,
  error: fc.oneof({ arbitrary: fc.constant(undefined), weight: 9 }, { arbitrary: odd, weight: 1 }),
  usage: odd,
});
const usage = some({ prompt_tokens: odd, completion_tokens: odd, prompt_tokens_details: some({ cached_tokens: odd }) });
const chunk = some({
  id: odd,
  model: odd,
  system_fingerprint: odd,
  choices: mostly(fc.array(choice, { maxLength: 3 })),
  usage,
  x_groq: some({ usage }),
  search_results: odd,
  citations: odd,
  error: fc.oneof({ arbitrary: fc.constant(undefined), weight: 19 }, { arbitrary: odd, weight: 1 }),
});
const data = fc.oneof(
  { arbitrary: chunk.map((value) => JSON.stringify(value)), weight: 20 },
  { arbitrary: fc.constant("[DONE]"), weight: 1 },
  { arbitrary: fc.string(), weight: 1 },
);

/** What holds for the parts of every answer, whatever the upstream sent. */
function expectGoodParts(parts: Part[]): void {
  expect(parts.findIndex(isLast)).toBe(parts.length - 1);
  const finishes = parts.flatMap((part) => (part.type === "finish" ? [part.index] : []));
  expect(new Set(finishes).size).toBe(finishes.length);
  for (const part of parts) {
    if (part.type === "finish") expect(["stop", "length", "tool_calls", "content_filter"]).toContain(part.finishReason);
    if (part.type !== "delta") continue;
    for (const value of Object.values(part.delta))
      expect(value === "" || (Array.isArray(value) && value.length === 0)).toBe(false);
  }
}

describe("the decoder", () => {
  it("takes any events without a throw, and ends with one last part", () => {
    fc.assert(
      fc.property(fc.array(data, { maxLength: 8 }), (events) => {
        const decoder = new OpenAiChatDecoder();
        const parts: Part[] = [];
        for (const event of events) decoder.decode({ event: "message", data: event }, parts);
        decoder.end(parts);
        expectGoodParts(parts);
      }),
      { numRuns: 500 },
    );
  });

  it("takes any JSON for a whole answer", () => {
    fc.assert(
      fc.property(chunk, (json) => {
        expectGoodParts(openaiChat.response(json));
      }),
      { numRuns: 300 },
    );
  });

  it.each(BODY_KINDS)("reads any bytes to an end, in any pieces: %s", async (kind) => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc
        .array(data, { maxLength: 5 })
        .map((events) => new TextEncoder().encode(events.map((event) => `data: ${event}\n\n`).join(""))),
    );
    const end = fc.constantFrom("close" as const, "break" as const);
    await fc.assert(
      fc.asyncProperty(bytes, fc.integer({ min: 1, max: 40 }), end, async (all, size, how) => {
        const pieces = Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
          all.slice(index * size, (index + 1) * size),
        );
        const { body } = bodyOf(pieces, { kind, end: how });
        const explain = () => ({ kind: "interrupted" as const, message: "broke" });
        const format = { framing: new SseFraming(), decoder: new OpenAiChatDecoder() };
        const source = new PartSource(body, format, { explain, onParts: () => {} });
        const parts: Part[] = [];
        for (let reads = 0; reads <= pieces.length + 1 && !isLast(parts.at(-1)); reads++)
          parts.push(...(await source.read()));
        expectGoodParts(parts);
      }),
      { numRuns: 60 },
    );
  });
});
