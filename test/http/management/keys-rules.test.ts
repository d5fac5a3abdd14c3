import { describe, expect, it } from "vitest";
import { chat, errorOf, makeKey, manage, send } from "../client.ts";

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers without a schema
const dataOf = async (response: Response | Promise<Response>): Promise<any> =>
  JSON.parse(await (await response).text()).data;
const change = (hash: string, json: unknown) => manage(`/api/v1/keys/${hash}`, { method: "PATCH", json });

/** Every field beside OpenRouter's, with a value. */
const RULES = {
  rpm: 60,
  tpm: 100_000,
  max_parallel: 4,
  allowed_models: ["demo/*", "acme/one:free"],
  denied_models: ["demo/fault-*"],
  allowed_providers: ["demo", "acme/turbo"],
  denied_providers: ["Slow & Co"],
  provider: { sort: "price", order: ["demo"], max_price: { prompt: "1.5" } },
  data_policy: { data_collection: "deny", zdr: true },
  allowed_ips: ["10.0.0.0/8", "2001:db8::/32", "192.0.2.7"],
  dialect: "jamai",
  checks: { input: { pii: "block" } },
};

describe("the rules of a key", () => {
  it("are given when it is made, and shown to management and to the key", async () => {
    const { key, data } = await makeKey({ ...RULES, denied_providers: ["slow"], allowed_ips: null });
    const given = { ...RULES, denied_providers: ["slow"], allowed_ips: null };
    expect(data).toMatchObject(given);
    expect(await dataOf(manage(`/api/v1/keys/${data.hash}`))).toMatchObject(given);
    expect(await dataOf(send("/api/v1/key", { key }))).toMatchObject(given);
  });

  it("can be changed one by one, and taken away", async () => {
    const { denied_providers: _, ...rules } = RULES;
    const { data } = await makeKey();
    let expected: Record<string, unknown> = data;
    for (const [field, value] of Object.entries(rules)) {
      expect(expected[field]).toBeNull();
      expected = { ...expected, [field]: value, updated_at: expect.any(String) };
      expect(await dataOf(change(data.hash, { [field]: value }))).toEqual(expected);
    }
    for (const field of Object.keys(rules)) {
      expected = { ...expected, [field]: null };
      expect(await dataOf(change(data.hash, { [field]: null }))).toEqual(expected);
    }
  });

  it("may be an expiry that comes later, or falls away", async () => {
    const { data } = await makeKey({ expires_at: "2999-01-01T00:00:00Z" });
    expect((await dataOf(change(data.hash, { expires_at: "2998-01-01T00:00:00Z" }))).expires_at).toBe(
      "2998-01-01T00:00:00.000Z",
    );
    expect((await dataOf(change(data.hash, { expires_at: null }))).expires_at).toBeNull();
  });

  it("may be a preset, if there is one", async () => {
    expect(await errorOf(manage("/api/v1/keys", { json: { name: "x", preset: "rules-nowhere" } }), 400)).toMatchObject({
      metadata: { field: "preset" },
    });
    await manage("/api/v1/presets/rules-here/chat/completions", { json: { model: "demo/echo" } });
    expect((await makeKey({ preset: "rules-here" })).data.preset).toBe("rules-here");
  });

  const rate = (field: string) => [0, -1, 1.5, "60", true, 1e12].map((value): [string, unknown] => [field, value]);
  const names = (field: string) =>
    ["demo/*", [7], ["two words"], [""], {}].map((value): [string, unknown] => [field, value]);
  it.each<[field: string, value: unknown, at?: string]>([
    ...rate("rpm"),
    ...rate("tpm"),
    ...rate("max_parallel"),
    ...["allowed_models", "denied_models", "allowed_providers", "denied_providers"].flatMap(names),
    ["allowed_models", []],
    ["allowed_providers", []],
    ["provider", "acme"],
    ["provider", { order: "acme" }, "provider.order"],
    ["provider", { data_collection: "maybe" }, "provider.data_collection"],
    ["provider", { max_price: { prompt: -1 } }, "provider.max_price.prompt"],
    ["preset", "a b"],
    ["preset", 7],
    ["data_policy", "deny"],
    ["data_policy", { zdr: "yes" }, "data_policy.zdr"],
    ["data_policy", { data_collection: "never" }, "data_policy.data_collection"],
    ["data_policy", { zrd: true }],
    ["allowed_ips", "10.0.0.0/8"],
    ["allowed_ips", []],
    ["allowed_ips", ["10.0.0.0/8", "10.0.0.0/33"], "allowed_ips.1"],
    ["dialect", "french"],
    ["checks", "all"],
    ["checks", { input: "x".repeat(20_000) }],
    ["expires_at", "2020-01-31T12:00:00Z"],
  ])("are refused where %s is %j, by name", async (field, value, at = field) => {
    const { data } = await makeKey();
    for (const answer of [
      manage("/api/v1/keys", { json: { name: "x", [field]: value } }),
      change(data.hash, { [field]: value }),
    ]) {
      const error = await errorOf(answer, 400);
      const named = error.metadata.field;
      expect(named === at || named.startsWith(`${at}.`), named).toBe(true);
      expect(error.message).toContain(named);
    }
    expect(await dataOf(manage(`/api/v1/keys/${data.hash}`))).toEqual(data);
  });
});

describe("a key that may be used from some addresses", () => {
  it.each([
    ["10.1.2.3", 200],
    ["2001:db8::1", 200],
    ["11.1.2.3", 403],
    ["2001:db9::1", 403],
    ["rubbish", 403],
    [undefined, 403],
  ])("from %s gets a %d", async (address, status) => {
    const { key } = await makeKey({ allowed_ips: ["10.0.0.0/8", "2001:db8::/32"] });
    const headers: Record<string, string> = address === undefined ? {} : { "cf-connecting-ip": address };
    const answer = await send("/api/v1/key", { key, headers });
    expect(answer.status).toBe(status);
    if (status === 403) {
      const { error } = await answer.json<{ error: { message: string; metadata: object } }>();
      expect(error).toMatchObject({ metadata: { error_type: "permission_denied" } });
      expect(error.message).not.toContain("10.0.0.0");
    }
    expect((await chat(key, {}, { headers })).status).toBe(status);
  });

  it("is not helped by what a client says of itself", async () => {
    const { key } = await makeKey({ allowed_ips: ["10.0.0.0/8"] });
    for (const name of ["x-forwarded-for", "x-real-ip", "true-client-ip", "forwarded", "x-client-ip"]) {
      const headers = { [name]: "10.1.2.3", "cf-connecting-ip": "203.0.113.9" };
      expect((await send("/api/v1/key", { key, headers })).status).toBe(403);
    }
  });
});
