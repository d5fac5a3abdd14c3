import { env } from "cloudflare:workers";
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Provider } from "../../src/catalogue/catalogue.ts";
import { isConfigured, readCatalogue, readProviderKey, writeCatalogue } from "../../src/store/catalogue.ts";
import { isolateCooldowns } from "../../src/store/health.ts";

type Store = typeof import("../../src/store/catalogue.ts");

const MASTER_KEYS = `k1:${btoa("1".repeat(32))}`;
const START_MS = Date.UTC(2026, 0, 28);
const ACME = { name: "Acme", api: "openai-chat", base_url: "https://acme.test/v1" };
const document = (fields: object = {}) => ({ providers: { acme: { ...ACME, ...fields } } });
const model = (fields: object) => ({
  ...document(),
  models: { "acme/one": { name: "One", endpoints: [{ provider: "acme", model: "m", ...fields }] } },
});

let isolates = 0;

/** The module as a fresh isolate has it: without anything that was read before. */
function freshStore(): Promise<Store> {
  isolates += 1;
  return import(/* @vite-ignore */ `../../src/store/catalogue.ts?isolate=${isolates}`);
}

const works: Promise<unknown>[] = [];
const waitUntil = (work: Promise<unknown>) => void works.push(work);
const later = (ms: number) => vi.setSystemTime(Date.now() + ms);

/** The store, which answers as a test wants it. */
function storeWith(get: () => Promise<unknown>): KVNamespace & { reads: number } {
  const kv = {
    reads: 0,
    get: () => {
      kv.reads += 1;
      return get();
    },
    put: async () => {},
  };
  return kv as unknown as KVNamespace & { reads: number };
}

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: START_MS });
  await env.KV.delete("catalogue");
});
afterEach(async () => {
  await Promise.all(works.splice(0));
  vi.useRealTimers();
  vi.restoreAllMocks();
});
afterAll(async () => {
  await writeCatalogue(env.KV, {}, undefined);
});

describe("the operator's document", () => {
  it("with another address of a provider ends the wait that the old one has asked for", async () => {
    await writeCatalogue(env.KV, document(), undefined);
    isolateCooldowns.note("acme/one acme", { kind: "rate_limited", retryAfterMs: 50_000 }, START_MS);
    await writeCatalogue(env.KV, { ...document(), defaults: { model: "acme/one" }, ...model({}) }, undefined);
    expect(isolateCooldowns.coldUntil("acme/one acme", START_MS)).toBeDefined();
    await writeCatalogue(env.KV, document({ base_url: "https://acme.test/v2" }), undefined);
    expect(isolateCooldowns.coldUntil("acme/one acme", START_MS)).toBeUndefined();
  });

  it("is what was put, and in force at once", async () => {
    await writeCatalogue(env.KV, document(), undefined);
    const { catalogue, document: read } = await readCatalogue(env.KV, waitUntil);
    expect(read).toEqual(document());
    expect(catalogue.provider("acme")?.baseUrl).toBe("https://acme.test/v1");
    expect(catalogue.model("demo/echo")).toBeDefined();
  });

  it("is there for another isolate", async () => {
    const here = await freshStore();
    await here.writeCatalogue(env.KV, document(), undefined);
    const there = await freshStore();
    expect((await there.readCatalogue(env.KV, waitUntil)).catalogue.provider("acme")).toBeDefined();
  });

  it("is empty before anyone has put one", async () => {
    const { readCatalogue } = await freshStore();
    expect((await readCatalogue(env.KV, waitUntil)).document).toEqual({});
  });

  it("replaces the one before as a whole", async () => {
    await writeCatalogue(env.KV, document(), undefined);
    await writeCatalogue(env.KV, {}, undefined);
    expect((await readCatalogue(env.KV, waitUntil)).catalogue.provider("acme")).toBeUndefined();
  });

  it.each<[name: string, json: unknown, field: string | undefined]>([
    ["no object", "x", undefined],
    ["null", null, undefined],
    ["an array", [], undefined],
    ["providers that are a list", { providers: [] }, "providers"],
    ["a slug in capitals", { providers: { Acme: ACME } }, "providers.Acme"],
    [
      "a provider without a URL",
      { providers: { acme: { name: "Acme", api: "openai-chat" } } },
      "providers.acme.base_url",
    ],
    ["a URL that is none", document({ base_url: "acme" }), "providers.acme.base_url"],
    ["a URL with a password", document({ base_url: "https://u:p@acme.test" }), "providers.acme.base_url"],
    ["a URL with a query", document({ base_url: "https://acme.test?x=1" }), "providers.acme.base_url"],
    ["a URL of another kind", document({ base_url: "file:///etc/passwd" }), "providers.acme.base_url"],
    ["an unknown format", document({ api: "telepathy" }), "providers.acme.api"],
    ["a key that is no name", document({ key: "sk-abc-123" }), "providers.acme.key"],
    ["an empty literal key", document({ key: { value: "" } }), "providers.acme.key.value"],
    ["a header that is none", document({ headers: { "x y": "z" } }), "providers.acme.headers.x y"],
    ["an unknown quirk", document({ quirks: { moody: true } }), "providers.acme.quirks"],
    ["a time below 0", document({ timeouts: { idle_ms: -1 } }), "providers.acme.timeouts.idle_ms"],
    ["a model id without an author", { models: { one: { name: "One", endpoints: [] } } }, "models.one"],
    [
      "a price that is none",
      model({ pricing: { prompt: "cheap", completion: "0" } }),
      "models.acme/one.endpoints.0.pricing.prompt",
    ],
    ["half a price", model({ pricing: { prompt: "1" } }), "models.acme/one.endpoints.0.pricing.completion"],
    [
      "a negative price",
      model({ pricing: { prompt: -1, completion: "0" } }),
      "models.acme/one.endpoints.0.pricing.prompt",
    ],
    ["an unknown provider", model({ provider: "who" }), "models.acme/one.endpoints.0.provider"],
    ["another provider's tag", model({ tag: "demo/x" }), "models.acme/one.endpoints.0.tag"],
    ["an unknown default", { defaults: { model: "who/knows" } }, "defaults.model"],
  ])("is refused with the path of what is wrong: %s", async (_, json, field) => {
    await writeCatalogue(env.KV, document({ name: "Good" }), undefined);
    const refused = writeCatalogue(env.KV, json, MASTER_KEYS);
    await expect(refused).rejects.toMatchObject({ status: 400, type: "invalid_request" });
    const error = await refused.catch((reason) => reason);
    if (field !== undefined) {
      expect(error.metadata.field).toBe(field);
      expect(error.message).toContain(field);
    }
    const { catalogue } = await readCatalogue(env.KV, waitUntil);
    expect(catalogue.provider("acme")?.name).toBe("Good");
  });

  it.each([
    [0.000001, "0.000001"],
    [1e-7, "0.0000001"],
    [3e-7, "0.0000003"],
    [2.5e-10, "0.00000000025"],
    [0, "0"],
    [3, "3"],
    ["0.0000000000000000001", "0.0000000000000000001"],
  ])("may have prices as numbers; no digit is lost: %s", async (prompt, text) => {
    const { catalogue } = await writeCatalogue(env.KV, model({ pricing: { prompt, completion: "0" } }), undefined);
    expect(catalogue.model("acme/one")?.endpoints[0]?.pricing?.prompt).toBe(text);
  });

  it("keeps what this version does not know, for the next one", async () => {
    const { document: kept } = await writeCatalogue(
      env.KV,
      { ...document({ mood: "good" }), extras: { a: 1 } },
      undefined,
    );
    expect(kept).toMatchObject({ extras: { a: 1 }, providers: { acme: { mood: "good" } } });
  });
});

describe("a literal provider key", () => {
  const KEY = "hunter2-hunter2-7890";

  it("is sealed before it is stored, and shown only sealed", async () => {
    const { readCatalogue, writeCatalogue, readProviderKey } = await freshStore();
    const { document: shown } = await writeCatalogue(env.KV, document({ key: { value: KEY } }), MASTER_KEYS);
    const stored = await env.KV.get("catalogue");
    for (const text of [stored, JSON.stringify(shown)]) expect(text).not.toContain("hunter2");
    expect(shown.providers?.acme?.key).toEqual({ sealed: expect.any(String), hint: "…7890" });
    const provider = (await readCatalogue(env.KV, waitUntil)).catalogue.provider("acme") as Provider;
    expect(await readProviderKey(provider, { ...env, MASTER_KEYS })).toBe(KEY);
  });

  it("may be put back as it was shown", async () => {
    const { document: shown } = await writeCatalogue(env.KV, document({ key: { value: KEY } }), MASTER_KEYS);
    const { catalogue } = await writeCatalogue(env.KV, JSON.parse(JSON.stringify(shown)), MASTER_KEYS);
    expect(await readProviderKey(catalogue.provider("acme") as Provider, { ...env, MASTER_KEYS })).toBe(KEY);
  });

  it("does not open at another provider, to which someone has copied it", async () => {
    const { document: shown } = await writeCatalogue(env.KV, document({ key: { value: KEY } }), MASTER_KEYS);
    const stolen = {
      providers: { evil: { ...ACME, name: "Evil", base_url: "https://evil.test", key: shown.providers?.acme?.key } },
    };
    const { catalogue } = await writeCatalogue(env.KV, stolen, MASTER_KEYS);
    expect(await readProviderKey(catalogue.provider("evil") as Provider, { ...env, MASTER_KEYS })).toBeNull();
  });

  it("does not show through its hint when it is short", async () => {
    const { document: shown } = await writeCatalogue(env.KV, document({ key: { value: "abcd" } }), MASTER_KEYS);
    expect(JSON.stringify(shown.providers?.acme?.key)).not.toContain("abcd");
  });

  it("is refused without a master key, and nothing is stored", async () => {
    await expect(writeCatalogue(env.KV, document({ key: { value: KEY } }), undefined)).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining("MASTER_KEYS"),
    });
    expect(await env.KV.get("catalogue")).toBeNull();
  });
});

describe("a provider is switched on", () => {
  const SECRETS = { ...env, ACME_KEY: "k", EMPTY: "" } as Cloudflare.Env;

  it.each<[name: string, key: unknown, isOn: boolean, value: string | null | undefined]>([
    ["without a key, where it takes none", undefined, true, undefined],
    ["by its secret", "ACME_KEY", true, "k"],
    ["not by a secret that is not there", "OTHER_KEY", false, null],
    ["not by an empty secret", "EMPTY", false, null],
    ["not by a binding", "KV", false, null],
    ["not by the management key", "MANAGEMENT_KEY", false, null],
    ["not by the master keys", "MASTER_KEYS", false, null],
    ["not by what objects have by nature", "constructor", false, null],
  ])("%s", async (_, key, isOn, value) => {
    const { catalogue } = await writeCatalogue(env.KV, document(key === undefined ? {} : { key }), undefined);
    const provider = catalogue.provider("acme") as Provider;
    expect(isConfigured(provider, SECRETS)).toBe(isOn);
    expect(await readProviderKey(provider, SECRETS)).toBe(value);
  });

  it("not while a variable of its URL is missing", async () => {
    const { catalogue } = await writeCatalogue(
      env.KV,
      document({ base_url: "https://{NOWHERE_SET}.test/v1" }),
      undefined,
    );
    expect(isConfigured(catalogue.provider("acme") as Provider, SECRETS)).toBe(false);
  });

  it("and the router's own secrets fill no URL", async () => {
    const { catalogue } = await writeCatalogue(
      env.KV,
      document({ base_url: "https://acme.test/{MANAGEMENT_KEY}" }),
      undefined,
    );
    expect(catalogue.provider("acme")).toMatchObject({ missingVariables: ["MANAGEMENT_KEY"] });
  });
});

describe("a copy in the isolate", () => {
  const stored = (version: number, name: string) => ({ version, document: document({ name }) });

  it("is used for 30 seconds, then renewed while the old one still serves", async () => {
    const { readCatalogue } = await freshStore();
    let current = stored(1, "Old");
    const kv = storeWith(async () => current);
    const nameNow = async () => (await readCatalogue(kv, waitUntil)).catalogue.provider("acme")?.name;
    expect(await nameNow()).toBe("Old");
    current = stored(2, "New");
    later(30_000);
    expect(await nameNow()).toBe("Old");
    expect(kv.reads).toBe(1);
    later(1);
    expect(await nameNow()).toBe("Old");
    await Promise.all(works.splice(0));
    expect(await nameNow()).toBe("New");
    expect(kv.reads).toBe(2);
  });

  it("is renewed by one request at a time", async () => {
    const { readCatalogue } = await freshStore();
    const kv = storeWith(async () => stored(1, "Old"));
    await readCatalogue(kv, waitUntil);
    later(30_001);
    for (let times = 0; times < 5; times++) await readCatalogue(kv, waitUntil);
    expect(kv.reads).toBe(2);
  });

  it("is not replaced by an older one that the store still holds in its cache", async () => {
    const { readCatalogue, writeCatalogue } = await freshStore();
    const kv = storeWith(async () => stored(START_MS - 60_000, "Old"));
    await writeCatalogue(kv, document({ name: "New" }), undefined);
    later(30_001);
    await readCatalogue(kv, waitUntil);
    await Promise.all(works.splice(0));
    expect((await readCatalogue(kv, waitUntil)).catalogue.provider("acme")?.name).toBe("New");
  });

  it.each<[name: string, get: () => Promise<unknown>]>([
    ["does not answer", () => Promise.reject(new Error("KV GET failed: 503"))],
    ["holds garbage", async () => "garbage"],
    ["holds another shape", async () => ({ version: 1, document: { providers: [] } })],
    ["holds no version", async () => ({ document: {} })],
    ["holds half a model", async () => ({ version: 9e15, document: { models: { "acme/half": { name: "Half" } } } })],
    ["holds half a provider", async () => ({ version: 9e15, document: { providers: { half: { name: "Half" } } } })],
  ])("stays in use when the store %s", async (_, get) => {
    const logged = vi.spyOn(console, "error").mockImplementation(() => {});
    const { readCatalogue } = await freshStore();
    let current = async (): Promise<unknown> => stored(1, "Good");
    const kv = storeWith(() => current());
    await readCatalogue(kv, waitUntil);
    current = get;
    later(30_001);
    await readCatalogue(kv, waitUntil);
    await Promise.all(works.splice(0));
    const { catalogue } = await readCatalogue(kv, waitUntil);
    expect(catalogue.provider("acme")?.name).toBe("Good");
    for (const id of catalogue.modelIds().slice(-3)) expect(() => catalogue.model(id)).not.toThrow();
    expect(logged).toHaveBeenCalled();
  });

  it("is the built-in one when the store is down from the start, and the store is asked again", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const { readCatalogue } = await freshStore();
    let isDown = true;
    const kv = storeWith(async () => {
      if (isDown) throw new Error("KV GET failed: 503");
      return stored(1, "Good");
    });
    expect((await readCatalogue(kv, waitUntil)).catalogue.model("demo/echo")).toBeDefined();
    isDown = false;
    await readCatalogue(kv, waitUntil);
    await Promise.all(works.splice(0));
    expect((await readCatalogue(kv, waitUntil)).catalogue.provider("acme")?.name).toBe("Good");
  });
});
