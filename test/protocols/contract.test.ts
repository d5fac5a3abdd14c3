import { describe, expect, it } from "vitest";
import { APIS, protocolOf } from "../../src/protocols/index.ts";
import type { Protocol } from "../../src/protocols/protocol.ts";
import type { Part } from "../../src/schema/chunk.ts";
import { Assembler } from "../../src/stream/assemble.ts";
import { isLast, PartSource } from "../../src/stream/source.ts";
import type { SseMessage } from "../../src/stream/sse.ts";
import { BODY_KINDS, type BodyKind, bodyOf, piecesOf } from "../stream/bytes.ts";

/** One exchange with a provider as it was on the wire. */
interface Fixture {
  id: string;
  wire_format: string;
  streaming: boolean;
  response: {
    status: number;
    headers: Record<string, string>;
    body?: unknown;
    sse_text?: string;
    body_base64?: string;
  };
}

/** What the wire formats are called in fixtures, where that is not their name here. */
const API_BY_FORMAT: Record<string, string> = { "cohere-v2": "cohere-chat" };

const FILES = import.meta.glob<string>("../fixtures/*/*.json", { query: "?raw", import: "default", eager: true });
const FIXTURES = await Promise.all(
  Object.values(FILES)
    .map((text): Fixture => JSON.parse(text))
    .map(async (fixture) => ({ ...fixture, protocol: await protocolNamed(fixture) })),
);
const ANSWERS = FIXTURES.filter(({ response }) => response.status === 200);
const STREAMS = ANSWERS.filter(({ response }) => bytesOf(response) !== undefined);
const WHOLE = ANSWERS.filter(({ response }) => bytesOf(response) === undefined);
const REFUSALS = FIXTURES.filter(({ response }) => response.status !== 200);

async function protocolNamed({ wire_format: format }: Fixture): Promise<Protocol> {
  const api = APIS.find((name) => name === (API_BY_FORMAT[format] ?? format));
  if (!api) throw new Error(`no protocol speaks ${format}`);
  return protocolOf(api);
}

function bytesOf(response: Fixture["response"]): Uint8Array | undefined {
  if (response.sse_text !== undefined) return new TextEncoder().encode(response.sse_text);
  return response.body_base64 === undefined ? undefined : Uint8Array.fromBase64(response.body_base64);
}

/** The parts of a stream that arrives in these pieces. */
async function read(protocol: Protocol, pieces: Uint8Array[], kind: BodyKind): Promise<Part[]> {
  const explain = (error: unknown) => ({ kind: "interrupted" as const, message: String(error) });
  const format = { framing: protocol.framing(), decoder: protocol.decoder() };
  const source = new PartSource(bodyOf(pieces, { kind }).body, format, { explain, onParts: () => {} });
  const parts: Part[] = [];
  while (!isLast(parts.at(-1))) parts.push(...(await source.read()));
  return parts;
}

/** The bytes of each event for itself, as the protocol's own framing sees them. */
function perEvent(protocol: Protocol, bytes: Uint8Array): Uint8Array[] {
  const framing = protocol.framing();
  const messages: SseMessage[] = [];
  const pieces: Uint8Array[] = [];
  let start = 0;
  for (let end = 1; end <= bytes.length; end++) {
    const before = messages.length;
    framing.push(bytes.slice(end - 1, end), messages);
    if (messages.length === before && end < bytes.length) continue;
    pieces.push(bytes.slice(start, end));
    start = end;
  }
  return pieces;
}

/** The choices that parts make, as a client gets them in one piece. */
function assemble(parts: Part[]) {
  const assembler = new Assembler();
  for (const part of parts) assembler.take(part);
  return assembler.choices();
}

function isFailed(parts: Part[]): boolean {
  return parts.at(-1)?.type === "failure";
}

function expectGoodAnswer(parts: Part[]): void {
  expect(parts.findIndex(isLast)).toBe(parts.length - 1);
  const finishes = parts.flatMap((part) => (part.type === "finish" ? [part.index] : []));
  expect(new Set(finishes).size).toBe(finishes.length);
  if (isFailed(parts)) return;
  const begun = new Set(parts.flatMap((part) => (part.type === "delta" ? [part.index] : [])));
  expect(new Set(finishes)).toEqual(new Set([...begun, ...finishes]));
  expect(finishes.length).toBeGreaterThan(0);
  for (const choice of assemble(parts)) {
    const { tool_calls: calls = [] } = choice.message as {
      tool_calls?: { id: string; function: { name: string; arguments: string } }[];
    };
    expect(new Set(calls.map(({ id }) => id)).size).toBe(calls.length);
    for (const call of calls) {
      expect(call.id).not.toBe("");
      expect(call.function.name).not.toBe("");
      if (choice.finish_reason === "tool_calls") expect(() => JSON.parse(call.function.arguments)).not.toThrow();
    }
  }
}

it("there are fixtures of every kind", () => {
  expect(STREAMS.length).toBeGreaterThan(10);
  expect(WHOLE.length).toBeGreaterThan(5);
  expect(REFUSALS.length).toBeGreaterThan(2);
});

describe.each(STREAMS)("the stream $id", ({ protocol, response }) => {
  const bytes = bytesOf(response) ?? new Uint8Array();

  it("gives a good answer, or says what went wrong", async () => {
    expectGoodAnswer(await read(protocol, [bytes], "bytes"));
  });

  it("gives the same parts whatever the network cuts", async () => {
    const whole = await read(protocol, [bytes], "bytes");
    for (const kind of BODY_KINDS) {
      expect(await read(protocol, [bytes], kind)).toEqual(whole);
      expect(await read(protocol, perEvent(protocol, bytes), kind)).toEqual(whole);
      for (const size of [1, 2, 3, 7, 64]) expect(await read(protocol, piecesOf(bytes, size), kind)).toEqual(whole);
    }
  });

  it("never ends well when it is cut anywhere before its last choice has finished", async () => {
    const whole = await read(protocol, [bytes], "bytes");
    if (whole.at(-1)?.type !== "done") return;
    const events = perEvent(protocol, bytes);
    for (let kept = 0; kept < events.length; kept++) {
      const parts = await read(protocol, events.slice(0, kept), "plain");
      const begun = parts.some(({ type }) => type === "delta");
      const finished = parts.some(({ type }) => type === "finish");
      if (parts.at(-1)?.type === "done") expect({ kept, begun, finished }).toEqual({ kept, begun, finished: true });
    }
  });
});

describe.each(WHOLE)("the answer $id", ({ protocol, response }) => {
  it("gives a good answer, or says what went wrong", () => {
    expectGoodAnswer(protocol.response(response.body));
  });
});

describe.each(REFUSALS)("the refusal $id", ({ protocol, response }) => {
  const headers = new Headers(response.headers);
  const body = bytesOf(response);
  const text = body ? new TextDecoder().decode(body) : JSON.stringify(response.body);

  it("is a failure of a known kind with the upstream's status and words", () => {
    const failure = protocol.failure(response.status, headers, text, Date.now());
    expect(failure.status).toBe(response.status);
    expect(failure.kind).toMatch(/^[a-z_]+$/);
    expect(failure.message).not.toBe("");
    expect(failure.raw).toBe(text);
  });
});

describe("a stream and an answer in one piece", () => {
  /** Fixtures that say the same in both ways are called the same but for the way. */
  const pairs = STREAMS.flatMap((stream) => {
    const id = stream.id.replace("-stream", "-json");
    const whole = WHOLE.find((fixture) => fixture.id === id && fixture.wire_format === stream.wire_format);
    return whole ? [{ id: stream.id, stream, whole }] : [];
  });

  it.each(pairs)("read alike: $id", async ({ stream, whole }) => {
    const streamed = await read(stream.protocol, [bytesOf(stream.response) ?? new Uint8Array()], "bytes");
    const atOnce = whole.protocol.response(whole.response.body);
    expect(streamed.at(-1)?.type).toBe(atOnce.at(-1)?.type);
    if (isFailed(streamed)) return;
    const kinds = (parts: Part[]) => [...new Set(parts.map(({ type }) => type))].sort();
    expect(kinds(streamed)).toEqual(kinds(atOnce));
    const shape = (parts: Part[]) =>
      assemble(parts).map(({ finish_reason, message }) => ({
        finish_reason,
        keys: Object.keys(message as object).sort(),
      }));
    expect(shape(streamed)).toEqual(shape(atOnce));
  });

  it.each(WHOLE)("are assembled to the same: $id", ({ protocol, response }) => {
    const parts = protocol.response(response.body);
    const pieces = parts.flatMap(inPieces);
    expect(assemble(pieces)).toEqual(assemble(parts));
  });
});

/** The same part as a stream would give it: texts one character at a time. */
function inPieces(part: Part): Part[] {
  if (part.type !== "delta" || part.logprobs) return [part];
  const { content, reasoning, refusal, ...rest } = part.delta;
  const letters = { content, reasoning, refusal };
  const pieces: Part[] = Object.entries(letters).flatMap(([key, text]) =>
    [...(text ?? "")].map((letter): Part => ({ type: "delta", index: part.index, delta: { [key]: letter } })),
  );
  return Object.keys(rest).length > 0 ? [...pieces, { ...part, delta: rest }] : pieces;
}
