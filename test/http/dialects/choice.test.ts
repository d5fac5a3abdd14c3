import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { HELLO, MANAGEMENT_KEY, makeKey, manage, send } from "../client.ts";

/** Keys by what they say of their dialect. */
const keys: Record<string, string> = {};

beforeAll(async () => {
  const members = [{ user_id: "u" }];
  await manage("/api/v1/projects/default", { method: "PATCH", json: { members } });
  for (const dialect of ["openrouter", "predictionguard", "jamai", "bud"])
    keys[dialect] = (await makeKey({ dialect })).key;
  keys.plain = (await makeKey()).key;
  keys.pat = (await makeKey({ kind: "pat", user_id: "u" })).key;
  keys.budPat = (await makeKey({ kind: "pat", user_id: "u", dialect: "bud" })).key;
  keys.service = (await makeKey({ kind: "service" })).key;
  keys.unknown = "sk-pm-v1-unknown";
  keys.unknownPat = "pm_pat_unknown";
  keys.unknownService = "pm_svc_unknown";
  keys.management = MANAGEMENT_KEY;
  const expires_at = new Date(Date.now() + 3_600_000).toISOString();
  const disabled = await makeKey({ dialect: "bud" });
  await manage(`/api/v1/keys/${disabled.data.hash}`, { method: "PATCH", json: { disabled: true } });
  keys.disabled = disabled.key;
  const expired = await makeKey({ dialect: "jamai", expires_at });
  const stored = await env.KV.get<object>(`key:${expired.data.hash}`, "json");
  await env.KV.put(`key:${expired.data.hash}`, JSON.stringify({ ...stored, expiresAtMs: Date.now() - 1 }));
  await manage(`/api/v1/keys/${expired.data.hash}`, { method: "PATCH", json: { name: "expired" } });
  keys.expired = expired.key;
});

/** In which dialect an error is. */
function dialectOf(body: unknown): string {
  const { object, error, ...others } = body as Record<string, unknown>;
  if (object === "error") return "jamai";
  if (typeof error === "string") return Object.keys(others).length === 0 ? "one string" : "?";
  const fields = Object.keys(error as object)
    .sort()
    .join();
  return fields === "code,message,metadata" ? "openrouter" : fields === "code,message,type" ? "bud" : "?";
}

const WRONG = { model: "demo/echo", messages: HELLO, top_p: 2 };
const service = { "x-project-id": "default", "x-user-id": "u" };

describe("a dialect", () => {
  it.each<[name: string, path: string, status: number, expected: string]>([
    ["plain", "/api/v1/chat/completions", 400, "openrouter"],
    ["plain", "/v1/chat/completions", 400, "openrouter"],
    ["plain", "/chat/completions", 400, "one string"],
    ["openrouter", "/chat/completions", 400, "openrouter"],
    ["predictionguard", "/api/v1/chat/completions", 400, "one string"],
    ["jamai", "/api/v1/chat/completions", 422, "jamai"],
    ["jamai", "/chat/completions", 422, "jamai"],
    ["bud", "/v1/chat/completions", 400, "one string"],
    ["pat", "/api/v1/chat/completions", 422, "jamai"],
    ["pat", "/chat/completions", 422, "jamai"],
    ["service", "/api/v1/chat/completions", 422, "jamai"],
    ["budPat", "/api/v1/chat/completions", 400, "one string"],
    ["unknown", "/api/v1/chat/completions", 401, "openrouter"],
    ["unknown", "/chat/completions", 401, "one string"],
    ["unknownPat", "/api/v1/chat/completions", 401, "jamai"],
    ["unknownPat", "/chat/completions", 401, "jamai"],
    ["unknownService", "/api/v1/models", 401, "jamai"],
    ["disabled", "/api/v1/chat/completions", 401, "bud"],
    ["expired", "/api/v1/chat/completions", 401, "jamai"],
    ["management", "/api/v1/chat/completions", 403, "openrouter"],
    ["management", "/chat/completions", 403, "one string"],
    ["none", "/api/v1/chat/completions", 401, "openrouter"],
    ["none", "/chat/completions", 401, "one string"],
    ["none", "/nowhere", 404, "openrouter"],
    ["none", "/chat/nope", 404, "openrouter"],
    ["unknown", "/chat/nope", 404, "openrouter"],
    ["plain", "/chat/nope", 404, "openrouter"],
    ["none", "/api/v1/chat/nope", 404, "openrouter"],
    ["unknown", "/v1/chat/nope", 404, "openrouter"],
    ["plain", "/api/v1/chat/nope", 404, "openrouter"],
    ["jamai", "/api/v1/chat/nope", 404, "jamai"],
    ["jamai", "/chat/nope", 404, "jamai"],
    ["bud", "/v1/nope", 404, "bud"],
    ["predictionguard", "/v1/nope", 404, "one string"],
    ["service", "/v1/nope", 404, "jamai"],
    ["jamai", "/api/v1/keys", 403, "jamai"],
    ["bud", "/api/v1/keys", 403, "bud"],
    ["predictionguard", "/api/v1/keys", 403, "one string"],
    ["unknownPat", "/nowhere", 404, "jamai"],
  ])("of %s at %s is known (%i)", async (name, path, status, expected) => {
    const headers = name === "service" ? service : {};
    const json = path.endsWith("/models") ? {} : { method: "POST", json: WRONG };
    const response = await send(path, { key: name === "none" ? undefined : keys[name], headers, ...json });
    const body = await response.json();
    expect(response.status, JSON.stringify(body)).toBe(status);
    expect(dialectOf(body)).toBe(expected);
  });

  it("is also known of a token that is sent in another way", async () => {
    for (const headers of [{ "x-api-key": "pm_pat_unknown" }, { authorization: "pm_svc_unknown" }] as Record<
      string,
      string
    >[]) {
      const response = await send("/api/v1/models", { headers });
      expect([response.status, dialectOf(await response.json())]).toEqual([401, "jamai"]);
    }
  });

  it("can be changed, and taken away", async () => {
    const { key, data } = await makeKey({ dialect: "jamai" });
    const ask = async () => dialectOf(await (await send("/api/v1/chat/completions", { key, json: WRONG })).json());
    expect(await ask()).toBe("jamai");
    await manage(`/api/v1/keys/${data.hash}`, { method: "PATCH", json: { dialect: "openrouter" } });
    expect(await ask()).toBe("openrouter");
    await manage(`/api/v1/keys/${data.hash}`, { method: "PATCH", json: { dialect: null } });
    expect(await ask()).toBe("openrouter");
  });
});

const V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe("the id of a request", () => {
  const ROUTES: [name: string, path: string, call: object][] = [
    ["plain", "/api/v1/chat/completions", { json: { model: "demo/echo", messages: HELLO } }],
    ["plain", "/api/v1/chat/completions", { json: { model: "demo/echo", messages: HELLO, stream: true } }],
    ["jamai", "/chat/completions", { json: { model: "demo/echo", messages: HELLO } }],
    ["bud", "/chat/completions", { json: { model: "demo/fault-500", messages: HELLO } }],
    ["plain", "/chat/completions", { json: WRONG }],
    ["plain", "/api/v1/key", {}],
    ["none", "/api/v1/models", {}],
    ["none", "/", {}],
    ["none", "/nowhere", {}],
    ["unknownPat", "/api/v1/key", {}],
    ["management", "/api/v1/keys", {}],
  ];
  it.each(ROUTES)("comes back to %s from %s, or is made", async (name, path, call) => {
    const key = name === "none" ? undefined : keys[name];
    const idOf = async (headers: Record<string, string>) => {
      const response = await send(path, { key, headers, ...call });
      const text = await response.text();
      const id = response.headers.get("x-request-id");
      if (text.includes('"request_id"')) expect(JSON.parse(text).request_id).toBe(id);
      return id;
    };
    for (const id of ["7", "a.b_c-D", "x".repeat(128)]) expect(await idOf({ "x-request-id": id })).toBe(id);
    for (const headers of [{}, { "x-request-id": "a b" }, { "x-request-id": "x".repeat(129) }, { "x-request-id": "ä" }])
      expect(await idOf(headers as Record<string, string>)).toMatch(V7);
  });
});
