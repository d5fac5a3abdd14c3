import { RouterError } from "../errors.ts";
import type { ApiKey } from "../schema/key.ts";
import { DEFAULT_TEAM, type Role, SELFTEST_TEAM, type Team } from "../schema/team.ts";
import { findTeam, teamsOfUser } from "../store/teams.ts";
import type { AppContext } from "./env.ts";

/** For which project a token acts, and for whom. */
export interface Acting {
  team: Team;
  /** Whom it acts for; of an api key only what the client says. Null: it has not said. */
  userId: string | null;
  /** What that one is in the project; null for a key of the project itself. */
  role: Role | null;
}

/** Of a longer id the rest is not kept. */
const MAX_USER_CHARS = 256;

/** What a header names; undefined when it is absent or blank. */
function named(c: AppContext, header: "x-project-id" | "x-user-id"): string | undefined {
  return c.req.raw.headers.get(header)?.trim() || undefined;
}

/** The project that the request names. */
export function projectNamed(c: AppContext): string | undefined {
  return named(c, "x-project-id");
}

function forbidden(message: string): RouterError {
  return new RouterError("permission_denied", message);
}

/** A project that may be named: the self-test's own is nobody's. */
export async function findProject(c: AppContext, id: string): Promise<Team | undefined> {
  return id === SELFTEST_TEAM ? undefined : findTeam(c.env.KV, id);
}

/**
 * For whom a token acts; `team` is the one that it is bound to. Throws 403 for a project or a user that it must not act
 * for, 401 for a service key whose request does not say it.
 */
export function actingOf(c: AppContext, key: ApiKey, team: Team | undefined): Acting | Promise<Acting> {
  if (key.kind === "service") return actingForService(c);
  if (key.kind === "pat") return actingForUser(c, key, team);
  if (!team) throw new RouterError("authentication", "User not found");
  checkBound(c, team);
  return { team, userId: named(c, "x-user-id")?.slice(0, MAX_USER_CHARS) ?? null, role: null };
}

function checkBound(c: AppContext, team: Team): void {
  const project = projectNamed(c);
  if (project !== undefined && project !== team.id) throw forbidden("This key does not belong to that project");
}

async function actingForService(c: AppContext): Promise<Acting> {
  const [project, userId] = [projectNamed(c), named(c, "x-user-id")];
  if (project === undefined) throw new RouterError("authentication", "A service key needs the header X-PROJECT-ID");
  if (userId === undefined) throw new RouterError("authentication", "A service key needs the header X-USER-ID");
  const team = await findProject(c, project);
  if (!team) throw new RouterError("authentication", "There is no such project");
  return asMember(team, userId);
}

async function actingForUser(c: AppContext, { userId }: ApiKey, bound: Team | undefined): Promise<Acting> {
  // A record without a user was not written here.
  if (userId === null) throw new RouterError("authentication", "User not found");
  const user = named(c, "x-user-id");
  if (user !== undefined && user !== userId) throw forbidden("This token belongs to another user");
  if (bound) {
    checkBound(c, bound);
    return asMember(bound, userId);
  }
  const project = projectNamed(c);
  const team = await (project === undefined ? usualProject(c, userId) : findProject(c, project));
  // Whether there is such a project is none of a stranger's business.
  if (!team) throw forbidden(NOT_A_MEMBER);
  return asMember(team, userId);
}

const NOT_A_MEMBER = "The user is not a member of this project";

/** The user's only project, else the default one; membership is looked at later. */
async function usualProject(c: AppContext, userId: string): Promise<Team | undefined> {
  const [only, ...others] = await teamsOfUser(c.env.KV, userId);
  return only && others.length === 0 ? only : findProject(c, DEFAULT_TEAM);
}

function asMember(team: Team, userId: string): Acting {
  const member = team.members.find((one) => one.userId === userId);
  if (!member) throw forbidden(NOT_A_MEMBER);
  return { team, userId, role: member.role };
}
