import { describe, expect, it } from "vitest";
import { googleGemini } from "../../../src/protocols/google-gemini/index.ts";
import { choicesOf, eventsOf, FIXTURES, failureOf, isLast, messageOf, readFixture, usageOf } from "./read.ts";

/** What a client must see of each answer, in its own words. */
const EXPECTED: Record<string, Record<string, unknown>> = {
  "text-json": { content: "Marta keeps the lamp.", finish: "stop", native: "STOP", tokens: [17, 6, 23] },
  "text-stream": {
    content: "Guten Morgen, καλημέρα и доброе утро ⚓️ 🌊\n",
    finish: "stop",
    native: "STOP",
    tokens: [9, 14, 23],
  },
  "stop-everywhere-stream": { content: "One hundred and twelve.", finish: "stop", native: "STOP", tokens: [8, 5, 13] },
  "reasoning-stream": { content: "High water is at 14:20.", finish: "stop", native: "STOP", tokens: [11, 80, 91] },
  "reasoning-json": { content: "Four and a half nights.", finish: "stop", native: "STOP", tokens: [10, 40, 50] },
  "tools-json": { content: null, finish: "tool_calls", native: "STOP", tokens: [52, 89, 141] },
  "parallel-tools-stream": { content: "Doing both.", finish: "tool_calls", native: "STOP", tokens: [55, 86, 141] },
  "tool-result-json": {
    content: "The lamp is lit. The wind is west, force 6.",
    finish: "stop",
    native: "STOP",
    tokens: [120, 26, 146],
  },
  "structured-json": { content: '{"name":"Marta"}', finish: "stop", native: "STOP", tokens: [14, 6, 20] },
  "search-stream": {
    content: "Stürmisch: 9 Beaufort, 12 °C. Die Fähre fährt nicht.",
    finish: "stop",
    native: "STOP",
    tokens: [53, 39, 92],
  },
  "code-execution-json": {
    content: "Let me add.\n```python\nprint(3.1 + 2.4)\n```\n```\n5.5\n```\nIt is 5.5 metres.",
    finish: "stop",
    native: "STOP",
    tokens: [92, 30, 122],
  },
  "image-json": { content: "Here it is:", finish: "stop", native: "STOP", tokens: [7, 2585, 2592] },
  "audio-json": { content: "", finish: "stop", native: "STOP", tokens: [4, 31, 35] },
  "length-json": { content: "", finish: "length", native: "MAX_TOKENS", tokens: [6, 20, 26] },
  "safety-stream": { content: "The wreck lies", finish: "content_filter", native: "SAFETY", tokens: [7, 3, 10] },
  "undeclared-call-json": {
    content: null,
    finish: "tool_calls",
    native: "UNEXPECTED_TOOL_CALL",
    tokens: [50, 16, 66],
  },
  "logprobs-json": { content: "Yes", finish: "stop", native: "STOP", tokens: [5, 1, 6] },
  "cache-json": { content: "It is empty.", finish: "stop", native: "STOP", tokens: [5200, 29, 5229] },
};

const FAILED: Record<string, string> = {
  "prompt-blocked-json": "moderated",
  "prompt-blocked-stream": "moderated",
  "malformed-call-json": "malformed",
  "error-first-stream": "overloaded",
  "error-mid-stream": "overloaded",
  "error-tail-stream": "overloaded",
  "cut-stream": "interrupted",
  "error-429-json": "rate_limited",
  "error-key-json": "unauthorized",
  "error-context-json": "context_exceeded",
  "error-404-json": "not_found",
};

describe("gemini fixtures", () => {
  it("are all expected", () => {
    expect(FIXTURES.map(({ id }) => id).sort()).toEqual([...Object.keys(EXPECTED), ...Object.keys(FAILED)].sort());
  });

  const answers = FIXTURES.filter(({ response }) => response.status === 200);

  it.each(answers)("$id: the client sees all of it", (fixture) => {
    const parts = readFixture(fixture);
    const expected = EXPECTED[fixture.id];
    if (!expected) {
      expect(failureOf(parts)?.kind).toBe(FAILED[fixture.id]);
      return;
    }
    const [choice] = choicesOf(parts);
    const usage = usageOf(parts);
    expect({
      content: messageOf(parts).content,
      finish: choice?.finish_reason,
      native: choice?.native_finish_reason,
      tokens: [usage?.promptTokens, usage?.completionTokens, usage?.totalTokens],
    }).toEqual(expected);
  });

  it.each(answers)("$id: the parts are in order, none is empty, one is the last", (fixture) => {
    const parts = readFixture(fixture);
    expect(parts.filter(isLast)).toEqual([parts.at(-1)]);
    const finishes = parts.filter((part) => part.type === "finish");
    expect(finishes).toHaveLength(failureOf(parts) ? 0 : 1);
    for (const part of parts) {
      if (part.type !== "delta") continue;
      expect(Object.keys(part.delta).length + (part.logprobs ? 1 : 0)).toBeGreaterThan(0);
      for (const value of Object.values(part.delta)) expect(JSON.stringify(value)).not.toMatch(/^(""|\[\]|\{\})$/);
      if (finishes[0]) expect(parts.indexOf(part)).toBeLessThan(parts.indexOf(finishes[0]));
    }
  });

  const streams = answers.filter(({ streaming }) => streaming);

  it.each(streams.flatMap((fixture) => [1, 2, 3, 7, 64].map((size) => ({ id: fixture.id, size, fixture }))))(
    "$id: the same in pieces of $size bytes",
    ({ fixture, size }) => {
      expect(readFixture(fixture, size)).toEqual(readFixture(fixture));
    },
  );

  it.each(streams)("$id: the same event by event, and in one body", (fixture) => {
    const whole = readFixture(fixture);
    const text = fixture.response.sse_text ?? "";
    const decoder = googleGemini.decoder();
    const parts: typeof whole = [];
    for (const event of eventsOf(text)) decoder.decode({ event: "message", data: JSON.stringify(event) }, parts);
    decoder.end(parts);
    // What stands behind the events, and that nothing does, is seen in the bytes alone.
    if (fixture.id === "error-tail-stream") return;
    expect(parts).toEqual(whole);
    if (fixture.id !== "cut-stream") expect(googleGemini.response(eventsOf(text))).toEqual(whole);
  });

  it.each(FIXTURES.filter(({ response }) => response.status !== 200))("$id: says why", ({ id, response }) => {
    const failure = googleGemini.failure(response.status, new Headers(), JSON.stringify(response.body), 0);
    expect(failure.kind).toBe(FAILED[id]);
    expect(failure.status).toBe(response.status);
  });
});
