import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { Hono } from "hono";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { requireKey } from "../../src/http/authenticate.ts";
import type { AppEnv } from "../../src/http/env.ts";
import { errorResponse } from "../../src/http/error-response.ts";
import { sideCallsFor } from "../../src/http/side-calls.ts";
import { createGenerationId } from "../../src/schema/generation-id.ts";
import type { Purpose } from "../../src/schema/side-calls.ts";
import { connect, hang, json, type Reply } from "../dispatch/network.ts";
import { completion } from "../support/openai-chat.ts";
import { errorOf, HELLO, makeKey, manage, requestTo } from "./client.ts";

const host = (name: string) => ({ name, api: "openai-chat", base_url: `https://${name}.test/v1` });
const priced = (provider: string, prompt: string) => ({
  provider,
  model: "judge",
  pricing: { prompt, completion: "0" },
});
const CATALOGUE = {
  providers: { sa: host("sa"), sb: host("sb") },
  models: {
    "side/judge": { name: "Judge", endpoints: [priced("sa", "0.000001"), priced("sb", "0.1")] },
    "side/other": { name: "Other", endpoints: [priced("sa", "0.000001")] },
  },
};
const ANSWER: Reply = json(
  completion("Yes.", { usage: { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12 } }),
);

beforeAll(async () => {
  const response = await manage("/api/v1/catalog", { method: "PUT", json: CATALOGUE });
  expect(await response.text()).not.toContain("error");
});
afterEach(() => {
  vi.restoreAllMocks();
});
afterAll(async () => {
  await manage("/api/v1/catalog", { method: "PUT", json: {} });
});

const PARENT = createGenerationId(Date.now());

/** Asks a model beside an answer, as a route would. */
const app = new Hono<AppEnv>();
app.post("/ask", async (c) => {
  const payer = await requireKey(c);
  const { purpose, timeoutMs, ...chat } = await c.req.json();
  const sides = sideCallsFor(c, { ...payer, parentId: PARENT });
  const text = await sides.ask(chat, purpose, timeoutMs);
  return c.json({ text, costs: sides.costs() });
});
app.onError((error) => errorResponse(error));

async function ask(
  key: string,
  fields: { purpose: Purpose; model?: string; timeoutMs?: number; [name: string]: unknown },
) {
  const context = createExecutionContext();
  const body = { model: "side/judge", messages: HELLO, ...fields };
  const response = await app.fetch(requestTo("/ask", { key, json: body }), env, context);
  await waitOnExecutionContext(context);
  return response;
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers without a schema
async function recordsOf(hash: string): Promise<any[]> {
  const response = await manage(`/api/v1/generations?api_key_hash=${hash}`);
  return JSON.parse(await response.text()).data;
}

describe("a question beside an answer", () => {
  it("is a generation of its own, which its key pays", async () => {
    connect({ sa: ANSWER });
    const { key, data } = await makeKey();
    const response = await ask(key, { purpose: "toxicity" });
    expect(await response.json()).toEqual({ text: "Yes.", costs: { checksNanoUsd: 10_000, retrievalNanoUsd: 0 } });
    const records = await recordsOf(data.hash);
    expect(records).toMatchObject([
      { purpose: "toxicity", parent_id: PARENT, total_cost: 0.00001, model: "side/judge", streamed: false },
    ]);
    const shown = JSON.parse(await (await manage(`/api/v1/generation?id=${records[0].id}`)).text()).data;
    expect(shown).toMatchObject({ purpose: "toxicity", parent_id: PARENT });
  });

  it("counts as retrieval when it writes the query", async () => {
    connect({ sa: ANSWER });
    const { key } = await makeKey();
    const { costs } = await (await ask(key, { purpose: "rewrite" })).json<{ costs: object }>();
    expect(costs).toEqual({ checksNanoUsd: 0, retrievalNanoUsd: 10_000 });
  });

  it("walks on to the next endpoint", async () => {
    const network = connect({ sa: json({ error: "no" }, { status: 500 }), sb: ANSWER });
    const { key, data } = await makeKey();
    expect(await (await ask(key, { purpose: "pii" })).json()).toMatchObject({ text: "Yes." });
    expect(network).toHaveLength(2);
    expect((await recordsOf(data.hash))[0].provider_responses).toMatchObject([{ status: 500 }, { status: 200 }]);
  });

  it("sends nothing of checks or retrieval, and does not stream", async () => {
    const network = connect({ sa: ANSWER });
    const { key } = await makeKey();
    const extras = { input: { pii: "block" }, output: { toxicity: true }, rag_params: { table_id: "t" }, id: "x" };
    await ask(key, { purpose: "toxicity", stream: true, ...extras });
    const [{ body } = expect.fail()] = network;
    for (const name of Object.keys(extras)) expect(body).not.toHaveProperty(name);
    expect(body.stream ?? false).toBe(false);
  });

  it("ends when its time is up", async () => {
    connect({ sa: hang, sb: hang });
    const { key } = await makeKey();
    const startedAtMs = Date.now();
    await errorOf(ask(key, { purpose: "toxicity", timeoutMs: 200 }), 504);
    expect(Date.now() - startedAtMs).toBeLessThan(2_000);
  });

  it("needs no request of the key's rate, but money under its limit", async () => {
    connect({ sa: ANSWER });
    const { key } = await makeKey({ rpm: 1, max_parallel: 1 });
    for (let n = 0; n < 3; n++) expect((await ask(key, { purpose: "toxicity" })).status).toBe(200);
    const poor = await makeKey({ limit: 0.000001 });
    await errorOf(ask(poor.key, { purpose: "toxicity", max_tokens: 1 }), 402);
  });

  it("may ask a judge that the key may not name, but no other model for a rewrite", async () => {
    connect({ sa: ANSWER });
    const { key } = await makeKey({ allowed_models: ["side/other"] });
    expect((await ask(key, { purpose: "toxicity" })).status).toBe(200);
    await errorOf(ask(key, { purpose: "rewrite" }), 400);
    expect((await ask(key, { purpose: "rewrite", model: "side/other" })).status).toBe(200);
  });
});
