import { emptyUsage, type Usage } from "../schema/usage.ts";

/** Characters of a token in the long run of English prose; code and other scripts have fewer. */
const CHARS_PER_TOKEN = 4;

/** Tokens that so many characters make, rounded up. A rough count: within a factor of two for most text. */
export function estimateTokens(chars: number): number {
  return Math.ceil(chars / CHARS_PER_TOKEN);
}

/**
 * A usage for an answer whose upstream gave none, from the characters that went each way. What the upstream did
 * report before it stopped (`reported`) wins over a smaller guess.
 */
export function estimateUsage(chars: { prompt: number; output: number; reasoning: number }, reported?: Usage): Usage {
  const usage = reported ? { ...reported } : emptyUsage();
  if (usage.promptTokens === 0) {
    usage.promptTokens = estimateTokens(chars.prompt);
    usage.input = usage.promptTokens;
  }
  const output = estimateTokens(chars.output);
  const reasoning = estimateTokens(chars.reasoning);
  const counted = usage.output + usage.reasoning + usage.outputAudio + usage.outputImage;
  if (counted < output + reasoning) {
    usage.completionTokens = output + reasoning;
    Object.assign(usage, { output, reasoning, outputAudio: 0, outputImage: 0 });
  }
  usage.totalTokens = Math.max(usage.totalTokens, usage.promptTokens + usage.completionTokens);
  return usage;
}
