import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { Hono } from "hono";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { requireKey } from "../../../src/http/authenticate.ts";
import type { AppEnv } from "../../../src/http/env.ts";
import { errorResponse } from "../../../src/http/error-response.ts";
import { sideCallsFor } from "../../../src/http/siblings/side-calls.ts";
import { createGenerationId } from "../../../src/schema/generation-id.ts";
import type { Purpose } from "../../../src/schema/side-calls.ts";
import { connect, hang, json, type Reply } from "../../dispatch/network.ts";
import { completion } from "../../support/openai-chat.ts";
import { errorOf, HELLO, makeKey, manage, requestTo } from "../client.ts";

const host = (name: string) => ({ name, api: "openai-chat", base_url: `https://${name}.test/v1` });
const priced = (provider: string, prompt: string) => ({
  provider,
  model: "judge",
  pricing: { prompt, completion: "0" },
});
const embedding = (provider: string, prompt: string) => ({
  provider,
  model: "embed",
  pricing: { prompt, completion: "0" },
});
/** A model under several names: one that fails cools down. */
const many = (id: string, row: object) =>
  Object.fromEntries(["", "-0", "-1", "-2", "-3", "-4", "-5", "-6"].map((suffix) => [id + suffix, row]));
const CATALOGUE = {
  providers: { sa: host("sa"), sb: host("sb") },
  models: {
    "side/judge": { name: "Judge", endpoints: [priced("sa", "0.000001"), priced("sb", "0.1")] },
    ...many("side/embed", {
      name: "Embed",
      output_modalities: ["embeddings"],
      context_length: 100,
      endpoints: [embedding("sa", "0.00001"), { ...embedding("sb", "0.1"), supported_parameters: ["input_type"] }],
    }),
    ...many("side/rank", {
      name: "Rank",
      output_modalities: ["rerank"],
      endpoints: [{ provider: "sa", model: "rank", pricing: { prompt: "0", completion: "0", request: "0.002" } }],
    }),
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
app.post("/embed", async (c) => {
  const payer = await requireKey(c);
  const { model = "side/embed", texts, type } = await c.req.json();
  const sides = sideCallsFor(c, { ...payer, parentId: PARENT });
  const vectors = await sides.embed(model, texts, type ?? "document");
  return c.json({ vectors: vectors.map((vector) => [...vector]), costs: sides.costs() });
});
app.post("/rerank", async (c) => {
  const payer = await requireKey(c);
  const { model = "side/rank", query = "Which?", documents, topN } = await c.req.json();
  const sides = sideCallsFor(c, { ...payer, parentId: PARENT });
  return c.json({ ranked: await sides.rerank(model, query, documents, topN), costs: sides.costs() });
});
app.onError((error) => errorResponse(error));

async function call(path: string, key: string, body: object): Promise<Response> {
  const context = createExecutionContext();
  const response = await app.fetch(requestTo(path, { key, json: body }), env, context);
  await waitOnExecutionContext(context);
  return response;
}

function ask(key: string, fields: { purpose: Purpose; model?: string; timeoutMs?: number; [name: string]: unknown }) {
  return call("/ask", key, { model: "side/judge", messages: HELLO, ...fields });
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
    const [names = "", values = ""] = (
      await (await manage(`/api/v1/generations?format=csv&api_key_hash=${data.hash}`)).text()
    ).split(/\r?\n/);
    expect(names).toMatch(/,api_type,parent_id,purpose$/);
    expect(values.endsWith(`,completions,${PARENT},toxicity`)).toBe(true);
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

/** Embeds a text as its length; three tokens a text. */
const lengths: Reply = ({ body }) => {
  const data = body.input.map((text: string, index: number) => ({
    object: "embedding",
    index,
    embedding: [text.length, 0.5],
  }));
  return Response.json({ object: "list", data: data.reverse(), usage: { prompt_tokens: 3 * data.length } });
};
/** Ranks longer texts first. */
const byLength =
  (fields: object): Reply =>
  ({ body }) => {
    const results = body.documents.map((text: string, index: number) => ({
      index,
      relevance_score: text.length / 100,
    }));
    return Response.json({ results, ...fields });
  };

describe("embeddings beside an answer", () => {
  it("are one vector for each text, in their order", async () => {
    const network = connect({ sa: lengths });
    const { key, data } = await makeKey();
    const answer = await (await call("/embed", key, { texts: ["a", "bbb", "cc"] })).json();
    const vectors = [
      [1, 0.5],
      [3, 0.5],
      [2, 0.5],
    ];
    expect(answer).toEqual({ vectors, costs: { checksNanoUsd: 0, retrievalNanoUsd: 90_000 } });
    expect(network).toMatchObject([{ path: "/v1/embeddings", body: { model: "embed", input: ["a", "bbb", "cc"] } }]);
    expect(await recordsOf(data.hash)).toMatchObject([
      { purpose: "embedding", parent_id: PARENT, api_type: "embeddings", total_cost: 0.00009, tokens_prompt: 9 },
    ]);
  });

  it("of many texts take several calls", async () => {
    const network = connect({ sa: lengths });
    const { key, data } = await makeKey();
    const texts = Array.from({ length: 200 }, (_, index) => "x".repeat(1 + (index % 50)));
    const { vectors } = await (await call("/embed", key, { texts })).json<{ vectors: number[][] }>();
    expect(vectors.map(([length]) => length)).toEqual(texts.map(({ length }) => length));
    expect(network.map(({ body }) => body.input.length)).toEqual([96, 96, 8]);
    expect(await recordsOf(data.hash)).toHaveLength(3);
  });

  it("of no texts take none", async () => {
    const network = connect({ sa: lengths });
    const { key } = await makeKey();
    expect(await (await call("/embed", key, { texts: [] })).json()).toMatchObject({ vectors: [] });
    expect(network).toEqual([]);
  });

  it("tell a query from a document where the endpoint knows the word", async () => {
    const network = connect({ sa: json({}, { status: 500 }), sb: lengths });
    const { key } = await makeKey();
    await call("/embed", key, { texts: ["a"], type: "query", model: "side/embed-6" });
    expect(network.map(({ host, body }) => [host, body.input_type])).toEqual([
      ["sa", undefined],
      ["sb", "query"],
    ]);
  });

  const BAD: [name: string, answer: unknown][] = [
    ["nothing", {}],
    ["too few", { data: [{ index: 0, embedding: [1] }] }],
    [
      "one twice",
      {
        data: [
          { index: 0, embedding: [1] },
          { index: 0, embedding: [1] },
        ],
      },
    ],
    [
      "different lengths",
      {
        data: [
          { index: 0, embedding: [1] },
          { index: 1, embedding: [1, 2] },
        ],
      },
    ],
    ["of words", { data: [{ embedding: ["a"] }, { embedding: ["b"] }] }],
    ["an error", { error: { message: "no" } }],
  ];
  it.each(BAD.entries().toArray())(
    "%i: that are no vectors are a failure: the next is asked",
    async (n, [, answer]) => {
      const network = connect({ sa: json(answer), sb: lengths });
      const { key } = await makeKey();
      expect((await call("/embed", key, { texts: ["a", "b"], model: `side/embed-${n}` })).status).toBe(200);
      expect(network.map(({ host }) => host)).toEqual(["sa", "sb"]);
    },
  );
});

describe("a ranking beside an answer", () => {
  it.each<[name: string, usage: object, nanoUsd: number]>([
    ["by search units", { meta: { billed_units: { search_units: 2 } } }, 4_000_000],
    ["by requests", { usage: { total_tokens: 12 } }, 2_000_000],
  ])("has the best first, and is billed %s", async (_, usage, nanoUsd) => {
    connect({ sa: byLength(usage) });
    const { key } = await makeKey();
    const answer = await (await call("/rerank", key, { documents: ["a", "bbb", "cc"], topN: 2 })).json();
    const ranked = [
      { index: 1, score: 0.03 },
      { index: 2, score: 0.02 },
    ];
    expect(answer).toEqual({ ranked, costs: { checksNanoUsd: 0, retrievalNanoUsd: nanoUsd } });
  });

  const BAD: [name: string, results: unknown][] = [
    ["no document of these", [{ index: 3, relevance_score: 1 }]],
    ["a document twice", [0, 0].map((index) => ({ index, relevance_score: 1 }))],
    ["no score", [{ index: 0 }]],
    ["nothing", []],
  ];
  it.each(BAD.entries().toArray())("%i: of other documents is a failure", async (n, [, results]) => {
    const network = connect({ sa: json({ results }) });
    const { key } = await makeKey();
    await errorOf(call("/rerank", key, { documents: ["a", "b"], model: `side/rank-${n}` }), 502);
    expect(network).toHaveLength(1);
  });

  it.each([
    ["side/judge", 404],
    ["side/embed", 404],
    ["side/nothing", 400],
  ])("is not asked of %s", async (model, status) => {
    const network = connect({ sa: byLength({}) });
    const { key } = await makeKey();
    await errorOf(call("/rerank", key, { documents: ["a"], model }), status);
    expect(network).toEqual([]);
  });
});
