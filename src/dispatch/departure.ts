import type { Endpoint } from "../catalogue/catalogue.ts";

/** The platform ends what a request still does 30 s after its client has left. */
const DRAIN_MS = 25_000;

/**
 * How long an answer is read on whose client has left, in milliseconds. Most providers stop when the connection is
 * closed, and bill what they gave; for one that goes on and bills all, the operator may want to know what it was.
 * `outlivesClient`: this request runs where a departed client ends nothing.
 */
export function readOutTime({ provider }: Endpoint, outlivesClient: boolean): number {
  const policy = provider.row.on_disconnect ?? "cancel";
  if (policy === "cancel") return 0;
  return policy === "durable" && outlivesClient ? Infinity : DRAIN_MS;
}
