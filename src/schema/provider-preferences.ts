import * as z from "zod";
import { expected, integerFrom, positiveOrZero, strings } from "./fields.ts";

/** What a request wants of the providers that may serve it. Keys that are not known are kept and have no effect. */

const PRICE = expected("a price of at least 0, as a number or a decimal string");
const CUTOFFS = expected("a number of at least 0, or an object of p50, p75, p90 and p99");

/** A limit in US dollars, as a number or a decimal string. */
const priceLimitSchema = z
  .union([z.number(PRICE).min(0), z.string(PRICE).regex(/^\d+(?:\.\d+)?(?:e-?\d{1,3})?$/i)], PRICE)
  .nullish();

const cutoffSchema = positiveOrZero().nullish();

/** A bare number is the median's limit. Each percentile that is given must hold. */
const percentileCutoffsSchema = z
  .union(
    [
      z.number(CUTOFFS).min(0),
      z.looseObject({ p50: cutoffSchema, p75: cutoffSchema, p90: cutoffSchema, p99: cutoffSchema }),
    ],
    CUTOFFS,
  )
  .nullish();

/** Precision of an endpoint's weights. */
export const quantizationSchema = z.enum([
  "int4",
  "int8",
  "fp4",
  "mxfp4",
  "nvfp4",
  "fp6",
  "fp8",
  "mxfp8",
  "fp16",
  "bf16",
  "fp32",
  "unknown",
]);

export const timeoutsSchema = z.strictObject({
  /** From dispatch to the first semantic event of a stream. */
  first_token_ms: z.int().min(1).max(3_600_000).optional(),
  /** Between two events of a stream that carry content; comments do not count. */
  idle_ms: z.int().min(1).max(3_600_000).optional(),
  /** The whole attempt. */
  total_ms: z.int().min(1).max(86_400_000).optional(),
});

const SORT_KEYS = ["price", "throughput", "latency", "exacto"] as const;

export const providerPreferencesSchema = z.looseObject({
  /** Endpoints to try first, in this order: provider slugs, endpoint tags or display names. */
  order: strings().nullish(),
  /** The only ones that may serve the request. */
  only: strings().nullish(),
  /** Those that must not. */
  ignore: strings().nullish(),
  /** Default true; false: only the first provider, or only those in `order`. */
  allow_fallbacks: z.boolean().nullish(),
  /** Default false; true: only endpoints that take every parameter of the request. */
  require_parameters: z.boolean().nullish(),
  /** Default `allow`; `deny`: no provider that collects prompts to train on them; for storing there is `zdr`. */
  data_collection: z.enum(["allow", "deny"]).nullish(),
  /** true: only endpoints that retain nothing; false never relaxes what the account demands. */
  zdr: z.boolean().nullish(),
  /** true: only models whose author allows distillation. */
  enforce_distillable_text: z.boolean().nullish(),
  quantizations: z.array(quantizationSchema).nullish(),
  /** Strict order by one key instead of load balancing. */
  sort: z
    .union(
      [
        z.enum(SORT_KEYS),
        z.looseObject({
          by: z.enum(SORT_KEYS).nullish(),
          /** `model` (default): all endpoints of the first model first; `none`: one list across the models. */
          partition: z.enum(["model", "none"]).nullish(),
        }),
      ],
      expected('one of "price", "throughput", "latency", "exacto", or an object of by and partition'),
    )
    .nullish(),
  /** Endpoints that cost more are left out. */
  max_price: z
    .looseObject({
      /** US dollars per million prompt tokens. */
      prompt: priceLimitSchema,
      /** US dollars per million generated tokens. */
      completion: priceLimitSchema,
      /** US dollars per request. */
      request: priceLimitSchema,
      /** US dollars per image. */
      image: priceLimitSchema,
      /** US dollars per audio unit. */
      audio: priceLimitSchema,
    })
    .nullish(),
  /** Tokens per second. Endpoints that are slower move to the end. */
  preferred_min_throughput: percentileCutoffsSchema,
  /** Seconds to the first token. Endpoints that are slower move to the end. */
  preferred_max_latency: percentileCutoffsSchema,
  /** Bounds of each attempt, where they are shorter than the provider's own. */
  timeouts: timeoutsSchema.nullish(),
  /** A second candidate starts when the first token of the first is late: later than usual there, or than `after_ms`. */
  hedge: z
    .union(
      [z.boolean(), z.looseObject({ after_ms: integerFrom(0).nullish() })],
      expected("true, false, or an object of after_ms"),
    )
    .nullish(),
  /** An answer that breaks off is continued by the next candidate that can do so, instead of ending with an error. */
  continuation: z.boolean().nullish(),
});
export type SortKey = (typeof SORT_KEYS)[number];
export type ProviderPreferences = z.infer<typeof providerPreferencesSchema>;
