import type { GenerationRecord, ReplayRecord } from "../schema/generation.ts";

/** A tool takes seconds or minutes; a conversation that rests longer begins its thinking anew. */
const REPLAY_TTL_MS = 3_600_000;

/**
 * | table | key | holds |
 * | --- | --- | --- |
 * | `replay` | a key's account, turn | reasoning that the next turn must bring back; an hour |
 */
export function openReplays(sql: SqlStorage): void {
  sql.exec(`create table if not exists replay (
    key_hash text not null, turn_key text not null, details text not null, expires_at_ms integer not null,
    primary key (key_hash, turn_key)
  ) without rowid`);
}

/** Keeps the reasoning that records bring. */
export function bookReplays(sql: SqlStorage, records: GenerationRecord[], nowMs: number): void {
  for (const { keyHash, account = keyHash, replay } of records) if (replay) remember(sql, account, replay, nowMs);
}

function remember(sql: SqlStorage, account: string, replay: ReplayRecord, nowMs: number): void {
  const details = JSON.stringify(replay.reasoningDetails);
  sql.exec("delete from replay where key_hash = ? and expires_at_ms <= ?", account, nowMs);
  const expiresAtMs = nowMs + REPLAY_TTL_MS;
  sql.exec("insert or replace into replay values (?, ?, ?, ?)", account, replay.turnKey, details, expiresAtMs);
}

/** Reasoning by turn, as JSON; what is unknown or too old is not in it. */
export function recallTurns(
  sql: SqlStorage,
  account: string,
  turnKeys: string[],
  nowMs: number,
): Record<string, string> {
  const found: Record<string, string> = {};
  for (const turnKey of turnKeys) {
    const rows = sql.exec<{ details: string }>(
      "select details from replay where key_hash = ? and turn_key = ? and expires_at_ms > ?",
      ...[account, turnKey, nowMs],
    );
    const row = rows.toArray()[0];
    if (row) found[turnKey] = row.details;
  }
  return found;
}
