import { emptyUsage, type Usage } from "../../schema/usage.ts";
import { toNanoUsd } from "../../usage/cost.ts";

type Json = Record<string, unknown>;

/**
 * Reads `usage` of an OpenAI-style answer.
 *
 * | number | what it includes |
 * | --- | --- |
 * | `prompt_tokens` | everything sent: fresh, cached, written to a cache, audio |
 * | `prompt_tokens_details.cached_tokens` | part of the above; also `prompt_cache_hit_tokens` (DeepSeek) and `cached_tokens` (Together, Moonshot) |
 * | `prompt_tokens_details.cache_write_tokens` | part of the above |
 * | `completion_tokens` | everything generated, reasoning included — except at xAI, where `reasoning_tokens` comes on top: there the total is the sum of all three |
 *
 * A part that is larger than its whole (seen at Azure for xAI models) is cut to it, so that no bucket is negative.
 */
export function readUsage(json: Json): Usage {
  const promptDetails = asObject(json.prompt_tokens_details);
  const completionDetails = asObject(json.completion_tokens_details);
  const usage = emptyUsage();
  usage.promptTokens = count(json.prompt_tokens) ?? 0;
  usage.completionTokens = count(json.completion_tokens) ?? 0;
  usage.totalTokens = count(json.total_tokens) ?? usage.promptTokens + usage.completionTokens;

  const cached = firstCount(promptDetails.cached_tokens, json.prompt_cache_hit_tokens, json.cached_tokens);
  let left = usage.promptTokens;
  const take = (wanted: number) => {
    const taken = Math.min(wanted, left);
    left -= taken;
    return taken;
  };
  usage.cacheRead = take(cached);
  if (usage.cacheRead !== cached) usage.reportedCacheRead = cached;
  usage.cacheWrite = take(firstCount(promptDetails.cache_write_tokens));
  usage.inputAudio = take(firstCount(promptDetails.audio_tokens));
  usage.input = left;
  usage.inputVideo = firstCount(promptDetails.video_tokens);

  const reasoning = firstCount(completionDetails.reasoning_tokens, json.reasoning_tokens);
  const isAdded = reasoning > 0 && usage.totalTokens === usage.promptTokens + usage.completionTokens + reasoning;
  left = isAdded ? usage.completionTokens + reasoning : usage.completionTokens;
  usage.reasoning = take(reasoning);
  usage.outputAudio = take(firstCount(completionDetails.audio_tokens));
  usage.outputImage = take(firstCount(completionDetails.image_tokens));
  usage.output = left;

  usage.acceptedPrediction = count(completionDetails.accepted_prediction_tokens);
  usage.rejectedPrediction = count(completionDetails.rejected_prediction_tokens);
  // Dollars, at OpenRouter and those like it; others write an object here.
  if (typeof json.cost === "number" && json.cost >= 0) usage.reportedCostNanoUsd = toNanoUsd(json.cost);
  return usage;
}

function firstCount(...candidates: unknown[]): number {
  for (const candidate of candidates) {
    const value = count(candidate);
    if (value !== undefined) return value;
  }
  return 0;
}

function count(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? Math.round(value) : undefined;
}

function asObject(value: unknown): Json {
  return typeof value === "object" && value !== null ? (value as Json) : {};
}
