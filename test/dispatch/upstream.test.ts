import { afterEach, describe, expect, it, vi } from "vitest";
import { completion, ending, say } from "../support/openai-chat.ts";
import { connect, json, sse } from "./network.ts";
import { type Spec, walk } from "./walk.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

/** The call that a request makes. */
async function callOf(spec: Spec, { key, chat = {} }: { key?: string; chat?: Record<string, unknown> } = {}) {
  const calls = connect({ a: chat.stream ? sse([say("Hi"), ending()]) : json(completion("Hi")) });
  const { whole, text } = walk({ a: spec }, { chat, keyOf: async () => key });
  await (chat.stream ? text() : whole());
  const [call] = calls;
  if (!call) throw new Error("nobody was called");
  return call;
}

describe("the URL that is called", () => {
  it.each([
    ["https://a.test/v1", "https://a.test/v1/chat/completions"],
    ["https://a.test/v1/", "https://a.test/v1/chat/completions"],
    ["https://a.test", "https://a.test/chat/completions"],
    ["http://a.test:8080/openai/v1", "http://a.test:8080/openai/v1/chat/completions"],
  ])("is the operator's, with the format's own path: %s", async (base_url, url) => {
    expect((await callOf({ provider: { base_url } })).url).toBe(url);
  });

  it("is nothing that a client can choose", async () => {
    const chat = {
      base_url: "https://evil.test",
      url: "https://evil.test",
      provider: { base_url: "https://evil.test" },
    };
    expect((await callOf({}, { chat })).host).toBe("a");
  });

  it("is not left for another one", async () => {
    expect((await callOf({})).redirect).toBe("manual");
  });
});

describe("the headers that are sent", () => {
  it("are those of a JSON call", async () => {
    const { headers } = await callOf({});
    expect(Object.fromEntries(headers)).toEqual({
      accept: "application/json",
      "content-type": "application/json",
      "user-agent": expect.stringMatching(/^Pointsman/),
      "x-pointsman-hops": "1",
    });
  });

  it("ask for a stream where one is wanted", async () => {
    expect((await callOf({}, { chat: { stream: true } })).headers.get("accept")).toBe("text/event-stream");
  });

  it.each<[provider: object, name: string, value: string]>([
    [{}, "authorization", "Bearer k-123"],
    [{ auth: "bearer" }, "authorization", "Bearer k-123"],
    [{ auth: "x-api-key" }, "x-api-key", "k-123"],
    [{ auth_header: "api-key" }, "api-key", "k-123"],
  ])("carry the key as the row says: %j", async (provider, name, value) => {
    const { headers } = await callOf({ provider }, { key: "k-123" });
    expect(headers.get(name)).toBe(value);
    expect([...headers].filter(([, sent]) => sent.includes("k-123"))).toHaveLength(1);
  });

  it("carry no key where there is none", async () => {
    expect((await callOf({})).headers.has("authorization")).toBe(false);
  });

  it("are the row's own as well, and they win", async () => {
    const provider = { headers: { "x-team": "blue", "user-agent": "Acme/1" } };
    const { headers } = await callOf({ provider }, { key: "k-123" });
    expect(headers.get("x-team")).toBe("blue");
    expect(headers.get("user-agent")).toBe("Acme/1");
  });

  it("win also in other capitals, and are not sent twice", async () => {
    const { headers } = await callOf({ provider: { headers: { "User-Agent": "Acme/1", Accept: "x/y" } } });
    expect(headers.get("user-agent")).toBe("Acme/1");
    expect(headers.get("accept")).toBe("x/y");
  });
});

describe("the body that is sent", () => {
  it("is the request in the provider's words", async () => {
    const { body } = await callOf({}, { chat: { temperature: 0.5, seed: 7 } });
    expect(body).toEqual({
      model: "one-at-a",
      messages: [{ role: "user", content: "Hello there" }],
      temperature: 0.5,
      seed: 7,
    });
  });

  it("has the provider's quirks", async () => {
    const provider = { quirks: { max_tokens_field: "max_completion_tokens", no_stream_options: true } };
    const { body } = await callOf({ provider }, { chat: { max_tokens: 5, stream: true } });
    expect(body).toMatchObject({ max_completion_tokens: 5, stream: true });
    expect(body).not.toHaveProperty("stream_options");
  });
});
