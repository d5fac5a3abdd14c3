import { describe, expect, it } from "vitest";
import { HealthBook } from "../../src/health/book.ts";
import { isOutage } from "../../src/health/outage.ts";
import { healthOf, noteAll, SECOND_MS, START_MS } from "./notes.ts";

/** Whether there is an outage after attempts a second apart. */
function isOut(letters: string): boolean {
  const book = new HealthBook();
  return healthOf(book, noteAll(book, letters)).hasOutage;
}

describe("an outage", () => {
  it.each([
    { name: "one failure", letters: "f", expected: false },
    { name: "two failures", letters: "ff", expected: false },
    { name: "three failures", letters: "fff", expected: true },
    { name: "three failures among a few successes", letters: "sfsfsf", expected: true },
    { name: "half of four", letters: "ssff", expected: true },
    { name: "half of four, the last one well", letters: "sffs", expected: true },
    { name: "one of four", letters: "sssf", expected: false },
    { name: "two of five", letters: "sssff", expected: false },
    { name: "a failure of three and rate limits", letters: "rrfr", expected: false },
    { name: "rate limits alone", letters: "rrrrrr", expected: false },
    { name: "rate limits that water nothing down", letters: "rrrfffrrr", expected: true },
    { name: "two failures among what is neutral", letters: "nfnnfn", expected: false },
    { name: "failures among what is neutral", letters: "nfnfnfn", expected: true },
    { name: "successes", letters: "ssssssss", expected: false },
  ])("is $expected: $name", ({ letters, expected }) => {
    expect(isOut(letters)).toBe(expected);
  });

  it.each([
    { name: "a tenth of thirty", successes: 27, failures: 3, expected: true },
    { name: "less than a tenth", successes: 28, failures: 3, expected: false },
    { name: "a tenth of many", successes: 900, failures: 100, expected: true },
    { name: "less than a tenth of many", successes: 901, failures: 100, expected: false },
  ])("is $expected with $name", ({ successes, failures, expected }) => {
    expect(isOutage([{ successes, failures }])).toBe(expected);
  });

  it.each([
    { name: "no success", letters: "fff", expected: true },
    { name: "one success", letters: "fffs", expected: true },
    { name: "two successes", letters: "fffss", expected: false },
    { name: "two successes and a failure", letters: "fffssf", expected: true },
    { name: "two successes with a failure between them", letters: "fffsfs", expected: true },
    { name: "two successes with a rate limit between them", letters: "fffsrs", expected: false },
    { name: "fewer successes than there are to a failure", letters: "sssssssfffssss", expected: true },
    { name: "as many successes as there are to a failure", letters: "sssssssfffsssss", expected: false },
  ])("after $name is $expected", ({ letters, expected }) => {
    expect(isOut(letters)).toBe(expected);
  });

  it("does not end with the successes of the second of the last failure, whatever their order", () => {
    for (const letters of ["ffsfss", "ssffsf", "fffsss"]) {
      const book = new HealthBook();
      noteAll(book, letters, START_MS, 1);
      expect(healthOf(book, START_MS).hasOutage).toBe(true);
    }
  });

  it.each([
    { afterMs: 29 * SECOND_MS, expected: true },
    { afterMs: 30 * SECOND_MS - 1, expected: true },
    { afterMs: 30 * SECOND_MS, expected: false },
  ])("that began at a full second is $expected after $afterMs ms", ({ afterMs, expected }) => {
    const book = new HealthBook();
    noteAll(book, "fff", START_MS, 0);
    expect(healthOf(book, START_MS + afterMs).hasOutage).toBe(expected);
  });

  it("is forgotten failure by failure", () => {
    const book = new HealthBook();
    noteAll(book, "f f f");
    expect(healthOf(book, START_MS + 29 * SECOND_MS).hasOutage).toBe(true);
    expect(healthOf(book, START_MS + 30 * SECOND_MS).hasOutage).toBe(false);
  });
});
