import type { Part } from "../../schema/chunk.ts";
import { SseFraming } from "../../stream/source.ts";
import { asObject } from "../json.ts";
import type { Protocol } from "../protocol.ts";
import { AnthropicDecoder } from "./decoder.ts";
import { readFailure } from "./failure.ts";
import { toRequest } from "./request.ts";

/** Anthropic's Messages API, also spoken by companies that want to be a home for its clients. */
export const anthropicMessages: Protocol = {
  auth: "x-api-key",
  request: toRequest,
  response(json, context) {
    const message = asObject(json);
    if (!Array.isArray(message.content) && !message.error) {
      return [{ type: "failure", failure: { kind: "malformed", message: "The provider's answer is not a message." } }];
    }
    const parts: Part[] = [];
    new AnthropicDecoder(context).takeWhole(message, parts);
    return parts;
  },
  streamType: "text/event-stream",
  framing: () => new SseFraming(),
  decoder: (context) => new AnthropicDecoder(context),
  failure: readFailure,
};
