import { invalidField } from "../../errors.ts";
import type { ChatMessage } from "../../schema/chat.ts";
import { asArray, asObject, asString, type Json } from "../json.ts";
import { withPairedResults } from "../paired-results.ts";

/** Details that the vendor knows for an image. */
const DETAILS = new Set(["auto", "low", "high"]);

/**
 * Writes the conversation: the same roles as ours, with parts for text and images only. Images are the user's alone,
 * so those in results and earlier answers go into a turn of the user's behind them. Throws `RouterError` for others.
 */
export function toMessages(messages: ChatMessage[]): Json[] {
  const written: Json[] = [];
  let carried: Json[] = [];
  for (const message of withPairedResults(messages)) {
    if (message.role !== "tool" && carried.length > 0) {
      written.push({ role: "user", content: carried });
      carried = [];
    }
    const content = toContent(message.content);
    if (message.role === "user") {
      if (content.length > 0) written.push({ role: "user", content: withName(content, message.name) });
      continue;
    }
    const { text, images } = split(content);
    if (message.role === "assistant") {
      const answer = toAssistant(message, text);
      if (answer) written.push(answer);
    } else if (message.role === "tool")
      written.push({
        role: "tool",
        tool_call_id: message.tool_call_id,
        content: text.length > 0 ? text : "(no output)",
      });
    else if (text.length > 0) written.push({ role: "system", content: text });
    carried.push(...images);
  }
  if (carried.length > 0) written.push({ role: "user", content: carried });
  return written;
}

/** Undefined for an answer that says and calls nothing. */
function toAssistant(message: ChatMessage & { role: "assistant" }, text: string | Json[]): Json | undefined {
  const written: Json = { role: "assistant" };
  const calls = message.tool_calls ?? [];
  const said = text.length > 0 ? text : (message.refusal ?? "");
  if (said.length > 0) written.content = said;
  if (calls.length > 0) {
    written.tool_calls = calls.map(({ id, function: { name, arguments: text } }) => ({
      id,
      type: "function",
      function: { name, arguments: text.trim() === "" ? "{}" : text },
    }));
    const plan = earlierPlan(message);
    if (plan) written.tool_plan = plan;
  }
  return said.length > 0 || calls.length > 0 ? written : undefined;
}

/** What the model thought before its calls; the signed thinking of another vendor is not its plan. */
function earlierPlan({ reasoning, reasoning_details: details }: ChatMessage & { role: "assistant" }) {
  const isOwn = (details ?? []).every(({ format }) => !format || format === "unknown");
  return isOwn ? (reasoning ?? undefined) : undefined;
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
  throw invalidField("messages", `this provider takes text and images only, not ${String(part.type)}`);
}

function split(content: string | Json[]): { text: string | Json[]; images: Json[] } {
  if (typeof content === "string") return { text: content, images: [] };
  const images = content.filter(({ type }) => type === "image_url");
  return { text: content.filter(({ type }) => type === "text"), images };
}

/** The vendor has no field for a speaker's name. */
function withName(content: string | Json[], name: string | undefined): string | Json[] {
  if (!name) return content;
  return typeof content === "string" ? `${name}: ${content}` : [{ type: "text", text: `${name}:` }, ...content];
}
