import { RouterError } from "../errors.ts";

/** A check that was asked for could not be run: 502, fail closed. The message must not quote what was checked. */
export function checkFailure(message: string, cause?: unknown): RouterError {
  return new RouterError("guardrail_failure", message, { cause });
}

/**
 * Why a judge gave nothing. What is not its failure stays as it is: the budget or the rate of the key stands in the way,
 * or nobody waits any more.
 */
export function judgeFailure(message: string, cause: unknown): RouterError {
  return cause instanceof RouterError && isOfCaller(cause) ? cause : checkFailure(message, cause);
}

function isOfCaller({ type, status, metadata }: RouterError): boolean {
  return type === "payment_required" || status === 499 || "limit_source" in metadata;
}
