import type { GenerationRecord } from "../schema/generation.ts";
import { dayOf } from "./periods.ts";
import { accountOf, costsOf } from "./records.ts";

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

/** Records that a new table is filled with at a time. */
const PAGE = 500;

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
    for (let afterId = ""; ; ) {
      const page = "select id, record from generation where id > ? order by id limit ?";
      const rows = sql.exec<{ id: string; record: string }>(page, afterId, PAGE).toArray();
      bookActivity(
        sql,
        rows.map(({ record }) => JSON.parse(record)),
      );
      if (rows.length < PAGE) return;
      afterId = rows.at(-1)?.id ?? "";
    }
  });
}

/** Adds records to the activity. */
export function bookActivity(sql: SqlStorage, records: GenerationRecord[]): void {
  const sums = new Map<string, { names: (string | number)[]; usage: Usage }>();
  for (const record of records) {
    const names = namesOf(record);
    const id = JSON.stringify(names);
    const { usage } = sums.get(id) ?? { usage: NOTHING };
    sums.set(id, { names, usage: plus(usage, record) });
  }
  for (const { names, usage } of sums.values()) {
    const { requests, nanoUsd, byokNanoUsd, promptTokens, completionTokens, reasoningTokens } = usage;
    const row = [...names, requests, nanoUsd, byokNanoUsd, promptTokens, completionTokens, reasoningTokens];
    sql.exec(`insert into activity values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ${ADD_TO_ROW}`, ...row);
  }
}

const NOTHING: Usage = {
  requests: 0,
  nanoUsd: 0,
  byokNanoUsd: 0,
  promptTokens: 0,
  completionTokens: 0,
  reasoningTokens: 0,
};

function plus(sum: Usage, record: GenerationRecord): Usage {
  const { nanoUsd, byokNanoUsd } = costsOf(record);
  const { promptTokens = 0, completionTokens = 0, reasoning = 0 } = record.usage;
  return {
    requests: sum.requests + 1,
    nanoUsd: sum.nanoUsd + nanoUsd,
    byokNanoUsd: sum.byokNanoUsd + byokNanoUsd,
    promptTokens: sum.promptTokens + promptTokens,
    completionTokens: sum.completionTokens + completionTokens,
    reasoningTokens: sum.reasoningTokens + (reasoning ?? 0),
  };
}

/** Day, account, model, endpoint, provider and user. Of a request that nobody answered it is the last attempt's. */
function namesOf(record: GenerationRecord): (string | number)[] {
  const { createdAtMs, modelId, attempts, providerName, client } = record;
  const last = attempts.findLast(({ failure }) => failure === undefined) ?? attempts.at(-1);
  const [tag, provider] = [last?.tag ?? "", providerName ?? last?.providerName ?? ""];
  const user = client.user ?? "";
  return [dayOf(createdAtMs), accountOf(record), modelId.slice(0, MAX_NAME), tag, provider, user.slice(0, MAX_NAME)];
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
