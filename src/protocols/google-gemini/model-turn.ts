import type { ChatMessage, ToolCall } from "../../schema/chat.ts";
import type { Json } from "../json.ts";
import { toMedia, toPart } from "./media.ts";
import type { ModelTraits } from "./model-traits.ts";
import { NO_SIGNATURE, readTurnReasoning, type SignedText, type TurnReasoning } from "./signatures.ts";

type AssistantMessage = ChatMessage & { role: "assistant" };

/**
 * An earlier answer as the model's parts: thoughts, text, images, function calls, each with the signature that it
 * came with. Reasoning of other vendors stays out: it cannot be signed here.
 */
export function toModelParts(message: AssistantMessage, traits: ModelTraits): Json[] {
  const reasoning = readTurnReasoning(message);
  const texts = toTextParts(message, reasoning?.texts ?? []);
  const images = (message.images ?? []).map(({ image_url: { url } }, index) =>
    signed(toMedia(url, "image/png"), reasoning?.byImage.get(index)),
  );
  const calls = (message.tool_calls ?? []).map((call) =>
    signed(toFunctionCall(call, traits), reasoning?.byCall.get(call.id)),
  );
  const [firstCall] = calls;
  const loose = reasoning ? placeLoose(reasoning, [firstCall, texts[0]]) : [];
  if (traits.isGemini3 && firstCall && firstCall.thoughtSignature === undefined)
    firstCall.thoughtSignature = NO_SIGNATURE;
  const thoughts = reasoning?.thoughts.map(({ text, signature }) => signed({ text, thought: true }, signature)) ?? [];
  return [...thoughts, ...texts, ...loose, ...images, ...calls];
}

/** Gives signatures without an owner to parts without one; those left over become parts of their own. */
function placeLoose({ loose }: TurnReasoning, owners: (Json | undefined)[]): Json[] {
  const left = [...loose];
  for (const owner of owners) {
    if (owner === undefined || owner.thoughtSignature !== undefined) continue;
    const signature = left.shift();
    if (signature === undefined) break;
    owner.thoughtSignature = signature;
  }
  return left.map((signature) => ({ text: "", thoughtSignature: signature }));
}

function toTextParts(message: AssistantMessage, ranges: SignedText[]): Json[] {
  const { content } = message;
  const parts = Array.isArray(content) ? content : [{ type: "text" as const, text: content ?? fallbackText(message) }];
  if (ranges.length === 0) return parts.map(toPart).filter((part) => part !== undefined);
  const texts = parts.flatMap((part) => (part.type === "text" ? [part.text] : []));
  const others = parts.map((part) => (part.type === "text" ? undefined : toPart(part)));
  return [...cutText(texts.join(""), ranges), ...others.filter((part) => part !== undefined)];
}

/** What an answer without content said otherwise. */
function fallbackText({ refusal, audio }: AssistantMessage): string {
  return refusal || audio?.transcript || "";
}

/** A text as the parts it was signed in. Ranges that the client's text does not have any more sign what is there. */
function cutText(text: string, ranges: SignedText[]): Json[] {
  const parts: Json[] = [];
  let position = 0;
  for (const { start, end, signature } of ranges.toSorted((a, b) => a.start - b.start)) {
    const from = Math.min(Math.max(start, position), text.length);
    const to = Math.min(Math.max(end, from), text.length);
    if (from > position) parts.push({ text: text.slice(position, from) });
    parts.push({ text: text.slice(from, to), thoughtSignature: signature });
    position = to;
  }
  if (position < text.length) parts.push({ text: text.slice(position) });
  return parts;
}

function toFunctionCall({ id, function: { name, arguments: text } }: ToolCall, traits: ModelTraits): Json {
  const functionCall: Json = { name, args: toArguments(text) };
  if (traits.isGemini3 && id !== "") functionCall.id = id;
  return { functionCall };
}

/** Arguments are an object for this vendor; anything else that a model wrote stands under one name. */
function toArguments(text: string): Json {
  if (text.trim() === "") return {};
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : { arguments: value };
  } catch {
    return { arguments: text };
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function signed(part: Json, signature: string | undefined): Json {
  if (signature !== undefined) part.thoughtSignature = signature;
  return part;
}
