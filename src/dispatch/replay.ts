import { createHash } from "node:crypto";
import type { Endpoint } from "../catalogue/catalogue.ts";
import { replaysReasoning } from "../protocols/index.ts";
import type { ChatMessage, ChatRequest } from "../schema/chat.ts";
import type { ReasoningDetail } from "../schema/chunk.ts";

/** Reasoning of earlier answers by the key of their turn. */
export type Recalled = Map<string, ReasoningDetail[]>;

/** A tool call as it was answered or as it comes back. */
export interface CalledTool {
  id: string;
  function: { name: string; arguments: string };
}

/** Whether an endpoint wants the reasoning of earlier tool-calling turns back. */
export function needsReplay({ provider }: Endpoint): boolean {
  return replaysReasoning(provider.api) || provider.quirks.reasoning_field !== undefined;
}

/**
 * The request with reasoning put back into assistant turns that called tools and whose client dropped it. Asks
 * `recall` only when there is such a turn.
 */
export async function withRecalledReasoning(
  chat: ChatRequest,
  recall: (turnKeys: string[]) => Promise<Recalled>,
): Promise<ChatRequest> {
  const keys = chat.messages.map((message, index) => missingFor(message, chat.messages.slice(0, index)));
  const wanted = keys.filter((key) => key !== undefined);
  if (wanted.length === 0) return chat;
  const recalled = await recall(wanted);
  if (recalled.size === 0) return chat;
  const messages = chat.messages.map((message, index) => {
    const details = recalled.get(keys[index] ?? "");
    return details ? { ...message, reasoning_details: details, reasoning: textOf(details) } : message;
  });
  return { ...chat, messages };
}

/**
 * What tells a tool-calling turn from every other of the same API key: its first call, the user's words that it
 * answers, and how many turns came between. A call's id alone does not: some upstreams number calls anew in each
 * answer. Arguments count by their meaning, since clients write them anew.
 */
export function turnKey(call: CalledTool, before: readonly ChatMessage[]): string {
  const asked = before.findLastIndex(({ role }) => role === "user");
  const turns = before.slice(asked + 1).filter(({ role }) => role === "assistant").length;
  const { name, arguments: text } = call.function;
  const facts = [call.id, name, canonical(text), before[asked]?.content, turns];
  return createHash("sha256").update(JSON.stringify(facts)).digest("hex");
}

function canonical(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json));
  } catch {
    return json;
  }
}

/** The key under which a turn's dropped reasoning may be known. */
function missingFor(message: ChatMessage, before: readonly ChatMessage[]): string | undefined {
  if (message.role !== "assistant") return undefined;
  const call = message.tool_calls?.[0];
  const hasReasoning = (message.reasoning_details?.length ?? 0) > 0;
  return call && !hasReasoning ? turnKey(call, before) : undefined;
}

function textOf(details: ReasoningDetail[]): string {
  return details.map((detail) => detail.text ?? detail.summary ?? "").join("");
}
