import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TEAM_ACCOUNT } from "../../src/ledger/amounts.ts";
import { dayOf } from "../../src/ledger/periods.ts";
import { Reconciler } from "../../src/ledger/reconcile.ts";
import type { Dimension, Usage, UsageQuery } from "../../src/ledger/reports.ts";
import type { GenerationRecord } from "../../src/schema/generation.ts";
import { emptyUsage } from "../../src/schema/usage.ts";
import { fresh, recordAt } from "./records.ts";

const NOON = Date.UTC(2026, 0, 28, 12);
const DAY = dayOf(NOON);

const openBooks = () => env.LEDGER.getByName(fresh("team"));
type Books = ReturnType<typeof openBooks>;
const settle = (books: Books, ...records: GenerationRecord[]) => books.settle(JSON.stringify(records));
const all = (groupBy: Dimension[] = [], fields: Partial<UsageQuery> = {}): UsageQuery => ({
  ...{ groupBy, fromDay: 0, toDay: 100_000, limit: 1_000 },
  ...fields,
});

const attempt = { tag: "acme/turbo", providerName: "Acme", modelId: "acme/one", status: 200, latencyMs: 1 };
const failed = { ...attempt, tag: "bolt", providerName: "Bolt", status: 500, failure: "overloaded" };

describe("activity", () => {
  it("adds up what was used, by day, key, model, endpoint, provider and user", async () => {
    const books = openBooks();
    const usage = { ...emptyUsage(), promptTokens: 10, completionTokens: 5, reasoning: 2 };
    const fields = { usage, attempts: [attempt], client: { user: "anna" } };
    await settle(books, recordAt(NOON, fields), recordAt(NOON, fields), recordAt(NOON, { ...fields, isByok: true }));
    await settle(books, recordAt(NOON + 86_400_000, { ...fields, account: "first" }));
    const row = {
      ...{ model: "acme/one", endpoint: "acme/turbo", provider: "Acme", user: "anna" },
      ...{ byokNanoUsd: 0, nanoUsd: 1_000, requests: 1, promptTokens: 10, completionTokens: 5, reasoningTokens: 2 },
    };
    expect(await books.usage(all(["day", "key", "model", "endpoint", "provider", "user"]))).toEqual([
      {
        ...{ ...row, day: DAY, key: "hash", requests: 3, nanoUsd: 2_000, byokNanoUsd: 1_000 },
        ...{ promptTokens: 30, completionTokens: 15, reasoningTokens: 6 },
      },
      { ...row, day: DAY + 1, key: "first" },
    ]);
  });

  it.each<[name: string, fields: Partial<GenerationRecord>, endpoint: string, provider: string]>([
    ["the one that answered", { attempts: [failed, attempt] }, "acme/turbo", "Acme"],
    [
      "also when a slower one ended later",
      { attempts: [attempt, { ...failed, failure: "outrun" }] },
      "acme/turbo",
      "Acme",
    ],
    [
      "the last one when none did",
      { providerName: null, attempts: [attempt, failed].map((one) => ({ ...one, failure: "overloaded" })) },
      "bolt",
      "Bolt",
    ],
    ["none, of an answer from the cache", { attempts: [] }, "", "Acme"],
    ["none, when nothing was tried", { providerName: null, attempts: [] }, "", ""],
  ])("books an endpoint: %s", async (_, fields, endpoint, provider) => {
    const books = openBooks();
    await settle(books, recordAt(NOON, fields));
    expect(await books.usage(all(["endpoint", "provider"]))).toMatchObject([{ endpoint, provider, requests: 1 }]);
  });

  it.each<[name: string, query: Partial<UsageQuery>, requests: number]>([
    ["everything", {}, 4],
    ["from a day on", { fromDay: DAY + 1 }, 2],
    ["up to a day", { toDay: DAY }, 2],
    ["some accounts", { accounts: ["a", "c"] }, 3],
    ["no account", { accounts: [] }, 0],
    ["an account on a day", { accounts: ["a"], fromDay: DAY, toDay: DAY }, 1],
  ])("is asked for %s", async (_, query, requests) => {
    const books = openBooks();
    const next = NOON + 86_400_000;
    await settle(books, ...["a", "b"].map((keyHash) => recordAt(NOON, { keyHash })));
    await settle(books, ...["a", "c"].map((keyHash) => recordAt(next, { keyHash })));
    expect(await books.usage(all([], query))).toMatchObject([{ requests }]);
  });

  it("tells the dearest rows when there are too many", async () => {
    const books = openBooks();
    await settle(books, ...[3, 9, 1].map((costNanoUsd) => recordAt(NOON, { keyHash: `k${costNanoUsd}`, costNanoUsd })));
    const rows = await books.usage(all(["key"], { limit: 2 }));
    expect(rows.map(({ key }) => key)).toEqual(["k9", "k3"]);
  });

  it("is made from the records where it was not kept before", async () => {
    const books = openBooks();
    await settle(books, recordAt(NOON, { attempts: [attempt] }), recordAt(NOON, { costNanoUsd: null, isByok: true }));
    const before = await books.usage(all(["day", "key", "endpoint"]));
    await runInDurableObject(books, (_, { storage }) => void storage.sql.exec("drop table activity"));
    await evictDurableObject(books);
    expect(await books.usage(all(["day", "key", "endpoint"]))).toEqual(before);
    await settle(books, recordAt(NOON));
    await evictDurableObject(books);
    expect(await books.usage(all())).toMatchObject([{ requests: 3 }]);
  });
});

const arbitraryFields = fc.record({
  number: fc.nat({ max: 10 }),
  keyHash: fc.constantFrom("a", "b", "c"),
  account: fc.option(fc.constantFrom("a", "z"), { nil: undefined }),
  createdAtMs: fc.integer({ min: 0, max: 2 }).map((days) => NOON + days * 86_400_000),
  modelId: fc.constantFrom("acme/one", "acme/two", "ü'/🚂"),
  providerName: fc.option(fc.constantFrom("Acme", "Bolt"), { nil: null }),
  costNanoUsd: fc.option(fc.nat({ max: 4_000_000_000_000 }), { nil: null }),
  isByok: fc.boolean(),
  attempts: fc.array(fc.constantFrom(attempt, failed), { maxLength: 3 }),
  client: fc.record({ user: fc.option(fc.constantFrom("anna", "", "x".repeat(300)), { nil: undefined }) }),
  usage: fc
    .record({ promptTokens: fc.nat(1_000_000), completionTokens: fc.nat(1_000_000), reasoning: fc.nat(1_000) })
    .map((counts) => ({ ...emptyUsage(), ...counts })),
});

/** Few ids, so that many come twice, with other contents. */
const arbitraryRecord = arbitraryFields.map(({ number, account, createdAtMs, ...fields }) =>
  recordAt(createdAtMs, {
    ...(fields as Partial<GenerationRecord>),
    id: `gen-${createdAtMs / 1000}-${number}`,
    ...(account !== undefined && { account }),
  }),
);

/** What the records of a sequence add up to: each id counts once, as it came first. */
function sumOf(records: GenerationRecord[]) {
  const first = new Map(records.toReversed().map((record) => [record.id, record]));
  const sum = { requests: 0, nanoUsd: 0, byokNanoUsd: 0, promptTokens: 0, completionTokens: 0, reasoningTokens: 0 };
  for (const { costNanoUsd, isByok, usage } of first.values()) {
    sum.requests += 1;
    sum[isByok ? "byokNanoUsd" : "nanoUsd"] += costNanoUsd ?? 0;
    sum.promptTokens += usage.promptTokens;
    sum.completionTokens += usage.completionTokens;
    sum.reasoningTokens += usage.reasoning;
  }
  return sum;
}

/** The sum of rows that were told apart. */
function add(rows: Usage[]): Usage {
  const sum: Usage = sumOf([]);
  for (const row of rows) for (const name of Object.keys(sum) as (keyof Usage)[]) sum[name] += row[name];
  return sum;
}

it("whatever is booked, in whichever calls: activity = spend = the sum of the records", async () => {
  const sequences = fc.array(fc.array(arbitraryRecord, { maxLength: 12 }), { minLength: 1, maxLength: 6 });
  const property = fc.asyncProperty(sequences, async (calls) => {
    const books = openBooks();
    for (const records of calls) await settle(books, ...records);
    const expected = sumOf(calls.flat());
    for (const groupBy of [[], ["day"], ["key", "user"], ["model", "provider", "endpoint"]] as Dimension[][])
      expect(add(await books.usage(all(groupBy)))).toEqual(expected);
    const { nanoUsd, byokNanoUsd } = expected;
    const ofTeam = (await books.spend([TEAM_ACCOUNT], NOON))[TEAM_ACCOUNT];
    const ofKeys = Object.values(await books.spend(["a", "b", "c", "z"], NOON));
    expect(ofTeam).toMatchObject({ total: nanoUsd, byokTotal: byokNanoUsd });
    expect(ofKeys.reduce((sum, spend) => sum + spend.total, 0)).toBe(nanoUsd);
    expect(ofKeys.reduce((sum, spend) => sum + spend.byokTotal, 0)).toBe(byokNanoUsd);
    const found = await runInDurableObject(books, (_, { storage }) => {
      const reconciler = new Reconciler(storage.sql);
      while (reconciler.step(NOON + 5 * 86_400_000));
      return reconciler.result();
    });
    expect(found).toMatchObject({ differences: [], records: expected.requests });
  });
  await fc.assert(property, { numRuns: 60 });
});
