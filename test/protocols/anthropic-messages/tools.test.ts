import { describe, expect, it } from "vitest";
import { type Json, written } from "./support.ts";

const tool = (name: string, more: Json = {}) => ({ type: "function", function: { name, ...more } });
const schema = { type: "object", properties: { zone: { type: "string" } }, required: ["zone"] };

describe("a tool", () => {
  it.each<[string, Json, Json]>([
    ["without arguments", tool("now"), { name: "now", input_schema: { type: "object", properties: {} } }],
    [
      "with all it has",
      { ...tool("now", { description: "Time.", parameters: schema }), cache_control: { type: "ephemeral", ttl: "1h" } },
      { name: "now", description: "Time.", input_schema: schema, cache_control: { type: "ephemeral", ttl: "1h" } },
    ],
    ["without a type", tool("now", { parameters: {} }), { name: "now", input_schema: { type: "object" } }],
    [
      "with alternatives at its top",
      tool("now", { parameters: { anyOf: [schema, { properties: { offset: { type: "integer" } } }] } }),
      {
        name: "now",
        input_schema: { type: "object", properties: { zone: { type: "string" }, offset: { type: "integer" } } },
      },
    ],
    [
      "that a client wants streamed",
      { ...tool("now"), eager_input_streaming: true },
      { name: "now", input_schema: { type: "object", properties: {} }, eager_input_streaming: true },
    ],
  ])("%s", (_, given, expected) => {
    expect(written({ tools: [given] }).body.tools).toEqual([expected]);
  });

  it("streams its arguments at once where the endpoint can", () => {
    const quirks = { eager_input_streaming: true };
    expect(written({ tools: [tool("now")] }, { quirks, stream: true }).body.tools[0].eager_input_streaming).toBe(true);
    expect(written({ tools: [tool("now")] }, { quirks }).body.tools[0].eager_input_streaming).toBeUndefined();
  });

  it("of the router is not the upstream's", () => {
    const { body, dropped } = written({ tools: [tool("now"), { type: "openrouter:datetime" }] });
    expect(body.tools.map(({ name }: Json) => name)).toEqual(["now"]);
    expect(dropped).toEqual(["tools"]);
  });
});

describe("strict arguments", () => {
  const strict = (name: string, parameters: Json = schema) => tool(name, { strict: true, parameters });
  const write = (tools: Json[], quirks: Json = { structured_outputs: true }) => written({ tools }, { quirks });

  it("are bound by a closed schema", () => {
    const { body, dropped } = write([strict("now"), tool("then")]);
    expect(body.tools[0]).toEqual({
      name: "now",
      input_schema: { ...schema, additionalProperties: false },
      strict: true,
    });
    expect(body.tools[1].strict).toBeUndefined();
    expect(dropped).toEqual([]);
  });

  it.each<[string, Json[], Json]>([
    ["the endpoint cannot", [strict("now")], {}],
    [
      "the schema cannot be bound",
      [strict("now", { type: "object", additionalProperties: true })],
      { structured_outputs: true },
    ],
    ["there are too many", Array.from({ length: 21 }, (_, n) => strict(`now${n}`)), { structured_outputs: true }],
    [
      "too much is optional",
      [
        strict("now", {
          type: "object",
          properties: Object.fromEntries(Array.from({ length: 25 }, (_, n) => [`p${n}`, {}])),
        }),
      ],
      { structured_outputs: true },
    ],
  ])("are not when %s", (_, tools, quirks) => {
    const { body, dropped } = write(tools, quirks);
    expect(JSON.stringify(body.tools)).not.toContain("strict");
    expect(dropped).toEqual(["tools.function.strict"]);
  });
});

describe("tool_choice", () => {
  const named = { type: "function", function: { name: "now" } };
  const single = { disable_parallel_tool_use: true };

  it.each<[Json, Json | undefined]>([
    [{}, undefined],
    [{ tool_choice: "auto" }, { type: "auto" }],
    [{ tool_choice: "none" }, { type: "none" }],
    [{ tool_choice: "required" }, { type: "any" }],
    [{ tool_choice: named }, { type: "tool", name: "now" }],
    [{ parallel_tool_calls: true }, undefined],
    [{ parallel_tool_calls: false }, { type: "auto", ...single }],
    [
      { parallel_tool_calls: false, tool_choice: "required" },
      { type: "any", ...single },
    ],
    [
      { parallel_tool_calls: false, tool_choice: named },
      { type: "tool", name: "now", ...single },
    ],
    [{ parallel_tool_calls: false, tool_choice: "none" }, { type: "none" }],
  ])("%j", (fields, expected) => {
    const { body, dropped } = written({ tools: [tool("now")], ...fields });
    expect(body.tool_choice).toEqual(expected);
    expect(dropped).toEqual([]);
  });

  it.each<[Json, string[]]>([
    [{ tool_choice: "required" }, ["tool_choice"]],
    [{ tool_choice: "auto" }, []],
    [{ tool_choice: "none" }, []],
    [
      { tools: [{ type: "openrouter:datetime" }], tool_choice: { type: "openrouter:datetime" } },
      ["tools", "tool_choice"],
    ],
  ])("without tools: %j", (fields, expected) => {
    const { body, dropped } = written(fields);
    expect(body.tools).toBeUndefined();
    expect(body.tool_choice).toBeUndefined();
    expect(dropped).toEqual(expected);
  });

  it("of a tool of the router beside others is none", () => {
    const tools = [tool("now"), { type: "openrouter:datetime" }];
    const { body, dropped } = written({ tools, tool_choice: { type: "openrouter:datetime" } });
    expect(body.tool_choice).toBeUndefined();
    expect(dropped).toEqual(["tools", "tool_choice"]);
  });
});

describe("calls of tools that are gone", () => {
  it("are explained to the vendor, and not possible any more", () => {
    const messages = [
      { role: "user", content: "Hi." },
      {
        role: "assistant",
        content: null,
        tool_calls: [{ id: "a", type: "function", function: { name: "now", arguments: "{}" } }],
      },
      { role: "tool", tool_call_id: "a", content: "Noon." },
    ];
    const { body } = written({ messages });
    expect(body.tools).toEqual([{ name: "now", input_schema: { type: "object" } }]);
    expect(body.tool_choice).toEqual({ type: "none" });
  });
});
