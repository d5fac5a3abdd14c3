import { fromStore } from "../errors.ts";
import type { GenerationRecord } from "../schema/generation.ts";
import type { KeptContent } from "./contents.ts";
import type { GenerationQuery } from "./generations.ts";
import type { Ledger } from "./ledger.ts";
import { isYoung, MAX_WAIT_MS, POLL_MS } from "./read.ts";
import type { Reconciliation } from "./reconcile.ts";
import type { UsageQuery, UsageRow } from "./reports.ts";
import type { Retention } from "./retention.ts";
import { settled } from "./settlements.ts";

type LedgerNamespace = DurableObjectNamespace<Ledger>;

/** What this store is called when it fails. */
const STORE = "ledger";

/** What a team has used, up to now. */
export async function readUsage(namespace: LedgerNamespace, team: string, query: UsageQuery): Promise<UsageRow[]> {
  await fromStore(STORE, () => settled(namespace, team));
  return fromStore(STORE, () => ledgerOf(namespace, team).usage(query));
}

export interface RecordPage {
  records: GenerationRecord[];
  /** Where the next page begins; null at the end. */
  nextAfterId: string | null;
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
    const page = await fromStore(STORE, () => ledgerOf(namespace, team).generations(asked));
    for (const json of page.records) records.push(JSON.parse(json) as GenerationRecord);
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
  const giveUpAtMs = Date.now() + (isYoung(id) ? MAX_WAIT_MS : 0);
  for (;;) {
    const json = await fromStore(STORE, () => ledgerOf(namespace, team).content(id));
    if (json !== null) return JSON.parse(json) as KeptContent;
    if (Date.now() >= giveUpAtMs) return undefined;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** How the nightly comparison of a team's books with their records went. */
export function readReconciliation(namespace: LedgerNamespace, team: string): Promise<Reconciliation> {
  return fromStore(STORE, () => ledgerOf(namespace, team).reconciliation());
}

/** How long a team's records and contents are kept, in days. */
export function readRetention(namespace: LedgerNamespace, team: string): Promise<Retention> {
  return fromStore(STORE, () => ledgerOf(namespace, team).retention());
}

/** Sets how long a team's records and contents are kept; what is absent is as the installation has it. */
export function writeRetention(namespace: LedgerNamespace, team: string, retention: Partial<Retention>): Promise<void> {
  return fromStore(STORE, () => ledgerOf(namespace, team).retain(retention));
}

function ledgerOf(namespace: LedgerNamespace, team: string): DurableObjectStub<Ledger> {
  return namespace.getByName(`team:${team}`);
}
