import * as z from "zod";
import { fromStore, RouterError } from "../errors.ts";
import { DEFAULT_TEAM, isTeamId, SELFTEST_TEAM, type Team, teamSchema } from "../schema/team.ts";

/**
 * Teams in KV.
 *
 * | key | value | metadata | written by |
 * | --- | --- | --- | --- |
 * | `team:<id>` | `Team` as JSON; a deleted one stays, as a mark | slug and whether it is deleted, for look-ups | management routes |
 *
 * A reader's copy may be 60 s old: 30 s in the isolate, 30 s in KV's own cache. KV has no compare-and-set: of two
 * writers in the same moment one may be lost; that is fine for what a team changes by hand.
 */
const PREFIX = "team:";
/** What this store is called when it fails. */
const STORE = "team store";
const ISOLATE_TTL_MS = 30_000;
/** KV's smallest. */
const KV_CACHE_TTL_SECONDS = 30;
/** How long KV may give what a change has replaced. */
const KV_STALE_MS = 60_000;
/** How long an isolate trusts its last copy while KV does not answer. */
const LAST_GOOD_TTL_MS = 600_000;
/** An unknown id is asked for again after this. */
const UNKNOWN_TTL_MS = 5_000;
const MAX_CACHED_TEAMS = 10_000;

const metadataSchema = z.object({ slug: z.string(), isDeleted: z.boolean() });

interface Summary {
  id: string;
  slug: string;
}

const cached = new Map<string, { team: Team | undefined; readAtMs: number }>();

/** All teams, for those who ask where a user is a member; undefined: not read of late. */
let roster: { teams: Team[]; readAtMs: number } | undefined;

/** What this isolate has written of late. */
const written = new Map<string, Team>();

/**
 * The team with an id; undefined when there is none, or none any more. Throws 503 when the store fails and no recent
 * copy is here.
 */
export async function findTeam(kv: KVNamespace, id: string): Promise<Team | undefined> {
  const known = cached.get(id);
  const now = Date.now();
  if (known && now - known.readAtMs < (known.team ? ISOLATE_TTL_MS : UNKNOWN_TTL_MS)) return known.team;
  try {
    return keep(id, await readTeam(kv, id));
  } catch (error) {
    if (known?.team && now - known.readAtMs < LAST_GOOD_TTL_MS) return known.team;
    throw error;
  }
}

/** The same, read past the isolate's copy. */
export async function readTeam(kv: KVNamespace, id: string): Promise<Team | undefined> {
  return present(await read(kv, id));
}

function present(team: Team | undefined): Team | undefined {
  return team?.deletedAtMs == null ? team : undefined;
}

function changedAtMs({ createdAtMs, updatedAtMs, deletedAtMs }: Team): number {
  return deletedAtMs ?? updatedAtMs ?? createdAtMs;
}

/** The team with an id or, where no team has it for an id, with a slug. */
export async function readTeamByName(kv: KVNamespace, name: string): Promise<Team | undefined> {
  const team = await readTeam(kv, name);
  if (team) return team;
  const found = (await summaries(kv)).find(({ slug }) => slug === name);
  return found && readTeam(kv, found.id);
}

/** Stores a new team. Throws 409 when its id or its slug is taken; an id stays taken when its team is deleted. */
export async function createTeam(kv: KVNamespace, team: Team): Promise<void> {
  const before = await read(kv, team.id);
  const others = await summaries(kv);
  if (before?.deletedAtMs != null) throw taken("id", `${team.id}" belonged to a workspace that was deleted`);
  if (before || others.some(({ slug }) => slug === team.id)) throw taken("id", `${team.id}" is taken`);
  checkSlug(team, others);
  await put(kv, team);
}

/** Stores what has changed of a team. Throws 409 when its slug is taken. */
export async function writeTeam(kv: KVNamespace, team: Team): Promise<void> {
  checkSlug(team, await summaries(kv));
  await put(kv, team);
}

/** A slug stands where an id may stand, so it must be neither's but its team's own. */
function checkSlug(team: Team, summaries: Summary[]): void {
  const names = summaries.filter(({ id }) => id !== team.id).flatMap(({ id, slug }) => [id, slug]);
  const reserved = [DEFAULT_TEAM, SELFTEST_TEAM].filter((id) => id !== team.id);
  if ([...names, ...reserved].includes(team.slug)) throw taken("slug", `${team.slug}" is taken`);
}

function taken(field: string, what: string): RouterError {
  return new RouterError("conflict", `The ${field} "${what}.`, { metadata: { field } });
}

/** Deletes a team for good: its keys are refused, here at once and elsewhere within a minute. */
export async function deleteTeam(kv: KVNamespace, team: Team): Promise<void> {
  await put(kv, { ...team, deletedAtMs: Date.now() });
}

/** Every team, the default one first, then the oldest. */
export async function listTeams(kv: KVNamespace): Promise<Team[]> {
  const ids = (await summaries(kv)).map(({ id }) => id).filter((id) => id !== DEFAULT_TEAM);
  const teams = [(await readTeam(kv, DEFAULT_TEAM)) ?? builtIn(DEFAULT_TEAM)];
  const others: Team[] = [];
  for (let start = 0; start < ids.length; start += 100) {
    const names = ids.slice(start, start + 100).map((id) => PREFIX + id);
    const values = await fromStore(STORE, () => kv.get(names, { type: "json", cacheTtl: KV_CACHE_TTL_SECONDS }));
    for (const [name, value] of values) {
      const parsed = teamSchema.safeParse(value);
      const team = parsed.success ? present(newest(parsed.data)) : undefined;
      if (team) others.push(team);
      if (!parsed.success) console.error(`${STORE}: ${name} cannot be listed`, String(parsed.error));
    }
  }
  return [...teams, ...others.sort((a, b) => a.createdAtMs - b.createdAtMs || a.id.localeCompare(b.id))];
}

/** The teams that a user is a member of. The list may be as old as a reader's copy of a team. */
export async function teamsOfUser(kv: KVNamespace, userId: string): Promise<Team[]> {
  const nowMs = Date.now();
  if (!roster || nowMs - roster.readAtMs >= ISOLATE_TTL_MS) {
    try {
      roster = { teams: await listTeams(kv), readAtMs: nowMs };
    } catch (error) {
      if (!roster || nowMs - roster.readAtMs >= LAST_GOOD_TTL_MS) throw error;
    }
  }
  return roster.teams.filter(({ members }) => members.some((member) => member.userId === userId));
}

async function put(kv: KVNamespace, team: Team): Promise<void> {
  const metadata = { slug: team.slug, isDeleted: team.deletedAtMs !== null };
  await fromStore(STORE, () => kv.put(PREFIX + team.id, JSON.stringify(team), { metadata }));
  for (const [id, old] of written) if (Date.now() - changedAtMs(old) >= KV_STALE_MS) written.delete(id);
  written.set(team.id, team);
  roster = undefined;
  keep(team.id, present(team));
}

/** A team as it is stored, or as it is when nobody has changed it. */
async function read(kv: KVNamespace, id: string): Promise<Team | undefined> {
  if (id === SELFTEST_TEAM) return builtIn(id);
  if (!isTeamId(id)) return undefined;
  return fromStore(STORE, async () => {
    const json = await kv.get(PREFIX + id, { type: "json", cacheTtl: KV_CACHE_TTL_SECONDS });
    if (json !== null) return newest(teamSchema.parse(json));
    return id === DEFAULT_TEAM ? builtIn(id) : undefined;
  });
}

/** For a while KV may give what was there before this isolate's own change. */
function newest(stored: Team): Team {
  const own = written.get(stored.id);
  const isFresh = own !== undefined && Date.now() - changedAtMs(own) < KV_STALE_MS;
  return isFresh && changedAtMs(stored) < changedAtMs(own) ? own : stored;
}

function builtIn(id: string): Team {
  const name = id.charAt(0).toUpperCase() + id.slice(1);
  return teamSchema.parse({ id, slug: id, name, createdAtMs: 0, updatedAtMs: null });
}

/** Ids and slugs of the teams that are there; of the default one only when it was changed. */
async function summaries(kv: KVNamespace): Promise<Summary[]> {
  const found: Summary[] = [];
  let cursor: string | undefined;
  do {
    const from = cursor ? { cursor } : {};
    const page = await fromStore(STORE, () => kv.list({ prefix: PREFIX, ...from }));
    for (const { name, metadata } of page.keys) {
      const parsed = metadataSchema.safeParse(metadata);
      if (parsed.success && !parsed.data.isDeleted)
        found.push({ id: name.slice(PREFIX.length), slug: parsed.data.slug });
    }
    cursor = page.list_complete ? undefined : page.cursor;
  } while (cursor);
  return found;
}

function keep(id: string, team: Team | undefined): Team | undefined {
  if (cached.size >= MAX_CACHED_TEAMS) cached.clear();
  cached.set(id, { team, readAtMs: Date.now() });
  return team;
}
