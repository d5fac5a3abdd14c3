import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { chat, errorOf, MANAGEMENT_KEY, makeKey, manage, send } from "./client.ts";

const change = (hash: string, json: object) => manage(`/api/v1/keys/${hash}`, { method: "PATCH", json });

describe("a caller", () => {
  it.each<[name: string, headers: Record<string, string>, message: string]>([
    ["without a header", {}, "Missing Authentication header"],
    ["with an empty header", { authorization: "" }, "Missing Authentication header"],
    ["without a token", { authorization: "Bearer" }, "No auth credentials found"],
    ["with a blank token", { authorization: "Bearer   " }, "No auth credentials found"],
    ["with two tokens", { authorization: "Bearer a b" }, "No auth credentials found"],
    ["with another scheme", { authorization: "Basic YTpi" }, "No auth credentials found"],
    ["with an unknown key", { authorization: "Bearer sk-pm-v1-unknown" }, "User not found"],
    ["with almost the management key", { authorization: `Bearer ${MANAGEMENT_KEY.slice(0, -1)}x` }, "User not found"],
  ])("is not let in: %s", async (_, headers, message) => {
    for (const path of ["/api/v1/key", "/api/v1/keys", "/api/v1/catalog", "/api/v1/generation?id=x"]) {
      const error = await errorOf(send(path, { headers }), 401);
      expect(error).toMatchObject({ code: 401, message, metadata: { error_type: "authentication" } });
    }
    expect(await errorOf(chat(undefined, {}, { headers }), 401)).toMatchObject({ message });
  });

  it.each(["Bearer", "bearer", "BEARER"])("is let in with its key, however it writes %s", async (scheme) => {
    const { key } = await makeKey();
    expect((await send("/api/v1/key", { headers: { authorization: `${scheme}  ${key} ` } })).status).toBe(200);
  });

  it("is not let in with a key that was switched off, and is again when it is on", async () => {
    const { key, data } = await makeKey();
    expect((await chat(key)).status).toBe(200);
    expect((await change(data.hash, { disabled: true })).status).toBe(200);
    expect(await errorOf(chat(key), 401)).toMatchObject({ message: "This key is disabled" });
    await change(data.hash, { disabled: false });
    expect((await chat(key)).status).toBe(200);
  });

  it("is not let in with a key that has expired", async () => {
    const { key, data } = await makeKey({ expires_at: new Date(Date.now() + 3_600_000).toISOString() });
    expect((await chat(key)).status).toBe(200);
    const stored = await env.KV.get<object>(`key:${data.hash}`, "json");
    await env.KV.put(`key:${data.hash}`, JSON.stringify({ ...stored, expiresAtMs: Date.now() - 1 }));
    await change(data.hash, { name: "expired" });
    expect(await errorOf(chat(key), 401)).toMatchObject({ message: "This key has expired" });
  });

  it("is not let in with a key that is gone", async () => {
    const { key, data } = await makeKey();
    expect((await chat(key)).status).toBe(200);
    expect(await (await manage(`/api/v1/keys/${data.hash}`, { method: "DELETE" })).json()).toEqual({ deleted: true });
    expect(await errorOf(chat(key), 401)).toMatchObject({ message: "User not found" });
  });
});

describe("a management key", () => {
  it("manages", async () => {
    expect((await manage("/api/v1/keys")).status).toBe(200);
    expect((await manage("/api/v1/catalog")).status).toBe(200);
  });

  it("does not infer, and is told what to do", async () => {
    const error = await errorOf(chat(MANAGEMENT_KEY), 403);
    expect(error).toMatchObject({
      metadata: { error_type: "permission_denied" },
      message: expect.stringContaining("/api/v1/keys"),
    });
  });
});

describe("an inference key", () => {
  it.each<[method: string, path: string]>([
    ["GET", "/api/v1/keys"],
    ["POST", "/api/v1/keys"],
    ["GET", "/api/v1/keys/abc"],
    ["PATCH", "/api/v1/keys/abc"],
    ["DELETE", "/api/v1/keys/abc"],
    ["GET", "/api/v1/catalog"],
    ["PUT", "/api/v1/catalog"],
    ["GET", "/v1/keys"],
    ["PUT", "/v1/catalog"],
  ])("does not manage: %s %s", async (method, path) => {
    const { key } = await makeKey();
    const body = method === "GET" || method === "DELETE" ? {} : { json: {} };
    expect(await errorOf(send(path, { key, method, ...body }), 403)).toMatchObject({
      message: "Only management keys can perform this operation",
      metadata: { error_type: "permission_denied" },
    });
  });
});
