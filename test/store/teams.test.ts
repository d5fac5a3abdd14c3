import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DEFAULT_TEAM, SELFTEST_TEAM, teamSchema } from "../../src/schema/team.ts";
import {
  createTeam,
  deleteTeam,
  findTeam,
  listTeams,
  readTeam,
  readTeamByName,
  teamsOfUser,
  writeTeam,
} from "../../src/store/teams.ts";
import { watchedStore } from "./watched-store.ts";

const START_MS = Date.UTC(2026, 0, 28);
let count = 0;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: START_MS + count * 3_600_000 });
  vi.spyOn(console, "error").mockImplementation(() => {});
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const later = (ms: number) => vi.setSystemTime(Date.now() + ms);

const teamWith = (fields: object = {}) => {
  const id = `team-${++count}`;
  return teamSchema.parse({ id, slug: id, name: id, createdAtMs: Date.now(), updatedAtMs: null, ...fields });
};

async function made(fields: object = {}) {
  const team = teamWith(fields);
  await createTeam(env.KV, team);
  return team;
}

describe("a team", () => {
  it("is found by its id, and by its slug", async () => {
    const team = await made({ slug: "points-and-crossings" });
    expect(await findTeam(env.KV, team.id)).toEqual(team);
    for (const name of [team.id, team.slug]) expect(await readTeamByName(env.KV, name)).toEqual(team);
    expect(await findTeam(env.KV, team.slug)).toBeUndefined();
    expect(await readTeamByName(env.KV, "points-and")).toBeUndefined();
  });

  it.each(["", "..", "A", "key:x", "a/b", "x".repeat(64), "-a"])("has no such id: %j", async (id) => {
    const store = watchedStore();
    expect(await findTeam(store.kv, id)).toBeUndefined();
    expect(store.reads).toBe(0);
  });

  it.each([DEFAULT_TEAM, SELFTEST_TEAM])("is always there: %s", async (id) => {
    await env.KV.delete(`team:${id}`);
    expect(await readTeam(env.KV, id)).toMatchObject({ id, slug: id, budgets: [], deletedAtMs: null });
  });

  it("keeps its id and slug for itself", async () => {
    const team = await made({ slug: "north" });
    const taken = { status: 409, type: "conflict" };
    await expect(createTeam(env.KV, { ...team, slug: "other" })).rejects.toMatchObject(taken);
    for (const slug of ["north", team.id, DEFAULT_TEAM, SELFTEST_TEAM])
      await expect(createTeam(env.KV, teamWith({ slug }))).rejects.toMatchObject(taken);
    await expect(createTeam(env.KV, teamWith({ id: "north", slug: "south" }))).rejects.toMatchObject(taken);
    for (const id of [DEFAULT_TEAM, SELFTEST_TEAM])
      await expect(createTeam(env.KV, teamWith({ id, slug: id }))).rejects.toMatchObject(taken);
    const other = await made();
    await expect(writeTeam(env.KV, { ...other, slug: "north" })).rejects.toMatchObject(taken);
    await writeTeam(env.KV, { ...team, name: "The north" });
  });

  it("is gone when it is deleted, and its id with it; its slug is free", async () => {
    const team = await made({ slug: "short-lived" });
    await findTeam(env.KV, team.id);
    await deleteTeam(env.KV, team);
    expect(await findTeam(env.KV, team.id)).toBeUndefined();
    expect(await readTeamByName(env.KV, team.slug)).toBeUndefined();
    expect((await listTeams(env.KV)).map(({ id }) => id)).not.toContain(team.id);
    await expect(createTeam(env.KV, team)).rejects.toMatchObject({ status: 409 });
    await made({ slug: "short-lived" });
  });

  it("stands in the list, the default one before it", async () => {
    const team = await made();
    const ids = (await listTeams(env.KV)).map(({ id }) => id);
    expect(ids[0]).toBe(DEFAULT_TEAM);
    expect(ids).toContain(team.id);
    expect(ids).not.toContain(SELFTEST_TEAM);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("does not keep others out of the list when it cannot be read", async () => {
    const [broken, team] = [await made(), await made()];
    await env.KV.put(`team:${broken.id}`, "{}", { metadata: { slug: "broken", isDeleted: false } });
    const ids = (await listTeams(env.KV)).map(({ id }) => id);
    expect(ids).toContain(team.id);
    expect(ids).not.toContain(broken.id);
    await env.KV.delete(`team:${broken.id}`);
  });
});

describe("a reader of teams", () => {
  it("asks the store once in 30 seconds, and notices a change elsewhere then", async () => {
    const team = await made();
    later(60_000);
    const store = watchedStore();
    for (let times = 0; times < 3; times++) await findTeam(store.kv, team.id);
    expect(store.reads).toBe(1);
    // KV's own copies add to the isolate's.
    expect(store.options).toEqual([{ type: "json", cacheTtl: 30 }]);
    const changed = { ...team, rpm: 7, updatedAtMs: Date.now() };
    await env.KV.put(`team:${team.id}`, JSON.stringify(changed));
    later(29_999);
    expect((await findTeam(store.kv, team.id))?.rpm).toBeNull();
    later(1);
    expect((await findTeam(store.kv, team.id))?.rpm).toBe(7);
    expect(store.reads).toBe(2);
  });

  it.each([
    ["changed", (team: ReturnType<typeof teamWith>) => writeTeam(env.KV, { ...team, rpm: 5, updatedAtMs: Date.now() })],
    ["deleted", (team: ReturnType<typeof teamWith>) => deleteTeam(env.KV, team)],
  ])("sees what it has %s itself, also while KV gives what was there before", async (what, change) => {
    const team = await made();
    later(1_000);
    await change(team);
    const store = watchedStore();
    store.answer = JSON.parse(JSON.stringify(team));
    const isSeen = async () => {
      const seen = await findTeam(store.kv, team.id);
      return what === "deleted" ? seen === undefined : seen?.rpm === 5;
    };
    expect(await isSeen()).toBe(true);
    later(31_000);
    expect(await isSeen()).toBe(true);
    expect(store.reads).toBeGreaterThan(0);
    // After a minute KV is right again.
    later(31_000);
    expect(await isSeen()).toBe(false);
  });

  it("gets a 503 from a store that is down, never an unknown team; what it has seen it believes for ten minutes", async () => {
    const team = await made();
    const store = watchedStore();
    store.isDown = true;
    await expect(findTeam(store.kv, "never-seen")).rejects.toMatchObject({ status: 503, type: "unavailable" });
    later(599_999);
    expect(await findTeam(store.kv, team.id)).toEqual(team);
    later(1);
    await expect(findTeam(store.kv, team.id)).rejects.toMatchObject({ status: 503 });
  });
});

describe("the teams of a user", () => {
  const member = (userId: string) => ({ id: `id of ${userId}`, userId, role: "member" as const, createdAtMs: 0 });
  const idsOf = async (userId: string, kv = env.KV) => (await teamsOfUser(kv, userId)).map(({ id }) => id);

  it("are those that have it as a member, as soon as this isolate has changed them", async () => {
    const [first, second] = [await made({ members: [member("ann")] }), await made({ members: [member("ben")] })];
    expect(await idsOf("ann")).toEqual([first.id]);
    expect(await idsOf("nobody")).toEqual([]);
    later(1_000);
    const updatedAtMs = Date.now();
    await writeTeam(env.KV, { ...second, members: [member("ann"), member("ben")], updatedAtMs });
    expect(await idsOf("ann")).toEqual([first.id, second.id]);
    await deleteTeam(env.KV, first);
    expect(await idsOf("ann")).toEqual([second.id]);
  });

  it("are looked up once in 30 seconds, and known for ten minutes to an isolate whose store is down", async () => {
    const { id } = await made({ members: [member("cat")] });
    expect(await idsOf("cat")).toEqual([id]);
    const store = watchedStore();
    store.isDown = true;
    expect(await idsOf("cat", store.kv)).toEqual([id]);
    expect(store.reads).toBe(0);
    later(599_999);
    expect(await idsOf("cat", store.kv)).toEqual([id]);
    expect(store.reads).toBeGreaterThan(0);
    later(1);
    await expect(idsOf("cat", store.kv)).rejects.toMatchObject({ status: 503 });
  });
});
