import type { Endpoint } from "../catalogue/catalogue.ts";
import type { ChatRequest } from "../schema/chat.ts";
import type { Health } from "./health.ts";
import { isOfTier, namesEndpoint } from "./slug.ts";

export interface RankInput {
  chat: ChatRequest;
  health: Health;
  /** A number in [0, 1), drawn by the caller so that the same input gives the same order. */
  random: () => number;
}

/** Orders one model's endpoints: the ones that `order` names first, in its order, then those of the asked service tier, then
 * the others; balanced within each. */
export function rankEndpoints(endpoints: Endpoint[], input: RankInput): Endpoint[] {
  const order = input.chat.provider?.order ?? [];
  const listed: Endpoint[] = [];
  for (const name of order)
    for (const endpoint of endpoints)
      if (!listed.includes(endpoint) && namesEndpoint(name, endpoint)) listed.push(endpoint);
  if (listed.length === endpoints.length) return listed;
  const others = endpoints.filter((endpoint) => !listed.includes(endpoint));
  const ofTier = others.filter((endpoint) => isOfTier(endpoint, input.chat.service_tier));
  const rest = others.filter((endpoint) => !ofTier.includes(endpoint));
  return [...listed, ...balance(ofTier, input), ...balance(rest, input)];
}

/**
 * The classic balancing: among the healthy endpoints the first is drawn with a weight of 1/price², the other healthy
 * ones follow from cheap to dear, the ones with an outage come last.
 */
function balance(endpoints: Endpoint[], { health, random }: RankInput): Endpoint[] {
  if (endpoints.length < 2) return endpoints;
  const byPrice = [...endpoints].sort((a, b) => blendedPrice(a) - blendedPrice(b));
  const healthy = byPrice.filter((endpoint) => !health.hasOutage(endpoint));
  const ailing = byPrice.filter((endpoint) => health.hasOutage(endpoint));
  const first = draw(healthy, random);
  return [...(first ? [first, ...healthy.filter((endpoint) => endpoint !== first)] : healthy), ...ailing];
}

/** Weighted draw; free endpoints, if there are any, share all the weight. */
function draw(endpoints: Endpoint[], random: () => number): Endpoint | undefined {
  const free = endpoints.filter((endpoint) => blendedPrice(endpoint) === 0);
  if (free.length > 0) return free[Math.floor(random() * free.length)];
  const weights = endpoints.map((endpoint) => 1 / blendedPrice(endpoint) ** 2);
  let left = random() * weights.reduce((sum, weight) => sum + weight, 0);
  return (
    endpoints.find((_, index) => {
      left -= weights[index] ?? 0;
      return left < 0;
    }) ?? endpoints[0]
  );
}

/** An endpoint without a price counts as dear, so that it is never drawn for being cheap. */
const UNKNOWN_PRICE_USD = 0.001;

/** Prompt plus completion price in US dollars per token: one of each, since the split is not known beforehand. */
function blendedPrice({ pricing }: Endpoint): number {
  return pricing ? Number(pricing.prompt) + Number(pricing.completion) : UNKNOWN_PRICE_USD;
}
