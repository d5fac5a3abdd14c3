import { afterEach, describe, expect, it, vi } from "vitest";
import { chunk, completion, DONE, ending, event, say, USAGE } from "../support/openai-chat.ts";
import { connect, cut, json, type Reply, sse } from "./network.ts";
import { pictureOf, type Spec, walk } from "./walk.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

const NO_PRICE: Spec = { endpoint: { pricing: undefined } };
/** 40 characters, so 10 tokens by our own count; the prompt's two words make 3, and 4 as a message. */
const TEXT = "x".repeat(40);
const COUNTS = event({ choices: [], usage: { prompt_tokens: 100, completion_tokens: 1, total_tokens: 101 } });

async function record(reply: Reply, { stream = true, spec = {} }: { stream?: boolean; spec?: Spec } = {}) {
  connect({ a: reply });
  const { text, whole, records } = walk({ a: spec }, { chat: { stream } });
  await (stream ? text() : whole());
  const [first] = records;
  if (!first) throw new Error("nothing was booked");
  return first;
}

describe("the certainty of a cost", () => {
  it.each<[name: string, reply: Reply, stream: boolean, spec: Spec, certainty: string, costNanoUsd: number | null]>([
    ["the upstream's own count", sse([say(TEXT), ending()]), true, {}, "exact", 19_000],
    ["the upstream's own count, in one piece", json(completion(TEXT)), false, {}, "exact", 19_000],
    ["no count", sse([say(TEXT), chunk({}, "stop"), DONE]), true, {}, "estimated", 27_000],
    ["no count, in one piece", json(completion(TEXT, { usage: undefined as never })), false, {}, "exact", 19_000],
    ["a stream that was cut", sse([say(TEXT), cut]), true, {}, "at_least", 27_000],
    ["a stream that was cut after a count", sse([say(TEXT), COUNTS, cut]), true, {}, "at_least", 120_000],
    ["no price", sse([say(TEXT), ending()]), true, NO_PRICE, "unknown", null],
    ["no price, and cut", sse([say(TEXT), cut]), true, NO_PRICE, "unknown", null],
    [
      "a price of 0",
      sse([say(TEXT), ending()]),
      true,
      { endpoint: { pricing: { prompt: "0", completion: "0" } } },
      "exact",
      0,
    ],
  ])("with %s", async (_, reply, stream, spec, certainty, costNanoUsd) => {
    expect(await record(reply, { stream, spec })).toMatchObject({ certainty, costNanoUsd });
  });
});

describe("the client's usage", () => {
  const usageOf = async (reply: Reply, spec: Spec = {}) => {
    connect({ a: reply });
    return pictureOf(await walk({ a: spec }, { chat: { stream: true } }).text()).usage;
  };

  it("is the upstream's, with its cost", async () => {
    expect(await usageOf(sse([say(TEXT), ending()]))).toMatchObject({ ...USAGE, cost: 0.000019, is_byok: false });
  });

  it("says when it is an estimate", async () => {
    expect(await usageOf(sse([say(TEXT), DONE]))).toMatchObject({
      prompt_tokens: 7,
      completion_tokens: 10,
      total_tokens: 17,
      cost: 0.000027,
      estimated: true,
    });
  });

  it("has no cost where there is no price", async () => {
    const usage = await usageOf(sse([say(TEXT), ending()]), NO_PRICE);
    expect(usage).toMatchObject(USAGE);
    expect(usage).not.toHaveProperty("cost");
  });

  it("is the same as what is booked", async () => {
    connect({ a: sse([say(TEXT), ending()]) });
    const { text, records } = walk({ a: {} }, { chat: { stream: true } });
    const { usage } = pictureOf(await text());
    expect(usage.cost * 1e9).toBeCloseTo(records[0]?.costNanoUsd ?? Number.NaN, 6);
    expect(usage.prompt_tokens).toBe(records[0]?.usage.promptTokens);
  });
});

describe("an estimate of a prompt", () => {
  it.each<[name: string, chat: object, tokens: number]>([
    [
      "texts",
      {
        messages: [
          { role: "system", content: "Be brief." },
          { role: "user", content: "What is a pointsman?" },
        ],
      },
      17,
    ],
    ["parts of texts", { messages: [{ role: "user", content: [{ type: "text", text: "Be brief." }] }] }, 7],
    [
      "pictures, whatever their size",
      {
        messages: [
          { role: "user", content: [{ type: "image_url", image_url: { url: `data:${"x".repeat(99_999)}` } }] },
        ],
      },
      804,
    ],
  ])("counts %s", async (_, chat, tokens) => {
    connect({ a: sse([say(TEXT), DONE]) });
    const { text, records } = walk({ a: {} }, { chat: { ...chat, stream: true } });
    await text();
    expect(records[0]?.usage.promptTokens).toBe(tokens);
  });

  it("counts tools, and what they were called with", async () => {
    const tools = [{ type: "function", function: { name: "f", description: "word ".repeat(80) } }];
    const call = { id: "c", type: "function", function: { name: "f", arguments: "word ".repeat(80) } };
    const messages = [
      { role: "assistant", content: null, tool_calls: [call] },
      { role: "tool", tool_call_id: "c", content: "word ".repeat(80) },
    ];
    connect({ a: sse([say(TEXT), DONE]) });
    const { text, records } = walk({ a: {} }, { chat: { messages, tools, stream: true } });
    await text();
    expect(records[0]?.usage.promptTokens).toBeGreaterThan(260);
    expect(records[0]?.usage.promptTokens).toBeLessThan(340);
  });
});
