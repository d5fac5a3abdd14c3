import type { UpstreamFailure } from "../../errors.ts";
import { toFailureKind } from "../failure-kind.ts";
import { asArray, asObject, asString, type Json } from "../json.ts";
import { readRetryAfter } from "../retry-after.ts";

/**
 * Reads an error answer: `{error: {code, message, status, details}}` as all of Google's APIs have it, alone or in an
 * array, as a stream's error comes. The details hold a finer `reason`, and how long to wait.
 */
export function readFailure(status: number, headers: Headers, body: string, nowMs: number): UpstreamFailure {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    // Not JSON: a proxy's page. Its status says enough.
  }
  const failure = readError(firstObject(json), status);
  const { message, retryAfterMs } = failure;
  return {
    ...failure,
    message: message || `The provider answered with status ${status}.`,
    status,
    raw: body,
    retryAfterMs: readRetryAfter(headers, nowMs) ?? retryAfterMs,
  };
}

/** Reads an error that came inside a stream or in a body of status 200. */
export function readStreamError(json: Json): UpstreamFailure {
  const { code } = asObject(json.error);
  const status = isStatus(code) ? code : undefined;
  const failure = readError(json, status);
  return {
    ...failure,
    message: failure.message || "The provider reported an error inside its answer.",
    status,
    raw: quote(json),
  };
}

/** A prompt that the vendor did not let through to the model. */
export function readBlock(json: Json): UpstreamFailure | undefined {
  const feedback = asObject(json.promptFeedback);
  const reason = asString(feedback.blockReason);
  if (!reason) return undefined;
  const message = asString(feedback.blockReasonMessage) || `The provider blocked the prompt: ${reason}.`;
  return { kind: "moderated", message, providerCode: reason, raw: quote(json) };
}

/** JSON as text, for an operator's eyes. */
function quote(json: Json): string | undefined {
  try {
    return JSON.stringify(json);
  } catch {
    // Nested deeper than can be written.
    return undefined;
  }
}

function readError(json: Json, status: number | undefined): UpstreamFailure {
  const error = asObject(json.error);
  const message = asString(error.message) ?? asString(json.error) ?? asString(json.message) ?? "";
  const details = asArray(error.details).map(asObject);
  const reason = details.map((detail) => asString(detail.reason)).find((word) => word !== undefined);
  const codes = [reason, asString(error.status)];
  return {
    kind: toFailureKind(status, codes, message),
    message,
    providerCode: codes.find((code) => code !== undefined),
    retryAfterMs: readDelay(details, message),
  };
}

/** The wait of a `RetryInfo` detail, a duration such as `17s` or `0.5s`; else the one that the message names. */
function readDelay(details: Json[], message: string): number | undefined {
  for (const { retryDelay } of details) {
    const seconds = /^(\d+(?:\.\d+)?)s$/.exec(asString(retryDelay) ?? "")?.[1];
    if (seconds !== undefined) return Math.round(Number(seconds) * 1000);
  }
  const [, wait, unit] = /retry in (\d+(?:\.\d+)?)(ms|s)\b/i.exec(message) ?? [];
  return wait === undefined ? undefined : Math.round(Number(wait) * (unit === "ms" ? 1 : 1000));
}

function firstObject(json: unknown): Json {
  return asObject(Array.isArray(json) ? json[0] : json);
}

function isStatus(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 400 && value < 600;
}
