import { PROVIDERS } from "../../catalogue/providers/index.ts";
import type { Api, EndpointRow, Quirks } from "../../schema/catalogue.ts";
import { claudeQuirks } from "./claude.ts";
import type { PublicName } from "./ids.ts";
import type { Listing, Route } from "./listing.ts";
import { supportedParameters } from "./parameters.ts";
import { toPricing } from "./pricing.ts";

/** Where a cloud serves some models in another way than the rest. */
const ROUTES: Record<Route, { api: Api; base_url?: string; quirks?: Quirks }> = {
  responses: { api: "openai-responses" },
  "vertex-anthropic": {
    api: "anthropic-messages",
    base_url:
      "https://{GOOGLE_VERTEX_HOST=aiplatform.googleapis.com}/v1/projects/{GOOGLE_VERTEX_PROJECT}/locations/{GOOGLE_VERTEX_LOCATION=global}/publishers/anthropic",
    quirks: { vertex_anthropic: true },
  },
  "vertex-openai": {
    api: "openai-chat",
    base_url:
      "https://{GOOGLE_VERTEX_HOST=aiplatform.googleapis.com}/v1/projects/{GOOGLE_VERTEX_PROJECT}/locations/{GOOGLE_VERTEX_LOCATION=global}/endpoints/openapi",
    quirks: { max_tokens_field: "max_tokens" },
  },
  "azure-anthropic": {
    api: "anthropic-messages",
    base_url: "https://{AZURE_OPENAI_RESOURCE}.services.ai.azure.com/anthropic/v1",
  },
  "azure-models": { api: "openai-chat", quirks: { max_tokens_field: "max_tokens" } },
};

/** OpenAI answers these on its Responses API alone. */
const RESPONSES_ONLY = /^(o1-pro|o3-pro|gpt-[\d.]+-pro|.*codex.*|.*deep-research.*|computer-use.*)$/;

/** Bedrock's own European region for its European profiles, whatever region the rest goes to. */
const BEDROCK_EU = "https://bedrock-runtime.{AWS_EU_REGION=eu-central-1}.amazonaws.com";

const QUANTIZATIONS = ["int4", "int8", "fp4", "nvfp4", "fp8", "bf16"] as const;
/** Values of `tool_choice`, where a vendor does not take all. */
const TOOL_CHOICE: Record<string, EndpointRow["tool_choice"]> = {
  cohere: ["auto", "none", "required"],
};

/** The endpoints that a listing makes: one, and one more where there is a faster tier at another price. */
export function toEndpoints(listing: Listing, { id, words }: PublicName): EndpointRow[] {
  const { provider } = listing;
  const row = PROVIDERS[provider];
  if (!row) throw new Error(`no provider ${provider}`);
  const route = routeOf(listing);
  const { api = row.api, ...place } = route;
  const isClaude = id.startsWith("anthropic/");
  const quirks = { ...place.quirks, ...endpointQuirks(listing, id, api) };
  const suffix = words.filter((word) => word !== "global" && !(provider === "amazon-bedrock" && word === "us"));
  const tag = [provider, ...(suffix.length > 0 ? [suffix.join("-")] : [])].join("/");
  const quantization = QUANTIZATIONS.find((known) => words.includes(known));
  const pricing = toPricing(listing, listing.price, isClaude);
  const isEmbedding = listing.output.includes("embeddings");
  const endpoint: EndpointRow = {
    provider,
    model: listing.name,
    ...(tag !== provider && { tag }),
    ...(pricing && { pricing }),
    ...(listing.contextLength !== undefined && { context_length: listing.contextLength }),
    ...(listing.maxOutput !== undefined && !isEmbedding && { max_completion_tokens: listing.maxOutput }),
    ...(listing.maxInput !== undefined && { max_prompt_tokens: listing.maxInput }),
    ...(quantization && { quantization }),
    ...(!isEmbedding && { supported_parameters: supportedParameters(listing, api, takesEffort(listing, api, quirks)) }),
    ...(listing.hasTools && TOOL_CHOICE[provider] && { tool_choice: TOOL_CHOICE[provider] }),
    ...(route.api && route.api !== row.api && { api: route.api }),
    ...(place.base_url !== undefined && { base_url: place.base_url }),
    ...(Object.keys(quirks).length > 0 && { quirks }),
    ...(words.includes("eu") && { regions: ["eu"] }),
  };
  const priority = toPricing(listing, listing.priorityPrice, isClaude);
  return priority ? [endpoint, { ...endpoint, tag: `${provider}/priority`, pricing: priority }] : [endpoint];
}

function routeOf({ provider, name, route }: Listing): { api?: Api; base_url?: string; quirks?: Quirks } {
  if (route !== undefined) return ROUTES[route];
  if ((provider === "openai" || provider === "azure") && RESPONSES_ONLY.test(name)) return ROUTES.responses;
  if (provider === "amazon-bedrock" && name.startsWith("eu.")) return { base_url: BEDROCK_EU };
  return {};
}

function endpointQuirks(listing: Listing, id: string, api: Api): Quirks {
  if (api === "anthropic-messages" || api === "bedrock-converse") {
    if (id.startsWith("anthropic/")) return claudeQuirks(id, listing);
    if (!listing.reasoning || api === "anthropic-messages") return {};
    if (id.startsWith("amazon/nova-2")) return { reasoning_request: "nova" };
    return id.startsWith("openai/") ? { reasoning_request: "effort" } : {};
  }
  if (api !== "openai-chat") return {};
  const field = listing.reasoningField;
  const isRouter = PROVIDERS[listing.provider]?.quirks?.is_router;
  return {
    ...(field === "reasoning_content" && { reasoning_field: field }),
    ...(listing.reasoning && !listing.reasoning.efforts && !isRouter && { reasoning_request: "none" as const }),
  };
}

function takesEffort({ provider, reasoning }: Listing, api: Api, quirks: Quirks): boolean {
  if (!reasoning) return false;
  if (PROVIDERS[provider]?.quirks?.is_router) return true;
  // The others translate between levels and budgets.
  return api === "openai-chat" ? quirks.reasoning_request !== "none" : true;
}
