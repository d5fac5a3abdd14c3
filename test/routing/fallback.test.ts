import { describe, expect, it } from "vitest";
import type { FailureKind } from "../../src/errors.ts";
import { judgeTarget, REMEDIES, remainingCandidates } from "../../src/routing/fallback.ts";
import { planOf, tagsOf } from "./endpoints.ts";

const context = (context_length: number | undefined) => ({ ...(context_length && { context_length }) });
const PLAN = planOf(
  {
    "acme/one": { a: context(100), b: context(100), c: context(200), d: context(50), e: context(undefined) },
    "acme/two": { a: context(10) },
  },
  { models: ["acme/two"], provider: { order: ["a", "b", "c", "d", "e"] } },
);

/** What is left, by tag, after the candidate with a tag has failed. */
function remaining(tag: string, kind: FailureKind): string[] {
  const at = PLAN.candidates.findIndex(({ endpoint }) => endpoint.tag === tag);
  const failed = PLAN.candidates[at];
  if (!failed) throw new Error(`no candidate ${tag}`);
  const candidates = remainingCandidates(PLAN.candidates.slice(at + 1), failed.endpoint, kind);
  return tagsOf({ ...PLAN, candidates });
}

describe("after a failure", () => {
  const kinds = (Object.keys(REMEDIES) as FailureKind[]).filter((kind) => kind !== "context_exceeded");

  it.each(kinds)("every other candidate may help: %s", (kind) => {
    expect(remaining("a", kind)).toEqual(["b", "c", "d", "e", "acme/two a"]);
  });

  it.each([
    ["a", ["c", "e", "acme/two a"]],
    ["b", ["c", "e", "acme/two a"]],
    ["c", ["e", "acme/two a"]],
    ["e", ["acme/two a"]],
  ])(
    "a prompt too long for %s is tried where there is more room, where that is unknown, and at other models",
    (tag, left) => {
      expect(remaining(tag, "context_exceeded")).toEqual(left);
    },
  );

  it("a prompt too long for who knows how much is tried everywhere", () => {
    const [first, ...others] = planOf({ "acme/one": { a: {}, b: context(5) } }).candidates;
    if (!first) throw new Error("no candidate");
    expect(remainingCandidates(others, first.endpoint, "context_exceeded")).toEqual(others);
  });
});

describe("a failure at a router's target", () => {
  const row = (kind: FailureKind, status: number | undefined, answered: number | undefined, verdict: string) =>
    [kind, status, answered, verdict] as const;
  it.each([
    ...[408, 429, 500, 502, 503, 524, 529].map((status) => row("overloaded", status, status, "cool")),
    ...[400, 401, 402, 403, 404, 405, 409, 413, 422, 451].map((status) => row("rejected", status, status, "final")),
    row("overloaded", 400, 400, "final"),
    row("unauthorized", 500, 500, "cool"),
    row("timed_out", undefined, undefined, "cool"),
    row("timed_out", undefined, 200, "cool"),
    row("unreachable", undefined, undefined, "cool"),
    row("interrupted", undefined, 200, "cool"),
    row("empty", undefined, 200, "cool"),
    row("malformed", undefined, 200, "cool"),
    row("malformed", undefined, 302, "cool"),
    row("rate_limited", undefined, 200, "cool"),
    row("moderated", undefined, 200, "final"),
    row("context_exceeded", undefined, 200, "final"),
    row("rejected", 400, 200, "final"),
    row("rejected", undefined, undefined, "next"),
    row("unauthorized", undefined, undefined, "next"),
  ])("that is %s, says %s and was answered with %s: %s", (kind, status, answered, verdict) => {
    expect(judgeTarget({ kind, status, message: "" }, answered)).toBe(verdict);
  });
});
