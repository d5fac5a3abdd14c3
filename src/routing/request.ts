import type { ChatRequest, ProviderPreferences } from "../schema/chat.ts";
import { PROVIDER_TOOL_TYPES } from "../schema/tools.ts";
import { type PromptTokens, promptTokens } from "../usage/prompt-tokens.ts";
import { compressionWish } from "./compression.ts";
import { routedParameters } from "./parameters.ts";

/** Values of `tool_choice`; an object is a wish for one function. */
export type ToolChoiceKind = "auto" | "none" | "required" | "function";

/** What the plugin of the auto router asks for. */
export interface AutoWish {
  /** Model ids with `*` as wildcard; absent: all. */
  allowed?: string[];
  excluded?: string[];
  /** 0 is the cheapest model that fits, 1 the dearest; absent: by what the request needs. */
  quality?: number;
  /** The model that wrote the last answer, if the conversation is to stay with it. */
  pinned?: string;
}

/**
 * What planning looks at of a request, and nothing of its words: it can be kept beside the generation and be planned
 * again. A plain JSON value.
 */
export interface RouteRequest {
  model?: string;
  models: string[];
  preferences: ProviderPreferences;
  /** Names of the fields that an endpoint may or may not take. */
  parameters: string[];
  /** The first tool's name, for the message when nobody takes tools. */
  toolName?: string;
  toolChoice?: ToolChoiceKind;
  /** Kinds of input besides text: image, audio, video, file. */
  inputs: string[];
  /** Kinds of output besides text: image, audio. */
  outputs: string[];
  prompt: PromptTokens;
  /** The client's cap on generated tokens. */
  maxTokens?: number;
  serviceTier?: string;
  /** Choices that are asked for; absent: one. */
  choices?: number;
  /** Whether a prompt that is too long may be shortened; absent: only for endpoints with a small context. */
  compression?: "on" | "off";
  auto?: AutoWish;
}

/** Takes from a request what planning looks at. */
export function toRouteRequest(chat: ChatRequest): RouteRequest {
  const request: RouteRequest = {
    models: chat.models ?? [],
    preferences: preferencesOf(chat),
    parameters: routedParameters(chat),
    inputs: inputsOf(chat),
    outputs: chat.modalities?.filter((modality) => modality !== "text") ?? [],
    prompt: promptTokens(chat),
  };
  if (chat.model) request.model = chat.model;
  const maxTokens = chat.max_completion_tokens ?? chat.max_tokens;
  if (typeof maxTokens === "number") request.maxTokens = maxTokens;
  if (chat.n != null && chat.n > 1) request.choices = chat.n;
  if (chat.service_tier) request.serviceTier = chat.service_tier;
  const tools = chat.tools ?? [];
  if (tools.length > 0) {
    request.toolName = toolNameOf(tools[0]);
    const choice = chat.tool_choice;
    // What providers run is left out where one does not, together with a choice of nothing else.
    const isForAll = request.parameters.includes("tools") && !namesProviderTool(choice);
    if (choice && isForAll) request.toolChoice = toolChoiceKind(choice);
  }
  const compression = compressionWish(chat);
  if (compression) request.compression = compression;
  if (chat.plugins) {
    const auto = autoWish(chat);
    if (auto) request.auto = auto;
  }
  return request;
}

/** `route` is an older word for where the list of candidates is parted. */
function preferencesOf({ provider, route }: ChatRequest): ProviderPreferences {
  const preferences = provider ?? {};
  if (route !== "sort" || preferences.sort) return preferences;
  return { ...preferences, sort: { partition: "none" } };
}

function toolNameOf(tool: unknown): string {
  const { function: own, name, type } = tool as { function?: { name?: unknown }; name?: unknown; type?: unknown };
  return [own?.name, name, type].find((text) => typeof text === "string") ?? "";
}

function namesProviderTool(choice: ChatRequest["tool_choice"]): boolean {
  return typeof choice === "object" && choice !== null && PROVIDER_TOOL_TYPES.has(choice.type);
}

function toolChoiceKind(choice: NonNullable<ChatRequest["tool_choice"]>): ToolChoiceKind {
  if (choice === "auto" || choice === "none" || choice === "required") return choice;
  return "function";
}

/** Content parts that are more than text, and what they are. */
const INPUT_KINDS: Record<string, string> = {
  image_url: "image",
  input_audio: "audio",
  video_url: "video",
  input_video: "video",
  file: "file",
};

function inputsOf({ messages }: ChatRequest): string[] {
  const kinds: string[] = [];
  for (const { content } of messages) {
    if (!Array.isArray(content)) continue;
    for (const part of content) {
      const kind = INPUT_KINDS[part.type];
      if (kind !== undefined && !kinds.includes(kind)) kinds.push(kind);
    }
  }
  return kinds;
}

/** Where each tier of cost lies between the cheapest model and the dearest. */
const TIER_QUALITY = { low: 0.15, medium: 0.5, high: 0.75, xhigh: 0.9, max: 1 };

function autoWish({ plugins, messages }: ChatRequest): AutoWish | undefined {
  for (const plugin of plugins ?? []) {
    if ((plugin.id !== "auto-router" && plugin.id !== "auto-beta-router") || plugin.enabled === false) continue;
    const wish: AutoWish = {};
    if (plugin.allowed_models) wish.allowed = plugin.allowed_models;
    if (plugin.excluded_models) wish.excluded = plugin.excluded_models;
    if (plugin.cost_tier) wish.quality = TIER_QUALITY[plugin.cost_tier];
    else if (plugin.cost_quality_tradeoff !== undefined) wish.quality = 1 - plugin.cost_quality_tradeoff / 10;
    const author = plugin.id === "auto-router" && plugin.pin_model ? lastAuthor(messages) : undefined;
    if (author !== undefined) wish.pinned = author;
    return wish;
  }
  return undefined;
}

function lastAuthor(messages: ChatRequest["messages"]): string | undefined {
  const last = messages.findLast(({ role }) => role === "assistant");
  const author = last && "model" in last ? last.model : undefined;
  return typeof author === "string" ? author : undefined;
}
