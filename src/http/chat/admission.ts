import { RouterError } from "../../errors.ts";
import { type Applicant, admit, isRefusal } from "../../ledger/admission.ts";
import { type AccountLimits, type Amounts, isLimited, type Refusal, TEAM_ACCOUNT } from "../../ledger/amounts.ts";
import { keepHolding } from "../../ledger/holds.ts";
import type { Plan } from "../../routing/plan.ts";
import type { RouteRequest } from "../../routing/request.ts";
import type { ChatRequest } from "../../schema/chat.ts";
import type { HoldRecord } from "../../schema/generation.ts";
import { type ApiKey, ledgerOf } from "../../schema/key.ts";
import { restrictionsOf } from "../../schema/restrictions.ts";
import type { Team } from "../../schema/team.ts";
import { toUsd } from "../../usage/cost.ts";
import { type AppContext, waitUntilOf } from "../env.ts";
import type { PlanFor } from "./planning.ts";
import { affordableTokens, needOf, type Planned, withOutputBound } from "./worst-case.ts";

const none = {
  nanoUsd: null,
  period: "total",
  includesByok: false,
  requests: null,
  tokens: null,
  slots: null,
} as const;

/** The limits that hold for a request: its key's, its team's, and each of the team's budgets. */
export function limitsOf(key: ApiKey, team: Team): [own: AccountLimits, ...ofTeam: AccountLimits[]] {
  const rates = ({ rpm, tpm, maxParallel }: ApiKey | Team) => ({ requests: rpm, tokens: tpm, slots: maxParallel });
  const { limitNanoUsd: nanoUsd, limitReset, includeByokInLimit: includesByok } = key;
  return [
    { ...none, ...rates(key), account: key.account, nanoUsd, period: limitReset ?? "total", includesByok },
    { ...none, ...rates(team), account: TEAM_ACCOUNT },
    ...team.budgets.map(({ interval, limitNanoUsd }): AccountLimits => {
      const period = interval === "lifetime" ? "total" : interval;
      return { ...none, account: TEAM_ACCOUNT, nanoUsd: limitNanoUsd, period, includesByok: team.includeByokInBudgets };
    }),
  ];
}

/** Limits that are counted in one ledger. */
interface Layer {
  ledger: string;
  accounts: AccountLimits[];
}

/** A key that acts in all teams is limited in its own ledger, whatever team it acts for, and then in that team's. */
function layersOf(key: ApiKey, team: Team): Layer[] {
  const [own, ...ofTeam] = limitsOf(key, team);
  if (key.team !== null) return [{ ledger: team.id, accounts: [own, ...ofTeam] }];
  const unlimited = { ...none, account: key.account };
  return [
    { ledger: ledgerOf(key), accounts: [own] },
    { ledger: team.id, accounts: [unlimited, ...ofTeam] },
  ];
}

/** Whether what a request costs counts against a budget. */
export function isBudgeted(limits: AccountLimits[]): boolean {
  return limits.some(({ nanoUsd }) => nanoUsd !== null);
}

/** What a key and its team make of the planning of every request. */
export function rulesFor({ key, team }: { key: ApiKey; team: Team }): PlanFor["rules"] {
  return {
    ...restrictionsOf(key, team),
    mustBePriced: isBudgeted(limitsOf(key, team)),
    project: team.id,
    projectDefault: team.defaultTextModel ?? undefined,
  };
}

/** A request that may be dispatched, and holds its part of the limits until it has ended. */
export interface Held {
  /** With a bound for the answer where there was none. */
  chat: ChatRequest;
  /** In the team's ledger; undefined where nothing is limited. */
  hold?: HoldRecord;
  /** In the ledger of a key that acts in all teams. */
  keyHold?: HoldRecord;
  /** It has ended, with a record or without one. */
  end(isSettled: boolean): void;
}

/** Calls that are alike: money is held for all that there may be, tokens for as many as usual. */
export interface FurtherCalls {
  planned: Planned;
  atMost: number;
  usually: number;
}

/** What a call may cost at most, in nano-dollars, whichever of the limits it counts against. */
export function mostNanoUsd({ key, team }: { key: ApiKey; team: Team }, planned: Planned): number {
  return Math.max(...layersOf(key, team).map(({ accounts }) => needOf(planned, accounts).nanoUsd));
}

function needOfAll(planned: Planned, others: FurtherCalls[], accounts: AccountLimits[]): Amounts {
  const need = needOf(planned, accounts);
  for (const { planned: other, atMost, usually } of others) {
    const { nanoUsd, tokens } = needOf(other, accounts);
    need.nanoUsd += nanoUsd * atMost;
    need.tokens += tokens * usually;
  }
  return need;
}

/** Admits a planned request under the limits of its key and team. Throws 402 or 429 when it cannot be admitted. */
export async function holdFor(
  c: AppContext,
  {
    id,
    key,
    team,
    plan,
    route,
    chat,
    isBeside,
    others = [],
  }: {
    id: string;
    key: ApiKey;
    team: Team;
    plan: Plan;
    route: RouteRequest;
    chat: ChatRequest;
    /** It is made for another request, which counts for both: only money and tokens are its own. */
    isBeside?: boolean;
    /** Calls that will be made for it and ask for no admission of their own. */
    others?: FurtherCalls[];
  },
): Promise<Held> {
  const layers = layersOf(key, team).filter(({ accounts }) => isLimited(accounts));
  if (plan.candidates.length === 0 || layers.length === 0) return { chat, end() {} };
  const isBounded = layers.some(({ accounts }) => isBudgeted(accounts));
  const bounded = isBounded ? withOutputBound({ plan, request: route, chat }) : chat;
  const planned = { plan, request: route, chat };
  const holds: Partial<Record<string, LayerHold>> = {};
  const end = (isSettled: boolean) => {
    for (const held of Object.values(holds)) held?.end(isSettled);
  };
  for (const layer of layers) {
    try {
      holds[layer.ledger] = await holdIn(c, layer, { id, planned, isBeside, others });
    } catch (error) {
      end(false);
      throw error;
    }
  }
  const [hold, keyHold] = [holds[team.id]?.hold, key.team === null ? holds[ledgerOf(key)]?.hold : undefined];
  return { chat: bounded, end, ...(hold && { hold }), ...(keyHold && { keyHold }) };
}

interface LayerHold {
  hold: HoldRecord;
  end(isSettled: boolean): void;
}

async function holdIn(
  c: AppContext,
  { ledger, accounts }: Layer,
  {
    id,
    planned,
    isBeside,
    others,
  }: { id: string; planned: Planned; isBeside: boolean | undefined; others: FurtherCalls[] },
): Promise<LayerHold> {
  const applicant: Applicant = { namespace: c.env.LEDGER, team: ledger, accounts, waitUntil: waitUntilOf(c) };
  const whole = needOfAll(planned, others, accounts);
  const need = isBeside ? { ...whole, requests: 0, slots: 0 } : whole;
  const answer = await admit(applicant, need);
  if (isRefusal(answer)) throw refusalError(answer, need, (left) => affordableTokens(planned, accounts, left));
  const stop = keepHolding(applicant, answer.hold, id);
  return {
    hold: answer.hold,
    end(isSettled) {
      stop();
      if (isSettled) answer.settled();
      else answer.release();
    },
  };
}

/** Which limit stands in the way, how much of it is left, and when it is there again. */
function refusalError(refusal: Refusal, need: Amounts, affordableAt: AffordableAt): RouterError {
  const { kind, resetsAtMs, isHeld } = refusal;
  const nowMs = Date.now();
  if (kind === "nanoUsd") return budgetError(refusal, need, affordableAt, nowMs);
  const what = { requests: "requests per minute", tokens: "tokens per minute", slots: "requests at the same time" }[
    kind
  ];
  const whose = refusal.account === TEAM_ACCOUNT ? "this key's team" : "this key";
  const retryAfterMs = resetsAtMs === null ? 1_000 : Math.max(1, resetsAtMs - nowMs);
  const message = `Rate limit exceeded: ${whose} may have ${refusal.limit} ${what}, and ${refusal.left} of them are left; this request needs ${need[kind]}.`;
  return new RouterError("rate_limit_exceeded", message, {
    retryAfterMs,
    headers: {
      "x-ratelimit-limit": String(refusal.limit),
      "x-ratelimit-remaining": String(refusal.left),
      "x-ratelimit-reset": String(nowMs + retryAfterMs),
    },
    metadata: {
      limit_source: RATE_SOURCES[kind],
      scope: scopeOf(refusal),
      limit: refusal.limit,
      remaining: refusal.left,
      is_held: isHeld,
    },
  });
}

const RATE_SOURCES = { requests: "requests_per_minute", tokens: "tokens_per_minute", slots: "parallel_requests" };

function scopeOf({ account }: Refusal): string {
  return account === TEAM_ACCOUNT ? "workspace" : "api_key";
}

/** Requests under way hold the money for a moment; it is worth asking again. */
const HELD_RETRY_MS = 5_000;

type AffordableAt = (leftNanoUsd: number) => { affordable: number; asked: number };

function budgetError(refusal: Refusal, need: Amounts, affordableAt: AffordableAt, nowMs: number): RouterError {
  const { limit, left, resetsAtMs, isHeld } = refusal;
  const isTeam = refusal.account === TEAM_ACCOUNT;
  const [limitUsd, leftUsd, needUsd] = [toUsd(limit), toUsd(left), toUsd(need.nanoUsd)];
  const whose = isTeam ? "Workspace budget" : "Key limit";
  const resetsAt = resetsAtMs === null ? null : new Date(resetsAtMs).toISOString();
  const reset = resetsAt === null ? "" : ` It starts anew at ${resetsAt}.`;
  const { affordable, asked } = isHeld ? { affordable: 0, asked: 0 } : affordableAt(left);
  const message = isHeld
    ? `${whose} of $${limitUsd} is held by requests under way. Try again in a moment.`
    : left <= 0
      ? `${whose} exceeded: all of $${limitUsd} is spent.${reset}`
      : affordable > 0
        ? `This request requires more credits, or fewer max_tokens. You requested up to ${asked} tokens, but can only afford ${affordable}. ${whose} of $${limitUsd} has $${leftUsd} left, and the request may cost $${needUsd}.${reset}`
        : `This request requires more credits. ${whose} of $${limitUsd} has $${leftUsd} left, and the request may cost $${needUsd}.${reset}`;
  return new RouterError("payment_required", message, {
    ...(isHeld && { retryAfterMs: HELD_RETRY_MS }),
    metadata: {
      limit_source: isHeld
        ? "openrouter_in_flight_budget"
        : isTeam
          ? "openrouter_workspace_budget"
          : "openrouter_key_limit",
      ...(isHeld && { reason: "in_flight_budget_exhausted" }),
      scope: scopeOf(refusal),
      limit_usd: limitUsd,
      spend_usd: toUsd(limit - left),
      remaining_usd: leftUsd,
      required_usd: needUsd,
      resets_at: resetsAt,
      retry_after: resetsAtMs === null ? null : Math.ceil((resetsAtMs - nowMs) / 1000),
      ...(!isHeld && { affordable_max_tokens: affordable }),
    },
  });
}
