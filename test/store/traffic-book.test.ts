import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HELD_MS, type TargetLimits, TrafficBook, WINDOW_MS } from "../../src/store/traffic-book.ts";

const START_MS = Date.parse("2026-06-15T12:00:00.250Z");
let objects = 0;

/** Works with an empty book in a database of its own. */
function withBook<Result>(work: (book: TrafficBook) => Result): Promise<Result> {
  const stub = env.TRAFFIC.getByName(`test:${objects++}`);
  return runInDurableObject(stub, (_, state) => work(new TrafficBook(state.storage.sql)));
}

/** What happens at a gate, by milliseconds after the start. */
type Step =
  | { at: number; enter: string; tokens?: number; requests?: number; to: string | null }
  | { at: number; settle: string; used: number; target?: string }
  | { at: number; keep: string }
  | { at: number; leave: string; enteredAt: number }
  | { at: number; cool: string; until: number }
  | { at: number; state: Record<string, unknown>; tokens?: number; requests?: number };

const needOf = ({ requests = 1, tokens = 0 }: { requests?: number; tokens?: number }) => ({ requests, tokens });

function play(book: TrafficBook, limits: TargetLimits[], steps: Step[]): void {
  for (const step of steps) {
    const nowMs = START_MS + step.at;
    if ("enter" in step)
      expect(book.enter(step.enter, limits, needOf(step), nowMs).entered, JSON.stringify(step)).toBe(step.to);
    else if ("settle" in step) book.settle(step.settle, { [step.target ?? "a"]: step.used }, nowMs);
    else if ("keep" in step) book.keep(step.keep, nowMs);
    else if ("leave" in step) book.leave(step.leave, "a", { requests: 1, enteredAtMs: START_MS + step.enteredAt });
    else if ("cool" in step) book.cool(step.cool, START_MS + step.until);
    else expect({ shut: undefined, ...book.states(limits, needOf(step), nowMs).a }).toMatchObject(step.state);
  }
}

const limited = (kind: "rpm" | "tpm", limit: number, remaining: number, back: number) => ({
  shut: { why: "rate_limited", untilMs: START_MS + back, limit: { kind, limit, remaining } },
});
const OPEN = { shut: undefined };
const A = (limits: object): TargetLimits[] => [{ target: "a", ...limits }];

describe("a gate", () => {
  it.each<[name: string, limits: TargetLimits[], steps: Step[]]>([
    [
      "without limits lets everybody in",
      A({}),
      Array.from({ length: 20 }, (_, n) => ({ at: n, enter: `${n}`, to: "a" })),
    ],
    [
      "lets as many requests in as its limit",
      A({ rpm: 2 }),
      [
        { at: 0, enter: "1", to: "a" },
        { at: 0, state: { requests: 1, shut: undefined } },
        { at: 30_000, enter: "2", to: "a" },
        { at: 30_000, enter: "3", to: null },
        { at: 30_000, state: { requests: 2, ...limited("rpm", 2, 0, 60_000) } },
        { at: 59_999, enter: "3", to: null },
        { at: 60_000, enter: "3", to: "a" },
        { at: 60_000, state: limited("rpm", 2, 0, 90_000) },
        { at: 89_999, enter: "4", to: null },
        { at: 90_000, enter: "4", to: "a" },
      ],
    ],
    [
      "counts a second whole until the last of it is a minute old",
      A({ rpm: 2 }),
      [
        { at: 0, enter: "1", to: "a" },
        { at: 700, enter: "2", to: "a" },
        { at: 60_000, enter: "3", to: null },
        { at: 60_000, state: limited("rpm", 2, 0, 60_700) },
        { at: 60_700, enter: "3", to: "a" },
      ],
    ],
    [
      "counts tokens that are held, and then those that were used, from when they were",
      A({ tpm: 100 }),
      [
        { at: 0, enter: "1", tokens: 60, to: "a" },
        { at: 1, enter: "2", tokens: 41, to: null },
        { at: 1, enter: "2", tokens: 40, to: "a" },
        { at: 1, state: { tokens: 100, ...limited("tpm", 100, 0, 1 + 1_000) }, tokens: 1 },
        { at: 5_000, settle: "1", used: 20 },
        { at: 5_000, state: { tokens: 60, shut: undefined }, tokens: 40 },
        { at: 7_000, settle: "2", used: 40 },
        { at: 7_000, state: { tokens: 60, ...limited("tpm", 100, 40, 65_000) }, tokens: 41 },
        { at: 7_000, state: { tokens: 60, ...limited("tpm", 100, 40, 67_000) }, tokens: 90 },
        { at: 64_999, state: { tokens: 60 } },
        { at: 65_000, state: { tokens: 40, shut: undefined }, tokens: 60 },
        { at: 67_000, state: { tokens: 0, ...OPEN } },
      ],
    ],
    [
      "lets a request in that may need more than everything when any of it is left",
      A({ tpm: 100 }),
      [
        { at: 0, enter: "1", tokens: 1_000, to: "a" },
        { at: 0, enter: "2", tokens: 1_000, to: null },
        { at: 1_000, settle: "1", used: 60 },
        { at: 1_000, enter: "2", tokens: 1_000, to: "a" },
        { at: 2_000, settle: "2", used: 60 },
        { at: 2_000, enter: "3", tokens: 1_000, to: null },
        { at: 2_000, state: limited("tpm", 100, 0, 61_000), tokens: 1_000 },
        { at: 61_000, enter: "3", tokens: 1_000, to: "a" },
      ],
    ],
    [
      "counts every call of a request for several choices",
      A({ rpm: 5 }),
      [
        { at: 0, enter: "1", requests: 3, to: "a" },
        { at: 0, enter: "2", requests: 3, to: null },
        { at: 0, state: limited("rpm", 5, 2, 60_000), requests: 3 },
        { at: 0, enter: "2", requests: 2, to: "a" },
        { at: 60_000, enter: "3", requests: 9, to: null },
        { at: 60_000, state: limited("rpm", 5, 5, 120_000), requests: 9 },
        { at: 60_000, enter: "4", requests: 5, to: "a" },
      ],
    ],
    [
      "frees what nobody settles",
      A({ tpm: 100 }),
      [
        { at: 0, enter: "1", tokens: 100, to: "a" },
        { at: HELD_MS - 1, enter: "2", tokens: 1, to: null },
        { at: HELD_MS, enter: "2", tokens: 1, to: "a" },
      ],
    ],
    [
      "holds for as long as it hears of a request",
      A({ tpm: 100 }),
      [
        { at: 0, enter: "1", tokens: 100, to: "a" },
        { at: 20_000, keep: "1" },
        { at: 79_999, enter: "2", tokens: 1, to: null },
        { at: 80_000, enter: "2", tokens: 1, to: "a" },
      ],
    ],
    [
      "counts no request that was not sent",
      A({ rpm: 1, tpm: 10 }),
      [
        { at: 0, enter: "1", tokens: 10, to: "a" },
        { at: 5, leave: "1", enteredAt: 0 },
        { at: 5, state: { requests: 0, tokens: 0, shut: undefined }, tokens: 10 },
        { at: 5, enter: "2", tokens: 10, to: "a" },
      ],
    ],
    [
      "is shut while its target cools down, for the longer of two times",
      A({}),
      [
        { at: 0, cool: "a", until: 5_000 },
        { at: 0, cool: "a", until: 3_000 },
        { at: 4_999, enter: "1", to: null },
        { at: 4_999, state: { shut: { why: "cooling_down", untilMs: START_MS + 5_000 } } },
        { at: 5_000, enter: "1", to: "a" },
      ],
    ],
    [
      "tells what shuts it for longest",
      A({ rpm: 1 }),
      [
        { at: 0, enter: "1", to: "a" },
        { at: 0, cool: "a", until: 5_000 },
        { at: 1, state: limited("rpm", 1, 0, 60_000) },
        { at: 1, cool: "a", until: 70_000 },
        { at: 1, state: { shut: { why: "cooling_down", untilMs: START_MS + 70_000 } } },
      ],
    ],
    [
      "is one of several: the first that is open is taken",
      [{ target: "a", rpm: 1 }, { target: "b", tpm: 10 }, { target: "c" }],
      [
        { at: 0, enter: "1", tokens: 10, to: "a" },
        { at: 0, enter: "2", tokens: 10, to: "b" },
        { at: 0, enter: "3", tokens: 10, to: "c" },
        { at: 0, cool: "c", until: 1_000 },
        { at: 0, enter: "4", tokens: 10, to: null },
        { at: 1, settle: "2", used: 0, target: "b" },
        { at: 1, enter: "4", tokens: 10, to: "b" },
      ],
    ],
  ])("%s", async (_, limits, steps) => {
    await withBook((book) => play(book, limits, steps));
  });

  it("keeps what it knows for the next object of its name", async () => {
    const name = `test:${objects++}`;
    const stub = env.TRAFFIC.getByName(name);
    expect((await stub.enter("1", [{ target: "a", rpm: 1 }], needOf({ tokens: 5 }))).entered).toBe("a");
    const again = await runInDurableObject(stub, (_, state) =>
      new TrafficBook(state.storage.sql).states([{ target: "a", rpm: 1 }], needOf({}), Date.now()),
    );
    expect(again.a).toMatchObject({ requests: 1, shut: { why: "rate_limited" } });
    expect((await stub.look([{ target: "a", rpm: 1 }], needOf({ tokens: 5 }))).entered).toBeNull();
  });
});

describe("in any stretch of a minute", () => {
  const request = fc.record({
    afterMs: fc.oneof(fc.constantFrom(0, 1, 999, 1_000), fc.integer({ min: 0, max: 9_000 })),
    need: fc.integer({ min: 1, max: 60 }),
    share: fc.constantFrom(0, 0.5, 0.9, 1),
    lastsMs: fc.integer({ min: 0, max: 30_000 }),
  });

  it("no more requests are let in than the limit, and no more tokens are used", { timeout: 60_000 }, async () => {
    await withBook((book) => {
      let runs = 0;
      fc.assert(
        fc.property(fc.array(request, { minLength: 20, maxLength: 120 }), (requests) => {
          const [rpm, tpm] = [12, 100];
          const target = `a${runs++}`;
          const limits = [{ target, rpm, tpm }];
          const entered: number[] = [];
          const used: { atMs: number; untilMs: number; tokens: number }[] = [];
          const open: { id: string; endsAtMs: number; tokens: number; sinceMs: number }[] = [];
          let nowMs = START_MS;
          let waited = 0;
          for (const [index, { afterMs, need, share, lastsMs }] of requests.entries()) {
            nowMs += afterMs;
            for (const ended of open.splice(0).sort((a, b) => a.endsAtMs - b.endsAtMs)) {
              if (ended.endsAtMs > nowMs) open.push(ended);
              else {
                book.settle(ended.id, { [target]: ended.tokens }, ended.endsAtMs);
                used.push({ atMs: ended.sinceMs, untilMs: ended.endsAtMs, tokens: ended.tokens });
              }
            }
            const id = `${target} ${index}`;
            const { entered: to, states } = book.enter(id, limits, { requests: 1, tokens: need }, nowMs);
            if (to !== null) {
              entered.push(nowMs);
              open.push({ id, endsAtMs: nowMs + lastsMs, tokens: Math.floor(need * share), sinceMs: nowMs });
              continue;
            }
            waited++;
            // The time that it tells is in the future, and a limit alone never keeps anybody out for more than a minute.
            const untilMs = states[target]?.shut?.untilMs ?? 0;
            expect(untilMs).toBeGreaterThan(nowMs);
            expect(untilMs).toBeLessThanOrEqual(nowMs + WINDOW_MS);
          }
          for (const [index, atMs] of entered.entries())
            expect(entered.slice(index).filter((other) => other < atMs + WINDOW_MS).length).toBeLessThanOrEqual(rpm);
          // Whenever in a request its tokens are used: at its beginning or at its end.
          for (const moment of ["atMs", "untilMs"] as const)
            for (const { [moment]: from } of used) {
              const inWindow = used.filter((one) => one[moment] >= from && one[moment] < from + WINDOW_MS);
              expect(inWindow.reduce((sum, { tokens }) => sum + tokens, 0)).toBeLessThanOrEqual(tpm);
            }
          expect(entered.length + waited).toBe(requests.length);
        }),
        { numRuns: 60 },
      );
    });
  });
});
