import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EXCLUSION_REASONS } from "../../src/routing/filter.ts";
import { comparePlans, outlinePlan, type PlanOutline, splitEndpointId } from "../../src/routing/outline.ts";
import { EXCLUSION_SENTENCES, RANK_SENTENCES } from "../../src/routing/reasons.ts";
import { endpointsOf, planOf } from "../dispatch/walk.ts";

/** A plan whose candidates and left-out endpoints are given as `tag:reason`. */
function outline(candidates: string, excluded = ""): PlanOutline {
  const pairs = (text: string) =>
    text
      .split(" ")
      .filter((word) => word !== "")
      .map((word) => word.split(":") as [string, string]);
  const byReason: Record<string, string[]> = {};
  for (const [id, reason] of pairs(excluded)) byReason[reason] = [...(byReason[reason] ?? []), id];
  return { candidates: pairs(candidates), excluded: byReason };
}

const NOTHING = { gained: [], lost: [], moved: [], changed: [] };

describe("two plans", () => {
  it.each([
    { name: "are the same", before: outline("a:order b:price", "c:zdr"), after: outline("a:order b:price", "c:zdr") },
    { name: "are both empty", before: outline(""), after: outline("") },
    {
      name: "gain one that was left out",
      before: outline("a:order", "b:zdr"),
      after: outline("a:order b:price"),
      difference: { gained: [{ endpointId: "b", was: "zdr" }] },
    },
    {
      name: "gain one that was not there",
      before: outline("a:order"),
      after: outline("b:price a:order"),
      difference: { gained: [{ endpointId: "b", was: null }] },
    },
    {
      name: "lose one, which moves no other",
      before: outline("a:order b:price c:price"),
      after: outline("b:price c:price", "a:max_price"),
      difference: { lost: [{ endpointId: "a", is: "max_price" }] },
    },
    {
      name: "change places",
      before: outline("a:price b:price c:price"),
      after: outline("a:price c:price b:price"),
      difference: {
        moved: [
          { endpointId: "b", from: 2, to: 3 },
          { endpointId: "c", from: 3, to: 2 },
        ],
      },
    },
    {
      name: "change reasons",
      before: outline("a:drawn", "b:zdr c:zdr"),
      after: outline("a:sticky", "b:ignored c:zdr"),
      difference: {
        changed: [
          { endpointId: "a", was: "drawn", is: "sticky" },
          { endpointId: "b", was: "zdr", is: "ignored" },
        ],
      },
    },
    {
      name: "tell of an endpoint that was left out and is not there any more in no way",
      before: outline("a:order", "b:zdr"),
      after: outline("a:order"),
    },
  ])("$name", ({ before, after, difference }) => {
    expect(comparePlans(before, after)).toEqual({ ...NOTHING, same: difference === undefined, ...difference });
  });

  it("are told apart as they stand, both ways round", () => {
    const ids = fc.uniqueArray(fc.constantFrom(..."abcdefgh"), { maxLength: 8 });
    const plan = fc.tuple(ids, fc.nat(8)).map(([all, cut]): PlanOutline => {
      const excluded = all.slice(cut);
      return { candidates: all.slice(0, cut).map((id) => [id, "price"]), excluded: { zdr: excluded } };
    });
    fc.assert(
      fc.property(plan, plan, (then, now) => {
        const [there, back] = [comparePlans(then, now), comparePlans(now, then)];
        expect(there.gained.map(({ endpointId }) => endpointId)).toEqual(back.lost.map(({ endpointId }) => endpointId));
        expect(there.same).toBe(back.same);
        expect(there.same).toBe(JSON.stringify(then.candidates) === JSON.stringify(now.candidates));
        expect(there.moved.length).not.toBe(1);
      }),
    );
  });
});

describe("an outline", () => {
  it("holds ids and reasons, and nothing else", () => {
    const [first, second] = endpointsOf({ first: {}, second: {} });
    if (!first || !second) throw new Error("there are two");
    const plan = { ...planOf([first]), excluded: [{ endpoint: second, reason: "zdr" as const }] };
    expect(outlinePlan(plan)).toEqual({
      candidates: [["acme/one first", "order"]],
      excluded: { zdr: ["acme/one second"] },
    });
    expect(splitEndpointId(first.id)).toEqual({ model: "acme/one", tag: "first" });
  });
});

describe("reasons in words", () => {
  it("are one sentence each, and no two are alike", () => {
    const sentences = [...Object.values(EXCLUSION_SENTENCES), ...Object.values(RANK_SENTENCES)];
    for (const sentence of sentences) expect(sentence).toMatch(/^\S.*[^.]\.$/);
    expect(new Set(sentences).size).toBe(sentences.length);
    expect(Object.keys(EXCLUSION_SENTENCES)).toEqual(EXCLUSION_REASONS);
  });
});
