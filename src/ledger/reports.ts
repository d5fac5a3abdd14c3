import { DAY_MS } from "./periods.ts";

/** What was used, of one kind or in all: nano-dollars, requests and tokens. */
export interface Usage {
  requests: number;
  nanoUsd: number;
  /** Paid to providers with the team's own keys. */
  byokNanoUsd: number;
  promptTokens: number;
  completionTokens: number;
  reasoningTokens: number;
}

/** What activity is told apart by; `endpoint` is a tag, `user` what requests call themselves the user of. */
export type Dimension = "day" | "key" | "model" | "endpoint" | "provider" | "user";

/** A row of a report: the dimensions that were asked for, and what was used. */
export type UsageRow = Usage & { day?: number } & Partial<Record<Exclude<Dimension, "day">, string>>;

export interface UsageQuery {
  groupBy: Dimension[];
  /** UTC days from 1970, both included. */
  fromDay: number;
  toDay: number;
  /** Accounts of keys; absent: all. */
  accounts?: string[] | undefined;
  /** At most so many rows, those that cost most. */
  limit: number;
}

/** Of a name in the books; longer ones are cut. */
const MAX_NAME = 256;

const COLUMNS: Record<Dimension, string> = {
  day: "day",
  key: "account",
  model: "model",
  endpoint: "endpoint",
  provider: "provider",
  user: "end_user",
};

/**
 * What was used, added up by day, so that no report has to go through the records:
 *
 * | table | key | holds |
 * | --- | --- | --- |
 * | `activity` | UTC day, account, model, endpoint, provider, user | sums of money, requests and tokens |
 *
 * A table that is new is filled from the records that are there already.
 */
export function openActivity(storage: DurableObjectStorage): void {
  const { sql } = storage;
  if (sql.exec("select 1 from sqlite_master where name = 'activity'").toArray().length > 0) return;
  storage.transactionSync(() => {
    sql.exec(`create table activity (
      day integer not null, account text not null, model text not null, endpoint text not null, provider text not null,
      end_user text not null, requests integer not null, nano_usd integer not null, byok_nano_usd integer not null,
      prompt_tokens integer not null, completion_tokens integer not null, reasoning_tokens integer not null,
      primary key (day, account, model, endpoint, provider, end_user)
    ) without rowid`);
    sql.exec(addUp("select record as value from generation"));
  });
}

/** Adds records to the activity, except those that are booked already. To be called before they are. */
export function bookActivity(sql: SqlStorage, recordsJson: string): void {
  const isNew = "not exists (select 1 from generation where id = value ->> 'id')";
  sql.exec(addUp(`select value, min(key) from json_each(?) where ${isNew} group by value ->> 'id'`), recordsJson);
}

/** SQL: the sums of money and tokens over records in the column `value`. */
export const SUMS = `count(*),
  sum(iif(value ->> 'isByok', 0, coalesce(value ->> 'costNanoUsd', 0))),
  sum(coalesce(value ->> iif(value ->> 'isByok', 'costNanoUsd', 'byokNanoUsd'), 0)),
  sum(coalesce(value ->> '$.usage.promptTokens', 0)),
  sum(coalesce(value ->> '$.usage.completionTokens', 0)),
  sum(coalesce(value ->> '$.usage.reasoning', 0))`;

/** SQL: the account that paid for the record in the column `value`. */
export const ACCOUNT = "coalesce(value ->> 'account', value ->> 'keyHash')";

const ADD_TO_ROW = `on conflict do update set requests = requests + excluded.requests,
  nano_usd = nano_usd + excluded.nano_usd, byok_nano_usd = byok_nano_usd + excluded.byok_nano_usd,
  prompt_tokens = prompt_tokens + excluded.prompt_tokens,
  completion_tokens = completion_tokens + excluded.completion_tokens,
  reasoning_tokens = reasoning_tokens + excluded.reasoning_tokens`;

/** The attempt that answered; of a request that nobody answered the last one. */
const lastAttempt = (field: string) =>
  `(select attempt.value ->> '${field}' from json_each(records.value, '$.attempts') as attempt
     order by attempt.value ->> 'failure' is null desc, attempt.key desc limit 1)`;

function addUp(records: string): string {
  return `insert into activity
    select (value ->> 'createdAtMs') / ${DAY_MS}, ${ACCOUNT}, substr(value ->> 'modelId', 1, ${MAX_NAME}),
      coalesce(${lastAttempt("tag")}, ''), coalesce(value ->> 'providerName', ${lastAttempt("providerName")}, ''),
      substr(coalesce(value ->> '$.client.user', ''), 1, ${MAX_NAME}), ${SUMS}
    from (${records}) as records
    group by 1, 2, 3, 4, 5, 6
    ${ADD_TO_ROW}`;
}

const TOTALS = `coalesce(sum(requests), 0) as requests, coalesce(sum(nano_usd), 0) as nanoUsd,
  coalesce(sum(byok_nano_usd), 0) as byokNanoUsd, coalesce(sum(prompt_tokens), 0) as promptTokens,
  coalesce(sum(completion_tokens), 0) as completionTokens, coalesce(sum(reasoning_tokens), 0) as reasoningTokens`;

/** What was used in some days, by whatever is asked; without a dimension one row of all. */
export function queryUsage(sql: SqlStorage, { groupBy, fromDay, toDay, accounts, limit }: UsageQuery): UsageRow[] {
  const columns = groupBy.map((dimension) => `${COLUMNS[dimension]} as "${dimension}", `).join("");
  const groups = groupBy.length > 0 ? `group by ${groupBy.map((dimension) => COLUMNS[dimension]).join(", ")}` : "";
  const ofAccounts = accounts ? "and account in (select value from json_each(?4))" : "";
  const bound = [fromDay, toDay, limit, ...(accounts ? [JSON.stringify(accounts)] : [])];
  const query = `select ${columns}${TOTALS} from activity
    where day between ?1 and ?2 ${ofAccounts} ${groups} order by sum(nano_usd + byok_nano_usd) desc limit ?3`;
  const cursor = sql.exec<Record<string, SqlStorageValue>>(query, ...bound);
  return cursor.toArray() as unknown as UsageRow[];
}

/**
 * Forgets who the users of a day were, whose requests are gone: their sums stay, without a name. Names come from
 * clients, so there may be as many as there are requests.
 */
export function forgetUsers(sql: SqlStorage, day: number): void {
  sql.exec(
    `insert into activity
       select day, account, model, endpoint, provider, '', sum(requests), sum(nano_usd), sum(byok_nano_usd),
         sum(prompt_tokens), sum(completion_tokens), sum(reasoning_tokens)
       from activity where day = ? and end_user <> '' group by 1, 2, 3, 4, 5
     ${ADD_TO_ROW}`,
    day,
  );
  sql.exec("delete from activity where day = ? and end_user <> ''", day);
}
