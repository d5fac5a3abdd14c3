import { RouterError } from "../../errors.ts";
import { readContent } from "../../ledger/read-reports.ts";
import { findTeam } from "../../store/teams.ts";
import type { AppContext } from "../env.ts";
import { findGeneration } from "./generation.ts";

/**
 * GET /generation/content?id= : what was said in a generation, to whoever may read its record. 403 while the workspace
 * does not log contents, 404 where none was kept.
 */
export async function getGenerationContent(c: AppContext): Promise<Response> {
  const { id, team: ledger, actedFor: team = ledger } = await findGeneration(c);
  const logsContent = (await findTeam(c.env.KV, team))?.logsContent === true;
  if (!logsContent) {
    const message = `Workspace ${team} does not log what is said. Switch on its logging of inputs and outputs to keep it.`;
    throw new RouterError("permission_denied", message);
  }
  const data = await readContent(c.env.LEDGER, team, id);
  if (data) return c.json({ data });
  throw new RouterError("not_found", `What was said in generation ${id} was not kept, or is not kept any more.`);
}
