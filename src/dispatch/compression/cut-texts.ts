import type { ChatMessage } from "../../schema/chat.ts";
import { textTokens } from "../../usage/count-tokens.ts";

/** Stands for what was cut out of a text. */
export const CUT_MARK = "\n[…]\n";

/** Texts are not cut below so many tokens while another way is left. */
const LEAST_TOKENS = 256;

/** One text of a message. */
interface Text {
  message: number;
  /** Position among the content's parts; undefined when the content is the text. */
  part: number | undefined;
  text: string;
  tokens: number;
}

/**
 * The conversation with its longest texts cut in their middle, so that it has `excess` tokens less, or as many less as
 * can be. First the texts before the last message, then all but the instructions, these at the very end. Arguments of
 * tool calls stay whole, and so does reasoning, which its provider may have signed.
 */
export function cutTexts(messages: ChatMessage[], excess: number): ChatMessage[] {
  if (excess <= 0) return messages;
  const texts = messages.flatMap(textsOf);
  const spoken = texts.filter(({ message }) => !isInstruction(messages[message]));
  const earlier = spoken.filter(({ message }) => message < messages.length - 1);
  let left = excess;
  for (const [group, least] of [
    [earlier, LEAST_TOKENS],
    [spoken, LEAST_TOKENS],
    [spoken, 0],
    [texts, 0],
  ] as const) {
    if (left <= 0) break;
    left -= cutToLevel(group, left, least);
  }
  return withTexts(messages, texts);
}

/** Cuts what is longer than a level that all then have at most; at least `least`. Gives how many tokens that saved. */
function cutToLevel(texts: Text[], excess: number, least: number): number {
  const level = Math.max(least, levelFor(texts, excess));
  let saved = 0;
  for (const text of texts) {
    if (text.tokens <= level) continue;
    const cut = cutMiddle(text.text, level);
    const tokens = textTokens(cut);
    if (tokens >= text.tokens) continue;
    saved += text.tokens - tokens;
    text.text = cut;
    text.tokens = tokens;
  }
  return saved;
}

/** The highest level at which the texts have `excess` tokens less; 0 when none has that effect. */
function levelFor(texts: readonly Text[], excess: number): number {
  const sizes = texts.map(({ tokens }) => tokens).sort((one, other) => other - one);
  let above = 0;
  for (const [index, size] of sizes.entries()) {
    above += size;
    const level = Math.floor((above - excess) / (index + 1));
    if (level >= (sizes[index + 1] ?? 0)) return level;
  }
  return 0;
}

/**
 * The beginning and the end of a text around a mark, of so many tokens at most; the mark alone when even that is more.
 * Whole characters only.
 */
export function cutMiddle(text: string, tokens: number): string {
  let room = tokens - textTokens(CUT_MARK);
  while (room > 0) {
    const cut = withoutMiddle(text, Math.floor((text.length * room) / textTokens(text)));
    const excess = textTokens(cut) - tokens;
    if (excess <= 0) return cut;
    room -= Math.max(excess, Math.ceil(room / 16));
  }
  return CUT_MARK;
}

function withoutMiddle(text: string, kept: number): string {
  let start = Math.ceil(kept / 2);
  let end = text.length - Math.floor(kept / 2);
  if (isHighSurrogate(text.charCodeAt(start - 1))) start--;
  if (isHighSurrogate(text.charCodeAt(end - 1))) end++;
  return text.slice(0, start) + CUT_MARK + text.slice(end);
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code < 0xdc00;
}

function textsOf({ content }: ChatMessage, message: number): Text[] {
  if (typeof content === "string") return [{ message, part: undefined, text: content, tokens: textTokens(content) }];
  return (content ?? []).flatMap((item, part) =>
    item.type === "text" ? [{ message, part, text: item.text, tokens: textTokens(item.text) }] : [],
  );
}

/** Messages keep their identity unless a text of theirs was cut. */
function withTexts(messages: ChatMessage[], texts: readonly Text[]): ChatMessage[] {
  const changed = [...messages];
  for (const { message, part, text } of texts) {
    const before = changed[message];
    if (before) changed[message] = withText(before, part, text);
  }
  return changed;
}

function withText(message: ChatMessage, part: number | undefined, text: string): ChatMessage {
  if (part === undefined) return message.content === text ? message : { ...message, content: text };
  const parts = Array.isArray(message.content) ? message.content : [];
  const item = parts[part];
  if (item?.type !== "text" || item.text === text) return message;
  return { ...message, content: parts.with(part, { ...item, text }) } as ChatMessage;
}

function isInstruction(message: ChatMessage | undefined): boolean {
  return message?.role === "system" || message?.role === "developer";
}
