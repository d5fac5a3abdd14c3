import { afterAll, describe, expect, it } from "vitest";
import { sharedGateway } from "../support/gateway.ts";
import { json, startUpstream } from "../support/upstream.ts";

const gateway = await sharedGateway();
const upstream = await startUpstream();
afterAll(() => upstream.close());

const HELLO = [{ role: "user", content: "Hello" }];

/** Requests that come at once, before what they need was ever loaded. */
const AT_ONCE = 24;

async function statuses(ask: () => Promise<Response>): Promise<number[]> {
  const answers = await Promise.all(Array.from({ length: AT_ONCE }, ask));
  await Promise.all(answers.map((answer) => answer.text()));
  return [...new Set(answers.map(({ status }) => status))];
}

describe(`${AT_ONCE} requests at once, the first of their kind`, () => {
  it.each<[name: string, ask: () => Promise<Response>]>([
    ["models", () => gateway.request("/models")],
    ["the demo", () => gateway.request("/chat/completions", { json: { model: "demo/echo", messages: HELLO } })],
    ["a dry run", () => gateway.request("/route", { json: { model: "demo/echo", messages: HELLO } })],
    ["personal data", () => gateway.request("/PII", { json: { prompt: "Ann Lee, +1 202 555 0143", replace: false } })],
    ["tokens", () => gateway.request("/tokenize", { json: { model: "one/anthropic", input: "Mind the gap." } })],
    ["keys", () => gateway.manage("/keys", { json: { name: "one of many" } })],
  ])("%s", async (name, ask) => {
    if (name === "tokens") await gateway.addCatalog(catalogue);
    expect(await statuses(ask)).toEqual([name === "keys" ? 201 : 200]);
  });

  it("another wire format", async () => {
    await gateway.addCatalog(catalogue);
    const ask = () => gateway.request("/chat/completions", { json: { model: "one/anthropic", messages: HELLO } });
    expect(await statuses(ask)).toEqual([200]);
  });
});

const message = {
  ...{ id: "msg_1", type: "message", role: "assistant", model: "one", stop_reason: "end_turn", stop_sequence: null },
  content: [{ type: "text", text: "All aboard." }],
  usage: { input_tokens: 5, output_tokens: 3 },
};
const { baseUrl } = upstream.route(json(message));
const catalogue = {
  providers: { first: { name: "First", api: "anthropic-messages", base_url: baseUrl } },
  models: {
    "one/anthropic": { name: "One", tokenizer: "o200k_base", endpoints: [{ provider: "first", model: "one" }] },
  },
};
