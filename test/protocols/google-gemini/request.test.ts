import { describe, expect, it } from "vitest";
import { RouterError } from "../../../src/errors.ts";
import { googleGemini } from "../../../src/protocols/google-gemini/index.ts";
import type { Quirks } from "../../../src/schema/catalogue.ts";
import { type ChatRequest, parseChatRequest } from "../../../src/schema/chat.ts";

const USER = { role: "user", content: "Hello" };
const OLD = "gemini-2.5-flash";
const NEW = "gemini-3-flash-preview";
const PNG = "data:image/png;base64,iVBORw0KGgo=";
const PDF = "data:application/pdf;base64,JVBERi0x";

function write(fields: object, target: { model?: string; quirks?: Quirks; stream?: boolean } = {}) {
  const chat = parseChatRequest({ messages: [USER], ...fields });
  return googleGemini.request(chat, { model: OLD, quirks: {}, stream: false, ...target });
}

const bodyOf = (fields: object, model = OLD) => write(fields, { model }).body;
const configOf = (fields: object, model = OLD) => bodyOf(fields, model).generationConfig;
const contentsOf = (messages: object[], model = OLD) => bodyOf({ messages }, model).contents;
const userParts = (content: unknown, model = OLD) => {
  const [turn] = contentsOf([{ role: "user", content }], model) as { parts: unknown[] }[];
  return turn?.parts;
};

describe("the path", () => {
  it.each([
    { model: "gemini-2.5-flash", path: "/models/gemini-2.5-flash:generateContent" },
    { model: "models/gemini-2.5-flash", path: "/models/gemini-2.5-flash:generateContent" },
    { model: "/models/gemini-2.5-flash", path: "/models/gemini-2.5-flash:generateContent" },
    { model: "publishers/google/models/gemini-2.5-pro", path: "/models/gemini-2.5-pro:generateContent" },
    { model: "tunedModels/lamp-1", path: "/tunedModels/lamp-1:generateContent" },
    { model: "google/gemini-2.5-pro", path: "/models/google/gemini-2.5-pro:generateContent" },
    { model: "gemini-2.5-pro@001", path: "/models/gemini-2.5-pro%40001:generateContent" },
    { model: "a:b?key=c#d e", path: "/models/a%3Ab%3Fkey%3Dc%23d%20e:generateContent" },
    { model: "../../secrets", path: "/models/secrets:generateContent" },
  ])("of $model is $path", ({ model, path }) => {
    expect(write({}, { model }).path).toBe(path);
  });

  it("can be written for half a character", () => {
    expect(write({}, { model: "a\ud800" }).path).toBe("/models/a%EF%BF%BD:generateContent");
  });

  it("of a stream asks for events", () => {
    expect(write({}, { stream: true }).path).toBe("/models/gemini-2.5-flash:streamGenerateContent?alt=sse");
  });
});

describe("sampling", () => {
  it.each([
    { fields: {}, config: undefined },
    { fields: { temperature: 0, top_p: 0.5, top_k: 40 }, config: { temperature: 0, topP: 0.5, topK: 40 } },
    { fields: { temperature: null, top_k: 0, seed: null, stop: null }, config: undefined },
    {
      fields: { frequency_penalty: 0.5, presence_penalty: -1 },
      config: { frequencyPenalty: 0.5, presencePenalty: -1 },
    },
    { fields: { seed: 7 }, config: { seed: 7 } },
    { fields: { seed: 2 ** 40 + 5 }, config: { seed: 5 } },
    { fields: { stop: "end" }, config: { stopSequences: ["end"] } },
    { fields: { stop: ["a", "", "b"] }, config: { stopSequences: ["a", "b"] } },
    { fields: { max_tokens: 9 }, config: { maxOutputTokens: 9 } },
    { fields: { max_tokens: 9, max_completion_tokens: 8 }, config: { maxOutputTokens: 8 } },
    { fields: { logprobs: true, top_logprobs: 3 }, config: { responseLogprobs: true, logprobs: 3 } },
    { fields: { logprobs: true }, config: { responseLogprobs: true } },
    { fields: { logprobs: false }, config: undefined },
    { fields: { n: 1 }, config: undefined },
    { fields: { n: 3 }, config: { candidateCount: 3 } },
  ])("$fields", ({ fields, config }) => {
    expect(configOf(fields)).toEqual(config);
  });
});

describe("what cannot be said", () => {
  it.each([
    { fields: { min_p: 0.1, top_a: 0.2, repetition_penalty: 1.1 }, dropped: ["min_p", "top_a", "repetition_penalty"] },
    {
      fields: { logit_bias: { 5: 1 }, prediction: { type: "content", content: "x" } },
      dropped: ["logit_bias", "prediction"],
    },
    {
      fields: { user: "u1", prompt_cache_key: "k", verbosity: "low" },
      dropped: ["user", "prompt_cache_key", "verbosity"],
    },
    { fields: { cache_control: { type: "ephemeral" } }, dropped: ["cache_control"] },
    { fields: { service_tier: "scale" }, dropped: ["service_tier"] },
    { fields: { response_format: { type: "grammar", grammar: "x" } }, dropped: ["response_format"] },
    { fields: { reasoning: { mode: "pro", summary: "detailed" } }, dropped: ["reasoning.summary", "reasoning.mode"] },
    { fields: { audio: { voice: "Kore", format: "wav" } }, dropped: ["audio.format"] },
    { fields: { image_config: { strength: 0.5 } }, dropped: ["image_config.strength"] },
    { fields: { n: 2 }, model: NEW, dropped: ["n"] },
    { fields: { something_else: 1, another: null }, dropped: ["something_else"] },
  ])("$fields is reported", ({ fields, model, dropped }) => {
    const request = write(fields, { model: model ?? OLD });
    expect(request.dropped).toEqual(dropped);
    for (const name of dropped) expect(request.body).not.toHaveProperty(name);
  });

  it("is not what the router reads itself", () => {
    const fields = {
      ...{ models: ["a/b"], provider: { sort: "price" }, plugins: [{ id: "web" }], transforms: [], route: "fallback" },
      ...{ session_id: "s", metadata: { a: "b" }, trace: {}, debug: {}, usage: { include: true }, preset: "p" },
      ...{ stream: true, stream_options: { include_usage: true }, structured_outputs: true, max_tool_calls: 3 },
    };
    expect(write({ model: "x/y", ...fields })).toEqual({
      path: "/models/gemini-2.5-flash:generateContent",
      body: { contents: [{ role: "user", parts: [{ text: "Hello" }] }] },
    });
  });

  it("is not what the vendor has under its own name", () => {
    const safetySettings = [{ category: "HARM_CATEGORY_HARASSMENT", threshold: "BLOCK_NONE" }];
    const request = write({ safety_settings: safetySettings, cachedContent: "cachedContents/1", labels: { a: "b" } });
    expect(request.dropped).toBeUndefined();
    expect(request.body).toMatchObject({ safetySettings, cachedContent: "cachedContents/1", labels: { a: "b" } });
  });
});

describe("reasoning", () => {
  it.each([
    { fields: {}, config: undefined },
    { fields: { reasoning: {} }, config: { includeThoughts: true } },
    { fields: { include_reasoning: true }, config: { includeThoughts: true } },
    { fields: { include_reasoning: false }, config: undefined },
    { fields: { reasoning: { exclude: true } }, config: undefined },
    { fields: { reasoning: { max_tokens: 500 } }, config: { includeThoughts: true, thinkingBudget: 500 } },
    { fields: { reasoning: { max_tokens: 99_999 } }, config: { includeThoughts: true, thinkingBudget: 24_576 } },
    { fields: { reasoning: { max_tokens: 0 } }, config: { thinkingBudget: 0 } },
    { fields: { reasoning: { enabled: false } }, config: { thinkingBudget: 0 } },
    { fields: { reasoning_effort: "none" }, config: { thinkingBudget: 0 } },
    { fields: { reasoning: { effort: "none", exclude: true } }, config: { thinkingBudget: 0 } },
    { fields: { reasoning: { effort: "high", exclude: true }, max_tokens: 10_000 }, config: { thinkingBudget: 8_000 } },
    {
      fields: { reasoning_effort: "low", max_tokens: 10_000 },
      config: { includeThoughts: true, thinkingBudget: 2_000 },
    },
    {
      fields: { reasoning_effort: "minimal", max_tokens: 100 },
      config: { includeThoughts: true, thinkingBudget: 1_024 },
    },
    {
      fields: { reasoning: { enabled: true }, max_tokens: 8_000 },
      config: { includeThoughts: true, thinkingBudget: 4_000 },
    },
    { fields: { reasoning_effort: "max" }, config: { includeThoughts: true, thinkingBudget: 24_576 } },
    {
      fields: { reasoning_effort: "max" },
      model: "gemini-2.5-pro",
      config: { includeThoughts: true, thinkingBudget: 32_768 },
    },
    { fields: { reasoning_effort: "low" }, model: NEW, config: { includeThoughts: true, thinkingLevel: "low" } },
    {
      fields: { reasoning_effort: "minimal" },
      model: NEW,
      config: { includeThoughts: true, thinkingLevel: "minimal" },
    },
    { fields: { reasoning_effort: "xhigh" }, model: NEW, config: { includeThoughts: true, thinkingLevel: "high" } },
    { fields: { reasoning_effort: "none" }, model: NEW, config: { thinkingLevel: "minimal" } },
    {
      fields: { reasoning: { enabled: true } },
      model: NEW,
      config: { includeThoughts: true, thinkingLevel: "medium" },
    },
    {
      fields: { reasoning: { max_tokens: 2_000 }, max_tokens: 10_000 },
      model: NEW,
      config: { includeThoughts: true, thinkingLevel: "low" },
    },
    { fields: { reasoning_effort: "none" }, model: "gemini-3.1-pro-preview", config: { thinkingLevel: "low" } },
    {
      fields: { reasoning_effort: "medium" },
      model: "gemini-3-pro-preview",
      config: { includeThoughts: true, thinkingLevel: "high" },
    },
    {
      fields: { reasoning_effort: "minimal" },
      model: "models/gemini-3.7-flash",
      config: { includeThoughts: true, thinkingLevel: "low" },
    },
    {
      fields: { reasoning_effort: "minimal" },
      model: "gemini-flash-latest",
      config: { includeThoughts: true, thinkingLevel: "low" },
    },
  ])("$fields of $model", ({ fields, model, config }) => {
    expect(configOf(fields, model ?? OLD)).toEqual(config && expect.objectContaining({ thinkingConfig: config }));
  });

  it("goes by the row where the name says nothing", () => {
    const levels = write({ reasoning_effort: "minimal" }, { model: "lamp-one", quirks: { gemini_3: true } });
    expect(levels.body.generationConfig).toEqual({
      thinkingConfig: { includeThoughts: true, thinkingLevel: "minimal" },
    });
    const budget = write({ reasoning: { max_tokens: 5 } }, { model: NEW, quirks: { gemini_3: false } });
    expect(budget.body.generationConfig).toEqual({ thinkingConfig: { includeThoughts: true, thinkingBudget: 5 } });
  });

  it("is left out and reported where the row says so", () => {
    const request = write({ reasoning_effort: "low" }, { quirks: { reasoning_request: "none" } });
    expect(request.body).not.toHaveProperty("generationConfig");
    expect(request.dropped).toEqual(["reasoning"]);
  });

  it("follows the last change in mid-conversation", () => {
    const update = (effort: string) => ({
      role: "system",
      content: "",
      configuration_update: { reasoning: { effort } },
    });
    const messages = [USER, update("low"), { role: "assistant", content: "Hi" }, update("high"), USER];
    expect(configOf({ messages, reasoning: { max_tokens: 9 } }, NEW)).toEqual({
      thinkingConfig: { includeThoughts: true, thinkingLevel: "high" },
    });
  });
});

describe("output", () => {
  it("of media is asked for in the vendor's words", () => {
    expect(
      configOf({ modalities: ["text", "image"], image_config: { aspect_ratio: "16:9", image_size: "2K" } }),
    ).toEqual({ responseModalities: ["TEXT", "IMAGE"], imageConfig: { aspectRatio: "16:9", imageSize: "2K" } });
    expect(configOf({ modalities: ["audio"], audio: { voice: "Kore", format: "pcm16" } })).toEqual({
      responseModalities: ["AUDIO"],
      speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: "Kore" } } },
    });
  });

  const schema = { type: "object", properties: { a: { $ref: "#/$defs/b" } }, $defs: { b: { type: "null" } } };
  const tools = [{ type: "function", function: { name: "f" } }];

  it.each([
    { format: { type: "text" }, config: undefined },
    { format: { type: "json_object" }, config: { responseMimeType: "application/json" } },
    {
      format: { type: "json_schema", json_schema: { name: "x", strict: true, schema } },
      config: { responseMimeType: "application/json", responseJsonSchema: schema },
    },
    {
      format: { type: "json_schema", json_schema: { name: "x", description: "A thing.", schema } },
      config: { responseMimeType: "application/json", responseJsonSchema: { description: "A thing.", ...schema } },
    },
    { format: { type: "json_schema", json_schema: { name: "x" } }, config: { responseMimeType: "application/json" } },
  ])("in the format $format", ({ format, config }) => {
    expect(configOf({ response_format: format })).toEqual(config);
  });

  it("as JSON beside tools is native for Gemini 3, and asked for in words before", () => {
    const fields = { tools, response_format: { type: "json_schema", json_schema: { name: "x", schema } } };
    expect(configOf(fields, NEW)).toEqual({ responseMimeType: "application/json", responseJsonSchema: schema });
    const body = bodyOf(fields);
    expect(body).not.toHaveProperty("generationConfig");
    expect(JSON.stringify(body.systemInstruction)).toContain(JSON.stringify(JSON.stringify(schema)).slice(1, -1));
  });
});

describe("the service tier", () => {
  it.each([
    { tier: "priority", quirks: {}, body: "priority", headers: undefined },
    { tier: "fast", quirks: {}, body: "priority", headers: undefined },
    { tier: "flex", quirks: {}, body: "flex", headers: undefined },
    { tier: "auto", quirks: {}, body: undefined, headers: undefined },
    { tier: "default", quirks: { tier_header: true }, body: undefined, headers: undefined },
    {
      tier: "flex",
      quirks: { tier_header: true },
      body: undefined,
      headers: { "x-vertex-ai-llm-request-type": "shared", "x-vertex-ai-llm-shared-request-type": "flex" },
    },
  ])("$tier with $quirks", ({ tier, quirks, body, headers }) => {
    const request = write({ service_tier: tier }, { quirks });
    expect(request.body.serviceTier).toBe(body);
    expect(request.headers).toEqual(headers);
    expect(request.dropped).toBeUndefined();
  });
});

describe("tools", () => {
  const named = (name: string, more = {}) => ({ type: "function", function: { name, ...more } });
  const parameters = { type: "object", properties: { on: { type: ["boolean", "null"] } }, additionalProperties: false };

  it("keep their JSON Schema as it is", () => {
    const tools = [
      { ...named("set", { description: "Sets.", parameters, strict: true }), cache_control: { type: "ephemeral" } },
      named("read", { parameters: {} }),
    ];
    expect(bodyOf({ tools }).tools).toEqual([
      {
        functionDeclarations: [
          { name: "set", description: "Sets.", parametersJsonSchema: parameters },
          { name: "read" },
        ],
      },
    ]);
  });

  it.each([
    { choice: "auto", mode: { mode: "AUTO" } },
    { choice: "none", mode: { mode: "NONE" } },
    { choice: "required", mode: { mode: "ANY" } },
    { choice: { type: "function", function: { name: "set" } }, mode: { mode: "ANY", allowedFunctionNames: ["set"] } },
  ])("are chosen by $choice", ({ choice, mode }) => {
    const request = write({ tools: [named("set")], tool_choice: choice });
    expect(request.body.toolConfig).toEqual({ functionCallingConfig: mode });
    expect(request.dropped).toBeUndefined();
  });

  it("without functions have no choice", () => {
    expect(write({ tool_choice: "auto", tools: [] }).body).not.toHaveProperty("toolConfig");
    expect(write({ tools: [{ type: "web_search" }], tool_choice: { type: "web_search" } }).dropped).toEqual([
      "tool_choice",
    ]);
  });

  it("of a router become the vendor's own, or are reported", () => {
    expect(bodyOf({ tools: [{ type: "openrouter:web_search" }, { type: "openrouter:web_fetch" }] }).tools).toEqual([
      { googleSearch: {} },
      { urlContext: {} },
    ]);
    expect(bodyOf({ web_search_options: {} }).tools).toEqual([{ googleSearch: {} }]);
    expect(write({ tools: [{ type: "openrouter:datetime" }, { type: "openrouter:bash" }] }).dropped).toEqual(["tools"]);
  });

  it("cannot be asked for one by one", () => {
    expect(write({ tools: [named("set")], parallel_tool_calls: false }).dropped).toEqual(["parallel_tool_calls"]);
    expect(write({ tools: [named("set")], parallel_tool_calls: true }).dropped).toBeUndefined();
    expect(write({ parallel_tool_calls: false }).dropped).toBeUndefined();
  });
});

describe("parts of a message", () => {
  it.each([
    { part: { type: "text", text: "Hi" }, written: { text: "Hi" } },
    {
      part: { type: "image_url", image_url: { url: PNG, detail: "high" } },
      written: { inlineData: { mimeType: "image/png", data: "iVBORw0KGgo=" } },
    },
    {
      part: { type: "image_url", image_url: { url: "data:image/jpg;base64,AAAA" } },
      written: { inlineData: { mimeType: "image/jpeg", data: "AAAA" } },
    },
    {
      part: { type: "image_url", image_url: { url: "https://a.example/b/c.WEBP?x=1.gif" } },
      written: { fileData: { fileUri: "https://a.example/b/c.WEBP?x=1.gif", mimeType: "image/webp" } },
    },
    {
      part: { type: "image_url", image_url: { url: "https://a.example/photo" } },
      written: { fileData: { fileUri: "https://a.example/photo", mimeType: "image/jpeg" } },
    },
    {
      part: { type: "input_audio", input_audio: { data: "AAAA", format: "mp3" } },
      written: { inlineData: { mimeType: "audio/mp3", data: "AAAA" } },
    },
    {
      part: { type: "video_url", video_url: { url: "data:video/webm;base64,AAAA" } },
      written: { inlineData: { mimeType: "video/webm", data: "AAAA" } },
    },
    {
      part: { type: "video_url", video_url: { url: "https://www.youtube.com/watch?v=abc" } },
      written: { fileData: { fileUri: "https://www.youtube.com/watch?v=abc", mimeType: "video/mp4" } },
    },
    {
      part: { type: "input_video", video_url: { url: "https://a.example/v.mov" } },
      written: { fileData: { fileUri: "https://a.example/v.mov", mimeType: "video/quicktime" } },
    },
    {
      part: { type: "file", file: { filename: "log.pdf", file_data: PDF } },
      written: { inlineData: { mimeType: "application/pdf", data: "JVBERi0x" } },
    },
    {
      part: { type: "file", file: { filename: "log.csv", file_data: "data:text/csv,a%2Cb" } },
      written: { inlineData: { mimeType: "text/csv", data: "YSxi" } },
    },
    {
      part: { type: "file", file: { filename: "log.txt", file_data: "https://a.example/download" } },
      written: { fileData: { fileUri: "https://a.example/download", mimeType: "text/plain" } },
    },
    {
      part: { type: "file", file: { file_data: "JVBERi0x" } },
      written: { inlineData: { mimeType: "application/pdf", data: "JVBERi0x" } },
    },
    {
      part: { type: "file", file: { file_data: "gs://bucket/a.mp4" } },
      written: { fileData: { fileUri: "gs://bucket/a.mp4", mimeType: "video/mp4" } },
    },
    {
      part: { type: "file", file: { file_id: "abc-1" } },
      written: { fileData: { fileUri: "https://generativelanguage.googleapis.com/v1beta/files/abc-1" } },
    },
    {
      part: { type: "file", file: { file_id: "files/abc-1", filename: "a.pdf" } },
      written: {
        fileData: {
          fileUri: "https://generativelanguage.googleapis.com/v1beta/files/abc-1",
          mimeType: "application/pdf",
        },
      },
    },
  ])("$part", ({ part, written }) => {
    expect(userParts([part])).toEqual([written]);
  });

  it("that hold nothing are refused", () => {
    expect(() => userParts([{ type: "file", file: {} }])).toThrow(RouterError);
  });

  it("carry a name in front", () => {
    const named = (content: unknown) => contentsOf([{ role: "user", name: "Marta", content }]);
    expect(named("Ahoy")).toEqual([{ role: "user", parts: [{ text: "Marta: Ahoy" }] }]);
    expect(named([{ type: "image_url", image_url: { url: PNG } }])).toMatchObject([
      { parts: [{ text: "Marta:" }, { inlineData: {} }] },
    ]);
  });
});

describe("a conversation", () => {
  const asks = (...names: string[]) => ({
    role: "assistant",
    content: null,
    tool_calls: names.map((name) => ({ id: `id-${name}`, type: "function", function: { name, arguments: '{"a":1}' } })),
  });
  const tells = (name: string, content: unknown = "ok") => ({ role: "tool", tool_call_id: `id-${name}`, content });
  const call = (name: string) => ({ functionCall: { name, args: { a: 1 } } });
  const result = (name: string, response: object = { result: "ok" }) => ({ functionResponse: { name, response } });
  const hello = { role: "user", parts: [{ text: "Hello" }] };

  it("has its first instructions apart and later ones in their place", () => {
    const body = bodyOf({
      messages: [
        {
          role: "system",
          content: [
            { type: "text", text: "Be brief." },
            { type: "text", text: "" },
          ],
        },
        { role: "developer", content: "Be kind." },
        USER,
        { role: "system", content: "It is night." },
        { role: "assistant", content: "Hi" },
        { role: "developer", content: "Say goodbye." },
      ],
    });
    expect(body.systemInstruction).toEqual({ parts: [{ text: "Be brief." }, { text: "Be kind." }] });
    expect(body.contents).toEqual([
      { role: "user", parts: [{ text: "Hello" }, { text: "<system>\nIt is night.\n</system>" }] },
      { role: "model", parts: [{ text: "Hi" }] },
      { role: "user", parts: [{ text: "<system>\nSay goodbye.\n</system>" }] },
    ]);
  });

  it.each([
    {
      what: "two user turns in a row",
      messages: [USER, { role: "user", content: "Again" }],
      contents: [{ role: "user", parts: [{ text: "Hello" }, { text: "Again" }] }],
    },
    {
      what: "only a system message",
      messages: [{ role: "system", content: "Begin." }],
      contents: [{ role: "user", parts: [{ text: " " }] }],
    },
    {
      what: "an empty question",
      messages: [{ role: "user", content: "" }],
      contents: [{ role: "user", parts: [{ text: " " }] }],
    },
    {
      what: "empty texts",
      messages: [USER, { role: "assistant", content: "" }, { role: "user", content: [{ type: "text", text: "" }] }],
      contents: [hello],
    },
    {
      what: "an answer at the start",
      messages: [{ role: "assistant", content: "Hi" }, USER],
      contents: [{ role: "user", parts: [{ text: " " }] }, { role: "model", parts: [{ text: "Hi" }] }, hello],
    },
    {
      what: "a prefill",
      messages: [USER, { role: "assistant", content: "Once" }],
      contents: [hello, { role: "model", parts: [{ text: "Once" }] }],
    },
    {
      what: "an answer that refused",
      messages: [USER, { role: "assistant", content: null, refusal: "No." }, USER],
      contents: [hello, { role: "model", parts: [{ text: "No." }] }, hello],
    },
    {
      what: "calls and their results in another order",
      messages: [USER, asks("f", "g"), tells("g", "2"), tells("f", "1"), USER],
      contents: [
        hello,
        { role: "model", parts: [call("f"), call("g")] },
        { role: "user", parts: [result("f", { result: "1" }), result("g", { result: "2" }), { text: "Hello" }] },
      ],
    },
    {
      what: "results after a user's turn",
      messages: [USER, asks("f"), USER, tells("f")],
      contents: [
        hello,
        { role: "model", parts: [call("f")] },
        { role: "user", parts: [result("f"), { text: "Hello" }] },
      ],
    },
    {
      what: "a call without a result",
      messages: [USER, asks("f", "g"), tells("f"), USER],
      contents: [
        hello,
        { role: "model", parts: [call("f"), call("g")] },
        {
          role: "user",
          parts: [result("f"), result("g", { error: "The call was not answered." }), { text: "Hello" }],
        },
      ],
    },
    {
      what: "results without a call, and one that comes twice",
      messages: [tells("x", "lost"), USER, asks("f"), tells("f"), { ...tells("f", "again"), name: "f" }],
      contents: [
        { role: "user", parts: [{ text: "Result: lost" }, { text: "Hello" }] },
        { role: "model", parts: [call("f")] },
        { role: "user", parts: [result("f"), { text: "Result of f: again" }] },
      ],
    },
    {
      what: "the same id in two turns",
      messages: [USER, asks("f"), tells("f", "1"), asks("f"), tells("f", "2")],
      contents: [
        hello,
        { role: "model", parts: [call("f")] },
        { role: "user", parts: [result("f", { result: "1" })] },
        { role: "model", parts: [call("f")] },
        { role: "user", parts: [result("f", { result: "2" })] },
      ],
    },
    {
      what: "a result that is a JSON object, and those that only look like one",
      messages: [
        USER,
        asks("f", "g", "h", "i"),
        tells("f", ' {"wind": 6}'),
        tells("g", "{wind}"),
        tells("h", '{"id": 12345678901234567890}'),
        tells("i", "[1]"),
      ],
      contents: [
        hello,
        { role: "model", parts: [call("f"), call("g"), call("h"), call("i")] },
        {
          role: "user",
          parts: [
            result("f", { wind: 6 }),
            result("g", { result: "{wind}" }),
            result("h", { result: '{"id": 12345678901234567890}' }),
            result("i", { result: "[1]" }),
          ],
        },
      ],
    },
  ])("with $what", ({ messages, contents }) => {
    expect(contentsOf(messages)).toEqual(contents);
  });

  it.each([
    { text: "", args: {} },
    { text: "{}", args: {} },
    { text: "[1]", args: { arguments: [1] } },
    { text: "null", args: { arguments: null } },
    { text: '{"a"', args: { arguments: '{"a"' } },
  ])("with the arguments $text", ({ text, args }) => {
    const toolCalls = [{ id: "1", type: "function", function: { name: "f", arguments: text } }];
    expect(contentsOf([USER, { role: "assistant", tool_calls: toolCalls }])).toMatchObject([
      {},
      { parts: [{ functionCall: { name: "f", args } }] },
      {},
    ]);
  });

  it("puts media of a result inside it for Gemini 3, beside all results before", () => {
    const content = [
      { type: "text", text: "Seen." },
      { type: "image_url", image_url: { url: PNG } },
      { type: "image_url", image_url: { url: "https://a.example/b.png" } },
    ];
    const inline = { inlineData: { mimeType: "image/png", data: "iVBORw0KGgo=" } };
    const linked = { fileData: { fileUri: "https://a.example/b.png", mimeType: "image/png" } };
    const messages = [USER, asks("f", "g"), tells("f", content), tells("g")];
    expect(contentsOf(messages)).toMatchObject([
      {},
      {},
      { parts: [result("f", { result: "Seen." }), result("g"), inline, linked] },
    ]);
    const [, , turn] = contentsOf(messages, NEW) as { parts: unknown[] }[];
    expect(turn?.parts).toEqual([
      { functionResponse: { name: "f", id: "id-f", response: { result: "Seen." }, parts: [inline] } },
      { functionResponse: { name: "g", id: "id-g", response: { result: "ok" } } },
      linked,
    ]);
  });

  it("says for Gemini 3 that another vendor's calls have no signature, once a turn", () => {
    const messages = [USER, { ...asks("f", "g"), reasoning: "Hm." }, tells("f"), tells("g")];
    const [, turn] = contentsOf(messages, NEW) as { parts: unknown[] }[];
    expect(turn?.parts).toEqual([
      { functionCall: { name: "f", args: { a: 1 }, id: "id-f" }, thoughtSignature: "skip_thought_signature_validator" },
      { functionCall: { name: "g", args: { a: 1 }, id: "id-g" } },
    ]);
  });

  it.each([
    { model: "gemini-3.1-pro-preview", ends: "model" },
    { model: "gemini-3.5-flash", ends: "model" },
    { model: "gemini-3.5-flash-lite", ends: "user" },
    { model: "gemini-3.8-flash", ends: "user" },
    { model: "gemini-pro-latest", ends: "user" },
  ])("that ends in an answer ends for $model in a turn of the $ends", ({ model, ends }) => {
    const contents = contentsOf([USER, { role: "assistant", content: "Once" }], model) as { role: string }[];
    expect(contents.at(-1)?.role).toBe(ends);
  });

  it("is not changed by being written", () => {
    const chat = parseChatRequest({
      messages: [
        { role: "user", name: "Marta", content: [{ type: "text", text: "Hello" }] },
        asks("f"),
        tells("f"),
        USER,
        USER,
      ],
      tools: [{ type: "function", function: { name: "f", parameters: { type: "object" } } }],
    });
    const before = structuredClone(chat);
    googleGemini.request(chat satisfies ChatRequest, { model: NEW, quirks: {}, stream: true });
    expect(chat).toEqual(before);
  });
});
