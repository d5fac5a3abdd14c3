import { describe, expect, it } from "vitest";
import { toPieces } from "../../src/retrieval/chunks.ts";
import { readMarkdown } from "../../src/retrieval/documents/markdown.ts";

const SIZE = { chunkSize: 100, chunkOverlap: 0 };
const record = (name: string, chars: number) => `${name}: ${"x".repeat(chars - name.length - 2)}`;
const records = (...all: string[]) => ({ pages: null, sections: [{ page: null, records: all }] });

describe("records in chunks", () => {
  it.each([
    { name: "share a chunk that they fit into", lengths: [30, 30, 30], expected: [94] },
    { name: "fill a chunk to its last character", lengths: [49, 49], expected: [100] },
    { name: "go on in the next one", lengths: [50, 49, 30], expected: [50, 81] },
    {
      name: "are split only when they are longer than a chunk",
      lengths: [40, 250, 40],
      expected: [40, 100, 100, 50, 40],
    },
    { name: "fill a chunk alone", lengths: [100, 100], expected: [100, 100] },
  ])("$name", ({ lengths, expected }) => {
    const all = lengths.map((chars, index) => record(`r${index}`, chars));
    const pieces = toPieces(records(...all), { fileName: "a.csv" }, SIZE);
    expect(pieces.map(({ text }) => text.length)).toEqual(expected);
    const whole = all.filter(({ length }) => length <= 100);
    for (const one of whole) expect(pieces.filter(({ text }) => text.includes(one))).toHaveLength(1);
  });
});

describe("the title of a chunk", () => {
  const markdown = readMarkdown("# Leave\n\nIntro.\n\n## Sick leave\n\nCall in.");
  it.each([
    {
      name: "is the path of its headings",
      document: markdown,
      title: undefined,
      expected: ["Leave", "Leave > Sick leave"],
    },
    { name: "is the one that was given", document: markdown, title: "Handbook", expected: ["Handbook", "Handbook"] },
    { name: "is the file's name without any", document: records("a: 1"), title: undefined, expected: ["a.md"] },
  ])("$name", ({ document, title, expected }) => {
    const pieces = toPieces(document, { title, fileName: "a.md" }, SIZE);
    expect(pieces.map((piece) => piece.title)).toEqual(expected);
  });

  it("leaves the path of headings for the search where another one was given", () => {
    const pieces = toPieces(markdown, { title: "Handbook", fileName: "a.md" }, SIZE);
    expect(pieces.map(({ heading }) => heading)).toEqual(["Leave", "Leave > Sick leave"]);
  });
});
