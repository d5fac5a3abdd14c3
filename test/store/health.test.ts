import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from "vitest";
import { HealthBook } from "../../src/health/book.ts";
import { type HealthBindings, HealthShare } from "../../src/store/health.ts";
import { HEALTH_KEY } from "../../src/store/health-hub.ts";
import { BINDINGS, closeHub, deltaOf, hub, kept, openHub, publish } from "./deltas.ts";

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

/** One isolate: its book, its share and its clock, which starts now. */
class Isolate {
  readonly book = new HealthBook();
  readonly #share = new HealthShare(this.book);
  readonly #bindings: HealthBindings;
  nowMs = Date.now();

  constructor(bindings: HealthBindings = BINDINGS) {
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

const dead = () => Promise.reject(new Error("down"));
let logs: MockInstance<typeof console.error>;
const logged = () => logs.mock.calls.map(([message]) => String(message).split(",")[0]);

beforeEach(async () => {
  await openHub();
  logs = vi.spyOn(console, "error").mockImplementation(() => {});
});
afterEach(async () => {
  vi.restoreAllMocks();
  await closeHub();
});

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
    const add = vi.fn(async (_: string) => true);
    const isolate = new Isolate({ KV: { get }, HEALTH: { getByName: () => ({ add }) } } as unknown as HealthBindings);
    const works: number[] = [];
    for (let second = 0; second <= 120; second++) {
      if (second !== 45) isolate.note("success");
      works.push(await isolate.request(second === 0 ? 0 : SECOND_MS));
    }
    expect(add).toHaveBeenCalledTimes(7);
    expect(get).toHaveBeenCalledTimes(3);
    expect(works.reduce((sum, count) => sum + count)).toBe(7);
    for (const [json] of add.mock.calls) expect(JSON.parse(json).endpoints.a.seconds).toEqual([]);
  });

  it("tell nothing when there is nothing to tell", async () => {
    const isolate = new Isolate();
    for (let round = 0; round < 3; round++) await isolate.request();
    expect(await kept()).toEqual([]);
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
    expect((await kept()).map(({ sequence }) => sequence)).toEqual([1, 1, 2]);
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
    new Isolate({ KV: { get }, HEALTH: BINDINGS.HEALTH } as unknown as HealthBindings);

  it.each<[name: string, get: () => Promise<unknown>, times: number]>([
    ["does not answer", dead, 3],
    ["has no publication", async () => ({ deltas: "none" }), 3],
    ["has a delta that is none", async () => ({ deltas: [[1, '{"source":"x"}']] }), 1],
    ["has a delta that is no JSON", async () => ({ deltas: [[1, "{"]] }), 1],
  ])("that %s changes nothing, and is logged as often as it is read", async (_, get, times) => {
    const isolate = reading(get);
    isolate.note("success", 2);
    for (let round = 0; round < 3; round++) await isolate.request();
    expect(isolate.counts()).toEqual([2, 0]);
    expect(logged()).toEqual(Array(times).fill("health: what the hub published cannot be read"));
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
});
