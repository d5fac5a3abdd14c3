import fc from "fast-check";
import { expect } from "vitest";
import type { AnswerContext, Protocol, RequestTarget, UpstreamRequest } from "../../src/protocols/protocol.ts";
import { parseChatRequest } from "../../src/schema/chat.ts";
import type { Part } from "../../src/schema/chunk.ts";
import { Assembler } from "../../src/stream/assemble.ts";
import { FramingError } from "../../src/stream/framing.ts";
import { isLast } from "../../src/stream/source.ts";
import type { SseMessage } from "../../src/stream/sse.ts";

/** What the tests of several wire formats have in common. */

// biome-ignore lint/suspicious/noExplicitAny: JSON of the wire
export type Json = Record<string, any>;

/** Sizes of the pieces in which a stream may arrive. */
export const CUTS = [1, 2, 3, 7, 64];

/** What a protocol sends for a client's request. */
export function write(
  protocol: Protocol,
  fields: Json,
  target: Partial<RequestTarget> = {},
): UpstreamRequest & { body: Json } {
  const chat = parseChatRequest({ model: "acme/heron", messages: [{ role: "user", content: "Hello" }], ...fields });
  const before = JSON.stringify(chat);
  const request = protocol.request(chat, { model: "heron-1", quirks: {}, stream: false, ...target });
  expect(JSON.stringify(chat), "the chat request is left as it was").toBe(before);
  // As it goes over the wire: without fields that are undefined.
  return { ...request, body: JSON.parse(JSON.stringify(request.body)) };
}

/** Events as the bytes of a stream of server-sent events. */
export function sse(events: Json[], tail = ""): Uint8Array {
  const text = events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join("");
  return new TextEncoder().encode(text + tail);
}

/** All parts of a stream whose bytes arrive in pieces of this size and whose connection closes cleanly. */
export function read(protocol: Protocol, bytes: Uint8Array, size = bytes.length, context?: AnswerContext): Part[] {
  const [framing, decoder] = [protocol.framing(), protocol.decoder(context)];
  const messages: SseMessage[] = [];
  const parts: Part[] = [];
  try {
    for (let at = 0; at < bytes.length; at += size) framing.push(bytes.slice(at, at + size), messages);
    framing.end(messages);
  } catch (error) {
    if (!(error instanceof FramingError)) throw error;
  }
  for (const message of messages) decoder.decode(message, parts);
  decoder.end(parts);
  return parts;
}

/** The first choice that parts add up to. */
export function choiceOf(parts: Part[]): Json {
  const assembler = new Assembler();
  for (const part of parts) assembler.take(part);
  return assembler.choices()[0] ?? {};
}

export function messageOf(parts: Part[]): Json {
  return choiceOf(parts).message ?? {};
}

export function usageOf(parts: Part[]): Json | undefined {
  return parts.findLast((part) => part.type === "usage")?.usage;
}

export function failureOf(parts: Part[]): Json | undefined {
  const last = parts.at(-1);
  return last?.type === "failure" ? last.failure : undefined;
}

/** Checks what holds for the parts of every answer. */
export function expectOrder(parts: Part[]): void {
  expect(parts.filter(isLast)).toEqual([parts.at(-1)]);
  expect(parts.filter(({ type }) => type === "finish").length).toBeLessThanOrEqual(1);
  for (const part of parts) {
    if (part.type !== "delta") continue;
    for (const value of Object.values(part.delta)) expect(JSON.stringify(value)).not.toMatch(/^(""|\[\]|\{\})$/);
  }
}

/** Whatever is sent, an answer ends once, and an error body is read. */
export function expectRobust(protocol: Protocol, sample: Uint8Array, whole: Json): void {
  const place = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(place, place, fc.uint8Array({ maxLength: 8 }), fc.integer({ min: 1, max: 99 }), (a, b, put, size) => {
      const [from, to] = [Math.floor(a * sample.length), Math.floor(b * sample.length)];
      const bytes = Uint8Array.from([...sample.slice(0, from), ...put, ...sample.slice(to)]);
      const parts = read(protocol, bytes, size);
      expectOrder(parts);
      expect(read(protocol, bytes)).toEqual(parts);
    }),
    { numRuns: 60 },
  );
  fc.assert(
    fc.property(fc.array(fc.nat(9), { minLength: 1, maxLength: 7 }), fc.jsonValue(), (path, value) => {
      expectOrder(protocol.response(mutated(whole, path, value)));
    }),
    { numRuns: 200 },
  );
  fc.assert(
    fc.property(fc.integer({ min: 300, max: 599 }), fc.oneof(fc.string(), fc.json()), (status, body) => {
      expect(protocol.failure(status, new Headers(), body, 0).message).not.toBe("");
    }),
    { numRuns: 60 },
  );
}

/** The same JSON with one of its values replaced. */
function mutated(value: unknown, [step, ...rest]: number[], replacement: unknown): unknown {
  if (step === undefined || typeof value !== "object" || value === null) return replacement;
  const entries = Object.entries(value);
  const entry = entries[step % Math.max(entries.length, 1)];
  if (!entry) return replacement;
  entry[1] = mutated(entry[1], rest, replacement);
  return Array.isArray(value) ? entries.map(([, item]) => item) : Object.fromEntries(entries);
}

/** A conversation that began elsewhere: other ids, reasoning of others, two turns in a row, strayed results. */
export const HANDED_OVER: Json[] = [
  { role: "system", content: "Be brief." },
  { role: "user", content: "How many herons?" },
  { role: "user", content: "And fish?" },
  {
    role: "assistant",
    content: null,
    reasoning: "Two counts.",
    reasoning_details: [
      { type: "reasoning.text", text: "Two counts.", signature: "c2ln", format: "other-v1", index: 0 },
    ],
    tool_calls: [
      { id: "call|1", type: "function", function: { name: "herons", arguments: '{"pond":"north"}' } },
      { id: `fc_${"x".repeat(90)}`, type: "function", function: { name: "fish", arguments: "" } },
    ],
  },
  { role: "tool", tool_call_id: "call|1", content: "seven" },
  { role: "tool", tool_call_id: "nobody", content: "stray" },
  { role: "user", content: "Well?" },
  { role: "assistant", content: "" },
  { role: "assistant", content: "Seven herons." },
  { role: "developer", content: "Now in French." },
  {
    role: "user",
    content: [
      { type: "text", text: "" },
      { type: "text", text: "Again." },
    ],
  },
];
