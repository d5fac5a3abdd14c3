import { invalidField, RouterError } from "../../errors.ts";
import type { ApiKey } from "../../schema/key.ts";
import { DEFAULT_TEAM } from "../../schema/team.ts";
import {
  createKey,
  deleteAlias,
  deleteKey,
  hashToken,
  isTaken,
  listKeys,
  readAlias,
  readKey,
  rotateKey,
  writeKey,
} from "../../store/keys.ts";
import { readStoredPreset } from "../../store/presets.ts";
import { identify, type ManagementCaller, mayManage, requireManagement } from "../authenticate.ts";
import type { AppContext } from "../env.ts";
import { readFields, readNumber } from "../read-fields.ts";
import {
  changesOf,
  keyChangeSchema,
  type NewKeyFields,
  newKeySchema,
  refuseFieldsOfOtherKinds,
  refuseInferenceFields,
  rotationSchema,
} from "./key-fields.ts";
import { describeKey, describeKeys, toTime, type WireKey } from "./key-wire.ts";
import { findWorkspace } from "./workspaces.ts";

const PAGE_SIZE = 100;

/** POST /keys: makes a key; its token is in this answer and nowhere else. */
export async function postKey(c: AppContext): Promise<Response> {
  const caller = await requireManagement(c);
  const body = await readFields(c, newKeySchema);
  const kind = kindOf(body);
  refuseFieldsOfOtherKinds(body, kind);
  await checkPreset(c, body.preset);
  const { token, key } = await createKey(c.env.KV, {
    limitNanoUsd: null,
    limitReset: null,
    includeByokInLimit: false,
    expiresAtMs: null,
    ...changesOf(body),
    name: body.name,
    kind,
    team: await teamOf(c, caller, body, kind),
    userId: body.user_id ?? null,
    disabled: false,
    createdAtMs: Date.now(),
    updatedAtMs: null,
    creatorUserId: body.creator_user_id ?? null,
    externalUser: body.external?.user ?? null,
    externalHash: await externalHashOf(c, body),
  });
  return c.json({ key: token, data: await describeKey(c, key) }, 201);
}

function kindOf({ kind, is_management_key }: NewKeyFields): ApiKey["kind"] {
  if (kind !== undefined && is_management_key !== undefined && (kind === "management") !== is_management_key)
    throw invalidField("is_management_key", `does not go with kind ${kind}`);
  return kind ?? (is_management_key ? "management" : "api");
}

/**
 * The team of a new key. Without one it is the caller's own or, of an api key, the default one; other keys without one
 * act in all.
 */
async function teamOf(c: AppContext, caller: ManagementCaller, body: NewKeyFields, kind: ApiKey["kind"]) {
  const { workspace_id, project_id } = body;
  const named = workspace_id ?? project_id ?? undefined;
  if (project_id != null && workspace_id != null && project_id !== workspace_id)
    throw invalidField("project_id", "must be the same as workspace_id");
  if (kind === "service" && caller.team)
    throw new RouterError("permission_denied", "Only management keys of the installation make service keys");
  if (named === undefined) return caller.team?.id ?? (kind === "api" ? DEFAULT_TEAM : null);
  const team = await findWorkspace(c, caller, named);
  if (team) return team.id;
  throw workspace_id == null
    ? invalidField("project_id", "there is no such project")
    : invalidField("workspace_id", "there is no such workspace");
}

/** A partner's token opens the key as its own does, so it must open nothing yet. */
async function externalHashOf(c: AppContext, { external }: NewKeyFields): Promise<string | null> {
  if (external?.api_key === undefined) return null;
  const hash = await hashToken(external.api_key);
  if (await isTaken(c.env.KV, hash)) throw invalidField("external.api_key", "is in use");
  return hash;
}

async function checkPreset(c: AppContext, slug: string | null | undefined): Promise<void> {
  if (slug != null && !(await readStoredPreset(c.env.KV, slug)))
    throw invalidField("preset", "there is no such preset");
}

/** PATCH /keys/:hash */
export async function patchKey(c: AppContext): Promise<Response> {
  const key = await findByHash(c);
  const body = await readFields(c, keyChangeSchema);
  if (key.kind === "management") refuseInferenceFields(body);
  await refuseFixedFields(c, key, body);
  await checkPreset(c, body.preset);
  const changed: ApiKey = { ...key, ...changesOf(body), updatedAtMs: Date.now() };
  await writeKey(c.env.KV, changed);
  return c.json({ data: await describeKey(c, changed) });
}

/** What makes a key what it is. A client may send it back as it is. */
const FIXED_FIELDS = ["kind", "user_id", "workspace_id", "project_id"] as const;

async function refuseFixedFields(c: AppContext, key: ApiKey, body: Record<string, unknown>): Promise<void> {
  if (!FIXED_FIELDS.some((field) => body[field] !== undefined)) return;
  const known = await describeKey(c, key);
  for (const field of FIXED_FIELDS)
    if (body[field] !== undefined && body[field] !== known[field]) throw invalidField(field, "cannot be changed");
}

/** POST /keys/:hash/rotate {grace_seconds?}: gives a key a new token; the old one works until its grace is over. */
export async function postRotation(c: AppContext): Promise<Response> {
  const key = await findByHash(c);
  const hasBody = c.req.raw.body !== null && c.req.header("content-length") !== "0";
  const { grace_seconds = 0 } = hasBody ? await readFields(c, rotationSchema) : {};
  const { token, key: rotated, oldUntilMs } = await rotateKey(c.env.KV, key, grace_seconds * 1000);
  const previous = { hash: key.hash, valid_until: toTime(oldUntilMs) };
  return c.json({ key: token, data: await describeKey(c, rotated), previous }, 201);
}

/**
 * GET /keys?workspace_id=&offset=&include_disabled= : the keys of one workspace, without its id those of the caller's
 * own or of the default one; `*` means those of all.
 */
export async function getKeys(c: AppContext): Promise<Response> {
  const caller = await requireManagement(c);
  const offset = readNumber(c, "offset", { from: 0, to: Number.MAX_SAFE_INTEGER, otherwise: 0 });
  const includesDisabled = c.req.query("include_disabled") !== "false";
  const isListed = await workspaceFilter(c, caller);
  const keys = (await listKeys(c.env.KV)).filter((key) => isListed(key) && (includesDisabled || !key.disabled));
  return c.json({ data: await describeKeys(c, keys.slice(offset, offset + PAGE_SIZE)) });
}

async function workspaceFilter(c: AppContext, caller: ManagementCaller): Promise<(key: ApiKey) => boolean> {
  const named = c.req.query("workspace_id");
  if (named === "*") return (key) => isManagedBy(caller, key);
  const team = named === undefined ? caller.team?.id : (await findWorkspace(c, caller, named))?.id;
  if (named !== undefined && team === undefined) throw new RouterError("not_found", "Workspace not found");
  const id = team ?? DEFAULT_TEAM;
  return (key) => isManagedBy(caller, key) && (key.team ?? DEFAULT_TEAM) === id;
}

/** GET /keys/:hash */
export async function getKey(c: AppContext): Promise<Response> {
  return c.json({ data: await describeKey(c, await findByHash(c)) });
}

/** DELETE /keys/:hash; of a token that was replaced it ends the grace. */
export async function removeKey(c: AppContext): Promise<Response> {
  const hash = c.req.param("hash") ?? "";
  const alias = isHash(hash) ? await readAlias(c.env.KV, hash) : undefined;
  const key = await findByHash(c, alias?.opens ?? hash);
  if (alias) await deleteAlias(c.env.KV, hash);
  else await deleteKey(c.env.KV, key.hash);
  return c.json({ deleted: true });
}

async function findByHash(c: AppContext, hash = c.req.param("hash") ?? ""): Promise<ApiKey> {
  const caller = await requireManagement(c);
  const key = isHash(hash) ? await readKey(c.env.KV, hash) : undefined;
  if (!key || !isManagedBy(caller, key)) throw new RouterError("not_found", "API key not found");
  return key;
}

function isHash(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}

/** A key of the installation is none of a team's business. */
function isManagedBy(caller: ManagementCaller, { team }: ApiKey): boolean {
  return team === null ? caller.team === undefined : mayManage(caller, team);
}

/** What every answer of GET /key has beside the key's own facts. */
const CURRENT_KEY = {
  is_free_tier: false,
  organization_id: null,
  allowed_data_regions: ["global"],
  free_model_daily_requests: { limit: 0, remaining: 0, used: 0 },
};

/** GET /key: the caller's own key. */
export async function getCurrentKey(c: AppContext): Promise<Response> {
  const { kind, key } = await identify(c);
  const isManagement = kind === "management";
  const own: Partial<WireKey> = key ? await describeKey(c, key) : BOOTSTRAP_KEY;
  const { name: _, hash: __, disabled: ___, created_at: ____, updated_at: _____, rotated_from: ______, ...data } = own;
  const rate_limit = { requests: key?.rpm ?? -1, interval: key?.rpm == null ? "10s" : "1m", note: RATE_LIMIT_NOTE };
  const kinds = { is_management_key: isManagement, is_provisioning_key: isManagement };
  return c.json({ data: { ...data, ...CURRENT_KEY, ...kinds, rate_limit } });
}

const RATE_LIMIT_NOTE = "Requests in the interval; -1 means that there is no limit.";

const NOTHING_SPENT = {
  ...{ usage: 0, usage_daily: 0, usage_weekly: 0, usage_monthly: 0 },
  ...{ byok_usage: 0, byok_usage_daily: 0, byok_usage_weekly: 0, byok_usage_monthly: 0 },
};

/** The secret of the installation, which is no record of the store. */
const BOOTSTRAP_KEY: Partial<WireKey> = {
  label: "MANAGEMENT_KEY",
  kind: "management",
  limit: null,
  limit_remaining: null,
  limit_reset: null,
  include_byok_in_limit: false,
  ...NOTHING_SPENT,
  creator_user_id: null,
  workspace_id: DEFAULT_TEAM,
  expires_at: null,
};
