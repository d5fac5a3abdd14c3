import { openaiChat } from "../openai-chat/index.ts";
import type { Protocol } from "../protocol.ts";
import { readFailure } from "./failure.ts";
import { toMistralRequest } from "./request.ts";

/** Mistral's chat completions: OpenAI's answers, but for thinking among the content, and requests of its own. */
export const mistralChat: Protocol = { ...openaiChat, request: toMistralRequest, failure: readFailure };
