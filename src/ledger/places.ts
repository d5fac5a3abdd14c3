import { fromStore } from "../errors.ts";
import type { Ledger } from "./ledger.ts";
import type { Places } from "./shards.ts";

type LedgerNamespace = DurableObjectNamespace<Ledger>;

/** What this isolate knows of teams that are or were hot. Shards never get fewer, so it is never too much. */
const known = new Map<string, Places & { next: number }>();

/** Keeps what a ledger has told; of a team that was never hot it tells nothing. */
export function learnPlaces(team: string, places: Places | undefined): void {
  if (!places || places.shards === 0) return;
  const next = known.get(team)?.next ?? Math.floor(Math.random() * places.shards);
  known.set(team, { ...places, next });
}

/**
 * Where the next batch of records goes: 0 is the team's own object, the others are shards, taken in turn. A batch goes
 * to one of them, whatever is in it: calls are dearer than records.
 */
export function nextPlace(team: string): number {
  const places = known.get(team);
  if (!places?.isHot) return 0;
  places.next = (places.next % places.shards) + 1;
  return places.next;
}

/** The object of a place; 0 is the team's own. */
export function ledgerAt(namespace: LedgerNamespace, team: string, place: number): DurableObjectStub<Ledger> {
  return namespace.getByName(place === 0 ? `team:${team}` : `team:${team}:${place}`);
}

type Ask<Answer> = (ledger: DurableObjectStub<Ledger>) => Promise<Answer>;

/**
 * Asks all objects that hold records of a team, the team's own one first. Those that this isolate knows are asked at
 * once; whether there are others is asked for after that, unless the answers are enough already.
 */
export async function askPlaces<Answer>(
  namespace: LedgerNamespace,
  team: string,
  ask: Ask<Answer>,
  isEnough: (answers: Answer[]) => boolean = () => false,
): Promise<Answer[]> {
  const asked = known.get(team)?.shards ?? 0;
  const askFrom = (first: number, last: number) =>
    Promise.all(
      Array.from({ length: last - first + 1 }, (_, index) =>
        fromStore("ledger", () => ask(ledgerAt(namespace, team, first + index))),
      ),
    );
  const answers = await askFrom(0, asked);
  if (isEnough(answers)) return answers;
  const shards = await countShards(namespace, team);
  return shards > asked ? [...answers, ...(await askFrom(asked + 1, shards))] : answers;
}

/** How many shards a team has now. */
export async function countShards(namespace: LedgerNamespace, team: string): Promise<number> {
  const places = await fromStore("ledger", () => ledgerAt(namespace, team, 0).places());
  learnPlaces(team, places);
  return places?.shards ?? 0;
}
