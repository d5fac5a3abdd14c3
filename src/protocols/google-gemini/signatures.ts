import type { ChatMessage } from "../../schema/chat.ts";
import type { ReasoningDetail } from "../../schema/chunk.ts";

/**
 * The vendor signs single parts of an answer (`thoughtSignature`) and wants each signature back on the very part it
 * came with. A client has one text, a list of images and a list of tool calls instead of parts, so the `id` of a
 * `reasoning.encrypted` detail says where its signature belongs: the id of a tool call, or one of the ids below.
 * They hold the answer's own key, because clients drop details whose id they have seen in another turn.
 */

/** `format` of this protocol's details. */
export const REASONING_FORMAT = "google-gemini-v1";

/** Goes in a signature's place where history has none; the vendor's documented way to say so. */
export const NO_SIGNATURE = "skip_thought_signature_validator";

type AssistantMessage = ChatMessage & { role: "assistant" };

/** Signed text of a turn, as offsets in UTF-16 units. */
export interface SignedText {
  start: number;
  end: number;
  signature: string;
}

/** An earlier turn's reasoning, sorted by the parts that it belongs to. */
export interface TurnReasoning {
  /** Thoughts in their order. */
  thoughts: { text: string; signature: string | undefined }[];
  byCall: Map<string, string>;
  byImage: Map<number, string>;
  texts: SignedText[];
  /** Signatures that do not say where they belong, as other routers give them. */
  loose: string[];
}

/** Id of the signature of a piece of text; the offsets are those of the answer's whole text. */
export function textSignatureId(key: string, start: number, end: number): string {
  return `text_${key}_${start}_${end}`;
}

/** Id of the signature of an answer's image, counted from 0. */
export function imageSignatureId(key: string, index: number): string {
  return `image_${key}_${index}`;
}

const TEXT_ID = /^text_.*_(\d+)_(\d+)$/;
const IMAGE_ID = /^image_.*_(\d+)$/;

/** A detail that carries a signature alone. */
export function signatureDetail(signature: string, id: string, index: number): ReasoningDetail {
  return { type: "reasoning.encrypted", data: signature, id, format: REASONING_FORMAT, index };
}

/** Reads the details of an earlier turn that are this vendor's; undefined when there are none. */
export function readTurnReasoning(message: AssistantMessage): TurnReasoning | undefined {
  const details = message.reasoning_details?.filter(({ format }) => format === REASONING_FORMAT) ?? [];
  if (details.length === 0) return undefined;
  const calls = new Set(message.tool_calls?.map(({ id }) => id));
  const found: TurnReasoning = { thoughts: [], byCall: new Map(), byImage: new Map(), texts: [], loose: [] };
  for (const { type, text, signature, data, id } of details) {
    if (type === "reasoning.text" && (text || signature))
      found.thoughts.push({ text: text ?? "", signature: signature ?? undefined });
    else if (type === "reasoning.encrypted" && data) place(found, data, id ?? "", calls);
  }
  return found;
}

function place(found: TurnReasoning, signature: string, id: string, calls: Set<string>): void {
  const [, start, end] = TEXT_ID.exec(id) ?? [];
  const image = IMAGE_ID.exec(id)?.[1];
  if (calls.has(id)) found.byCall.set(id, signature);
  else if (start !== undefined && end !== undefined)
    found.texts.push({ start: Number(start), end: Number(end), signature });
  else if (image !== undefined) found.byImage.set(Number(image), signature);
  else found.loose.push(signature);
}
