import { fromStore } from "../errors.ts";
import type { GenerationRecord } from "../schema/generation.ts";
import type { ChargedDay } from "./charges.ts";
import type { KeptContent } from "./contents.ts";
import type { GenerationQuery } from "./generations.ts";
import type { Ledger } from "./ledger.ts";
import { mergePages, mergeReconciliations, mergeUsage, type RecordPage } from "./merge.ts";
import { askPlaces, countShards, ledgerAt } from "./places.ts";
import { findSoon } from "./read.ts";
import type { Reconciliation } from "./reconcile.ts";
import type { UsageQuery, UsageRow } from "./reports.ts";
import type { Retention } from "./retention.ts";
import { settled } from "./settlements.ts";

type LedgerNamespace = DurableObjectNamespace<Ledger>;

/** What this store is called when it fails. */
const STORE = "ledger";

/** Rows that a shard gives: sums over several objects are right as long as each has told all that it has. */
const MAX_PART_ROWS = 50_000;

/** What a team has used, up to now. */
export async function readUsage(namespace: LedgerNamespace, team: string, query: UsageQuery): Promise<UsageRow[]> {
  await fromStore(STORE, () => settled(namespace, team));
  const isSpread = (await countShards(namespace, team)) > 0;
  if (!isSpread) return fromStore(STORE, () => ledgerAt(namespace, team, 0).usage(query));
  const asked = { ...query, limit: Math.max(query.limit, MAX_PART_ROWS) };
  return mergeUsage(await askPlaces(namespace, team, (ledger) => ledger.usage(asked)), query);
}

/** A page of a team's records, oldest first, without their plans. Shorter than asked for only at the end. */
export async function readGenerations(
  namespace: LedgerNamespace,
  team: string,
  query: GenerationQuery,
): Promise<RecordPage> {
  await fromStore(STORE, () => settled(namespace, team));
  const records: GenerationRecord[] = [];
  let afterId = query.afterId;
  for (;;) {
    const asked = { ...query, afterId, limit: query.limit - records.length };
    const page = mergePages(await askPlaces(namespace, team, (ledger) => ledger.generations(asked)), asked.limit);
    records.push(...page.records);
    if (page.nextAfterId === null || records.length >= query.limit) return { records, nextAfterId: page.nextAfterId };
    afterId = page.nextAfterId;
  }
}

/** What was said in a generation; undefined when it is not kept. One that may be on its way is waited for. */
export async function readContent(
  namespace: LedgerNamespace,
  team: string,
  id: string,
): Promise<KeptContent | undefined> {
  const json = await findSoon(namespace, team, id, (ledger) => ledger.content(id));
  return json === undefined ? undefined : (JSON.parse(json) as KeptContent);
}

/** How the nightly comparison of a team's books with their records went. */
export async function readReconciliation(namespace: LedgerNamespace, team: string): Promise<Reconciliation> {
  const found = await askPlaces(namespace, team, (ledger) => ledger.reconciliation());
  return mergeReconciliations(found);
}

/** What upstreams have charged, by the days that were compared; of shards a row each. */
export async function readCharges(namespace: LedgerNamespace, team: string): Promise<ChargedDay[]> {
  return (await askPlaces(namespace, team, (ledger) => ledger.charges())).flat();
}

/** How long a team's records and contents are kept, in days. */
export function readRetention(namespace: LedgerNamespace, team: string): Promise<Retention> {
  return fromStore(STORE, () => ledgerAt(namespace, team, 0).retention());
}

/** Sets how long a team's records and contents are kept; what is absent is as the installation has it. */
export function writeRetention(namespace: LedgerNamespace, team: string, retention: Partial<Retention>): Promise<void> {
  return fromStore(STORE, () => ledgerAt(namespace, team, 0).retain(retention));
}
