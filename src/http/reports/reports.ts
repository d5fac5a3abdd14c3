import { invalidField } from "../../errors.ts";
import { addUsage } from "../../ledger/merge.ts";
import { dayOf } from "../../ledger/periods.ts";
import { readUsage } from "../../ledger/read-reports.ts";
import { dateOf } from "../../ledger/reconcile.ts";
import type { Dimension, UsageRow } from "../../ledger/reports.ts";
import { type ApiKey, listKeys } from "../../store/keys.ts";
import { toUsd } from "../../usage/cost.ts";
import { requireManagement } from "../authenticate.ts";
import type { AppContext } from "../env.ts";
import { type Cell, csvLine, csvResponse, toDecimalUsd } from "./csv.ts";
import { readAccounts, readChoice, readDay, readTeams } from "./report-query.ts";

const DIMENSIONS = ["key", "model", "endpoint", "provider", "day", "user"] as const satisfies Dimension[];
type Group = Dimension | "workspace";
const GROUPS: readonly Group[] = [...DIMENSIONS, "workspace"];
const DEFAULT_DAYS = 30;
/** Of one team. */
const MAX_ROWS = 10_000;

/** A row of the report, in the words of the wire; money in nano-dollars. */
interface ReportRow {
  groups: Record<string, string | null>;
  used: UsageRow;
}

/**
 * GET /reports/spend?group_by=&from=&to=&api_key_hash=&user_id=&workspace_id=&format= : what was spent between two UTC
 * dates, both included (default: the last 30 days with today), by key, model, endpoint, provider, day, user or
 * workspace, or several of them; as JSON or CSV. The latest day comes first, and in it what was dearest.
 */
export async function getSpendReport(c: AppContext): Promise<Response> {
  const caller = await requireManagement(c);
  const groups = readGroups(c);
  const format = readChoice(c, "format", ["json", "csv"]);
  const today = dayOf(Date.now());
  const toDay = readDay(c, "to") ?? today;
  const fromDay = readDay(c, "from") ?? toDay - DEFAULT_DAYS + 1;
  if (fromDay > toDay) throw invalidField("from", "must not be later than to");
  const [teams, accounts] = await Promise.all([readTeams(c, caller), readAccounts(c)]);
  const groupBy = DIMENSIONS.filter((dimension) => groups.includes(dimension));
  const query = { groupBy, fromDay, toDay, accounts, limit: MAX_ROWS };
  const keys = groups.includes("key") ? keysByAccount(await listKeys(c.env.KV)) : new Map<string, ApiKey>();
  const rows = await Promise.all(
    teams.map(async ({ id }) => {
      const used = await readUsage(c.env.LEDGER, id, query);
      const isCut = used.length === MAX_ROWS;
      return used.map((row) => ({ groups: toGroups(row, id, groups, keys), used: row, isCut }));
    }),
  );
  const joined = joinRows(rows.flat());
  const range = { from: dateOf(fromDay), to: dateOf(toDay) };
  if (format === "csv") return csvResponse(`spend-${range.from}-${range.to}`, toCsv(joined));
  const isTruncated = rows.flat().some(({ isCut }) => isCut);
  return c.json({ data: joined.map(toWire), ...range, group_by: groups, is_truncated: isTruncated });
}

function readGroups(c: AppContext): Group[] {
  const named = (c.req.query("group_by") || "day").split(",").map((name) => name.trim());
  const groups = GROUPS.filter((group) => named.includes(group));
  if (groups.length !== new Set(named).size) throw invalidField("group_by", `must be some of ${GROUPS.join(", ")}`);
  return groups;
}

function keysByAccount(keys: ApiKey[]): Map<string, ApiKey> {
  return new Map(keys.map((key) => [key.account, key]));
}

function toGroups(
  row: UsageRow,
  team: string,
  groups: Group[],
  keys: Map<string, ApiKey>,
): Record<string, string | null> {
  const key = keys.get(row.key ?? "");
  const fields: Record<Group, Record<string, string | null>> = {
    day: { date: dateOf(row.day ?? 0) },
    workspace: { workspace_id: team },
    key: { api_key_hash: key?.hash ?? row.key ?? "", api_key_name: key?.name ?? null },
    model: { model: row.model ?? "" },
    endpoint: { endpoint_id: row.endpoint ?? "" },
    provider: { provider_name: row.provider ?? "" },
    user: { user: row.user || null },
  };
  return Object.assign({}, ...groups.map((group) => fields[group]));
}

function joinRows(rows: ReportRow[]): ReportRow[] {
  const joined = new Map<string, ReportRow>();
  for (const { groups, used } of rows) {
    // Without a dimension a team that has used nothing has a row all the same.
    if (used.requests === 0) continue;
    const name = JSON.stringify(groups);
    const known = joined.get(name);
    joined.set(name, { groups, used: known ? addUsage(known.used, used) : used });
  }
  const costOf = ({ used }: ReportRow) => used.nanoUsd + used.byokNanoUsd;
  const order = (a: ReportRow, b: ReportRow) =>
    (b.used.day ?? 0) - (a.used.day ?? 0) || costOf(b) - costOf(a) || b.used.requests - a.used.requests;
  return [...joined.values()].sort(order);
}

function toWire({ groups, used }: ReportRow) {
  return {
    ...groups,
    usage: toUsd(used.nanoUsd),
    byok_usage: toUsd(used.byokNanoUsd),
    requests: used.requests,
    prompt_tokens: used.promptTokens,
    completion_tokens: used.completionTokens,
    reasoning_tokens: used.reasoningTokens,
  };
}

function toCsv(rows: ReportRow[]): string {
  const [first] = rows;
  if (!first) return csvLine(["usage", "byok_usage", "requests"]);
  const lines = rows.map((row): Cell[] => {
    const { usage: _, byok_usage: __, ...rest } = toWire(row);
    const money = { usage: toDecimalUsd(row.used.nanoUsd), byok_usage: toDecimalUsd(row.used.byokNanoUsd) };
    return Object.values({ ...row.groups, ...money, ...rest });
  });
  return [Object.keys(toWire(first)), ...lines].map(csvLine).join("");
}
