import type { Provider } from "../catalogue/catalogue.ts";
import { DEMO_SLUG } from "../demo/catalogue.ts";
import { demoFetch } from "../demo/demo.ts";

/** Names this router to providers, as their terms ask. */
const USER_AGENT = "Pointsman/0.1";

/**
 * The only place that calls an upstream. URL, headers and key come from the operator's catalogue alone, the key goes
 * to that URL's host alone: redirects are not followed.
 */
export function callUpstream(
  provider: Provider,
  request: { path: string; body: string; key: string | undefined; isStream: boolean },
  signal: AbortSignal,
): Promise<Response> {
  const init = {
    method: "POST",
    headers: upstreamHeaders(provider, request.key, request.isStream),
    body: request.body,
    signal,
  };
  const url = provider.baseUrl + request.path;
  if (provider.slug === DEMO_SLUG) return demoFetch(new URL(url), init);
  return fetch(url, { ...init, redirect: "manual" });
}

function upstreamHeaders(provider: Provider, key: string | undefined, isStream: boolean): Record<string, string> {
  const headers: Record<string, string> = {
    "content-type": "application/json",
    accept: isStream ? "text/event-stream" : "application/json",
    "user-agent": USER_AGENT,
    ...provider.headers,
  };
  if (key === undefined) return headers;
  if (provider.authHeader === undefined) headers.authorization = `Bearer ${key}`;
  else headers[provider.authHeader] = key;
  return headers;
}
