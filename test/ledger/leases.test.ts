import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AccountLimits, type Amounts, NOTHING, TEAM_ACCOUNT } from "../../src/ledger/amounts.ts";
import { type LeaseAnswer, Leases, MINUTE_MS, minuteOf } from "../../src/ledger/leases.ts";
import type { HoldRecord } from "../../src/schema/generation.ts";
import { fresh } from "./records.ts";

const NOON = Date.UTC(2026, 0, 28, 12);
const UNLIMITED = {
  nanoUsd: null,
  period: "total",
  includesByok: false,
  requests: null,
  tokens: null,
  slots: null,
} as const;
const key = (limits: Partial<AccountLimits> = {}): AccountLimits => ({ ...UNLIMITED, account: "k", ...limits });
const team = (limits: Partial<AccountLimits> = {}): AccountLimits => ({ ...key(limits), account: TEAM_ACCOUNT });
const need = (amounts: Partial<Amounts>): Amounts => ({ ...NOTHING, ...amounts });

/** Works with the leases of a team that nobody else has; `spend` books money for a key. */
function withLeases<Result>(
  work: (leases: Leases, spend: (nanoUsd: number, account?: string, atMs?: number) => void) => Result,
): Promise<Result> {
  return runInDurableObject(env.LEDGER.getByName(fresh("team")), (_, state) => {
    const { sql } = state.storage;
    const spend = (nanoUsd: number, account = "k", atMs = NOON) => {
      for (const name of [account, TEAM_ACCOUNT]) {
        sql.exec(
          "insert into spend values (?, ?, ?, 0, 1) on conflict do update set nano_usd = nano_usd + excluded.nano_usd",
          name,
          Math.floor(atMs / 86_400_000),
          nanoUsd,
        );
      }
    };
    return work(new Leases(sql), spend);
  });
}

function granted(answer: LeaseAnswer) {
  if ("refusal" in answer) throw new Error(`refused: ${JSON.stringify(answer.refusal)}`);
  return answer.lease;
}

function refused(answer: LeaseAnswer) {
  if ("lease" in answer) throw new Error(`granted: ${JSON.stringify(answer.lease)}`);
  return answer.refusal;
}

describe("a lease", () => {
  it.each<[name: string, limit: number, waiting: number, amount: number, isFar: boolean, idleMs: number]>([
    ["of plenty is enough for many requests", 1_000_000, 1, 320, true, 60_000],
    ["of plenty is for all who wait, up to a bound", 1_000_000, 500, 320, true, 60_000],
    ["of less than plenty is not to lie idle for long", 31_000, 1, 320, true, 5_000],
    ["of little is a small part", 2_000, 1, 100, true, 5_000],
    ["of little for many who wait is as much as they need", 2_000, 500, 320, false, 0],
    ["of less for many who wait is half", 400, 500, 200, false, 0],
    ["of very little is for one request", 19, 500, 10, false, 0],
    ["of the last bit is all of it", 10, 1, 10, false, 0],
  ])("%s", async (_, nanoUsd, waiting, amount, isFar, idleMs) => {
    const request = { accounts: [key({ nanoUsd }), team()], need: need({ nanoUsd: 10 }), waiting };
    const lease = await withLeases((leases) => granted(leases.grant(request, NOON)));
    expect(lease).toMatchObject({ amounts: { ...NOTHING, nanoUsd: amount }, isFar, idleMs });
  });

  it("counts against the team as well as against the key", async () => {
    const accounts = [key({ nanoUsd: 1_000 }), team({ nanoUsd: 40 })];
    const seen = await withLeases((leases) => {
      const lease = granted(leases.grant({ accounts, need: need({ nanoUsd: 30 }), waiting: 1 }, NOON));
      return {
        lease,
        lent: leases.lent(TEAM_ACCOUNT),
        next: leases.grant({ accounts, need: need({ nanoUsd: 30 }), waiting: 1 }, NOON),
      };
    });
    expect(seen.lease.amounts.nanoUsd).toBe(30);
    expect(seen.lent.nanoUsd).toBe(30);
    expect(refused(seen.next)).toMatchObject({
      account: TEAM_ACCOUNT,
      kind: "nanoUsd",
      limit: 40,
      left: 10,
      isHeld: true,
    });
  });

  it("does not outlive the minute in which its requests count", async () => {
    const request = { accounts: [key({ requests: 1_000 }), team()], need: need({ requests: 1 }), waiting: 1 };
    const lease = await withLeases((leases) => granted(leases.grant(request, NOON + 50_000)));
    expect(lease.usableUntilMs).toBe(NOON + MINUTE_MS);
  });
});

describe("a limit", () => {
  const cases: [
    limits: Partial<AccountLimits>,
    spent: number,
    byok: boolean,
    left: number,
    resetsAtMs: number | null,
  ][] = [
    [{ nanoUsd: 100 }, 95, false, 5, null],
    [{ nanoUsd: 100, period: "daily" }, 95, false, 5, Date.UTC(2026, 0, 29)],
    [{ nanoUsd: 100, period: "weekly" }, 100, false, 0, Date.UTC(2026, 1, 2)],
    [{ nanoUsd: 100, period: "monthly" }, 195, false, 0, Date.UTC(2026, 1, 1)],
  ];
  it.each(cases)("says what is left of it and when it starts anew: %j", async (limits, spent, _, left, resetsAtMs) => {
    const refusal = await withLeases((leases, spend) => {
      spend(spent);
      return refused(leases.grant({ accounts: [key(limits), team()], need: need({ nanoUsd: 10 }), waiting: 1 }, NOON));
    });
    expect(refusal).toEqual({ account: "k", kind: "nanoUsd", limit: 100, left, resetsAtMs, isHeld: false });
  });

  it.each<[period: AccountLimits["period"], laterMs: number]>([
    ["daily", 86_400_000],
    ["weekly", 7 * 86_400_000],
    ["monthly", 31 * 86_400_000],
  ])("that starts anew is whole again, but for what is held: %s", async (period, laterMs) => {
    const accounts = [key({ nanoUsd: 100, period }), team()];
    const seen = await withLeases((leases, spend) => {
      spend(40);
      const lease = granted(leases.grant({ accounts, need: need({ nanoUsd: 60 }), waiting: 1 }, NOON));
      const hold = { leaseId: lease.id, account: "k", nanoUsd: 60, tokens: 0, slots: 0, minute: lease.minute };
      leases.keep(hold, "gen-1", NOON + laterMs - 1);
      return leases.grant({ accounts, need: need({ nanoUsd: 50 }), waiting: 1 }, NOON + laterMs);
    });
    expect(refused(seen)).toMatchObject({ left: 40, isHeld: true });
  });

  it("of requests in a minute admits exactly so many, however they are asked for", async () => {
    const accounts = [key({ requests: 100 }), team()];
    const count = await withLeases((leases) => {
      let admitted = 0;
      for (let asked = 0; asked < 400; asked++) {
        const answer = leases.grant({ accounts, need: need({ requests: 1 }), waiting: asked % 40 }, NOON);
        if ("lease" in answer) admitted += answer.lease.amounts.requests;
      }
      return admitted;
    });
    expect(count).toBe(100);
  });

  it("of requests in a minute is whole again in the next one", async () => {
    const accounts = [key({ requests: 1 }), team()];
    const ask = { accounts, need: need({ requests: 1 }), waiting: 1 };
    const seen = await withLeases((leases) => {
      granted(leases.grant(ask, NOON));
      return [leases.grant(ask, NOON + 59_999), leases.grant(ask, NOON + MINUTE_MS)];
    });
    expect(seen.map((answer) => "lease" in answer)).toEqual([false, true]);
    expect(refused(seen[0] as LeaseAnswer)).toMatchObject({ kind: "requests", left: 0, resetsAtMs: NOON + MINUTE_MS });
  });

  it("of tokens counts what was used in the end", async () => {
    const accounts = [key({ tokens: 100 }), team()];
    const seen = await withLeases((leases) => {
      const lease = granted(leases.grant({ accounts, need: need({ tokens: 80 }), waiting: 1 }, NOON));
      const hold = { leaseId: lease.id, account: "k", nanoUsd: 0, tokens: 80, slots: 0, minute: lease.minute };
      leases.release(hold, 30);
      return leases.grant({ accounts, need: need({ tokens: 70 }), waiting: 1 }, NOON);
    });
    expect(granted(seen).amounts.tokens).toBe(70);
  });

  it("of requests at the same time is free when they have ended", async () => {
    const accounts = [key({ slots: 2 }), team()];
    const ask = { accounts, need: need({ slots: 1 }), waiting: 1 };
    const seen = await withLeases((leases) => {
      const [one, two] = [granted(leases.grant(ask, NOON)), granted(leases.grant(ask, NOON))];
      const full = leases.grant(ask, NOON);
      leases.release({ leaseId: one.id, account: "k", nanoUsd: 0, tokens: 0, slots: 1, minute: one.minute }, 0);
      return { two, full, next: leases.grant(ask, NOON) };
    });
    expect(refused(seen.full)).toMatchObject({ kind: "slots", left: 0, resetsAtMs: null, isHeld: true });
    expect(granted(seen.next).amounts.slots).toBe(1);
  });
});

/** What may happen to a key's leases, in any order; numbers choose among what there is. */
const step = fc.oneof(
  fc.record({
    do: fc.constant("grant" as const),
    nanoUsd: fc.integer({ min: 1, max: 60 }),
    waiting: fc.integer({ min: 1, max: 40 }),
  }),
  fc.record({ do: fc.constant("admit" as const), which: fc.nat(20), nanoUsd: fc.integer({ min: 1, max: 60 }) }),
  fc.record({
    do: fc.constant("settle" as const),
    which: fc.nat(20),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  fc.record({ do: fc.constant("giveBack" as const), which: fc.nat(20) }),
  fc.record({ do: fc.constant("keep" as const), which: fc.nat(20) }),
  fc.record({ do: fc.constant("crash" as const) }),
  fc.record({ do: fc.constant("wait" as const), ms: fc.constantFrom(1_000, 20_000, 45_000, 130_000, 86_400_000) }),
);

describe("leases as a whole", () => {
  it("never lend more than is left, and hold nothing in the end", async () => {
    await withLeases((leases, spend) => {
      fc.assert(
        fc.property(
          fc.array(step, { maxLength: 60, size: "max" }),
          fc.constantFrom<AccountLimits["period"]>("total", "daily"),
          (steps, period) => {
            const account = fresh("k");
            const limits = key({ account, nanoUsd: 1_000, period });
            let nowMs = NOON;
            let pools: { id: string; left: number; usableUntilMs: number; minute: number }[] = [];
            let holds: HoldRecord[] = [];
            const pick = <Item>(items: Item[], which: number): Item | undefined =>
              items[which % Math.max(1, items.length)];
            for (const one of steps) {
              leases.sweep(nowMs);
              if (one.do === "grant") {
                const free = 1_000 - leases.spent(limits, nowMs) - leases.lent(account).nanoUsd;
                const answer = leases.grant(
                  { accounts: [limits, team()], need: need({ nanoUsd: one.nanoUsd }), waiting: one.waiting },
                  nowMs,
                );
                expect("lease" in answer).toBe(free >= one.nanoUsd);
                if ("lease" in answer) {
                  const { id, amounts, usableUntilMs, minute } = answer.lease;
                  pools.push({ id, left: amounts.nanoUsd, usableUntilMs, minute });
                }
              } else if (one.do === "admit") {
                const pool = pick(pools, one.which);
                if (!pool || pool.left < one.nanoUsd || nowMs >= pool.usableUntilMs) continue;
                pool.left -= one.nanoUsd;
                holds.push({
                  leaseId: pool.id,
                  account,
                  nanoUsd: one.nanoUsd,
                  tokens: 0,
                  slots: 0,
                  minute: pool.minute,
                });
              } else if (one.do === "settle") {
                const hold = pick(holds, one.which);
                if (!hold) continue;
                holds = holds.filter((other) => other !== hold);
                leases.release(hold, 0);
                spend(Math.floor(hold.nanoUsd * one.share), account, nowMs);
              } else if (one.do === "giveBack") {
                const pool = pick(pools, one.which);
                if (!pool) continue;
                pools = pools.filter((other) => other !== pool);
                leases.giveBack({ id: pool.id, account, minute: pool.minute, unused: need({ nanoUsd: pool.left }) });
              } else if (one.do === "keep") {
                const hold = pick(holds, one.which);
                const id = fresh("gen");
                if (hold) leases.keep({ ...hold }, id, nowMs);
                if (hold) hold.leaseId = id;
              } else if (one.do === "crash") {
                pools = [];
                holds = [];
              } else {
                // Requests that run for long say so, as they do in the Worker.
                for (let waited = 0; waited < Math.min(one.ms, 180_000); waited += 20_000) {
                  for (const hold of holds) {
                    const id = fresh("gen");
                    leases.keep({ ...hold }, id, nowMs + waited);
                    hold.leaseId = id;
                  }
                }
                nowMs += one.ms;
                if (one.ms > 180_000) holds = [];
                pools = pools.filter(({ usableUntilMs }) => nowMs < usableUntilMs);
              }
              leases.sweep(nowMs);
              const lent = leases.lent(account).nanoUsd;
              expect(leases.spent(limits, nowMs) + lent).toBeLessThanOrEqual(1_000);
              const alive = pools.filter(({ usableUntilMs }) => nowMs < usableUntilMs);
              expect(lent).toBeGreaterThanOrEqual(
                [...alive.map(({ left }) => left), ...holds.map(({ nanoUsd }) => nanoUsd)].reduce(
                  (sum, amount) => sum + amount,
                  0,
                ),
              );
            }
            for (const hold of holds) leases.release(hold, 0);
            leases.sweep(nowMs + 200_000);
            expect(leases.lent(account).nanoUsd).toBe(0);
          },
        ),
        { numRuns: 300 },
      );
    });
  });

  it("know the minute of a time", () => {
    expect(minuteOf(NOON + 59_999)).toBe(NOON / MINUTE_MS);
  });
});
