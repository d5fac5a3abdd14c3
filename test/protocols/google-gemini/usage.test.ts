import { expect, it } from "vitest";
import { readUsage } from "../../../src/protocols/google-gemini/usage.ts";

it.each([
  { what: "nothing", json: {}, usage: {} },
  {
    what: "thoughts on top of the output",
    json: { promptTokenCount: 10, candidatesTokenCount: 5, thoughtsTokenCount: 20, totalTokenCount: 35 },
    usage: { promptTokens: 10, completionTokens: 25, totalTokens: 35, input: 10, output: 5, reasoning: 20 },
  },
  {
    what: "thoughts inside the output, where the total says so",
    json: { promptTokenCount: 10, candidatesTokenCount: 25, thoughtsTokenCount: 20, totalTokenCount: 35 },
    usage: { promptTokens: 10, completionTokens: 25, totalTokens: 35, input: 10, output: 5, reasoning: 20 },
  },
  {
    what: "no total",
    json: { promptTokenCount: 10, candidatesTokenCount: 5, thoughtsTokenCount: 20 },
    usage: { promptTokens: 10, completionTokens: 25, totalTokens: 35, input: 10, output: 5, reasoning: 20 },
  },
  {
    what: "the vendor's own tools",
    json: { promptTokenCount: 10, toolUsePromptTokenCount: 100, candidatesTokenCount: 5, totalTokenCount: 115 },
    usage: { promptTokens: 110, completionTokens: 5, totalTokens: 115, input: 110, output: 5 },
  },
  {
    what: "a cache, part of it sound",
    json: {
      promptTokenCount: 100,
      cachedContentTokenCount: 60,
      totalTokenCount: 100,
      promptTokensDetails: [
        { modality: "TEXT", tokenCount: 40 },
        { modality: "AUDIO", tokenCount: 50 },
        { modality: "VIDEO", tokenCount: 10 },
      ],
      cacheTokensDetails: [
        { modality: "AUDIO", tokenCount: 30 },
        { modality: "TEXT", tokenCount: 30 },
      ],
    },
    usage: { promptTokens: 100, totalTokens: 100, cacheRead: 60, inputAudio: 20, input: 20, inputVideo: 10 },
  },
  {
    what: "a cache larger than the prompt",
    json: { promptTokenCount: 10, cachedContentTokenCount: 60, totalTokenCount: 10 },
    usage: { promptTokens: 10, totalTokens: 10, cacheRead: 10, reportedCacheRead: 60 },
  },
  {
    what: "images and sound in the output",
    json: {
      promptTokenCount: 3,
      candidatesTokenCount: 30,
      totalTokenCount: 33,
      candidatesTokensDetails: [
        { modality: "IMAGE", tokenCount: 20 },
        { modality: "AUDIO", tokenCount: 6 },
        { modality: "TEXT", tokenCount: 4 },
      ],
    },
    usage: {
      promptTokens: 3,
      completionTokens: 30,
      totalTokens: 33,
      input: 3,
      output: 4,
      outputImage: 20,
      outputAudio: 6,
    },
  },
  {
    what: "numbers that are none",
    json: { promptTokenCount: "9", candidatesTokenCount: -4, totalTokenCount: Number.NaN, promptTokensDetails: "x" },
    usage: {},
  },
])("reads $what", ({ json, usage }) => {
  const zero = { promptTokens: 0, completionTokens: 0, totalTokens: 0, input: 0, cacheRead: 0, cacheWrite: 0 };
  const buckets = {
    cacheWrite1h: 0,
    inputAudio: 0,
    output: 0,
    reasoning: 0,
    outputAudio: 0,
    outputImage: 0,
    inputVideo: 0,
  };
  expect(readUsage(json, 0)).toEqual({ ...zero, ...buckets, ...usage });
});

it("counts searches", () => {
  expect(readUsage({}, 3).webSearches).toBe(3);
  expect(readUsage({}, 0).webSearches).toBeUndefined();
});
