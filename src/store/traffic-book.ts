import type { Gate, GateState, Shut } from "../schema/traffic.ts";

/** Limits hold for any stretch of this length. */
export const WINDOW_MS = 60_000;
/** Use is kept together by the second. */
const BUCKET_MS = 1_000;
/** What a request holds is free again when nothing was heard of it for so long. */
export const HELD_MS = 60_000;
/** A limit that requests under way have reached may be free again at any moment. */
const ASK_AGAIN_MS = 1_000;

/** A target's limits in any 60 seconds. */
export type TargetLimits = Pick<Gate, "target"> & Partial<Pick<Gate, "rpm" | "tpm">>;

/** What a request may use of a target, at most. */
export interface Need {
  /** Calls that it makes of it. */
  requests: number;
  tokens: number;
}

/** A request that was let through and then not sent. */
export interface Departure {
  requests: number;
  enteredAtMs: number;
}

/** What became of a request at the gate. */
export interface Entry {
  /** The target to which it was let through; null: to none. */
  entered: string | null;
  /** How all targets that were asked about stood before. */
  states: Record<string, GateState>;
}

type Kind = "rpm" | "tpm";

/** Use within one second, counted until the last of it is a whole window old. */
interface Bucket {
  amount: number;
  leavesAtMs: number;
}

/**
 * What one router's members, or one alias, have been sent, in the SQLite database of the object that keeps it.
 *
 * | table | key | holds |
 * | --- | --- | --- |
 * | `use` | target, kind, second | requests, or tokens that were used, and when the last of them were |
 * | `hold` | request, target | tokens that a request may still use, until when nothing heard of it frees them |
 * | `cooling` | target | until when it is passed over |
 *
 * A bucket counts whole until its last entry has left the window: so no stretch of 60 seconds ever holds more than the
 * limit, and what is counted is up to a second too much.
 */
export class TrafficBook {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(`
      create table if not exists use (
        target text not null, kind text not null, second integer not null, amount integer not null,
        last_ms integer not null, primary key (target, kind, second)
      ) without rowid;
      create table if not exists hold (
        request text not null, target text not null, tokens integer not null, until_ms integer not null,
        primary key (request, target)
      ) without rowid;
      create table if not exists cooling (target text primary key, until_ms integer not null) without rowid;
    `);
  }

  /** Lets a request through to the first of the targets that is open to it, and counts it there. */
  enter(request: string, targets: TargetLimits[], need: Need, nowMs: number): Entry {
    this.#sweep(nowMs);
    const states = this.states(targets, need, nowMs);
    const open = targets.find(({ target }) => states[target]?.shut === undefined);
    if (!open) return { entered: null, states };
    if (open.rpm !== undefined) this.#count(open.target, "rpm", need.requests, nowMs);
    if (open.tpm !== undefined)
      this.#sql.exec(
        "insert or replace into hold values (?, ?, ?, ?)",
        request,
        open.target,
        need.tokens,
        nowMs + HELD_MS,
      );
    return { entered: open.target, states };
  }

  /** How targets stand for a request that may use so much. Counts nothing. */
  states(targets: TargetLimits[], need: Need, nowMs: number): Record<string, GateState> {
    return Object.fromEntries(targets.map((target) => [target.target, this.#state(target, need, nowMs)]));
  }

  /** A request has ended: what it held at a target is free, and what it used there is counted from now on. */
  settle(request: string, used: Record<string, number>, nowMs: number): void {
    for (const [target, tokens] of Object.entries(used)) {
      this.#sql.exec("delete from hold where request = ? and target = ?", request, target);
      if (tokens > 0) this.#count(target, "tpm", tokens, nowMs);
    }
  }

  /** A request that was let through at that moment was never sent. */
  leave(request: string, target: string, { requests, enteredAtMs }: Departure): void {
    const second = Math.floor(enteredAtMs / BUCKET_MS);
    this.#sql.exec("delete from hold where request = ? and target = ?", request, target);
    this.#sql.exec(
      "update use set amount = max(0, amount - ?) where target = ? and kind = 'rpm' and second = ?",
      requests,
      target,
      second,
    );
  }

  /** A request is still under way. */
  keep(request: string, nowMs: number): void {
    this.#sql.exec("update hold set until_ms = ? where request = ?", nowMs + HELD_MS, request);
  }

  /** Passes a target over; a time that was set before and is later stays. */
  cool(target: string, untilMs: number): void {
    this.#sql.exec(
      "insert into cooling values (?1, ?2) on conflict (target) do update set until_ms = max(until_ms, ?2)",
      target,
      untilMs,
    );
  }

  #state(limits: TargetLimits, need: Need, nowMs: number): GateState {
    const { target, rpm, tpm } = limits;
    const [requests, used] = [this.#buckets(target, "rpm", nowMs), this.#buckets(target, "tpm", nowMs)];
    const held = this.#held(target, nowMs);
    const state: GateState = { requests: sumOf(requests), tokens: sumOf(used) + held };
    const shuts = [
      this.#coolingOf(target, nowMs),
      rpm === undefined ? undefined : shutByRequests(rpm, requests, need.requests, nowMs),
      tpm === undefined ? undefined : shutByTokens({ tpm, used, held, need: need.tokens }, nowMs),
    ].filter((shut) => shut !== undefined);
    // What lasts longest decides when it is back; of equals a limit is told.
    const last = shuts.reduce<Shut | undefined>((a, b) => (a && a.untilMs > b.untilMs ? a : b), undefined);
    return last ? { ...state, shut: last } : state;
  }

  #coolingOf(target: string, nowMs: number): Shut | undefined {
    const rows = this.#sql.exec<{ untilMs: number }>(
      "select until_ms as untilMs from cooling where target = ?",
      target,
    );
    const [row] = rows.toArray();
    return row && row.untilMs > nowMs ? { why: "cooling_down", untilMs: row.untilMs } : undefined;
  }

  #buckets(target: string, kind: Kind, nowMs: number): Bucket[] {
    const query =
      "select amount, last_ms + ?3 as leavesAtMs from use where target = ?1 and kind = ?2 and last_ms > ?4 order by second";
    return this.#sql
      .exec<{ amount: number; leavesAtMs: number }>(query, target, kind, WINDOW_MS, nowMs - WINDOW_MS)
      .toArray();
  }

  #held(target: string, nowMs: number): number {
    const query = "select coalesce(sum(tokens), 0) as tokens from hold where target = ? and until_ms > ?";
    return this.#sql.exec<{ tokens: number }>(query, target, nowMs).one().tokens;
  }

  #count(target: string, kind: Kind, amount: number, nowMs: number): void {
    this.#sql.exec(
      `insert into use values (?1, ?2, ?3, ?4, ?5) on conflict (target, kind, second)
         do update set amount = amount + ?4, last_ms = max(last_ms, ?5)`,
      target,
      kind,
      Math.floor(nowMs / BUCKET_MS),
      amount,
      nowMs,
    );
  }

  /** Forgets what counts no more. */
  #sweep(nowMs: number): void {
    this.#sql.exec("delete from use where last_ms <= ?", nowMs - WINDOW_MS);
    this.#sql.exec("delete from hold where until_ms <= ?", nowMs);
    this.#sql.exec("delete from cooling where until_ms <= ?", nowMs);
  }
}

function sumOf(buckets: Bucket[]): number {
  return buckets.reduce((sum, { amount }) => sum + amount, 0);
}

/** What may need more tokens than a limit has goes when any of them are left: it seldom uses what it may. */
function fitsInto(limit: number, need: number): (used: number) => boolean {
  return (used) => (need > limit ? used < limit : used + need <= limit);
}

/** Calls are made for certain: a request of more than a limit has never goes. */
function shutByRequests(rpm: number, buckets: Bucket[], need: number, nowMs: number): Shut | undefined {
  const fits = (used: number) => used + need <= rpm;
  const used = sumOf(buckets);
  if (fits(used)) return undefined;
  const untilMs = leftAt(buckets, fits) ?? nowMs + WINDOW_MS;
  return { why: "rate_limited", untilMs, limit: { kind: "rpm", limit: rpm, remaining: Math.max(0, rpm - used) } };
}

interface TokenRoom {
  tpm: number;
  used: Bucket[];
  held: number;
  need: number;
}

function shutByTokens({ tpm, used, held, need }: TokenRoom, nowMs: number): Shut | undefined {
  const fits = fitsInto(tpm, need);
  const total = sumOf(used) + held;
  if (fits(total)) return undefined;
  const untilMs = leftAt(used, fits) ?? nowMs + ASK_AGAIN_MS;
  const limit = { kind: "tpm" as const, limit: tpm, remaining: Math.max(0, tpm - total) };
  return { why: "rate_limited", untilMs, limit };
}

/** When so much has left the window that the rest is little enough; undefined when it is so now. */
function leftAt(buckets: Bucket[], isEnough: (left: number) => boolean): number | undefined {
  let left = sumOf(buckets);
  if (isEnough(left)) return undefined;
  for (const { amount, leavesAtMs } of buckets) {
    left -= amount;
    if (isEnough(left)) return leavesAtMs;
  }
  return undefined;
}
