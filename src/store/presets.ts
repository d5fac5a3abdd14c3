import * as z from "zod";
import { fromStore, RouterError } from "../errors.ts";
import {
  isPresetSlug,
  type Preset,
  type PresetDraft,
  type PresetVersion,
  type StoredPreset,
  storedPresetSchema,
} from "../schema/preset.ts";

/**
 * Presets in KV.
 *
 * | key | value | metadata | written by |
 * | --- | --- | --- | --- |
 * | `preset:<slug>` | `StoredPreset` as JSON, with all its versions | `PresetSummary`, for listings | management routes |
 *
 * A reader's copy may be 60 s old: 30 s in the isolate, 30 s in KV's own cache. KV has no compare-and-set: of two
 * writers in the same moment one may be lost, and a writer far away may be refused for up to a minute; that is fine
 * for what a team changes by hand.
 */
const PREFIX = "preset:";
/** What this store is called when it fails. */
const STORE = "preset store";
const ISOLATE_TTL_MS = 30_000;
/** KV's smallest. */
const KV_CACHE_TTL_SECONDS = 30;
/** How long KV may give what a change has replaced. */
const KV_STALE_MS = 60_000;
/** How long an isolate trusts its last copy while KV does not answer. */
const LAST_GOOD_TTL_MS = 600_000;
/** An unknown slug is asked for again after this. */
const UNKNOWN_TTL_MS = 5_000;
const MAX_CACHED_PRESETS = 100;
/** Of a longer history the oldest versions go. */
const MAX_VERSIONS = 100;
/** The history is read with the version in force. */
const MAX_CHARS = 1024 * 1024;

/** What a listing shows of a preset. KV takes 1024 bytes of it. */
const summarySchema = z.object({
  id: z.string(),
  slug: z.string(),
  name: z.string(),
  description: z.string().nullable(),
  versionId: z.string(),
  createdAtMs: z.number(),
  updatedAtMs: z.number(),
});
export type PresetSummary = z.infer<typeof summarySchema>;

interface Copy {
  preset: Preset | undefined;
  /** When it was last changed, or deleted here; 0 for one that is not known to have been there. */
  updatedAtMs: number;
}

const cached = new Map<string, Copy & { readAtMs: number }>();

/** The preset in force; undefined when there is none. Throws 503 when the store fails and no recent copy is here. */
export async function readPreset(kv: KVNamespace, slug: string): Promise<Preset | undefined> {
  const known = cached.get(slug);
  const now = Date.now();
  if (known && now - known.readAtMs < (known.preset ? ISOLATE_TTL_MS : UNKNOWN_TTL_MS)) return known.preset;
  try {
    const stored = await readStoredPreset(kv, slug, KV_CACHE_TTL_SECONDS);
    // For a while KV may give what was there before this isolate's own change, or nothing.
    const isFresh = known !== undefined && now - known.updatedAtMs < KV_STALE_MS;
    const isOlder = isFresh && (stored?.updatedAtMs ?? 0) < known.updatedAtMs;
    return keep(slug, isOlder ? known : toCopy(stored)).preset;
  } catch (error) {
    if (known?.preset && now - known.readAtMs < LAST_GOOD_TTL_MS) return known.preset;
    throw error;
  }
}

/** A preset with all its versions, read past the isolate's copy. */
export async function readStoredPreset(
  kv: KVNamespace,
  slug: string,
  cacheTtl?: number,
): Promise<StoredPreset | undefined> {
  if (!isPresetSlug(slug)) return undefined;
  return fromStore(STORE, async () => {
    const options = cacheTtl === undefined ? { type: "json" as const } : { type: "json" as const, cacheTtl };
    const json = await kv.get(PREFIX + slug, options);
    return json === null ? undefined : storedPresetSchema.parse(json);
  });
}

/** Stores a new version and puts it in force. Throws 409 when the writer has not seen the version in force. */
export async function addVersion(
  kv: KVNamespace,
  slug: string,
  { expectedVersion, systemPrompt, config }: PresetDraft,
): Promise<StoredPreset> {
  const now = Date.now();
  const before = await readStoredPreset(kv, slug);
  checkSeen(before, expectedVersion);
  const version = (before?.versions.at(-1)?.version ?? 0) + 1;
  const added: PresetVersion = { id: crypto.randomUUID(), version, systemPrompt, config, createdAtMs: now };
  const identity = before ?? { id: crypto.randomUUID(), slug, name: slug, description: null, createdAtMs: now };
  const versions = recent([...(before?.versions ?? []), added]);
  return write(kv, { ...identity, version, versions, updatedAtMs: now });
}

/** What may be changed of a preset without a new version. */
export interface PresetChange {
  name?: string | undefined;
  description?: string | null | undefined;
  /** Puts a version that is still kept back in force. */
  version?: number | undefined;
}

/** Changes a preset; what is absent stays as it is. */
export function changePreset(kv: KVNamespace, preset: StoredPreset, change: PresetChange): Promise<StoredPreset> {
  return write(kv, {
    ...preset,
    name: change.name ?? preset.name,
    description: change.description === undefined ? preset.description : change.description,
    version: change.version ?? preset.version,
    updatedAtMs: Date.now(),
  });
}

export async function deletePreset(kv: KVNamespace, slug: string): Promise<void> {
  await fromStore(STORE, () => kv.delete(PREFIX + slug));
  keep(slug, { preset: undefined, updatedAtMs: Date.now() });
}

/** Every preset, the last one changed first. */
export async function listPresets(kv: KVNamespace): Promise<PresetSummary[]> {
  const summaries: PresetSummary[] = [];
  let cursor: string | undefined;
  do {
    const from = cursor ? { cursor } : {};
    const page = await fromStore(STORE, () => kv.list({ prefix: PREFIX, ...from }));
    for (const { name, metadata } of page.keys) {
      const parsed = summarySchema.safeParse(metadata);
      if (parsed.success) summaries.push(parsed.data);
      else console.error(`${STORE}: ${name} cannot be listed`, String(parsed.error));
    }
    cursor = page.list_complete ? undefined : page.cursor;
  } while (cursor);
  return summaries.sort((a, b) => b.updatedAtMs - a.updatedAtMs || a.slug.localeCompare(b.slug));
}

/** The version in force. */
export function versionInForce({ slug, version, versions }: StoredPreset): PresetVersion {
  const found = versions.find((each) => each.version === version);
  if (!found) throw new Error(`preset ${slug} has no version ${version}`);
  return found;
}

export function toSummary(preset: StoredPreset): PresetSummary {
  const { id, slug, name, description, createdAtMs, updatedAtMs } = preset;
  return { id, slug, name, description, versionId: versionInForce(preset).id, createdAtMs, updatedAtMs };
}

async function write(kv: KVNamespace, preset: StoredPreset): Promise<StoredPreset> {
  const metadata = toSummary(preset);
  await fromStore(STORE, () => kv.put(PREFIX + preset.slug, JSON.stringify(preset), { metadata }));
  keep(preset.slug, toCopy(preset));
  return preset;
}

function checkSeen(preset: StoredPreset | undefined, expectedVersion: number | undefined): void {
  const version = preset?.version ?? 0;
  if (expectedVersion === undefined || expectedVersion === version) return;
  const state = preset ? `at version ${version}` : "not there";
  throw new RouterError("conflict", `The preset is ${state}, not at version ${expectedVersion}. Read it again.`);
}

/** The newest versions, as many as are kept. */
function recent(versions: PresetVersion[]): PresetVersion[] {
  let chars = 0;
  const first = versions.findLastIndex((version) => {
    chars += JSON.stringify(version).length;
    return chars > MAX_CHARS;
  });
  return versions.slice(Math.max(first + 1, versions.length - MAX_VERSIONS));
}

function toCopy(stored: StoredPreset | undefined): Copy {
  if (!stored) return { preset: undefined, updatedAtMs: 0 };
  const { version, systemPrompt, config } = versionInForce(stored);
  return { preset: { slug: stored.slug, version, systemPrompt, config }, updatedAtMs: stored.updatedAtMs };
}

function keep(slug: string, copy: Copy): Copy {
  if (cached.size >= MAX_CACHED_PRESETS) cached.clear();
  cached.set(slug, { ...copy, readAtMs: Date.now() });
  return copy;
}
