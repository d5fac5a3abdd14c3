import type { Endpoint } from "../catalogue/catalogue.ts";
import type { ChatRequest, ProviderPreferences } from "../schema/chat.ts";
import { takesAllParameters } from "./parameters.ts";
import { isNamed, isOfTier, isTierEndpoint } from "./slug.ts";

/** Why an endpoint is not a candidate. The first reason that holds, in the order of the filters. */
export type ExclusionReason =
  /** The operator has given no key for its provider. */
  | "provider_not_configured"
  /** `only` is given and does not name it. */
  | "not_allowed"
  /** `ignore` names it. */
  | "ignored"
  /** `data_collection: "deny"`, and its provider trains on prompts, keeps them, or does not say. */
  | "data_collection"
  /** `zdr`, and its provider keeps prompts or does not say. */
  | "zdr"
  /** `quantizations` is given and does not name its own. */
  | "quantization"
  /** It is dearer than `max_price`, or has no price to compare. */
  | "max_price"
  /** `require_parameters`, and it does not take one of the request's. */
  | "missing_parameter"
  /** It belongs to a service tier that the request does not ask for. */
  | "service_tier"
  /** Fallbacks are off and it is not the first choice, or not in `order`. */
  | "fallbacks_off";

export interface Exclusion {
  endpoint: Endpoint;
  reason: ExclusionReason;
}

/** What the filters look at besides the endpoint. */
export interface FilterInput {
  chat: ChatRequest;
  /** Whether the operator has switched the provider on, by giving it what it needs. */
  isConfigured: (endpoint: Endpoint) => boolean;
}

/** Each hard filter: whether it removes an endpoint. The order is the order in which reasons are given. */
const HARD_FILTERS: { reason: ExclusionReason; removes: (endpoint: Endpoint, input: FilterInput) => boolean }[] = [
  { reason: "provider_not_configured", removes: (endpoint, { isConfigured }) => !isConfigured(endpoint) },
  {
    reason: "not_allowed",
    removes: (endpoint, { chat }) => Array.isArray(chat.provider?.only) && !isNamed(chat.provider.only, endpoint),
  },
  { reason: "ignored", removes: (endpoint, { chat }) => isNamed(chat.provider?.ignore, endpoint) },
  { reason: "data_collection", removes: collectsData },
  { reason: "zdr", removes: (endpoint, { chat }) => chat.provider?.zdr === true && retentionDays(endpoint) !== 0 },
  { reason: "quantization", removes: hasOtherQuantization },
  { reason: "max_price", removes: isTooDear },
  { reason: "missing_parameter", removes: lacksParameter },
  { reason: "service_tier", removes: (endpoint, { chat }) => isTierEndpoint(endpoint) && !asksForTier(chat, endpoint) },
  {
    reason: "fallbacks_off",
    removes: (endpoint, { chat }) => isClosed(chat.provider) && !isNamed(chat.provider?.order, endpoint),
  },
];

/** Why the endpoint cannot serve the request; undefined when it can. */
export function exclusionReason(endpoint: Endpoint, input: FilterInput): ExclusionReason | undefined {
  return HARD_FILTERS.find(({ removes }) => removes(endpoint, input))?.reason;
}

/** Without fallbacks `order` is a closed set; with them it is a preference. */
function isClosed(preferences: ProviderPreferences | null | undefined): boolean {
  return preferences?.allow_fallbacks === false && (preferences.order?.length ?? 0) > 0;
}

function asksForTier(chat: ChatRequest, endpoint: Endpoint): boolean {
  if (isNamed(chat.provider?.only, endpoint) || isNamed(chat.provider?.order, endpoint)) return true;
  return isOfTier(endpoint, chat.service_tier);
}

function collectsData({ provider }: Endpoint, { chat }: FilterInput): boolean {
  if (chat.provider?.data_collection !== "deny") return false;
  return provider.row.data_policy?.training !== false;
}

function retentionDays({ provider }: Endpoint): number | undefined {
  return provider.row.data_policy?.retention_days;
}

/** The names that a wanted quantization admits besides its own: `fp4` and `fp8` have micro-scaled kinds. */
const KINDS: Record<string, string[]> = { fp4: ["mxfp4", "nvfp4"], fp8: ["mxfp8"] };

function hasOtherQuantization({ row }: Endpoint, { chat }: FilterInput): boolean {
  const wanted = chat.provider?.quantizations;
  if (!wanted) return false;
  const own = row.quantization ?? "unknown";
  return !wanted.some((name) => name === own || KINDS[name]?.includes(own));
}

/** `max_price` counts prompt and completion in US dollars per million tokens, a request in US dollars. Inclusive. */
function isTooDear({ pricing }: Endpoint, { chat }: FilterInput): boolean {
  const limits = chat.provider?.max_price;
  if (!limits) return false;
  const exceeds = (limit: string | number | null | undefined, price: string | undefined, units: number) =>
    limit !== null &&
    limit !== undefined &&
    (price === undefined || Number(price) * units > Number(limit) * (1 + 1e-12));
  return (
    exceeds(limits.prompt, pricing?.prompt, 1e6) ||
    exceeds(limits.completion, pricing?.completion, 1e6) ||
    exceeds(limits.request, pricing && (pricing.request ?? "0"), 1)
  );
}

/** An endpoint that does not say what it takes is not known to take anything. */
function lacksParameter(endpoint: Endpoint, { chat }: FilterInput): boolean {
  return chat.provider?.require_parameters === true && !takesAllParameters(chat, endpoint);
}
