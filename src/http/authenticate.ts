import type { MiddlewareHandler } from "hono";
import { RouterError } from "../errors.ts";
import { type ApiKey, findKey } from "../store/keys.ts";
import type { AppContext, AppEnv } from "./env.ts";

/** Who calls: an inference key, or the operator. */
export type Caller = { kind: "key"; key: ApiKey } | { kind: "management" };

/** Finds out who calls. Throws 401 for a missing, unknown, disabled or expired key. */
export async function identify(c: AppContext): Promise<Caller> {
  const token = bearerToken(c.req.raw.headers.get("authorization"));
  if (isManagementKey(token, c.env.MANAGEMENT_KEY)) return { kind: "management" };
  const key = await findKey(c.env.KV, token);
  if (!key) throw new RouterError("authentication", "User not found");
  if (key.disabled) throw new RouterError("authentication", "This key is disabled");
  if (key.expiresAtMs !== null && key.expiresAtMs <= Date.now())
    throw new RouterError("authentication", "This key has expired");
  return { kind: "key", key };
}

/** The inference key of the caller. Management keys manage, they do not infer. */
export async function requireKey(c: AppContext): Promise<ApiKey> {
  const caller = await identify(c);
  if (caller.kind === "key") return caller.key;
  const message = "Management keys cannot run inference. Make a key with POST /api/v1/keys and use that.";
  throw new RouterError("permission_denied", message);
}

/** Lets only management keys pass. */
export function managementOnly(): MiddlewareHandler<AppEnv> {
  return async function requireManagement(c, next) {
    const caller = await identify(c);
    if (caller.kind !== "management")
      throw new RouterError("permission_denied", "Only management keys can perform this operation");
    await next();
  };
}

function bearerToken(header: string | null): string {
  if (header === null) throw new RouterError("authentication", "Missing Authentication header");
  const token = /^bearer\s+(\S+)\s*$/i.exec(header)?.[1];
  if (token === undefined) throw new RouterError("authentication", "No auth credentials found");
  return token;
}

/** Compares in constant time; lengths may show, as they do for any string of known form. */
function isManagementKey(token: string, managementKey: string | undefined): boolean {
  if (!managementKey || token.length !== managementKey.length) return false;
  const encoder = new TextEncoder();
  const [given, expected] = [encoder.encode(token), encoder.encode(managementKey)];
  return given.byteLength === expected.byteLength && crypto.subtle.timingSafeEqual(given, expected);
}
