import type { Endpoint } from "../catalogue/catalogue.ts";
import type { UpstreamFailure } from "../errors.ts";
import { judgeTarget, remainingCandidates } from "../routing/fallback.ts";
import type { Candidate } from "../routing/plan.ts";
import type { Dispatch } from "./dispatch.ts";

/** An attempt that gave nothing. */
interface Failed {
  attempt: { endpoint: Endpoint; status: number | undefined };
  failure: UpstreamFailure;
}

/** The candidates that remain after one has failed. Tells of a router's target that has failed by its own fault. */
export function leftBehind(
  left: Candidate[],
  { endpoint, target }: Candidate,
  { attempt, failure }: Failed,
  onTargetFailure: Dispatch["onTargetFailure"],
): Candidate[] {
  if (!target?.router) return remainingCandidates(left, endpoint, failure.kind);
  const verdict = judgeTarget(failure, attempt.status);
  if (verdict === "final") return [];
  const isOver = left.every((candidate) => candidate.target !== target);
  if (verdict === "cool") onTargetFailure?.(target, failure, isOver);
  return left;
}
