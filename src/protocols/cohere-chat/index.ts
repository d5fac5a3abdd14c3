import type { Part } from "../../schema/chunk.ts";
import { SseFraming } from "../../stream/source.ts";
import { asObject } from "../json.ts";
import { readStreamError } from "../openai-chat/failure.ts";
import type { Protocol } from "../protocol.ts";
import { CohereDecoder } from "./decoder.ts";
import { readFailure } from "./failure.ts";
import { toCohereRequest } from "./request.ts";

/** Cohere's chat API, version 2. */
export const cohereChat: Protocol = {
  auth: "bearer",
  request: toCohereRequest,
  response(json) {
    const parts: Part[] = [];
    const answer = asObject(json);
    if (typeof answer.message === "string") return [{ type: "failure", failure: readStreamError(answer) }];
    if (typeof answer.message !== "object") {
      const message = "The provider's answer is not a chat answer.";
      return [{ type: "failure", failure: { kind: "malformed", message } }];
    }
    new CohereDecoder().takeWhole(answer, parts);
    return parts;
  },
  streamType: "text/event-stream",
  framing: () => new SseFraming(),
  decoder: () => new CohereDecoder(),
  failure: readFailure,
};
