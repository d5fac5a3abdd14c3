import { describe, expect, it } from "vitest";
import { emptyUsage } from "../../src/schema/usage.ts";
import { toWireUsage } from "../../src/usage/wire-usage.ts";

const EXACT = { isByok: false, isEstimated: false };
const COST = { totalNanoUsd: 1_500, promptNanoUsd: 1_000, completionNanoUsd: 500 };

describe("usage on the wire", () => {
  it("holds every number that clients require, also where all are 0", () => {
    expect(toWireUsage(emptyUsage(), COST, EXACT)).toEqual({
      prompt_tokens: 0,
      completion_tokens: 0,
      total_tokens: 0,
      cost: 0.0000015,
      is_byok: false,
      prompt_tokens_details: { cached_tokens: 0, cache_write_tokens: 0, audio_tokens: 0, video_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 0, image_tokens: 0, audio_tokens: 0 },
      cost_details: {
        upstream_inference_cost: 0.0000015,
        upstream_inference_prompt_cost: 0.000001,
        upstream_inference_completions_cost: 0.0000005,
      },
    });
  });

  it("shows the upstream's own totals and the shares in them", () => {
    const usage = {
      ...emptyUsage(),
      promptTokens: 100,
      completionTokens: 50,
      totalTokens: 160,
      cacheRead: 30,
      cacheWrite: 20,
      cacheWrite1h: 5,
      inputAudio: 7,
      inputVideo: 8,
      reasoning: 11,
      outputImage: 12,
      outputAudio: 13,
    };
    expect(toWireUsage(usage, COST, EXACT)).toMatchObject({
      prompt_tokens: 100,
      completion_tokens: 50,
      total_tokens: 160,
      prompt_tokens_details: { cached_tokens: 30, cache_write_tokens: 25, audio_tokens: 7, video_tokens: 8 },
      completion_tokens_details: { reasoning_tokens: 11, image_tokens: 12, audio_tokens: 13 },
    });
  });

  it("leaves the cost out when the price is unknown: clients refuse a null", () => {
    const wire = toWireUsage(emptyUsage(), undefined, EXACT);
    expect(wire).not.toHaveProperty("cost");
    expect(wire).not.toHaveProperty("cost_details");
    expect(JSON.stringify(wire)).not.toContain("null");
  });

  it("says when the counts are estimates, and only then", () => {
    expect(toWireUsage(emptyUsage(), COST, { isByok: false, isEstimated: true }).estimated).toBe(true);
    expect(toWireUsage(emptyUsage(), COST, EXACT)).not.toHaveProperty("estimated");
  });

  it("says whose key paid", () => {
    expect(toWireUsage(emptyUsage(), COST, { isByok: true, isEstimated: false }).is_byok).toBe(true);
  });

  it("shows what the upstream said of its cache, even when that cannot be so", () => {
    const usage = { ...emptyUsage(), promptTokens: 5, cacheRead: 5, reportedCacheRead: 9 };
    expect(toWireUsage(usage, COST, EXACT).prompt_tokens_details.cached_tokens).toBe(9);
  });

  it("has predictions and searches only where the upstream reported them, also 0", () => {
    const wire = toWireUsage(
      { ...emptyUsage(), acceptedPrediction: 0, rejectedPrediction: 2, webSearches: 0 },
      COST,
      EXACT,
    );
    expect(wire.completion_tokens_details).toMatchObject({
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 2,
    });
    expect(wire.server_tool_use_details).toEqual({ web_search_requests: 0 });
    const plain = toWireUsage(emptyUsage(), COST, EXACT);
    expect(Object.keys(plain.completion_tokens_details)).toEqual(["reasoning_tokens", "image_tokens", "audio_tokens"]);
    expect(plain).not.toHaveProperty("server_tool_use_details");
  });
});
