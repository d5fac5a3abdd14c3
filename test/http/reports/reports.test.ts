import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Archive } from "../../../src/ledger/archive.ts";
import { dateOf } from "../../../src/ledger/reconcile.ts";
import { emptyUsage } from "../../../src/schema/usage.ts";
import { errorOf, MANAGEMENT_KEY, manage, send } from "../client.ts";
import { makeTeam, makeTeamKey, type TeamOfTest } from "./books.ts";

const DAY_MS = 86_400_000;
const NOW = Date.now();
const TODAY = Math.floor(NOW / DAY_MS);
const date = (daysAgo: number) => dateOf(TODAY - daysAgo);
const at = (daysAgo: number) => (TODAY - daysAgo) * DAY_MS + 3_600_000;

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers without a schema
async function get(path: string, key = MANAGEMENT_KEY): Promise<any> {
  const response = await send(`/api/v1${path}`, { key });
  if (response.status !== 200) throw new Error(`status ${response.status}: ${await response.text()}`);
  return response.json();
}
const of = ({ id }: TeamOfTest) => `workspace_id=${id}`;

afterEach(() => vi.restoreAllMocks());

describe("activity", () => {
  const attempts = [{ tag: "acme/turbo", providerName: "Acme", modelId: "acme/one", status: 200, latencyMs: 1 }];
  const usage = { ...emptyUsage(), promptTokens: 10, completionTokens: 5, reasoning: 2 };

  it("has a row for each day and endpoint, with every field of the contract", async () => {
    const team = await makeTeam();
    await team.book([
      { createdAtMs: at(2), attempts, usage },
      { createdAtMs: at(2), attempts, usage, isByok: true },
      { createdAtMs: at(1), attempts, usage, modelId: "openai/gpt-4.1" },
    ]);
    const { data } = await get("/activity", team.manager.token);
    const row = { endpoint_id: "acme/turbo", provider_name: "Acme" };
    expect(data).toEqual([
      {
        ...{
          ...row,
          date: date(1),
          model: "openai/gpt-4.1",
          model_permaslug: expect.stringMatching(/^openai\/gpt-4\.1-2025/),
        },
        ...{ usage: 1e-6, byok_usage_inference: 0, requests: 1 },
        ...{ prompt_tokens: 10, completion_tokens: 5, reasoning_tokens: 2 },
      },
      {
        ...{ ...row, date: date(2), model: "acme/one", model_permaslug: "acme/one" },
        ...{ usage: 1e-6, byok_usage_inference: 1e-6, requests: 2 },
        ...{ prompt_tokens: 20, completion_tokens: 10, reasoning_tokens: 4 },
      },
    ]);
  });

  it.each<[name: string, query: string, days: number[]]>([
    ["the last 30 complete days", "", [1, 29, 30]],
    ["and today so far, for those who ask", "include_today=true", [0, 1, 29, 30]],
    ["one day", `date=${date(29)}`, [29]],
    ["today, for those who ask", `date=${date(0)}&include_today=true`, [0]],
    ["a day without any", `date=${date(7)}`, []],
  ])("is of %s", async (_, query, days) => {
    const team = await makeTeam();
    await team.book([0, 1, 29, 30, 31].map((daysAgo) => ({ createdAtMs: at(daysAgo) })));
    const { data } = await get(`/activity?${query}`, team.manager.token);
    expect(data.map((row: { date: string }) => row.date)).toEqual(days.map(date));
  });

  it.each([
    ["date", "date=yesterday"],
    ["date", "date=2026-02-30"],
    ["date", `date=${date(0)}`],
    ["date", `date=${date(31)}`],
    ["group_by", "group_by=model"],
    ["api_key_hash", "api_key_hash=abc"],
    ["include_today", "include_today=yes"],
  ])("refuses a wrong %s: %s", async (field, query) => {
    expect(await errorOf(manage(`/api/v1/activity?${query}`), 400)).toMatchObject({ metadata: { field } });
  });

  it("is that of a key, also after its token was changed, or of whom has made the key", async () => {
    const team = await makeTeam();
    const anna = await makeTeamKey(team.id, { creatorUserId: "user_anna", account: "a".repeat(64) });
    await team.book([{ createdAtMs: at(1) }]);
    await team.book([{ createdAtMs: at(1), costNanoUsd: 7 }], anna.key);
    const usageOf = async (query: string) =>
      (await get(`/activity?${of(team)}&${query}`)).data.map((row: { usage: number }) => row.usage);
    expect(await usageOf(`api_key_hash=${team.key.key.hash}`)).toEqual([1e-6]);
    expect(await usageOf(`api_key_hash=${anna.key.hash}`)).toEqual([7e-9]);
    expect(await usageOf("user_id=user_anna")).toEqual([7e-9]);
    expect(await usageOf(`user_id=user_anna&api_key_hash=${team.key.key.hash}`)).toEqual([]);
    expect(await usageOf("user_id=nobody")).toEqual([]);
    expect(await usageOf(`api_key_hash=${"0".repeat(64)}`)).toEqual([]);
  });

  it("is joined over workspaces, or told apart by them", async () => {
    const [one, two] = [await makeTeam(), await makeTeam()];
    const modelId = `acme/${crypto.randomUUID()}`;
    for (const team of [one, two]) await team.book([{ createdAtMs: at(1), modelId }]);
    // biome-ignore lint/suspicious/noExplicitAny: tests look into answers without a schema
    const ours = ({ data }: any) => data.filter((row: { model: string }) => row.model === modelId);
    expect(ours(await get("/activity"))).toMatchObject([{ requests: 2, usage: 2e-6 }]);
    expect(ours(await get("/activity"))[0]).not.toHaveProperty("workspace_id");
    const apart = ours(await get("/activity?group_by=workspace"));
    expect(apart.map((row: { workspace_id: string }) => row.workspace_id).toSorted()).toEqual(
      [one.id, two.id].toSorted(),
    );
    expect(ours(await get(`/activity?${of(one)}`))).toMatchObject([{ requests: 1 }]);
  });
});

describe("credits", () => {
  const budget = (interval: string, usd: number) =>
    ({ id: crypto.randomUUID(), interval, limitNanoUsd: usd * 1e9, createdAtMs: NOW, updatedAtMs: NOW }) as never;

  it.each<[name: string, budgets: [string, number][], credits: number]>([
    ["none: what was used", [], 5],
    ["one for good", [["lifetime", 20]], 20],
    ["one that is used up", [["lifetime", 4]], 5],
    ["of a day: what was used before, and what is left today", [["daily", 10]], 3 + 10],
    [
      "several: the tightest",
      [
        ["lifetime", 20],
        ["daily", 4],
      ],
      3 + 4,
    ],
  ])("are what was used and what the budget leaves: %s", async (_, budgets, credits) => {
    const team = await makeTeam();
    await team.change({ budgets: budgets.map(([interval, usd]) => budget(interval, usd)) });
    await team.book([
      { createdAtMs: at(40), costNanoUsd: 3e9 },
      { costNanoUsd: 2e9 },
      { costNanoUsd: 9e9, isByok: true },
    ]);
    expect(await get("/credits", team.manager.token)).toEqual({ data: { total_credits: credits, total_usage: 5 } });
  });
});

describe("the report of what was spent", () => {
  async function busyTeam() {
    const team = await makeTeam();
    const second = await makeTeamKey(team.id, { name: "Second" });
    await team.book([
      { createdAtMs: at(1), costNanoUsd: 3_000, client: { user: "anna" } },
      {
        createdAtMs: at(2),
        costNanoUsd: 4_000,
        client: { user: "=anna()" },
        modelId: "acme/two",
        providerName: "Bolt",
      },
    ]);
    await team.book([{ createdAtMs: at(2), costNanoUsd: 500 }], second.key);
    return { team, second };
  }

  it.each<[groupBy: string, rows: object[]]>([
    [
      "day",
      [
        { date: date(1), usage: 3e-6 },
        { date: date(2), usage: 4.5e-6, requests: 2 },
      ],
    ],
    [
      "model",
      [
        { model: "acme/two", usage: 4e-6 },
        { model: "acme/one", usage: 3.5e-6 },
      ],
    ],
    [
      "provider",
      [
        { provider_name: "Bolt", usage: 4e-6 },
        { provider_name: "Acme", usage: 3.5e-6 },
      ],
    ],
    ["user", [{ user: "=anna()" }, { user: "anna" }, { user: null, usage: 5e-7 }]],
    [
      "day,model",
      [
        { date: date(1), model: "acme/one" },
        { date: date(2), model: "acme/two" },
        { date: date(2), model: "acme/one" },
      ],
    ],
    ["workspace", [{ usage: 7.5e-6, requests: 3 }]],
  ])("is by %s", async (groupBy, rows) => {
    const { team } = await busyTeam();
    const report = await get(`/reports/spend?group_by=${groupBy}&${of(team)}`);
    expect(report).toMatchObject({ data: rows, from: date(29), to: date(0), is_truncated: false });
    expect(report.data).toHaveLength(rows.length);
  });

  it("names keys, also by their names", async () => {
    const { team, second } = await busyTeam();
    const { data } = await get(`/reports/spend?group_by=key&${of(team)}`);
    expect(data).toMatchObject([
      { api_key_hash: team.key.key.hash, api_key_name: "of a test", usage: 7e-6, requests: 2 },
      { api_key_hash: second.key.hash, api_key_name: "Second", usage: 5e-7 },
    ]);
  });

  it("is of some days, both included", async () => {
    const { team } = await busyTeam();
    const sum = async (from: string, to: string) =>
      (await get(`/reports/spend?group_by=workspace&${of(team)}&from=${from}&to=${to}`)).data[0]?.requests ?? 0;
    expect(await sum(date(2), date(2))).toBe(2);
    expect(await sum(date(2), date(1))).toBe(3);
    expect(await sum(date(9), date(3))).toBe(0);
  });

  it("is a table as well, that no spreadsheet runs", async () => {
    const { team } = await busyTeam();
    const response = await manage(`/api/v1/reports/spend?group_by=user,day&format=csv&${of(team)}`);
    expect(response.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    expect(response.headers.get("content-disposition")).toContain(".csv");
    expect((await response.text()).split("\r\n")).toEqual([
      "date,user,usage,byok_usage,requests,prompt_tokens,completion_tokens,reasoning_tokens",
      `${date(1)},anna,0.000003,0,1,0,0,0`,
      `${date(2)},'=anna(),0.000004,0,1,0,0,0`,
      `${date(2)},,0.0000005,0,1,0,0,0`,
      "",
    ]);
  });

  it.each([
    ["group_by", "group_by=colour"],
    ["group_by", "group_by=day,,model"],
    ["format", "format=xml"],
    ["from", "from=2026-1-1"],
    ["from", `from=${date(1)}&to=${date(2)}`],
    ["to", "to=now"],
  ])("refuses a wrong %s: %s", async (field, query) => {
    expect(await errorOf(manage(`/api/v1/reports/spend?${query}`), 400)).toMatchObject({ metadata: { field } });
  });
});

describe("the comparison of the books with their records", () => {
  it("is told for each workspace", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const team = await makeTeam();
    await team.book([{ createdAtMs: at(1), costNanoUsd: 3_000 }]);
    await runInDurableObject(env.LEDGER.getByName(`team:${team.id}`), (_, { storage }) => {
      storage.sql.exec("update spend set nano_usd = 9000 where key_hash = 'team'");
      const archive = new Archive(storage, { retention: {}, spreadMs: 0 });
      for (let steps = 0; steps < 9; steps++) archive.tidy(NOW);
    });
    expect(await get("/reports/reconciliation", team.manager.token)).toMatchObject({
      data: [
        {
          ...{ workspace_id: team.id, days: 1, from: date(1), to: date(1), records: 1, agrees: false },
          checked_at: new Date(NOW).toISOString(),
          differences: [
            {
              date: date(1),
              account: "team",
              book: "spend",
              booked: { usage: 9e-6 },
              records: { usage: 3e-6, requests: 1 },
            },
          ],
        },
      ],
    });
  });

  it("is empty before the first night", async () => {
    const team = await makeTeam();
    expect(await get(`/reports/reconciliation?${of(team)}`)).toEqual({
      data: [
        {
          ...{ workspace_id: team.id, days: 0, from: null, to: null, checked_at: null, records: 0 },
          ...{ agrees: true, differences: [] },
          upstream: {
            ...{ days: 0, from: null, to: null, eligible: 0, compared: 0, unknown: 0, errors: 0 },
            ...{ usage: 0, upstream_usage: 0, agrees: true, differences: [] },
          },
        },
      ],
    });
  });
});

describe("retention", () => {
  it("is read, set, and set back", async () => {
    const team = await makeTeam();
    const put = async (json: unknown) =>
      (await send(`/api/v1/reports/retention?${of(team)}`, { key: team.manager.token, method: "PUT", json })).json();
    const days = (generation_days: number, content_days: number) => ({
      data: { workspace_id: team.id, generation_days, content_days },
    });
    expect(await get(`/reports/retention?${of(team)}`)).toEqual(days(90, 30));
    expect(await put({ generation_days: 400 })).toEqual(days(400, 30));
    expect(await put({ content_days: 1 })).toEqual(days(90, 1));
    expect(await put({ generation_days: null })).toEqual(days(90, 30));
  });

  it.each([
    ["generation_days", { generation_days: 0 }],
    ["generation_days", { generation_days: 1.5 }],
    ["content_days", { content_days: "7" }],
    ["body", []],
  ])("refuses a wrong %s", async (field, json) => {
    const team = await makeTeam();
    const call = send(`/api/v1/reports/retention?${of(team)}`, { key: team.manager.token, method: "PUT", json });
    expect(await errorOf(call, 400)).toMatchObject({ metadata: { field } });
  });
});

describe("who may read reports", () => {
  const PATHS = ["/activity", "/credits", "/reports/spend", "/reports/reconciliation", "/reports/retention"];

  it.each(PATHS)("%s: management keys, each what it manages", async (path) => {
    const [ours, theirs] = [await makeTeam(), await makeTeam()];
    const status = async (key: string | undefined, query = "") => {
      const response = await send(`/api/v1${path}${query}`, { key });
      await response.text();
      return response.status;
    };
    expect(await status(undefined)).toBe(401);
    expect(await status("sk-pm-v1-wrong")).toBe(401);
    expect(await status(ours.key.token)).toBe(403);
    expect(await status(ours.manager.token)).toBe(200);
    expect(await status(ours.manager.token, `?${of(ours)}`)).toBe(200);
    expect(await status(ours.manager.token, `?${of(theirs)}`)).toBe(404);
    expect(await status(MANAGEMENT_KEY, `?${of(theirs)}`)).toBe(200);
    expect(await status(MANAGEMENT_KEY, "?workspace_id=nowhere")).toBe(404);
  });
});
