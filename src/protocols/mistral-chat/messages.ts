import { invalidField } from "../../errors.ts";
import type { ChatMessage } from "../../schema/chat.ts";
import { readDataUrl } from "../data-url.ts";
import { asArray, asObject, asString, type Json } from "../json.ts";
import { withPairedResults } from "../paired-results.ts";
import { toMistralToolId } from "./tool-id.ts";

type AssistantMessage = ChatMessage & { role: "assistant" };

/** Details that the vendor knows for an image. */
const DETAILS = new Set(["auto", "low", "high"]);

/** Stands for a turn where the vendor wants one and there is none. */
const SILENCE = "(no message)";

/**
 * Writes the conversation. The vendor's schema is strict, and so is its order: results right behind their calls,
 * after results no user's turn, instructions before answers only. What comes in another order is put right.
 * `isThinker`: earlier thinking goes back as part of the content. Throws `RouterError` for video.
 */
export function toMistralMessages(messages: ChatMessage[], isThinker: boolean): Json[] {
  const written: Json[] = [];
  for (const message of withPairedResults(messages)) {
    const next = toMessage(message, isThinker);
    if (next) place(next, written);
  }
  const last = written.at(-1);
  // An answer to be continued.
  if (last?.role === "assistant" && last.tool_calls === undefined) last.prefix = true;
  return written;
}

function place(message: Json, written: Json[]): void {
  const before = written.at(-1)?.role;
  const hasBegun = before === "assistant" || before === "tool";
  if (message.role === "system" && hasBegun) {
    message.role = "user";
    message.content = `<system-reminder>\n${textOf(message.content)}\n</system-reminder>`;
  }
  if (message.role === "user" && before === "tool") written.push({ role: "assistant", content: SILENCE });
  if (message.role === "assistant" && !hasBegun && before !== "user") written.push({ role: "user", content: SILENCE });
  written.push(message);
}

/** Undefined for a message that says nothing. */
function toMessage(message: ChatMessage, isThinker: boolean): Json | undefined {
  if (message.role === "assistant") return toAnswer(message, isThinker);
  const content = withName(toContent(message.content), message);
  if (message.role === "tool") {
    const { name } = message;
    const id = toMistralToolId(message.tool_call_id);
    return { role: "tool", tool_call_id: id, ...(name && { name }), content };
  }
  if (content.length === 0) return undefined;
  return { role: message.role === "user" ? "user" : "system", content };
}

function toAnswer(message: AssistantMessage, isThinker: boolean): Json | undefined {
  const said = textOf(message.content) || message.refusal || "";
  const calls = message.tool_calls ?? [];
  if (said === "" && calls.length === 0) return undefined;
  const thinking = isThinker ? earlierThinking(message) : undefined;
  const text = said === "" ? [] : [{ type: "text", text: said }];
  const written: Json = { role: "assistant", content: thinking ? [thinking, ...text] : said };
  if (calls.length === 0) return written;
  written.tool_calls = calls.map(({ id, function: { name, arguments: text } }) => ({
    id: toMistralToolId(id),
    type: "function",
    function: { name, arguments: text.trim() === "" ? "{}" : text },
  }));
  return written;
}

/** The thinking of an earlier turn without a signature; another vendor's is not shown as Mistral's own. */
function earlierThinking(message: AssistantMessage): Json | undefined {
  const text = (message.reasoning_details ?? [])
    .filter(({ type, format, signature }) => type === "reasoning.text" && format === "unknown" && !signature)
    .map((detail) => detail.text ?? "")
    .join("");
  return text === "" ? undefined : { type: "thinking", thinking: [{ type: "text", text }] };
}

function toContent(content: unknown): string | Json[] {
  if (typeof content === "string") return content;
  return asArray(content)
    .map(asObject)
    .filter((part) => part.type !== "text" || part.text !== "")
    .map(toPart);
}

function toPart(part: Json): Json {
  if (part.type === "text") return { type: "text", text: part.text };
  if (part.type === "image_url") {
    const { url, detail } = asObject(part.image_url);
    return { type: "image_url", image_url: DETAILS.has(asString(detail) ?? "") ? { url, detail } : { url } };
  }
  // The vendor takes base64 or an address, in whichever format.
  if (part.type === "input_audio") return { type: "input_audio", input_audio: asObject(part.input_audio).data };
  if (part.type === "file") return toFile(asObject(part.file));
  throw invalidField("messages", `this provider takes no content of type ${String(part.type)}`);
}

function toFile({ file_id: id, file_data: data, filename }: Json): Json {
  if (asString(id)) return { type: "file", file_id: id };
  const url = asString(data) ?? "";
  if (readDataUrl(url)?.mediaType.startsWith("image/")) return { type: "image_url", image_url: { url } };
  // Some clients send a PDF's base64 bare.
  const address = /^(https?|data):/i.test(url) ? url : `data:application/pdf;base64,${url}`;
  return { type: "document_url", document_url: address, ...(asString(filename) && { document_name: filename }) };
}

function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  return asArray(content)
    .map((part) => asString(asObject(part).text) ?? "")
    .join("");
}

/** The vendor has no field for a speaker's name. */
function withName(content: string | Json[], { role, name }: Exclude<ChatMessage, AssistantMessage>): string | Json[] {
  if (role !== "user" || !name || content.length === 0) return content;
  return typeof content === "string" ? `${name}: ${content}` : [{ type: "text", text: `${name}:` }, ...content];
}
