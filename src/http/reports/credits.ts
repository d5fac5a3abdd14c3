import { TEAM_ACCOUNT } from "../../ledger/amounts.ts";
import type { KeySpend } from "../../ledger/periods.ts";
import { readSpend } from "../../ledger/read.ts";
import type { Interval, Team } from "../../schema/team.ts";
import { toUsd } from "../../usage/cost.ts";
import { requireManagement } from "../authenticate.ts";
import type { AppContext } from "../env.ts";
import { readTeams } from "./report-query.ts";

/**
 * GET /credits: there is nothing to be bought here, so `total_usage` is what has been spent, and `total_credits` is that
 * and what the tightest budget leaves now. A team without a budget has as many credits as it has used: their difference
 * says nothing of it.
 */
export async function getCredits(c: AppContext): Promise<Response> {
  const teams = await readTeams(c, await requireManagement(c));
  const sums = await Promise.all(
    teams.map(async (team) => {
      const spend = (await readSpend(c.env.LEDGER, team.id, [TEAM_ACCOUNT]))[TEAM_ACCOUNT];
      return { used: spend?.total ?? 0, left: spend ? leftOf(team, spend) : 0 };
    }),
  );
  const used = sums.reduce((sum, team) => sum + team.used, 0);
  const left = sums.reduce((sum, team) => sum + team.left, 0);
  return c.json({ data: { total_credits: toUsd(used + left), total_usage: toUsd(used) } });
}

const PERIODS: Record<Interval, [own: keyof KeySpend, byok: keyof KeySpend]> = {
  daily: ["daily", "byokDaily"],
  weekly: ["weekly", "byokWeekly"],
  monthly: ["monthly", "byokMonthly"],
  lifetime: ["total", "byokTotal"],
};

function leftOf({ budgets, includeByokInBudgets }: Team, spend: KeySpend): number {
  if (budgets.length === 0) return 0;
  const left = budgets.map(({ interval, limitNanoUsd }) => {
    const [own, byok] = PERIODS[interval];
    return limitNanoUsd - spend[own] - (includeByokInBudgets ? spend[byok] : 0);
  });
  return Math.max(0, Math.min(...left));
}
