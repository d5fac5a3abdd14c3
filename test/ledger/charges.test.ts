import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type Charge, type ChargedDay, Charges, checksOf, DEFAULT_CHECKS } from "../../src/ledger/charges.ts";
import { dayOf } from "../../src/ledger/periods.ts";
import type { AttemptRecord, GenerationRecord } from "../../src/schema/generation.ts";
import { emptyUsage } from "../../src/schema/usage.ts";
import { fresh, recordAt } from "./records.ts";

const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 5, 10, 3);
const YESTERDAY = dayOf(NOW) - 1;
const AT = NOW - DAY_MS / 2;

const attempt = (tag: string): AttemptRecord => ({
  ...{ tag, providerName: "Router", modelId: "acme/one", status: 200, latencyMs: 5 },
});

/** A record of yesterday that an upstream can be asked for. */
function booked(fields: Partial<GenerationRecord> = {}): GenerationRecord {
  return recordAt(AT, { upstreamId: fresh("up"), attempts: [attempt("router/fp8")], ...fields });
}

interface Night {
  /** What upstreams say, by their ids. */
  charges?: Record<string, Charge>;
  /** What they say of others. */
  otherwise?: Charge;
  checks?: number;
  providers?: string[];
}

/** Books records, and compares them with what upstreams say. */
async function compare(records: GenerationRecord[], night: Night = {}) {
  const books = env.LEDGER.getByName(fresh("team"));
  await books.settle(JSON.stringify(records));
  const { charges = {}, otherwise = { nanoUsd: 1_000 }, checks = 100, providers = ["router"] } = night;
  const asked: [provider: string, upstreamId: string][] = [];
  const invoices = {
    providers: async () => providers,
    async chargeOf(provider: string, upstreamId: string) {
      asked.push([provider, upstreamId]);
      return charges[upstreamId] ?? otherwise;
    },
  };
  return runInDurableObject(books, async (_, { storage }) => {
    const comparison = new Charges(storage.sql, invoices, checks);
    const nextMs = comparison.watch(NOW);
    await comparison.working();
    const again = comparison.watch(NOW + 60_000);
    await comparison.working();
    return { asked, nextMs, again, days: comparison.days() };
  });
}

afterEach(() => vi.restoreAllMocks());

const NOTHING_ELSE = {
  compared: 1,
  unknown: 0,
  errors: 0,
  bookedNanoUsd: 1_000,
  chargedNanoUsd: 1_000,
  differences: [],
};

describe("a night's comparison with what upstreams have charged", () => {
  it("asks for each generation of the day before, once", async () => {
    const records = [booked(), booked({ attempts: [attempt("router")] }), booked()];
    const { asked, nextMs, again, days } = await compare(records);
    expect(asked.toSorted()).toEqual(records.map(({ upstreamId }) => ["router", upstreamId]).toSorted());
    expect(nextMs).toBe(NOW + 60_000);
    expect(again).toBeUndefined();
    expect(days).toEqual([
      {
        ...{ day: YESTERDAY, checkedAtMs: NOW, eligible: 3, compared: 3, unknown: 0, errors: 0 },
        ...{ bookedNanoUsd: 3_000, chargedNanoUsd: 3_000, differences: [] },
      },
    ]);
  });

  it.each<[name: string, record: GenerationRecord]>([
    ["of a provider that tells no costs", booked({ attempts: [attempt("acme")] })],
    ["of a provider whose slug only begins so", booked({ attempts: [attempt("router-two/x")] })],
    ["of today", recordAt(NOW, { upstreamId: "u", attempts: [attempt("router")] })],
    ["of the day before yesterday", recordAt(AT - DAY_MS, { upstreamId: "u", attempts: [attempt("router")] })],
    ["on a team's own key", booked({ isByok: true })],
    ["partly on a team's own key", booked({ byokNanoUsd: 5 })],
    ["without a price", booked({ costNanoUsd: null, certainty: "unknown" })],
    ["that its upstream gave no name", booked({ upstreamId: null })],
    ["of several attempts", booked({ attempts: [attempt("router"), attempt("router/b")] })],
  ])("asks nothing about a generation %s", async (_, record) => {
    const other = booked();
    const { asked, days } = await compare([record, other]);
    expect(asked).toEqual([["router", other.upstreamId]]);
    expect(days).toMatchObject([{ eligible: 1, ...NOTHING_ELSE }]);
  });

  it("asks nobody where no provider tells, and looks no further that night", async () => {
    expect(await compare([booked()], { providers: [] })).toMatchObject({ asked: [], again: undefined, days: [] });
  });

  it("asks nobody where the operator wants it so", async () => {
    expect(await compare([booked()], { checks: 0 })).toMatchObject({ asked: [], nextMs: undefined, days: [] });
  });

  it("asks for no more than it may, of a whole day's generations", async () => {
    const records = Array.from({ length: 2_500 }, (_, index) =>
      recordAt(AT + index, { upstreamId: `up-${index}`, attempts: [attempt("router")] }),
    );
    const { asked, days } = await compare(records, { checks: 40 });
    expect(asked).toHaveLength(40);
    expect(new Set(asked.map(([, id]) => id)).size).toBe(40);
    expect(days).toMatchObject([{ eligible: 2_500, compared: 40 }]);
    const places = asked.map(([, id]) => Number(id.slice(3)));
    // By chance none of a thousand in one run of forty draws: once in 10⁹ runs.
    for (const from of [0, 1_500]) expect(places.some((place) => place >= from && place < from + 1_000)).toBe(true);
  });

  it.each<[name: string, fields: Partial<GenerationRecord>, charge: Charge, isOtherwise: boolean]>([
    ["the same", {}, { nanoUsd: 1_000 }, false],
    ["what rounding makes of it", {}, { nanoUsd: 1_010 }, false],
    ["more", {}, { nanoUsd: 1_011 }, true],
    ["less", {}, { nanoUsd: 900 }, true],
    ["half a percent of much", { costNanoUsd: 1_000_000 }, { nanoUsd: 1_004_000 }, false],
    ["a percent of much", { costNanoUsd: 1_000_000 }, { nanoUsd: 1_010_000 }, true],
    ["more than the least that it costs", { certainty: "at_least" }, { nanoUsd: 5_000 }, false],
    ["less than the least that it costs", { certainty: "at_least" }, { nanoUsd: 500 }, true],
    ["more than an estimate", { certainty: "estimated" }, { nanoUsd: 1_500 }, true],
    ["something where nothing was booked", { costNanoUsd: 0 }, { nanoUsd: 700 }, true],
  ])("finds what was charged otherwise: %s", async (_, fields, charge, isOtherwise) => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const record = booked(fields);
    const { days } = await compare([record], { otherwise: charge });
    const [bookedNanoUsd, chargedNanoUsd] = [record.costNanoUsd ?? 0, (charge as { nanoUsd: number }).nanoUsd];
    const difference = { day: YESTERDAY, id: record.id, provider: "router", certainty: record.certainty };
    const differences = isOtherwise ? [{ ...difference, bookedNanoUsd, chargedNanoUsd }] : [];
    expect(days).toMatchObject([{ compared: 1, bookedNanoUsd, chargedNanoUsd, differences }]);
  });

  it("takes what answers have told without asking, whatever their number", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const told = (reportedCostNanoUsd: number) => booked({ usage: { ...emptyUsage(), reportedCostNanoUsd } });
    const other = booked();
    const dear = told(1_500);
    const { asked, days } = await compare([...Array.from({ length: 30 }, () => told(1_000)), dear, other], {
      checks: 5,
    });
    expect(asked).toEqual([["router", other.upstreamId]]);
    expect(days).toMatchObject([
      { eligible: 32, compared: 32, bookedNanoUsd: 32_000, chargedNanoUsd: 32_500, differences: [{ id: dear.id }] },
    ]);
  });

  it("counts what is unknown and what failed apart", async () => {
    const records = [booked(), booked(), booked(), booked()];
    const [first, second] = records.map(({ upstreamId }) => upstreamId ?? "") as [string, string];
    const { days } = await compare(records, { charges: { [first]: "unknown", [second]: "error" } });
    expect(days).toMatchObject([{ eligible: 4, compared: 2, unknown: 1, errors: 1, bookedNanoUsd: 2_000 }]);
  });

  it("asks an upstream that fails again and again no more, and others still", async () => {
    const failing = Array.from({ length: 40 }, () => booked({ attempts: [attempt("down")] }));
    const fine = Array.from({ length: 10 }, () => booked());
    const charges = Object.fromEntries(failing.map(({ upstreamId }) => [upstreamId, "error" as const]));
    const { days } = await compare([...failing, ...fine], { charges, providers: ["down", "router"] });
    const [day] = days as [ChargedDay];
    expect(day).toMatchObject({ eligible: 50, compared: 10 });
    expect(day.errors).toBeLessThan(8);
    expect(day.errors).toBeGreaterThan(4);
  });

  it("begins anew when its object has died in between", async () => {
    const books = env.LEDGER.getByName(fresh("team"));
    await books.settle(JSON.stringify([booked()]));
    const dead = { providers: () => new Promise<string[]>(() => {}), chargeOf: async () => "error" as const };
    const alive = { providers: async () => ["router"], chargeOf: async () => ({ nanoUsd: 1_000 }) };
    await runInDurableObject(books, async (_, { storage }) => {
      expect(new Charges(storage.sql, dead, 9).watch(NOW)).toBe(NOW + 60_000);
      const next = new Charges(storage.sql, alive, 9);
      next.watch(NOW + 60_000);
      await next.working();
      expect(next.days()).toMatchObject([{ compared: 1 }]);
    });
  });
});

it.each<[text: string | undefined, checks: number]>([
  [undefined, DEFAULT_CHECKS],
  ["", DEFAULT_CHECKS],
  ["many", DEFAULT_CHECKS],
  ["-1", DEFAULT_CHECKS],
  ["1.5", DEFAULT_CHECKS],
  ["0", 0],
  ["7", 7],
  ["1000000", 10_000],
])("UPSTREAM_COST_CHECKS: %s", (text, checks) => {
  expect(checksOf(text)).toBe(checks);
});

it("a night's other work is followed by it", async () => {
  const books = env.LEDGER.getByName(fresh("team"));
  await books.settle(JSON.stringify([booked()]));
  const nowMs = Date.now();
  await runInDurableObject(books, (_, { storage }) => {
    storage.sql.exec("update due set at_ms = ? where name = 'nightly'", nowMs - 1);
    return storage.setAlarm(nowMs - 1);
  });
  await runDurableObjectAlarm(books);
  const due = await runInDurableObject(books, (_, { storage }) =>
    storage.sql.exec<{ at: number }>("select at_ms as at from due where name = 'charges'").toArray(),
  );
  expect(due[0]?.at).toBeGreaterThan(nowMs + 500_000);
  expect(due[0]?.at).toBeLessThan(nowMs + 700_000);
});
