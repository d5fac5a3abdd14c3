import { describe, expect, it } from "vitest";
import { SseFraming } from "../../src/stream/source.ts";
import type { SseMessage } from "../../src/stream/sse.ts";
import { piecesOf } from "./bytes.ts";

const TEXT = "data: Grüße 🚂 東京\r\n\r\nevent: ü\ndata: €\n\n: 🚦\n\ndata: \u{10FFFF}\r\r";
const MESSAGES = [
  { event: "message", data: "Grüße 🚂 東京" },
  { event: "ü", data: "€" },
  { event: "message", data: "\u{10FFFF}" },
];

function frame(pieces: Uint8Array[]): SseMessage[] {
  const messages: SseMessage[] = [];
  const framing = new SseFraming();
  for (const piece of pieces) framing.push(piece, messages);
  framing.end(messages);
  return messages;
}

describe("the bytes of an event stream", () => {
  it.each([1, 2, 3, 4, 5, 7, 64, 1000])("are put together again: %i at a time", (size) => {
    expect(frame(piecesOf(TEXT, size))).toEqual(MESSAGES);
  });

  it.each([1, 2, 3, 4, 64])("may begin with a byte order mark, which is dropped: %i at a time", (size) => {
    expect(frame(piecesOf(`\uFEFF${TEXT}`, size))).toEqual(MESSAGES);
  });

  it("keep a byte order mark that comes later", () => {
    expect(frame(piecesOf("data: a\uFEFFb\n\n", 1))).toEqual([{ event: "message", data: "a\uFEFFb" }]);
  });

  it("may be no UTF-8: what cannot be read becomes a replacement character", () => {
    const bytes = new Uint8Array([...new TextEncoder().encode("data: a"), 0xff, 0xc3, 10, 10]);
    for (const size of [1, 2, 100])
      expect(frame(piecesOf(bytes, size))).toEqual([{ event: "message", data: "a\uFFFD\uFFFD" }]);
  });

  it("may end inside a character", () => {
    const bytes = new TextEncoder().encode("data: a\n\ndata: 🚂").slice(0, -2);
    expect(frame(piecesOf(bytes, 1)).map(({ data }) => data)).toEqual(["a", "\uFFFD"]);
  });

  it("may come with empty pieces among them", () => {
    const pieces = piecesOf(TEXT, 3).flatMap((piece) => [new Uint8Array(), piece, new Uint8Array()]);
    expect(frame(pieces)).toEqual(MESSAGES);
  });
});
