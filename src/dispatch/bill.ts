import type { ChatRequest } from "../schema/chat.ts";
import type { CostCertainty, Usage } from "../schema/usage.ts";
import { addCost, type Cost, costOf } from "../usage/cost.ts";
import { textTokens } from "../usage/count-tokens.ts";
import { estimateUsage } from "../usage/estimate.ts";
import { promptTokens } from "../usage/prompt-tokens.ts";
import { addUsage } from "../usage/sum.ts";
import { toWireUsage, type WireUsage } from "../usage/wire-usage.ts";
import type { Attempt } from "./attempt.ts";

/** What an answer used and costs. */
export interface Bill {
  usage: Usage;
  /** What all vendors bill together. */
  cost: Cost | undefined;
  /** What of it the operator's keys pay; undefined when that has no price. 0 when it is all on the team's own keys. */
  chargedNanoUsd: number | undefined;
  /** It is all on the team's own keys. */
  isByok: boolean;
  certainty: CostCertainty;
  wireUsage: WireUsage;
}

/**
 * Makes the bill of an attempt that answered. The upstream's own count is exact once the answer is whole. Where it
 * gave none, or the answer was left before its end, the text that came is counted: an answer that was left may have
 * gone on, so that is at least what it costs.
 */
export function makeBill(attempt: Attempt, chat: ChatRequest, isWhole: boolean): Bill {
  const { tally, endpoint, follows } = attempt;
  const isReported = isWhole && tally.usage !== undefined;
  const own =
    isReported && tally.usage
      ? tally.usage
      : estimateUsage(
          {
            promptTokens: promptTokens(chat, textTokens).total,
            outputChars: tally.outputChars,
            reasoningChars: tally.reasoningChars,
          },
          tally.usage,
        );
  const earlier = follows && makeBill(follows, chat, follows.tally.isFinished);
  const usage = earlier ? addUsage(earlier.usage, own) : own;
  const ownCost = costOf(own, endpoint.pricing, attempt.startedAtMs);
  const cost = earlier ? earlier.cost && ownCost && addCost(earlier.cost, ownCost) : ownCost;
  const ownCertainty = cost === undefined ? "unknown" : isReported ? "exact" : isWhole ? "estimated" : "at_least";
  const certainty = earlier ? lesserCertainty(earlier.certainty, ownCertainty) : ownCertainty;
  const isEstimated = !isReported || earlier?.wireUsage.estimated === true;
  const isOwn = endpoint.byok !== undefined;
  const isByok = isOwn && (earlier?.isByok ?? true);
  const chargedNanoUsd = sum(isOwn ? 0 : ownCost?.totalNanoUsd, earlier ? earlier.chargedNanoUsd : 0);
  const wireUsage = toWireUsage(usage, cost, { isByok, isEstimated, chargedNanoUsd });
  return { usage, cost, chargedNanoUsd, isByok, certainty, wireUsage };
}

/** The bill of an answer whose choices are calls of their own. */
export function addBills(bills: Bill[]): Bill {
  const [first, ...others] = bills;
  if (!first) throw new Error("nothing was billed");
  return others.reduce(addBill, first);
}

function addBill(a: Bill, b: Bill): Bill {
  const usage = addUsage(a.usage, b.usage);
  const cost = a.cost && b.cost && addCost(a.cost, b.cost);
  const isByok = a.isByok && b.isByok;
  const chargedNanoUsd = sum(a.chargedNanoUsd, b.chargedNanoUsd);
  const isEstimated = a.wireUsage.estimated === true || b.wireUsage.estimated === true;
  const wireUsage = toWireUsage(usage, cost, { isByok, isEstimated, chargedNanoUsd });
  return { usage, cost, chargedNanoUsd, isByok, certainty: lesserCertainty(a.certainty, b.certainty), wireUsage };
}

function sum(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a + b;
}

const CERTAINTIES: CostCertainty[] = ["exact", "estimated", "at_least", "unknown"];

/** A sum is no surer than its parts. */
export function lesserCertainty(a: CostCertainty, b: CostCertainty): CostCertainty {
  return CERTAINTIES[Math.max(CERTAINTIES.indexOf(a), CERTAINTIES.indexOf(b))] ?? "unknown";
}
