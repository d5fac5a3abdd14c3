import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ApiKey } from "../../src/schema/key.ts";
import {
  createKey,
  deleteAlias,
  deleteKey,
  findKey,
  hashToken,
  isTaken,
  listKeys,
  readAlias,
  readKey,
  rotateKey,
  writeKey,
} from "../../src/store/keys.ts";
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

describe("a change of this isolate", () => {
  it.each([
    ["changed", (key: ApiKey) => writeKey(env.KV, { ...key, disabled: true, updatedAtMs: Date.now() })],
    ["deleted", (key: ApiKey) => deleteKey(env.KV, key.hash)],
  ])("holds also while KV gives what was there before it was %s", async (what, change) => {
    const { token, key } = await createKey(env.KV, { ...FIELDS, createdAtMs: Date.now() });
    later(1_000);
    await change(key);
    const store = watchedStore();
    store.answer = key;
    const holds = async () => {
      const [found, read] = [await findKey(store.kv, token), await readKey(store.kv, key.hash)];
      expect(found?.disabled).toBe(read?.disabled);
      return what === "deleted" ? found === undefined : found?.disabled === true;
    };
    expect(await holds()).toBe(true);
    later(31_000);
    expect(await holds()).toBe(true);
    later(31_000);
    expect(await holds()).toBe(false);
  });

  it("gives way to a later one elsewhere", async () => {
    const { token, key } = await createKey(env.KV, { ...FIELDS, createdAtMs: Date.now() });
    await writeKey(env.KV, { ...key, name: "here", updatedAtMs: Date.now() });
    later(1_000);
    await env.KV.put(`key:${key.hash}`, JSON.stringify({ ...key, disabled: true, updatedAtMs: Date.now() }));
    expect((await findKey(env.KV, token))?.disabled).toBe(true);
  });

  it("lets the keys of others stay in memory", async () => {
    const [{ token }, other] = [await createKey(env.KV, FIELDS), await createKey(env.KV, FIELDS)];
    const store = watchedStore();
    await findKey(store.kv, token);
    await deleteKey(env.KV, other.key.hash);
    await findKey(store.kv, token);
    expect(store.reads).toBe(1);
  });
});

describe("a key that gets a new token", () => {
  it("keeps its account and all that it was given", async () => {
    const { token, key } = await createKey(env.KV, { ...FIELDS, limitNanoUsd: 5, rpm: 7 });
    const rotated = await rotateKey(env.KV, key, 0);
    const { hash, label, rotatedFrom, updatedAtMs, ...rest } = rotated.key;
    expect(rotated.token).not.toBe(token);
    expect(rotated.token).toMatch(/^sk-pm-v1-[0-9a-f]{64}$/);
    expect({ ...key, ...rest }).toEqual(key);
    expect(rest.account).toBe(key.hash);
    expect({ hash, rotatedFrom }).toEqual({ hash: await hashToken(rotated.token), rotatedFrom: key.hash });
    expect(await findKey(env.KV, rotated.token)).toEqual(rotated.key);
    const again = await rotateKey(env.KV, rotated.key, 0);
    expect(again.key.account).toBe(key.hash);
  });

  it("is opened by the old one no more when there is no grace", async () => {
    const { token, key } = await createKey(env.KV, FIELDS);
    await findKey(env.KV, token);
    await rotateKey(env.KV, key, 0);
    expect(await findKey(env.KV, token)).toBeUndefined();
    expect(await isTaken(env.KV, key.hash)).toBe(false);
  });

  it("is opened by the old one until its grace is over, and not a moment longer", async () => {
    const { token, key } = await createKey(env.KV, FIELDS);
    const rotated = await rotateKey(env.KV, key, 3_600_000);
    expect(await findKey(env.KV, token)).toEqual(rotated.key);
    expect(await readAlias(env.KV, key.hash)).toMatchObject({ opens: rotated.key.hash });
    expect(await readKey(env.KV, key.hash)).toBeUndefined();
    later(3_599_999);
    expect(await findKey(env.KV, token)).toEqual(rotated.key);
    // Also from the copy in memory.
    later(1);
    expect(await findKey(env.KV, token)).toBeUndefined();
    expect(await findKey(env.KV, rotated.token)).toEqual(rotated.key);
  });

  it("takes the old one along when it is changed or deleted", async () => {
    const { token, key } = await createKey(env.KV, FIELDS);
    const rotated = await rotateKey(env.KV, key, 3_600_000);
    await findKey(env.KV, token);
    await writeKey(env.KV, { ...rotated.key, disabled: true });
    expect((await findKey(env.KV, token))?.disabled).toBe(true);
    await deleteKey(env.KV, rotated.key.hash);
    expect(await findKey(env.KV, token)).toBeUndefined();
  });

  it("may lose the old one at any time", async () => {
    const { token, key } = await createKey(env.KV, FIELDS);
    const rotated = await rotateKey(env.KV, key, 3_600_000);
    await findKey(env.KV, token);
    await deleteAlias(env.KV, key.hash);
    expect(await findKey(env.KV, token)).toBeUndefined();
    expect(await findKey(env.KV, rotated.token)).toEqual(rotated.key);
  });

  it("is opened by all of several within their grace, each until its own is over", async () => {
    const first = await createKey(env.KV, FIELDS);
    const second = await rotateKey(env.KV, first.key, 7_200_000);
    const third = await rotateKey(env.KV, second.key, 3_600_000);
    for (const token of [first.token, second.token, third.token])
      expect(await findKey(env.KV, token)).toEqual(third.key);
    // The older one leads through the newer one, so it cannot outlive it.
    later(3_600_000);
    for (const token of [first.token, second.token]) expect(await findKey(env.KV, token)).toBeUndefined();
  });

  it("stands in the list once", async () => {
    const { key } = await createKey(env.KV, FIELDS);
    const rotated = await rotateKey(env.KV, key, 3_600_000);
    const listed = (await listKeys(env.KV)).filter(({ account }) => account === key.account);
    expect(listed).toEqual([rotated.key]);
  });
});

describe("a token of a partner", () => {
  const PARTNERS = "partner-key-0123456789-abcdefghijk";

  it("opens the key as its own does, also when that is replaced, and goes with it", async () => {
    const externalHash = await hashToken(PARTNERS);
    expect(await isTaken(env.KV, externalHash)).toBe(false);
    const { key } = await createKey(env.KV, { ...FIELDS, externalHash });
    expect(await isTaken(env.KV, externalHash)).toBe(true);
    expect(await findKey(env.KV, PARTNERS)).toEqual(key);
    const rotated = await rotateKey(env.KV, key, 0);
    expect(await findKey(env.KV, PARTNERS)).toEqual(rotated.key);
    expect((await listKeys(env.KV)).filter(({ account }) => account === key.account)).toHaveLength(1);
    await deleteKey(env.KV, rotated.key.hash);
    expect(await findKey(env.KV, PARTNERS)).toBeUndefined();
    expect(await isTaken(env.KV, externalHash)).toBe(false);
  });
});
