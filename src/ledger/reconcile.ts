import { TEAM_ACCOUNT } from "./amounts.ts";
import { DAY_MS, dayOf } from "./periods.ts";
import { ACCOUNT, SUMS, type Usage } from "./reports.ts";
import { heldFromDay, idsOfDays } from "./retention.ts";
import { openShards } from "./shards.ts";

/** What the books say of an account on a day, and what its records say. */
export interface Difference {
  /** UTC day from 1970. */
  day: number;
  /** A key's account, or `team` for the sum of them. */
  account: string;
  /** Which of the two books is not right. */
  book: Book;
  booked: Partial<Usage>;
  records: Partial<Usage>;
  /** Of which shard; absent: of the team's own object. */
  shard?: number;
}
/** `posted`: what a team's object has booked of a shard, against what the shard has told it. */
type Book = "spend" | "activity" | "posted";
/** A day's books in one object; `shards`: the part of `spend` whose records are in others. */
type Books = Record<"spend" | "activity" | "shards", Sums>;

/** How the last comparison of every day that is still held went. */
export interface Reconciliation {
  /** Days that have been compared. */
  days: number;
  firstDay: number | null;
  lastDay: number | null;
  /** When the day that was compared longest ago was. */
  checkedAtMs: number | null;
  /** Records that were added up. */
  records: number;
  differences: Difference[];
}

/** Records of one step: some milliseconds, in which the ledger does nothing else. */
const BATCH = 2_000;
/** Of one day; more would say no more. */
const MAX_DIFFERENCES = 100;

const NAMES = ["requests", "nanoUsd", "byokNanoUsd", "promptTokens", "completionTokens", "reasoningTokens"] as const;
/** `spend` knows nothing of tokens. */
const NAMES_OF = { spend: NAMES.slice(0, 3), activity: NAMES };

type Sums = Map<string, number[]>;

/** A day whose records are being added up. */
interface Recount {
  day: number;
  /** What the books said when it began. */
  booked: Books;
  sums: Sums;
  records: number;
  lastId: string;
}

/**
 * Compares what is booked with the records themselves, one complete day after the other, some records at a time.
 *
 * | table | key | holds |
 * | --- | --- | --- |
 * | `reconciliation` | UTC day | when it was compared, how many records it has, and what differed |
 */
export class Reconciler {
  readonly #sql: SqlStorage;
  #recount: Recount | undefined;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    openShards(sql);
    sql.exec(`create table if not exists reconciliation (
      day integer primary key, checked_at_ms integer not null, records integer not null, differences text not null
    )`);
  }

  /** One step of today's round over all held days. Gives whether there is more to do. */
  step(nowMs: number): boolean {
    this.#recount ??= this.#begin(nowMs);
    const recount = this.#recount;
    if (recount === undefined) return false;
    // Should counting fail, the day is begun again.
    this.#recount = undefined;
    if (this.#countOn(recount)) this.#recount = recount;
    else this.#finish(recount, nowMs);
    return true;
  }

  result(): Reconciliation {
    const rows = this.#sql.exec<{ day: number; checkedAtMs: number; records: number; differences: string }>(
      "select day, checked_at_ms as checkedAtMs, records, differences from reconciliation order by day",
    );
    const days = rows.toArray();
    return {
      days: days.length,
      firstDay: days[0]?.day ?? null,
      lastDay: days.at(-1)?.day ?? null,
      checkedAtMs: days.length > 0 ? Math.min(...days.map((row) => row.checkedAtMs)) : null,
      records: days.reduce((sum, row) => sum + row.records, 0),
      differences: days.flatMap((row) => JSON.parse(row.differences) as Difference[]),
    };
  }

  #begin(nowMs: number): Recount | undefined {
    const day = this.#nextDay(nowMs);
    if (day === undefined) return undefined;
    return { day, booked: this.#readBooks(day), sums: new Map(), records: 0, lastId: idsOfDays(day, day)[0] };
  }

  /** The first day that is held, complete, and not yet compared today. */
  #nextDay(nowMs: number): number | undefined {
    const [from, today] = [heldFromDay(this.#sql), dayOf(nowMs)];
    this.#sql.exec("delete from reconciliation where day < ?", from);
    const { first } = this.#sql
      .exec<{ first: number | null }>(
        `select min(day) as first from (
           select min(day) as day from activity where day >= ?1
           union all select min(day) from spend where day >= ?1
           union all select created_at_ms / ${DAY_MS} from (
             select created_at_ms from generation where created_at_ms >= ?1 * ${DAY_MS} order by id limit 1))`,
        from,
      )
      .one();
    const query = "select day from reconciliation where checked_at_ms >= ?";
    const done = new Set(
      this.#sql
        .exec<{ day: number }>(query, today * DAY_MS)
        .toArray()
        .map(({ day }) => day),
    );
    for (let day = first ?? today; day < today; day++) if (!done.has(day)) return day;
    return undefined;
  }

  /** Adds up some more records. Gives whether there may be others. */
  #countOn(recount: Recount): boolean {
    const { day, sums } = recount;
    const rows = this.#sql.exec<Record<string, SqlStorageValue>>(
      `select ${ACCOUNT} as account, created_at_ms / ${DAY_MS} = ?1 as is_of_day, max(id) as last_id, ${SUMS}
       from (select id, created_at_ms, record as value from generation where id > ?2 and id < ?3 order by id limit ?4)
       group by 1, 2`,
      day,
      recount.lastId,
      idsOfDays(day, day)[1],
      BATCH,
    );
    let read = 0;
    for (const [account, isOfDay, lastId, ...values] of rows.raw()) {
      const counts = values.map(Number);
      read += counts[0] ?? 0;
      if (String(lastId) > recount.lastId) recount.lastId = String(lastId);
      if (!isOfDay) continue;
      recount.records += counts[0] ?? 0;
      for (const name of [String(account), TEAM_ACCOUNT]) addTo(sums, name, counts);
    }
    return read === BATCH;
  }

  #finish({ day, booked, sums, records }: Recount, nowMs: number): void {
    const now = this.#readBooks(day);
    // A late record was booked while the others were added up: the day is begun again.
    if (textOf(now) !== textOf(booked)) return;
    const everywhere = new Map(sums);
    for (const [account, counts] of now.shards) addTo(everywhere, account, counts);
    const differences = [
      ...compare("spend", day, now.spend, everywhere),
      ...compare("activity", day, now.activity, sums),
    ];
    if (differences.length > 0) {
      const told = JSON.stringify(differences.slice(0, 3));
      console.error(`ledger: the books of ${dateOf(day)} differ from their records`, differences.length, told);
    }
    const kept = JSON.stringify(differences.slice(0, MAX_DIFFERENCES));
    this.#sql.exec("insert or replace into reconciliation values (?, ?, ?, ?)", day, nowMs, records, kept);
  }

  #readBooks(day: number): Books {
    const [spend, activity, shards]: [Sums, Sums, Sums] = [new Map(), new Map(), new Map()];
    const shardRows = this.#sql.exec(
      "select key_hash, requests, nano_usd, byok_nano_usd from shard_spend where day = ? order by key_hash",
      day,
    );
    for (const [account, ...values] of shardRows.raw()) addTo(shards, String(account), values.map(Number));
    const spendRows = this.#sql.exec(
      "select key_hash, requests, nano_usd, byok_nano_usd from spend where day = ? order by key_hash",
      day,
    );
    for (const [account, ...values] of spendRows.raw()) addTo(spend, String(account), values.map(Number));
    const activityRows = this.#sql.exec(
      `select account, sum(requests), sum(nano_usd), sum(byok_nano_usd), sum(prompt_tokens), sum(completion_tokens),
         sum(reasoning_tokens) from activity where day = ? group by account order by account`,
      day,
    );
    for (const [account, ...values] of activityRows.raw()) {
      for (const name of [String(account), TEAM_ACCOUNT]) addTo(activity, name, values.map(Number));
    }
    return { spend, activity, shards };
  }
}

function addTo(sums: Sums, account: string, counts: number[]): void {
  const known = sums.get(account);
  sums.set(
    account,
    Array.from(NAMES, (_, index) => (counts[index] ?? 0) + (known?.[index] ?? 0)),
  );
}

function compare(book: "spend" | "activity", day: number, booked: Sums, records: Sums): Difference[] {
  const names: readonly (keyof Usage)[] = NAMES_OF[book];
  const accounts = new Set([...booked.keys(), ...records.keys()]);
  const described = (counts: number[] | undefined): Partial<Usage> =>
    Object.fromEntries(names.map((name, index) => [name, counts?.[index] ?? 0]));
  const differences: Difference[] = [];
  for (const account of accounts) {
    const [ours, theirs] = [booked.get(account), records.get(account)];
    const isSame = names.every((_, index) => (ours?.[index] ?? 0) === (theirs?.[index] ?? 0));
    if (!isSame) differences.push({ day, account, book, booked: described(ours), records: described(theirs) });
  }
  return differences;
}

function textOf({ spend, activity, shards }: Books): string {
  return JSON.stringify([...spend, ...activity, ...shards]);
}

/** A UTC day as `YYYY-MM-DD`. */
export function dateOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}
