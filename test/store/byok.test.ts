import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Endpoint, Provider } from "../../src/catalogue/catalogue.ts";
import type { TeamKey } from "../../src/schema/byok.ts";
import {
  changeTeamKeys,
  listTeamKeys,
  listTeamsWithKeys,
  readEndpointKey,
  readTeamKeys,
  resealTeamKeys,
  sealTeamKey,
  takesTeamKeys,
} from "../../src/store/byok.ts";

type Store = typeof import("../../src/store/byok.ts");

const K1 = `k1:${btoa("1".repeat(32))}`;
const K2 = `k2:${btoa("2".repeat(32))}`;
const SECRET = "sk-acme-1234567890";
const later = (ms: number) => vi.setSystemTime(Date.now() + ms);
const ignore = () => {};

let count = 0;
const newTeam = () => `team-${count++}`;

/** The module as another isolate has it: without anything that was read before. */
function freshStore(): Promise<Store> {
  return import(/* @vite-ignore */ `../../src/store/byok.ts?isolate=${count++}`);
}

async function keyOf(team: string, id: string, fields: Partial<TeamKey> = {}, masterKeys = K1): Promise<TeamKey> {
  const place = { id, team, provider: "acme" };
  return {
    ...place,
    ...(await sealTeamKey(place, SECRET, masterKeys)),
    ...{ name: null, disabled: false, sortOrder: 0, isFallback: false, isRequired: false, isByokOnly: false },
    ...{ allowedModels: null, allowedUserIds: null, allowedAccounts: null, declaredZdr: null, createdAtMs: 0 },
    ...fields,
  };
}

/** KV with its reads counted, and with answers as a test wants them. */
function watchedKv() {
  const state: { reads: number; down?: boolean; putDown?: boolean } = { reads: 0 };
  const kv = new Proxy(env.KV, {
    get(target, property) {
      const value = Reflect.get(target, property);
      if (property === "put" && state.putDown) return () => Promise.reject(new Error("KV PUT failed: 503"));
      if (property !== "get") return typeof value === "function" ? value.bind(target) : value;
      return (...args: unknown[]) => {
        state.reads++;
        return state.down ? Promise.reject(new Error("KV GET failed: 503")) : Reflect.apply(value, target, args);
      };
    },
  });
  return Object.assign(state, { kv });
}

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 0, 28), toFake: ["Date"] });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const ids = (keys: TeamKey[]) => keys.map(({ id }) => id);

describe("a team's keys", () => {
  it("are kept in the order in which they are tried", async () => {
    const team = newTeam();
    const added = [await keyOf(team, "b", { sortOrder: 2 }), await keyOf(team, "a", { sortOrder: 1 })];
    await changeTeamKeys(env.KV, team, () => added);
    expect(ids(await (await freshStore()).readTeamKeys(env.KV, team, ignore))).toEqual(["a", "b"]);
    expect(await listTeamsWithKeys(env.KV)).toContain(team);
    expect(await listTeamKeys(env.KV, newTeam())).toEqual([]);
  });

  it("are read from KV once in 30 s, for a team without any too", async () => {
    const watched = watchedKv();
    const store = await freshStore();
    const team = newTeam();
    const work: Promise<unknown>[] = [];
    const read = () => store.readTeamKeys(watched.kv, team, (refresh) => work.push(refresh));
    for (let n = 0; n < 5; n++) expect(await read()).toEqual([]);
    expect(watched.reads).toBe(1);
    await changeTeamKeys(env.KV, team, () => [{ ...KEY, team }]);
    later(29_000);
    expect(await read()).toEqual([]);
    later(2_000);
    // Nobody waits for the new copy, and it is fetched once.
    expect(await read()).toEqual([]);
    expect(await read()).toEqual([]);
    expect(watched.reads).toBe(2);
    await Promise.all(work);
    expect(ids(await read())).toEqual(["k"]);
  });

  it("stay as they were last read when KV fails; where nothing was read it is a 503", async () => {
    vi.spyOn(console, "error").mockImplementation(ignore);
    const watched = watchedKv();
    const store = await freshStore();
    const team = newTeam();
    await changeTeamKeys(env.KV, team, () => [{ ...KEY, team }]);
    expect(ids(await store.readTeamKeys(watched.kv, team, ignore))).toEqual(["k"]);
    watched.down = true;
    for (let n = 0; n < 3; n++) {
      later(60_000);
      const work: Promise<unknown>[] = [];
      expect(ids(await store.readTeamKeys(watched.kv, team, (refresh) => work.push(refresh)))).toEqual(["k"]);
      await Promise.all(work);
    }
    await expect(store.readTeamKeys(watched.kv, newTeam(), ignore)).rejects.toMatchObject({ status: 503 });
  });

  it("are in force at once where they were changed, also while KV gives the old ones", async () => {
    const team = newTeam();
    await changeTeamKeys(env.KV, team, () => [{ ...KEY, team }]);
    const old = await env.KV.get(`byok:${team}`);
    await changeTeamKeys(env.KV, team, () => []);
    await env.KV.put(`byok:${team}`, old ?? "");
    expect(await listTeamKeys(env.KV, team)).toEqual([]);
    expect(await readTeamKeys(env.KV, team, ignore)).toEqual([]);
  });

  it("are all there after many changes at once in one isolate", async () => {
    const team = newTeam();
    const add = (id: string) => changeTeamKeys(env.KV, team, (keys) => [...keys, { ...KEY, team, id }]);
    await add("first");
    await Promise.all(["a", "b", "c", "d"].map(add));
    expect(ids(await readTeamKeys(env.KV, team, ignore)).sort()).toEqual(["a", "b", "c", "d", "first"]);
  });

  it("are as before when a change cannot be stored", async () => {
    vi.spyOn(console, "error").mockImplementation(ignore);
    const watched = watchedKv();
    const team = newTeam();
    await changeTeamKeys(watched.kv, team, () => [{ ...KEY, team }]);
    watched.putDown = true;
    await expect(changeTeamKeys(watched.kv, team, () => [])).rejects.toMatchObject({ status: 503 });
    expect(ids(await readTeamKeys(watched.kv, team, ignore))).toEqual(["k"]);
  });

  it("are 200 at most", async () => {
    const team = newTeam();
    const many = Array.from({ length: 201 }, (_, n) => ({ ...KEY, team, id: String(n) }));
    await expect(changeTeamKeys(env.KV, team, () => many)).rejects.toMatchObject({ status: 400 });
    expect(await listTeamKeys(env.KV, team)).toEqual([]);
  });
});

const KEY: TeamKey = await keyOf("any", "k");
const PROVIDER = { slug: "acme", missingVariables: [] as string[], key: "ACME_API_KEY" } as unknown as Provider;
const endpointWith = (teamKey?: TeamKey) => ({ provider: PROVIDER, ...(teamKey && { teamKey }) }) as Endpoint;
const envWith = (vars: object) => vars as Cloudflare.Env;

describe("the key of an endpoint", () => {
  it.each<[name: string, endpoint: Endpoint, vars: object, key: string | null]>([
    ["is the team's where it has one", endpointWith(KEY), { MASTER_KEYS: K1, ACME_API_KEY: "op" }, SECRET],
    ["is the provider's where it has none", endpointWith(), { MASTER_KEYS: K1, ACME_API_KEY: "op" }, "op"],
    [
      "cannot be read without its master key",
      endpointWith({ ...KEY, sealed: KEY.sealed.replace("k1", "k9") }),
      { MASTER_KEYS: K1 },
      null,
    ],
    ["cannot be read for another team", endpointWith({ ...KEY, team: "other" }), { MASTER_KEYS: K1 }, null],
    ["cannot be read for another provider", endpointWith({ ...KEY, provider: "evil" }), { MASTER_KEYS: K1 }, null],
    ["cannot be read in another's place", endpointWith({ ...KEY, id: "other" }), { MASTER_KEYS: K1 }, null],
  ])("%s", async (_, endpoint, vars, key) => {
    expect(await readEndpointKey(endpoint, envWith(vars))).toBe(key);
  });

  it("can be brought where the provider's URL is whole and there is a master key", () => {
    expect(takesTeamKeys(PROVIDER, envWith({ MASTER_KEYS: K1 }))).toBe(true);
    expect(takesTeamKeys(PROVIDER, envWith({}))).toBe(false);
    expect(takesTeamKeys({ ...PROVIDER, missingVariables: ["ACCOUNT"] }, envWith({ MASTER_KEYS: K1 }))).toBe(false);
  });

  it("is refused without a master key, with a 400 that says so", async () => {
    const place = { id: "k", team: "t", provider: "acme" };
    await expect(sealTeamKey(place, SECRET, undefined)).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining("MASTER_KEYS"),
    });
  });

  it.each([
    [SECRET, "…7890"],
    ["sk-short", "…"],
  ])("is shown by its end alone", async (secret, label) => {
    const { label: shown, sealed } = await sealTeamKey({ id: "k", team: "t", provider: "acme" }, secret, K1);
    expect(shown).toBe(label);
    expect(sealed).not.toContain(secret);
  });
});

describe("a change of the master key", () => {
  it("goes from k1 over k2,k1 to k2 while the key works all the time", async () => {
    const team = newTeam();
    const key = await keyOf(team, "k");
    await changeTeamKeys(env.KV, team, () => [key]);
    /** What an isolate that starts with these master keys sends. */
    const sent = async (masterKeys: string) => {
      const store = await freshStore();
      const [stored] = await store.readTeamKeys(env.KV, team, ignore);
      return store.readEndpointKey(endpointWith(stored), envWith({ MASTER_KEYS: masterKeys }));
    };
    expect(await sent(K1)).toBe(SECRET);
    expect(await sent(`${K2},${K1}`)).toBe(SECRET);
    expect(await resealTeamKeys(env.KV, team, `${K2},${K1}`)).toEqual({ resealed: 1, unreadable: [] });
    expect(await sent(`${K2},${K1}`)).toBe(SECRET);
    expect(await sent(K2)).toBe(SECRET);
    const [stored] = await listTeamKeys(env.KV, team);
    expect(stored).toEqual({ ...key, sealed: expect.stringMatching(/^k2\./) });
    expect(await resealTeamKeys(env.KV, team, K2)).toEqual({ resealed: 0, unreadable: [] });
  });

  it("leaves what it cannot open as it is, and names it", async () => {
    const team = newTeam();
    const lost = await keyOf(team, "lost", {}, `k0:${btoa("0".repeat(32))}`);
    await changeTeamKeys(env.KV, team, () => [lost]);
    expect(await resealTeamKeys(env.KV, team, K1)).toEqual({ resealed: 0, unreadable: ["lost"] });
    expect(await listTeamKeys(env.KV, team)).toEqual([lost]);
  });
});
