import { describe, expect, it } from "vitest";
import { toBudget, toNearestEffort } from "../../src/protocols/reasoning-budget.ts";

describe("the budget of an effort", () => {
  it.each([
    ["max", 10_000, 9500],
    ["xhigh", 10_000, 9500],
    ["high", 10_000, 8000],
    ["medium", 10_000, 5000],
    ["low", 10_000, 2000],
    ["minimal", 20_000, 2000],
    ["minimal", 10_000, 1024],
    ["high", 1_000_000, 128_000],
  ] as const)("%s of %i is %i", (effort, maxTokens, budget) => expect(toBudget(effort, maxTokens)).toBe(budget));
});

describe("the effort of a budget", () => {
  it.each([
    [100, 10_000, "minimal"],
    [1900, 10_000, "low"],
    [5000, 10_000, "medium"],
    [7000, 10_000, "high"],
    [20_000, 10_000, "xhigh"],
  ])("%i of %i is %s", (budget, maxTokens, effort) => expect(toNearestEffort(budget, maxTokens)).toBe(effort));
});
