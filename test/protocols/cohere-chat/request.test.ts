import { describe, expect, it } from "vitest";
import { cohereChat } from "../../../src/protocols/cohere-chat/index.ts";
import type { Quirks } from "../../../src/schema/catalogue.ts";
import { HANDED_OVER, type Json, messageOf, write } from "../exchange.ts";

const ask = (fields: Json, quirks: Quirks = {}) => write(cohereChat, fields, { quirks });
const messagesOf = (messages: Json[]) => ask({ messages }).body.messages;
const BASE = { model: "heron-1", messages: [{ role: "user", content: "Hello" }], stream: false };
const tool = (name: string, fields: Json = {}) => ({ type: "function", function: { name, ...fields } });
const schema = { type: "object", properties: { n: { type: "integer" } }, required: ["n"] };
const response_format = { type: "json_schema", json_schema: { name: "count", schema } };
const EMPTY = { type: "object", properties: {} };
const PNG = { type: "image_url", image_url: { url: "https://herons.example/a.png" } };

describe("a Cohere request", () => {
  it.each([
    { fields: {}, expected: {} },
    {
      fields: { temperature: 0.5, top_p: 0.5, top_k: 40, seed: 3, frequency_penalty: 0.5, max_tokens: 9, stop: "end" },
      expected: {
        temperature: 0.5,
        p: 0.5,
        k: 40,
        seed: 3,
        frequency_penalty: 0.5,
        max_tokens: 9,
        stop_sequences: ["end"],
      },
    },
    { fields: { top_p: 1 }, expected: { p: 0.99 } },
    { fields: { presence_penalty: -1 }, expected: { presence_penalty: 0 }, dropped: ["presence_penalty"] },
    { fields: { logprobs: true, top_logprobs: 2 }, expected: { logprobs: true }, dropped: ["top_logprobs"] },
    { fields: { safety_mode: "OFF", documents: ["a"] }, expected: { safety_mode: "OFF", documents: ["a"] } },
    {
      fields: { min_p: 0.1, logit_bias: { 5: 1 }, parallel_tool_calls: false, service_tier: "flex", mood: 1, n: 1 },
      expected: {},
      dropped: ["min_p", "logit_bias", "parallel_tool_calls", "service_tier", "mood"],
    },
    { fields: { session_id: "s", temperature: null, stop: [] }, expected: {} },
    { fields: { user: "u", tool_choice: "required" }, expected: {}, dropped: ["tool_choice", "user"] },
    { fields: { reasoning_effort: "none" }, expected: { thinking: { type: "disabled" } } },
    { fields: { reasoning: { enabled: true } }, expected: { thinking: { type: "enabled" } } },
    { fields: { reasoning: { max_tokens: 500 } }, expected: { thinking: { type: "enabled", token_budget: 500 } } },
    {
      fields: { reasoning: { effort: "medium" }, max_tokens: 4000 },
      expected: { max_tokens: 4000, thinking: { type: "enabled", token_budget: 2000 } },
    },
    { fields: { reasoning: { exclude: true } }, expected: {} },
    { fields: { response_format: { type: "json_object" } }, expected: { response_format: { type: "json_object" } } },
    { fields: { response_format }, expected: { response_format: { type: "json_object", json_schema: schema } } },
    { fields: { response_format: { type: "text" } }, expected: {} },
    { fields: { response_format: { type: "python" } }, expected: {}, dropped: ["response_format"] },
  ])("$fields", ({ fields, expected, dropped }: Json) => {
    const request = ask(fields);
    expect(request.body).toEqual({ ...BASE, ...expected });
    expect(request.dropped).toEqual(dropped ?? []);
  });

  it("asks for no thinking where there is none", () => {
    const { body, dropped } = ask({ reasoning: { effort: "high" } }, { reasoning_request: "none" });
    expect(body.thinking).toBeUndefined();
    expect(dropped).toEqual(["reasoning"]);
  });
});

describe("tools of Cohere", () => {
  const tools = [tool("now"), tool("log", { description: "Logs.", parameters: schema, strict: true })];
  it.each([
    { choice: undefined, expected: undefined, names: ["now", "log"] },
    { choice: "auto", expected: undefined, names: ["now", "log"] },
    { choice: "required", expected: "REQUIRED", names: ["now", "log"] },
    { choice: "none", expected: "NONE", names: ["now", "log"] },
    { choice: tool("log"), expected: "REQUIRED", names: ["log"] },
  ])("choice $choice", ({ choice, expected, names }) => {
    const { body } = ask({ tools, tool_choice: choice });
    expect(body.tool_choice).toBe(expected);
    expect(body.tools.map((each: Json) => each.function.name)).toEqual(names);
  });

  it("are strict all together or not at all", () => {
    expect(ask({ tools }).dropped).toEqual(["tools.function.strict"]);
    expect(ask({ tools }).body.strict_tools).toBeUndefined();
    expect(ask({ tools: tools.slice(1) }).body.strict_tools).toBe(true);
    expect(ask({ tools }).body.tools[0]).toEqual(tool("now", { parameters: EMPTY }));
  });

  it("take the place of the native answer format", () => {
    const { body, formatBy } = ask({ tools, response_format });
    expect(formatBy).toBe("instruction");
    expect(body.response_format).toBeUndefined();
    expect(body.messages[0]).toMatchObject({ role: "system", content: expect.stringContaining('"n"') });
  });

  it("of the router itself do not go there", () => {
    const { body, dropped } = ask({ tools: [{ type: "openrouter:web_search" }] });
    expect(body.tools).toBeUndefined();
    expect(dropped).toEqual(["tools"]);
  });
});

describe("conversations with Cohere", () => {
  it("from elsewhere are put right", () => {
    const messages = messagesOf(HANDED_OVER);
    expect(messages.map(({ role }: Json) => role)).toEqual(
      "system user user assistant tool tool user user assistant system user".split(" "),
    );
    expect(messages[3]).toEqual({
      role: "assistant",
      tool_calls: [
        { id: "call|1", type: "function", function: { name: "herons", arguments: '{"pond":"north"}' } },
        { id: `fc_${"x".repeat(90)}`, type: "function", function: { name: "fish", arguments: "{}" } },
      ],
    });
    expect(messages[5]).toMatchObject({ tool_call_id: `fc_${"x".repeat(90)}`, content: "No result was given." });
    expect(messages[6].content).toBe("Result of the tool call nobody:\nstray");
    expect(messages.at(-1)).toEqual({ role: "user", content: [{ type: "text", text: "Again." }] });
  });

  it("bring the plan back", () => {
    const call = tool("now", { arguments: "{}" });
    const answer = { tool_plan: "I look.", tool_calls: [{ id: "now_1", ...call }] };
    const message = messageOf(cohereChat.response({ message: answer, finish_reason: "TOOL_CALL" }));
    const result = { role: "tool", tool_call_id: "now_1", content: "noon" };
    expect(messagesOf([{ role: "user", content: "Hi" }, message, result]).slice(1)).toEqual([
      { role: "assistant", ...answer },
      result,
    ]);
  });

  it("carry images of results in a turn of the user's", () => {
    const messages = messagesOf([
      { role: "user", content: "Look" },
      { role: "assistant", tool_calls: [{ id: "a", ...tool("look", { arguments: "{}" }) }] },
      { role: "tool", tool_call_id: "a", content: [PNG] },
    ]);
    expect(messages.slice(2)).toEqual([
      { role: "tool", tool_call_id: "a", content: "(no output)" },
      { role: "user", content: [PNG] },
    ]);
  });

  it("take no audio", () => {
    const part = { type: "input_audio", input_audio: { data: "AAAA", format: "wav" } };
    expect(() => messagesOf([{ role: "user", content: [part] }])).toThrow(/text and images only/);
  });
});
