import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HealthBook, type HealthDelta } from "../../src/health/book.ts";
import type { AttemptFacts } from "../../src/health/health.ts";
import { HOUR_MS, healthOf, MINUTE_MS, noteAll, noteTimes, SECOND_MS, START_MS } from "./notes.ts";

/** A delta as it arrives elsewhere. */
function sent(delta: HealthDelta): HealthDelta {
  return JSON.parse(JSON.stringify(delta));
}

/** All that a book says of the endpoint `a`. */
function saidBy(book: HealthBook, atMs: number): unknown {
  return [book.at(atMs).of("a"), book.listing("a", atMs)];
}

interface Note {
  facts: AttemptFacts;
  afterMs: number;
}

const note: fc.Arbitrary<Note> = fc.record({
  afterMs: fc.oneof(fc.nat(30 * SECOND_MS), fc.nat(30 * MINUTE_MS), fc.nat(3 * HOUR_MS)),
  facts: fc.record<AttemptFacts>(
    {
      verdict: fc.constantFrom("success", "failure", "rate_limited", "neutral"),
      latencyMs: fc.integer({ min: 0, max: 100_000 }),
      tokensPerSecond: fc.integer({ min: 0, max: 1_000 }),
      promptTokens: fc.nat(10_000),
      cachedTokens: fc.nat(10_000),
      toolsWell: fc.boolean(),
    },
    { requiredKeys: ["verdict"] },
  ),
});
const notes = fc.array(note, { maxLength: 40 }).map((all) => all.sort((one, other) => one.afterMs - other.afterMs));

function noteEach(book: HealthBook, all: Note[]): void {
  for (const { facts, afterMs } of all) book.note("a", facts, START_MS + afterMs);
}

describe("a delta", () => {
  const END_MS = START_MS + 3 * HOUR_MS;

  it("tells another book all that was noted", () => {
    fc.assert(
      fc.property(notes, notes, (first, second) => {
        const [here, there, both] = [new HealthBook(), new HealthBook(), new HealthBook()];
        noteEach(here, first);
        noteEach(there, second);
        noteEach(
          both,
          [...first, ...second].sort((one, other) => one.afterMs - other.afterMs),
        );
        here.merge(sent(there.takeDelta(END_MS)), END_MS);
        there.merge(sent(here.takeDelta(END_MS)), END_MS);
        expect(saidBy(here, END_MS)).toEqual(saidBy(both, END_MS));
        expect(saidBy(there, END_MS)).toEqual(saidBy(both, END_MS));
      }),
      { numRuns: 100 },
    );
  });

  it("has what was noted since the last one", () => {
    const [here, there] = [new HealthBook(), new HealthBook()];
    for (const letters of ["ss", "f", "", "sr"]) {
      noteAll(here, letters);
      there.merge(sent(here.takeDelta(START_MS + SECOND_MS)), START_MS + SECOND_MS);
      expect(saidBy(there, START_MS + SECOND_MS)).toEqual(saidBy(here, START_MS + SECOND_MS));
    }
    expect(healthOf(there, START_MS + SECOND_MS)).toMatchObject({ successes: 3, failures: 1, rateLimits: 1 });
    expect(here.takeDelta(START_MS).endpoints).toEqual({});
  });

  it("has nothing of what was merged", () => {
    const [here, there] = [new HealthBook(), new HealthBook()];
    noteAll(here, "sss");
    there.merge(sent(here.takeDelta(START_MS)), START_MS);
    expect(there.takeDelta(START_MS).endpoints).toEqual({});
  });

  it("is not merged into the book that it is from", () => {
    const book = new HealthBook();
    noteAll(book, "ss");
    book.merge(sent(book.takeDelta(START_MS)), START_MS);
    expect(healthOf(book, START_MS + SECOND_MS).successes).toBe(2);
  });

  it("is merged once, however often it comes, and later ones still are", () => {
    const [here, there] = [new HealthBook(), new HealthBook()];
    noteAll(here, "s");
    const first = sent(here.takeDelta(START_MS));
    noteAll(here, "s");
    const second = sent(here.takeDelta(START_MS));
    for (const delta of [first, first, second, second, first]) there.merge(delta, START_MS);
    expect(healthOf(there, START_MS).successes).toBe(2);
  });

  it("is news: the answer of before is not given again", () => {
    const [here, there] = [new HealthBook(), new HealthBook()];
    noteAll(there, "s");
    expect(healthOf(there, START_MS).successes).toBe(1);
    noteAll(here, "s");
    there.merge(sent(here.takeDelta(START_MS)), START_MS);
    expect(healthOf(there, START_MS).successes).toBe(2);
  });

  it("from a clock that is ahead counts as now", () => {
    const [here, there] = [new HealthBook(), new HealthBook()];
    const aheadMs = START_MS + HOUR_MS;
    noteAll(here, "fff", aheadMs, 0);
    there.merge(sent(here.takeDelta(aheadMs)), START_MS);
    expect(healthOf(there, START_MS)).toMatchObject({ failures: 3, hasOutage: true });
    noteAll(there, "f", START_MS + MINUTE_MS);
    expect(healthOf(there, START_MS + MINUTE_MS)).toMatchObject({ failures: 4, hasOutage: false });
  });

  it("leaves out what is forgotten", () => {
    const book = new HealthBook();
    noteAll(book, "s");
    expect(book.takeDelta(START_MS + HOUR_MS).endpoints.a).toMatchObject({ seconds: [], minutes: [], samples: [] });
  });

  it("is small: some ten numbers for a busy second", () => {
    const book = new HealthBook();
    noteTimes(book, 1_000, { verdict: "success", latencyMs: 400, tokensPerSecond: 50, promptTokens: 1_000 });
    expect(JSON.stringify(book.takeDelta(START_MS).endpoints).length).toBeLessThan(200);
  });
});
