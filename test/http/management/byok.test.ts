import { env } from "cloudflare:workers";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createApp } from "../../../src/http/app.ts";
import { errorOf, MANAGEMENT_KEY, makeKey, manage, requestTo, send } from "../client.ts";

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers without a schema
type Json = any;

const PATH = "/api/v1/byok";
const SECRET = "sk-acme-of-the-team-7890";

const post = (json: object, call: object = {}) =>
  manage(PATH, { json: { provider: "acme", key: SECRET, ...json }, ...call });
const patch = (id: string, json: object) => manage(`${PATH}/${id}`, { method: "PATCH", json });
async function dataOf(answer: Promise<Response>, status = 200): Promise<Json> {
  const response = await answer;
  if (response.status !== status) throw new Error(`status ${response.status}: ${await response.text()}`);
  return (await response.json<Json>()).data;
}
const list = (query = "") => dataOf(manage(PATH + query));

async function clear(): Promise<void> {
  for (const { id } of await list()) await manage(`${PATH}/${id}`, { method: "DELETE" });
}

beforeAll(async () => {
  const provider = { name: "Acme", api: "openai-chat", base_url: "https://acme.test/v1", key: "NO_SUCH_SECRET" };
  const endpoint = { provider: "acme", model: "m", pricing: { prompt: "0.000001", completion: "0.000002" } };
  const model = { name: "One", endpoints: [endpoint] };
  await manage("/api/v1/catalog", {
    method: "PUT",
    json: { providers: { acme: provider }, models: { "acme/one": model } },
  });
});
afterAll(async () => {
  await clear();
  await manage("/api/v1/catalog", { method: "PUT", json: {} });
});

describe("a team's provider key", () => {
  it("is added, shown by its end, changed and removed", async () => {
    await clear();
    const { data: inference } = await makeKey();
    const fields = {
      ...{
        name: "The signal box",
        disabled: true,
        sort_order: 7,
        is_fallback: false,
        is_required: true,
        is_byok_only: true,
      },
      ...{ allowed_models: ["acme/one"], allowed_user_ids: ["ada"], declared_zdr: true },
      allowed_api_key_hashes: [inference.hash],
    };
    const made = await dataOf(post(fields), 201);
    expect(made).toEqual({
      ...fields,
      ...{ id: expect.any(String), provider: "acme", label: "…7890", workspace_id: "default" },
      created_at: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect(await dataOf(manage(`${PATH}/${made.id}`))).toEqual(made);
    expect(await list()).toEqual([made]);

    const change = {
      name: null,
      disabled: false,
      key: "sk-acme-of-the-team-0002",
      declared_zdr: null,
      allowed_models: null,
    };
    const { key: _, ...shown } = change;
    const changed = await dataOf(patch(made.id, change));
    expect(changed).toEqual({ ...made, ...shown, label: "…0002" });
    expect(await dataOf(manage(`${PATH}/${made.id}`))).toEqual(changed);
    expect(await dataOf(patch(made.id, {}))).toEqual(changed);

    expect(await (await manage(`${PATH}/${made.id}`, { method: "DELETE" })).json()).toEqual({ deleted: true });
    for (const method of ["GET", "DELETE"]) await errorOf(manage(`${PATH}/${made.id}`, { method }), 404);
    expect(await list()).toEqual([]);
  });

  it("is nowhere in the clear: in no answer, not in the store, not in the audit log", async () => {
    await clear();
    const made = await post({ name: "x" });
    const { id } = (await made.clone().json<Json>()).data;
    const seen = [made, await patch(id, { key: `${SECRET}-2` }), await manage(PATH), await manage("/api/v1/audit")];
    const texts = [
      ...(await Promise.all(seen.map((answer) => answer.text()))),
      (await env.KV.get("byok:default")) ?? "",
    ];
    expect(texts.at(-1)).toContain('"sealed":"k1.');
    for (const text of texts) expect(text).not.toContain("of-the-team");
  });

  it("has its place after the others of its provider", async () => {
    await clear();
    const ids: string[] = [];
    for (const json of [{}, {}, { sort_order: 0, name: "tie" }, { provider: "demo" }])
      ids.push((await dataOf(post(json), 201)).id);
    const keys = await list();
    expect(keys.map((key: Json) => [key.provider, key.sort_order])).toEqual([
      ["acme", 0],
      ["acme", 0],
      ["demo", 0],
      ["acme", 1],
    ]);
    expect(keys.map(({ id }: Json) => id)).toEqual([ids[0], ids[2], ids[3], ids[1]]);
    expect((await list("?provider=demo")).map(({ id }: Json) => id)).toEqual([ids[3]]);
    expect(await (await manage(`${PATH}?offset=1&limit=2`)).json()).toEqual({ data: keys.slice(1, 3), total_count: 4 });
  });

  it.each<[name: string, json: Json, field: string]>([
    ["no provider", { provider: undefined }, "provider"],
    ["a provider that there is not", { provider: "who" }, "provider"],
    ["no key", { key: undefined }, "key"],
    ["an empty key", { key: "" }, "key"],
    ["a key that no header can carry", { key: "sk-1\r\nx: y" }, "key"],
    ["a key outside ASCII", { key: "sk-ü" }, "key"],
    ["a service account of another token server", { key: '{"token_uri": "http://127.0.0.1/x"}' }, "key"],
    ["a flag that is none", { is_required: "yes" }, "is_required"],
    ["a place before the first", { sort_order: -1 }, "sort_order"],
    ["a fallback that is used alone", { is_fallback: true, is_byok_only: true }, "is_byok_only"],
    ["an empty list", { allowed_models: [] }, "allowed_models"],
    ["a list of something else", { allowed_user_ids: [1] }, "allowed_user_ids.0"],
    ["the hash of nobody's key", { allowed_api_key_hashes: ["0".repeat(64)] }, "allowed_api_key_hashes.0"],
    ["a workspace that there is not", { workspace_id: "who" }, "workspace_id"],
  ])("is refused with %s", async (_, json, field) => {
    expect(await errorOf(post(json), 400)).toMatchObject({ metadata: { field } });
  });

  it("is refused a change that does not go with what it is", async () => {
    await clear();
    const { id } = await dataOf(post({ is_fallback: true }), 201);
    expect(await errorOf(patch(id, { is_byok_only: true }), 400)).toMatchObject({
      metadata: { field: "is_byok_only" },
    });
    await dataOf(patch(id, { is_byok_only: true, is_fallback: false }));
  });

  it("is for management keys only", async () => {
    const { key } = await makeKey();
    for (const [method, path] of [
      ["GET", ""],
      ["POST", ""],
      ["GET", "/x"],
      ["PATCH", "/x"],
      ["DELETE", "/x"],
      ["POST", "/reseal"],
    ])
      await errorOf(send(PATH + path, { key, method }), 403);
  });
});

/** The Worker as it is with other secrets. */
function sendWith(vars: Partial<Cloudflare.Env>, path: string, call: object): Promise<Response> {
  const context = { waitUntil() {}, passThroughOnException() {}, props: {} };
  const request = requestTo(path, { key: MANAGEMENT_KEY, ...call });
  return Promise.resolve(createApp().fetch(request, { ...env, ...vars }, context as never));
}

describe("the master key", () => {
  it("is asked for where it is missing", async () => {
    const { MASTER_KEYS: _, ...without } = env;
    const context = { waitUntil() {}, passThroughOnException() {}, props: {} };
    const request = requestTo(PATH, { key: MANAGEMENT_KEY, json: { provider: "acme", key: SECRET } });
    const answer = await createApp().fetch(request, without, context as never);
    expect((await errorOf(answer, 400)).message).toContain("MASTER_KEYS");
  });

  it("is changed without a moment in which a stored key cannot be read", async () => {
    await clear();
    const K2 = `k2:${btoa("2".repeat(32))}`;
    const both = `${K2},${env.MASTER_KEYS}`;
    await post({});
    const provider = {
      name: "Sealed",
      api: "openai-chat",
      base_url: "https://s.test/v1",
      key: { value: "sk-sealed-1234" },
    };
    await manage("/api/v1/catalog", { method: "PUT", json: { providers: { sealed: provider } } });
    const reseal = (MASTER_KEYS: string) => dataOf(sendWith({ MASTER_KEYS }, `${PATH}/reseal`, { method: "POST" }));
    // Other files may have left keys of other teams.
    const { resealed, unreadable } = await reseal(both);
    expect(resealed).toBeGreaterThanOrEqual(2);
    const ours = unreadable.filter((key: Json) => key.provider === "sealed" || key.workspace_id === "default");
    expect(ours).toEqual([]);
    expect(await env.KV.get("byok:default")).toContain('"sealed":"k2.');
    expect(await env.KV.get("catalogue")).toContain('"sealed":"k2.');
    for (const masterKeys of [both, K2]) expect(await reseal(masterKeys)).toMatchObject({ resealed: 0 });
    // And back, since the other tests have the first one only.
    expect((await reseal(`${env.MASTER_KEYS},${K2}`)).resealed).toBeGreaterThanOrEqual(resealed);
  });
});

describe("KV that does not answer", () => {
  it("is a 503, and the key is not there afterwards", async () => {
    await clear();
    const error = vi.spyOn(console, "error").mockImplementation(() => {});
    const KV = new Proxy(env.KV, {
      get(target, property) {
        const value = Reflect.get(target, property);
        if (property === "put") return () => Promise.reject(new Error("down"));
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    const answer = await sendWith({ KV }, PATH, { json: { provider: "demo", key: SECRET } });
    expect(answer.headers.get("retry-after")).toBe("1");
    await errorOf(answer, 503);
    expect(await list()).toEqual([]);
    error.mockRestore();
  });
});
