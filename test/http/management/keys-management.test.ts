import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { chat, errorOf, makeKey, manage, send } from "../client.ts";
import { listedHashes } from "./listed-keys.ts";

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers without a schema
const dataOf = async (response: Response | Promise<Response>): Promise<any> =>
  JSON.parse(await (await response).text()).data;
const keyPath = (hash: string) => `/api/v1/keys/${hash}`;
const rotate = (hash: string, json?: unknown) => manage(`${keyPath(hash)}/rotate`, { method: "POST", json });
const workspace = async (id: string) => {
  await manage("/api/v1/workspaces", { json: { id, name: id } });
  return id;
};

describe("a management key", () => {
  it("is one of several, with a name, an expiry and an end", async () => {
    const expires_at = "2999-01-01T00:00:00.000Z";
    const { key, data } = await makeKey({ name: "Terraform", is_management_key: true, expires_at });
    expect(key).toMatch(/^sk-pm-mgmt-v1-[0-9a-f]{64}$/);
    expect(data).toMatchObject({ name: "Terraform", kind: "management", is_management_key: true, expires_at });
    for (const path of ["/api/v1/keys", "/api/v1/workspaces", "/api/v1/catalog", "/api/v1/presets"])
      expect((await send(path, { key })).status, path).toBe(200);
    expect((await send("/api/v1/keys", { key, json: { name: "made by it" } })).status).toBe(201);
    expect(await listedHashes()).toContain(data.hash);

    await errorOf(chat(key), 403);
    await manage(keyPath(data.hash), { method: "PATCH", json: { disabled: true } });
    expect(await errorOf(send("/api/v1/keys", { key }), 401)).toMatchObject({ message: "This key is disabled" });
    await manage(keyPath(data.hash), { method: "PATCH", json: { disabled: false } });
    expect((await send("/api/v1/keys", { key })).status).toBe(200);
    await manage(keyPath(data.hash), { method: "DELETE" });
    await errorOf(send("/api/v1/keys", { key }), 401);
  });

  it("may take itself away", async () => {
    const { key, data } = await makeKey({ kind: "management" });
    expect((await send(keyPath(data.hash), { key, method: "DELETE" })).status).toBe(200);
    await errorOf(send("/api/v1/keys", { key }), 401);
  });

  it.each([
    ...[{ limit: 5 }, { limit: 0 }, { limit_reset: "daily" }, { include_byok_in_limit: true }, { rpm: 5 }, { tpm: 5 }],
    ...[{ max_parallel: 5 }, { allowed_models: ["a"] }, { denied_providers: ["a"] }, { provider: { sort: "price" } }],
    ...[
      { data_policy: { zdr: true } },
      { preset: "p" },
      { dialect: "bud" },
      { checks: {} },
      { external: { user: "u" } },
    ],
  ])("is not given what is for inference: %j", async (fields) => {
    const [field] = Object.keys(fields);
    const json = { name: "x", is_management_key: true, ...fields };
    expect(await errorOf(manage("/api/v1/keys", { json }), 400)).toMatchObject({ metadata: { field } });
    if (field === "external") return;
    const { data } = await makeKey({ is_management_key: true });
    const answer = manage(keyPath(data.hash), { method: "PATCH", json: fields });
    expect(await errorOf(answer, 400)).toMatchObject({ metadata: { field } });
  });

  it.each<[json: object, field: string]>([
    [{ kind: "root" }, "kind"],
    [{ is_management_key: "yes" }, "is_management_key"],
    [{ kind: "api", is_management_key: true }, "is_management_key"],
    [{ kind: "management", is_management_key: false }, "is_management_key"],
    [{ workspace_id: "nowhere" }, "workspace_id"],
    [{ workspace_id: 7 }, "workspace_id"],
    [{ workspace_id: "selftest" }, "workspace_id"],
    [{ project_id: "nowhere" }, "project_id"],
    [{ workspace_id: "default", project_id: "other" }, "project_id"],
    [{ creator_user_id: 7 }, "creator_user_id"],
    [{ external: {} }, "external.user"],
    [{ external: { user: "u", api_key: "short" } }, "external.api_key"],
    [{ external: { user: "u", api_key: "x".repeat(40) } }, "external.api_key"],
    [{ external: { user: "u", api_key: `${"abcdefghijklmnop".repeat(3)} ` } }, "external.api_key"],
  ])("or another one is not made of %j", async (json, field) => {
    const error = await errorOf(manage("/api/v1/keys", { json: { name: "x", ...json } }), 400);
    expect(error).toMatchObject({ metadata: { field } });
  });
});

describe("a new token", () => {
  it("takes the place of the old one, with what was spent and what was made", async () => {
    const { key, data } = await makeKey({ name: "Rotating", limit: 1, rpm: 100 });
    const before = await chat(key);
    const id = before.headers.get("x-generation-id");
    const { cost } = (await before.json<{ usage: { cost: number } }>()).usage;
    const response = await rotate(data.hash);
    expect(response.status).toBe(201);
    const made = await response.json<{ key: string; data: Record<string, unknown>; previous: object }>();
    expect(made.key).toMatch(/^sk-pm-v1-[0-9a-f]{64}$/);
    expect(made.data).toMatchObject({ name: "Rotating", limit: 1, rpm: 100, usage: cost, rotated_from: data.hash });
    expect(made.previous).toEqual({ hash: data.hash, valid_until: expect.any(String) });

    await errorOf(chat(key), 401);
    await errorOf(manage(keyPath(data.hash)), 404);
    expect((await chat(made.key)).status).toBe(200);
    const own = await dataOf(send("/api/v1/key", { key: made.key }));
    expect(own.usage).toBeCloseTo(2 * cost, 12);
    expect(own.limit_remaining).toBeCloseTo(1 - 2 * cost, 12);
    expect((await send(`/api/v1/generation?id=${id}`, { key: made.key })).status).toBe(200);
  });

  it("leaves the old one its grace, which can be ended at once", async () => {
    const { key, data } = await makeKey();
    const answer = await rotate(data.hash, { grace_seconds: 3600 });
    const { key: token, previous } = await answer.json<{ key: string; previous: { valid_until: string } }>();
    expect(Math.abs(Date.parse(previous.valid_until) - Date.now() - 3_600_000)).toBeLessThan(10_000);
    for (const either of [key, token]) expect((await chat(either)).status).toBe(200);
    expect(await (await manage(keyPath(data.hash), { method: "DELETE" })).json()).toEqual({ deleted: true });
    await errorOf(chat(key), 401);
    expect((await chat(token)).status).toBe(200);
    await errorOf(manage(keyPath(data.hash), { method: "DELETE" }), 404);
  });

  it("does not let the old one live when the key is switched off", async () => {
    const { key, data } = await makeKey();
    const rotated = await (await rotate(data.hash, { grace_seconds: 60 })).json<{ data: { hash: string } }>();
    expect((await chat(key)).status).toBe(200);
    await manage(keyPath(rotated.data.hash), { method: "PATCH", json: { disabled: true } });
    expect(await errorOf(chat(key), 401)).toMatchObject({ message: "This key is disabled" });
  });

  it.each([-1, 604_801, 1.5, "60", true])("has no grace of %j", async (grace_seconds) => {
    const { key, data } = await makeKey();
    const error = await errorOf(rotate(data.hash, { grace_seconds }), 400);
    expect(error).toMatchObject({ metadata: { field: "grace_seconds" } });
    expect((await chat(key)).status).toBe(200);
  });

  it("has a grace of a week at most, and belongs to a key that is there", async () => {
    const { data } = await makeKey();
    expect((await rotate(data.hash, { grace_seconds: 604_800 })).status).toBe(201);
    await errorOf(rotate("0".repeat(64)), 404);
  });
});

describe("a partner's token", () => {
  it("opens the key that was made with it, is shown nowhere and is used once", async () => {
    const api_key = `partner-${crypto.randomUUID()}`;
    const { data } = await makeKey({ external: { user: "partner-user", api_key } });
    expect(data.external_user).toBe("partner-user");
    expect((await chat(api_key)).status).toBe(200);
    expect((await dataOf(manage(keyPath(data.hash)))).usage).toBeGreaterThan(0);
    const again = manage("/api/v1/keys", { json: { name: "x", external: { user: "u", api_key } } });
    expect(await errorOf(again, 400)).toMatchObject({ metadata: { field: "external.api_key" } });
    const { keys } = await env.KV.list({ prefix: "key:" });
    const values = await Promise.all(keys.map(({ name }) => env.KV.get(name)));
    expect(JSON.stringify([keys, values, data])).not.toContain(api_key);
  });
});

describe("the keys of a workspace", () => {
  it("are listed by its id and its slug; without them, those of the default one", async () => {
    const id = await workspace("signals");
    await manage("/api/v1/workspaces/signals", { method: "PATCH", json: { slug: "signal-box" } });
    const [ours, theirs] = [await makeKey({ workspace_id: id }), await makeKey()];
    expect(ours.data).toMatchObject({ workspace_id: id, project_id: id });
    for (const query of ["workspace_id=signals", "workspace_id=signal-box"])
      expect(await listedHashes(query)).toEqual([ours.data.hash]);
    for (const query of ["", "workspace_id=default"]) {
      expect(await listedHashes(query)).toContain(theirs.data.hash);
      expect(await listedHashes(query)).not.toContain(ours.data.hash);
    }
    expect(await listedHashes("workspace_id=*")).toEqual(expect.arrayContaining([ours.data.hash, theirs.data.hash]));
    await errorOf(manage("/api/v1/keys?workspace_id=nowhere"), 404);
    await errorOf(manage("/api/v1/keys?workspace_id="), 404);
  });

  it("stay there", async () => {
    const { data } = await makeKey();
    const json = { workspace_id: await workspace("sidings") };
    expect(await errorOf(manage(keyPath(data.hash), { method: "PATCH", json }), 400)).toMatchObject({
      metadata: { field: "workspace_id" },
    });
    expect((await manage(keyPath(data.hash), { method: "PATCH", json: { workspace_id: "default" } })).status).toBe(200);
  });

  it("show what the key and its workspace may still spend", async () => {
    const id = await workspace("purses");
    const budget = (interval: string, limit_usd: number) =>
      manage(`/api/v1/workspaces/${id}/budgets/${interval}`, { method: "PUT", json: { limit_usd } });
    await budget("monthly", 0.5);
    await budget("lifetime", 2);
    const { key } = await makeKey({ workspace_id: id, limit: 1, limit_reset: "weekly" });
    const { cost } = (await (await chat(key)).json<{ usage: { cost: number } }>()).usage;
    const colleague = await makeKey({ workspace_id: id });
    const paid = (await (await chat(colleague.key)).json<{ usage: { cost: number } }>()).usage.cost;
    const { budget_layers, effective_budget } = await dataOf(send("/api/v1/key", { key }));
    const common = { include_byok: false, guardrail_id: null };
    expect(budget_layers).toEqual([
      {
        ...{ ...common, scope: "api_key", limit_usd: 1, spend_usd: cost, remaining_usd: expect.closeTo(1 - cost, 12) },
        ...{ reset_interval: "weekly", resets_at: expect.stringMatching(/T00:00:00.000Z$/), budget_id: null },
      },
      {
        ...{ ...common, scope: "workspace", limit_usd: 0.5, spend_usd: expect.closeTo(cost + paid, 12) },
        remaining_usd: expect.closeTo(0.5 - cost - paid, 12),
        ...{ reset_interval: "monthly", resets_at: expect.stringMatching(/-01T00:00:00.000Z$/) },
        budget_id: expect.any(String),
      },
      {
        ...{ ...common, scope: "workspace", limit_usd: 2, spend_usd: expect.closeTo(cost + paid, 12) },
        remaining_usd: expect.closeTo(2 - cost - paid, 12),
        ...{ reset_interval: null, resets_at: null, budget_id: expect.any(String) },
      },
    ]);
    expect(effective_budget).toEqual(budget_layers[1]);
    const free = await dataOf(send("/api/v1/key", { key: (await makeKey()).key }));
    expect(free).toMatchObject({ budget_layers: [], effective_budget: null });
  });
});
