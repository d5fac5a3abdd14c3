import { emptyUsage, type Usage } from "../../schema/usage.ts";
import { asObject, type Json } from "../json.ts";

/**
 * Reads `usage` of the Responses API.
 *
 * | number | what it includes |
 * | --- | --- |
 * | `input_tokens` | everything sent; `input_tokens_details.cached_tokens` and `.cache_write_tokens` are parts of it |
 * | `output_tokens` | everything generated; `output_tokens_details.reasoning_tokens` is part of it |
 */
export function readUsage(json: Json): Usage {
  const usage = emptyUsage();
  usage.promptTokens = count(json.input_tokens);
  usage.completionTokens = count(json.output_tokens);
  usage.totalTokens = count(json.total_tokens) || usage.promptTokens + usage.completionTokens;
  const details = asObject(json.input_tokens_details);
  usage.cacheRead = Math.min(count(details.cached_tokens), usage.promptTokens);
  usage.cacheWrite = Math.min(count(details.cache_write_tokens), usage.promptTokens - usage.cacheRead);
  usage.input = usage.promptTokens - usage.cacheRead - usage.cacheWrite;
  const reasoning = count(asObject(json.output_tokens_details).reasoning_tokens);
  usage.reasoning = Math.min(reasoning, usage.completionTokens);
  usage.output = usage.completionTokens - usage.reasoning;
  return usage;
}

function count(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? Math.round(value) : 0;
}
