import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Ledger } from "../../src/ledger/ledger.ts";
import { learnPlaces } from "../../src/ledger/places.ts";
import { settle, settled } from "../../src/ledger/settlements.ts";
import type { GenerationRecord } from "../../src/schema/generation.ts";
import { fresh, recordOf } from "./records.ts";

type Namespace = DurableObjectNamespace<Ledger>;

/** A ledger that takes calls after a while, or fails as long as it is told to. Keeps the ids that it has booked. */
function slowLedger({ takesMs = 10, fails = 0 }: { takesMs?: number; fails?: number } = {}) {
  const state = { booked: [] as string[], calls: 0, failuresLeft: fails };
  const stub = {
    async settle(json: string) {
      state.calls += 1;
      await new Promise((resolve) => setTimeout(resolve, takesMs));
      if (state.failuresLeft > 0) {
        state.failuresLeft -= 1;
        throw new Error("the ledger is overloaded");
      }
      state.booked.push(...(JSON.parse(json) as GenerationRecord[]).map(({ id }) => id));
    },
  };
  return Object.assign(state, { namespace: { getByName: () => stub } as unknown as Namespace });
}

/** Collects what is given to `waitUntil`; a failure of it must not end a test. */
function background() {
  const works: Promise<unknown>[] = [];
  const waitUntil = (work: Promise<unknown>) => works.push(work.catch(() => {}));
  return { works, waitUntil: waitUntil as (work: Promise<unknown>) => void };
}

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("settlements of many requests", () => {
  it("are all booked, each once", async () => {
    const team = fresh("team");
    const { works, waitUntil } = background();
    const records = Array.from({ length: 500 }, () => recordOf({ team }));
    for (const [index, record] of records.entries()) {
      settle(env.LEDGER, record, waitUntil);
      if (index % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await settled(env.LEDGER, team);
    const { hash } = await env.LEDGER.getByName(`team:${team}`).spend(["hash"], records[0]?.createdAtMs ?? 0);
    expect(hash).toMatchObject({ total: 500_000 });
    await Promise.all(works);
  }, 20_000);

  it("travel together: a call a moment, not a call a request", async () => {
    vi.useFakeTimers();
    const ledger = slowLedger();
    const { works, waitUntil } = background();
    const team = fresh("team");
    const records = Array.from({ length: 300 }, () => recordOf({ team }));
    for (const record of records) {
      settle(ledger.namespace, record, waitUntil);
      await vi.advanceTimersByTimeAsync(1);
    }
    await vi.advanceTimersByTimeAsync(1_000);
    expect(ledger.booked.sort()).toEqual(records.map(({ id }) => id).sort());
    expect(ledger.calls).toBeLessThan(30);
    expect(works).toHaveLength(1);
  });

  it("leave at once when nothing is on its way", async () => {
    vi.useFakeTimers();
    const ledger = slowLedger();
    const record = recordOf({ team: fresh("team") });
    settle(ledger.namespace, record, background().waitUntil);
    expect(ledger.calls).toBe(1);
    await vi.advanceTimersByTimeAsync(10);
    expect(ledger.booked).toEqual([record.id]);
  });

  it("of two teams do not wait for each other", () => {
    const ledger = slowLedger();
    for (const team of [fresh("team"), fresh("team")])
      settle(ledger.namespace, recordOf({ team }), background().waitUntil);
    expect(ledger.calls).toBe(2);
  });

  it("are carried by one request for some seconds, then by the next, and none is left behind", async () => {
    vi.useFakeTimers();
    const ledger = slowLedger({ takesMs: 50 });
    const { works, waitUntil } = background();
    const team = fresh("team");
    const ids: string[] = [];
    // Never a pause: the carrier always finds another record.
    for (let atMs = 0; atMs < 12_000; atMs += 30) {
      const record = recordOf({ team });
      ids.push(record.id);
      settle(ledger.namespace, record, waitUntil);
      await vi.advanceTimersByTimeAsync(30);
    }
    await vi.advanceTimersByTimeAsync(2_000);
    expect(ledger.booked.sort()).toEqual(ids.sort());
    expect(works.length).toBeGreaterThan(1);
    expect(works.length).toBeLessThan(6);
  });

  it("are not left behind when the last one arrives while the carrier hands over", async () => {
    vi.useFakeTimers();
    for (let extraMs = 0; extraMs <= 200; extraMs += 40) {
      const ledger = slowLedger({ takesMs: 50 });
      const { waitUntil } = background();
      const team = fresh("team");
      const ids: string[] = [];
      for (let atMs = 0; atMs < 5_000 + extraMs; atMs += 40) {
        const record = recordOf({ team });
        ids.push(record.id);
        settle(ledger.namespace, record, waitUntil);
        await vi.advanceTimersByTimeAsync(40);
      }
      await vi.advanceTimersByTimeAsync(1_000);
      const missing = ids.filter((id) => !ledger.booked.includes(id)).length;
      expect({ extraMs, missing }).toEqual({ extraMs, missing: 0 });
    }
  });

  it("find another carrier when theirs was lost with its request", async () => {
    vi.useFakeTimers();
    const team = fresh("team");
    const dead = { namespace: { getByName: () => ({ settle: () => new Promise(() => {}) }) } as unknown as Namespace };
    settle(dead.namespace, recordOf({ team }), background().waitUntil);
    const ledger = slowLedger();
    const late = recordOf({ team });
    await vi.advanceTimersByTimeAsync(21_000);
    settle(ledger.namespace, late, background().waitUntil);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(ledger.booked).toContain(late.id);
  });
});

describe("a ledger that fails", () => {
  it("is asked again", async () => {
    vi.useFakeTimers();
    const ledger = slowLedger({ fails: 3 });
    const record = recordOf({ team: fresh("team") });
    settle(ledger.namespace, record, background().waitUntil);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(ledger.booked).toEqual([record.id]);
    expect(ledger.calls).toBe(4);
  });

  it("for longer gets the records with the next request, none lost and none twice", async () => {
    vi.useFakeTimers();
    vi.spyOn(console, "error").mockImplementation(() => {});
    const ledger = slowLedger({ fails: 4 });
    const team = fresh("team");
    const [first, second] = [recordOf({ team }), recordOf({ team })];
    settle(ledger.namespace, first, background().waitUntil);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(ledger.booked).toEqual([]);
    settle(ledger.namespace, second, background().waitUntil);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(ledger.booked).toEqual([first.id, second.id]);
  });

  it("gets again what it may have booked already, although the team has shards by then", async () => {
    vi.useFakeTimers();
    vi.spyOn(console, "error").mockImplementation(() => {});
    const calls: [name: string, ids: string[]][] = [];
    let isDown = true;
    const take = (name: string) => async (json: string) => {
      if (isDown) throw new Error("its answer is lost");
      calls.push([name, (JSON.parse(json) as GenerationRecord[]).map(({ id }) => id)]);
    };
    const getByName = (name: string) => ({
      settle: take(name),
      settleShard: (_: object, json: string) => take(name)(json),
    });
    const namespace = { getByName } as unknown as Namespace;
    const team = fresh("team");
    const [first, second, third] = [recordOf({ team }), recordOf({ team }), recordOf({ team })];
    settle(namespace, first, background().waitUntil);
    await vi.advanceTimersByTimeAsync(5_000);
    learnPlaces(team, { shards: 1, isHot: true });
    isDown = false;
    settle(namespace, second, background().waitUntil);
    settle(namespace, third, background().waitUntil);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(calls).toEqual([
      [`team:${team}`, [first.id, second.id]],
      [`team:${team}:1`, [third.id]],
    ]);
  });

  it("on one record only does not keep the others from being booked", async () => {
    vi.useFakeTimers();
    vi.spyOn(console, "error").mockImplementation(() => {});
    const booked: string[] = [];
    const settleOrRefuse = async (json: string) => {
      const records = JSON.parse(json) as GenerationRecord[];
      if (records.some(({ modelId }) => modelId === "poison")) throw new Error("string or blob too big");
      booked.push(...records.map(({ id }) => id));
    };
    const namespace = { getByName: () => ({ settle: settleOrRefuse }) } as unknown as Namespace;
    const team = fresh("team");
    const good = Array.from({ length: 3 }, () => recordOf({ team }));
    for (const record of [recordOf({ team, modelId: "poison" }), ...good]) {
      settle(namespace, record, background().waitUntil);
      await vi.advanceTimersByTimeAsync(5_000);
    }
    expect(booked.sort()).toEqual(good.map(({ id }) => id).sort());
  });

  it("altogether is not stormed by what has gathered meanwhile", async () => {
    vi.useFakeTimers();
    vi.spyOn(console, "error").mockImplementation(() => {});
    const ledger = slowLedger({ fails: 100_000 });
    const team = fresh("team");
    const records = Array.from({ length: 300 }, () => recordOf({ team }));
    for (const record of records) settle(ledger.namespace, record, background().waitUntil);
    await vi.advanceTimersByTimeAsync(5_000);
    settle(ledger.namespace, recordOf({ team }), background().waitUntil);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(ledger.calls).toBeLessThan(100);
    ledger.failuresLeft = 0;
    settle(ledger.namespace, recordOf({ team }), background().waitUntil);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(new Set(ledger.booked).size).toBe(302);
  });

  it("does not stop the request that was to carry: its failure is its own", async () => {
    vi.useFakeTimers();
    const logged = vi.spyOn(console, "error").mockImplementation(() => {});
    const ledger = slowLedger({ fails: 100 });
    expect(() => settle(ledger.namespace, recordOf({ team: fresh("team") }), background().waitUntil)).not.toThrow();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(logged).toHaveBeenCalled();
  });
});

describe("a reader", () => {
  it("finds what this isolate has settled, at once", async () => {
    const team = fresh("team");
    const record = recordOf({ team });
    const { works, waitUntil } = background();
    settle(env.LEDGER, recordOf({ team }), waitUntil);
    settle(env.LEDGER, record, waitUntil);
    await settled(env.LEDGER, team);
    expect(await env.LEDGER.getByName(`team:${team}`).generation(record.id)).not.toBeNull();
    await Promise.all(works);
  });

  it("waits for calls that others have made, but not for ever", async () => {
    vi.useFakeTimers();
    const stuck = { namespace: { getByName: () => ({ settle: () => new Promise(() => {}) }) } as unknown as Namespace };
    const team = fresh("team");
    settle(stuck.namespace, recordOf({ team }), background().waitUntil);
    let isOver = false;
    void settled(stuck.namespace, team).then(() => {
      isOver = true;
    });
    await vi.advanceTimersByTimeAsync(400);
    expect(isOver).toBe(false);
    await vi.advanceTimersByTimeAsync(400);
    expect(isOver).toBe(true);
  });

  it("is not held up by a record that the ledger does not take", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const settleOrRefuse = () => Promise.reject(new Error("string or blob too big"));
    const namespace = { getByName: () => ({ settle: settleOrRefuse }) } as unknown as Namespace;
    const team = fresh("team");
    const { works, waitUntil } = background();
    settle(namespace, recordOf({ team }), waitUntil);
    await Promise.all(works);
    await expect(settled(namespace, team)).resolves.toBeUndefined();
  });
});
