import { RouterError } from "../errors.ts";

/**
 * Seals provider keys for KV: AES-256-GCM under a key that HKDF-SHA-256 makes from `MASTER_KEYS`
 * (`k2:<base64>,k1:<base64>`: the first seals, all open, so a master key can be changed without downtime). The
 * context is bound in as additional data: a sealed text opens only where it was put. Protects against whoever can
 * read the store, not against whoever can deploy code.
 */
const INFO = new TextEncoder().encode("pointsman provider key v1");
const IV_BYTES = 12;

/** A literal key as `<master key id>.<iv>.<ciphertext>`. Throws a 400 when there is no master key. */
export async function seal(masterKeys: string | undefined, context: string, plain: string): Promise<string> {
  const [first] = parseMasterKeys(masterKeys);
  if (!first) {
    const message =
      "A literal provider key can only be stored when the secret MASTER_KEYS is set. Set it, or name a secret.";
    throw new RouterError("invalid_request", message);
  }
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const algorithm = { name: "AES-GCM", iv, additionalData: new TextEncoder().encode(context) };
  const sealed = await crypto.subtle.encrypt(algorithm, await deriveKey(first), new TextEncoder().encode(plain));
  return `${first.id}.${iv.toBase64()}.${new Uint8Array(sealed).toBase64()}`;
}

/** More than an isolate meets; then it begins anew. */
const MAX_OPENED = 10_000;
const opened = new Map<string, string>();

/** The key inside a sealed text; undefined when no master key opens it. Kept in the isolate once opened. */
export async function open(
  masterKeys: string | undefined,
  context: string,
  sealed: string,
): Promise<string | undefined> {
  const cacheKey = `${context}\n${sealed}`;
  const known = opened.get(cacheKey);
  if (known !== undefined) return known;
  const [id, iv, ciphertext] = sealed.split(".");
  const master = parseMasterKeys(masterKeys).find((candidate) => candidate.id === id);
  if (!master || !iv || !ciphertext) return undefined;
  try {
    const algorithm = {
      name: "AES-GCM",
      iv: Uint8Array.fromBase64(iv),
      additionalData: new TextEncoder().encode(context),
    };
    const plain = await crypto.subtle.decrypt(algorithm, await deriveKey(master), Uint8Array.fromBase64(ciphertext));
    const text = new TextDecoder().decode(plain);
    if (opened.size >= MAX_OPENED) opened.clear();
    opened.set(cacheKey, text);
    return text;
  } catch {
    return undefined;
  }
}

/**
 * The same key sealed by the first master key; as it was when that has sealed it, undefined when none opens it. Throws
 * a 400 when there is no master key.
 */
export async function reseal(
  masterKeys: string | undefined,
  context: string,
  sealed: string,
): Promise<string | undefined> {
  const plain = await open(masterKeys, context, sealed);
  if (plain === undefined) return undefined;
  const [first] = parseMasterKeys(masterKeys);
  return first && sealed.startsWith(`${first.id}.`) ? sealed : seal(masterKeys, context, plain);
}

/** Of a shorter key, four characters would be too much of it. */
const MIN_HINTED_CHARS = 12;

/** The end of a key, for display. */
export function hintOf(key: string): string {
  return key.length < MIN_HINTED_CHARS ? "…" : `…${key.slice(-4)}`;
}

interface MasterKey {
  id: string;
  bytes: Uint8Array;
}

function parseMasterKeys(text: string | undefined): MasterKey[] {
  return (text ?? "")
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "")
    .map(parseMasterKey);
}

const MIN_KEY_BYTES = 16;

/** A name is demanded, since it stands in what is sealed: without one, a part of the key itself would. */
function parseMasterKey(entry: string): MasterKey {
  const [, id, base64] = /^([A-Za-z0-9_-]{1,32}):([A-Za-z0-9+/]+={0,2})$/.exec(entry) ?? [];
  try {
    const bytes = Uint8Array.fromBase64(base64 ?? "");
    if (id !== undefined && bytes.length >= MIN_KEY_BYTES) return { id, bytes };
  } catch {
    // Told below, without a word of it.
  }
  throw new RouterError(
    "invalid_request",
    "The secret MASTER_KEYS must be <name>:<base64 of 32 bytes>, several separated by commas.",
  );
}

async function deriveKey({ bytes }: MasterKey): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey("raw", bytes, "HKDF", false, ["deriveKey"]);
  const derivation = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(32), info: INFO };
  return crypto.subtle.deriveKey(derivation, material, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}
