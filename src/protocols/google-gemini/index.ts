import type { Part } from "../../schema/chunk.ts";
import { asObject } from "../json.ts";
import type { Protocol } from "../protocol.ts";
import { GeminiDecoder } from "./decoder.ts";
import { readFailure } from "./failure.ts";
import { GeminiFraming } from "./framing.ts";
import { toRequest } from "./request.ts";

/** Google's `generateContent`, as AI Studio and Vertex AI speak it. */
export const googleGemini: Protocol = {
  auth: "x-goog-api-key",
  request: toRequest,
  response(json) {
    const decoder = new GeminiDecoder();
    const parts: Part[] = [];
    const answers = Array.isArray(json) ? json.map(asObject) : [asObject(json)];
    if (!answers.some((answer) => answer.candidates || answer.promptFeedback || answer.error || answer.usageMetadata)) {
      const message = "The provider's answer is not a Gemini answer.";
      return [{ type: "failure", failure: { kind: "malformed", message } }];
    }
    for (const answer of answers) decoder.take(answer, parts);
    decoder.complete(parts);
    return parts;
  },
  streamType: "text/event-stream",
  framing: () => new GeminiFraming(),
  decoder: () => new GeminiDecoder(),
  failure: readFailure,
};
