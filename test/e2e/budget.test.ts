import { afterAll, describe, expect, it } from "vitest";
import { costOf, refusalOf, sendAll, tally } from "../support/crowd.ts";
import { jsonOf } from "../support/gateway.ts";
import { until } from "../support/many-isolates.ts";
import { askFor, startSpending } from "../support/spending.ts";

const ISOLATES = 4;
const LIMIT = 1e9;
const REQUESTS = 2_000;
const spending = await startSpending(ISOLATES);
const { isolates } = spending;
afterAll(() => spending.close());

const requestsFor = (count: number, model = "acme/smooth", maxTokens = 1_000) =>
  Array.from({ length: count }, (_, number) => {
    return { isolate: number % ISOLATES, body: askFor(number, { model, maxTokens }) };
  });

describe(`${REQUESTS} requests at once through ${ISOLATES} isolates`, () => {
  it("spend what they cost, up to the limit and not beyond, and leave nothing held", { timeout: 60_000 }, async () => {
    const { key, hash } = await isolates.createKey({ limit: LIMIT / 1e9 });
    const requests = requestsFor(REQUESTS);
    const { result: rides, most } = await spending.watched(hash, () => sendAll(isolates, { key, requests }));
    expect(Object.keys(tally(rides)).sort()).toEqual(["200 ended", "402 ended"]);
    expect(await until(async () => (await isolates.balance(hash)).lent === 0, 5_000)).toBe(true);
    const { spent, slots } = await isolates.balance(hash);
    expect(most).toBeLessThanOrEqual(LIMIT);
    expect(slots).toBe(0);
    expect(spent).toBe(rides.reduce((sum, ride) => sum + costOf(ride), 0));
    expect(spent).toBe(await spending.replayed(hash));
    const refusals = rides.filter(({ status }) => status === 402).map(refusalOf);
    for (const { metadata } of refusals) {
      expect(metadata.remaining_usd).toBeLessThan(metadata.required_usd);
      // Nor would it fit now.
      expect((LIMIT - spent) / 1e9).toBeLessThan(metadata.required_usd);
    }
  });

  it("of a token keep its limit in all of its projects together", { timeout: 60_000 }, async () => {
    const ids = ["here", "there"];
    const members = [{ user_id: "ann" }];
    for (const id of ids) await jsonOf(await isolates.send(0, "/projects", { json: { id, members } }), 201);
    const budget = { method: "PUT", body: JSON.stringify({ limit_usd: 0.03 }) };
    const headers = { "content-type": "application/json" };
    await jsonOf(await isolates.send(0, "/workspaces/there/budgets/lifetime", { ...budget, headers }), 200);
    const fields = { kind: "pat", user_id: "ann", dialect: "openrouter", limit: 0.1 };
    const { key, hash } = await isolates.createKey(fields);
    const requests = requestsFor(400).map((request, number) => {
      return { ...request, headers: { "x-project-id": ids[(number >> 2) % 2] ?? "" } };
    });
    const rides = await sendAll(isolates, { key, requests });
    expect(Object.keys(tally(rides)).sort()).toEqual(["200 ended", "402 ended"]);
    const cost = rides.reduce((sum, ride) => sum + costOf(ride), 0);
    const own = () => isolates.balance(hash, `key:${hash}`);
    expect(await until(async () => (await own()).spent === cost && (await own()).lent === 0, 5_000)).toBe(true);
    expect(cost).toBeGreaterThan(0.09e9);
    expect(cost).toBeLessThanOrEqual(0.1e9);
    const spent = await Promise.all(ids.map(async (id) => (await isolates.balance(hash, id)).spent));
    expect(spent.reduce((sum, part) => sum + part)).toBe(cost);
    const there = await isolates.balance("team", "there");
    expect(there).toMatchObject({ spent: spent[1], lent: 0 });
    expect(there.spent).toBeLessThanOrEqual(0.03e9);
    const scopes = rides.filter(({ status }) => status === 402).map((ride) => refusalOf(ride).metadata.scope);
    expect(new Set(scopes)).toEqual(new Set(["api_key", "workspace"]));
  });

  it("of two keys keep the budget of their team", { timeout: 60_000 }, async () => {
    const id = "thrifty";
    await jsonOf(await isolates.send(0, "/workspaces", { json: { id, name: id } }), 201);
    const budget = { method: "PUT", body: JSON.stringify({ limit_usd: 0.1 }) };
    const headers = { "content-type": "application/json" };
    await jsonOf(await isolates.send(0, `/workspaces/${id}/budgets/daily`, { ...budget, headers }), 200);
    const [one, two] = [await isolates.createKey({ workspace_id: id }), await isolates.createKey({ workspace_id: id })];
    const rides = await Promise.all(
      [one, two].map(({ key }) => sendAll(isolates, { key, requests: requestsFor(200) })),
    );
    const counts = tally(rides.flat());
    expect(Object.keys(counts).sort()).toEqual(["200 ended", "402 ended"]);
    expect(await until(async () => (await isolates.balance("team", id)).spent > 0.0985e9, 5_000)).toBe(true);
    const { spent } = await isolates.balance("team", id);
    expect(spent).toBeLessThanOrEqual(0.1e9);
    expect(spent).toBe(rides.flat().reduce((sum, ride) => sum + costOf(ride), 0));
    const scopes = rides.flat().filter(({ status }) => status === 402);
    expect(new Set(scopes.map((ride) => refusalOf(ride).metadata.scope))).toEqual(new Set(["workspace"]));
  });
});

describe("money that one isolate has at hand and does not need", () => {
  it("is there for the others", { timeout: 40_000 }, async () => {
    const { key, hash } = await isolates.createKey({ limit: 0.05 });
    const requests = requestsFor(150);
    await sendAll(isolates, {
      key,
      requests: requests.slice(0, 3).map((request, isolate) => ({ ...request, isolate })),
    });
    const rides = await sendAll(isolates, { key, requests: requests.slice(3).map((one) => ({ ...one, isolate: 3 })) });
    const refusal = refusalOf(rides.find(({ status }) => status === 402) ?? expect.fail("nobody was refused"));
    const { spent, lent } = await isolates.balance(hash);
    expect({ lent, rest: (0.05e9 - spent) / 1e9 < refusal.metadata.required_usd }).toEqual({ lent: 0, rest: true });
    // All of the rest can be spent, by as long an answer as the refusal has named at last.
    const body = { ...askFor(0, { model: "acme/smooth", maxTokens: 1_000 }) };
    const [refused] = await sendAll(isolates, { key, requests: [{ isolate: 1, body }] });
    const affordable = refused && refusalOf(refused).metadata.affordable_max_tokens;
    const [last] = await sendAll(isolates, {
      key,
      requests: [{ isolate: 2, body: { ...body, max_tokens: affordable } }],
    });
    expect(last?.status).toBe(200);
  });
});
