import { emptyUsage, type Usage } from "../../schema/usage.ts";
import { asObject, type Json } from "../json.ts";

/**
 * The counts of one answer. The vendor reports them twice: in `message_start`, and in `message_delta`, where they are
 * cumulative and replace the first ones field by field. A field that is absent or null keeps its earlier value.
 *
 * | number | what it includes |
 * | --- | --- |
 * | `input_tokens` | what was sent, without anything read from or written to a cache |
 * | `cache_read_input_tokens` | on top of the above |
 * | `cache_creation_input_tokens` | on top of both; all lifetimes together |
 * | `cache_creation.ephemeral_1h_input_tokens` | part of the above, at another price; only in `message_start` and whole answers |
 * | `output_tokens` | everything generated, thinking included |
 * | `output_tokens_details.thinking_tokens` | part of the above; older models do not report it |
 * | `server_tool_use.web_search_requests` | searches, not tokens |
 *
 * `prompt_tokens` of the contract is the sum of the first three.
 */
export class UsageCounter {
  #input = 0;
  #cacheRead = 0;
  #cacheWrite = 0;
  #cacheWrite1h = 0;
  #output = 0;
  #thinking = 0;
  #webSearches: number | undefined;

  /** Takes a `usage` object over what was known before. */
  take(json: Json): void {
    this.#input = count(json.input_tokens) ?? this.#input;
    this.#cacheRead = count(json.cache_read_input_tokens) ?? this.#cacheRead;
    this.#output = count(json.output_tokens) ?? this.#output;
    const split = asObject(json.cache_creation);
    this.#cacheWrite1h = count(split.ephemeral_1h_input_tokens) ?? this.#cacheWrite1h;
    const written = count(split.ephemeral_5m_input_tokens);
    const sum = written === undefined ? undefined : written + this.#cacheWrite1h;
    this.#cacheWrite = count(json.cache_creation_input_tokens) ?? sum ?? this.#cacheWrite;
    this.#thinking = count(asObject(json.output_tokens_details).thinking_tokens) ?? this.#thinking;
    this.#webSearches = count(asObject(json.server_tool_use).web_search_requests) ?? this.#webSearches;
  }

  /** The counts so far, in disjoint buckets. */
  usage(): Usage {
    const usage = emptyUsage();
    usage.input = this.#input;
    usage.cacheRead = this.#cacheRead;
    usage.cacheWrite1h = Math.min(this.#cacheWrite1h, this.#cacheWrite);
    usage.cacheWrite = this.#cacheWrite - usage.cacheWrite1h;
    usage.reasoning = Math.min(this.#thinking, this.#output);
    usage.output = this.#output - usage.reasoning;
    usage.promptTokens = this.#input + this.#cacheRead + this.#cacheWrite;
    usage.completionTokens = this.#output;
    usage.totalTokens = usage.promptTokens + usage.completionTokens;
    if (this.#webSearches !== undefined) usage.webSearches = this.#webSearches;
    return usage;
  }
}

function count(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? Math.round(value) : undefined;
}
