import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { NOTHING, TEAM_ACCOUNT } from "../../src/ledger/amounts.ts";
import type { Lease } from "../../src/ledger/leases.ts";
import { Ledger } from "../../src/ledger/ledger.ts";
import type { GenerationRecord, HoldRecord } from "../../src/schema/generation.ts";
import { fresh, recordOf } from "./records.ts";

const LIMIT = 1_000;
const TEAM_LIMIT = 1_500;
const SHARDS = 3;
const NOW = Date.UTC(2026, 5, 10, 12);

/** How a call of a shard to its team's object goes. */
type Fate = "arrives" | "is lost" | "its answer is lost";

const which = fc.nat(20);
const place = fc.nat(SHARDS);
const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("lease" as const), who: fc.nat(1), need: fc.integer({ min: 1, max: 60 }) }),
  },
  {
    weight: 7,
    arbitrary: fc.record({ do: fc.constant("admit" as const), which, need: fc.integer({ min: 1, max: 60 }) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("settle" as const),
      place,
      count: fc.integer({ min: 1, max: 5 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      isWithEarlier: fc.boolean(),
      fate: fc.constantFrom<Fate>("arrives", "arrives", "is lost", "its answer is lost"),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("settleAgain" as const), which }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("crash" as const), place }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("alarm" as const), place }) },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

let fate: Fate = "arrives";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOW });
  vi.spyOn(console, "error").mockImplementation(() => {});
  const real = Ledger.prototype.book;
  vi.spyOn(Ledger.prototype, "book").mockImplementation(function (this: Ledger, ...args) {
    const places = fate === "is lost" ? undefined : real.apply(this, args);
    if (fate !== "arrives") throw new Error(fate);
    return places;
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** A team with two keys and several shards, and what its isolates know. */
class World {
  readonly team = fresh("team");
  pools: { lease: Lease; left: number }[] = [];
  running: { hold: HoldRecord; id: string }[] = [];
  sent: { place: number; records: GenerationRecord[] }[] = [];

  at(place: number) {
    return env.LEDGER.getByName(place === 0 ? `team:${this.team}` : `team:${this.team}:${place}`);
  }

  async send(place: number, records: GenerationRecord[]): Promise<void> {
    const json = JSON.stringify(records);
    if (place === 0) await this.at(0).settle(json);
    else await this.at(place).settleShard({ team: this.team, shard: place }, json);
  }

  async lease(account: string, need: number) {
    const none = { includesByok: false, requests: null, tokens: null, slots: null, period: "daily" as const };
    const accounts = [
      { ...none, account, nanoUsd: LIMIT },
      { ...none, account: TEAM_ACCOUNT, nanoUsd: TEAM_LIMIT },
    ];
    return this.at(0).lease({ accounts, need: { ...NOTHING, nanoUsd: need }, waiting: 3 }, []);
  }

  /** Every record, wherever it is. */
  async records(): Promise<GenerationRecord[]> {
    const found = await Promise.all(
      Array.from({ length: SHARDS + 1 }, (_, index) =>
        runInDurableObject(this.at(index), (__, { storage }) =>
          storage.sql.exec<{ record: string }>("select record from generation").toArray(),
        ),
      ),
    );
    return found.flat().map(({ record }) => JSON.parse(record) as GenerationRecord);
  }

  /** What isolates may still spend, of an account or of all. */
  promised(account: string): number {
    const isOf = (name: string) => account === TEAM_ACCOUNT || name === account;
    const lent = this.pools.filter(({ lease }) => isOf(lease.account)).map(({ left }) => left);
    const held = this.running.filter(({ hold }) => isOf(hold.account)).map(({ hold }) => hold.nanoUsd);
    return [...lent, ...held].reduce((sum, amount) => sum + amount, 0);
  }
}

async function take(world: World, one: Step): Promise<void> {
  fate = "arrives";
  vi.setSystemTime(Date.now() + 200);
  switch (one.do) {
    case "lease": {
      const answer = await world.lease(`k${one.who}`, one.need);
      if ("lease" in answer) world.pools.push({ lease: answer.lease, left: answer.lease.amounts.nanoUsd });
      return;
    }
    case "admit": {
      const pool = world.pools[one.which % Math.max(1, world.pools.length)];
      if (!pool || pool.left < one.need) return;
      pool.left -= one.need;
      const { id: leaseId, account, minute } = pool.lease;
      world.running.push({
        hold: { leaseId, account, nanoUsd: one.need, tokens: 0, slots: 0, minute },
        id: fresh("gen"),
      });
      return;
    }
    case "settle": {
      const { team } = world;
      const records = world.running.splice(0, one.count).map(({ hold, id }) => {
        const costNanoUsd = Math.floor(hold.nanoUsd * one.share);
        return recordOf({ id, team, keyHash: hold.account, createdAtMs: NOW, costNanoUsd, hold });
      });
      // As after a call whose answer was lost: what is new comes together with what is booked.
      const earlier = one.isWithEarlier ? world.sent.findLast(({ place: to }) => to === one.place) : undefined;
      world.sent.push({ place: one.place, records });
      fate = one.fate;
      return world.send(one.place, [...(earlier?.records ?? []), ...records]);
    }
    case "settleAgain": {
      const again = world.sent[one.which % Math.max(1, world.sent.length)];
      if (again) await world.send(again.place, again.records);
      return;
    }
    case "crash":
      // One that nobody has called yet cannot be taken out of memory.
      return evictDurableObject(world.at(one.place)).catch(() => {});
    case "alarm":
      await runDurableObjectAlarm(world.at(one.place));
  }
}

const sumOf = (records: GenerationRecord[], account: string) =>
  records
    .filter(({ keyHash }) => account === TEAM_ACCOUNT || keyHash === account)
    .reduce((sum, { costNanoUsd }) => sum + (costNanoUsd ?? 0), 0);

async function check(world: World): Promise<void> {
  const records = await world.records();
  const spends = await world.at(0).spend(["k0", "k1", TEAM_ACCOUNT], Date.now());
  for (const account of ["k0", "k1", TEAM_ACCOUNT]) {
    const limit = account === TEAM_ACCOUNT ? TEAM_LIMIT : LIMIT;
    const spent = sumOf(records, account);
    // What was spent and what may still be spent, whether the team's object has heard of it or not.
    expect(spent + world.promised(account)).toBeLessThanOrEqual(limit);
    const booked = spends[account]?.total ?? 0;
    const { nanoUsd: lent } = await world.at(0).lent(account);
    expect(booked).toBeLessThanOrEqual(spent);
    expect(booked + lent).toBeGreaterThanOrEqual(spent + world.promised(account));
    expect(booked + lent).toBeLessThanOrEqual(limit);
  }
}

it("a hot team never spends past a limit, and books each record once, whoever crashes when", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40, size: "max" }), async (steps) => {
      vi.setSystemTime(NOW);
      const world = new World();
      for (const one of steps) {
        await take(world, one);
        await check(world);
      }
      fate = "arrives";
      vi.setSystemTime(Date.now() + 5_000);
      for (let shard = 1; shard <= SHARDS; shard++) await world.send(shard, []);
      const records = await world.records();
      const ids = world.sent.flatMap((sent) => sent.records.map(({ id }) => id));
      expect(records.map(({ id }) => id).sort()).toEqual(ids.sort());
      const spends = await world.at(0).spend(["k0", "k1", TEAM_ACCOUNT], Date.now());
      for (const account of ["k0", "k1", TEAM_ACCOUNT]) {
        expect(spends[account]?.total).toBe(sumOf(records, account));
        expect((await world.at(0).lent(account)).nanoUsd).toBe(world.promised(account));
      }
    }),
    { numRuns: 25 },
  );
}, 120_000);
