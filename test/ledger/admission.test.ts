import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { type Applicant, Gate, isRefusal } from "../../src/ledger/admission.ts";
import { type AccountLimits, type Amounts, NOTHING, TEAM_ACCOUNT } from "../../src/ledger/amounts.ts";
import type { LeaseReturn } from "../../src/ledger/leases.ts";
import { seededRandom } from "../../src/routing/random.ts";
import type { HoldRecord } from "../../src/schema/generation.ts";
import { fresh, recordOf } from "./records.ts";

const UNLIMITED = {
  nanoUsd: null,
  period: "total",
  includesByok: false,
  requests: null,
  tokens: null,
  slots: null,
} as const;
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A key with limits in a team that nobody else has, and how often its ledger was asked. */
function applicantOf(limits: Partial<AccountLimits>) {
  const team = fresh("team");
  const ledger = env.LEDGER.getByName(`team:${team}`);
  const asked = { count: 0 };
  const counting = {
    getByName: () => ({
      lease(...question: Parameters<typeof ledger.lease>) {
        asked.count++;
        return ledger.lease(...question);
      },
      giveBack: (returns: LeaseReturn[]) => ledger.giveBack(returns),
      release: (hold: HoldRecord) => ledger.release(hold),
    }),
  } as unknown as Applicant["namespace"];
  const accounts: AccountLimits[] = [
    { ...UNLIMITED, ...limits, account: "k" },
    { ...UNLIMITED, account: TEAM_ACCOUNT },
  ];
  const background: Promise<unknown>[] = [];
  const applicant: Applicant = { namespace: counting, team, accounts, waitUntil: (work) => background.push(work) };
  return { applicant, ledger, asked, settled: () => Promise.all(background) };
}

type World = ReturnType<typeof applicantOf>;

/** One request from its admission to its end; gives what it cost, undefined when it was refused. */
async function request(
  { applicant, ledger }: World,
  gate: Gate,
  need: Amounts,
  end: () => { cost: number; afterMs: number } | "fails",
) {
  const admission = await gate.admit(applicant, need);
  if (isRefusal(admission)) return undefined;
  const fate = end();
  if (fate === "fails") {
    admission.release();
    return 0;
  }
  await sleep(fate.afterMs);
  await ledger.settle(JSON.stringify([recordOf({ keyHash: "k", costNanoUsd: fate.cost, hold: admission.hold })]));
  admission.settled();
  return fate.cost;
}

const spentBy = async ({ ledger }: World) => (await ledger.spend(["k"], Date.UTC(2026, 0, 28, 12))).k?.total ?? 0;

describe("requests of four isolates at once", () => {
  it("spend what they cost, up to the limit and not beyond, and leave nothing held", async () => {
    const world = applicantOf({ nanoUsd: 4e8 });
    const random = seededRandom(7);
    const worst = { ...NOTHING, nanoUsd: 2e6 };
    const gates = Array.from({ length: 4 }, () => new Gate());
    const fates = Array.from({ length: 800 }, () => {
      const draw = random();
      return draw < 0.3
        ? ("fails" as const)
        : { cost: Math.round(2e6 * (0.3 + 0.7 * random())), afterMs: random() * 20 };
    });
    const costs = await Promise.all(
      fates.map((fate, index) => request(world, gates[index % 4] as Gate, worst, () => fate)),
    );
    await world.settled();
    const paid = costs.filter((cost) => cost !== undefined);
    const spent = await spentBy(world);
    expect(spent).toBe(paid.reduce((sum, cost) => sum + cost, 0));
    expect(spent).toBeLessThanOrEqual(4e8);
    // Whoever was refused found less than the worst case.
    if (paid.length < costs.length) expect(spent).toBeGreaterThan(4e8 - 2e6);
    expect(await world.ledger.lent("k")).toEqual({ nanoUsd: 0, slots: 0 });
  });

  it("are admitted as often as their minute allows", async () => {
    const world = applicantOf({ requests: 100 });
    const gates = Array.from({ length: 4 }, () => new Gate());
    // All in one minute of the clock.
    const restMs = 60_000 - (Date.now() % 60_000);
    if (restMs < 5_000) await sleep(restMs + 10);
    const need = { ...NOTHING, requests: 1 };
    const answers = await Promise.all(
      Array.from({ length: 400 }, (_, index) => (gates[index % 4] as Gate).admit(world.applicant, need)),
    );
    expect(answers.filter((answer) => !isRefusal(answer))).toHaveLength(100);
  }, 90_000);
});

describe("a gate", () => {
  it("far from the limit asks once for many requests", async () => {
    const world = applicantOf({ nanoUsd: 1e12 });
    const gate = new Gate();
    for (let count = 0; count < 20; count++)
      await request(world, gate, { ...NOTHING, nanoUsd: 1e6 }, () => ({ cost: 1e5, afterMs: 0 }));
    await world.settled();
    expect(world.asked.count).toBe(1);
  });

  it("renews a lease that gets low before anybody has to wait", async () => {
    const world = applicantOf({ nanoUsd: 1e12 });
    const gate = new Gate();
    for (let count = 0; count < 100; count++)
      await request(world, gate, { ...NOTHING, nanoUsd: 1e6 }, () => ({ cost: 1e5, afterMs: 1 }));
    await world.settled();
    expect(world.asked.count).toBeLessThan(10);
    expect(await spentBy(world)).toBe(100 * 1e5);
  });

  it("near the limit lets nothing lie idle", async () => {
    const world = applicantOf({ nanoUsd: 1e7 });
    await request(world, new Gate(), { ...NOTHING, nanoUsd: 4e6 }, () => ({ cost: 1e6, afterMs: 0 }));
    await world.settled();
    expect(await world.ledger.lent("k")).toEqual({ nanoUsd: 0, slots: 0 });
  });

  it("waits for what another request holds, rather than refuse", async () => {
    const world = applicantOf({ nanoUsd: 5e6 });
    const worst = { ...NOTHING, nanoUsd: 4e6 };
    const [one, two] = await Promise.all([
      request(world, new Gate(), worst, () => ({ cost: 1e6, afterMs: 300 })),
      request(world, new Gate(), worst, () => ({ cost: 1e6, afterMs: 0 })),
    ]);
    expect([one, two]).toEqual([1e6, 1e6]);
  });

  it("gives back what it does not need, before another one is refused", async () => {
    const world = applicantOf({ nanoUsd: 1e8 });
    const need = { ...NOTHING, nanoUsd: 1e6 };
    const cost = { cost: 1e6, afterMs: 0 };
    await request(world, new Gate(), need, () => cost);
    const busy = new Gate();
    const costs = await Promise.all(Array.from({ length: 120 }, () => request(world, busy, need, () => cost)));
    expect(costs.filter((paid) => paid !== undefined)).toHaveLength(99);
    await world.settled();
    expect(await spentBy(world)).toBe(1e8);
    expect(await world.ledger.lent("k")).toEqual({ nanoUsd: 0, slots: 0 });
  });

  it("gives back what is too little for the next request, before that is refused", async () => {
    const world = applicantOf({ nanoUsd: 1e8 });
    const gate = new Gate();
    await request(world, gate, { ...NOTHING, nanoUsd: 1e6 }, () => ({ cost: 0, afterMs: 0 }));
    const startedAtMs = Date.now();
    const large = await request(world, gate, { ...NOTHING, nanoUsd: 97e6 }, () => ({ cost: 1, afterMs: 0 }));
    expect(large).toBe(1);
    expect(Date.now() - startedAtMs).toBeLessThan(2_000);
  });

  it("does not ask again and again for a lease that ends with its minute", async () => {
    const world = applicantOf({ requests: 1_000 });
    const gate = new Gate();
    vi.useFakeTimers({ toFake: ["Date"], now: Date.UTC(2026, 0, 28, 12, 0, 55) });
    try {
      for (let count = 0; count < 5; count++)
        expect(isRefusal(await gate.admit(world.applicant, { ...NOTHING, requests: 1 }))).toBe(false);
      await world.settled();
    } finally {
      vi.useRealTimers();
    }
    expect(world.asked.count).toBe(1);
  });

  it("refuses a request that waits in vain, and waits longer while others end", async () => {
    const world = applicantOf({ nanoUsd: 1e7 });
    const need = (nanoUsd: number) => ({ ...NOTHING, nanoUsd });
    const cost = (afterMs: number) => () => ({ cost: 0, afterMs });
    const startedAtMs = Date.now();
    const short = Array.from({ length: 4 }, (_, index) =>
      request(world, new Gate(), need(1e6), cost(3_500 * (index + 1))),
    );
    await sleep(50);
    const waiting = request(world, new Gate(), need(9.5e6), cost(0));
    const vain = request(world, new Gate(), need(9.9e6), cost(0));
    expect(await waiting).toBe(0);
    expect(Date.now() - startedAtMs).toBeGreaterThan(13_000);
    await Promise.all([...short, vain]);
  }, 40_000);

  it("admits also when what is left of its lease cannot be given back", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const world = applicantOf({ nanoUsd: 1e12 });
    const { namespace } = world.applicant;
    const giveBack = () => Promise.reject(new Error("the object was evicted"));
    const broken = { getByName: (name: string) => ({ ...namespace.getByName(name), giveBack }) };
    const applicant = { ...world.applicant, namespace: broken as unknown as Applicant["namespace"] };
    const gate = new Gate();
    const ask = (nanoUsd: number) =>
      request({ ...world, applicant }, gate, { ...NOTHING, nanoUsd }, () => ({ cost: 1, afterMs: 0 }));
    // The last one but one of these asks for another lease, since little is left; it is too little for the last.
    for (let count = 0; count < 24; count++) await ask(1e6);
    expect(await Promise.all([ask(1e6), ask(20e6)])).toEqual([1, 1]);
    await world.settled();
    vi.restoreAllMocks();
  });

  it("refuses at once what does not fit, and says why", async () => {
    const world = applicantOf({ nanoUsd: 3e6 });
    const startedAtMs = Date.now();
    const answer = await new Gate().admit(world.applicant, { ...NOTHING, nanoUsd: 4e6 });
    expect(answer).toEqual({ account: "k", kind: "nanoUsd", limit: 3e6, left: 3e6, resetsAtMs: null, isHeld: false });
    expect(Date.now() - startedAtMs).toBeLessThan(1_000);
  });

  it("asks a flood of refused requests' question once", async () => {
    const world = applicantOf({ nanoUsd: 3e6 });
    const gate = new Gate();
    const need = { ...NOTHING, nanoUsd: 4e6 };
    const answers = await Promise.all(Array.from({ length: 200 }, () => gate.admit(world.applicant, need)));
    expect(answers.every(isRefusal)).toBe(true);
    expect(world.asked.count).toBe(1);
  });

  it("holds after the ledger has been evicted what it held before", async () => {
    const world = applicantOf({ nanoUsd: 5e6 });
    const first = await new Gate().admit(world.applicant, { ...NOTHING, nanoUsd: 4e6 });
    expect(isRefusal(first)).toBe(false);
    await evictDurableObject(world.ledger);
    const second = await new Gate().admit(world.applicant, { ...NOTHING, nanoUsd: 4e6 });
    expect(second).toMatchObject({ kind: "nanoUsd", left: 1e6, isHeld: true });
  });
});
