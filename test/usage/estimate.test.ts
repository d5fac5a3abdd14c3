import { describe, expect, it } from "vitest";
import { emptyUsage } from "../../src/schema/usage.ts";
import { estimateTokens, estimateUsage } from "../../src/usage/estimate.ts";

describe("an estimate of tokens", () => {
  it.each([
    [0, 0],
    [1, 1],
    [4, 1],
    [5, 2],
    [4_000, 1_000],
  ])("takes %i characters for %i tokens", (chars, tokens) => {
    expect(estimateTokens(chars)).toBe(tokens);
  });
});

describe("an estimate of usage", () => {
  it("counts the text that went each way when the upstream reported nothing", () => {
    expect(estimateUsage({ promptTokens: 10, outputChars: 20, reasoningChars: 8 })).toEqual({
      ...emptyUsage(),
      promptTokens: 10,
      completionTokens: 7,
      totalTokens: 17,
      input: 10,
      output: 5,
      reasoning: 2,
    });
  });

  it("keeps the prompt that the upstream counted, cached share and all", () => {
    const reported = { ...emptyUsage(), promptTokens: 100, totalTokens: 100, input: 20, cacheRead: 80 };
    expect(estimateUsage({ promptTokens: 1, outputChars: 20, reasoningChars: 0 }, reported)).toEqual({
      ...reported,
      completionTokens: 5,
      totalTokens: 105,
      output: 5,
    });
  });

  it("keeps a larger count of what was generated", () => {
    const reported = { ...emptyUsage(), promptTokens: 9, completionTokens: 50, totalTokens: 59, input: 9, output: 50 };
    expect(estimateUsage({ promptTokens: 1, outputChars: 20, reasoningChars: 4 }, reported)).toEqual(reported);
  });

  it("takes its own larger one, and leaves no token in two buckets", () => {
    const reported = {
      ...emptyUsage(),
      promptTokens: 9,
      completionTokens: 4,
      totalTokens: 13,
      input: 9,
      output: 1,
      outputAudio: 3,
    };
    const usage = estimateUsage({ promptTokens: 1, outputChars: 40, reasoningChars: 40 }, reported);
    expect(usage.completionTokens).toBeGreaterThanOrEqual(20);
    expect(usage.output + usage.reasoning + usage.outputAudio + usage.outputImage).toBe(usage.completionTokens);
  });

  it("does not take a smaller guess for what came on top of the completion (xAI)", () => {
    const reported = {
      ...emptyUsage(),
      promptTokens: 9,
      completionTokens: 5,
      totalTokens: 114,
      input: 9,
      output: 5,
      reasoning: 100,
    };
    expect(estimateUsage({ promptTokens: 1, outputChars: 20, reasoningChars: 100 }, reported)).toMatchObject({
      output: 5,
      reasoning: 100,
    });
  });

  it("leaves what was reported as it is", () => {
    const reported = { ...emptyUsage(), promptTokens: 1, input: 1 };
    estimateUsage({ promptTokens: 1, outputChars: 40, reasoningChars: 0 }, reported);
    expect(reported).toEqual({ ...emptyUsage(), promptTokens: 1, input: 1 });
  });
});
