import type { GenerationRecord } from "../schema/generation.ts";
import type { Archive } from "./archive.ts";
import { Outbox, type Part } from "./outbox.ts";
import { dayOf } from "./periods.ts";
import { type Difference, dateOf, type Reconciliation } from "./reconcile.ts";
import { heldFromDay, type Retention } from "./retention.ts";
import type { Places, Posting } from "./shards.ts";
import { type SpendRow, spendOn } from "./spend.ts";

/** The team's own object, as far as its shards need it. */
export interface Head {
  book(shard: number, postings: Posting[]): Promise<Places | undefined>;
  postedOn(shard: number, day: number): Promise<SpendRow[]>;
  retention(): Promise<Retention>;
}

/** What could not be delivered is delivered by the alarm: long before what its requests hold is swept. */
const RETRY_MS = 2_000;
/** Between two questions to the team's object at night. */
const ASK_PAUSE_MS = 1_000;

/**
 * An object as a part of a hot team's ledger: it keeps records, contents and the sums of reports, and tells the team's
 * own object what they have cost. At night it does what that does: deletes what is too old, by the team's choice, and
 * compares its books with its records; and then what it has told with what was booked of it.
 *
 * | table | key | holds |
 * | --- | --- | --- |
 * | `posted` | UTC day | when what was told of it was compared with what was booked, and what differed |
 */
export class Shard {
  readonly #sql: SqlStorage;
  readonly #archive: Archive;
  readonly #outbox: Outbox;
  readonly #headOf: (team: string) => Head;
  #working: Promise<void> | undefined;
  #informedOn: number | undefined;
  #comparedOn: number | undefined;

  constructor(sql: SqlStorage, archive: Archive, headOf: (team: string) => Head) {
    this.#sql = sql;
    this.#archive = archive;
    this.#outbox = new Outbox(sql);
    this.#headOf = headOf;
    sql.exec(`create table if not exists posted (
      day integer primary key, checked_at_ms integer not null, differences text not null
    )`);
  }

  /** Whether this object is a shard. */
  isOne(): boolean {
    return this.#outbox.part() !== undefined;
  }

  enter(part: Part): void {
    this.#outbox.enter(part);
  }

  /** Writes down what records change that are booked in the same transaction. */
  post(records: GenerationRecord[]): void {
    this.#outbox.post(records);
  }

  /**
   * Delivers what was posted up to now, and gives where new records belong. A team's object that does not answer
   * changes nothing for the caller: what was posted is not lost, and is delivered by the alarm.
   */
  async deliver(): Promise<Places | undefined> {
    const part = this.#outbox.part();
    if (!part) return undefined;
    try {
      return await this.#outbox.deliver(this.#headOf(part.team), part.shard, this.#outbox.lastSeq());
    } catch (error) {
      console.error("ledger: sums of a shard are held back, its team's object does not take them", String(error));
      return undefined;
    }
  }

  retryAtMs(nowMs: number): number {
    return nowMs + RETRY_MS;
  }

  /** The alarm's: delivers what is still there. */
  retry(nowMs: number): number | undefined {
    if (this.#outbox.isEmpty()) return undefined;
    this.#work(this.deliver());
    return this.retryAtMs(nowMs);
  }

  /** The night's work, a step at a time, as `Archive.tidy`. */
  tidy(nowMs: number): number | undefined {
    const today = dayOf(nowMs);
    if (this.#informedOn !== today) {
      this.#work(this.#inform(today));
      return nowMs + ASK_PAUSE_MS;
    }
    const nextMs = this.#archive.tidy(nowMs);
    const hasMore = nextMs !== undefined && nextMs < this.#archive.nextNightMs(nowMs);
    if (hasMore || this.#comparedOn === today) return nextMs;
    this.#work(this.#compare(today, nowMs));
    return nowMs + ASK_PAUSE_MS;
  }

  /** What jobs have begun. Never rejects. */
  async working(): Promise<void> {
    await this.#working;
  }

  reconciliation(): Reconciliation {
    const own = this.#archive.reconciliation();
    const rows = this.#sql.exec<{ differences: string }>("select differences from posted order by day").toArray();
    const posted = rows.flatMap(({ differences }) => JSON.parse(differences) as Difference[]);
    const shard = this.#outbox.part()?.shard ?? 0;
    return { ...own, differences: [...own.differences, ...posted].map((found) => ({ ...found, shard })) };
  }

  #work(work: Promise<unknown>): void {
    this.#working = work.then(
      () => {},
      (error) => console.error("ledger: a shard's work at night failed and is tried again", String(error)),
    );
  }

  /** For how long the team wants its records to be kept. */
  async #inform(today: number): Promise<void> {
    const part = this.#outbox.part();
    if (!part) return;
    this.#archive.retain(await this.#headOf(part.team).retention());
    this.#informedOn = today;
  }

  async #compare(today: number, nowMs: number): Promise<void> {
    const part = this.#outbox.part();
    if (!part) return;
    await this.deliver();
    this.#sql.exec("delete from posted where day < ?", heldFromDay(this.#sql));
    const query = "select distinct day from spend where day >= ? and day < ? order by day";
    const days = this.#sql.exec<{ day: number }>(query, heldFromDay(this.#sql), today).toArray();
    for (const { day } of days) await this.#compareDay(part, day, nowMs);
    this.#comparedOn = today;
  }

  /** A day of which something is still on its way is left for the next night. */
  async #compareDay({ team, shard }: Part, day: number, nowMs: number): Promise<void> {
    const told = spendOn(this.#sql, day);
    if (this.#outbox.isHolding(day)) return;
    const booked = await this.#headOf(team).postedOn(shard, day);
    if (JSON.stringify(told) !== JSON.stringify(spendOn(this.#sql, day))) return;
    const differences = compareRows(day, booked, told);
    if (differences.length > 0)
      console.error(`ledger: what was booked of a shard on ${dateOf(day)} is not what it told`, differences.length);
    this.#sql.exec("insert or replace into posted values (?, ?, ?)", day, nowMs, JSON.stringify(differences));
  }
}

function compareRows(day: number, booked: SpendRow[], told: SpendRow[]): Difference[] {
  const usageOf = (rows: SpendRow[], account: string) => {
    const { requests = 0, nanoUsd = 0, byokNanoUsd = 0 } = rows.find((row) => row.account === account) ?? {};
    return { requests, nanoUsd, byokNanoUsd };
  };
  const accounts = new Set([...booked, ...told].map(({ account }) => account));
  return [...accounts].flatMap((account) => {
    const [ours, theirs] = [usageOf(booked, account), usageOf(told, account)];
    if (JSON.stringify(ours) === JSON.stringify(theirs)) return [];
    return [{ day, account, book: "posted" as const, booked: ours, records: theirs }];
  });
}
