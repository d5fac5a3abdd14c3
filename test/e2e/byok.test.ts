import type { BYOKProviderSlug } from "@openrouter/sdk/models";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { openRouterClient } from "../support/clients.ts";
import { jsonOf, startGateway } from "../support/gateway.ts";
import { completion, DONE, ending, errorBody, ROLE, say, USAGE } from "../support/openai-chat.ts";
import { type Answer, byMode, json, type Route, sse, startUpstream } from "../support/upstream.ts";

const OPERATORS = "operator-secret-of-acme-1234";
const gateway = await startGateway({ vars: { ACME_API_KEY: OPERATORS } });
const upstream = await startUpstream();
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

const { byok } = openRouterClient({ baseUrl: gateway.baseUrl, key: gateway.managementKey });
/** A provider of which OpenRouter has not heard. */
const ACME = "acme" as BYOKProviderSlug;
/** Prices of 1 and 2 millionths of a dollar: what USAGE costs. */
const COST = (USAGE.prompt_tokens * 1 + USAGE.completion_tokens * 2) / 1e6;
const ANSWER = byMode({
  whole: json(completion("All aboard")),
  stream: sse([ROLE, say("All "), say("aboard"), ending("stop"), DONE]),
});
const REFUSES = json(errorBody("no", { code: "invalid_api_key" }), { status: 401 });

/** A name for each time, so that no endpoint cools down from another test. */
let model = "acme/one";
let served = 0;

/** Puts an upstream behind `acme`, which has the operator's key, and `newcomer`, which nobody has a key for. */
async function serve(...answers: Answer[]): Promise<Route> {
  const route = upstream.route(...answers);
  model = `acme/one-${++served}`;
  const provider = (name: string, key: string) => ({ name, api: "openai-chat", base_url: route.baseUrl, key });
  const endpoint = (slug: string) => ({
    ...{ provider: slug, model: "one-2026", pricing: { prompt: "0.000001", completion: "0.000002" } },
  });
  await gateway.putCatalog({
    providers: { acme: provider("Acme", "ACME_API_KEY"), newcomer: provider("Newcomer", "NEWCOMER_API_KEY") },
    models: {
      [model]: { name: "One", endpoints: [endpoint("acme")] },
      "acme/two": { name: "Two", endpoints: [endpoint("newcomer")] },
    },
  });
  return route;
}

const add = async (key: string, fields: object = {}) =>
  (await byok.create({ createBYOKKeyRequest: { provider: ACME, key, ...fields } })).data;
const ask = (fields: object = {}, key = gateway.key) =>
  gateway.request("/chat/completions", {
    json: { model, messages: [{ role: "user", content: "Hi" }], ...fields },
    headers: { authorization: `Bearer ${key}` },
  });
/** The keys that the upstream has seen, in order. */
const keysAt = (route: Route) => route.visits.map(({ headers }) => headers.authorization?.replace("Bearer ", ""));

beforeEach(async () => {
  const pages = await byok.list();
  for (const { id } of pages.result.data) await byok.delete({ id });
});

describe("the official SDK", () => {
  it("adds, lists, reads, changes and removes a team's keys", async () => {
    await serve(ANSWER);
    const made = await add("sk-team-0001-7890", { name: "Ours", isFallback: true, declaredZdr: true });
    expect(made).toMatchObject({ provider: "acme", label: "…7890", name: "Ours", isFallback: true, sortOrder: 0 });
    const { result } = await byok.list({ provider: ACME });
    expect(result).toEqual({ data: [made], totalCount: 1 });
    expect((await byok.get({ id: made.id })).data).toEqual(made);
    const change = { id: made.id, updateBYOKKeyRequest: { key: "sk-team-0002-4321", isFallback: false } };
    expect((await byok.update(change)).data).toEqual({ ...made, label: "…4321", isFallback: false });
    expect(await byok.delete({ id: made.id })).toEqual({ deleted: true });
    await expect(byok.get({ id: made.id })).rejects.toMatchObject({ statusCode: 404 });
  });
});

describe("a team's own key", () => {
  it("is what its provider is called with, before the operator's", async () => {
    const route = await serve(ANSWER);
    await add("sk-team-first-1");
    expect((await ask()).status).toBe(200);
    expect(keysAt(route)).toEqual(["sk-team-first-1"]);
  });

  it("makes a provider usable that the operator has no key for", async () => {
    const route = await serve(ANSWER);
    const { error } = await jsonOf(await ask({ model: "acme/two" }), 404);
    expect(error.message).toContain("No provider that serves it has a key here");
    await add("sk-team-newcomer", { provider: "newcomer" });
    expect((await ask({ model: "acme/two" })).status).toBe(200);
    expect(keysAt(route)).toEqual(["sk-team-newcomer"]);
  });

  it("shows in what its team can use, and in what another team can not", async () => {
    await serve(ANSWER);
    const { data: yard } = await jsonOf(await gateway.manage("/workspaces", { json: { name: "The other yard" } }), 201);
    const other = await gateway.createKey({ workspace_id: yard.id });
    await add("sk-team-newcomer", { provider: "newcomer" });
    await add("sk-team-acme", { isByokOnly: true, allowedModels: ["acme/two"] });
    const idsFor = async (path: string, key: string) => {
      const response = await gateway.request(path, { headers: { authorization: `Bearer ${key}` } });
      return (await jsonOf(response, 200)).data.map(({ id, slug }: { id?: string; slug?: string }) => id ?? slug);
    };
    for (const path of ["/models/user", "/models?all=false"]) {
      const [own, others] = [await idsFor(path, gateway.key), await idsFor(path, other)];
      expect([own.includes("acme/two"), own.includes(model)]).toEqual([true, false]);
      expect([others.includes("acme/two"), others.includes(model)]).toEqual([false, true]);
    }
    expect(await idsFor("/providers?all=false", gateway.key)).toContain("newcomer");
    expect(await idsFor("/providers?all=false", other)).not.toContain("newcomer");
  });

  it("is never used for another team", async () => {
    const route = await serve(ANSWER);
    const { data: yard } = await jsonOf(await gateway.manage("/workspaces", { json: { name: "The third yard" } }), 201);
    const other = await gateway.createKey({ workspace_id: yard.id });
    await add("sk-team-1", { isByokOnly: true });
    const theirs = await add("sk-theirs-1", { workspaceId: yard.id });
    for (const key of [other, gateway.key]) expect((await ask({}, key)).status).toBe(200);
    await byok.delete({ id: theirs.id });
    expect((await ask({}, other)).status).toBe(200);
    expect(keysAt(route)).toEqual(["sk-theirs-1", "sk-team-1", OPERATORS]);
  });

  it.each<[name: string, fields: object[], seen: string[]]>([
    ["in order, then the operator's", [{}, {}], ["sk-team-0", "sk-team-1", OPERATORS]],
    ["a fallback after the operator's", [{}, { isFallback: true }], ["sk-team-0", OPERATORS, "sk-team-1"]],
    ["without the operator's where they are required", [{}, { isRequired: true }], ["sk-team-0", "sk-team-1"]],
    ["without the operator's where they alone are used", [{ isByokOnly: true }], ["sk-team-0"]],
  ])("gives way to the next one when it is refused: %s", async (_, fields, seen) => {
    const route = await serve(REFUSES);
    for (const [index, one] of fields.entries()) await add(`sk-team-${index}`, one);
    const { error } = await jsonOf(await ask(), 502);
    expect(keysAt(route)).toEqual(seen);
    expect(JSON.stringify(error)).not.toMatch(/sk-team|operator-secret/);
  });

  it("serves only whom and what it is for", async () => {
    const route = await serve(ANSWER);
    const other = await gateway.createKey();
    const { data: keys } = await jsonOf(await gateway.manage("/keys"), 200);
    const { hash } = keys.at(-1);
    await add("sk-team-1", { allowedApiKeyHashes: [hash] });
    await add("sk-team-2", { allowedModels: ["acme/two"] });
    await ask();
    await ask({}, other);
    expect(keysAt(route)).toEqual([OPERATORS, "sk-team-1"]);
  });

  it.each([false, true])("costs nothing here, and shows what the vendor bills (stream: %s)", async (stream) => {
    await serve(ANSWER);
    await add("sk-team-1");
    const key = await gateway.createKey({ limit: 1, include_byok_in_limit: true });
    const response = await ask({ stream }, key);
    const id = response.headers.get("x-generation-id") ?? "";
    const text = await response.text();
    const last = stream
      ? text
          .split("\n")
          .findLast((line) => line.includes('"usage"'))
          ?.slice("data: ".length)
      : text;
    expect(JSON.parse(last ?? "").usage).toMatchObject({
      ...{ is_byok: true, cost: 0 },
      cost_details: { upstream_inference_cost: COST },
    });
    const generation = await gateway.generation(id);
    expect(generation).toMatchObject({ is_byok: true, total_cost: 0, usage: 0, upstream_inference_cost: COST });
    expect(generation.provider_responses).toMatchObject([{ is_byok: true, status: 200 }]);
    const own = await jsonOf(await gateway.request("/key", { headers: { authorization: `Bearer ${key}` } }), 200);
    expect(own.data).toMatchObject({ usage: 0, byok_usage: COST, byok_usage_daily: COST, limit_remaining: 1 - COST });
  });

  it.each([
    [{ limit: 0 }, 200],
    [{ limit: 0, include_byok_in_limit: true }, 402],
  ])("needs money of its caller only where the limit says so: %o", async (fields, status) => {
    await serve(ANSWER);
    const key = await gateway.createKey(fields);
    expect((await ask({}, key)).status).toBe(402);
    await add("sk-team-1", { isRequired: true });
    expect((await ask({}, key)).status).toBe(status);
  });

  it("is told apart in the record where the operator's took over", async () => {
    await serve(REFUSES, ANSWER);
    await add("sk-team-1");
    const response = await ask();
    expect((await jsonOf(response, 200)).usage).toMatchObject({ is_byok: false, cost: COST });
    const { provider_responses, total_cost } = await gateway.generation(response.headers.get("x-generation-id") ?? "");
    expect(total_cost).toBe(COST);
    expect(provider_responses.map(({ is_byok }: { is_byok: boolean }) => is_byok)).toEqual([true, false]);
  });

  it("is nowhere in the clear", async () => {
    await serve(REFUSES, ANSWER);
    const secret = "sk-canary-of-the-team-9876543210";
    await add(secret);
    const texts = [
      await (await ask()).text(),
      ...(await Promise.all(["/byok", "/audit", "/catalog"].map(async (path) => (await gateway.manage(path)).text()))),
      gateway.logs(),
    ];
    for (const text of texts) expect(text).not.toContain("canary-of-the-team");
  });

  it("stands in the plan that a dry run and a replay show", async () => {
    await serve(ANSWER);
    const { id } = await add("sk-team-1", { isRequired: true });
    const body = { model, messages: [{ role: "user", content: "Hi" }] };
    const { data } = await jsonOf(await gateway.request("/route", { json: body }), 200);
    expect(data.candidates).toMatchObject([{ tag: "acme", reason: "byok" }]);
    expect(data.excluded).toMatchObject([{ tag: "acme", reason: "byok_only" }]);
    const generation = (await ask()).headers.get("x-generation-id");
    const replay = await jsonOf(await gateway.manage(`/generation/replay?id=${generation}`), 200);
    expect(replay.data.today.candidates).toEqual([{ model, tag: "acme", byok_key: id, reason: "byok" }]);
    expect(replay.data.difference.same).toBe(true);
  });
});
