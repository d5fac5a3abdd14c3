import { DAY_MS, dayOf } from "./periods.ts";
import { forgetUsers } from "./reports.ts";

/** How long what is kept is kept, in days. Sums of money, requests and tokens are kept for ever. */
export interface Retention {
  generationDays: number;
  /** Of prompts and answers, where they are kept at all. */
  contentDays: number;
}

export const DEFAULT_RETENTION: Readonly<Retention> = { generationDays: 90, contentDays: 30 };

/** Rows that one step deletes: some milliseconds, in which the ledger does nothing else. */
const BATCH = 1_000;
/** The time in an id and that of its record may differ by this much. */
const SLACK_MS = 60_000;

/**
 * | table | key | holds |
 * | --- | --- | --- |
 * | `setting` | name | `generationDays`, `contentDays`; `heldFromDay`: the first day of which every record is still there;
 *   `shards`: over how many other objects records are spread |
 */
export function openSettings(sql: SqlStorage): void {
  sql.exec("create table if not exists setting (name text primary key, value integer not null) without rowid");
}

export function readSetting(sql: SqlStorage, name: string): number | undefined {
  return sql.exec<{ value: number }>("select value from setting where name = ?", name).toArray()[0]?.value;
}

export function writeSetting(sql: SqlStorage, name: string, value: number): void {
  sql.exec("insert or replace into setting values (?, ?)", name, value);
}

/** The team's own choice; undefined: as the installation has it. */
export function setRetention(sql: SqlStorage, retention: Partial<Retention>): void {
  for (const name of ["generationDays", "contentDays"] as const) {
    const days = retention[name];
    if (days === undefined) sql.exec("delete from setting where name = ?", name);
    else writeSetting(sql, name, days);
  }
}

const MAX_DAYS = 3_650;

/** What the variable `RETENTION_DAYS` asks for: how long records are kept, and contents where it is shorter. */
export function installationRetention(text: string | undefined): Partial<Retention> {
  const days = Number(text);
  if (text === undefined || !Number.isInteger(days) || days < 1 || days > MAX_DAYS) return {};
  return { generationDays: days, contentDays: Math.min(days, DEFAULT_RETENTION.contentDays) };
}

/** What holds for this team: its own choice, or the installation's. */
export function readRetention(sql: SqlStorage, installation: Partial<Retention> = {}): Retention {
  const chosen = (name: keyof Retention) => readSetting(sql, name) ?? installation[name] ?? DEFAULT_RETENTION[name];
  return { generationDays: chosen("generationDays"), contentDays: chosen("contentDays") };
}

/** The first day of which every record is there. */
export function heldFromDay(sql: SqlStorage): number {
  return readSetting(sql, "heldFromDay") ?? 0;
}

/**
 * One step of deleting what is too old: whole days, some rows at a time. Gives whether there is more to do. What is not
 * whole any more is noted before anything is deleted.
 */
export function deleteExpired(sql: SqlStorage, nowMs: number, { generationDays, contentDays }: Retention): boolean {
  const today = dayOf(nowMs);
  const firstDay = today - generationDays;
  if (firstDay > heldFromDay(sql)) writeSetting(sql, "heldFromDay", firstDay);
  sql.exec("delete from replay where expires_at_ms <= ?", nowMs);
  const deleted = [
    deleteBefore(sql, "generation", firstDay * DAY_MS),
    deleteBefore(sql, "content", (today - contentDays) * DAY_MS),
  ];
  return deleted.includes(BATCH) || forgetNextDay(sql, firstDay);
}

/** Ids begin with their time, so the oldest rows are the first ones. */
function deleteBefore(sql: SqlStorage, table: "generation" | "content", timeMs: number): number {
  return sql
    .exec(
      `delete from ${table} where id in
       (select id from ${table} where id < ? and created_at_ms < ? order by id limit ${BATCH}) returning id`,
      idAt(timeMs + SLACK_MS),
      timeMs,
    )
    .toArray().length;
}

/** The names of users go with the records. Gives whether there is another day. */
function forgetNextDay(sql: SqlStorage, beforeDay: number): boolean {
  const from = readSetting(sql, "usersFromDay") ?? 0;
  const query = "select min(day) as day from activity where day >= ? and day < ?";
  const { day } = sql.exec<{ day: number | null }>(query, from, beforeDay).one();
  if (day === null) return false;
  forgetUsers(sql, day);
  writeSetting(sql, "usersFromDay", day + 1);
  return true;
}

/** What the id of a generation of this time begins with: ids before it are older. */
export function idAt(timeMs: number): string {
  return `gen-${String(Math.max(0, Math.floor(timeMs / 1000))).padStart(10, "0")}`;
}

/** Ids of all generations of a day lie between these; a few of its neighbours too. */
export function idsOfDays(fromDay: number, toDay: number): [fromId: string, toId: string] {
  return [idAt(fromDay * DAY_MS - SLACK_MS), idAt((toDay + 1) * DAY_MS + SLACK_MS)];
}
