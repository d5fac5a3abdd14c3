import type { MiddlewareHandler } from "hono";
import { RouterError } from "../errors.ts";
import { isWithin } from "../schema/address.ts";
import type { ApiKey } from "../schema/key.ts";
import type { Team } from "../schema/team.ts";
import { findKey } from "../store/keys.ts";
import { findTeam } from "../store/teams.ts";
import { type Acting, actingOf } from "./acting.ts";
import { noteDialect } from "./dialects/choose.ts";
import type { AppContext, AppEnv } from "./env.ts";
import { tokenOf } from "./token.ts";

/** Who infers: a key for its team, or a token for whom it acts. */
export interface InferenceCaller extends Acting {
  kind: "key";
  key: ApiKey;
}

/** Who manages. */
export interface ManagementCaller {
  kind: "management";
  /** Undefined: the operator, with the secret of the installation. */
  key: ApiKey | undefined;
  /** The only team that it manages; undefined: it manages the installation. */
  team: Team | undefined;
}

export type Caller = InferenceCaller | ManagementCaller;

/**
 * Finds out who calls. Throws 401 for a missing, unknown, disabled or expired key and for one whose team is gone, 403
 * for an address from which a key may not be used and for a project or user that it must not act for, 503 when a store does not answer.
 */
export async function identify(c: AppContext): Promise<Caller> {
  const token = tokenOf(c.req.raw.headers);
  if (isBootstrapKey(token, c.env.MANAGEMENT_KEY)) return { kind: "management", key: undefined, team: undefined };
  const key = await findKey(c.env.KV, token);
  if (!key) throw new RouterError("authentication", "User not found");
  noteDialect(c, key);
  if (key.disabled) throw new RouterError("authentication", "This key is disabled");
  if (key.expiresAtMs !== null && key.expiresAtMs <= Date.now())
    throw new RouterError("authentication", "This key has expired");
  checkAddress(c, key);
  const team = key.team === null ? undefined : await findTeam(c.env.KV, key.team);
  if (key.team !== null && !team) throw teamGone(key);
  if (key.kind === "management") return { kind: "management", key, team };
  const who = actingOf(c, key, team);
  const acting = who instanceof Promise ? await who : who;
  return { kind: "key", key: key.kind === "service" ? { ...key, userId: acting.userId } : key, ...acting };
}

/** Who made the key may have called it a workspace or a project: some kinds of keys and clients only know projects. */
function teamGone({ kind, dialect }: ApiKey): RouterError {
  const isProjects = kind === "pat" || dialect === "jamai";
  return new RouterError(
    "authentication",
    `The ${isProjects ? "project" : "workspace or project"} of this key was deleted`,
  );
}

/** The inference key of the caller, with its team. Management keys manage, they do not infer. */
export async function requireKey(c: AppContext): Promise<InferenceCaller> {
  const caller = await identify(c);
  if (caller.kind === "key") return caller;
  const message = "Management keys cannot run inference. Make a key with POST /api/v1/keys and use that.";
  throw new RouterError("permission_denied", message);
}

/** The management key of the caller: the installation's, or a team's own. */
export async function requireManagement(c: AppContext): Promise<ManagementCaller> {
  const caller = await identify(c);
  if (caller.kind === "management") return caller;
  throw new RouterError("permission_denied", "Only management keys can perform this operation");
}

/** Whether a caller manages a team. To one that does not, there is no such team, and nothing that belongs to it. */
export function mayManage({ team }: ManagementCaller, teamId: string): boolean {
  return team === undefined || team.id === teamId;
}

/** Lets only management keys pass that manage the installation. */
export function managementOnly(): MiddlewareHandler<AppEnv> {
  return async function requireInstallationManagement(c, next) {
    const { team } = await requireManagement(c);
    if (team) throw new RouterError("permission_denied", "A workspace's management key manages its workspace only");
    await next();
  };
}

/** Lets management keys pass, also a team's own: the handler must ask `mayManage`. */
export function teamManagementOnly(): MiddlewareHandler<AppEnv> {
  return async function requireAnyManagement(c, next) {
    await requireManagement(c);
    await next();
  };
}

/** Compares in constant time; lengths may show, as they do for any string of known form. */
function isBootstrapKey(token: string, managementKey: string | undefined): boolean {
  if (!managementKey || token.length !== managementKey.length) return false;
  const encoder = new TextEncoder();
  const [given, expected] = [encoder.encode(token), encoder.encode(managementKey)];
  return given.byteLength === expected.byteLength && crypto.subtle.timingSafeEqual(given, expected);
}

/**
 * Cloudflare's edge writes the client's address over whatever the client has sent under this name. Where there is no
 * edge, what stands in front of the Worker must do the same.
 */
const ADDRESS_HEADER = "cf-connecting-ip";

function checkAddress(c: AppContext, { allowedIps }: ApiKey): void {
  if (allowedIps === null) return;
  const address = c.req.raw.headers.get(ADDRESS_HEADER);
  if (address !== null && isWithin(address, allowedIps)) return;
  const from = address === null ? "an unknown address" : "this address";
  throw new RouterError("permission_denied", `This key may not be used from ${from}`);
}
