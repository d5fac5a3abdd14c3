import type { UpstreamFailure } from "../../errors.ts";
import { toFailureKind } from "../failure-kind.ts";
import { asObject, asString, type Json } from "../json.ts";
import { readRetryAfter } from "../retry-after.ts";

/** What the vendor calls a `ValidationException` though it is something else. */
const WORDINGS: { code: string; wording: RegExp }[] = [
  // "The provided model identifier is invalid."
  { code: "model_not_found", wording: /model identifier is invalid/i },
  // "Invocation of model ID … with on-demand throughput isn't supported. …"
  { code: "model_not_found", wording: /on-demand throughput/i },
  // "Output blocked by content filtering policy"
  { code: "content_filter", wording: /blocked by content filtering policy/i },
];

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
    kind: toFailureKind(status, [codeSaidIn(message), name], message),
    message,
    status,
    providerCode: name,
    raw: body,
    retryAfterMs: readRetryAfter(headers, nowMs),
  };
}

/** Reads an exception that came as an event of the stream. */
export function readException(event: string, json: Json): UpstreamFailure {
  const name = event.replace(/^error /, "");
  const message = asString(json.message) ?? asString(json.Message) ?? `The provider's stream ended with ${name}.`;
  const status = typeof json.originalStatusCode === "number" ? json.originalStatusCode : undefined;
  const raw = JSON.stringify(json);
  const kind = toFailureKind(status, [codeSaidIn(message), name], message);
  return { kind, message, status, providerCode: name, raw };
}

function codeSaidIn(message: string): string | undefined {
  return WORDINGS.find(({ wording }) => wording.test(message))?.code;
}
