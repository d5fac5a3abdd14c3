import * as z from "zod";
import { providerPreferencesSchema } from "./provider-preferences.ts";

/** What keys and teams have in common, and the key as it is stored. */

/** Budgets start anew at midnight UTC, weeks on Monday, months on the first. */
export const resetSchema = z.enum(["daily", "weekly", "monthly"]);
export type Reset = z.infer<typeof resetSchema>;

/** What an answer may be made with. Each layer narrows the one above it. */
export const rulesSchema = z.object({
  /** Model ids, with `*` for any characters; null: every model. */
  allowedModels: z.array(z.string()).nullable().default(null),
  deniedModels: z.array(z.string()).nullable().default(null),
  /** Provider slugs, endpoint tags or display names; null: every provider. */
  allowedProviders: z.array(z.string()).nullable().default(null),
  deniedProviders: z.array(z.string()).nullable().default(null),
  /** Preferences of every request: a wish gives way to the request's own, what is forbidden stays forbidden. */
  provider: providerPreferencesSchema.nullable().default(null),
  /** What providers must not do with prompts. */
  dataPolicy: z
    .object({
      /** `deny`: no provider that trains on prompts. */
      data_collection: z.enum(["allow", "deny"]).nullish(),
      /** true: only endpoints that retain nothing. */
      zdr: z.boolean().nullish(),
    })
    .nullable()
    .default(null),
  /** Checks of what goes in and out, as the checks themselves read them. */
  checks: z.looseObject({}).nullable().default(null),
});
export type Rules = z.infer<typeof rulesSchema>;

/** Limits beside money; null: none. */
export const ratesSchema = z.object({
  /** Requests in a minute. */
  rpm: z.int().nullable().default(null),
  /** Tokens in a minute, of prompt and answer. */
  tpm: z.int().nullable().default(null),
  /** Requests under way at the same time. */
  maxParallel: z.int().nullable().default(null),
});

/**
 * What a token may be: `api` infers for its team, `management` manages, `pat` infers for a person, `service` for whom
 * its request names.
 */
export const KEY_KINDS = ["api", "management", "pat", "service"] as const;

export const DIALECTS = ["openrouter", "predictionguard", "jamai", "bud"] as const;

const storedSchema = z.object({
  ...rulesSchema.shape,
  ...ratesSchema.shape,
  /** SHA-256 of the token, hex. */
  hash: z.string(),
  /** What its spending is counted under: the hash of its first token, whatever token it has now. */
  account: z.string().optional(),
  /** Masked token for display. */
  label: z.string(),
  name: z.string(),
  kind: z.enum(KEY_KINDS).default("api"),
  /** Id of the team it belongs to; null: of none, so it may act in all. */
  team: z.string().nullable(),
  /** Whom it acts for. */
  userId: z.string().nullable().default(null),
  disabled: z.boolean(),
  /** Nano-dollars; null: no limit. */
  limitNanoUsd: z.number().nullable(),
  limitReset: resetSchema.nullable(),
  includeByokInLimit: z.boolean(),
  /** Slug of the preset of every request that names none. */
  preset: z.string().nullable().default(null),
  /** Addresses it may be used from, in CIDR form; null: from anywhere. */
  allowedIps: z.array(z.string()).nullable().default(null),
  dialect: z.enum(DIALECTS).nullable().default(null),
  createdAtMs: z.number(),
  updatedAtMs: z.number().nullable(),
  expiresAtMs: z.number().nullable(),
  creatorUserId: z.string().nullable(),
  externalUser: z.string().nullable(),
  /** SHA-256 of a token that a partner has given, and that opens the same key. */
  externalHash: z.string().nullable().default(null),
  /** Hash of the token that the present one has replaced. */
  rotatedFrom: z.string().nullable().default(null),
});

/** A key as it is stored. */
export const apiKeySchema = storedSchema.transform((key) => ({ ...key, account: key.account ?? key.hash }));
export type ApiKey = z.infer<typeof apiKeySchema>;

/** What a new key is made from. */
export type NewKey = Omit<z.input<typeof apiKeySchema>, "hash" | "label" | "account">;

/** A token that opens the key of another token. */
export const keyAliasSchema = z.object({
  /** Hash under which the key is stored. */
  opens: z.string(),
  /** When it stops doing so; null: when the key does. */
  untilMs: z.number().nullable(),
  createdAtMs: z.number(),
});
export type KeyAlias = z.infer<typeof keyAliasSchema>;

/**
 * Name of the ledger in which a key's own spending is counted: its team's or, of one that acts in all, one of its own,
 * which no team's id can be. There all that it uses is booked a second time, beside the books of the project.
 */
export function ledgerOf({ team, account }: Pick<ApiKey, "team" | "account">): string {
  return team ?? `key:${account}`;
}
