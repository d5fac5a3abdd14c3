import type { Endpoint } from "../catalogue/catalogue.ts";
import { isCompressed } from "../routing/filter.ts";
import { unsupportedParameters } from "../routing/parameters.ts";
import type { RouteRequest } from "../routing/request.ts";
import { tierOf } from "../routing/slug.ts";
import { parseName } from "../routing/variants.ts";
import type { ChatRequest } from "../schema/chat.ts";
import { compressMessages } from "./compress.ts";
import { hasIdleChoice, isForeign, withoutForeignTools } from "./foreign-tools.ts";
import { type RequestDefaults, withDefaults } from "./request-defaults.ts";

/** What was taken from a prompt that was too long. */
export interface CompressionNote {
  summary: string;
  data: Record<string, number>;
}

/** A request as one endpoint can take it. */
export interface Fitted {
  chat: ChatRequest;
  /** Names of the parameters that it does not take. */
  dropped: string[];
  compression: CompressionNote | undefined;
}

/**
 * Fits a request to an endpoint: what its model's name implies, the parameters and tools that it takes, the room that it
 * has. What a client's dialect says by default stands where the client says nothing.
 */
export function fitRequest(
  chat: ChatRequest,
  endpoint: Endpoint,
  route: RouteRequest,
  defaults?: RequestDefaults,
): Fitted {
  const asked = withTier(withSearch(withThinking(chat, endpoint), endpoint), endpoint);
  const whole = withLimitName(withoutSingleChoice(asked, endpoint), endpoint);
  const dropped = unsupportedParameters(whole, endpoint);
  if (hasIdleChoice(whole)) dropped.push("tool_choice");
  let fitted = whole;
  if (dropped.length > 0) {
    fitted = { ...whole };
    for (const name of dropped) delete fitted[name];
  }
  if (defaults) fitted = withLimitName(withDefaults(fitted, endpoint, defaults), endpoint);
  if (fitted.tools?.some((tool) => isForeign(tool, endpoint))) {
    const { chat: own, dropped: foreign } = withoutForeignTools(fitted, endpoint);
    return { dropped: [...dropped, ...foreign], ...withinContext(own, endpoint, route) };
  }
  return { dropped, ...withinContext(fitted, endpoint, route) };
}

/** A model that is its family's thinking variant thinks, unless the client says otherwise. */
function withThinking(chat: ChatRequest, { modelId }: Endpoint): ChatRequest {
  const isSaid = chat.reasoning != null || chat.reasoning_effort != null || chat.include_reasoning != null;
  return modelId.endsWith(":thinking") && !isSaid ? { ...chat, reasoning: { enabled: true } } : chat;
}

/** The web plugin is the provider's own search where it has one; another router takes the plugin as it is. */
function withSearch(chat: ChatRequest, { provider }: Endpoint): ChatRequest {
  const plugin = chat.plugins?.find(({ id }) => id === "web");
  const isWanted = plugin ? plugin.enabled !== false : isNamedOnline(chat);
  if (!isWanted) return chat;
  if (provider.quirks.is_router) return plugin ? chat : { ...chat, plugins: [...(chat.plugins ?? []), { id: "web" }] };
  return chat.web_search_options ? chat : { ...chat, web_search_options: {} };
}

/** `:online` behind a model's name is another way to ask for the web plugin; it counts for all models of the request. */
function isNamedOnline({ model, models }: ChatRequest): boolean {
  return [model, ...(models ?? [])].some((name) => name != null && parseName(name).isOnline);
}

/**
 * An endpoint of a service tier is the provider's usual one, asked for that tier: also where a name has led to it. Beside
 * such endpoints the usual one is the usual tier, at the price of that.
 */
function withTier(chat: ChatRequest, endpoint: Endpoint): ChatRequest {
  const tier = tierOf(endpoint);
  if (tier !== undefined) return { ...chat, service_tier: tier };
  const asksForOther = chat.service_tier === "priority" || chat.service_tier === "fast" || chat.service_tier === "flex";
  return asksForOther && endpoint.hasTiers ? { ...chat, service_tier: "default" } : chat;
}

/** One choice is what there is anyway: an endpoint that does not list `n` is not told, and nothing is lost. */
function withoutSingleChoice(chat: ChatRequest, { supportedParameters }: Endpoint): ChatRequest {
  if (chat.n !== 1 || !supportedParameters || supportedParameters.has("n")) return chat;
  const { n: _, ...others } = chat;
  return others as ChatRequest;
}

/** An endpoint that lists one of the names of the output limit is given the limit under that name. */
function withLimitName(chat: ChatRequest, { supportedParameters }: Endpoint): ChatRequest {
  const limit = chat.max_completion_tokens ?? chat.max_tokens;
  if (limit == null || !supportedParameters) return chat;
  const takes = { new: supportedParameters.has("max_completion_tokens"), old: supportedParameters.has("max_tokens") };
  const isUnderOld = chat.max_completion_tokens == null;
  if (takes.new === takes.old || takes.old === isUnderOld) return chat;
  const { max_tokens: _, max_completion_tokens: __, ...others } = chat;
  return { ...others, [takes.old ? "max_tokens" : "max_completion_tokens"]: limit } as ChatRequest;
}

/** The share of the context that is kept for the answer where the client sets no limit. */
const ANSWER_SHARE = 1 / 4;
/** Our count is an estimate: of the room for the prompt so much is used. */
const USED_SHARE = 0.9;
/** Claude takes no more messages than this. */
const MAX_CLAUDE_MESSAGES = 1_000;

/**
 * A prompt that is still too long in its shortest form is sent all the same: the provider knows its length, and says
 * so if it must.
 */
function withinContext(chat: ChatRequest, endpoint: Endpoint, route: RouteRequest): Omit<Fitted, "dropped"> {
  const { contextLength, maxCompletionTokens } = endpoint;
  const maxMessages = isClaude(endpoint) ? MAX_CLAUDE_MESSAGES : undefined;
  const hasRoom = contextLength === undefined || route.prompt.total + (route.maxTokens ?? 0) <= contextLength;
  const isShort = maxMessages === undefined || chat.messages.length <= maxMessages;
  if (!isCompressed(route, endpoint) || (hasRoom && isShort)) return { chat, compression: undefined };
  const room = contextLength ?? Infinity;
  const answer = route.maxTokens ?? Math.min(maxCompletionTokens ?? Infinity, Math.floor(room * ANSWER_SHARE));
  const budgetTokens = hasRoom ? Infinity : Math.floor((room - answer) * USED_SHARE);
  const compressed = compressMessages(chat, budgetTokens, { maxMessages });
  if (!compressed) return { chat, compression: undefined };
  const { removedMessages, truncatedMessages, tokensBefore, tokensAfter } = compressed;
  return {
    chat: compressed.chat,
    compression: {
      summary: `middle-out; ${removedMessages} messages left out, ${truncatedMessages} shortened`,
      data: {
        removed_messages: removedMessages,
        truncated_messages: truncatedMessages,
        tokens_before: tokensBefore,
        tokens_after: tokensAfter,
      },
    },
  };
}

function isClaude({ provider, modelId }: Endpoint): boolean {
  return provider.api === "anthropic-messages" || modelId.startsWith("anthropic/");
}
