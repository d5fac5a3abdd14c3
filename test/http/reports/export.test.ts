import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { GenerationRecord } from "../../../src/schema/generation.ts";
import { errorOf, MANAGEMENT_KEY, manage, send } from "../client.ts";
import { makeTeam, makeTeamKey, type TeamOfTest } from "./books.ts";

const BEGIN = Date.UTC(2026, 2, 10);
const HOUR_MS = 3_600_000;

interface Page {
  data: { id: string }[];
  next_cursor: string | null;
}

async function page(query: string, key = MANAGEMENT_KEY): Promise<Page> {
  const response = await send(`/api/v1/generations?${query}`, { key });
  if (response.status !== 200) throw new Error(`status ${response.status}: ${await response.text()}`);
  return response.json();
}

/** All pages, one after the other. */
async function pages(query: string, key?: string): Promise<string[][]> {
  const ids: string[][] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const { data, next_cursor }: Page = await page(`${query}&cursor=${cursor}`, key);
    ids.push(data.map(({ id }) => id));
    cursor = next_cursor;
  }
  return ids;
}

async function table(query: string, key = MANAGEMENT_KEY): Promise<string[]> {
  const response = await send(`/api/v1/generations?format=csv&${query}`, { key });
  return (await response.text()).split("\r\n");
}

const hourly = (team: TeamOfTest, count: number) =>
  team.book(Array.from({ length: count }, (_, index) => ({ createdAtMs: BEGIN + index * HOUR_MS })));
const idsOf = (records: GenerationRecord[]) => records.map(({ id }) => id);

describe("the export of generations", () => {
  it("is the records in the words of GET /generation, oldest first", async () => {
    const team = await makeTeam();
    const records = await hourly(team, 3);
    const { data, next_cursor } = await page(`workspace_id=${team.id}`);
    expect(next_cursor).toBeNull();
    expect(data.map(({ id }) => id)).toEqual(idsOf(records));
    const one = await manage(`/api/v1/generation?id=${records[1]?.id}&workspace_id=${team.id}`);
    expect(data[1]).toEqual((await one.json<{ data: unknown }>()).data);
  });

  it("comes in pages", async () => {
    const team = await makeTeam();
    const ids = idsOf(await hourly(team, 7));
    const found = await pages(`workspace_id=${team.id}&limit=3`);
    expect(found).toEqual([ids.slice(0, 3), ids.slice(3, 6), ids.slice(6)]);
  });

  it("goes on from one workspace to the next, and ends", async () => {
    const [one, two] = [await makeTeam(), await makeTeam()];
    const ids = [...idsOf(await hourly(one, 3)), ...idsOf(await hourly(two, 3))];
    const found = (await pages(`limit=2&from=2026-03-10&to=2026-03-10`)).flat();
    expect(found.filter((id) => ids.includes(id)).toSorted()).toEqual(ids.toSorted());
    expect(new Set(found).size).toBe(found.length);
  });

  it.each<[query: string, from: number, to: number]>([
    ["", 0, 60],
    ["from=2026-03-11", 24, 60],
    ["to=2026-03-10", 0, 24],
    ["from=2026-03-11&to=2026-03-11", 24, 48],
    ["from=2026-03-10T02:00:00Z&to=2026-03-10T04:00:00Z", 2, 4],
    ["from=2026-03-10T02:00:00%2B02:00&to=2026-03-10T02:30Z", 0, 3],
    ["from=2027-01-01", 60, 60],
  ])("is of a span of time, days at the end included: %s", async (query, from, to) => {
    const team = await makeTeam();
    const ids = idsOf(await hourly(team, 60));
    const { data } = await page(`workspace_id=${team.id}&limit=100&${query}`);
    expect(data.map(({ id }) => id)).toEqual(ids.slice(from, to));
  });

  it("is that of a key for the key itself, whatever it asks for", async () => {
    const team = await makeTeam();
    const other = await makeTeamKey(team.id);
    const own = idsOf(await hourly(team, 2));
    const others = idsOf(await team.book([{ createdAtMs: BEGIN }], other.key));
    expect((await pages("limit=10", team.key.token)).flat()).toEqual(own);
    expect((await pages("limit=10", other.token)).flat()).toEqual(others);
    expect((await pages("limit=10", team.manager.token)).flat().toSorted()).toEqual([...own, ...others].toSorted());
    const byHash = `limit=10&api_key_hash=${other.key.hash}`;
    expect((await pages(byHash, team.manager.token)).flat()).toEqual(others);
    await errorOf(send(`/api/v1/generations?${byHash}`, { key: team.key.token }), 404);
    const foreign = await makeTeam();
    await errorOf(send(`/api/v1/generations?workspace_id=${foreign.id}`, { key: team.key.token }), 404);
    expect((await pages(byHash, foreign.manager.token)).flat()).toEqual([]);
  });

  it("does not follow a cursor into another workspace", async () => {
    const [ours, theirs] = [await makeTeam(), await makeTeam()];
    await hourly(theirs, 3);
    const { next_cursor } = await page(`workspace_id=${theirs.id}&limit=1`);
    const path = `/api/v1/generations?cursor=${next_cursor}`;
    for (const key of [ours.key.token, ours.manager.token])
      expect(await errorOf(send(path, { key }), 400)).toMatchObject({ metadata: { field: "cursor" } });
  });

  it.each([
    ["limit", "limit=0"],
    ["limit", "limit=1001"],
    ["limit", "limit=x"],
    ["cursor", "cursor=%00"],
    ["cursor", "cursor=bm93aGVyZS8"],
    ["from", "from=yesterday"],
    ["from", "from=2026-03-02&to=2026-03-01T00:00:00Z"],
    ["to", "to=2026-03-01T00:00:00"],
    ["format", "format=xml"],
  ])("refuses a wrong %s: %s", async (field, query) => {
    expect(await errorOf(manage(`/api/v1/generations?${query}`), 400)).toMatchObject({ metadata: { field } });
  });

  it.each([undefined, "sk-pm-v1-wrong"])("is nobody's without a key: %s", async (key) => {
    await errorOf(send("/api/v1/generations", { key }), 401);
  });
});

describe("the table of generations", () => {
  it("has a line for each, that no spreadsheet runs", async () => {
    const team = await makeTeam();
    const attempts = [{ tag: "acme/turbo", providerName: "Acme", modelId: "acme/one", status: 200, latencyMs: 1 }];
    const [record] = await team.book([
      { createdAtMs: BEGIN, attempts, client: { user: "=cmd|' /C calc'!A0", appTitle: 'say "a,b"' } },
      { createdAtMs: BEGIN + 1_000, costNanoUsd: null, certainty: "unknown", providerName: null },
    ]);
    const [head, first, second, ...rest] = await table(`workspace_id=${team.id}`);
    const cells = (line = "") =>
      Object.fromEntries(line.split(",").map((cell, index) => [head?.split(",")[index], cell]));
    expect(cells(first)).toMatchObject({
      ...{ id: record?.id, created_at: "2026-03-10T00:00:00.000Z", workspace_id: team.id },
      ...{ endpoint_id: "acme/turbo", total_cost: "0.000001", external_user: "'=cmd|' /C calc'!A0" },
    });
    expect(first).toContain('"say ""a,b"""');
    expect(cells(second)).toMatchObject({ total_cost: "", cost_certainty: "unknown", provider_name: "" });
    expect(rest).toEqual([""]);
  });

  it("is whole, however long it is, and ends at its limit", async () => {
    const team = await makeTeam();
    const records = Array.from({ length: 2_345 }, (_, index) => ({ createdAtMs: BEGIN + index * 1_000 }));
    const ids = idsOf(await team.book(records));
    const idsIn = (lines: string[]) => lines.slice(1, -1).map((line) => line.split(",")[0]);
    expect(idsIn(await table(`workspace_id=${team.id}`))).toEqual(ids);
    expect(idsIn(await table(`workspace_id=${team.id}&limit=777`))).toEqual(ids.slice(0, 777));
    const begin = await page(`workspace_id=${team.id}&limit=1000`);
    expect(idsIn(await table(`workspace_id=${team.id}&cursor=${begin.next_cursor}`))).toEqual(ids.slice(1_000));
  });

  it("is read no faster than it is taken", async () => {
    const team = await makeTeam();
    await team.book(Array.from({ length: 3_000 }, (_, index) => ({ createdAtMs: BEGIN + index * 1_000 })));
    const { body } = await send(`/api/v1/generations?format=csv&workspace_id=${team.id}`, { key: MANAGEMENT_KEY });
    const reader = (body as ReadableStream<Uint8Array>).getReader();
    const { value } = await reader.read();
    expect(new TextDecoder().decode(value).split("\r\n").length).toBeLessThan(600);
    await reader.cancel();
  });

  it("has only its head where there is nothing", async () => {
    const team = await makeTeam();
    expect(await table(`workspace_id=${team.id}`)).toEqual([expect.stringMatching(/^id,created_at,/), ""]);
  });
});

describe("a page of one key", () => {
  it("is found among many records of others", async () => {
    const team = await makeTeam();
    const rare = await makeTeamKey(team.id);
    for (let call = 0; call < 3; call++)
      await team.book(
        Array.from({ length: 2_200 }, (_, index) => ({ createdAtMs: BEGIN + (call * 2_200 + index) * 1_000 })),
      );
    const ids = idsOf(await team.book([{ createdAtMs: BEGIN + 6_500_000 }], rare.key));
    expect((await pages("limit=5", rare.token)).flat()).toEqual(ids);
    const first = await env.LEDGER.getByName(`team:${team.id}`).generations({
      ...{ fromMs: 0, toMs: BEGIN * 2, limit: 5, accounts: [rare.key.account] },
    });
    expect(first).toEqual({ records: [], nextAfterId: expect.stringMatching(/^gen-/) });
  });
});
