import { expect } from "vitest";
import { type PlanInput, planCandidates } from "../../src/routing/plan.ts";
import type { ChatRequest } from "../../src/schema/chat.ts";
import { catalogueOf, type Extras, NOW_MS, outages, requestOf, type Tags, tagsOf } from "./endpoints.ts";

export const DRAWS = 10_000;

type CountInput = Partial<PlanInput> & { extras?: Extras; chat?: Partial<ChatRequest> };

/** How often each endpoint comes first in so many plans; `randomOf` gives the chance of each by its number. */
export function firstCounts(tags: Tags, randomOf: (draw: number) => () => number, input: CountInput = {}) {
  return orderCounts(tags, randomOf, input, ([first = "nobody"]) => first);
}

/** The same for orders, under the name that `nameOf` gives them. */
export function orderCounts(
  tags: Tags,
  randomOf: (draw: number) => () => number,
  { extras, chat, ...input }: CountInput,
  nameOf: (tags: string[]) => string,
): Record<string, number> {
  const catalogue = catalogueOf({ "acme/one": tags }, extras);
  const shared = { request: requestOf(chat), catalogue, health: outages(), isConfigured: () => true, nowMs: NOW_MS };
  const counts: Record<string, number> = {};
  for (let draw = 0; draw < DRAWS; draw++) {
    const name = nameOf(tagsOf(planCandidates({ ...shared, ...input, random: randomOf(draw) })));
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** Holds the counts against shares of the draws: nobody else was drawn, and each within four standard deviations. */
export function expectShares(counts: Record<string, number>, shares: Record<string, number>): void {
  const strangers = Object.keys(counts).filter((name) => !shares[name]);
  expect(strangers).toEqual([]);
  for (const [name, share] of Object.entries(shares)) {
    const deviation = Math.sqrt(share * (1 - share) * DRAWS);
    const difference = Math.abs((counts[name] ?? 0) - share * DRAWS);
    expect(difference, `${name}: ${counts[name]} of ${DRAWS}`).toBeLessThanOrEqual(4 * deviation);
  }
}
