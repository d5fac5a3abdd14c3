import { expect, it } from "vitest";
import { shortened } from "../../src/dispatch/shorten.ts";

const LONG = `${"a".repeat(1_500)}${"b".repeat(1_500)}`;
const CUT = `${"a".repeat(1_000)}… 1000 characters left out …${"b".repeat(1_000)}`;

it.each<[name: string, value: unknown, expected: unknown]>([
  ["a short text", "Hi", "Hi"],
  ["a text of just the length", "x".repeat(2_000), "x".repeat(2_000)],
  ["a text that is too long", LONG, CUT],
  ["what is no text", [1, true, null, 0.5], [1, true, null, 0.5]],
  ["texts wherever they stand", { a: [{ b: LONG }], c: "Hi" }, { a: [{ b: CUT }], c: "Hi" }],
  ["what is empty", { a: [], b: {}, c: "" }, { a: [], b: {}, c: "" }],
])("a body that is echoed is told shorter: %s", (_, value, expected) => {
  const before = structuredClone(value);
  expect(shortened(value)).toEqual(expected);
  expect(value).toEqual(before);
});
