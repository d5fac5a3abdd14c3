import type { Provider } from "../catalogue/catalogue.ts";
import type { AuthScheme } from "../protocols/protocol.ts";
import { signForAws } from "./aws-signature.ts";

/** What an upstream call will send; some schemes sign it. */
export interface UnsignedCall {
  path: string;
  body: string;
}

/** The headers that carry a provider's key, as its row says or else as its wire format does. */
export async function authorize(
  provider: Provider,
  scheme: AuthScheme,
  key: string | undefined,
  call: UnsignedCall,
): Promise<Record<string, string>> {
  if (key === undefined) return {};
  if (provider.authHeader !== undefined) return { [provider.authHeader]: key };
  switch (scheme) {
    case "aws-sigv4":
      return signForAws(provider.baseUrl + call.path, call.body, key);
    case "bearer":
      return { authorization: `Bearer ${key}` };
    default:
      return { [scheme]: key };
  }
}
