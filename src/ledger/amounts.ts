/** What requests use up, of what an account may be limited in. */
export interface Amounts {
  nanoUsd: number;
  /** In a minute of the clock. */
  requests: number;
  /** In a minute of the clock; of prompt and answer. */
  tokens: number;
  /** Requests under way at the same time. */
  slots: number;
}

export const NOTHING: Readonly<Amounts> = { nanoUsd: 0, requests: 0, tokens: 0, slots: 0 };

export const KINDS = ["nanoUsd", "requests", "tokens", "slots"] as const satisfies (keyof Amounts)[];
export type Kind = (typeof KINDS)[number];

/** The limits of a key, or of the team above it; null: none of that kind. */
export interface AccountLimits {
  /** Id of the key's account, or `team`. */
  account: string;
  /** Of a period; in nano-dollars. */
  nanoUsd: number | null;
  /** The period of the budget, in UTC; weeks begin on Monday. */
  period: "total" | "daily" | "weekly" | "monthly";
  /** What is paid with the team's own provider keys counts as well. */
  includesByok: boolean;
  requests: number | null;
  tokens: number | null;
  slots: number | null;
}

/** The account of everything that a team's keys use. */
export const TEAM_ACCOUNT = "team";

/** Why a request cannot be admitted now. */
export interface Refusal {
  account: string;
  kind: Kind;
  limit: number;
  /** What is left of it, and of that what other requests hold; a smaller request might fit. */
  left: number;
  /** When all of it is there again; null for a budget without a period, and for requests under way. */
  resetsAtMs: number | null;
  /** Enough is left, but requests under way hold it: it may come back soon. */
  isHeld: boolean;
}

export function subtract(from: Amounts, taken: Amounts): Amounts {
  return {
    nanoUsd: from.nanoUsd - taken.nanoUsd,
    requests: from.requests - taken.requests,
    tokens: from.tokens - taken.tokens,
    slots: from.slots - taken.slots,
  };
}

export function covers(available: Amounts, needed: Amounts): boolean {
  return KINDS.every((kind) => available[kind] >= needed[kind]);
}

/** Whether any account limits anything. */
export function isLimited(accounts: AccountLimits[]): boolean {
  return accounts.some((account) => KINDS.some((kind) => account[kind] !== null));
}
