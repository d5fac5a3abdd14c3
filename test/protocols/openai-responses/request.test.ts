import { describe, expect, it } from "vitest";
import { openaiResponses } from "../../../src/protocols/openai-responses/index.ts";
import type { Quirks } from "../../../src/schema/catalogue.ts";
import { HANDED_OVER, type Json, messageOf, write } from "../exchange.ts";

const ask = (fields: Json, quirks: Quirks = {}) => write(openaiResponses, fields, { quirks });
const inputOf = (messages: Json[], quirks?: Quirks) => ask({ messages }, quirks).body.input;
const ENCRYPTED = ["reasoning.encrypted_content"];
const BASE = {
  model: "heron-1",
  input: [{ type: "message", role: "user", content: "Hello" }],
  store: false,
  include: ENCRYPTED,
};
const schema = { type: "object", properties: { n: { type: "integer" } } };
const PNG = "data:image/png;base64,iVBORw0KGgo=";

describe("a Responses request", () => {
  it.each([
    { fields: {}, expected: {} },
    {
      fields: { max_tokens: 90, temperature: 0.5, top_p: 0.5 },
      expected: { max_output_tokens: 90, temperature: 0.5, top_p: 0.5 },
    },
    { fields: { max_tokens: 1 }, expected: { max_output_tokens: 16 }, dropped: ["max_tokens"] },
    { fields: { user: "ann", prompt_cache_key: "k" }, expected: { safety_identifier: "ann", prompt_cache_key: "k" } },
    { fields: { user: "a".repeat(65) }, expected: {}, dropped: ["user"] },
    { fields: { service_tier: "fast" }, expected: { service_tier: "priority" } },
    {
      fields: { logprobs: true, top_logprobs: 2 },
      expected: { top_logprobs: 2, include: ["message.output_text.logprobs", ...ENCRYPTED] },
    },
    {
      fields: { stop: "x", seed: 1, top_k: 5, logit_bias: { 5: 1 }, mood: 1, n: 1, logprobs: false },
      expected: {},
      dropped: ["stop", "seed", "top_k", "logit_bias", "mood"],
    },
    { fields: { session_id: "s", metadata: { a: "b" }, cache_control: { type: "ephemeral" } }, expected: {} },
    { fields: { verbosity: "low" }, expected: { text: { verbosity: "low" } } },
    { fields: { verbosity: "max" }, expected: { text: { verbosity: "high" } } },
    { fields: { reasoning_effort: "low" }, expected: { reasoning: { effort: "low", summary: "auto" } } },
    { fields: { reasoning: { effort: "none" } }, expected: { reasoning: { effort: "none" } } },
    { fields: { reasoning: { enabled: false } }, expected: { reasoning: { effort: "none" } } },
    { fields: { reasoning: { enabled: true } }, expected: { reasoning: { summary: "auto" } } },
    { fields: { reasoning: { effort: "high", exclude: true } }, expected: { reasoning: { effort: "high" } } },
    { fields: { reasoning: { exclude: true } }, expected: {} },
    {
      fields: { reasoning: { max_tokens: 800, summary: "detailed" }, max_tokens: 1000 },
      expected: { max_output_tokens: 1000, reasoning: { effort: "high", summary: "detailed" } },
    },
    { fields: { response_format: { type: "json_object" } }, expected: { text: { format: { type: "json_object" } } } },
    {
      fields: { response_format: { type: "json_schema", json_schema: { schema, strict: true } } },
      expected: { text: { format: { type: "json_schema", name: "response", schema, strict: true } } },
    },
    {
      fields: { response_format: { type: "json_schema", json_schema: { name: "n", schema, description: "d" } } },
      expected: { text: { format: { type: "json_schema", name: "n", schema, strict: false, description: "d" } } },
    },
    {
      fields: { response_format: { type: "json_schema", json_schema: { name: "n" } } },
      expected: { text: { format: { type: "json_object" } } },
    },
    { fields: { response_format: { type: "python" } }, expected: {}, dropped: ["response_format"] },
  ])("$fields", ({ fields, expected, dropped }: Json) => {
    const request = ask(fields);
    expect(request.path).toBe("/responses");
    expect(request.body).toEqual({ ...BASE, ...expected });
    expect(request.dropped).toEqual(dropped ?? []);
  });

  it("asks for no reasoning where there is none", () => {
    const { body, dropped } = ask({ reasoning: { effort: "high" } }, { reasoning_request: "none" });
    expect([body.reasoning, body.include, dropped]).toEqual([undefined, undefined, ["reasoning"]]);
  });

  it("has tools that are strict only when they say so", () => {
    const tools = [
      { type: "function", function: { name: "now" } },
      { type: "function", function: { name: "log", description: "Logs.", parameters: schema, strict: true } },
      { type: "openrouter:datetime" },
    ];
    const { body, dropped } = ask({ tools, tool_choice: tools[1], parallel_tool_calls: false });
    expect(body.tools).toEqual([
      { type: "function", name: "now", parameters: { type: "object", properties: {} }, strict: false },
      { type: "function", name: "log", description: "Logs.", parameters: schema, strict: true },
    ]);
    expect(body).toMatchObject({ tool_choice: { type: "function", name: "log" }, parallel_tool_calls: false });
    expect(dropped).toEqual(["tools"]);
    expect(ask({ tools, tool_choice: "required" }).body.tool_choice).toBe("required");
  });
});

describe("content for Responses", () => {
  it("has parts in the vendor's form", () => {
    const content = [
      { type: "text", text: "" },
      { type: "text", text: "Look.", cache_control: { type: "ephemeral" } },
      { type: "image_url", image_url: { url: PNG, detail: "low" } },
      { type: "file", file: { filename: "a.pdf", file_data: "data:application/pdf;base64,JVBERi0x" } },
      { type: "file", file: { file_data: "JVBERi0x" } },
      { type: "file", file: { file_data: "https://herons.example/a.pdf" } },
      { type: "file", file: { file_data: PNG } },
      { type: "file", file: { file_id: "f-1" } },
    ];
    expect(inputOf([{ role: "user", content }])[0].content).toEqual([
      { type: "input_text", text: "Look." },
      { type: "input_image", image_url: PNG, detail: "low" },
      { type: "input_file", filename: "a.pdf", file_data: "data:application/pdf;base64,JVBERi0x" },
      { type: "input_file", filename: "file", file_data: "data:application/pdf;base64,JVBERi0x" },
      { type: "input_file", file_url: "https://herons.example/a.pdf" },
      { type: "input_image", image_url: PNG, detail: "auto" },
      { type: "input_file", file_id: "f-1" },
    ]);
  });

  it("is no video", () => {
    const part = { type: "video_url", video_url: { url: "https://herons.example/a.mp4" } };
    expect(() => inputOf([{ role: "user", content: [part] }])).toThrow(/video_url/);
  });
});

describe("conversations through Responses", () => {
  it("from elsewhere are put right", () => {
    const input = inputOf(HANDED_OVER);
    expect(input.map(({ type, role }: Json) => role ?? type)).toEqual(
      (
        "system user user function_call function_call function_call_output function_call_output " +
        "user user assistant developer user"
      ).split(" "),
    );
    expect(input[3]).toEqual({
      type: "function_call",
      call_id: "call_1",
      name: "herons",
      arguments: '{"pond":"north"}',
    });
    expect(input[5]).toEqual({ type: "function_call_output", call_id: "call_1", output: "seven" });
    expect(input[4].call_id).toMatch(/^[\w-]{1,64}$/);
    expect(input[6]).toMatchObject({ call_id: input[4].call_id, output: "No result was given." });
    expect(JSON.stringify(input)).not.toContain("Two counts");
  });

  const output = [
    {
      type: "reasoning",
      id: "rs_1",
      summary: [
        { type: "summary_text", text: "One." },
        { type: "summary_text", text: "Two." },
      ],
      encrypted_content: "ZW5j",
    },
    { type: "message", role: "assistant", content: [{ type: "output_text", text: "I look." }] },
    { type: "function_call", call_id: "call_1", name: "now", arguments: "{}" },
  ];

  it("bring encrypted reasoning back as it came", () => {
    const answer = messageOf(openaiResponses.response({ status: "completed", output }));
    const result = { role: "tool", tool_call_id: "call_1", content: [{ type: "image_url", image_url: { url: PNG } }] };
    expect(inputOf([{ role: "user", content: "Hi" }, answer, result]).slice(1)).toEqual([
      ...output,
      {
        type: "function_call_output",
        call_id: "call_1",
        output: [{ type: "input_image", image_url: PNG, detail: "auto" }],
      },
    ]);
  });

  const [summary, encrypted] = [
    { type: "reasoning.summary", summary: "One.", id: "rs_1", format: "openai-responses-v1", index: 0 },
    { type: "reasoning.encrypted", data: "ZW5j", id: "rs_1", format: "openai-responses-v1", index: 0 },
  ];
  it.each([
    { what: "no encrypted part", reasoning_details: [summary], content: "Yes", expected: 0 },
    { what: "no answer behind it", reasoning_details: [summary, encrypted], content: "", expected: 0 },
    { what: "another format", reasoning_details: [{ ...encrypted, format: "otter-v1" }], content: "Yes", expected: 0 },
    {
      what: "pieces",
      reasoning_details: [summary, { ...summary, summary: " More." }, encrypted],
      content: "Yes",
      expected: 1,
    },
    { what: "no id", reasoning_details: [{ ...encrypted, id: null }], content: "Yes", expected: 1 },
  ])("reasoning with $what: $expected items", ({ reasoning_details, content, expected }) => {
    const items = inputOf([
      { role: "user", content: "Hi" },
      { role: "assistant", content, reasoning_details },
    ]).filter(({ type }: Json) => type === "reasoning");
    expect(items).toHaveLength(expected);
    if (reasoning_details.length === 3)
      expect(items[0].summary).toEqual([{ type: "summary_text", text: "One. More." }]);
  });

  it("bring back another company's reasoning where its format is known", () => {
    const details = [{ ...encrypted, format: "otter-v1" }];
    const messages = [
      { role: "user", content: "Hi" },
      { role: "assistant", content: "Yes", reasoning_details: details },
    ];
    const request = ask({ messages }, { reasoning_format: "otter-v1" });
    expect(request.body.input[1]).toMatchObject({ type: "reasoning", encrypted_content: "ZW5j" });
    expect(request.expects).toEqual({ reasoningFormat: "otter-v1" });
  });
});
