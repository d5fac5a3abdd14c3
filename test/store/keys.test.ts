import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createKey, deleteKey, findKey, hashToken, listKeys, readKey, writeKey } from "../../src/store/keys.ts";
import { FIELDS } from "./new-key.ts";
import { watchedStore } from "./watched-store.ts";

const START_MS = Date.UTC(2026, 0, 28);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: START_MS });
  vi.spyOn(console, "error").mockImplementation(() => {});
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const later = (ms: number) => vi.setSystemTime(Date.now() + ms);

describe("a new key", () => {
  it("is found by its token, which is stored nowhere", async () => {
    const { token, key } = await createKey(env.KV, FIELDS);
    expect(token).toMatch(/^sk-pm-v1-[0-9a-f]{64}$/);
    expect(key).toMatchObject({
      ...FIELDS,
      hash: await hashToken(token),
      label: expect.stringMatching(/^sk-pm-v1-.{3}\.\.\..{3}$/),
    });
    expect(await findKey(env.KV, token)).toEqual(key);
    expect(await readKey(env.KV, key.hash)).toEqual(key);
    const { keys } = await env.KV.list();
    const everything = await Promise.all(
      keys.map(({ name, metadata }) => env.KV.get(name).then((value) => [name, metadata, value])),
    );
    expect(JSON.stringify(everything)).not.toContain(token.slice(12));
  });

  it("is another one each time", async () => {
    const [one, two] = [await createKey(env.KV, FIELDS), await createKey(env.KV, FIELDS)];
    expect(one.token).not.toBe(two.token);
    expect(one.key.hash).not.toBe(two.key.hash);
  });

  it("may have a long name", async () => {
    const name = "x".repeat(256);
    const { key } = await createKey(env.KV, { ...FIELDS, name });
    expect((await readKey(env.KV, key.hash))?.name).toBe(name);
  });
});

describe("the hash of a token", () => {
  it("is its SHA-256 in hex", async () => {
    expect(await hashToken("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  });
});

describe("a reader of keys", () => {
  it("asks the store once in 30 seconds", async () => {
    const { token } = await createKey(env.KV, FIELDS);
    const store = watchedStore();
    for (let times = 0; times < 5; times++) await findKey(store.kv, token);
    expect(store.reads).toBe(1);
    later(29_999);
    await findKey(store.kv, token);
    expect(store.reads).toBe(1);
    later(1);
    await findKey(store.kv, token);
    expect(store.reads).toBe(2);
  });

  it("asks for an unknown token again after 5 seconds, not each time", async () => {
    const store = watchedStore();
    for (let times = 0; times < 5; times++) expect(await findKey(store.kv, "sk-unknown-1")).toBeUndefined();
    expect(store.reads).toBe(1);
    later(5_000);
    await findKey(store.kv, "sk-unknown-1");
    expect(store.reads).toBe(2);
  });

  it("notices a change elsewhere within 30 seconds", async () => {
    const { token, key } = await createKey(env.KV, FIELDS);
    await findKey(env.KV, token);
    await env.KV.put(`key:${key.hash}`, JSON.stringify({ ...key, disabled: true }));
    expect((await findKey(env.KV, token))?.disabled).toBe(false);
    later(30_000);
    expect((await findKey(env.KV, token))?.disabled).toBe(true);
  });

  it("notices a change here at once", async () => {
    const { token, key } = await createKey(env.KV, FIELDS);
    await findKey(env.KV, token);
    await writeKey(env.KV, { ...key, disabled: true });
    expect((await findKey(env.KV, token))?.disabled).toBe(true);
    await deleteKey(env.KV, key.hash);
    expect(await findKey(env.KV, token)).toBeUndefined();
    expect(await readKey(env.KV, key.hash)).toBeUndefined();
  });

  it("finds a key that was asked for before it was there", async () => {
    const store = watchedStore();
    const token = "sk-pm-v1-early";
    expect(await findKey(store.kv, token)).toBeUndefined();
    const { key } = await createKey(env.KV, FIELDS);
    await findKey(store.kv, token);
    await writeKey(env.KV, { ...key, hash: await hashToken(token) });
    expect(await findKey(store.kv, token)).toBeDefined();
  });
});

describe("a key of an earlier release", () => {
  it("is read as one without the fields of today", async () => {
    const { token, key } = await createKey(env.KV, FIELDS);
    await env.KV.put(`key:${key.hash}`, JSON.stringify({ ...FIELDS, hash: key.hash, label: key.label }));
    const nothing = { rpm: null, allowedModels: null, provider: null, allowedIps: null, rotatedFrom: null };
    expect(await findKey(env.KV, token)).toMatchObject({ account: key.hash, kind: "api", team: "default", ...nothing });
  });
});

describe("KV itself", () => {
  it("keeps its copies no longer than 30 seconds, so that revocation takes a minute at most", async () => {
    const { token } = await createKey(env.KV, FIELDS);
    const store = watchedStore();
    await findKey(store.kv, token);
    await listKeys(store.kv);
    expect(store.options.length).toBeGreaterThan(1);
    for (const options of store.options) expect(options).toMatchObject({ cacheTtl: 30 });
  });
});

describe("a store that does not answer", () => {
  it("is a 503 with a hint, never a 401", async () => {
    const store = watchedStore();
    store.isDown = true;
    await expect(findKey(store.kv, "sk-never-seen")).rejects.toMatchObject({
      status: 503,
      type: "unavailable",
      retryAfterMs: 1_000,
    });
  });

  it("is no reason to take a key for unknown that was unknown a moment ago", async () => {
    const store = watchedStore();
    await findKey(store.kv, "sk-unknown-2");
    later(10_000);
    store.isDown = true;
    await expect(findKey(store.kv, "sk-unknown-2")).rejects.toMatchObject({ status: 503 });
  });

  it("does not lock out who was known, for ten minutes", async () => {
    const { token, key } = await createKey(env.KV, FIELDS);
    const store = watchedStore();
    await findKey(store.kv, token);
    store.isDown = true;
    later(599_999);
    expect(await findKey(store.kv, token)).toEqual(key);
    later(1);
    await expect(findKey(store.kv, token)).rejects.toMatchObject({ status: 503 });
  });

  it("is asked again each time, and believed again when it answers", async () => {
    const { token, key } = await createKey(env.KV, FIELDS);
    const store = watchedStore();
    await findKey(store.kv, token);
    later(31_000);
    store.isDown = true;
    await findKey(store.kv, token);
    store.isDown = false;
    await deleteKey(env.KV, key.hash);
    expect(await findKey(store.kv, token)).toBeUndefined();
  });

  it("holds something that is no key: a 503, not a 401 and not a pass", async () => {
    const { token, key } = await createKey(env.KV, FIELDS);
    await env.KV.put(`key:${key.hash}`, '{"hash":"x"}');
    await expect(findKey(env.KV, token)).rejects.toMatchObject({ status: 503 });
  });
});

describe("the list of keys", () => {
  it("has every key, oldest first, also more than one page of them", async () => {
    const { keys: before } = await env.KV.list({ prefix: "key:" });
    await Promise.all(before.map(({ name }) => env.KV.delete(name)));
    const made = await Promise.all(
      Array.from({ length: 230 }, (_, index) =>
        createKey(env.KV, { ...FIELDS, name: `key ${index}`, createdAtMs: START_MS + index * 1000 }),
      ),
    );
    await env.KV.put("catalogue-of-another-kind", "{}");
    const listed = await listKeys(env.KV);
    expect(listed.map(({ name }) => name)).toEqual(made.map(({ key }) => key.name));
    await Promise.all([
      ...made.map(({ key }) => deleteKey(env.KV, key.hash)),
      env.KV.delete("catalogue-of-another-kind"),
    ]);
  });

  it("has the others when one cannot be read", async () => {
    const { key } = await createKey(env.KV, FIELDS);
    await env.KV.put("key:broken", '{"hash":"x"}');
    expect((await listKeys(env.KV)).map(({ hash }) => hash)).toContain(key.hash);
    await env.KV.delete("key:broken");
  });

  it("may be empty", async () => {
    const { keys } = await env.KV.list({ prefix: "key:" });
    await Promise.all(keys.map(({ name }) => env.KV.delete(name)));
    expect(await listKeys(env.KV)).toEqual([]);
  });
});
