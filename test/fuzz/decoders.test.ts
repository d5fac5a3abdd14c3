import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { APIS, protocolOf } from "../../src/protocols/index.ts";
import type { Protocol } from "../../src/protocols/protocol.ts";
import { REMEDIES } from "../../src/routing/fallback.ts";
import type { Part } from "../../src/schema/chunk.ts";
import { FramingError } from "../../src/stream/framing.ts";
import { isLast } from "../../src/stream/source.ts";
import type { SseMessage } from "../../src/stream/sse.ts";

/**
 * Whatever an upstream sends, a decoder neither throws nor hangs, and its last part says how it ended. Inputs are
 * arbitrary bytes, and real-looking streams that were cut, mixed and damaged. `FUZZ_RUNS` says how many a protocol
 * gets; a failure prints its seed, and `FUZZ_SEED` brings it back.
 */
const RUNS = Number(process.env.FUZZ_RUNS ?? 400);
const SEED = process.env.FUZZ_SEED === undefined ? undefined : Number(process.env.FUZZ_SEED);
/** Decoding an input of a few kilobytes takes far less than a millisecond. */
const MAX_MS_PER_INPUT = 250;

const FIXTURES = join(import.meta.dirname, "../fixtures");

/** Streams to damage: those of the protocol's fixtures. */
function samplesOf(api: string): Uint8Array[] {
  const folder = join(FIXTURES, api);
  const samples: Uint8Array[] = [];
  for (const name of readdirSync(FIXTURES).includes(api) ? readdirSync(folder) : []) {
    const { response } = JSON.parse(readFileSync(join(folder, name), "utf8"));
    if (typeof response?.sse_text === "string") samples.push(new TextEncoder().encode(response.sse_text));
    if (typeof response?.body_base64 === "string") samples.push(Buffer.from(response.body_base64, "base64"));
  }
  return samples.length > 0 ? samples : [new TextEncoder().encode('data: {"type":"x"}\n\ndata: [DONE]\n\n')];
}

/** One way to damage a stream. */
const damage = fc.record({
  kind: fc.constantFrom("flip", "drop", "repeat", "insert", "end"),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.nat(40),
  bytes: fc.uint8Array({ maxLength: 12 }),
});

function damaged(
  sample: Uint8Array,
  { kind, at, length, bytes }: { kind: string; at: number; length: number; bytes: Uint8Array },
) {
  const start = Math.floor(at * sample.length);
  const [before, after] = [sample.slice(0, start), sample.slice(start)];
  if (kind === "end") return before;
  if (kind === "drop") return Buffer.concat([before, after.slice(length)]);
  if (kind === "repeat") return Buffer.concat([before, after.slice(0, length), after]);
  if (kind === "insert") return Buffer.concat([before, bytes, after]);
  return Buffer.concat([
    before,
    Uint8Array.from(after.slice(0, 1), (byte) => byte ^ (1 << (length % 8))),
    after.slice(1),
  ]);
}

/** Decodes a stream in pieces, as the reader of an upstream's body does. */
function decode(protocol: Protocol, input: Uint8Array, pieceBytes: number): Part[] {
  const [framing, decoder] = [protocol.framing(), protocol.decoder()];
  const messages: SseMessage[] = [];
  try {
    for (let at = 0; at < input.length; at += pieceBytes) framing.push(input.slice(at, at + pieceBytes), messages);
    framing.end(messages);
  } catch (error) {
    if (!(error instanceof FramingError)) throw error;
  }
  const parts: Part[] = [];
  for (const message of messages) {
    decoder.decode(message, parts);
    if (isLast(parts.at(-1))) return parts;
  }
  decoder.end(parts);
  return parts;
}

function expectEnded(parts: Part[]): void {
  expect(isLast(parts.at(-1)), "the last part says how it ended").toBe(true);
  expect(parts.filter(isLast)).toHaveLength(1);
  const finishes = parts.filter((part) => part.type === "finish");
  expect(new Set(finishes.map(({ index }) => index)).size, "one finish a choice").toBe(finishes.length);
  for (const part of parts) if (part.type === "failure") expect(Object.keys(REMEDIES)).toContain(part.failure.kind);
}

const PROTOCOLS = await Promise.all(APIS.map(async (api) => [api, await protocolOf(api)] as const));

describe.each(PROTOCOLS)("%s", (api, protocol) => {
  const samples = samplesOf(api);
  const options = { numRuns: RUNS, ...(SEED !== undefined && { seed: SEED }) };
  const pieceBytes = fc.integer({ min: 1, max: 200 });

  it("survives any bytes", { timeout: 600_000 }, () => {
    const input = fc.oneof(
      fc.uint8Array({ maxLength: 600 }),
      fc.string({ maxLength: 300 }).map((text) => Buffer.from(`data: ${text}\n\n`)),
    );
    fc.assert(
      fc.property(input, pieceBytes, (bytes, size) => expectEnded(decode(protocol, bytes, size))),
      options,
    );
  });

  it("survives damaged streams", { timeout: 600_000 }, () => {
    const input = fc.tuple(fc.constantFrom(...samples), fc.array(damage, { minLength: 1, maxLength: 4 }), pieceBytes);
    fc.assert(
      fc.property(input, ([sample, damages, size]) => {
        const bytes = damages.reduce<Uint8Array>(damaged, sample);
        const startedAtMs = performance.now();
        const parts = decode(protocol, bytes, size);
        expect(performance.now() - startedAtMs).toBeLessThan(MAX_MS_PER_INPUT);
        expectEnded(parts);
        expect(JSON.stringify(decode(protocol, bytes, 7))).toBe(JSON.stringify(parts));
      }),
      options,
    );
  });

  it("survives any whole answer and any error body", { timeout: 600_000 }, () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.integer({ min: 300, max: 599 }), fc.string(), (json, status, text) => {
        expectEnded(protocol.response(json));
        for (const body of [JSON.stringify(json), text])
          expect(Object.keys(REMEDIES)).toContain(protocol.failure(status, new Headers(), body, 0).kind);
      }),
      options,
    );
  });
});
