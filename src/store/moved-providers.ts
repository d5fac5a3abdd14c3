import type { Catalogue, Provider } from "../catalogue/catalogue.ts";
import type { CatalogueDocument } from "../schema/catalogue.ts";
import { isolateCooldowns, isolateLimits } from "./health.ts";

interface Version {
  catalogue: Catalogue;
  document: CatalogueDocument;
}

/**
 * Forgets for how long endpoints are to be passed over whose providers are called otherwise from now on: at another
 * URL, in another format or with the key of another name. What was learnt there says nothing of them.
 */
export function forgetMovedProviders(before: Version | undefined, after: Version): void {
  if (!before) return;
  const named = [before, after].flatMap(({ document }) => Object.keys(document.providers ?? {}));
  const callOf = ({ catalogue }: Version, slug: string) => describe(catalogue.provider(slug));
  const moved = new Set(named.filter((slug) => callOf(before, slug) !== callOf(after, slug)));
  if (moved.size === 0) return;
  const isMoved = (endpointId: string) => moved.has(slugOf(endpointId));
  isolateCooldowns.forget(isMoved);
  isolateLimits.forget(isMoved);
}

function describe(provider: Provider | undefined): string {
  if (!provider) return "";
  const { api, baseUrl, auth, authHeader, headers, key } = provider;
  // A literal key is sealed anew each time that it is written: another text need not be another key.
  return JSON.stringify([api, baseUrl, auth, authHeader, headers, typeof key === "string" ? key : typeof key]);
}

/** An endpoint's id is its model's and its tag, which begins with the provider's slug. */
function slugOf(endpointId: string): string {
  return /^\S* ([^/#\s]+)/.exec(endpointId)?.[1] ?? "";
}
