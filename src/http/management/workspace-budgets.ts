import { invalidField, RouterError } from "../../errors.ts";
import { type Budget, INTERVALS, type Interval } from "../../schema/team.ts";
import { toNanoUsd, toUsd } from "../../usage/cost.ts";
import type { AppContext } from "../env.ts";
import { readFields } from "../read-fields.ts";
import { budgetSchema, intervalSchema } from "./workspace-fields.ts";
import { changeTeam, workspaceOf } from "./workspaces.ts";

/** GET /workspaces/:id/budgets, the shortest interval first. */
export async function getBudgets(c: AppContext): Promise<Response> {
  const { id, budgets, includeByokInBudgets } = await workspaceOf(c);
  const data = budgets.map((budget) => toWire(id, budget));
  return c.json({ data, include_byok_in_budgets: includeByokInBudgets });
}

/** GET /workspaces/:id/budgets/:interval */
export async function getBudget(c: AppContext): Promise<Response> {
  const { id, budgets, includeByokInBudgets } = await workspaceOf(c);
  const budget = findBudget(budgets, intervalOf(c));
  return c.json({ data: toWire(id, budget), include_byok_in_budgets: includeByokInBudgets });
}

/** PUT /workspaces/:id/budgets/:interval {limit_usd, include_byok_in_budgets?} */
export async function putBudget(c: AppContext): Promise<Response> {
  const team = await workspaceOf(c);
  const interval = intervalOf(c);
  const body = await readFields(c, budgetSchema);
  const now = Date.now();
  const before = team.budgets.find((each) => each.interval === interval);
  const identity = before ?? { id: crypto.randomUUID(), interval, createdAtMs: now };
  const budget: Budget = { ...identity, limitNanoUsd: toNanoUsd(body.limit_usd), updatedAtMs: now };
  const others = team.budgets.filter((each) => each.interval !== interval);
  const budgets = [...others, budget].sort((a, b) => INTERVALS.indexOf(a.interval) - INTERVALS.indexOf(b.interval));
  const includeByokInBudgets = body.include_byok_in_budgets ?? team.includeByokInBudgets;
  await changeTeam(c, team, { budgets, includeByokInBudgets });
  return c.json({ data: toWire(team.id, budget), include_byok_in_budgets: includeByokInBudgets });
}

/** DELETE /workspaces/:id/budgets/:interval */
export async function removeBudget(c: AppContext): Promise<Response> {
  const team = await workspaceOf(c);
  const removed = findBudget(team.budgets, intervalOf(c));
  await changeTeam(c, team, { budgets: team.budgets.filter((budget) => budget !== removed) });
  return c.json({ deleted: true });
}

function findBudget(budgets: Budget[], interval: Interval): Budget {
  const budget = budgets.find((each) => each.interval === interval);
  if (!budget) throw new RouterError("not_found", `This workspace has no ${interval} budget`);
  return budget;
}

function intervalOf(c: AppContext): Interval {
  const parsed = intervalSchema.safeParse(c.req.param("interval"));
  if (!parsed.success) throw invalidField("interval", `must be one of ${INTERVALS.join(", ")}`);
  return parsed.data;
}

function toWire(teamId: string, { id, interval, limitNanoUsd, createdAtMs, updatedAtMs }: Budget) {
  return {
    id,
    workspace_id: teamId,
    reset_interval: interval === "lifetime" ? null : interval,
    limit_usd: toUsd(limitNanoUsd),
    created_at: new Date(createdAtMs).toISOString(),
    updated_at: new Date(updatedAtMs).toISOString(),
  };
}
