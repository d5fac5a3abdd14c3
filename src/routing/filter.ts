import type { Endpoint } from "../catalogue/catalogue.ts";
import type { ChatRequest, ProviderPreferences } from "../schema/chat.ts";
import { isNamed, isOfTier, isTierEndpoint } from "./slug.ts";

/** Why an endpoint is not a candidate. The first reason that holds, in the order of the filters. */
export type ExclusionReason =
  /** The operator has given no key for its provider. */
  | "provider_not_configured"
  /** `only` is given and does not name it. */
  | "not_allowed"
  /** `ignore` names it. */
  | "ignored"
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
