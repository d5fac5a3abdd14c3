import { TEAM_ACCOUNT } from "./amounts.ts";
import { DAY_MS, dayOf, type KeySpend, startOfMonth, startOfWeek } from "./periods.ts";

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

/** SQL: what the records of a JSON array change, those that are booked already left out. */
const CHANGES = `select account.value as account, (record.value ->> 'createdAtMs') / ${DAY_MS} as day,
    sum(iif(record.value ->> 'isByok', 0, coalesce(record.value ->> 'costNanoUsd', 0))) as nanoUsd,
    sum(coalesce(record.value ->> iif(record.value ->> 'isByok', 'costNanoUsd', 'byokNanoUsd'), 0)) as byokNanoUsd,
    count(*) as requests
  from (select value, min(key) from json_each(?) group by value ->> 'id') as record,
    json_each(json_array(coalesce(record.value ->> 'account', record.value ->> 'keyHash'), '${TEAM_ACCOUNT}')) as account
  where not exists (select 1 from generation where id = record.value ->> 'id')
  group by 1, 2`;

const ADD_TO_ROW = `on conflict do update set nano_usd = nano_usd + excluded.nano_usd,
  byok_nano_usd = byok_nano_usd + excluded.byok_nano_usd, requests = requests + excluded.requests`;

/** SQL: a `SpendRow`. */
export const SPEND_COLUMNS = "key_hash as account, day, nano_usd as nanoUsd, byok_nano_usd as byokNanoUsd, requests";

/** Adds what records have cost; to be called before they are booked themselves. */
export function bookSpend(sql: SqlStorage, recordsJson: string): void {
  sql.exec(`insert into spend ${CHANGES} ${ADD_TO_ROW}`, recordsJson);
}

/** What booking records will add. */
export function spendOf(sql: SqlStorage, recordsJson: string): SpendRow[] {
  return sql.exec<Row>(CHANGES, recordsJson).toArray();
}

/** Adds what has been added up elsewhere. */
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
