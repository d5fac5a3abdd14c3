import * as fc from "fast-check";
import { expect, it } from "vitest";
import { sampleJson } from "../../src/demo/sample-json.ts";

const tree = {
  $ref: "#/$defs/node",
  $defs: { node: { type: "object", properties: { left: { $ref: "#/$defs/node" }, right: { $ref: "#/$defs/node" } } } },
};

it.each<{ name: string; schema: unknown; value: unknown }>([
  { name: "no schema", schema: undefined, value: {} },
  { name: "no properties", schema: { type: "object", properties: {} }, value: {} },
  {
    name: "required properties only",
    schema: { properties: { a: { type: "string" }, b: { type: "string" } }, required: ["b"] },
    value: { b: "demo b" },
  },
  {
    name: "all properties when none is named as required",
    schema: { type: "object", properties: { a: { type: "boolean" }, b: { type: "null" } } },
    value: { a: true, b: null },
  },
  {
    name: "required without a description",
    schema: { required: ["constructor"] },
    value: { constructor: "demo constructor" },
  },
  { name: "an enum", schema: { enum: ["red", "green"] }, value: "red" },
  { name: "a constant", schema: { const: 7 }, value: 7 },
  { name: "a default", schema: { type: "string", default: "here" }, value: "here" },
  { name: "an example", schema: { type: "string", examples: ["there"] }, value: "there" },
  { name: "a nullable type", schema: { type: ["null", "integer"] }, value: 1 },
  { name: "an array", schema: { type: "array", items: { type: "number" } }, value: [1] },
  {
    name: "an array of three",
    schema: { type: "array", items: { type: "boolean" }, minItems: 3 },
    value: [true, true, true],
  },
  { name: "an empty array", schema: { type: "array", maxItems: 0 }, value: [] },
  {
    name: "a tuple",
    schema: { type: "array", prefixItems: [{ type: "integer" }, { type: "boolean" }] },
    value: [1, true],
  },
  { name: "a format", schema: { type: "string", format: "email" }, value: "demo@example.com" },
  { name: "a length", schema: { type: "string", minLength: 12, maxLength: 12 }, value: "demo value.." },
  { name: "a range below 1", schema: { type: "number", minimum: 0.2, maximum: 0.8 }, value: 0.2 },
  { name: "an open range", schema: { type: "number", exclusiveMinimum: 2, exclusiveMaximum: 3 }, value: 2.5 },
  { name: "a multiple", schema: { type: "integer", minimum: 10, multipleOf: 7 }, value: 14 },
  { name: "negative integers", schema: { type: "integer", exclusiveMaximum: 0 }, value: -1 },
  { name: "a choice", schema: { anyOf: [{ type: "null" }, { type: "integer" }] }, value: 1 },
  {
    name: "all of several",
    schema: {
      allOf: [
        { properties: { a: { type: "integer" } }, required: ["a"] },
        { properties: { b: { type: "boolean" } }, required: ["b"] },
      ],
    },
    value: { a: 1, b: true },
  },
  {
    name: "a reference",
    schema: {
      type: "object",
      properties: { from: { $ref: "#/$defs/place" } },
      $defs: { place: { type: "object", properties: { city: { type: "string" } }, required: ["city"] } },
    },
    value: { from: { city: "demo city" } },
  },
])("samples $name", ({ schema, value }) => {
  expect(sampleJson(schema)).toEqual(value);
});

it("ends on a schema that refers to itself, and on one that asks for too much", () => {
  expect(JSON.stringify(sampleJson(tree)).length).toBeLessThan(100_000);
  const greedy = {
    type: "array",
    minItems: 1e9,
    items: { type: "array", minItems: 1e9, items: { type: "string", minLength: 1e9 } },
  };
  expect(JSON.stringify(sampleJson(greedy)).length).toBeLessThan(2_000_000);
});

it("gives JSON for any value taken as a schema", () => {
  fc.assert(fc.property(fc.jsonValue(), (schema) => JSON.parse(JSON.stringify(sampleJson(schema))) !== undefined));
});

it("stays between the bounds of integers", () => {
  fc.assert(
    fc.property(fc.integer(), fc.nat(1000), (minimum, width) => {
      const value = sampleJson({ type: "integer", minimum, maximum: minimum + width }) as number;
      return Number.isInteger(value) && value >= minimum && value <= minimum + width;
    }),
  );
});
