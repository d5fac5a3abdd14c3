import * as z from "zod";
import { ratesSchema, rulesSchema } from "./key.ts";

/** A team, on the wire a workspace or a project: its members share keys, budgets and rules. */

/** The team of every key that names no other. It always exists. */
export const DEFAULT_TEAM = "default";
/** The self-test's own; its requests are booked apart from everybody else's. */
export const SELFTEST_TEAM = "selftest";

/** Of an id, which names the team in the store, in its ledger and in requests. */
const TEAM_ID = /^[a-z0-9][a-z0-9_-]{0,62}$/;
export const TEAM_ID_RULE = '1 to 63 lower-case letters, digits, "_" or "-", not beginning with "_" or "-"';

export function isTeamId(id: string): boolean {
  return TEAM_ID.test(id);
}

/** `lifetime` never starts anew. */
export const INTERVALS = ["daily", "weekly", "monthly", "lifetime"] as const;
export type Interval = (typeof INTERVALS)[number];

export const ROLES = ["admin", "member", "guest"] as const;
export type Role = (typeof ROLES)[number];

const memberSchema = z.object({
  id: z.string(),
  userId: z.string(),
  role: z.enum(ROLES),
  createdAtMs: z.number(),
});
export type Member = z.infer<typeof memberSchema>;

const budgetSchema = z.object({
  id: z.string(),
  interval: z.enum(INTERVALS),
  limitNanoUsd: z.number(),
  createdAtMs: z.number(),
  updatedAtMs: z.number(),
});
/** What all keys of a team may spend together in an interval. */
export type Budget = z.infer<typeof budgetSchema>;

/** A team as it is stored. */
export const teamSchema = z.object({
  ...rulesSchema.shape,
  ...ratesSchema.shape,
  id: z.string(),
  /** A name for URLs, which may change; the id does not. */
  slug: z.string(),
  name: z.string(),
  description: z.string().nullable().default(null),
  members: z.array(memberSchema).default([]),
  /** At most one of each interval; all of them hold. */
  budgets: z.array(budgetSchema).default([]),
  /** Whether what is paid with the team's own provider keys counts in its budgets. */
  includeByokInBudgets: z.boolean().default(false),
  /** Model of requests that name none; null: the installation's. */
  defaultTextModel: z.string().nullable().default(null),
  defaultImageModel: z.string().nullable().default(null),
  /** Order of endpoints for requests that name none. */
  defaultProviderSort: z.enum(["price", "throughput", "latency", "exacto"]).nullable().default(null),
  disabledServerTools: z.array(z.string()).nullable().default(null),
  /** Whether prompts and answers are kept with their generation. */
  logsContent: z.boolean().default(false),
  /** Share of the generations whose content is kept, of 1. */
  loggingSamplingRate: z.number().default(1),
  broadcasts: z.boolean().default(false),
  createdAtMs: z.number(),
  updatedAtMs: z.number().nullable(),
  createdBy: z.string().nullable().default(null),
  /** When it was deleted: its id is never used again, since its ledger remains. */
  deletedAtMs: z.number().nullable().default(null),
});
export type Team = z.infer<typeof teamSchema>;
