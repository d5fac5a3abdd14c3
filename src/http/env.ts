import type { Context } from "hono";
import type { Catalogue } from "../catalogue/catalogue.ts";
import type { HealthBook } from "../health/book.ts";
import type { Cooldowns } from "../health/cooldown.ts";
import type { LearnedLimits } from "../health/limits.ts";
import type { DIALECTS } from "../schema/key.ts";

/** Hono's types for this app. */
export interface AppEnv {
  Bindings: Cloudflare.Env;
  Variables: {
    rehearsal?: Rehearsal;
    /** Of a request whose key is known. */
    dialect?: (typeof DIALECTS)[number];
    /** The request is on record already. */
    isAudited?: true;
  };
}

/** What is known of endpoints from how they have answered. */
export interface Memory {
  health: HealthBook;
  cooldowns: Cooldowns;
  limits: LearnedLimits;
}

/**
 * What the self-test's own requests are planned with in place of the catalogue and the memory in force. Set inside the
 * Worker only: nothing that a client sends gets here.
 */
export interface Rehearsal {
  catalogue: Catalogue;
  memory: Memory;
}

export type AppContext = Context<AppEnv>;

/** Keeps work going after the response, bound to this request. */
export function waitUntilOf(c: AppContext): (work: Promise<unknown>) => void {
  const { executionCtx } = c;
  return (work) => executionCtx.waitUntil(work);
}
