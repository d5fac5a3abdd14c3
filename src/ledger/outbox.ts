import type { GenerationRecord, HoldRecord } from "../schema/generation.ts";
import { usedTokens } from "./records.ts";
import type { Head } from "./shard.ts";
import type { Places, Posting } from "./shards.ts";
import { spendOf } from "./spend.ts";

/** Which shard of which team an object is. */
export interface Part {
  team: string;
  /** From 1 on. */
  shard: number;
}

/** Pause between two deliveries: with it a busy shard makes 10 calls a second. */
const GATHER_MS = 100;
/** Of one delivery. */
const MAX_POSTINGS = 200;

/**
 * What a shard has to tell its team's own object. A posting is written together with the records it is made of, and is
 * gone when it has been booked: a shard that dies between the two delivers it when it wakes.
 *
 * | table | key | holds |
 * | --- | --- | --- |
 * | `part` | | which shard this is, and the number of its last posting |
 * | `outbox` | number | postings that are not known to be booked |
 */
export class Outbox {
  readonly #sql: SqlStorage;
  #delivering: Promise<void> | undefined;
  #deliveredAtMs = 0;
  #places: Places | undefined;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(`
      create table if not exists part (
        one integer primary key, team text not null, shard integer not null, last_seq integer not null
      );
      create table if not exists outbox (seq integer primary key, posting text not null)`);
  }

  /** Undefined in an object that is no shard. */
  part(): Part | undefined {
    return this.#sql.exec<Part & Record<string, SqlStorageValue>>("select team, shard from part").toArray()[0];
  }

  lastSeq(): number {
    return this.#sql.exec<{ seq: number }>("select last_seq as seq from part").toArray()[0]?.seq ?? 0;
  }

  isEmpty(): boolean {
    return this.#firstSeq() === Infinity;
  }

  /** Whether something of a day is not known to be booked. */
  isHolding(day: number): boolean {
    const query = `select 1 from outbox, json_each(posting, '$.spend') as spend
      where spend.value ->> 'day' = ? limit 1`;
    return this.#sql.exec(query, day).toArray().length > 0;
  }

  /** An object learns which shard it is from whoever calls it first. */
  enter({ team, shard }: Part): void {
    this.#sql.exec("insert or ignore into part values (1, ?, ?, 0)", team, shard);
  }

  /** Writes down what records change that are booked in the same transaction. */
  post(records: GenerationRecord[]): void {
    if (records.length === 0) return;
    const [spend, holds] = [spendOf(records), holdsOf(records)];
    const seq = this.lastSeq() + 1;
    this.#sql.exec("update part set last_seq = ?", seq);
    this.#sql.exec("insert into outbox values (?, ?)", seq, JSON.stringify({ seq, spend, holds } satisfies Posting));
  }

  /**
   * Delivers all postings up to a number, and gives where new records belong. Those of several callers go together.
   * Rejects when they are not taken: they stay.
   */
  async deliver(head: Head, shard: number, upToSeq: number): Promise<Places | undefined> {
    while (this.#firstSeq() <= upToSeq) {
      this.#delivering ??= this.#deliverNext(head, shard).finally(() => {
        this.#delivering = undefined;
      });
      await this.#delivering;
    }
    return this.#places;
  }

  async #deliverNext(head: Head, shard: number): Promise<void> {
    const waitMs = Math.min(this.#deliveredAtMs + GATHER_MS - Date.now(), GATHER_MS);
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    this.#deliveredAtMs = Date.now();
    const postings = this.#next();
    this.#places = await head.book(shard, postings);
    this.#sql.exec("delete from outbox where seq <= ?", postings.at(-1)?.seq ?? 0);
  }

  #firstSeq(): number {
    const query = "select min(seq) as seq from outbox";
    return this.#sql.exec<{ seq: number | null }>(query).one().seq ?? Infinity;
  }

  #next(): Posting[] {
    const query = `select posting from outbox order by seq limit ${MAX_POSTINGS}`;
    const rows = this.#sql.exec<{ posting: string }>(query).toArray();
    return rows.map(({ posting }) => JSON.parse(posting) as Posting);
  }
}

/** What records held; what is of the same lease together. */
function holdsOf(records: GenerationRecord[]): HoldRecord[] {
  const sums = new Map<string, HoldRecord>();
  for (const record of records) {
    const { hold } = record;
    if (!hold) continue;
    const name = JSON.stringify([hold.leaseId, hold.account, hold.minute]);
    const sum = sums.get(name) ?? { ...hold, nanoUsd: 0, slots: 0, tokens: 0 };
    sum.nanoUsd += hold.nanoUsd;
    sum.slots += hold.slots;
    sum.tokens += usedTokens(record) - hold.tokens;
    sums.set(name, sum);
  }
  return [...sums.values()];
}
