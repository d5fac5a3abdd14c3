import type { GenerationRecord } from "../schema/generation.ts";
import { TEAM_ACCOUNT } from "./amounts.ts";
import { dayOf, type KeySpend, startOfMonth, startOfWeek } from "./periods.ts";
import { accountOf, costsOf } from "./records.ts";

/** What an account spent on a day. */
export interface SpendRow {
  account: string;
  /** UTC day from 1970. */
  day: number;
  nanoUsd: number;
  /** Paid to providers with the team's own keys. */
  byokNanoUsd: number;
  requests: number;
}
type Row = SpendRow & Record<string, SqlStorageValue>;

/**
 * | table | key | holds |
 * | --- | --- | --- |
 * | `spend` | a key's account or `team`, UTC day | nano-dollars and requests; periods are sums, so nothing is ever reset |
 */
export function openSpend(sql: SqlStorage): void {
  sql.exec(`create table if not exists spend (
    key_hash text not null, day integer not null, nano_usd integer not null, byok_nano_usd integer not null,
    requests integer not null, primary key (key_hash, day)
  ) without rowid`);
}

const ADD_TO_ROW = `on conflict do update set nano_usd = nano_usd + excluded.nano_usd,
  byok_nano_usd = byok_nano_usd + excluded.byok_nano_usd, requests = requests + excluded.requests`;

/** SQL: a `SpendRow`. */
export const SPEND_COLUMNS = "key_hash as account, day, nano_usd as nanoUsd, byok_nano_usd as byokNanoUsd, requests";

/** What records change in the books, by account and day. */
export function spendOf(records: GenerationRecord[]): SpendRow[] {
  return sumSpend(
    records.flatMap((record) => {
      const row = { day: dayOf(record.createdAtMs), ...costsOf(record), requests: 1 };
      return [accountOf(record), TEAM_ACCOUNT].map((account) => ({ account, ...row }));
    }),
  );
}

/** The rows added up, one for each account and day. */
export function sumSpend(rows: SpendRow[]): SpendRow[] {
  const sums = new Map<string, SpendRow>();
  for (const row of rows) {
    const name = `${row.day} ${row.account}`;
    const sum = sums.get(name) ?? { ...row, nanoUsd: 0, byokNanoUsd: 0, requests: 0 };
    sum.nanoUsd += row.nanoUsd;
    sum.byokNanoUsd += row.byokNanoUsd;
    sum.requests += row.requests;
    sums.set(name, sum);
  }
  return [...sums.values()];
}

/** Adds what has been added up. */
export function addSpend(sql: SqlStorage, rows: SpendRow[]): void {
  for (const { account, day, nanoUsd, byokNanoUsd, requests } of rows) {
    const row = [account, day, nanoUsd, byokNanoUsd, requests];
    sql.exec(`insert into spend values (?, ?, ?, ?, ?) ${ADD_TO_ROW}`, ...row);
  }
}

/** What is booked on a day, by account. */
export function spendOn(sql: SqlStorage, day: number): SpendRow[] {
  return sql.exec<Row>(`select ${SPEND_COLUMNS} from spend where day = ? order by key_hash`, day).toArray();
}

/** What an account has spent, in all and in the current UTC day, week and month. */
export function querySpend(sql: SqlStorage, account: string, nowMs: number): KeySpend {
  const today = dayOf(nowMs);
  return sql
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
      ...[account, today, startOfWeek(today), startOfMonth(nowMs)],
    )
    .one();
}
