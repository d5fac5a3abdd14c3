import type { Pricing } from "../../schema/catalogue.ts";

interface Extra {
  provider: string;
  name: RegExp;
  prices: Partial<Pricing>;
}

/** Prices that are in the vendors' price lists and in neither source; looked up in November 2026. */
const EXTRAS: Extra[] = [
  // 10 dollars for a thousand searches.
  { provider: "anthropic", name: /^claude/, prices: { web_search: "0.01" } },
  { provider: "openai", name: /^(gpt|o[134])/, prices: { web_search: "0.01" } },
  // A fee for each request beside the tokens, at the size of search context that is the default.
  { provider: "perplexity", name: /^sonar$/, prices: { request: "0.005" } },
  { provider: "perplexity", name: /^sonar-(reasoning-)?pro$/, prices: { request: "0.006" } },
  { provider: "perplexity", name: /^sonar-deep-research$/, prices: { web_search: "0.005" } },
  // Pictures are counted as tokens of their own price.
  ...["google-ai-studio", "google-vertex"].flatMap((provider): Extra[] => [
    { provider, name: /^gemini-(2\.5-flash|3\.1-flash-lite)-image$/, prices: { image_output: "0.00003" } },
    { provider, name: /^gemini-3\.1-flash-image(-preview)?$/, prices: { image_output: "0.00006" } },
    { provider, name: /^gemini-3-pro-image(-preview)?$/, prices: { image_output: "0.00012" } },
  ]),
];

/** Further prices of a provider's model. */
export function extraPrices(provider: string, name: string): Partial<Pricing> {
  const extras = EXTRAS.filter((extra) => extra.provider === provider && extra.name.test(name));
  return Object.assign({}, ...extras.map(({ prices }) => prices));
}
