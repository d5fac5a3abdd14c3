import type { Endpoint } from "../../catalogue/catalogue.ts";
import { MINUTE_MS } from "../../ledger/leases.ts";
import { recallReasoning } from "../../ledger/read.ts";
import { settle } from "../../ledger/settlements.ts";
import type { GenerationRecord, HoldRecord } from "../../schema/generation.ts";
import { type ApiKey, ledgerOf } from "../../schema/key.ts";
import { readEndpointKey } from "../../store/byok.ts";
import type { Held } from "./admission.ts";

interface Settling {
  settle: (record: GenerationRecord) => void;
  settleChoice?: (record: GenerationRecord) => void;
}

/** The stores, with a settlement that gives back what the request held, and that is heard of. */
export function bookedWith<Stores extends Settling>(
  { hold, keyHold, end }: Held,
  stores: Stores,
  onSettled: () => void,
): Stores {
  let otherTokens = 0;
  const minute = Math.max(hold?.minute ?? 0, keyHold?.minute ?? 0);
  // Who waited over midnight is booked on the day whose budget admitted it.
  const onItsDay = (record: GenerationRecord) => ({
    ...record,
    createdAtMs: Math.max(record.createdAtMs, minute * MINUTE_MS),
  });
  const withOthers = (held: HoldRecord) => (otherTokens > 0 ? { ...held, otherTokens } : held);
  return {
    ...stores,
    settleChoice(record: GenerationRecord) {
      const { settleChoice = stores.settle } = stores;
      otherTokens += record.usage.promptTokens + record.usage.completionTokens;
      settleChoice(onItsDay(record));
    },
    settle(record: GenerationRecord) {
      onSettled();
      if (!hold && !keyHold) return stores.settle(record);
      stores.settle({
        ...onItsDay(record),
        ...(hold && { hold: withOthers(hold) }),
        ...(keyHold && { keyHold: withOthers(keyHold) }),
      });
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
  const choices: GenerationRecord[] = [];
  return {
    keyOf: (endpoint: Endpoint) => readEndpointKey(endpoint, env),
    recall: (turnKeys: string[]) => recallOrNothing(env, member, turnKeys),
    /** Waits for `settle`, which follows at once: what was held for all is released with what all have cost. */
    settleChoice(record: GenerationRecord): void {
      choices.push(record);
    },
    settle(record: GenerationRecord): void {
      const others = choices.splice(0);
      if (member.key.team === null) settleTwice(env, member.key, { record, others }, waitUntil);
      else settle(env.LEDGER, record, waitUntil, others);
    },
  };
}

/** What a key uses that acts in all teams is booked twice: for the team it acted for, and in the key's own ledger. */
function settleTwice(
  env: Cloudflare.Env,
  key: ApiKey,
  { record, others }: { record: GenerationRecord; others: GenerationRecord[] },
  waitUntil: (work: Promise<unknown>) => void,
): void {
  const ofTeam = ({ keyHold: _, ...facts }: GenerationRecord): GenerationRecord => facts;
  const own = ({ hold: _, plan: __, replay: ___, keyHold, ...facts }: GenerationRecord): GenerationRecord => {
    return { ...facts, team: ledgerOf(key), actedFor: facts.team, ...(keyHold && { hold: keyHold }) };
  };
  for (const copy of [ofTeam, own]) settle(env.LEDGER, copy(record), waitUntil, others.map(copy));
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
