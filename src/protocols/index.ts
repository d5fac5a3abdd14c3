import type { Api } from "../schema/catalogue.ts";
import { openaiChat } from "./openai-chat/index.ts";
import type { Protocol } from "./protocol.ts";

/** Every wire protocol by the name that a provider's row gives it; all but the most used are loaded on first use. */
const LOADERS: Record<Api, () => Promise<Protocol>> = {
  "openai-chat": async () => openaiChat,
  "mistral-chat": async () => (await import("./mistral-chat/index.ts")).mistralChat,
  "cohere-chat": async () => (await import("./cohere-chat/index.ts")).cohereChat,
  "openai-responses": async () => (await import("./openai-responses/index.ts")).openaiResponses,
  "bedrock-converse": async () => (await import("./bedrock-converse/index.ts")).bedrockConverse,
  "anthropic-messages": async () => (await import("./anthropic-messages/index.ts")).anthropicMessages,
  "google-gemini": async () => (await import("./google-gemini/index.ts")).googleGemini,
};

/** Where the next turn must bring the reasoning of a turn with tool calls back, signature and all. */
const REPLAYS_REASONING: ReadonlySet<Api> = new Set([
  "openai-responses",
  "bedrock-converse",
  "anthropic-messages",
  "google-gemini",
]);

export const APIS = Object.keys(LOADERS) as Api[];

const loaded = new Map<Api, Protocol>([["openai-chat", openaiChat]]);

/** At once where it is loaded already. */
export function protocolOf(api: Api): Protocol | Promise<Protocol> {
  return loaded.get(api) ?? load(api);
}

async function load(api: Api): Promise<Protocol> {
  const protocol = await LOADERS[api]();
  loaded.set(api, protocol);
  return protocol;
}

export function replaysReasoning(api: Api): boolean {
  return REPLAYS_REASONING.has(api);
}
