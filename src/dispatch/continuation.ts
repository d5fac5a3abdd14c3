import type { Endpoint } from "../catalogue/catalogue.ts";
import type { ChatRequest } from "../schema/chat.ts";

/**
 * Whether an answer that breaks off may be continued: its client allows it, and one of the candidates serves the same
 * model and is known to go on from an assistant's last message.
 */
export function mayContinue(chat: ChatRequest, candidates: { endpoint: Endpoint }[], broken: Endpoint): boolean {
  if (chat.provider?.continuation !== true || (chat.n ?? 1) > 1) return false;
  return candidates.some(
    ({ endpoint }) => endpoint.modelId === broken.modelId && endpoint.provider.quirks.continues === true,
  );
}

/** The request with what has been said so far as the beginning of the answer. */
export function continuedChat(chat: ChatRequest, text: string): ChatRequest {
  const last = chat.messages.at(-1);
  // The client may have begun the answer itself.
  if (last?.role === "assistant" && typeof last.content === "string") {
    return { ...chat, messages: [...chat.messages.slice(0, -1), { ...last, content: last.content + text }] };
  }
  return { ...chat, messages: [...chat.messages, { role: "assistant", content: text }] };
}
