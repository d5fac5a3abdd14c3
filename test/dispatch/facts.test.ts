import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Observation } from "../../src/dispatch/facts.ts";
import { chunk, completion, ending, errorBody, ROLE, say } from "../support/openai-chat.ts";
import { connect, cut, hang, json, pause, type Reply, silence, slowJson, sse } from "./network.ts";
import { walk } from "./walk.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** What the attempts of a walk tell of their endpoints; `leaveAtMs`: the client leaves then. */
async function observed(
  hosts: Record<string, Reply>,
  chat: Record<string, unknown>,
  { leaveAtMs = Number.POSITIVE_INFINITY, provider = {} } = {},
) {
  connect(hosts);
  const seen: ({ tag: string } & Observation)[] = [];
  const observe = ({ tag }: { tag: string }, facts: Observation) => void seen.push({ tag, ...facts });
  const walked = walk(Object.fromEntries(Object.keys(hosts).map((name) => [name, { provider }])), { chat, observe });
  const over = (chat.stream ? walked.text() : walked.whole()).catch(() => {});
  if (leaveAtMs < Number.POSITIVE_INFINITY) {
    await vi.advanceTimersByTimeAsync(leaveAtMs);
    walked.leave();
  }
  await vi.advanceTimersByTimeAsync(700_000);
  if (leaveAtMs === Number.POSITIVE_INFINITY) await over;
  return seen;
}

const STREAM = { stream: true };
const TOOLS = { tools: [{ type: "function", function: { name: "look" } }] };
const call = (text: string) => ({ index: 0, id: "c1", type: "function", function: { name: "look", arguments: text } });
const usage = (completion_tokens: number, cached_tokens?: number) => ({
  prompt_tokens: 100,
  completion_tokens,
  total_tokens: 100 + completion_tokens,
  ...(cached_tokens !== undefined && { prompt_tokens_details: { cached_tokens } }),
});
const timeline = (spent: object) =>
  sse([ROLE, pause(200), say("Hi"), pause(500), say(" you"), pause(300), ending("stop", spent)]);

describe("an attempt that answered", () => {
  it.each<[name: string, reply: Reply, chat: object, facts: object]>([
    [
      "a stream: when it began, how quick it was from then on, what it read",
      timeline(usage(40)),
      STREAM,
      { latencyMs: 200, tokensPerSecond: 50, promptTokens: 100, cachedTokens: 0, usedCache: false },
    ],
    [
      "a stream that read from its cache",
      timeline(usage(40, 60)),
      STREAM,
      { promptTokens: 100, cachedTokens: 60, usedCache: true },
    ],
    ["a stream of few tokens: no speed", timeline(usage(3)), STREAM, { latencyMs: 200, tokensPerSecond: undefined }],
    ["a stream of just enough tokens", timeline(usage(4)), STREAM, { tokensPerSecond: 5 }],
    [
      "a stream that was not counted: no more than when it began",
      sse([pause(200), say("Hi"), pause(500), chunk({}, "stop")]),
      STREAM,
      { latencyMs: 200, tokensPerSecond: undefined, promptTokens: undefined, usedCache: undefined },
    ],
    [
      "a stream that came at once: no speed",
      sse([say("Hi"), ending("stop", usage(40))]),
      STREAM,
      { latencyMs: 0, tokensPerSecond: undefined },
    ],
    [
      "one piece: no first token, and the speed of the whole",
      slowJson([pause(800), JSON.stringify(completion("Hi", { usage: usage(40) }))]),
      {},
      { latencyMs: undefined, tokensPerSecond: 50, promptTokens: 100 },
    ],
    [
      "a stream that was put together for its client: the speed of the whole",
      timeline(usage(40)),
      {},
      { latencyMs: undefined, tokensPerSecond: 40 },
    ],
    [
      "with tools that nobody called",
      timeline(usage(40)),
      { ...STREAM, ...TOOLS },
      { toolsWell: true, tokensPerSecond: 50 },
    ],
    [
      "with a sound call",
      sse([chunk({ tool_calls: [call('{"a":1}')] }), ending("tool_calls")]),
      { ...STREAM, ...TOOLS },
      { toolsWell: true },
    ],
    [
      "with a call that is no JSON",
      sse([chunk({ tool_calls: [call('{"a":')] }), ending("tool_calls")]),
      { ...STREAM, ...TOOLS },
      { toolsWell: false },
    ],
    [
      "with a call of nothing",
      json(completion("", { message: { content: null, tool_calls: [call("")] }, finish_reason: "tool_calls" })),
      TOOLS,
      { toolsWell: true },
    ],
    ["without tools", timeline(usage(40)), { ...STREAM, tools: [] }, { toolsWell: undefined }],
  ])("%s", async (_, reply, chat, facts) => {
    const seen = await observed({ a: reply }, { ...chat });
    expect(seen).toHaveLength(1);
    const told = Object.fromEntries(Object.keys(facts).map((key) => [key, seen[0]?.[key as keyof Observation]]));
    expect(told).toEqual(facts);
    expect(seen[0]?.verdict).toBe("success");
  });

  it("tells what was written to a cache as well", async () => {
    const written = {
      id: "m",
      type: "message",
      role: "assistant",
      model: "m",
      content: [{ type: "text", text: "Hi" }],
      stop_reason: "end_turn",
      usage: { input_tokens: 10, output_tokens: 20, cache_creation_input_tokens: 90, cache_read_input_tokens: 0 },
    };
    const provider = { api: "anthropic-messages" };
    expect(await observed({ a: json(written) }, {}, { provider })).toMatchObject([
      { verdict: "success", usedCache: true, cachedTokens: 0, promptTokens: 100 },
    ]);
  });
});

describe("an attempt that failed", () => {
  const refusal = (status: number, type = "some_error") => json(errorBody("No.", { type }), { status });
  it.each<[name: string, reply: Reply, verdict: string]>([
    ["its server broke", refusal(500), "failure"],
    ["its key was refused", refusal(401), "failure"],
    ["it does not know the model", refusal(404), "failure"],
    ["it was too busy", refusal(429), "rate_limited"],
    ["it did not like the request", refusal(400), "neutral"],
    ["it did not like what was said", refusal(451), "neutral"],
    ["it said nothing in time", hang, "failure"],
    ["it could not be reached", () => Promise.reject(new TypeError("Nobody.")), "failure"],
    ["it gave nothing", sse([ROLE, chunk({}, "stop")]), "failure"],
    ["it gave a page", sse(["data: <html>\n\n"]), "failure"],
    ["it broke off before its first text", sse([ROLE, cut]), "failure"],
  ])("%s", async (_, reply, verdict) => {
    const seen = await observed({ a: reply, b: sse([say("Hi"), ending()]) }, STREAM);
    expect(seen.map(({ tag, verdict: told }) => `${tag} ${told}`)).toEqual([`a ${verdict}`, "b success"]);
    for (const fact of ["latencyMs", "tokensPerSecond", "promptTokens", "toolsWell"])
      expect(seen[0]).not.toHaveProperty(fact);
  });

  it.each<[name: string, steps: Parameters<typeof sse>[0], verdict: string]>([
    ["a connection that broke", [pause(200), say("Hal"), pause(100), cut], "failure"],
    ["silence", [pause(200), say("Hal"), silence], "failure"],
    [
      "a limit",
      [pause(200), say("Hal"), `data: ${JSON.stringify(errorBody("No.", { code: "rate_limit_exceeded" }))}\n\n`],
      "rate_limited",
    ],
  ])("after its first text, by %s: when it began is known, how quick it was is not", async (_, steps, verdict) => {
    const seen = await observed({ a: sse(steps) }, STREAM);
    expect(seen).toMatchObject([{ tag: "a", verdict, latencyMs: 200 }]);
    expect(seen[0]).not.toHaveProperty("tokensPerSecond");
    expect(seen[0]).not.toHaveProperty("promptTokens");
  });
});

describe("an attempt whose client left", () => {
  it.each<[name: string, reply: Reply, chat: object, leaveAtMs: number, facts: object]>([
    ["before anything", hang, STREAM, 100, { verdict: "neutral" }],
    ["before its first text", sse([ROLE, silence]), STREAM, 100, { verdict: "neutral" }],
    [
      "after its first text did well so far",
      sse([pause(200), say("Hal"), silence]),
      STREAM,
      300,
      { verdict: "success", latencyMs: 200 },
    ],
    ["in one piece, before it came", hang, {}, 100, { verdict: "neutral" }],
  ])("%s", async (_, reply, chat, leaveAtMs, facts) => {
    const [told, ...others] = await observed({ a: reply }, { ...chat }, { leaveAtMs });
    expect(others).toEqual([]);
    expect(told).toMatchObject({ tag: "a", ...facts });
    expect(told).not.toHaveProperty("tokensPerSecond");
  });
});
