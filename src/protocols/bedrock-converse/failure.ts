import type { UpstreamFailure } from "../../errors.ts";
import { toFailureKind } from "../failure-kind.ts";
import { asObject, asString, type Json } from "../json.ts";
import { readRetryAfter } from "../retry-after.ts";

/**
 * Reads an error answer: `{message}` (or `{Message}`), with the exception's name in `x-amzn-errortype`, which may
 * have a URL behind a colon.
 */
export function readFailure(status: number, headers: Headers, body: string, nowMs: number): UpstreamFailure {
  let json: Json = {};
  try {
    json = asObject(JSON.parse(body));
  } catch {
    // Not JSON: the status says enough.
  }
  const name = headers.get("x-amzn-errortype")?.split(":")[0] ?? asString(json.__type)?.split("#").at(-1);
  const message = asString(json.message) ?? asString(json.Message) ?? `The provider answered with status ${status}.`;
  return {
    kind: toFailureKind(status, [name], message),
    message,
    status,
    providerCode: name,
    raw: body,
    retryAfterMs: readRetryAfter(headers, nowMs),
  };
}

/** Reads an exception that came as an event of the stream. */
export function readException(event: string, json: Json): UpstreamFailure {
  const message = asString(json.message) ?? asString(json.Message) ?? `The provider's stream ended with ${event}.`;
  const status = typeof json.originalStatusCode === "number" ? json.originalStatusCode : undefined;
  const raw = JSON.stringify(json);
  return { kind: toFailureKind(status, [event], message), message, status, providerCode: event, raw };
}
