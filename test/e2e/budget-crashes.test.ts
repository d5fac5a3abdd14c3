import { setTimeout as wait } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { type Ride, refusalOf, sendAll } from "../support/crowd.ts";
import { until } from "../support/many-isolates.ts";
import { askFor, fateOf, ROUGH_MODELS, startSpending } from "../support/spending.ts";

const ISOLATES = 4;
const LIMIT = 1e9;
const REQUESTS = 2_000;
const MAX_TOKENS = 4_000;
/** The longest that anything is lent without a sign of life. */
const MAX_LENT_MS = 90_000;
const spending = await startSpending(ISOLATES);
const { isolates } = spending;
afterAll(() => spending.close());

/** Requests by their numbers, each with its fate. */
const requestsFrom = (first: number, count: number) =>
  Array.from({ length: count }, (_, index) => {
    const number = first + index;
    const model = `acme/rough-${number % ROUGH_MODELS}`;
    const leavesAt = fateOf(number).leaves ? "word " : undefined;
    return { isolate: number % ISOLATES, body: askFor(number, { model, maxTokens: MAX_TOKENS }), leavesAt };
  });

/** Takes the ledger out of memory a few times, while requests are under way. */
async function evictAgainAndAgain(): Promise<void> {
  for (let times = 0; times < 4; times++) {
    await wait(300);
    await isolates.evict();
  }
}

describe(`${REQUESTS} requests, of which three in ten fail and one in five leaves`, () => {
  it("keep the limit, though the ledger is evicted and the process killed", { timeout: 60_000 }, async () => {
    const { key, hash } = await isolates.createKey({ limit: LIMIT / 1e9 });
    const half = REQUESTS / 2;
    const { result, most } = await spending.watched(hash, async () => {
      const first = sendAll(isolates, { key, requests: requestsFrom(0, half) });
      await evictAgainAndAgain();
      const before = await isolates.balance(hash);
      await isolates.kill();
      const after = await isolates.balance(hash);
      const killed = await first;
      // What the dead process held is held until it would be swept; time is set forward in its place.
      await isolates.query(`update lease set sweep_at_ms = sweep_at_ms - ${MAX_LENT_MS}`);
      const [survivors] = await Promise.all([
        sendAll(isolates, { key, requests: requestsFrom(half, half) }),
        evictAgainAndAgain(),
      ]);
      return { before, after, killed, survivors };
    });
    const { before, after, killed, survivors } = result;
    expect(killed.filter(({ ending }) => ending === "broken").length).toBeGreaterThan(0);
    // No record that was booked is lost, and nothing that was lent is lent again.
    expect(after.spent).toBeGreaterThanOrEqual(before.spent);
    expect(after.lent).toBeGreaterThan(0);
    expect(after.spent + after.lent).toBeLessThanOrEqual(LIMIT);
    expectEndings(survivors);
    expect(await until(async () => (await isolates.balance(hash)).lent === 0, 5_000)).toBe(true);
    const { spent } = await isolates.balance(hash);
    expect(most).toBeLessThanOrEqual(LIMIT);
    expect(spent).toBe(await spending.replayed(hash));
    const refusals = survivors.filter(({ status }) => status === 402).map(refusalOf);
    expect(refusals.length).toBeGreaterThan(0);
    for (const { metadata } of refusals) {
      expect(metadata.remaining_usd).toBeLessThan(metadata.required_usd);
      expect((LIMIT - spent) / 1e9).toBeLessThan(metadata.required_usd);
    }
  });
});

/** Each ended as its fate has it, or was refused. */
function expectEndings(rides: Ride[]): void {
  for (const { number, status, ending } of rides) {
    if (status === 402) continue;
    const fate = fateOf(number + REQUESTS / 2);
    expect({ number, status, ending }).toEqual({
      number,
      status: fate.fails ? 502 : 200,
      ending: fate.leaves ? "left" : "ended",
    });
  }
}
