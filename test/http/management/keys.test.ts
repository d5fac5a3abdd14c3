import { describe, expect, it } from "vitest";
import { chat, errorOf, makeKey, manage, send } from "../client.ts";
import { listedHashes } from "./listed-keys.ts";

const KEY_FIELDS = [
  ["hash", "label", "name", "kind", "is_management_key", "disabled"],
  ["limit", "limit_remaining", "limit_reset", "include_byok_in_limit", "budget_layers", "effective_budget"],
  ["rpm", "tpm", "max_parallel", "preset", "allowed_ips", "dialect", "checks"],
  ["allowed_models", "denied_models", "allowed_providers", "denied_providers", "provider", "data_policy"],
  ["user_id", "project_id", "rotated_from"],
  ["usage", "usage_daily", "usage_weekly", "usage_monthly"],
  ["byok_usage", "byok_usage_daily", "byok_usage_weekly", "byok_usage_monthly"],
  ["created_at", "updated_at", "creator_user_id", "external_user", "workspace_id", "expires_at"],
].flat();

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers without a schema
const dataOf = async (response: Response | Promise<Response>): Promise<any> =>
  JSON.parse(await (await response).text()).data;
const keyPath = (hash: string) => `/api/v1/keys/${hash}`;
const change = (hash: string, json: unknown) => manage(keyPath(hash), { method: "PATCH", json });

describe("a new key", () => {
  it("is shown once with its token, and later without", async () => {
    const { key, data } = await makeKey({ name: "Anna's laptop" });
    expect(key).toMatch(/^sk-pm-v1-[0-9a-f]{64}$/);
    expect(Object.keys(data).sort()).toEqual([...KEY_FIELDS].sort());
    expect(data).toMatchObject({
      name: "Anna's laptop",
      label: `${key.slice(0, 12)}...${key.slice(-3)}`,
      disabled: false,
      limit: null,
      limit_remaining: null,
      usage: 0,
      updated_at: null,
      workspace_id: expect.any(String),
    });
    const later = await (await manage(keyPath(data.hash))).text();
    expect(JSON.parse(later).data).toEqual(data);
    expect(later).not.toContain(key);
  });

  it("has what it was given", async () => {
    const expires_at = new Date(Date.now() + 86_400_000).toISOString();
    const fields = {
      limit: 12.5,
      limit_reset: "monthly",
      include_byok_in_limit: true,
      creator_user_id: "u",
      external: { user: "e" },
      expires_at,
    };
    expect((await makeKey(fields)).data).toMatchObject({
      limit: 12.5,
      limit_remaining: 12.5,
      limit_reset: "monthly",
      include_byok_in_limit: true,
      creator_user_id: "u",
      external_user: "e",
      expires_at,
    });
  });

  it.each([0.000000001, 0.1, 0.29, 1_000_000])("keeps a limit of %d dollars to the last digit", async (limit) => {
    expect((await makeKey({ limit })).data).toMatchObject({ limit, limit_remaining: limit });
  });

  it("may have a time in another zone", async () => {
    expect((await makeKey({ expires_at: "2999-01-31T12:00:00+02:00" })).data.expires_at).toBe(
      "2999-01-31T10:00:00.000Z",
    );
  });

  it.each<[json: unknown, field: string | undefined]>([
    [[], "body"],
    ["x", "body"],
    [null, "body"],
    [{}, "name"],
    [{ name: "" }, "name"],
    [{ name: 7 }, "name"],
    [{ name: "x".repeat(257) }, "name"],
    [{ name: "x", limit: -1 }, "limit"],
    [{ name: "x", limit: "5" }, "limit"],
    [{ name: "x", limit_reset: "hourly" }, "limit_reset"],
    [{ name: "x", include_byok_in_limit: "yes" }, "include_byok_in_limit"],
    [{ name: "x", expires_at: "tomorrow" }, "expires_at"],
    [{ name: "x", expires_at: "2999-01-31" }, "expires_at"],
    [{ name: "x", expires_at: "2999-01-31T12:00:00" }, "expires_at"],
    [{ name: "x", expires_at: "2999-01-31T12:00Z" }, "expires_at"],
    [{ name: "x", expires_at: "2020-01-31T12:00:00Z" }, "expires_at"],
    [{ name: "x", external: { user: 7 } }, "external.user"],
  ])("is refused with the field that is wrong: %j", async (json, field) => {
    const error = await errorOf(manage("/api/v1/keys", { json }), 400);
    expect(error).toMatchObject({ metadata: { error_type: "invalid_request", field } });
  });
});

describe("a key that is changed", () => {
  it("keeps what was not mentioned", async () => {
    const { data } = await makeKey({ name: "Before", limit: 5, limit_reset: "daily" });
    const changed = await dataOf(change(data.hash, { name: "After" }));
    expect(changed).toEqual({ ...data, name: "After", updated_at: expect.any(String) });
    expect(await dataOf(manage(keyPath(data.hash)))).toEqual(changed);
  });

  it("may lose its limit, and its reset", async () => {
    const { data } = await makeKey({ limit: 5, limit_reset: "daily" });
    expect(await dataOf(change(data.hash, { limit: null, limit_reset: null }))).toMatchObject({
      limit: null,
      limit_remaining: null,
      limit_reset: null,
    });
  });

  it.each([{ name: "" }, { disabled: "yes" }, { limit: -1 }, { limit_reset: "x" }])(
    "is refused with the field that is wrong: %j",
    async (json) => {
      const { data } = await makeKey();
      expect(await errorOf(change(data.hash, json), 400)).toMatchObject({ metadata: { field: Object.keys(json)[0] } });
    },
  );
});

describe("a key that is not there", () => {
  it.each(["0".repeat(64), "x", "%2e%2e", "catalogue"])("is a 404: %s", async (hash) => {
    for (const call of [{}, { method: "DELETE" }, { method: "PATCH", json: { name: "x" } }])
      expect(await errorOf(manage(keyPath(hash), call), 404)).toMatchObject({ metadata: { error_type: "not_found" } });
  });
});

describe("the list of keys", () => {
  it("has them all, and can leave out those that are switched off", async () => {
    const [on, off] = [await makeKey(), await makeKey()];
    await change(off.data.hash, { disabled: true });
    expect(await listedHashes()).toEqual(expect.arrayContaining([on.data.hash, off.data.hash]));
    expect(await listedHashes("include_disabled=true")).toContain(off.data.hash);
    expect(await listedHashes("include_disabled=false")).not.toContain(off.data.hash);
    expect(await dataOf(manage("/api/v1/keys?offset=100000"))).toEqual([]);
  });

  it.each(["-1", "x", "1.5"])("does not begin at %s", async (offset) => {
    expect(await errorOf(manage(`/api/v1/keys?offset=${offset}`), 400)).toMatchObject({
      metadata: { field: "offset" },
    });
  });
});

describe("what a key has spent", () => {
  it("shows at once, in every period, and takes from its limit", async () => {
    const { key, data } = await makeKey({ limit: 1 });
    const { usage } = await (await chat(key)).json<{ usage: { cost: number } }>();
    const { cost } = usage;
    expect(cost).toBeGreaterThan(0);
    const shown = await dataOf(manage(keyPath(data.hash)));
    expect(shown).toMatchObject({
      usage: cost,
      usage_daily: cost,
      usage_weekly: cost,
      usage_monthly: cost,
      byok_usage: 0,
    });
    expect(shown.limit_remaining).toBeCloseTo(1 - cost, 12);
    const other = await makeKey();
    expect(await dataOf(manage(keyPath(other.data.hash)))).toMatchObject({ usage: 0 });
  });
});

describe("a caller's own key", () => {
  it.each(["/api/v1/key", "/v1/key", "/api/v1/auth/key"])(
    "is told at %s, with all that clients require",
    async (path) => {
      const { key, data } = await makeKey({ limit: 3 });
      const own = await dataOf(send(path, { key }));
      expect(own).toMatchObject({
        label: data.label,
        limit: 3,
        limit_remaining: 3,
        is_free_tier: false,
        is_management_key: false,
        is_provisioning_key: false,
        organization_id: null,
        allowed_data_regions: ["global"],
        free_model_daily_requests: { limit: 0, remaining: 0, used: 0 },
        rate_limit: { requests: expect.any(Number), interval: expect.any(String), note: expect.any(String) },
      });
      for (const field of [
        "usage",
        "usage_daily",
        "usage_weekly",
        "usage_monthly",
        "byok_usage",
        "include_byok_in_limit",
        "creator_user_id",
        "workspace_id",
      ])
        expect(own).toHaveProperty(field);
      expect(JSON.stringify(own)).not.toContain(data.hash);
    },
  );

  it("is said to be a management key where it is one", async () => {
    const kinds = { is_management_key: true, is_provisioning_key: true };
    expect(await dataOf(manage("/api/v1/key"))).toMatchObject({ label: "MANAGEMENT_KEY", limit: null, ...kinds });
    const { key, data } = await makeKey({ is_management_key: true });
    expect(await dataOf(send("/api/v1/key", { key }))).toMatchObject({ label: data.label, limit: null, ...kinds });
  });
});
