import { idAt } from "./retention.ts";

/** A page of records, oldest first. */
export interface GenerationQuery {
  /** Begin included, end not. */
  fromMs: number;
  toMs: number;
  /** Begin behind this id; absent: with the oldest. */
  afterId?: string | undefined;
  /** Accounts of keys; absent: all. */
  accounts?: string[] | undefined;
  limit: number;
}

export interface GenerationPage {
  /** Records as JSON, without their plans. */
  records: string[];
  /** Where the next page begins; null at the end. A page may be empty and not the last one. */
  nextAfterId: string | null;
}

/** Records that a page looks at, whether they are asked for or not. */
const MAX_SCANNED = 5_000;
/** Characters that a page may have before it ends. */
const MAX_CHARS = 2_000_000;
/** The time in an id and that of its record may differ by this much. */
const SLACK_MS = 60_000;

/** Ids begin with their time, so they are the index. */
export function queryGenerations(sql: SqlStorage, query: GenerationQuery): GenerationPage {
  const { fromMs, toMs, accounts, limit } = query;
  const firstId = idAt(fromMs - SLACK_MS);
  const afterId = query.afterId !== undefined && query.afterId > firstId ? query.afterId : firstId;
  const scanned = "select * from generation where id > ?1 and id < ?2 order by id limit ?3";
  const bound = [afterId, idAt(toMs + SLACK_MS), MAX_SCANNED];
  const ofAccounts = accounts
    ? "and coalesce(record ->> 'account', key_hash) in (select value from json_each(?7))"
    : "";
  const rows = sql.exec<{ id: string; record: string }>(
    `select id, json_remove(record, '$.plan') as record from (${scanned})
     where created_at_ms >= ?4 and created_at_ms < ?5 ${ofAccounts} order by id limit ?6`,
    ...[...bound, fromMs, toMs, limit, ...(accounts ? [JSON.stringify(accounts)] : [])],
  );
  const records: string[] = [];
  let chars = 0;
  for (const { id, record } of rows) {
    records.push(record);
    chars += record.length;
    if (records.length === limit || chars > MAX_CHARS) return { records, nextAfterId: id };
  }
  const end = sql.exec<{ count: number; last: string | null }>(
    `select count(*) as count, max(id) as last from (${scanned})`,
    ...bound,
  );
  const { count, last } = end.one();
  return { records, nextAfterId: count === MAX_SCANNED ? last : null };
}
