import type { Api } from "../schema/catalogue.ts";
import { anthropicMessages } from "./anthropic-messages/index.ts";
import { bedrockConverse } from "./bedrock-converse/index.ts";
import { cohereChat } from "./cohere-chat/index.ts";
import { googleGemini } from "./google-gemini/index.ts";
import { mistralChat } from "./mistral-chat/index.ts";
import { openaiChat } from "./openai-chat/index.ts";
import { openaiResponses } from "./openai-responses/index.ts";
import type { Protocol } from "./protocol.ts";

/** Every wire protocol, by the name that a provider's row gives it. */
export const PROTOCOLS: Record<Api, Protocol> = {
  "openai-chat": openaiChat,
  "mistral-chat": mistralChat,
  "cohere-chat": cohereChat,
  "openai-responses": openaiResponses,
  "bedrock-converse": bedrockConverse,
  "anthropic-messages": anthropicMessages,
  "google-gemini": googleGemini,
};
