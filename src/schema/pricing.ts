import * as z from "zod";

/** US dollars per token or unit, as a decimal string so that no digit is lost. */
const priceSchema = z
  .union([z.string(), z.number()])
  .transform((value) => (typeof value === "number" ? plainDecimal(value) : value))
  .refine((text) => /^\d+(\.\d+)?$/.test(text), 'must be a price in US dollars as a decimal string, e.g. "0.000001"');

const clockSchema = z
  .int()
  .refine(
    (value) => value >= 0 && value <= 2400 && value % 100 < 60,
    "must be a clock time as a number HHMM, e.g. 830",
  );

export const UTC_DAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"] as const;

/**
 * Prices that hold under conditions, e.g. for long prompts or at night. An entry applies when all its conditions hold;
 * of the entries that apply a later one wins, price by price. A price that no applying entry gives stays the base one.
 */
export const pricingOverrideSchema = z.looseObject({
  /** Applies when the whole prompt, cached tokens included, has strictly more tokens than this. */
  min_prompt_tokens: z.int().min(0).optional(),
  /** Applies from this UTC time (inclusive, HHMM) … */
  utc_start: clockSchema.optional(),
  /** … to this one (exclusive, HHMM); a window may wrap past midnight. */
  utc_end: clockSchema.optional(),
  /** Applies on these UTC weekdays; absent: every day. */
  utc_days: z.array(z.enum(UTC_DAYS)).optional(),
  prompt: priceSchema.optional(),
  completion: priceSchema.optional(),
  input_cache_read: priceSchema.optional(),
  input_cache_write: priceSchema.optional(),
  input_cache_write_1h: priceSchema.optional(),
  audio: priceSchema.optional(),
});
export type PricingOverride = z.infer<typeof pricingOverrideSchema>;

/** Prices of an endpoint in US dollars. An absent price is unknown, which is not the same as "0". */
export const pricingSchema = z.looseObject({
  /** Per prompt token that was not read from a cache. */
  prompt: priceSchema,
  /** Per generated token. */
  completion: priceSchema,
  /** Per request. */
  request: priceSchema.optional(),
  /** Per prompt token read from the provider's cache; absent: as `prompt`. */
  input_cache_read: priceSchema.optional(),
  /** Per prompt token written to the provider's cache; absent: as `prompt`. */
  input_cache_write: priceSchema.optional(),
  /** The same with a lifetime of an hour; absent: as `input_cache_write`. */
  input_cache_write_1h: priceSchema.optional(),
  /** Per reasoning token; absent: as `completion`. */
  internal_reasoning: priceSchema.optional(),
  /** Per audio token of the prompt; absent: as `prompt`. */
  audio: priceSchema.optional(),
  /** Per generated audio token; absent: as `completion`. */
  audio_output: priceSchema.optional(),
  /** Per generated image token; absent: as `completion`. */
  image_output: priceSchema.optional(),
  /** Per search run by the provider. */
  web_search: priceSchema.optional(),
  /** Per image of the prompt, where the provider counts images and not their tokens; for display only. */
  image: priceSchema.optional(),
  /** Other prices under conditions. */
  overrides: z.array(pricingOverrideSchema).optional(),
});
export type Pricing = z.infer<typeof pricingSchema>;

/** A number as a decimal string without an exponent. */
function plainDecimal(value: number): string {
  const text = String(value);
  return /e/i.test(text) ? value.toFixed(20).replace(/\.?0+$/, "") : text;
}
