import type { Attempt } from "./attempt.ts";
import type { FailedAttempt } from "./give-up.ts";

/** An attempt of a walk; `failure`: why it gave nothing, or `outrun` where another one was quicker. */
export interface TriedAttempt {
  attempt: Attempt;
  failure?: string;
}

/** Every attempt of a walk in the order in which they started. */
export function triedAttempts(walk: {
  attempt?: Attempt | undefined;
  failures: FailedAttempt[];
  outrun?: Attempt[] | undefined;
  /** Attempts that ran beside the others when their client left. */
  abandoned?: Attempt[] | undefined;
}): TriedAttempt[] {
  const { attempt, failures, outrun = [], abandoned = [] } = walk;
  const tried: TriedAttempt[] = [
    ...failures.map(({ attempt: failed, failure }) => ({ attempt: failed, failure: failure.kind })),
    ...outrun.map((loser) => ({ attempt: loser, failure: "outrun" })),
    ...abandoned.map((stopped) => ({ attempt: stopped })),
    // Of an answer whose form had to be asked for once more, both calls gave one.
    ...(attempt?.follows?.tally.isFinished ? [{ attempt: attempt.follows }] : []),
    ...(attempt ? [{ attempt }] : []),
  ];
  return tried.sort((a, b) => a.attempt.ordinal - b.attempt.ordinal);
}
