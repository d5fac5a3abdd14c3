import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Observation } from "../../src/dispatch/facts.ts";
import { completion, ending, errorBody, ROLE, say } from "../support/openai-chat.ts";
import { connect, cut, hang, pause, type Reply, slowJson, sse } from "./network.ts";
import { chunksOf, pictureOf, walk } from "./walk.ts";

let startedAtMs = 0;

beforeEach(() => {
  vi.useFakeTimers();
  startedAtMs = Date.now();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const lateAfter = (ms: number) => ({ hedgeAfterMs: () => ms });
const NO = (ms: number, status = 500): Reply => {
  return async ({ signal }) => {
    await new Promise((resolve, reject) => {
      setTimeout(resolve, ms);
      signal.addEventListener("abort", () => reject(signal.reason));
    });
    return Response.json(errorBody(`No, says ${status}.`), { status });
  };
};
/** Says its text, as a stream or in one piece, after so long. */
function says(text: string, ms: number, stream: boolean): Reply {
  return stream ? sse([ROLE, pause(ms), say(text), ending()]) : slowJson([pause(ms), JSON.stringify(completion(text))]);
}

/** The replies, each noting when it was asked, in milliseconds from the start of the test. */
function timed(hosts: Record<string, Reply>) {
  const arrivals: string[] = [];
  const calls = connect(
    Object.fromEntries(
      Object.entries(hosts).map(([host, reply]): [string, Reply] => [
        host,
        (call) => {
          arrivals.push(`${host}@${Date.now() - startedAtMs}`);
          return reply(call);
        },
      ]),
    ),
  );
  const stopped = () => calls.filter(({ signal }) => signal.aborted).map(({ host }) => host);
  return { calls, arrivals, stopped };
}

/** What was observed, one line for each attempt. */
function observer() {
  const seen: string[] = [];
  const observe = ({ tag }: { tag: string }, { verdict }: Observation) => void seen.push(`${tag} ${verdict}`);
  return { seen, observe };
}

const FREE = { provider: { bills_after_disconnect: false } };

describe.each([
  ["a streamed answer", true],
  ["an answer in one piece", false],
])("a second candidate beside the first: %s", (_, stream) => {
  /** What the client reads, and who said it. */
  async function answerOf(walked: ReturnType<typeof walk>): Promise<[text: string, provider: string]> {
    if (!stream) {
      const { choices, provider } = await walked.whole();
      return [choices[0].message.content, provider];
    }
    const text = await walked.text();
    return [pictureOf(text).content, chunksOf(text)[0].provider];
  }

  interface Row {
    name: string;
    hosts: (stream: boolean) => Record<string, Reply>;
    afterMs?: number;
    chat?: object;
    /** Who was asked when, and what became of each: the one of which nothing is said has answered. */
    expected: [arrivals: string, attempts: string];
  }

  const rows: Row[] = [
    {
      name: "is not asked when the first is just in time",
      hosts: (s) => ({ a: says("from a", 99, s), b: hang }),
      expected: ["a@0", "a"],
    },
    {
      name: "is asked exactly when the first is late, and answers first",
      hosts: (s) => ({ a: says("from a", 500, s), b: says("from b", 100, s), c: hang }),
      expected: ["a@0 b@100", "a:outrun b"],
    },
    {
      name: "is outrun when the first is not so late after all",
      hosts: (s) => ({ a: says("from a", 150, s), b: says("from b", 100, s), c: hang }),
      expected: ["a@0 b@100", "a b:outrun"],
    },
    {
      name: "is asked at once where that is wanted",
      afterMs: 0,
      hosts: (s) => ({ a: says("from a", 50, s), b: says("from b", 10, s) }),
      expected: ["a@0 b@0", "a:outrun b"],
    },
    {
      name: "is the only one beside it",
      hosts: (s) => ({ a: says("from a", 900, s), b: says("from b", 900, s), c: says("from c", 1, s) }),
      expected: ["a@0 b@100", "a b:outrun"],
    },
    {
      name: "is a usual fallback when the first fails before",
      hosts: (s) => ({ a: NO(40), b: says("from b", 50, s), c: hang }),
      expected: ["a@0 b@40", "a:overloaded b"],
    },
    {
      name: "is doubted as the first was, from its own start",
      hosts: (s) => ({ a: NO(40), b: says("from b", 900, s), c: says("from c", 10, s) }),
      expected: ["a@0 b@40 c@140", "a:overloaded b:outrun c"],
    },
    {
      name: "goes on alone when the first fails, and is doubted from its own start",
      hosts: (s) => ({ a: NO(150), b: says("from b", 900, s), c: says("from c", 10, s) }),
      expected: ["a@0 b@100 c@200", "a:overloaded b:outrun c"],
    },
    {
      // The first is late already when it fails: a timer of nothing is one of 1 ms.
      name: "may fail while the first goes on",
      hosts: (s) => ({ a: says("from a", 180, s), b: NO(30), c: hang }),
      expected: ["a@0 b@100 c@131", "a b:overloaded c:outrun"],
    },
    {
      name: "may be one of two that fail: then the next one has its turn",
      hosts: (s) => ({ a: NO(120), b: NO(50), c: says("from c", 50, s) }),
      expected: ["a@0 b@100 c@150", "a:overloaded b:overloaded c"],
    },
    {
      name: "is not asked without a wish",
      afterMs: -1,
      hosts: (s) => ({ a: says("from a", 5_000, s), b: hang }),
      expected: ["a@0", "a"],
    },
    {
      name: "is not asked by a client that wants one call",
      chat: { provider: { allow_fallbacks: false } },
      hosts: (s) => ({ a: says("from a", 5_000, s), b: hang }),
      expected: ["a@0", "a"],
    },
    {
      name: "is not there",
      hosts: (s) => ({ a: says("from a", 5_000, s) }),
      expected: ["a@0", "a"],
    },
  ];

  it.each(rows)("$name", async ({ hosts, afterMs = 100, chat, expected: [whoAndWhen, fates] }) => {
    const replies = hosts(stream);
    const { arrivals, stopped } = timed(replies);
    const { seen, observe } = observer();
    const specs = Object.fromEntries(Object.keys(replies).map((name) => [name, {}]));
    const wish = afterMs < 0 ? { hedgeAfterMs: () => undefined } : lateAfter(afterMs);
    const walked = walk(specs, { ...wish, chat: { stream, ...chat }, observe });
    const answer = answerOf(walked);
    await vi.advanceTimersByTimeAsync(10_000);

    const attempts = fates.split(" ").map((fate) => fate.split(":"));
    const [winner = ""] = attempts.find(([, failure]) => failure === undefined) ?? [];
    expect(await answer).toEqual([`from ${winner}`, winner.toUpperCase()]);
    expect(arrivals.join(" ")).toBe(whoAndWhen);
    await walked.settled();
    expect(walked.records).toMatchObject([{ outcome: "finished", providerName: winner.toUpperCase() }]);
    const recorded = walked.records[0]?.attempts.map(({ tag, failure }) => (failure ? `${tag}:${failure}` : tag));
    expect(recorded?.join(" ")).toBe(fates);
    expect(stopped()).toEqual(attempts.map(([tag]) => tag).filter((tag) => tag !== winner));
    // Each failure and the answer are told once; one that was only outrun says nothing of its endpoint.
    expect(seen.sort()).toEqual(
      attempts
        .filter(([, failure]) => failure !== "outrun")
        .map(([tag, failure]) => `${tag} ${failure ? "failure" : "success"}`)
        .sort(),
    );
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([
    ["may be billed for what it did", {}, "at_least"],
    ["bills nothing after a disconnect", FREE, "exact"],
  ])("that has lost is stopped at once, and the cost says whether it %s", async (_name, spec, certainty) => {
    const { calls } = timed({ a: hang, b: says("from b", 50, stream) });
    const walked = walk({ a: spec, b: {} }, { ...lateAfter(100), chat: { stream } });
    const answer = answerOf(walked);
    await vi.advanceTimersByTimeAsync(149);
    expect(calls.map(({ signal }) => signal.aborted)).toEqual([false, false]);
    await vi.advanceTimersByTimeAsync(1);
    expect(calls[0]?.signal.aborted).toBe(true);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await answer).toEqual(["from b", "B"]);
    expect(walked.records).toMatchObject([{ certainty, costNanoUsd: 19_000 }]);
    expect(walked.records[0]?.attempts).toMatchObject([
      { tag: "a", status: null, failure: "outrun" },
      { tag: "b", status: 200, latencyMs: 50 },
    ]);
  });

  it("fails with it: the error tells both, in the order in which they failed", async () => {
    timed({ a: NO(160, 503), b: NO(30, 429) });
    const { error, records } = walk({ a: {}, b: {} }, { ...lateAfter(100), chat: { stream } });
    await vi.advanceTimersByTimeAsync(200);
    const { status, metadata } = await error();
    expect(status).toBe(503);
    expect(metadata).toMatchObject({ provider_name: "A", previous_errors: [{ provider_name: "B", code: 429 }] });
    expect(records).toMatchObject([
      {
        outcome: "failed",
        costNanoUsd: 0,
        attempts: [
          { tag: "a", failure: "overloaded" },
          { tag: "b", failure: "rate_limited" },
        ],
      },
    ]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([
    ["both are", 150, async () => undefined, ["a", "b"]],
    [
      "the first is, and the second waits for its key",
      150,
      async ({ provider: { slug } }: { provider: { slug: string } }) => {
        if (slug === "b") await new Promise((resolve) => setTimeout(resolve, 500));
        return "key";
      },
      ["a"],
    ],
  ])("is stopped with it when the client leaves while %s under way", async (_name, atMs, keyOf, asked) => {
    const { calls, stopped } = timed({ a: hang, b: hang, c: hang });
    const { seen, observe } = observer();
    const walked = walk({ a: {}, b: {}, c: {} }, { ...lateAfter(100), chat: { stream }, keyOf, observe });
    const error = walked.error();
    await vi.advanceTimersByTimeAsync(atMs);
    walked.leave();
    expect(stopped()).toEqual(asked);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await error).toMatchObject({ status: 499 });
    expect(calls.map(({ host }) => host)).toEqual(asked);
    expect(walked.records).toMatchObject([{ outcome: "cancelled", costNanoUsd: 0 }]);
    expect(walked.records[0]?.attempts.map(({ tag, failure }) => [tag, failure])).toEqual(
      asked.map((tag) => [tag, undefined]),
    );
    expect(walked.records).toHaveLength(1);
    expect(seen).toEqual([`${asked.at(-1)} neutral`]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([
    ["answers", says("from a", 500, stream), 19_000],
    ["fails", NO(500), 0],
    ["is not heard of", hang, 0],
  ])("does not begin for a client that has left, while the first one is read out and %s", async (_name, a, cost) => {
    const { arrivals } = timed({ a, b: hang });
    const drained = { provider: { on_disconnect: "drain" } };
    const walked = walk({ a: drained, b: drained }, { ...lateAfter(100), chat: { stream } });
    const error = walked.error();
    await vi.advanceTimersByTimeAsync(50);
    walked.leave();
    await vi.advanceTimersByTimeAsync(100_000);
    expect(await error).toMatchObject({ status: 499 });
    expect(arrivals).toEqual(["a@0"]);
    expect(walked.records).toMatchObject([{ outcome: "cancelled", costNanoUsd: cost, attempts: [{ tag: "a" }] }]);
    expect(walked.records).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("that cannot even begin does not leave the first one running", async () => {
    const { stopped } = timed({ a: hang });
    const keyOf = async ({ provider: { slug } }: { provider: { slug: string } }) => {
      if (slug === "b") throw new Error("no base64");
      return undefined;
    };
    const walked = walk({ a: {}, b: {} }, { ...lateAfter(100), chat: { stream }, keyOf });
    const answer = expect(stream ? walked.body() : walked.whole()).rejects.toThrow("no base64");
    await vi.advanceTimersByTimeAsync(100);
    await answer;
    expect(stopped()).toEqual(["a"]);
    expect(walked.records).toMatchObject([{ outcome: "failed", attempts: [{ tag: "a" }] }]);
    expect(vi.getTimerCount()).toBe(0);
  });
});

it("the time until a hedge is that of the endpoint that is late", async () => {
  const { arrivals } = timed({ a: NO(10), b: hang, c: sse([say("from c"), ending()]) });
  const usual: Record<string, number> = { a: 500, b: 70, c: 1 };
  const hedgeAfterMs = ({ tag }: { tag: string }) => usual[tag];
  const { text } = walk({ a: {}, b: {}, c: {} }, { hedgeAfterMs, chat: { stream: true } });
  const answer = text();
  await vi.advanceTimersByTimeAsync(200);
  expect(pictureOf(await answer).content).toBe("from c");
  expect(arrivals).toEqual(["a@0", "b@10", "c@80"]);
});

it("what was sent to each of both is echoed", async () => {
  timed({ a: hang, b: sse([say("from b"), ending()]) });
  const chat = { stream: true, debug: { echo_upstream_body: true } };
  const { text } = walk({ a: {}, b: {} }, { ...lateAfter(100), chat });
  const answer = text();
  await vi.advanceTimersByTimeAsync(200);
  const chunks = chunksOf(await answer);
  const models = chunks.flatMap(({ debug }) => debug?.echo_upstream_body.model ?? []);
  expect(models.sort()).toEqual(["one-at-a", "one-at-b"]);
  expect(chunks.slice(0, 2).every(({ choices }) => choices.length === 0)).toBe(true);
});

it("the answer's metadata tells of both, and counts the loser as an attempt", async () => {
  timed({ a: hang, b: sse([say("from b"), ending()]) });
  const { text } = walk({ a: {}, b: {} }, { ...lateAfter(100), chat: { stream: true }, wantsMetadata: true });
  const answer = text();
  await vi.advanceTimersByTimeAsync(200);
  const { openrouter_metadata: metadata } = chunksOf(await answer).at(-2);
  expect(metadata).toMatchObject({
    attempt: 2,
    attempts: [
      { tag: "a", status: 0, failure: "outrun" },
      { tag: "b", status: 200 },
    ],
  });
});

it("after its first text an answer has no rival: what breaks then is an error", async () => {
  const { arrivals } = timed({ a: sse([pause(50), say("Hal"), pause(400), cut]), b: hang });
  const { text, records } = walk({ a: {}, b: {} }, { ...lateAfter(100), chat: { stream: true } });
  const answer = text();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(pictureOf(await answer)).toMatchObject({ content: "Hal", finishReasons: ["error"] });
  expect(arrivals).toEqual(["a@0"]);
  expect(records).toMatchObject([{ outcome: "cut" }]);
});

it("no more than twelve are asked, and the last one is not doubted for ever", async () => {
  const hosts = Object.fromEntries(Array.from({ length: 14 }, (_, index) => [`p${index}`, index < 11 ? NO(1) : hang]));
  const { calls } = timed(hosts);
  const specs = Object.fromEntries(Object.keys(hosts).map((name) => [name, {}]));
  const hedgeAfterMs = vi.fn(() => 0);
  const { error } = walk(specs, { hedgeAfterMs, chat: { stream: true } });
  await vi.advanceTimersByTimeAsync(59_000);
  expect(calls).toHaveLength(12);
  expect(hedgeAfterMs.mock.calls.length).toBeLessThan(100);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(await error()).toMatchObject({ status: 504 });
  expect(vi.getTimerCount()).toBe(0);
});
