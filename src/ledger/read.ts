import { fromStore } from "../errors.ts";
import type { ReasoningDetail } from "../schema/chunk.ts";
import type { GenerationRecord } from "../schema/generation.ts";
import type { Ledger } from "./ledger.ts";
import type { KeySpend } from "./periods.ts";
import { settled } from "./settlements.ts";

type LedgerNamespace = DurableObjectNamespace<Ledger>;

/** What this store is called when it fails. */
const STORE = "ledger";
/** A record of another isolate may be this long on its way. */
export const MAX_WAIT_MS = 500;
export const POLL_MS = 50;
/** Ids older than this are in the ledger or nowhere. */
const YOUNG_SECONDS = 15 * 60;

/**
 * The record of a generation, readable as soon as its response has ended: records of this isolate are booked first,
 * those of another one are waited for.
 */
export async function readGeneration(
  namespace: LedgerNamespace,
  team: string,
  id: string,
): Promise<GenerationRecord | undefined> {
  const ledger = namespace.getByName(`team:${team}`);
  await fromStore(STORE, () => settled(namespace, team));
  const giveUpAtMs = Date.now() + (isYoung(id) ? MAX_WAIT_MS : 0);
  for (;;) {
    const json = await fromStore(STORE, () => ledger.generation(id));
    if (json !== null) return JSON.parse(json) as GenerationRecord;
    if (Date.now() >= giveUpAtMs) return undefined;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** What keys of a team have spent up to now. */
export async function readSpend(
  namespace: LedgerNamespace,
  team: string,
  keyHashes: string[],
): Promise<Record<string, KeySpend>> {
  await fromStore(STORE, () => settled(namespace, team));
  return fromStore(STORE, () => namespace.getByName(`team:${team}`).spend(keyHashes, Date.now()));
}

/** Whether what belongs to a generation may still be on its way into the ledger. */
export function isYoung(id: string): boolean {
  const seconds = Number(/^gen-(\d+)-/.exec(id)?.[1]);
  return Math.abs(Date.now() / 1000 - seconds) < YOUNG_SECONDS;
}

/** Reasoning that answers to a key gave beside tool calls, by turn; what is unknown or too old is not in it. */
export async function recallReasoning(
  namespace: LedgerNamespace,
  team: string,
  keyHash: string,
  turnKeys: string[],
): Promise<Map<string, ReasoningDetail[]>> {
  await settled(namespace, team);
  const found = await namespace.getByName(`team:${team}`).recall(keyHash, turnKeys, Date.now());
  return new Map(Object.entries(found).map(([turnKey, json]) => [turnKey, JSON.parse(json) as ReasoningDetail[]]));
}
