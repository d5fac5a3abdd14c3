import type { Endpoint } from "../catalogue/catalogue.ts";
import type { ChatRequest } from "../schema/chat.ts";

/**
 * Whether an answer that breaks off may be continued: its client allows it, and one of the candidates serves the same
 * model and is known to go on from an assistant's last message. An answer in a given form is none that can be: to keep
 * to the form, a provider begins anew.
 */
export function mayContinue(chat: ChatRequest, candidates: { endpoint: Endpoint }[], broken: Endpoint): boolean {
  const { continuation, allow_fallbacks } = chat.provider ?? {};
  if (continuation !== true || allow_fallbacks === false || (chat.n ?? 1) > 1) return false;
  if (chat.response_format != null && chat.response_format.type !== "text") return false;
  return candidates.some(
    ({ endpoint }) => endpoint.modelId === broken.modelId && endpoint.provider.quirks.continues === true,
  );
}

/**
 * The request with what has been said so far as the beginning of the answer. White space at its end is left out, which
 * Anthropic refuses there: the continuation may begin with it.
 */
export function continuedChat(chat: ChatRequest, text: string): ChatRequest {
  const last = chat.messages.at(-1);
  // The client may have begun the answer itself.
  if (last?.role === "assistant" && typeof last.content === "string") {
    const content = (last.content + text).trimEnd();
    return { ...chat, messages: [...chat.messages.slice(0, -1), { ...last, content }] };
  }
  return { ...chat, messages: [...chat.messages, { role: "assistant", content: text.trimEnd() }] };
}

/** A continuation's text without the white space at its start that the client has already, as many characters as `had`. */
export function withoutRepeatedSpace(text: string, had: number): string {
  const space = text.length - text.trimStart().length;
  return text.slice(Math.min(space, had));
}
