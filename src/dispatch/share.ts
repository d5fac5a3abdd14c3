/** What a candidate needs to have a chance of answering. */
const LEAST_CHANCE_MS = 15_000;

/**
 * How long the next turn may take until it answers, where so many others follow. Of a short time every candidate has
 * an equal share; of a long one it has all but what the others need to have a chance.
 */
export function shareOf(remainingMs: number, others: number): number {
  return Math.max(remainingMs / (others + 1), remainingMs - others * LEAST_CHANCE_MS);
}
