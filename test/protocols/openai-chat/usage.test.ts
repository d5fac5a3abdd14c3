import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readUsage } from "../../../src/protocols/openai-chat/usage.ts";
import { emptyUsage, type Usage } from "../../../src/schema/usage.ts";

const sums = (usage: Usage) => ({
  sent: usage.input + usage.cacheRead + usage.cacheWrite + usage.cacheWrite1h + usage.inputAudio,
  generated: usage.output + usage.reasoning + usage.outputAudio + usage.outputImage,
});

describe("the usage of an upstream", () => {
  it.each<[name: string, json: Record<string, unknown>, usage: Partial<Usage>]>([
    [
      "the three totals",
      { prompt_tokens: 9, completion_tokens: 5, total_tokens: 14 },
      { promptTokens: 9, completionTokens: 5, totalTokens: 14, input: 9, output: 5 },
    ],
    [
      "no total",
      { prompt_tokens: 9, completion_tokens: 5 },
      { promptTokens: 9, completionTokens: 5, totalTokens: 14, input: 9, output: 5 },
    ],
    ["nothing", {}, {}],
    ["nulls", { prompt_tokens: null, completion_tokens: null, total_tokens: null, prompt_tokens_details: null }, {}],
    [
      "cached tokens (OpenAI)",
      { prompt_tokens: 100, completion_tokens: 1, total_tokens: 101, prompt_tokens_details: { cached_tokens: 64 } },
      { promptTokens: 100, completionTokens: 1, totalTokens: 101, input: 36, cacheRead: 64, output: 1 },
    ],
    [
      "cached tokens (DeepSeek)",
      { prompt_tokens: 100, completion_tokens: 1, prompt_cache_hit_tokens: 60, prompt_cache_miss_tokens: 40 },
      { promptTokens: 100, completionTokens: 1, totalTokens: 101, input: 40, cacheRead: 60, output: 1 },
    ],
    [
      "cached tokens (Together, Moonshot)",
      { prompt_tokens: 10, completion_tokens: 1, cached_tokens: 6 },
      { promptTokens: 10, completionTokens: 1, totalTokens: 11, input: 4, cacheRead: 6, output: 1 },
    ],
    [
      "tokens written to a cache",
      { prompt_tokens: 10, completion_tokens: 1, prompt_tokens_details: { cached_tokens: 3, cache_write_tokens: 4 } },
      { promptTokens: 10, completionTokens: 1, totalTokens: 11, input: 3, cacheRead: 3, cacheWrite: 4, output: 1 },
    ],
    [
      "audio both ways",
      {
        prompt_tokens: 10,
        completion_tokens: 8,
        prompt_tokens_details: { audio_tokens: 7 },
        completion_tokens_details: { audio_tokens: 5 },
      },
      { promptTokens: 10, completionTokens: 8, totalTokens: 18, input: 3, inputAudio: 7, output: 3, outputAudio: 5 },
    ],
    [
      "images and video",
      {
        prompt_tokens: 10,
        completion_tokens: 8,
        prompt_tokens_details: { video_tokens: 4 },
        completion_tokens_details: { image_tokens: 8 },
      },
      { promptTokens: 10, completionTokens: 8, totalTokens: 18, input: 10, inputVideo: 4, outputImage: 8 },
    ],
    [
      "reasoning as part of the completion",
      {
        prompt_tokens: 1,
        completion_tokens: 50,
        total_tokens: 51,
        completion_tokens_details: { reasoning_tokens: 40 },
      },
      { promptTokens: 1, completionTokens: 50, totalTokens: 51, input: 1, output: 10, reasoning: 40 },
    ],
    [
      "reasoning on top of the completion (xAI)",
      {
        prompt_tokens: 1,
        completion_tokens: 10,
        total_tokens: 51,
        completion_tokens_details: { reasoning_tokens: 40 },
      },
      { promptTokens: 1, completionTokens: 10, totalTokens: 51, input: 1, output: 10, reasoning: 40 },
    ],
    [
      "reasoning beside the details",
      { prompt_tokens: 1, completion_tokens: 9, reasoning_tokens: 4 },
      { promptTokens: 1, completionTokens: 9, totalTokens: 10, input: 1, output: 5, reasoning: 4 },
    ],
    [
      "more cached than sent: cut, and shown as reported",
      { prompt_tokens: 5, completion_tokens: 1, prompt_tokens_details: { cached_tokens: 9 } },
      { promptTokens: 5, completionTokens: 1, totalTokens: 6, cacheRead: 5, reportedCacheRead: 9, output: 1 },
    ],
    [
      "more reasoning than generated: cut",
      { prompt_tokens: 1, completion_tokens: 5, total_tokens: 6, completion_tokens_details: { reasoning_tokens: 9 } },
      { promptTokens: 1, completionTokens: 5, totalTokens: 6, input: 1, reasoning: 5 },
    ],
    [
      "predictions",
      {
        prompt_tokens: 1,
        completion_tokens: 5,
        completion_tokens_details: { accepted_prediction_tokens: 0, rejected_prediction_tokens: 2 },
      },
      {
        promptTokens: 1,
        completionTokens: 5,
        totalTokens: 6,
        input: 1,
        output: 5,
        acceptedPrediction: 0,
        rejectedPrediction: 2,
      },
    ],
    [
      "numbers that are none",
      { prompt_tokens: "9", completion_tokens: -5, total_tokens: Number.NaN, prompt_tokens_details: "x" },
      {},
    ],
    [
      "parts of tokens: rounded",
      { prompt_tokens: 1.4, completion_tokens: 1.6 },
      { promptTokens: 1, completionTokens: 2, totalTokens: 3, input: 1, output: 2 },
    ],
  ])("is read from %s", (_, json, usage) => {
    expect(readUsage(json)).toEqual({
      ...emptyUsage(),
      acceptedPrediction: undefined,
      rejectedPrediction: undefined,
      ...usage,
    });
  });

  it("is split into buckets without overlap, whatever the numbers", () => {
    const count = fc.option(fc.oneof(fc.nat({ max: 200 }), fc.constant(-1), fc.constant("x")), { nil: undefined });
    const json = fc.record({
      prompt_tokens: count,
      completion_tokens: count,
      total_tokens: count,
      reasoning_tokens: count,
      cached_tokens: count,
      prompt_tokens_details: fc.record({ cached_tokens: count, cache_write_tokens: count, audio_tokens: count }),
      completion_tokens_details: fc.record({ reasoning_tokens: count, audio_tokens: count, image_tokens: count }),
    });
    fc.assert(
      fc.property(json, (reported) => {
        const usage = readUsage(reported);
        const { sent, generated } = sums(usage);
        expect(sent).toBe(usage.promptTokens);
        expect([usage.completionTokens, usage.completionTokens + usage.reasoning]).toContain(generated);
        for (const value of Object.values(usage)) if (value !== undefined) expect(value).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
