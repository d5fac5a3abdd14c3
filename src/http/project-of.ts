import { RouterError } from "../errors.ts";
import { DEFAULT_TEAM } from "../schema/team.ts";
import { type Acting, findProject, projectNamed } from "./acting.ts";
import { type Caller, identify, mayManage } from "./authenticate.ts";
import type { AppContext } from "./env.ts";

/** Who asks for something of a project. */
export interface ProjectCaller extends Acting {
  caller: Caller;
}

/**
 * The project that a request acts in, with who acts there. A management key names it in X-PROJECT-ID; without that it
 * acts in its own, or the default one. Throws 401 and 403 as `identify` does, 404 for a management key whose project
 * is not there for it.
 */
export async function projectOf(c: AppContext): Promise<ProjectCaller> {
  const caller = await identify(c);
  if (caller.kind === "key") return { caller, team: caller.team, userId: caller.userId, role: caller.role };
  const id = projectNamed(c) ?? caller.team?.id ?? DEFAULT_TEAM;
  const team = mayManage(caller, id) ? await findProject(c, id) : undefined;
  if (!team) throw new RouterError("not_found", "Project not found");
  return { caller, team, userId: null, role: null };
}

/** Whether who acts in a project may change its tables: guests may not, keys of the project itself may. */
export function mayWrite({ role }: Pick<Acting, "role">): boolean {
  return role !== "guest";
}

/** The same as `projectOf`, for what changes something. Throws 403 for a guest. */
export async function projectToWrite(c: AppContext): Promise<ProjectCaller> {
  const acting = await projectOf(c);
  if (mayWrite(acting)) return acting;
  throw new RouterError("permission_denied", "Guests may use this project's tables, but not change them");
}
