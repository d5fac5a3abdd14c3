import type { AttemptRecord, GenerationRecord, Outcome } from "../schema/generation.ts";
import { emptyUsage } from "../schema/usage.ts";
import type { WholeAttempt } from "./whole-attempt.ts";
import type { WholeBill } from "./whole-bill.ts";
import type { FailedWhole, WholeRequest } from "./whole-walk.ts";

/** How a call ended. */
export interface EndedWhole {
  /** The attempt that answered, or that was running when the client left. */
  attempt?: WholeAttempt<unknown> | undefined;
  bill?: WholeBill;
  upstreamId?: string | undefined;
  failures: FailedWhole[];
  outcome: Outcome;
}

/** The record of a call that is no conversation. An attempt that gave nothing costs nothing, as far as is known. */
export function toWholeRecord(
  { identity, apiType }: Pick<WholeRequest<never>, "identity" | "apiType">,
  { attempt, bill, upstreamId, failures, outcome }: EndedWhole,
): GenerationRecord {
  const last = attempt ?? failures.at(-1)?.attempt;
  const mayBeBilled = outcome === "cancelled" && attempt?.endpoint.provider.row.bills_after_disconnect !== false;
  const elapsedMs = Date.now() - identity.createdAtMs;
  return {
    ...identity,
    apiType,
    outcome,
    modelId: last?.endpoint.modelId ?? "",
    providerName: attempt?.endpoint.provider.name ?? null,
    upstreamId: upstreamId ?? null,
    isStreamed: false,
    finishReason: outcome === "failed" ? "error" : null,
    nativeFinishReason: null,
    serviceTier: null,
    latencyMs: bill ? elapsedMs : null,
    generationTimeMs: elapsedMs,
    usage: bill?.usage ?? emptyUsage(),
    costNanoUsd: bill ? (bill.cost?.totalNanoUsd ?? null) : 0,
    certainty: bill?.certainty ?? (mayBeBilled ? "at_least" : "exact"),
    isByok: attempt?.endpoint.byok !== undefined,
    attempts: [
      ...failures.map(({ attempt: failed, failure }) => ({ ...describe(failed), failure: failure.kind })),
      ...(attempt ? [describe(attempt)] : []),
    ],
  };
}

function describe({ endpoint, status, startedAtMs, endedAtMs }: WholeAttempt<unknown>): AttemptRecord {
  return {
    ...(endpoint.byok !== undefined && { isByok: true as const }),
    tag: endpoint.tag,
    providerName: endpoint.provider.name,
    modelId: endpoint.modelId,
    status: status ?? null,
    latencyMs: (endedAtMs ?? Date.now()) - startedAtMs,
  };
}
