import * as z from "zod";
import { fromStore } from "../errors.ts";

/**
 * API keys in KV.
 *
 * | key | value | metadata | written by |
 * | --- | --- | --- | --- |
 * | `key:<sha-256 of the token, hex>` | `ApiKey` as JSON | name, for listings | management routes |
 *
 * A reader's copy may be 60 s old: 30 s in the isolate, 30 s in KV's own cache. KV promises no more than "eventually";
 * that is fine here, since a key changes seldom and revocation promises a minute.
 */
export const apiKeySchema = z.object({
  hash: z.string(),
  /** Masked token for display. */
  label: z.string(),
  name: z.string(),
  team: z.string(),
  disabled: z.boolean(),
  /** Nano-dollars; null: no limit. */
  limitNanoUsd: z.number().nullable(),
  limitReset: z.enum(["daily", "weekly", "monthly"]).nullable(),
  includeByokInLimit: z.boolean(),
  createdAtMs: z.number(),
  updatedAtMs: z.number().nullable(),
  expiresAtMs: z.number().nullable(),
  creatorUserId: z.string().nullable(),
  externalUser: z.string().nullable(),
});
export type ApiKey = z.infer<typeof apiKeySchema>;

const PREFIX = "key:";
/** What this store is called when it fails. */
const STORE = "key store";
/** The prefix lets secret scanners find a token that was committed by mistake. */
const TOKEN_PREFIX = "sk-pm-v1-";
const ISOLATE_TTL_MS = 30_000;
/** KV's smallest. */
const KV_CACHE_TTL_SECONDS = 30;
/** How long an isolate trusts its last copy while KV does not answer. */
const LAST_GOOD_TTL_MS = 600_000;
/** An unknown token is asked for again after this, so that a flood of them does not become a flood of reads. */
const UNKNOWN_TTL_MS = 5_000;
const MAX_CACHED_KEYS = 10_000;

const cached = new Map<string, { key: ApiKey | undefined; readAtMs: number }>();

/** The key of a token; undefined when there is none. Throws 503 when the store fails and no recent copy is here. */
export async function findKey(kv: KVNamespace, token: string): Promise<ApiKey | undefined> {
  const known = cached.get(token);
  const now = Date.now();
  if (known && now - known.readAtMs < (known.key ? ISOLATE_TTL_MS : UNKNOWN_TTL_MS)) return known.key;
  try {
    const key = await readKey(kv, await hashToken(token), KV_CACHE_TTL_SECONDS);
    if (cached.size >= MAX_CACHED_KEYS) cached.clear();
    cached.set(token, { key, readAtMs: now });
    return key;
  } catch (error) {
    if (known?.key && now - known.readAtMs < LAST_GOOD_TTL_MS) return known.key;
    throw error;
  }
}

/** The key with a hash, read past the isolate's copy. */
export function readKey(kv: KVNamespace, hash: string, cacheTtl?: number): Promise<ApiKey | undefined> {
  return fromStore(STORE, async () => {
    const options = cacheTtl === undefined ? { type: "json" as const } : { type: "json" as const, cacheTtl };
    const json = await kv.get(PREFIX + hash, options);
    return json === null ? undefined : apiKeySchema.parse(json);
  });
}

/** Makes a token of 256 random bits and stores its key. The token is nowhere else. */
export async function createKey(
  kv: KVNamespace,
  fields: Omit<ApiKey, "hash" | "label">,
): Promise<{ token: string; key: ApiKey }> {
  const token = TOKEN_PREFIX + crypto.getRandomValues(new Uint8Array(32)).toHex();
  const label = `${token.slice(0, TOKEN_PREFIX.length + 3)}...${token.slice(-3)}`;
  const key: ApiKey = { hash: await hashToken(token), label, ...fields };
  await writeKey(kv, key);
  return { token, key };
}

export async function writeKey(kv: KVNamespace, key: ApiKey): Promise<void> {
  const metadata = { name: key.name.slice(0, 200) };
  await fromStore(STORE, () => kv.put(PREFIX + key.hash, JSON.stringify(key), { metadata }));
  forget(key.hash);
}

export async function deleteKey(kv: KVNamespace, hash: string): Promise<void> {
  await fromStore(STORE, () => kv.delete(PREFIX + hash));
  forget(hash);
}

/** Every key, oldest first. Reads them all: fit for the few hundred keys of a team. */
export async function listKeys(kv: KVNamespace): Promise<ApiKey[]> {
  const names: string[] = [];
  let cursor: string | undefined;
  do {
    const from = cursor ? { cursor } : {};
    const page = await fromStore(STORE, () => kv.list({ prefix: PREFIX, ...from }));
    names.push(...page.keys.map(({ name }) => name));
    cursor = page.list_complete ? undefined : page.cursor;
  } while (cursor);
  const keys: ApiKey[] = [];
  for (let start = 0; start < names.length; start += 100) {
    const values = await fromStore(STORE, () => kv.get(names.slice(start, start + 100), "json"));
    for (const value of values.values()) if (value !== null) keys.push(apiKeySchema.parse(value));
  }
  return keys.sort((a, b) => a.createdAtMs - b.createdAtMs || a.hash.localeCompare(b.hash));
}

/** SHA-256 in hex. Tokens carry 256 random bits, so nothing slower is needed. */
export async function hashToken(token: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token));
  return new Uint8Array(digest).toHex();
}

/** Drops this isolate's copy of a key. */
function forget(hash: string): void {
  for (const [token, { key }] of cached) if (!key || key.hash === hash) cached.delete(token);
}
