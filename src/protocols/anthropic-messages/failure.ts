import type { UpstreamFailure } from "../../errors.ts";
import { toFailureKind } from "../failure-kind.ts";
import { asObject, asString, type Json } from "../json.ts";
import { readRetryAfter } from "../retry-after.ts";

/** The status that the vendor documents for each error type; inside a stream only the type is there. */
const STATUS_BY_TYPE = new Map([
  ["invalid_request_error", 400],
  ["authentication_error", 401],
  ["billing_error", 402],
  ["permission_error", 403],
  ["not_found_error", 404],
  ["request_too_large", 413],
  ["rate_limit_error", 429],
  ["api_error", 500],
  ["timeout_error", 504],
  ["overloaded_error", 529],
]);

/** What the vendor says as an `invalid_request_error` though the request is not at fault. */
const WORDINGS: { code: string; wording: RegExp }[] = [
  // "Your credit balance is too low to access the Anthropic API. …"
  { code: "billing_error", wording: /credit balance is too low/i },
  // "You have reached your specified API usage limits. You will regain access on …"
  { code: "billing_error", wording: /reached your specified (\w+ )?api usage limits/i },
  // "This organization has been disabled."
  { code: "permission_error", wording: /organization has been disabled/i },
  // "Output blocked by content filtering policy"
  { code: "content_filter", wording: /blocked by content filtering policy/i },
];

/** Reads an error answer: `{type: "error", error: {type, message}, request_id}`, or any text. */
export function readFailure(status: number, headers: Headers, body: string, nowMs: number): UpstreamFailure {
  let json: Json = {};
  try {
    json = asObject(JSON.parse(body));
  } catch {
    // Not JSON: the status has to do.
  }
  const failure = readError(json, status);
  return {
    ...failure,
    message: failure.message || `The provider answered with status ${status}.`,
    status,
    raw: body,
    retryAfterMs: readRetryAfter(headers, nowMs) ?? readReset(headers, nowMs),
  };
}

/** Reads an error that came inside a stream or in a body of status 200. */
export function readStreamError(json: Json): UpstreamFailure {
  const status = STATUS_BY_TYPE.get(asString(asObject(json.error).type) ?? "");
  const failure = readError(json, status);
  return {
    ...failure,
    message: failure.message || "The provider reported an error inside its answer.",
    status,
    raw: JSON.stringify(json),
  };
}

function readError(json: Json, status: number | undefined): UpstreamFailure {
  const error = asObject(json.error);
  const message = asString(error.message) ?? asString(json.error) ?? asString(json.message) ?? "";
  const type = asString(error.type);
  const said = WORDINGS.find(({ wording }) => wording.test(message))?.code;
  return { kind: toFailureKind(status, [said, type], message), message, providerCode: type };
}

/**
 * Waiting time until the last limit that is used up is filled again, in milliseconds from `nowMs`. The vendor names
 * each limit's rest and moment of refill (RFC 3339) in headers `anthropic-ratelimit-<limit>-remaining` and `-reset`.
 */
function readReset(headers: Headers, nowMs: number): number | undefined {
  let waitMs: number | undefined;
  for (const [name, value] of headers) {
    const limit = /^(anthropic-(?:priority-|fast-)?ratelimit-.+)-remaining$/.exec(name)?.[1];
    if (limit === undefined || value.trim() !== "0") continue;
    const resetMs = Date.parse(headers.get(`${limit}-reset`) ?? "");
    if (!Number.isNaN(resetMs)) waitMs = Math.max(waitMs ?? 0, resetMs - nowMs);
  }
  return waitMs;
}
