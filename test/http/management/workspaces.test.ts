import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { chat, errorOf, makeKey, manage, send } from "../client.ts";

const PATH = "/api/v1/workspaces";
// biome-ignore lint/suspicious/noExplicitAny: tests look into answers without a schema
const jsonOf = async (response: Response | Promise<Response>): Promise<any> =>
  JSON.parse(await (await response).text());
const make = (fields: object) => manage(PATH, { json: { name: "Made", ...fields } });
const change = (id: string, json: unknown) => manage(`${PATH}/${id}`, { method: "PATCH", json });
const post = (path: string, json: unknown) => manage(`${PATH}/${path}`, { json });
const budget = (path: string, json: unknown) => manage(`${PATH}/${path}`, { method: "PUT", json });

const SETTINGS = {
  description: "Who sets the points",
  default_text_model: "demo/echo",
  default_image_model: "acme/painter",
  default_provider_sort: "latency",
  disabled_server_tools: ["openrouter:bash"],
  io_logging_sampling_rate: 0.25,
  is_observability_broadcast_enabled: true,
  is_observability_io_logging_enabled: true,
  include_byok_in_budgets: true,
  rpm: 600,
  tpm: 1_000_000,
  max_parallel: 40,
  allowed_models: ["demo/*"],
  denied_models: ["demo/fault-*"],
  allowed_providers: ["demo"],
  denied_providers: ["slow"],
  provider: { allow_fallbacks: false },
  data_policy: { zdr: true },
  checks: { output: { toxicity: true } },
};

describe("a workspace", () => {
  it("is made with what it is given, and shown", async () => {
    const response = await make({ name: "Points", slug: "points", ...SETTINGS });
    expect(response.status).toBe(201);
    const { data } = await response.json<{ data: Record<string, unknown> }>();
    expect(data).toMatchObject({ ...SETTINGS, name: "Points", slug: "points", created_by: null, updated_at: null });
    expect(data.id).toMatch(/^[0-9a-f-]{36}$/);
    for (const name of [data.id, "points"]) expect((await jsonOf(manage(`${PATH}/${name}`))).data).toEqual(data);
    const all: unknown[] = [];
    for (let total = 1; all.length < total; ) {
      const page = await jsonOf(manage(`${PATH}?limit=100&offset=${all.length}`));
      total = page.total_count;
      all.push(...page.data);
    }
    expect(all).toContainEqual(data);
    expect(all[0]).toMatchObject({ id: "default" });
  });

  it("may choose its id, and has a slug then too", async () => {
    expect((await jsonOf(make({ id: "chosen_1" }))).data).toMatchObject({ id: "chosen_1", slug: "chosen_1" });
    for (const fields of [{ id: "chosen_1" }, { slug: "chosen_1" }, { id: "default" }, { slug: "default" }])
      expect(await errorOf(make(fields), 409)).toMatchObject({ metadata: { error_type: "conflict" } });
  });

  it("can be changed field by field", async () => {
    const { data } = await jsonOf(make({ id: "changing" }));
    let expected = data;
    for (const [field, value] of Object.entries({ ...SETTINGS, name: "Changed", slug: "changed" })) {
      expected = { ...expected, [field]: value, updated_at: expect.any(String) };
      expect((await jsonOf(change("changing", { [field]: value }))).data).toEqual(expected);
    }
    const { name: _, slug: __, ...rest } = { ...SETTINGS, name: "", slug: "" };
    const nullable = Object.entries(rest).filter(([, value]) => typeof value !== "boolean" && value !== 0.25);
    for (const [field] of nullable) {
      expected = { ...expected, [field]: null };
      expect((await jsonOf(change("changing", { [field]: null }))).data).toEqual(expected);
    }
    expect((await jsonOf(change("changing", { default_model: "demo/story" }))).data.default_text_model).toBe(
      "demo/story",
    );
  });

  it.each<[json: unknown, field: string]>([
    [[], "body"],
    [{ name: "" }, "name"],
    [{ name: 7 }, "name"],
    [{ slug: "Has Spaces" }, "slug"],
    [{ slug: "-a" }, "slug"],
    [{ slug: "a--b" }, "slug"],
    [{ default_provider_sort: "random" }, "default_provider_sort"],
    [{ default_text_model: 7 }, "default_text_model"],
    [{ description: 7 }, "description"],
    [{ disabled_server_tools: "bash" }, "disabled_server_tools"],
    [{ io_logging_sampling_rate: 0 }, "io_logging_sampling_rate"],
    [{ io_logging_sampling_rate: 2 }, "io_logging_sampling_rate"],
    [{ io_logging_api_key_ids: [1] }, "io_logging_api_key_ids.0"],
    [{ is_observability_io_logging_enabled: "yes" }, "is_observability_io_logging_enabled"],
    [{ is_data_discount_logging_enabled: true }, "is_data_discount_logging_enabled"],
    [{ rpm: 0 }, "rpm"],
    [{ allowed_models: [] }, "allowed_models"],
    [{ provider: { only: 7 } }, "provider.only"],
    [{ data_policy: { zdr: 1 } }, "data_policy.zdr"],
  ])("is refused with the field that is wrong: %j", async (json, field) => {
    const made = Array.isArray(json) ? json : { name: "x", ...(json as object) };
    for (const answer of [manage(PATH, { json: made }), change("default", json)])
      expect(await errorOf(answer, 400)).toMatchObject({ metadata: { error_type: "invalid_request", field } });
  });

  it.each([
    [{}, "name"],
    [{ name: "x", id: "Upper" }, "id"],
    [{ name: "x", id: "-x" }, "id"],
    [{ name: "x", members: [{ user_id: "" }] }, "members.0.user_id"],
    [{ name: "x", members: [{ user_id: "u", role: "owner" }] }, "members.0.role"],
  ])("is not made of %j", async (json, field) => {
    expect(await errorOf(manage(PATH, { json }), 400)).toMatchObject({ metadata: { field } });
  });

  it("is not there for anyone under another name", async () => {
    for (const name of ["nowhere", "selftest", "..%2fkeys", "a%20b"]) {
      await errorOf(manage(`${PATH}/${name}`), 404);
      await errorOf(change(name, { name: "x" }), 404);
      await errorOf(manage(`${PATH}/${name}`, { method: "DELETE" }), 404);
    }
  });

  it("comes in pages", async () => {
    for (const id of ["page-1", "page-2", "page-3"]) await make({ id });
    const { data: all, total_count } = await jsonOf(manage(`${PATH}?limit=100`));
    expect((await jsonOf(manage(`${PATH}?offset=1&limit=2`))).data).toEqual(all.slice(1, 3));
    expect((await jsonOf(manage(`${PATH}?offset=${total_count}`))).data).toEqual([]);
    for (const [field, value] of Object.entries({ offset: "-1", limit: "0" }))
      expect(await errorOf(manage(`${PATH}?${field}=${value}`), 400)).toMatchObject({ metadata: { field } });
  });
});

describe("a workspace that is deleted", () => {
  it("takes its keys along at once, and its id is not used again", async () => {
    await make({ id: "doomed" });
    const [{ key, data }, { key: management }] = [
      await makeKey({ workspace_id: "doomed" }),
      await makeKey({ workspace_id: "doomed", is_management_key: true }),
    ];
    expect((await chat(key)).status).toBe(200);
    expect((await send(`${PATH}/doomed`, { key: management })).status).toBe(200);
    expect(await jsonOf(manage(`${PATH}/doomed`, { method: "DELETE" }))).toEqual({ deleted: true });
    for (const answer of [chat(key), send("/api/v1/key", { key }), send("/api/v1/keys", { key: management })])
      expect(await errorOf(answer, 401)).toMatchObject({ message: "The workspace or project of this key was deleted" });
    await errorOf(manage(`${PATH}/doomed`), 404);
    await errorOf(make({ id: "doomed" }), 409);
    await errorOf(manage("/api/v1/keys", { json: { name: "x", workspace_id: "doomed" } }), 400);
    expect((await manage(`/api/v1/keys/${data.hash}`)).status).toBe(200);
  });

  it("is never the default one", async () => {
    expect(await errorOf(manage(`${PATH}/default`, { method: "DELETE" }), 403)).toMatchObject({
      metadata: { error_type: "permission_denied" },
    });
  });

  it("is not one that cannot be read: that is a 503", async () => {
    await env.KV.put("team:garbled", "{}");
    const { data } = await makeKey();
    const stored = await env.KV.get<object>(`key:${data.hash}`, "json");
    const token = "sk-of-a-garbled-team";
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token));
    const hash = new Uint8Array(digest).toHex();
    await env.KV.put(`key:${hash}`, JSON.stringify({ ...stored, hash, team: "garbled" }));
    expect(await errorOf(chat(token), 503)).toMatchObject({ metadata: { error_type: "unavailable" } });
    await Promise.all([env.KV.delete("team:garbled"), env.KV.delete(`key:${hash}`)]);
  });
});

describe("the members of a workspace", () => {
  it("are added once, get roles and are removed", async () => {
    const members = [{ user_id: "anna", role: "admin" }];
    await make({ id: "crew", members });
    const added = await jsonOf(post("crew/members/add", { user_ids: ["anna", "ben", "ben", "cleo"] }));
    expect(added.added_count).toBe(2);
    expect(added.data.map((member: { user_id: string; role: string }) => [member.user_id, member.role])).toEqual([
      ["anna", "admin"],
      ["ben", "member"],
      ["cleo", "member"],
    ]);
    const raised = await jsonOf(post("crew/members/add", { user_ids: ["ben"], role: "guest" }));
    expect(raised).toMatchObject({ added_count: 0, data: [{ user_id: "ben", role: "guest", workspace_id: "crew" }] });
    expect(await jsonOf(manage(`${PATH}/crew/members?offset=1&limit=1`))).toMatchObject({
      data: [{ user_id: "ben", role: "guest" }],
      total_count: 3,
    });
    expect(await jsonOf(post("crew/members/remove", { user_ids: ["anna", "nobody"] }))).toEqual({ removed_count: 1 });
    const left = await jsonOf(manage(`${PATH}/crew/members`));
    expect(left.data.map(({ user_id }: { user_id: string }) => user_id)).toEqual(["ben", "cleo"]);
  });

  it.each([
    [{}, "user_ids"],
    [{ user_ids: [] }, "user_ids"],
    [{ user_ids: "anna" }, "user_ids"],
    [{ user_ids: [7] }, "user_ids.0"],
    [{ user_ids: ["anna"], role: "owner" }, "role"],
  ])("are not %j", async (json, field) => {
    for (const action of ["add", "remove"])
      expect(await errorOf(post(`default/members/${action}`, json), 400)).toMatchObject({ metadata: { field } });
  });

  it("are a thousand at most", async () => {
    const members = Array.from({ length: 1000 }, (_, index) => ({ user_id: `u${index}` }));
    await make({ id: "crowd", members });
    expect(await errorOf(post("crowd/members/add", { user_ids: ["one-more"] }), 400)).toMatchObject({
      metadata: { field: "user_ids" },
    });
    expect((await post("crowd/members/add", { user_ids: ["u7"] })).status).toBe(200);
  });
});

describe("the budgets of a workspace", () => {
  it("are set, changed, read and removed by interval", async () => {
    await make({ id: "purse" });
    const set = await jsonOf(budget("purse/budgets/monthly", { limit_usd: 500.5 }));
    const monthly = { workspace_id: "purse", reset_interval: "monthly", limit_usd: 500.5 };
    expect(set).toMatchObject({ data: monthly, include_byok_in_budgets: false });
    const lifetime = await jsonOf(budget("purse/budgets/lifetime", { limit_usd: 9, include_byok_in_budgets: true }));
    expect(lifetime).toMatchObject({ data: { reset_interval: null, limit_usd: 9 }, include_byok_in_budgets: true });
    await budget("purse/budgets/daily", { limit_usd: 1 });
    const listed = await jsonOf(manage(`${PATH}/purse/budgets`));
    expect(listed.include_byok_in_budgets).toBe(true);
    expect(listed.data.map((each: { reset_interval: string }) => each.reset_interval)).toEqual([
      "daily",
      "monthly",
      null,
    ]);

    const changed = await jsonOf(budget("purse/budgets/monthly", { limit_usd: 600 }));
    expect(changed.data).toEqual({ ...set.data, limit_usd: 600, updated_at: expect.any(String) });
    expect(await jsonOf(manage(`${PATH}/purse/budgets/monthly`))).toEqual(changed);
    expect(await jsonOf(manage(`${PATH}/purse/budgets/monthly`, { method: "DELETE" }))).toEqual({ deleted: true });
    for (const method of ["GET", "DELETE"]) await errorOf(manage(`${PATH}/purse/budgets/monthly`, { method }), 404);
    expect((await jsonOf(manage(`${PATH}/purse/budgets`))).data).toHaveLength(2);
  });

  it.each([
    [{}, "limit_usd"],
    [{ limit_usd: 0 }, "limit_usd"],
    [{ limit_usd: -1 }, "limit_usd"],
    [{ limit_usd: "5" }, "limit_usd"],
    [{ limit_usd: 1e9 }, "limit_usd"],
    [{ limit_usd: 5, include_byok_in_budgets: 1 }, "include_byok_in_budgets"],
  ])("are not %j", async (json, field) => {
    expect(await errorOf(budget("default/budgets/daily", json), 400)).toMatchObject({ metadata: { field } });
  });

  it("have no other interval", async () => {
    for (const method of ["GET", "PUT", "DELETE"]) {
      const body = method === "PUT" ? { json: { limit_usd: 5 } } : {};
      expect(await errorOf(manage(`${PATH}/default/budgets/hourly`, { method, ...body }), 400)).toMatchObject({
        metadata: { field: "interval" },
      });
    }
  });
});
