import { type Framing, FramingError } from "./framing.ts";
import type { SseMessage } from "./sse.ts";

/** Bytes before the headers: total length, headers' length, checksum of both. */
const PRELUDE_BYTES = 12;
const CHECKSUM_BYTES = 4;
/** The format's own bound is 16 MiB of payload and 128 KiB of headers. */
const MAX_FRAME_BYTES = 17 * 1024 * 1024;
/** Type byte of a header that holds a string. */
const STRING_HEADER = 7;
/** Bytes of a header's value by its type; strings and byte arrays say their own length. */
const FIXED_HEADER_BYTES: Record<number, number> = { 0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16 };

/**
 * Cuts AWS's binary event stream (`application/vnd.amazon.eventstream`) into messages. A frame is: total length,
 * headers' length, CRC-32 of these two, headers, payload, CRC-32 of all before it; numbers are big-endian. The
 * message's event is the frame's `:event-type` or `:exception-type`, or `error ` and the frame's `:error-code`; its data
 * is the payload as text. Frames may arrive in any pieces. Throws `FramingError` for a frame that is damaged or too long.
 */
export class AwsEventFraming implements Framing {
  /** Bytes of a frame that is not whole yet, at the start of a buffer that grows by doubling. */
  #buffer = new Uint8Array(0);
  #length = 0;

  push(bytes: Uint8Array, messages: SseMessage[]): void {
    const all = this.#length === 0 ? bytes : this.#append(bytes);
    const view = new DataView(all.buffer, all.byteOffset, all.byteLength);
    let start = 0;
    while (all.length - start >= PRELUDE_BYTES) {
      const length = view.getUint32(start);
      checkPrelude(all, view, start, length);
      if (all.length - start < length) break;
      messages.push(readFrame(all.subarray(start, start + length)));
      start += length;
    }
    // A copy: the reader fills its buffer again.
    const rest = all.subarray(start);
    if (this.#length > 0 && start === 0) return;
    this.#length = 0;
    if (rest.length > 0) this.#append(rest);
  }

  /** What is buffered with these bytes behind it. */
  #append(bytes: Uint8Array): Uint8Array {
    const length = this.#length + bytes.length;
    if (length > this.#buffer.length) {
      const grown = new Uint8Array(Math.max(length, this.#buffer.length * 2));
      grown.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = grown;
    }
    this.#buffer.set(bytes, this.#length);
    this.#length = length;
    return this.#buffer.subarray(0, length);
  }

  /** A frame that is not whole is lost; whether the answer is whole without it, its decoder knows. */
  end(): void {}
}

function checkPrelude(bytes: Uint8Array, view: DataView, start: number, length: number): void {
  if (crc32(bytes.subarray(start, start + 8)) !== view.getUint32(start + 8))
    throw new FramingError("a frame of the upstream's event stream is damaged");
  if (length > MAX_FRAME_BYTES || length < PRELUDE_BYTES + view.getUint32(start + 4) + CHECKSUM_BYTES)
    throw new FramingError(`a frame of the upstream's event stream says that it has ${length} bytes`);
}

function readFrame(frame: Uint8Array): SseMessage {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const end = frame.length - CHECKSUM_BYTES;
  if (crc32(frame.subarray(0, end)) !== view.getUint32(end))
    throw new FramingError("a frame of the upstream's event stream is damaged");
  const payloadStart = PRELUDE_BYTES + view.getUint32(4);
  const headers = readHeaders(frame.subarray(PRELUDE_BYTES, payloadStart));
  const code = headers.get(":error-code");
  const error = code === undefined ? undefined : `error ${code}`;
  const event = headers.get(":event-type") ?? headers.get(":exception-type") ?? error ?? "message";
  const data = new TextDecoder().decode(frame.subarray(payloadStart, end));
  return { event, data: data === "" ? JSON.stringify({ message: headers.get(":error-message") ?? "" }) : data };
}

function readHeaders(bytes: Uint8Array): Map<string, string> {
  try {
    return readHeadersOf(bytes);
  } catch {
    // A length that leads out of the headers.
    throw new FramingError("a frame of the upstream's event stream has damaged headers");
  }
}

function readHeadersOf(bytes: Uint8Array): Map<string, string> {
  const headers = new Map<string, string>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = new TextDecoder();
  let position = 0;
  while (position < bytes.length) {
    const nameEnd = position + 1 + view.getUint8(position);
    const name = text.decode(bytes.subarray(position + 1, nameEnd));
    const type = view.getUint8(nameEnd);
    const fixed = FIXED_HEADER_BYTES[type];
    const valueStart = fixed === undefined ? nameEnd + 3 : nameEnd + 1;
    const valueEnd = valueStart + (fixed ?? view.getUint16(nameEnd + 1));
    if (type === STRING_HEADER) headers.set(name, text.decode(bytes.subarray(valueStart, valueEnd)));
    position = valueEnd;
  }
  return headers;
}

/** CRC-32 as in zip and Ethernet (reflected 0x04C11DB7), byte by byte from a table. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ byte) & 0xff] ?? 0);
  return (crc ^ 0xffffffff) >>> 0;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value >>> 0;
});
