import type { Endpoint } from "../catalogue/catalogue.ts";
import type { Pricing } from "../schema/catalogue.ts";
import { TOKEN_ESTIMATE_ERROR } from "../usage/count-tokens.ts";
import { pricesAt } from "../usage/prices-at.ts";
import type { RouteRequest } from "./request.ts";

/** Prices as numbers, in US dollars a token, a request, an image. Precise enough to compare; bills are made elsewhere. */
export interface Prices {
  prompt: number;
  completion: number;
  cacheRead: number;
  /** The dearest kind. */
  cacheWrite: number;
  webSearch: number;
  request: number;
  image: number;
  audio: number;
  /** Of the kinds of generated tokens. */
  dearestOutput: number;
}

const parsed = new WeakMap<Pricing, Prices>();

/** The prices of an endpoint for a prompt of so many tokens at a moment; undefined when they are not known. */
export function pricesOf({ pricing }: Endpoint, promptTokens: number, atMs: number): Prices | undefined {
  if (!pricing) return undefined;
  const applying = pricing.overrides ? pricesAt(pricing, promptTokens, atMs) : pricing;
  const known = parsed.get(applying);
  if (known) return known;
  const prompt = Number(applying.prompt);
  const orElse = (text: string | undefined, otherwise: number) => (text === undefined ? otherwise : Number(text));
  const completion = Number(applying.completion);
  const outputs = [applying.internal_reasoning, applying.audio_output, applying.image_output];
  const prices = {
    prompt,
    completion,
    cacheRead: orElse(applying.input_cache_read, prompt),
    cacheWrite: Math.max(orElse(applying.input_cache_write, prompt), orElse(applying.input_cache_write_1h, 0)),
    webSearch: orElse(applying.web_search, 0),
    request: orElse(applying.request, 0),
    image: orElse(applying.image, 0),
    audio: orElse(applying.audio, prompt),
    dearestOutput: Math.max(completion, ...outputs.map((text) => orElse(text, 0))),
  };
  parsed.set(applying, prices);
  return prices;
}

/** An endpoint without a price counts as dear, so that it is never drawn for being cheap. US dollars a token. */
const UNKNOWN_PRICE = 0.0005;
const DEFAULT_EXPECTED_OUTPUT = 500;

/** What comparing prices needs of a plan's input. */
export interface PriceInput {
  request: Pick<RouteRequest, "prompt" | "maxTokens">;
  nowMs: number;
  /** Tokens of a usual answer. */
  expectedOutputTokens: number | undefined;
}

/**
 * What this request will cost at an endpoint, by estimate, in US dollars: the prompt's tokens, and those of a usual
 * answer within the client's cap. `cacheHitRate`: the share of the prompt that is expected to come from a cache.
 */
export function expectedCost(endpoint: Endpoint, input: PriceInput, cacheHitRate = 0): number {
  const { prompt, maxTokens = Infinity } = input.request;
  const output = Math.min(input.expectedOutputTokens ?? DEFAULT_EXPECTED_OUTPUT, maxTokens);
  const prices = pricesOf(endpoint, prompt.total, input.nowMs);
  if (!prices) return (prompt.total + output) * UNKNOWN_PRICE;
  const promptPrice = prices.prompt + (prices.cacheRead - prices.prompt) * cacheHitRate;
  return prompt.total * promptPrice + output * prices.completion + prices.request;
}

/** A provider's own search is asked this often at most, as a rule. */
const MAX_SEARCHES = 10;

/**
 * What the request can cost at most at an endpoint, in US dollars: the prompt at the upper end of its estimate, all of
 * it written to a cache, and as many tokens as the client, the endpoint or the context allow. Each choice may be a call
 * of its own. Undefined when there is no price, or no end.
 */
export function costBound(endpoint: Endpoint, request: RouteRequest, atMs: number): number | undefined {
  const { prompt, maxTokens } = request;
  const promptTokens = Math.ceil((prompt.total - prompt.media) * (1 + TOKEN_ESTIMATE_ERROR)) + prompt.media;
  const prices = pricesOf(endpoint, promptTokens, atMs);
  const room = endpoint.contextLength === undefined ? undefined : Math.max(0, endpoint.contextLength - prompt.least);
  const output = maxTokens ?? endpoint.maxCompletionTokens ?? room;
  if (!prices || output === undefined) return undefined;
  const promptPrice = Math.max(prices.prompt, prices.cacheWrite, prompt.media > 0 ? prices.audio : 0);
  const searches = request.parameters.includes("web_search_options") ? MAX_SEARCHES * prices.webSearch : 0;
  const one = promptTokens * promptPrice + output * prices.dearestOutput + prices.request + searches;
  return one * (request.choices ?? 1);
}
