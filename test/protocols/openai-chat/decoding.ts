import { OpenAiChatDecoder } from "../../../src/protocols/openai-chat/decoder.ts";
import { openaiChat } from "../../../src/protocols/openai-chat/index.ts";
import type { Part } from "../../../src/schema/chunk.ts";

/** The parts of a stream of these events; texts are sent as they are. `end` is the upstream's clean close. */
export function decode(events: unknown[], { end = true } = {}): Part[] {
  const decoder = new OpenAiChatDecoder();
  const parts: Part[] = [];
  for (const event of events) {
    const data = typeof event === "string" ? event : JSON.stringify(event);
    decoder.decode({ event: "message", data }, parts);
  }
  if (end) decoder.end(parts);
  return parts;
}

/** The parts of a whole answer. */
export function decodeWhole(json: unknown): Part[] {
  return openaiChat.response(json);
}

/** A chunk with one choice. */
export function chunk(delta: object, choice: object = {}): object {
  return { id: "x", choices: [{ index: 0, delta, finish_reason: null, ...choice }] };
}

export const FINISH = chunk({}, { finish_reason: "stop" });
export const DONE = "[DONE]";

/** Parts without the facts about the answer, which most tests are not about. */
export function withoutOrigin(parts: Part[]): Part[] {
  return parts.filter(({ type }) => type !== "origin");
}
