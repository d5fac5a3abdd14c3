import { describe, expect, it } from "vitest";
import { toStrictSchema } from "../../../src/protocols/anthropic-messages/strict-schema.ts";
import { type Json, written } from "./support.ts";

const bird = {
  type: "object",
  properties: { name: { type: "string" }, legs: { type: "integer" } },
  required: ["name", "legs"],
};
const format = (schema?: Json, more: Json = {}) => ({
  response_format: { type: "json_schema", json_schema: { name: "bird", schema, ...more } },
});
const now = { type: "function", function: { name: "now" } };
const native = { quirks: { structured_outputs: true } };

describe("a schema for the answer", () => {
  it("is the vendor's own where the endpoint has it", () => {
    const { body, expects, dropped } = written(format(bird), native);
    expect(body.output_config).toEqual({
      format: { type: "json_schema", schema: { ...bird, additionalProperties: false } },
    });
    expect([body.tools, body.tool_choice, expects, dropped]).toEqual([undefined, undefined, undefined, []]);
  });

  it.each<[string, Json, Json]>([
    ["where it has not", format(bird), {}],
    ["where the schema does not fit", format({ type: "object", additionalProperties: { type: "string" } }), native],
  ])("is a tool that must be called %s", (_, fields, target) => {
    const { body, expects } = written(fields, target);
    const { schema } = fields.response_format.json_schema;
    expect(body.tools).toEqual([{ name: "bird", description: expect.any(String), input_schema: schema }]);
    expect(body.tool_choice).toEqual({ type: "tool", name: "bird", disable_parallel_tool_use: true });
    expect(expects).toEqual({ jsonTool: "bird" });
  });

  it.each<[Json, Json]>([
    [{}, { type: "any" }],
    [{ tool_choice: "required" }, { type: "any" }],
    [{ tool_choice: "none" }, { type: "tool", name: "bird" }],
    [{ tool_choice: { type: "function", function: { name: "now" } } }, { type: "tool", name: "now" }],
  ])("as a tool beside others, with %j", (fields, choice) => {
    const { body } = written({ ...format(bird, { description: "A bird." }), tools: [now], ...fields });
    expect(body.tools.map(({ name }: Json) => name)).toEqual(["now", "bird"]);
    expect(body.tools[1].description).toBe("A bird.");
    expect(body.tool_choice).toEqual({ ...choice, disable_parallel_tool_use: true });
  });

  it("has a name of its own", () => {
    const tools = ["bird", "bird_2"].map((name) => ({ type: "function", function: { name } }));
    expect(written({ ...format(bird), tools }).expects).toEqual({ jsonTool: "bird_3" });
    expect(written(format(bird, { name: "My bird!" })).expects).toEqual({ jsonTool: "My_bird_" });
  });

  it.each<[string, Json, Json]>([
    ["of a list", format({ type: "array", items: bird }), {}],
    [
      "for a model that cannot be made to call a tool",
      format(bird),
      { quirks: { reasoning_request: "adaptive_always" } },
    ],
    ["that is absent", format(undefined), native],
    ["of any object", { response_format: { type: "json_object" } }, native],
  ])("%s is an instruction after the client's own", (_, fields, target) => {
    const messages = [
      { role: "system", content: "You know birds." },
      { role: "user", content: "One, please." },
    ];
    const { body, expects } = written({ messages, ...fields }, target);
    expect(body.system).toHaveLength(2);
    expect(body.system[1].text).toMatch(/^Answer with one JSON object and nothing else/);
    const { schema } = fields.response_format.json_schema ?? {};
    if (schema) expect(body.system[1].text).toContain(JSON.stringify(schema));
    expect([body.tools, expects]).toEqual([undefined, undefined]);
  });

  it("that is text is nothing", () => {
    expect(written({ response_format: { type: "text" } })).toEqual(written({}));
  });

  it("that is a grammar is reported", () => {
    expect(written({ response_format: { type: "grammar", grammar: "a" } }).dropped).toEqual(["response_format"]);
  });
});

describe("a strict schema", () => {
  const object = (properties: Json, more: Json = {}) => ({
    type: "object",
    properties,
    required: Object.keys(properties),
    ...more,
  });
  const closed = (properties: Json, more: Json = {}) => object(properties, { additionalProperties: false, ...more });

  it.each<[string, Json, Json]>([
    [
      "is closed at every level",
      object({ a: object({}), b: { type: "array", items: object({}) } }, { additionalProperties: true }),
      closed({ a: closed({}), b: { type: "array", items: closed({}) } }),
    ],
    [
      "says limits in words",
      object({
        a: { type: "integer", minimum: 1, maximum: 9, description: "How many." },
        b: { type: "array", items: {}, minItems: 2 },
        c: { type: "string", pattern: "^(?=a)", format: "phone" },
      }),
      closed({
        a: { type: "integer", description: "How many. (minimum: 1, maximum: 9)" },
        b: { type: "array", items: {}, description: "(minItems: 2)" },
        c: { type: "string", description: '(pattern: "^(?=a)", format: "phone")' },
      }),
    ],
    [
      "keeps what the vendor takes",
      closed(
        {
          a: { type: "string", format: "date-time", pattern: "^2", enum: ["2"], default: "2", title: "A" },
          b: { type: "array", items: { const: 1 }, minItems: 1 },
          c: { anyOf: [{ type: "string" }, { type: "null" }] },
          d: { $ref: "#/$defs/d" },
          e: { $ref: "#/$defs/d" },
        },
        { $defs: { d: { type: "string" } } },
      ),
      closed(
        {
          a: { type: "string", format: "date-time", pattern: "^2", enum: ["2"], default: "2", title: "A" },
          b: { type: "array", items: { const: 1 }, minItems: 1 },
          c: { anyOf: [{ type: "string" }, { type: "null" }] },
          d: { $ref: "#/$defs/d" },
          e: { $ref: "#/$defs/d" },
        },
        { $defs: { d: { type: "string" } } },
      ),
    ],
    [
      "takes one of as any of, and leaves remarks out",
      object({ a: { oneOf: [{ type: "string" }, object({})] } }, { $schema: "x", examples: [1] }),
      closed({ a: { anyOf: [{ type: "string" }, closed({})] } }),
    ],
  ])("%s", (_, schema, expected) => {
    expect(toStrictSchema(schema)?.schema).toEqual(expected);
  });

  it.each<[string, unknown]>([
    ["open maps", object({ a: { type: "object", additionalProperties: { type: "string" } } })],
    ["objects of any kind", object({ a: { type: "object" } })],
    ["tuples", object({ a: { type: "array", prefixItems: [{}, {}] } })],
    ["conditions", object({ a: { not: { type: "string" } } })],
    ["patterns for names", object({}, { patternProperties: { "^a": {} } })],
    ["recursion", object({ a: { $ref: "#/$defs/a" } }, { $defs: { a: object({ b: { $ref: "#/$defs/a" } }) } })],
    ["itself", object({ a: { $ref: "#" } })],
    ["foreign references", object({ a: { $ref: "https://a.example/b.json" } })],
    ["anything", object({ a: true })],
    ["nothing", undefined],
  ])("cannot say %s", (_, schema) => {
    expect(toStrictSchema(schema)).toBeUndefined();
  });

  it("counts what takes up the vendor's allowance", () => {
    const schema = { type: "object", properties: { a: { type: ["string", "null"] }, b: { anyOf: [{}, {}] }, c: {} } };
    expect(toStrictSchema({ ...schema, required: ["a"] })).toMatchObject({ optional: 2, unions: 2 });
  });
});
