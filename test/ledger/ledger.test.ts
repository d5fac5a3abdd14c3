import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { GenerationRecord } from "../../src/schema/generation.ts";
import { fresh, recordOf } from "./records.ts";

const WEDNESDAY = Date.UTC(2026, 0, 28, 12);

/** The books of a team that nobody else has. */
const openBooks = () => env.LEDGER.getByName(fresh("team"));
type Books = ReturnType<typeof openBooks>;

const settle = (books: Books, ...records: GenerationRecord[]) => books.settle(JSON.stringify(records));
const spendOf = async (books: Books, keyHash: string, nowMs = WEDNESDAY) =>
  (await books.spend([keyHash], nowMs))[keyHash];

const NOTHING = {
  total: 0,
  daily: 0,
  weekly: 0,
  monthly: 0,
  byokTotal: 0,
  byokDaily: 0,
  byokWeekly: 0,
  byokMonthly: 0,
};

describe("a record", () => {
  it("is there once it is booked, as it was", async () => {
    const books = openBooks();
    const record = recordOf({
      costNanoUsd: null,
      client: { user: "ü 🚂" },
      attempts: [{ tag: "a", providerName: "A", modelId: "m", status: 200, latencyMs: 1 }],
    });
    expect(await books.generation(record.id)).toBeNull();
    await settle(books, record);
    expect(JSON.parse((await books.generation(record.id)) ?? "")).toEqual(record);
  });

  it("is in the books of its own team only", async () => {
    const record = recordOf();
    await settle(openBooks(), record);
    expect(await openBooks().generation(record.id)).toBeNull();
  });

  it("counts once, however often it is booked", async () => {
    const books = openBooks();
    const [one, two] = [recordOf(), recordOf()];
    await settle(books, one);
    await settle(books, one);
    await settle(books, one, two);
    await settle(books, two, one);
    expect(await spendOf(books, "hash")).toMatchObject({ total: 2_000 });
  });

  it("counts once, also when one call brings it twice", async () => {
    const books = openBooks();
    const record = recordOf();
    await settle(books, record, record);
    expect(await spendOf(books, "hash")).toMatchObject({ total: 1_000 });
  });

  it("stays as it was booked first", async () => {
    const books = openBooks();
    const record = recordOf({ outcome: "cancelled" });
    await settle(books, record);
    await settle(books, { ...record, outcome: "finished", costNanoUsd: 9_000 });
    expect(JSON.parse((await books.generation(record.id)) ?? "").outcome).toBe("cancelled");
    expect(await spendOf(books, "hash")).toMatchObject({ total: 1_000 });
  });

  it("is not made up from an id that only looks like one", async () => {
    expect(await openBooks().generation("gen-1' or '1'='1")).toBeNull();
  });

  it("is booked whole or not at all, whatever goes wrong in between", async () => {
    const books = openBooks();
    const spoilt = recordOf({ replay: { turnKey: null as never, reasoningDetails: [] } });
    for (let tries = 0; tries < 3; tries++) await settle(books, spoilt).catch(() => {});
    const isBooked = (await books.generation(spoilt.id)) !== null;
    expect(await spendOf(books, "hash")).toMatchObject({ total: isBooked ? 1_000 : 0 });
  });

  it("may come with thousands of others, after the ledger has been away", async () => {
    const books = openBooks();
    const records = Array.from({ length: 4_000 }, () => recordOf());
    await settle(books, ...records);
    expect(await spendOf(books, "hash")).toMatchObject({ total: 4_000_000 });
    expect(await books.generation(records.at(-1)?.id ?? "")).not.toBeNull();
  });
});

describe("what a key has spent", () => {
  it("is nothing before it was used", async () => {
    expect(await spendOf(openBooks(), "hash")).toEqual(NOTHING);
  });

  it("is told for every key that was asked for, and for no other", async () => {
    const books = openBooks();
    await settle(books, recordOf({ keyHash: "a" }), recordOf({ keyHash: "b", costNanoUsd: 5 }));
    const spends = await books.spend(["a", "c"], WEDNESDAY);
    expect(spends).toEqual({
      a: { ...NOTHING, total: 1_000, daily: 1_000, weekly: 1_000, monthly: 1_000 },
      c: NOTHING,
    });
  });

  it("does not grow by what has no price", async () => {
    const books = openBooks();
    await settle(books, recordOf({ costNanoUsd: null }), recordOf({ costNanoUsd: 7 }));
    expect(await spendOf(books, "hash")).toMatchObject({ total: 7 });
  });

  it("is counted apart where the team's own key paid the provider", async () => {
    const books = openBooks();
    await settle(books, recordOf({ isByok: true, costNanoUsd: 3 }), recordOf({ costNanoUsd: 4 }));
    expect(await spendOf(books, "hash")).toMatchObject({
      total: 4,
      daily: 4,
      byokTotal: 3,
      byokDaily: 3,
      byokMonthly: 3,
    });
  });

  it("is exact for sums beyond 32 bits", async () => {
    const books = openBooks();
    await settle(books, ...Array.from({ length: 3 }, () => recordOf({ costNanoUsd: 3_000_000_000_001 })));
    expect(await spendOf(books, "hash")).toMatchObject({ total: 9_000_000_000_003 });
  });

  it.each<[name: string, at: string, now: string, periods: { daily: boolean; weekly: boolean; monthly: boolean }]>([
    ["the same day", "2026-01-28T00:00:00Z", "2026-01-28T23:59:59Z", { daily: true, weekly: true, monthly: true }],
    ["the day before", "2026-01-27T23:59:59Z", "2026-01-28T00:00:00Z", { daily: false, weekly: true, monthly: true }],
    [
      "Monday, seen on Sunday",
      "2026-01-26T00:00:00Z",
      "2026-02-01T12:00:00Z",
      { daily: false, weekly: true, monthly: false },
    ],
    [
      "Sunday, seen on Monday",
      "2026-01-25T23:59:59Z",
      "2026-01-26T00:00:00Z",
      { daily: false, weekly: false, monthly: true },
    ],
    [
      "the last of a month, seen on the first",
      "2026-01-31T23:59:59Z",
      "2026-02-01T00:00:00Z",
      { daily: false, weekly: true, monthly: false },
    ],
    [
      "the last of a year, seen on the first",
      "2025-12-31T23:59:59Z",
      "2026-01-01T00:00:00Z",
      { daily: false, weekly: true, monthly: false },
    ],
    ["a year ago", "2025-01-28T12:00:00Z", "2026-01-28T12:00:00Z", { daily: false, weekly: false, monthly: false }],
  ])("belongs to the day, week and month of UTC: %s", async (_, at, now, { daily, weekly, monthly }) => {
    const books = openBooks();
    await settle(books, recordOf({ createdAtMs: Date.parse(at), costNanoUsd: 5 }));
    expect(await spendOf(books, "hash", Date.parse(now))).toMatchObject({
      total: 5,
      daily: daily ? 5 : 0,
      weekly: weekly ? 5 : 0,
      monthly: monthly ? 5 : 0,
    });
  });
});

describe("reasoning for the next turn", () => {
  const details = [{ type: "reasoning.text" as const, text: "Hm", signature: "s", index: 0 }];
  const thoughtful = (text = "Hm") =>
    recordOf({ replay: { turnKey: "t1", reasoningDetails: details.map((detail) => ({ ...detail, text })) } });

  it("is found by its turn, for the key that got it", async () => {
    const books = openBooks();
    await settle(books, recordOf(), thoughtful());
    const found = await books.recall("hash", ["t1", "t2"], Date.now());
    expect(Object.keys(found)).toEqual(["t1"]);
    expect(JSON.parse(found.t1 ?? "")).toEqual(details);
    expect(await books.recall("another", ["t1"], Date.now())).toEqual({});
  });

  it("is that of the last answer to the turn", async () => {
    const books = openBooks();
    await settle(books, thoughtful());
    await settle(books, thoughtful("No"));
    expect((await books.recall("hash", ["t1"], Date.now())).t1).toContain('"No"');
  });

  it("is forgotten after an hour", async () => {
    const books = openBooks();
    await settle(books, thoughtful());
    expect(await books.recall("hash", ["t1"], Date.now() + 59 * 60_000)).toHaveProperty("t1");
    expect(await books.recall("hash", ["t1"], Date.now() + 61 * 60_000)).toEqual({});
  });

  it("is no part of the record", async () => {
    const books = openBooks();
    const record = thoughtful();
    await settle(books, record);
    const { replay: _, ...rest } = record;
    expect(JSON.parse((await books.generation(record.id)) ?? "")).toEqual(rest);
  });

  it("does no harm when there is too much of it: the record is booked once all the same", async () => {
    const books = openBooks();
    const record = thoughtful("x".repeat(5 * 1024 * 1024));
    for (let tries = 0; tries < 3; tries++) await settle(books, record).catch(() => {});
    expect(await spendOf(books, "hash")).toMatchObject({ total: 1_000 });
    expect(await books.generation(record.id)).not.toBeNull();
  });
});

describe("books that were closed", () => {
  it("hold the same when they are opened again", async () => {
    const books = openBooks();
    const record = recordOf();
    await settle(books, record, recordOf());
    await evictDurableObject(books);
    expect(JSON.parse((await books.generation(record.id)) ?? "")).toEqual(record);
    await settle(books, record);
    expect(await spendOf(books, "hash")).toMatchObject({ total: 2_000, daily: 2_000 });
  });
});
