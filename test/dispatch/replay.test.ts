import { afterEach, describe, expect, it, vi } from "vitest";
import { turnKey } from "../../src/dispatch/replay.ts";
import type { ReasoningDetail } from "../../src/schema/chunk.ts";
import { chunk, completion, DONE, ending } from "../support/openai-chat.ts";
import { connect, json, refuse, sse } from "./network.ts";
import { HELLO, walk } from "./walk.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

const BRINGS_BACK = { provider: { quirks: { reasoning_field: "reasoning_content" } } };
const DETAIL: ReasoningDetail = { type: "reasoning.text", text: "Hm", format: "unknown", index: 0 };
const call = (id: string) => ({ id, type: "function" as const, function: { name: "f", arguments: "{}" } });
const turn = (fields: object = {}) => ({
  role: "assistant" as const,
  content: null,
  tool_calls: [call("c1"), call("c2")],
  ...fields,
});
const result = { role: "tool" as const, tool_call_id: "c1", content: "1" };
/** The key of the turn when it is the first message. */
const KEY = turnKey(call("c1"), []);
const recalling = (known: Record<string, ReasoningDetail[]>) => vi.fn(async () => new Map(Object.entries(known)));

/** The second message as the upstream got it, and what was looked up. */
async function sent(messages: object[], recall = recalling({ [KEY]: [DETAIL] }), spec: object = BRINGS_BACK) {
  const calls = connect({ a: json(completion("Hi")) });
  await walk({ a: spec }, { chat: { messages }, recall }).whole();
  return { message: calls[0]?.body.messages[0], lookedUp: recall.mock.calls };
}

describe("reasoning that a client did not bring back", () => {
  it("is put back into the turn that called tools", async () => {
    const { message, lookedUp } = await sent([turn(), result]);
    expect(message).toEqual({ ...turn(), reasoning_content: "Hm" });
    expect(lookedUp).toEqual([[[KEY]]]);
  });

  it.each<[name: string, messages: object[], spec?: object]>([
    ["the client has brought it", [turn({ reasoning_details: [DETAIL], reasoning: "Own" }), result]],
    ["no tool was called", [{ role: "assistant", content: "Hi" }]],
    ["the provider does not want it", [turn(), result], {}],
  ])("is not even looked up when %s", async (_, messages, spec = BRINGS_BACK) => {
    const { lookedUp } = await sent(messages, recalling({ [KEY]: [DETAIL] }), spec);
    expect(lookedUp).toEqual([]);
  });

  it("is not there when nobody knows it any more", async () => {
    expect((await sent([turn(), result], recalling({}))).message).toEqual(turn());
  });

  it("is looked up once for all candidates", async () => {
    const recall = recalling({ [KEY]: [DETAIL] });
    connect({ a: refuse, b: json(completion("Hi")) });
    await walk({ a: BRINGS_BACK, b: BRINGS_BACK }, { chat: { messages: [turn(), result] }, recall }).whole();
    expect(recall).toHaveBeenCalledTimes(1);
  });
});

describe("the key of a turn", () => {
  const asked = [{ role: "user" as const, content: "Weather?" }];
  const key = turnKey(call("c1"), asked);

  it("is the same however the arguments are written", () => {
    const spaced = { ...call("c1"), function: { name: "f", arguments: "{ }" } };
    expect(turnKey(spaced, asked)).toBe(key);
  });

  it.each([
    ["another call", call("c2"), asked],
    ["other arguments", { ...call("c1"), function: { name: "f", arguments: '{"a":1}' } }, asked],
    ["another question", call("c1"), [{ role: "user" as const, content: "Time?" }]],
    ["a later round", call("c1"), [...asked, turn()]],
  ])("is another one for %s", (_, called, before) => expect(turnKey(called, before)).not.toBe(key));
});

describe("the record of an answer", () => {
  const thinks = [chunk({ reasoning_content: "H" }), chunk({ reasoning_content: "m" })];
  const calls = chunk({
    tool_calls: [
      { index: 0, ...call("c1") },
      { index: 1, ...call("c2") },
    ],
  });

  it.each<[name: string, events: string[], spec: object, replay: object | undefined]>([
    [
      "with tool calls keeps its reasoning for the next turn",
      [...thinks, calls, ending("tool_calls")],
      BRINGS_BACK,
      { turnKey: turnKey(call("c1"), HELLO.messages), reasoningDetails: [DETAIL] },
    ],
    ["without tool calls keeps nothing", [...thinks, chunk({ content: "Hi" }), ending()], BRINGS_BACK, undefined],
    ["without reasoning keeps nothing", [calls, DONE], BRINGS_BACK, undefined],
    ["of a provider that does not want it keeps nothing", [...thinks, calls, DONE], {}, undefined],
  ])("%s", async (_, events, spec, replay) => {
    connect({ a: sse(events) });
    const { text, records } = walk({ a: spec }, { chat: { stream: true } });
    await text();
    expect(records[0]?.replay).toEqual(replay);
  });
});
