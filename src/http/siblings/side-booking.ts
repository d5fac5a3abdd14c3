import type { GenerationIdentity } from "../../dispatch/record.ts";
import type { ClientFacts, GenerationRecord, PlanRecord } from "../../schema/generation.ts";
import type { Purpose } from "../../schema/side-calls.ts";
import type { Held } from "../chat/admission.ts";
import { bookedWith, storesOf } from "../chat/booking.ts";
import { type AppContext, waitUntilOf } from "../env.ts";
import type { SidePayer } from "./side-calls.ts";

/** Whose generation a call is, and what for. */
export function identityOf(
  { key, team, parentId }: SidePayer,
  call: { id: string; createdAtMs: number; plan: PlanRecord; client?: ClientFacts; purpose?: Purpose | undefined },
): GenerationIdentity {
  const { client = {}, purpose, ...own } = call;
  return {
    ...{ ...own, keyHash: key.hash, account: key.account, team: team.id, client },
    ...{ ...(purpose && { purpose }), ...(parentId !== undefined && { parentId }) },
  };
}

/** The stores for one call, whose settlement gives back what it held; `hear` is told of its record first. */
export function sideStores(
  c: AppContext,
  { key, team }: SidePayer,
  held: Held,
  hear: (record: GenerationRecord) => void,
): ReturnType<typeof storesOf> {
  const stores = storesOf(c.env, { team: team.id, key }, waitUntilOf(c));
  const settle = (record: GenerationRecord) => {
    hear(record);
    stores.settle(record);
  };
  return bookedWith(held, { ...stores, settle }, () => {});
}
