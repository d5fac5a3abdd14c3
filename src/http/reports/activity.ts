import { invalidField } from "../../errors.ts";
import { addUsage } from "../../ledger/merge.ts";
import { dayOf } from "../../ledger/periods.ts";
import { readUsage } from "../../ledger/read-reports.ts";
import { dateOf } from "../../ledger/reconcile.ts";
import type { UsageRow } from "../../ledger/reports.ts";
import { readCatalogue } from "../../store/catalogue.ts";
import { toUsd } from "../../usage/cost.ts";
import { requireManagement } from "../authenticate.ts";
import { type AppContext, waitUntilOf } from "../env.ts";
import { readAccounts, readChoice, readDay, readTeams } from "./report-query.ts";

const DAYS = 30;
/** Of one team; so many endpoints are not used in a month. */
const MAX_ROWS = 20_000;

/**
 * GET /activity?date=&api_key_hash=&user_id=&workspace_id=&group_by=workspace: what was used on each of the last 30
 * complete UTC days, by model and endpoint; ours: `include_today=true` adds today so far.
 */
export async function getActivity(c: AppContext): Promise<Response> {
  const caller = await requireManagement(c);
  const days = readDays(c);
  const isByTeam = isGroupedByTeam(c);
  const [teams, accounts] = await Promise.all([readTeams(c, caller), readAccounts(c)]);
  const query = { groupBy: ["day", "model", "endpoint", "provider"] as const, ...days, accounts, limit: MAX_ROWS };
  const rows = await Promise.all(
    teams.map(async ({ id }) => {
      const used = await readUsage(c.env.LEDGER, id, { ...query, groupBy: [...query.groupBy] });
      return used.map((row) => ({ row, team: id }));
    }),
  );
  const { catalogue } = await readCatalogue(c.env.KV, waitUntilOf(c));
  const data = joinRows(rows.flat(), isByTeam).map(({ row, team }) => ({
    date: dateOf(row.day ?? 0),
    model: row.model ?? "",
    model_permaslug: catalogue.model(row.model ?? "")?.row.canonical_slug ?? row.model ?? "",
    endpoint_id: row.endpoint ?? "",
    provider_name: row.provider ?? "",
    usage: toUsd(row.nanoUsd),
    byok_usage_inference: toUsd(row.byokNanoUsd),
    requests: row.requests,
    prompt_tokens: row.promptTokens,
    completion_tokens: row.completionTokens,
    reasoning_tokens: row.reasoningTokens,
    ...(isByTeam && { workspace_id: team }),
  }));
  return c.json({ data });
}

function readDays(c: AppContext): { fromDay: number; toDay: number } {
  const today = dayOf(Date.now());
  const toDay = readChoice(c, "include_today", ["false", "true"]) === "true" ? today : today - 1;
  const day = readDay(c, "date");
  if (day === undefined) return { fromDay: today - DAYS, toDay };
  if (day < today - DAYS || day > toDay) {
    const range = `${dateOf(today - DAYS)} to ${dateOf(toDay)}`;
    throw invalidField("date", `must be one of the last ${DAYS} complete UTC days, ${range}`);
  }
  return { fromDay: day, toDay: day };
}

function isGroupedByTeam(c: AppContext): boolean {
  const groupBy = c.req.query("group_by");
  if (groupBy && groupBy !== "workspace") throw invalidField("group_by", "must be workspace");
  return groupBy === "workspace";
}

interface TeamRow {
  row: UsageRow;
  team: string;
}

/** Rows of several teams, the latest day first; without the team those of the same endpoint are one. */
function joinRows(rows: TeamRow[], isByTeam: boolean): TeamRow[] {
  const joined = new Map<string, TeamRow>();
  for (const { row, team } of rows) {
    const name = JSON.stringify([row.day, row.model, row.endpoint, row.provider, ...(isByTeam ? [team] : [])]);
    const known = joined.get(name);
    joined.set(name, { row: known ? addUsage(known.row, row) : row, team });
  }
  const rank = ({ row: { model, endpoint, provider }, team }: TeamRow) =>
    JSON.stringify([model, endpoint, provider, team]);
  return [...joined.values()].sort((a, b) => (b.row.day ?? 0) - (a.row.day ?? 0) || (rank(a) < rank(b) ? -1 : 1));
}
