import type { ChatMessage, ContentPart, ToolCall } from "../../schema/chat.ts";
import { asObject, asString, type Json } from "../json.ts";
import { toPart } from "./media.ts";
import type { ModelTraits } from "./model-traits.ts";

type ToolMessage = ChatMessage & { role: "tool" };

/** Media that may stand inside a function's result; any other goes beside it. */
const INNER_MEDIA = /^(image\/(png|jpeg|webp)|application\/pdf|text\/plain)$/;
/** A number with so many digits may not survive as a JSON number. */
const LONG_NUMBER = /\d{16}/;

/**
 * Finds the results of a conversation's tool calls. The vendor wants as many results as there were calls, in the turn
 * right after them; histories of other vendors have them anywhere behind, twice, or not at all.
 */
export class ToolResults {
  readonly #waiting = new Map<string, { at: number; message: ToolMessage }[]>();
  readonly #taken = new Set<ToolMessage>();

  constructor(messages: readonly ChatMessage[]) {
    for (const [at, message] of messages.entries()) {
      if (message.role !== "tool") continue;
      const known = this.#waiting.get(message.tool_call_id);
      if (known) known.push({ at, message });
      else this.#waiting.set(message.tool_call_id, [{ at, message }]);
    }
  }

  /** The turn that answers the calls of the message at a position: a result for each call, in their order. */
  answer(calls: readonly ToolCall[], position: number, traits: ModelTraits): Json[] {
    const results: Json[] = [];
    const beside: Json[] = [];
    for (const call of calls) {
      const message = this.#take(call.id, position);
      const { functionResponse, media } = toFunctionResponse(call, message, traits);
      results.push({ functionResponse });
      beside.push(...media);
    }
    return [...results, ...beside];
  }

  /** A result whose call is not in the conversation, as text; nothing when it has been given. */
  orphan(message: ToolMessage): Json[] {
    if (this.#taken.has(message)) return [];
    const { text, media } = readContent(message.content);
    const name = message.name ? ` of ${message.name}` : "";
    return [{ text: `Result${name}: ${text}` }, ...media];
  }

  #take(id: string, position: number): ToolMessage | undefined {
    const found = this.#waiting.get(id)?.find(({ at, message }) => at > position && !this.#taken.has(message));
    if (found) this.#taken.add(found.message);
    return found?.message;
  }
}

function toFunctionResponse(
  call: ToolCall,
  message: ToolMessage | undefined,
  traits: ModelTraits,
): { functionResponse: Json; media: Json[] } {
  const { text, media } = readContent(message?.content ?? "");
  const inner = media.filter((part) => traits.isGemini3 && isInner(part));
  const response = message ? toResponse(text) : { error: "The call was not answered." };
  const functionResponse: Json = { name: call.function.name, response };
  if (traits.isGemini3 && call.id !== "") functionResponse.id = call.id;
  if (inner.length > 0) functionResponse.parts = inner;
  return { functionResponse, media: media.filter((part) => !inner.includes(part)) };
}

/**
 * The object that the vendor wants for a result: the JSON object that the tool gave, else its text under `result`.
 * A text with very long numbers stays a text, so that none of their digits is lost.
 */
function toResponse(text: string): Json {
  if (/^\s*\{/.test(text) && !LONG_NUMBER.test(text)) {
    try {
      return asObject(JSON.parse(text));
    } catch {
      // Not JSON: a text that begins like it.
    }
  }
  return { result: text };
}

function readContent(content: string | readonly ContentPart[]): { text: string; media: Json[] } {
  if (typeof content === "string") return { text: content, media: [] };
  const texts: string[] = [];
  const media: Json[] = [];
  for (const part of content) {
    if (part.type === "text") texts.push(part.text);
    else {
      const written = toPart(part);
      if (written) media.push(written);
    }
  }
  return { text: texts.join("\n"), media };
}

function isInner(part: Json): boolean {
  return INNER_MEDIA.test(asString(asObject(part.inlineData).mimeType) ?? "");
}
