import type { Endpoint } from "../catalogue/catalogue.ts";
import { MINUTE_MS } from "../ledger/leases.ts";
import { recallReasoning } from "../ledger/read.ts";
import { settle } from "../ledger/settlements.ts";
import type { GenerationRecord } from "../schema/generation.ts";
import { type ApiKey, ledgerOf } from "../schema/key.ts";
import { readEndpointKey } from "../store/byok.ts";
import type { Held } from "./admission.ts";

/** The stores, with a settlement that gives back what the request held, and that is heard of. */
export function bookedWith<Stores extends { settle: (record: GenerationRecord) => void }>(
  { hold, keyHold, end }: Held,
  stores: Stores,
  onSettled: () => void,
): Stores {
  return {
    ...stores,
    settle(record) {
      onSettled();
      if (!hold && !keyHold) return stores.settle(record);
      // Who waited over midnight is booked on the day whose budget admitted it.
      const minute = Math.max(hold?.minute ?? 0, keyHold?.minute ?? 0);
      const createdAtMs = Math.max(record.createdAtMs, minute * MINUTE_MS);
      stores.settle({ ...record, createdAtMs, ...(hold && { hold }), ...(keyHold && { keyHold }) });
      end(true);
    },
  };
}

/** A key, and the id of the team that it acts for. */
interface Member {
  team: string;
  key: ApiKey;
}

/** What dispatch may use of the stores. Holds nothing of the client's request: a stream would keep it in memory. */
export function storesOf(env: Cloudflare.Env, member: Member, waitUntil: (work: Promise<unknown>) => void) {
  return {
    keyOf: (endpoint: Endpoint) => readEndpointKey(endpoint, env),
    recall: (turnKeys: string[]) => recallOrNothing(env, member, turnKeys),
    settle(record: GenerationRecord): void {
      if (member.key.team === null) settleTwice(env, member.key, record, waitUntil);
      else settle(env.LEDGER, record, waitUntil);
    },
  };
}

/** What a key uses that acts in all teams is booked twice: for the team it acted for, and in the key's own ledger. */
function settleTwice(
  env: Cloudflare.Env,
  key: ApiKey,
  record: GenerationRecord,
  waitUntil: (work: Promise<unknown>) => void,
): void {
  const { keyHold, ...ofTeam } = record;
  settle(env.LEDGER, ofTeam, waitUntil);
  const { hold: _, plan: __, replay: ___, ...facts } = ofTeam;
  const own = { ...facts, team: ledgerOf(key), actedFor: record.team, ...(keyHold && { hold: keyHold }) };
  settle(env.LEDGER, own, waitUntil);
}

/** Reasoning that cannot be looked up is missed as it would be without the ledger: the answer goes on. */
async function recallOrNothing(env: Cloudflare.Env, { team, key }: Member, turnKeys: string[]) {
  try {
    return await recallReasoning(env.LEDGER, team, key.account, turnKeys);
  } catch (error) {
    console.error("ledger: earlier reasoning cannot be read", String(error));
    return new Map();
  }
}
