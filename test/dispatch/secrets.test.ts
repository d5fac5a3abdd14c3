import { afterEach, describe, expect, it, vi } from "vitest";
import { redact } from "../../src/dispatch/redact.ts";
import { completion, errorBody, event, ROLE, say } from "../support/openai-chat.ts";
import { type Call, connect, json, type Reply, sse, text } from "./network.ts";
import { walk } from "./walk.ts";

/** Nothing that looks like a key: only its place says that it is one. */
const KEY = "Zq9vT3mX7kLw2pRs8nYb";
const GATEWAY_TOKEN = "operator-gateway-token-77";
const SPEC = { provider: { base_url: "https://a.test/v1/deployments/inner", headers: { "x-gateway": GATEWAY_TOKEN } } };
/** What must not be in anything that leaves. */
const CANARIES = [KEY, GATEWAY_TOKEN, "a.test", "deployments/inner"];

/** An upstream that shows what it was sent, and more. */
const echo = ({ url, headers }: Call) =>
  `called ${url} with ${[...headers].map(([name, value]) => `${name}: ${value}`).join("; ")}`;
const REPLIES: [name: string, reply: Reply][] = [
  ["in an error's message", (call) => Response.json(errorBody(echo(call)), { status: 400 })],
  ["in an error's code", (call) => Response.json(errorBody("No.", { code: echo(call) }), { status: 400 })],
  ["in an error's type", (call) => Response.json(errorBody("No.", { type: echo(call) }), { status: 429 })],
  ["in a refusal of the key", (call) => Response.json(errorBody(echo(call)), { status: 401 })],
  ["in text", (call) => new Response(echo(call), { status: 500 })],
  [
    "in headers",
    (call) => new Response("No.", { status: 503, headers: { "x-debug": echo(call), "retry-after": "1" } }),
  ],
  ["in a redirect", ({ url }) => new Response("", { status: 302, headers: { location: `${url}?key=${KEY}` } })],
  ["across the place where a long body is cut", (call) => new Response("x".repeat(4090) + echo(call), { status: 500 })],
  ["right at the cut", () => new Response("x".repeat(4086) + KEY, { status: 500 })],
  ["in an error with status 200", (call) => Response.json(errorBody(echo(call)))],
  ["in a stream's first event", (call) => sse([event(errorBody(echo(call), { code: KEY }))])(call)],
  [
    "in a thrown error",
    (call) => {
      throw new TypeError(`fetch failed: ${echo(call)}`);
    },
  ],
];

afterEach(() => {
  vi.restoreAllMocks();
});

describe("an upstream that gives away what it was sent", () => {
  it.each(REPLIES)("does not reach the client, the record or the log: %s", async (_, reply) => {
    const logged = ["log", "info", "warn", "error", "debug"].map((level) =>
      vi.spyOn(console, level as "log").mockImplementation(() => {}),
    );
    for (const stream of [true, false]) {
      connect({ a: reply, b: reply });
      const { error, records } = walk(
        { a: SPEC, b: { provider: { headers: { "x-gateway": GATEWAY_TOKEN } } } },
        { chat: { stream }, keyOf: async () => KEY },
      );
      const { message, metadata } = await error();
      const seen = JSON.stringify([message, metadata, records, logged.flatMap(({ mock }) => mock.calls)]);
      for (const canary of [...CANARIES, "b.test"]) expect(seen).not.toContain(canary);
      expect(seen).not.toContain(KEY.slice(0, 10));
    }
  });

  it("does not reach the client inside a stream", async () => {
    connect({ a: (call) => sse([ROLE, say("Hi"), event(errorBody(echo(call), { code: echo(call) }))])(call) });
    const stream = await walk({ a: SPEC }, { chat: { stream: true }, keyOf: async () => KEY }).text();
    for (const canary of CANARIES) expect(stream).not.toContain(canary);
    expect(stream).toContain('"finish_reason":"error"');
  });

  it("still tells the rest of what it said", async () => {
    connect({ a: text(`The key ${KEY} is fine, the temperature is not.`, { status: 400 }) });
    const { metadata } = await walk({ a: SPEC }, { keyOf: async () => KEY }).error();
    expect(metadata.raw).toBe("The key [key] is fine, the temperature is not.");
  });
});

describe("redaction", () => {
  const clean = (said: string, secrets: (string | undefined)[] = []) =>
    redact(said, { secrets, baseUrl: "https://api.acme.test:8443/v1" });

  it.each([
    ["sk-proj-abcdefghijklmnop", "OpenAI's"],
    ["sk-ant-api03-abcdefghij_klmnop", "Anthropic's"],
    ["sk-or-v1-0123456789abcdef", "OpenRouter's"],
    ["sk-pm-v1-0123456789abcdef", "our own"],
    ["sk-...********wxyz", "one that is masked already"],
    ["gsk_abcdefghijklmnop", "Groq's"],
    ["xai-abcdefghijklmnop", "xAI's"],
    ["AIzaSyA1234567890abcdefghijklmno", "Google's"],
    ["AKIAIOSFODNN7EXAMPLE", "AWS's id"],
    ["Bearer abcdefghijklmnop", "a bearer token"],
    ["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcdef", "a JSON Web Token"],
  ])("takes out what looks like a key: %s (%s)", (key) => {
    expect(clean(`Incorrect key: ${key}. Sorry.`)).not.toContain(key.slice(-8));
    expect(clean(`Incorrect key: ${key}. Sorry.`)).toContain("Incorrect key: ");
  });

  it.each([
    "The model `sk` does not exist.",
    "max_tokens must be at most 4096",
    "Rate limit reached for requests per minute.",
    "pk and rk are short",
    "This model's maximum context length is 8192 tokens.",
  ])("leaves other words alone: %s", (said) => {
    expect(clean(said)).toBe(said);
  });

  it("takes out every secret that was sent, as often as it comes", () => {
    expect(
      clean("a hunter2-hunter2 b hunter2-hunter2, c second-secret", ["hunter2-hunter2", undefined, "second-secret"]),
    ).toBe("a [key] b [key], c [key]");
  });

  it("does not garble a text for the sake of a short header", () => {
    expect(clean("true is true", ["true", "1"])).toBe("true is true");
  });

  it("takes out the upstream's address", () => {
    const safe = clean("POST https://api.acme.test:8443/v1/chat/completions failed at api.acme.test:8443");
    expect(safe).not.toContain("acme");
  });
});

it("a key is no part of a good answer's record", async () => {
  connect({ a: json(completion("Hi")) });
  const { whole, records } = walk({ a: SPEC }, { keyOf: async () => KEY });
  await whole();
  for (const canary of CANARIES) expect(JSON.stringify(records)).not.toContain(canary);
});
