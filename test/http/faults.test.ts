import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createApp } from "../../src/http/app.ts";
import { type Call, errorOf, HELLO, MANAGEMENT_KEY, makeKey, requestTo } from "./client.ts";

const fails = () => Promise.reject(new Error("internal error; reference = 0123abc"));
const DEAD_KV = {
  get: fails,
  put: fails,
  list: fails,
  delete: fails,
  getWithMetadata: fails,
} as unknown as KVNamespace;
const DEAD_LEDGER = {
  getByName: () => ({ settle: fails, generation: fails, spend: fails, recall: fails }),
} as unknown as Cloudflare.Env["LEDGER"];

let context: ExecutionContext;

beforeEach(() => {
  context = createExecutionContext();
  vi.spyOn(console, "error").mockImplementation(() => {});
});
afterEach(async () => {
  await waitOnExecutionContext(context).catch(() => {});
  vi.restoreAllMocks();
});

/** A request to a Worker whose stores are these. */
async function ask(path: string, call: Call, stores: Partial<Cloudflare.Env>): Promise<Response> {
  return createApp().fetch(requestTo(path, call), { ...env, ...stores }, context);
}

const manage = (call: Call = {}): Call => ({ key: MANAGEMENT_KEY, ...call });
const HASH = "0".repeat(64);

describe("a key store that does not answer", () => {
  it.each<[name: string, path: string, call: Call]>([
    [
      "a chat",
      "/api/v1/chat/completions",
      { key: "sk-pm-v1-never-seen", json: { model: "demo/echo", messages: HELLO } },
    ],
    ["one's own key", "/api/v1/key", { key: "sk-pm-v1-never-seen" }],
    ["the list of keys", "/api/v1/keys", manage()],
    ["one key", `/api/v1/keys/${HASH}`, manage()],
    ["a new key", "/api/v1/keys", manage({ json: { name: "x" } })],
    ["a change", `/api/v1/keys/${HASH}`, manage({ method: "PATCH", json: { name: "x" } })],
    ["a removal", `/api/v1/keys/${HASH}`, manage({ method: "DELETE" })],
    ["a new catalogue", "/api/v1/catalog", manage({ method: "PUT", json: {} })],
  ])("is a 503 with a hint, and no word of the store's: %s", async (_, path, call) => {
    const response = await ask(path, call, { KV: DEAD_KV });
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
    const error = await errorOf(response, 503);
    expect(error).toMatchObject({ metadata: { error_type: "unavailable" } });
    expect(JSON.stringify(error)).not.toContain("0123abc");
  });

  it("does not stop a chat of a key that this isolate knows", async () => {
    const { key } = await makeKey();
    const json = { model: "demo/echo", messages: HELLO };
    expect((await ask("/api/v1/chat/completions", { key, json }, {})).status).toBe(200);
    expect((await ask("/api/v1/chat/completions", { key, json }, { KV: DEAD_KV })).status).toBe(200);
  });
});

describe("a ledger that does not answer", () => {
  it.each<[name: string, path: string]>([
    ["a generation", "/api/v1/generation?id=gen-1-abc"],
    ["the list of keys", "/api/v1/keys"],
  ])("is a 503 with a hint: %s", async (_, path) => {
    await makeKey();
    const response = await ask(path, manage(), { LEDGER: DEAD_LEDGER });
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await errorOf(response, 503)).toMatchObject({ metadata: { error_type: "unavailable" } });
  });
});
