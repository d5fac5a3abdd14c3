import * as z from "zod";
import { invalidField } from "../../errors.ts";
import { isRange } from "../../schema/address.ts";
import { integerBetween } from "../../schema/fields.ts";
import { type ApiKey, DIALECTS, KEY_KINDS, resetSchema } from "../../schema/key.ts";
import { isPresetSlug, SLUG_RULE } from "../../schema/preset.ts";
import { toNanoUsd } from "../../usage/cost.ts";
import { given } from "../read-fields.ts";
import { rateFields, ruleFields, rulesOf } from "./rule-fields.ts";

/** Bodies of the routes of keys. */

const TEXT = z.string("must be a string").min(1, "must not be empty").max(256, "must have at most 256 characters");
const MAX_RANGES = 100;
/** A week. */
const MAX_GRACE_SECONDS = 604_800;
const MIN_EXTERNAL_CHARS = 32;
/** Fewer different characters are no secret, however many they are. */
const MIN_EXTERNAL_VARIETY = 10;

const expirySchema = z.iso
  .datetime({ offset: true, error: "must be an ISO 8601 time with seconds and a zone, e.g. 2027-01-31T12:00:00Z" })
  .refine((text) => Date.parse(text) > Date.now(), "must lie in the future");

/** What may be changed later on; null takes it away. */
const changeableFields = {
  ...ruleFields,
  ...rateFields,
  /** US dollars. */
  limit: z.number("must be a number of US dollars, or null").min(0, "must not be negative").max(1e6).nullish(),
  limit_reset: z.enum(resetSchema.options, "must be daily, weekly, monthly or null").nullish(),
  include_byok_in_limit: z.boolean("must be true or false").optional(),
  expires_at: expirySchema.nullish(),
  preset: z.string(`must be ${SLUG_RULE}`).refine(isPresetSlug, `must be ${SLUG_RULE}`).nullish(),
  allowed_ips: z
    .array(
      z
        .string("must be an IP address or a range in CIDR form")
        .refine(isRange, "must be an IP address or a range in CIDR form"),
      "must be an array of addresses, or null",
    )
    .min(1, "must not be empty; null allows every address")
    .max(MAX_RANGES, `must have at most ${MAX_RANGES} ranges`)
    .nullish(),
  dialect: z.enum(DIALECTS).nullish(),
};

/** Body of POST /keys. */
export const newKeySchema = z.looseObject(
  {
    ...changeableFields,
    name: TEXT,
    kind: z.enum(KEY_KINDS, `must be one of ${KEY_KINDS.join(", ")}`).optional(),
    /** Whom a personal token acts for. */
    user_id: TEXT.nullish(),
    is_management_key: z.boolean("must be true or false").optional(),
    workspace_id: z.string("must be the id of a workspace").nullish(),
    project_id: z.string("must be the id of a workspace").nullish(),
    creator_user_id: TEXT.nullish(),
    external: z
      .looseObject({
        user: TEXT,
        api_key: z
          .string("must be a string")
          .min(MIN_EXTERNAL_CHARS, `must have at least ${MIN_EXTERNAL_CHARS} characters`)
          .max(512, "must have at most 512 characters")
          .regex(/^[\x21-\x7e]*$/, "must be of printable ASCII characters without spaces")
          .refine((text) => new Set(text).size >= MIN_EXTERNAL_VARIETY, "is too easy to guess")
          .optional(),
      })
      .optional(),
  },
  "must be a JSON object",
);
export type NewKeyFields = z.infer<typeof newKeySchema>;

/** Body of PATCH /keys/:hash; what is absent stays as it is. */
export const keyChangeSchema = z.looseObject(
  {
    ...changeableFields,
    name: TEXT.optional(),
    disabled: z.boolean("must be true or false").optional(),
  },
  "must be a JSON object",
);
export type KeyChangeFields = z.infer<typeof keyChangeSchema>;

/** Body of POST /keys/:hash/rotate. */
export const rotationSchema = z.looseObject(
  { grace_seconds: integerBetween(0, MAX_GRACE_SECONDS).optional() },
  "must be a JSON object",
);

/** What a body says of what may be changed later on. */
export function changesOf(body: KeyChangeFields): Partial<ApiKey> {
  const { limit, expires_at } = body;
  return {
    ...rulesOf(body),
    ...given({
      name: body.name,
      disabled: body.disabled,
      limitNanoUsd: limit == null ? limit : toNanoUsd(limit),
      limitReset: body.limit_reset,
      includeByokInLimit: body.include_byok_in_limit,
      expiresAtMs: expires_at == null ? expires_at : Date.parse(expires_at),
      preset: body.preset,
      allowedIps: body.allowed_ips,
      dialect: body.dialect,
    }),
  };
}

/** Throws for a field that does not go with the kind of the key. */
export function refuseFieldsOfOtherKinds(body: NewKeyFields, kind: ApiKey["kind"]): void {
  if (kind === "management") refuseInferenceFields(body);
  if (kind === "pat" && body.user_id == null) throw invalidField("user_id", "is required: whom the token acts for");
  if (kind !== "pat" && body.user_id != null) throw invalidField("user_id", "goes with kind pat only");
  if (kind !== "service") return;
  for (const field of ["workspace_id", "project_id"] as const)
    if (body[field] != null) throw invalidField(field, "does not go with kind service: its requests name the project");
}

const NOT_OF_MANAGEMENT = [
  ...Object.keys({ ...ruleFields, ...rateFields }),
  ...["limit", "limit_reset", "include_byok_in_limit", "preset", "dialect", "external"],
];

/** Throws for a field that has no meaning for a key that infers nothing. */
export function refuseInferenceFields(body: Record<string, unknown>): void {
  const field = NOT_OF_MANAGEMENT.find((name) => body[name] != null && body[name] !== false);
  if (field !== undefined) throw invalidField(field, "does not apply to a management key, which runs no inference");
}
