import { setTimeout as wait } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { refusalOf, sendAll, tally } from "../support/crowd.ts";
import { until } from "../support/many-isolates.ts";
import { askFor, fateOf, ROUGH_MODELS, startSpending } from "../support/spending.ts";

const ISOLATES = 4;
const LIMIT = 1e9;
const REQUESTS = 2_000;
const MAX_TOKENS = 2_500;
const spending = await startSpending(ISOLATES);
const { isolates } = spending;
afterAll(() => spending.close());

/** Requests by their numbers, each with its fate. */
const requestsFrom = (first: number, count: number) =>
  Array.from({ length: count }, (_, index) => {
    const number = first + index;
    const model = `acme/rough-${number % ROUGH_MODELS}`;
    const leavesAt = fateOf(number).leaves ? "word word" : undefined;
    return { isolate: number % ISOLATES, body: askFor(number, { model, maxTokens: MAX_TOKENS }), leavesAt };
  });

describe(`${REQUESTS} requests, of which three in ten fail and one in five leaves`, () => {
  it("keep the limit, though the ledger is evicted and the process killed", { timeout: 60_000 }, async () => {
    const { key, hash } = await isolates.createKey({ limit: LIMIT / 1e9 });
    const { most } = await spending.watched(hash, async () => {
      const first = sendAll(isolates, { key, requests: requestsFrom(0, REQUESTS / 2) });
      for (let times = 0; times < 3; times++) {
        await wait(300);
        await isolates.evict();
      }
      await wait(300);
      console.log(await isolates.balance(hash));
      await isolates.kill();
      console.log(tally(await first));
      console.log(await isolates.balance(hash));
      const t = performance.now();
      const second = await sendAll(isolates, { key, requests: requestsFrom(REQUESTS / 2, REQUESTS / 2) });
      console.log(tally(second), performance.now() - t);
    });
    console.log(most, await isolates.balance(hash), await spending.replayed(hash));
    await wait(1000);
    console.log(most, await isolates.balance(hash), await isolates.query("select count(*), sum(nano_usd), min(sweep_at_ms) from lease"), Date.now());
    console.log(isolates.logs().slice(0, 2000));
    expect(most).toBeLessThanOrEqual(LIMIT);
  });
});
