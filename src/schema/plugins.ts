import * as z from "zod";
import { expected, integerBetween, integerFrom, jsonObject, numberBetween, positiveOrZero, strings } from "./fields.ts";

/** Plugins: what happens to a request before it is routed, or to an answer before it is returned. */

/** Switches a plugin that is on by default off again; default true. */
const enabled = z.boolean().optional();

/** Model ids with `*` as wildcard. */
const modelPatterns = z
  .array(
    z.string(expected("a pattern of at most 1024 characters")).max(1024),
    expected("an array of at most 1024 model patterns"),
  )
  .max(1024)
  .optional();

const autoRouterFields = {
  enabled,
  allowed_models: modelPatterns,
  excluded_models: modelPatterns,
  cost_tier: z.enum(["low", "medium", "high", "xhigh", "max"]).optional(),
  /** Older form of `cost_tier`: 0 is the best answer, 10 the cheapest one. */
  cost_quality_tradeoff: numberBetween(0, 10).optional(),
};

export const pluginSchema = z.discriminatedUnion("id", [
  z.looseObject({
    id: z.literal("web"),
    enabled,
    engine: z.enum(["native", "exa", "firecrawl", "parallel", "perplexity"]).optional(),
    /** Word of the engine for how thorough the search is. */
    mode: z.string().optional(),
    /** Default 5. */
    max_results: integerFrom(1).optional(),
    max_uses: integerFrom(1).optional(),
    /** Text put before the results. */
    search_prompt: z.string().optional(),
    include_domains: strings().optional(),
    exclude_domains: strings().optional(),
    user_location: jsonObject().nullish(),
  }),
  z.looseObject({
    id: z.literal("web-fetch"),
    enabled,
    allowed_domains: strings().optional(),
    blocked_domains: strings().optional(),
    max_content_tokens: integerFrom(1).optional(),
    max_uses: integerFrom(1).optional(),
  }),
  z.looseObject({
    id: z.literal("file-parser"),
    enabled,
    pdf: z
      .looseObject({
        /** `pdf-text` is an older name of `cloudflare-ai`. */
        engine: z.enum(["mistral-ocr", "cloudflare-ai", "native", "pdf-text"]).optional(),
      })
      .optional(),
  }),
  z.looseObject({ id: z.literal("response-healing"), enabled }),
  z.looseObject({ id: z.literal("context-compression"), enabled, engine: z.enum(["middle-out"]).optional() }),
  z.looseObject({ id: z.literal("moderation"), enabled }),
  z.looseObject({
    id: z.literal("auto-router"),
    ...autoRouterFields,
    /** Stays with the model that wrote the last assistant message. */
    pin_model: z.boolean().optional(),
  }),
  z.looseObject({ id: z.literal("auto-beta-router"), ...autoRouterFields }),
  z.looseObject({
    id: z.literal("pareto-router"),
    enabled,
    min_coding_score: z.number().optional(),
    /** US dollars per million tokens. */
    max_price: positiveOrZero().optional(),
    price_source: z.enum(["prompt", "weighted_avg"]).optional(),
  }),
  z.looseObject({
    id: z.literal("fusion"),
    enabled,
    analysis_models: z.array(z.string(), expected("an array of at most 8 models")).max(8).optional(),
    model: z.string().optional(),
    /** Default 4. */
    max_tool_calls: integerBetween(1, 16).optional(),
    preset: z.enum(["general-high", "general-budget", "general-fast"]).optional(),
    tools: z.array(jsonObject()).optional(),
  }),
  z.looseObject({
    id: z.literal("switchyard-router"),
    enabled,
    algorithm: z.enum(["capability", "stage", "auto", "random", "composite", "passthrough"]).optional(),
  }),
]);
export type Plugin = z.infer<typeof pluginSchema>;
