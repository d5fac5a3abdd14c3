import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type AccountLimits, type Amounts, NOTHING, TEAM_ACCOUNT } from "../../src/ledger/amounts.ts";
import type { Lease } from "../../src/ledger/leases.ts";
import { Ledger } from "../../src/ledger/ledger.ts";
import { startOfPeriod } from "../../src/ledger/periods.ts";
import type { GenerationRecord, HoldRecord } from "../../src/schema/generation.ts";
import { fresh, recordOf } from "./records.ts";

const LIMIT = 1_000;
const TEAM_LIMIT = 1_500;
/** Noon, and moments before a day, a week and a month begin. */
const STARTS = [
  Date.UTC(2026, 0, 28, 12),
  Date.UTC(2026, 0, 28, 23, 59, 30),
  Date.UTC(2026, 1, 1, 23, 59, 50),
  Date.UTC(2026, 0, 31, 23, 59, 10),
];
const PERIODS = ["total", "daily", "weekly", "monthly"] as const;
/** A request that runs longer says so this often. */
const KEEP_MS = 20_000;
const LONG_MS = 180_000;

const nanoUsd = fc.integer({ min: 1, max: 90 });
const which = fc.nat(30);
/** What may happen to a ledger, in any order; numbers choose among what there is. */
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("lease" as const),
      who: fc.nat(1),
      nanoUsd,
      waiting: fc.integer({ min: 1, max: 40 }),
    }),
  },
  { weight: 8, arbitrary: fc.record({ do: fc.constant("admit" as const), which, nanoUsd }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("settle" as const),
      which,
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("settleAll" as const), copies: fc.integer({ min: 1, max: 2 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("settleAgain" as const), which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("release" as const), which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("giveBack" as const), which }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("keep" as const), which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("isolateCrash" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("ledgerCrash" as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("wait" as const),
      ms: fc.constantFrom(500, 500, 500, 15_000, 45_000, 100_000, 43_200_000, 86_400_000, 7 * 86_400_000),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A ledger with two keys and their team, and all that isolates know of it. */
class World {
  nowMs: number;
  ledger: Ledger;
  leases: { lease: Lease; left: number }[] = [];
  running: { hold: HoldRecord; createdAtMs: number; id: string }[] = [];
  booked: GenerationRecord[] = [];
  /** What is held for nobody any more, at most, until it is swept. */
  abandoned = 0;
  readonly #state: DurableObjectState;
  readonly #periods: { key: AccountLimits["period"]; team: AccountLimits["period"] };

  constructor(state: DurableObjectState, startMs: number, periods: World["periods"]) {
    this.#state = state;
    this.#periods = periods;
    this.nowMs = startMs;
    this.ledger = new Ledger(state, env);
    for (const table of ["spend", "lease", "minute", "generation"]) state.storage.sql.exec(`delete from ${table}`);
    this.passes(0);
  }

  get periods() {
    return this.#periods;
  }

  passes(ms: number): void {
    this.nowMs += ms;
    vi.setSystemTime(this.nowMs);
  }

  limitsOf(account: string): AccountLimits[] {
    const none = { includesByok: false, requests: null, tokens: null, slots: null };
    return [
      { ...none, account, nanoUsd: LIMIT, period: this.#periods.key },
      { ...none, account: TEAM_ACCOUNT, nanoUsd: TEAM_LIMIT, period: this.#periods.team },
    ];
  }

  ask(account: string, need: number, waiting = 1) {
    const amounts: Amounts = { ...NOTHING, nanoUsd: need };
    return this.ledger.lease({ accounts: this.limitsOf(account), need: amounts, waiting }, []);
  }

  settle(records: GenerationRecord[]): void {
    this.ledger.settle(JSON.stringify(records));
  }

  crash(): void {
    this.ledger = new Ledger(this.#state, env);
  }

  /** What the records say that was spent in a period, by a key or by all. */
  replayed(account: string, period: AccountLimits["period"], atMs: number): number {
    const fromMs = period === "total" ? 0 : startOfPeriod(period, atMs);
    const rows = this.#state.storage.sql.exec<{ record: string }>("select record from generation").toArray();
    return rows
      .map(({ record }): GenerationRecord => JSON.parse(record))
      .filter(({ keyHash }) => account === TEAM_ACCOUNT || keyHash === account)
      .filter(({ createdAtMs }) => createdAtMs >= fromMs)
      .reduce((sum, { costNanoUsd }) => sum + (costNanoUsd ?? 0), 0);
  }
}

const pick = <Item>(items: Item[], index: number): Item | undefined => items[index % Math.max(1, items.length)];
const without = <Item>(items: Item[], item: Item): Item[] => items.filter((other) => other !== item);

function settled(one: World["running"][number], share: number): GenerationRecord {
  const { hold, createdAtMs, id } = one;
  const costNanoUsd = Math.floor(hold.nanoUsd * share);
  return recordOf({ id, keyHash: hold.account, createdAtMs, costNanoUsd, hold: { ...hold } });
}

const STEPS: { [Name in Step["do"]]: (world: World, step: Extract<Step, { do: Name }>) => void } = {
  lease(world, { who, nanoUsd: need, waiting }) {
    const answer = world.ask(`k${who}`, need, waiting);
    if ("lease" in answer) world.leases.push({ lease: answer.lease, left: answer.lease.amounts.nanoUsd });
  },
  admit(world, { which: index, nanoUsd: need }) {
    const pool = pick(world.leases, index);
    if (!pool || pool.left < need || world.nowMs >= pool.lease.usableUntilMs) return;
    pool.left -= need;
    const { id: leaseId, account, minute } = pool.lease;
    const hold = { leaseId, account, nanoUsd: need, tokens: 0, slots: 0, minute };
    world.running.push({ hold, createdAtMs: world.nowMs, id: fresh("gen") });
  },
  settle(world, { which: index, share }) {
    const one = pick(world.running, index);
    if (!one) return;
    world.running = without(world.running, one);
    world.booked.push(settled(one, share));
    world.settle(world.booked.slice(-1));
  },
  settleAll(world, { copies }) {
    const records = world.running.map((one) => settled(one, 0.5));
    world.running = [];
    world.booked.push(...records);
    for (let times = 0; times < copies; times++) world.settle(records);
  },
  settleAgain(world, { which: index }) {
    const record = pick(world.booked, index);
    if (record) world.settle([record]);
  },
  release(world, { which: index }) {
    const one = pick(world.running, index);
    if (!one) return;
    world.running = without(world.running, one);
    world.ledger.release(one.hold);
  },
  giveBack(world, { which: index }) {
    const pool = pick(world.leases, index);
    if (!pool) return;
    world.leases = without(world.leases, pool);
    const { id, account, minute } = pool.lease;
    world.ledger.giveBack([{ id, account, minute, unused: { ...NOTHING, nanoUsd: pool.left } }]);
  },
  keep(world, { which: index }) {
    const one = pick(world.running, index);
    if (one) keep(world, one);
  },
  isolateCrash(world) {
    world.abandoned += promisedTo(world, TEAM_ACCOUNT);
    world.leases = [];
    world.running = [];
  },
  ledgerCrash(world) {
    world.crash();
  },
  wait(world, { ms }) {
    // After so long requests that have not ended belong to an isolate that is no more.
    if (ms > LONG_MS) world.running = [];
    for (let leftMs = ms; leftMs > 0; leftMs -= KEEP_MS) {
      if (ms <= LONG_MS) for (const one of world.running) keep(world, one);
      world.passes(ms <= LONG_MS ? Math.min(KEEP_MS, leftMs) : ms);
      if (ms > LONG_MS) break;
    }
    const [usable, ended] = [true, false].map((isUsable) =>
      world.leases.filter(({ lease }) => world.nowMs < lease.usableUntilMs === isUsable),
    ) as [World["leases"], World["leases"]];
    world.leases = usable;
    world.abandoned += ended.reduce((sum, { left }) => sum + left, 0);
    if (ms > LONG_MS) world.abandoned = 0;
  },
};

function keep(world: World, one: World["running"][number]): void {
  world.ledger.keep({ ...one.hold }, one.id);
  one.hold.leaseId = one.id;
}

/** What isolates that live may still spend, of an account or of all. */
function promisedTo({ leases, running }: World, account: string): number {
  const mine = (other: string) => account === TEAM_ACCOUNT || other === account;
  const lent = leases.filter(({ lease }) => mine(lease.account)).map(({ left }) => left);
  const held = running.filter(({ hold }) => mine(hold.account)).map(({ hold }) => hold.nanoUsd);
  return [...lent, ...held].reduce((sum, amount) => sum + amount, 0);
}

/** What must hold after every step. */
function check(world: World): void {
  for (const account of ["k0", "k1", TEAM_ACCOUNT]) {
    const isTeam = account === TEAM_ACCOUNT;
    const [limit, period] = isTeam ? [TEAM_LIMIT, world.periods.team] : [LIMIT, world.periods.key];
    const reserved = world.ledger.lent(account).nanoUsd;
    const spent = world.replayed(account, period, world.nowMs);
    expect(spent + reserved).toBeLessThanOrEqual(limit);
    const promised = promisedTo(world, account);
    expect(reserved).toBeGreaterThanOrEqual(promised);
    expect(reserved).toBeLessThanOrEqual(promised + world.abandoned);
  }
  // What the ledger says is left, to one who asks for more than there is.
  const answer = world.ask("k0", LIMIT + 1);
  if (!("refusal" in answer)) throw new Error("more than the limit was lent");
  const { key, team } = world.periods;
  const ofKey = LIMIT - world.replayed("k0", key, world.nowMs) - world.ledger.lent("k0").nanoUsd;
  expect(answer.refusal.left).toBe(ofKey);
  const ofTeam = TEAM_LIMIT - world.replayed(TEAM_ACCOUNT, team, world.nowMs) - world.ledger.lent(TEAM_ACCOUNT).nanoUsd;
  expect(ofTeam).toBeGreaterThanOrEqual(0);
}

describe("a ledger", () => {
  it("has at any time what its limits are, less what was spent and what is held", async () => {
    await runInDurableObject(env.LEDGER.getByName(fresh("team")), (_, state) => {
      fc.assert(
        fc.property(
          fc.array(step, { minLength: 10, maxLength: 80, size: "max" }),
          fc.constantFrom(...STARTS),
          fc.constantFrom(...PERIODS),
          fc.constantFrom(...PERIODS),
          (steps, startMs, key, team) => {
            const world = new World(state, startMs, { key, team });
            for (const one of steps) {
              (STEPS[one.do] as (world: World, step: Step) => void)(world, one);
              check(world);
            }
            const known = new Map(world.booked.map((record) => [record.id, record.costNanoUsd ?? 0]));
            const spent = [...known.values()].reduce((sum, cost) => sum + cost, 0);
            expect(world.replayed(TEAM_ACCOUNT, "total", world.nowMs)).toBe(spent);
            // Whatever nobody comes back for is free again in the end.
            world.passes(LONG_MS);
            expect(world.ledger.lent(TEAM_ACCOUNT)).toEqual({ nanoUsd: 0, slots: 0 });
          },
        ),
        { numRuns: 200 },
      );
    });
  });
});
