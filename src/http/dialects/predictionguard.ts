import type { RouterError } from "../../errors.ts";
import { type Dialect, findingOf, toRouterError } from "./dialect.ts";

/** Errors are one string. */
export function predictionguard(requestId: string): Dialect {
  const toErrorEvent = (error: RouterError) => ({ error: messageOf(error) });
  return {
    name: "predictionguard",
    requestId,
    maxStops: 16,
    needsModel: true,
    toError: (error) => ({ status: statusOf(error), body: toErrorEvent(error) }),
    toErrorEvent,
    style: ({ stream_options }) => ({
      id: `chat-${crypto.randomUUID()}`,
      streamUsage: stream_options?.include_usage ? "apart" : "none",
      hasGeneratedText: true,
      toErrorEvent: (error) => toErrorEvent(toRouterError(error)),
    }),
  };
}

function messageOf(error: RouterError): string {
  return findingOf(error)?.phrase ?? error.message;
}

function statusOf(error: RouterError): number {
  if (error.isUnknownModel) return 404;
  return findingOf(error) ? 400 : error.status;
}
