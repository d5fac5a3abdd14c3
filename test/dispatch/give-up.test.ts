import { afterEach, describe, expect, it, vi } from "vitest";
import { completion, errorBody, event, ROLE } from "../support/openai-chat.ts";
import { connect, hang, json, type Reply, refuse, silence, slowJson, sse, text } from "./network.ts";
import { walk } from "./walk.ts";

const TOO_LONG = "This model's maximum context length is 10 tokens. However, you requested 20 tokens.";
const fails = (status: number, message = "No.", headers: Record<string, string> = {}): Reply =>
  json(errorBody(message, { type: "some_error" }), { status, headers });

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("when every candidate has failed, the client is told", () => {
  it.each<[name: string, reply: Reply, status: number, type: string]>([
    ["bad request", fails(400), 400, "invalid_request"],
    ["no key", fails(401), 502, "provider_unavailable"],
    ["no credit", fails(402), 502, "provider_unavailable"],
    ["forbidden", fails(403), 502, "provider_unavailable"],
    ["no such model", fails(404), 404, "not_found"],
    ["too many requests", fails(429), 429, "rate_limit_exceeded"],
    ["fell over", fails(500), 502, "provider_unavailable"],
    ["bad gateway", fails(502), 502, "provider_unavailable"],
    ["overloaded", fails(503), 503, "provider_overloaded"],
    ["overloaded, in Anthropic's number", fails(529), 503, "provider_overloaded"],
    ["too long a prompt", fails(400, TOO_LONG), 400, "context_length_exceeded"],
    ["filtered", json(errorBody("No.", { code: "content_filter" }), { status: 400 }), 403, "content_policy_violation"],
    ["unreachable", refuse, 502, "provider_unavailable"],
    ["redirected", text("", { status: 302, headers: { location: "https://x.test" } }), 502, "provider_unavailable"],
    ["empty", json({ choices: [] }), 502, "provider_unavailable"],
    ["malformed", json({}), 502, "provider_unavailable"],
    ["interrupted", sse([ROLE]), 502, "provider_unavailable"],
  ])("the last failure: %s", async (_, reply, status, type) => {
    for (const stream of [true, false]) {
      connect({ a: reply });
      const error = await walk({ a: {} }, { chat: { stream } }).error();
      expect(error).toMatchObject({ status, type, exhausted: true });
      expect(error.metadata).toMatchObject({ error_type: type, provider_name: "A", is_byok: false });
      expect(typeof error.metadata.raw).toBe("string");
      expect(error.message).not.toBe("");
      vi.restoreAllMocks();
    }
  });

  it("that time ran out", async () => {
    vi.useFakeTimers();
    connect({ a: hang });
    const { error } = walk({ a: {} }, { chat: { stream: true } });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await error()).toMatchObject({ status: 504, type: "timeout", exhausted: true });
  });

  it("the upstream's own words, and its own code", async () => {
    connect({ a: json(errorBody("Bad temperature.", { type: "bad", code: "T1" }), { status: 400 }) });
    const { message, metadata } = await walk({ a: {} }).error();
    expect(message).toBe("Provider returned error");
    expect(JSON.parse(String(metadata.raw))).toEqual(errorBody("Bad temperature.", { type: "bad", code: "T1" }));
    expect(metadata.provider_code).toBe("T1");
  });

  it("our own words where the upstream had none", async () => {
    connect({ a: sse([ROLE]) });
    const { message, metadata } = await walk({ a: {} }, { chat: { stream: true } }).error();
    expect(message).toBe("The provider's stream ended before its answer did.");
    expect(metadata.raw).toBe(message);
  });

  it("nothing of how an upstream words its refusal of the operator's key", async () => {
    connect({ a: fails(401, "Incorrect API key provided for org-operator. See https://a.test/account") });
    const error = await walk({ a: {} }).error();
    expect(JSON.stringify([error.message, error.metadata])).not.toMatch(/org-operator|account|Incorrect/);
    expect(error.metadata.raw).toMatch(/operator/);
  });

  it("what all others before it said, in order", async () => {
    connect({ a: fails(429, "Slow down."), b: refuse, c: fails(500, "Sorry.") });
    const { status, metadata } = await walk({ a: {}, b: {}, c: {} }).error();
    expect(status).toBe(502);
    expect(metadata.provider_name).toBe("C");
    expect(metadata.previous_errors).toEqual([
      {
        code: 429,
        message: "Provider returned error",
        provider_name: "A",
        raw: expect.stringContaining("Slow down."),
        tag: "a",
      },
      { code: 502, message: expect.any(String), provider_name: "B", raw: expect.any(String), tag: "b" },
    ]);
  });

  it("of no others where there were none", async () => {
    connect({ a: fails(500) });
    expect((await walk({ a: {} }).error()).metadata).not.toHaveProperty("previous_errors");
  });

  it("not without end: a long body is quoted in part", async () => {
    connect({ a: text("x".repeat(200_000), { status: 500 }) });
    const { message, metadata } = await walk({ a: {} }).error();
    expect(String(metadata.raw).length).toBeLessThan(5_000);
    expect(message.length).toBeLessThan(5_000);
    connect({ a: sse([event(errorBody("x".repeat(200_000)))]) });
    const second = await walk({ a: {} }, { chat: { stream: true } }).error();
    expect(JSON.stringify([second.message, second.metadata]).length).toBeLessThan(12_000);
  });
});

describe("the time to wait", () => {
  const waits = (seconds: string | undefined, status = 429): Reply =>
    fails(status, "No.", seconds === undefined ? {} : { "retry-after": seconds });

  it.each<[name: string, hosts: Record<string, Reply>, waitMs: number | undefined]>([
    ["of the only one", { a: waits("3") }, 3_000],
    ["the shortest of all", { a: waits("30"), b: waits("5"), c: waits("9") }, 5_000],
    ["of those that name one", { a: waits(undefined), b: waits("5", 503) }, 5_000],
    ["of none", { a: waits(undefined) }, undefined],
    ["none at all", { a: waits("0"), b: waits("7") }, 0],
  ])("is told: %s", async (_, hosts, waitMs) => {
    connect(hosts);
    const specs = Object.fromEntries(Object.keys(hosts).map((host) => [host, {}]));
    const error = await walk(specs).error();
    expect(error.retryAfterMs).toBe(waitMs);
    expect(error.metadata.retry_after).toBe(waitMs === undefined ? undefined : waitMs / 1000);
  });

  it("is told of each, as its provider said it", async () => {
    connect({ a: waits("86400"), b: waits(undefined), c: waits("1.5") });
    const { metadata } = await walk({ a: {}, b: {}, c: {} }).error();
    const [first, second] = metadata.previous_errors as Record<string, unknown>[];
    expect([first?.retry_after, second && "retry_after" in second, metadata.retry_after]).toEqual([86_400, false, 2]);
  });

  it("is not waited for longer than its status needs: words that do not come are done without", async () => {
    vi.useFakeTimers();
    const mute: Reply = ({ signal }) => {
      const slow = slowJson(['{"error":', silence])({ signal } as Parameters<Reply>[0]) as Response;
      return new Response(slow.body, { status: 429, headers: { "retry-after": "7" } });
    };
    const calls = connect({ a: mute });
    const { error } = walk({ a: {} });
    await vi.advanceTimersByTimeAsync(3_000);
    expect(await error()).toMatchObject({ status: 429, retryAfterMs: 7_000 });
    expect(calls[0]?.signal.aborted).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("comes at once when all are cold: nobody is waited for", async () => {
    vi.useFakeTimers();
    connect({ a: waits("30"), b: waits("60") });
    await walk({ a: {}, b: {} }).error();
    expect(vi.getTimerCount()).toBe(0);
  });
});

it("a failed candidate does no harm to the answer of the next one", async () => {
  connect({ a: fails(429, "No.", { "retry-after": "9" }), b: json(completion("Hi")) });
  const answer = await walk({ a: {}, b: {} }).whole();
  expect(answer.choices[0].message.content).toBe("Hi");
  expect(JSON.stringify(answer)).not.toContain("error");
});
