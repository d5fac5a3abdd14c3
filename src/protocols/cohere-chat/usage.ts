import { emptyUsage, type Usage } from "../../schema/usage.ts";
import { asObject, type Json } from "../json.ts";

/**
 * Reads `usage` of Cohere's v2.
 *
 * | number | what it includes |
 * | --- | --- |
 * | `tokens.input_tokens`, `tokens.output_tokens` | what the model read and wrote, the vendor's own template included |
 * | `billed_units.*_tokens` | what is paid for: less than the above; the buckets add up to these |
 * | `cached_tokens` | part of `tokens.input_tokens`; read from a cache, but not priced apart |
 * | `tokens.reasoning_tokens` | part of `tokens.output_tokens` |
 */
export function readUsage(json: Json): Usage {
  const tokens = asObject(json.tokens);
  const billed = asObject(json.billed_units);
  const usage = emptyUsage();
  usage.promptTokens = count(tokens.input_tokens) ?? count(billed.input_tokens) ?? 0;
  usage.completionTokens = count(tokens.output_tokens) ?? count(billed.output_tokens) ?? 0;
  usage.totalTokens = usage.promptTokens + usage.completionTokens;
  usage.input = count(billed.input_tokens) ?? usage.promptTokens;
  const output = count(billed.output_tokens) ?? usage.completionTokens;
  usage.reasoning = Math.min(count(tokens.reasoning_tokens) ?? count(billed.reasoning_tokens) ?? 0, output);
  usage.output = output - usage.reasoning;
  const cached = count(json.cached_tokens);
  if (cached) usage.reportedCacheRead = cached;
  return usage;
}

function count(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? Math.round(value) : undefined;
}
