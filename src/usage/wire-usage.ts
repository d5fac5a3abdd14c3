import type { Usage } from "../schema/usage.ts";
import { type Cost, toUsd } from "./cost.ts";

/** `usage` as clients get it; every key that the official clients require is always there. */
export interface WireUsage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
  /** US dollars; left out when the price is unknown. 0 with a team's own key: what that costs is in `cost_details`. */
  cost?: number;
  is_byok: boolean;
  /** Present and true when the upstream reported no counts and these were counted from the text. */
  estimated?: true;
  prompt_tokens_details: {
    cached_tokens: number;
    cache_write_tokens: number;
    audio_tokens: number;
    video_tokens: number;
  };
  completion_tokens_details: {
    reasoning_tokens: number;
    image_tokens: number;
    audio_tokens: number;
    accepted_prediction_tokens?: number;
    rejected_prediction_tokens?: number;
  };
  cost_details?: {
    upstream_inference_cost?: number | null;
    upstream_inference_prompt_cost?: number;
    upstream_inference_completions_cost?: number;
    /** Calls of judges beside the answer; part of `cost`. */
    checks_cost?: number;
    /** Embeddings, rewrites and reranks beside the answer; part of `cost`. */
    retrieval_cost?: number;
  };
  server_tool_use_details?: { web_search_requests: number };
}

/**
 * Renders a usage and its cost for the client. `chargedNanoUsd`: the part that the team's own keys do not pay, where it
 * is a part.
 */
export function toWireUsage(
  usage: Usage,
  cost: Cost | undefined,
  {
    isByok,
    isEstimated,
    chargedNanoUsd,
  }: { isByok: boolean; isEstimated: boolean; chargedNanoUsd?: number | undefined },
): WireUsage {
  const wire: WireUsage = {
    prompt_tokens: usage.promptTokens,
    completion_tokens: usage.completionTokens,
    total_tokens: usage.totalTokens,
    is_byok: isByok,
    prompt_tokens_details: {
      cached_tokens: usage.reportedCacheRead ?? usage.cacheRead,
      cache_write_tokens: usage.cacheWrite + usage.cacheWrite1h,
      audio_tokens: usage.inputAudio,
      video_tokens: usage.inputVideo,
    },
    completion_tokens_details: {
      reasoning_tokens: usage.reasoning,
      image_tokens: usage.outputImage,
      audio_tokens: usage.outputAudio,
    },
  };
  if (isEstimated) wire.estimated = true;
  if (usage.acceptedPrediction !== undefined)
    wire.completion_tokens_details.accepted_prediction_tokens = usage.acceptedPrediction;
  if (usage.rejectedPrediction !== undefined)
    wire.completion_tokens_details.rejected_prediction_tokens = usage.rejectedPrediction;
  if (usage.webSearches !== undefined) wire.server_tool_use_details = { web_search_requests: usage.webSearches };
  if (isByok) wire.cost = 0;
  if (cost !== undefined) {
    if (!isByok) wire.cost = toUsd(chargedNanoUsd ?? cost.totalNanoUsd);
    wire.cost_details = {
      upstream_inference_cost: toUsd(cost.totalNanoUsd),
      upstream_inference_prompt_cost: toUsd(cost.promptNanoUsd),
      upstream_inference_completions_cost: toUsd(cost.completionNanoUsd),
    };
  }
  return wire;
}
