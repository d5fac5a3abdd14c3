import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { MANAGEMENT_KEY, manage } from "../client.ts";
import { type Bindings, fails, installed, reds } from "./runs.ts";

beforeEach(() => {
  vi.spyOn(console, "error").mockImplementation(() => {});
});
afterEach(() => vi.restoreAllMocks());

const lacking = (name: string) => ({
  [name]: { name: "Acme", api: "openai-chat", base_url: "https://{ACME_HOST}/v1" },
});

/** KV that gives another answer to the reads of some keys. */
function kvWith(get: (key: string) => unknown): KVNamespace {
  return new Proxy(env.KV, {
    get(kv, name) {
      if (name === "get") return async (key: string, options: never) => get(key) ?? kv.get(key, options);
      const value = Reflect.get(kv, name);
      return typeof value === "function" ? value.bind(kv) : value;
    },
  });
}

describe("the checks of the installation", () => {
  it.each<[name: string, bindings: Bindings, red: string[]]>([
    ["nothing", {}, []],
    ["MASTER_KEYS that are none", { MASTER_KEYS: "nonsense" }, ["MASTER_KEYS seal and open"]],
    ["no MASTER_KEYS", { MASTER_KEYS: "" }, []],
    [
      "KV that forgets",
      { KV: kvWith((key) => (key.startsWith("probe:") ? "else" : undefined)) },
      ["KV keeps what it is given"],
    ],
    [
      "a catalogue that nobody can read",
      { KV: kvWith((key) => (key === "catalogue" ? { version: 1, document: { providers: 7 } } : undefined)) },
      ["the operator's catalogue can be read"],
    ],
    [
      "a ledger that does not answer",
      { LEDGER: { getByName: () => ({ spend: fails, settle: fails }) } as unknown as Cloudflare.Env["LEDGER"] },
      ["the ledger answers"],
    ],
    [
      "a response cache that does not answer",
      { RESPONSES: { getByName: () => ({ find: fails }) } as unknown as Cloudflare.Env["RESPONSES"] },
      ["the response cache answers"],
    ],
  ])("where the installation has %s", async (_, bindings, red) => {
    const results = await installed(bindings);
    expect(results.length).toBeGreaterThan(8);
    expect(reds(results)).toEqual(red.map((name) => `installation: ${name}`));
  });

  it("where a provider's address lacks a part", async () => {
    const put = (json: object) => manage("/api/v1/catalog", { method: "PUT", json });
    expect((await put({ providers: lacking("acme") })).status).toBe(200);
    const results = await installed();
    await put({});
    expect(results.find(({ status }) => status === "failed")).toMatchObject({
      name: "the addresses of providers are complete",
      detail: "acme lacks ACME_HOST",
    });
  });

  it("says no secret", async () => {
    const bindings = { MASTER_KEYS: "k1:canary-master-key" };
    const text = JSON.stringify(await installed(bindings));
    expect(text).toContain('"failed"');
    expect(text).not.toContain("canary");
    expect(text).not.toContain(MANAGEMENT_KEY);
  });
});
