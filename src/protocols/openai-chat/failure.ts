import type { UpstreamFailure } from "../../errors.ts";
import { toFailureKind } from "../failure-kind.ts";
import { asObject, asString, type Json } from "../json.ts";
import { readRetryAfter, readWaitInWords } from "../retry-after.ts";

/**
 * Reads an error answer: `{error: {message, type, code}}` of OpenAI and most others, `{error: "…"}`,
 * `{message, code}` (Mistral, DeepInfra), `{detail}` (FastAPI servers), or any text.
 */
export function readFailure(status: number, headers: Headers, body: string, nowMs: number): UpstreamFailure {
  const failure = readError(parseBody(body), status);
  return {
    ...failure,
    message: failure.message || `The provider answered with status ${status}.`,
    status,
    raw: body,
    retryAfterMs: readRetryAfter(headers, nowMs) ?? failure.retryAfterMs,
  };
}

/** Reads an error that came inside a stream or in a body of status 200. */
export function readStreamError(json: Json): UpstreamFailure {
  const error = asObject(json.error);
  const named = [error.status_code, error.code, error.status, json.status_code].find(isStatus);
  const failure = readError(json, named);
  return {
    ...failure,
    message: failure.message || "The provider reported an error inside its answer.",
    status: named,
    raw: JSON.stringify(json),
  };
}

/** An error body as an object: some send it in an array (Google), some send plain text. */
function parseBody(body: string): Json {
  try {
    const json: unknown = JSON.parse(body);
    return asObject(Array.isArray(json) ? json[0] : typeof json === "string" ? { message: json } : json);
  } catch {
    return { message: body };
  }
}

function readError(json: Json, status: number | undefined): UpstreamFailure {
  const error = asObject(json.error);
  const text = asString(json.error) ?? asString(error.message) ?? asString(json.message) ?? asString(json.detail) ?? "";
  const codes = [error.code, error.type, asObject(error.innererror).code, json.code, json.type].map(asString);
  // A router upstream quotes its own upstream: that is where the wording is.
  const quoted = asString(asObject(error.metadata).raw) ?? "";
  const kind = toFailureKind(status, codes, `${text} ${quoted}`);
  return {
    kind,
    message: text,
    // Elsewhere "try again in a minute" is a manner of speaking.
    ...(kind === "rate_limited" && { retryAfterMs: readWaitInWords(text) ?? readWaitInWords(quoted) }),
    providerCode: codes.find((code) => code !== undefined),
  };
}

function isStatus(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 400 && value < 600;
}
