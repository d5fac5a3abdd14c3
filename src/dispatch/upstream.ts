import type { Provider } from "../catalogue/catalogue.ts";
import { DEMO_SLUG } from "../demo/catalogue.ts";
import type { DemoInit } from "../demo/demo.ts";
import { LOCAL_SLUG } from "../local/catalogue.ts";

/** Names this router to providers, as their terms ask. */
const USER_AGENT = "Pointsman/0.1";

/** How many routers of this kind a request has passed; a provider whose URL leads back here is noticed by it. */
export const HOPS_HEADER = "x-pointsman-hops";

/** A call that is ready but for the provider's own URL and headers. */
export interface UpstreamCall {
  /** Appended to the provider's base URL. */
  path: string;
  body: string;
  /** Those of the wire format and those that carry the key. */
  headers: Record<string, string>;
  /** Routers of this kind on the way so far. */
  hops: number;
}

/**
 * The only place that calls an upstream. URL, headers and key come from the operator's catalogue alone, the key goes
 * to that URL's host alone: redirects are not followed.
 */
export function callUpstream(provider: Provider, call: UpstreamCall, signal: AbortSignal): Promise<Response> {
  const headers = headersFor(provider, { "content-type": "application/json" }, call.headers);
  headers[HOPS_HEADER] = String(call.hops + 1);
  const init = { method: "POST", headers, body: call.body, signal };
  const url = provider.baseUrl + call.path;
  if (provider.slug === DEMO_SLUG) return askDemo(new URL(url), init);
  if (provider.slug === LOCAL_SLUG) return askHere(new URL(url), init);
  return fetch(url, { ...init, redirect: "manual" });
}

/** Asks a provider for something else than an answer, under the same rules. */
export function askUpstream(
  provider: Provider,
  path: string,
  authorization: Record<string, string>,
  signal: AbortSignal,
): Promise<Response> {
  const headers = headersFor(provider, { accept: "application/json" }, authorization);
  return fetch(provider.baseUrl + path, { headers, signal, redirect: "manual" });
}

function headersFor(provider: Provider, format: Record<string, string>, own: Record<string, string>) {
  const headers: Record<string, string> = { ...format, "user-agent": USER_AGENT };
  // One name each, whatever its letters: two that differ in them would go out as one, with both values.
  for (const added of [own, provider.headers])
    for (const name in added) headers[name.toLowerCase()] = added[name] ?? "";
  return headers;
}

async function askHere(url: URL, init: { body: string }): Promise<Response> {
  const { localFetch } = await import("../local/local.ts");
  return localFetch(url, init);
}

async function askDemo(url: URL, init: DemoInit): Promise<Response> {
  const { demoFetch } = await import("../demo/demo.ts");
  return demoFetch(url, init);
}

/** Posts a form to a token server, whose address the caller has checked. */
export function postForm(url: string, form: URLSearchParams, signal: AbortSignal): Promise<Response> {
  return fetch(url, { method: "POST", body: form, headers: { "user-agent": USER_AGENT }, redirect: "manual", signal });
}
