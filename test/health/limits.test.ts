import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Limit, Limits } from "../../src/health/limit-headers.ts";
import { LearnedLimits } from "../../src/health/limits.ts";
import { SECOND_MS, START_MS } from "./notes.ts";

const at = (seconds: number) => START_MS + seconds * SECOND_MS;

const limit = (remaining: number, resetSeconds: number, others: Partial<Limit> = {}): Limit => ({
  remaining,
  resetAtMs: at(resetSeconds),
  ...others,
});

function learnt(limits: Limits): LearnedLimits {
  const learned = new LearnedLimits();
  learned.learn("a", limits, at(0));
  return learned;
}

/** Seconds from the start until which a call would hit the wall. */
function wallAt(learned: LearnedLimits, seconds: number, tokens = 100): number | undefined {
  const untilMs = learned.wallUntil("a", tokens, at(seconds));
  return untilMs === undefined ? undefined : (untilMs - START_MS) / SECOND_MS;
}

const bucket = { limit: 60, isGradual: true };

describe("a call hits the wall", () => {
  it.each<[name: string, limits: Limits, askedAt: number, expected: number | undefined]>([
    ["when no request is left", { requests: limit(0, 20) }, 5, 20],
    ["no longer once the limit is whole again", { requests: limit(0, 20) }, 20, undefined],
    ["not while a request is left", { requests: limit(1, 20) }, 5, undefined],
    ["when it needs more tokens than are left", { tokens: limit(99, 20) }, 5, 20],
    ["not when just enough are left", { tokens: limit(100, 20) }, 5, undefined],
    ["when no token of the answer is left", { outputTokens: limit(0, 20) }, 5, 20],
    ["until the later of two resets", { requests: limit(0, 20), tokens: limit(0, 30) }, 5, 30],
    ["for two minutes at most", { requests: limit(0, 86_400) }, 5, 120],
    ["until a bucket has filled so far", { requests: limit(0, 60, bucket) }, 0, 1],
    ["not once it has", { requests: limit(0, 60, bucket) }, 1, undefined],
    ["for a second when a bucket is empty, however fast it fills", { requests: limit(0, 6, bucket) }, 0.2, 1],
    [
      "until a bucket has filled as far as it needs",
      { tokens: limit(0, 60, { limit: 6_000, isGradual: true }) },
      0.5,
      1,
    ],
    ["until a bucket that never holds so much is full", { tokens: limit(0, 60, bucket) }, 0, 60],
    ["until a day's bucket gives the next", { requests: limit(0, 86_400, { limit: 14_400, isGradual: true }) }, 0, 6],
    ["not when nothing is known", {}, 0, undefined],
  ])("%s", (_, limits, askedAt, expected) => {
    expect(wallAt(learnt(limits), askedAt)).toBe(expected);
  });

  it("after as many calls of our own as were left", () => {
    const learned = learnt({ requests: limit(2, 20), tokens: limit(1_000, 30) });
    learned.take("a", { tokens: 100 }, at(1));
    expect(wallAt(learned, 1)).toBeUndefined();
    learned.take("a", { tokens: 100 }, at(1));
    expect(wallAt(learned, 1)).toBe(20);
    learned.take("a", { tokens: 750 }, at(1));
    expect(wallAt(learned, 1)).toBe(30);
    expect(wallAt(learned, 1, 50)).toBe(20);
  });

  it("no longer when the next answer says that more is left", () => {
    const learned = learnt({ requests: limit(0, 20), tokens: limit(0, 20) });
    learned.learn("a", { requests: limit(5, 20) }, at(1));
    expect(wallAt(learned, 1)).toBe(20);
    learned.learn("a", { tokens: limit(100, 20) }, at(1));
    expect(wallAt(learned, 1)).toBeUndefined();
  });

  it("later with calls of our own than without, when a bucket fills", () => {
    const learned = learnt({ requests: limit(1, 60, { limit: 61, isGradual: true }) });
    learned.take("a", { tokens: 0 }, at(0));
    expect(wallAt(learned, 0)).toBe(1);
    learned.take("a", { requests: 3, tokens: 0 }, at(0));
    expect(wallAt(learned, 0)).toBe(4);
    learned.take("a", { requests: 7, tokens: 0 }, at(10));
    expect(wallAt(learned, 10)).toBe(11);
  });

  it("of its own key alone", () => {
    const learned = learnt({ requests: limit(0, 20) });
    expect(learned.wallUntil("b", 1, at(1))).toBeUndefined();
    learned.take("b", { tokens: 1 }, at(1));
    expect(learned.wallUntil("b", 1, at(1))).toBeUndefined();
  });
});

it("a thousand keys are known, the latest", () => {
  const learned = new LearnedLimits();
  for (let number = 0; number < 1_000; number++) learned.learn(`k${number}`, { requests: limit(0, 20) }, at(0));
  learned.learn("k0", { requests: limit(0, 20) }, at(0));
  learned.learn("another", { requests: limit(0, 20) }, at(0));
  const known = ["k0", "k1", "k2", "another"].map((key) => learned.wallUntil(key, 1, at(0)) !== undefined);
  expect(known).toEqual([true, false, true, true]);
});

describe("the wall of any limits", () => {
  const anyLimit: fc.Arbitrary<Limit> = fc.record({
    limit: fc.option(fc.integer({ min: 1, max: 5_000 }), { nil: undefined }),
    remaining: fc.nat(3_000),
    resetAtMs: fc.nat(600_000).map((afterMs) => START_MS + afterMs),
    isGradual: fc.boolean(),
  });
  const anyLimits = fc.record({ requests: anyLimit, tokens: anyLimit, outputTokens: anyLimit }, { requiredKeys: [] });
  const takes = fc.array(fc.record({ requests: fc.nat(30), tokens: fc.nat(1_000) }), { maxLength: 8 });

  it("stands in the future, for no longer than the reset and two minutes, and is gone then", () => {
    fc.assert(
      fc.property(anyLimits, takes, fc.nat(200_000), fc.nat(4_000), (limits, uses, afterMs, needed) => {
        const learned = learnt(limits);
        for (const use of uses) learned.take("a", use, START_MS);
        const nowMs = START_MS + afterMs;
        const untilMs = learned.wallUntil("a", needed, nowMs);
        if (untilMs === undefined) return;
        const resetMs = Math.max(...Object.values(limits).map(({ resetAtMs }) => resetAtMs));
        expect(untilMs).toBeGreaterThan(nowMs);
        expect(untilMs).toBeLessThanOrEqual(Math.min(resetMs, START_MS + 120_000));
        expect(learned.wallUntil("a", needed, untilMs)).toBeUndefined();
      }),
      { numRuns: 2_000 },
    );
  });

  it("comes no sooner and stands no longer for a smaller call, and for fewer calls before it", () => {
    fc.assert(
      fc.property(
        anyLimits,
        takes,
        fc.nat(100_000),
        fc.nat(4_000),
        fc.nat(4_000),
        (limits, uses, afterMs, needed, more) => {
          const [busy, idle] = [learnt(limits), learnt(limits)];
          for (const use of uses) busy.take("a", use, START_MS);
          const nowMs = START_MS + afterMs;
          const wallOf = (learned: LearnedLimits, tokens: number) => learned.wallUntil("a", tokens, nowMs) ?? 0;
          expect(wallOf(busy, needed)).toBeLessThanOrEqual(wallOf(busy, needed + more));
          expect(wallOf(idle, needed)).toBeLessThanOrEqual(wallOf(busy, needed));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it("stands exactly when too little of what is not filled bit by bit is left", () => {
    const still = anyLimit.map((one) => ({ ...one, isGradual: false }));
    fc.assert(
      fc.property(
        still,
        fc.array(fc.nat(500), { maxLength: 8 }),
        fc.nat(200_000),
        fc.integer({ min: 1, max: 4_000 }),
        (one, uses, afterMs, needed) => {
          const learned = learnt({ tokens: one });
          for (const tokens of uses) learned.take("a", { tokens }, START_MS);
          const left = one.remaining - uses.reduce((sum, tokens) => sum + tokens, 0);
          const isKnown = START_MS + afterMs < Math.min(one.resetAtMs, START_MS + 120_000);
          expect(learned.wallUntil("a", needed, START_MS + afterMs) !== undefined).toBe(isKnown && left < needed);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe("whose headers are read", () => {
  const heard = (learned: LearnedLimits, answers: number) =>
    Array.from({ length: answers }, () => {
      const listens = learned.listensTo("a");
      if (listens) learned.noteSilence("a");
      return listens ? "x" : ".";
    }).join("");

  it("is who speaks of limits, and now and then who does not", () => {
    const learned = new LearnedLimits();
    expect(heard(learned, 17)).toBe("x.......x.......x");
    learned.learn("a", { requests: limit(5, 20) }, at(0));
    expect([learned.listensTo("a"), learned.listensTo("a"), learned.listensTo("b")]).toEqual([true, true, true]);
  });
});
