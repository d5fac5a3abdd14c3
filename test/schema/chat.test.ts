import { describe, expect, it } from "vitest";
import { RouterError } from "../../src/errors.ts";
import { chatRequestSchema, parseChatRequest } from "../../src/schema/chat.ts";

const HELLO = [{ role: "user", content: "Hello" }];

const call = (fields: object = {}) => ({
  id: "call_1",
  type: "function",
  function: { name: "get_weather", arguments: '{"city":"Oslo"}' },
  ...fields,
});
const functionTool = (fields: object = {}) => ({ type: "function", function: { name: "get_weather", ...fields } });

/** A body with one message. */
const message = (fields: object) => ({ messages: [fields] });
/** A body whose second content part is the given one. */
const part = (fields: unknown) => message({ role: "user", content: [{ type: "text", text: "Look:" }, fields] });
/** A body with provider preferences. */
const provider = (fields: unknown) => ({ messages: HELLO, provider: fields });
/** A body with fields beside a plain conversation. */
const hello = (fields: object) => ({ messages: HELLO, ...fields });

function rejection(body: unknown): RouterError {
  try {
    parseChatRequest(body);
  } catch (error) {
    if (error instanceof RouterError) return error;
    throw error;
  }
  throw new Error(`accepted: ${JSON.stringify(body)}`);
}

describe("a field of the body", () => {
  const numbers: [field: string, valid: unknown[], invalid: unknown[]][] = [
    ["max_completion_tokens", [1, 100_000, null], [0, -1, 1.5, "100", true, [], {}, 2 ** 53, Infinity]],
    ["max_tokens", [1, 16, null], [0, -5, 0.5, "1", false, [1], Number.NaN]],
    ["temperature", [0, 0.7, 2, null], [-0.1, 2.1, "0.7", true, [], {}, Infinity, Number.NaN]],
    ["top_p", [0, 0.5, 1, null], [-0.1, 1.01, "1", true, []]],
    ["top_k", [0, 40, null], [-1, 1.5, "40", false]],
    ["min_p", [0, 0.1, 1, null], [-0.1, 2, "0", []]],
    ["top_a", [0, 0.1, 1, null], [-0.1, 2, "0", {}]],
    ["frequency_penalty", [-2, 0, 2, null], [-2.1, 2.1, "0", true]],
    ["presence_penalty", [-2, 0, 2, null], [-3, 3, "0", true]],
    ["repetition_penalty", [0.01, 1, 2, null], [0, -1, 2.1, "1"]],
    ["seed", [0, -7, 4_294_967_296, null], [0.5, "7", 1e300, Infinity, []]],
    ["top_logprobs", [0, 20, null], [-1, 21, 1.5, "5"]],
    ["n", [1, 8, null], [0, 9, 1.5, "2"]],
    ["max_tool_calls", [1, 30, null], [0, 31, 2.5, "3"]],
  ];
  const booleans = ["stream", "logprobs", "structured_outputs", "parallel_tool_calls", "include_reasoning"];
  const words: [field: string, valid: string[]][] = [
    ["reasoning_effort", ["max", "xhigh", "high", "medium", "low", "minimal", "none"]],
    ["verbosity", ["low", "medium", "high", "xhigh", "max"]],
    ["service_tier", ["auto", "default", "flex", "priority", "fast", "scale"]],
    ["route", ["fallback", "sort"]],
  ];
  const texts: [field: string, longest?: number][] = [
    ["model"],
    ["preset"],
    ["prompt_cache_key"],
    ["user", 4_096],
    ["session_id", 256],
    ["id", 256],
  ];
  const rows: [field: string, valid: unknown[], invalid: unknown[]][] = [
    ...numbers,
    ...booleans.map((field): [string, unknown[], unknown[]] => [field, [true, false, null], ["true", 1, 0, [], {}]]),
    ...words.map(([field, valid]): [string, unknown[], unknown[]] => [field, [...valid, null], ["other", "", 1, []]]),
    ...texts.map(([field, longest]): [string, unknown[], unknown[]] => [
      field,
      ["some text", null, ...(longest === undefined ? [] : ["x".repeat(longest)])],
      [1, true, [], {}, ...(longest === undefined ? [] : ["x".repeat(longest + 1)])],
    ]),
    ["models", [[], ["a/b"], ["a/b", "c/d", "e/f"], null], ["a/b", {}, 1]],
    ["stop", ["END", [], ["a", "b", "c", "d"], Array(17).fill("a"), null], [1, {}, true]],
    ["stream_options", [{ include_usage: true }, {}, null], ["yes", [], 1]],
    ["logit_bias", [{ "50256": -100, "1": 0.5 }, {}, null], ["x", [], 1]],
    ["tools", [[], null], [{}, "get_weather", 1]],
    ["tool_choice", ["none", "auto", "required", null], ["always", 1, [], true]],
    ["plugins", [[], null], [{}, "web", 1]],
    ["modalities", [["text"], ["text", "image", "audio"], [], null], ["text", {}, 1]],
    ["image_config", [{ aspect_ratio: "16:9", seed: 1, loras: ["a"] }, null], ["16:9", [], 1]],
    ["audio", [{ voice: "alloy", format: "pcm16" }, null], ["alloy", [], 1]],
    ["cache_control", [{ type: "ephemeral" }, { type: "ephemeral", ttl: "1h" }, null], ["ephemeral", [], true]],
    ["prompt_cache_options", [{ mode: "explicit" }, { mode: "explicit", ttl: "30m" }, null], ["explicit", []]],
    ["prediction", [{ type: "content", content: "text" }, null], ["text", [], 1]],
    ["provider", [{}, null], ["openai", [], 1]],
    ["reasoning", [{}, null], ["high", [], true]],
    ["response_format", [{ type: "text" }, null], ["json_object", [], 1]],
    ["transforms", [["middle-out"], [], null], ["middle-out", {}, 1]],
    ["web_search_options", [{ search_context_size: "low" }, { user_location: {} }, null], ["low", [], 1]],
    ["x_search_filter", [{ from: "2026-01-01" }, null], ["x", [], 1]],
    ["input", [{ pii: "block" }, { block_prompt_injection: true }, {}, null], ["block", [], 1]],
    ["output", [{ toxicity: true, factuality: false }, {}, null], [true, [], "toxicity"]],
    ["rag_params", [{ table_id: "handbook", k: 5 }, null], ["handbook", [], 1]],
    ["metadata", [{ team: "a" }, {}, null], ["team", [], 1]],
    ["trace", [{ trace_id: "t", custom: { any: 1 } }, {}, null], ["t", [], 1]],
    ["debug", [{ echo_upstream_body: true }, {}, null], [true, [], "yes"]],
    ["usage", [{ include: true }, {}, null], [true, [], "include"]],
    ["stop_server_tools_when", [[{ type: "step_count_is", step_count: 3 }], null], [[], {}, "never"]],
  ];

  it.each(rows)("%s is validated", (field, valid, invalid) => {
    for (const value of valid) {
      const body = hello({ [field]: value });
      expect(parseChatRequest(body)).toBe(body);
    }
    for (const value of invalid) {
      const error = rejection(hello({ [field]: value }));
      expect(error.message).toMatch(new RegExp(`^${field}: expected .+, received .+`));
      expect(error.metadata).toEqual({ field });
    }
  });

  it("is in the table above, whichever it is", () => {
    const tested = new Set([...rows.map(([field]) => field), "messages", "prompt"]);
    expect(Object.keys(chatRequestSchema.shape).filter((field) => !tested.has(field))).toEqual([]);
  });
});

describe("a valid body", () => {
  const rows: [name: string, body: object][] = [
    [
      "system, developer, user, assistant and tool messages",
      {
        messages: [
          { role: "system", content: "Be brief.", name: "rules" },
          { role: "developer", content: [{ type: "text", text: "Use tools." }] },
          { role: "user", content: "Weather?", name: "ann" },
          { role: "assistant", content: null, tool_calls: [call()] },
          { role: "tool", tool_call_id: "call_1", content: "Sunny", name: "get_weather" },
        ],
      },
    ],
    [
      "a change of effort in the conversation",
      message({
        role: "system",
        content: "",
        configuration_update: { reasoning: { effort: "low" } },
      }),
    ],
    [
      "system parts that are cached",
      message({
        role: "system",
        content: [{ type: "text", text: "Long.", cache_control: { type: "ephemeral", ttl: "5m" } }],
      }),
    ],
    ["an explicit cache breakpoint", part({ type: "text", text: "x", prompt_cache_breakpoint: { mode: "explicit" } })],
    [
      "an image by URL",
      part({ type: "image_url", image_url: { url: "https://example.com/a.png", detail: "original" } }),
    ],
    ["an image as data", part({ type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } })],
    ["audio", part({ type: "input_audio", input_audio: { data: "UklGRg==", format: "wav" } })],
    [
      "a file by data",
      part({ type: "file", file: { filename: "a.pdf", file_data: "data:application/pdf;base64,AA" } }),
    ],
    ["a file by id", part({ type: "file", file: { file_id: "file_1" } })],
    ["a video", part({ type: "video_url", video_url: { url: "https://example.com/a.mp4", processing: "static" } })],
    ["a video by its older name", part({ type: "input_video", video_url: { url: "data:video/mp4;base64,AA" } })],
    ["an assistant message without content", message({ role: "assistant", tool_calls: [call()] })],
    [
      "an assistant message as it was answered",
      message({
        role: "assistant",
        content: "Yes.",
        refusal: null,
        tool_calls: null,
        audio: null,
        annotations: [{ type: "file", file: { hash: "h", content: [] } }],
        reasoning: "Let me see.",
        reasoning_content: null,
        reasoning_details: [
          { type: "reasoning.text", text: "Let me see.", signature: null, format: "anthropic-claude-v1", index: 0 },
          { type: "reasoning.encrypted", data: "AAAA", id: "rs_1" },
          { type: "reasoning.summary", summary: "Saw." },
          { type: "reasoning.server_tool_call", tool_name: "t", arguments: "{}", result: "r" },
        ],
        images: [{ type: "image_url", image_url: { url: "data:image/png;base64,AA" } }],
        model: "a/b",
      }),
    ],
    ["spoken earlier answers", message({ role: "assistant", audio: { id: "audio_1", expires_at: 1_760_000_000 } })],
    [
      "a tool result in parts",
      message({
        role: "tool",
        tool_call_id: "call_1",
        content: [{ type: "text", text: "Sunny" }],
        cache_control: { type: "ephemeral" },
      }),
    ],
    [
      "function tools",
      hello({
        tools: [
          functionTool({ description: "d", parameters: { type: "object", properties: {} }, strict: null }),
          { ...functionTool({ strict: true }), cache_control: { type: "ephemeral" }, eager_input_streaming: true },
        ],
        tool_choice: { type: "function", function: { name: "get_weather" } },
      }),
    ],
    [
      "server tools with nested arguments",
      hello({
        tools: [{ type: "openrouter:web_search", parameters: { max_results: 3 } }, { type: "openrouter:datetime" }],
        tool_choice: { type: "openrouter:web_search" },
      }),
    ],
    [
      "server tools with flat arguments",
      hello({
        tools: [
          { type: "openrouter:web_fetch", max_uses: 2 },
          { type: "web_search_preview_2025_03_11", engine: "exa" },
        ],
      }),
    ],
    [
      "every condition that stops server tools",
      hello({
        stop_server_tools_when: [
          { type: "step_count_is", step_count: 1 },
          { type: "has_tool_call", tool_name: "done" },
          { type: "max_tokens_used", max_tokens: 10 },
          { type: "max_cost", max_cost_in_dollars: 0.5 },
          { type: "finish_reason_is", reason: "stop" },
        ],
      }),
    ],
    [
      "a JSON Schema to answer in",
      hello({
        response_format: { type: "json_schema", json_schema: { name: "response", strict: true, schema: {} } },
      }),
    ],
    ["a JSON Schema without a name", hello({ response_format: { type: "json_schema", json_schema: { schema: {} } } })],
    ["a grammar to answer in", hello({ response_format: { type: "grammar", grammar: 'root ::= "a"' } })],
    ["Python to answer in", hello({ response_format: { type: "python" } })],
    ["any JSON object to answer in", hello({ response_format: { type: "json_object" } })],
    [
      "every reasoning option",
      hello({
        reasoning: {
          effort: "high",
          max_tokens: 2000,
          enabled: true,
          exclude: false,
          summary: "auto",
          context: "all_turns",
          mode: "pro",
        },
      }),
    ],
    ["reasoning options that are null", hello({ reasoning: { effort: null, summary: null, max_tokens: null } })],
    ["the same effort twice", hello({ reasoning_effort: "low", reasoning: { effort: "low" } })],
    [
      "every provider preference",
      provider({
        order: ["amazon-bedrock", "deepinfra/turbo", "Azure"],
        only: ["openai"],
        ignore: ["groq"],
        allow_fallbacks: false,
        require_parameters: true,
        data_collection: "deny",
        zdr: true,
        enforce_distillable_text: true,
        quantizations: [
          "int4",
          "int8",
          "fp4",
          "mxfp4",
          "nvfp4",
          "fp6",
          "fp8",
          "mxfp8",
          "fp16",
          "bf16",
          "fp32",
          "unknown",
        ],
        sort: "price",
        max_price: { prompt: "1.5", completion: 2, request: "0", image: 0, audio: "1e-6" },
        preferred_min_throughput: 50,
        preferred_max_latency: { p50: 1, p75: 2, p90: 3, p99: 4.5 },
      }),
    ],
    [
      "provider preferences that are null",
      provider({
        order: null,
        only: null,
        ignore: null,
        allow_fallbacks: null,
        require_parameters: null,
        data_collection: null,
        zdr: null,
        enforce_distillable_text: null,
        quantizations: null,
        sort: null,
        preferred_min_throughput: null,
        preferred_max_latency: null,
      }),
    ],
    ["a sort across models", provider({ sort: { by: "throughput", partition: "none" } })],
    [
      "every plugin",
      hello({
        plugins: [
          { id: "web", engine: "exa", max_results: 3, search_prompt: "Found:", include_domains: ["example.com"] },
          { id: "web-fetch", max_uses: 1 },
          { id: "file-parser", pdf: { engine: "pdf-text" } },
          { id: "response-healing", enabled: false },
          { id: "context-compression", engine: "middle-out" },
          { id: "moderation" },
          { id: "auto-router", allowed_models: ["anthropic/*"], cost_tier: "low", pin_model: true },
          { id: "auto-beta-router", cost_quality_tradeoff: 10 },
          { id: "pareto-router", min_coding_score: 0.6, max_price: 3, price_source: "weighted_avg" },
          { id: "fusion", analysis_models: ["a/b"], max_tool_calls: 16, preset: "general-fast" },
          { id: "switchyard-router", algorithm: "stage" },
        ],
      }),
    ],
    ["predicted output in parts", hello({ prediction: { type: "content", content: [{ type: "text", text: "x" }] } })],
    [
      "metadata at its limits",
      hello({
        metadata: Object.fromEntries(
          Array.from({ length: 16 }, (_, index) => [`${index}`.padEnd(64, "k"), "v".repeat(512)]),
        ),
      }),
    ],
    ["messages beside a prompt", hello({ prompt: "Hello" })],
  ];

  it.each(rows)("holds %s", (_, body) => {
    const before = structuredClone(body);
    expect(parseChatRequest(body)).toBe(body);
    expect(body).toEqual(before);
  });

  it("keeps unknown fields at every level", () => {
    const body = {
      guided_json: { a: [1] },
      messages: [{ role: "user", content: [{ type: "text", text: "x", y: 1 }], thread: 7 }],
      tools: [{ ...functionTool({ z: null }), w: "v" }],
      provider: { experiment: true, max_price: { video: 1 } },
      reasoning: { style: "terse" },
      response_format: { type: "text", u: [] },
    };
    const before = structuredClone(body);
    expect(parseChatRequest(body)).toEqual(before);
  });

  it("makes a message of a prompt", () => {
    expect(parseChatRequest({ model: "a/b", prompt: "Once upon a time", x: 1 })).toEqual({
      model: "a/b",
      x: 1,
      messages: [{ role: "user", content: "Once upon a time" }],
    });
  });

  it("may nest what is handed on unread 200 levels deep", () => {
    const body = hello({ extra: nested(199), tools: [functionTool({ parameters: { a: nested(150) } })] });
    expect(parseChatRequest(body)).toBe(body);
  });
});

describe("a malformed body", () => {
  const rows: [field: string, body: object, says: string][] = [
    ["messages", { messages: " \n" }, "expected at least one message, received a blank string"],
    ["messages", { messages: {} }, "expected an array of messages, received an object"],
    ["messages", { messages: [] }, "expected at least one message, received an empty array"],
    ["messages", { messages: [], prompt: "" }, "expected at least one message"],
    ["prompt", { prompt: 1 }, "expected a string, received 1"],
    ["messages.0", { messages: ["Hello"] }, "expected an object, received a string"],
    ["messages.0", { messages: [null] }, "expected an object, received null"],
    ["messages.0", { messages: [[]] }, "expected an object, received an empty array"],
    [
      "messages.0.role",
      { messages: [{ content: "x" }] },
      'expected one of "system", "developer", "user", "assistant", "tool", but it is missing',
    ],
    ["messages.0.role", message({ role: "robot", content: "x" }), 'received "robot"'],
    ["messages.0.role", message({ role: ["user"], content: "x" }), "received an array of 1"],
    ["messages.1.role", { messages: [...HELLO, { role: "function", content: "x" }] }, 'received "function"'],
    [
      "messages.0.content",
      message({ role: "user" }),
      "expected a string or an array of content parts, but it is missing",
    ],
    ["messages.0.content", message({ role: "user", content: 7 }), "received 7"],
    ["messages.0.content", message({ role: "user", content: 5 }), "received 5"],
    ["messages.0.content", message({ role: "user", content: { type: "text", text: "x" } }), "received an object"],
    ["messages.0.content", message({ role: "assistant", content: true }), "received true"],
    ["messages.0.content", message({ role: "system", content: 7 }), "expected a string or an array of text parts"],
    ["messages.0.content.0", message({ role: "user", content: ["x"] }), "expected an object, received a string"],
    ["messages.0.content.0.type", message({ role: "system", content: [{ type: "image_url" }] }), 'expected "text"'],
    ["messages.0.content.1.type", part({ text: "x" }), "but it is missing"],
    [
      "messages.0.content.1.type",
      part({ type: "image", source: {} }),
      'expected one of "text", "image_url", "input_audio", "file", "video_url", "input_video", received "image"',
    ],
    ["messages.0.content.1.text", part({ type: "text" }), "expected a string, but it is missing"],
    ["messages.0.content.1.text", part({ type: "text", text: 7 }), "expected a string, received 7"],
    [
      "messages.0.content.1.cache_control.type",
      part({ type: "text", text: "x", cache_control: { type: "long" } }),
      'expected "ephemeral", received "long"',
    ],
    [
      "messages.0.content.1.cache_control.ttl",
      part({ type: "text", text: "x", cache_control: { type: "ephemeral", ttl: "2h" } }),
      'expected one of "5m", "1h"',
    ],
    ["messages.0.content.1.image_url", part({ type: "image_url" }), "expected an object, but it is missing"],
    [
      "messages.0.content.1.image_url",
      part({ type: "image_url", image_url: "https://example.com" }),
      "expected an object, received a string",
    ],
    [
      "messages.0.content.1.image_url.url",
      part({ type: "image_url", image_url: {} }),
      "expected an http(s) URL or a data URL, but it is missing",
    ],
    [
      "messages.0.content.1.image_url.url",
      part({ type: "image_url", image_url: { url: "cat.png" } }),
      "expected an http(s) URL or a data URL, received a string",
    ],
    [
      "messages.0.content.1.image_url.detail",
      part({ type: "image_url", image_url: { url: "data:,", detail: "max" } }),
      'expected one of "auto", "low", "high", "original", received "max"',
    ],
    [
      "messages.0.content.1.input_audio.data",
      part({ type: "input_audio", input_audio: { data: "https://example.com/a.wav", format: "wav" } }),
      "expected base64 data, not a URL",
    ],
    [
      "messages.0.content.1.input_audio.format",
      part({ type: "input_audio", input_audio: { data: "", format: "wma" } }),
      'received "wma"',
    ],
    ["messages.0.content.1.file", part({ type: "file", file: "a.pdf" }), "expected an object"],
    ["messages.0.content.1.file.file_data", part({ type: "file", file: { file_data: 1 } }), "expected a string"],
    ["messages.0.content.1.video_url.url", part({ type: "video_url", video_url: { url: 1 } }), "received 1"],
    [
      "messages.0.content.1.video_url.processing",
      part({ type: "input_video", video_url: { url: "data:,", processing: "fast" } }),
      '"agentic", "static"',
    ],
    ["messages.0.name", message({ role: "user", content: "x", name: 5 }), "expected a string, received 5"],
    [
      "messages.0.configuration_update.reasoning.effort",
      message({ role: "system", content: "", configuration_update: { reasoning: { effort: "huge" } } }),
      '"huge"',
    ],
    ["messages.0.tool_call_id", message({ role: "tool", content: "x" }), "expected a string, but it is missing"],
    ["messages.0.tool_call_id", message({ role: "tool", content: "x", tool_call_id: 1 }), "received 1"],
    ["messages.0.content", message({ role: "tool", tool_call_id: "a" }), "but it is missing"],
    ["messages.0.tool_calls", message({ role: "assistant", tool_calls: call() }), "expected an array"],
    ["messages.0.tool_calls.0.id", message({ role: "assistant", tool_calls: [call({ id: undefined })] }), "missing"],
    [
      "messages.0.tool_calls.0.type",
      message({ role: "assistant", tool_calls: [call({ type: "tool" })] }),
      'expected "function", received "tool"',
    ],
    [
      "messages.0.tool_calls.0.function.arguments",
      message({ role: "assistant", tool_calls: [call({ function: { name: "f", arguments: {} } })] }),
      "expected a string of JSON, received an object",
    ],
    ["messages.0.reasoning", message({ role: "assistant", reasoning: {} }), "expected a string, received an object"],
    [
      "messages.0.reasoning_details.0.type",
      message({ role: "assistant", reasoning_details: [{ type: "thinking" }] }),
      '"reasoning.text"',
    ],
    ["messages.0.images.0.image_url", message({ role: "assistant", images: [{ url: "data:," }] }), "missing"],
    ["models.1", hello({ models: ["a/b", 2] }), "expected a string, received 2"],
    ["stop.1", hello({ stop: ["a", 1] }), "expected a string, received 1"],
    ["stream_options.include_usage", hello({ stream_options: { include_usage: "yes" } }), "expected true or false"],
    ["logit_bias.hello", hello({ logit_bias: { hello: 1 } }), "expected a token id in digits"],
    ["logit_bias.50256", hello({ logit_bias: { "50256": 101 } }), "expected a number from -100 to 100, received 101"],
    ["tools.0", hello({ tools: ["get_weather"] }), "expected an object"],
    ["tools.0.type", hello({ tools: [{ function: { name: "f" } }] }), "but it is missing"],
    ["tools.0.type", hello({ tools: [{ type: "openrouter:teleport" }] }), 'received "openrouter:teleport"'],
    ["tools.0.function", hello({ tools: [{ type: "function" }] }), "expected an object, but it is missing"],
    ["tools.0.function.name", hello({ tools: [functionTool({ name: undefined })] }), "but it is missing"],
    [
      "tools.0.function.name",
      hello({ tools: [functionTool({ name: "get weather" })] }),
      'expected 1 to 64 letters, digits, "_" or "-"',
    ],
    ["tools.1.function.name", hello({ tools: [functionTool(), functionTool({ name: "x".repeat(65) })] }), "1 to 64"],
    ["tools.0.function.parameters", hello({ tools: [functionTool({ parameters: "{}" })] }), "expected an object"],
    ["tools.0.function.strict", hello({ tools: [functionTool({ strict: "yes" })] }), "expected true or false"],
    ["tools.0.parameters", hello({ tools: [{ type: "openrouter:files", parameters: [] }] }), "expected an object"],
    ["tool_choice.type", hello({ tool_choice: { type: "tool", name: "f" } }), 'received "tool"'],
    ["tool_choice.function", hello({ tool_choice: { type: "function" } }), "but it is missing"],
    ["tool_choice.function.name", hello({ tool_choice: { type: "function", function: {} } }), "but it is missing"],
    ["stop_server_tools_when.0.type", hello({ stop_server_tools_when: [{ type: "bored" }] }), 'received "bored"'],
    ["stop_server_tools_when.0.step_count", hello({ stop_server_tools_when: [{ type: "step_count_is" }] }), "missing"],
    ["response_format.type", hello({ response_format: {} }), "but it is missing"],
    [
      "response_format.type",
      hello({ response_format: { type: "xml" } }),
      'expected one of "text", "json_object", "json_schema", "grammar", "python", received "xml"',
    ],
    ["response_format.json_schema", hello({ response_format: { type: "json_schema" } }), "but it is missing"],
    [
      "response_format.json_schema.name",
      hello({ response_format: { type: "json_schema", json_schema: { name: "x".repeat(65) } } }),
      "1 to 64 characters",
    ],
    [
      "response_format.json_schema.name",
      hello({ response_format: { type: "json_schema", json_schema: { name: "" } } }),
      "1 to 64 characters",
    ],
    [
      "response_format.json_schema.schema",
      hello({ response_format: { type: "json_schema", json_schema: { name: "a", schema: "{}" } } }),
      "expected an object",
    ],
    ["response_format.grammar", hello({ response_format: { type: "grammar" } }), "expected a string"],
    [
      "reasoning.effort",
      hello({ reasoning: { effort: "huge" } }),
      'expected one of "max", "xhigh", "high", "medium", "low", "minimal", "none", received "huge"',
    ],
    ["reasoning.max_tokens", hello({ reasoning: { max_tokens: "many" } }), "expected a whole number"],
    ["reasoning.enabled", hello({ reasoning: { enabled: "yes" } }), "expected true or false"],
    ["reasoning.exclude", hello({ reasoning: { exclude: 1 } }), "expected true or false, received 1"],
    ["reasoning.summary", hello({ reasoning: { summary: "long" } }), '"auto", "concise", "detailed"'],
    ["reasoning.context", hello({ reasoning: { context: "none" } }), '"all_turns"'],
    ["reasoning.mode", hello({ reasoning: { mode: "max" } }), '"standard", "pro"'],
    ["reasoning_effort", hello({ reasoning_effort: "low", reasoning: { effort: "high" } }), "reasoning.effort"],
    ["top_logprobs", hello({ logprobs: false, top_logprobs: 2 }), "needs logprobs to be true"],
    ["top_logprobs", hello({ logprobs: false, top_logprobs: 0 }), "needs logprobs to be true"],
    ["provider.order", provider({ order: "openai" }), "expected an array of strings, received a string"],
    ["provider.order.1", provider({ order: ["openai", 1] }), "expected a string, received 1"],
    ["provider.only", provider({ only: {} }), "expected an array of strings"],
    ["provider.ignore.0", provider({ ignore: [null] }), "expected a string, received null"],
    ["provider.allow_fallbacks", provider({ allow_fallbacks: "no" }), "expected true or false"],
    ["provider.require_parameters", provider({ require_parameters: 1 }), "expected true or false"],
    ["provider.data_collection", provider({ data_collection: "maybe" }), 'expected one of "allow", "deny"'],
    ["provider.zdr", provider({ zdr: "on" }), "expected true or false"],
    ["provider.enforce_distillable_text", provider({ enforce_distillable_text: 0 }), "expected true or false"],
    ["provider.quantizations", provider({ quantizations: "fp8" }), "expected an array"],
    ["provider.quantizations.1", provider({ quantizations: ["fp8", "fp7"] }), 'received "fp7"'],
    ["provider.sort", provider({ sort: "cheap" }), 'expected one of "price", "throughput", "latency", "exacto"'],
    ["provider.sort.by", provider({ sort: { by: "cheap" } }), 'received "cheap"'],
    ["provider.sort.partition", provider({ sort: { by: "price", partition: "all" } }), '"model", "none"'],
    ["provider.max_price", provider({ max_price: 1 }), "expected an object, received 1"],
    ["provider.max_price.prompt", provider({ max_price: { prompt: -1 } }), "expected a price of at least 0"],
    ["provider.max_price.completion", provider({ max_price: { completion: "cheap" } }), "decimal string"],
    ["provider.preferred_min_throughput", provider({ preferred_min_throughput: "fast" }), "an object of p50"],
    ["provider.preferred_min_throughput", provider({ preferred_min_throughput: -1 }), "at least 0"],
    ["provider.preferred_max_latency.p90", provider({ preferred_max_latency: { p90: "1s" } }), "expected a number"],
    ["plugins.0", hello({ plugins: ["web"] }), "expected an object"],
    ["plugins.0.id", hello({ plugins: [{ enabled: true }] }), "but it is missing"],
    ["plugins.0.id", hello({ plugins: [{ id: "weather" }] }), 'received "weather"'],
    ["plugins.0.enabled", hello({ plugins: [{ id: "moderation", enabled: "no" }] }), "expected true or false"],
    ["plugins.0.engine", hello({ plugins: [{ id: "web", engine: "altavista" }] }), 'received "altavista"'],
    ["plugins.0.max_results", hello({ plugins: [{ id: "web", max_results: 0 }] }), "at least 1"],
    ["plugins.0.algorithm", hello({ plugins: [{ id: "switchyard-router", algorithm: "best" }] }), '"capability"'],
    [
      "plugins.0.allowed_models",
      hello({ plugins: [{ id: "auto-router", allowed_models: Array(1025).fill("a") }] }),
      "at most 1024",
    ],
    ["modalities.0", hello({ modalities: ["video"] }), 'expected one of "text", "image", "audio", received "video"'],
    ["image_config.size", hello({ image_config: { size: true } }), "expected a string, a number or an array"],
    ["image_config.size", hello({ image_config: { size: Infinity } }), "received Infinity"],
    ["audio.voice", hello({ audio: { voice: 1 } }), "expected a string, received 1"],
    ["cache_control.type", hello({ cache_control: {} }), 'expected "ephemeral", but it is missing'],
    ["prompt_cache_options.mode", hello({ prompt_cache_options: { mode: "auto" } }), 'expected "explicit"'],
    ["prediction.type", hello({ prediction: { content: "x" } }), 'expected "content", but it is missing'],
    ["prediction.content.0.text", hello({ prediction: { type: "content", content: [{ type: "text" }] } }), "missing"],
    ["transforms.0", hello({ transforms: [1] }), "expected a string, received 1"],
    ["web_search_options.search_context_size", hello({ web_search_options: { search_context_size: "all" } }), '"low"'],
    [
      "metadata",
      hello({ metadata: Object.fromEntries(Array.from({ length: 17 }, (_, index) => [index, "v"])) }),
      "expected at most 16 pairs",
    ],
    ["metadata.team", hello({ metadata: { team: 7 } }), "expected a string of at most 512 characters, received 7"],
    ["metadata.note", hello({ metadata: { note: "v".repeat(513) } }), "at most 512 characters"],
    [`metadata.${"k".repeat(64)}…`, hello({ metadata: { ["k".repeat(65)]: "v" } }), "at most 64 characters"],
    ["trace.trace_id", hello({ trace: { trace_id: 7 } }), "expected a string, received 7"],
    ["debug.echo_upstream_body", hello({ debug: { echo_upstream_body: "yes" } }), "expected true or false"],
    ["usage.include", hello({ usage: { include: "yes" } }), "expected true or false"],
    ["extra", hello({ extra: nested(10_000) }), "nested more than 200 levels deep"],
    ["metadata.__proto__", hello({ metadata: own("__proto__", nested(10_000)) }), "nested more than 200 levels deep"],
    [
      "stop_server_tools_when.0.x",
      hello({ stop_server_tools_when: [{ type: "has_tool_call", tool_name: "f", x: nested(10_000) }] }),
      "nested more than 200 levels deep",
    ],
    ["messages.0.extra", message({ role: "user", content: "x", extra: nested(201) }), "nested more than 200 levels"],
    [
      "tools.0.function.parameters.properties",
      hello({ tools: [functionTool({ parameters: { properties: nested(10_000) } })] }),
      "nested more than 200 levels",
    ],
    [
      "messages.0.content.0",
      message({ role: "user", content: nested(10_000) }),
      "expected an object, received an array",
    ],
  ];

  it.each(rows)("is blamed on %s (%#)", (field, body, says) => {
    const error = rejection(body);
    expect(error.message.startsWith(`${field}: `), error.message).toBe(true);
    expect(error.message).toContain(says);
    expect(error.message).not.toContain("Invalid input");
    expect(error.message.length).toBeLessThan(500);
    expect(error).toMatchObject({ type: "invalid_request", status: 400, metadata: { field } });
  });

  it.each([[[]], ["text"], [null], [undefined], [5], [true], [[HELLO]]])("that is %j is no object", (body) => {
    const error = rejection(body);
    expect(error.message).toBe("Request body must be a JSON object");
    expect(error).toMatchObject({ status: 400, metadata: {} });
  });

  it.each([[{}], [{ model: "a/b" }], [{ messages: null, prompt: null }], [{ prompt: "" }]])(
    "%j has no input",
    (body) => {
      const error = rejection(body);
      expect(error.message).toBe('Input required: specify "prompt" or "messages"');
      expect(error).toMatchObject({ status: 400, metadata: { field: "messages" } });
    },
  );

  it("that names more than 3 models is refused in the words clients know", () => {
    const error = rejection(hello({ models: ["a/a", "b/b", "c/c", "d/d"] }));
    expect(error.message).toBe("'models' array must have 3 items or fewer.");
    expect(error.metadata).toEqual({ field: "models" });
  });

  it("with several problems names three of them, in the body's order", () => {
    const error = rejection({ top_p: 3, temperature: "x", messages: HELLO, seed: {}, n: 0 });
    expect(error.message).toBe(
      "top_p: expected a number from 0 to 1, received 3; " +
        "temperature: expected a number from 0 to 2, received a string; seed: expected a whole number, received an object",
    );
    expect(error.metadata).toEqual({ field: "top_p" });
  });

  it("is refused at its first wrong item, however many there are", () => {
    const error = rejection({ messages: Array(200_000).fill({ role: "nobody" }) });
    expect(error.metadata).toEqual({ field: "messages.0.role" });
  });

  it("never shows the client's own text", () => {
    const error = rejection(message({ role: "user", content: [{ type: "text", text: { secret: "s3cret" } }] }));
    expect(error.message).not.toContain("s3cret");
  });
});

function nested(levels: number): unknown {
  let value: unknown = 0;
  for (let level = 0; level < levels; level++) value = [value];
  return value;
}

/** An object with one key of its own, whatever the key means elsewhere. */
function own(key: string, value: unknown): object {
  return Object.defineProperty({}, key, { value, enumerable: true });
}
