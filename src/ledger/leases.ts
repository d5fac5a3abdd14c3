import type { HoldRecord as Hold } from "../schema/generation.ts";
import { type AccountLimits, type Amounts, KINDS, type Kind, NOTHING, type Refusal, TEAM_ACCOUNT } from "./amounts.ts";
import { dayOf, endOfPeriod, startOfPeriod } from "./periods.ts";

/** A part of what is free, lent to an isolate so that it can admit requests without asking. */
export interface Lease {
  id: string;
  account: string;
  /** In which its requests and tokens are counted. */
  minute: number;
  amounts: Amounts;
  /** Nothing may be admitted from it later; requests that run keep what they hold. */
  usableUntilMs: number;
  /** So much is free beside it that it may lie idle for a while. */
  isFar: boolean;
  /** For so long: then others may need it more. */
  idleMs: number;
}

export type LeaseAnswer = { lease: Lease } | { refusal: Refusal };

export interface LeaseRequest {
  accounts: AccountLimits[];
  /** What one request needs at least. */
  need: Amounts;
  /** How many such requests wait. */
  waiting: number;
}

/** What an isolate gives back of a lease. */
export interface LeaseReturn {
  id: string;
  account: string;
  /** In which its requests and tokens were counted. */
  minute: number;
  unused: Amounts;
}

export const MINUTE_MS = 60_000;
/** A lease is a part of what is free, so that other isolates find something too, and what many requests may need. */
const SHARE = 20;
const MAX_REQUESTS = 32;
/** Far from every limit a lease serves a minute, near one a moment. */
const FAR_USABLE_MS = 60_000;
const NEAR_USABLE_MS = 3_000;
/** Far from a limit a lease may lie idle for a moment that others can wait, and very far from it until it ends. */
const FAR_IDLE_MS = 5_000;
const FAR = 8;
const VERY_FAR = 100;
/** What runs from a lease has settled by then, or holds a row of its own. */
const RUNNING_MS = 30_000;
/** A request that runs longer says so before its row is swept. */
const HELD_MS = 60_000;

/**
 * The leases of one team, in its SQLite database. What is spent and what is lent never exceeds a limit: a lease is
 * granted from what is free, and shrinks to single requests as that gets little.
 *
 * | table | key | holds |
 * | --- | --- | --- |
 * | `lease` | id | what is lent of money and slots, to whom, until when it is swept |
 * | `minute` | account, minute | requests and tokens that were granted in a minute of the clock |
 */
export class Leases {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(`
      create table if not exists lease (
        id text primary key, account text not null, nano_usd integer not null, slots integer not null,
        minute integer not null, sweep_at_ms integer not null
      ) without rowid;
      create table if not exists minute (
        account text not null, minute integer not null, requests integer not null, tokens integer not null,
        primary key (account, minute)
      ) without rowid;
    `);
  }

  /** Lends what the waiting requests need, at least one of them, or says what stands in the way. To be swept before. */
  grant({ accounts, need, waiting }: LeaseRequest, nowMs: number): LeaseAnswer {
    const free = accounts.map((account) => this.#freeOf(account, nowMs));
    for (const [index, account] of accounts.entries()) {
      for (const kind of KINDS) {
        const room = free[index]?.[kind];
        if (room && room.free < need[kind]) return { refusal: this.#refuse(account, kind, room, need[kind], nowMs) };
      }
    }
    const amounts: Amounts = { ...NOTHING };
    let distance = Infinity;
    for (const kind of KINDS) {
      const rooms = free.flatMap((of) => of[kind] ?? []);
      if (rooms.length === 0 || need[kind] === 0) continue;
      const least = Math.min(...rooms.map((room) => room.free));
      const many = need[kind] * Math.min(Math.max(waiting, 1), MAX_REQUESTS);
      const generous = Math.min(Math.floor(least / SHARE), need[kind] * MAX_REQUESTS);
      amounts[kind] = Math.max(need[kind], Math.min(Math.max(generous, many), Math.floor(least / 2)));
      distance = Math.min(distance, least / amounts[kind]);
    }
    return { lease: this.#write(accounts, amounts, distance, nowMs) };
  }

  /** Takes back what is not needed. Of a lease that has been swept only what was counted in a minute is left to return. */
  giveBack({ id, account, minute, unused }: LeaseReturn): void {
    this.#shrink(id, unused.nanoUsd, unused.slots);
    for (const name of [account, TEAM_ACCOUNT]) this.#count(name, minute, -unused.requests, -unused.tokens);
  }

  /** A request that runs long holds its part in a row of its own, which lives as long as the request says so. */
  keep(hold: Hold, generationId: string, nowMs: number): void {
    const { leaseId, account, nanoUsd, slots, minute } = hold;
    if (leaseId !== generationId) this.#shrink(leaseId, nanoUsd, slots);
    const sweepAtMs = nowMs + HELD_MS;
    const row = [generationId, account, nanoUsd, slots, minute, sweepAtMs];
    this.#sql.exec("insert or replace into lease values (?, ?, ?, ?, ?, ?)", ...row);
  }

  /** A request has ended: what it held is free again; what it really used is booked by the caller. */
  release(hold: Hold, usedTokens: number): void {
    this.#shrink(hold.leaseId, hold.nanoUsd, hold.slots);
    const difference = usedTokens - hold.tokens;
    for (const account of [hold.account, TEAM_ACCOUNT]) this.#count(account, hold.minute, 0, difference);
  }

  /** Frees what nobody has come back for. Gives when the next row is due; undefined when there is none. */
  sweep(nowMs: number): number | undefined {
    this.#sql.exec("delete from lease where sweep_at_ms <= ?", nowMs);
    this.#sql.exec("delete from minute where minute < ?", minuteOf(nowMs) - 2);
    const row = this.#sql.exec<{ due: number | null }>("select min(sweep_at_ms) as due from lease").one();
    return row.due ?? undefined;
  }

  /** What is lent now, to a key or to all of the team. */
  lent(account: string): { nanoUsd: number; slots: number } {
    const sums = "select coalesce(sum(nano_usd), 0) as nanoUsd, coalesce(sum(slots), 0) as slots from lease";
    const rows =
      account === TEAM_ACCOUNT
        ? this.#sql.exec<{ nanoUsd: number; slots: number }>(sums)
        : this.#sql.exec<{ nanoUsd: number; slots: number }>(`${sums} where account = ?`, account);
    return rows.one();
  }

  /** What an account has spent in the current period of its budget. Keys are accounts; the team's row is their sum. */
  spent({ account, period, includesByok }: AccountLimits, nowMs: number): number {
    const cost = includesByok ? "nano_usd + byok_nano_usd" : "nano_usd";
    const fromDay = period === "total" ? 0 : dayOf(startOfPeriod(period, nowMs));
    const rows = this.#sql.exec<{ nanoUsd: number }>(
      `select coalesce(sum(${cost}), 0) as nanoUsd from spend where key_hash = ? and day >= ?`,
      account,
      fromDay,
    );
    return rows.one().nanoUsd;
  }

  #freeOf(limits: AccountLimits, nowMs: number): Partial<Record<Kind, Room>> {
    const free: Partial<Record<Kind, Room>> = {};
    const lent = limits.nanoUsd !== null || limits.slots !== null ? this.lent(limits.account) : NOTHING;
    if (limits.nanoUsd !== null) {
      const used = this.spent(limits, nowMs);
      free.nanoUsd = { limit: limits.nanoUsd, free: limits.nanoUsd - used - lent.nanoUsd, held: lent.nanoUsd };
    }
    if (limits.slots !== null) free.slots = { limit: limits.slots, free: limits.slots - lent.slots, held: lent.slots };
    if (limits.requests === null && limits.tokens === null) return free;
    const used = this.#usedInMinute(limits.account, minuteOf(nowMs));
    if (limits.requests !== null)
      free.requests = { limit: limits.requests, free: limits.requests - used.requests, held: 0 };
    if (limits.tokens !== null) free.tokens = { limit: limits.tokens, free: limits.tokens - used.tokens, held: 0 };
    return free;
  }

  #refuse(account: AccountLimits, kind: Kind, room: Room, needed: number, nowMs: number): Refusal {
    const resetsAtMs =
      kind === "nanoUsd"
        ? account.period === "total"
          ? null
          : endOfPeriod(account.period, nowMs)
        : kind === "slots"
          ? null
          : (minuteOf(nowMs) + 1) * MINUTE_MS;
    const { limit, free, held } = room;
    return {
      account: account.account,
      kind,
      limit,
      left: Math.max(0, free),
      resetsAtMs,
      isHeld: free + held >= needed,
    };
  }

  #write(accounts: AccountLimits[], amounts: Amounts, distance: number, nowMs: number): Lease {
    const account = accounts.find(({ account: name }) => name !== TEAM_ACCOUNT)?.account ?? TEAM_ACCOUNT;
    const minute = minuteOf(nowMs);
    const isByMinute = amounts.requests > 0 || amounts.tokens > 0;
    const isFar = distance >= FAR;
    const usableMs = isFar ? FAR_USABLE_MS : NEAR_USABLE_MS;
    const usableUntilMs = Math.min(nowMs + usableMs, isByMinute ? (minute + 1) * MINUTE_MS : Infinity);
    const id = crypto.randomUUID();
    const row = [id, account, amounts.nanoUsd, amounts.slots, minute, usableUntilMs + RUNNING_MS];
    this.#sql.exec("insert into lease values (?, ?, ?, ?, ?, ?)", ...row);
    for (const name of [account, TEAM_ACCOUNT]) this.#count(name, minute, amounts.requests, amounts.tokens);
    const idleMs = distance >= VERY_FAR ? FAR_USABLE_MS : isFar ? FAR_IDLE_MS : 0;
    return { id, account, minute, amounts, usableUntilMs, isFar, idleMs };
  }

  #shrink(id: string, nanoUsd: number, slots: number): void {
    this.#sql.exec(
      "update lease set nano_usd = max(0, nano_usd - ?), slots = max(0, slots - ?) where id = ?",
      nanoUsd,
      slots,
      id,
    );
    this.#sql.exec("delete from lease where id = ? and nano_usd = 0 and slots = 0", id);
  }

  #count(account: string, minute: number, requests: number, tokens: number): void {
    if (requests === 0 && tokens === 0) return;
    this.#sql.exec(
      `insert into minute values (?, ?, max(0, ?), max(0, ?)) on conflict do update
         set requests = max(0, requests + ?3), tokens = max(0, tokens + ?4)`,
      account,
      minute,
      requests,
      tokens,
    );
  }

  #usedInMinute(account: string, minute: number): { requests: number; tokens: number } {
    const query = "select requests, tokens from minute where account = ? and minute = ?";
    const rows = this.#sql.exec<{ requests: number; tokens: number }>(query, account, minute).toArray();
    return rows[0] ?? { requests: 0, tokens: 0 };
  }
}

interface Room {
  limit: number;
  free: number;
  /** Lent, and so perhaps free again soon. */
  held: number;
}

export function minuteOf(timeMs: number): number {
  return Math.floor(timeMs / MINUTE_MS);
}
