import type { ChatRequest } from "../schema/chat.ts";
import type { AttemptRecord, ClientFacts, GenerationRecord, Outcome, PlanRecord } from "../schema/generation.ts";
import type { Purpose } from "../schema/side-calls.ts";
import { emptyUsage } from "../schema/usage.ts";
import type { Attempt } from "./attempt.ts";
import { type Bill, lesserCertainty, makeBill } from "./bill.ts";
import type { FailedAttempt } from "./give-up.ts";
import { turnKey } from "./replay.ts";
import { type TriedAttempt, triedAttempts } from "./tried.ts";

/** Who a generation belongs to; fixed before anything is dispatched. */
export interface GenerationIdentity {
  id: string;
  createdAtMs: number;
  keyHash: string;
  /** What the key's spending is counted under, whatever its token; absent: its hash. */
  account?: string;
  team: string;
  client: ClientFacts;
  plan?: PlanRecord;
  /** Of a call beside an answer. */
  parentId?: string;
  purpose?: Purpose;
}

export interface EndedWalk {
  chat: ChatRequest;
  identity: GenerationIdentity;
  /** The attempt that answered, or that was running when the client left. */
  attempt: Attempt | undefined;
  failures: FailedAttempt[];
  /** Attempts of a hedge that another one outran. */
  outrun: Attempt[];
  /** Attempts that ran beside `attempt` when the client left. */
  abandoned: Attempt[];
  outcome: Outcome;
  /** The answer was kept from its client. */
  refusedAs?: "content_filter" | "error";
}

/** The record of a request that has ended. An attempt that delivered nothing costs nothing. */
export function toGenerationRecord({
  chat,
  identity,
  attempt,
  failures,
  outrun,
  abandoned,
  outcome,
  refusedAs,
}: EndedWalk): GenerationRecord {
  const nowMs = Date.now();
  // An answer whose client left may have been read to its end.
  const isWhole = (outcome === "finished" && refusedAs === undefined) || attempt?.tally.isFinished === true;
  const hasDelivered = attempt !== undefined && (isWhole || attempt.tally.hasContent || attempt.follows !== undefined);
  const bill = hasDelivered ? makeBill(attempt, chat, isWhole) : undefined;
  // One that was still under way was stopped, or was read out in vain.
  const isLeftBehind = outcome === "cancelled" && !hasDelivered && attempt?.endedAtMs === undefined;
  const stopped = [...outrun, ...abandoned, ...(attempt && isLeftBehind ? [attempt] : [])];
  const last = attempt ?? failures.at(-1)?.attempt;
  const tally = attempt?.tally;
  const beganAtMs = attempt && firstPartAtMs(attempt);
  const thoughts = tally?.thoughts;
  const replay = thoughts && {
    turnKey: turnKey(thoughts.call, chat.messages),
    reasoningDetails: thoughts.reasoningDetails,
  };
  return {
    ...identity,
    outcome,
    modelId: last?.endpoint.modelId ?? "",
    providerName: attempt?.endpoint.provider.name ?? null,
    upstreamId: tally?.upstreamId ?? null,
    isStreamed: chat.stream === true,
    finishReason:
      refusedAs ??
      (outcome === "finished" ? (tally?.finish?.finishReason ?? null) : outcome === "cancelled" ? null : "error"),
    nativeFinishReason: tally?.finish?.nativeFinishReason ?? null,
    serviceTier: tally?.serviceTier ?? null,
    latencyMs: beganAtMs === undefined ? null : beganAtMs - identity.createdAtMs,
    generationTimeMs: nowMs - identity.createdAtMs,
    usage: bill?.usage ?? emptyUsage(),
    costNanoUsd: bill ? ((bill.isByok ? bill.cost?.totalNanoUsd : bill.chargedNanoUsd) ?? null) : 0,
    certainty: stopped.some(mayBeBilled)
      ? lesserCertainty(bill?.certainty ?? "exact", "at_least")
      : (bill?.certainty ?? "exact"),
    ...(bill && byokPart(bill)),
    isByok: bill ? bill.isByok : attempt?.endpoint.byok !== undefined,
    ...(replay && { replay }),
    attempts: describeAttempts(triedAttempts({ attempt, failures, outrun, abandoned }), nowMs),
  };
}

function byokPart({ cost, chargedNanoUsd, isByok }: Bill): Pick<GenerationRecord, "byokNanoUsd"> {
  if (isByok || cost === undefined || chargedNanoUsd === undefined || chargedNanoUsd === cost.totalNanoUsd) return {};
  return { byokNanoUsd: cost.totalNanoUsd - chargedNanoUsd };
}

/** When the client had its first part: of an answer that was continued, from the attempt that broke off. */
function firstPartAtMs({ follows, firstPartAtMs: own }: Attempt): number | undefined {
  return follows && !follows.tally.isFinished ? firstPartAtMs(follows) : own;
}

/** Whether a vendor may bill an attempt that was stopped before its first token. */
function mayBeBilled({ endpoint }: Attempt): boolean {
  return endpoint.provider.row.bills_after_disconnect !== false;
}

/** One that failed lasted until the next one began, at the latest. */
function describeAttempts(tried: TriedAttempt[], nowMs: number): AttemptRecord[] {
  return tried.map(({ attempt, failure }, index) => {
    const untilMs = attempt.endedAtMs ?? attempt.firstPartAtMs ?? tried[index + 1]?.attempt.startedAtMs ?? nowMs;
    return { ...describeAttempt(attempt, untilMs), ...(failure !== undefined && { failure }) };
  });
}

function describeAttempt(attempt: Attempt, untilMs: number): AttemptRecord {
  const { endpoint, status, startedAtMs } = attempt;
  return {
    ...(endpoint.byok !== undefined && { isByok: true as const }),
    tag: endpoint.tag,
    providerName: endpoint.provider.name,
    modelId: endpoint.modelId,
    status: status ?? null,
    latencyMs: untilMs - startedAtMs,
  };
}
