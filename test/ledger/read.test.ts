import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { readGeneration, readSpend, recallReasoning } from "../../src/ledger/read.ts";
import { settle } from "../../src/ledger/settlements.ts";
import { fresh, recordOf } from "./records.ts";

const id = (atMs: number) => `gen-${Math.floor(atMs / 1000)}-${crypto.randomUUID().slice(0, 20)}`;

describe("a generation", () => {
  it("is readable as soon as it is settled", async () => {
    const team = fresh("team");
    const record = recordOf({ team, id: id(Date.now()) });
    const works: Promise<unknown>[] = [];
    settle(env.LEDGER, record, (work) => works.push(work));
    expect(await readGeneration(env.LEDGER, team, record.id)).toEqual(record);
    await Promise.all(works);
  });

  it("of another isolate is waited for a moment", async () => {
    const team = fresh("team");
    const record = recordOf({ team, id: id(Date.now()) });
    const reading = readGeneration(env.LEDGER, team, record.id);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await env.LEDGER.getByName(`team:${team}`).settle(JSON.stringify([record]));
    expect(await reading).toEqual(record);
  });

  it.each([
    ["an old id", id(Date.now() - 3_600_000)],
    ["no id", "rubbish"],
    ["an id without a time", "gen-x-y"],
  ])("is not waited for when it is %s", async (_, unknown) => {
    const startMs = Date.now();
    expect(await readGeneration(env.LEDGER, fresh("team"), unknown)).toBeUndefined();
    expect(Date.now() - startMs).toBeLessThan(400);
  });
});

it("spend is up to date with what was just settled", async () => {
  const team = fresh("team");
  const works: Promise<unknown>[] = [];
  settle(env.LEDGER, recordOf({ team, keyHash: "k" }), (work) => works.push(work));
  expect((await readSpend(env.LEDGER, team, ["k", "other"])).k).toMatchObject({ total: 1_000 });
  await Promise.all(works);
});

it("reasoning is recalled as it was given, without what is unknown", async () => {
  const team = fresh("team");
  const details = [{ type: "reasoning.text" as const, text: "Hm", index: 0 }];
  const works: Promise<unknown>[] = [];
  settle(env.LEDGER, recordOf({ team, keyHash: "k", replay: { turnKey: "t1", reasoningDetails: details } }), (work) =>
    works.push(work),
  );
  expect(await recallReasoning(env.LEDGER, team, "k", ["t1", "t2"])).toEqual(new Map([["t1", details]]));
  await Promise.all(works);
});
