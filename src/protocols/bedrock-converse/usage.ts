import { emptyUsage, type Usage } from "../../schema/usage.ts";
import { asArray, asObject, type Json } from "../json.ts";

/**
 * Reads `usage` of the Converse API.
 *
 * | number | what it includes |
 * | --- | --- |
 * | `inputTokens` | prompt tokens that were neither read from nor written to a cache |
 * | `cacheReadInputTokens`, `cacheWriteInputTokens` | on top of it (older answers say `…TokenCount`) |
 * | `cacheDetails[].inputTokens` | part of the writes, by lifetime |
 * | `outputTokens` | everything generated, reasoning included; how much of it was reasoning is not told |
 */
export function readUsage(json: Json): Usage {
  const usage = emptyUsage();
  usage.input = count(json.inputTokens);
  usage.cacheRead = count(json.cacheReadInputTokens ?? json.cacheReadInputTokenCount);
  const written = count(json.cacheWriteInputTokens ?? json.cacheWriteInputTokenCount);
  const hour = asArray(json.cacheDetails)
    .map(asObject)
    .find(({ ttl }) => ttl === "1h");
  usage.cacheWrite1h = Math.min(count(hour?.inputTokens), written);
  usage.cacheWrite = written - usage.cacheWrite1h;
  usage.output = count(json.outputTokens);
  usage.promptTokens = usage.input + usage.cacheRead + written;
  usage.completionTokens = usage.output;
  usage.totalTokens = usage.promptTokens + usage.completionTokens;
  return usage;
}

function count(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? Math.round(value) : 0;
}
