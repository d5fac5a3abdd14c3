import { afterAll, beforeAll, expect, it } from "vitest";
import { jsonOf } from "../support/gateway.ts";
import { type ManyIsolates, startIsolates, until } from "../support/many-isolates.ts";
import { completion, errorBody } from "../support/openai-chat.ts";
import { type Answer, json, type Route, redirect, startUpstream, type Upstream } from "../support/upstream.ts";

const DAY_S = 86_400;
const USAGE = { prompt_tokens: 1_000, completion_tokens: 100, total_tokens: 1_100 };
/** At a micro-dollar a token. */
const COST = 0.0011;

/** What the upstream says to the n-th question about its costs, and what becomes of it. */
const COSTS: Answer[] = [
  json({ data: { id: "x", total_cost: COST, usage: COST } }),
  json({ data: { id: "x", total_cost: COST * 2 } }),
  json(errorBody("Generation not found"), { status: 404 }),
  json({ data: { id: "x" } }),
  json(errorBody("No."), { status: 500 }),
  json([]),
];

let isolates: ManyIsolates;
let upstream: Upstream;
let [router, thief, plain]: Route[] = [];
let answers = 0;
let questions = 0;

/** A prompt of `dear` is told to cost three times what it should. */
const chat: Answer = (exchange) => {
  const isTold = exchange.visit.body.messages[0].content === "dear";
  const usage = isTold ? { ...USAGE, cost: COST * 3 } : USAGE;
  return json({ ...completion("Hi", { usage }), id: isTold ? "up-dear" : `up-${answers++}` })(exchange);
};

beforeAll(async () => {
  [isolates, upstream] = await Promise.all([startIsolates(1), startUpstream()]);
  router = upstream.route((exchange) => {
    if (exchange.visit.method === "POST") return chat(exchange);
    return (COSTS[questions++] as Answer)(exchange);
  });
  thief = upstream.route(json({ data: { total_cost: 1 } }));
  const elsewhere = redirect(`${thief.baseUrl}/generation`);
  plain = upstream.route((exchange) => (exchange.visit.method === "POST" ? chat : elsewhere)(exchange));
  const provider = (route: Route, quirks: object) => ({
    ...{ name: "Company", api: "openai-chat", base_url: route.baseUrl, quirks, key: { value: "sk-the-operators" } },
    headers: { "x-account": "ours" },
  });
  const pricing = { prompt: "0.000001", completion: "0.000001" };
  const model = (name: string) => ({ name, endpoints: [{ provider: name, model: "m", pricing }] });
  const document = {
    providers: {
      router: provider(router, { generation_costs: true }),
      plain: provider(plain, {}),
      astray: provider(plain, { generation_costs: true }),
    },
    models: { "acme/router": model("router"), "acme/plain": model("plain"), "acme/astray": model("astray") },
  };
  await jsonOf(await isolates.send(0, "/catalog", { method: "PUT", json: document }), 200);
});
afterAll(async () => {
  await isolates.close();
  await upstream.close();
});

it("what upstreams have charged is asked for at night and told beside the books", { timeout: 60_000 }, async () => {
  const { key } = await isolates.createKey({});
  const headers = { authorization: `Bearer ${key}` };
  const ask = async (model: string, content = "Hello") => {
    const messages = [{ role: "user", content }];
    await jsonOf(await isolates.send(0, "/chat/completions", { headers, json: { model, messages } }), 200);
  };
  for (let times = 0; times < COSTS.length; times++) await ask("acme/router");
  await ask("acme/router", "dear");
  await ask("acme/plain");
  await ask("acme/astray");
  const count = async () => (await isolates.query<{ count: number }>("select count(*) as count from generation"))[0];
  expect(await until(async () => (await count())?.count === COSTS.length + 3, 5_000)).toBe(true);

  // A day passes.
  const created = `created_at_ms - ${DAY_S * 1000}`;
  const id = `'gen-' || (substr(id, 5, 10) - ${DAY_S}) || substr(id, 15)`;
  await isolates.query(
    `update generation set id = ${id}, created_at_ms = ${created}, record = json_set(record, '$.id', ${id})`,
  );
  await isolates.query(`insert or replace into due values ('charges', ${Date.now() - 120_000})`);
  await ask("acme/plain");
  const found = async () => (await jsonOf(await isolates.send(0, "/reports/reconciliation"), 200)).data[0].upstream;
  expect(await until(async () => (await found()).days === 1, 30_000)).toBe(true);

  const { from, to, differences, ...sums } = await found();
  expect(sums).toEqual({
    ...{ days: 1, eligible: COSTS.length + 2, compared: 3, unknown: 2, errors: 3 },
    ...{ usage: COST * 3, upstream_usage: COST * 6, agrees: false },
  });
  expect([from, to]).toEqual([differences[0].date, differences[0].date]);
  const difference = {
    ...{ date: from, provider: "router", cost_certainty: "exact", usage: COST },
    generation_id: expect.stringMatching(/^gen-\d{10}-/),
  };
  // What the answer has told comes first.
  expect(differences).toEqual([
    { ...difference, upstream_usage: COST * 3 },
    { ...difference, upstream_usage: COST * 2 },
  ]);
  const asked = (router as Route).visits.filter(({ method }) => method === "GET");
  expect(asked.map(({ path }) => path).toSorted()).toEqual(COSTS.map((_, index) => `/generation?id=up-${index}`));
  for (const visit of asked)
    expect(visit.headers).toMatchObject({ authorization: "Bearer sk-the-operators", "x-account": "ours" });
  // A redirect is not followed, and who tells no costs is not asked.
  expect((thief as Route).visits).toEqual([]);
  expect((plain as Route).visits.filter(({ method }) => method === "GET")).toHaveLength(1);
});
