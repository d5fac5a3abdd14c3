import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Archive } from "../../src/ledger/archive.ts";
import { dayOf } from "../../src/ledger/periods.ts";
import { dateOf, type Reconciliation } from "../../src/ledger/reconcile.ts";
import { installationRetention } from "../../src/ledger/retention.ts";
import type { GenerationRecord } from "../../src/schema/generation.ts";
import { fresh, recordAt } from "./records.ts";

const DAY_MS = 86_400_000;
const NOON = Date.UTC(2026, 5, 10, 12);
const TODAY = dayOf(NOON);
const daysAgo = (days: number) => NOON - days * DAY_MS;

const openBooks = () => env.LEDGER.getByName(fresh("team"));
type Books = ReturnType<typeof openBooks>;
const settle = (books: Books, ...records: GenerationRecord[]) => books.settle(JSON.stringify(records));
const isHeld = async (books: Books, { id }: GenerationRecord) => (await books.generation(id)) !== null;

/** A whole night's work. Gives in how many steps it was done, and when the next night is. */
function tidy(books: Books, nowMs = NOON): Promise<{ steps: number; nextMs: number | undefined }> {
  return runInDurableObject(books, (_, { storage }) => {
    const archive = new Archive(storage, { retention: {}, spreadMs: 0 });
    for (let steps = 1; ; steps++) {
      const nextMs = archive.tidy(nowMs);
      if (nextMs === undefined || nextMs - nowMs > 60_000) return { steps, nextMs };
    }
  });
}

async function corrupt(books: Books, sql: string): Promise<Reconciliation> {
  await runInDurableObject(books, (_, { storage }) => void storage.sql.exec(sql));
  await tidy(books, NOON + DAY_MS);
  return books.reconciliation();
}

afterEach(() => vi.restoreAllMocks());

describe("what is too old", () => {
  it("is deleted by whole days, with its content; sums stay", async () => {
    const books = openBooks();
    const [old, last, content, young] = [daysAgo(91), daysAgo(90), daysAgo(31), daysAgo(30)].map((atMs) =>
      recordAt(atMs),
    );
    const records = [old, last, content, young] as GenerationRecord[];
    await settle(books, ...records);
    for (const { id, keyHash, createdAtMs } of records)
      await books.keepContent({ id, keyHash, createdAtMs, json: "{}" });
    await tidy(books);
    expect(await Promise.all(records.map((record) => isHeld(books, record)))).toEqual([false, true, true, true]);
    const contents = await Promise.all(records.map(({ id }) => books.content(id)));
    expect(contents).toEqual([null, null, null, "{}"]);
    expect(await books.usage({ groupBy: [], fromDay: 0, toDay: TODAY, limit: 1 })).toMatchObject([
      { requests: 4, nanoUsd: 4_000 },
    ]);
    expect((await books.spend(["hash"], NOON)).hash).toMatchObject({ total: 4_000 });
  });

  it("is deleted in steps, however much it is", async () => {
    const books = openBooks();
    const olds = Array.from({ length: 2_500 }, (_, index) => recordAt(daysAgo(100) + index));
    await settle(books, ...olds);
    const { steps, nextMs } = await tidy(books);
    expect(steps).toBeGreaterThanOrEqual(3);
    expect(nextMs).toBeUndefined();
    expect(await books.generations({ fromMs: 0, toMs: NOON, limit: 10 })).toEqual({ records: [], nextAfterId: null });
  });

  it("takes the names of users with it, not what they have used", async () => {
    const books = openBooks();
    const of = (days: number, user?: string) => recordAt(daysAgo(days), { client: { ...(user && { user }) } });
    await settle(books, of(100, "anna"), of(100, "ben"), of(100), of(95, "anna"), of(10, "carl"));
    await tidy(books);
    const rows = await books.usage({ groupBy: ["user"], fromDay: 0, toDay: TODAY, limit: 10 });
    expect(rows.map(({ user, requests }) => [user, requests])).toEqual([
      ["", 4],
      ["carl", 1],
    ]);
  });

  it.each<[name: string, retention: Parameters<Books["retain"]>[0], held: boolean[]]>([
    ["as the installation has it", {}, [false, true, true]],
    ["as the team has chosen: shorter", { generationDays: 10 }, [false, false, true]],
    ["as the team has chosen: longer", { generationDays: 365 }, [true, true, true]],
  ])("is what %s", async (_, retention, held) => {
    const books = openBooks();
    const records = [200, 50, 5].map((days) => recordAt(daysAgo(days)));
    await settle(books, ...records);
    await books.retain(retention);
    expect(await books.retention()).toEqual({ generationDays: 90, contentDays: 30, ...retention });
    await tidy(books);
    expect(await Promise.all(records.map((record) => isHeld(books, record)))).toEqual(held);
  });

  it.each<[text: string | undefined, retention: object]>([
    [undefined, {}],
    ["7", { generationDays: 7, contentDays: 7 }],
    ["400", { generationDays: 400, contentDays: 30 }],
    ["0", {}],
    ["-3", {}],
    ["1.5", {}],
    ["soon", {}],
  ])("is read from RETENTION_DAYS: %s", (text, retention) => {
    expect(installationRetention(text)).toEqual(retention);
  });
});

describe("the comparison of the books with their records", () => {
  /** Books of two keys and two days, the second one of which is the day before `NOON`. */
  async function kept(): Promise<Books> {
    const books = openBooks();
    const make = (days: number, keyHash: string) => recordAt(daysAgo(days), { keyHash });
    await settle(books, make(1, "a"), make(1, "a"), make(1, "b"), make(2, "a"), make(0, "a"));
    return books;
  }

  it("finds nothing where nothing is wrong, in all complete days", async () => {
    const books = await kept();
    expect((await books.reconciliation()).days).toBe(0);
    const { nextMs } = await tidy(books);
    expect(nextMs).toBe(Date.UTC(2026, 5, 11, 2));
    expect(await books.reconciliation()).toEqual({
      ...{ days: 2, firstDay: TODAY - 2, lastDay: TODAY - 1, checkedAtMs: NOON, records: 4, differences: [] },
    });
  });

  it("counts a record on its own day, however near the next one is", async () => {
    const books = openBooks();
    const midnight = TODAY * DAY_MS;
    await settle(books, ...[-DAY_MS - 5, -DAY_MS, -5, 5].map((offsetMs) => recordAt(midnight + offsetMs)));
    await tidy(books);
    expect(await books.reconciliation()).toMatchObject({ days: 2, records: 3, differences: [] });
  });

  const yesterday = TODAY - 1;
  it.each<[name: string, sql: string, found: [account: string, book: string][]]>([
    [
      "a sum of money",
      `update spend set nano_usd = nano_usd + 1 where day = ${yesterday} and key_hash = 'b'`,
      [["b", "spend"]],
    ],
    [
      "a number of requests",
      `update spend set requests = 9 where day = ${yesterday} and key_hash = 'team'`,
      [["team", "spend"]],
    ],
    ["a row that is gone", `delete from spend where day = ${yesterday} and key_hash = 'a'`, [["a", "spend"]]],
    ["a row too many", `insert into spend values ('x', ${yesterday}, 1, 0, 1)`, [["x", "spend"]]],
    [
      "a sum of tokens",
      `update activity set prompt_tokens = 7 where day = ${yesterday} and account = 'b'`,
      [
        ["b", "activity"],
        ["team", "activity"],
      ],
    ],
    [
      "a record that is gone",
      `delete from generation where key_hash = 'b'`,
      [
        ["b", "spend"],
        ["team", "spend"],
        ["b", "activity"],
        ["team", "activity"],
      ],
    ],
  ])("finds %s", async (_, sql, found) => {
    const errors = vi.spyOn(console, "error").mockImplementation(() => {});
    const books = await kept();
    const { differences } = await corrupt(books, sql);
    expect(differences.map(({ account, book }) => [account, book]).toSorted()).toEqual(found.toSorted());
    expect(differences.every(({ day }) => day === yesterday)).toBe(true);
    expect(errors.mock.calls.flat().join(" ")).toContain(dateOf(yesterday));
  });

  it("tells what is booked and what the records say, until it is right again", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const books = await kept();
    const change = (amount: number) =>
      `update spend set nano_usd = nano_usd + ${amount} where day = ${yesterday} and key_hash = 'a'`;
    expect((await corrupt(books, change(5))).differences).toEqual([
      {
        ...{ day: yesterday, account: "a", book: "spend" },
        booked: { requests: 2, nanoUsd: 2_005, byokNanoUsd: 0 },
        records: { requests: 2, nanoUsd: 2_000, byokNanoUsd: 0 },
      },
    ]);
    await runInDurableObject(books, (_, { storage }) => void storage.sql.exec(change(-5)));
    await tidy(books, NOON + 2 * DAY_MS);
    expect((await books.reconciliation()).differences).toEqual([]);
  });

  it("goes through a day with many records in steps, and begins it again when a late one comes", async () => {
    const books = openBooks();
    const records = Array.from({ length: 5_000 }, (_, index) => recordAt(daysAgo(1) + index));
    await settle(books, ...records);
    const late = recordAt(daysAgo(1) - 1_000, { keyHash: "late" });
    const { steps, result } = await runInDurableObject(books, (ledger, { storage }) => {
      const archive = new Archive(storage, { retention: {}, spreadMs: 0 });
      for (let taken = 1; ; taken++) {
        const nextMs = archive.tidy(NOON);
        if (nextMs === undefined || nextMs - NOON > 60_000) return { steps: taken, result: archive.reconciliation() };
        if (taken === 2) ledger.settle(JSON.stringify([late]));
      }
    });
    expect(steps).toBeGreaterThan(6);
    expect(result).toMatchObject({ days: 1, records: 5_001, differences: [] });
  });

  it("leaves out days of which records have been deleted, also when the team keeps more later", async () => {
    const books = openBooks();
    await settle(books, recordAt(daysAgo(20)), recordAt(daysAgo(3)));
    await books.retain({ generationDays: 10 });
    await tidy(books);
    await books.retain({ generationDays: 100 });
    await tidy(books, NOON + DAY_MS);
    expect(await books.reconciliation()).toMatchObject({ firstDay: TODAY - 3, lastDay: TODAY, differences: [] });
  });
});

it("the night's work is done by the alarm, and it is set for the next night", async () => {
  const books = openBooks();
  const now = Date.now();
  const [old, young] = [recordAt(now - 200 * DAY_MS), recordAt(now - DAY_MS)];
  await settle(books, old, young);
  await runInDurableObject(books, (_, { storage }) => {
    storage.sql.exec("update due set at_ms = ? where name = 'nightly'", now - 1);
    return storage.setAlarm(now - 1);
  });
  await vi.waitFor(
    async () => {
      const nextMs = await runInDurableObject(books, (_, { storage }) => storage.getAlarm());
      if (nextMs !== null && nextMs < Date.now() + 60_000) await runDurableObjectAlarm(books);
      expect(nextMs).toBeGreaterThan(Date.now() + 60_000);
      expect(await books.reconciliation()).toMatchObject({ days: 1, differences: [] });
    },
    { timeout: 10_000, interval: 30 },
  );
  expect([await isHeld(books, old), await isHeld(books, young)]).toEqual([false, true]);
});
