import type { Part } from "../../schema/chunk.ts";
import { SseFraming } from "../../stream/source.ts";
import { asObject } from "../json.ts";
import { readFailure } from "../openai-chat/failure.ts";
import type { Protocol } from "../protocol.ts";
import { ResponsesDecoder } from "./decoder.ts";
import { readResponseError } from "./failure.ts";
import { toResponsesRequest } from "./request.ts";

/** OpenAI's Responses API, used without state at the vendor. Its error bodies are those of chat completions. */
export const openaiResponses: Protocol = {
  auth: "bearer",
  request: toResponsesRequest,
  response(json, context) {
    const response = asObject(json);
    if (!Array.isArray(response.output)) {
      const message = "The provider's answer is not a response.";
      const failure = response.error ? readResponseError(response.error) : { kind: "malformed" as const, message };
      return [{ type: "failure", failure }];
    }
    const parts: Part[] = [];
    new ResponsesDecoder(context).takeWhole(response, parts);
    return parts;
  },
  streamType: "text/event-stream",
  framing: () => new SseFraming(),
  decoder: (context) => new ResponsesDecoder(context),
  failure: readFailure,
};
