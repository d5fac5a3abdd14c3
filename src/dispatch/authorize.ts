import type { Provider } from "../catalogue/catalogue.ts";
import type { UpstreamFailure } from "../errors.ts";
import type { AuthScheme } from "../schema/catalogue.ts";
import { signForAws } from "./aws-signature.ts";
import { googleToken, readServiceAccount } from "./google-token.ts";
import { postForm } from "./upstream.ts";

/** What an upstream call will send; some schemes sign it. */
export interface UnsignedCall {
  path: string;
  body: string;
  /** Ends an exchange of keys that takes too long. */
  signal: AbortSignal;
}

/** Headers that carry a key, or why there are none. */
export type Authorization = { headers: Record<string, string> } | { failure: UpstreamFailure };

/**
 * The headers that carry a provider's key: as its row says, or else as its wire format does. A Google service
 * account's JSON is exchanged for a token wherever it stands.
 */
export async function authorize(
  provider: Provider,
  formatScheme: AuthScheme,
  key: string | undefined,
  call: UnsignedCall,
): Promise<Authorization> {
  if (key === undefined) return { headers: {} };
  if (provider.authHeader !== undefined) return { headers: { [provider.authHeader]: key } };
  const scheme = provider.auth ?? formatScheme;
  if (scheme === "google-service-account" || readServiceAccount(key)) return exchangeForToken(key, call.signal);
  if (scheme === "aws-sigv4") return { headers: await signForAws(provider.baseUrl + call.path, call.body, key) };
  return { headers: scheme === "bearer" ? { authorization: `Bearer ${key}` } : { [scheme]: key } };
}

async function exchangeForToken(key: string, signal: AbortSignal): Promise<Authorization> {
  // A function of this call: exchanges must not be shared between requests.
  const result = await googleToken(key, (url, form) => postForm(url, form, signal), Date.now());
  return "failure" in result ? result : { headers: { authorization: `Bearer ${result.token}` } };
}
