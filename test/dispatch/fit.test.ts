import { afterEach, describe, expect, it, vi } from "vitest";
import { Catalogue } from "../../src/catalogue/catalogue.ts";
import { plainRows } from "../../src/catalogue/model-rows.ts";
import { fitRequest } from "../../src/dispatch/fit.ts";
import { toRouteRequest } from "../../src/routing/request.ts";
import { catalogueDocumentSchema } from "../../src/schema/catalogue.ts";
import type { ChatMessage, ChatRequest } from "../../src/schema/chat.ts";
import { textTokens } from "../../src/usage/count-tokens.ts";
import { promptTokens } from "../../src/usage/prompt-tokens.ts";
import { completion, ending, errorBody, say } from "../support/openai-chat.ts";
import { connect, json, sse } from "./network.ts";
import { chunksOf, endpointsOf, HELLO, type Spec, walk } from "./walk.ts";

function fitFor(chat: Partial<ChatRequest> & Record<string, unknown>, spec: Spec = {}, modelId = "acme/one") {
  const whole: ChatRequest = { ...HELLO, ...chat };
  const before = structuredClone(whole);
  const [endpoint] = endpointsOf({ a: spec });
  if (!endpoint) throw new Error("no endpoint");
  const fitted = fitRequest(whole, { ...endpoint, modelId }, toRouteRequest(whole));
  // The client's request is for the next candidate as well.
  expect(whole).toEqual(before);
  return fitted;
}

describe("parameters that an endpoint does not take", () => {
  const takes = (...names: string[]): Spec => ({ endpoint: { supported_parameters: names } });
  it.each<[name: string, chat: Record<string, unknown>, spec: Spec, dropped: string[]]>([
    ["none, when it says nothing", { temperature: 1, seed: 7 }, {}, []],
    ["those that it does not list", { temperature: 1, seed: 7 }, takes("temperature"), ["seed"]],
    ["not those that ask for nothing", { seed: null, temperature: 1 }, takes("temperature"), []],
    [
      "never the tools and the cap",
      { tools: [{ type: "function", function: { name: "f" } }], max_tokens: 5 },
      takes("seed"),
      [],
    ],
    ["a choice among no tools", { tool_choice: "none" }, {}, ["tool_choice"]],
    ["not the demand to call one", { tool_choice: "required" }, {}, []],
    ["reasoning under its other name", { reasoning: { effort: "low" } }, takes("include_reasoning"), []],
  ])("are left out: %s", (_, chat, spec, dropped) => {
    const fitted = fitFor(chat, spec);
    expect(fitted.dropped).toEqual(dropped);
    const expected = Object.fromEntries(
      Object.entries({ ...HELLO, ...chat }).filter(([name]) => !dropped.includes(name)),
    );
    expect(fitted.chat).toEqual(expected);
    expect(fitted.compression).toBeUndefined();
  });

  it("that takes all is given the very request", () => {
    const chat: ChatRequest = { ...HELLO, temperature: 1 };
    const [endpoint] = endpointsOf({ a: {} });
    expect(endpoint && fitRequest(chat, endpoint, toRouteRequest(chat)).chat).toBe(chat);
  });
});

describe("what a model's name or a plugin implies", () => {
  it.each<[name: string, chat: Record<string, unknown>, modelId: string, reasoning: unknown]>([
    ["a thinking variant thinks", {}, "acme/one:thinking", { enabled: true }],
    ["as the client says", { reasoning: { effort: "low" } }, "acme/one:thinking", { effort: "low" }],
    ["also when it says no", { reasoning: { enabled: false } }, "acme/one:thinking", { enabled: false }],
    ["by any of its words", { reasoning_effort: "low" }, "acme/one:thinking", undefined],
    ["by the oldest of them", { include_reasoning: false }, "acme/one:thinking", undefined],
    ["other variants do not", {}, "acme/one:free", undefined],
    ["a model that is only called so does not", {}, "acme/thinking", undefined],
  ])("%s", (_, chat, modelId, reasoning) => {
    expect(fitFor(chat, {}, modelId).chat.reasoning).toEqual(reasoning);
  });

  it.each<[tag: string, asked: ChatRequest["service_tier"], sent: ChatRequest["service_tier"]]>([
    ["a/priority", undefined, "priority"],
    ["a/priority", "fast", "priority"],
    ["a/eu/flex", undefined, "flex"],
    ["a/flex", "priority", "flex"],
    ["a", "flex", "flex"],
    ["a/fp8", undefined, undefined],
  ])("%s, asked for %s, is told of %s", (tag, service_tier, sent) => {
    expect(fitFor(service_tier ? { service_tier } : {}, { endpoint: { tag } }).chat.service_tier).toBe(sent);
  });

  it.each(["priority", "fast", "flex"] as const)(
    "beside endpoints of other tiers the usual one is asked for the usual: %s",
    (asked) => {
      const provider = { name: "A", api: "openai-chat", base_url: "https://a.test" };
      const endpoints = ["a/priority", "a"].map((tag) => ({ provider: "a", model: "m", tag }));
      const document = catalogueDocumentSchema.parse({
        providers: { a: provider },
        models: { "x/y": { name: "Y", endpoints } },
      });
      const model = new Catalogue({ providers: {}, models: plainRows({}) }, document).model("x/y");
      const usual = model?.endpoints.find(({ tag }) => tag === "a");
      const chat: ChatRequest = { messages: [{ role: "user", content: "Hi" }], service_tier: asked };
      expect(usual && fitRequest(chat, usual, toRouteRequest(chat)).chat.service_tier).toBe("default");
    },
  );

  const web = { plugins: [{ id: "web" }] };
  it.each<[name: string, chat: Record<string, unknown>, spec: Spec, search: unknown, dropped: string[]]>([
    ["the web plugin is the provider's own search", web, {}, {}, []],
    ["one that is off is none", { plugins: [{ id: "web", enabled: false }] }, {}, undefined, []],
    ["another plugin is none", { plugins: [{ id: "file-parser" }] }, {}, undefined, []],
    [
      "the client's own options stay",
      { ...web, web_search_options: { search_context_size: "low" } },
      {},
      { search_context_size: "low" },
      [],
    ],
    ["so is a model that is asked for online", { model: "acme/one:online" }, {}, {}, []],
    ["or one of several", { models: ["acme/one", "acme/two:nitro:online"] }, {}, {}, []],
    [
      "unless the plugin says no",
      { model: "acme/one:online", plugins: [{ id: "web", enabled: false }] },
      {},
      undefined,
      [],
    ],
    ["another router knows the plugin", web, { provider: { quirks: { is_router: true } } }, undefined, []],
    [
      "a provider that cannot search is told of none, and its client hears of it",
      web,
      { endpoint: { supported_parameters: ["temperature"] } },
      undefined,
      ["web_search_options"],
    ],
  ])("%s", (_, chat, spec, search, dropped) => {
    const fitted = fitFor(chat, spec);
    expect(fitted.chat.web_search_options).toEqual(search);
    expect(fitted.dropped).toEqual(dropped);
  });

  it("another router, which is not told the variant, gets the plugin", () => {
    const plugins = [{ id: "file-parser" as const }];
    const router = { provider: { quirks: { is_router: true } } };
    const fitted = fitFor({ model: "acme/one:online", plugins }, router);
    expect(fitted.chat.plugins).toEqual([...plugins, { id: "web" }]);
  });
});

const WORDS = "The river runs down to the sea and the road runs beside it. ";
/** A conversation of so many turns, each of some 150 tokens. */
function turns(count: number): ChatMessage[] {
  return [
    { role: "system", content: "Be kind." },
    ...Array.from({ length: count }, (_, index): ChatMessage => {
      return { role: index % 2 ? "assistant" : "user", content: `${index} ${WORDS.repeat(10)}` };
    }),
    { role: "user", content: "And then?" },
  ];
}
const room = (context_length: number, rest: object = {}): Spec => ({ endpoint: { context_length, ...rest } });
const ON = { transforms: ["middle-out"] };
const tokensOf = (chat: ChatRequest) => promptTokens(chat, textTokens).total;

describe("a prompt that is too long", () => {
  it.each<[name: string, chat: Record<string, unknown>, spec: Spec, isShortened: boolean]>([
    ["is shortened where that is wanted", { ...ON, messages: turns(100) }, room(10_000), true],
    [
      "is shortened by the plugin",
      { plugins: [{ id: "context-compression" }], messages: turns(100) },
      room(10_000),
      true,
    ],
    ["is left as it is where nobody asked", { messages: turns(100) }, room(10_000), false],
    ["is shortened for a small context in any case", { messages: turns(100) }, room(8_192), true],
    ["but not where that is not wanted", { transforms: [], messages: turns(100) }, room(8_192), false],
    ["is none where there is room", { ...ON, messages: turns(10) }, room(10_000), false],
    ["is none where nobody knows the room", { ...ON, messages: turns(100) }, {}, false],
    ["is one together with the answer's cap", { ...ON, max_tokens: 9_000, messages: turns(10) }, room(10_000), true],
  ])("%s", (_, chat, spec, isShortened) => {
    const { compression, chat: fitted } = fitFor(chat, spec);
    expect(compression !== undefined).toBe(isShortened);
    expect(fitted.messages.length < (chat.messages as unknown[]).length).toBe(isShortened);
  });

  it.each<[name: string, chat: Record<string, unknown>, spec: Spec, budget: number]>([
    ["a quarter for the answer", {}, room(8_000), 6_000 * 0.9],
    ["the client's cap for the answer", { max_tokens: 1_000 }, room(8_000), 7_000 * 0.9],
    [
      "the endpoint's cap, where it is less than a quarter",
      {},
      room(8_000, { max_completion_tokens: 500 }),
      7_500 * 0.9,
    ],
    ["a quarter, where the endpoint's cap is more", {}, room(8_000, { max_completion_tokens: 4_000 }), 6_000 * 0.9],
  ])("leaves %s, and a tenth for what we count wrong", (_, chat, spec, budget) => {
    const { chat: fitted, compression } = fitFor({ ...ON, ...chat, messages: turns(100) }, spec);
    const tokens = tokensOf(fitted);
    expect(tokens).toBeLessThanOrEqual(budget);
    // No more than one turn too many is taken.
    expect(tokens).toBeGreaterThan(budget - 400);
    expect(compression?.data.tokens_after).toBe(tokens);
    expect(fitted.messages[0]).toEqual({ role: "system", content: "Be kind." });
    expect(fitted.messages.at(-1)).toEqual({ role: "user", content: "And then?" });
  });

  it("that cannot be made short enough goes as it is: the provider has the last word", () => {
    const tools = Array.from({ length: 40 }, (_, index) => ({
      type: "function" as const,
      function: { name: `f${index}`, description: WORDS.repeat(10) },
    }));
    const { chat, compression } = fitFor({ ...ON, tools, messages: turns(10) }, room(3_000));
    expect(compression?.data.tokens_after).toBeGreaterThan(3_000);
    expect(chat.messages.at(-1)).toBeDefined();
    expect(chat.tools).toHaveLength(40);
  });
});

describe("more messages than Claude takes", () => {
  const many = (count: number): ChatMessage[] =>
    Array.from({ length: count }, (_, index) => ({ role: index % 2 ? "assistant" : "user", content: `${index}` }));
  const CLAUDE: Spec = { provider: { api: "anthropic-messages" }, endpoint: { context_length: 1_000_000 } };
  it.each<[name: string, chat: Record<string, unknown>, spec: Spec, modelId: string, count: number]>([
    ["are cut to a thousand at its own provider", ON, CLAUDE, "acme/one", 1_000],
    ["are cut to a thousand at another's", ON, room(1_000_000), "anthropic/claude-opus-5", 1_000],
    ["are cut where its room is not known", ON, {}, "anthropic/claude-opus-5", 1_000],
    ["are left where nobody asked", {}, CLAUDE, "acme/one", 1_201],
    ["are no matter to others", ON, room(1_000_000), "acme/one", 1_201],
  ])("%s", (_, chat, spec, modelId, count) => {
    const { chat: fitted, compression } = fitFor({ ...chat, messages: many(1_201) }, spec, modelId);
    expect(fitted.messages.length).toBeLessThanOrEqual(count);
    expect(fitted.messages.length).toBeGreaterThan(count - 5);
    expect(fitted.messages[0]?.content).toBe("0");
    expect(fitted.messages.at(-1)?.content).toBe("1200");
    expect(compression === undefined).toBe(count === 1_201);
  });

  it("are cut, and nothing else is where there is room for them", () => {
    const messages = many(1_201).map((message) => ({ ...message, content: `${message.content} ${WORDS}` }));
    const tokens = tokensOf({ ...HELLO, messages });
    const { chat, compression } = fitFor(
      { ...ON, messages },
      { ...CLAUDE, endpoint: { context_length: tokens + 100 } },
    );
    expect(chat.messages.length).toBeGreaterThan(990);
    expect(compression?.data.truncated_messages).toBe(0);
  });
});

describe("what was taken from a prompt", () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });
  const messages = turns(100);
  const chat = { ...ON, messages };

  it("is told with an answer in one piece, and in its metadata", async () => {
    const calls = connect({ a: json(completion("Hi")) });
    const walked = walk({ a: room(8_000) }, { chat, wantsMetadata: true });
    const { openrouter_metadata: metadata } = await walked.whole();
    const left = messages.length - calls[0]?.body.messages.length;
    expect(left).toBeGreaterThan(10);
    expect(metadata.pipeline).toMatchObject([
      {
        type: "context_compression",
        name: "middle-out",
        summary: `middle-out; ${left} messages left out, 0 shortened`,
        data: { removed_messages: left, truncated_messages: 0 },
      },
    ]);
  });

  it("is told with a stream, of the candidate that answers", async () => {
    const tooLong = errorBody("This model's maximum context length is 8000 tokens.", { type: "invalid_request_error" });
    const calls = connect({ a: json(tooLong, { status: 400 }), b: sse([say("Hi"), ending()]) });
    const specs = { a: room(8_000), b: room(100_000) };
    const chunks = chunksOf(await walk(specs, { chat: { ...chat, stream: true }, wantsMetadata: true }).text());
    expect(calls[0]?.body.messages.length).toBeLessThan(messages.length);
    expect(calls[1]?.body.messages).toHaveLength(messages.length);
    expect(chunks.at(-2).openrouter_metadata).not.toHaveProperty("pipeline");
  });
});
