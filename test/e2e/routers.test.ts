import { afterAll, describe, expect, it } from "vitest";
import { type Ride, refusalOf, sendAll, tally } from "../support/crowd.ts";
import { jsonOf } from "../support/gateway.ts";
import { startIsolates } from "../support/many-isolates.ts";
import { chunk, completion, DONE, errorBody, event, ROLE, say } from "../support/openai-chat.ts";
import { type Answer, byMode, die, hang, json, pause, type Route, sse, startUpstream } from "../support/upstream.ts";

const ISOLATES = 3;
const isolates = await startIsolates(ISOLATES);
const upstream = await startUpstream();
afterAll(async () => {
  await isolates.close();
  await upstream.close();
});

/** Uses all the tokens that it may. */
const spend: Answer = (exchange) => {
  const { stream, max_tokens: tokens = 10 } = exchange.visit.body;
  const usage = { prompt_tokens: 5, completion_tokens: tokens, total_tokens: tokens + 5 };
  if (stream !== true) return json(completion("Hi", { usage }))(exchange);
  const last = event({ object: "chat.completion.chunk", choices: [], usage });
  return sse([ROLE, say("Hi"), pause(20), chunk({}, "stop"), last, DONE])(exchange);
};

interface Scene {
  key: string;
  hash: string;
  routes: Record<string, Route>;
  /** Sends requests at the same time, to all isolates in turn; every other one is a stream. */
  crowd(count: number, fields: object): Promise<Ride[]>;
  ask(fields: object, headers?: Record<string, string>): Promise<Response>;
  /** How often each upstream was asked. */
  visits(): Record<string, number>;
}

const PRICING = { prompt: "0.000001", completion: "0.000001" };

/** A catalogue with one model at one company for each answer, `acme/<name>`, and with names of its own. */
async function scene(answers: Record<string, Answer[]>, names: object): Promise<Scene> {
  const routes = Object.fromEntries(Object.entries(answers).map(([name, own]) => [name, upstream.route(...own)]));
  const document = {
    providers: Object.fromEntries(
      Object.entries(routes).map(([name, { baseUrl }]) => [
        name,
        {
          name,
          api: "openai-chat",
          base_url: baseUrl,
          timeouts: { first_token_ms: answers[name]?.includes(SILENT) ? 300 : 30_000 },
        },
      ]),
    ),
    models: Object.fromEntries(
      Object.keys(routes).map((name) => [
        `acme/${name}`,
        { name, endpoints: [{ provider: name, model: `${name}-up`, pricing: PRICING }] },
      ]),
    ),
    ...names,
  };
  for (let isolate = 0; isolate < ISOLATES; isolate++)
    await jsonOf(await isolates.send(isolate, "/catalog", { method: "PUT", json: document }), 200);
  const { key, hash } = await isolates.createKey({});
  const messages = [{ role: "user", content: "Hi" }];
  return {
    key,
    hash,
    routes,
    crowd: (count, fields) =>
      sendAll(isolates, {
        key,
        requests: Array.from({ length: count }, (_, number) => ({
          isolate: number % ISOLATES,
          body: { messages, stream: number % 2 === 0, ...fields },
        })),
      }),
    ask: (fields, headers) =>
      isolates.send(0, "/chat/completions", {
        json: { messages, ...fields },
        headers: { authorization: `Bearer ${key}`, ...headers },
      }),
    visits: () => Object.fromEntries(Object.entries(routes).map(([name, { visits }]) => [name, visits.length])),
  };
}

const SILENT = hang();
const NOTHING = { ...completion(""), usage: { prompt_tokens: 1, completion_tokens: 0, total_tokens: 1 } };
const failing = (status: number, headers: Record<string, string> = {}) => json(errorBody("No."), { status, headers });
let scenes = 0;
/** Names differ from scene to scene: what gates have counted stays. */
const unique = (name: string) => `${name}-${scenes}`;
const nextRouter = () => {
  scenes++;
  return unique("r");
};

describe("1,000 requests at once through a router", () => {
  it("never go above a member's requests a minute, and use all that there are", { timeout: 90_000 }, async () => {
    const router = nextRouter();
    const members = [
      { target: "acme/a", weight: 3, rpm: 300 },
      { target: "acme/b", weight: 1, rpm: 100 },
      { target: "acme/c", weight: 0, rpm: 50 },
    ];
    const { crowd, visits } = await scene(
      { a: [spend], b: [spend], c: [spend] },
      { routers: { [router]: { members } } },
    );
    const rides = await crowd(1_000, { model: router, max_tokens: 5 });
    expect(visits()).toEqual({ a: 300, b: 100, c: 50 });
    expect(tally(rides)).toEqual({ "200 ended": 450, "429 ended": 550 });
    for (const ride of rides.filter(({ status }) => status === 429)) {
      expect(refusalOf(ride)).toMatchObject({ code: 429, metadata: { error_type: "rate_limit_exceeded" } });
      expect(Number(ride.headers["retry-after"])).toBeGreaterThanOrEqual(1);
      expect(Number(ride.headers["retry-after"])).toBeLessThanOrEqual(60);
    }
  });

  it("never go above a member's tokens a minute", { timeout: 90_000 }, async () => {
    const router = nextRouter();
    const members = [
      { target: "acme/a", weight: 2, tpm: 9_000 },
      { target: "acme/b", weight: 1, tpm: 4_000, rpm: 20 },
    ];
    const { crowd, visits } = await scene({ a: [spend], b: [spend] }, { routers: { [router]: { members } } });
    const rides = await crowd(1_000, { model: router, max_tokens: 95 });
    // Each uses 100 of what is held for it, which is a few more.
    const { a = 0, b = 0 } = visits();
    expect(a).toBeLessThanOrEqual(90);
    expect(a).toBeGreaterThanOrEqual(80);
    expect(b).toBeLessThanOrEqual(20);
    expect(b).toBeGreaterThanOrEqual(18);
    expect(tally(rides)).toEqual({ "200 ended": a + b, "429 ended": 1_000 - a - b });
  });

  it("are shared out by weight", { timeout: 90_000 }, async () => {
    const router = nextRouter();
    const members = [
      { target: "acme/a", weight: 5, rpm: 5_000 },
      { target: "acme/b", weight: 3, rpm: 5_000 },
      { target: "acme/c", weight: 2 },
    ];
    const { crowd, visits } = await scene(
      { a: [spend], b: [spend], c: [spend] },
      { routers: { [router]: { members } } },
    );
    expect(tally(await crowd(1_000, { model: router, max_tokens: 5 }))).toEqual({ "200 ended": 1_000 });
    for (const [name, share] of Object.entries({ a: 0.5, b: 0.3, c: 0.2 })) {
      // Five standard deviations.
      const bound = 5 * Math.sqrt(1_000 * share * (1 - share));
      expect(Math.abs((visits()[name] ?? 0) - 1_000 * share)).toBeLessThanOrEqual(bound);
    }
  });

  it("count what members do for others that fail", { timeout: 90_000 }, async () => {
    const router = nextRouter();
    const members = [
      { target: "acme/a", weight: 1, rpm: 500, cool_down_s: 0, fallbacks: ["acme/b"] },
      { target: "acme/b", weight: 1, rpm: 40 },
    ];
    const { crowd, visits } = await scene({ a: [failing(500)], b: [spend] }, { routers: { [router]: { members } } });
    const rides = await crowd(400, { model: router, max_tokens: 5 });
    expect(visits().b).toBe(40);
    expect(tally(rides)["200 ended"]).toBe(40);
  });
});

describe("an alias with limits", () => {
  it("lets as many in as its limit, and tells the others when to come back", { timeout: 60_000 }, async () => {
    scenes++;
    const alias = unique("x");
    const { crowd, visits } = await scene({ a: [spend] }, { aliases: { [alias]: { model: "acme/a", rpm: 30 } } });
    const rides = await crowd(200, { model: alias, max_tokens: 5 });
    expect(visits()).toEqual({ a: 30 });
    const nowS = Date.now() / 1000;
    for (const { headers } of rides.filter(({ status }) => status === 429)) {
      expect(headers).toMatchObject({ "x-ratelimit-limit": "30", "x-ratelimit-remaining": "0" });
      const [reset, wait] = [Number(headers["x-ratelimit-reset"]), Number(headers["retry-after"])];
      expect(reset).toBeGreaterThan(nowS);
      expect(reset).toBeLessThanOrEqual(nowS + 61);
      expect(Math.abs(reset - nowS - wait)).toBeLessThan(15);
    }
    expect(tally(rides)).toEqual({ "200 ended": 30, "429 ended": 170 });
  });

  it("goes to its fallbacks before that, within their own limits", { timeout: 60_000 }, async () => {
    scenes++;
    const [x, y] = [unique("x"), unique("y")];
    const aliases = {
      [x]: { model: "acme/a", rpm: 20, fallbacks: [y] },
      [y]: { model: "acme/b", rpm: 15 },
    };
    const { crowd, visits } = await scene({ a: [spend], b: [spend] }, { aliases });
    const rides = await crowd(100, { model: x, max_tokens: 5 });
    expect(visits()).toEqual({ a: 20, b: 15 });
    expect(tally(rides)).toEqual({ "200 ended": 35, "429 ended": 65 });
    const answer = JSON.parse(rides.find(({ status, number }) => status === 200 && number % 2 === 1)?.text ?? "");
    expect(answer.model).toBe(x);
  });
});

describe("a router whose member fails", () => {
  /** With limits its cool-downs are everybody's; without, its isolate's. */
  const KINDS: [kind: string, limits: object][] = [
    ["with limits", { rpm: 1_000 }],
    ["without limits", {}],
  ];
  const first = { weight: 1, cool_down_s: 600 };
  const last = { weight: 0 };

  describe.each(KINDS)("%s", (_, limits) => {
    it.each<[name: string, answer: Answer]>([
      ["408", failing(408)],
      ["429", failing(429)],
      ["500", failing(500)],
      ["503", failing(503)],
      ["no answer", SILENT],
      ["a broken connection", die("reset")],
      ["an empty answer", byMode({ stream: sse([ROLE, DONE]), whole: json(NOTHING) })],
    ])("asks the next one, and leaves it alone from then on: %s", async (_, answer) => {
      const router = nextRouter();
      const members = [
        { target: "acme/a", ...first, ...limits, fallbacks: ["acme/f"] },
        { target: "acme/b", ...last },
      ];
      const { ask, visits } = await scene(
        { a: [answer], b: [spend], f: [failing(500), spend] },
        { routers: { [router]: { members } } },
      );
      const body = await jsonOf(await ask({ model: router }), 200);
      expect([body.model, visits()]).toEqual([router, { a: 1, b: 1, f: 1 }]);
      // Now the other member is the only one that is available.
      await jsonOf(await ask({ model: router }), 200);
      expect(visits()).toEqual({ a: 1, b: 2, f: 1 });
    });

    it.each([400, 401, 403, 404, 422])("by the request's fault has given the answer: %i", async (status) => {
      const router = nextRouter();
      const members = [
        { target: "acme/a", ...first, ...limits, fallbacks: ["acme/f"] },
        { target: "acme/b", ...last },
      ];
      const { ask, visits } = await scene(
        { a: [failing(status), spend], b: [spend], f: [spend] },
        { routers: { [router]: { members } } },
      );
      expect((await ask({ model: router })).status).toBeGreaterThanOrEqual(400);
      expect(visits()).toEqual({ a: 1, b: 0, f: 0 });
      // It is not passed over for that.
      await jsonOf(await ask({ model: router }), 200);
      expect(visits()).toEqual({ a: 2, b: 0, f: 0 });
    });

    it("waits as long as the upstream wants, rather than as long as the operator does", async () => {
      const router = nextRouter();
      const members = [{ target: "acme/a", cool_down_s: 600, ...limits }];
      const { ask, visits } = await scene(
        { a: [failing(429, { "retry-after": "1" }), spend] },
        { routers: { [router]: { members } } },
      );
      expect((await ask({ model: router })).status).toBe(429);
      const refused = await ask({ model: router });
      expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "1"]);
      expect(visits()).toEqual({ a: 1 });
      await new Promise((resolve) => setTimeout(resolve, 1_100));
      await jsonOf(await ask({ model: router }), 200);
    });

    it("waits as long as the operator wants otherwise, and says so", async () => {
      const router = nextRouter();
      const members = [{ target: "acme/a", cool_down_s: 7, ...limits }];
      const { ask } = await scene({ a: [failing(500)] }, { routers: { [router]: { members } } });
      expect((await ask({ model: router })).status).toBe(502);
      const refused = await ask({ model: router });
      expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "7"]);
    });

    it("tries one target only without fallbacks", async () => {
      const router = nextRouter();
      const members = [
        { target: "acme/a", ...first, ...limits, fallbacks: ["acme/f"] },
        { target: "acme/b", ...last },
      ];
      const { ask, visits } = await scene(
        { a: [failing(500)], b: [spend], f: [spend] },
        { routers: { [router]: { members } } },
      );
      expect((await ask({ model: router, provider: { allow_fallbacks: false } })).status).toBe(502);
      expect(visits()).toEqual({ a: 1, b: 0, f: 0 });
    });

    it("tries six targets at most, each once", async () => {
      const router = nextRouter();
      const names = ["a", "b", "c", "d", "e", "f", "g", "h"];
      const members = names.map((name) => ({
        target: `acme/${name}`,
        ...limits,
        fallbacks: [`acme/${name === "a" ? "b" : "a"}`],
      }));
      const answers = Object.fromEntries(names.map((name) => [name, [failing(500)]]));
      const { ask, visits } = await scene(answers, { routers: { [router]: { members } } });
      expect((await ask({ model: router })).status).toBe(502);
      const counts = Object.values(visits());
      expect([Math.max(...counts), counts.reduce((sum, count) => sum + count)]).toEqual([1, 6]);
    });
  });

  it("is known to all isolates where the router has limits", async () => {
    const router = nextRouter();
    const members = [{ target: "acme/a", cool_down_s: 600, rpm: 1_000 }];
    const { key, ask, visits } = await scene({ a: [failing(500)] }, { routers: { [router]: { members } } });
    expect((await ask({ model: router })).status).toBe(502);
    for (let isolate = 0; isolate < ISOLATES; isolate++) {
      const json = { model: router, messages: [{ role: "user", content: "Hi" }] };
      const response = await isolates.send(isolate, "/chat/completions", {
        json,
        headers: { authorization: `Bearer ${key}` },
      });
      expect(response.status).toBe(503);
    }
    expect(visits()).toEqual({ a: 1 });
  });
});

describe("what a request is told", () => {
  it("beside the answer, and before it is sent without counting it", async () => {
    const router = nextRouter();
    const members = [
      { target: "acme/a", weight: 1, rpm: 2 },
      { target: "acme/b", weight: 0, tpm: 5_000 },
    ];
    const { ask, key } = await scene({ a: [spend], b: [spend] }, { routers: { [router]: { members } } });
    const dry = async () => {
      const json = { model: router, messages: [{ role: "user", content: "Hi" }], max_tokens: 10 };
      return (
        await jsonOf(await isolates.send(1, "/route", { json, headers: { authorization: `Bearer ${key}` } }), 200)
      ).data;
    };
    const headers = { "x-openrouter-metadata": "enabled" };
    for (const requests of [0, 0, 0]) {
      const { params, candidates } = await dry();
      expect(params.members[0]).toEqual({ target: "acme/a", weight: 1, state: "available", rpm: 2, requests });
      expect(candidates.map(({ target }: { target: string }) => target)).toEqual(["acme/a", "acme/b"]);
    }
    const told = await jsonOf(await ask({ model: router, max_tokens: 10 }, headers), 200);
    expect(told.openrouter_metadata.params.members[0]).toMatchObject({ state: "available" });
    await jsonOf(await ask({ model: router, max_tokens: 10 }, headers), 200);
    const { params, excluded } = await dry();
    expect(params.members[0]).toMatchObject({
      state: "rate_limited",
      rpm: 2,
      requests: 2,
      returns_at: expect.any(String),
    });
    expect(excluded).toMatchObject([
      { target: "acme/a", reason: "rate_limited", why: expect.stringContaining("limit") },
    ]);
    const third = await jsonOf(await ask({ model: router, max_tokens: 10 }, headers), 200);
    expect(third.openrouter_metadata).toMatchObject({
      requested: router,
      candidates: [{ target: "acme/b", reason: "alone" }],
      excluded: [{ target: "acme/a", reason: "rate_limited" }],
    });
    expect((await dry()).params.members[1]).toMatchObject({ tpm: 5_000, tokens: 15 });
  });

  it("gives an adapter rows and prices of its own", async () => {
    scenes++;
    const [base, legal] = [unique("base"), unique("legal")];
    const aliases = {
      [base]: { model: "acme/a", provider: "a" },
      [legal]: { adapter_of: base, adapter: "lora-v3", pricing: { prompt: "0.001", completion: "0.002" } },
    };
    const { ask, routes } = await scene({ a: [spend] }, { aliases });
    const answer = await ask({ model: legal, max_tokens: 10 });
    const { model, usage } = await jsonOf(answer, 200);
    expect([model, usage.cost]).toEqual([legal, 0.025]);
    expect(routes.a?.visits[0]?.body.model).toBe("lora-v3");
    const id = answer.headers.get("x-generation-id");
    const { data } = await jsonOf(await isolates.send(0, `/generation?id=${id}`), 200);
    expect(data).toMatchObject({ model: legal, total_cost: 0.025 });
  });
});
