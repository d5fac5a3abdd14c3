import { type Endpoint, TIER_SUFFIX } from "../catalogue/catalogue.ts";

/** Whether an endpoint is of a service tier: those serve only requests that ask for them. */
export function isTierEndpoint(endpoint: Endpoint): boolean {
  return tierOf(endpoint) !== undefined;
}

/** The service tier that an endpoint is of, as `service_tier` names it; undefined for the usual one. */
export function tierOf({ tag }: Endpoint): "priority" | "flex" | undefined {
  const suffix = TIER_SUFFIX.exec(tag)?.[1];
  return suffix === "priority" || suffix === "flex" ? suffix : undefined;
}

/** Whether an endpoint is of the service tier that a request asks for; `fast` is another word for `priority`. */
export function isOfTier(endpoint: Endpoint, tier: string | null | undefined): boolean {
  const own = tierOf(endpoint);
  return own !== undefined && own === (tier === "fast" ? "priority" : tier);
}

/**
 * Whether a name of `order`, `only` or `ignore` means this endpoint. A tag means itself; a provider's slug or display
 * name means all its endpoints but those of a service tier.
 */
export function namesEndpoint(name: string, endpoint: Endpoint): boolean {
  const wanted = name.toLowerCase();
  if (wanted === endpoint.tag) return true;
  const { slug, name: displayName } = endpoint.provider;
  return (wanted === slug || wanted === displayName.toLowerCase()) && !isTierEndpoint(endpoint);
}

/** Whether any of the names means this endpoint. */
export function isNamed(names: readonly string[] | null | undefined, endpoint: Endpoint): boolean {
  return names?.some((name) => namesEndpoint(name, endpoint)) ?? false;
}
