import { RouterError } from "../errors.ts";

/** A check that was asked for could not be run: 502, fail closed. The message must not quote what was checked. */
export function checkFailure(message: string, cause?: unknown): RouterError {
  return new RouterError("guardrail_failure", message, { cause });
}
