import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type PresetDraft, parsePresetBody } from "../../src/schema/preset.ts";
import {
  addVersion,
  changePreset,
  deletePreset,
  listPresets,
  readPreset,
  readStoredPreset,
  versionInForce,
} from "../../src/store/presets.ts";

type Store = typeof import("../../src/store/presets.ts");

const START_MS = Date.UTC(2026, 0, 28);
const draft = (fields: object = {}): PresetDraft => parsePresetBody({ temperature: 1, ...fields });
const later = (ms: number) => vi.setSystemTime(Date.now() + ms);

let slugs = 0;
/** A slug that no other test has used. */
function newSlug(): string {
  slugs += 1;
  return `preset-${slugs}`;
}

let isolates = 0;
/** The module as another isolate has it: without anything that was read before. */
function freshStore(): Promise<Store> {
  isolates += 1;
  return import(/* @vite-ignore */ `../../src/store/presets.ts?isolate=${isolates}`);
}

/** The store, with its reads counted and its answers as a test wants them. */
function watchedStore() {
  const state: { reads: number; answer: (() => Promise<unknown>) | undefined } = { reads: 0, answer: undefined };
  const kv = new Proxy(env.KV, {
    get(target, property) {
      const value = Reflect.get(target, property);
      if (property !== "get") return typeof value === "function" ? value.bind(target) : value;
      return (...args: unknown[]) => {
        state.reads += 1;
        return state.answer ? state.answer() : Reflect.apply(value, target, args);
      };
    },
  });
  return Object.assign(state, { kv });
}
const down = () => Promise.reject(new Error("KV GET failed: 503"));

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: START_MS });
  vi.spyOn(console, "error").mockImplementation(() => {});
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("a preset", () => {
  it("is made with its first version, and gets another one each time", async () => {
    const slug = newSlug();
    const first = await addVersion(env.KV, slug, draft({ system_prompt: "Be brief." }));
    expect(first).toMatchObject({ slug, name: slug, description: null, version: 1, createdAtMs: START_MS });
    later(1000);
    const second = await addVersion(env.KV, slug, draft({ temperature: 2 }));
    expect(second).toMatchObject({ id: first.id, version: 2, createdAtMs: START_MS, updatedAtMs: START_MS + 1000 });
    expect(second.versions).toEqual([
      first.versions[0],
      {
        id: expect.any(String),
        version: 2,
        systemPrompt: null,
        config: { temperature: 2 },
        createdAtMs: START_MS + 1000,
      },
    ]);
    expect(second.versions[1]?.id).not.toBe(first.versions[0]?.id);
    expect(await readStoredPreset(env.KV, slug)).toEqual(second);
  });

  it("is met by requests in its version in force, here and elsewhere", async () => {
    const slug = newSlug();
    await addVersion(env.KV, slug, draft());
    const stored = await addVersion(env.KV, slug, draft({ temperature: 2, system_prompt: "s" }));
    const inForce = { slug, version: 2, systemPrompt: "s", config: { temperature: 2 } };
    const elsewhere = await freshStore();
    for (const store of [elsewhere, await freshStore()]) expect(await store.readPreset(env.KV, slug)).toEqual(inForce);
    await changePreset(env.KV, stored, { version: 1 });
    const before = { slug, version: 1, systemPrompt: null, config: { temperature: 1 } };
    expect(await readPreset(env.KV, slug)).toEqual(before);
    later(30_001);
    expect(await elsewhere.readPreset(env.KV, slug)).toEqual(before);
  });

  it("never uses a version's number twice, even when an older one is in force", async () => {
    const slug = newSlug();
    await addVersion(env.KV, slug, draft());
    await changePreset(env.KV, await addVersion(env.KV, slug, draft()), { version: 1 });
    const third = await addVersion(env.KV, slug, draft());
    expect(third.versions.map(({ version }) => version)).toEqual([1, 2, 3]);
    expect(versionInForce(third).version).toBe(3);
  });

  it("keeps what a change does not mention, and may lose its description", async () => {
    const slug = newSlug();
    const made = await addVersion(env.KV, slug, draft());
    later(5);
    const named = await changePreset(env.KV, made, { name: "Letters", description: "For mail" });
    expect(named).toEqual({ ...made, name: "Letters", description: "For mail", updatedAtMs: START_MS + 5 });
    expect(await changePreset(env.KV, named, { description: null })).toMatchObject({
      name: "Letters",
      description: null,
    });
  });

  it("keeps its newest hundred versions", async () => {
    const slug = newSlug();
    for (let count = 0; count < 101; count += 1) await addVersion(env.KV, slug, draft());
    const numbers = (await readStoredPreset(env.KV, slug))?.versions.map(({ version }) => version);
    expect([numbers?.length, numbers?.[0], numbers?.at(-1)]).toEqual([100, 2, 101]);
  });

  it("keeps no more of its history than can be read beside a request", async () => {
    const slug = newSlug();
    const large = draft({ system_prompt: "x".repeat(250_000) });
    for (let count = 0; count < 6; count += 1) await addVersion(env.KV, slug, large);
    const numbers = (await readStoredPreset(env.KV, slug))?.versions.map(({ version }) => version);
    expect(numbers).toEqual([3, 4, 5, 6]);
  });

  it("is gone once deleted, at once here and soon elsewhere", async () => {
    const slug = newSlug();
    await addVersion(env.KV, slug, draft());
    const elsewhere = await freshStore();
    expect(await elsewhere.readPreset(env.KV, slug)).toBeDefined();
    await deletePreset(env.KV, slug);
    expect(await readPreset(env.KV, slug)).toBeUndefined();
    expect(await readStoredPreset(env.KV, slug)).toBeUndefined();
    later(60_001);
    expect(await elsewhere.readPreset(env.KV, slug)).toBeUndefined();
    expect(await addVersion(env.KV, slug, draft())).toMatchObject({ version: 1 });
  });
});

describe("a writer who has seen a version", () => {
  it.each<{ made: number; expectedVersion: number; isTaken: boolean }>([
    { made: 0, expectedVersion: 0, isTaken: true },
    { made: 0, expectedVersion: 1, isTaken: false },
    { made: 1, expectedVersion: 0, isTaken: false },
    { made: 2, expectedVersion: 2, isTaken: true },
    { made: 2, expectedVersion: 1, isTaken: false },
    { made: 2, expectedVersion: 3, isTaken: false },
  ])("$expectedVersion of $made: $isTaken", async ({ made, expectedVersion, isTaken }) => {
    const slug = newSlug();
    for (let count = 0; count < made; count += 1) await addVersion(env.KV, slug, draft());
    const writing = addVersion(env.KV, slug, draft({ version: expectedVersion }));
    if (isTaken) expect(await writing).toMatchObject({ version: made + 1 });
    else {
      await expect(writing).rejects.toMatchObject({ type: "conflict", status: 409 });
      expect((await readStoredPreset(env.KV, slug))?.version).toBe(made || undefined);
    }
  });
});

describe("a reader's copy", () => {
  it("is good for 30 seconds without a look at KV", async () => {
    const slug = newSlug();
    const store = watchedStore();
    await (await freshStore()).addVersion(env.KV, slug, draft());
    await readPreset(store.kv, slug);
    await (await freshStore()).addVersion(env.KV, slug, draft());
    later(29_999);
    expect(await readPreset(store.kv, slug)).toMatchObject({ version: 1 });
    expect(store.reads).toBe(1);
    later(1);
    expect(await readPreset(store.kv, slug)).toMatchObject({ version: 2 });
    expect(store.reads).toBe(2);
  });

  it("of nothing is good for 5 seconds", async () => {
    const slug = newSlug();
    const store = watchedStore();
    for (const ms of [0, 4_999, 1, 4_999]) {
      later(ms);
      expect(await readPreset(store.kv, slug)).toBeUndefined();
    }
    expect(store.reads).toBe(2);
  });

  it.each([
    { name: "nothing", isDeleted: false },
    { name: "what was deleted", isDeleted: true },
  ])("stays for a minute while KV still gives $name", async ({ isDeleted }) => {
    const slug = newSlug();
    const store = watchedStore();
    const old = await addVersion(env.KV, slug, draft());
    later(1);
    if (isDeleted) await deletePreset(env.KV, slug);
    else await addVersion(env.KV, slug, draft());
    store.answer = async () => (isDeleted ? old : null);
    later(40_000);
    expect(await readPreset(store.kv, slug)).toEqual(isDeleted ? undefined : expect.objectContaining({ version: 2 }));
    later(40_000);
    expect(await readPreset(store.kv, slug)).toEqual(isDeleted ? expect.objectContaining({ version: 1 }) : undefined);
  });

  it("stays in use for ten minutes while KV does not answer", async () => {
    const slug = newSlug();
    const store = watchedStore();
    await addVersion(env.KV, slug, draft());
    store.answer = down;
    later(599_999);
    expect(await readPreset(store.kv, slug)).toMatchObject({ version: 1 });
    later(1);
    await expect(readPreset(store.kv, slug)).rejects.toMatchObject({ status: 503, retryAfterMs: expect.any(Number) });
  });

  it.each([
    { name: "fails", answer: down },
    { name: "gives something else", answer: async () => ({ slug: 7 }) },
    { name: "gives a preset without its version in force", answer: async () => ({ ...ORPHAN, version: 2 }) },
  ])("is missed with a 503 when KV $name", async ({ answer }) => {
    const store = Object.assign(watchedStore(), { answer });
    await expect(readPreset(store.kv, newSlug())).rejects.toMatchObject({ status: 503, type: "unavailable" });
  });

  const ORPHAN = {
    ...{ id: "i", slug: "s", name: "s", description: null, createdAtMs: 0, updatedAtMs: 0 },
    versions: [{ id: "v", version: 1, systemPrompt: null, config: {}, createdAtMs: 0 }],
  };

  it("is looked for under slugs only", async () => {
    const store = watchedStore();
    for (const slug of ["", "a/b", "../key:x", "a:b"]) expect(await readStoredPreset(store.kv, slug)).toBeUndefined();
    expect(store.reads).toBe(0);
  });
});

describe("the list of presets", () => {
  it("has the last one changed first, whatever is in their texts", async () => {
    const [one, two, three] = [newSlug(), newSlug(), newSlug()];
    const made = await addVersion(env.KV, one, draft());
    later(1);
    await addVersion(env.KV, two, draft());
    later(1);
    await addVersion(env.KV, three, draft());
    later(1);
    const longest = { name: "漢".repeat(64), description: "漢".repeat(150) };
    const changed = await changePreset(env.KV, made, longest);
    const listed = (await listPresets(env.KV)).filter(({ slug }) => [one, two, three].includes(slug));
    expect(listed.map(({ slug }) => slug)).toEqual([one, three, two]);
    const { versions, version: _, ...summary } = changed;
    expect(listed[0]).toEqual({ ...summary, versionId: versions[0]?.id });
  });

  it("passes over what is no preset", async () => {
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    await env.KV.put("preset:by-hand", "{}");
    expect((await listPresets(env.KV)).map(({ slug }) => slug)).not.toContain("by-hand");
    expect(log).toHaveBeenCalledWith(expect.stringContaining("by-hand"), expect.any(String));
    await env.KV.delete("preset:by-hand");
  });
});
