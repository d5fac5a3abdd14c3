import type { Part } from "../../schema/chunk.ts";
import { SseFraming } from "../../stream/source.ts";
import { asObject } from "../json.ts";
import type { Protocol } from "../protocol.ts";
import { OpenAiChatDecoder } from "./decoder.ts";
import { readFailure } from "./failure.ts";
import { toRequest } from "./request.ts";

/** OpenAI's chat completions, spoken by most providers; their differences are quirks of their rows. */
export const openaiChat: Protocol = {
  auth: "bearer",
  request: toRequest,
  response(json) {
    const decoder = new OpenAiChatDecoder();
    const parts: Part[] = [];
    const completion = asObject(json);
    if (!Array.isArray(completion.choices) && !completion.error) {
      const message = "The provider's answer is not a chat completion.";
      return [{ type: "failure", failure: { kind: "malformed", message } }];
    }
    decoder.takeWhole(completion, parts);
    return parts;
  },
  streamType: "text/event-stream",
  framing: () => new SseFraming(),
  decoder: () => new OpenAiChatDecoder(),
  failure: readFailure,
};
