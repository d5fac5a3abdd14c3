import { fromStore } from "../errors.ts";
import type { ReasoningDetail } from "../schema/chunk.ts";
import type { GenerationRecord } from "../schema/generation.ts";
import type { Ledger } from "./ledger.ts";
import type { KeySpend } from "./periods.ts";
import { askPlaces } from "./places.ts";
import { settled } from "./settlements.ts";

type LedgerNamespace = DurableObjectNamespace<Ledger>;

/** What this store is called when it fails. */
const STORE = "ledger";
/** A record of another isolate may be this long on its way. */
const MAX_WAIT_MS = 500;
const POLL_MS = 50;
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
  await fromStore(STORE, () => settled(namespace, team));
  const json = await findSoon(namespace, team, id, (ledger) => ledger.generation(id));
  return json === undefined ? undefined : (JSON.parse(json) as GenerationRecord);
}

/** What one of a team's objects has of a generation. What may be on its way is waited for. */
export async function findSoon(
  namespace: LedgerNamespace,
  team: string,
  id: string,
  ask: (ledger: DurableObjectStub<Ledger>) => Promise<string | null>,
): Promise<string | undefined> {
  const giveUpAtMs = Date.now() + (isYoung(id) ? MAX_WAIT_MS : 0);
  const find = (answers: (string | null)[]) => answers.find((answer) => answer !== null);
  for (;;) {
    const found = find(await askPlaces(namespace, team, ask, (answers) => find(answers) !== undefined));
    if (found != null) return found;
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
function isYoung(id: string): boolean {
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
  const nowMs = Date.now();
  const found = await askPlaces(
    namespace,
    team,
    (ledger) => ledger.recall(keyHash, turnKeys, nowMs),
    (answers) => turnKeys.every((turnKey) => answers.some((answer) => turnKey in answer)),
  );
  const entries = found.flatMap((answer) => Object.entries(answer));
  return new Map(entries.map(([turnKey, json]) => [turnKey, JSON.parse(json) as ReasoningDetail[]]));
}
