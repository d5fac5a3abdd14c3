import type { Endpoint } from "../catalogue/catalogue.ts";
import { protocolOf } from "../protocols/index.ts";
import type { Candidate } from "../routing/plan.ts";
import type { ChatRequest } from "../schema/chat.ts";

/** Candidates by how they are asked for several choices. */
export interface Parted {
  /** Those at the plan's beginning that give all choices in one call. */
  together: Candidate[];
  /** All others: each choice is a call of its own. */
  apart: Candidate[];
}

/**
 * Parts a plan for a request for several choices. Its order stays: candidates that take `n` are asked with it until one
 * comes that does not; from there on every candidate is asked once for each choice, also one that would take `n`.
 */
export async function partedByChoices(candidates: Candidate[], chat: ChatRequest): Promise<Parted> {
  let end = 0;
  for (; end < candidates.length; end++) {
    const next = candidates[end];
    if (!next || !(await takesChoices(next.endpoint, chat))) break;
  }
  return { together: candidates.slice(0, end), apart: candidates.slice(end) };
}

/** Whether an endpoint gives several choices in one call: its row lists `n`, and its wire format has a word for it. */
async function takesChoices(
  { supportedParameters, provider, upstreamModel: model, maxCompletionTokens }: Endpoint,
  { n }: ChatRequest,
): Promise<boolean> {
  if (!supportedParameters?.has("n")) return false;
  const smallest: ChatRequest = { messages: [{ role: "user", content: "n" }], n };
  const target = { model, quirks: provider.quirks, stream: false, maxCompletionTokens };
  const { dropped } = (await protocolOf(provider.api)).request(smallest, target);
  return dropped?.includes("n") !== true;
}

/** The request of one of several calls that give a choice each: with seeds that differ, where one was given. */
export function chatOfChoice({ n: _, ...chat }: ChatRequest, index: number): ChatRequest {
  return chat.seed == null ? chat : { ...chat, seed: chat.seed + index };
}
