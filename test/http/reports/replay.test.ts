import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";
import { settle } from "../../../src/ledger/settlements.ts";
import type { GenerationRecord } from "../../../src/schema/generation.ts";
import { emptyUsage } from "../../../src/schema/usage.ts";
import { isolateCooldowns } from "../../../src/store/health.ts";
import { chat, errorOf, HELLO, makeKey, manage, send } from "../client.ts";

const { key, data: owner } = await makeKey();

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers without a schema
async function replay(id: string | null, reader = key): Promise<any> {
  const response = await send(`/api/v1/generation/replay?id=${id}`, { key: reader });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`status ${response.status}: ${text}`);
  return JSON.parse(text).data;
}

const PRICE = { prompt: "0.000001", completion: "0.000001" };
const endpointAt = (provider: string, fields: object = {}) => ({ provider, model: "echo", pricing: PRICE, ...fields });

/** Puts a model into the catalogue that the demo serves, and perhaps a company whose key has this name. */
async function putModel(
  endpoints: object[],
  { name = "replay/one", acmeKey }: { name?: string; acmeKey?: string | undefined } = {},
): Promise<void> {
  const acme = { name: "Acme", api: "openai-chat", base_url: "https://acme.test/v1", key: acmeKey };
  const json = { providers: { acme }, models: { [name]: { name: "One", endpoints } } };
  const response = await manage("/api/v1/catalog", { method: "PUT", json });
  if (response.status !== 200) throw new Error(await response.text());
}

afterEach(() => manage("/api/v1/catalog", { method: "PUT", json: {} }));

async function generate(fields: object): Promise<string> {
  const response = await chat(key, fields);
  await response.text();
  return response.headers.get("x-generation-id") ?? "";
}

describe("a replay", () => {
  it("plans the same again while nothing has changed", async () => {
    const models = ["demo/story", "demo/reasoner"];
    const id = await generate({ model: "demo/echo", models, provider: { sort: { by: "price", partition: "none" } } });
    const data = await replay(id);
    expect(data).toMatchObject({
      id,
      created_at: expect.stringMatching(/^\d{4}-/),
      request: { model: "demo/echo", models, preferences: { sort: { by: "price", partition: "none" } } },
      seed: expect.any(Number),
      difference: { same: true, gained: [], lost: [], moved: [], changed: [] },
    });
    expect(data.recorded.candidates).toHaveLength(3);
    expect(data.today).toMatchObject({ requested: "demo/echo", strategy: "fallback", ...data.recorded });
    expect(JSON.stringify(data)).not.toContain(HELLO[0]?.content);
  });

  const wait = { model: "replay/one", provider: { order: ["demo/a", "demo/b"] } };
  const [first, second] = [endpointAt("demo", { tag: "demo/a" }), endpointAt("demo", { tag: "demo/b" })];
  const at = (tag: string) => ({ model: "replay/one", tag });
  it.each([
    {
      name: "an endpoint that is there no more",
      before: [first, second],
      after: [second],
      difference: { lost: [{ ...at("demo/a"), is: null }] },
    },
    {
      name: "an endpoint that is new",
      before: [first],
      after: [first, second],
      difference: { gained: [{ ...at("demo/b"), was: null }] },
    },
    {
      name: "an endpoint whose provider has no key any more",
      before: [first, endpointAt("acme")],
      after: [first, endpointAt("acme")],
      difference: { lost: [{ ...at("acme"), is: "provider_not_configured" }] },
    },
    {
      name: "an endpoint that is too dear now",
      fields: { provider: { max_price: { prompt: 1 } } },
      before: [first],
      after: [{ ...first, pricing: { prompt: "0.1", completion: "0.1" } }],
      difference: { lost: [{ ...at("demo/a"), is: "max_price" }] },
    },
    {
      name: "an endpoint that is cheap enough now",
      fields: { provider: { max_price: { prompt: 1 }, order: ["demo/a", "demo/b"] } },
      before: [first, { ...second, pricing: { prompt: "0.1", completion: "0.1" } }],
      after: [first, second],
      difference: { gained: [{ ...at("demo/b"), was: "max_price" }] },
    },
    {
      name: "another order",
      fields: { provider: { sort: "price" } },
      before: [first, { ...second, pricing: { prompt: "0.1", completion: "0.1" } }],
      after: [first, { ...second, pricing: { prompt: "0", completion: "0" } }],
      difference: {
        moved: [
          { ...at("demo/a"), from: 1, to: 2 },
          { ...at("demo/b"), from: 2, to: 1 },
        ],
      },
    },
    {
      name: "another reason for being left out",
      fields: { provider: { max_price: { prompt: 1 }, quantizations: ["fp8"] } },
      before: [
        { ...first, quantization: "fp8" },
        { ...second, quantization: "fp4" },
      ],
      after: [
        { ...first, quantization: "fp8" },
        { ...second, quantization: "fp8", pricing: { prompt: "0.1", completion: "0.1" } },
      ],
      difference: { changed: [{ ...at("demo/b"), was: "quantization", is: "max_price" }] },
    },
  ])("tells of $name", async ({ fields, before, after, difference }) => {
    await putModel(before, { acmeKey: undefined });
    const id = await generate({ ...wait, ...fields });
    await putModel(after, { acmeKey: "NO_SUCH_KEY" });
    const nothing = { gained: [], lost: [], moved: [], changed: [] };
    const same = Object.keys(difference).length === 0;
    expect((await replay(id)).difference).toEqual({ same, ...nothing, ...difference });
  });

  it("tells of a model that stands for nothing any more", async () => {
    await putModel([first]);
    const id = await generate(wait);
    await putModel([first], { name: "replay/two" });
    const { today, difference } = await replay(id);
    expect(today).toEqual({
      error: { code: 400, message: "replay/one is not a valid model ID", metadata: expect.anything() },
      candidates: [],
      excluded: [],
    });
    expect(difference).toMatchObject({ same: false, lost: [{ ...at("demo/a"), is: null }] });
  });

  it("knows where the conversation was, as a dry run knows where it is", async () => {
    const pricing = { ...PRICE, input_cache_read: "0.0000001" };
    await putModel([1, 2, 3, 4].map((n) => endpointAt("demo", { tag: `demo/${n}`, pricing })));
    const turn = { model: "replay/one", session_id: "a-long-talk" };
    await generate(turn);
    const { recorded, sticky, difference } = await replay(await generate(turn));
    expect(recorded.candidates[0]).toEqual({ ...sticky, reason: "sticky" });
    expect(difference.same).toBe(true);
    const dry = await send("/api/v1/route", { key, json: { ...turn, messages: HELLO } });
    const { data } = await dry.json<{ data: { sticky: object; candidates: object[] } }>();
    expect(data.sticky).toEqual(sticky);
    expect(data.candidates[0]).toMatchObject({ ...sticky, reason: "sticky", why: expect.stringContaining("cached") });
  });

  it("draws as it was drawn", async () => {
    await putModel([1, 2, 3, 4, 5, 6].map((n) => endpointAt("demo", { tag: `demo/${n}` })));
    for (let round = 0; round < 8; round++) {
      const data = await replay(await generate({ model: "replay/one" }));
      expect(data.difference.same).toBe(true);
      expect(data.recorded.candidates[0].reason).toBe("drawn");
    }
  });
});

it("a replay passes over what cools down now", async () => {
  await putModel([endpointAt("demo", { tag: "demo/cold" }), endpointAt("demo", { tag: "demo/warm" })]);
  const id = await generate({ model: "replay/one" });
  isolateCooldowns.note("replay/one demo/cold", { kind: "rate_limited", retryAfterMs: 30_000 }, Date.now());
  const { difference } = await replay(id);
  expect(difference.lost).toEqual([{ model: "replay/one", tag: "demo/cold", is: "cooling_down" }]);
});

describe("what cannot be replayed", () => {
  let count = 0;
  async function keep(fields: object): Promise<string> {
    const id = `gen-${Math.floor(Date.now() / 1000)}-replayed${count++}`;
    const record: GenerationRecord = {
      ...{ id, keyHash: owner.hash, team: "default", createdAtMs: Date.now(), outcome: "finished", attempts: [] },
      ...{ modelId: "demo/echo", providerName: "Demo", upstreamId: null, isStreamed: false, finishReason: "stop" },
      ...{ nativeFinishReason: "stop", serviceTier: null, latencyMs: 1, generationTimeMs: 1, usage: emptyUsage() },
      ...{ costNanoUsd: 0, certainty: "exact", isByok: false, client: {} },
      ...fields,
    };
    const work: Promise<unknown>[] = [];
    settle(env.LEDGER, record, (promise) => void work.push(promise));
    await Promise.all(work);
    return id;
  }

  const plan = { request: { models: [] }, seed: 1, candidates: [], excluded: {} };
  it.each([
    { name: "a plan of another version", fields: { plan }, status: 409, message: /another version/ },
    { name: "a plan that is none", fields: { plan: "no" }, status: 409, message: /another version/ },
    { name: "no plan", fields: {}, status: 404, message: /without its plan/ },
    {
      name: "an answer from the cache",
      fields: { responseCacheSourceId: "gen-1-source" },
      status: 404,
      message: /response cache.*gen-1-source/,
    },
  ])("is $name", async ({ fields, status, message }) => {
    const id = await keep(fields);
    expect((await errorOf(send(`/api/v1/generation/replay?id=${id}`, { key }), status)).message).toMatch(message);
  });

  it("is what another key made, or nobody", async () => {
    const id = await generate({});
    const other = await makeKey();
    await errorOf(send(`/api/v1/generation/replay?id=${id}`, { key: other.key }), 404);
    await errorOf(send("/api/v1/generation/replay?id=gen-1-none", { key }), 404);
    await errorOf(send("/api/v1/generation/replay", { key }), 400);
    await errorOf(send(`/api/v1/generation/replay?id=${id}`), 401);
    expect((await manage(`/api/v1/generation/replay?id=${id}`)).status).toBe(200);
  });
});
