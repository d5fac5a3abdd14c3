import { describe, expect, it } from "vitest";
import type { ExclusionReason } from "../../src/routing/filter.ts";
import type { ChatRequest } from "../../src/schema/chat.ts";
import { type Extras, planOf } from "./endpoints.ts";

interface Rows {
  provider?: object;
  endpoint?: object;
  model?: object;
  chat?: Partial<ChatRequest>;
  defaults?: object;
}

/** Why the only endpoint, with these rows, is no candidate of a request with these preferences. */
function reason(preferences: ChatRequest["provider"], rows: Rows = {}): ExclusionReason | undefined {
  const { provider = {}, endpoint = {}, model = {}, chat = {}, defaults = {} } = rows;
  const extras: Extras = { providers: { acme: provider }, rows: { "acme/one": model }, defaults };
  const plan = planOf({ "acme/one": { acme: endpoint } }, { provider: preferences, ...chat }, { extras });
  expect(plan.candidates.length + plan.excluded.length).toBe(1);
  return plan.excluded[0]?.reason;
}

const policy = (data_policy: object) => ({ provider: { data_policy } });
const priced = (pricing: object) => ({ endpoint: { pricing } });
const KNOWN = priced({ prompt: "0.000001", completion: "0.000002" });

describe("what a provider does with prompts", () => {
  it.each<[preferences: ChatRequest["provider"], data_policy: object | undefined, reason: ExclusionReason | undefined]>(
    [
      [{ data_collection: "deny" }, { training: false }, undefined],
      [{ data_collection: "deny" }, { training: true }, "data_collection"],
      [{ data_collection: "deny" }, { training: false, retention_days: 30 }, undefined],
      [{ data_collection: "deny" }, {}, "data_collection"],
      [{ data_collection: "deny" }, undefined, "data_collection"],
      [{ data_collection: "allow" }, { training: true }, undefined],
      [{ data_collection: null }, { training: true }, undefined],
      [{ zdr: true }, { retention_days: 0 }, undefined],
      [{ zdr: true }, { retention_days: 30 }, "zdr"],
      [{ zdr: true }, { training: false }, "zdr"],
      [{ zdr: true }, undefined, "zdr"],
      [{ zdr: false }, { retention_days: 30 }, undefined],
    ],
  )("decides for %j over %j: %s", (preferences, data_policy, expected) => {
    expect(reason(preferences, data_policy ? policy(data_policy) : {})).toBe(expected);
  });
});

describe("a model that others may learn from", () => {
  it.each<[wanted: boolean | null | undefined, distillable: boolean | undefined, isTaken: boolean]>([
    [true, true, true],
    [true, false, false],
    [true, undefined, false],
    [false, false, true],
    [null, undefined, true],
    [undefined, undefined, true],
  ])("is asked for: %s, and is one: %s, taken: %s", (wanted, distillable, isTaken) => {
    const preferences = { ...(wanted !== undefined && { enforce_distillable_text: wanted }) };
    const model = { ...(distillable !== undefined && { distillable }) };
    expect(reason(preferences, { model })).toBe(isTaken ? undefined : "not_distillable");
  });
});

describe("a quantization", () => {
  it.each<[wanted: string[], own: string | null | undefined, isTaken: boolean]>([
    [["fp8"], "fp8", true],
    [["fp8"], "fp16", false],
    [["fp8", "fp16"], "fp16", true],
    [["fp8"], "mxfp8", true],
    [["fp4"], "nvfp4", true],
    [["fp4"], "mxfp4", true],
    [["fp8"], "fp4", false],
    [["fp4"], "fp8", false],
    [["mxfp4"], "fp4", false],
    [["mxfp4"], "nvfp4", false],
    [["mxfp8"], "fp8", false],
    [["bf16"], "fp16", false],
    [["unknown"], undefined, true],
    [["unknown"], null, true],
    [["fp8"], undefined, false],
    [[], "fp8", false],
  ])("of %j takes %s: %s", (wanted, own, isTaken) => {
    const preferences = { quantizations: wanted } as ChatRequest["provider"];
    const endpoint = own === undefined ? {} : { quantization: own };
    expect(reason(preferences, { endpoint })).toBe(isTaken ? undefined : "quantization");
  });

  it("that nobody asks for does not matter", () => {
    expect(reason({ quantizations: null }, { endpoint: { quantization: "fp8" } })).toBeUndefined();
  });
});

describe("a price limit", () => {
  it.each<[max_price: Record<string, unknown>, isTaken: boolean]>([
    [{ prompt: 1 }, true],
    [{ prompt: 0.999 }, false],
    [{ prompt: "1" }, true],
    [{ prompt: "0.5" }, false],
    [{ completion: 2 }, true],
    [{ completion: 1 }, false],
    [{ prompt: 1, completion: 1 }, false],
    [{ request: 0 }, true],
    [{ prompt: null, completion: null }, true],
    [{}, true],
  ])("of %j takes 1 and 2 dollars a million: %s", (max_price, isTaken) => {
    expect(reason({ max_price }, KNOWN)).toBe(isTaken ? undefined : "max_price");
  });

  it("takes nobody who names no price", () => {
    expect(reason({ max_price: { prompt: 100 } })).toBe("max_price");
    expect(reason({ max_price: {} })).toBeUndefined();
  });

  it("counts what a request costs", () => {
    const dear = priced({ prompt: "0", completion: "0", request: "0.01" });
    expect(reason({ max_price: { request: 0.009 } }, dear)).toBe("max_price");
    expect(reason({ max_price: { request: 0.01 } }, dear)).toBeUndefined();
  });

  it.each<[kind: "image" | "audio", own: string | undefined, limit: number, isTaken: boolean]>([
    ["image", "0.002", 0.002, true],
    ["image", "0.002", 0.001, false],
    ["image", undefined, 0, true],
    ["audio", "0.00001", 0.00001, true],
    ["audio", "0.00001", 0.000009, false],
    ["audio", undefined, 0.000001, true],
    ["audio", undefined, 0.0000009, false],
  ])("counts %s at %s under %d: %s", (kind, own, limit, isTaken) => {
    const pricing = { prompt: "0.000001", completion: "0", ...(own !== undefined && { [kind]: own }) };
    expect(reason({ max_price: { [kind]: limit } }, priced(pricing))).toBe(isTaken ? undefined : "max_price");
  });

  it("looks at the price that holds for so long a prompt", () => {
    const overrides = [{ min_prompt_tokens: 1000, prompt: "0.000009" }];
    const rows = priced({ prompt: "0.000001", completion: "0", overrides });
    const chat = { messages: [{ role: "user" as const, content: "word ".repeat(2000) }] };
    expect(reason({ max_price: { prompt: 2 } }, rows)).toBeUndefined();
    expect(reason({ max_price: { prompt: 2 } }, { ...rows, chat })).toBe("max_price");
  });

  it.each(["0.0000003", "0.00000015", "0.0000007", "0.0000011"])(
    "is inclusive, whatever floating point makes of %s",
    (prompt) => {
      const perMillion = Number((Number(prompt) * 1e6).toPrecision(10));
      expect(reason({ max_price: { prompt: perMillion } }, priced({ prompt, completion: "0" }))).toBeUndefined();
    },
  );
});

describe("required parameters", () => {
  const takes = (...supported_parameters: string[]) => ({ endpoint: { supported_parameters } });
  const required = { require_parameters: true };

  it.each<[name: string, chat: object, supported: string[], isTaken: boolean]>([
    ["nothing asked", {}, ["stop"], true],
    ["all listed", { temperature: 1, seed: 7 }, ["temperature", "seed"], true],
    ["one not listed", { temperature: 1, seed: 7 }, ["temperature"], false],
    ["null is not asked", { seed: null }, ["temperature"], true],
    ["another name for the same", { reasoning_effort: "low" }, ["reasoning"], true],
    ["an endpoint that lists it under the other name", { reasoning: { effort: "low" } }, ["reasoning_effort"], true],
    ["a cap under the other name", { max_tokens: 9 }, ["max_completion_tokens"], true],
    ["a cap", { max_tokens: 9 }, ["temperature"], false],
    ["a format of plain text is not asked", { response_format: { type: "text" } }, ["temperature"], true],
    ["a schema, by its name", { response_format: { type: "json_object" } }, ["structured_outputs"], true],
    ["no tools are not asked", { tools: [] }, ["temperature"], true],
    ["what no endpoint lists", { user: "u", metadata: { a: "b" } }, ["temperature"], true],
    ["tools, listed", { tools: [{ type: "function", function: { name: "f" } }] }, ["tools"], true],
    ["parallel tools, with tools", { parallel_tool_calls: true }, ["tools"], true],
  ])("are all there, or it is no candidate: %s", (_, chat, supported, isTaken) => {
    expect(reason(required, { ...takes(...supported), chat })).toBe(isTaken ? undefined : "missing_parameter");
    expect(reason({ require_parameters: false }, { ...takes(...supported), chat })).toBeUndefined();
  });

  it("are not known to be there where the row lists none", () => {
    expect(reason(required, { chat: { seed: 7 } })).toBe("missing_parameter");
    expect(reason(required)).toBeUndefined();
  });
});
