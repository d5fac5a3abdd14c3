import { invalidField } from "../../errors.ts";
import type { Member } from "../../schema/team.ts";
import type { AppContext } from "../env.ts";
import { readFields } from "../read-fields.ts";
import { MAX_MEMBERS, membersSchema, newMember } from "./workspace-fields.ts";
import { changeTeam, readPage, workspaceOf } from "./workspaces.ts";

/** GET /workspaces/:id/members?offset=&limit= , in the order in which they were added. */
export async function getMembers(c: AppContext): Promise<Response> {
  const { id, members } = await workspaceOf(c);
  const data = members.slice(...readPage(c)).map((member) => toWire(id, member));
  return c.json({ data, total_count: members.length });
}

/** POST /workspaces/:id/members/add {user_ids, role?} : who is one already gets the role, when one is named. */
export async function postMembers(c: AppContext): Promise<Response> {
  const team = await workspaceOf(c);
  const { user_ids, role } = await readFields(c, membersSchema);
  const named = new Set(user_ids);
  const known = new Set(team.members.map(({ userId }) => userId));
  const kept = team.members.map((member) => (role && named.has(member.userId) ? { ...member, role } : member));
  const added = [...named].filter((userId) => !known.has(userId)).map((userId) => newMember(userId, role ?? "member"));
  const members = [...kept, ...added];
  if (members.length > MAX_MEMBERS) throw invalidField("user_ids", `a workspace has at most ${MAX_MEMBERS} members`);
  await changeTeam(c, team, { members });
  const data = members.filter(({ userId }) => named.has(userId)).map((member) => toWire(team.id, member));
  return c.json({ added_count: added.length, data });
}

/** POST /workspaces/:id/members/remove {user_ids} */
export async function removeMembers(c: AppContext): Promise<Response> {
  const team = await workspaceOf(c);
  const { user_ids } = await readFields(c, membersSchema);
  const members = team.members.filter(({ userId }) => !user_ids.includes(userId));
  await changeTeam(c, team, { members });
  return c.json({ removed_count: team.members.length - members.length });
}

function toWire(teamId: string, { id, userId, role, createdAtMs }: Member) {
  return { id, user_id: userId, workspace_id: teamId, role, created_at: new Date(createdAtMs).toISOString() };
}
