import { describe, expect, it } from "vitest";
import { anthropicMessages } from "../../../src/protocols/anthropic-messages/index.ts";
import { chatOf, type Json, written } from "./support.ts";

describe("a request", () => {
  it("is as small as it can be", () => {
    expect(written({})).toEqual({
      path: "/messages",
      headers: { "anthropic-version": "2023-06-01" },
      body: {
        model: "heron-1",
        max_tokens: 8192,
        messages: [{ role: "user", content: [{ type: "text", text: "Hello." }] }],
      },
      dropped: [],
    });
  });

  it("streams when it is to", () => {
    expect(written({}, { stream: true }).body.stream).toBe(true);
    expect(written({ stream: true }).body.stream).toBeUndefined();
  });

  it.each([
    [false, "rawPredict"],
    [true, "streamRawPredict"],
  ])("goes to Vertex AI in its form (streamed: %s)", (stream, mode) => {
    const quirks = { vertex_anthropic: true };
    const { path, body, headers } = written({}, { model: "heron-4@20260101", quirks, stream });
    expect(path).toBe(`/models/heron-4@20260101:${mode}`);
    expect(body).toMatchObject({ anthropic_version: "vertex-2023-10-16", max_tokens: 8192 });
    expect(body.model).toBeUndefined();
    expect(headers).toEqual({});
  });

  it("leaves the client's object as it was", () => {
    const cache_control = { type: "ephemeral" };
    const chat = chatOf({
      cache_control,
      messages: [
        { role: "system", content: [{ type: "text", text: "A.", cache_control }] },
        { role: "user", content: "B.", name: "Ada" },
        { role: "assistant", content: "C. " },
      ],
      tools: [{ type: "function", function: { name: "now", strict: true, parameters: { type: "object" } } }],
      reasoning: { effort: "high" },
    });
    const before = structuredClone(chat);
    anthropicMessages.request(chat, { model: "m", quirks: { structured_outputs: true }, stream: true });
    expect(chat).toEqual(before);
  });

  it.each([
    ["max_completion_tokens", { max_completion_tokens: 20, max_tokens: 10 }, 20],
    ["max_tokens", { max_tokens: 10 }, 10],
    ["the endpoint's", {}, 64_000],
  ])("is limited by %s", (_, fields, expected) => {
    expect(written(fields, { maxCompletionTokens: 64_000 }).body.max_tokens).toBe(expected);
  });

  it.each<[string, Json, Json, string[]]>([
    ["claude-haiku-4-5", { temperature: 0.5, top_p: 0.4 }, { temperature: 0.5, top_p: undefined }, ["top_p"]],
    ["claude-opus-4-1-20250805", { temperature: 1, top_p: 0.4 }, { temperature: undefined, top_p: 0.4 }, []],
    ["claude-sonnet-5", { temperature: 0.5, top_p: 1 }, { temperature: 0.5, top_p: undefined }, []],
    ["claude-sonnet-4-20250514", { temperature: 0.5, top_p: 0.4 }, { temperature: 0.5, top_p: 0.4 }, []],
    ["claude-3-7-sonnet-20250219", { temperature: 0.5, top_p: 0.4 }, { temperature: 0.5, top_p: 0.4 }, []],
  ])("samples %s by one or both: %j", (model, fields, expected, dropped) => {
    const request = written(fields, { model });
    expect({ temperature: request.body.temperature, top_p: request.body.top_p }).toEqual(expected);
    expect(request.dropped).toEqual(dropped);
  });

  it.each<[string, Json, Json, string[]]>([
    ["stop", { stop: "###" }, { stop_sequences: ["###"] }, []],
    ["stop", { stop: ["a", " \n"] }, { stop_sequences: ["a"] }, ["stop"]],
    ["user", { user: "u-1" }, { metadata: { user_id: "u-1" } }, []],
    ["service_tier", { service_tier: "auto" }, { service_tier: "auto" }, []],
    ["service_tier", { service_tier: "priority" }, { service_tier: "auto" }, []],
    ["service_tier", { service_tier: "default" }, { service_tier: "standard_only" }, []],
    ["service_tier", { service_tier: "flex" }, { service_tier: undefined }, ["service_tier"]],
    ["temperature", { temperature: 0.3 }, { temperature: 0.3 }, []],
    ["temperature", { temperature: 1.7 }, { temperature: 1 }, ["temperature"]],
    ["top_p", { top_p: 0.4 }, { top_p: 0.4 }, []],
    ["top_p", { temperature: 0.5, top_p: 0.4 }, { temperature: 0.5, top_p: 0.4 }, []],
    ["top_k", { top_k: 40 }, { top_k: 40 }, []],
    ["top_k", { top_k: 0 }, { top_k: undefined }, []],
    ["nulls", { temperature: null, top_p: null, stop: null, seed: null, tools: null, reasoning: null }, {}, []],
    ["thinking", { thinking: { type: "disabled" } }, { thinking: { type: "disabled" } }, []],
    ["output_config", { output_config: { effort: "low" } }, { output_config: { effort: "low" } }, []],
  ])("says %s: %j", (_, fields, expected, dropped) => {
    const { body, dropped: reported } = written(fields);
    expect({ ...body, ...expected }).toEqual(body);
    expect(reported).toEqual(dropped);
  });

  it("names what it cannot say, and nothing that asks for nothing", () => {
    const unsayable = {
      min_p: 0.1,
      top_a: 0.1,
      frequency_penalty: 0.5,
      presence_penalty: -0.5,
      repetition_penalty: 1.1,
      seed: 0,
      logit_bias: { "7": 1 },
      logprobs: true,
      top_logprobs: 2,
      n: 2,
      prediction: { type: "content", content: "x" },
      modalities: ["text", "audio"],
      audio: { voice: "v" },
      image_config: { size: "1K" },
      web_search_options: {},
      x_search_filter: {},
      prompt_cache_key: "k",
      prompt_cache_options: { mode: "explicit" },
      safe_prompt: true,
    };
    expect(written(unsayable).dropped).toEqual(Object.keys(unsayable));
    const neutral = {
      min_p: 0,
      top_a: 0,
      frequency_penalty: 0,
      presence_penalty: 0,
      repetition_penalty: 1,
      logit_bias: {},
      logprobs: false,
      n: 1,
      modalities: ["text"],
    };
    expect(written(neutral).dropped).toEqual([]);
  });

  it("keeps the router's own fields to the router", () => {
    const fields = {
      models: ["acme/two"],
      provider: { order: ["acme"] },
      plugins: [{ id: "web" }],
      transforms: [],
      route: "fallback",
      preset: "p",
      session_id: "s",
      trace: {},
      metadata: { a: "b" },
      debug: {},
      usage: { include: true },
      stream_options: { include_usage: true },
      structured_outputs: true,
      max_tool_calls: 3,
    };
    expect(written(fields)).toEqual(written({}));
  });
});
