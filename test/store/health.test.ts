import { evictDurableObject, reset, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from "vitest";
import { HealthBook, type HealthDelta } from "../../src/health/book.ts";
import { type HealthBindings, HealthShare } from "../../src/store/health.ts";
import { HEALTH_KEY, HealthHub, MAX_DELTA_CHARS } from "../../src/store/health-hub.ts";
import { fresh } from "../ledger/records.ts";

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

const hub = () => env.HEALTH.getByName("health");
const publish = () => runDurableObjectAlarm(hub());
const keptBy = () =>
  runInDurableObject(hub(), (_, state) =>
    state.storage.sql.exec<{ json: string }>("select json from delta order by place").toArray(),
  );

/** One isolate: its book, its share and its clock, which starts now. */
class Isolate {
  readonly book = new HealthBook();
  readonly #share = new HealthShare(this.book);
  readonly #bindings: HealthBindings;
  nowMs = Date.now();

  constructor(bindings: HealthBindings = env) {
    this.#bindings = bindings;
  }

  note(verdict: "success" | "failure", times = 1, id = "a"): void {
    for (let time = 0; time < times; time++) this.book.note(id, { verdict, latencyMs: 400 }, this.nowMs);
  }

  /** A request after some time; gives the number of works that it left behind, once they are done. */
  async request(afterMs = MINUTE_MS): Promise<number> {
    this.nowMs += afterMs;
    const works: Promise<unknown>[] = [];
    this.#share.tick(this.#bindings, this.nowMs, (work) => works.push(work));
    await Promise.all(works);
    return works.length;
  }

  counts(id = "a"): [successes: number, failures: number] | undefined {
    const health = this.book.at(this.nowMs).of(id);
    return health && [health.successes, health.failures];
  }
}

const deltaOf = (fields: Partial<HealthDelta> = {}): HealthDelta => ({
  source: fresh("isolate"),
  sequence: 1,
  endpoints: { a: { seconds: [], minutes: [[Math.floor(Date.now() / MINUTE_MS), 0, 1]], samples: [], tens: [] } },
  ...fields,
});

const dead = () => Promise.reject(new Error("down"));
let logs: MockInstance<typeof console.error>;
const logged = () => logs.mock.calls.map(([message]) => String(message).split(",")[0]);

beforeEach(async () => {
  await reset();
  logs = vi.spyOn(console, "error").mockImplementation(() => {});
});
afterEach(() => vi.restoreAllMocks());

describe("isolates", () => {
  it("end up with each other's counts, once each", async () => {
    const [one, two, three] = [new Isolate(), new Isolate(), new Isolate()];
    for (const isolate of [one, two, three]) await isolate.request();
    one.note("success", 3);
    two.note("failure", 2);
    two.note("success", 1, "b");
    for (let round = 0; round < 3; round++) {
      for (const isolate of [one, two, three]) await isolate.request();
      await publish();
    }
    one.note("success", 4);
    for (let round = 0; round < 3; round++) {
      for (const isolate of [one, two, three]) await isolate.request();
      await publish();
    }
    for (const isolate of [one, two, three]) {
      expect(isolate.counts()).toEqual([7, 2]);
      expect(isolate.counts("b")).toEqual([1, 0]);
    }
    expect(logged()).toEqual([]);
  });

  it("that are fresh know what was published from their first request on", async () => {
    const one = new Isolate();
    one.note("failure", 5);
    await one.request();
    await publish();
    const two = new Isolate();
    await two.request(0);
    expect(two.counts()).toEqual([0, 5]);
    expect(two.book.listing("a", two.nowMs).latencyMs30m).not.toBeNull();
  });

  it("tell what is new every 20 s, read every 60 s, and do nothing else", async () => {
    const get = vi.fn(async () => null);
    const add = vi.fn(async () => true);
    const isolate = new Isolate({ KV: { get }, HEALTH: { getByName: () => ({ add }) } } as unknown as HealthBindings);
    const works: number[] = [];
    for (let second = 0; second <= 120; second++) {
      if (second !== 45) isolate.note("success");
      works.push(await isolate.request(second === 0 ? 0 : SECOND_MS));
    }
    expect(add).toHaveBeenCalledTimes(7);
    expect(get).toHaveBeenCalledTimes(3);
    expect(works.reduce((sum, count) => sum + count)).toBe(7);
  });

  it("tell nothing when there is nothing to tell", async () => {
    const isolate = new Isolate();
    for (let round = 0; round < 3; round++) await isolate.request();
    expect(await keptBy()).toEqual([]);
    expect(await runInDurableObject(hub(), (_, state) => state.storage.getAlarm())).toBeNull();
  });

  it("begin no second work while one is under way, until that one is lost", async () => {
    const add = vi.fn(() => new Promise<boolean>(() => {}));
    const bindings = { KV: { get: async () => null }, HEALTH: { getByName: () => ({ add }) } };
    const book = new HealthBook();
    const share = new HealthShare(book);
    book.note("a", { verdict: "success" }, 1_000_000);
    const calls = [0, 20, 29, 30].map((second) => {
      share.tick(bindings as unknown as HealthBindings, 1_000_000 + second * SECOND_MS, () => {});
      return add.mock.calls.length;
    });
    expect(calls).toEqual([1, 1, 1, 2]);
  });
});

describe("a hub", () => {
  it("forgets nothing when it is evicted", async () => {
    const [one, two] = [new Isolate(), new Isolate()];
    one.note("success", 3);
    await one.request();
    await evictDurableObject(hub());
    await publish();
    one.note("success", 2);
    await one.request();
    await evictDurableObject(hub());
    await publish();
    await two.request();
    expect(two.counts()).toEqual([5, 0]);
  });

  it("publishes once in two minutes, and only what it was told", async () => {
    const startMs = Date.now();
    for (let sequence = 1; sequence <= 3; sequence++) await hub().add(JSON.stringify(deltaOf({ sequence })));
    const alarmMs = await runInDurableObject(hub(), (_, state) => state.storage.getAlarm());
    expect(alarmMs).toBeGreaterThanOrEqual(startMs + 2 * MINUTE_MS);
    expect(alarmMs).toBeLessThan(startMs + 2 * MINUTE_MS + 10 * SECOND_MS);
    expect(await env.KV.get(HEALTH_KEY)).toBeNull();
    expect(await publish()).toBe(true);
    expect(await env.KV.get(HEALTH_KEY)).not.toBeNull();
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
    expect(await keptBy()).toEqual([]);
  });

  it("keeps half an hour", async () => {
    await hub().add(JSON.stringify(deltaOf({ source: "old" })));
    await hub().add(JSON.stringify(deltaOf({ source: "older" })));
    await hub().add(JSON.stringify(deltaOf({ source: "new" })));
    await runInDurableObject(hub(), (_, state) => {
      state.storage.sql.exec("update delta set place = place - 1800000 where json like '%\"old%'");
    });
    await publish();
    expect((await keptBy()).map(({ json }) => JSON.parse(json).source)).toEqual(["new"]);
    expect(await env.KV.get(HEALTH_KEY)).not.toContain("old");
  });

  it("keeps 4 MB, the latest", async () => {
    const large = (source: string) => JSON.stringify(deltaOf({ source })).padEnd(MAX_DELTA_CHARS);
    for (let number = 1; number <= 10; number++) await hub().add(large(`s${number}`));
    await publish();
    const sources = (await keptBy()).map(({ json }) => JSON.parse(json).source);
    expect([sources.length, sources[0], sources.at(-1)]).toEqual([8, "s3", "s10"]);
  });

  it("that fails delays what others hear, and nobody hears it twice", async () => {
    const flaky = { fails: true, loses: false };
    const add = async (json: string) => {
      if (flaky.fails) return dead();
      const isTaken = await hub().add(json);
      return flaky.loses ? dead() : isTaken;
    };
    const one = new Isolate({ KV: env.KV, HEALTH: { getByName: () => ({ add }) } } as unknown as HealthBindings);
    const two = new Isolate();
    one.note("success", 2);
    await one.request();
    one.note("success", 3);
    flaky.fails = false;
    flaky.loses = true;
    await one.request();
    flaky.loses = false;
    for (let round = 0; round < 3; round++) await one.request();
    await publish();
    await two.request();
    expect((await keptBy()).map(({ json }) => JSON.parse(json).sequence)).toEqual([1, 1, 2]);
    expect(two.counts()).toEqual([5, 0]);
    expect(one.counts()).toEqual([5, 0]);
    expect(logged()).toEqual(["health: the hub does not answer", "health: the hub does not answer"]);
  });

  it("that fails is logged once a minute, and given up with a delta after ten", async () => {
    const add = vi.fn(dead);
    const one = new Isolate({ KV: env.KV, HEALTH: { getByName: () => ({ add }) } } as unknown as HealthBindings);
    one.note("success");
    for (let round = 0; round < 6; round++) await one.request(20 * SECOND_MS);
    expect(add).toHaveBeenCalledTimes(6);
    expect(logged()).toHaveLength(2);
    one.note("failure");
    await one.request(9 * MINUTE_MS);
    const sequences = (add.mock.calls as unknown as [string][]).map(([json]) => JSON.parse(json).sequence);
    expect(sequences).toEqual([1, 1, 1, 1, 1, 1, 2]);
  });

  it("that refuses a delta is not asked again", async () => {
    const add = vi.fn(async () => false);
    const one = new Isolate({ KV: env.KV, HEALTH: { getByName: () => ({ add }) } } as unknown as HealthBindings);
    one.note("success");
    for (let round = 0; round < 3; round++) await one.request();
    expect(add).toHaveBeenCalledTimes(1);
    expect(logged()).toEqual(["health: the hub refused a delta"]);
  });
});

describe("KV", () => {
  const reading = (get: () => Promise<unknown>) =>
    new Isolate({ KV: { get }, HEALTH: env.HEALTH } as unknown as HealthBindings);

  it.each<[name: string, get: () => Promise<unknown>]>([
    ["does not answer", dead],
    ["has no publication", async () => ({ deltas: "none" })],
    ["has a delta that is none", async () => ({ deltas: [[1, '{"source":"x"}']] })],
    ["has a delta that is no JSON", async () => ({ deltas: [[1, "{"]] })],
  ])("that %s changes nothing, and is logged", async (_, get) => {
    const isolate = reading(get);
    isolate.note("success", 2);
    for (let round = 0; round < 2; round++) await isolate.request(30 * SECOND_MS);
    expect(isolate.counts()).toEqual([2, 0]);
    expect(logged()).toEqual(["health: what the hub published cannot be read"]);
  });

  it("that comes back is read again, and gives what was missed", async () => {
    const state = { isDown: true };
    const isolate = reading(() => (state.isDown ? dead() : env.KV.get(HEALTH_KEY, "json")));
    await isolate.request();
    await hub().add(JSON.stringify(deltaOf()));
    await publish();
    await isolate.request();
    expect(isolate.counts()).toBeUndefined();
    state.isDown = false;
    await isolate.request();
    expect(isolate.counts()).toEqual([1, 0]);
  });

  it("that gives an older publication for a while adds nothing twice", async () => {
    await hub().add(JSON.stringify(deltaOf()));
    await publish();
    const older: unknown = await env.KV.get(HEALTH_KEY, "json");
    await hub().add(JSON.stringify(deltaOf()));
    await publish();
    const newer: unknown = await env.KV.get(HEALTH_KEY, "json");
    const values = [older, newer, older, newer];
    const isolate = reading(async () => values.shift());
    for (let round = 0; round < 4; round++) await isolate.request();
    expect(isolate.counts()).toEqual([2, 0]);
  });

  it("that does not take a publication is asked again, and nothing is lost", async () => {
    await hub().add(JSON.stringify(deltaOf()));
    await runInDurableObject(hub(), async (_, state) => {
      const put = vi.fn(dead);
      await state.storage.deleteAlarm();
      await new HealthHub(state, { ...env, KV: { put } as unknown as KVNamespace }).alarm();
      expect(put).toHaveBeenCalledTimes(1);
    });
    expect(logged()).toEqual(["health: KV does not take it"]);
    expect(await env.KV.get(HEALTH_KEY)).toBeNull();
    expect(await publish()).toBe(true);
    const isolate = new Isolate();
    await isolate.request();
    expect(isolate.counts()).toEqual([1, 0]);
  });
});
