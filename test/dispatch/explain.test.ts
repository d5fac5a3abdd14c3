import { describe, expect, it } from "vitest";
import { Attempt } from "../../src/dispatch/attempt.ts";
import { dryRun } from "../../src/dispatch/dry-run.ts";
import { explainWalk, type Story } from "../../src/dispatch/explain.ts";
import { toRouteRequest } from "../../src/routing/request.ts";
import type { ChatRequest } from "../../src/schema/chat.ts";
import { endpointsOf, HELLO, planOf, type Spec } from "./walk.ts";

function dry(specs: Record<string, Spec>, fields: Partial<ChatRequest> = {}) {
  const chat: ChatRequest = { ...HELLO, ...fields };
  return dryRun({ chat, route: toRouteRequest(chat), plan: planOf(endpointsOf(specs)), atMs: Date.now() });
}

describe("a dry run", () => {
  const priced = (price: string) => ({ endpoint: { pricing: { prompt: price, completion: price } } });

  it("reserves for the dearest candidate", async () => {
    const { candidates, reservation } = await dry(
      { a: priced("0.000001"), b: priced("0.000004") },
      { max_tokens: 100 },
    );
    const [a, b] = candidates.map((candidate) => candidate.max_cost);
    expect(b).toBeCloseTo(4 * (a ?? 0), 12);
    expect(reservation).toEqual({ max_cost: b });
  });

  it.each<{ name: string; specs: Record<string, Spec>; cap: number | undefined }>([
    { name: "one has no price", specs: { a: priced("0.000001"), b: { endpoint: { pricing: undefined } } }, cap: 10 },
    { name: "one has no end", specs: { a: priced("0.000001") }, cap: undefined },
    { name: "there is none", specs: {}, cap: 10 },
  ])("knows no reservation when $name", async ({ specs, cap }) => {
    expect((await dry(specs, cap === undefined ? {} : { max_tokens: cap })).reservation).toEqual({ max_cost: null });
  });

  it("reserves nothing for what is free", async () => {
    expect((await dry({ a: priced("0") }, { max_tokens: 10 })).reservation).toEqual({ max_cost: 0 });
  });

  it("says of each candidate what it would not get", async () => {
    const { candidates } = await dry(
      {
        all: {},
        few: { endpoint: { supported_parameters: ["stop"] } },
        claude: {
          provider: { api: "anthropic-messages" },
          endpoint: { supported_parameters: ["temperature", "seed"] },
        },
      },
      { temperature: 0.5, seed: 7 },
    );
    expect(candidates.map(({ dropped }) => dropped)).toEqual([[], ["temperature", "seed"], ["seed"]]);
  });

  it("says how the form of the answer comes about, and what is cut from a prompt that is too long", async () => {
    const messages = Array.from({ length: 41 }, (_, n) => {
      return {
        role: n % 2 ? ("assistant" as const) : ("user" as const),
        content: `${n} ${"Mind the gap. ".repeat(9)}`,
      };
    });
    const response_format = { type: "json_object" as const };
    const [small, large] = (
      await dry(
        {
          small: { endpoint: { context_length: 600 }, provider: { api: "anthropic-messages" } },
          large: { endpoint: { context_length: 100_000 } },
        },
        { messages, transforms: ["middle-out"], response_format },
      )
    ).candidates;
    expect(small).toMatchObject({
      response_format: expect.stringMatching(/^(tool|instruction)$/),
      compression: { summary: expect.stringContaining("middle-out"), removed_messages: expect.any(Number) },
    });
    for (const key of ["response_format", "compression", "refused"]) expect(large).not.toHaveProperty(key);
  });

  it("says who would refuse the request for want of words", async () => {
    const video = { type: "video_url" as const, video_url: { url: "https://film.test/a.mp4" } };
    const messages = [{ role: "user" as const, content: [video] }];
    const [chat, claude] = (await dry({ chat: {}, claude: { provider: { api: "anthropic-messages" } } }, { messages }))
      .candidates;
    expect(chat).not.toHaveProperty("refused");
    expect(claude).toMatchObject({ tag: "claude", refused: expect.any(String) });
  });
});

describe("the metadata of a walk", () => {
  const endpoints = endpointsOf({ first: {}, second: { provider: { key: { value: "k", byok: true } } } });
  const attempts = endpoints.map((endpoint) => new Attempt(endpoint, { isStream: false, key: undefined }));
  const [first, second] = attempts as [Attempt, Attempt];
  const explain = (story: Story) =>
    explainWalk(
      { plan: planOf(endpoints), route: toRouteRequest(HELLO), identity: { createdAtMs: Date.now() - 5 } },
      story,
    );

  it("says that nobody was called", () => {
    expect(explain({ failures: [] })).toMatchObject({
      ...{ requested: "acme/one", strategy: "direct", region: null, attempt: 0, attempts: [], is_byok: false },
      summary: "acme/one: no endpoint to try",
    });
    expect(explain({ failures: [] })).not.toHaveProperty("generation_time");
  });

  it("says who answered, whose key it was, and who did not", () => {
    const failures = [{ attempt: first, failure: { kind: "overloaded" as const, message: "m" } }];
    expect(explain({ failures, attempt: second })).toMatchObject({
      ...{ attempt: 2, is_byok: true },
      attempts: [
        { tag: "first", provider: "FIRST", model: "acme/one", status: 0, failure: "overloaded" },
        { tag: "second", status: 0 },
      ],
      endpoints: { total: 2, available: [{ selected: false }, { selected: true }] },
      summary: "acme/one went to second (order), one of 2 of 2 endpoints after first: overloaded",
    });
  });

  it.each([
    { name: "nothing", story: {}, pipeline: undefined },
    { name: "an answer in the wanted form", story: { formatNote: "tool" }, pipeline: undefined },
    {
      name: "an answer that was asked for once more",
      story: { formatNote: "instruction; repaired" },
      pipeline: [{ type: "response_healing", name: "response-format", summary: "instruction; repaired" }],
    },
    {
      name: "a prompt that was shortened",
      story: { compression: { summary: "s", data: { removed_messages: 2 } } },
      pipeline: [{ type: "context_compression", name: "middle-out", summary: "s", data: { removed_messages: 2 } }],
    },
  ])("tells of $name", ({ story, pipeline }) => {
    const told = explain({ failures: [], attempt: first, ...story });
    expect(told.pipeline).toEqual(pipeline);
    expect(told.response_format).toBe("formatNote" in story ? story.formatNote : undefined);
  });
});
