import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { chunk, completion, DONE, ending, ROLE, say } from "../support/openai-chat.ts";
import { connect, hang, json, pause, silence, slowJson, sse } from "./network.ts";
import { pictureOf, walk } from "./walk.ts";

const STREAM = { chat: { stream: true } };
const timeouts = (fields: object) => ({ provider: { timeouts: fields } });
const COMMENT = ": still here\n\n";

/** Whether a promise has settled. */
function watch(promise: Promise<unknown>): () => boolean {
  let isSettled = false;
  const note = () => {
    isSettled = true;
  };
  promise.then(note, note);
  return () => isSettled;
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("the first token of a stream", () => {
  it.each([
    ["after a minute, unless the row says otherwise", {}, 60_000, hang],
    ["after the row's time", timeouts({ first_token_ms: 500 }), 500, hang],
    ["also when headers and role have come", timeouts({ first_token_ms: 500 }), 500, sse([ROLE, silence])],
    [
      "also when comments keep coming",
      timeouts({ first_token_ms: 500 }),
      500,
      sse([
        COMMENT,
        ROLE,
        ...Array(100)
          .fill([pause(50), COMMENT])
          .flat(),
      ]),
    ],
    ["at the end of the whole attempt, when that is sooner", timeouts({ total_ms: 300 }), 300, hang],
  ])("is not waited for in vain: the next candidate is asked %s", async (_, spec, atMs, reply) => {
    const calls = connect({ a: reply, b: sse([say("from b"), ending()]) });
    const { body, text, records } = walk({ a: spec, b: {} }, STREAM);
    const isThere = watch(body());
    await vi.advanceTimersByTimeAsync(atMs - 1);
    expect(isThere()).toBe(false);
    expect(calls).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(2);
    expect(calls.map(({ host }) => host)).toEqual(["a", "b"]);
    expect(calls[0]?.signal.aborted).toBe(true);
    expect(pictureOf(await text()).content).toBe("from b");
    expect(records).toMatchObject([{ attempts: [{ tag: "a", failure: "timed_out", latencyMs: atMs }, { tag: "b" }] }]);
  });

  it("may come just in time", async () => {
    connect({ a: sse([pause(499), say("Hi"), ending()]) });
    const answer = walk({ a: timeouts({ first_token_ms: 500 }) }, STREAM).text();
    await vi.advanceTimersByTimeAsync(600);
    expect(pictureOf(await answer)).toMatchObject({ content: "Hi", finishReasons: ["stop"] });
  });
});

describe("silence in mid-answer", () => {
  it.each([
    ["for a minute, unless the row says otherwise", {}, 60_000, [silence]],
    ["for the row's time", timeouts({ idle_ms: 700 }), 700, [silence]],
    [
      "but for comments",
      timeouts({ idle_ms: 700 }),
      700,
      Array(100)
        .fill([pause(100), COMMENT])
        .flat(),
    ],
    [
      "but for empty deltas",
      timeouts({ idle_ms: 700 }),
      700,
      Array(100)
        .fill([pause(100), chunk({ content: "" })])
        .flat(),
    ],
  ])("ends the stream with an error: %s", async (_, spec, idleMs, rest) => {
    const calls = connect({ a: sse([say("Hal"), ...rest]), b: sse([say("from b"), ending()]) });
    const { text, records } = walk({ a: spec, b: {} }, STREAM);
    const answer = text();
    const isOver = watch(answer);
    await vi.advanceTimersByTimeAsync(idleMs - 1);
    expect(isOver()).toBe(false);
    await vi.advanceTimersByTimeAsync(10);
    expect(pictureOf(await answer)).toMatchObject({
      content: "Hal",
      finishReasons: ["error"],
      error: { code: 504, metadata: { error_type: "timeout" } },
      isDone: true,
    });
    expect(calls).toHaveLength(1);
    expect(calls[0]?.signal.aborted).toBe(true);
    expect(records).toMatchObject([{ outcome: "cut" }]);
  });

  it("is no silence as long as content comes", async () => {
    connect({
      a: sse([say("0"), ...Array.from({ length: 20 }, (_, index) => [pause(600), say(`${index}`)]).flat(), ending()]),
    });
    const answer = walk({ a: timeouts({ idle_ms: 700 }) }, STREAM).text();
    await vi.advanceTimersByTimeAsync(20 * 600 + 10);
    expect(pictureOf(await answer)).toMatchObject({ finishReasons: ["stop"], error: undefined });
  });

  it("is no silence either while a choice goes on after the finish of another", async () => {
    const of = (index: number, delta: object, reason: string | null = null) =>
      chunk(delta, reason).replace('"index":0', `"index":${index}`);
    const slowly = Array.from({ length: 10 }, (_, at) => [pause(900), of(1, { content: `${at}` })]).flat();
    connect({ a: sse([say("one"), chunk({}, "stop"), ...slowly, of(1, {}, "stop"), ending()]) });
    const answer = walk({ a: { endpoint: { supported_parameters: ["n"] } } }, { chat: { stream: true, n: 2 } }).text();
    await vi.dynamicImportSettled();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(pictureOf(await answer)).toMatchObject({ content: "one0123456789", finishReasons: ["stop"], isDone: true });
  });

  it("after the finish reason takes nothing from the answer", async () => {
    connect({ a: sse([say("Hi"), chunk({}, "stop"), silence]) });
    const { text, records, settled } = walk({ a: {} }, STREAM);
    const answer = text();
    const isOver = watch(answer);
    await vi.advanceTimersByTimeAsync(4_900);
    expect(isOver()).toBe(false);
    await vi.advanceTimersByTimeAsync(200);
    expect(pictureOf(await answer)).toMatchObject({
      content: "Hi",
      finishReasons: ["stop"],
      error: undefined,
      isDone: true,
    });
    await vi.advanceTimersByTimeAsync(2_000);
    await settled();
    expect(records).toMatchObject([{ outcome: "finished", certainty: "estimated" }]);
  });
});

describe("the whole answer", () => {
  it("has a time of its own, however much comes", async () => {
    connect({
      a: sse(
        Array(100)
          .fill([say("x"), pause(100)])
          .flat(),
      ),
    });
    const answer = walk({ a: timeouts({ total_ms: 1_050 }) }, STREAM).text();
    await vi.advanceTimersByTimeAsync(1_100);
    const picture = pictureOf(await answer);
    expect(picture).toMatchObject({ finishReasons: ["error"], error: { code: 504 } });
    expect(picture.content).toBe("x".repeat(11));
  });

  it.each([
    ["ten minutes less what the next one needs, unless the row says otherwise", {}, 585_000],
    ["the row's time", timeouts({ total_ms: 800 }), 800],
    ["the row's time to a first token, if it has one", timeouts({ first_token_ms: 400 }), 400],
  ])("in one piece is waited for: %s", async (_, spec, atMs) => {
    const calls = connect({ a: hang, b: json(completion("from b")) });
    const answer = walk({ a: spec, b: {} }).whole();
    await vi.advanceTimersByTimeAsync(atMs - 1);
    expect(calls).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(2);
    expect((await answer).provider).toBe("B");
    expect(calls).toHaveLength(2);
  });

  it("in one piece may take its time between headers and body", async () => {
    connect({
      a: slowJson(['{"choices":[{"index":0,"message":{"content":', pause(300_000), '"Hi"},"finish_reason":"stop"}]}']),
    });
    const answer = walk({ a: {} }).whole();
    await vi.advanceTimersByTimeAsync(300_001);
    expect((await answer).choices[0].message.content).toBe("Hi");
  });
});

describe("nothing is left ticking", () => {
  it.each([
    ["a stream that was read to its end", { a: sse([say("Hi"), ending()]) }, true],
    ["an answer in one piece", { a: json(completion("Hi")) }, false],
    ["an upstream that refused", { a: json({}, { status: 500 }) }, true],
    ["a stream that broke", { a: sse([say("Hi"), chunk({}), DONE.slice(0, 3)]) }, true],
  ])("after %s", async (_, hosts, stream) => {
    connect(hosts);
    const { text, whole, settled } = walk({ a: {} }, { chat: { stream } });
    await (stream ? text() : whole()).catch(() => {});
    await settled();
    expect(vi.getTimerCount()).toBe(0);
  });
});
