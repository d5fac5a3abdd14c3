import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anthropicMessages } from "../../../src/protocols/anthropic-messages/index.ts";
import type { Part } from "../../../src/schema/chunk.ts";
import { bytesOf, choiceOf, fixtures, readFixture, readStream } from "./support.ts";

const answers = fixtures.filter(({ response }) => response.status === 200);
const streams = answers.filter(({ streaming }) => streaming);

function expectWellFormed(parts: Part[]): void {
  const last = parts.filter((part) => part.type === "done" || part.type === "failure");
  expect(last).toEqual([parts.at(-1)]);
  expect(parts.filter((part) => part.type === "finish").length).toBeLessThanOrEqual(1);
  for (const part of parts) {
    if (part.type !== "delta") continue;
    expect(Object.keys(part.delta)).not.toEqual([]);
    for (const value of Object.values(part.delta)) expect(value.length).toBeGreaterThan(0);
  }
}

describe("every fixture", () => {
  it("is there", () => expect(fixtures.length).toBeGreaterThanOrEqual(25));

  it.each(answers)("$id gives well-formed parts", async (fixture) => expectWellFormed(await readFixture(fixture)));

  it.each(streams)("$id gives the same parts whatever the network cut", async (fixture) => {
    const whole = await readFixture(fixture);
    for (const cut of [1, 2, 3, 7, 64]) expect(await readFixture(fixture, cut), `cut ${cut}`).toEqual(whole);
  });

  it.each(streams)("$id is interrupted when its end is missing", async ({ response }) => {
    const text = response.sse_text ?? "";
    const at = Math.max(text.indexOf("event: message_delta"), text.indexOf("event: error"));
    const parts = await readStream(new TextEncoder().encode(text.slice(0, at)));
    expect(parts.at(-1)).toMatchObject({ type: "failure", failure: { kind: "interrupted" } });
  });

  it.each([
    ["cache-json", "cache-stream"],
    ["parallel-tools-json", "parallel-tools-stream"],
  ])("%s says what %s says", async (whole, stream) => {
    const [a, b] = await Promise.all(
      [whole, stream].map(async (id) => readFixture(fixtures.find((each) => each.id === id) ?? fail(id))),
    );
    const { content: _, ...said } = choiceOf(a ?? []).message;
    expect(choiceOf(b ?? []).message).toMatchObject(said);
    const usage = (parts: Part[]) => parts.findLast((part) => part.type === "usage");
    expect(usage(b ?? [])).toEqual(usage(a ?? []));
  });
});

describe("whatever comes", () => {
  const json = fc.jsonValue({ maxDepth: 4 });
  const word = fc.constantFrom(
    "message_start",
    "content_block_start",
    "content_block_delta",
    "content_block_stop",
    "message_delta",
    "message_stop",
    "error",
    "ping",
    "text",
    "thinking",
    "tool_use",
    "redacted_thinking",
    "text_delta",
    "thinking_delta",
    "signature_delta",
    "input_json_delta",
    "citations_delta",
  );
  const block = fc.record(
    {
      type: fc.oneof(word, json),
      text: json,
      thinking: json,
      signature: json,
      partial_json: json,
      citation: json,
      citations: json,
      data: json,
      input: json,
      id: json,
      name: json,
    },
    { requiredKeys: ["type"] },
  );
  const event = fc.record(
    {
      type: fc.oneof(word, json),
      index: fc.oneof(fc.nat(3), json),
      content_block: fc.oneof(block, json),
      delta: fc.oneof(block, fc.record({ stop_reason: json, stop_details: json }), json),
      message: json,
      usage: json,
      error: json,
    },
    { requiredKeys: ["type"] },
  );

  it("bytes never throw or hang", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => expectWellFormed(await readStream(bytes))),
      { numRuns: 200 },
    );
  });

  it("events in any order and of any shape end in one last part", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 12 }), async (events) => {
        expectWellFormed(await readStream(bytesOf(events as never)));
      }),
      { numRuns: 300 },
    );
  });

  it("fixtures with a byte changed end in one last part", async () => {
    const change = fc.record({ at: fc.nat(), byte: fc.integer({ min: 0, max: 255 }) });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...streams),
        fc.array(change, { maxLength: 4 }),
        async ({ response }, changes) => {
          const bytes = new TextEncoder().encode(response.sse_text ?? "");
          for (const { at, byte } of changes) bytes[at % bytes.length] = byte;
          expectWellFormed(await readStream(bytes));
        },
      ),
      { numRuns: 200 },
    );
  });

  it("whole answers of any shape end in one last part", () => {
    const message = fc.record({ type: json, content: fc.oneof(fc.array(block), json), stop_reason: json, usage: json });
    fc.assert(fc.property(fc.oneof(message, json), (value) => expectWellFormed(anthropicMessages.response(value))));
  });

  it("error bodies of any shape are a failure with a message", () => {
    fc.assert(
      fc.property(fc.integer({ min: 300, max: 599 }), fc.oneof(fc.string(), fc.json()), (status, body) => {
        const failure = anthropicMessages.failure(status, new Headers(), body, 0);
        expect(failure.message).not.toBe("");
        expect(failure.status).toBe(status);
      }),
    );
  });
});

function fail(id: string): never {
  throw new Error(`no fixture ${id}`);
}
