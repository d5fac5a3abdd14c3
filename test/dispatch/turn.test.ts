import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Observation } from "../../src/dispatch/facts.ts";
import { completion, ending, errorBody, say } from "../support/openai-chat.ts";
import { connect, cut, json, pause, type Reply, refuse, slowJson, sse } from "./network.ts";
import { pictureOf, walk } from "./walk.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** The connection is lost after so long. */
function losesAfter(ms: number): Reply {
  return async ({ signal }) => {
    await new Promise((resolve, reject) => {
      setTimeout(resolve, ms);
      signal.addEventListener("abort", () => reject(signal.reason));
    });
    throw new TypeError("Network connection lost.");
  };
}

const reset: Reply = () => {
  throw new TypeError("fetch failed: connection reset by peer");
};
const unknownHost: Reply = () => {
  throw new TypeError("DNS lookup failed.");
};
const NO = json(errorBody("No."), { status: 503 });

describe.each([
  ["a streamed answer", true],
  ["an answer in one piece", false],
])("a connection that was lost: %s", (_, stream) => {
  const good: Reply = stream ? sse([say("Hi"), ending()]) : json(completion("Hi"));
  const breaksEarly: Reply = stream ? sse([cut]) : slowJson(['{"choi', cut]);

  /** Walks over the hosts in order; gives who was asked, what came, and what was learnt. */
  async function walkOver(hosts: Record<string, Reply | Reply[]>, overrides: Parameters<typeof walk>[1] = {}) {
    const calls = connect(hosts);
    const seen: string[] = [];
    const observe = ({ tag }: { tag: string }, { verdict }: Observation) => void seen.push(`${tag} ${verdict}`);
    const chat = { stream, ...overrides.chat };
    const walked = walk(Object.fromEntries(Object.keys(hosts).map((name) => [name, {}])), {
      ...overrides,
      chat,
      observe,
    });
    const ending = stream ? walked.text().then((text) => pictureOf(text).content) : walked.whole().then(wordsOf);
    const outcome = ending.catch(({ status }: { status: number }) => status);
    await vi.advanceTimersByTimeAsync(120_000);
    const asked = calls.map(({ host }) => host).join("");
    return { asked, outcome: await outcome, seen, records: walked.records };
  }

  it.each<[name: string, hosts: Record<string, Reply | Reply[]>, asked: string, outcome: string | number]>([
    ["of the last candidate is tried once more", { a: [refuse, good] }, "aa", "Hi"],
    ["in the runtime's other words too", { a: [reset, good] }, "aa", "Hi"],
    ["of the last of several as well", { a: NO, b: [refuse, good] }, "abb", "Hi"],
    ["twice is not tried again", { a: [refuse, refuse, good] }, "aa", 502],
    ["is not tried again where someone else is left", { a: [refuse, good], b: good }, "ab", "Hi"],
    ["once more meets another failure: that is the end", { a: [refuse, NO] }, "aa", 503],
    ["after the answer had begun is no such one", { a: [breaksEarly, good] }, "a", 502],
    ["is not a name that nobody has", { a: [unknownHost, good] }, "a", 502],
    ["is not a refusal", { a: [NO, good] }, "a", 503],
  ])("%s", async (_name, hosts, asked, outcome) => {
    const { asked: were, outcome: came, seen, records } = await walkOver(hosts);
    expect({ asked: were, outcome: came }).toEqual({ asked, outcome });
    expect(records).toHaveLength(1);
    expect(records[0]?.attempts.map(({ tag }) => tag).join("")).toBe(asked);
    // Every attempt is told of once, those that failed as such.
    const isGood = outcome === "Hi";
    expect(seen.filter((one) => one.endsWith("failure"))).toHaveLength(asked.length - (isGood ? 1 : 0));
    expect(seen.filter((one) => one.endsWith("success"))).toHaveLength(isGood ? 1 : 0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("is not tried again for a client that wants one call", async () => {
    const { asked, outcome } = await walkOver(
      { a: [refuse, good] },
      { chat: { stream, provider: { allow_fallbacks: false } } },
    );
    expect({ asked, outcome }).toEqual({ asked: "a", outcome: 502 });
  });

  it.each([
    [799, 1_000, "aa", "Hi"],
    [801, 1_000, "a", 502],
  ])("after %d ms of %d is tried again as long as there is time for it", async (ms, deadlineMs, asked, outcome) => {
    const walked = await walkOver({ a: [losesAfter(ms), good] }, { deadlineMs });
    expect(walked).toMatchObject({ asked, outcome });
  });

  it("is tried again within the time that the first try has left", async () => {
    const slow: Reply = stream
      ? sse([pause(600), say("Hi"), ending()])
      : slowJson([pause(600), JSON.stringify(completion("Hi"))]);
    const walked = await walkOver({ a: [losesAfter(500), slow] }, { deadlineMs: 1_000 });
    expect(walked).toMatchObject({ asked: "aa", outcome: 504 });
    const [record] = walked.records;
    expect(record?.generationTimeMs).toBe(1_000);
  });

  it.each([
    [0, 25],
    [0.5, 50],
    [0.9999, 75],
  ])("is tried again after a pause that chance %d makes %d ms long", async (chance, ms) => {
    vi.spyOn(Math, "random").mockReturnValue(chance);
    const startedAtMs = Date.now();
    const atMs: number[] = [];
    const lost: Reply = (call) => {
      atMs.push(Date.now() - startedAtMs);
      return refuse(call);
    };
    await walkOver({ a: lost });
    expect(atMs[0]).toBe(0);
    expect(Math.round(atMs[1] ?? 0)).toBe(Math.floor(ms - 0.01 * (chance > 0.9 ? 1 : 0)));
    expect(atMs).toHaveLength(2);
  });

  it("is not tried again for a client that leaves during the pause", async () => {
    const calls = connect({ a: [refuse, good] });
    const { error, records, leave } = walk({ a: {} }, { chat: { stream } });
    const ended = error();
    await vi.advanceTimersByTimeAsync(10);
    leave();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await ended).toMatchObject({ status: 499 });
    expect(calls).toHaveLength(1);
    expect(records).toMatchObject([{ outcome: "cancelled" }]);
    expect(records[0]?.attempts).toHaveLength(1);
  });
});

it("a candidate is let go of when its failure has been told: a probe's failure is known as such", async () => {
  connect({ a: NO, b: json(completion("Hi")) });
  const seen: string[] = [];
  const { whole } = walk(
    { a: {}, b: {} },
    {
      admit({ tag }) {
        seen.push(`${tag} enters`);
        return () => void seen.push(`${tag} leaves`);
      },
      observe: ({ tag }, { verdict }) => void seen.push(`${tag} ${verdict}`),
    },
  );
  await whole();
  expect(seen).toEqual(["a enters", "a failure", "a leaves", "b enters", "b leaves", "b success"]);
});

// biome-ignore lint/suspicious/noExplicitAny: an answer without a schema
function wordsOf({ choices }: any): string {
  return choices[0].message.content;
}
