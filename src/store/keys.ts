import { fromStore } from "../errors.ts";
import { type ApiKey, apiKeySchema, type KeyAlias, keyAliasSchema, type NewKey } from "../schema/key.ts";

/**
 * API keys in KV.
 *
 * | key | value | metadata | written by |
 * | --- | --- | --- | --- |
 * | `key:<sha-256 of the token, hex>` | `ApiKey` as JSON | name, for listings | management routes |
 * | the same, of a token that opens another key | `KeyAlias` as JSON; KV deletes it in time | `alias` | rotation |
 *
 * A reader's copy may be 60 s old: 30 s in the isolate, 30 s in KV's own cache. KV promises no more than "eventually";
 * that is fine here, since a key changes seldom and revocation promises a minute.
 */
export type { ApiKey } from "../schema/key.ts";

const PREFIX = "key:";
/** What this store is called when it fails. */
const STORE = "key store";
/** The prefix lets secret scanners find a token that was committed by mistake. */
const TOKEN_PREFIXES = {
  api: "sk-pm-v1-",
  management: "sk-pm-mgmt-v1-",
  pat: "pm_pat_",
  service: "pm_svc_",
} as const satisfies Record<ApiKey["kind"], string>;
const ISOLATE_TTL_MS = 30_000;
/** KV's smallest. */
const KV_CACHE_TTL_SECONDS = 30;
/** KV deletes nothing sooner than this. */
const MIN_KV_TTL_SECONDS = 60;
/** How long KV may give what a change has replaced. */
const KV_STALE_MS = 60_000;
/** How long an isolate trusts its last copy while KV does not answer. */
const LAST_GOOD_TTL_MS = 600_000;
/** An unknown token is asked for again after this, so that a flood of them does not become a flood of reads. */
const UNKNOWN_TTL_MS = 5_000;
const MAX_CACHED_KEYS = 10_000;

/** What a token opens, until when. */
interface Opened {
  key: ApiKey | undefined;
  untilMs: number | null;
  /** Hashes on the way from the token to the key. */
  hashes: string[];
}

type Stored = ApiKey | KeyAlias;

const cached = new Map<string, Opened & { readAtMs: number }>();

/** What this isolate has written of late, by hash; undefined: deleted. */
const written = new Map<string, { stored: Stored | undefined; atMs: number }>();

/** The key of a token; undefined when there is none. Throws 503 when the store fails and no recent copy is here. */
export async function findKey(kv: KVNamespace, token: string): Promise<ApiKey | undefined> {
  const known = cached.get(token);
  const now = Date.now();
  if (known && now - known.readAtMs < (known.key ? ISOLATE_TTL_MS : UNKNOWN_TTL_MS)) return inTime(known, now);
  try {
    const opened = await open(kv, await hashToken(token));
    if (cached.size >= MAX_CACHED_KEYS) cached.clear();
    cached.set(token, { ...opened, readAtMs: now });
    return inTime(opened, now);
  } catch (error) {
    if (known?.key && now - known.readAtMs < LAST_GOOD_TTL_MS) return inTime(known, now);
    throw error;
  }
}

function inTime({ key, untilMs }: Opened, nowMs: number): ApiKey | undefined {
  return untilMs !== null && untilMs <= nowMs ? undefined : key;
}

/**
 * Tokens that were replaced again and again within their grace open each other in turn, so each ends at the latest with
 * the one that has replaced it.
 */
const MAX_ALIASES = 8;

async function open(kv: KVNamespace, hash: string): Promise<Opened> {
  let untilMs: number | null = null;
  const hashes: string[] = [];
  for (let next = hash; hashes.length <= MAX_ALIASES; ) {
    hashes.push(next);
    const stored = await read(kv, next);
    if (!stored || !("opens" in stored)) return { key: stored, untilMs, hashes };
    if (stored.untilMs !== null) untilMs = Math.min(untilMs ?? Infinity, stored.untilMs);
    next = stored.opens;
  }
  return { key: undefined, untilMs: null, hashes };
}

/** For a while KV may give what was there before this isolate's own change. */
function newest(hash: string, stored: Stored | undefined): Stored | undefined {
  const own = written.get(hash);
  if (!own || !stored || Date.now() - own.atMs >= KV_STALE_MS) return stored;
  const isOlder = own.stored ? changedAtMs(stored) < changedAtMs(own.stored) : changedAtMs(stored) <= own.atMs;
  return isOlder ? own.stored : stored;
}

function changedAtMs(stored: Stored): number {
  return "opens" in stored ? stored.createdAtMs : (stored.updatedAtMs ?? stored.createdAtMs);
}

/** The key with a hash, read past the isolate's copy. */
export async function readKey(kv: KVNamespace, hash: string): Promise<ApiKey | undefined> {
  const stored = await read(kv, hash);
  return stored && !("opens" in stored) ? stored : undefined;
}

/** What the token with a hash opens, when it is not the token of a key itself. */
export async function readAlias(kv: KVNamespace, hash: string): Promise<KeyAlias | undefined> {
  const stored = await read(kv, hash);
  return stored && "opens" in stored ? stored : undefined;
}

function read(kv: KVNamespace, hash: string): Promise<Stored | undefined> {
  return fromStore(STORE, async () => {
    const json = await kv.get(PREFIX + hash, { type: "json", cacheTtl: KV_CACHE_TTL_SECONDS });
    return newest(hash, json === null ? undefined : parse(json));
  });
}

function parse(json: unknown): Stored {
  const alias = keyAliasSchema.safeParse(json);
  return alias.success ? alias.data : apiKeySchema.parse(json);
}

/** Makes a token of 256 random bits and stores its key. The token is nowhere else. */
export async function createKey(kv: KVNamespace, fields: NewKey): Promise<{ token: string; key: ApiKey }> {
  const { token, ...identity } = await createToken(fields.kind ?? "api");
  const key = apiKeySchema.parse({ ...fields, ...identity });
  await writeKey(kv, key);
  if (key.externalHash !== null) await writeAlias(kv, key.externalHash, key.hash, null);
  return { token, key };
}

async function createToken(kind: ApiKey["kind"]): Promise<{ token: string; hash: string; label: string }> {
  const prefix = TOKEN_PREFIXES[kind];
  const token = prefix + crypto.getRandomValues(new Uint8Array(32)).toHex();
  const label = `${token.slice(0, prefix.length + 3)}...${token.slice(-3)}`;
  return { token, hash: await hashToken(token), label };
}

/**
 * Gives a key a new token. The old one opens the same key until its grace is over; without one it is gone at once
 * here, and elsewhere within a minute.
 */
export async function rotateKey(
  kv: KVNamespace,
  key: ApiKey,
  graceMs: number,
): Promise<{ token: string; key: ApiKey; oldUntilMs: number }> {
  const nowMs = Date.now();
  const oldUntilMs = nowMs + graceMs;
  const { token, ...identity } = await createToken(key.kind);
  const rotated: ApiKey = { ...key, ...identity, rotatedFrom: key.hash, updatedAtMs: nowMs };
  // The new one first: whatever fails after it, nobody is locked out.
  await writeKey(kv, rotated);
  if (key.externalHash !== null) await writeAlias(kv, key.externalHash, rotated.hash, null);
  if (graceMs > 0) await writeAlias(kv, key.hash, rotated.hash, oldUntilMs);
  else await deleteHash(kv, key.hash);
  return { token, key: rotated, oldUntilMs };
}

export async function writeKey(kv: KVNamespace, key: ApiKey): Promise<void> {
  const metadata = { name: key.name.slice(0, 200) };
  await fromStore(STORE, () => kv.put(PREFIX + key.hash, JSON.stringify(key), { metadata }));
  note(key.hash, key);
}

async function writeAlias(kv: KVNamespace, hash: string, opens: string, untilMs: number | null): Promise<void> {
  const alias: KeyAlias = { opens, untilMs, createdAtMs: Date.now() };
  const leftSeconds = untilMs === null ? null : Math.ceil((untilMs - Date.now()) / 1000);
  const ttl = leftSeconds === null ? {} : { expirationTtl: Math.max(MIN_KV_TTL_SECONDS, leftSeconds) };
  const options = { metadata: { alias: true }, ...ttl };
  await fromStore(STORE, () => kv.put(PREFIX + hash, JSON.stringify(alias), options));
  note(hash, alias);
}

/** Deletes a key, with a partner's token that opens it. */
export async function deleteKey(kv: KVNamespace, hash: string): Promise<void> {
  // One that cannot be read can be deleted all the same; a token that is left then opens nothing.
  const key = await readKey(kv, hash).catch(() => undefined);
  await deleteHash(kv, hash);
  if (key && key.externalHash !== null) await deleteHash(kv, key.externalHash);
}

/** Makes a token that opens another key open it no more. */
export async function deleteAlias(kv: KVNamespace, hash: string): Promise<void> {
  await deleteHash(kv, hash);
}

async function deleteHash(kv: KVNamespace, hash: string): Promise<void> {
  await fromStore(STORE, () => kv.delete(PREFIX + hash));
  note(hash, undefined);
}

/** Whether a token opens something. */
export async function isTaken(kv: KVNamespace, hash: string): Promise<boolean> {
  return (await read(kv, hash)) !== undefined;
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
    const hundred = names.slice(start, start + 100);
    const values = await fromStore(STORE, () => kv.get(hundred, { type: "json", cacheTtl: KV_CACHE_TTL_SECONDS }));
    for (const [name, value] of values) {
      const key = value === null ? undefined : listed(name, value);
      if (key) keys.push(key);
    }
  }
  return keys.sort((a, b) => a.createdAtMs - b.createdAtMs || a.hash.localeCompare(b.hash));
}

/** One that cannot be read keeps no other out of the list. */
function listed(name: string, json: unknown): ApiKey | undefined {
  try {
    const stored = newest(name.slice(PREFIX.length), parse(json));
    return stored && !("opens" in stored) ? stored : undefined;
  } catch (error) {
    console.error(`${STORE}: ${name} cannot be listed`, String(error));
    return undefined;
  }
}

/** SHA-256 in hex. Tokens carry 256 random bits, so nothing slower is needed. */
export async function hashToken(token: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token));
  return new Uint8Array(digest).toHex();
}

/** Remembers what this isolate has written, and drops the copies that it has of what was there before. */
function note(hash: string, stored: Stored | undefined): void {
  const atMs = Date.now();
  for (const [old, entry] of written) if (atMs - entry.atMs >= KV_STALE_MS) written.delete(old);
  written.set(hash, { stored, atMs });
  for (const [token, { key, hashes }] of cached) if (!key || hashes.includes(hash)) cached.delete(token);
}
