import { afterEach, describe, expect, it, vi } from "vitest";
import { checkAnswer } from "../../src/dispatch/answer-format.ts";
import type { ResponseFormat } from "../../src/schema/chat.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

const OBJECT: ResponseFormat = { type: "json_object" };
const schema = (fields: Record<string, unknown>): ResponseFormat => ({
  type: "json_schema",
  json_schema: { name: "s", schema: fields },
});
const CITY = schema({ type: "object", properties: { city: { type: "string" } }, required: ["city"] });

describe("an answer whose form was only asked for", () => {
  it.each<[name: string, text: string, format: ResponseFormat, json: string]>([
    ["JSON", '{"city":"Oslo"}', CITY, '{"city":"Oslo"}'],
    ["JSON in a fence", '```json\n{"city":"Oslo"}\n```', CITY, '{"city":"Oslo"}'],
    ["JSON in a fence without a name", '\n```\n{"city":"Oslo"}\n```\n', CITY, '{"city":"Oslo"}'],
    ["any JSON where there is no schema", "[1]", OBJECT, "[1]"],
  ])("is right: %s", async (_, text, format, json) => {
    expect(await checkAnswer(text, format)).toEqual({ json });
  });

  it.each<[name: string, text: string, format: ResponseFormat]>([
    ["prose", "The city is Oslo.", OBJECT],
    ["prose before JSON", 'Here it is: {"city":"Oslo"}', CITY],
    ["nothing", "", OBJECT],
    ["another type", '{"city":7}', CITY],
    ["a field that is missing", "{}", CITY],
  ])("is not right, and it says why: %s", async (_, text, format) => {
    expect(await checkAnswer(text, format)).toEqual({ problem: expect.stringMatching(/.+/) });
  });

  it.each<[name: string, format: ResponseFormat]>([
    ["a reference that leads nowhere", schema({ $ref: "#/$defs/gone" })],
    ["a pattern that is none", schema({ type: "object", properties: { city: { type: "string", pattern: "[" } } })],
    ["a type that is none", schema({ type: 7 })],
    ["rubbish", schema({ properties: 5, required: "x", items: 3 })],
  ])("is taken as it is, or refused, but breaks nothing when its schema has %s", async (_, format) => {
    await expect(checkAnswer('{"city":"Oslo"}', format)).resolves.toBeDefined();
  });
});
