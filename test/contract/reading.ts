import type { Expectation } from "./expectation.ts";
import type { Json } from "./recording.ts";

/** What the readers of several formats have in common. */

/** An answer in which nothing was said. */
export function silence(): Expectation {
  return {
    ...{ outcome: "answered", text: "", reasoning: "", refusal: "", toolCalls: [], usage: undefined },
    ...{ finishReason: "", nativeFinishReason: "" },
  };
}

/** Whether an answer has nothing in it for a client. */
export function isSilent({ text, reasoning, refusal, toolCalls }: Expectation): boolean {
  return text + reasoning + refusal === "" && toolCalls.length === 0;
}

/** The events of a stream, parsed. */
export function eventsOf(sseText: string): Json[] {
  const lines = sseText.split(/\r?\n/).filter((line) => line.startsWith("data:"));
  return lines.map((line) => line.slice(5).trim()).flatMap((data) => (data === "[DONE]" ? [] : [JSON.parse(data)]));
}

/** JSON as a value, any other text as it is. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** An object without the fields that say nothing. */
export function withoutNull(object: Json): Json {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null && value !== undefined));
}

/** The request of a client when none was recorded. */
export const PLAIN_QUESTION: Json = {
  messages: [{ role: "user", content: "The request of this exchange was not recorded." }],
};

/** The list, or nothing for an empty one. */
export function nonEmpty<T>(list: T[]): T[] | undefined {
  return list.length > 0 ? list : undefined;
}

/** The content of a message: its text where that is all, else its parts. */
export function plainContent(parts: Json[]): string | Json[] {
  const [only] = parts;
  const isPlain = parts.length === 1 && only?.type === "text" && Object.keys(only).length === 2;
  return isPlain ? only?.text : parts;
}

/** A data URL of base64. */
export function dataUrl(mediaType: string, base64: string): string {
  return `data:${mediaType};base64,${base64}`;
}
