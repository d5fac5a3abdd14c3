import { afterEach, describe, expect, it, vi } from "vitest";
import { connect, hang, json, type Reply } from "./network.ts";
import { walk } from "./walk.ts";

/** A provider that is only asked for JSON in words. */
const SPEC = { provider: { api: "anthropic-messages" } };
const CHAT = { response_format: { type: "json_object" }, max_tokens: 100 };

/** An answer that says this, for ten tokens there and five back. */
const says = (text: string): Reply =>
  json({
    id: "msg_1",
    type: "message",
    role: "assistant",
    model: "claude",
    content: [{ type: "text", text }],
    stop_reason: "end_turn",
    usage: { input_tokens: 10, output_tokens: 5 },
  });
/** What one such answer costs in nano-dollars. */
const COST = 10_000 + 10_000;

afterEach(() => {
  vi.restoreAllMocks();
});

describe("an answer that is not the JSON that was asked for", () => {
  it("is asked for once more, with what was wrong, and both are paid", async () => {
    const calls = connect({ a: [says("Sure: Oslo."), says('{"city":"Oslo"}')] });
    const { whole, records } = walk({ a: SPEC }, { chat: CHAT });
    const answer = await whole();
    expect(answer.choices[0].message.content).toBe('{"city":"Oslo"}');
    expect(answer.usage).toMatchObject({ prompt_tokens: 20, completion_tokens: 10, cost: (2 * COST) / 1e9 });
    expect(JSON.stringify(calls[1]?.body.messages)).toContain("not JSON");
    expect(calls).toHaveLength(2);
    expect(records).toMatchObject([{ outcome: "finished", costNanoUsd: 2 * COST, certainty: "exact" }]);
    expect(records[0]?.attempts).toHaveLength(2);
  });

  it.each<[name: string, second: Reply, paid: number]>([
    ["it comes wrong again", says("I said: Oslo."), 2],
    ["it comes empty", says(""), 1],
    [
      "it does not come",
      json({ type: "error", error: { type: "overloaded_error", message: "No." } }, { status: 529 }),
      1,
    ],
  ])("stands when %s, and what was dispatched is paid", async (_, second, paid) => {
    connect({ a: [says("Sure: Oslo."), second] });
    const { whole, records } = walk({ a: SPEC }, { chat: CHAT });
    expect((await whole()).choices[0].message.content).toMatch(/Oslo/);
    expect(records).toHaveLength(1);
    expect(records[0]?.costNanoUsd).toBeGreaterThanOrEqual(paid * COST);
  });

  it("is paid also when the client leaves before the second one comes", async () => {
    const calls = connect({ a: [says("Sure: Oslo."), hang] });
    const { error, records, leave } = walk({ a: SPEC }, { chat: CHAT });
    while (calls.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
    leave();
    await error().catch(() => {});
    expect(calls[1]?.signal.aborted).toBe(true);
    expect(records).toHaveLength(1);
    expect(records).toMatchObject([{ outcome: "cancelled" }]);
    expect(records[0]?.costNanoUsd).toBeGreaterThanOrEqual(COST);
  });
});

describe("an answer that is JSON", () => {
  it.each(['{"city":"Oslo"}', '```json\n{"city":"Oslo"}\n```'])(
    "is not asked for again, and loses its fence: %j",
    async (text) => {
      const calls = connect({ a: says(text) });
      const { whole, records } = walk({ a: SPEC }, { chat: CHAT });
      expect((await whole()).choices[0].message.content).toBe('{"city":"Oslo"}');
      expect(calls).toHaveLength(1);
      expect(records).toMatchObject([{ costNanoUsd: COST }]);
    },
  );
});
