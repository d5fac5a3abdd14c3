import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { continuedChat, withoutRepeatedSpace } from "../../src/dispatch/continuation.ts";
import type { Observation } from "../../src/dispatch/facts.ts";
import type { ChatRequest } from "../../src/schema/chat.ts";
import { chunk, ending, errorBody, event, ROLE, say } from "../support/openai-chat.ts";
import { connect, cut, hang, json, pause, type Reply, silence, sse } from "./network.ts";
import { chunksOf, endpointsOf, pictureOf, planOf, type Spec, walk } from "./walk.ts";

const CONTINUES: Spec = { provider: { quirks: { continues: true } } };
const WANTED = { stream: true, provider: { continuation: true } };
const BROKEN = sse([ROLE, say("Down by "), say("the"), cut]);
const REST = sse([ROLE, say(" river"), say("."), ending()]);
const NO = json(errorBody("No."), { status: 500 });

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const settleDown = () => vi.advanceTimersByTimeAsync(1_000);

/** A walk that is read to its end. */
async function readOf(walked: ReturnType<typeof walk>) {
  const text = walked.text();
  await settleDown();
  const stream = await text;
  await walked.settled();
  return { ...pictureOf(stream), chunks: chunksOf(stream).slice(0, -1), stream };
}

function observer() {
  const seen: string[] = [];
  const observe = ({ tag }: { tag: string }, { verdict }: Observation) => void seen.push(`${tag} ${verdict}`);
  return { seen, observe };
}

describe("an answer that broke off", () => {
  it("is continued by the next candidate: one text, one finish, one usage, one [DONE]", async () => {
    const calls = connect({ a: BROKEN, b: REST });
    const { seen, observe } = observer();
    const walked = walk({ a: {}, b: CONTINUES }, { chat: WANTED, observe, wantsMetadata: true });
    const { content, finishReasons, error, isDone, chunks, stream } = await readOf(walked);

    expect(calls.map(({ host }) => host)).toEqual(["a", "b"]);
    expect(calls[1]?.body).toMatchObject({
      model: "one-at-b",
      messages: [
        { role: "user", content: "Hello there" },
        { role: "assistant", content: "Down by the" },
      ],
    });
    expect({ content, finishReasons, error, isDone }).toEqual({
      content: "Down by the river.",
      finishReasons: ["stop"],
      error: undefined,
      isDone: true,
    });
    expect(stream.match(/\[DONE\]/g)).toHaveLength(1);
    expect(chunks.filter(({ usage }) => usage)).toHaveLength(1);
    // The finish, and the usage that repeats it.
    expect(chunks.filter(({ choices }) => choices[0].finish_reason !== null)).toHaveLength(2);
    expect(chunks.map(({ provider }) => provider)).toEqual(["A", "A", "B", "B", "B", "B"]);
    expect(new Set(chunks.map(({ id, model }) => `${id} ${model}`))).toEqual(new Set(["gen-1-abc acme/one"]));
    expect(chunks.at(-1).openrouter_metadata).toMatchObject({
      attempt: 2,
      attempts: [
        { tag: "a", status: 200, failure: "interrupted" },
        { tag: "b", status: 200 },
      ],
      summary: expect.stringMatching(/went to b .* after a: interrupted/),
    });
    expect(seen).toEqual(["a failure", "b success"]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each<[name: string, reply: Reply, certainty: string, tokens: object]>([
    ["which its upstream counted", REST, "at_least", { completionTokens: 3 + 5 }],
    ["which nobody counted", sse([say(" river."), chunk({}, "stop")]), "at_least", { completionTokens: 3 + 2 }],
  ])("costs what was said of it, and the continuation, %s", async (_, reply, certainty, tokens) => {
    connect({ a: BROKEN, b: reply });
    const walked = walk({ a: {}, b: CONTINUES }, { chat: WANTED });
    const { usage } = await readOf(walked);
    const [record] = walked.records;
    expect(walked.records).toHaveLength(1);
    expect(record).toMatchObject({
      outcome: "finished",
      certainty,
      providerName: "B",
      finishReason: "stop",
      usage: tokens,
      attempts: [
        { tag: "a", status: 200, failure: "interrupted" },
        { tag: "b", status: 200 },
      ],
    });
    expect(record?.attempts[1]).not.toHaveProperty("failure");
    expect(usage).toMatchObject({ completion_tokens: record?.usage.completionTokens, estimated: true });
    // Each at its own price: both ask for 1,000 nano-dollars a prompt token and 2,000 a generated one.
    expect(record?.costNanoUsd).toBe(
      (record?.usage.promptTokens ?? 0) * 1_000 + (record?.usage.completionTokens ?? 0) * 2_000,
    );
    expect(usage.cost).toBeCloseTo((record?.costNanoUsd ?? 0) / 1e9, 12);
  });

  it("began when its first part came, and took as long as both", async () => {
    connect({ a: sse([pause(30), say("Hal"), pause(40), cut]), b: sse([pause(50), say("lo"), pause(20), ending()]) });
    const walked = walk({ a: {}, b: CONTINUES }, { chat: WANTED });
    expect((await readOf(walked)).content).toBe("Hallo");
    expect(walked.records).toMatchObject([
      {
        latencyMs: 30,
        generationTimeMs: 140,
        attempts: [
          { tag: "a", latencyMs: 30 },
          { tag: "b", latencyMs: 50 },
        ],
      },
    ]);
  });

  it("is shown as far as it came while the continuation is waited for", async () => {
    connect({ a: sse([say("Down "), say("by"), cut]), b: sse([pause(5_000), say(" me"), ending()]) });
    const reader = (await walk({ a: {}, b: CONTINUES }, { chat: WANTED }).body()).getReader();
    let shown = "";
    const reading = (async () => {
      for (let next = await reader.read(); !next.done; next = await reader.read())
        shown += new TextDecoder().decode(next.value);
    })();
    await vi.advanceTimersByTimeAsync(500);
    expect(pictureOf(shown).content).toBe("Down by");
    await vi.advanceTimersByTimeAsync(5_000);
    await reading;
    expect(pictureOf(shown)).toMatchObject({ content: "Down by me", finishReasons: ["stop"], isDone: true });
  });

  it("goes on after what the client itself had begun", async () => {
    const calls = connect({ a: BROKEN, b: REST });
    const messages = [
      { role: "user", content: "Where?" },
      { role: "assistant", content: "Well: " },
    ];
    await readOf(walk({ a: {}, b: CONTINUES }, { chat: { ...WANTED, messages } }));
    expect(calls[1]?.body.messages).toEqual([messages[0], { role: "assistant", content: "Well: Down by the" }]);
  });

  it.each<[name: string, said: string[], continuation: string[]]>([
    ["white space before the break", ["Down ", "by "], [" the", " river"]],
    ["white space on its own", ["Down by", " \n\n"], ["\n", "\n", "the river"]],
    ["none of the continuation's", ["Down by "], ["the river"]],
    ["more in the continuation", ["Down by "], [" ", "  the"]],
  ])("is joined without repeating the white space at its end: %s", async (_, said, continuation) => {
    const calls = connect({ a: sse([...said.map(say), cut]), b: sse([...continuation.map(say), ending()]) });
    const { content } = await readOf(walk({ a: {}, b: CONTINUES }, { chat: WANTED }));
    const first = said.join("");
    const rest = continuation.join("");
    expect(calls[1]?.body.messages.at(-1).content).toBe(first.trimEnd());
    const ended = first.length - first.trimEnd().length;
    const begins = rest.length - rest.trimStart().length;
    expect(content).toBe(first + rest.slice(Math.min(ended, begins)));
  });

  it.each<[name: string, reply: Reply, kind: string]>([
    ["an error in the stream", sse([say("Hal"), event(errorBody("No.", { code: "server_error" }))]), "overloaded"],
    ["an end without a finish reason", sse([say("Hal")]), "interrupted"],
  ])("is continued as well after %s", async (_, reply, kind) => {
    connect({ a: reply, b: sse([say("lo"), ending()]) });
    const walked = walk({ a: {}, b: CONTINUES }, { chat: WANTED });
    expect(await readOf(walked)).toMatchObject({ content: "Hallo", finishReasons: ["stop"], error: undefined });
    expect(walked.records[0]?.attempts[0]).toMatchObject({ tag: "a", failure: kind });
  });

  it("is continued after silence, and by the first that can, not by the next", async () => {
    const calls = connect({ a: sse([say("Hal"), silence]), b: hang, c: sse([say("lo"), ending()]) });
    const text = walk({ a: {}, b: {}, c: CONTINUES }, { chat: WANTED }).text();
    await vi.advanceTimersByTimeAsync(61_000);
    expect(pictureOf(await text)).toMatchObject({ content: "Hallo", finishReasons: ["stop"] });
    expect(calls.map(({ host }) => host)).toEqual(["a", "c"]);
  });

  it.each<[name: string, b: Reply | Reply[], visits: string[]]>([
    ["that answers nothing: the third one does", NO, ["a", "b", "c"]],
    ["that breaks off as well", sse([say(" wide"), cut]), ["a", "b", "c"]],
  ])("may meet a continuation %s", async (name, b, visits) => {
    const calls = connect({ a: BROKEN, b, c: REST });
    const { seen, observe } = observer();
    const walked = walk({ a: {}, b: CONTINUES, c: CONTINUES }, { chat: WANTED, observe });
    const { content, finishReasons, error } = await readOf(walked);
    const both = name.includes("breaks");
    expect({ content, finishReasons, error }).toEqual({
      content: both ? "Down by the wide river." : "Down by the river.",
      finishReasons: ["stop"],
      error: undefined,
    });
    expect(calls.map(({ host }) => host)).toEqual(visits);
    expect(calls[2]?.body.messages.at(-1).content).toBe(both ? "Down by the wide" : "Down by the");
    expect(seen.sort()).toEqual(["a failure", "b failure", "c success"]);
    expect(walked.records).toMatchObject([
      {
        outcome: "finished",
        providerName: "C",
        attempts: [
          { tag: "a", failure: "interrupted" },
          { tag: "b", failure: both ? "interrupted" : "overloaded" },
          { tag: "c" },
        ],
      },
    ]);
    // The one that gave nothing costs nothing.
    expect(walked.records[0]?.usage.completionTokens).toBe(both ? 3 + 2 + 5 : 3 + 5);
  });

  it("asks a continuation whose connection was lost once more, if it is the last", async () => {
    const lost: Reply = () => {
      throw new TypeError("Network connection lost.");
    };
    const calls = connect({ a: BROKEN, b: [lost, REST] });
    const walked = walk({ a: {}, b: CONTINUES }, { chat: WANTED });
    expect((await readOf(walked)).content).toBe("Down by the river.");
    expect(calls.map(({ host }) => host)).toEqual(["a", "b", "b"]);
    expect(walked.records[0]?.attempts.map(({ tag, failure }) => [tag, failure])).toEqual([
      ["a", "interrupted"],
      ["b", "unreachable"],
      ["b", undefined],
    ]);
  });

  it("echoes what was sent for the continuation", async () => {
    connect({ a: BROKEN, b: REST });
    const { chunks } = await readOf(
      walk({ a: {}, b: CONTINUES }, { chat: { ...WANTED, debug: { echo_upstream_body: true } } }),
    );
    expect(chunks.flatMap(({ debug }) => debug?.echo_upstream_body.model ?? [])).toEqual(["one-at-a", "one-at-b"]);
  });
});

describe("an answer that broke off ends with one error", () => {
  const call = { index: 0, id: "c1", type: "function", function: { name: "look", arguments: "{" } };
  const rows: [name: string, specs: Record<string, Spec>, chat: object, a: Reply, b?: Reply][] = [
    ["when nobody asked for more", { a: {}, b: CONTINUES }, { provider: {} }, BROKEN],
    ["when its client said no", { a: {}, b: CONTINUES }, { provider: { continuation: false } }, BROKEN],
    [
      "when its client wants one call",
      { a: {}, b: CONTINUES },
      { provider: { continuation: true, allow_fallbacks: false } },
      BROKEN,
    ],
    ["when nobody is known to continue", { a: CONTINUES, b: {} }, {}, BROKEN],
    ["when nobody is left", { a: CONTINUES }, {}, BROKEN],
    ["after a tool call", { a: {}, b: CONTINUES }, {}, sse([say("Hm"), chunk({ tool_calls: [call] }), cut])],
    ["after a refusal", { a: {}, b: CONTINUES }, {}, sse([say("Hm"), chunk({ refusal: "I would" }), cut])],
    ["after reasoning alone", { a: {}, b: CONTINUES }, {}, sse([chunk({ reasoning_content: "Hm" }), cut])],
    [
      "with a second choice in it",
      { a: {}, b: CONTINUES },
      {},
      sse([say("Hm"), event({ choices: [{ index: 1, delta: { content: "x" }, finish_reason: null }] }), cut]),
    ],
    [
      "when several were asked for",
      { a: { endpoint: { supported_parameters: ["n"] } }, b: CONTINUES },
      { n: 2 },
      BROKEN,
    ],
    [
      "when it had to keep to a form",
      { a: {}, b: CONTINUES },
      { response_format: { type: "json_object" } },
      sse([say('{"a'), cut]),
    ],
    ["when the continuation fails", { a: {}, b: CONTINUES }, {}, BROKEN, NO],
  ];

  it.each(rows)("%s", async (_, specs, chat, a, b) => {
    const calls = connect({ a, ...(b && { b }) });
    const { seen, observe } = observer();
    const walked = walk(specs, { chat: { ...WANTED, ...chat }, observe });
    const { error, finishReasons, isDone, chunks, stream } = await readOf(walked);
    expect(calls.map(({ host }) => host)).toEqual(b ? ["a", "b"] : ["a"]);
    expect({ finishReasons, isDone }).toEqual({ finishReasons: ["error"], isDone: true });
    expect(error).toMatchObject({ code: 502, metadata: { provider_name: "A" } });
    expect(chunks.filter((one) => one.error)).toHaveLength(1);
    expect(stream.match(/\[DONE\]/g)).toHaveLength(1);
    expect(walked.records).toMatchObject([{ outcome: "cut", providerName: "A", certainty: "at_least" }]);
    expect(walked.records[0]?.costNanoUsd).toBeGreaterThan(0);
    expect(walked.records[0]?.attempts).toHaveLength(b ? 2 : 1);
    expect(seen.sort()).toEqual(b ? ["a failure", "b failure"] : ["a failure"]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("when only another model could continue", async () => {
    const [a] = endpointsOf({ a: {} });
    const [b] = endpointsOf({ b: CONTINUES });
    if (!a || !b) throw new Error("no endpoints");
    const calls = connect({ a: BROKEN, b: REST });
    const plan = planOf([a, { ...b, modelId: "acme/two" }]);
    const { error, content } = await readOf(walk({ a: {}, b: CONTINUES }, { chat: WANTED, plan }));
    expect(content).toBe("Down by the");
    expect(error).toMatchObject({ code: 502 });
    expect(calls.map(({ host }) => host)).toEqual(["a"]);
  });

  it("not when nothing was said yet: then the next candidate begins anew", async () => {
    const calls = connect({ a: sse([ROLE, cut]), b: REST });
    const walked = walk({ a: {}, b: CONTINUES }, { chat: WANTED });
    expect((await readOf(walked)).content).toBe(" river.");
    expect(calls[1]?.body.messages).toHaveLength(1);
    expect(walked.records).toMatchObject([{ certainty: "exact" }]);
  });

  it("not when it is whole: a connection that breaks after the finish reason takes nothing", async () => {
    const calls = connect({ a: sse([say("Hallo"), chunk({}, "stop"), cut]), b: REST });
    const walked = walk({ a: {}, b: CONTINUES }, { chat: WANTED });
    expect(await readOf(walked)).toMatchObject({ content: "Hallo", finishReasons: ["stop"] });
    expect(calls.map(({ host }) => host)).toEqual(["a"]);
  });
});

it("an answer whose continuation cannot even begin ends with one error", async () => {
  vi.spyOn(console, "error").mockReturnValue();
  const calls = connect({ a: BROKEN, b: REST });
  const keyOf = async ({ tag }: { tag: string }) => {
    if (tag === "b") throw new Error("no base64");
    return undefined;
  };
  const walked = walk({ a: {}, b: CONTINUES }, { chat: WANTED, keyOf });
  const { error, content, isDone } = await readOf(walked);
  expect({ content, isDone }).toEqual({ content: "Down by the", isDone: true });
  expect(error).toMatchObject({ code: 502 });
  expect(calls.map(({ host }) => host)).toEqual(["a"]);
  expect(walked.records).toMatchObject([{ outcome: "cut" }]);
});

describe("a client that leaves a continued answer", () => {
  type Ways = [name: string, b: Reply, asked: string[]];
  const ways: Ways[] = [
    ["before the continuation has answered", hang, ["a", "b"]],
    ["when the continuation has said something", sse([say(" river"), silence]), ["a", "b"]],
  ];
  describe.each(ways)("%s", (_, b, asked) => {
    it.each(["drops the stream", "closes the connection"])(
      "stops the upstream and is booked once: it %s",
      async (way) => {
        const calls = connect({ a: BROKEN, b, c: REST });
        const walked = walk({ a: {}, b: CONTINUES, c: CONTINUES }, { chat: WANTED });
        const reader = (await walked.body()).getReader();
        const reading = (async () => {
          for (let next = await reader.read(); !next.done; next = await reader.read());
        })();
        await settleDown();
        if (way === "drops the stream") await reader.cancel();
        else walked.leave();
        expect(calls.map(({ signal }) => signal.aborted)).toEqual(asked.map(() => true));
        await settleDown();
        if (way !== "drops the stream") await reader.cancel();
        await reading;
        await settleDown();
        expect(calls.map(({ host }) => host)).toEqual(asked);
        expect(walked.records).toHaveLength(1);
        expect(walked.records).toMatchObject([{ outcome: "cancelled", finishReason: null, certainty: "at_least" }]);
        expect(walked.records[0]?.attempts.map(({ tag }) => tag)).toEqual(asked);
        expect(walked.records[0]?.usage.completionTokens).toBeGreaterThanOrEqual(3);
        expect(walked.records[0]?.costNanoUsd).toBeGreaterThan(0);
        expect(vi.getTimerCount()).toBe(0);
      },
    );
  });

  it("while the continuation waits for its key is booked once, and nobody else is asked", async () => {
    const calls = connect({ a: BROKEN, b: REST });
    const keyOf = async ({ provider: { slug } }: { provider: { slug: string } }) => {
      if (slug === "b") await new Promise((resolve) => setTimeout(resolve, 5_000));
      return undefined;
    };
    const walked = walk({ a: {}, b: CONTINUES }, { chat: WANTED, keyOf });
    const reader = (await walked.body()).getReader();
    await reader.read();
    await settleDown();
    await reader.cancel();
    expect(walked.records).toMatchObject([{ outcome: "cancelled", attempts: [{ tag: "a" }] }]);
    expect(walked.records[0]?.costNanoUsd).toBeGreaterThan(0);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(calls.map(({ host }) => host)).toEqual(["a"]);
    expect(walked.records).toHaveLength(1);
  });
});

describe("the request for a continuation", () => {
  const ask = (...messages: ChatRequest["messages"]): ChatRequest => ({
    model: "acme/one",
    temperature: 0.5,
    messages,
  });
  it.each<[name: string, chat: ChatRequest, text: string, last: unknown]>([
    ["ends in what was said", ask({ role: "user", content: "Hi" }), "Hal", "Hal"],
    [
      "ends in what its client had begun and what was said",
      ask({ role: "user", content: "Hi" }, { role: "assistant", content: "Oh, " }),
      "Hal",
      "Oh, Hal",
    ],
    ["does not end in white space", ask({ role: "user", content: "Hi" }), "Hal \n", "Hal"],
  ])("%s", (_, chat, text, content) => {
    const before = structuredClone(chat);
    const continued = continuedChat(chat, text);
    expect(continued).toMatchObject({ model: "acme/one", temperature: 0.5 });
    expect(continued.messages).toEqual([chat.messages[0], { role: "assistant", content }]);
    expect(chat).toEqual(before);
  });

  it.each([
    [" x", 1, "x"],
    [" x", 0, " x"],
    ["  x", 1, " x"],
    ["x", 3, "x"],
    ["\n\n", 3, ""],
  ])("its answer %j after %d spaces goes on with %j", (text, had, expected) => {
    expect(withoutRepeatedSpace(text, had)).toBe(expected);
  });
});
