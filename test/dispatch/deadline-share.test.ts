import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { completion, ending, errorBody, say } from "../support/openai-chat.ts";
import { connect, hang, pause, type Reply, slowJson, sse } from "./network.ts";
import { pictureOf, walk } from "./walk.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** A refusal after so long. */
function no(ms: number): Reply {
  return async ({ signal }) => {
    await new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, ms);
      signal.addEventListener("abort", () => {
        clearTimeout(timer);
        reject(signal.reason);
      });
    });
    return Response.json(errorBody("No."), { status: 500 });
  };
}

/** The replies of as many candidates, each noting when it was asked: `a@0 b@1000`. */
function timed(replies: Reply[]) {
  const startedAtMs = Date.now();
  const arrivals: string[] = [];
  const hosts = replies.map((reply, index): [string, Reply] => {
    const name = String.fromCharCode(97 + index);
    return [
      name,
      (call) => {
        arrivals.push(`${name}@${Date.now() - startedAtMs}`);
        return reply(call);
      },
    ];
  });
  const calls = connect(Object.fromEntries(hosts));
  return { calls, arrivals, names: hosts.map(([name]) => name) };
}

/** No clock of a provider's own runs out before the walk's. */
const PATIENT = { timeouts: { first_token_ms: 3_600_000, idle_ms: 3_600_000, total_ms: 3_600_000 } };

/** Walks until the error, and says when it came. */
async function walkOut(replies: Reply[], overrides: Parameters<typeof walk>[1], provider: object = PATIENT) {
  const { arrivals, names } = timed(replies);
  const startedAtMs = Date.now();
  const walked = walk(Object.fromEntries(names.map((name) => [name, { provider }])), overrides);
  let endedAtMs = 0;
  const ended = walked.error().finally(() => {
    endedAtMs = Date.now() - startedAtMs;
  });
  await vi.advanceTimersByTimeAsync(7_200_000);
  return { error: await ended, endedAtMs, arrivals: arrivals.join(" "), records: walked.records };
}

describe.each([
  ["a stream", true],
  ["an answer in one piece", false],
])("the time of a walk for %s", (_, stream) => {
  const SECOND = 1_000;
  it.each<[name: string, deadlineMs: number, replies: Reply[], arrivals: string]>([
    ["a short one: each has its share", 3 * SECOND, [hang, hang, hang], "a@0 b@1000 c@2000"],
    ["one that is all the first has", 3 * SECOND, [hang], "a@0"],
    ["a share that was not used goes to the others", 3 * SECOND, [no(200), hang, hang], "a@0 b@200 c@1600"],
    ["all that is left goes to the last", 3 * SECOND, [no(200), no(300), hang], "a@0 b@200 c@500"],
    ["a long one: the first has all but what the others need", 100 * SECOND, [hang, hang, hang], "a@0 b@70000 c@85000"],
    ["where the others' need is as much as a share: it is one", 45 * SECOND, [hang, hang, hang], "a@0 b@15000 c@30000"],
    [
      "a long one with a quick failure: the second has all but what the third needs",
      100 * SECOND,
      [no(1_000), hang, hang],
      "a@0 b@1000 c@85000",
    ],
  ])("%s", async (_name, deadlineMs, replies, arrivals) => {
    const out = await walkOut(replies, { chat: { stream }, deadlineMs });
    expect(out.arrivals).toBe(arrivals);
    expect(out.endedAtMs).toBe(deadlineMs);
    expect(out.error).toMatchObject({ status: 504, metadata: { error_type: "timeout" } });
    expect(out.error.metadata?.previous_errors ?? []).toHaveLength(replies.length - 1);
    expect(out.records).toMatchObject([{ outcome: "failed", costNanoUsd: 0 }]);
    expect(out.records[0]?.attempts).toHaveLength(replies.length);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("is the longest that a candidate may take, where the client says nothing", async () => {
    const { arrivals, endedAtMs } = await walkOut([hang, hang], { chat: { stream } });
    expect({ arrivals, endedAtMs }).toEqual({ arrivals: "a@0 b@3585000", endedAtMs: 3_600_000 });
  });

  it("bounds only what comes before the answer: what has begun is not cut", async () => {
    const slow: Reply = stream
      ? sse([pause(900), say("Hi"), pause(5_000), say(" you"), ending()])
      : slowJson([pause(900), JSON.stringify(completion("Hi you"))]);
    const { names } = timed([slow]);
    const walked = walk(Object.fromEntries(names.map((name) => [name, {}])), { chat: { stream }, deadlineMs: 1_000 });
    const content = stream
      ? walked.text().then((text) => pictureOf(text).content)
      : walked.whole().then(({ choices }) => choices[0].message.content);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await content).toBe("Hi you");
  });

  it("does not end sooner than the last one fails", async () => {
    const { error, endedAtMs } = await walkOut([no(100), no(100)], { chat: { stream }, deadlineMs: 3_000 });
    expect({ status: error.status, endedAtMs }).toEqual({ status: 502, endedAtMs: 200 });
  });

  it("is shared by twelve, of however many", async () => {
    const { arrivals, endedAtMs } = await walkOut(Array(14).fill(hang), { chat: { stream }, deadlineMs: 1_200 });
    expect(arrivals.split(" ")).toHaveLength(12);
    expect(arrivals).toMatch(/^a@0 b@100 c@200 .* l@1100$/);
    expect(endedAtMs).toBe(1_200);
  });
});

describe("a request's own timeouts", () => {
  const ROW = { timeouts: { first_token_ms: 1_000, idle_ms: 1_000, total_ms: 5_000 } };
  it.each<[name: string, own: object | null, endedAtMs: number]>([
    ["shorten the wait for the first token", { first_token_ms: 300 }, 300],
    ["never lengthen it", { first_token_ms: 4_000 }, 1_000],
    ["shorten the whole", { total_ms: 400 }, 400],
    ["never lengthen the whole", { total_ms: 60_000, first_token_ms: 60_000 }, 1_000],
    ["that do not say anything change nothing", {}, 1_000],
    ["that are null change nothing", null, 1_000],
  ])("%s", async (_, timeouts, endedAtMs) => {
    const out = await walkOut([hang], { chat: { stream: true, provider: { timeouts } } }, ROW);
    expect(out.endedAtMs).toBe(endedAtMs);
    expect(out.error.status).toBe(504);
  });

  it.each<[name: string, own: object, cutAtMs: number]>([
    ["shorten the silence", { idle_ms: 200 }, 200],
    ["never lengthen the silence", { idle_ms: 3_000 }, 1_000],
    ["shorten the whole", { total_ms: 700 }, 700],
  ])("%s of an answer", async (_, timeouts, cutAtMs) => {
    timed([sse([say("Hal"), pause(60_000), say("lo"), ending()])]);
    const startedAtMs = Date.now();
    let endedAtMs = 0;
    const { text } = walk({ a: { provider: ROW } }, { chat: { stream: true, provider: { timeouts } } });
    const ended = text().finally(() => {
      endedAtMs = Date.now() - startedAtMs;
    });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(pictureOf(await ended)).toMatchObject({ content: "Hal", finishReasons: ["error"], error: { code: 504 } });
    expect(endedAtMs - cutAtMs).toBeLessThan(5);
    expect(endedAtMs).toBeGreaterThanOrEqual(cutAtMs);
  });

  it("a first token of a row without one is bound by the request's", async () => {
    const out = await walkOut([hang], { chat: { stream: true, provider: { timeouts: { first_token_ms: 250 } } } }, {});
    expect(out.endedAtMs).toBe(250);
  });
});
