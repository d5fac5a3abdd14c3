import { RouterError } from "../errors.ts";

/**
 * Any error as the contract's JSON body. What we did not throw ourselves is logged whole and answered bare: its
 * message may hold anything.
 */
export function errorResponse(error: unknown, generationId?: string): Response {
  if (!(error instanceof RouterError)) {
    console.error("unexpected error", error);
    return errorResponse(new RouterError("server", "Internal Server Error"), generationId);
  }
  const body = {
    error: toErrorObject(error),
    // An internal error keeps to itself.
    ...(error.routing && error.status !== 500 && { openrouter_metadata: error.routing }),
  };
  const headers = new Headers(error.headers);
  if (generationId !== undefined) headers.set("x-generation-id", generationId);
  if (error.retryAfterMs !== undefined) headers.set("retry-after", String(Math.ceil(error.retryAfterMs / 1000)));
  if (error.exhausted) headers.set("x-should-retry", "false");
  return Response.json(body, { status: error.status, headers });
}

/** The object that the contract puts under `error`. */
export function toErrorObject({ status, type, message, metadata }: RouterError): Record<string, unknown> {
  return { code: status, message, metadata: { error_type: type, ...metadata } };
}
