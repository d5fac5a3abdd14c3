import { DurableObject } from "cloudflare:workers";

/** Answers a request, as a Worker does. */
type Handler = (
  request: Request,
  env: Cloudflare.Env,
  context: Pick<ExecutionContext, "waitUntil" | "passThroughOnException" | "props">,
) => Response | Promise<Response>;

/**
 * Objects that run one request each and live on when its client leaves: for providers whose answers are to be read to
 * their end (`on_disconnect: "durable"`). It costs wall-clock time, so it is chosen provider by provider.
 */
export function errandsBy(handle: Handler) {
  return class Errand extends DurableObject<Cloudflare.Env> {
    override fetch(request: Request): Response | Promise<Response> {
      return handle(
        request,
        { ...this.env, IS_ERRAND: true },
        { waitUntil: (work) => this.ctx.waitUntil(work), passThroughOnException() {}, props: {} },
      );
    }
  };
}

/** Has a request run in an object of its own. */
export function sendOnErrand(errands: DurableObjectNamespace, request: Request): Promise<Response> {
  return errands.get(errands.newUniqueId()).fetch(request);
}
