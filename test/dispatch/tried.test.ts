import { describe, expect, it } from "vitest";
import { Attempt } from "../../src/dispatch/attempt.ts";
import { triedAttempts } from "../../src/dispatch/tried.ts";
import type { FailureKind } from "../../src/errors.ts";
import { endpointsOf } from "./walk.ts";

const [ENDPOINT] = endpointsOf({ a: {} });

function attempts(count: number): Attempt[] {
  return Array.from({ length: count }, () => {
    if (!ENDPOINT) throw new Error("no endpoint");
    const attempt = new Attempt(ENDPOINT, { isStream: true, key: undefined });
    attempt.cancel();
    return attempt;
  });
}

const failed = (attempt: Attempt, kind: FailureKind) => ({ attempt, failure: { kind, message: "No." } });

describe("the attempts of a walk stand in the order in which they started", () => {
  const [first, second, third, fourth] = attempts(4) as [Attempt, Attempt, Attempt, Attempt];
  const places = new Map([first, second, third, fourth].map((attempt, index) => [attempt, index + 1]));

  it.each<[name: string, walk: Parameters<typeof triedAttempts>[0], tried: string[]]>([
    ["one that answered", { attempt: first, failures: [] }, ["1"]],
    ["none", { failures: [] }, []],
    [
      "some that failed before it",
      { attempt: third, failures: [failed(first, "overloaded"), failed(second, "timed_out")] },
      ["1 overloaded", "2 timed_out", "3"],
    ],
    [
      "some that failed in another order",
      { attempt: third, failures: [failed(second, "timed_out"), failed(first, "overloaded")] },
      ["1 overloaded", "2 timed_out", "3"],
    ],
    ["one that was outrun by a later one", { attempt: second, failures: [], outrun: [first] }, ["1 outrun", "2"]],
    [
      "one that was outrun by an earlier one",
      { attempt: second, failures: [failed(first, "empty")], outrun: [third] },
      ["1 empty", "2", "3 outrun"],
    ],
    ["two whose client left", { attempt: second, failures: [], abandoned: [first] }, ["1", "2"]],
    [
      "all of it",
      { attempt: third, failures: [failed(first, "empty")], outrun: [second], abandoned: [fourth] },
      ["1 empty", "2 outrun", "3", "4"],
    ],
  ])("%s", (_, walk, expected) => {
    const tried = triedAttempts(walk);
    expect(tried.map(({ attempt, failure }) => [places.get(attempt), failure].filter(Boolean).join(" "))).toEqual(
      expected,
    );
  });

  it.each([
    ["whole: both gave an answer", true, 2],
    ["broken off: it stands among the failures", false, 1],
  ])("one that follows one that was %s", (_, isWhole, count) => {
    const [earlier, later] = attempts(2) as [Attempt, Attempt];
    if (isWhole) earlier.tally.take({ type: "finish", index: 0, finishReason: "stop", nativeFinishReason: "stop" });
    later.follows = earlier;
    expect(triedAttempts({ attempt: later, failures: [] })).toHaveLength(count);
  });
});
