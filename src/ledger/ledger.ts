import { DurableObject } from "cloudflare:workers";
import type { GenerationRecord, HoldRecord, ReplayRecord } from "../schema/generation.ts";
import { Alarms } from "./alarms.ts";
import { TEAM_ACCOUNT } from "./amounts.ts";
import { Archive } from "./archive.ts";
import type { ContentRow } from "./contents.ts";
import { type GenerationPage, type GenerationQuery, queryGenerations } from "./generations.ts";
import { type LeaseAnswer, type LeaseRequest, type LeaseReturn, Leases } from "./leases.ts";
import { DAY_MS, dayOf, type KeySpend, startOfMonth, startOfWeek } from "./periods.ts";
import type { Reconciliation } from "./reconcile.ts";
import type { UsageQuery, UsageRow } from "./reports.ts";
import { installationRetention, type Retention } from "./retention.ts";

/** A tool takes seconds or minutes; a conversation that rests longer begins its thinking anew. */
const REPLAY_TTL_MS = 3_600_000;

/**
 * The books of one team: what each key has spent, day by day, and every generation.
 *
 * | table | key | holds |
 * | --- | --- | --- |
 * | `generation` | id | the record as JSON |
 * | `spend` | a key's account or `team`, UTC day | nano-dollars and requests; periods are sums, so nothing is ever reset |
 * | `replay` | key hash, turn | reasoning that the next turn must bring back; an hour |
 * | `activity`, `content`, … | | what `Archive` keeps for reports |
 *
 * Every method is synchronous inside, so it is atomic.
 */
export class Ledger extends DurableObject<Cloudflare.Env> {
  readonly #leases: Leases;
  readonly #archive: Archive;
  readonly #alarms: Alarms<"leases" | "nightly">;

  constructor(state: DurableObjectState, env: Cloudflare.Env) {
    super(state, env);
    state.storage.sql.exec(`
      create table if not exists generation (
        id text primary key, key_hash text not null, created_at_ms integer not null, record text not null
      ) without rowid;
      create table if not exists spend (
        key_hash text not null, day integer not null, nano_usd integer not null, byok_nano_usd integer not null,
        requests integer not null, primary key (key_hash, day)
      ) without rowid;
      create table if not exists replay (
        key_hash text not null, turn_key text not null, details text not null, expires_at_ms integer not null,
        primary key (key_hash, turn_key)
      ) without rowid;
    `);
    this.#leases = new Leases(state.storage.sql);
    this.#archive = new Archive(state.storage, {
      retention: installationRetention(env.RETENTION_DAYS),
      spreadMs: Number.parseInt(state.id.toString().slice(0, 4), 16) * 50,
    });
    this.#alarms = new Alarms(state.storage, {
      leases: (nowMs) => this.#leases.sweep(nowMs),
      nightly: (nowMs) => this.#archive.tidy(nowMs),
    });
  }

  /**
   * Books ended generations, given as a JSON array of records. A record that is booked already is left as it is; if
   * one cannot be booked, none is.
   * SQLite reads the JSON by itself. A record costs one row of its own; sums cost one for each that a call touches.
   */
  settle(recordsJson: string): void {
    this.ctx.storage.transactionSync(() => this.#book(recordsJson));
    this.#tidyLater();
  }

  #book(recordsJson: string): void {
    const sql = this.ctx.storage.sql;
    if (recordsJson.includes('"hold":')) this.#releaseHolds(JSON.parse(recordsJson) as GenerationRecord[]);
    sql.exec(
      `insert into spend
         select account.value, (record.value ->> 'createdAtMs') / ${DAY_MS},
           sum(iif(record.value ->> 'isByok', 0, coalesce(record.value ->> 'costNanoUsd', 0))),
           sum(coalesce(record.value ->> iif(record.value ->> 'isByok', 'costNanoUsd', 'byokNanoUsd'), 0)),
           count(*)
         from (select value, min(key) from json_each(?) group by value ->> 'id') as record,
           json_each(json_array(coalesce(record.value ->> 'account', record.value ->> 'keyHash'), '${TEAM_ACCOUNT}')) as account
         where not exists (select 1 from generation where id = record.value ->> 'id')
         group by 1, 2
       on conflict do update set nano_usd = nano_usd + excluded.nano_usd,
         byok_nano_usd = byok_nano_usd + excluded.byok_nano_usd, requests = requests + excluded.requests`,
      recordsJson,
    );
    this.#archive.book(recordsJson);
    if (recordsJson.includes('"replay":')) this.#rememberAll(JSON.parse(recordsJson) as GenerationRecord[]);
    sql.exec(
      `insert or ignore into generation
         select value ->> 'id', value ->> 'keyHash', value ->> 'createdAtMs', json_remove(value, '$.replay', '$.hold')
         from json_each(?)`,
      recordsJson,
    );
  }

  /** Frees what requests held; of one that is booked already nothing is held any more. */
  #releaseHolds(records: GenerationRecord[]): void {
    const byId = new Map(records.map((record) => [record.id, record]));
    for (const { id, hold, usage } of byId.values()) {
      if (hold && this.generation(id) === null)
        this.#leases.release(hold, usage.promptTokens + usage.completionTokens + (hold.otherTokens ?? 0));
    }
  }

  /** Lends a part of what is free under the limits; see `Leases`. What an isolate does not need it gives back first. */
  lease(request: LeaseRequest, returns: LeaseReturn[]): LeaseAnswer {
    const nowMs = Date.now();
    return this.ctx.storage.transactionSync(() => {
      for (const one of returns) this.#leases.giveBack(one);
      this.#leases.sweep(nowMs);
      const answer = this.#leases.grant(request, nowMs);
      this.#sweepLater(nowMs);
      return answer;
    });
  }

  giveBack(returns: LeaseReturn[]): void {
    this.ctx.storage.transactionSync(() => {
      for (const one of returns) this.#leases.giveBack(one);
    });
  }

  /** A request that runs long still does. */
  keep(hold: HoldRecord, generationId: string): void {
    const nowMs = Date.now();
    this.#leases.keep(hold, generationId, nowMs);
    this.#sweepLater(nowMs);
  }

  /** What nobody comes back for is freed by the alarm. */
  #sweepLater(nowMs: number): void {
    const dueMs = this.#leases.sweep(nowMs);
    if (dueMs !== undefined) this.#alarms.wakeBy("leases", dueMs);
  }

  /** Frees what a request held that ended without a record. */
  release(hold: HoldRecord): void {
    this.#leases.release(hold, 0);
  }

  /** What is lent to a key, or to all of the team. */
  lent(account: string): { nanoUsd: number; slots: number } {
    this.#leases.sweep(Date.now());
    return this.#leases.lent(account);
  }

  /** The record of a generation, as JSON; null when there is none. */
  generation(id: string): string | null {
    const rows = this.ctx.storage.sql.exec<{ record: string }>("select record from generation where id = ?", id);
    return rows.toArray()[0]?.record ?? null;
  }

  /** Reasoning by turn, as JSON; what is unknown or too old is not in it. */
  recall(keyHash: string, turnKeys: string[], nowMs: number): Record<string, string> {
    const found: Record<string, string> = {};
    for (const turnKey of turnKeys) {
      const rows = this.ctx.storage.sql.exec<{ details: string }>(
        "select details from replay where key_hash = ? and turn_key = ? and expires_at_ms > ?",
        keyHash,
        turnKey,
        nowMs,
      );
      const row = rows.toArray()[0];
      if (row) found[turnKey] = row.details;
    }
    return found;
  }

  #rememberAll(records: GenerationRecord[]): void {
    for (const { keyHash, account = keyHash, replay } of records)
      if (replay) this.#remember(account, replay, Date.now());
  }

  #remember(keyHash: string, replay: ReplayRecord, nowMs: number): void {
    const sql = this.ctx.storage.sql;
    const details = JSON.stringify(replay.reasoningDetails);
    sql.exec("delete from replay where key_hash = ? and expires_at_ms <= ?", keyHash, nowMs);
    const expiresAtMs = nowMs + REPLAY_TTL_MS;
    sql.exec("insert or replace into replay values (?, ?, ?, ?)", keyHash, replay.turnKey, details, expiresAtMs);
  }

  /** What keys have spent, in all and in the current UTC day, week and month; every asked key has an entry. */
  spend(keyHashes: string[], nowMs: number): Record<string, KeySpend> {
    const today = dayOf(nowMs);
    const [week, month] = [startOfWeek(today), startOfMonth(nowMs)];
    const spends: Record<string, KeySpend> = {};
    for (const keyHash of keyHashes) {
      spends[keyHash] = this.ctx.storage.sql
        .exec<KeySpend & Record<string, SqlStorageValue>>(
          `select coalesce(sum(nano_usd), 0) as total,
             coalesce(sum(iif(day = ?2, nano_usd, 0)), 0) as daily,
             coalesce(sum(iif(day >= ?3, nano_usd, 0)), 0) as weekly,
             coalesce(sum(iif(day >= ?4, nano_usd, 0)), 0) as monthly,
             coalesce(sum(byok_nano_usd), 0) as byokTotal,
             coalesce(sum(iif(day = ?2, byok_nano_usd, 0)), 0) as byokDaily,
             coalesce(sum(iif(day >= ?3, byok_nano_usd, 0)), 0) as byokWeekly,
             coalesce(sum(iif(day >= ?4, byok_nano_usd, 0)), 0) as byokMonthly
           from spend where key_hash = ?1`,
          keyHash,
          today,
          week,
          month,
        )
        .one();
    }
    return spends;
  }

  override alarm(): void {
    this.#alarms.run(Date.now());
  }

  /** What was used, by whatever is asked. */
  usage(query: UsageQuery): UsageRow[] {
    return this.#archive.usage(query);
  }

  /** Records of some time, oldest first, page by page. */
  generations(query: GenerationQuery): GenerationPage {
    return queryGenerations(this.ctx.storage.sql, query);
  }

  /** Keeps what was said in a generation. */
  keepContent(content: ContentRow): void {
    this.#archive.keepContent(content);
    this.#tidyLater();
  }

  /** What was said in a generation, as JSON; null when it is not kept. */
  content(id: string): string | null {
    return this.#archive.content(id);
  }

  retention(): Retention {
    return this.#archive.retention();
  }

  /** Sets how long records and contents are kept; what is absent is as the installation has it. */
  retain(retention: Partial<Retention>): void {
    this.#archive.retain(retention);
    this.#tidyLater();
  }

  /** How the nightly comparison of the books with their records went. */
  reconciliation(): Reconciliation {
    return this.#archive.reconciliation();
  }

  #tidyLater(): void {
    this.#alarms.wakeBy("nightly", this.#archive.nextNightMs(Date.now()));
  }
}
