import type { FailureKind } from "../errors.ts";
import { saysContextExceeded } from "./context-exceeded.ts";

/** Error codes and types that say more than their status does, lower-cased; vendors share most of them. */
const KINDS_BY_CODE = new Map(
  Object.entries<FailureKind>({
    context_length_exceeded: "context_exceeded",
    rate_limit_exceeded: "rate_limited",
    rate_limit_error: "rate_limited",
    too_many_requests: "rate_limited",
    resource_exhausted: "rate_limited",
    overloaded_error: "overloaded",
    overloaded: "overloaded",
    server_error: "overloaded",
    internal_server_error: "overloaded",
    service_unavailable: "overloaded",
    timeout_error: "timed_out",
    unavailable: "overloaded",
    internal: "overloaded",
    aborted: "overloaded",
    cancelled: "overloaded",
    deadline_exceeded: "timed_out",
    invalid_api_key: "unauthorized",
    authentication_error: "unauthorized",
    permission_error: "unauthorized",
    billing_error: "unauthorized",
    unauthenticated: "unauthorized",
    permission_denied: "unauthorized",
    api_key_invalid: "unauthorized",
    // Google: no service in the country from which it was called, or no billing account.
    failed_precondition: "unauthorized",
    // AWS, as the names of its exceptions
    throttlingexception: "rate_limited",
    servicequotaexceededexception: "rate_limited",
    serviceunavailableexception: "overloaded",
    internalserverexception: "overloaded",
    modelnotreadyexception: "overloaded",
    modelstreamerrorexception: "overloaded",
    modelerrorexception: "overloaded",
    modeltimeoutexception: "timed_out",
    accessdeniedexception: "unauthorized",
    unrecognizedclientexception: "unauthorized",
    expiredtokenexception: "unauthorized",
    invalidsignatureexception: "unauthorized",
    resourcenotfoundexception: "not_found",
    validationexception: "rejected",
    model_not_found: "not_found",
    // Mistral
    invalid_model: "not_found",
    // OpenAI, inside a stream: there is no status beside it
    insufficient_quota: "unauthorized",
    not_found_error: "not_found",
    not_found: "not_found",
    content_filter: "moderated",
    content_policy_violation: "moderated",
    responsibleaipolicyviolation: "moderated",
  }),
);

/**
 * The kind of failure that a status, the upstream's codes and its message make together. The wording decides about
 * context length, then the code, then the status. A failure inside a started stream has no status of its own.
 */
export function toFailureKind(status: number | undefined, codes: (string | undefined)[], message: string): FailureKind {
  const isRequestFault = status === undefined || status === 200 || status === 400 || status === 413 || status === 422;
  if (isRequestFault && saysContextExceeded(`${codes.join(" ")} ${message}`)) return "context_exceeded";
  if (status === 429) return "rate_limited";
  for (const code of codes) {
    const kind = KINDS_BY_CODE.get(code?.toLowerCase() ?? "");
    if (kind) return kind;
  }
  return status === undefined ? "overloaded" : kindOfStatus(status);
}

function kindOfStatus(status: number): FailureKind {
  if (status === 401 || status === 402 || status === 403) return "unauthorized";
  if (status === 404) return "not_found";
  if (status === 408) return "timed_out";
  if (status === 451) return "moderated";
  if (status >= 300 && status < 400) return "malformed";
  if (status >= 400 && status < 500) return "rejected";
  return "overloaded";
}
