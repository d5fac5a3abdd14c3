import * as z from "zod";
import { invalidField, RouterError } from "../../errors.ts";
import { applyPreset, presetNamed } from "../../routing/preset.ts";
import type { ChatRequest } from "../../schema/chat.ts";
import {
  isPresetSlug,
  type PresetVersion,
  parsePresetBody,
  SLUG_RULE,
  type StoredPreset,
} from "../../schema/preset.ts";
import { DEFAULT_TEAM } from "../../schema/team.ts";
import {
  addVersion,
  changePreset,
  deletePreset,
  listPresets,
  type PresetSummary,
  readPreset,
  readStoredPreset,
  toSummary,
  versionInForce,
} from "../../store/presets.ts";
import type { AppContext } from "../env.ts";
import { readJsonBody } from "../read-body.ts";

/** What a request's preset adds to it, beside its fields. */
export interface AppliedPreset {
  slug: string;
  version: number;
  cacheEnabled?: boolean | undefined;
  cacheTtlSeconds?: number | undefined;
}

/**
 * The request with the preset that it names, or as it is when it names none. Throws a 400 for an unknown preset, as
 * for an unknown model; 503 when presets cannot be read.
 */
export async function withPreset(
  kv: Cloudflare.Env["KV"],
  chat: ChatRequest,
): Promise<{ chat: ChatRequest; preset?: AppliedPreset }> {
  const slug = presetNamed(chat);
  if (slug === undefined) return { chat };
  const preset = await readPreset(kv, slug);
  if (!preset) {
    const field = chat.preset == null ? "model" : "preset";
    throw new RouterError("invalid_request", `Preset "${slug}" not found`, { metadata: { field } });
  }
  const { cache_enabled, cache_ttl_seconds } = preset.config;
  const cacheSettings = { cacheEnabled: cache_enabled ?? undefined, cacheTtlSeconds: cache_ttl_seconds ?? undefined };
  return { chat: applyPreset(chat, preset), preset: { slug, version: preset.version, ...cacheSettings } };
}

/** Whoever holds the management key. */
const CREATOR = "management";

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 100;

/** GET /presets?offset=&limit= */
export async function getPresets(c: AppContext): Promise<Response> {
  const range = readRange(c);
  const presets = await listPresets(c.env.KV);
  return c.json({ data: presets.slice(...range).map(toWire), total_count: presets.length });
}

/** GET /presets/:slug; its `ETag` is the version in force. */
export async function getPreset(c: AppContext): Promise<Response> {
  return answer(c, await findPreset(c));
}

/** GET /presets/:slug/versions?offset=&limit=, oldest first. */
export async function getPresetVersions(c: AppContext): Promise<Response> {
  const range = readRange(c);
  const { id, versions } = await findPreset(c);
  const data = versions.slice(...range).map((version) => versionToWire(id, version));
  return c.json({ data, total_count: versions.length });
}

/** GET /presets/:slug/versions/:version */
export async function getPresetVersion(c: AppContext): Promise<Response> {
  const { id, versions } = await findPreset(c);
  const version = versions.find((each) => String(each.version) === c.req.param("version"));
  if (!version) throw new RouterError("not_found", "Preset version not found");
  return c.json({ data: versionToWire(id, version) });
}

/**
 * POST /presets/:slug/chat/completions: makes the preset, or a new version of it, from a chat request; nothing is run.
 * With `If-Match`, or `version` in the body, only when that is the version in force (0: there is none), else 409.
 */
export async function postPreset(c: AppContext): Promise<Response> {
  const slug = c.req.param("slug") ?? "";
  if (!isPresetSlug(slug)) throw invalidField("slug", `expected ${SLUG_RULE}`);
  const draft = parsePresetBody(await readJsonBody(c.req.raw));
  const expectedVersion = versionOf(c.req.header("if-match")) ?? draft.expectedVersion;
  return answer(c, await addVersion(c.env.KV, slug, { ...draft, expectedVersion }));
}

/** Without control characters and halves of characters, which would take more room in a listing than KV has. */
const plainText = (maximum: number) =>
  z
    .string("must be a string")
    .max(maximum, `must have at most ${maximum} characters`)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, "must be plain text in one line");

const presetChangeSchema = z.looseObject(
  {
    name: plainText(64).min(1, "must not be empty").optional(),
    description: plainText(150).nullish(),
    version: z.int("must be the number of a version").optional(),
  },
  "must be a JSON object",
);

/** PATCH /presets/:slug {name?, description?, version?}: names a preset, or puts another version of it in force. */
export async function patchPreset(c: AppContext): Promise<Response> {
  const preset = await findPreset(c);
  const parsed = presetChangeSchema.safeParse(await readJsonBody(c.req.raw));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalidField(issue?.path.join(".") || "body", issue?.message ?? "cannot be read");
  }
  const { name, description, version } = parsed.data;
  if (version !== undefined && !preset.versions.some((each) => each.version === version))
    throw invalidField("version", "there is no such version");
  return answer(c, await changePreset(c.env.KV, preset, { name, description, version }));
}

/** DELETE /presets/:slug, with all its versions. */
export async function removePreset(c: AppContext): Promise<Response> {
  const { slug } = await findPreset(c);
  await deletePreset(c.env.KV, slug);
  return c.json({ deleted: true });
}

async function findPreset(c: AppContext): Promise<StoredPreset> {
  const preset = await readStoredPreset(c.env.KV, c.req.param("slug") ?? "");
  if (!preset) throw new RouterError("not_found", "Preset not found");
  return preset;
}

/** Begin and end of the page that the query asks for. */
export function readRange(c: AppContext): [begin: number, end: number] {
  const offset = Number(c.req.query("offset") || 0);
  if (!Number.isInteger(offset) || offset < 0) throw invalidField("offset", "must be a whole number from 0");
  const limit = Number(c.req.query("limit") || DEFAULT_LIMIT);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT)
    throw invalidField("limit", `must be a whole number from 1 to ${MAX_LIMIT}`);
  return [offset, offset + limit];
}

function versionOf(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined) return undefined;
  const digits = /^(?:W\/)?"?(\d{1,15})"?$/.exec(ifMatch.trim())?.[1];
  if (digits === undefined) throw invalidField("If-Match", "must be the number of a version");
  return Number(digits);
}

function answer(c: AppContext, preset: StoredPreset): Response {
  const version = versionInForce(preset);
  const data = { ...toWire(toSummary(preset)), designated_version: versionToWire(preset.id, version) };
  return c.json({ data }, 200, { etag: `"${version.version}"` });
}

function toWire({ id, slug, name, description, versionId, createdAtMs, updatedAtMs }: PresetSummary) {
  return {
    id,
    slug,
    name,
    description,
    status: "active",
    status_updated_at: null,
    designated_version_id: versionId,
    creator_user_id: null,
    workspace_id: DEFAULT_TEAM,
    created_at: new Date(createdAtMs).toISOString(),
    updated_at: new Date(updatedAtMs).toISOString(),
  };
}

/** A version never changes, so it was updated when it was made. */
function versionToWire(presetId: string, { id, version, systemPrompt, config, createdAtMs }: PresetVersion) {
  const createdAt = new Date(createdAtMs).toISOString();
  return {
    id,
    preset_id: presetId,
    version,
    system_prompt: systemPrompt,
    config,
    creator_id: CREATOR,
    created_at: createdAt,
    updated_at: createdAt,
  };
}
