/**
 * What can go wrong, on one page.
 *
 * A *failure* is why one attempt gave nothing: a value that the attempt loop looks at.
 * An *error* is what ends the client's request: thrown, rendered once in `http/error-response.ts`.
 */

/** The closed set of ways in which an attempt can fail; every protocol maps its own words to these. */
export type FailureKind =
  /** 429, or an upstream that says in its own words that a quota is used up for now. */
  | "rate_limited"
  /** 5xx, 529, or an overload reported inside a started stream. */
  | "overloaded"
  /** No first token, no further content, or no end, in time. */
  | "timed_out"
  /** The connection could not be made or was reset before an answer. */
  | "unreachable"
  /** 401, 402, 403: the operator's key or credit at this provider, never the client's. */
  | "unauthorized"
  /** 404: the catalogue names a model that this provider does not serve. */
  | "not_found"
  /** The prompt does not fit, in whichever words the vendor says so. */
  | "context_exceeded"
  /** The provider refused the content. */
  | "moderated"
  /** Any other 4xx: the provider does not take this request. */
  | "rejected"
  /** A well-formed answer with nothing in it. */
  | "empty"
  /** An answer that does not follow the protocol. */
  | "malformed"
  /** The stream ended, or its connection died, before its terminal event. */
  | "interrupted";

/** One attempt's failure. Safe to log; what of it a client sees is decided in `dispatch/give-up.ts`. */
export interface UpstreamFailure {
  kind: FailureKind;
  /** What happened, in a sentence; may quote the upstream. */
  message: string;
  /** The connection was lost before an answer: the same endpoint may well answer on the next one. */
  isReset?: boolean;
  /** HTTP status of the upstream, or the status that it names inside a stream. */
  status?: number | undefined;
  /** The upstream's own error code or type. */
  providerCode?: string | undefined;
  /** The upstream's error body as it came, shortened; goes through `redact` before it leaves. */
  raw?: string | undefined;
  /** How long the upstream asks to wait, in milliseconds from when the failure was read; never negative. */
  retryAfterMs?: number | undefined;
}

/** `error_type` of the wire contract and the HTTP status that belongs to it. */
export const ERROR_STATUS = {
  context_length_exceeded: 400,
  max_tokens_exceeded: 400,
  invalid_request: 400,
  invalid_prompt: 400,
  /** What was asked for needs a model that the operator has not named. */
  not_configured: 400,
  content_policy_violation: 400,
  authentication: 401,
  payment_required: 402,
  permission_denied: 403,
  not_found: 404,
  timeout: 504,
  conflict: 409,
  payload_too_large: 413,
  unsupported_media_type: 415,
  unprocessable: 422,
  rate_limit_exceeded: 429,
  server: 500,
  provider_unavailable: 502,
  /** A check of the prompt or the answer could not be run. */
  guardrail_failure: 502,
  provider_overloaded: 503,
  unavailable: 503,
} as const satisfies Record<string, number>;

export type ErrorType = keyof typeof ERROR_STATUS;

export interface RouterErrorOptions {
  /** Replaces the status that belongs to the type, e.g. 403 for a moderated prompt. */
  status?: number;
  /** Published as `error.metadata` beside `error_type`; must be safe to show. */
  metadata?: Record<string, unknown>;
  /** Further headers of the answer. */
  headers?: Record<string, string>;
  /** Rendered as `Retry-After` (seconds, rounded up). */
  retryAfterMs?: number | undefined;
  /** Tells clients that retry by themselves not to: we have tried every candidate. */
  exhausted?: boolean;
  /** It names a model, alias or router that is not there for its key; some dialects have a status of its own for that. */
  isUnknownModel?: boolean;
  /** Kept for the log, never shown. */
  cause?: unknown;
}

/** Ends the client's request with a status and a message that says what to do about it. */
export class RouterError extends Error {
  readonly type: ErrorType;
  readonly status: number;
  readonly metadata: Record<string, unknown>;
  readonly retryAfterMs: number | undefined;
  readonly exhausted: boolean;
  readonly isUnknownModel: boolean;
  readonly headers: Record<string, string>;
  /** How the request was routed, for a client that asked; published beside the error. */
  routing?: Record<string, unknown>;

  constructor(type: ErrorType, message: string, options: RouterErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.name = "RouterError";
    this.type = type;
    this.status = options.status ?? ERROR_STATUS[type];
    this.metadata = options.metadata ?? {};
    this.retryAfterMs = options.retryAfterMs;
    this.exhausted = options.exhausted ?? false;
    this.isUnknownModel = options.isUnknownModel ?? false;
    this.headers = options.headers ?? {};
  }
}

/** A 400 that names the field: `path` in dotted form (`messages.0.role`), empty for the whole body. */
export function invalidField(path: string, problem: string): RouterError {
  const message = path === "" ? problem : `${path}: ${problem}`;
  return new RouterError("invalid_request", message, path === "" ? {} : { metadata: { field: path } });
}

/** Room for a store to come back. */
const STORE_RETRY_MS = 1_000;

/** What a store gives. A store that does not answer is a 503 with a hint, whatever it says; our own errors pass. */
export async function fromStore<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof RouterError) throw cause;
    console.error(`${name} does not answer`, String(cause));
    const message = `The ${name} does not answer. Try again in a moment.`;
    throw new RouterError("unavailable", message, { retryAfterMs: STORE_RETRY_MS, cause });
  }
}
