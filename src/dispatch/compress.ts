import type { ChatMessage, ChatRequest } from "../schema/chat.ts";
import { textTokens } from "../usage/count-tokens.ts";
import { messageMedia, messageTokens, toolTokens } from "../usage/prompt-tokens.ts";
import { cutTexts } from "./compression/cut-texts.ts";
import { removeMiddle } from "./compression/remove-middle.ts";

export interface Compression {
  /** The request with fewer or shorter messages; those that did not change are the same objects. */
  chat: ChatRequest;
  removedMessages: number;
  /** Messages that stayed with a cut text. */
  truncatedMessages: number;
  /** Estimates of the whole prompt, tools included. */
  tokensBefore: number;
  /** More than the budget when even the shortest form did not fit. */
  tokensAfter: number;
}

/**
 * Shortens a conversation from its middle until its prompt has `budgetTokens` at most, by our estimate, and
 * `maxMessages` messages; undefined when it fits as it is. Whole turns go first. Instructions at the start, the first
 * question and the last message stay, tool calls stay with their results. Where that is not enough the longest
 * texts lose their middle. Leaves the request untouched.
 */
export function compressMessages(
  chat: ChatRequest,
  budgetTokens: number,
  { maxMessages = Infinity }: { maxMessages?: number | undefined } = {},
): Compression | undefined {
  const weigh = rememberedWeight();
  const tools = toolTokens(chat);
  const tokensOf = (messages: ChatMessage[]) => messages.reduce((tokens, message) => tokens + weigh(message), tools);
  const tokensBefore = tokensOf(chat.messages);
  if (tokensBefore <= budgetTokens && chat.messages.length <= maxMessages) return undefined;
  const fewer = removeMiddle(chat.messages, maxMessages, () => 1);
  const kept = removeMiddle(fewer, budgetTokens - tools, weigh);
  const messages = cutTexts(kept, tokensOf(kept) - budgetTokens);
  return {
    chat: { ...chat, messages },
    removedMessages: chat.messages.length - kept.length,
    truncatedMessages: messages.filter((message, index) => message !== kept[index]).length,
    tokensBefore,
    tokensAfter: tokensOf(messages),
  };
}

/** Tokens of a message, counted once for each. */
function rememberedWeight(): (message: ChatMessage) => number {
  const weights = new Map<ChatMessage, number>();
  return (message) => {
    const known = weights.get(message);
    if (known !== undefined) return known;
    const weight = messageTokens(message, textTokens) + messageMedia(message);
    weights.set(message, weight);
    return weight;
  };
}
