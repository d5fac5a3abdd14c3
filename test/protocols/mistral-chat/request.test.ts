import { describe, expect, it } from "vitest";
import { mistralChat } from "../../../src/protocols/mistral-chat/index.ts";
import { toMistralToolId } from "../../../src/protocols/mistral-chat/tool-id.ts";
import type { Quirks } from "../../../src/schema/catalogue.ts";
import { HANDED_OVER, type Json, messageOf, write } from "../exchange.ts";

const ask = (fields: Json, quirks: Quirks = {}, model = "heron-1") => write(mistralChat, fields, { quirks, model });
const messagesOf = (messages: Json[], model?: string) => ask({ messages }, {}, model).body.messages;
const BASE = { model: "heron-1", messages: [{ role: "user", content: "Hello" }] };
const call = (id: string, name = "now", text = "{}") => ({ id, type: "function", function: { name, arguments: text } });
const schema = { type: "object", properties: { n: { type: "integer" } } };

describe("a Mistral request", () => {
  it.each([
    { fields: {}, expected: {} },
    { fields: { stream: false }, expected: { stream: false } },
    { fields: { max_completion_tokens: 8, max_tokens: 9, seed: -3 }, expected: { max_tokens: 8, random_seed: 3 } },
    { fields: { temperature: 2 }, expected: { temperature: 1.5 }, dropped: ["temperature"] },
    {
      fields: { top_p: 0.5, frequency_penalty: 0.5, presence_penalty: -0.5, stop: ["a"], n: 2, safe_prompt: true },
      expected: { top_p: 0.5, frequency_penalty: 0.5, presence_penalty: -0.5, stop: ["a"], n: 2, safe_prompt: true },
    },
    {
      fields: { logit_bias: { 5: 1 }, top_k: 5, logprobs: true, service_tier: "flex", verbosity: "low", mood: 1 },
      expected: {},
      dropped: ["logit_bias", "top_k", "logprobs", "service_tier", "verbosity", "mood"],
    },
    { fields: { session_id: "s", top_k: 0, logprobs: false, temperature: null }, expected: {} },
    {
      fields: {
        prediction: {
          type: "content",
          content: [
            { type: "text", text: "a" },
            { type: "text", text: "b" },
          ],
        },
      },
      expected: { prediction: { type: "content", content: "ab" } },
    },
    { fields: { reasoning_effort: "low" }, expected: { reasoning_effort: "high" } },
    { fields: { reasoning: { enabled: false } }, expected: { reasoning_effort: "none" } },
    { fields: { reasoning: { exclude: true } }, expected: {} },
    { fields: { response_format: { type: "json_object" } }, expected: { response_format: { type: "json_object" } } },
    {
      fields: { response_format: { type: "json_schema", json_schema: { schema, strict: null } } },
      expected: { response_format: { type: "json_schema", json_schema: { name: "response", schema } } },
    },
    {
      fields: { response_format: { type: "json_schema", json_schema: { name: "n" } } },
      expected: { response_format: { type: "json_object" } },
    },
    { fields: { response_format: { type: "python" } }, expected: {}, dropped: ["response_format"] },
    { fields: { tool_choice: "required", user: "u" }, expected: {}, dropped: ["tool_choice", "user"] },
    { fields: { tool_choice: "auto", parallel_tool_calls: true }, expected: {} },
  ])("$fields", ({ fields, expected, dropped }: Json) => {
    const request = ask(fields);
    expect(request.body).toEqual({ ...BASE, ...expected });
    expect(request.dropped).toEqual(dropped ?? []);
  });

  it("asks for no thinking where there is none", () => {
    const { body, dropped } = ask({ reasoning: { effort: "high" } }, { reasoning_request: "none" });
    expect(body.reasoning_effort).toBeUndefined();
    expect(dropped).toEqual(["reasoning"]);
  });

  it.each([
    { choice: "required", expected: "any" },
    { choice: "none", expected: "none" },
    {
      choice: { type: "function", function: { name: "now" }, extra: 1 },
      expected: { type: "function", function: { name: "now" } },
    },
  ])("tool choice $choice", ({ choice, expected }) => {
    const tool = { type: "function", function: { name: "now", strict: null }, cache_control: { type: "ephemeral" } };
    const { body, dropped } = ask({ tools: [tool, { type: "openrouter:datetime" }], tool_choice: choice });
    expect(body.tool_choice).toEqual(expected);
    expect(body.tools).toEqual([
      { type: "function", function: { name: "now", parameters: { type: "object", properties: {} } } },
    ]);
    expect(dropped).toEqual(["tools"]);
  });
});

describe("content for Mistral", () => {
  it("has parts in the vendor's form", () => {
    const url = "https://herons.example/a.png";
    const pdf = "data:application/pdf;base64,JVBERi0x";
    const png = "data:image/png;base64,iVBORw0KGgo=";
    const content = [
      { type: "text", text: "" },
      { type: "text", text: "Look.", cache_control: { type: "ephemeral" } },
      { type: "image_url", image_url: { url, detail: "original" } },
      { type: "input_audio", input_audio: { data: "AAAA", format: "wav" } },
      { type: "file", file: { filename: "a.pdf", file_data: pdf } },
      { type: "file", file: { file_data: "JVBERi0x" } },
      { type: "file", file: { file_data: png } },
      { type: "file", file: { file_id: "f-1" } },
    ];
    expect(messagesOf([{ role: "user", content, name: "Ann" }])[0]).toEqual({
      role: "user",
      content: [
        { type: "text", text: "Ann:" },
        { type: "text", text: "Look." },
        { type: "image_url", image_url: { url } },
        { type: "input_audio", input_audio: "AAAA" },
        { type: "document_url", document_url: pdf, document_name: "a.pdf" },
        { type: "document_url", document_url: pdf },
        { type: "image_url", image_url: { url: png } },
        { type: "file", file_id: "f-1" },
      ],
    });
  });

  it("is no video", () => {
    const part = { type: "video_url", video_url: { url: "https://herons.example/a.mp4" } };
    expect(() => messagesOf([{ role: "user", content: [part] }])).toThrow(/video_url/);
  });
});

describe("conversations with Mistral", () => {
  it("from elsewhere are put right", () => {
    const messages = messagesOf(HANDED_OVER);
    expect(messages.map(({ role }: Json) => role)).toEqual(
      "system user user assistant tool tool assistant user user assistant user user".split(" "),
    );
    const [first, second] = messages[3].tool_calls;
    expect([first.id, second.id]).toEqual([messages[4].tool_call_id, messages[5].tool_call_id]);
    for (const { id } of [first, second]) expect(id).toMatch(/^[A-Za-z0-9]{9}$/);
    expect(second.function).toEqual({ name: "fish", arguments: "{}" });
    expect(messages[10].content).toBe("<system-reminder>\nNow in French.\n</system-reminder>");
    expect(JSON.stringify(messages)).not.toMatch(/reasoning|Two counts|"prefix"/);
  });

  it("may end in an answer to be continued, and begin with one", () => {
    const refusal = { role: "assistant", content: null, refusal: "Never", annotations: [], model: "x/y" };
    expect(messagesOf([refusal])).toEqual([
      { role: "user", content: "(no message)" },
      { role: "assistant", content: "Never", prefix: true },
    ]);
  });

  it("end in results when calls have none", () => {
    const messages = messagesOf([
      { role: "user", content: "Hi" },
      { role: "assistant", tool_calls: [call("a")] },
    ]);
    expect(messages.at(-1)).toEqual({
      role: "tool",
      tool_call_id: toMistralToolId("a"),
      content: "No result was given.",
    });
  });

  it("bring thinking back to models that think", () => {
    const thinking = { type: "thinking", thinking: [{ type: "text", text: "Forty less two." }] };
    const content = [thinking, { type: "text", text: "38." }];
    const answer = messageOf(
      mistralChat.response({ choices: [{ index: 0, finish_reason: "stop", message: { content } }] }),
    );
    expect(answer).toMatchObject({ content: "38.", reasoning: "Forty less two." });
    const messages = [{ role: "user", content: "How many?" }, answer, { role: "user", content: "Sure?" }];
    expect(messagesOf(messages, "magistral-heron")[1]).toEqual({ role: "assistant", content });
    expect(messagesOf(messages)[1]).toEqual({ role: "assistant", content: "38." });
  });

  it.each(["aB3dE5fG7", "call_1", "toolu_01ABCDEFGHIJKLMNOP", "", "ü", "fc_".repeat(90)])("tool id %s", (id) => {
    expect(toMistralToolId(id)).toMatch(/^[A-Za-z0-9]{9}$/);
    expect(toMistralToolId(id)).toBe(toMistralToolId(id));
    expect(toMistralToolId(toMistralToolId(id))).toBe(toMistralToolId(id));
  });

  it("have different tool ids for different calls", () => {
    const ids = Array.from({ length: 2000 }, (_, index) => toMistralToolId(`call_${index}`));
    expect(new Set(ids).size).toBe(2000);
  });
});
