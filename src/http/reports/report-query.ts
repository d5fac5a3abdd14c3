import { invalidField, RouterError } from "../../errors.ts";
import { DAY_MS, dayOf } from "../../ledger/periods.ts";
import type { Team } from "../../schema/team.ts";
import { type ApiKey, listKeys, readAlias, readKey } from "../../store/keys.ts";
import { listTeams, readTeamByName } from "../../store/teams.ts";
import type { Caller } from "../authenticate.ts";
import type { AppContext } from "../env.ts";

/**
 * The teams that a report is about: the one that `workspace_id` names, or all that the caller manages. Throws 404 for a
 * team that is not the caller's, as for one that is not there.
 */
export async function readTeams(c: AppContext, caller: Caller): Promise<Team[]> {
  const named = c.req.query("workspace_id");
  if (!named) return caller.team ? [caller.team] : listTeams(c.env.KV);
  if (caller.team) {
    if (named === caller.team.id || named === caller.team.slug) return [caller.team];
    throw new RouterError("not_found", `Workspace ${named} not found`);
  }
  const team = await readTeamByName(c.env.KV, named);
  if (!team) throw new RouterError("not_found", `Workspace ${named} not found`);
  return [team];
}

/**
 * The accounts that a report is about: those of the key `api_key_hash` and of the keys that `user_id` has made;
 * undefined: all. A key that was deleted is still known by its hash.
 */
export async function readAccounts(c: AppContext): Promise<string[] | undefined> {
  const hash = c.req.query("api_key_hash");
  const userId = c.req.query("user_id");
  if (!hash && !userId) return undefined;
  const ofUser = userId ? await accountsOfUser(c, userId) : undefined;
  if (!hash) return ofUser;
  if (!/^[0-9a-f]{64}$/.test(hash)) throw invalidField("api_key_hash", "must be the hash of a key, 64 hex digits");
  const account = await accountOf(c, hash);
  return !ofUser || ofUser.includes(account) ? [account] : [];
}

async function accountOf(c: AppContext, hash: string): Promise<string> {
  const key = await readKey(c.env.KV, hash);
  if (key) return key.account;
  const alias = await readAlias(c.env.KV, hash);
  return (alias && (await readKey(c.env.KV, alias.opens))?.account) ?? hash;
}

async function accountsOfUser(c: AppContext, userId: string): Promise<string[]> {
  const isTheirs = (key: ApiKey) => key.creatorUserId === userId || key.userId === userId;
  return (await listKeys(c.env.KV)).filter(isTheirs).map(({ account }) => account);
}

/** A UTC date of the query, `YYYY-MM-DD`, as a day; undefined when it is not there. */
export function readDay(c: AppContext, name: string): number | undefined {
  const text = c.req.query(name);
  if (!text) return undefined;
  const timeMs = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  // 2026-02-30 is read as a day in March.
  const isDate = !Number.isNaN(timeMs) && new Date(timeMs).toISOString().startsWith(text);
  if (!isDate) throw invalidField(name, "must be a UTC date, YYYY-MM-DD");
  return dayOf(timeMs);
}

/** A time of the query, or a date: its begin, or, as the end of a span, the begin of the day after it. */
export function readTime(c: AppContext, name: string, { endsDay }: { endsDay: boolean }): number | undefined {
  const text = c.req.query(name);
  if (!text) return undefined;
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return ((readDay(c, name) ?? 0) + (endsDay ? 1 : 0)) * DAY_MS;
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text);
  const timeMs = isTime ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(timeMs))
    throw invalidField(name, "must be a UTC date or a time with a zone, e.g. 2027-01-31 or 2027-01-31T12:00:00Z");
  return timeMs;
}

/** One of some words of the query. */
export function readChoice<Choice extends string>(c: AppContext, name: string, choices: readonly Choice[]): Choice {
  const text = c.req.query(name) || choices[0];
  const choice = choices.find((one) => one === text);
  if (choice === undefined) throw invalidField(name, `must be ${choices.join(" or ")}`);
  return choice;
}
