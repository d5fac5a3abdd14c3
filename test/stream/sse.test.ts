import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FramingError } from "../../src/stream/framing.ts";
import { type SseMessage, SseScanner } from "../../src/stream/sse.ts";

/** The messages of pieces that arrive one after the other. */
function scan(...pieces: string[]): SseMessage[] {
  const messages: SseMessage[] = [];
  const scanner = new SseScanner();
  for (const piece of pieces) scanner.scan(piece, messages);
  scanner.end(messages);
  return messages;
}

const data = (...texts: string[]): SseMessage[] => texts.map((text) => ({ event: "message", data: text }));

describe("a stream of events", () => {
  it.each<[name: string, stream: string, messages: SseMessage[]]>([
    ["nothing", "", []],
    ["lines that end in LF", "data: a\n\ndata: b\n\n", data("a", "b")],
    ["lines that end in CR", "data: a\r\rdata: b\r\r", data("a", "b")],
    ["lines that end in CRLF", "data: a\r\n\r\ndata: b\r\n\r\n", data("a", "b")],
    ["all three kinds of ends", "data: a\r\n\ndata: b\r\r\ndata: c\n\rdata: d\r\n\r\n", data("a", "b", "c", "d")],
    ["LF and then CR: two ends", "data: a\n\rdata: b\n\r", data("a", "b")],
    ["several lines of data", "data: a\ndata: b\ndata:\ndata: c\n\n", data("a\nb\n\nc")],
    ["data without a space", "data:a\n\n", data("a")],
    ["one space dropped, not two", "data:  a \n\n", data(" a ")],
    ["a tab kept", "data:\ta\n\n", data("\ta")],
    ["data without a colon: empty", "data\n\n", data("")],
    ["data that is blank", "data:\n\n", data("")],
    ["two blank lines of data", "data\ndata\n\n", data("\n")],
    ["colons inside the data", 'data: {"a":"b: c"}\n\n', data('{"a":"b: c"}')],
    ["comments", ": hello\n\n:\n\n:x\ndata: a\n: between\ndata: b\n\n", data("a\nb")],
    ["a comment that looks like data", ":data: a\n\n", []],
    ["an event's name", "event: delta\ndata: a\n\ndata: b\n\n", [{ event: "delta", data: "a" }, ...data("b")]],
    ["the last of two names", "event: x\nevent: y\ndata: a\n\n", [{ event: "y", data: "a" }]],
    ["an empty name", "event: x\nevent:\ndata: a\n\n", data("a")],
    ["a name after the data", "data: a\nevent: late\n\n", [{ event: "late", data: "a" }]],
    ["a name without data: no event, and forgotten", "event: ping\n\ndata: a\n\n", data("a")],
    ["id and retry", "id: 7\nretry: 10\ndata: a\n\nid\nretry\n\n", data("a")],
    ["fields that nobody knows", "datax: 1\nDATA: 2\n data: 3\ndata : 4\n\n", []],
    ["many blank lines", "\n\n\r\n\r\rdata: a\n\n\n\n", data("a")],
    ["an end without its blank line", "data: a\n", data("a")],
    ["an end in mid-line", "data: a\n\ndata: b", data("a", "b")],
    ["an end after CR", "data: a\r", data("a")],
    ["only half a field's name at the end", "data: a\n\nda", data("a")],
    ["line separators that are none", "data: a\u2028b\u2029c\u0085d\u000be\n\n", data("a\u2028b\u2029c\u0085d\u000be")],
    ["NUL", "data: a\0b\n\n", data("a\0b")],
  ])("has the events of the standard: %s", (_, stream, messages) => {
    expect(scan(stream)).toEqual(messages);
    expect(scan(...stream)).toEqual(messages);
    for (let cut = 0; cut <= stream.length; cut++)
      expect(scan(stream.slice(0, cut), stream.slice(cut))).toEqual(messages);
  });

  it("takes CR and LF in two pieces for one end, and CR and CR for two", () => {
    expect(scan("data: a\r", "\ndata: b\r", "\n\r", "\n")).toEqual(data("a\nb"));
    expect(scan("data: a\r", "\rdata: b\r", "\r")).toEqual(data("a", "b"));
    expect(scan("data: a\r", "", "\ndata: b\n\n")).toEqual(data("a\nb"));
  });

  it("gives an event out as soon as its blank line is there", () => {
    const messages: SseMessage[] = [];
    const scanner = new SseScanner();
    scanner.scan("data: a\n", messages);
    expect(messages).toEqual([]);
    scanner.scan("\n", messages);
    expect(messages).toEqual(data("a"));
    scanner.scan("data: b\r\r", messages);
    expect(messages).toEqual(data("a", "b"));
    scanner.scan("\ndata: c\r\n\r", messages);
    expect(messages).toEqual(data("a", "b", "c"));
  });

  it("gives every event out once, also when its end is told twice", () => {
    const messages: SseMessage[] = [];
    const scanner = new SseScanner();
    scanner.scan("event: x\ndata: a", messages);
    scanner.end(messages);
    scanner.end(messages);
    expect(messages).toEqual([{ event: "x", data: "a" }]);
  });
});

describe("an event that grows without end", () => {
  const feed = (pieces: string[]) => () => {
    const scanner = new SseScanner(100);
    for (const piece of pieces) scanner.scan(piece, []);
  };

  it.each([
    ["one line in one piece", [`data: ${"x".repeat(101)}\n`]],
    ["one line without an end", Array(101).fill("x")],
    ["many lines", Array(30).fill("data: xxxx\n")],
    ["a comment without an end", [`:${"x".repeat(120)}`]],
  ])("is refused: %s", (_, pieces) => {
    expect(feed(pieces)).toThrow(FramingError);
  });

  it("is not refused for the sum of many short ones", () => {
    expect(feed(Array(100).fill(`data: ${"x".repeat(90)}\n\n`))).not.toThrow();
  });
});

describe("any stream", () => {
  const line = fc.oneof(
    fc.constantFrom(
      "",
      "data",
      "data:",
      "data: x",
      "event: e",
      "event",
      ": c",
      "id: 1",
      "retry: 5",
      ":",
      " data: y",
      "[DONE]",
    ),
    fc.string({ unit: "grapheme", maxLength: 12 }).map((text) => `data:${text}`),
    fc.string({ maxLength: 8 }),
  );
  const stream = fc
    .array(fc.tuple(line, fc.constantFrom("\n", "\r", "\r\n", "\n\n", "\r\r", "\r\n\r\n")), { maxLength: 30 })
    .map((lines) => lines.flat().join(""));

  it("gives the same events however it is cut", () => {
    fc.assert(
      fc.property(stream, fc.array(fc.nat(), { maxLength: 12 }), (text, cuts) => {
        const points = cuts.map((cut) => cut % (text.length + 1)).sort((a, b) => a - b);
        const pieces = [0, ...points].map((from, index) => text.slice(from, points[index] ?? text.length));
        expect(pieces.join("")).toBe(text);
        expect(scan(...pieces)).toEqual(scan(text));
      }),
      { numRuns: 500 },
    );
  });

  it("gives the events that the standard's own steps give", () => {
    fc.assert(
      fc.property(stream, (text) => {
        expect(scan(text)).toEqual(reference(text));
      }),
      { numRuns: 500 },
    );
  });
});

/** The steps of the standard, written for clarity; an unfinished last event counts here, as it does in the scanner. */
function reference(text: string): SseMessage[] {
  const messages: SseMessage[] = [];
  let [event, lines]: [string, string[]] = ["", []];
  for (const line of [...text.split(/\r\n|\r|\n/), ""]) {
    if (line === "") {
      if (lines.length > 0) messages.push({ event: event || "message", data: lines.join("\n") });
      [event, lines] = ["", []];
      continue;
    }
    const [, field = line, value = ""] = /^([^:]*): ?(.*)$/s.exec(line) ?? [];
    if (field === "data") lines.push(value);
    if (field === "event") event = value;
  }
  return messages;
}
