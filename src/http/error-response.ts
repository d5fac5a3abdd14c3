import { RouterError } from "../errors.ts";
import type { Dialect, Rendered } from "./dialects/dialect.ts";
import { REQUEST_ID_HEADER } from "./request-id.ts";

/**
 * Any error as the JSON body of its client's dialect, by default the contract's. What we did not throw ourselves is logged whole and answered bare: its
 * message may hold anything.
 */
export function errorResponse(error: unknown, generationId?: string, dialect?: Dialect): Response {
  if (!(error instanceof RouterError)) {
    console.error("unexpected error", error);
    return errorResponse(new RouterError("server", "Internal Server Error"), generationId, dialect);
  }
  const { status, body } = dialect ? dialect.toError(error) : renderByContract(error);
  const headers = new Headers(error.headers);
  if (dialect) headers.set(REQUEST_ID_HEADER, dialect.requestId);
  if (generationId !== undefined) headers.set("x-generation-id", generationId);
  if (error.retryAfterMs !== undefined) headers.set("retry-after", String(Math.ceil(error.retryAfterMs / 1000)));
  if (error.exhausted) headers.set("x-should-retry", "false");
  return Response.json(body, { status, headers });
}

function renderByContract(error: RouterError): Rendered {
  // An internal error keeps to itself.
  const routing = error.routing && error.status !== 500 && { openrouter_metadata: error.routing };
  return { status: error.status, body: { error: toErrorObject(error), ...routing } };
}

/** The object that the contract puts under `error`. */
export function toErrorObject({ status, type, message, metadata }: RouterError): Record<string, unknown> {
  return { code: status, message, metadata: { error_type: type, ...metadata } };
}
