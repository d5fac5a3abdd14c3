import type { WireError } from "./wire.ts";

/** A refusal before anything is answered: a status and an error body. */
export interface Refusal extends WireError {
  status: number;
  headers?: Record<string, string>;
}

/** The models that refuse whatever is asked. */
export const REFUSALS: Record<string, Refusal> = {
  "fault-400": {
    status: 400,
    type: "invalid_request_error",
    code: null,
    message: "This demo model takes no request at all.",
  },
  "fault-401": {
    status: 401,
    type: "authentication_error",
    code: "invalid_api_key",
    message: "This demo model does not accept the key.",
  },
  "fault-402": {
    status: 402,
    type: "insufficient_quota",
    code: "insufficient_quota",
    message: "This demo model wants to be paid first.",
  },
  "fault-403": {
    status: 403,
    type: "invalid_request_error",
    code: "content_policy_violation",
    message: "This demo model does not talk about that.",
  },
  "fault-404": {
    status: 404,
    type: "invalid_request_error",
    code: "model_not_found",
    message: "This demo model does not exist, on purpose.",
  },
  "fault-408": {
    status: 408,
    type: "timeout_error",
    code: null,
    message: "This demo model has waited too long for the request.",
  },
  "fault-413": {
    status: 413,
    type: "request_too_large",
    code: null,
    message: "This demo model finds every request too large.",
  },
  "fault-429": {
    status: 429,
    type: "rate_limit_error",
    code: "rate_limit_exceeded",
    message: "This demo model has had enough requests for now.",
    headers: { "retry-after": "2" },
  },
  "fault-500": { status: 500, type: "server_error", code: null, message: "This demo model fell over." },
  "fault-503": { status: 503, type: "server_error", code: "overloaded", message: "This demo model is overloaded." },
  "fault-529": {
    status: 529,
    type: "overloaded_error",
    code: null,
    message: "This demo model is overloaded, and has a status of its own for it.",
  },
  "fault-context": {
    status: 400,
    type: "invalid_request_error",
    code: "context_length_exceeded",
    message: "The prompt does not fit: the maximum context length of this demo model is 0 tokens.",
  },
  "fault-redirect": {
    status: 307,
    type: "moved",
    code: null,
    message: "This demo model has moved to where nobody should follow.",
    headers: { location: "https://elsewhere.invalid/v1/chat/completions" },
  },
};
