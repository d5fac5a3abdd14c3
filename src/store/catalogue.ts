import { env } from "cloudflare:workers";
import * as z from "zod";
import { BUILT_IN } from "../catalogue/built-in.ts";
import { Catalogue, type Provider } from "../catalogue/catalogue.ts";
import { checkDocument } from "../catalogue/check-document.ts";
import { fromStore, invalidField } from "../errors.ts";
import { type CatalogueDocument, catalogueDocumentSchema, type ProviderKey } from "../schema/catalogue.ts";
import { forgetMovedProviders } from "./moved-providers.ts";
import { hintOf, open, reseal, seal } from "./seal.ts";

/**
 * The operator's catalogue document in KV.
 *
 * | key | value | written by |
 * | --- | --- | --- |
 * | `catalogue` | `{version, document}` as JSON; literal provider keys are sealed | `PUT /catalog` |
 *
 * A reader's copy may be 60 s old (30 s in the isolate, 30 s in KV's own cache). When KV fails, or holds something
 * that does not parse, the last good copy stays in use.
 */
const KEY = "catalogue";
const ISOLATE_TTL_MS = 30_000;
const KV_CACHE_TTL_SECONDS = 30;

interface Snapshot {
  catalogue: Catalogue;
  document: CatalogueDocument;
  /** When the document was written; 0 for none. */
  version: number;
  readAtMs: number;
}

const storedSchema = z.object({ version: z.number(), document: catalogueDocumentSchema });

let snapshot: Snapshot | undefined;
let isRefreshing = false;

/** The catalogue in force. Waits for KV only in a fresh isolate; later a stale copy is used while a new one is read. */
export async function readCatalogue(kv: KVNamespace, waitUntil: (work: Promise<unknown>) => void): Promise<Snapshot> {
  if (!snapshot) return load(kv);
  if (Date.now() - snapshot.readAtMs > ISOLATE_TTL_MS && !isRefreshing) {
    isRefreshing = true;
    waitUntil(
      load(kv).finally(() => {
        isRefreshing = false;
      }),
    );
  }
  return snapshot;
}

/** Replaces the operator's document. Throws a 400 that names the path of what is wrong. */
export async function writeCatalogue(
  kv: KVNamespace,
  json: unknown,
  masterKeys: string | undefined,
): Promise<Snapshot> {
  return storeCatalogue(kv, await checkCatalogue(json, masterKeys));
}

/**
 * The document as it would be stored, its literal keys sealed. Throws a 400 that names the path of what is wrong.
 */
export async function checkCatalogue(json: unknown, masterKeys: string | undefined): Promise<CatalogueDocument> {
  const parsed = catalogueDocumentSchema.safeParse(json);
  if (!parsed.success) throw shapeError(parsed.error);
  const document = parsed.data;
  const problem = checkDocument(BUILT_IN, document);
  if (problem) throw invalidField(problem.path, problem.problem);
  for (const [slug, provider] of Object.entries(document.providers ?? {}))
    if (provider.key) provider.key = await sealKey(provider.key, slug, masterKeys);
  return document;
}

/**
 * Seals the document's keys again that are not sealed by the first master key. Gives how many, and the slugs of the
 * providers whose key no master key opens; they stay as they are.
 */
export async function resealCatalogue(
  kv: KVNamespace,
  masterKeys: string | undefined,
): Promise<{ resealed: number; unreadable: string[] }> {
  const stored = await readStoredDocument(kv);
  const newest = snapshot && snapshot.version > stored.version ? snapshot : stored;
  const document = structuredClone(newest.document);
  const unreadable: string[] = [];
  let resealed = 0;
  for (const [slug, { key }] of Object.entries(document.providers ?? {})) {
    if (typeof key !== "object" || !("sealed" in key)) continue;
    const sealed = await reseal(masterKeys, sealContext(slug), key.sealed);
    if (sealed === undefined) unreadable.push(slug);
    else if (sealed !== key.sealed) {
      key.sealed = sealed;
      resealed++;
    }
  }
  if (resealed > 0) await storeCatalogue(kv, document);
  return { resealed, unreadable };
}

/** Stores a document that `checkCatalogue` has let pass; it is in force in this isolate at once. */
export async function storeCatalogue(kv: KVNamespace, document: CatalogueDocument): Promise<Snapshot> {
  const version = Date.now();
  await fromStore("catalogue's store", () => kv.put(KEY, JSON.stringify({ version, document })));
  snapshot = replaceBy(toSnapshot(document, version));
  return snapshot;
}

/** Whether a provider has what it needs: the variables of its URL, and no key or one that is there. */
export function isConfigured(provider: Provider, env: Cloudflare.Env): boolean {
  const { key, missingVariables } = provider;
  if (missingVariables.length > 0) return false;
  if (key === undefined) return true;
  const name = secretNameOf(key);
  if (name !== undefined) return readSecret(env, name) !== undefined;
  return typeof key === "object" && "sealed" in key && env.MASTER_KEYS !== undefined;
}

/** The key of a provider; undefined when it takes none, null when it takes one that cannot be read. */
export async function readProviderKey(provider: Provider, env: Cloudflare.Env): Promise<string | null | undefined> {
  const { key } = provider;
  if (key === undefined) return undefined;
  const name = secretNameOf(key);
  if (name !== undefined) return readSecret(env, name) ?? null;
  if (typeof key === "string" || !("sealed" in key)) return null;
  return (await open(env.MASTER_KEYS, sealContext(provider.slug), key.sealed)) ?? null;
}

function secretNameOf(key: ProviderKey): string | undefined {
  if (typeof key === "string") return key;
  return "secret" in key ? key.secret : undefined;
}

async function load(kv: KVNamespace): Promise<Snapshot> {
  try {
    const { document, version } = await readStored(kv);
    // What has been made of the same document stays; so does a newer one: KV may give the old one for a while.
    const isKnown = snapshot !== undefined && snapshot.version >= version;
    snapshot = snapshot && isKnown ? { ...snapshot, readAtMs: Date.now() } : replaceBy(toSnapshot(document, version));
  } catch (error) {
    console.error("catalogue: the operator's document cannot be read, the last good one stays", String(error));
    snapshot ??= { ...toSnapshot({}, 0), readAtMs: 0 };
  }
  return snapshot;
}

function replaceBy(next: Snapshot): Snapshot {
  forgetMovedProviders(snapshot, next);
  return next;
}

/** The operator's document as KV has it; version 0 when there is none. Throws 503 when it cannot be had or read. */
export function readStoredDocument(kv: KVNamespace): Promise<z.infer<typeof storedSchema>> {
  return fromStore("catalogue's store", () => readStored(kv));
}

async function readStored(kv: KVNamespace): Promise<z.infer<typeof storedSchema>> {
  const json = await kv.get(KEY, { type: "json", cacheTtl: KV_CACHE_TTL_SECONDS });
  if (json === null) return { document: {}, version: 0 };
  const stored = storedSchema.parse(json);
  const problem = checkDocument(BUILT_IN, stored.document);
  if (problem) throw new Error(`${problem.path}: ${problem.problem}`);
  return stored;
}

function toSnapshot(document: CatalogueDocument, version: number): Snapshot {
  const catalogue = new Catalogue(BUILT_IN, document, (name) => readSecret(env, name));
  return { catalogue, document, version, readAtMs: Date.now() };
}

async function sealKey(key: ProviderKey, slug: string, masterKeys: string | undefined): Promise<ProviderKey> {
  if (typeof key === "string" || !("value" in key)) return key;
  const { value, ...owner } = key;
  return {
    ...owner,
    sealed: await seal(masterKeys, sealContext(slug), value),
    hint: hintOf(value),
  };
}

function sealContext(slug: string): string {
  return `${KEY}/providers/${slug}`;
}

/** Names of bindings and of the router's own secrets are no provider keys. */
const RESERVED_SECRETS = new Set(["MANAGEMENT_KEY", "MASTER_KEYS", "DEMO"]);

function readSecret(env: Cloudflare.Env, name: string): string | undefined {
  if (RESERVED_SECRETS.has(name)) return undefined;
  const value = (env as unknown as Record<string, unknown>)[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}

function shapeError(error: z.ZodError): Error {
  const issue = deepestIssue(error.issues);
  return invalidField(issue.path.join("."), issue.message);
}

/** Inside a union the arm that got furthest says best what is wrong. */
function deepestIssue(issues: z.core.$ZodIssue[]): { path: PropertyKey[]; message: string } {
  const [issue] = issues;
  if (issue?.code === "invalid_union" && issue.errors.length > 0) {
    const deepest = issue.errors.map(deepestIssue).sort((a, b) => b.path.length - a.path.length)[0];
    if (deepest) return { path: [...issue.path, ...deepest.path], message: deepest.message };
  }
  return { path: issue?.path ?? [], message: issue?.message ?? "is not a catalogue document" };
}
