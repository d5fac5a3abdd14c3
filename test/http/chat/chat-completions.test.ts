import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { isolateCooldowns, isolateLimits } from "../../../src/store/health.ts";
import { connect, cut, json, refuse, sse } from "../../dispatch/network.ts";
import { pictureOf } from "../../dispatch/walk.ts";
import { completion, ending, errorBody, ROLE, say } from "../../support/openai-chat.ts";
import { chat, errorOf, HELLO, makeKey, manage, send } from "../client.ts";

const provider = (host: string, fields: object = {}) => ({
  name: host.toUpperCase(),
  api: "openai-chat",
  base_url: `https://${host}.test/v1`,
  ...fields,
});
const PRICING = { prompt: "0.000001", completion: "0.000002" };
const CATALOGUE = {
  providers: { a: provider("a", { key: { value: "hunter2-of-a-0000" } }), b: provider("b") },
  models: {
    "acme/one": {
      name: "One",
      endpoints: [
        { provider: "a", model: "one-a", pricing: PRICING, supported_parameters: ["temperature"] },
        { provider: "b", model: "one-b", pricing: PRICING },
      ],
    },
  },
};
const AB = { model: "acme/one", provider: { order: ["a", "b"] } };

let key = "";

beforeAll(async () => {
  ({ key } = await makeKey());
  const response = await manage("/api/v1/catalog", { method: "PUT", json: CATALOGUE });
  expect(response.status).toBe(200);
});
afterEach(() => {
  vi.restoreAllMocks();
  isolateCooldowns.clear();
  isolateLimits.clear();
});
afterAll(async () => {
  await manage("/api/v1/catalog", { method: "PUT", json: {} });
});

describe("a chat completion", () => {
  it("goes to the operator's provider with the operator's key, and comes back whole", async () => {
    const calls = connect({ a: json(completion("Hi")) });
    const response = await chat(key, AB);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/json");
    const answer = await response.json<Record<string, unknown>>();
    expect(answer).toMatchObject({ model: "acme/one", provider: "A", choices: [{ message: { content: "Hi" } }] });
    expect(response.headers.get("x-generation-id")).toBe(answer.id);
    expect(calls[0]?.headers.get("authorization")).toBe("Bearer hunter2-of-a-0000");
    expect(calls[0]?.body).toEqual({ model: "one-a", messages: HELLO });
  });

  it("comes back as a stream", async () => {
    connect({ a: sse([ROLE, say("H"), say("i"), ending()]) });
    const response = await chat(key, { ...AB, stream: true });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    expect(response.headers.get("cache-control")).toMatch(/no-cache|no-store/);
    expect(pictureOf(await response.text())).toMatchObject({ content: "Hi", finishReasons: ["stop"], isDone: true });
  });

  it.each(["/api/v1", "/v1", ""])("answers under %s", async (mount) => {
    const response = await send(`${mount}/chat/completions`, { key, json: { model: "demo/echo", messages: HELLO } });
    expect(await response.json()).toMatchObject({ choices: [{ message: { content: "Hello there" } }] });
  });

  it("falls back, and the client sees the second provider only", async () => {
    const calls = connect({
      a: json(errorBody("No."), { status: 429, headers: { "retry-after": "9" } }),
      b: sse([say("from b"), ending()]),
    });
    const response = await chat(key, { ...AB, stream: true });
    expect(response.headers.has("retry-after")).toBe(false);
    expect(pictureOf(await response.text())).toMatchObject({ content: "from b", error: undefined });
    expect(calls.map(({ host }) => host)).toEqual(["a", "b"]);
  });

  it("does not fall back when the client does not want it", async () => {
    const calls = connect({ a: refuse, b: json(completion("Hi")) });
    const response = await chat(key, { model: "acme/one", provider: { order: ["a"], allow_fallbacks: false } });
    expect(response.status).toBe(502);
    expect(calls.map(({ host }) => host)).toEqual(["a"]);
  });

  it("fails as a status before a byte was sent, also as a stream", async () => {
    connect({
      a: json(errorBody("No."), { status: 429, headers: { "retry-after": "9" } }),
      b: json(errorBody("No."), { status: 429, headers: { "retry-after": "4" } }),
    });
    const response = await chat(key, { ...AB, stream: true });
    expect(response.headers.get("retry-after")).toBe("4");
    expect(response.headers.get("x-should-retry")).toBe("false");
    expect(response.headers.get("x-generation-id")).toMatch(/^gen-\d+-[A-Za-z0-9]{20}$/);
    expect(await errorOf(response, 429)).toMatchObject({
      code: 429,
      metadata: {
        error_type: "rate_limit_exceeded",
        provider_name: "B",
        previous_errors: [{ code: 429, provider_name: "A" }],
      },
    });
  });

  it("fails inside the stream after a byte was sent", async () => {
    connect({ a: sse([ROLE, say("Hal"), cut]) });
    const response = await chat(key, { ...AB, stream: true });
    expect(response.status).toBe(200);
    expect(pictureOf(await response.text())).toMatchObject({
      content: "Hal",
      finishReasons: ["error"],
      error: { code: 502 },
      isDone: true,
    });
  });

  it("tells which parameters were left out", async () => {
    connect({ a: json(completion("Hi")) });
    const response = await chat(key, { ...AB, temperature: 1, seed: 7, top_k: 3 });
    expect(response.headers.get("x-pointsman-dropped")).toBe("seed, top_k");
    await response.text();
  });

  it("does not tell the provider who the end user is, but always the same of the same", async () => {
    const calls = connect({ b: json(completion("Hi")) });
    for (const user of ["anna@example.com", "anna@example.com", "ben@example.com"])
      await (await chat(key, { model: "acme/one", provider: { order: ["b"] }, user })).text();
    const users = calls.map(({ body }) => body.user);
    expect(users[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(users[1]).toBe(users[0]);
    expect(users[2]).not.toBe(users[0]);
  });

  it("does not show the operator's key in an error", async () => {
    connect({ a: json(errorBody("The key hunter2-of-a-0000 is bad"), { status: 400 }), b: refuse });
    const response = await chat(key, { model: "acme/one", provider: { only: ["a"] } });
    expect(await response.text()).not.toContain("hunter2");
  });

  it.each<[name: string, fields: object, status: number, message: RegExp]>([
    ["an unknown model", { model: "acme/none" }, 400, /^acme\/none is not a valid model ID$/],
    ["nobody allowed", { ...AB, provider: { only: ["zzz"] } }, 404, /^No allowed providers/],
    ["everybody ignored", { ...AB, provider: { ignore: ["a", "b"] } }, 404, /^All providers have been ignored/],
    ["no messages", { messages: undefined }, 400, /^Input required/],
    ["too many models", { models: ["a/b", "a/c", "a/d", "a/e"] }, 400, /3 items or fewer/],
  ])("is refused before anyone is called: %s", async (_, fields, status, message) => {
    const calls = connect({});
    expect(await errorOf(chat(key, fields), status)).toMatchObject({ message: expect.stringMatching(message) });
    expect(calls).toEqual([]);
  });

  it("passes over who says that no request is left, until there are some again", async () => {
    const headers = { "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "30s" };
    const calls = connect({ a: json(completion("Hi"), { headers }), b: json(completion("Hi")) });
    for (let count = 0; count < 3; count++) await (await chat(key, AB)).text();
    expect(calls.map(({ host }) => host)).toEqual(["a", "b", "b"]);
  });

  it("tells when to come back also where only the limits' headers say it", async () => {
    const headers = { "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "30s" };
    connect({ a: json(errorBody("Too much."), { status: 429, headers }) });
    const response = await chat(key, { ...AB, provider: { only: ["a"] } });
    expect(response.headers.get("retry-after")).toBe("30");
    await errorOf(response, 429);
  });

  it("passes over who asks to be left alone", async () => {
    const busy = json(errorBody("Busy."), { status: 429, headers: { "retry-after": "9" } });
    const calls = connect({ a: busy, b: json(completion("Hi")) });
    for (let count = 0; count < 2; count++) await (await chat(key, AB)).text();
    expect(calls.map(({ host }) => host)).toEqual(["a", "b", "b"]);
    const response = await chat(key, { ...AB, provider: { only: ["a"] } });
    expect(Number(response.headers.get("retry-after"))).toBeLessThanOrEqual(9);
    await errorOf(response, 429);
    expect(calls).toHaveLength(3);
  });

  it("keeps the client's headers to itself", async () => {
    const calls = connect({ b: json(completion("Hi")) });
    const headers = {
      cookie: "session=1",
      "x-title": "App",
      "http-referer": "https://app.test",
      "x-forwarded-for": "10.0.0.1",
    };
    await (await chat(key, { model: "acme/one", provider: { order: ["b"] } }, { headers })).text();
    const sent = [...(calls[0]?.headers ?? [])].map(([name]) => name).sort();
    expect(sent).toEqual(["accept", "content-type", "user-agent", "x-pointsman-hops"]);
  });
});
