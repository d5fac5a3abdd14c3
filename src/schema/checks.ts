import * as z from "zod";
import { expected, integerBetween, numberBetween } from "./fields.ts";

/** Checks of what goes in and out: what a request asks for, what keys and teams demand, and the operator's settings. */

/** What is found and replaced here, in the order in which the earlier one wins where two of one length overlap. */
export const PII_ENTITIES = [
  "EMAIL_ADDRESS",
  "PHONE_NUMBER",
  "CREDIT_CARD",
  "IBAN_CODE",
  "US_SSN",
  "US_ITIN",
  "UK_NHS",
  "UK_NINO",
  "IP_ADDRESS",
  "MAC_ADDRESS",
  "URL",
  "CRYPTO",
  "DATE_TIME",
  "PERSON",
  "LOCATION",
] as const;
export type PiiEntity = (typeof PII_ENTITIES)[number];

/** Further names of Presidio's vocabulary: they may be named, though nothing here looks for them. */
export const OTHER_ENTITIES = [
  "NRP",
  "ORGANIZATION",
  "AGE",
  "ID",
  "MEDICAL_LICENSE",
  "US_BANK_NUMBER",
  "US_DRIVER_LICENSE",
  "US_PASSPORT",
  "US_MBI",
  "US_NPI",
  "ABA_ROUTING_NUMBER",
  "UK_PASSPORT",
  "UK_POSTCODE",
  "UK_VEHICLE_REGISTRATION",
  "ES_NIF",
  "ES_NIE",
  "IT_FISCAL_CODE",
  "IT_DRIVER_LICENSE",
  "IT_VAT_CODE",
  "IT_PASSPORT",
  "IT_IDENTITY_CARD",
  "PL_PESEL",
  "SG_NRIC_FIN",
  "SG_UEN",
  "AU_ABN",
  "AU_ACN",
  "AU_TFN",
  "AU_MEDICARE",
  "IN_PAN",
  "IN_AADHAAR",
  "IN_VEHICLE_REGISTRATION",
  "IN_VOTER",
  "IN_PASSPORT",
  "IN_GSTIN",
  "FI_PERSONAL_IDENTITY_CODE",
  "KR_RRN",
  "TH_TNIN",
] as const;

export const PII_METHODS = ["random", "fake", "category", "mask"] as const;
export type PiiMethod = (typeof PII_METHODS)[number];

const entitySchema = z.enum([...PII_ENTITIES, ...OTHER_ENTITIES]);

/** Checks of the prompt, as a request, a key or a team asks for them. */
export const inputChecksSchema = z.looseObject({
  block_prompt_injection: z.boolean().nullish(),
  /** `""` is off. */
  pii: z.enum(["block", "replace", ""]).nullish(),
  /** With `replace` only; default `random`. */
  pii_replace_method: z.enum(PII_METHODS).nullish(),
  /** Kinds that are left alone. */
  entity_list: z.array(entitySchema, expected("an array of entity names")).nullish(),
});
export type InputChecks = z.infer<typeof inputChecksSchema>;

/** Checks of the answer. */
export const outputChecksSchema = z.looseObject({
  toxicity: z.boolean().nullish(),
  factuality: z.boolean().nullish(),
});
export type OutputChecks = z.infer<typeof outputChecksSchema>;

/** What a key or a team demands of every request. */
export const requiredChecksSchema = z.looseObject({
  input: inputChecksSchema.nullish(),
  output: outputChecksSchema.nullish(),
});
export type RequiredChecks = z.infer<typeof requiredChecksSchema>;

const modelName = z.string().min(1).nullish();
const threshold = numberBetween(0, 1).optional();

/** The `checks` section of the operator's document. Defaults stand where they are used. */
export const checksSettingsSchema = z.strictObject({
  /** System and developer messages are scanned too. Default false: they are the operator's own. */
  scan_system: z.boolean().optional(),
  /** For one call of a judge, all its fallbacks included; default 10,000. */
  timeout_ms: integerBetween(1, 600_000).optional(),
  /** Text of a stream that is judged at a time; default 200. */
  window_chars: integerBetween(1, 100_000).optional(),
  /** `refuse`: a stream with checks of its answer is a 400. Default `window`. */
  stream_output: z.enum(["window", "refuse"]).optional(),
  pii: z
    .strictObject({
      /** Region of phone numbers without a country code, ISO 3166-1; default `US`. */
      region: z
        .string(expected("a country code, e.g. US"))
        .regex(/^[A-Z]{2}$/)
        .optional(),
      /** What is looked for; null or absent: everything but LOCATION. */
      entities: z.array(z.enum(PII_ENTITIES)).nullish(),
      /** A model that adds PERSON and LOCATION. */
      judge: modelName,
    })
    .optional(),
  injection: z.strictObject({ threshold, judge: modelName }).optional(),
  toxicity: z
    .strictObject({ threshold, judge: modelName, form: z.enum(["score", "llama-guard"]).optional() })
    .optional(),
  factuality: z.strictObject({ threshold, judge: modelName, form: z.literal("score").optional() }).optional(),
});
export type ChecksSettings = z.infer<typeof checksSettingsSchema>;
