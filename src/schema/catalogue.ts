import * as z from "zod";

/**
 * The catalogue: providers (companies), and models with the endpoints at which they are served.
 * The operator's document has the same shape as the built-in one and is laid over it.
 */

/** Wire protocols that a provider can speak. */
export const apiSchema = z.enum(["openai-chat", "mistral-chat"]);
export type Api = z.infer<typeof apiSchema>;

const SLUG = /^[a-z0-9][a-z0-9._-]*$/;
const TAG = /^[a-z0-9][a-z0-9._-]*(\/[a-z0-9._-]+)*$/;
const MODEL_ID = /^~?[A-Za-z0-9][A-Za-z0-9._-]*\/[A-Za-z0-9][A-Za-z0-9._:@-]*$/;
const SECRET_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;

const slugSchema = z.string().regex(SLUG, "must be a slug: lower-case letters, digits, '.', '_' and '-'");

/** US dollars per token or unit, as a decimal string so that no digit is lost. */
const priceSchema = z
  .union([z.string(), z.number()])
  .transform((value) => (typeof value === "number" ? plainDecimal(value) : value))
  .refine((text) => /^\d+(\.\d+)?$/.test(text), 'must be a price in US dollars as a decimal string, e.g. "0.000001"');

/** Prices of an endpoint in US dollars. An absent price is unknown, which is not the same as "0". */
export const pricingSchema = z.looseObject({
  /** Per prompt token that was not read from a cache. */
  prompt: priceSchema,
  /** Per generated token. */
  completion: priceSchema,
  /** Per request. */
  request: priceSchema.optional(),
  /** Per prompt token read from the provider's cache; absent: as `prompt`. */
  input_cache_read: priceSchema.optional(),
  /** Per prompt token written to the provider's cache; absent: as `prompt`. */
  input_cache_write: priceSchema.optional(),
  /** The same with a lifetime of an hour; absent: as `input_cache_write`. */
  input_cache_write_1h: priceSchema.optional(),
  /** Per reasoning token; absent: as `completion`. */
  internal_reasoning: priceSchema.optional(),
  /** Per audio token of the prompt; absent: as `prompt`. */
  audio: priceSchema.optional(),
  /** Per generated audio token; absent: as `completion`. */
  audio_output: priceSchema.optional(),
  /** Per generated image token; absent: as `completion`. */
  image_output: priceSchema.optional(),
  /** Per search run by the provider. */
  web_search: priceSchema.optional(),
});
export type Pricing = z.infer<typeof pricingSchema>;

/** Where a provider's key comes from: a secret's name, a literal to be sealed, or one sealed already. */
export const providerKeySchema = z.union([
  z.string().regex(SECRET_NAME, 'must be the name of a secret, e.g. ACME_API_KEY, or {"value": "…"}'),
  z.strictObject({ value: z.string().min(1) }),
  z.strictObject({ sealed: z.string().min(1), hint: z.string().optional() }),
]);
export type ProviderKey = z.infer<typeof providerKeySchema>;

export const timeoutsSchema = z.strictObject({
  /** From dispatch to the first semantic event of a stream. */
  first_token_ms: z.int().min(1).max(3_600_000).optional(),
  /** Between two events of a stream that carry content; comments do not count. */
  idle_ms: z.int().min(1).max(3_600_000).optional(),
  /** The whole attempt. */
  total_ms: z.int().min(1).max(86_400_000).optional(),
});

/** Documented differences of a provider from its protocol. All default to the protocol's own way. */
export const quirksSchema = z.strictObject({
  /** The only field this provider knows for the output cap; default: as the client wrote it. */
  max_tokens_field: z.enum(["max_tokens", "max_completion_tokens"]).optional(),
  /** Refuses `stream_options`; usage then comes unasked or not at all. */
  no_stream_options: z.boolean().optional(),
  /** Is itself a router of this API: takes `plugins`, `reasoning`, `cache_control` and message fields as they are. */
  is_router: z.boolean().optional(),
  /** Takes `cache_control` on messages, parts and tools; default: it is taken out. */
  cache_control: z.boolean().optional(),
  /** Under which name earlier reasoning goes back on assistant messages; default: it stays here. */
  reasoning_field: z.enum(["reasoning", "reasoning_content"]).optional(),
  /** How reasoning is asked for: `effort` sends `reasoning_effort` (default), `none` sends nothing. */
  reasoning_request: z.enum(["effort", "none"]).optional(),
});
export type Quirks = z.infer<typeof quirksSchema>;

/** What a provider does with prompts and answers. */
export const dataPolicySchema = z.strictObject({
  training: z.boolean().optional(),
  retention_days: z.number().min(0).optional(),
});

const providerFields = {
  name: z.string().min(1),
  api: apiSchema,
  /** Base URL as the vendor writes it, with the API version; the protocol appends its own path. */
  base_url: z.string().refine(isUpstreamUrl, "must be an http(s) URL without credentials, query or fragment"),
  /** Absent: the provider takes no key. */
  key: providerKeySchema.optional(),
  /** How the key is sent; default `bearer`. Any other value is the name of the header that holds it alone. */
  auth_header: z.string().regex(HEADER_NAME, "must be a header's name").optional(),
  headers: z.record(z.string().regex(HEADER_NAME, "must be a header's name"), z.string()).optional(),
  quirks: quirksSchema.optional(),
  timeouts: timeoutsSchema.optional(),
  data_policy: dataPolicySchema.optional(),
  regions: z.array(z.string()).optional(),
  privacy_policy_url: z.string().nullish(),
  terms_of_service_url: z.string().nullish(),
  status_page_url: z.string().nullish(),
  headquarters: z.string().nullish(),
  datacenters: z.array(z.string()).nullish(),
};
export const providerSchema = z.looseObject(providerFields);
export type Provider = z.infer<typeof providerSchema>;

export const quantizationSchema = z.enum([
  "int4",
  "int8",
  "fp4",
  "mxfp4",
  "nvfp4",
  "fp6",
  "fp8",
  "mxfp8",
  "fp16",
  "bf16",
  "fp32",
  "unknown",
]);

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
  endpoints: z.array(endpointSchema),
};
export const modelSchema = z.looseObject(modelFields);
export type ModelRow = z.infer<typeof modelSchema>;
export type EndpointRow = z.infer<typeof endpointSchema>;

export const defaultsSchema = z.looseObject({
  /** The model of a request that names none. */
  model: z.string().min(1).optional(),
});

/** The operator's document. A provider or model that the built-in catalogue has may be given in part. */
export const catalogueDocumentSchema = z.looseObject({
  providers: z.record(slugSchema, providerSchema.partial()).optional(),
  models: z.record(z.string().regex(MODEL_ID, "must be a model id: author/slug"), modelSchema.partial()).optional(),
  defaults: defaultsSchema.optional(),
});
export type CatalogueDocument = z.infer<typeof catalogueDocumentSchema>;

/** A number as a decimal string without an exponent. */
function plainDecimal(value: number): string {
  const text = String(value);
  return /e/i.test(text) ? value.toFixed(20).replace(/\.?0+$/, "") : text;
}

function isUpstreamUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  const isHttp = url.protocol === "https:" || url.protocol === "http:";
  return isHttp && url.username === "" && url.password === "" && url.search === "" && url.hash === "";
}
