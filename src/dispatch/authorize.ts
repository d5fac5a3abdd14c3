import type { Provider } from "../catalogue/catalogue.ts";
import type { AuthScheme } from "../protocols/protocol.ts";

/** The headers that carry a provider's key, as its row says or else as its wire format does. */
export function authorize(provider: Provider, scheme: AuthScheme, key: string | undefined): Record<string, string> {
  if (key === undefined) return {};
  if (provider.authHeader !== undefined) return { [provider.authHeader]: key };
  return scheme === "bearer" ? { authorization: `Bearer ${key}` } : { [scheme]: key };
}
