import * as z from "zod";
import { checksSettingsSchema } from "./checks.ts";
import { aliasSchema, nameSchema, routerSchema } from "./names.ts";
import { pricingSchema } from "./pricing.ts";
import { providerPreferencesSchema, quantizationSchema, timeoutsSchema } from "./provider-preferences.ts";
import { quirksSchema } from "./quirks.ts";
import { retrievalSettingsSchema } from "./retrieval.ts";

/**
 * The catalogue: providers (companies), and models with the endpoints at which they are served.
 * The operator's document has the same shape as the built-in one and is laid over it.
 */

/** Wire protocols that a provider can speak. */
export const apiSchema = z.enum([
  "openai-chat",
  "mistral-chat",
  "cohere-chat",
  "openai-responses",
  "bedrock-converse",
  "anthropic-messages",
  "google-gemini",
]);
export type Api = z.infer<typeof apiSchema>;

const SLUG = /^[a-z0-9][a-z0-9._-]*$/;
const TAG = /^[a-z0-9][a-z0-9._-]*(\/[a-z0-9._-]+)*$/;
const MODEL_ID = /^~?[A-Za-z0-9][A-Za-z0-9._-]*\/[A-Za-z0-9][A-Za-z0-9._:@-]*$/;
const SECRET_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;

const slugSchema = z.string().regex(SLUG, "must be a slug: lower-case letters, digits, '.', '_' and '-'");

export type { Alias, Member, Router } from "./names.ts";
export { type Pricing, type PricingOverride, pricingOverrideSchema, pricingSchema, UTC_DAYS } from "./pricing.ts";
export { type Quirks, quirksSchema } from "./quirks.ts";

/** Where a provider's key comes from: a secret's name, a literal to be sealed, or one sealed already. */
const keyOwner = {
  /** The key is a team's own: its endpoints lead, and what they cost is on the team's bill at the vendor. */
  byok: z.boolean().optional(),
  /** Of a team's own key: it is used only when nothing else answers. */
  is_fallback: z.boolean().optional(),
};
export const providerKeySchema = z.union([
  z.string().regex(SECRET_NAME, 'must be the name of a secret, e.g. ACME_API_KEY, or {"value": "…"}'),
  z.strictObject({ secret: z.string().regex(SECRET_NAME, "must be the name of a secret"), ...keyOwner }),
  z.strictObject({ value: z.string().min(1), ...keyOwner }),
  z.strictObject({ sealed: z.string().min(1), hint: z.string().optional(), ...keyOwner }),
]);
export type ProviderKey = z.infer<typeof providerKeySchema>;

/** What a provider does with prompts and answers. */
export const dataPolicySchema = z.strictObject({
  training: z.boolean().optional(),
  retention_days: z.number().min(0).optional(),
});

const baseUrlSchema = z.string().refine(isUpstreamUrl, "must be an http(s) URL without credentials, query or fragment");

/** Ways to send a provider's key. */
export const authSchema = z.enum(["bearer", "x-api-key", "x-goog-api-key", "aws-sigv4", "google-service-account"]);
export type AuthScheme = z.infer<typeof authSchema>;

const providerFields = {
  name: z.string().min(1),
  api: apiSchema,
  /**
   * Base URL as the vendor writes it, with the API version; the protocol appends its own path. `{NAME}` stands for the
   * variable or secret NAME, `{NAME=text}` for that or else the text. Where one is missing the provider is not on.
   */
  base_url: baseUrlSchema,
  /** Absent: the provider takes no key. */
  key: providerKeySchema.optional(),
  /** How the key is sent; default: as the protocol's own vendor wants it. */
  auth: authSchema.optional(),
  /** The name of the header that holds the key alone; goes before `auth`. */
  auth_header: z.string().regex(HEADER_NAME, "must be a header's name").optional(),
  headers: z.record(z.string().regex(HEADER_NAME, "must be a header's name"), z.string()).optional(),
  quirks: quirksSchema.optional(),
  timeouts: timeoutsSchema.optional(),
  data_policy: dataPolicySchema.optional(),
  /**
   * Whether the vendor goes on generating, and bills it, when the client leaves a stream. True and false are what the
   * vendor or a router that uses it has published; absent is the same as `unknown`.
   */
  bills_after_disconnect: z.union([z.boolean(), z.literal("unknown")]).optional(),
  /**
   * What happens to an answer whose client leaves: `cancel` stops it at once (default), `drain` reads it on for at most
   * 25 s, so that its usage is exact, `durable` reads it to its end, in a Durable Object of its own.
   */
  on_disconnect: z.enum(["cancel", "drain", "durable"]).optional(),
  /** Where requests are processed, as far as the vendor promises it: `eu`, `us`, or a country's code in lower case. */
  regions: z.array(z.string()).optional(),
  privacy_policy_url: z.string().nullish(),
  terms_of_service_url: z.string().nullish(),
  status_page_url: z.string().nullish(),
  /** Country code, ISO 3166-1 alpha-2. */
  headquarters: z.string().nullish(),
  datacenters: z.array(z.string()).nullish(),
};
export const providerSchema = z.looseObject(providerFields);
export type Provider = z.infer<typeof providerSchema>;

export const endpointSchema = z.looseObject({
  /** Slug of the provider. */
  provider: slugSchema,
  /** The model's name at the provider. */
  model: z.string().min(1),
  /** The endpoint's public slug: the provider's, with an optional suffix; default: the provider's. */
  tag: z.string().regex(TAG, "must be a provider slug with an optional suffix, e.g. acme/turbo").optional(),
  pricing: pricingSchema.optional(),
  context_length: z.int().min(1).optional(),
  max_completion_tokens: z.int().min(1).nullish(),
  max_prompt_tokens: z.int().min(1).nullish(),
  quantization: quantizationSchema.nullish(),
  supported_parameters: z.array(z.string()).optional(),
  /** Values of `tool_choice` that it takes; default: all when `tool_choice` is a supported parameter, else `auto`. */
  tool_choice: z.array(z.enum(["auto", "none", "required", "function"])).optional(),
  /** For an endpoint that the provider serves in another wire format than its others. */
  api: apiSchema.optional(),
  /** For an endpoint that the provider serves under another URL than its others; as the provider's `base_url`. */
  base_url: baseUrlSchema.optional(),
  /** Laid over the provider's quirks. */
  quirks: quirksSchema.optional(),
  /** Where this endpoint's requests are processed, where it differs from the provider's. */
  regions: z.array(z.string()).optional(),
  /**
   * The share of a model's balanced requests that try this endpoint first, in percent: a canary, or a contract to use
   * up. The others share the rest by price. 0: it is only a fallback.
   */
  traffic_percent: z.number().min(0).max(100).optional(),
});

/** How a model's reasoning is asked for. Absent for a model that does not reason. */
export const reasoningSchema = z.looseObject({
  /** It cannot be turned off. */
  mandatory: z.boolean(),
  default_effort: z.string().nullish(),
  default_enabled: z.boolean().optional(),
  /** Highest first; null: all of them. */
  supported_efforts: z.array(z.string()).nullish(),
  /** It takes `reasoning.max_tokens`. */
  supports_max_tokens: z.boolean().optional(),
});

const modelFields = {
  name: z.string().min(1),
  /** The dated id, accepted as an alias of the public one. */
  canonical_slug: z.string().min(1).optional(),
  description: z.string().optional(),
  /** Unix seconds. */
  created: z.int().min(0).optional(),
  context_length: z.int().min(1).nullish(),
  input_modalities: z.array(z.string()).optional(),
  output_modalities: z.array(z.string()).optional(),
  tokenizer: z.string().nullish(),
  instruct_type: z.string().nullish(),
  reasoning: reasoningSchema.optional(),
  /** `YYYY-MM` or `YYYY-MM-DD`. */
  knowledge_cutoff: z.string().nullish(),
  /** The day from which it is served no more, `YYYY-MM-DD`. */
  expiration_date: z.iso.date("must be a day, e.g. 2027-01-31").nullish(),
  /** The author lets others train models on what it writes. */
  distillable: z.boolean().optional(),
  endpoints: z.array(endpointSchema),
};
export const modelSchema = z.looseObject(modelFields);
export type ModelRow = z.infer<typeof modelSchema>;
export type EndpointRow = z.infer<typeof endpointSchema>;

export const defaultsSchema = z.looseObject({
  /** The model of a request that names none. */
  model: z.string().min(1).optional(),
  /**
   * Preferences for every request. What they forbid stays forbidden: lists of `only` are intersected with a request's,
   * those of `ignore` united, the stricter data policy and the lower price limit hold. Of the rest a request's own win.
   */
  provider: providerPreferencesSchema.optional(),
});

/** How load is balanced where a request asks for no order of its own. */
export const routingSchema = z.strictObject({
  /** `classic`: a draw by 1/price². `adaptive`: by what is measured, too. Default `classic`. */
  balance: z.enum(["classic", "adaptive"]).optional(),
  /** Share of requests that the adaptive balance gives to endpoints that do not lead, to learn about them; default 0.05. */
  exploration: z.number().min(0).max(1).optional(),
  /** Tokens of a usual answer, for comparing prices when a request sets no smaller limit; default 500. */
  expected_output_tokens: z.int().min(0).optional(),
});
export type RoutingSettings = z.infer<typeof routingSchema>;

/** The operator's document. A provider or model that the built-in catalogue has may be given in part. */
export const catalogueDocumentSchema = z.looseObject({
  providers: z.record(slugSchema, providerSchema.partial()).optional(),
  models: z.record(z.string().regex(MODEL_ID, "must be a model id: author/slug"), modelSchema.partial()).optional(),
  defaults: defaultsSchema.optional(),
  routing: routingSchema.optional(),
  aliases: z.record(nameSchema, aliasSchema).optional(),
  routers: z.record(nameSchema, routerSchema).optional(),
  checks: checksSettingsSchema.optional(),
  retrieval: retrievalSettingsSchema.optional(),
});
export type CatalogueDocument = z.infer<typeof catalogueDocumentSchema>;

/** `{NAME}` or `{NAME=text}` in a base URL. */
export const URL_VARIABLE = /\{([A-Za-z_][A-Za-z0-9_]*)(?:=([^{}]*))?\}/g;

function isUpstreamUrl(template: string): boolean {
  const text = template.replace(URL_VARIABLE, (_, _name, text) => text ?? "x");
  if (/[{}]/.test(text) || !URL.canParse(text)) return false;
  const url = new URL(text);
  const isHttp = url.protocol === "https:" || url.protocol === "http:";
  return isHttp && url.username === "" && url.password === "" && url.search === "" && url.hash === "";
}
