import * as z from "zod";
import { invalidField, RouterError } from "../errors.ts";
import type { KeySpend } from "../ledger/periods.ts";
import { readSpend } from "../ledger/read.ts";
import { type ApiKey, createKey, deleteKey, listKeys, readKey, writeKey } from "../store/keys.ts";
import { toNanoUsd, toUsd } from "../usage/cost.ts";
import { identify } from "./authenticate.ts";
import type { AppContext } from "./env.ts";
import { readJsonBody } from "./read-body.ts";

/** The team of every key until there are more. */
export const DEFAULT_TEAM = "default";

const PAGE_SIZE = 100;

/** What may be changed later on. */
const changeableFields = {
  name: z.string("must be a string").min(1, "must not be empty").max(256, "must have at most 256 characters"),
  /** US dollars; null: no limit. */
  limit: z.number("must be a number of US dollars, or null").min(0, "must not be negative").max(1e6).nullish(),
  limit_reset: z.enum(["daily", "weekly", "monthly"], "must be daily, weekly, monthly or null").nullish(),
  include_byok_in_limit: z.boolean("must be true or false").optional(),
};

/** Body of POST /keys. */
const newKeySchema = z.looseObject(
  {
    ...changeableFields,
    expires_at: z.iso
      .datetime({ offset: true, error: "must be an ISO 8601 time with seconds and a zone, e.g. 2027-01-31T12:00:00Z" })
      .nullish(),
    creator_user_id: z.string("must be a string").nullish(),
    external: z.looseObject({ user: z.string("must be a string") }).optional(),
  },
  "must be a JSON object",
);

/** Body of PATCH /keys/:hash; what is absent stays as it is. */
const keyChangeSchema = z.looseObject(
  {
    ...changeableFields,
    name: changeableFields.name.optional(),
    disabled: z.boolean("must be true or false").optional(),
  },
  "must be a JSON object",
);

/** POST /keys: makes a key; its token is in this answer and nowhere else. */
export async function postKey(c: AppContext): Promise<Response> {
  const body = await readBody(c, newKeySchema);
  const expiresAtMs = body.expires_at ? Date.parse(body.expires_at) : null;
  if (expiresAtMs !== null && expiresAtMs <= Date.now()) throw invalidField("expires_at", "must lie in the future");
  const { token, key } = await createKey(c.env.KV, {
    name: body.name,
    team: DEFAULT_TEAM,
    disabled: false,
    limitNanoUsd: typeof body.limit === "number" ? toNanoUsd(body.limit) : null,
    limitReset: body.limit_reset ?? null,
    includeByokInLimit: body.include_byok_in_limit ?? false,
    createdAtMs: Date.now(),
    updatedAtMs: null,
    expiresAtMs,
    creatorUserId: body.creator_user_id ?? null,
    externalUser: body.external?.user ?? null,
  });
  return c.json({ key: token, data: await describe(c, key) }, 201);
}

/** PATCH /keys/:hash */
export async function patchKey(c: AppContext): Promise<Response> {
  const key = await findByHash(c);
  const change = await readBody(c, keyChangeSchema);
  const changed: ApiKey = { ...key, updatedAtMs: Date.now() };
  if (change.name !== undefined) changed.name = change.name;
  if (change.disabled !== undefined) changed.disabled = change.disabled;
  if (change.limit !== undefined) changed.limitNanoUsd = change.limit === null ? null : toNanoUsd(change.limit);
  if (change.limit_reset !== undefined) changed.limitReset = change.limit_reset;
  if (change.include_byok_in_limit !== undefined) changed.includeByokInLimit = change.include_byok_in_limit;
  await writeKey(c.env.KV, changed);
  return c.json({ data: await describe(c, changed) });
}

async function readBody<Schema extends z.ZodType>(c: AppContext, schema: Schema): Promise<z.infer<Schema>> {
  const parsed = schema.safeParse(await readJsonBody(c.req.raw));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw invalidField(issue?.path.join(".") || "body", issue?.message ?? "cannot be read");
}

/** GET /keys?offset=&include_disabled= */
export async function getKeys(c: AppContext): Promise<Response> {
  const offset = Number(c.req.query("offset") ?? 0);
  if (!Number.isInteger(offset) || offset < 0) throw invalidField("offset", "must be a whole number from 0");
  const includesDisabled = c.req.query("include_disabled") !== "false";
  const keys = (await listKeys(c.env.KV)).filter((key) => includesDisabled || !key.disabled);
  const page = keys.slice(offset, offset + PAGE_SIZE);
  const spends = await readSpend(
    c.env.LEDGER,
    DEFAULT_TEAM,
    page.map(({ hash }) => hash),
  );
  return c.json({ data: page.map((key) => toWire(key, spends[key.hash])) });
}

/** GET /keys/:hash */
export async function getKey(c: AppContext): Promise<Response> {
  return c.json({ data: await describe(c, await findByHash(c)) });
}

/** DELETE /keys/:hash */
export async function removeKey(c: AppContext): Promise<Response> {
  const { hash } = await findByHash(c);
  await deleteKey(c.env.KV, hash);
  return c.json({ deleted: true });
}

/** GET /key: the caller's own key. */
export async function getCurrentKey(c: AppContext): Promise<Response> {
  const caller = await identify(c);
  if (caller.kind === "management") {
    throw new RouterError("permission_denied", "This is a management key; GET /api/v1/keys lists the keys it manages.");
  }
  const { key } = caller;
  const { name: _, hash: __, disabled: ___, created_at: ____, updated_at: _____, ...data } = await describe(c, key);
  return c.json({
    data: {
      ...data,
      is_free_tier: false,
      is_management_key: false,
      is_provisioning_key: false,
      organization_id: null,
      allowed_data_regions: ["global"],
      free_model_daily_requests: { limit: 0, remaining: 0, used: 0 },
      rate_limit: { requests: -1, interval: "10s", note: "This field is kept for older clients; there is no limit." },
    },
  });
}

async function findByHash(c: AppContext): Promise<ApiKey> {
  const hash = c.req.param("hash") ?? "";
  const key = /^[0-9a-f]{64}$/.test(hash) ? await readKey(c.env.KV, hash) : undefined;
  if (!key) throw new RouterError("not_found", "API key not found");
  return key;
}

async function describe(c: AppContext, key: ApiKey) {
  const spends = await readSpend(c.env.LEDGER, key.team, [key.hash]);
  return toWire(key, spends[key.hash]);
}

function toWire(key: ApiKey, spend: KeySpend | undefined) {
  const used = (spend?.[LIMIT_PERIODS[key.limitReset ?? "total"]] ?? 0) + byokInLimit(key, spend);
  return {
    hash: key.hash,
    label: key.label,
    name: key.name,
    disabled: key.disabled,
    limit: key.limitNanoUsd === null ? null : toUsd(key.limitNanoUsd),
    limit_remaining: key.limitNanoUsd === null ? null : toUsd(Math.max(0, key.limitNanoUsd - used)),
    limit_reset: key.limitReset,
    include_byok_in_limit: key.includeByokInLimit,
    usage: toUsd(spend?.total ?? 0),
    usage_daily: toUsd(spend?.daily ?? 0),
    usage_weekly: toUsd(spend?.weekly ?? 0),
    usage_monthly: toUsd(spend?.monthly ?? 0),
    byok_usage: toUsd(spend?.byokTotal ?? 0),
    byok_usage_daily: toUsd(spend?.byokDaily ?? 0),
    byok_usage_weekly: toUsd(spend?.byokWeekly ?? 0),
    byok_usage_monthly: toUsd(spend?.byokMonthly ?? 0),
    created_at: new Date(key.createdAtMs).toISOString(),
    updated_at: key.updatedAtMs === null ? null : new Date(key.updatedAtMs).toISOString(),
    creator_user_id: key.creatorUserId,
    external_user: key.externalUser,
    workspace_id: key.team,
    expires_at: key.expiresAtMs === null ? null : new Date(key.expiresAtMs).toISOString(),
  };
}

const LIMIT_PERIODS = { total: "total", daily: "daily", weekly: "weekly", monthly: "monthly" } as const;
const BYOK_PERIODS = { total: "byokTotal", daily: "byokDaily", weekly: "byokWeekly", monthly: "byokMonthly" } as const;

function byokInLimit(key: ApiKey, spend: KeySpend | undefined): number {
  return key.includeByokInLimit ? (spend?.[BYOK_PERIODS[key.limitReset ?? "total"]] ?? 0) : 0;
}
