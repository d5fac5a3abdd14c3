import type { Plan } from "../../routing/plan.ts";
import { sendOnErrand } from "../../store/errands.ts";
import type { AppContext } from "../env.ts";

/**
 * Whether a request must be able to outlive its client: one of those that may answer it is to be read to its end. What
 * is under way cannot be handed over later, so this is decided before anything is sent.
 */
export function mustOutliveClient({ candidates }: Plan): boolean {
  return candidates.some(({ endpoint }) => endpoint.provider.row.on_disconnect === "durable");
}

/** Has the request run in an object of its own, which goes on when the client leaves. */
export function runErrand(c: AppContext, body: ArrayBuffer | Uint8Array<ArrayBuffer>): Promise<Response> {
  const { url, headers, signal } = c.req.raw;
  return sendOnErrand(c.env.ERRANDS, new Request(url, { method: "POST", headers, body, signal }));
}
