import * as z from "zod";
import { requiredChecksSchema } from "../../schema/checks.ts";
import { expected, integerBetween } from "../../schema/fields.ts";
import type { Rules } from "../../schema/key.ts";
import { providerPreferencesSchema } from "../../schema/provider-preferences.ts";
import { given } from "../read-fields.ts";

/** What keys and workspaces have in common on the wire; null takes a rule or a limit away. */

const MAX_NAMES = 500;
const MAX_CHECKS_CHARS = 16_384;

const namesSchema = z
  .array(
    z.string(expected("a name without spaces, with * for any characters")).regex(/^[^\s\p{Cc}]{1,200}$/u),
    expected("an array of names, or null"),
  )
  .max(MAX_NAMES, `must have at most ${MAX_NAMES} names`);

/** Nothing would be allowed by an empty list; who means "everything" must say so. */
const allowedSchema = namesSchema.min(1, "must not be empty; null allows everything").nullish();

export const ruleFields = {
  allowed_models: allowedSchema,
  denied_models: namesSchema.nullish(),
  allowed_providers: allowedSchema,
  denied_providers: namesSchema.nullish(),
  provider: providerPreferencesSchema.nullish(),
  data_policy: z
    .strictObject(
      { data_collection: z.enum(["allow", "deny"]).nullish(), zdr: z.boolean("must be true or false").nullish() },
      "must be an object of data_collection and zdr, or null",
    )
    .nullish(),
  checks: requiredChecksSchema
    .refine((checks) => JSON.stringify(checks).length <= MAX_CHECKS_CHARS, "is too large")
    .nullish(),
};

const rateSchema = integerBetween(1, 1_000_000_000).nullish();

export const rateFields = { rpm: rateSchema, tpm: rateSchema, max_parallel: rateSchema };

const rulesSchema = z.looseObject({ ...ruleFields, ...rateFields });
type RuleFields = z.infer<typeof rulesSchema>;
type Rates = { rpm: number | null; tpm: number | null; maxParallel: number | null };

/** The rules and limits that a body sets. */
export function rulesOf(body: RuleFields): Partial<Rules & Rates> {
  return given({
    allowedModels: body.allowed_models,
    deniedModels: body.denied_models,
    allowedProviders: body.allowed_providers,
    deniedProviders: body.denied_providers,
    provider: body.provider,
    dataPolicy: body.data_policy,
    checks: body.checks,
    rpm: body.rpm,
    tpm: body.tpm,
    maxParallel: body.max_parallel,
  });
}

export function rulesToWire(rules: Rules & Rates) {
  return {
    rpm: rules.rpm,
    tpm: rules.tpm,
    max_parallel: rules.maxParallel,
    allowed_models: rules.allowedModels,
    denied_models: rules.deniedModels,
    allowed_providers: rules.allowedProviders,
    denied_providers: rules.deniedProviders,
    provider: rules.provider,
    data_policy: rules.dataPolicy,
    checks: rules.checks,
  };
}
