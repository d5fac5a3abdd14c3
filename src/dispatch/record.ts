import type { ChatRequest } from "../schema/chat.ts";
import type { AttemptRecord, ClientFacts, GenerationRecord, Outcome, PlanRecord } from "../schema/generation.ts";
import { emptyUsage } from "../schema/usage.ts";
import type { Attempt } from "./attempt.ts";
import { makeBill } from "./bill.ts";
import type { FailedAttempt } from "./give-up.ts";
import { turnKey } from "./replay.ts";

/** Who a generation belongs to; fixed before anything is dispatched. */
export interface GenerationIdentity {
  id: string;
  createdAtMs: number;
  keyHash: string;
  team: string;
  client: ClientFacts;
  plan?: PlanRecord;
}

export interface EndedWalk {
  chat: ChatRequest;
  identity: GenerationIdentity;
  /** The attempt that answered, or that was running when the client left. */
  attempt: Attempt | undefined;
  failures: FailedAttempt[];
  outcome: Outcome;
}

/** The record of a request that has ended. An attempt that delivered nothing costs nothing. */
export function toGenerationRecord({ chat, identity, attempt, failures, outcome }: EndedWalk): GenerationRecord {
  const nowMs = Date.now();
  const isWhole = outcome === "finished";
  const hasDelivered = attempt !== undefined && (isWhole || attempt.tally.hasContent || attempt.repairs !== undefined);
  const bill = hasDelivered ? makeBill(attempt, chat, isWhole) : undefined;
  const last = attempt ?? failures.at(-1)?.attempt;
  const tally = attempt?.tally;
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
      outcome === "finished" ? (tally?.finish?.finishReason ?? null) : outcome === "cancelled" ? null : "error",
    nativeFinishReason: tally?.finish?.nativeFinishReason ?? null,
    serviceTier: tally?.serviceTier ?? null,
    latencyMs: attempt?.firstPartAtMs === undefined ? null : attempt.firstPartAtMs - identity.createdAtMs,
    generationTimeMs: nowMs - identity.createdAtMs,
    usage: bill?.usage ?? emptyUsage(),
    costNanoUsd: bill ? (bill.cost?.totalNanoUsd ?? null) : 0,
    certainty: bill?.certainty ?? "exact",
    isByok: attempt?.endpoint.byok !== undefined,
    ...(replay && { replay }),
    attempts: [
      ...failures.map(({ attempt: failed, failure }, index) => ({
        ...describeAttempt(failed, failures[index + 1]?.attempt.startedAtMs ?? attempt?.startedAtMs ?? nowMs),
        failure: failure.kind,
      })),
      ...(attempt?.repairs ? [describeAttempt(attempt.repairs, attempt.startedAtMs)] : []),
      ...(attempt ? [describeAttempt(attempt, attempt.firstPartAtMs ?? nowMs)] : []),
    ],
  };
}

function describeAttempt(attempt: Attempt, untilMs: number): AttemptRecord {
  const { endpoint, status, startedAtMs } = attempt;
  return {
    tag: endpoint.tag,
    providerName: endpoint.provider.name,
    modelId: endpoint.modelId,
    status: status ?? null,
    latencyMs: untilMs - startedAtMs,
  };
}
