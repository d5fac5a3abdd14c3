import { describe, expect, it } from "vitest";
import { explainEmpty } from "../../src/routing/explain-empty.ts";
import type { PlanInput } from "../../src/routing/plan.ts";
import type { ChatRequest } from "../../src/schema/chat.ts";
import { type Extras, planOf, requestOf, type Tags } from "./endpoints.ts";

const ONE: Tags = { a: 1, b: 2, "b/flex": 1 };
const TOOLS: Partial<ChatRequest> = { tools: [{ type: "function", function: { name: "weather" } }] };
const takes = (...supported_parameters: string[]) => ({ supported_parameters });

/** The error of a request without candidates. */
function explain(
  chat: Partial<ChatRequest>,
  tags: Tags = ONE,
  { models = {}, ...input }: Partial<PlanInput> & { extras?: Extras; models?: Record<string, Tags> } = {},
) {
  const plan = planOf({ "acme/one": tags, ...models }, chat, input);
  expect(plan.candidates).toEqual([]);
  return explainEmpty(plan, requestOf(chat), 0);
}

describe("a request that nobody can serve", () => {
  it.each<[name: string, provider: ChatRequest["provider"], message: RegExp, metadata: object]>([
    [
      "only names nobody who serves the model",
      { only: ["zzz"] },
      /^No allowed providers are available for the selected model\./,
      { failed_routing_step: "Filter by Allowed Providers", requested_providers: ["zzz"] },
    ],
    [
      "everyone is ignored",
      { ignore: ["a", "b"] },
      /^All providers have been ignored\./,
      { failed_routing_step: "Filter by Ignored Providers", requested_providers: ["a", "b"] },
    ],
    [
      "the allowed ones are ignored",
      { only: ["a"], ignore: ["a"] },
      /^All providers have been ignored\./,
      { failed_routing_step: "Filter by Ignored Providers", requested_providers: ["a"] },
    ],
    [
      "nobody is in order and fallbacks are off",
      { order: ["zzz"], allow_fallbacks: false },
      /^No allowed providers are available for the selected model\./,
      { failed_routing_step: "Filter by Fallback", requested_providers: ["zzz"] },
    ],
    ["data is collected", { data_collection: "deny" }, /data policy/, { failed_routing_step: "Filter by Data Policy" }],
    ["data is kept", { zdr: true }, /zero data retention/, { failed_routing_step: "Filter by Data Policy" }],
    [
      "nobody may learn from it",
      { enforce_distillable_text: true },
      /enforce_distillable_text/,
      { failed_routing_step: "Filter by Distillability" },
    ],
    [
      "no quantization fits",
      { quantizations: ["fp4"] },
      /provider\.quantizations/,
      { failed_routing_step: "Filter by Quantization" },
    ],
    ["all are too dear", { max_price: { prompt: 0 } }, /max_price/, { failed_routing_step: "Filter by Price" }],
    [
      "the last filter of several",
      { ignore: ["a"], max_price: { prompt: 0 } },
      /max_price/,
      { failed_routing_step: "Filter by Price" },
    ],
  ])("is told that %s", (_, provider, message, metadata) => {
    const error = explain({ provider });
    expect(error).toMatchObject({ status: 404, type: "not_found", metadata });
    expect(error.message).toMatch(message);
    expect(error.metadata.available_providers).toEqual(["a", "b"]);
  });

  it.each<[name: string, chat: Partial<ChatRequest>, row: object, message: string, step: string]>([
    [
      "tools",
      TOOLS,
      takes("seed"),
      'No endpoints found that support tool use. Try disabling "weather".',
      "Filter by Tool Compatibility",
    ],
    [
      "tools of a kind of their own",
      { tools: [{ type: "custom-search" } as never] },
      takes("seed"),
      'No endpoints found that support tool use. Try disabling "custom-search".',
      "Filter by Tool Compatibility",
    ],
    [
      "the tool's choice",
      { ...TOOLS, tool_choice: "required" },
      takes("tools"),
      "No endpoints found that support the provided 'tool_choice' value.",
      "Filter by Tool Compatibility",
    ],
    [
      "required parameters",
      { seed: 7, provider: { require_parameters: true } },
      takes("stop"),
      "No endpoints found that can handle the requested parameters.",
      "Filter by Parameters",
    ],
  ])("is told about %s", (_, chat, row, message, step) => {
    const error = explain(chat, { a: row });
    expect(error).toMatchObject({ status: 404, message, metadata: { failed_routing_step: step } });
    expect(error.metadata.available_providers).toEqual(["a"]);
  });

  it.each<[kinds: string[], part: object[], message: string, step: string]>([
    [
      ["image"],
      [{ type: "image_url", image_url: { url: "https://x.test" } }],
      "No endpoints found that support image input",
      "Filter by Image Support",
    ],
    [
      ["audio"],
      [{ type: "input_audio", input_audio: { data: "AA", format: "wav" } }],
      "No endpoints found that support audio input",
      "Filter by Input Modalities",
    ],
    [
      ["image", "audio"],
      [
        { type: "image_url", image_url: { url: "https://x.test" } },
        { type: "input_audio", input_audio: { data: "AA", format: "wav" } },
        { type: "file", file: { file_data: "https://x.test" } },
      ],
      "No endpoints found that support image and audio input",
      "Filter by Image Support",
    ],
  ])("is told about its input: %j", (_, content, message, step) => {
    const extras = { rows: { "acme/one": { input_modalities: ["text"] } } };
    const error = explain({ messages: [{ role: "user", content: content as never }] }, ONE, { extras });
    expect(error).toMatchObject({ status: 404, message, metadata: { failed_routing_step: step } });
  });

  it("is told about its output", () => {
    const extras = { rows: { "acme/one": { output_modalities: ["text"] } } };
    expect(explain({ modalities: ["text", "image", "audio"] }, ONE, { extras })).toMatchObject({
      status: 404,
      message: "No endpoints found that support the requested output modalities: image, audio",
      metadata: { failed_routing_step: "Filter by Output Modalities" },
    });
  });

  it.each<[field: "response_format" | "verbosity", chat: Partial<ChatRequest>]>([
    ["response_format", { response_format: { type: "json_object" } }],
    ["verbosity", { verbosity: "low" }],
  ])("is told that those it allows do not take %s", (field, chat) => {
    const error = explain({ ...chat, provider: { only: ["a"] } }, { a: takes("seed"), b: takes(field) });
    expect(error).toMatchObject({ status: 404, metadata: { failed_routing_step: "Filter by Parameters" } });
    expect(error.message).toMatch(/^No endpoints found that can handle the requested parameters\./);
    expect(error.message).toContain(field);
  });

  it.each<
    [name: string, tags: Tags, extras: Extras, chat: Partial<ChatRequest>, isConfigured: boolean, message: string]
  >([
    ["there is no key yet", { a: 1 }, {}, {}, false, " No provider that serves it has a key here yet."],
    ["the model has no endpoint", {}, {}, {}, true, ""],
    ["only other tiers are left", { "b/flex": 1 }, {}, {}, true, " It has endpoints of other service tiers only."],
    [
      "it is served no more",
      { a: 1 },
      { rows: { "acme/one": { expiration_date: "2020-01-01" } } },
      {},
      true,
      " It is served no more.",
    ],
    [
      "its alias names who does not serve it",
      { a: 1 },
      { aliases: { quick: { model: "acme/one", provider: "zzz" } } },
      { model: "quick" },
      true,
      " The alias names an endpoint that cannot be called.",
    ],
  ])("is told that %s", (_, tags, extras, chat, isConfigured, hint) => {
    const error = explain(chat, tags, { extras, isConfigured: () => isConfigured });
    expect(error).toMatchObject({ status: 404, metadata: { failed_routing_step: "Filter by Fallback" } });
    expect(error.message).toBe(`No endpoints found for acme/one.${hint}`);
    expect(error.metadata.available_providers).toEqual(Object.keys(tags).map((tag) => tag.split("/")[0]));
  });

  it.each(["acme/one:free", "acme/one:thinking:nitro", "acme/one:nitro:extended"])(
    "is told that there is no %s",
    (model) => {
      const name = model.replace(":nitro", "");
      expect(explain({ model })).toMatchObject({
        status: 404,
        message: `No endpoints found for ${name}.`,
        metadata: { failed_routing_step: "Filter by Fallback", available_providers: [] },
      });
    },
  );

  it.each<[operators: ChatRequest["provider"], own: ChatRequest["provider"], isOperators: boolean]>([
    [{ data_collection: "deny" }, { data_collection: "allow" }, true],
    [{ zdr: true }, { zdr: false }, true],
    [{ zdr: true }, { zdr: true }, false],
    [{ order: ["zzz"], allow_fallbacks: false }, {}, true],
    [{ order: ["zzz"] }, { allow_fallbacks: false }, false],
  ])("is told who forbids it: the operator by %j, the request by %j", (operators, own, isOperators) => {
    const extras = { defaults: { provider: operators ?? {} } };
    const { message } = explain({ provider: own }, ONE, { extras });
    expect(message.endsWith("The operator of this router has set that.")).toBe(isOperators);
  });

  it("is told of the first of several models", () => {
    expect(explain({ model: "acme/two", models: ["acme/one"] }, {}, { models: { "acme/two": {} } }).message).toBe(
      "No endpoints found for acme/two.",
    );
  });
});

describe("a request that is too large", () => {
  const messages = [{ role: "user" as const, content: "word ".repeat(20_000) }];
  const row = (context_length: number, more = {}) => ({ context_length, ...more });

  it("is told how long the longest context is, and what it asked for", () => {
    const chat: Partial<ChatRequest> = { messages, max_tokens: 100, tools: TOOLS.tools as never };
    const error = explain(chat, { a: row(9_000), b: row(9_500), c: row(90_000, { max_prompt_tokens: 9_100 }) });
    const { text, media, tools, total } = requestOf(chat).prompt;
    expect(error).toMatchObject({
      status: 400,
      type: "context_length_exceeded",
      metadata: { failed_routing_step: "Filter by Context Length" },
    });
    expect(tools).toBeGreaterThan(0);
    expect(error.message).toBe(
      "This endpoint's maximum context length is 9500 tokens. However, you requested about " +
        `${total + 100} tokens (${text + media} of text input, ${tools} of tool input, 100 in the output). ` +
        'Please reduce the length of either one, or use context-compression: "transforms": ["middle-out"].',
    );
  });

  it("is told nothing of tools where there are none", () => {
    expect(explain({ messages }, { a: row(9_000) }).message).not.toContain("tool");
  });

  it("is told how much is generated at most", () => {
    const tags = { a: { max_completion_tokens: 100 }, b: { max_completion_tokens: 400 } };
    expect(explain({ max_tokens: 500 }, tags)).toMatchObject({
      status: 400,
      type: "max_tokens_exceeded",
      message: "max_tokens: acme/one generates at most 400 tokens here, 500 were asked for.",
      metadata: { field: "max_tokens", failed_routing_step: "Filter by Output Limit" },
    });
  });

  it("is no 400 where a later filter took the last ones", () => {
    expect(explain({ messages, ...TOOLS }, { a: row(9_000), b: takes("seed") })).toMatchObject({ status: 404 });
  });
});
