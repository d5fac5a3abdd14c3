import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { HEALTH_KEY, HealthHub, MAX_DELTA_CHARS } from "../../src/store/health-hub.ts";
import { closeHub, deltaOf, hub, kept, openHub, publish } from "./deltas.ts";

const MINUTE_MS = 60_000;
const SECOND_MS = 1_000;

const alarm = () => runInDurableObject(hub(), (_, state) => state.storage.getAlarm());
const add = (fields?: Parameters<typeof deltaOf>[0]) => hub().add(JSON.stringify(deltaOf(fields)));
const published = () => env.KV.get<{ deltas: [number, string][] }>(HEALTH_KEY, "json");

beforeEach(openHub);
afterEach(async () => {
  vi.restoreAllMocks();
  await closeHub();
});

describe("the hub of health", () => {
  it("publishes once in two minutes, and only what it was told", async () => {
    const startMs = Date.now();
    const source = "the only one";
    const isTold = async () => JSON.stringify(await published()).includes(source);
    for (let sequence = 1; sequence <= 3; sequence++) await add({ source, sequence });
    const alarmMs = await alarm();
    expect(alarmMs).toBeGreaterThanOrEqual(startMs + 2 * MINUTE_MS);
    expect(alarmMs).toBeLessThan(startMs + 2 * MINUTE_MS + 10 * SECOND_MS);
    expect(await isTold()).toBe(false);
    expect(await publish()).toBe(true);
    expect(await isTold()).toBe(true);
    expect(await publish()).toBe(false);
  });

  it.each([
    { name: "no JSON", json: "{" },
    { name: "no object", json: "[]" },
    { name: "no source", json: JSON.stringify(deltaOf({ source: "" })) },
    { name: "no sequence", json: JSON.stringify(deltaOf({ sequence: 0.5 })) },
    { name: "a count below 0", json: JSON.stringify(deltaOf()).replace(",0,1]", ",0,-1]") },
    { name: "rows that are missing", json: JSON.stringify(deltaOf()).replace('"tens":[]', '"tens":null') },
    { name: "more than fits", json: JSON.stringify(deltaOf()).padEnd(MAX_DELTA_CHARS + 1) },
  ])("takes nothing that has $name", async ({ json }) => {
    expect(await hub().add(json)).toBe(false);
    expect(await kept()).toEqual([]);
  });

  it("keeps half an hour", async () => {
    await add({ source: "old" });
    await add({ source: "older" });
    await add({ source: "new" });
    await runInDurableObject(hub(), (_, state) => {
      state.storage.sql.exec("update delta set place = place - 1800000 where json like '%\"old%'");
    });
    await publish();
    expect((await kept()).map(({ source }) => source)).toEqual(["new"]);
    expect(await env.KV.get(HEALTH_KEY)).not.toContain("old");
  });

  it("keeps 4 MB, the latest", async () => {
    const large = (source: string) => JSON.stringify(deltaOf({ source })).padEnd(MAX_DELTA_CHARS);
    for (let number = 1; number <= 10; number++) await hub().add(large(`s${number}`));
    await publish();
    const sources = (await kept()).map(({ source }) => source);
    expect([sources.length, sources[0], sources.at(-1)]).toEqual([8, "s3", "s10"]);
  });

  it("lets nobody put off what is about to be published", async () => {
    const soonMs = Date.now() + 5 * SECOND_MS;
    await runInDurableObject(hub(), (_, state) => state.storage.setAlarm(soonMs));
    await add();
    expect(await alarm()).toBe(soonMs);
  });

  it("publishes in the order in which it was told, also when its clock goes back", async () => {
    await add({ source: "first" });
    await runInDurableObject(hub(), (_, state) => {
      state.storage.sql.exec("update delta set place = place + 60000");
    });
    await add({ source: "second" });
    await add({ source: "third" });
    await publish();
    const deltas = (await published())?.deltas ?? [];
    expect(deltas.map(([, json]) => JSON.parse(json).source)).toEqual(["first", "second", "third"]);
    const [first = 0] = deltas.map(([place]) => place);
    expect(deltas.map(([place]) => place - first)).toEqual([0, 1, 2]);
  });

  it("publishes later what KV does not take", async () => {
    const logs = vi.spyOn(console, "error").mockImplementation(() => {});
    await add();
    await runInDurableObject(hub(), async (_, state) => {
      const put = vi.fn(() => Promise.reject(new Error("down")));
      await state.storage.deleteAlarm();
      await new HealthHub(state, { ...env, KV: { put } as unknown as KVNamespace }).alarm();
      expect(put).toHaveBeenCalledTimes(1);
    });
    expect(logs).toHaveBeenCalledTimes(1);
    expect(await published()).toBeNull();
    expect(await publish()).toBe(true);
    expect((await published())?.deltas).toHaveLength(1);
  });
});
