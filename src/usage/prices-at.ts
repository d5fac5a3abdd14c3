import { type Pricing, type PricingOverride, UTC_DAYS } from "../schema/catalogue.ts";

/** Conditions of an override; all other fields of it are prices. */
const CONDITIONS = new Set(["min_prompt_tokens", "utc_start", "utc_end", "utc_days"]);

/**
 * The prices that apply to a prompt of so many tokens at a moment: the base ones, and over them the values of every
 * override whose conditions all hold, the later ones winning. The same object when none does.
 */
export function pricesAt(pricing: Pricing, promptTokens: number, atMs: number): Pricing {
  const applying = (pricing.overrides ?? []).filter((override) => applies(override, promptTokens, atMs));
  if (applying.length === 0) return pricing;
  const { overrides: _, ...prices } = pricing;
  for (const override of applying)
    for (const [name, price] of Object.entries(override))
      if (!CONDITIONS.has(name) && price !== undefined) prices[name] = price;
  return prices;
}

function applies(override: PricingOverride, promptTokens: number, atMs: number): boolean {
  const { min_prompt_tokens: threshold } = override;
  return (threshold === undefined || promptTokens > threshold) && isWithinClock(override, new Date(atMs));
}

/** A window that wraps past midnight is counted to the day on which the moment is. */
function isWithinClock(
  { utc_start: start = 0, utc_end: end = 2400, utc_days: days }: PricingOverride,
  at: Date,
): boolean {
  const day = UTC_DAYS[at.getUTCDay()];
  if (days !== undefined && (day === undefined || !days.includes(day))) return false;
  const clock = at.getUTCHours() * 100 + at.getUTCMinutes();
  return start <= end ? start <= clock && clock < end : start <= clock || clock < end;
}
