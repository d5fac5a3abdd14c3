import { DurableObject } from "cloudflare:workers";
import type { GenerationRecord, HoldRecord } from "../schema/generation.ts";
import { Alarms } from "./alarms.ts";
import { Archive } from "./archive.ts";
import { type ChargedDay, Charges, checksOf, type Invoices } from "./charges.ts";
import type { ContentRow } from "./contents.ts";
import { type GenerationPage, type GenerationQuery, queryGenerations } from "./generations.ts";
import { type LeaseAnswer, type LeaseRequest, type LeaseReturn, Leases } from "./leases.ts";
import type { Part } from "./outbox.ts";
import type { KeySpend } from "./periods.ts";
import type { Reconciliation } from "./reconcile.ts";
import { insertRecords, unbooked, usedTokens } from "./records.ts";
import { bookReplays, openReplays, recallTurns } from "./replays.ts";
import type { UsageQuery, UsageRow } from "./reports.ts";
import { installationRetention, type Retention } from "./retention.ts";
import { Shard } from "./shard.ts";
import { type Places, type Posting, Shards } from "./shards.ts";
import { addSpend, openSpend, querySpend, type SpendRow, spendOf } from "./spend.ts";

/** Upstreams are asked when the night's other work is done, mostly. */
const CHARGES_AFTER_MS = 600_000;

/**
 * The books of one team: what each key has spent, day by day, and every generation. Of a hot team the generations are
 * in other objects of this class, its shards; see `Shards`.
 *
 * | table | key | holds |
 * | --- | --- | --- |
 * | `generation` | id | the record as JSON |
 * | `spend`, `replay`, `lease`, `shard`, `outbox`, `activity`, `content`, … | | see the files that open them |
 *
 * Every method but those of a shard that calls its team's object is synchronous inside, so it is atomic.
 */
export class Ledger extends DurableObject<Cloudflare.Env> {
  readonly #leases: Leases;
  readonly #archive: Archive;
  readonly #shards: Shards;
  readonly #shard: Shard;
  readonly #charges: Charges;
  readonly #alarms: Alarms<"leases" | "nightly" | "outbox" | "charges">;

  constructor(state: DurableObjectState, env: Cloudflare.Env, invoices?: Invoices) {
    super(state, env);
    const { sql } = state.storage;
    sql.exec(`create table if not exists generation (
      id text primary key, key_hash text not null, created_at_ms integer not null, record text not null
    ) without rowid`);
    openSpend(sql);
    openReplays(sql);
    this.#leases = new Leases(sql);
    this.#shards = new Shards(sql);
    this.#archive = new Archive(state.storage, {
      retention: installationRetention(env.RETENTION_DAYS),
      spreadMs: Number.parseInt(state.id.toString().slice(0, 4), 16) * 50,
    });
    this.#shard = new Shard(sql, this.#archive, (team) => env.LEDGER.getByName(`team:${team}`));
    this.#charges = new Charges(sql, invoices, checksOf(env.UPSTREAM_COST_CHECKS));
    this.#alarms = new Alarms(state.storage, {
      leases: (nowMs) => this.#leases.sweep(nowMs),
      nightly: (nowMs) => this.#tidy(nowMs),
      charges: (nowMs) => this.#charges.watch(nowMs),
      outbox: (nowMs) => this.#shard.retry(nowMs),
    });
  }

  /**
   * Books ended generations, given as a JSON array of records. A record that is booked already is left as it is; if
   * one cannot be booked, none is. Gives where the next ones belong, when it is not always here.
   * A record costs one row of its own; sums cost one for each that a call touches.
   */
  settle(recordsJson: string): Places | undefined {
    const booked = this.#book(recordsJson, (records) => {
      addSpend(this.ctx.storage.sql, spendOf(records));
      for (const record of records) if (record.hold) this.#leases.release(record.hold, usedTokens(record));
    });
    this.#tidyLater();
    const nowMs = Date.now();
    this.#shards.count(booked, nowMs);
    return this.#shards.places(nowMs);
  }

  /** The same in a shard: the sums go on to the team's own object, and have arrived there when this resolves. */
  async settleShard(part: Part, recordsJson: string): Promise<Places | undefined> {
    this.#shard.enter(part);
    this.#book(recordsJson, (records) => {
      addSpend(this.ctx.storage.sql, spendOf(records));
      this.#shard.post(records);
    });
    this.#tidyLater();
    this.#alarms.wakeBy("outbox", this.#shard.retryAtMs(Date.now()));
    return this.#shard.deliver();
  }

  /** Books what a shard has booked. Gives where new records belong. */
  book(shard: number, postings: Posting[]): Places | undefined {
    const requests = this.ctx.storage.transactionSync(() => this.#shards.book(shard, postings, this.#leases));
    this.#tidyLater();
    const nowMs = Date.now();
    this.#shards.count(requests, nowMs);
    return this.#shards.places(nowMs);
  }

  /** Where records of this team are; undefined when all of them are here. */
  places(): Places | undefined {
    return this.#shards.places(Date.now());
  }

  /** What a shard has had booked on a day. */
  postedOn(shard: number, day: number): SpendRow[] {
    return this.#shards.postedOn(shard, day);
  }

  /** Books the records that are new, and what they change, all or nothing. Gives how many there were. */
  #book(recordsJson: string, bookChanges: (records: GenerationRecord[]) => void): number {
    const { sql } = this.ctx.storage;
    const records = JSON.parse(recordsJson) as GenerationRecord[];
    return this.ctx.storage.transactionSync(() => {
      const fresh = unbooked(sql, records);
      if (fresh.length === 0) return 0;
      bookChanges(fresh);
      this.#archive.book(fresh);
      bookReplays(sql, fresh, Date.now());
      insertRecords(sql, fresh);
      return fresh.length;
    });
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
    return recallTurns(this.ctx.storage.sql, keyHash, turnKeys, nowMs);
  }

  /** What keys have spent, in all and in the current UTC day, week and month; every asked key has an entry. */
  spend(keyHashes: string[], nowMs: number): Record<string, KeySpend> {
    const { sql } = this.ctx.storage;
    return Object.fromEntries(keyHashes.map((keyHash) => [keyHash, querySpend(sql, keyHash, nowMs)]));
  }

  override async alarm(): Promise<void> {
    this.#alarms.run(Date.now());
    await this.#shard.working();
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
  keepContent(content: ContentRow, part?: Part): void {
    if (part) this.#shard.enter(part);
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
    return this.#shard.isOne() ? this.#shard.reconciliation() : this.#archive.reconciliation();
  }

  /** How a sample of each day compares with what upstreams say that they have charged. */
  charges(): ChargedDay[] {
    return this.#charges.days();
  }

  #tidy(nowMs: number): number | undefined {
    this.#alarms.wakeBy("charges", nowMs + CHARGES_AFTER_MS);
    return this.#shard.isOne() ? this.#shard.tidy(nowMs) : this.#archive.tidy(nowMs);
  }

  #tidyLater(): void {
    this.#alarms.wakeBy("nightly", this.#archive.nextNightMs(Date.now()));
  }
}

/** The ledger with what only those above it can do. */
export function ledgerBy(invoicesOf: (env: Cloudflare.Env) => Promise<Invoices>): typeof Ledger {
  return class extends Ledger {
    constructor(state: DurableObjectState, env: Cloudflare.Env) {
      const invoices = () => invoicesOf(env);
      super(state, env, {
        providers: async () => (await invoices()).providers(),
        chargeOf: async (provider, upstreamId) => (await invoices()).chargeOf(provider, upstreamId),
      });
    }
  };
}
