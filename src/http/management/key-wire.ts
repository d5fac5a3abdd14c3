import { TEAM_ACCOUNT } from "../../ledger/amounts.ts";
import { endOfPeriod, type KeySpend } from "../../ledger/periods.ts";
import { readSpend } from "../../ledger/read.ts";
import { type ApiKey, ledgerOf } from "../../schema/key.ts";
import { DEFAULT_TEAM, type Interval, type Team } from "../../schema/team.ts";
import { findTeam } from "../../store/teams.ts";
import { toUsd } from "../../usage/cost.ts";
import type { AppContext } from "../env.ts";
import { rulesToWire } from "./rule-fields.ts";

/** Keys as the wire shows them, with what was spent. */

export type WireKey = ReturnType<typeof toWire>;

/** Describes keys in their order; each team's ledger is asked once. */
export async function describeKeys(c: AppContext, keys: ApiKey[]): Promise<WireKey[]> {
  const teamIds = new Set(keys.map(bookOf));
  const books = await Promise.all([...teamIds].map((id) => readBook(c, id, keys)));
  const byTeam = new Map(books.map((book) => [book.id, book]));
  return keys.map((key) => toWire(key, byTeam.get(bookOf(key))));
}

export async function describeKey(c: AppContext, key: ApiKey): Promise<WireKey> {
  return toWire(key, await readBook(c, bookOf(key), [key]));
}

function isPersonal({ kind }: ApiKey): boolean {
  return kind === "pat" || kind === "service";
}

/** Where a key's spending is booked. A management key of the installation spends nothing. */
function bookOf(key: ApiKey): string {
  return isPersonal(key) ? ledgerOf(key) : (key.team ?? DEFAULT_TEAM);
}

/** A team with what it and its keys have spent. */
interface Book {
  id: string;
  /** Undefined when it was deleted. */
  team: Team | undefined;
  spends: Record<string, KeySpend>;
}

async function readBook(c: AppContext, id: string, keys: ApiKey[]): Promise<Book> {
  const accounts = keys.filter((key) => bookOf(key) === id).map(({ account }) => account);
  const [team, spends] = await Promise.all([
    findTeam(c.env.KV, id),
    readSpend(c.env.LEDGER, id, [...accounts, TEAM_ACCOUNT]),
  ]);
  return { id, team, spends };
}

function toWire(key: ApiKey, book: Book | undefined) {
  const spend = book?.spends[key.account];
  const layers = budgetLayers(key, book);
  return {
    hash: key.hash,
    label: key.label,
    name: key.name,
    kind: key.kind,
    is_management_key: key.kind === "management",
    disabled: key.disabled,
    limit: key.limitNanoUsd === null ? null : toUsd(key.limitNanoUsd),
    limit_remaining: layers.find(({ scope }) => scope === "api_key")?.remaining_usd ?? null,
    limit_reset: key.limitReset,
    include_byok_in_limit: key.includeByokInLimit,
    budget_layers: layers,
    effective_budget: tightest(layers),
    usage: toUsd(spend?.total ?? 0),
    usage_daily: toUsd(spend?.daily ?? 0),
    usage_weekly: toUsd(spend?.weekly ?? 0),
    usage_monthly: toUsd(spend?.monthly ?? 0),
    byok_usage: toUsd(spend?.byokTotal ?? 0),
    byok_usage_daily: toUsd(spend?.byokDaily ?? 0),
    byok_usage_weekly: toUsd(spend?.byokWeekly ?? 0),
    byok_usage_monthly: toUsd(spend?.byokMonthly ?? 0),
    ...rulesToWire(key),
    preset: key.preset,
    allowed_ips: key.allowedIps,
    dialect: key.dialect,
    created_at: new Date(key.createdAtMs).toISOString(),
    updated_at: toTime(key.updatedAtMs),
    creator_user_id: key.creatorUserId,
    user_id: key.userId,
    external_user: key.externalUser,
    workspace_id: key.team ?? (isPersonal(key) ? null : DEFAULT_TEAM),
    project_id: key.team,
    expires_at: toTime(key.expiresAtMs),
    rotated_from: key.rotatedFrom,
  };
}

export function toTime(timeMs: number | null): string | null {
  return timeMs === null ? null : new Date(timeMs).toISOString();
}

/** A budget that holds for a key, with what is left of it. */
interface BudgetLayer {
  scope: "api_key" | "workspace";
  limit_usd: number;
  spend_usd: number;
  remaining_usd: number;
  include_byok: boolean;
  /** Null: it never starts anew. */
  reset_interval: "daily" | "weekly" | "monthly" | null;
  resets_at: string | null;
  guardrail_id: null;
  budget_id: string | null;
}

/** The budget of the key, then those of its team. */
function budgetLayers(key: ApiKey, book: Book | undefined): BudgetLayer[] {
  const { limitNanoUsd, limitReset, includeByokInLimit: includesByok } = key;
  const interval: Interval = limitReset ?? "lifetime";
  const own = { scope: "api_key" as const, includesByok, budgetId: null, interval };
  const layers: BudgetLayer[] = [];
  if (limitNanoUsd !== null) layers.push(toLayer({ ...own, limitNanoUsd }, book?.spends[key.account]));
  for (const { id, interval, limitNanoUsd } of book?.team?.budgets ?? []) {
    const includesByok = book?.team?.includeByokInBudgets ?? false;
    const budget = { scope: "workspace" as const, includesByok, budgetId: id, interval, limitNanoUsd };
    layers.push(toLayer(budget, book?.spends[TEAM_ACCOUNT]));
  }
  return layers;
}

interface LayerSource {
  scope: BudgetLayer["scope"];
  interval: Interval;
  limitNanoUsd: number;
  includesByok: boolean;
  budgetId: string | null;
}

function toLayer(source: LayerSource, spend: KeySpend | undefined): BudgetLayer {
  const { scope, interval, limitNanoUsd, includesByok, budgetId } = source;
  const [paid, byok] = PERIODS[interval];
  const spent = (spend?.[paid] ?? 0) + (includesByok ? (spend?.[byok] ?? 0) : 0);
  const reset = interval === "lifetime" ? null : interval;
  return {
    scope,
    limit_usd: toUsd(limitNanoUsd),
    spend_usd: toUsd(spent),
    remaining_usd: toUsd(Math.max(0, limitNanoUsd - spent)),
    include_byok: includesByok,
    reset_interval: reset,
    resets_at: reset && toTime(endOfPeriod(reset, Date.now())),
    guardrail_id: null,
    budget_id: budgetId,
  };
}

const PERIODS = {
  lifetime: ["total", "byokTotal"],
  daily: ["daily", "byokDaily"],
  weekly: ["weekly", "byokWeekly"],
  monthly: ["monthly", "byokMonthly"],
} as const satisfies Record<Interval, [keyof KeySpend, keyof KeySpend]>;

/** The budget of which least is left; null when there is none. */
function tightest(layers: BudgetLayer[]): BudgetLayer | null {
  return layers.toSorted((a, b) => a.remaining_usd - b.remaining_usd)[0] ?? null;
}
