import { describe, expect, it } from "vitest";
import { saysContextExceeded } from "../../src/protocols/context-exceeded.ts";

describe("a prompt does not fit", () => {
  it.each([
    "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.",
    "This model's maximum context length is 131072 tokens. However, you requested 140000 tokens (139000 in the messages, 1000 in the completion).",
    "This model's maximum prompt length is 131072 but the request contains 200000 tokens.",
    "context_length_exceeded",
    "prompt is too long: 210000 tokens > 200000 maximum",
    "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000, decrease input length or `max_tokens`",
    "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
    "Input is too long for requested model.",
    "Please reduce the length of the messages or completion.",
    "Your input exceeds the context window of this model. Please adjust your input and try again.",
    "too many tokens: total number of tokens in the prompt cannot exceed 4081",
    "Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length",
    "`inputs` tokens + `max_new_tokens` must be <= 4097. Given: 5000 `inputs` tokens and 20 `max_new_tokens`",
    "the request exceeds the available context size. try increasing the context size or enable context shift",
    "The input (5000 tokens) is longer than the model's context length (4096 tokens).",
    "CONTEXT WINDOW EXCEEDED",
  ])("says: %s", (message) => {
    expect(saysContextExceeded(message)).toBe(true);
  });

  it.each([
    "",
    "Rate limit reached for gpt-4o: Limit 30000, Used 29000, Requested 2000 tokens per minute.",
    "max_tokens is too large: 100000. This model supports at most 16384 completion tokens.",
    "You exceeded your current quota, please check your plan and billing details.",
    "The model `x` does not exist or you do not have access to it.",
    "Invalid value for 'temperature': expected a number up to 2.",
    "Request too large for model on tokens per minute (TPM): Limit 6000, Requested 9000.",
    "The string is too long: tools[0].function.description.",
    "This request exceeds your budget in this context.",
  ])("does not say: %s", (message) => {
    expect(saysContextExceeded(message)).toBe(false);
  });
});
