import type { Endpoint } from "../catalogue/catalogue.ts";
import { PROTOCOLS } from "../protocols/index.ts";
import type { ChatMessage, ChatRequest } from "../schema/chat.ts";
import type { ReasoningDetail } from "../schema/chunk.ts";

/** Reasoning of earlier answers by tool-call id. */
export type Recalled = Map<string, ReasoningDetail[]>;

/** Whether an endpoint wants the reasoning of earlier tool-calling turns back. */
export function needsReplay({ provider }: Endpoint): boolean {
  return PROTOCOLS[provider.api].replaysReasoning || provider.quirks.reasoning_field !== undefined;
}

/**
 * The request with reasoning put back into assistant turns that called tools and whose client dropped it. Asks
 * `recall` only when there is such a turn.
 */
export async function withRecalledReasoning(
  chat: ChatRequest,
  recall: (toolCallIds: string[]) => Promise<Recalled>,
): Promise<ChatRequest> {
  const ids = chat.messages.map(missingFor).filter((id) => id !== undefined);
  if (ids.length === 0) return chat;
  const recalled = await recall(ids);
  if (recalled.size === 0) return chat;
  const messages = chat.messages.map((message) => {
    const details = recalled.get(missingFor(message) ?? "");
    return details ? { ...message, reasoning_details: details, reasoning: textOf(details) } : message;
  });
  return { ...chat, messages };
}

/** The tool-call id under which a turn's dropped reasoning may be known. */
function missingFor(message: ChatMessage): string | undefined {
  if (message.role !== "assistant" || !message.tool_calls?.length) return undefined;
  const hasReasoning = (message.reasoning_details?.length ?? 0) > 0;
  return hasReasoning ? undefined : message.tool_calls[0]?.id;
}

function textOf(details: ReasoningDetail[]): string {
  return details.map((detail) => detail.text ?? detail.summary ?? "").join("");
}
