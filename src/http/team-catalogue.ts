import { type RoutedCatalogue, type TeamCaller, withTeamKeys } from "../routing/team-keys.ts";
import { readTeamKeys } from "../store/byok.ts";
import { readCatalogue } from "../store/catalogue.ts";
import type { ApiKey } from "../store/keys.ts";
import { type AppContext, waitUntilOf } from "./env.ts";

/** Whose keys at providers are looked at. */
export interface Member {
  team: string;
  key: Pick<ApiKey, "account" | "userId" | "creatorUserId">;
}

/** The catalogue in force as this caller sees it: with the team's own keys at providers. Without a caller, plain. */
export async function catalogueFor(c: AppContext, member: Member | undefined): Promise<RoutedCatalogue> {
  const waitUntil = waitUntilOf(c);
  const [{ catalogue }, keys] = await Promise.all([
    readCatalogue(c.env.KV, waitUntil),
    member ? readTeamKeys(c.env.KV, member.team, waitUntil) : [],
  ]);
  if (!member || keys.length === 0) return catalogue;
  return withTeamKeys(catalogue, keys, teamCallerOf(member.key));
}

/** Who asks, as far as a team's keys tell callers apart; without a key nobody in particular. */
export function teamCallerOf(key: Member["key"] | undefined): TeamCaller {
  return { account: key?.account ?? "", userId: key?.userId ?? key?.creatorUserId ?? null };
}
