import type { ApiKey } from "../../schema/key.ts";
import { findKey } from "../../store/keys.ts";
import type { AppContext } from "../env.ts";
import { requestIdOf } from "../request-id.ts";
import { isPersonal, tokenOf } from "../token.ts";
import { bud } from "./bud.ts";
import type { Dialect, DialectName } from "./dialect.ts";
import { jamai } from "./jamai.ts";
import { predictionguard } from "./predictionguard.ts";

const CREATE: Record<DialectName, (requestId: string) => Dialect | undefined> = {
  openrouter: () => undefined,
  predictionguard,
  jamai,
  bud,
};

/** The dialect of a request whose key is known: the key's own, else what its kind or its path says. */
export function noteDialect(c: AppContext, key: ApiKey): void {
  c.set("dialect", ownDialect(key) ?? dialectOfPath(c));
}

function ownDialect({ dialect, kind }: Pick<ApiKey, "dialect" | "kind">): DialectName | undefined {
  return dialect ?? (kind === "pat" || kind === "service" ? "jamai" : undefined);
}

/** The dialect of a request, bound to it; undefined for the contract's own. Known also when nobody knows the key. */
export function dialectOf(c: AppContext): Dialect | undefined {
  const name = c.get("dialect") ?? guess(c);
  return name === "openrouter" ? undefined : CREATE[name](requestIdOf(c.req.raw));
}

/**
 * The dialect of an error about a path that is none, where nobody has asked yet whose key it is: the key's own, else the
 * contract's, also under the bare root. Does not throw.
 */
export async function dialectOfNowhere(c: AppContext): Promise<Dialect | undefined> {
  try {
    const key = await findKey(c.env.KV, tokenOf(c.req.raw.headers));
    if (key) c.set("dialect", ownDialect(key) ?? "openrouter");
  } catch {
    // Neither a missing token nor a store that fails makes a path of it.
  }
  return c.get("dialect") !== undefined || hasPersonalToken(c) ? dialectOf(c) : undefined;
}

function guess(c: AppContext): DialectName {
  return hasPersonalToken(c) ? "jamai" : dialectOfPath(c);
}

function hasPersonalToken(c: AppContext): boolean {
  try {
    return isPersonal(tokenOf(c.req.raw.headers));
  } catch {
    return false;
  }
}

/** What is called without a version in its path is called by clients of Prediction Guard. */
function dialectOfPath(c: AppContext): DialectName {
  return /^\/(?:api\/)?v\d\//.test(c.req.path) ? "openrouter" : "predictionguard";
}
