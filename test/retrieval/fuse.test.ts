import { describe, expect, it } from "vitest";
import { fuse } from "../../src/retrieval/fuse.ts";
import { cosine, fromBytes, toUnit } from "../../src/retrieval/vectors.ts";

describe("two lists as one", () => {
  it.each([
    { name: "both empty", keyword: [], vector: [], expected: [] },
    { name: "one alone keeps its order", keyword: [7, 3, 9], vector: [], expected: [7, 3, 9] },
    { name: "what is in both comes first", keyword: [1, 2], vector: [3, 2], expected: [2, 1, 3] },
    { name: "ties stand in the table's order", keyword: [5, 1], vector: [4, 2], expected: [4, 5, 1, 2] },
    { name: "second in both beats first in one", keyword: [1, 2, 3], vector: [4, 2], expected: [2, 1, 4, 3] },
  ])("$name", ({ keyword, vector, expected }) => {
    expect(fuse(keyword, vector).map(({ seq }) => seq)).toEqual(expected);
  });

  it("has ranks from 1 and a score of 1 / (60 + rank) for each list", () => {
    expect(fuse([1, 2], [2])).toEqual([
      { seq: 2, score: 1 / 62 + 1 / 61, keywordRank: 2, vectorRank: 1 },
      { seq: 1, score: 1 / 61, keywordRank: 1 },
    ]);
  });
});

describe("vectors", () => {
  it("are made as long as 1, unless they are nothing", () => {
    expect([...toUnit(Float32Array.of(3, 4))]).toEqual([expect.closeTo(0.6), expect.closeTo(0.8)]);
    expect([...toUnit(Float32Array.of(0, 0))]).toEqual([0, 0]);
  });

  it("are as alike as the cosine of their angle, and not at all with other dimensions", () => {
    const [a, b] = [toUnit(Float32Array.of(1, 1)), toUnit(Float32Array.of(1, 0))];
    expect(cosine(a, b)).toBeCloseTo(Math.SQRT1_2);
    expect(cosine(a, toUnit(Float32Array.of(1, 1, 0)))).toBe(0);
  });

  it("are read from bytes wherever these begin", () => {
    const bytes = new Uint8Array(9);
    bytes.set(new Uint8Array(Float32Array.of(1.5, -2).buffer), 1);
    expect([...fromBytes(bytes.subarray(1))]).toEqual([1.5, -2]);
    expect([...fromBytes(Float32Array.of(1.5, -2).buffer)]).toEqual([1.5, -2]);
  });
});
