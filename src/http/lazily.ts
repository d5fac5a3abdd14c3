import type { Context, Next } from "hono";
import type { AppEnv } from "./env.ts";

type Handle = (c: Context<AppEnv>, next: Next) => unknown;

/** Names of a module's handlers. */
type HandlerName<Module> = { [Name in keyof Module]: Module[Name] extends Handle ? Name : never }[keyof Module];

/**
 * Handlers of a module, by name, that is loaded by the first request that comes to one of them: a Worker that answers
 * chat requests only never reads the rest.
 */
export function lazily<Module>(load: () => Promise<Module>) {
  return (name: HandlerName<Module>) =>
    async (c: Context<AppEnv>, next: Next): Promise<Response> => {
      const handle = (await load())[name] as (c: Context<AppEnv>, next: Next) => Response | Promise<Response>;
      return handle(c, next);
    };
}
