import { describe, expect, it } from "vitest";
import { bedrockConverse } from "../../../src/protocols/bedrock-converse/index.ts";
import type { Quirks } from "../../../src/schema/catalogue.ts";
import { HANDED_OVER, type Json, messageOf, write } from "../exchange.ts";

const CLAUDE = "eu.anthropic.claude-heron-1";
const NEWER = "anthropic.claude-sonnet-4-6";
const NOVA = "amazon.nova-heron-v1:0";
const OTHER = "meta.heron-v1:0";
const PNG = "data:image/png;base64,iVBORw0KGgo=";
const PDF = "data:application/pdf;base64,JVBERi0x";
const TOOL = {
  type: "function",
  function: { name: "herons", parameters: { properties: { pond: { type: "string" } } } },
};

const ask = (fields: Json, { model = CLAUDE, quirks = {} }: { model?: string; quirks?: Quirks } = {}) =>
  write(bedrockConverse, fields, { model, quirks });
const contentOf = (content: unknown) => ask({ messages: [{ role: "user", content }] }).body.messages[0].content;

describe("a Converse request", () => {
  it.each([
    { model: "amazon.nova-heron-v1:0", stream: false, path: "/model/amazon.nova-heron-v1%3A0/converse" },
    { model: "amazon.nova-heron-v1%3A0", stream: true, path: "/model/amazon.nova-heron-v1%3A0/converse-stream" },
    { model: "arn:aws:x/y", stream: true, path: "/model/arn%3Aaws%3Ax%2Fy/converse-stream" },
  ])("goes to $path", ({ model, stream, path }) => {
    expect(write(bedrockConverse, {}, { model, stream }).path).toBe(path);
  });

  it("is the conversation alone where nothing else is asked", () => {
    expect(ask({}).body).toEqual({ messages: [{ role: "user", content: [{ text: "Hello" }] }] });
  });

  it.each([
    { fields: { max_tokens: 9, max_completion_tokens: 8 }, config: { maxTokens: 8 } },
    { fields: { temperature: 0.5, stop: "end" }, config: { temperature: 0.5, stopSequences: ["end"] } },
    { fields: { temperature: 1.7 }, config: { temperature: 1 }, dropped: ["temperature"] },
    { fields: { temperature: 0.5, top_p: 0.9 }, model: NEWER, config: { temperature: 0.5 }, dropped: ["top_p"] },
    { fields: { temperature: 0.5, top_p: 0.9 }, config: { temperature: 0.5, topP: 0.9 } },
    { fields: { temperature: 0.5, top_p: 0.9 }, model: OTHER, config: { temperature: 0.5, topP: 0.9 } },
    { fields: { stop: ["a", "\n"] }, config: { stopSequences: ["a"] }, dropped: ["stop"] },
    { fields: { stop: ["a", "\n"] }, model: OTHER, config: { stopSequences: ["a", "\n"] } },
    { fields: { top_k: 4 }, additional: { top_k: 4 } },
    { fields: { top_k: 4 }, model: NOVA, additional: { inferenceConfig: { topK: 4 } } },
    {
      fields: {
        seed: 1,
        logit_bias: { 5: 1 },
        n: 1,
        logprobs: false,
        parallel_tool_calls: false,
        top_a: 0,
        mood: "dry",
      },
      dropped: ["seed", "logit_bias", "parallel_tool_calls", "mood"],
    },
    { fields: { reasoning: { effort: "high" } }, model: OTHER, dropped: ["reasoning"] },
    { fields: { cache_control: { type: "ephemeral" } }, model: OTHER, dropped: ["cache_control"] },
    { fields: { session_id: "s", metadata: { a: "b" }, provider: {} } },
    { fields: { user: "u", tool_choice: "required" }, dropped: ["tool_choice", "user"] },
  ])("$fields for $model", ({ fields, model, config, additional, dropped }: Json) => {
    const { body, ...request } = ask(fields, { model });
    expect(body.inferenceConfig).toEqual(config);
    expect(body.additionalModelRequestFields).toEqual(additional);
    expect(request.dropped).toEqual(dropped ?? []);
  });

  it.each([
    { service_tier: "fast", expected: { type: "priority" } },
    { service_tier: "flex", expected: { type: "flex" } },
    { service_tier: "auto", expected: undefined },
  ])("tier $service_tier", ({ service_tier, expected }) => {
    expect(ask({ service_tier }).body.serviceTier).toEqual(expected);
  });
});

describe("thinking through Converse", () => {
  const budget: Quirks = { reasoning_request: "budget" };
  it.each([
    {
      fields: { reasoning: { max_tokens: 2000 }, max_tokens: 4000, temperature: 0.3, top_k: 5 },
      quirks: budget,
      config: { maxTokens: 4000 },
      additional: { thinking: { type: "enabled", budget_tokens: 2000 } },
      dropped: ["temperature", "top_k"],
    },
    {
      fields: { reasoning: { max_tokens: 9000 }, max_tokens: 4000 },
      quirks: budget,
      config: { maxTokens: 4000 },
      additional: { thinking: { type: "enabled", budget_tokens: 3800 } },
    },
    {
      fields: { reasoning: { max_tokens: 9000 } },
      quirks: budget,
      config: { maxTokens: 17_192 },
      additional: { thinking: { type: "enabled", budget_tokens: 9000 } },
    },
    {
      fields: { reasoning_effort: "high", max_tokens: 100 },
      quirks: budget,
      config: { maxTokens: 100 },
      dropped: ["reasoning_effort"],
    },
    {
      fields: { reasoning: { effort: "high" }, tools: [TOOL], tool_choice: "required" },
      quirks: budget,
      dropped: ["reasoning"],
    },
    {
      fields: { reasoning: { effort: "minimal" } },
      quirks: { reasoning_request: "adaptive" } as Quirks,
      additional: { thinking: { type: "adaptive", display: "summarized" }, output_config: { effort: "low" } },
    },
    {
      fields: { reasoning: { effort: "high" }, temperature: 0.3 },
      quirks: { reasoning_request: "nova" } as Quirks,
      additional: { reasoningConfig: { type: "enabled", maxReasoningEffort: "high" } },
      dropped: ["temperature"],
    },
    {
      fields: { reasoning: { effort: "high" }, max_tokens: 50 },
      quirks: { reasoning_request: "nova" } as Quirks,
      config: { maxTokens: 50 },
      additional: { reasoningConfig: { type: "enabled", maxReasoningEffort: "medium" } },
    },
    { fields: { reasoning: { effort: "none" } }, quirks: { reasoning_request: "nova" } as Quirks },
    {
      fields: { reasoning: { effort: "low" } },
      quirks: { reasoning_request: "effort" } as Quirks,
      additional: { reasoning_effort: "low" },
    },
  ])("$fields under $quirks", ({ fields, quirks, config, additional, dropped }: Json) => {
    const { body, ...request } = ask(fields, { quirks });
    expect(body.inferenceConfig).toEqual(config);
    expect(body.additionalModelRequestFields).toEqual(additional);
    expect(request.dropped).toEqual(dropped ?? []);
  });
});

describe("content for Converse", () => {
  it("is text, images and documents under names of their own", () => {
    const file = (filename: string, data: string) => ({ type: "file", file: { filename, file_data: data } });
    const body = ask({
      messages: [
        { role: "user", content: [file("Übersicht_2.pdf", PDF), { type: "image_url", image_url: { url: PNG } }] },
        { role: "assistant", content: "Yes?" },
        {
          role: "user",
          content: [{ type: "text", text: " " }, { type: "text", text: "And?" }, file("a.txt", "data:text/plain,hi")],
        },
      ],
    }).body;
    expect(body.messages).toEqual([
      {
        role: "user",
        content: [
          { text: "(see the document)" },
          { document: { format: "pdf", name: "-bersicht-2 1", source: { bytes: "JVBERi0x" } } },
          { image: { format: "png", source: { bytes: "iVBORw0KGgo=" } } },
        ],
      },
      { role: "assistant", content: [{ text: "Yes?" }] },
      {
        role: "user",
        content: [{ text: "And?" }, { document: { format: "txt", name: "a 2", source: { bytes: "aGk=" } } }],
      },
    ]);
  });

  it.each([
    { type: "image_url", image_url: { url: "https://herons.example/a.png" } },
    { type: "file", file: { file_data: "https://herons.example/a.pdf" } },
    { type: "input_audio", input_audio: { data: "AAAA", format: "wav" } },
  ])("cannot be $type by this", (part) => {
    expect(() => contentOf([part])).toThrow(/takes no/);
  });

  it("has cache points behind what was marked, for models that know them", () => {
    const cache_control = { type: "ephemeral" };
    const fields = {
      messages: [
        { role: "system", content: [{ type: "text", text: "Long.", cache_control: { type: "ephemeral", ttl: "1h" } }] },
        { role: "user", content: "Look." },
        {
          role: "assistant",
          tool_calls: [{ id: "a", type: "function", function: { name: "herons", arguments: "{}" } }],
        },
        {
          role: "tool",
          tool_call_id: "a",
          content: [
            { type: "text", text: "seven", cache_control },
            { type: "image_url", image_url: { url: PNG } },
          ],
        },
      ],
      tools: [{ ...TOOL, cache_control }],
    };
    const { body } = ask(fields);
    expect(body.system).toEqual([{ text: "Long." }, { cachePoint: { type: "default", ttl: "1h" } }]);
    expect(body.messages[2].content).toEqual([
      {
        toolResult: {
          toolUseId: "a",
          content: [{ text: "seven" }, { image: { format: "png", source: { bytes: "iVBORw0KGgo=" } } }],
        },
      },
      { cachePoint: { type: "default" } },
    ]);
    expect(body.toolConfig.tools[1]).toEqual({ cachePoint: { type: "default", ttl: "1h" } });
    expect(JSON.stringify(ask(fields, { model: OTHER }).body)).not.toContain("cachePoint");
  });
});

describe("tools of Converse", () => {
  const spec = {
    toolSpec: { name: "herons", inputSchema: { json: { type: "object", properties: { pond: { type: "string" } } } } },
  };
  const schema = { type: "object", properties: { n: { type: "integer" } }, required: ["n"] };
  const response_format = { type: "json_schema", json_schema: { name: "count", schema } };
  it.each([
    { choice: undefined, config: { tools: [spec] } },
    { choice: "auto", config: { tools: [spec], toolChoice: { auto: {} } } },
    { choice: "required", config: { tools: [spec], toolChoice: { any: {} } } },
    {
      choice: { type: "function", function: { name: "herons" } },
      config: { tools: [spec], toolChoice: { tool: { name: "herons" } } },
    },
    { choice: "none", config: undefined },
  ])("choice $choice", ({ choice, config }) => {
    const { body, dropped } = ask({ tools: [TOOL], tool_choice: choice });
    expect(body.toolConfig).toEqual(config);
    expect(dropped).toEqual([]);
  });

  it("are free to call for models that always think", () => {
    const quirks: Quirks = { reasoning_request: "adaptive_always" };
    const { body, dropped } = ask({ tools: [TOOL], tool_choice: "required" }, { quirks });
    expect(body.toolConfig.toolChoice).toEqual({ auto: {} });
    expect(body.additionalModelRequestFields.thinking.type).toBe("adaptive");
    expect(dropped).toEqual(["tool_choice"]);
  });

  it("are declared while the conversation holds calls of them", () => {
    const messages = HANDED_OVER;
    const { body, dropped } = ask({ messages, tools: [TOOL], tool_choice: "none" });
    expect(body.toolConfig.tools.map(({ toolSpec }: Json) => toolSpec.name)).toEqual(["herons", "fish"]);
    expect(dropped).toEqual(["tool_choice"]);
    expect(ask({ messages }).body.toolConfig.tools).toHaveLength(2);
  });

  it("bring a schema about: natively, by a forced tool, or by asking", () => {
    const native = ask({ response_format }, { quirks: { structured_outputs: true } });
    const { type, structure } = native.body.outputConfig.textFormat;
    expect([type, structure.jsonSchema.name, typeof structure.jsonSchema.schema]).toEqual([
      "json_schema",
      "count",
      "string",
    ]);
    expect(native.formatBy).toBeUndefined();
    const forced = ask({ response_format });
    expect(forced).toMatchObject({ formatBy: "tool", expects: { jsonTool: "count" } });
    expect(forced.body.toolConfig.toolChoice).toEqual({ tool: { name: "count" } });
    expect(ask({ response_format, tools: [TOOL] }).body.toolConfig.toolChoice).toEqual({ any: {} });
    const asked = ask({ response_format }, { model: OTHER });
    expect(asked.formatBy).toBe("instruction");
    expect(asked.body.system[0].text).toContain('"n"');
    expect(ask({ response_format: { type: "json_object" } }).formatBy).toBe("instruction");
  });
});

describe("conversations through Converse", () => {
  it("from elsewhere are put right", () => {
    const { messages, system } = ask({ messages: HANDED_OVER }).body;
    expect(system).toEqual([{ text: "Be brief." }]);
    const roles = messages.map(({ role }: Json) => role);
    expect(roles).toEqual(["user", "assistant", "user", "assistant", "user"]);
    const [first, second] = messages[1].content.map(({ toolUse }: Json) => toolUse);
    expect(first).toEqual({ toolUseId: "call_1", name: "herons", input: { pond: "north" } });
    expect(second.toolUseId).toMatch(/^[\w-]{1,64}$/);
    expect(messages[2].content.slice(0, 2)).toEqual([
      { toolResult: { toolUseId: "call_1", content: [{ text: "seven" }] } },
      { toolResult: { toolUseId: second.toolUseId, content: [{ text: "No result was given." }], status: "error" } },
    ]);
    expect(JSON.stringify(messages)).not.toMatch(/reasoningContent|"text":""/);
  });

  it("bring signed reasoning back as it came", () => {
    const content = [
      { reasoningContent: { reasoningText: { text: "Count.", signature: "c2ln" } } },
      { reasoningContent: { redactedContent: "AAAA" } },
      { toolUse: { toolUseId: "tu_1", name: "herons", input: { pond: "north" } } },
    ];
    const answer = messageOf(bedrockConverse.response({ output: { message: { content } }, stopReason: "tool_use" }));
    const messages = [{ role: "user", content: "Hi" }, answer, { role: "tool", tool_call_id: "tu_1", content: "7" }];
    expect(ask({ messages, tools: [TOOL] }).body.messages[1]).toEqual({ role: "assistant", content });
  });
});
