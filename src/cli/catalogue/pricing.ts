import type { Pricing, PricingOverride } from "../../schema/catalogue.ts";
import { extraPrices } from "./extras.ts";
import type { Listing, Price } from "./listing.ts";

/** Providers whose price of 0 means that there is none to pay; elsewhere a 0 stands for a price that nobody knows. */
const FREE_PROVIDERS = new Set(["nvidia"]);
const FREE_NAME = /[:-]free$/;

/** Anthropic's price list, the same on every cloud: a write to the cache of an hour costs twice the plain input. */
const CLAUDE_WRITE_1H = 2;

/** Prices per token as decimal strings; undefined where the source gives none that can be believed. */
export function toPricing(listing: Listing, price: Price | undefined, isClaude: boolean): Pricing | undefined {
  if (price === undefined) return undefined;
  const isFree = price.input === 0 && price.output === 0;
  if (isFree && !FREE_PROVIDERS.has(listing.provider) && !FREE_NAME.test(listing.name)) return undefined;
  const overrides = (price.tiers ?? [])
    .map((tier): PricingOverride => ({ min_prompt_tokens: tier.above, ...prices(tier, isClaude) }))
    .filter(({ prompt }) => prompt !== undefined && prompt !== "0");
  return {
    ...prices(price, isClaude),
    ...extraPrices(listing.provider, listing.name),
    ...(overrides.length > 0 && { overrides }),
  };
}

function prices(price: Omit<Price, "tiers">, isClaude: boolean): Pricing {
  const { cacheRead, cacheWrite, reasoning, inputAudio, outputAudio } = price;
  return {
    prompt: perToken(price.input),
    completion: perToken(price.output),
    // Both are billed as plain input where the vendor has no price of its own for them; so is a price of 0.
    ...(cacheRead && { input_cache_read: perToken(cacheRead) }),
    ...(cacheWrite && { input_cache_write: perToken(cacheWrite) }),
    ...(cacheWrite && isClaude && { input_cache_write_1h: perToken(price.input * CLAUDE_WRITE_1H) }),
    ...(reasoning && reasoning !== price.output && { internal_reasoning: perToken(reasoning) }),
    ...(inputAudio && { audio: perToken(inputAudio) }),
    ...(outputAudio && { audio_output: perToken(outputAudio) }),
  };
}

/** `0.3` dollars a million → `"0.0000003"`: the point is moved in the text, so that no digit changes. */
export function perToken(perMillion: number): string {
  // What is beyond ten digits is an error of binary fractions: 0.09999999999999999.
  const [whole = "0", fraction = ""] = Number(perMillion.toPrecision(10)).toFixed(10).split(".");
  const digits = whole.padStart(7, "0") + fraction;
  const point = digits.length - fraction.length - 6;
  const text = `${digits.slice(0, point)}.${digits.slice(point)}`.replace(/^0+(?=\d)/, "");
  return text.replace(/\.?0+$/, "");
}
