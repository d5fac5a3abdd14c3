import type { GenerationRecord } from "../schema/generation.ts";

/** Of records, those that are not booked yet, each once. */
export function unbooked(sql: SqlStorage, records: GenerationRecord[]): GenerationRecord[] {
  const byId = new Map<string, GenerationRecord>();
  for (const record of records) if (!byId.has(record.id)) byId.set(record.id, record);
  const ids = JSON.stringify([...byId.keys()]);
  const booked = "select id from generation where id in (select value from json_each(?))";
  for (const { id } of sql.exec<{ id: string }>(booked, ids)) byId.delete(id);
  return [...byId.values()];
}

/** Books records as they are, without what is kept elsewhere or not at all. */
export function insertRecords(sql: SqlStorage, records: GenerationRecord[]): void {
  for (const { replay: _, hold: __, ...record } of records) {
    const { id, keyHash, createdAtMs } = record;
    sql.exec("insert into generation values (?, ?, ?, ?)", id, keyHash, createdAtMs, JSON.stringify(record));
  }
}

/** The account that a record is booked under. */
export function accountOf({ account, keyHash }: GenerationRecord): string {
  return account ?? keyHash;
}

/** What a record has cost the operator, and what its team has paid to providers itself. An unknown price adds nothing. */
export function costsOf(record: GenerationRecord): { nanoUsd: number; byokNanoUsd: number } {
  const cost = record.costNanoUsd ?? 0;
  return record.isByok ? { nanoUsd: 0, byokNanoUsd: cost } : { nanoUsd: cost, byokNanoUsd: record.byokNanoUsd ?? 0 };
}

/** Tokens that count against what a request held, those of its other choices included. */
export function usedTokens({ usage, hold }: GenerationRecord): number {
  return usage.promptTokens + usage.completionTokens + (hold?.otherTokens ?? 0);
}
