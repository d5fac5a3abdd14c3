import { createHash } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { openRouterClient } from "../support/clients.ts";
import { jsonOf, startGateway } from "../support/gateway.ts";
import { completion } from "../support/openai-chat.ts";
import { json, startUpstream } from "../support/upstream.ts";

const SECRET = "acme-secret-of-the-operator-1234";
/** A gateway of its own: these tests replace the operator's document. */
const gateway = await startGateway({ vars: { ACME_API_KEY: SECRET } });
const upstream = await startUpstream();
const route = upstream.route(json(completion("At your service.")));
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

const MESSAGES = [{ role: "user" as const, content: "Who is there?" }];
const management = openRouterClient({ baseUrl: gateway.baseUrl, key: gateway.managementKey });
const ask = (key: string, model = "demo/echo") =>
  gateway.request("/chat/completions", { json: { model, messages: MESSAGES }, headers: bearer(key) });

describe("authentication", () => {
  it.each([
    {
      name: "no header",
      headers: { authorization: "" },
      message: /Missing Authentication header|No auth credentials found/,
    },
    { name: "an unknown key", headers: bearer("sk-pm-v1-nobody"), message: /^User not found$/ },
    {
      name: "another scheme",
      headers: { authorization: "Basic dXNlcjpwYXNz" },
      message: /^No auth credentials found$/,
    },
    { name: "an empty token", headers: { authorization: "Bearer " }, message: /^No auth credentials found$/ },
  ])("refuses $name with a 401", async ({ headers, message }) => {
    for (const path of ["/chat/completions", "/key", "/keys", "/generation?id=gen-1-x", "/catalog"]) {
      const init = path === "/chat/completions" ? { json: { model: "demo/echo", messages: MESSAGES } } : {};
      const { error } = await jsonOf(await gateway.request(path, { ...init, headers }), 401);
      expect(error).toMatchObject({ code: 401, message: expect.stringMatching(message) });
      expect(error.metadata).toEqual({ error_type: "authentication" });
    }
  });

  it("says what is missing when there is no header at all", async () => {
    const response = await fetch(`${gateway.baseUrl}/key`);
    expect((await jsonOf(response, 401)).error.message).toBe("Missing Authentication header");
  });

  it("lets only management keys manage", async () => {
    const routes: [string, string][] = [
      ["GET", "/keys"],
      ["POST", "/keys"],
      ["GET", "/keys/0"],
      ["DELETE", "/keys/0"],
      ["GET", "/catalog"],
      ["PUT", "/catalog"],
    ];
    for (const [method, path] of routes) {
      const body = method === "POST" || method === "PUT" ? { body: "{}" } : {};
      const { error } = await jsonOf(await gateway.request(path, { method, ...body }), 403);
      expect(error.message).toBe("Only management keys can perform this operation");
    }
  });

  it("lets management keys not infer", async () => {
    const { error } = await jsonOf(await ask(gateway.managementKey), 403);
    expect(error.metadata.error_type).toBe("permission_denied");
  });
});

describe("keys", () => {
  it("are made, listed, read and deleted by the official SDK", async () => {
    const { key, data } = await management.apiKeys.create({ requestBody: { name: "The signal box", limit: 2.5 } });
    const hash = createHash("sha256").update(key).digest("hex");
    expect(data).toMatchObject({
      hash,
      name: "The signal box",
      limit: 2.5,
      limitRemaining: 2.5,
      usage: 0,
      disabled: false,
    });
    expect(data.label).not.toBe(key);

    const { data: found } = await management.apiKeys.get({ hash });
    expect(found).toEqual(data);
    const { data: all } = await management.apiKeys.list();
    expect(all.find((one) => one.hash === hash)).toEqual(data);

    expect((await ask(key)).status).toBe(200);
    expect(await management.apiKeys.delete({ hash })).toMatchObject({ deleted: true });
    expect((await jsonOf(await ask(key), 401)).error.message).toBe("User not found");
    await expect(management.apiKeys.get({ hash })).rejects.toMatchObject({ statusCode: 404 });
    await expect(management.apiKeys.delete({ hash })).rejects.toMatchObject({ statusCode: 404 });
  });

  it("can be disabled, and enabled again", async () => {
    const { key, data } = await management.apiKeys.create({ requestBody: { name: "Night shift" } });
    const { hash } = data;
    const disable = (disabled: boolean) =>
      management.apiKeys.update({ hash, requestBody: { disabled, name: "Day shift" } });
    expect((await ask(key)).status).toBe(200);
    expect((await disable(true)).data).toMatchObject({
      disabled: true,
      name: "Day shift",
      updatedAt: expect.any(String),
    });
    await jsonOf(await ask(key), 401);
    await disable(false);
    expect((await ask(key)).status).toBe(200);
  });

  it("are shown once, when they are made", async () => {
    const key = await gateway.createKey();
    const listed = await (await gateway.manage("/keys")).text();
    const own = await (await gateway.request("/key", { headers: bearer(key) })).text();
    for (const text of [listed, own]) expect(text).not.toContain(key.slice("sk-pm-v1-".length + 3, -3));
  });

  it("expire", async () => {
    const expires_at = new Date(Date.now() + 1100).toISOString();
    const key = await gateway.createKey({ expires_at });
    expect((await ask(key)).status).toBe(200);
    await wait(1200);
    expect((await jsonOf(await ask(key), 401)).error.message).toMatch(/expired/);
  });

  it.each([
    { field: "name", body: {} },
    { field: "name", body: { name: "" } },
    { field: "name", body: { name: 7 } },
    { field: "limit", body: { name: "x", limit: -1 } },
    { field: "limit", body: { name: "x", limit: "5" } },
    { field: "limit_reset", body: { name: "x", limit_reset: "hourly" } },
    { field: "expires_at", body: { name: "x", expires_at: "2099-01-01T00:00Z" } },
    { field: "expires_at", body: { name: "x", expires_at: "2001-01-01T00:00:00Z" } },
    { field: "expires_at", body: { name: "x", expires_at: "tomorrow" } },
  ])("are refused for a bad $field: $body", async ({ field, body }) => {
    const { error } = await jsonOf(await gateway.manage("/keys", { json: body }), 400);
    expect(error).toMatchObject({ code: 400, metadata: { error_type: "invalid_request", field } });
    expect(error.message).toContain(field);
  });

  it("know what they have spent", async () => {
    const key = await gateway.createKey({ limit: 1 });
    const answer = await jsonOf(await ask(key), 200);
    const client = openRouterClient({ baseUrl: gateway.baseUrl, key });
    const { data } = await client.apiKeys.getCurrentKeyMetadata();
    const cost = answer.usage.cost;
    expect(cost).toBeGreaterThan(0);
    expect(data).toMatchObject({ limit: 1, usage: cost, usageDaily: cost, usageWeekly: cost, usageMonthly: cost });
    expect(data.limitRemaining).toBeCloseTo(1 - cost, 9);
    expect(data).toMatchObject({ isManagementKey: false, byokUsage: 0 });
    const older = await jsonOf(await gateway.request("/auth/key", { headers: bearer(key) }), 200);
    expect(older.data.usage).toBe(cost);
  });
});

describe("generations", () => {
  it("are read by the official SDK", async () => {
    const { id, usage } = await jsonOf(await ask(gateway.key), 200);
    const { data } = await openRouterClient(gateway).generations.getGeneration({ id });
    expect(data).toMatchObject({
      ...{ id, model: "demo/echo", providerName: "Demo", totalCost: usage.cost, usage: usage.cost, isByok: false },
      ...{ streamed: false, cancelled: false, finishReason: "stop", nativeFinishReason: "stop" },
      ...{ tokensPrompt: usage.prompt_tokens, tokensCompletion: usage.completion_tokens },
    });
    expect(Math.abs(Date.parse(String(data.createdAt)) - Date.now())).toBeLessThan(10_000);
    expect(data.providerResponses).toHaveLength(1);
  });

  it("are there for their key and for management, for no one else", async () => {
    const { id } = await jsonOf(await ask(gateway.key), 200);
    const path = `/generation?id=${id}`;
    expect((await gateway.request(path)).status).toBe(200);
    expect((await gateway.manage(path)).status).toBe(200);
    const stranger = await gateway.request(path, { headers: bearer(await gateway.createKey()) });
    expect((await jsonOf(stranger, 404)).error.metadata.error_type).toBe("not_found");
    await jsonOf(await gateway.request("/generation?id=gen-1795000000-AAAAAAAAAAAAAAAAAAAA"), 404);
    await jsonOf(await gateway.request("/generation"), 400);
  });

  it("remember who asked", async () => {
    const headers = { "http-referer": "https://example.org/app", "x-title": "App", "x-session-id": "session-7" };
    const body = { model: "demo/echo", messages: MESSAGES, user: "reader-12" };
    const { id } = await jsonOf(await gateway.request("/chat/completions", { json: body, headers }), 200);
    expect(await gateway.generation(id)).toMatchObject({
      ...{ http_referer: "https://example.org/app", session_id: "session-7", external_user: "reader-12" },
      origin: "https://example.org/app",
    });
  });
});

describe("models", () => {
  afterEach(() => gateway.putCatalog({}));

  it("are listed by the official SDK, the operator's with the built-in ones, to anyone", async () => {
    await gateway.putCatalog(catalogue());
    const ids: string[] = [];
    for await (const page of await openRouterClient(gateway).models.list())
      ids.push(...page.result.data.map(({ id }) => id));
    expect(ids).toEqual(expect.arrayContaining(["demo/echo", "acme/one"]));
    expect(new Set(ids).size).toBe(ids.length);
    const { data, total_count } = await jsonOf(await fetch(`${gateway.baseUrl}/models`), 200);
    expect(data.length).toBe(total_count);
    expect(data.find(({ id }: { id: string }) => id === "acme/one")).toMatchObject({
      ...{ id: "acme/one", canonical_slug: "acme/one-2026", name: "One", context_length: 128000 },
      architecture: { input_modalities: ["text"], output_modalities: ["text"], modality: "text->text" },
      pricing: { prompt: "0.000001", completion: "0.000002", input_cache_read: "0.0000001" },
      top_provider: { context_length: 64000, max_completion_tokens: 8192, is_moderated: false },
    });
  });

  it("come in pages", async () => {
    const { data: all, total_count } = await jsonOf(await fetch(`${gateway.baseUrl}/models`), 200);
    const page = async (query: string) => (await jsonOf(await fetch(`${gateway.baseUrl}/models?${query}`), 200)).data;
    expect(await page("offset=2&limit=3")).toEqual(all.slice(2, 5));
    expect(await page(`offset=${total_count}&limit=3`)).toEqual([]);
    await jsonOf(await fetch(`${gateway.baseUrl}/models?limit=many`), 400);
  });
});

describe("the catalogue", () => {
  afterEach(() => gateway.putCatalog({}));

  it("is given back as it was put, and is in force at once", async () => {
    const document = catalogue();
    const answered = await jsonOf(await gateway.manage("/catalog", { method: "PUT", json: document }), 200);
    expect(answered).toEqual(document);
    expect(await jsonOf(await gateway.manage("/catalog"), 200)).toEqual(document);

    const answer = await jsonOf(await ask(gateway.key, "acme/one"), 200);
    expect(answer).toMatchObject({
      model: "acme/one",
      provider: "Acme",
      choices: [{ message: { content: "At your service." } }],
    });
    const visit = route.visits.at(-1);
    expect(visit?.body.model).toBe("one-2026-internal");
    expect(visit?.headers).toMatchObject({ authorization: `Bearer ${SECRET}`, "x-team": "points" });
    expect(answer.usage.cost).toBeCloseTo(9 * 1e-6 + 5 * 2e-6, 12);

    await gateway.putCatalog({});
    await jsonOf(await ask(gateway.key, "acme/one"), 400);
  });

  it("knows a model by its dated id and has a default", async () => {
    await gateway.putCatalog(catalogue());
    expect((await jsonOf(await ask(gateway.key, "acme/one-2026"), 200)).model).toBe("acme/one");
    const response = await gateway.request("/chat/completions", { json: { messages: MESSAGES } });
    expect((await jsonOf(response, 200)).model).toBe("acme/one");
  });

  it("lays a part over a built-in row", async () => {
    await gateway.putCatalog({ models: { "demo/echo": { name: "Echo of the operator" } } });
    const { data } = await jsonOf(await fetch(`${gateway.baseUrl}/models`), 200);
    expect(data.find(({ id }: { id: string }) => id === "demo/echo").name).toBe("Echo of the operator");
    expect((await ask(gateway.key)).status).toBe(200);
  });

  it("never shows a literal key, and sends it all the same", async () => {
    const literal = "literal-key-of-acme-987654";
    const document = catalogue({ key: { value: literal } });
    const put = await gateway.manage("/catalog", { method: "PUT", json: document });
    expect(put.status).toBe(200);
    const shown = await put.text();
    const read = await (await gateway.manage("/catalog")).text();
    for (const text of [shown, read, gateway.logs()]) expect(text).not.toContain(literal);

    expect((await ask(gateway.key, "acme/one")).status).toBe(200);
    expect(route.visits.at(-1)?.headers.authorization).toBe(`Bearer ${literal}`);

    // What was read can be put back: the sealed key is still the key.
    await gateway.putCatalog(JSON.parse(read));
    expect((await ask(gateway.key, "acme/one")).status).toBe(200);
    expect(route.visits.at(-1)?.headers.authorization).toBe(`Bearer ${literal}`);
  });

  it("does not open a key that was sealed for another provider", async () => {
    await gateway.putCatalog(catalogue({ key: { value: "literal-key-of-acme-987654" } }));
    const { providers } = await jsonOf(await gateway.manage("/catalog"), 200);
    const stolen = { ...providers.acme, name: "Thief" };
    await gateway.putCatalog({
      providers: { thief: stolen },
      models: { "acme/one": { name: "One", endpoints: [{ provider: "thief", model: "x" }] } },
    });
    const before = route.visits.length;
    const response = await ask(gateway.key, "acme/one");
    expect(await response.text()).not.toContain("literal-key-of-acme");
    for (const visit of route.visits.slice(before)) expect(visit.headers.authorization ?? "").not.toContain("literal");
  });

  it("leaves a provider off whose secret is not there", async () => {
    await gateway.putCatalog(catalogue({ key: "NO_SUCH_SECRET" }));
    const before = route.visits.length;
    const { error } = await jsonOf(await ask(gateway.key, "acme/one"), 404);
    expect(error.message).toMatch(/^No endpoints found for acme\/one\./);
    expect(route.visits.length).toBe(before);
  });

  it.each(["MANAGEMENT_KEY", "MASTER_KEYS"])("does not send the router's own %s to anyone", async (key) => {
    await gateway.putCatalog(catalogue({ key }));
    const before = route.visits.length;
    await jsonOf(await ask(gateway.key, "acme/one"), 404);
    expect(route.visits.length).toBe(before);
  });

  const model = (fields: object) => ({
    providers: catalogue().providers,
    models: { "acme/one": { name: "One", ...fields } },
  });
  const endpoint = (fields: object) => model({ endpoints: [{ provider: "acme", model: "one", ...fields }] });
  const provider = (fields: object) => ({
    providers: { acme: { name: "Acme", api: "openai-chat", base_url: route.baseUrl, ...fields } },
  });

  it.each([
    { path: "providers.acme.base_url", document: provider({ base_url: undefined }) },
    { path: "providers.acme.base_url", document: provider({ base_url: "not a url" }) },
    { path: "providers.acme.base_url", document: provider({ base_url: "ftp://example.org" }) },
    { path: "providers.acme.base_url", document: provider({ base_url: "http://user:secret@example.org" }) },
    { path: "providers.acme.api", document: provider({ api: "carrier-pigeon" }) },
    { path: "providers.acme.name", document: provider({ name: 7 }) },
    { path: "providers.acme.timeouts.idle_ms", document: provider({ timeouts: { idle_ms: -1 } }) },
    { path: "providers.acme.quirks", document: provider({ quirks: { likes_tea: true } }) },
    { path: "providers.acme.key", document: provider({ key: { value: "" } }) },
    { path: "providers.acme.headers", document: provider({ headers: { "bad header": "x" } }) },
    { path: "providers.ACME", document: { providers: { ACME: {} } } },
    { path: "models.no-slash", document: { models: { "no-slash": {} } } },
    { path: "models.acme/one.endpoints", document: model({}) },
    { path: "models.acme/one.endpoints.0.provider", document: endpoint({ provider: "nobody" }) },
    { path: "models.acme/one.endpoints.0.model", document: endpoint({ model: "" }) },
    { path: "models.acme/one.endpoints.0.tag", document: endpoint({ tag: "other/turbo" }) },
    {
      path: "models.acme/one.endpoints.0.pricing.prompt",
      document: endpoint({ pricing: { prompt: "cheap", completion: "0" } }),
    },
    { path: "models.acme/one.endpoints.0.pricing.completion", document: endpoint({ pricing: { prompt: "0" } }) },
    { path: "models.acme/one.endpoints.0.quantization", document: endpoint({ quantization: "fp7" }) },
    { path: "models.acme/one.context_length", document: model({ context_length: 0, endpoints: [] }) },
    { path: "defaults.model", document: { defaults: { model: "nobody/nothing" } } },
  ])("is refused as a whole, with the path: $path", async ({ path, document }) => {
    await gateway.putCatalog(catalogue());
    const { error } = await jsonOf(await gateway.manage("/catalog", { method: "PUT", json: document }), 400);
    expect(error.metadata.field.startsWith(path), `${error.metadata.field} is not ${path}`).toBe(true);
    expect(error.message).toContain(path);
    expect(error.message).not.toContain("secret@");
    expect(await jsonOf(await gateway.manage("/catalog"), 200)).toEqual(catalogue());
  });

  it.each(["null", "[]", "7", '"text"', "{oops", ""])("is refused when it is %s", async (body) => {
    await jsonOf(await gateway.manage("/catalog", { method: "PUT", body }), 400);
  });
});

describe("without master keys", () => {
  it("a literal provider key is refused, with what to do about it", async () => {
    const bare = await startGateway({ vars: { MASTER_KEYS: "" } });
    try {
      const init = { method: "PUT", json: catalogue({ key: { value: "literal-key-of-acme-987654" } }) };
      const { error } = await jsonOf(await bare.manage("/catalog", init), 400);
      expect(error.message).toContain("MASTER_KEYS");
      expect(JSON.stringify(error)).not.toContain("987654");
      await bare.putCatalog(catalogue());
    } finally {
      await bare.close();
    }
  });
});

describe("anything else", () => {
  it.each(["/api/v1/nowhere", "/v1/chat", "/nowhere"])("%s is a 404 in the contract's form", async (path) => {
    const response = await fetch(gateway.origin + path);
    expect(response.headers.get("content-type")).toMatch(/^application\/json/);
    expect((await jsonOf(response, 404)).error).toMatchObject({ code: 404, message: expect.any(String) });
  });
});

function bearer(key: string) {
  return { authorization: `Bearer ${key}` };
}

/** A whole document of the operator, with a provider row that differs as told. */
function catalogue(provider: object = {}) {
  return {
    providers: {
      acme: {
        ...{ name: "Acme", api: "openai-chat", base_url: route.baseUrl, key: "ACME_API_KEY" },
        ...{ headers: { "x-team": "points" }, timeouts: { first_token_ms: 5000 } },
        ...{ data_policy: { training: false, retention_days: 0 }, regions: ["eu"] },
        ...provider,
      },
    },
    models: {
      "acme/one": {
        ...{ name: "One", canonical_slug: "acme/one-2026", context_length: 128000 },
        ...{ input_modalities: ["text"], output_modalities: ["text"] },
        endpoints: [
          {
            ...{ provider: "acme", model: "one-2026-internal", tag: "acme/turbo" },
            pricing: { prompt: "0.000001", completion: "0.000002", input_cache_read: "0.0000001" },
            ...{ context_length: 64000, max_completion_tokens: 8192, quantization: "fp8" },
          },
        ],
      },
    },
    defaults: { model: "acme/one" },
  };
}
