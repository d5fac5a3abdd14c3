import type { Pricing } from "../schema/catalogue.ts";
import type { Usage } from "../schema/usage.ts";
import { pricesAt } from "./prices-at.ts";

/** A cost in integer nano-dollars (1e-9 US dollars), split as the wire wants it. */
export interface Cost {
  totalNanoUsd: number;
  promptNanoUsd: number;
  completionNanoUsd: number;
}

/** Digits after the decimal point that a price may have; finer ones are cut. */
const PRICE_DECIMALS = 18;
const NANO_DECIMALS = 9;

/** Prices in 1e-18 US dollars, parsed once for each set of prices. */
interface ExactPricing {
  prompt: bigint;
  completion: bigint;
  request: bigint;
  cacheRead: bigint;
  cacheWrite: bigint;
  cacheWrite1h: bigint;
  reasoning: bigint;
  inputAudio: bigint;
  outputAudio: bigint;
  outputImage: bigint;
  webSearch: bigint;
}

const exactPricings = new WeakMap<Pricing, ExactPricing>();

/**
 * Cost of a usage at the prices of a moment, rounded half up once, at the end. Undefined when there is no price: not 0.
 * Prices that depend on the length of the prompt see all of it, whatever of it came from a cache; all tokens of the
 * request then cost the same, as at every vendor that has such prices.
 */
export function costOf(usage: Usage, pricing: Pricing | undefined, atMs: number): Cost | undefined {
  if (pricing === undefined) return undefined;
  const price = exactPricing(pricesAt(pricing, promptTokensOf(usage), atMs));
  const prompt =
    BigInt(usage.input) * price.prompt +
    BigInt(usage.cacheRead) * price.cacheRead +
    BigInt(usage.cacheWrite) * price.cacheWrite +
    BigInt(usage.cacheWrite1h) * price.cacheWrite1h +
    BigInt(usage.inputAudio) * price.inputAudio;
  const completion =
    BigInt(usage.output) * price.completion +
    BigInt(usage.reasoning) * price.reasoning +
    BigInt(usage.outputAudio) * price.outputAudio +
    BigInt(usage.outputImage) * price.outputImage;
  const other = price.request + BigInt(usage.webSearches ?? 0) * price.webSearch;
  return {
    totalNanoUsd: toNano(prompt + completion + other),
    promptNanoUsd: toNano(prompt),
    completionNanoUsd: toNano(completion),
  };
}

/** All tokens of the prompt; the buckets are disjoint, and together what the vendor bills. */
function promptTokensOf(usage: Usage): number {
  return usage.input + usage.cacheRead + usage.cacheWrite + usage.cacheWrite1h + usage.inputAudio;
}

/** Two costs as one. */
export function addCost(first: Cost, second: Cost): Cost {
  return {
    totalNanoUsd: first.totalNanoUsd + second.totalNanoUsd,
    promptNanoUsd: first.promptNanoUsd + second.promptNanoUsd,
    completionNanoUsd: first.completionNanoUsd + second.completionNanoUsd,
  };
}

/** Nano-dollars as US dollars, for the wire. */
export function toUsd(nanoUsd: number): number {
  return nanoUsd / 1e9;
}

/** US dollars of the wire as nano-dollars, rounded to the nearest. */
export function toNanoUsd(usd: number): number {
  return Math.round(usd * 1e9);
}

function exactPricing(pricing: Pricing): ExactPricing {
  const known = exactPricings.get(pricing);
  if (known) return known;
  const prompt = parseDecimal(pricing.prompt);
  const completion = parseDecimal(pricing.completion);
  const orElse = (text: string | undefined, fallback: bigint) => (text === undefined ? fallback : parseDecimal(text));
  const cacheWrite = orElse(pricing.input_cache_write, prompt);
  const exact: ExactPricing = {
    prompt,
    completion,
    request: orElse(pricing.request, 0n),
    cacheRead: orElse(pricing.input_cache_read, prompt),
    cacheWrite,
    cacheWrite1h: orElse(pricing.input_cache_write_1h, cacheWrite),
    reasoning: orElse(pricing.internal_reasoning, completion),
    inputAudio: orElse(pricing.audio, prompt),
    outputAudio: orElse(pricing.audio_output, completion),
    outputImage: orElse(pricing.image_output, completion),
    webSearch: orElse(pricing.web_search, 0n),
  };
  exactPricings.set(pricing, exact);
  return exact;
}

/** A validated decimal string as an integer number of 1e-18. */
function parseDecimal(text: string): bigint {
  const [whole = "0", fraction = ""] = text.split(".");
  return BigInt(whole + fraction.slice(0, PRICE_DECIMALS).padEnd(PRICE_DECIMALS, "0"));
}

const PER_NANO = 10n ** BigInt(PRICE_DECIMALS - NANO_DECIMALS);

function toNano(exact: bigint): number {
  return Number((exact + PER_NANO / 2n) / PER_NANO);
}
