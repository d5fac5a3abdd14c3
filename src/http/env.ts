import type { Context } from "hono";
import type { ApiKey } from "../store/keys.ts";

/** Hono's types for this app. */
export interface AppEnv {
  Bindings: Cloudflare.Env;
  Variables: { apiKey: ApiKey };
}

export type AppContext = Context<AppEnv>;

/** Keeps work going after the response, bound to this request. */
export function waitUntilOf(c: AppContext): (work: Promise<unknown>) => void {
  const { executionCtx } = c;
  return (work) => executionCtx.waitUntil(work);
}
