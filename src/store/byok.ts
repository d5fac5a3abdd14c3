import * as z from "zod";
import type { Endpoint, Provider } from "../catalogue/catalogue.ts";
import { fromStore, RouterError } from "../errors.ts";
import { type TeamKey, teamKeySchema } from "../schema/byok.ts";
import { readProviderKey } from "./catalogue.ts";
import { hintOf, open, reseal, seal } from "./seal.ts";

/**
 * The teams' own keys at providers, in KV.
 *
 * | key | value | written by |
 * | --- | --- | --- |
 * | `byok:<team>` | `{version, keys}` as JSON, in the order in which they are tried; each key sealed to its place | management routes |
 *
 * A reader's copy may be 60 s old: 30 s in the isolate, 30 s in KV's own cache. When KV fails the last good copy stays
 * in use. KV has no compare-and-set: of two writers in different places in the same moment one may be lost; that is
 * fine for what a team changes by hand.
 */
const PREFIX = "byok:";
/** What this store is called when it fails. */
const STORE = "store of the teams' provider keys";
const ISOLATE_TTL_MS = 30_000;
/** KV's smallest. */
const KV_CACHE_TTL_SECONDS = 30;
const MAX_CACHED_TEAMS = 10_000;
const MAX_KEYS = 200;

const storedSchema = z.object({ version: z.number(), keys: z.array(teamKeySchema) });
type Stored = z.infer<typeof storedSchema>;

interface Copy extends Stored {
  readAtMs: number;
  isRefreshing: boolean;
}

const cached = new Map<string, Copy>();

/** A team's keys, in order. Waits for KV once in an isolate; throws 503 when there is no copy and KV fails. */
export async function readTeamKeys(
  kv: KVNamespace,
  team: string,
  waitUntil: (work: Promise<unknown>) => void,
): Promise<TeamKey[]> {
  const copy = cached.get(team);
  if (!copy) return (await load(kv, team, KV_CACHE_TTL_SECONDS)).keys;
  if (Date.now() - copy.readAtMs > ISOLATE_TTL_MS && !copy.isRefreshing) {
    copy.isRefreshing = true;
    const refreshing = load(kv, team, KV_CACHE_TTL_SECONDS).catch((error) => {
      console.error(`${STORE}: the last good copy stays`, String(error));
      copy.readAtMs = Date.now();
      copy.isRefreshing = false;
    });
    waitUntil(refreshing);
  }
  return copy.keys;
}

/** A team's keys, read past the isolate's copy unless that is newer. */
export async function listTeamKeys(kv: KVNamespace, team: string): Promise<TeamKey[]> {
  return (await load(kv, team)).keys;
}

/** Every team that has had keys. */
export async function listTeamsWithKeys(kv: KVNamespace): Promise<string[]> {
  const teams: string[] = [];
  let cursor: string | undefined;
  do {
    const from = cursor ? { cursor } : {};
    const page = await fromStore(STORE, () => kv.list({ prefix: PREFIX, ...from }));
    teams.push(...page.keys.map(({ name }) => name.slice(PREFIX.length)));
    cursor = page.list_complete ? undefined : page.cursor;
  } while (cursor);
  return teams;
}

/** Replaces a team's keys by what `change` makes of them. In force in this isolate at once, elsewhere within 60 s. */
export async function changeTeamKeys(
  kv: KVNamespace,
  team: string,
  change: (keys: TeamKey[]) => TeamKey[],
): Promise<void> {
  const read = await load(kv, team);
  // From here to keeping it nothing is waited for: another writer of this isolate comes before or after.
  const before = cached.get(team) ?? read;
  const keys = change(before.keys).toSorted((a, b) => a.sortOrder - b.sortOrder || a.createdAtMs - b.createdAtMs);
  if (keys.length > MAX_KEYS) {
    throw new RouterError("invalid_request", `A team can have ${MAX_KEYS} provider keys; remove some first.`);
  }
  const stored = { version: Math.max(Date.now(), before.version + 1), keys };
  keep(team, stored);
  try {
    await fromStore(STORE, () => kv.put(PREFIX + team, JSON.stringify(stored)));
  } catch (error) {
    if (cached.get(team)?.version === stored.version) cached.set(team, before);
    throw error;
  }
}

/** Seals a team's key to its place. Throws a 400 when there is no master key. */
export async function sealTeamKey(
  place: Pick<TeamKey, "id" | "team" | "provider">,
  secret: string,
  masterKeys: string | undefined,
): Promise<Pick<TeamKey, "sealed" | "label">> {
  return { sealed: await seal(masterKeys, contextOf(place), secret), label: hintOf(secret) };
}

/**
 * Seals the keys of a team again that are not sealed by the first master key. Gives how many, and the ids of those
 * that no master key opens; they stay as they are.
 */
export async function resealTeamKeys(
  kv: KVNamespace,
  team: string,
  masterKeys: string | undefined,
): Promise<{ resealed: number; unreadable: string[] }> {
  const unreadable: string[] = [];
  const anew = new Map<string, string>();
  for (const key of await listTeamKeys(kv, team)) {
    const sealed = await reseal(masterKeys, contextOf(key), key.sealed);
    if (sealed === undefined) unreadable.push(key.id);
    else if (sealed !== key.sealed) anew.set(key.sealed, sealed);
  }
  // A key that was replaced meanwhile is sealed by the first one already.
  const swap = (key: TeamKey) => ({ ...key, sealed: anew.get(key.sealed) ?? key.sealed });
  if (anew.size > 0) await changeTeamKeys(kv, team, (keys) => keys.map(swap));
  return { resealed: anew.size, unreadable };
}

/** Whether a provider can be called with a team's own key. */
export function takesTeamKeys({ missingVariables }: Provider, env: Cloudflare.Env): boolean {
  return missingVariables.length === 0 && env.MASTER_KEYS !== undefined;
}

/** The key to call an endpoint with; undefined where none is taken, null where it cannot be read. */
export async function readEndpointKey(
  { provider, teamKey }: Endpoint,
  env: Cloudflare.Env,
): Promise<string | null | undefined> {
  if (!teamKey) return readProviderKey(provider, env);
  return (await open(env.MASTER_KEYS, contextOf(teamKey), teamKey.sealed)) ?? null;
}

/** Where a key belongs: a sealed text that is put beside another provider's name, or another team's, does not open. */
function contextOf({ id, team, provider }: Pick<TeamKey, "id" | "team" | "provider">): string {
  return `${PREFIX}${team}/${provider}/${id}`;
}

/** What KV has, or what this isolate has written if that is newer. */
async function load(kv: KVNamespace, team: string, cacheTtl?: number): Promise<Copy> {
  const stored = await fromStore(STORE, async (): Promise<Stored> => {
    const options = cacheTtl === undefined ? { type: "json" as const } : { type: "json" as const, cacheTtl };
    const json = await kv.get(PREFIX + team, options);
    return json === null ? { version: 0, keys: [] } : storedSchema.parse(json);
  });
  const known = cached.get(team);
  return keep(team, known && known.version > stored.version ? known : stored);
}

function keep(team: string, { version, keys }: Stored): Copy {
  if (cached.size >= MAX_CACHED_TEAMS && !cached.has(team)) cached.clear();
  const copy = { version, keys, readAtMs: Date.now(), isRefreshing: false };
  cached.set(team, copy);
  return copy;
}
