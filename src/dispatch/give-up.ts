import { ERROR_STATUS, type ErrorType, type FailureKind, RouterError, type UpstreamFailure } from "../errors.ts";
import type { Plan } from "../routing/plan.ts";
import type { WireError } from "../stream/encode.ts";
import type { Attempt } from "./attempt.ts";

/** A failed attempt and why. */
export interface FailedAttempt {
  attempt: Attempt;
  failure: UpstreamFailure;
}

/** As much of one as its error tells. */
interface FailedCall {
  attempt: Pick<Attempt, "endpoint">;
  failure: UpstreamFailure;
}

/**
 * What a client is told when an attempt of this kind was the last. The operator's key and the operator's catalogue
 * are never the client's fault, and a 5xx is only for what another try may cure.
 */
const LAST_WORDS: Record<FailureKind, { type: ErrorType; status?: number }> = {
  rate_limited: { type: "rate_limit_exceeded" },
  overloaded: { type: "provider_unavailable" },
  timed_out: { type: "timeout" },
  unreachable: { type: "provider_unavailable" },
  unauthorized: { type: "provider_unavailable" },
  not_found: { type: "not_found" },
  context_exceeded: { type: "context_length_exceeded" },
  rejected: { type: "invalid_request" },
  moderated: { type: "content_policy_violation", status: 403 },
  empty: { type: "provider_unavailable" },
  malformed: { type: "provider_unavailable" },
  interrupted: { type: "provider_unavailable" },
};

/** How an upstream words its refusal of the operator's key is nobody else's business. */
const KEY_REFUSED = "The provider refused the key, or the credit, of this router's operator.";

const TEAM_KEY_REFUSED = "The provider refused the team's own key, or its credit.";

/** A refused key is not quoted: some vendors repeat a part of it. */
function keyRefused({ endpoint }: Pick<Attempt, "endpoint">): string {
  return endpoint.teamKey ? TEAM_KEY_REFUSED : KEY_REFUSED;
}

/** Statuses of an upstream that say that it is alive but has too much to do. */
const BUSY_STATUSES = new Set([503, 529]);

/** The error of a walk in which every candidate failed: that of the last one, with the whole walk in its metadata. */
export function giveUp(failures: FailedCall[]): RouterError {
  const last = failures.at(-1);
  if (!last) throw new Error("a walk without attempts cannot be given up");
  const waits = failures.map(({ failure }) => failure.retryAfterMs).filter((wait) => wait !== undefined);
  const retryAfterMs = waits.length > 0 ? Math.min(...waits) : undefined;
  const { type, status, message, metadata } = describe(last.failure, last.attempt);
  // A stream that has begun can show no header.
  if (retryAfterMs !== undefined) metadata.retry_after = Math.ceil(retryAfterMs / 1000);
  if (failures.length > 1) metadata.previous_errors = failures.slice(0, -1).map(toPreviousError);
  return new RouterError(type, message, { status, metadata, retryAfterMs, exhausted: true });
}

/** Between plan and attempt every candidate was taken by another request as a probe, or asked to be left alone. */
export function allBusy(): RouterError {
  const message = "No provider that may serve this request can be asked right now. Try again in a moment.";
  return new RouterError("provider_overloaded", message, { retryAfterMs: 1_000 });
}

/** A failure after the first token, as it stands in the stream. */
export function toWireError(failure: UpstreamFailure, attempt: Attempt): WireError {
  const { status, message, metadata } = describe(failure, attempt);
  return { code: status, message, metadata };
}

/** Nobody will read it. */
export function clientLeft(): RouterError {
  return new RouterError("invalid_request", "The client has left.", { status: 499 });
}

/** An error that takes the place of the rest of an answer, as it stands in the stream. */
export function toRefusal(cause: unknown): WireError {
  const error = cause instanceof RouterError ? cause : new RouterError("server", "Internal Server Error");
  if (error !== cause) console.error("unexpected error", cause);
  return { code: error.status, message: error.message, metadata: { error_type: error.type, ...error.metadata } };
}

/**
 * The answer of a request whose candidates all cool down: what the one said last that is back first, and when that is.
 * Undefined where none of them has said anything: their limits alone are known.
 */
export function coldAnswer({ candidates, excluded }: Plan, nowMs: number): RouterError | undefined {
  if (candidates.length > 0 || excluded.some(({ shut }) => shut !== undefined)) return undefined;
  const colds = excluded.flatMap(({ endpoint, cold }) => (cold ? { endpoint, cold } : []));
  const [first] = colds.sort((a, b) => a.cold.untilMs - b.cold.untilMs);
  if (!first?.cold.failure) return undefined;
  const retryAfterMs = Math.max(1, first.cold.untilMs - nowMs);
  const { type, status, message, metadata } = describe(first.cold.failure, first);
  Object.assign(metadata, { retry_after: Math.ceil(retryAfterMs / 1000), failed_routing_step: "Filter by Cooldown" });
  return new RouterError(type, message, { status, metadata, retryAfterMs, exhausted: true });
}

function describe(failure: UpstreamFailure, attempt: Pick<Attempt, "endpoint">) {
  const isBusy = failure.kind === "overloaded" && BUSY_STATUSES.has(failure.status ?? 0);
  const type = isBusy ? "provider_overloaded" : LAST_WORDS[failure.kind].type;
  const status = LAST_WORDS[failure.kind].status ?? ERROR_STATUS[type];
  const metadata: Record<string, unknown> = {
    error_type: type,
    provider_name: attempt.endpoint.provider.name,
    raw: failure.kind === "unauthorized" ? keyRefused(attempt) : (failure.raw ?? failure.message),
    is_byok: attempt.endpoint.byok !== undefined,
  };
  if (failure.providerCode !== undefined) metadata.provider_code = failure.providerCode;
  if (failure.retryAfterMs !== undefined) metadata.retry_after = Math.ceil(failure.retryAfterMs / 1000);
  return { type, status, message: failure.raw === undefined ? failure.message : "Provider returned error", metadata };
}

function toPreviousError({ failure, attempt }: FailedCall): Record<string, unknown> {
  const { status, message, metadata } = describe(failure, attempt);
  const { provider_name, raw, retry_after } = metadata;
  const wait = retry_after === undefined ? {} : { retry_after };
  return { code: status, message, provider_name, raw, ...wait, tag: attempt.endpoint.tag };
}
