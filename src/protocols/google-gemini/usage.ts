import { emptyUsage, type Usage } from "../../schema/usage.ts";
import { asArray, asObject, type Json } from "../json.ts";

/**
 * Reads `usageMetadata`.
 *
 * | number | what it includes |
 * | --- | --- |
 * | `promptTokenCount` | the client's prompt with all media, also what was read from a cache |
 * | `cachedContentTokenCount` | part of the above |
 * | `toolUsePromptTokenCount` | what the vendor's own tools added to the prompt; on top of the above |
 * | `candidatesTokenCount` | visible output; absent as long as there is none |
 * | `thoughtsTokenCount` | on top of the above; only where the total leaves no room for it, a part of it |
 * | `totalTokenCount` | all of them |
 * | `…TokensDetails` | the same by modality: audio and video of the prompt, audio and images of the output |
 *
 * Writing to a cache is not reported: it costs what a prompt costs. Counts in a stream are cumulative. A part that is
 * larger than its whole is cut to it.
 */
export function readUsage(json: Json, webSearches: number): Usage {
  const usage = emptyUsage();
  const prompt = count(json.promptTokenCount);
  const toolUse = count(json.toolUsePromptTokenCount);
  const candidates = count(json.candidatesTokenCount);
  const thoughts = count(json.thoughtsTokenCount);
  const isIncluded = thoughts > 0 && json.totalTokenCount === prompt + toolUse + candidates;
  usage.promptTokens = prompt + toolUse;
  usage.completionTokens = isIncluded ? candidates : candidates + thoughts;
  usage.totalTokens = count(json.totalTokenCount) || usage.promptTokens + usage.completionTokens;

  const cached = count(json.cachedContentTokenCount);
  const cachedAudio = countOf("AUDIO", json.cacheTokensDetails);
  let left = usage.promptTokens;
  const take = (wanted: number) => {
    const taken = Math.max(0, Math.min(wanted, left));
    left -= taken;
    return taken;
  };
  usage.cacheRead = take(cached);
  if (usage.cacheRead !== cached) usage.reportedCacheRead = cached;
  usage.inputAudio = take(countOf("AUDIO", json.promptTokensDetails) - cachedAudio);
  usage.input = left;
  usage.inputVideo = countOf("VIDEO", json.promptTokensDetails);

  left = usage.completionTokens;
  usage.reasoning = take(thoughts);
  usage.outputAudio = take(countOf("AUDIO", json.candidatesTokensDetails));
  usage.outputImage = take(countOf("IMAGE", json.candidatesTokensDetails));
  usage.output = left;
  if (webSearches > 0) usage.webSearches = webSearches;
  return usage;
}

/** Tokens of one modality in a list of `{modality, tokenCount}`. */
function countOf(modality: string, details: unknown): number {
  let tokens = 0;
  for (const value of asArray(details)) {
    const detail = asObject(value);
    if (detail.modality === modality) tokens += count(detail.tokenCount);
  }
  return tokens;
}

function count(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) && value > 0 ? Math.round(value) : 0;
}
