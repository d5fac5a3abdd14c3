import { invalidField, RouterError } from "../../errors.ts";
import {
  newTeamKeySchema,
  serviceAccountOf,
  type TeamKey,
  type TeamKeyChange,
  teamKeyChangeSchema,
  toWireTeamKey,
} from "../../schema/byok.ts";
import { DEFAULT_TEAM } from "../../schema/team.ts";
import { changeTeamKeys, listTeamKeys, listTeamsWithKeys, resealTeamKeys, sealTeamKey } from "../../store/byok.ts";
import { readCatalogue, resealCatalogue } from "../../store/catalogue.ts";
import { readKey } from "../../store/keys.ts";
import { requireManagement } from "../authenticate.ts";
import { type AppContext, waitUntilOf } from "../env.ts";
import { given, readFields } from "../read-fields.ts";
import { readRange } from "./presets.ts";
import { findWorkspace } from "./workspaces.ts";

/** The only address to which an assertion signed with a team's service account may go. */
const TOKEN_URI = "https://oauth2.googleapis.com/token";

/** GET /byok?workspace_id=&provider=&offset=&limit= : the keys of one team, in the order in which they are tried. */
export async function getTeamKeys(c: AppContext): Promise<Response> {
  const range = readRange(c);
  const team = await teamOf(c, c.req.query("workspace_id"));
  const provider = c.req.query("provider");
  const keys = (await listTeamKeys(c.env.KV, team)).filter((key) => !provider || key.provider === provider);
  return c.json({ data: keys.slice(...range).map(toWireTeamKey), total_count: keys.length });
}

/** GET /byok/:id */
export async function getTeamKey(c: AppContext): Promise<Response> {
  return c.json({ data: toWireTeamKey(await findTeamKey(c)) });
}

/** POST /byok: adds a key, at the end of its provider's unless `sort_order` says otherwise. */
export async function postTeamKey(c: AppContext): Promise<Response> {
  const body = await readFields(c, newTeamKeySchema);
  const team = await teamOf(c, body.workspace_id);
  await checkProvider(c, body.provider);
  const place = { id: crypto.randomUUID(), team, provider: body.provider };
  const added: TeamKey = {
    ...place,
    ...(await sealSecret(c, place, body.key)),
    name: null,
    disabled: false,
    sortOrder: 0,
    isFallback: false,
    isRequired: false,
    isByokOnly: false,
    allowedModels: null,
    allowedUserIds: null,
    allowedAccounts: null,
    declaredZdr: null,
    createdAtMs: Date.now(),
  };
  const settings = await settingsOf(c, added, body);
  let stored = { ...added, ...settings };
  await changeTeamKeys(c.env.KV, team, (keys) => {
    const places = keys.filter(({ provider }) => provider === added.provider).map(({ sortOrder }) => sortOrder);
    stored = { ...stored, sortOrder: settings.sortOrder ?? Math.max(-1, ...places) + 1 };
    return [...keys, stored];
  });
  return c.json({ data: toWireTeamKey(stored) }, 201);
}

/** PATCH /byok/:id; a new `key` takes the place of the present one. */
export async function patchTeamKey(c: AppContext): Promise<Response> {
  const body = await readFields(c, teamKeyChangeSchema);
  const key = await findTeamKey(c);
  const secret = body.key === undefined ? {} : await sealSecret(c, key, body.key);
  const change = { ...secret, ...(await settingsOf(c, key, body)) };
  const changed = { ...key, ...change };
  await changeTeamKeys(c.env.KV, key.team, (keys) =>
    keys.map((each) => (each.id === key.id ? { ...each, ...change } : each)),
  );
  return c.json({ data: toWireTeamKey(changed) });
}

/** DELETE /byok/:id */
export async function removeTeamKey(c: AppContext): Promise<Response> {
  const { id, team } = await findTeamKey(c);
  await changeTeamKeys(c.env.KV, team, (keys) => keys.filter((key) => key.id !== id));
  return c.json({ deleted: true });
}

/**
 * POST /byok/reseal: seals what is stored again, where it was not sealed by the first of MASTER_KEYS: every team's keys
 * and those of the operator's document. Afterwards the other master keys can go, unless something is `unreadable`.
 */
export async function postReseal(c: AppContext): Promise<Response> {
  const caller = await requireManagement(c);
  if (caller.team)
    throw new RouterError(
      "permission_denied",
      "Only a management key of the whole installation can seal its keys again.",
    );
  if (!c.env.MASTER_KEYS) throw invalidField("", "The secret MASTER_KEYS is not set, so nothing can be sealed.");
  const ofCatalogue = await resealCatalogue(c.env.KV, c.env.MASTER_KEYS);
  let { resealed } = ofCatalogue;
  const unreadable: object[] = ofCatalogue.unreadable.map((provider) => ({ provider }));
  for (const team of await listTeamsWithKeys(c.env.KV)) {
    const ofTeam = await resealTeamKeys(c.env.KV, team, c.env.MASTER_KEYS);
    resealed += ofTeam.resealed;
    unreadable.push(...ofTeam.unreadable.map((id) => ({ workspace_id: team, id })));
  }
  return c.json({ data: { resealed, unreadable } });
}

/** The team that is meant: that of the caller's key, else the one that is named, else the default one. */
async function teamOf(c: AppContext, named: string | undefined): Promise<string> {
  const caller = await requireManagement(c);
  if (!named) return caller.team?.id ?? DEFAULT_TEAM;
  const team = await findWorkspace(c, caller, named);
  if (!team) throw invalidField("workspace_id", `there is no workspace "${named}"`);
  return team.id;
}

/** The key that the path names, whichever of the caller's teams it belongs to. */
async function findTeamKey(c: AppContext): Promise<TeamKey> {
  const caller = await requireManagement(c);
  const teams = caller.team ? [caller.team.id] : new Set([DEFAULT_TEAM, ...(await listTeamsWithKeys(c.env.KV))]);
  for (const team of teams) {
    const found = (await listTeamKeys(c.env.KV, team)).find(({ id }) => id === c.req.param("id"));
    if (found) return found;
  }
  throw new RouterError("not_found", "Provider key not found");
}

async function checkProvider(c: AppContext, slug: string): Promise<void> {
  const { catalogue } = await readCatalogue(c.env.KV, waitUntilOf(c));
  if (!catalogue.provider(slug))
    throw invalidField("provider", `there is no provider "${slug}"; GET /providers lists them`);
}

function sealSecret(c: AppContext, place: Pick<TeamKey, "id" | "team" | "provider">, secret: string) {
  const tokenUri = serviceAccountOf(secret)?.token_uri ?? TOKEN_URI;
  if (tokenUri !== TOKEN_URI) throw invalidField("key", `is a service account whose token_uri is not ${TOKEN_URI}`);
  return sealTeamKey(place, secret, c.env.MASTER_KEYS);
}

/** What a body says about a key, beside the key itself. Throws a 400 for what does not go together. */
async function settingsOf(c: AppContext, before: TeamKey, body: TeamKeyChange): Promise<Partial<TeamKey>> {
  const hashes = body.allowed_api_key_hashes;
  const settings = given({
    name: body.name,
    disabled: body.disabled,
    sortOrder: body.sort_order,
    isFallback: body.is_fallback,
    isRequired: body.is_required,
    isByokOnly: body.is_byok_only,
    allowedModels: body.allowed_models,
    allowedUserIds: body.allowed_user_ids,
    allowedAccounts: hashes && (await accountsOf(c, before.team, hashes)),
    declaredZdr: body.declared_zdr,
  });
  const { isFallback, isByokOnly } = { ...before, ...settings };
  if (isFallback && isByokOnly)
    throw invalidField("is_byok_only", "cannot be true for a fallback: it would come after keys that are never used");
  return settings;
}

/** The accounts of keys that are named by their hashes. */
function accountsOf(c: AppContext, team: string, hashes: string[]): Promise<string[]> {
  return Promise.all(
    hashes.map(async (hash, index) => {
      const key = await readKey(c.env.KV, hash);
      if (key?.team === team) return key.account;
      throw invalidField(`allowed_api_key_hashes.${index}`, "is not the hash of a key of this workspace");
    }),
  );
}
