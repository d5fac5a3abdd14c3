import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { chunk, DONE, ending, event, ROLE, say, USAGE } from "../support/openai-chat.ts";
import { connect, cut, json, pause, sse } from "./network.ts";
import { chunksOf, pictureOf, walk } from "./walk.ts";

const STREAM = { chat: { stream: true } };
const COMMENT = ": OPENROUTER PROCESSING\n\n";
const FACTS = event({ id: "x", choices: [], system_fingerprint: "fp" });
const COUNTS = event({ choices: [], usage: USAGE });

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("before the first thing that a client can read", () => {
  it.each([
    ["a role", [ROLE]],
    ["comments", [COMMENT, COMMENT]],
    ["an empty delta", [chunk({}), chunk({ content: "" }), chunk({ content: null, reasoning: "" })]],
    ["an empty tool-call list", [chunk({ tool_calls: [] })]],
    ["facts about the answer", [FACTS]],
    ["counts alone", [COUNTS]],
    ["all of these", [ROLE, COMMENT, FACTS, chunk({}), COUNTS]],
  ])("nothing is committed, and the next candidate answers: %s", async (_, events) => {
    const calls = connect({ a: sse([...events, cut]), b: sse([ROLE, say("from b"), ending()]) });
    const { text, records } = walk({ a: {}, b: {} }, STREAM);
    const stream = await text();
    expect(calls.map(({ host }) => host)).toEqual(["a", "b"]);
    expect(pictureOf(stream)).toMatchObject({ content: "from b", error: undefined, isDone: true });
    expect(
      new Set(
        chunksOf(stream)
          .slice(0, -1)
          .map(({ provider }) => provider),
      ),
    ).toEqual(new Set(["B"]));
    expect(records).toHaveLength(1);
  });

  it("the client waits, also for the status", async () => {
    connect({ a: sse([ROLE, COMMENT, pause(1000), chunk({}), pause(1000), say("Hi"), ending()]) });
    const body = walk({ a: {} }, STREAM).body();
    let isThere = false;
    void body.then(() => {
      isThere = true;
    });
    await vi.advanceTimersByTimeAsync(1999);
    expect(isThere).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(isThere).toBe(true);
    (await body).cancel();
  });
});

describe("an attempt is committed to by", () => {
  const call = { index: 0, id: "c", type: "function", function: { name: "f", arguments: "" } };

  it.each<[name: string, delta: object]>([
    ["text", { content: "x" }],
    ["white space", { content: " " }],
    ["reasoning", { reasoning_content: "x" }],
    ["encrypted reasoning", { reasoning_details: [{ type: "reasoning.encrypted", data: "x" }] }],
    ["a tool call", { tool_calls: [call] }],
    ["a refusal", { refusal: "x" }],
    ["an image", { images: [{ image_url: { url: "data:," } }] }],
    ["audio", { audio: { data: "AA" } }],
  ])("%s: what goes wrong then is told in the stream", async (_, delta) => {
    const calls = connect({ a: sse([ROLE, chunk(delta), cut]), b: sse([say("from b"), ending()]) });
    const { text, records } = walk({ a: {}, b: {} }, STREAM);
    const picture = pictureOf(await text());
    expect(calls.map(({ host }) => host)).toEqual(["a"]);
    expect(picture.error).toMatchObject({
      code: 502,
      metadata: { error_type: "provider_unavailable", provider_name: "A" },
    });
    expect(picture).toMatchObject({ finishReasons: ["error"], isDone: true });
    expect(records).toMatchObject([{ outcome: "cut", finishReason: "error" }]);
  });

  it("text that comes in one piece with its own end", async () => {
    const calls = connect({
      a: sse([ROLE + say("Hi") + event({ error: { message: "No.", code: 429 } })]),
      b: sse([say("b"), ending()]),
    });
    const picture = pictureOf(await walk({ a: {}, b: {} }, STREAM).text());
    expect(picture).toMatchObject({ content: "Hi", error: { code: 429 }, finishReasons: ["error"], isDone: true });
    expect(calls).toHaveLength(1);
  });

  it("an end that says why there is nothing to read", async () => {
    connect({ a: sse([ROLE, chunk({}, "content_filter"), DONE]), b: sse([say("b"), ending()]) });
    expect(pictureOf(await walk({ a: {}, b: {} }, STREAM).text())).toMatchObject({
      content: "",
      finishReasons: ["content_filter"],
      error: undefined,
    });
  });

  it("generated tokens that the upstream keeps to itself", async () => {
    connect({ a: sse([ROLE, chunk({}, "stop"), COUNTS, DONE]), b: sse([say("b"), ending()]) });
    expect(pictureOf(await walk({ a: {}, b: {} }, STREAM).text())).toMatchObject({
      content: "",
      finishReasons: ["stop"],
    });
  });
});

describe("an answer in one piece", () => {
  it("is committed to at its end, so that a cut stream falls back", async () => {
    const calls = connect({
      a: sse([ROLE, say("half"), cut]),
      b: json({ choices: [{ index: 0, message: { content: "whole" }, finish_reason: "stop" }] }),
    });
    const answer = await walk({ a: {}, b: {} }).whole();
    expect(answer).toMatchObject({ provider: "B", choices: [{ message: { content: "whole" } }] });
    expect(calls).toHaveLength(2);
  });
});
