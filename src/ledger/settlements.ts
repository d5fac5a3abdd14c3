import type { GenerationRecord } from "../schema/generation.ts";
import type { Ledger } from "./ledger.ts";
import { learnPlaces, ledgerAt, nextPlace } from "./places.ts";

type LedgerNamespace = DurableObjectNamespace<Ledger>;
type WaitUntil = (work: Promise<unknown>) => void;

/** Where records of one team go. */
interface Address {
  namespace: LedgerNamespace;
  team: string;
}

interface Target extends Address {
  /** See `ledgerAt`. */
  place: number;
}

/**
 * The object that a record was sent to first. It may be booked there although nobody was told, so it is sent there again,
 * however many objects there are by then: none is booked in two of them.
 */
const sentTo = new WeakMap<GenerationRecord, number>();

/**
 * Records on their way from this isolate to one team's ledger. One request at a time carries the records of all:
 * the first leaves at once, those that arrive meanwhile go together, at most one call in `GATHER_MS`.
 */
interface Queue {
  records: GenerationRecord[];
  /** When the carrying request began, in ms; undefined when none does. */
  carriedSinceMs: number | undefined;
  /** Calls to the ledger that have not come back yet. */
  callsInFlight: number;
}

/** Pause between two calls of one carrier: with it a busy isolate makes 10 calls a second, not thousands. */
const GATHER_MS = 100;
/** A request carries for others this long, then the next one takes over. The platform gives it 30 s at most. */
const MAX_CARRY_MS = 5_000;
/** A carrier that has not come back by then was torn down by the platform. */
const LOST_CARRIER_MS = 20_000;
/** Records of one call, which has a size that the platform bounds. */
const MAX_RECORDS = 200;
/** How often a failing ledger is asked again before the next request has to carry the records. */
const MAX_TRIES = 4;
/** How long a reader waits for calls that other requests have made. */
const MAX_WAIT_MS = 500;
const POLL_MS = 5;

const queues = new Map<string, Queue>();

/**
 * Books a record, or those of one answer's calls, which leave together. Returns at once; they are in the ledger soon
 * after, within `GATHER_MS` and a round trip.
 */
export function settle(
  namespace: LedgerNamespace,
  record: GenerationRecord,
  waitUntil: WaitUntil,
  others: GenerationRecord[] = [],
): void {
  const { team } = record;
  const queue = queueOf(team);
  queue.records.push(...others, record);
  const now = Date.now();
  const isCarried = queue.carriedSinceMs !== undefined && now - queue.carriedSinceMs < LOST_CARRIER_MS;
  if (isCarried) return;
  queue.carriedSinceMs = now;
  waitUntil(carry({ namespace, team }, queue, now));
}

/** Waits until the records that this isolate holds for a team are in its ledger. */
export async function settled(namespace: LedgerNamespace, team: string): Promise<void> {
  const queue = queueOf(team);
  // A record that is refused must not keep readers out; a ledger that is down tells them so itself.
  while (queue.records.length > 0) {
    const isSent = await sendNext({ namespace, team }, queue).catch(() => false);
    if (isSent === false) break;
  }
  for (let waitedMs = 0; queue.callsInFlight > 0 && waitedMs < MAX_WAIT_MS; waitedMs += POLL_MS) await sleep(POLL_MS);
}

async function carry(address: Address, queue: Queue, sinceMs: number): Promise<void> {
  try {
    while (queue.records.length > 0 && Date.now() - sinceMs < MAX_CARRY_MS) {
      await sendNext(address, queue);
      await sleep(GATHER_MS);
    }
  } finally {
    // From here on a new record starts a carrier of its own, also while the last ones of this one travel.
    if (queue.carriedSinceMs === sinceMs) queue.carriedSinceMs = undefined;
  }
  while (queue.records.length > 0) await sendNext(address, queue);
}

/** Sends the first records of the queue: as many as go to the same object. */
function sendNext(address: Address, queue: Queue): Promise<void> {
  const { records } = queue;
  const place = (records[0] && sentTo.get(records[0])) ?? nextPlace(address.team);
  const other = records.findIndex((record) => (sentTo.get(record) ?? place) !== place);
  const batch = records.splice(0, Math.min(other < 0 ? records.length : other, MAX_RECORDS));
  for (const record of batch) sentTo.set(record, place);
  return send({ ...address, place }, queue, batch);
}

/**
 * Sends records; puts them back when the ledger does not take them, so that the next request tries again. Several
 * that are refused together by a ledger that answers are sent in halves, so that one that cannot be booked keeps no
 * other from it.
 */
async function send(target: Target, queue: Queue, records: GenerationRecord[], maxTries = MAX_TRIES): Promise<void> {
  const failure = await trySend(target, queue, JSON.stringify(records), maxTries);
  if (failure === undefined) return;
  const isAnswering = records.length > 1 && (await trySend(target, queue, "[]", 1)) === undefined;
  if (!isAnswering) {
    queue.records.unshift(...records);
    console.error("ledger: records are held back, the ledger does not take them", records.length, String(failure));
    throw failure;
  }
  const middle = Math.ceil(records.length / 2);
  const halves = [records.slice(0, middle), records.slice(middle)];
  const sent = await Promise.allSettled(halves.map((half) => send(target, queue, half, 1)));
  for (const half of sent) if (half.status === "rejected") throw half.reason;
}

/** Sends once or more; gives why the ledger did not take it in the end. */
async function trySend(target: Target, queue: Queue, json: string, maxTries: number): Promise<unknown> {
  for (let tries = 1; ; tries++) {
    queue.callsInFlight++;
    try {
      await book(target, json);
      return undefined;
    } catch (error) {
      if (tries === maxTries) return error;
    } finally {
      queue.callsInFlight--;
    }
    await sleep(50 * 2 ** tries);
  }
}

async function book({ namespace, team, place }: Target, json: string): Promise<void> {
  const ledger = ledgerAt(namespace, team, place);
  learnPlaces(team, await (place === 0 ? ledger.settle(json) : ledger.settleShard({ team, shard: place }, json)));
}

function queueOf(team: string): Queue {
  let queue = queues.get(team);
  if (!queue) {
    queue = { records: [], carriedSinceMs: undefined, callsInFlight: 0 };
    queues.set(team, queue);
  }
  return queue;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
