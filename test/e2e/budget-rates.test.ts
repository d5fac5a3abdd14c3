import { setTimeout as wait } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { costOf, refusalOf, sendAll, tally } from "../support/crowd.ts";
import { until } from "../support/many-isolates.ts";
import { askFor, startSpending } from "../support/spending.ts";

const ISOLATES = 4;
const spending = await startSpending(ISOLATES);
const { isolates } = spending;
afterAll(() => spending.close());

const requestsFor = (count: number) =>
  Array.from({ length: count }, (_, number) => {
    return { isolate: number % ISOLATES, body: askFor(number, { model: "acme/smooth", maxTokens: 1_000 }) };
  });

describe("400 requests at once", () => {
  /** Enough of the present minute is left for all of them. */
  const inOneMinute = async () => {
    const restMs = 60_000 - (Date.now() % 60_000);
    if (restMs < 8_000) await wait(restMs + 50);
    return Math.floor(Date.now() / 60_000);
  };

  it.each<[name: string, limits: object, admitted: number, source: string]>([
    ["100 requests a minute", { rpm: 100 }, 100, "requests_per_minute"],
    ["100 requests a minute, and money", { rpm: 100, limit: 5 }, 100, "requests_per_minute"],
  ])("with %s", { timeout: 40_000 }, async (_, limits, admitted, source) => {
    const { key } = await isolates.createKey(limits);
    const minute = await inOneMinute();
    const rides = await sendAll(isolates, { key, requests: requestsFor(400) });
    expect(Math.floor(Date.now() / 60_000)).toBe(minute);
    expect(tally(rides)).toEqual({ "200 ended": admitted, "429 ended": 400 - admitted });
    for (const ride of rides.filter(({ status }) => status === 429)) {
      const { code, metadata } = refusalOf(ride);
      expect({ code, limit_source: metadata.limit_source }).toEqual({ code: 429, limit_source: source });
      expect(Number(ride.headers["retry-after"])).toBeLessThanOrEqual(60);
    }
  });

  it("with so many tokens a minute never hold more", { timeout: 40_000 }, async () => {
    const { key, hash } = await isolates.createKey({ tpm: 20_000 });
    const minute = await inOneMinute();
    const rides = await sendAll(isolates, { key, requests: requestsFor(400) });
    const used = rides.reduce((sum, ride) => sum + costOf(ride), 0) / 1_000;
    expect(Math.floor(Date.now() / 60_000)).toBe(minute);
    expect(tally(rides)["200 ended"]).toBeGreaterThanOrEqual(18);
    expect(used).toBeLessThanOrEqual(20_000);
    const counted = () => isolates.query(`select tokens from minute where account = '${hash}' and minute = ${minute}`);
    // In the end what was used is counted, and nothing else.
    expect(await until(async () => (await counted())[0]?.tokens === used, 5_000)).toBe(true);
  });

  it("with so many at the same time run so many at the same time", { timeout: 40_000 }, async () => {
    const { key, hash } = await isolates.createKey({ max_parallel: 10 });
    const rides = await sendAll(isolates, { key, requests: requestsFor(400) });
    expect(Object.keys(tally(rides)).sort()).toEqual(["200 ended", "429 ended"]);
    expect(await until(async () => (await isolates.balance(hash)).slots === 0, 5_000)).toBe(true);
  });
});
