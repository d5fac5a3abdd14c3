import type { CostCertainty } from "../schema/usage.ts";
import { DAY_MS, dayOf } from "./periods.ts";
import { dateOf } from "./reconcile.ts";
import { heldFromDay, idsOfDays } from "./retention.ts";

/** What an upstream says that a generation has cost; `unknown`: it knows no such generation, or no cost of it. */
export type Charge = { nanoUsd: number } | "unknown" | "error";

/** Asks upstreams what they have charged. */
export interface Invoices {
  /** Slugs of the providers that can be asked, with the operator's keys. */
  providers(): Promise<string[]>;
  /** Never rejects. */
  chargeOf(provider: string, upstreamId: string): Promise<Charge>;
}

/** A generation that was booked with another cost than its upstream has charged. */
export interface ChargeDifference {
  /** UTC day from 1970. */
  day: number;
  /** Id of the generation. */
  id: string;
  provider: string;
  certainty: CostCertainty;
  bookedNanoUsd: number;
  chargedNanoUsd: number;
}

/** How the comparison of a day's generations with what their upstreams have charged went. */
export interface ChargedDay {
  day: number;
  checkedAtMs: number;
  /** Generations that can be compared. */
  eligible: number;
  /** With what their own answers have told, or with what their upstreams say when they are asked. */
  compared: number;
  /** Of those that were asked for. */
  unknown: number;
  errors: number;
  /** Of those that were compared. */
  bookedNanoUsd: number;
  chargedNanoUsd: number;
  differences: ChargeDifference[];
}

/** A generation that may be asked for. */
interface Booked {
  id: string;
  provider: string;
  upstreamId: string;
  bookedNanoUsd: number;
  certainty: CostCertainty;
  /** What the answer itself has said that it costs. */
  toldNanoUsd: number | null;
}

/** Generations of a day that one object asks for in a night. */
export const DEFAULT_CHECKS = 100;
const MAX_CHECKS = 10_000;
/** Records that are looked at in one go: some milliseconds, in which the ledger does nothing else. */
const BATCH = 1_000;
const PAUSE_MS = 20;
/** Questions that are under way at the same time. */
const AT_ONCE = 2;
/** An upstream that fails so often without an answer between is not asked any more this night. */
const MAX_ERRORS_IN_A_ROW = 5;
/** Of one day; more would say no more. */
const MAX_DIFFERENCES = 100;
/** Whether a night's work is done is looked at this often. */
const WATCH_MS = 60_000;
/** What upstreams round away is no difference. */
const ROUNDED_NANO_USD = 10;
const ROUNDED_SHARE = 0.005;

/** What the variable `UPSTREAM_COST_CHECKS` asks for; 0: nobody is asked. */
export function checksOf(text: string | undefined): number {
  const checks = Number(text);
  const isValid = text !== undefined && text.trim() !== "" && Number.isInteger(checks) && checks >= 0;
  return isValid ? Math.min(checks, MAX_CHECKS) : DEFAULT_CHECKS;
}

/**
 * Compares what was booked with what upstreams say that they have charged, each night for the day before: generations
 * that one attempt at such an upstream has answered with the operator's key. Those whose answers have told their costs
 * are all compared, for a sample of the others the upstream is asked. Those on a team's own key are the team's business,
 * and what several attempts have cost together no upstream can tell.
 *
 * | table | key | holds |
 * | --- | --- | --- |
 * | `charged` | UTC day | a `ChargedDay` as JSON |
 */
export class Charges {
  readonly #sql: SqlStorage;
  readonly #invoices: Invoices | undefined;
  readonly #checks: number;
  #working: Promise<void> | undefined;
  /** A day that nobody can be asked about. */
  #skipped: number | undefined;

  constructor(sql: SqlStorage, invoices: Invoices | undefined, checks: number) {
    this.#sql = sql;
    this.#invoices = invoices;
    this.#checks = checks;
    sql.exec("create table if not exists charged (day integer primary key, result text not null)");
  }

  /** The alarm's. Begins the night's work, and looks after it until it is done: an object may die in between. */
  watch(nowMs: number): number | undefined {
    const day = dayOf(nowMs) - 1;
    if (!this.#invoices || this.#checks === 0 || this.#skipped === day || this.#isCompared(day)) return undefined;
    this.#working ??= this.#compare(this.#invoices, day, nowMs)
      .catch((error) => console.error("ledger: costs cannot be compared with an upstream's", String(error)))
      .finally(() => {
        this.#working = undefined;
      });
    return nowMs + WATCH_MS;
  }

  /** What `watch` has begun. Never rejects. */
  async working(): Promise<void> {
    await this.#working;
  }

  /** Every day that was compared and is still held, oldest first. */
  days(): ChargedDay[] {
    const rows = this.#sql.exec<{ result: string }>("select result from charged order by day").toArray();
    return rows.map(({ result }) => JSON.parse(result) as ChargedDay);
  }

  #isCompared(day: number): boolean {
    return this.#sql.exec("select 1 from charged where day = ?", day).toArray().length > 0;
  }

  async #compare(invoices: Invoices, day: number, nowMs: number): Promise<void> {
    const providers = await invoices.providers();
    const result: ChargedDay = {
      ...{ day, checkedAtMs: nowMs, eligible: 0, compared: 0, unknown: 0, errors: 0 },
      ...{ bookedNanoUsd: 0, chargedNanoUsd: 0, differences: [] },
    };
    const sample = providers.length > 0 ? await this.#choose(providers, result) : [];
    if (result.eligible === 0) {
      this.#skipped = day;
      return;
    }
    await ask(invoices, sample, result);
    if (result.differences.length > 0) {
      const told = JSON.stringify(result.differences.slice(0, 3));
      console.error(`ledger: upstreams have charged otherwise on ${dateOf(day)}`, result.differences.length, told);
    }
    this.#sql.exec("delete from charged where day < ?", heldFromDay(this.#sql));
    this.#sql.exec("insert or replace into charged values (?, ?)", day, JSON.stringify(result));
  }

  /** Counts those that have told their costs; of the others some, each as likely as any other: ids end in chance. */
  async #choose(providers: string[], result: ChargedDay): Promise<Booked[]> {
    const [firstId, endId] = idsOfDays(result.day, result.day);
    let sample: Booked[] = [];
    for (let afterId: string | undefined = firstId; afterId !== undefined; await pause()) {
      const found = this.#eligible(result.day, providers, [afterId, endId]);
      result.eligible += found.length;
      for (const one of found) if (one.toldNanoUsd !== null) count(result, one, { nanoUsd: one.toldNanoUsd });
      const others = found.filter(({ toldNanoUsd }) => toldNanoUsd === null);
      sample = [...sample, ...others].sort((a, b) => (chanceOf(a) < chanceOf(b) ? -1 : 1)).slice(0, this.#checks);
      afterId = this.#lastOf([afterId, endId]);
    }
    return sample;
  }

  #eligible(day: number, providers: string[], range: [afterId: string, endId: string]): Booked[] {
    const tag = "record ->> '$.attempts[0].tag'";
    return this.#sql
      .exec<Booked & Record<string, SqlStorageValue>>(
        `select id, substr(${tag}, 1, instr(${tag} || '/', '/') - 1) as provider, record ->> 'upstreamId' as upstreamId,
           record ->> 'costNanoUsd' as bookedNanoUsd, record ->> 'certainty' as certainty,
           record ->> '$.usage.reportedCostNanoUsd' as toldNanoUsd
         from (select * from generation where id > ?1 and id < ?2 order by id limit ${BATCH})
         where created_at_ms / ${DAY_MS} = ?3 and json_array_length(record, '$.attempts') = 1
           and record ->> 'upstreamId' <> '' and record ->> 'costNanoUsd' is not null
           and not (record ->> 'isByok') and record ->> 'byokNanoUsd' is null
           and provider in (select value from json_each(?4))`,
        ...[...range, day, JSON.stringify(providers)],
      )
      .toArray();
  }

  /** Where the next batch begins; undefined behind the last one. */
  #lastOf(range: [afterId: string, endId: string]): string | undefined {
    const query = `select count(*) as count, max(id) as last from
      (select id from generation where id > ? and id < ? order by id limit ${BATCH})`;
    const { count, last } = this.#sql.exec<{ count: number; last: string | null }>(query, ...range).one();
    return count === BATCH && last !== null ? last : undefined;
  }
}

async function ask(invoices: Invoices, sample: Booked[], result: ChargedDay): Promise<void> {
  const left = [...sample];
  const failures = new Map<string, number>();
  const askOn = async () => {
    for (let one = left.shift(); one; one = left.shift()) {
      const failed = () => failures.get(one.provider) ?? 0;
      if (failed() >= MAX_ERRORS_IN_A_ROW) continue;
      const charge = await invoices.chargeOf(one.provider, one.upstreamId);
      failures.set(one.provider, charge === "error" ? failed() + 1 : 0);
      count(result, one, charge);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, askOn));
}

function count(result: ChargedDay, { id, provider, certainty, bookedNanoUsd }: Booked, charge: Charge): void {
  if (charge === "unknown") result.unknown++;
  else if (charge === "error") result.errors++;
  else {
    const chargedNanoUsd = charge.nanoUsd;
    result.compared++;
    result.bookedNanoUsd += bookedNanoUsd;
    result.chargedNanoUsd += chargedNanoUsd;
    const { day, differences } = result;
    if (differences.length < MAX_DIFFERENCES && isOtherwise(bookedNanoUsd, chargedNanoUsd, certainty))
      differences.push({ day, id, provider, certainty, bookedNanoUsd, chargedNanoUsd });
  }
}

/** What was booked as the least that it costs may cost more. */
function isOtherwise(booked: number, charged: number, certainty: CostCertainty): boolean {
  if (certainty === "at_least" && charged >= booked) return false;
  return Math.abs(booked - charged) > Math.max(ROUNDED_NANO_USD, Math.max(booked, charged) * ROUNDED_SHARE);
}

function chanceOf({ id }: Booked): string {
  return id.slice(-20);
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
}
