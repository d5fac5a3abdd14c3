import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { logContent } from "../../src/ledger/contents.ts";
import { Heat, HOT_PER_SECOND, MAX_SHARDS, shardsFor, WINDOW_MS } from "../../src/ledger/heat.ts";
import { Ledger } from "../../src/ledger/ledger.ts";
import { dayOf } from "../../src/ledger/periods.ts";
import { readGeneration, readSpend, recallReasoning } from "../../src/ledger/read.ts";
import { readContent, readGenerations, readReconciliation, readUsage } from "../../src/ledger/read-reports.ts";
import { settle, settled } from "../../src/ledger/settlements.ts";
import type { GenerationRecord } from "../../src/schema/generation.ts";
import { fresh, recordAt } from "./records.ts";

const NOW = Date.UTC(2026, 5, 10, 12);
const TODAY = dayOf(NOW);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOW });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const passes = (ms: number) => vi.setSystemTime(Date.now() + ms);
const headOf = (team: string) => env.LEDGER.getByName(`team:${team}`);
const shardOf = (team: string, shard: number) => env.LEDGER.getByName(`team:${team}:${shard}`);
const jsonOf = (...records: GenerationRecord[]) => JSON.stringify(records);

const rowsOf = (books: ReturnType<typeof headOf>, query: string) =>
  runInDurableObject(books, (_, { storage }) => storage.sql.exec(query).toArray());
const idsIn = async (books: ReturnType<typeof headOf>) =>
  (await rowsOf(books, "select id from generation")).map(({ id }) => String(id));

/** A team whose records go to so many shards. */
async function makeHot(team: string, shards = 4): Promise<void> {
  await runInDurableObject(headOf(team), (_, { storage }) => {
    storage.sql.exec("insert or replace into setting values ('shards', ?)", shards);
  });
  await evictDurableObject(headOf(team));
}

/** Settles records as requests of this isolate do, a batch each. */
async function book(team: string, records: GenerationRecord[]): Promise<void> {
  const works: Promise<unknown>[] = [];
  for (const record of records) {
    settle(env.LEDGER, record, (work) => works.push(work));
    await settled(env.LEDGER, team);
    passes(150);
  }
  await Promise.all(works);
}

describe("the number of shards", () => {
  it.each<[perSecond: number, shards: number, enough: number]>([
    [0, 0, 0],
    [HOT_PER_SECOND, 0, 0],
    [HOT_PER_SECOND + 1, 0, 4],
    [HOT_PER_SECOND * 4 + 1, 0, 8],
    [HOT_PER_SECOND * 4, 4, 4],
    [HOT_PER_SECOND * 4 + 1, 4, 8],
    [10, 8, 8],
    [HOT_PER_SECOND + 1, 8, 8],
    [1e9, 4, MAX_SHARDS],
  ])("at %d requests a second, of %d, is %d", (perSecond, shards, enough) => {
    expect(shardsFor(perSecond, shards)).toBe(enough);
  });

  it("is decided by what comes in for some time, not by a burst", () => {
    const heat = new Heat();
    expect(heat.count(HOT_PER_SECOND * 4, NOW)).toBeUndefined();
    expect(heat.count(0, NOW + WINDOW_MS - 1)).toBeUndefined();
    expect(heat.count(0, NOW + WINDOW_MS)).toBe((HOT_PER_SECOND * 4000) / WINDOW_MS);
    expect(heat.count(5, NOW + 2 * WINDOW_MS)).toBe(1);
  });

  it("is not used any more when it has been cool for ten minutes, and is when it gets hot again", () => {
    const heat = new Heat();
    expect(heat.hasCooled(NOW)).toBe(false);
    for (let ms = 0; ms < 590_000; ms += WINDOW_MS) heat.count(10, NOW + ms);
    expect(heat.hasCooled(NOW + 590_000)).toBe(false);
    expect(heat.hasCooled(NOW + 600_000)).toBe(true);
    heat.count(HOT_PER_SECOND * 20, NOW + 600_000);
    heat.count(0, NOW + 610_000);
    expect(heat.hasCooled(NOW + 610_000)).toBe(false);
  });
});

describe("a team that gets hot", () => {
  it("has its records in shards from then on, none lost and none twice", async () => {
    const team = fresh("team");
    const records = Array.from({ length: 2_200 }, (_, index) => recordAt(NOW + index, { team }));
    const works: Promise<unknown>[] = [];
    for (const [index, record] of records.entries()) {
      settle(env.LEDGER, record, (work) => works.push(work));
      if (index % 100 === 99) {
        await settled(env.LEDGER, team);
        passes(320);
      }
    }
    await Promise.all(works);
    expect(await headOf(team).places()).toEqual({ shards: 4, isHot: true });
    const places = await Promise.all([headOf(team), ...[1, 2, 3, 4].map((shard) => shardOf(team, shard))].map(idsIn));
    expect(places.every((ids) => ids.length > 0)).toBe(true);
    expect(places.flat().sort()).toEqual(records.map(({ id }) => id).sort());
    const spend = await readSpend(env.LEDGER, team, ["hash", "team"]);
    expect(spend).toMatchObject({ hash: { total: 2_200_000, daily: 2_200_000 }, team: { total: 2_200_000 } });
    const [usage] = await readUsage(env.LEDGER, team, { groupBy: [], fromDay: 0, toDay: TODAY, limit: 9 });
    expect(usage).toMatchObject({ requests: 2_200, nanoUsd: 2_200_000 });
  });

  it("costs nothing before: a cool team has one object, and is told of no other", async () => {
    const team = fresh("team");
    expect(await headOf(team).settle(jsonOf(recordAt(NOW, { team })))).toBeUndefined();
    passes(WINDOW_MS);
    const calm = Array.from({ length: (HOT_PER_SECOND * WINDOW_MS) / 1000 - 1 }, () => recordAt(NOW, { team }));
    expect(await headOf(team).settle(jsonOf(...calm))).toBeUndefined();
  });

  it("has its records in its own object again when it has been cool for long; the others are still read", async () => {
    const team = fresh("team");
    await makeHot(team);
    const [first, second] = [recordAt(NOW, { team }), recordAt(NOW, { team })];
    await book(team, [recordAt(NOW, { team }), first]);
    for (let minutes = 0; minutes < 21; minutes++) {
      passes(60_000);
      await headOf(team).settle("[]");
    }
    // The first call brings the news.
    await book(team, [recordAt(NOW, { team }), second]);
    expect(await idsIn(headOf(team))).toContain(second.id);
    expect(await idsIn(headOf(team))).not.toContain(first.id);
    expect(await readGeneration(env.LEDGER, team, first.id)).toEqual(first);
  });
});

describe("what shards hold is read as what one object holds", () => {
  /** A hot team's records of two days, three models and two keys, over all of its objects. */
  async function spread() {
    const team = fresh("team");
    const records = Array.from({ length: 24 }, (_, index) =>
      recordAt(NOW - (index % 2) * 86_400_000 + index * 1_000, {
        team,
        keyHash: index % 5 === 0 ? "a" : "b",
        modelId: `acme/${index % 3}`,
        costNanoUsd: 10 ** (index % 4),
        client: { user: `user-${index % 7}` },
      }),
    );
    await headOf(team).settle(jsonOf(...records.slice(0, 6)));
    await makeHot(team);
    await book(team, records.slice(6));
    return { team, records };
  }

  it("a generation, as soon as it is settled", async () => {
    const team = fresh("team");
    await makeHot(team);
    for (let index = 0; index < 9; index++) {
      const record = recordAt(NOW, { team });
      const works: Promise<unknown>[] = [];
      settle(env.LEDGER, record, (work) => works.push(work));
      expect(await readGeneration(env.LEDGER, team, record.id)).toEqual(record);
      await Promise.all(works);
      passes(150);
    }
    expect(await idsIn(headOf(team))).toHaveLength(1);
  });

  it("a generation in a shard that this isolate has never heard of", async () => {
    const team = fresh("team");
    await makeHot(team);
    const record = recordAt(NOW, { team });
    await shardOf(team, 3).settleShard({ team, shard: 3 }, jsonOf(record));
    expect(await readGeneration(env.LEDGER, team, record.id)).toEqual(record);
  });

  it("reports: the sums over all of them", async () => {
    const { team, records } = await spread();
    const of = (keep: (record: GenerationRecord) => boolean) => {
      const kept = records.filter(keep);
      return { requests: kept.length, nanoUsd: kept.reduce((sum, { costNanoUsd }) => sum + (costNanoUsd ?? 0), 0) };
    };
    const range = { fromDay: TODAY - 1, toDay: TODAY, limit: 100 };
    const rows = await readUsage(env.LEDGER, team, { ...range, groupBy: ["model", "day"] });
    expect(rows).toHaveLength(6);
    for (const row of rows) {
      const { model, day } = row;
      expect(row).toMatchObject(of((one) => one.modelId === model && dayOf(one.createdAtMs) === day));
    }
    const users = await readUsage(env.LEDGER, team, { ...range, groupBy: ["user"], accounts: ["b"], limit: 3 });
    expect(users.map(({ nanoUsd }) => nanoUsd)).toEqual(users.map(({ nanoUsd }) => nanoUsd).toSorted((a, b) => b - a));
    expect(users).toHaveLength(3);
    for (const row of users)
      expect(row).toMatchObject(of(({ keyHash, client }) => keyHash === "b" && client.user === row.user));
    const spend = await readSpend(env.LEDGER, team, ["a"]);
    expect(spend.a?.total).toBe(of(({ keyHash }) => keyHash === "a").nanoUsd);
  });

  it.each([1, 2, 5, 24, 100])("records, oldest first, in pages of %d", async (limit) => {
    const { team, records } = await spread();
    const found: string[] = [];
    let afterId: string | undefined;
    do {
      const page = await readGenerations(env.LEDGER, team, { fromMs: 0, toMs: NOW * 2, afterId, limit });
      if (page.nextAfterId !== null) expect(page.records).toHaveLength(limit);
      found.push(...page.records.map(({ id }) => id));
      afterId = page.nextAfterId ?? undefined;
    } while (afterId !== undefined);
    expect(found).toEqual(records.map(({ id }) => id).sort());
  });

  it("contents and reasoning", async () => {
    const team = fresh("team");
    await makeHot(team);
    const turns = Array.from({ length: 6 }, (_, index) => `turn-${index}`);
    const detail = { type: "reasoning.text" as const, text: "Hm", index: 0 };
    const records = turns.map((turnKey) =>
      recordAt(NOW, { team, keyHash: "k", replay: { turnKey, reasoningDetails: [detail] } }),
    );
    await book(team, records);
    const works: Promise<unknown>[] = [];
    const input = { messages: [{ role: "user", content: "Hello" }] };
    for (const { id } of records) {
      const content = { id, team, keyHash: "k", createdAtMs: NOW, input, output: { completion: id, reasoning: null } };
      logContent(env.LEDGER, { ...content, error: null }, (work) => works.push(work));
    }
    await Promise.all(works);
    for (const { id } of records)
      expect(await readContent(env.LEDGER, team, id)).toMatchObject({ output: { completion: id } });
    expect(await rowsOf(headOf(team), "select id from content")).toEqual([]);
    const found = await recallReasoning(env.LEDGER, team, "k", [...turns, "unknown"]);
    expect([...found.keys()].sort()).toEqual(turns);
  });
});

describe("what a shard tells the team's object", () => {
  const hold = (nanoUsd: number, leaseId: string) => ({
    leaseId,
    account: "k",
    nanoUsd,
    tokens: 10,
    slots: 1,
    minute: 1,
  });
  const limits = { account: "k", nanoUsd: 1_000, period: "total" as const, includesByok: false };
  const accounts = [{ ...limits, requests: null, tokens: null, slots: 5 }];

  async function lend(team: string) {
    const need = { nanoUsd: 400, slots: 1, requests: 0, tokens: 0 };
    const answer = await headOf(team).lease({ accounts, need, waiting: 1 }, []);
    if (!("lease" in answer)) throw new Error("nothing was lent");
    return answer.lease;
  }

  it("frees what its requests held, with what they have spent", async () => {
    const team = fresh("team");
    const lease = await lend(team);
    expect(await headOf(team).lent("k")).toEqual({ nanoUsd: 400, slots: 1 });
    const record = recordAt(NOW, { team, keyHash: "k", costNanoUsd: 300, hold: hold(400, lease.id) });
    await shardOf(team, 1).settleShard({ team, shard: 1 }, jsonOf(record, record));
    expect(await headOf(team).lent("k")).toEqual({ nanoUsd: 0, slots: 0 });
    expect((await headOf(team).spend(["k"], NOW)).k).toMatchObject({ total: 300 });
    const kept = JSON.parse((await shardOf(team, 1).generation(record.id)) ?? "");
    expect(kept).not.toHaveProperty("hold");
    // Once more changes nothing.
    await shardOf(team, 1).settleShard({ team, shard: 1 }, jsonOf(record));
    expect((await headOf(team).spend(["k"], NOW)).k).toMatchObject({ total: 300 });
  });

  it.each([
    ["does not answer", false],
    ["books it, and its answer is lost", true],
  ])("is told once also when that %s", async (_, isBooked) => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const team = fresh("team");
    const lease = await lend(team);
    const real = Ledger.prototype.book;
    const failing = vi.spyOn(Ledger.prototype, "book").mockImplementation(function (this: Ledger, ...args) {
      if (isBooked) real.apply(this, args);
      throw new Error("down");
    });
    const record = recordAt(NOW, { team, keyHash: "k", costNanoUsd: 300, hold: hold(400, lease.id) });
    await shardOf(team, 1).settleShard({ team, shard: 1 }, jsonOf(record));
    expect(failing).toHaveBeenCalled();
    // The record is there, and what is not known to be spent is still held.
    expect(await shardOf(team, 1).generation(record.id)).not.toBeNull();
    expect((await headOf(team).lent("k")).nanoUsd).toBe(isBooked ? 0 : 400);
    failing.mockRestore();
    await evictDurableObject(shardOf(team, 1));
    passes(3_000);
    expect(await runDurableObjectAlarm(shardOf(team, 1))).toBe(true);
    expect((await headOf(team).spend(["k", "team"], NOW)).k).toMatchObject({ total: 300 });
    expect(await headOf(team).lent("k")).toEqual({ nanoUsd: 0, slots: 0 });
    expect(await rowsOf(shardOf(team, 1), "select * from outbox")).toEqual([]);
  });

  it("goes together, as long as one delivery is under way", async () => {
    const team = fresh("team");
    const booking = vi.spyOn(Ledger.prototype, "book");
    const batches = Array.from({ length: 20 }, () => [recordAt(NOW, { team }), recordAt(NOW, { team })]);
    const part = { team, shard: 2 };
    await Promise.all(batches.map((batch) => shardOf(team, 2).settleShard(part, jsonOf(...batch))));
    expect(booking.mock.calls.length).toBeLessThan(4);
    expect((await headOf(team).spend(["hash"], NOW)).hash).toMatchObject({ total: 40_000 });
  });
});

describe("at night a shard", () => {
  const DAY_MS = 86_400_000;
  const part = (team: string) => ({ team, shard: 1 });

  /** Runs an object's alarm as if it were night, until its work is done. */
  async function night(books: ReturnType<typeof headOf>): Promise<void> {
    await runInDurableObject(books, (_, { storage }) => {
      storage.sql.exec("insert or replace into due values ('nightly', ?)", Date.now());
      return storage.setAlarm(Date.now());
    });
    for (let steps = 0; steps < 40; steps++) {
      const [due] = await rowsOf(books, "select at_ms from due where name = 'nightly'");
      if (!due || Number(due.at_ms) > Date.now() + 60_000) return;
      passes(1_000);
      await runDurableObjectAlarm(books);
    }
    throw new Error("the night does not end");
  }

  async function kept() {
    const team = fresh("team");
    await makeHot(team);
    const records = [1, 1, 2, 0].map((days) => recordAt(NOW - days * DAY_MS, { team }));
    await shardOf(team, 1).settleShard(part(team), jsonOf(...records));
    return { team, records };
  }
  const nights = async (team: string) => {
    await night(shardOf(team, 1));
    await night(headOf(team));
    return readReconciliation(env.LEDGER, team);
  };

  it("finds nothing where nothing is wrong, nor does the team's object", async () => {
    const { team } = await kept();
    expect(await nights(team)).toMatchObject({ days: 2, lastDay: TODAY - 1, records: 3, differences: [] });
    expect(await rowsOf(shardOf(team, 1), "select day from posted")).toHaveLength(2);
  });

  it.each<[name: string, where: "head" | "shard", sql: string, found: object[]]>([
    [
      "a sum of the team's that is wrong",
      "head",
      `update spend set nano_usd = 1 where day = ${TODAY - 1} and key_hash = 'team'`,
      [{ book: "spend", account: "team", booked: { nanoUsd: 1 }, records: { nanoUsd: 2_000 } }],
    ],
    [
      "a part of a sum that is wrong",
      "head",
      `update shard_spend set requests = 9 where day = ${TODAY - 1} and key_hash = 'hash'`,
      [
        { book: "spend", account: "hash", booked: { requests: 2 }, records: { requests: 9 } },
        { book: "posted", account: "hash", booked: { requests: 9 }, records: { requests: 2 }, shard: 1 },
      ],
    ],
    [
      "a sum of its own that is wrong",
      "shard",
      `update activity set prompt_tokens = 7 where day = ${TODAY - 2}`,
      [
        { book: "activity", account: "hash", shard: 1 },
        { book: "activity", account: "team", shard: 1 },
      ],
    ],
    [
      "a record that is gone",
      "shard",
      `delete from generation where created_at_ms < ${NOW - 2 * DAY_MS + 1}`,
      ["spend", "spend", "activity", "activity"].map((book) => ({ book, shard: 1, booked: { requests: 1 } })),
    ],
  ])("finds %s", async (_, where, sql, found) => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const { team } = await kept();
    const books = where === "head" ? headOf(team) : shardOf(team, 1);
    await runInDurableObject(books, (__, { storage }) => void storage.sql.exec(sql));
    const { differences } = await nights(team);
    expect(differences).toHaveLength(found.length);
    expect(differences).toMatchObject(found);
  });

  it("deletes what the team does not want to keep", async () => {
    const { team, records } = await kept();
    await headOf(team).retain({ generationDays: 1, contentDays: 1 });
    await night(shardOf(team, 1));
    const left = records.filter(({ createdAtMs }) => createdAtMs >= NOW - DAY_MS).map(({ id }) => id);
    expect((await idsIn(shardOf(team, 1))).sort()).toEqual(left.sort());
    expect((await nights(team)).differences).toEqual([]);
  });

  it("deletes nothing as long as the team's object cannot be asked", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const { team } = await kept();
    const asking = vi.spyOn(Ledger.prototype, "retention").mockImplementation(() => {
      throw new Error("down");
    });
    await expect(night(shardOf(team, 1))).rejects.toThrow("the night does not end");
    expect(await idsIn(shardOf(team, 1))).toHaveLength(4);
    asking.mockRestore();
    await night(shardOf(team, 1));
    expect(await rowsOf(shardOf(team, 1), "select day from posted")).toHaveLength(2);
  });
});
