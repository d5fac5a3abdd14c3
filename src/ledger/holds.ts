import type { HoldRecord } from "../schema/generation.ts";
import type { Applicant } from "./admission.ts";
import type { LeaseReturn } from "./leases.ts";

/** Gives back what is left of a lease, and what a request held that ended without a record. */
export async function giveBack(
  { namespace, team }: Applicant,
  returns: LeaseReturn[],
  hold?: HoldRecord,
): Promise<void> {
  const ledger = namespace.getByName(`team:${team}`);
  try {
    await Promise.all([hold && ledger.release(hold), returns.length > 0 && ledger.giveBack(returns)]);
  } catch (error) {
    console.error("ledger: what is not needed cannot be given back, it is freed later", String(error));
  }
}

/** A request that runs longer says that it does, before its part of the lease is swept. */
const KEEP_MS = 20_000;

/** Keeps what a request holds for as long as it runs; gives what ends that. */
export function keepHolding(
  { namespace, team, waitUntil }: Applicant,
  hold: HoldRecord,
  generationId: string,
): () => void {
  let timer: ReturnType<typeof setTimeout>;
  const beat = () => {
    const kept = namespace
      .getByName(`team:${team}`)
      .keep({ ...hold }, generationId)
      .catch((error) => console.error("ledger: a long request's part cannot be kept", String(error)));
    hold.leaseId = generationId;
    waitUntil(kept);
    timer = setTimeout(beat, KEEP_MS);
  };
  timer = setTimeout(beat, KEEP_MS);
  return () => clearTimeout(timer);
}
