import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Alarms, type Job } from "../../src/ledger/alarms.ts";
import { fresh } from "./records.ts";

type Name = "sweep" | "clean";

/** Due times in the storage of an object that nobody else has; its own jobs have no part in it. */
function withAlarms(
  jobs: Partial<Record<Name, Job>>,
  test: (alarms: Alarms<Name>, storage: DurableObjectStorage) => Promise<void> | void,
): Promise<void> {
  return runInDurableObject(env.LEDGER.getByName(fresh("team")), async (_, { storage }) => {
    await test(new Alarms<Name>(storage, { sweep: () => undefined, clean: () => undefined, ...jobs }), storage);
  });
}

const SOON = Date.now() + 3_600_000;

afterEach(() => vi.restoreAllMocks());

describe("due times on one alarm", () => {
  it.each<[name: string, asked: [Name, number][], alarm: number | null]>([
    ["none: no alarm", [], null],
    ["one", [["sweep", SOON]], SOON],
    [
      "an earlier one of the same job wins",
      [
        ["sweep", SOON + 9],
        ["sweep", SOON],
      ],
      SOON,
    ],
    [
      "a later one of the same job does not",
      [
        ["sweep", SOON],
        ["sweep", SOON + 9],
      ],
      SOON,
    ],
    [
      "the earliest of several jobs",
      [
        ["sweep", SOON + 9],
        ["clean", SOON],
        ["sweep", SOON + 5],
      ],
      SOON,
    ],
  ])("%s", async (_, asked, alarm) => {
    await withAlarms({}, async (alarms, storage) => {
      for (const [name, atMs] of asked) alarms.wakeBy(name, atMs);
      expect(await storage.getAlarm()).toBe(alarm);
    });
  });

  it("run what is due, and nothing else", async () => {
    const ran: [Name, number][] = [];
    const note = (name: Name) => (nowMs: number) => void ran.push([name, nowMs]);
    await withAlarms({ sweep: note("sweep"), clean: note("clean") }, async (alarms, storage) => {
      alarms.wakeBy("sweep", SOON);
      alarms.wakeBy("clean", SOON + 100);
      alarms.run(SOON + 50);
      expect(ran).toEqual([["sweep", SOON + 50]]);
      expect(await storage.getAlarm()).toBe(SOON + 100);
      alarms.run(SOON + 150);
      expect(ran).toEqual([
        ["sweep", SOON + 50],
        ["clean", SOON + 150],
      ]);
      alarms.run(SOON + 300);
      expect(ran).toHaveLength(2);
    });
  });

  it("run a job again when it says so, or when it is asked for meanwhile", async () => {
    const jobs = { sweep: (nowMs: number) => nowMs + 10 };
    await withAlarms(jobs, async (alarms, storage) => {
      alarms.wakeBy("sweep", SOON);
      alarms.run(SOON);
      expect(await storage.getAlarm()).toBe(SOON + 10);
      alarms.wakeBy("sweep", SOON + 5);
      expect(await storage.getAlarm()).toBe(SOON + 5);
    });
  });

  it("are tried again when a job throws, and keep no other from running", async () => {
    const errors = vi.spyOn(console, "error").mockImplementation(() => {});
    const clean = vi.fn();
    const fail = () => {
      throw new Error("full");
    };
    await withAlarms({ sweep: fail, clean }, async (alarms, storage) => {
      alarms.wakeBy("sweep", SOON);
      alarms.wakeBy("clean", SOON);
      alarms.run(SOON);
      expect(clean).toHaveBeenCalledOnce();
      expect(errors).toHaveBeenCalledOnce();
      expect(await storage.getAlarm()).toBe(SOON + 60_000);
    });
  });

  it("forget what a transaction asked for that was rolled back", async () => {
    await withAlarms({}, async (alarms, storage) => {
      alarms.wakeBy("clean", SOON + 50);
      const undone = () =>
        storage.transactionSync(() => {
          alarms.wakeBy("sweep", SOON);
          throw new Error("undone");
        });
      expect(undone).toThrow("undone");
      alarms.wakeBy("sweep", SOON + 20);
      alarms.run(SOON + 10);
      expect(await storage.getAlarm()).toBe(SOON + 20);
    });
  });

  it("set an alarm anew that the platform has dropped", async () => {
    await withAlarms({}, async (alarms, storage) => {
      const longAgo = Date.now() - 120_000;
      storage.sql.exec("insert into due values ('sweep', ?)", longAgo);
      expect(await storage.getAlarm()).toBeNull();
      alarms.wakeBy("clean", SOON);
      expect(await storage.getAlarm()).not.toBeNull();
    });
  });
});

it("a ledger's alarm runs its jobs", async () => {
  const books = env.LEDGER.getByName(fresh("team"));
  const soon = await runInDurableObject(books, async (ledger, { storage }) => {
    ledger.settle("[]");
    return storage.getAlarm();
  });
  expect(soon).toBeGreaterThan(Date.now());
  expect(soon).toBeLessThanOrEqual(Date.now() + 86_400_000);
  expect(await runDurableObjectAlarm(books)).toBe(true);
});
