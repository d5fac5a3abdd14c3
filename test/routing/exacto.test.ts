import { describe, expect, it } from "vitest";
import type { EndpointHealth } from "../../src/health/health.ts";
import type { ChatRequest } from "../../src/schema/chat.ts";
import { healthOf, planOf, rankReasonsOf, steady, type Tags, tagsOf } from "./endpoints.ts";

const TOOLS: Partial<ChatRequest> = { tools: [{ type: "function", function: { name: "weather" } }] };
/** The cheapest is the one that does worst. */
const FIVE: Tags = { a: 1, b: 2, c: 3, d: 4, e: 5 };
const SPREAD = { b: [0.9, 50], c: [0.93, 52], d: [0.96, 54], e: [0.99, 56] } as const;

const measured = (success: number, perSecond: number): Partial<EndpointHealth> => ({
  attempts: 1000,
  successes: 1000,
  uptime: 1,
  toolRequests: 1000,
  toolSuccesses: success * 1000,
  throughput: steady(perSecond),
});

/** Health in which `a` does this and the others do well, a little differently from one another. */
function healthWith(a: Partial<EndpointHealth> | undefined, others: Partial<EndpointHealth> = {}) {
  const rest = Object.entries(SPREAD).map(([tag, [success, speed]]) => [
    tag,
    { ...measured(success, speed), ...others },
  ]);
  return healthOf({ ...Object.fromEntries(rest), ...(a && { a }) });
}

describe("requests with tools", () => {
  // The medians of five are 0.93 and 52; σ is 1.4826 times the median deviation: of 0.03 and 2 where `a` is far off.
  it.each<[name: string, a: Partial<EndpointHealth> | undefined, isDemoted: boolean]>([
    ["does as well as the others", measured(0.93, 52), false],
    ["tool calls go wrong", measured(0.5, 52), true],
    ["tool calls just 2σ below", measured(0.842, 52), false],
    ["tool calls just beyond", measured(0.84, 52), true],
    ["is slow", measured(0.93, 10), true],
    ["just 1.5σ below in speed", measured(0.93, 47.6), false],
    ["just beyond in speed", measured(0.93, 47.5), true],
    ["much better than the others is no reason", measured(1, 500), false],
    ["too few attempts to say", { ...measured(0.1, 1), attempts: 99 }, false],
    ["enough attempts", { ...measured(0.1, 1), attempts: 100 }, true],
    ["too few tool calls to say", { ...measured(0.1, 1), toolRequests: 199, toolSuccesses: 0 }, false],
    ["enough tool calls", { ...measured(0.1, 1), toolRequests: 200, toolSuccesses: 0 }, true],
    ["nothing is known", undefined, false],
  ])("put last who does much worse: %s", (_, a, isDemoted) => {
    const plan = planOf({ "acme/one": FIVE }, TOOLS, { health: healthWith(a) });
    expect(tagsOf(plan)).toEqual(isDemoted ? ["b", "c", "d", "e", "a"] : ["a", "b", "c", "d", "e"]);
    if (isDemoted) expect(rankReasonsOf(plan).at(-1)).toBe("tool_quality");
  });

  it.each<[success: number, perSecond: number, isDemoted: boolean]>([
    [0.999, 100, false],
    [1, 99, false],
    [0.961, 97.1, false],
    [0.959, 100, true],
    [1, 96.9, true],
  ])("make nothing of small differences where the others are all alike: %d, %d", (success, perSecond, isDemoted) => {
    const health = healthWith(measured(success, perSecond), measured(1, 100));
    expect(tagsOf(planOf({ "acme/one": FIVE }, TOOLS, { health })).at(-1)).toBe(isDemoted ? "a" : "e");
  });

  it.each<[name: string, chat: Partial<ChatRequest>, isDemoted: boolean]>([
    ["with tools", TOOLS, true],
    ["without tools", {}, false],
    ["with an empty list of tools", { tools: [] }, false],
    ["sorted by price", { ...TOOLS, provider: { sort: "price" } }, false],
    [":floor", { ...TOOLS, model: "acme/one:floor" }, false],
    ["in an order", { ...TOOLS, provider: { order: ["a"] } }, false],
    ["sorted by it", { provider: { sort: "exacto" } }, true],
    [":exacto", { model: "acme/one:exacto" }, true],
    [":exacto over a sort", { model: "acme/one:exacto", provider: { sort: "price" } }, true],
  ])("only where it counts: %s", (_, chat, isDemoted) => {
    const plan = planOf({ "acme/one": FIVE }, chat, { health: healthWith(measured(0.1, 52)) });
    expect(tagsOf(plan)[isDemoted ? 4 : 0]).toBe("a");
  });

  it("leave nobody behind with fewer than four providers", () => {
    const health = healthWith(measured(0.1, 1));
    expect(tagsOf(planOf({ "acme/one": { a: 1, b: 2, c: 3 } }, TOOLS, { health }))[0]).toBe("a");
    expect(tagsOf(planOf({ "acme/one": FIVE }, { ...TOOLS, provider: { only: ["a", "b", "c"] } }, { health }))[0]).toBe(
      "a",
    );
    expect(tagsOf(planOf({ "acme/one": { a: 1, b: 2, c: 3, d: 4 } }, TOOLS, { health })).at(-1)).toBe("a");
  });

  it("count providers, not endpoints", () => {
    const well = measured(1, 50);
    const health = healthOf({ a: measured(0.1, 50), "a/fp8": well, b: well, "b/fp8": well, c: well, d: well });
    const three: Tags = { a: 1, "a/fp8": 2, b: 3, "b/fp8": 4, c: 5 };
    expect(tagsOf(planOf({ "acme/one": three }, TOOLS, { health }))[0]).toBe("a");
    expect(tagsOf(planOf({ "acme/one": { ...three, d: 6 } }, TOOLS, { health })).at(-1)).toBe("a");
  });

  it("draw among the others", () => {
    const plan = planOf({ "acme/one": FIVE }, TOOLS, { health: healthWith(measured(0.1, 52)), random: () => 0.999 });
    expect(tagsOf(plan)).toEqual(["e", "b", "c", "d", "a"]);
  });

  it("stay with their conversation", () => {
    const sticky = { endpointId: "acme/one a", modelId: "acme/one" };
    expect(tagsOf(planOf({ "acme/one": FIVE }, TOOLS, { health: healthWith(measured(0.1, 52)), sticky }))[0]).toBe("a");
  });
});

it("sorting by tool quality puts the proven first, then those of which too little is known, then the others", () => {
  const tags: Tags = { ...FIVE, f: 0.1, g: 0.2 };
  const health = healthWith(measured(0.1, 52));
  for (const draw of [0, 0.5, 0.999]) {
    const plan = planOf({ "acme/one": tags }, { model: "acme/one:exacto" }, { health, random: () => draw });
    expect(tagsOf(plan)).toEqual(["b", "c", "d", "e", "f", "g", "a"]);
    expect(new Set(rankReasonsOf(plan))).toEqual(new Set(["sort"]));
  }
});
