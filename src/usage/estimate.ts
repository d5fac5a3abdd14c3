import { emptyUsage, type Usage } from "../schema/usage.ts";

/** Characters of a token in the long run of English prose; code and other scripts have fewer. */
const CHARS_PER_TOKEN = 4;

/** What is known of an exchange that no upstream counted: tokens of the prompt, characters of the answer. */
export interface Exchange {
  promptTokens: number;
  outputChars: number;
  reasoningChars: number;
}

/**
 * Tokens that so many characters make, rounded up. A rough count for text that is not kept: within a factor of two for
 * European languages and code; Chinese and Japanese have up to three times as many. `textTokens` knows better.
 */
export function estimateTokens(chars: number): number {
  return Math.ceil(chars / CHARS_PER_TOKEN);
}

/**
 * A usage for an answer whose upstream gave none, from what went each way. What the upstream did report before it
 * stopped (`reported`) wins over a smaller guess.
 */
export function estimateUsage(exchange: Exchange, reported?: Usage): Usage {
  const usage = reported ? { ...reported } : emptyUsage();
  if (usage.promptTokens === 0) {
    usage.promptTokens = exchange.promptTokens;
    usage.input = usage.promptTokens;
  }
  const output = estimateTokens(exchange.outputChars);
  const reasoning = estimateTokens(exchange.reasoningChars);
  const counted = usage.output + usage.reasoning + usage.outputAudio + usage.outputImage;
  if (counted < output + reasoning) {
    usage.completionTokens = output + reasoning;
    Object.assign(usage, { output, reasoning, outputAudio: 0, outputImage: 0 });
  }
  usage.totalTokens = Math.max(usage.totalTokens, usage.promptTokens + usage.completionTokens);
  return usage;
}
