import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitText } from "../../src/retrieval/split.ts";

const sentence = (name: string) => `The ${name} runs along the old canal to the mill.`;

describe("a text in pieces", () => {
  it.each([
    { name: "a short one is one piece, trimmed", text: "  one two \n", size: 100, overlap: 10, expected: ["one two"] },
    { name: "nothing is no piece", text: " \n\t ", size: 100, overlap: 10, expected: [] },
    {
      name: "a paragraph ends a piece",
      text: `${"a".repeat(60)}\n\n${"b".repeat(20)}\n${"c".repeat(60)}`,
      size: 100,
      overlap: 0,
      expected: ["a".repeat(60), `${"b".repeat(20)}\n${"c".repeat(60)}`],
    },
    {
      name: "a line ends a piece where no paragraph does",
      text: `${"a".repeat(60)}\n${"b".repeat(20)} ${"c".repeat(60)}`,
      size: 100,
      overlap: 0,
      expected: ["a".repeat(60), `${"b".repeat(20)} ${"c".repeat(60)}`],
    },
    {
      name: "a sentence ends a piece where no line does",
      text: `${sentence("red line")} ${sentence("blue line")} ${sentence("green line")}`,
      size: 120,
      overlap: 0,
      expected: [`${sentence("red line")} ${sentence("blue line")}`, sentence("green line")],
    },
    {
      name: "a word ends a piece where no sentence does",
      text: "alpha ".repeat(40).trim(),
      size: 100,
      overlap: 0,
      expected: [
        Array(16).fill("alpha").join(" "),
        Array(16).fill("alpha").join(" "),
        Array(8).fill("alpha").join(" "),
      ],
    },
    {
      name: "a piece begins with the last whole words of the one before",
      text: Array.from({ length: 30 }, (_, index) => `word${index + 10}`).join(" "),
      size: 100,
      overlap: 20,
      expected: [
        Array.from({ length: 14 }, (_, index) => `word${index + 10}`).join(" "),
        Array.from({ length: 14 }, (_, index) => `word${index + 22}`).join(" "),
      ],
    },
  ])("$name", ({ text, size, overlap, expected }) => {
    expect(splitText(text, { chunkSize: size, chunkOverlap: overlap }).slice(0, expected.length)).toEqual(expected);
  });

  it("cuts Japanese between words and never a character in two", () => {
    const text = "有給休暇の申請は所属長の承認を得てから人事部に提出してください".repeat(20);
    const pieces = splitText(text, { chunkSize: 100, chunkOverlap: 20 });
    expect(pieces.every((piece) => piece.length <= 100)).toBe(true);
    expect(pieces.filter((piece) => piece.startsWith("暇") || piece.startsWith("請"))).toEqual([]);
    for (const piece of splitText("🚂".repeat(300), { chunkSize: 101, chunkOverlap: 0 }))
      expect(piece.isWellFormed()).toBe(true);
  });

  it("keeps every word, in any text", () => {
    const word = fc.stringMatching(/^[a-z]{1,12}$/);
    const space = fc.constantFrom(" ", "\n", "\n\n", ". ", "  ");
    fc.assert(
      fc.property(
        fc.array(fc.tuple(word, space), { minLength: 1, maxLength: 400 }),
        fc.integer({ min: 100, max: 300 }),
        fc.integer({ min: 0, max: 49 }),
        (words, chunkSize, chunkOverlap) => {
          const numbered = words.map(([text, after], index) => `${text}${index}${after}`);
          const pieces = splitText(numbered.join(""), { chunkSize, chunkOverlap });
          expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThanOrEqual(chunkSize);
          const kept = new Set(pieces.flatMap((piece) => piece.match(/[a-z]+\d+/g) ?? []));
          expect(kept).toEqual(new Set(words.map(([text], index) => `${text}${index}`)));
        },
      ),
      { numRuns: 200 },
    );
  });
});
