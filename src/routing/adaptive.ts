import type { Endpoint } from "../catalogue/catalogue.ts";
import type { EndpointHealth } from "../health/health.ts";
import { type Balance, drawIndex, drawShare, notWellLast, partByHealth, withoutShares } from "./balance.ts";
import { expectedCost } from "./price.ts";
import type { Ranked, RankInput } from "./rank.ts";

const DEFAULT_EXPLORATION = 0.05;
const DEFAULT_OUTPUT_TOKENS = 500;
/** How much speed may count for or against an endpoint. */
const SPEED_BOUNDS = [0.25, 4] as const;
/** Before so many attempts a rate is not trusted: these many imagined successes are added. */
const PRIOR_ATTEMPTS = 20;

/**
 * The adaptive balance: endpoints are drawn by what a request really costs there (the share of the prompt that comes
 * from a cache is measured), how long an answer takes, and how often attempts fail or meet a rate limit. Every further
 * candidate is drawn from what is left in the same way. A small share of requests goes first to an endpoint that does
 * not lead, so that what is not used is known too.
 */
export function adaptiveBalance(exploration = DEFAULT_EXPLORATION): Balance {
  return (endpoints, input) => {
    if (endpoints.length < 2) return endpoints.map((endpoint) => ({ endpoint, because: "drawn" }));
    const parts = partByHealth(endpoints, input);
    const first =
      drawShare(parts.well, input) ?? drawFirst(weigh(withoutShares(parts.well), input), exploration, input);
    const others = parts.well.filter((endpoint) => endpoint !== first?.endpoint);
    return [...(first ? [first] : []), ...drawAll(weigh(others, input), input), ...notWellLast(parts, input)];
  };
}

interface Weighed {
  endpoint: Endpoint;
  weight: number;
}

function drawFirst(weighed: Weighed[], exploration: number, { random }: RankInput): Ranked | undefined {
  if (weighed.length > 1 && random() < exploration) {
    const followers = weighed.toSorted((a, b) => b.weight - a.weight).slice(1);
    const explored = followers[Math.floor(random() * followers.length)];
    return explored && { endpoint: explored.endpoint, because: "explored" };
  }
  const drawn = drawOne(weighed, random);
  return drawn && { endpoint: drawn.endpoint, because: "drawn" };
}

/** One after the other, each from what is left. */
function drawAll(weighed: Weighed[], { random }: RankInput): Ranked[] {
  const ranked: Ranked[] = [];
  let left = weighed;
  for (let drawn = drawOne(left, random); drawn; drawn = drawOne(left, random)) {
    ranked.push({ endpoint: drawn.endpoint, because: "drawn" });
    left = left.filter((one) => one !== drawn);
  }
  return ranked;
}

function drawOne(weighed: Weighed[], random: () => number): Weighed | undefined {
  if (weighed.length < 2) return weighed[0];
  const weights = weighed.map(({ weight }) => weight);
  return weighed[drawIndex(weights, random)];
}

function weigh(endpoints: Endpoint[], input: RankInput): Weighed[] {
  const output = input.expectedOutputTokens ?? DEFAULT_OUTPUT_TOKENS;
  const facts = endpoints.map((endpoint) => {
    const known = input.health.of(endpoint.id);
    return { endpoint, known, seconds: secondsOf(known, output), cost: effectiveCost(endpoint, known, input) };
  });
  const usual = median(facts.map(({ seconds }) => seconds).filter((seconds) => seconds !== undefined));
  // What is free is still weighed by how it does: it counts as far cheaper than the cheapest that is paid.
  const paid = facts.map(({ cost }) => cost).filter((cost) => cost > 0);
  const least = paid.length > 0 ? Math.min(...paid) / 100 : 1;
  return facts.map(({ endpoint, known, seconds, cost }) => {
    const price = 1 / Math.max(cost, least) ** 2;
    const speed = seconds === undefined || usual === undefined ? 1 : clamp(usual / seconds);
    return { endpoint, weight: price * speed * reliability(known) };
  });
}

/** The cost of the request with the measured share of prompt tokens from the cache. */
function effectiveCost(endpoint: Endpoint, known: EndpointHealth | undefined, input: RankInput): number {
  const hitRate = known && known.promptTokens > 0 ? known.cachedTokens / known.promptTokens : 0;
  return expectedCost(endpoint, input, hitRate);
}

/** How long a usual answer takes from the request to its last token; undefined when it is not measured. */
function secondsOf(known: EndpointHealth | undefined, outputTokens: number): number | undefined {
  if (!known?.latencyMs || !known.throughput) return undefined;
  return known.latencyMs.p50 / 1000 + outputTokens / Math.max(known.throughput.p50, 0.1);
}

/** The share of attempts that succeed, and that meet no rate limit; twice as strict as the shares themselves. */
function reliability(known: EndpointHealth | undefined): number {
  if (!known) return 1;
  const { successes, failures, rateLimits } = known;
  const success = (successes + PRIOR_ATTEMPTS) / (successes + failures + PRIOR_ATTEMPTS);
  const open = 1 - rateLimits / (successes + failures + rateLimits + PRIOR_ATTEMPTS);
  return success ** 2 * open ** 2;
}

function clamp(factor: number): number {
  return Math.min(Math.max(factor, SPEED_BOUNDS[0]), SPEED_BOUNDS[1]);
}

function median(values: number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
