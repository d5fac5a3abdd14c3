import { describe, expect, it } from "vitest";
import { AwsEventFraming } from "../../src/stream/aws-events.ts";
import { FramingError } from "../../src/stream/framing.ts";
import type { SseMessage } from "../../src/stream/sse.ts";
import { framesOf } from "../support/aws-frames.ts";

const EVENTS = [
  { event: "messageStart", payload: { role: "assistant" } },
  { event: "contentBlockDelta", payload: { contentBlockIndex: 0, delta: { text: "Reiher 🪶 am Ufer" } } },
  { event: "contentBlockDelta", payload: { contentBlockIndex: 0, delta: { text: "x".repeat(5000) } } },
  { exception: "throttlingException", payload: { message: "slowly" } },
];
const BYTES = framesOf(EVENTS);
const EXPECTED = EVENTS.map(({ event, exception, payload }) => ({
  event: event ?? exception,
  data: JSON.stringify(payload),
}));

function cut(bytes: Uint8Array, size: number): SseMessage[] {
  const framing = new AwsEventFraming();
  const messages: SseMessage[] = [];
  // One buffer for all pieces, as the reader of a body has.
  const buffer = new Uint8Array(size);
  for (let at = 0; at < bytes.length; at += size) {
    const piece = bytes.subarray(at, at + size);
    buffer.set(piece);
    framing.push(buffer.subarray(0, piece.length), messages);
  }
  framing.end();
  return messages;
}

/** CRC-32 bit by bit. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}

/** A frame with these bytes as its headers, and sums that are right. */
function frame(headers: number[], payload = "", lengthOff = 0): Uint8Array {
  const data = new TextEncoder().encode(payload);
  const bytes = new Uint8Array(16 + headers.length + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, bytes.length + lengthOff);
  view.setUint32(4, headers.length);
  view.setUint32(8, crc32(bytes.subarray(0, 8)));
  bytes.set(headers, 12);
  bytes.set(data, 12 + headers.length);
  view.setUint32(bytes.length - 4, crc32(bytes.subarray(0, -4)));
  return bytes;
}

const text = (value: string) => [...new TextEncoder().encode(value)];
const header = (name: string, type: number, value: number[]) => [name.length, ...text(name), type, ...value];
const string = (name: string, value: string) => header(name, 7, [0, value.length, ...text(value)]);

describe("AWS's event stream", () => {
  it.each([1, 2, 3, 7, 64, 1000, BYTES.length])("is the same in pieces of %i bytes", (size) => {
    expect(cut(BYTES, size)).toEqual(EXPECTED);
  });

  it("reads headers of every type", () => {
    const headers = [
      ...header("yes", 0, []),
      ...header("no", 1, []),
      ...header("byte", 2, [1]),
      ...header("short", 3, [1, 2]),
      ...header("int", 4, [1, 2, 3, 4]),
      ...header("long", 5, [1, 2, 3, 4, 5, 6, 7, 8]),
      ...header("bytes", 6, [0, 2, 9, 9]),
      ...header("time", 8, [1, 2, 3, 4, 5, 6, 7, 8]),
      ...header("uuid", 9, Array(16).fill(3)),
      ...string(":event-type", "metadata"),
    ];
    expect(cut(frame(headers, "{}"), 5)).toEqual([{ event: "metadata", data: "{}" }]);
  });

  it("takes an error without a payload by its headers", () => {
    const headers = [...string(":error-code", "InternalFailure"), ...string(":error-message", "broken")];
    expect(cut(frame(headers), 9)).toEqual([{ event: "error InternalFailure", data: '{"message":"broken"}' }]);
  });

  it("loses a frame that is not whole, and no other", () => {
    expect(cut(BYTES.slice(0, -3), 64)).toEqual(EXPECTED.slice(0, -1));
  });

  it.each([
    { what: "in its lengths", bytes: BYTES.map((byte, at) => (at === 2 ? byte ^ 1 : byte)) },
    { what: "in its payload", bytes: BYTES.map((byte, at) => (at === 90 ? byte ^ 1 : byte)) },
    { what: "by a header that leads out of it", bytes: frame([200, 1, 2]) },
    { what: "by a length below its parts", bytes: frame([], "", -4) },
    { what: "by a length above all bounds", bytes: frame([], "", 0x7000_0000) },
  ])("a frame damaged $what is refused", ({ bytes }) => {
    expect(() => cut(bytes, bytes.length)).toThrow(FramingError);
  });

  it("does not slow down with the length of a frame", () => {
    const bytes = framesOf([{ event: "contentBlockDelta", payload: { delta: { text: "y".repeat(600_000) } } }]);
    expect(cut(bytes, 512)).toHaveLength(1);
  });
});
