import { type Endpoint, type Model, TIER_SUFFIX } from "../../catalogue/catalogue.ts";
import type { Pricing } from "../../schema/catalogue.ts";
import { type Measured, UNMEASURED } from "./measured.ts";

/** `"-1"` is how this API says that a price is not known beforehand. */
export const UNKNOWN_PRICE: Pricing = { prompt: "-1", completion: "-1" };

/** A model as GET /models tells of it, with what the given endpoints of it can do. */
export function toWireModel({ id, row }: Model, endpoints: Endpoint[]): Record<string, unknown> {
  const top = topEndpoint(endpoints);
  return {
    id,
    canonical_slug: row.canonical_slug ?? id,
    hugging_face_id: null,
    name: row.name,
    created: row.created ?? 0,
    description: row.description ?? "",
    context_length: row.context_length ?? top?.contextLength ?? null,
    architecture: toArchitecture(row),
    pricing: top?.pricing ?? UNKNOWN_PRICE,
    top_provider: {
      context_length: top?.contextLength ?? null,
      max_completion_tokens: top?.maxCompletionTokens ?? null,
      is_moderated: false,
    },
    per_request_limits: null,
    supported_parameters: [...new Set(endpoints.flatMap(({ row }) => row.supported_parameters ?? []))],
    default_parameters: null,
    supported_voices: null,
    ...(row.reasoning && { reasoning: row.reasoning }),
    knowledge_cutoff: row.knowledge_cutoff ?? null,
    links: { details: `/api/v1/models/${id}/endpoints` },
  };
}

/** A model with its endpoints, as GET /models/{author}/{slug}/endpoints tells of it. */
export function toWireListing(
  model: Model,
  endpoints: Endpoint[],
  measure: (endpoint: Endpoint) => Measured,
): Record<string, unknown> {
  const { id, row } = model;
  return {
    id,
    name: row.name,
    created: row.created ?? 0,
    description: row.description ?? "",
    architecture: toArchitecture(row),
    endpoints: endpoints.map((endpoint) => toWireEndpoint(model, endpoint, measure(endpoint))),
  };
}

/** One endpoint; what is measured is null until it is. */
export function toWireEndpoint(
  { id, row }: Model,
  endpoint: Endpoint,
  measured: Measured = UNMEASURED,
): Record<string, unknown> {
  const { provider, pricing } = endpoint;
  return {
    name: `${provider.name} | ${row.canonical_slug ?? id}`,
    model_id: id,
    model_name: row.name,
    provider_name: provider.name,
    tag: endpoint.tag,
    context_length: endpoint.contextLength ?? 0,
    max_completion_tokens: endpoint.maxCompletionTokens ?? null,
    max_prompt_tokens: endpoint.row.max_prompt_tokens ?? null,
    pricing: pricing ?? UNKNOWN_PRICE,
    quantization: endpoint.row.quantization ?? null,
    supported_parameters: endpoint.row.supported_parameters ?? [],
    supports_implicit_caching: hasImplicitCaching(endpoint),
    supports_tool_choice: toToolChoice(endpoint),
    supports_voice_cloning: false,
    status: measured.status,
    uptime_last_5m: toPercent(measured.uptime5m),
    uptime_last_30m: toPercent(measured.uptime30m),
    uptime_last_1d: toPercent(measured.uptime1d),
    /** Milliseconds to the first token. */
    latency_last_30m: measured.latencyMs30m,
    /** Tokens per second. */
    throughput_last_30m: measured.throughput30m,
  };
}

function toPercent(share: number | null): number | null {
  return share === null ? null : Math.round(share * 10_000) / 100;
}

/** The endpoint whose price and limits stand for the model: the first that has a price and is of no other tier. */
export function topEndpoint(endpoints: Endpoint[]): Endpoint | undefined {
  const plain = endpoints.filter(({ tag }) => !TIER_SUFFIX.test(tag));
  return plain.find(({ pricing }) => pricing !== undefined) ?? plain[0] ?? endpoints[0];
}

function toArchitecture(row: Model["row"]): Record<string, unknown> {
  const input = row.input_modalities ?? ["text"];
  const output = row.output_modalities ?? ["text"];
  return {
    modality: `${input.join("+")}->${output.join("+")}`,
    input_modalities: input,
    output_modalities: output,
    tokenizer: row.tokenizer ?? "Other",
    instruct_type: row.instruct_type ?? null,
  };
}

/** Formats in which the client must mark what is to be cached. */
const EXPLICIT_CACHING = new Set(["anthropic-messages", "bedrock-converse"]);

function hasImplicitCaching({ provider, pricing }: Endpoint): boolean {
  return pricing?.input_cache_read !== undefined && !EXPLICIT_CACHING.has(provider.api);
}

function toToolChoice({ row }: Endpoint): Record<"auto" | "function" | "none" | "required", boolean> {
  const parameters = row.supported_parameters ?? [];
  const all = parameters.includes("tool_choice") ? ["auto", "none", "required", "function"] : [];
  const values = new Set<string>(row.tool_choice ?? (parameters.includes("tools") ? ["auto", ...all] : all));
  return {
    auto: values.has("auto"),
    function: values.has("function"),
    none: values.has("none"),
    required: values.has("required"),
  };
}
