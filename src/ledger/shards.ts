import type { HoldRecord } from "../schema/generation.ts";
import { TEAM_ACCOUNT } from "./amounts.ts";
import { Heat, shardsFor } from "./heat.ts";
import type { Leases } from "./leases.ts";
import { openSettings, readSetting, writeSetting } from "./retention.ts";
import { addSpend, SPEND_COLUMNS, type SpendRow, sumSpend } from "./spend.ts";

/** Where the records of a hot team are. */
export interface Places {
  /** Objects beside the team's own one that hold records: `team:<id>:1`, `team:<id>:2` … */
  shards: number;
  /** New records go to them. */
  isHot: boolean;
}

/** What a batch of records changes in the books of its team. Numbered in each shard from 1 on. */
export interface Posting {
  seq: number;
  spend: SpendRow[];
  /** What its requests held; `tokens`: how many more they used than were counted for them. */
  holds: HoldRecord[];
}

/**
 * | table | key | holds |
 * | --- | --- | --- |
 * | `shard` | number | the last posting of it that is booked |
 * | `shard_spend` | shard, account, UTC day | what its postings have added to `spend` |
 */
export function openShards(sql: SqlStorage): void {
  openSettings(sql);
  sql.exec(`
    create table if not exists shard (number integer primary key, last_seq integer not null);
    create table if not exists shard_spend (
      shard integer not null, key_hash text not null, day integer not null, nano_usd integer not null,
      byok_nano_usd integer not null, requests integer not null, primary key (day, shard, key_hash)
    ) without rowid`);
}

/**
 * What a team's own object knows of the objects that hold records for it.
 *
 * A hot team's records and the sums of its reports go to shards, any of them; money, leases and limits stay in the
 * team's own object, so that what is spent is known in one place. A shard books a record together with a numbered
 * posting of what the record changes; postings are booked here in their order, each once, however often they come.
 * What a request held is given back with its posting, so that a limit never sees less than what was spent.
 */
export class Shards {
  readonly #sql: SqlStorage;
  readonly #heat = new Heat();
  #number: number;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    openShards(sql);
    this.#number = readSetting(sql, "shards") ?? 0;
  }

  /** Counts requests that were booked; more shards are there when they come fast. */
  count(requests: number, nowMs: number): void {
    const perSecond = this.#heat.count(requests, nowMs);
    if (perSecond === undefined) return;
    const enough = shardsFor(perSecond, this.#number);
    if (enough === this.#number) return;
    writeSetting(this.#sql, "shards", enough);
    this.#number = enough;
  }

  /** Undefined for a team that was never hot. */
  places(nowMs: number): Places | undefined {
    const shards = this.#number;
    return shards === 0 ? undefined : { shards, isHot: !this.#heat.hasCooled(nowMs) };
  }

  /** Books postings of a shard that are not booked yet. Gives of how many requests they are. */
  book(shard: number, postings: Posting[], leases: Leases): number {
    const lastSeq = this.#lastSeq(shard);
    const fresh = postings.filter(({ seq }) => seq > lastSeq).sort((a, b) => a.seq - b.seq);
    const last = fresh.at(-1);
    if (!last) return 0;
    const rows = sumSpend(fresh.flatMap(({ spend }) => spend));
    addSpend(this.#sql, rows);
    for (const { account, day, nanoUsd, byokNanoUsd, requests } of rows) {
      this.#sql.exec(
        `insert into shard_spend values (?, ?, ?, ?, ?, ?) on conflict do update set nano_usd = nano_usd + excluded.nano_usd,
           byok_nano_usd = byok_nano_usd + excluded.byok_nano_usd, requests = requests + excluded.requests`,
        ...[shard, account, day, nanoUsd, byokNanoUsd, requests],
      );
    }
    for (const hold of fresh.flatMap(({ holds }) => holds)) leases.release({ ...hold, tokens: 0 }, hold.tokens);
    this.#sql.exec("insert or replace into shard values (?, ?)", shard, last.seq);
    return rows.reduce((sum, { account, requests }) => sum + (account === TEAM_ACCOUNT ? requests : 0), 0);
  }

  /** What is booked of a shard on a day, by account. */
  postedOn(shard: number, day: number): SpendRow[] {
    const query = `select ${SPEND_COLUMNS} from shard_spend where day = ? and shard = ? order by key_hash`;
    return this.#sql.exec<SpendRow & Record<string, SqlStorageValue>>(query, day, shard).toArray();
  }

  #lastSeq(shard: number): number {
    const query = "select last_seq as seq from shard where number = ?";
    return this.#sql.exec<{ seq: number }>(query, shard).toArray()[0]?.seq ?? 0;
  }
}
