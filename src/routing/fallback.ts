import type { Endpoint } from "../catalogue/catalogue.ts";
import type { FailureKind } from "../errors.ts";
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
