import { describe, expect, it } from "vitest";
import type { FailureKind } from "../../src/errors.ts";
import { type AttemptFacts, verdictOf } from "../../src/health/health.ts";

describe("what a failure says of its endpoint", () => {
  it.each<[kind: FailureKind, verdict: AttemptFacts["verdict"]]>([
    ["rate_limited", "rate_limited"],
    ["overloaded", "failure"],
    ["timed_out", "failure"],
    ["unreachable", "failure"],
    ["unauthorized", "failure"],
    ["not_found", "failure"],
    ["empty", "failure"],
    ["malformed", "failure"],
    ["interrupted", "failure"],
    ["context_exceeded", "neutral"],
    ["moderated", "neutral"],
    ["rejected", "neutral"],
  ])("%s is %s", (kind, verdict) => {
    expect(verdictOf(kind)).toBe(verdict);
  });
});
