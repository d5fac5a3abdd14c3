import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { createApp } from "../../../src/http/app.ts";
import { connect, json, pause, type Reply, sse } from "../../dispatch/network.ts";
import { fresh } from "../../ledger/records.ts";
import { chunk, completion, ending, ROLE, say } from "../../support/openai-chat.ts";
import { type Call, chat, errorOf, HELLO, makeKey, manage, requestTo } from "../client.ts";

/** What an answer costs: its tokens, at a millionth of a dollar each. The prompt costs nothing, unless a model says so. */
const FREE_PROMPT = { prompt: "0", completion: "0.000001" };
const PRICING = { prompt: "0.000001", completion: "0.000001" };
const host = (name: string) => ({ name, api: "openai-chat", base_url: `https://${name}.test/v1` });
const model = (...endpoints: object[]) => ({ name: "Model", endpoints });
const CATALOGUE = {
  providers: { a: host("a"), b: host("b"), owned: { ...host("owned"), key: "NOBODY_HAS_THIS_KEY" } },
  models: {
    "acme/one": model({ provider: "a", model: "one", pricing: FREE_PROMPT, max_completion_tokens: 50_000 }),
    "acme/long": model({ provider: "a", model: "long", pricing: FREE_PROMPT, context_length: 9_000 }),
    "acme/endless": model({ provider: "a", model: "endless", pricing: FREE_PROMPT }),
    "acme/two": model(
      { provider: "a", model: "two", pricing: FREE_PROMPT },
      { provider: "b", model: "two", pricing: { prompt: "0", completion: "0.000003" } },
    ),
    "acme/asked": model({ provider: "a", model: "asked", pricing: { ...FREE_PROMPT, request: "0.01" } }),
    "acme/prompted": model({ provider: "a", model: "prompted", pricing: PRICING }),
    "acme/partly": model({ provider: "a", model: "p" }, { provider: "b", model: "p", pricing: FREE_PROMPT }),
    "acme/unpriced": model({ provider: "a", model: "unpriced" }),
    "acme/owned": model({ provider: "owned", model: "owned", pricing: FREE_PROMPT }),
  },
};
const usageOf = (completionTokens: number, promptTokens = 9) => ({
  prompt_tokens: promptTokens,
  completion_tokens: completionTokens,
  total_tokens: promptTokens + completionTokens,
});
const costing = (tokens: number): Reply => json(completion("Hi", { usage: usageOf(tokens) }));

beforeAll(async () => {
  const response = await manage("/api/v1/catalog", { method: "PUT", json: CATALOGUE });
  expect(await response.text()).not.toContain("error");
});
afterEach(() => {
  vi.restoreAllMocks();
});
afterAll(async () => {
  await manage("/api/v1/catalog", { method: "PUT", json: {} });
});

const spentBy = async (hash: string): Promise<number> =>
  JSON.parse(await (await manage(`/api/v1/keys/${hash}`)).text()).data.usage;

/** A key of a workspace that nobody else has, whose budget for an interval is so many dollars. */
async function makeBudgetedKey(interval: string, limitUsd: number, fields: object = {}) {
  const id = fresh("budget");
  await manage("/api/v1/workspaces", { json: { id, name: id } });
  const path = `/api/v1/workspaces/${id}/budgets/${interval}`;
  const response = await manage(path, { method: "PUT", json: { limit_usd: limitUsd, ...fields } });
  if (response.status !== 200) throw new Error(await response.text());
  return makeKey({ workspace_id: id });
}

describe("a request's worst case", () => {
  const FORMAT = { type: "json_schema", json_schema: { name: "x", schema: { type: "object" } } };
  const ASKED = { model: "acme/one", max_tokens: 1_000 };
  it.each<[name: string, fields: object, requiredUsd: number]>([
    ["as long as it may be", ASKED, 0.001],
    ["by the field's newer name", { model: "acme/one", max_completion_tokens: 2_000 }, 0.002],
    ["as long as its endpoint can", { model: "acme/one" }, 0.05],
    ["as long as its endpoint's context", { model: "acme/long" }, 0.009],
    ["with no end at all", { model: "acme/endless" }, 0.016384],
    ["at the dearest endpoint", { ...ASKED, model: "acme/two" }, 0.003],
    ["with a fee", { ...ASKED, model: "acme/asked" }, 0.011],
    ["several times", { ...ASKED, n: 3 }, 0.003],
    ["with a hedge", { ...ASKED, provider: { hedge: { after_ms: 10 } } }, 0.002],
    ["with a continuation", { ...ASKED, provider: { continuation: true } }, 0.002],
    ["with a repair", { ...ASKED, response_format: FORMAT }, 0.002],
    [
      "with all of these",
      { ...ASKED, n: 2, response_format: FORMAT, provider: { hedge: true, continuation: true } },
      0.008,
    ],
    ["with a plain text as its form", { ...ASKED, response_format: { type: "text" } }, 0.001],
    ["where some endpoints have no price", { ...ASKED, model: "acme/partly" }, 0.001],
  ])("is reserved: %s", async (_, fields, requiredUsd) => {
    const calls = connect({});
    const { key } = await makeKey({ limit: 1e-9 });
    const { metadata } = await errorOf(chat(key, fields), 402);
    // An answer has the room that the prompt leaves.
    expect(metadata.required_usd).toBeCloseTo(requiredUsd, 4);
    expect(calls).toEqual([]);
  });

  it("has the first answer in the prompt of the call that follows it", async () => {
    const { key } = await makeKey({ limit: 1e-9 });
    const required = async (fields: object) =>
      (await errorOf(chat(key, { model: "acme/prompted", max_tokens: 1_000, ...fields }), 402)).metadata.required_usd;
    const once = await required({});
    const continued = await required({ provider: { continuation: true } });
    expect(continued - 2 * once).toBeGreaterThanOrEqual(0.001);
    expect(continued - 2 * once).toBeLessThan(0.0015);
  });

  it("bounds an answer that has no end, for keys with a budget only", async () => {
    const calls = connect({ a: costing(5) });
    const [limited, free] = [await makeKey({ limit: 1 }), await makeKey({ rpm: 100 })];
    for (const { key } of [limited, free]) await (await chat(key, { model: "acme/endless" })).text();
    expect(calls.map(({ body }) => body.max_completion_tokens ?? body.max_tokens)).toEqual([16_384, undefined]);
  });

  it("is unknown where there is no price: such an endpoint is no candidate", async () => {
    const calls = connect({ a: costing(5), b: costing(5) });
    const { key } = await makeKey({ limit: 1 });
    expect(await errorOf(chat(key, { model: "acme/unpriced" }), 404)).toMatchObject({ code: 404 });
    const order = { order: ["a", "b"] };
    for (let count = 0; count < 5; count++)
      await (await chat(key, { model: "acme/partly", max_tokens: 10, provider: order })).text();
    expect(new Set(calls.map((call) => call.host))).toEqual(new Set(["b"]));
    const unlimited = await makeKey();
    expect((await chat(unlimited.key, { model: "acme/unpriced" })).status).toBe(200);
  });

  it.each([
    [false, 200],
    [true, 402],
  ])("on a team's own provider key counts when the key says so: %s", async (includesByok, status) => {
    connect({ owned: costing(1_000) });
    const id = fresh("team");
    await manage("/api/v1/workspaces", { json: { id, name: id } });
    await manage("/api/v1/byok", { json: { provider: "owned", key: "secret-of-the-team", workspace_id: id } });
    const fields = { workspace_id: id, limit: 0.0015, include_byok_in_limit: includesByok };
    const { key } = await makeKey(fields);
    const asked = { model: "acme/owned", max_tokens: 1_000 };
    expect(await (await chat(key, asked)).json()).toMatchObject({ usage: { is_byok: true } });
    expect((await chat(key, asked)).status).toBe(status);
  });
});

describe("a refusal for want of money", () => {
  const asked = { model: "acme/one", max_tokens: 1_000 };
  const tomorrow = () => Math.floor(Date.now() / 86_400_000 + 1) * 86_400_000;
  it.each<[name: string, make: () => Promise<{ key: string }>, expected: object, resets: () => number | null]>([
    [
      "a key's",
      () => makeKey({ limit: 0.0015 }),
      { limit_source: "openrouter_key_limit", scope: "api_key" },
      () => null,
    ],
    [
      "a key's of a day",
      () => makeKey({ limit: 0.0015, limit_reset: "daily" }),
      { limit_source: "openrouter_key_limit", scope: "api_key" },
      tomorrow,
    ],
    [
      "a workspace's of a day",
      () => makeBudgetedKey("daily", 0.0015),
      { limit_source: "openrouter_workspace_budget", scope: "workspace" },
      tomorrow,
    ],
    [
      "a workspace's for ever",
      () => makeBudgetedKey("lifetime", 0.0015),
      { limit_source: "openrouter_workspace_budget", scope: "workspace" },
      () => null,
    ],
  ])("says which limit it was, what is left, and when it starts anew: %s", async (_, make, expected, resets) => {
    connect({ a: costing(600) });
    const { key } = await make();
    expect((await chat(key, asked)).status).toBe(200);
    const response = await chat(key, asked);
    expect(response.headers.has("retry-after")).toBe(false);
    // Nobody was called, and there is no record to ask for.
    expect(response.headers.get("x-generation-id")).toBeNull();
    const resetsAtMs = resets();
    const { message, metadata } = await errorOf(response, 402);
    expect(metadata).toEqual({
      error_type: "payment_required",
      ...expected,
      limit_usd: 0.0015,
      spend_usd: 0.0006,
      remaining_usd: 0.0009,
      required_usd: 0.001,
      resets_at: resetsAtMs === null ? null : new Date(resetsAtMs).toISOString(),
      retry_after: resetsAtMs === null ? null : expect.any(Number),
      affordable_max_tokens: 900,
    });
    expect(message).toContain("You requested up to 1000 tokens, but can only afford 900.");
  });

  it.each([["acme/one"], ["acme/prompted"]])("tells how many tokens would do: %s", async (name) => {
    connect({ a: costing(1) });
    const { key } = await makeKey({ limit: 0.0009 });
    const { metadata } = await errorOf(chat(key, { model: name }), 402);
    const { affordable_max_tokens: affordable } = metadata;
    expect(affordable).toBeGreaterThan(850);
    expect((await chat(key, { model: name, max_tokens: affordable + 1 })).status).toBe(402);
    expect((await chat(key, { model: name, max_tokens: affordable })).status).toBe(200);
  });

  it("says so when not even the prompt can be paid", async () => {
    const { key } = await makeKey({ limit: 1e-9 });
    const { message, metadata } = await errorOf(chat(key, { model: "acme/prompted", max_tokens: 10 }), 402);
    expect(metadata.affordable_max_tokens).toBe(0);
    expect(message).toMatch(/^This request requires more credits\. Key limit of \$1e-9 has \$1e-9 left/);
  });

  it("says that all is spent", async () => {
    connect({ a: costing(1_000) });
    const { key } = await makeKey({ limit: 0.001 });
    await (await chat(key, asked)).text();
    const { message, metadata } = await errorOf(chat(key, asked), 402);
    expect(message).toBe("Key limit exceeded: all of $0.001 is spent.");
    expect(metadata).toMatchObject({ spend_usd: 0.001, remaining_usd: 0, affordable_max_tokens: 0 });
  });
});

describe("a refusal for want of time", () => {
  it.each<[name: string, limits: object, expected: object]>([
    ["requests in a minute", { rpm: 1 }, { limit_source: "requests_per_minute", limit: 1, remaining: 0 }],
    ["tokens in a minute", { tpm: 150 }, { limit_source: "tokens_per_minute", limit: 150, remaining: 41 }],
  ])("says which limit it was, and when it is there again: %s", async (_, limits, expected) => {
    connect({ a: costing(100) });
    await untilMinuteHasRoom();
    for (const make of [makeKey, makeTeamKey]) {
      const { key } = await make(limits);
      expect((await chat(key, { model: "acme/one", max_tokens: 100 })).status).toBe(200);
      await pauseFor(150);
      const response = await chat(key, { model: "acme/one", max_tokens: 100 });
      const [retryAfter, reset] = ["retry-after", "x-ratelimit-reset"].map((name) =>
        Number(response.headers.get(name)),
      );
      expect(retryAfter).toBeGreaterThan(0);
      expect(retryAfter).toBeLessThanOrEqual(60);
      expect(Math.abs((reset ?? 0) - Math.ceil(Date.now() / 60_000) * 60_000)).toBeLessThan(100);
      expect(response.headers.get("x-ratelimit-remaining")).toBe(String((expected as { remaining: number }).remaining));
      const { metadata } = await errorOf(response, 429);
      expect(metadata).toMatchObject({
        error_type: "rate_limit_exceeded",
        ...expected,
        scope: make === makeKey ? "api_key" : "workspace",
      });
    }
  });

  it("says that as many requests run as may, until one has ended", async () => {
    connect({ a: sse([ROLE, say("Hi"), pause(1_800), ending("stop", usageOf(1))]) });
    const { key } = await makeKey({ max_parallel: 1 });
    const first = await chat(key, { model: "acme/one", stream: true });
    const response = await chat(key, { model: "acme/one", stream: true });
    expect(response.headers.get("retry-after")).toBe("1");
    const { metadata } = await errorOf(response, 429);
    expect(metadata).toMatchObject({ limit_source: "parallel_requests", scope: "api_key", limit: 1, remaining: 0 });
    await first.text();
    const next = await chat(key, { model: "acme/one", stream: true });
    expect(next.status).toBe(200);
    await next.text();
  }, 20_000);

  async function makeTeamKey(limits: object) {
    const id = fresh("team");
    await manage("/api/v1/workspaces", { json: { id, name: id, ...limits } });
    return makeKey({ workspace_id: id });
  }
});

describe("what a request holds", () => {
  it.each<[name: string, reply: Reply, isStream: boolean, status: number]>([
    ["an answer", costing(10), false, 200],
    ["a stream", sse([ROLE, say("Hi"), ending("stop", usageOf(10))]), true, 200],
    ["a stream that is cut", sse([ROLE, say("Hi"), chunk({}), "data: {\n\n"]), true, 200],
    ["a failure", json({ error: { message: "No." } }, { status: 400 }), false, 400],
    ["a refusal of the request", json({ error: { message: "No." } }, { status: 500 }), false, 502],
  ])("is free when it has ended: %s", async (_, reply, isStream, status) => {
    connect({ a: reply, b: reply });
    const { key, data } = await makeKey({ limit: 0.1, max_parallel: 5 });
    const response = await chat(key, { model: "acme/one", max_tokens: 60_00, stream: isStream });
    expect(response.status).toBe(status);
    await response.text();
    const ledger = env.LEDGER.getByName("team:default");
    await vi.waitFor(async () => expect(await ledger.lent(data.hash)).toEqual({ nanoUsd: 0, slots: 0 }), 5_000);
  });

  it("is free when the client has left", async () => {
    connect({ a: sse([ROLE, say("Hi"), pause(60_000), ending()]) });
    const { key, data } = await makeKey({ limit: 0.01 });
    const leaving = new AbortController();
    const context = createExecutionContext();
    const request = requestTo("/api/v1/chat/completions", {
      key,
      json: { model: "acme/one", max_tokens: 5_000, stream: true, messages: HELLO },
    });
    const response = await createApp().fetch(new Request(request, { signal: leaving.signal }), env, context);
    const reader = response.body?.getReader();
    await reader?.read();
    await reader?.cancel();
    leaving.abort();
    const ledger = env.LEDGER.getByName("team:default");
    await vi.waitFor(async () => expect(await ledger.lent(data.hash)).toEqual({ nanoUsd: 0, slots: 0 }), 5_000);
    expect(await spentBy(data.hash)).toBeGreaterThan(0);
    await waitOnExecutionContext(context);
  });
});

describe("calls of the ledger", () => {
  let context: ExecutionContext;
  beforeEach(() => {
    context = createExecutionContext();
  });
  // What goes on for seconds need not be waited for.
  afterEach(() => Promise.race([waitOnExecutionContext(context), pauseFor(300)]).catch(() => {}));

  /** The team's ledger, which writes down what it is asked; with a fault it does not answer such questions. */
  function watchedLedger(events: string[], faults: string[] = []): Cloudflare.Env["LEDGER"] {
    const watch = (name: string) =>
      new Proxy(env.LEDGER.getByName(name), {
        get: (ledger, method: string) =>
          function ask(...question: unknown[]) {
            events.push(method);
            if (faults.includes(method)) return Promise.reject(new Error("internal error; reference = 0123abc"));
            return Reflect.apply(Reflect.get(ledger, method), ledger, question);
          },
      });
    return { getByName: watch } as unknown as Cloudflare.Env["LEDGER"];
  }

  const ask = (key: string, LEDGER: Cloudflare.Env["LEDGER"], fields: object = {}) => {
    const call: Call = { key, json: { model: "acme/one", max_tokens: 1_000, messages: HELLO, ...fields } };
    return createApp().fetch(requestTo("/api/v1/chat/completions", call), { ...env, LEDGER }, context);
  };

  it.each([false, true])(
    "are none before the upstream's, and one at most after it; streamed: %s",
    async (stream) => {
      const events: string[] = [];
      const answer = stream ? sse([ROLE, say("Hi"), ending("stop", usageOf(10))]) : costing(10);
      connect({
        a: (call) => {
          events.push("upstream");
          return answer(call);
        },
      });
      // Of a team that no other request carries settlements for.
      const id = fresh("team");
      await manage("/api/v1/workspaces", { json: { id, name: id } });
      const limits = { limit: 1_000, rpm: 100_000, tpm: 10_000_000, max_parallel: 1_000 };
      const { key, data } = await makeKey({ workspace_id: id, ...limits });
      await untilMinuteHasRoom();
      const ledger = watchedLedger(events);
      for (let count = 0; count < 20; count++) await (await ask(key, ledger, { stream })).text();
      expect(await spentBy(data.hash)).toBeCloseTo(20 * 10e-6, 9);
      expect(events.slice(0, 2)).toEqual(["lease", "upstream"]);
      expect(new Set(events.slice(1))).toEqual(new Set(["upstream", "settle"]));
      expect(events.filter((event) => event === "upstream")).toHaveLength(20);
      expect(events.filter((event) => event === "settle").length).toBeLessThanOrEqual(20);
    },
    20_000,
  );

  it("are few for many requests at once", async () => {
    const events: string[] = [];
    connect({ a: costing(10) });
    const { key } = await makeKey({ limit: 1_000 });
    const ledger = watchedLedger(events);
    await (await ask(key, ledger)).text();
    const answers = await Promise.all(Array.from({ length: 300 }, () => ask(key, ledger)));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(events.length).toBeLessThan(60);
  });

  it.each<[name: string, limits: object, status: number]>([
    ["a budget", { limit: 1 }, 503],
    ["a rate", { rpm: 100 }, 503],
    ["no limit", {}, 200],
  ])("that are not answered stop the requests of keys that need an answer: %s", async (_, limits, status) => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const calls = connect({ a: costing(10) });
    const { key } = await makeKey(limits);
    const response = await ask(key, watchedLedger([], ["lease"]));
    expect(response.status).toBe(status);
    if (status === 200) return;
    expect(calls).toEqual([]);
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
    const error = await errorOf(response, 503);
    expect(error).toMatchObject({ metadata: { error_type: "unavailable" } });
    expect(JSON.stringify(error)).not.toContain("0123abc");
  });

  it("that are not answered stop nobody who has a lease at hand, and are made up for later", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    connect({ a: costing(10) });
    const { key, data } = await makeKey({ limit: 1_000 });
    expect((await ask(key, watchedLedger([]))).status).toBe(200);
    const dead = watchedLedger([], ["lease", "settle", "giveBack", "release", "keep"]);
    for (let count = 0; count < 5; count++) expect((await ask(key, dead)).status).toBe(200);
    await vi.waitFor(async () => {
      await (await ask(key, env.LEDGER)).text();
      expect(await spentBy(data.hash)).toBeGreaterThan(6.5 * 10e-6);
    }, 15_000);
  }, 20_000);

  it("are answered again after a fault", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    connect({ a: costing(10) });
    const { key } = await makeKey({ limit: 1 });
    expect((await ask(key, watchedLedger([], ["lease"]))).status).toBe(503);
    expect((await ask(key, env.LEDGER)).status).toBe(200);
  });
});

/** Waits for the next minute of the clock, where this one is nearly over. */
async function untilMinuteHasRoom(): Promise<void> {
  const restMs = 60_000 - (Date.now() % 60_000);
  if (restMs < 8_000) await pauseFor(restMs + 50);
}

function pauseFor(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
