import { afterAll, describe, expect, it } from "vitest";
import { costOf, refusalOf, sendAll, tally } from "../support/crowd.ts";
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
});
