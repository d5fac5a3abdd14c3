import { RouterError } from "../../errors.ts";
import { DEFAULT_TEAM, SELFTEST_TEAM, type Team } from "../../schema/team.ts";
import { createTeam, deleteTeam, listTeams, readTeamByName, writeTeam } from "../../store/teams.ts";
import { type ManagementCaller, mayManage, requireManagement } from "../authenticate.ts";
import type { AppContext } from "../env.ts";
import { readFields, readNumber } from "../read-fields.ts";
import { toTime } from "./key-wire.ts";
import { rulesToWire } from "./rule-fields.ts";
import { newTeamOf, newWorkspaceSchema, workspaceChangeSchema, workspaceChangesOf } from "./workspace-fields.ts";

/** The team that an id or a slug names; undefined when there is none that the caller manages. */
export async function findWorkspace(c: AppContext, caller: ManagementCaller, name: string): Promise<Team | undefined> {
  const team = await readTeamByName(c.env.KV, name);
  return team && team.id !== SELFTEST_TEAM && mayManage(caller, team.id) ? team : undefined;
}

/** The workspace of the path. Throws 404 when there is none that the caller manages. */
export async function workspaceOf(c: AppContext, calledHere = "Workspace"): Promise<Team> {
  const team = await findWorkspace(c, await requireManagement(c), c.req.param("id") ?? "");
  if (!team) throw new RouterError("not_found", `${calledHere} not found`);
  return team;
}

/** GET /workspaces?offset=&limit= : those that the caller manages. */
export async function getWorkspaces(c: AppContext): Promise<Response> {
  const caller = await requireManagement(c);
  const range = readPage(c);
  const teams = (await listTeams(c.env.KV)).filter(({ id }) => mayManage(caller, id));
  return c.json({ data: teams.slice(...range).map(toWire), total_count: teams.length });
}

/** POST /workspaces */
export async function postWorkspace(c: AppContext): Promise<Response> {
  const caller = await requireManagement(c);
  if (caller.team) throw onlyInstallation();
  const team = newTeamOf(await readFields(c, newWorkspaceSchema), caller.key?.creatorUserId ?? null);
  await createTeam(c.env.KV, team);
  return c.json({ data: toWire(team) }, 201);
}

/** GET /workspaces/:id */
export async function getWorkspace(c: AppContext): Promise<Response> {
  return c.json({ data: toWire(await workspaceOf(c)) });
}

/** PATCH /workspaces/:id */
export async function patchWorkspace(c: AppContext): Promise<Response> {
  const team = await workspaceOf(c);
  const changes = workspaceChangesOf(await readFields(c, workspaceChangeSchema));
  return c.json({ data: toWire(await changeTeam(c, team, changes)) });
}

/** DELETE /workspaces/:id : its keys are refused from now on, and its tables are gone. */
export async function removeWorkspace(c: AppContext): Promise<Response> {
  const team = await workspaceOf(c);
  const { team: own } = await requireManagement(c);
  if (own) throw onlyInstallation();
  if (team.id === DEFAULT_TEAM) throw new RouterError("permission_denied", "The default workspace cannot be deleted");
  // What is left when this fails can be deleted again; nobody could name the tables of a project that is gone.
  await (await import("../tables/tables.ts")).deleteTablesOf(c, team.id);
  await deleteTeam(c.env.KV, team);
  return c.json({ deleted: true });
}

/** Stores what has changed of a team. */
export async function changeTeam(c: AppContext, team: Team, changes: Partial<Team>): Promise<Team> {
  const changed = { ...team, ...changes, updatedAtMs: Date.now() };
  await writeTeam(c.env.KV, changed);
  return changed;
}

/** What a team's management key may not do. */
export function onlyInstallation(): RouterError {
  const message = "Only management keys of the installation make and delete workspaces";
  return new RouterError("permission_denied", message);
}

const PAGE_SIZE = 50;
const MAX_PAGE_SIZE = 100;

/** Begin and end of the page that the query asks for. */
export function readPage(c: AppContext): [begin: number, end: number] {
  const offset = readNumber(c, "offset", { from: 0, to: Number.MAX_SAFE_INTEGER, otherwise: 0 });
  return [offset, offset + readNumber(c, "limit", { from: 1, to: MAX_PAGE_SIZE, otherwise: PAGE_SIZE })];
}

function toWire(team: Team) {
  return {
    id: team.id,
    slug: team.slug,
    name: team.name,
    description: team.description,
    default_text_model: team.defaultTextModel,
    default_image_model: team.defaultImageModel,
    default_provider_sort: team.defaultProviderSort,
    default_guardrail_id: `guardrail-${team.id}`,
    disabled_server_tools: team.disabledServerTools,
    include_byok_in_budgets: team.includeByokInBudgets,
    io_logging_api_key_ids: null,
    io_logging_sampling_rate: team.loggingSamplingRate,
    is_data_discount_logging_enabled: false,
    is_observability_broadcast_enabled: team.broadcasts,
    is_observability_io_logging_enabled: team.logsContent,
    ...rulesToWire(team),
    created_by: team.createdBy,
    created_at: new Date(team.createdAtMs).toISOString(),
    updated_at: toTime(team.updatedAtMs),
  };
}
