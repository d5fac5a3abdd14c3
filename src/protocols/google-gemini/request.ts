import type { ChatRequest } from "../../schema/chat.ts";
import type { Json } from "../json.ts";
import type { RequestTarget, UpstreamRequest } from "../protocol.ts";
import { toConversation } from "./contents.ts";
import { toGenerationConfig } from "./generation-config.ts";
import { readTraits } from "./model-traits.ts";
import { toTools } from "./tools.ts";

/** Fields that this router reads itself; they are not for an upstream. */
const ROUTER_FIELDS = [
  "model",
  "models",
  "provider",
  "route",
  "preset",
  "plugins",
  "transforms",
  "prompt",
  "stream",
  "stream_options",
  "structured_outputs",
  "max_tool_calls",
  "stop_server_tools_when",
  "session_id",
  "trace",
  "metadata",
  "debug",
  "usage",
  "input",
  "output",
  "rag_params",
  "id",
];

/** Fields that the request is written from, or that are reported one level deeper. */
const WRITTEN_FIELDS = [
  "messages",
  "max_tokens",
  "max_completion_tokens",
  "temperature",
  "top_p",
  "top_k",
  "frequency_penalty",
  "presence_penalty",
  "seed",
  "stop",
  "logprobs",
  "top_logprobs",
  "n",
  "response_format",
  "tools",
  "tool_choice",
  "parallel_tool_calls",
  "web_search_options",
  "reasoning",
  "reasoning_effort",
  "include_reasoning",
  "modalities",
  "image_config",
  "audio",
  "service_tier",
];

const KNOWN_FIELDS = new Set([...ROUTER_FIELDS, ...WRITTEN_FIELDS]);

/** The vendor's own fields, passed on for clients that know them; it refuses names that it does not know. */
const VENDOR_FIELDS: Record<string, string> = {
  safetySettings: "safetySettings",
  safety_settings: "safetySettings",
  cachedContent: "cachedContent",
  cached_content: "cachedContent",
  labels: "labels",
  modelArmorConfig: "modelArmorConfig",
  model_armor_config: "modelArmorConfig",
};

/**
 * Writes a chat request for Gemini's `generateContent`. Not said here, and reported: sampling that the vendor does
 * not have, `user`, and cache marks, because it caches prefixes unasked and explicit caches are objects of their own.
 */
export function toRequest(chat: ChatRequest, target: RequestTarget): UpstreamRequest {
  const traits = readTraits(target.model, target.quirks);
  const { tools, toolConfig, dropped } = toTools(chat);
  const written = toGenerationConfig(chat, target, { traits, hasTools: tools.length > 0 });
  const { instructions, contents } = toConversation(chat.messages, traits);
  if (written.instruction) instructions.push({ text: written.instruction });
  const body: Json = { contents };
  if (instructions.length > 0) body.systemInstruction = { parts: instructions };
  if (tools.length > 0) body.tools = tools;
  if (toolConfig) body.toolConfig = toolConfig;
  for (const _ in written.config) {
    body.generationConfig = written.config;
    break;
  }
  dropped.push(...written.dropped, ...takeOtherFields(chat, body));
  const request: UpstreamRequest = { path: toPath(target), body };
  setServiceTier(request, chat, { dropped, isHeader: target.quirks.tier_header === true });
  if (dropped.length > 0) request.dropped = dropped;
  return request;
}

/**
 * `/models/<name>:generateContent`, with the name as the catalogue has it: `gemini-2.5-pro`, `models/…`,
 * `publishers/google/models/…` or `tunedModels/…`. Whatever the name holds, it stays a name: no query, no way up.
 */
function toPath({ model, stream }: RequestTarget): string {
  const segments = model.split("/").filter((segment) => segment !== "" && segment !== "." && segment !== "..");
  segments.splice(0, segments.lastIndexOf("models") + 1);
  if (segments[0] !== "tunedModels") segments.unshift("models");
  const path = `/${segments.map((segment) => encodeURIComponent(segment.toWellFormed())).join("/")}`;
  return stream ? `${path}:streamGenerateContent?alt=sse` : `${path}:generateContent`;
}

/** Passes the vendor's own fields on; gives the names of those that the vendor does not have. */
function takeOtherFields(chat: ChatRequest, body: Json): string[] {
  const dropped: string[] = [];
  for (const [key, value] of Object.entries(chat)) {
    if (value === null || value === undefined || KNOWN_FIELDS.has(key)) continue;
    const vendorField = Object.hasOwn(VENDOR_FIELDS, key) ? VENDOR_FIELDS[key] : undefined;
    if (vendorField === undefined) dropped.push(key);
    else body[vendorField] = value;
  }
  return dropped;
}

/** The API of AI Studio has a field for the tier, Vertex AI two headers. */
function setServiceTier(
  request: UpstreamRequest,
  { service_tier: tier }: ChatRequest,
  { dropped, isHeader }: { dropped: string[]; isHeader: boolean },
): void {
  const wanted = tier === "fast" ? "priority" : tier;
  if (wanted === "scale") dropped.push("service_tier");
  if (wanted !== "priority" && wanted !== "flex") return;
  if (!isHeader) {
    request.body.serviceTier = wanted;
    return;
  }
  request.headers = {
    "x-vertex-ai-llm-request-type": "shared",
    "x-vertex-ai-llm-shared-request-type": wanted,
  };
}
