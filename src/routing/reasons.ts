import type { ExclusionReason } from "./filter.ts";
import type { RankReason } from "./rank.ts";

/** Every reason of a plan as a sentence, for people. A new reason without one does not compile. */

export const EXCLUSION_SENTENCES: Record<ExclusionReason, string> = {
  provider_not_configured: "This installation has no key for the provider.",
  byok_only: "The team wants its own keys used at this provider, and this endpoint is called with the operator's.",
  retired: "The model has passed its expiration date.",
  not_of_alias: "The alias that was asked for means another endpoint.",
  service_tier: "It belongs to a service tier that the request does not ask for.",
  input_modality: "The model does not take one of the request's kinds of input.",
  output_modality: "The model does not give one of the kinds of output asked for.",
  not_allowed: "It is not named by provider.only, of the request or of the operator.",
  ignored: "It is named by provider.ignore, of the request or of the operator.",
  data_collection: "Data collection is denied, and the provider does not rule out training on prompts.",
  zdr: "Zero data retention is asked for, and the provider does not promise it.",
  not_distillable: "Text that may be distilled is asked for, and the model's author has not allowed that.",
  quantization: "Its precision is not among provider.quantizations.",
  max_price: "It costs more than provider.max_price, or its price is not known.",
  unpriced: "It has no price, and what this key spends is limited.",
  context_length: "The prompt and the tokens to generate do not fit into its context.",
  output_limit: "It generates fewer tokens than max_tokens asks for.",
  tools: "It does not take tools.",
  tool_choice: "It does not take this value of tool_choice.",
  missing_parameter: "provider.require_parameters is set, and it does not take one of the request's parameters.",
  lacks_response_format: "It does not take response_format, and another endpoint of the model does.",
  lacks_verbosity: "It does not take verbosity, and another endpoint of the model does.",
  fallbacks_off: "Fallbacks are off, and it is neither the first choice nor in provider.order.",
  target_limit: "The name leads to more targets than one request goes to.",
  rate_limited: "The alias, or the router's member, has reached its limit of requests or tokens in a minute.",
  cooling_down: "It asked to be left alone, has reached a rate limit, or keeps failing; others serve meanwhile.",
};

export const RANK_SENTENCES: Record<RankReason, string> = {
  alone: "No other endpoint of its model is left.",
  byok: "It is called with the team's own key, which goes before all others.",
  byok_fallback: "It is called with the team's own key, which is kept for when the others fail.",
  order: "provider.order names it.",
  sort: "It stands where provider.sort, or the model's variant, puts it.",
  sticky: "The conversation is there already, and so is its cached prompt.",
  service_tier: "It is of the service tier that was asked for.",
  traffic_percent: "The operator gives it a share of the traffic, and this request falls into it.",
  drawn: "It was drawn, the cheaper and the better the likelier.",
  explored: "It was drawn to learn how it does.",
  price: "It follows those before it by price.",
  tool_quality: "Its tool calls do worse than those of the others.",
  slow: "It misses the preferred throughput or latency.",
  degraded: "It has failed now and then of late.",
  outage: "It fails so often that it is only a last resort.",
};
