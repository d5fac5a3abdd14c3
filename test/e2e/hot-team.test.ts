import { afterAll, expect, it } from "vitest";
import { costOf, type Ride, sendAll, tally } from "../support/crowd.ts";
import { jsonOf } from "../support/gateway.ts";
import { until } from "../support/many-isolates.ts";
import { askFor, startSpending } from "../support/spending.ts";

const ISOLATES = 3;
const SHARDS = 4;
const spending = await startSpending(ISOLATES);
const { isolates } = spending;
afterAll(() => spending.close());

const requestsFor = (count: number) =>
  Array.from({ length: count }, (_, number) => {
    return { isolate: number % ISOLATES, body: askFor(number, { model: "acme/smooth", maxTokens: 1_000 }) };
  });
const costOfAll = (rides: Ride[]) => rides.reduce((sum, ride) => sum + costOf(ride), 0);
const idsOf = (rows: { id: string }[]) => rows.map(({ id }) => id);

it("a team that gets hot keeps its limit, and loses no record though its process is killed", {
  timeout: 60_000,
}, async () => {
  const limit = 0.3e9;
  const { key, hash } = await isolates.createKey({ limit: limit / 1e9 });
  const { result, most } = await spending.watched(hash, async () => {
    const before = await sendAll(isolates, { key, requests: requestsFor(150) });
    await isolates.spread(SHARDS);
    const hot = await sendAll(isolates, { key, requests: requestsFor(300) });
    // What an isolate has in memory dies with it; all of this has left it.
    const cost = costOfAll([...before, ...hot]);
    expect(await until(async () => (await isolates.balance(hash)).spent === cost, 5_000)).toBe(true);
    const dying = sendAll(isolates, { key, requests: requestsFor(300) });
    await until(async () => (await isolates.balance(hash)).spent > cost, 5_000);
    await isolates.kill();
    const killed = (await dying).filter(({ ending }) => ending === "broken");
    expect(killed.length).toBeGreaterThan(0);
    await isolates.query("update lease set sweep_at_ms = 0");
    const after = await sendAll(isolates, { key, requests: requestsFor(300) });
    return { whole: [...before, ...hot, ...after] };
  });
  expect(most).toBeLessThanOrEqual(limit);
  expect(Object.keys(tally(result.whole)).sort()).toEqual(["200 ended", "402 ended"]);
  const isBooked = async () => (await isolates.balance(hash)).spent === (await spending.replayed(hash));
  expect(await until(isBooked, 10_000)).toBe(true);
  const { spent } = await isolates.balance(hash);
  expect(spent).toBeLessThanOrEqual(limit);
  expect(spent).toBeGreaterThanOrEqual(costOfAll(result.whole));

  const all = idsOf(await isolates.queryAll<{ id: string }>("select id from generation"));
  const own = idsOf(await isolates.query<{ id: string }>("select id from generation"));
  expect(new Set(all).size).toBe(all.length);
  expect(all.length - own.length).toBeGreaterThan(200);
  const answered = result.whole.filter(({ status }) => status === 200);
  for (const { headers } of answered) expect(all).toContain(headers["x-generation-id"]);
});

it("what a hot team has done is read from any isolate as soon as it has ended", { timeout: 40_000 }, async () => {
  const id = "hot";
  await jsonOf(await isolates.send(0, "/workspaces", { json: { id, name: id } }), 201);
  await isolates.spread(SHARDS, id);
  const { key } = await isolates.createKey({ workspace_id: id });
  const rides = await sendAll(isolates, { key, requests: requestsFor(60) });
  for (const [number, { headers }] of rides.entries()) {
    const path = `/generation?id=${headers["x-generation-id"]}`;
    const { data } = await jsonOf(await isolates.send((number + 1) % ISOLATES, path), 200);
    expect(data.id).toBe(headers["x-generation-id"]);
  }
  const cost = costOfAll(rides) / 1e9;
  const of = `workspace_id=${id}`;
  const { data: report } = await jsonOf(await isolates.send(1, `/reports/spend?group_by=model&${of}`), 200);
  expect(report).toMatchObject([{ model: "acme/smooth", requests: 60 }]);
  expect(report[0].usage).toBeCloseTo(cost, 9);
  const pages: string[] = [];
  for (let cursor = ""; pages.length < 60; ) {
    const page = await jsonOf(await isolates.send(2, `/generations?limit=25&${of}&cursor=${cursor}`), 200);
    pages.push(...idsOf(page.data));
    cursor = page.next_cursor ?? "";
    if (cursor === "") break;
  }
  expect(pages.toSorted()).toEqual(rides.map(({ headers }) => String(headers["x-generation-id"])).sort());
});
