import { afterEach, describe, expect, it, vi } from "vitest";
import { chunk, completion, DONE, ending, errorBody, event, ROLE, say } from "../support/openai-chat.ts";
import { connect, cut, json, type Reply, refuse, slowJson, sse, text } from "./network.ts";
import { pictureOf, walk } from "./walk.ts";

const TOO_LONG = "This model's maximum context length is 10 tokens. However, you requested 20 tokens.";
const NO_CONTENT = { ...completion(""), usage: { prompt_tokens: 1, completion_tokens: 0, total_tokens: 1 } };

/** An upstream's ways to give nothing, what they are called, and the status that the record keeps. */
const FAILURES: [name: string, reply: Reply, kind: string, status: number | null][] = [
  ...[400, 405, 413, 422].map(refusal("rejected")),
  ...[401, 402, 403].map(refusal("unauthorized")),
  ...[404].map(refusal("not_found")),
  ...[408].map(refusal("timed_out")),
  ...[429].map(refusal("rate_limited")),
  ...[451].map(refusal("moderated")),
  ...[500, 502, 503, 524, 529].map(refusal("overloaded")),
  ["a redirect", text("", { status: 302, headers: { location: "https://b.test/v1" } }), "malformed", 302],
  [
    "a prompt that is too long",
    json(errorBody(TOO_LONG, { type: "invalid_request_error" }), { status: 400 }),
    "context_exceeded",
    400,
  ],
  ["a refusal without a body", () => new Response(null, { status: 503 }), "overloaded", 503],
  [
    "a refusal whose body breaks",
    ({ signal }) => new Response(sseBody([cut], signal), { status: 500 }),
    "overloaded",
    500,
  ],
  ["no connection", refuse, "unreachable", null],
  ["a web page", text("<html>Welcome</html>", { headers: { "content-type": "text/html" } }), "malformed", 200],
  ["JSON that is none", text('{"choices":[', { headers: { "content-type": "application/json" } }), "malformed", 200],
  ["JSON that is cut", slowJson(['{"choices"', cut]), "interrupted", 200],
  ["another JSON", json({ hello: "world" }), "malformed", 200],
  ["an error with status 200", json(errorBody("No.", { type: "overloaded_error" })), "overloaded", 200],
  ["an error in the choice", json(completion("half", { finish_reason: "error" })), "overloaded", 200],
  ["an answer with nothing in it", json(NO_CONTENT), "empty", 200],
  ["an error for a first event", sse([event(errorBody("No.", { code: "rate_limit_exceeded" }))]), "rate_limited", 200],
  [
    "an error for a finish, with usage beside",
    sse([ROLE, event({ choices: [{ index: 0, delta: {}, finish_reason: "error" }], usage: { prompt_tokens: 1 } })]),
    "overloaded",
    200,
  ],
  ["a stream with nothing in it", sse([ROLE, chunk({}, "stop"), DONE]), "empty", 200],
  ["a stream that only ends", sse([DONE]), "empty", 200],
  ["a stream that closes at once", sse([]), "interrupted", 200],
  ["a stream that closes before its first text", sse([ROLE]), "interrupted", 200],
  ["a stream that breaks before its first text", sse([ROLE, cut]), "interrupted", 200],
  ["an event that is not JSON", sse([ROLE, "data: {\n\n"]), "malformed", 200],
  ["no body", () => new Response(null, { headers: { "content-type": "text/event-stream" } }), "empty", 200],
];

function refusal(kind: string) {
  return (status: number): [string, Reply, string, number] => [
    `status ${status}`,
    json(errorBody("No.", { type: "some_error" }), { status }),
    kind,
    status,
  ];
}

function sseBody(steps: Parameters<typeof sse>[0], signal: AbortSignal) {
  const { body } = sse(steps)({ signal } as Parameters<Reply>[0]) as Response;
  return body;
}

afterEach(() => {
  vi.restoreAllMocks();
});

const NO = json(errorBody("No."), { status: 500 });

describe.each([
  ["a streamed answer", true],
  ["an answer in one piece", false],
])("%s", (_, stream) => {
  it.each(FAILURES)("falls back on %s", async (_name, reply, kind, status) => {
    const calls = connect({ a: reply, b: stream ? sse([ROLE, say("Hi"), ending()]) : json(completion("Hi")) });
    const { whole, text: streamed, records, settled } = walk({ a: {}, b: {} }, { chat: { stream } });
    const content = stream ? pictureOf(await streamed()).content : (await whole()).choices[0].message.content;
    await settled();
    expect(content).toBe("Hi");
    expect(calls.map(({ host }) => host)).toEqual(["a", "b"]);
    expect(calls[0]?.signal.aborted).toBe(true);
    expect(records).toMatchObject([
      {
        outcome: "finished",
        providerName: "B",
        attempts: [
          { tag: "a", providerName: "A", modelId: "acme/one", status, failure: kind },
          { tag: "b", providerName: "B", modelId: "acme/one", status: 200 },
        ],
      },
    ]);
    expect(records[0]?.attempts[1]).not.toHaveProperty("failure");
  });

  it("goes through all candidates once, in order", async () => {
    const calls = connect({ a: refuse, b: NO, c: NO });
    await walk({ a: {}, b: {}, c: {} }, { chat: { stream } }).error();
    expect(calls.map(({ host }) => host)).toEqual(["a", "b", "c"]);
  });

  it.each([
    ["once more, when it is the last", {}, ["a", "b", "b"]],
    ["never again, when its client wants one call", { provider: { allow_fallbacks: false } }, ["a", "b"]],
  ])("asks a candidate whose connection was lost %s", async (_, chat, hosts) => {
    const calls = connect({ a: refuse, b: refuse });
    const { error, records } = walk({ a: {}, b: {} }, { chat: { stream, ...chat } });
    await error();
    expect(calls.map(({ host }) => host)).toEqual(hosts);
    expect(records[0]?.attempts.map(({ tag }) => tag)).toEqual(hosts);
  });

  it("asks each candidate for its own model", async () => {
    const calls = connect({ a: refuse, b: NO });
    await walk({ a: {}, b: {} }, { chat: { stream } }).error();
    expect(calls.map(({ body }) => body.model)).toEqual(["one-at-a", "one-at-b"]);
  });

  it("goes where there is more room after a prompt that was too long", async () => {
    const calls = connect({
      a: json(errorBody(TOO_LONG, { type: "invalid_request_error" }), { status: 400 }),
      b: NO,
      c: NO,
    });
    const room = (context_length: number) => ({ endpoint: { context_length } });
    await walk({ a: room(10), b: room(10), c: room(20) }, { chat: { stream } }).error();
    expect(calls.map(({ host }) => host)).toEqual(["a", "c"]);
  });
});
