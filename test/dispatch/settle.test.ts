import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { completion, ending, errorBody, event, ROLE, say } from "../support/openai-chat.ts";
import { connect, cut, hang, json, pause, silence, slowJson, sse } from "./network.ts";
import { pictureOf, walk } from "./walk.ts";

const STREAM = { chat: { stream: true } };
const HALF = [ROLE, say("x".repeat(40)), silence];

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** Lets everything happen that is about to happen. */
const settleDown = () => vi.advanceTimersByTimeAsync(100);

describe("a request is booked once", () => {
  it("when it has been answered as a stream", async () => {
    connect({ a: sse([ROLE, say("Hi"), ending()]) });
    const { text, records, settled, leave } = walk({ a: {} }, STREAM);
    await text();
    await settled();
    leave();
    expect(records).toMatchObject([
      {
        id: "gen-1-abc",
        keyHash: "hash",
        team: "default",
        outcome: "finished",
        modelId: "acme/one",
        providerName: "A",
        upstreamId: "chatcmpl-upstream",
        isStreamed: true,
        finishReason: "stop",
        nativeFinishReason: "stop",
        usage: { promptTokens: 9, completionTokens: 5 },
        costNanoUsd: 19_000,
        certainty: "exact",
        attempts: [{ tag: "a", status: 200 }],
      },
    ]);
  });

  it("when it has been answered in one piece", async () => {
    connect({ a: json(completion("Hi")) });
    const { whole, records, leave } = walk({ a: {} });
    await whole();
    leave();
    expect(records).toMatchObject([
      { outcome: "finished", isStreamed: false, costNanoUsd: 19_000, certainty: "exact" },
    ]);
  });

  it("only when the client has the last piece, not when the upstream has sent it", async () => {
    connect({ a: sse([say("Hi"), ending()]) });
    const { body, records } = walk({ a: {} }, STREAM);
    const reader = (await body()).getReader();
    await settleDown();
    expect(records).toEqual([]);
    for (let next = await reader.read(); !next.done; next = await reader.read()) await settleDown();
    expect(records).toHaveLength(1);
  });

  it("when it was cut", async () => {
    const calls = connect({ a: sse([ROLE, say("x".repeat(40)), cut]) });
    const { text, records, leave } = walk({ a: {} }, STREAM);
    await text();
    leave();
    expect(records).toMatchObject([
      {
        outcome: "cut",
        finishReason: "error",
        providerName: "A",
        certainty: "at_least",
        attempts: [{ tag: "a", status: 200 }],
      },
    ]);
    expect(records[0]?.costNanoUsd).toBeGreaterThan(0);
    expect(calls[0]?.signal.aborted).toBe(true);
  });

  it("when everybody has failed", async () => {
    connect({ a: json(errorBody("No."), { status: 429 }), b: hang });
    const { error, records, leave } = walk({ a: {}, b: {} }, STREAM);
    await vi.advanceTimersByTimeAsync(60_000);
    await error();
    leave();
    expect(records).toMatchObject([
      {
        outcome: "failed",
        modelId: "acme/one",
        providerName: null,
        finishReason: "error",
        costNanoUsd: 0,
        latencyMs: null,
        attempts: [
          { tag: "a", status: 429, failure: "rate_limited" },
          { tag: "b", status: null, failure: "timed_out", latencyMs: 60_000 },
        ],
      },
    ]);
  });

  it("when there was nobody to call", async () => {
    connect({});
    const { error, records } = walk({});
    await error();
    expect(records).toMatchObject([{ outcome: "failed", modelId: "acme/one", attempts: [], costNanoUsd: 0 }]);
  });
});

describe("a client that leaves", () => {
  it("stops the upstream at once, and what had come is booked: by dropping the stream", async () => {
    const calls = connect({ a: sse(HALF) });
    const { body, records } = walk({ a: {} }, STREAM);
    const reader = (await body()).getReader();
    await reader.read();
    await reader.cancel();
    expect(calls[0]?.signal.aborted).toBe(true);
    expect(records).toMatchObject([
      {
        outcome: "cancelled",
        finishReason: null,
        providerName: "A",
        certainty: "at_least",
        usage: { completionTokens: 10 },
      },
    ]);
    expect(records[0]?.costNanoUsd).toBeGreaterThan(0);
    await settleDown();
    expect(records).toHaveLength(1);
  });

  it("stops the upstream at once, and what had come is booked: by its connection", async () => {
    const calls = connect({ a: sse(HALF) });
    const { body, records, leave } = walk({ a: {} }, STREAM);
    const reader = (await body()).getReader();
    await reader.read();
    leave();
    expect(calls[0]?.signal.aborted).toBe(true);
    expect(records).toMatchObject([{ outcome: "cancelled", certainty: "at_least" }]);
    await reader.cancel();
    await settleDown();
    expect(records).toHaveLength(1);
  });

  it.each([
    ["before headers, a stream", hang, true],
    ["before headers, in one piece", hang, false],
    ["before the first text", sse([ROLE, silence]), true],
    ["in the midst of a JSON body", slowJson(['{"choices":', silence]), false],
  ])("is not followed by another attempt, and costs nothing: %s", async (_, reply, stream) => {
    const calls = connect({ a: reply, b: json(completion("Hi")) });
    const { error, records, leave } = walk({ a: {}, b: {} }, { chat: { stream } });
    await settleDown();
    leave();
    expect(calls[0]?.signal.aborted).toBe(true);
    expect(await error()).toMatchObject({ status: 499 });
    expect(calls).toHaveLength(1);
    expect(records).toMatchObject([{ outcome: "cancelled", costNanoUsd: 0, attempts: [{ tag: "a" }] }]);
    // What the vendor may bill for the prompt all the same, nobody knows.
    expect(records).toMatchObject([{ certainty: "at_least" }]);
    expect(records).toHaveLength(1);
  });

  it("pays for what a stream had said, though it wanted it in one piece", async () => {
    connect({ a: sse(HALF) });
    const { error, records, leave } = walk({ a: {} });
    await settleDown();
    leave();
    await error();
    expect(records).toMatchObject([{ outcome: "cancelled", certainty: "at_least", usage: { completionTokens: 10 } }]);
  });

  it("between two attempts is not followed by the second", async () => {
    const calls = connect({ a: json(errorBody("No."), { status: 500 }), b: json(completion("Hi")) });
    const keyOf = async ({ provider: { slug } }: { provider: { slug: string } }) => {
      if (slug === "b") await new Promise((resolve) => setTimeout(resolve, 10));
      return "key";
    };
    const { error, records, leave } = walk({ a: {}, b: {} }, { keyOf });
    await vi.advanceTimersByTimeAsync(5);
    leave();
    await settleDown();
    await error();
    expect(calls.map(({ host }) => host)).toEqual(["a"]);
    expect(records).toMatchObject([{ outcome: "cancelled", attempts: [{ tag: "a", failure: "overloaded" }] }]);
  });

  it("before anything was dispatched leaves no trace", async () => {
    const calls = connect({ a: json(completion("Hi")) });
    const client = new AbortController();
    client.abort();
    const { error, records } = walk({ a: {} }, { signal: client.signal });
    await error();
    expect(calls).toEqual([]);
    expect(records).toEqual([]);
  });

  it("while it reads slowly does not keep the isolate busy", async () => {
    const large = say("x".repeat(70_000));
    connect({ a: sse([large, large, large, large, silence]) });
    const { body, records, leave } = walk({ a: {} }, STREAM);
    const reader = (await body()).getReader();
    await reader.read();
    await settleDown();
    leave();
    await reader.read();
    await settleDown();
    expect(records).toMatchObject([{ outcome: "cancelled" }]);
  });

  it("after the whole answer is there has it still paid", async () => {
    connect({ a: sse([say("Hi"), ending()]) });
    const { body, records } = walk({ a: {} }, STREAM);
    const reader = (await body()).getReader();
    const first = reader.read();
    await settleDown();
    await first;
    await reader.cancel();
    expect(records).toHaveLength(1);
    expect(records[0]?.costNanoUsd).toBeGreaterThanOrEqual(19_000);
  });
});

describe("what an operator's mistake or a store's fault does to a walk", () => {
  it.each([
    [
      "a key that cannot be read",
      {
        keyOf: async ({ provider: { slug } }: { provider: { slug: string } }) => {
          if (slug === "b") throw new Error("no base64");
          return undefined;
        },
      },
    ],
  ])("books the attempts that were made: %s", async (_, overrides) => {
    connect({ a: json(errorBody("No."), { status: 500 }), b: json(completion("Hi")) });
    const { whole, records } = walk({ a: {}, b: {} }, overrides);
    await expect(whole()).rejects.toThrow("no base64");
    expect(records).toMatchObject([{ outcome: "failed", attempts: [{ tag: "a" }] }]);
  });
});

describe("the times in a record", () => {
  it("are those of the attempts", async () => {
    connect({ a: sse([pause(30), cut]), b: sse([pause(20), say("Hi"), pause(50), ending()]) });
    const { text, records } = walk({ a: {}, b: {} }, STREAM);
    const answer = text();
    await vi.advanceTimersByTimeAsync(200);
    expect(pictureOf(await answer).content).toBe("Hi");
    expect(records).toMatchObject([
      {
        latencyMs: 50,
        generationTimeMs: 100,
        attempts: [
          { tag: "a", latencyMs: 30 },
          { tag: "b", latencyMs: 20 },
        ],
      },
    ]);
  });
});

describe("a connection whose answer is complete", () => {
  it("is read to its end, so that it can serve again", async () => {
    const calls = connect({ a: sse([say("Hi"), ending(), pause(50)]) });
    const { text, settled } = walk({ a: {} }, STREAM);
    await text();
    const drained = settled();
    await vi.advanceTimersByTimeAsync(60);
    await drained;
    expect(calls[0]?.signal.aborted).toBe(false);
  });

  it("is let go of when it does not close", async () => {
    connect({ a: sse([say("Hi"), ending(), silence]) });
    const { text, settled } = walk({ a: {} }, STREAM);
    await text();
    const drained = settled();
    await vi.advanceTimersByTimeAsync(1_000);
    await drained;
    expect(vi.getTimerCount()).toBe(0);
  });
});

it("an error inside a stream is booked with what was said before it", async () => {
  connect({ a: sse([ROLE, say("x".repeat(40)), event(errorBody("No.", { code: "rate_limit_exceeded" }))]) });
  const { text, records } = walk({ a: {} }, STREAM);
  await text();
  expect(records).toMatchObject([{ outcome: "cut", usage: { completionTokens: 10 }, certainty: "at_least" }]);
});
