import { setTimeout as wait } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { costOf, sendAll, tally } from "../support/crowd.ts";
import { jsonOf } from "../support/gateway.ts";
import { until } from "../support/many-isolates.ts";
import { completion, errorBody } from "../support/openai-chat.ts";
import { askFor, ROUGH_MODELS, startSpending } from "../support/spending.ts";
import { type Answer, json } from "../support/upstream.ts";
import { createWorld } from "../support/world.ts";

const ISOLATES = 3;
const LIMIT = 0.3e9;
const REQUESTS = 300;
const spending = await startSpending(ISOLATES);
const { isolates } = spending;
const world = await createWorld("choices-books");
const { gateway } = world;
afterAll(async () => {
  await spending.close();
  await world.close();
});

describe(`${REQUESTS} requests at once, each for three choices`, () => {
  it.each(["smooth", "rough"])(
    "spend what their calls cost, and not beyond the limit: %s",
    { timeout: 60_000 },
    async (kind) => {
      const { key, hash } = await isolates.createKey({ limit: LIMIT / 1e9 });
      const requests = Array.from({ length: REQUESTS }, (_, number) => {
        const model = kind === "smooth" ? "acme/smooth" : `acme/rough-${number % ROUGH_MODELS}`;
        return { isolate: number % ISOLATES, body: { ...askFor(number, { model, maxTokens: 1_000 }), n: 3 } };
      });
      const { result: rides, most } = await spending.watched(hash, () => sendAll(isolates, { key, requests }));
      expect(tally(rides)["200 ended"]).toBeGreaterThan(50);
      expect(most).toBeLessThanOrEqual(LIMIT);
      expect(await until(async () => (await isolates.balance(hash)).lent === 0, 10_000)).toBe(true);
      const { spent, slots } = await isolates.balance(hash);
      expect(slots).toBe(0);
      expect(spent).toBeLessThanOrEqual(LIMIT);
      expect(spent).toBe(rides.reduce((sum, ride) => sum + costOf(ride), 0));
      expect(spent).toBe(await spending.replayed(hash));
      const [counted] = await isolates.query<{ records: number; parents: number }>(
        `select count(*) as records, count(distinct coalesce(record ->> 'parentId', id)) as parents
       from generation where key_hash = '${hash}'`,
      );
      expect(counted?.records).toBe(3 * (counted?.parents ?? 0));
    },
  );
});

describe("tokens in a minute", () => {
  it("are those of all calls", { timeout: 60_000 }, async () => {
    // All of it has to happen within one minute.
    const leftMs = 60_000 - (Date.now() % 60_000);
    if (leftMs < 10_000) await wait(leftMs + 100);
    const usage = { prompt_tokens: 10, completion_tokens: 40, total_tokens: 50 };
    const cast = await world.addModels(["a"], { first: json(completion("Hi", { usage })) });
    const key = await gateway.createKey({ tpm: 400 });
    const ask = (fields: object) =>
      gateway.request("/chat/completions", {
        headers: { authorization: `Bearer ${key}` },
        json: { model: cast.model(), messages: [{ role: "user", content: "Hi" }], max_tokens: 40, ...fields },
      });
    const much = await jsonOf(await ask({ n: 8, max_tokens: 100 }), 429);
    expect(much.error.metadata).toMatchObject({ limit_source: "tokens_per_minute", remaining: 400 });
    await jsonOf(await ask({ n: 3 }), 200);
    await expect
      .poll(async () => (await jsonOf(await ask({ n: 8, max_tokens: 100 }), 429)).error.metadata.remaining, {
        timeout: 3000,
      })
      .toBe(250);
  });
});

describe("the response cache", () => {
  const CACHE = { "x-openrouter-cache": "true" };

  it.each([false, true])(
    "keeps several choices, and nothing where one of them went wrong, stream: %s",
    async (stream) => {
      let failing = true;
      const answer: Answer = (exchange) => {
        const { seed } = exchange.visit.body;
        if (seed === 2 && failing)
          return json(errorBody("No.", { type: "invalid_request_error" }), { status: 400 })(exchange);
        return json(completion(`seed ${seed}`))(exchange);
      };
      const cast = await world.addModels(["a"], { first: answer });
      const body = { model: cast.model(), messages: [{ role: "user", content: "Hi" }], n: 3, seed: 1, stream };
      const ask = async () => {
        const response = await gateway.request("/chat/completions", { headers: CACHE, json: body });
        expect(response.status).toBe(200);
        return { text: await response.text(), status: response.headers.get("x-openrouter-cache-status") };
      };
      expect((await ask()).text).toContain('"finish_reason":"error"');
      failing = false;
      const good = await ask();
      expect(good.status).toBe("MISS");
      expect(good.text).not.toContain('"finish_reason":"error"');
      await expect.poll(async () => (await ask()).status, { timeout: 3000 }).toBe("HIT");
      const { text } = await ask();
      for (const seed of [1, 2, 3]) expect(text).toContain(`seed ${seed}`);
    },
  );
});
