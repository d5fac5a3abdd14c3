import { RouterError } from "../errors.ts";
import type { Part } from "../schema/chunk.ts";
import { toUsd } from "../usage/cost.ts";
import type { WireUsage } from "../usage/wire-usage.ts";

/** Stands between one answer and its client. */
export interface Guard {
  /**
   * The next parts that the client may see, unchanged and in their order; `next` gives more of the answer, the last one
   * of all is `done` or `failure`. Empty after that. Throws the `RouterError` that takes the place of the rest.
   */
  read(next: () => Promise<Part[]>): Promise<Part[]>;
  /** The client has left: nothing of it is wanted any more. */
  cancel(): void;
}

/** What calls beside the answer have cost. */
export interface SideCosts {
  checksNanoUsd: number;
  retrievalNanoUsd: number;
}

/** What an answer has beside the model's own words. */
export interface AnswerExtras {
  guard?: Guard | undefined;
  /** Further fields of the answer; of a stream, of its first chunk. */
  fields?: Record<string, unknown> | undefined;
  /** What has been spent beside the answer so far. */
  sideCosts?: (() => SideCosts) | undefined;
}

/** A usage with what was spent beside the answer in its total; the parts are shown where they are not 0. */
export function withSideCosts(usage: WireUsage, costs: SideCosts | undefined): WireUsage {
  const { checksNanoUsd = 0, retrievalNanoUsd = 0 } = costs ?? {};
  if (checksNanoUsd === 0 && retrievalNanoUsd === 0) return usage;
  const parts = {
    ...(checksNanoUsd !== 0 && { checks_cost: toUsd(checksNanoUsd) }),
    ...(retrievalNanoUsd !== 0 && { retrieval_cost: toUsd(retrievalNanoUsd) }),
  };
  // What the answer itself costs may be unknown; the sum is unknown then, too.
  const cost = usage.cost === undefined ? {} : { cost: addUsd(usage.cost, checksNanoUsd + retrievalNanoUsd) };
  return { ...usage, ...cost, cost_details: { ...usage.cost_details, ...parts } };
}

/** Sums of dollars are made of whole nano-dollars: 0.1 and 0.2 are 0.3. */
function addUsd(usd: number, nanoUsd: number): number {
  return toUsd(Math.round(usd * 1e9) + nanoUsd);
}

/** How the record of an answer ends that its client was refused: by what was found in it, or because nobody could look. */
export function refusedAs(error: unknown): "content_filter" | "error" {
  return error instanceof RouterError && error.type === "content_policy_violation" ? "content_filter" : "error";
}
