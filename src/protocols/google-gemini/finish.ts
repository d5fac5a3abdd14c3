import type { UpstreamFailure } from "../../errors.ts";
import type { FinishReason } from "../../schema/chunk.ts";
import { toFinishReason } from "../finish-reason.ts";
import type { Candidate } from "./candidate.ts";

/** How a candidate ended. `failure` says why when it ended in an error. */
export interface Ending {
  finishReason: FinishReason;
  native: string | null;
  failure: UpstreamFailure;
}

/** Ends that say that what the model wrote cannot be used, by what is wrong with it. */
const SPOILED = /^(MALFORMED_|UNEXPECTED_TOOL_CALL$|TOO_MANY_TOOL_CALLS$)/;

/**
 * Reads the vendor's finish reason. A call of a function that was not declared is a tool call all the same: the
 * client sees its name and can say no. A missing image is no error where there is text instead. When the prompt's
 * block comes after content, it ended the content.
 */
export function readFinish(candidate: Candidate, block: UpstreamFailure | undefined): Ending {
  const { finishReason: word, finishMessage, toolCalls, hasContent } = candidate;
  const isBlocked = word === undefined && block !== undefined;
  const native = (isBlocked ? block.providerCode : word) ?? null;
  const failure: UpstreamFailure = {
    kind: word === "MISSING_THOUGHT_SIGNATURE" ? "rejected" : SPOILED.test(word ?? "") ? "malformed" : "overloaded",
    message: finishMessage ?? `The provider ended its answer with ${native}.`,
    providerCode: native ?? undefined,
    raw: JSON.stringify({ finishReason: word, finishMessage }),
  };
  const isToolCall = word === "UNEXPECTED_TOOL_CALL" && toolCalls > 0;
  const isText = word === "NO_IMAGE" && hasContent;
  const meaning = isToolCall || isText ? null : native;
  const finishReason = isBlocked ? "content_filter" : toFinishReason(meaning, toolCalls > 0);
  return { finishReason, native, failure };
}
