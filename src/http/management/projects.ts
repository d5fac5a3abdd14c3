import * as z from "zod";
import { invalidField, RouterError } from "../../errors.ts";
import { DEFAULT_TEAM, SELFTEST_TEAM, type Team } from "../../schema/team.ts";
import { createTeam, deleteTeam, listTeams } from "../../store/teams.ts";
import { mayManage, requireManagement } from "../authenticate.ts";
import type { AppContext } from "../env.ts";
import { readFields } from "../read-fields.ts";
import { newMember, newTeamOf, newWorkspaceSchema, workspaceChangesOf } from "./workspace-fields.ts";
import { changeTeam, onlyInstallation, workspaceOf } from "./workspaces.ts";

/** Projects: workspaces by another name, with their members, their default model and their checks. */

const { id, name, members, default_model, checks } = newWorkspaceSchema.shape;
const changeableFields = { members: members.nullable(), default_model, checks };

/** Without a name it is called by its id. */
const newProjectSchema = z.looseObject({ ...changeableFields, id, name: name.optional() }, "must be a JSON object");

/** What is absent stays as it is; members that are there replace all. */
const projectChangeSchema = z.looseObject({ ...changeableFields, name: name.optional() }, "must be a JSON object");

type Members = z.infer<typeof members>;

/** GET /projects: those that the caller manages. */
export async function getProjects(c: AppContext): Promise<Response> {
  const caller = await requireManagement(c);
  const teams = await listTeams(c.env.KV);
  return c.json({ data: teams.filter((team) => team.id !== SELFTEST_TEAM && mayManage(caller, team.id)).map(toWire) });
}

/** POST /projects */
export async function postProject(c: AppContext): Promise<Response> {
  const caller = await requireManagement(c);
  if (caller.team) throw onlyInstallation();
  const body = await readFields(c, newProjectSchema);
  checkMembers(body.members);
  const { id = crypto.randomUUID(), name = id, members, default_model, checks } = body;
  const project = { id, name, members: members ?? undefined, default_model, checks };
  const team = newTeamOf(project, caller.key?.creatorUserId ?? null);
  await createTeam(c.env.KV, team);
  return c.json({ data: toWire(team) }, 201);
}

/** GET /projects/:id */
export async function getProject(c: AppContext): Promise<Response> {
  return c.json({ data: toWire(await workspaceOf(c, "Project")) });
}

/** PATCH /projects/:id */
export async function patchProject(c: AppContext): Promise<Response> {
  const team = await workspaceOf(c, "Project");
  const { name, members, default_model, checks } = await readFields(c, projectChangeSchema);
  checkMembers(members);
  const changes = workspaceChangesOf({ name, default_model, checks });
  const replaced = members === undefined ? {} : { members: membersFrom(team, members ?? []) };
  return c.json({ data: toWire(await changeTeam(c, team, { ...changes, ...replaced })) });
}

/** DELETE /projects/:id : its keys are refused from now on, and its tables are gone. */
export async function removeProject(c: AppContext): Promise<Response> {
  const team = await workspaceOf(c, "Project");
  if ((await requireManagement(c)).team) throw onlyInstallation();
  if (team.id === DEFAULT_TEAM) throw new RouterError("permission_denied", "The default project cannot be deleted");
  // What is left when this fails can be deleted again; nobody could name the tables of a project that is gone.
  await (await import("../tables/tables.ts")).deleteTablesOf(c, team.id);
  await deleteTeam(c.env.KV, team);
  return c.json({ deleted: true });
}

/** Throws when somebody stands there twice: with which role would not be clear. */
function checkMembers(members: Members | null | undefined): void {
  const seen = new Set<string>();
  for (const [index, { user_id }] of (members ?? []).entries()) {
    if (seen.has(user_id)) throw invalidField(`members.${index}.user_id`, "stands there twice");
    seen.add(user_id);
  }
}

/** Who was a member already stays the same one. */
function membersFrom(team: Team, members: NonNullable<Members>): Team["members"] {
  return members.map(({ user_id, role = "member" }) => {
    const known = team.members.find(({ userId }) => userId === user_id);
    return known ? { ...known, role } : newMember(user_id, role);
  });
}

function toWire({ id, name, members, defaultTextModel, checks, createdAtMs }: Team) {
  return {
    id,
    name,
    members: members.map(({ userId, role }) => ({ user_id: userId, role })),
    default_model: defaultTextModel,
    checks,
    created_at: new Date(createdAtMs).toISOString(),
  };
}
