import { crc32 } from "node:zlib";

/** AWS's binary event stream, written and read by code that shares nothing with the Worker's. */

/** One event or exception of a stream. */
export interface AwsEvent {
  /** The name of an event … */
  event?: string;
  /** … or of an exception. */
  exception?: string;
  // biome-ignore lint/suspicious/noExplicitAny: other people's JSON
  payload: Record<string, any>;
}

/** Type byte of a header that holds a string. */
const STRING = 7;

/** The bytes of a stream: one frame for each event. */
export function framesOf(events: AwsEvent[]): Uint8Array {
  return Buffer.concat(events.map(frameOf));
}

/** The events of a stream. */
export function readFrames(bytes: Uint8Array): AwsEvent[] {
  const all = Buffer.from(bytes);
  const events: AwsEvent[] = [];
  for (let start = 0; start < all.length; start += all.readUInt32BE(start)) {
    const payloadStart = start + 12 + all.readUInt32BE(start + 4);
    const names = headersIn(all.subarray(start + 12, payloadStart));
    const payload = JSON.parse(all.toString("utf8", payloadStart, start + all.readUInt32BE(start) - 4));
    const [event, exception] = [names.get(":event-type"), names.get(":exception-type")];
    events.push({ ...(event && { event }), ...(exception && { exception }), payload });
  }
  return events;
}

function frameOf({ event, exception, payload }: AwsEvent): Buffer {
  const headers = Buffer.concat([
    stringHeader(event ? ":event-type" : ":exception-type", event ?? exception ?? ""),
    stringHeader(":content-type", "application/json"),
    stringHeader(":message-type", event ? "event" : "exception"),
  ]);
  const data = Buffer.from(JSON.stringify(payload));
  const lengths = Buffer.alloc(8);
  lengths.writeUInt32BE(8 + 4 + headers.length + data.length + 4, 0);
  lengths.writeUInt32BE(headers.length, 4);
  const head = Buffer.concat([lengths, checksum(lengths), headers, data]);
  return Buffer.concat([head, checksum(head)]);
}

function stringHeader(name: string, value: string): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(Buffer.byteLength(value));
  return Buffer.concat([Buffer.of(name.length), Buffer.from(name), Buffer.of(STRING), length, Buffer.from(value)]);
}

/** Headers of strings; the vendor sends no others here. */
function headersIn(bytes: Buffer): Map<string, string> {
  const headers = new Map<string, string>();
  for (let at = 0; at < bytes.length; ) {
    const nameEnd = at + 1 + bytes.readUInt8(at);
    const valueEnd = nameEnd + 3 + bytes.readUInt16BE(nameEnd + 1);
    headers.set(bytes.toString("utf8", at + 1, nameEnd), bytes.toString("utf8", nameEnd + 3, valueEnd));
    at = valueEnd;
  }
  return headers;
}

function checksum(bytes: Buffer): Buffer {
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(bytes));
  return sum;
}
