import * as z from "zod";
import type { ChargedDay } from "../../ledger/charges.ts";
import { readCharges, readReconciliation, readRetention, writeRetention } from "../../ledger/read-reports.ts";
import { type Difference, dateOf } from "../../ledger/reconcile.ts";
import type { Usage } from "../../ledger/reports.ts";
import { DEFAULT_TEAM } from "../../schema/team.ts";
import { toUsd } from "../../usage/cost.ts";
import { requireManagement } from "../authenticate.ts";
import type { AppContext } from "../env.ts";
import { given, readFields } from "../read-fields.ts";
import { readTeams } from "./report-query.ts";

/**
 * GET /reports/reconciliation: whether the sums that budgets and reports rest on are those of the records themselves,
 * for every complete UTC day whose records are still kept. They are compared each night, by each workspace's own ledger.
 * `upstream` is how a sample of those days compares with what the upstreams say that they have charged.
 */
export async function getReconciliation(c: AppContext): Promise<Response> {
  const teams = await readTeams(c, await requireManagement(c));
  const data = await Promise.all(
    teams.map(async ({ id }) => {
      const [found, charges] = await Promise.all([readReconciliation(c.env.LEDGER, id), readCharges(c.env.LEDGER, id)]);
      const { days, firstDay, lastDay, checkedAtMs, records, differences } = found;
      return {
        workspace_id: id,
        days,
        from: firstDay === null ? null : dateOf(firstDay),
        to: lastDay === null ? null : dateOf(lastDay),
        checked_at: checkedAtMs === null ? null : new Date(checkedAtMs).toISOString(),
        records,
        agrees: differences.length === 0,
        differences: differences.map(toWire),
        upstream: toWireCharges(charges),
      };
    }),
  );
  return c.json({ data });
}

function toWire({ day, account, book, booked, records, shard }: Difference) {
  const found = { date: dateOf(day), account, book, booked: toWireUsage(booked), records: toWireUsage(records) };
  return shard === undefined ? found : { ...found, shard };
}

/** Sums over all days; `usage` and `upstream_usage` are of the generations that were compared. */
function toWireCharges(rows: ChargedDay[]) {
  const days = [...new Set(rows.map(({ day }) => day))].sort((a, b) => a - b);
  const sum = (count: (row: ChargedDay) => number) => rows.reduce((total, row) => total + count(row), 0);
  const differences = rows.flatMap((row) => row.differences);
  const [from, to] = [days[0], days.at(-1)];
  return {
    days: days.length,
    from: from === undefined ? null : dateOf(from),
    to: to === undefined ? null : dateOf(to),
    eligible: sum(({ eligible }) => eligible),
    compared: sum(({ compared }) => compared),
    unknown: sum(({ unknown }) => unknown),
    errors: sum(({ errors }) => errors),
    usage: toUsd(sum(({ bookedNanoUsd }) => bookedNanoUsd)),
    upstream_usage: toUsd(sum(({ chargedNanoUsd }) => chargedNanoUsd)),
    agrees: differences.length === 0,
    differences: differences.map((one) => ({
      date: dateOf(one.day),
      generation_id: one.id,
      provider: one.provider,
      cost_certainty: one.certainty,
      usage: toUsd(one.bookedNanoUsd),
      upstream_usage: toUsd(one.chargedNanoUsd),
    })),
  };
}

function toWireUsage({ nanoUsd = 0, byokNanoUsd = 0, ...counts }: Partial<Usage>) {
  return {
    usage: toUsd(nanoUsd),
    byok_usage: toUsd(byokNanoUsd),
    requests: counts.requests,
    prompt_tokens: counts.promptTokens,
    completion_tokens: counts.completionTokens,
    reasoning_tokens: counts.reasoningTokens,
  };
}

const MAX_DAYS = 3_650;
const RANGE = `must be a whole number of days from 1 to ${MAX_DAYS}, or null`;
const days = z.int(RANGE).min(1, RANGE).max(MAX_DAYS, RANGE).nullish();

/** Body of PUT /reports/retention; null or absent: as the installation has it. */
const retentionSchema = z.looseObject({ generation_days: days, content_days: days }, "must be a JSON object");

/** GET /reports/retention?workspace_id= : for how many days records, and contents where they are logged, are kept. */
export async function getRetention(c: AppContext): Promise<Response> {
  return c.json({ data: await describe(c, await teamOf(c)) });
}

/** PUT /reports/retention?workspace_id= : sums of money, requests and tokens are kept for ever in any case. */
export async function putRetention(c: AppContext): Promise<Response> {
  const team = await teamOf(c);
  const body = await readFields(c, retentionSchema);
  const chosen = { generationDays: body.generation_days ?? undefined, contentDays: body.content_days ?? undefined };
  await writeRetention(c.env.LEDGER, team, given(chosen));
  return c.json({ data: await describe(c, team) });
}

async function teamOf(c: AppContext): Promise<string> {
  const [team] = await readTeams(c, await requireManagement(c));
  return team?.id ?? DEFAULT_TEAM;
}

async function describe(c: AppContext, team: string) {
  const { generationDays, contentDays } = await readRetention(c.env.LEDGER, team);
  return { workspace_id: team, generation_days: generationDays, content_days: contentDays };
}
