import type { Endpoint } from "../catalogue/catalogue.ts";
import type { FailureKind, UpstreamFailure } from "../errors.ts";
import type { Candidate } from "./plan.ts";

/** Which candidates may still help after a failure. */
export type Remedy =
  /** Any other endpoint. */
  | "next"
  /** One with a longer context: the others would say the same. */
  | "larger_context";

/**
 * What follows each kind of failure before the first token. Everything goes on: another provider may have the key,
 * the capacity or the parameter that this one lacks.
 */
export const REMEDIES: Record<FailureKind, Remedy> = {
  rate_limited: "next",
  overloaded: "next",
  timed_out: "next",
  unreachable: "next",
  unauthorized: "next",
  not_found: "next",
  context_exceeded: "larger_context",
  rejected: "next",
  moderated: "next",
  empty: "next",
  malformed: "next",
  interrupted: "next",
};

/** The candidates that remain after one of them failed, in the same order. */
export function remainingCandidates(candidates: Candidate[], failed: Endpoint, kind: FailureKind): Candidate[] {
  if (REMEDIES[kind] === "next") return candidates;
  const tried = failed.contextLength;
  if (tried === undefined) return candidates;
  return candidates.filter(
    ({ endpoint: { modelId, contextLength } }) => modelId !== failed.modelId || (contextLength ?? Infinity) > tried,
  );
}

/** What a failure means on the way through a router's targets. */
export type TargetVerdict =
  /** The target is passed over for a while, and the next one is asked. */
  | "cool"
  /** It is the answer: another target would say the same. */
  | "final"
  /** The target was not even asked. */
  | "next";

/** Failures of the target, whatever was sent. */
const OWN_FAULTS: ReadonlySet<FailureKind> = new Set<FailureKind>([
  "rate_limited",
  "overloaded",
  "timed_out",
  "unreachable",
  "empty",
  "malformed",
  "interrupted",
]);
/** Of the 4xx those that say nothing against the request. */
const BUSY = new Set([408, 429]);

/** A status decides where there is one; `answered` is the one of HTTP, undefined where the upstream gave none. */
export function judgeTarget({ kind, status }: UpstreamFailure, answered: number | undefined): TargetVerdict {
  const said = status ?? answered;
  if (said !== undefined && said >= 400) return said >= 500 || BUSY.has(said) ? "cool" : "final";
  if (OWN_FAULTS.has(kind)) return "cool";
  return said === undefined ? "next" : "final";
}
