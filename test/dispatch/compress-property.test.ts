import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compressMessages } from "../../src/dispatch/compress.ts";
import { CUT_MARK } from "../../src/dispatch/compression/cut-texts.ts";
import { type ChatMessage, type ChatRequest, parseChatRequest } from "../../src/schema/chat.ts";
import { textTokens } from "../../src/usage/count-tokens.ts";
import { messageMedia, messageTokens, promptTokens } from "../../src/usage/prompt-tokens.ts";

const text = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 30 }),
  fc
    .tuple(fc.string({ unit: "grapheme", minLength: 1, maxLength: 8 }), fc.integer({ min: 1, max: 400 }))
    .map(([piece, times]) => piece.repeat(times)),
);
const image = { type: "image_url", image_url: { url: "https://example.com/a.png" } };
const content = fc.oneof(
  { weight: 5, arbitrary: text },
  {
    weight: 1,
    arbitrary: fc.array(text, { maxLength: 3 }).map((texts) => texts.map((item) => ({ type: "text", text: item }))),
  },
);
const userContent = fc.oneof(
  { weight: 5, arbitrary: content },
  { weight: 1, arbitrary: text.map((item) => [{ type: "text", text: item }, image]) },
);

const plain = fc.oneof(
  userContent.map((item) => ({ role: "user", content: item })),
  content.map((item) => ({ role: "assistant", content: item })),
  fc.constantFrom("system", "developer").chain((role) => text.map((item) => ({ role, content: item }))),
);

/** Calls with their results, some of which come late; ids repeat from round to round, as some clients have them. */
const round = fc
  .record({
    ids: fc.uniqueArray(fc.constantFrom("1", "2", "3", "4"), { minLength: 1, maxLength: 3 }),
    args: text,
    result: content,
    between: fc.option(plain, { freq: 6 }),
  })
  .map(({ ids, args, result, between }) => {
    const calls = ids.map((id) => ({ id, type: "function", function: { name: "f", arguments: JSON.stringify(args) } }));
    const results: object[] = ids.map((id) => ({ role: "tool", tool_call_id: id, content: result }));
    if (between) results.splice(1, 0, between);
    return [{ role: "assistant", content: null, tool_calls: calls }, ...results];
  });

const conversation = fc
  .array(fc.oneof({ weight: 3, arbitrary: plain.map((message) => [message]) }, { weight: 1, arbitrary: round }), {
    minLength: 1,
    maxLength: 25,
  })
  .map((pieces): ChatRequest => parseChatRequest({ messages: pieces.flat() }));

/** A prompt that is too long by a share of its size, down to a budget of nothing. */
const long = fc
  .tuple(conversation, fc.double({ min: 0, max: 0.999, noNaN: true }), fc.integer({ min: 1, max: 60 }))
  .map(([chat, share, maxMessages]) => {
    const budget = Math.floor(promptTokens(chat, textTokens).total * share);
    return { chat, budget, maxMessages };
  });

const tokensOf = (message: ChatMessage) => messageTokens(message, textTokens) + messageMedia(message);

/** The messages of the original that were kept, found by what cannot change. */
function originals(before: ChatMessage[], after: ChatMessage[]): ChatMessage[] {
  let from = 0;
  return after.map((message) => {
    const at = before.findIndex((original, index) => index >= from && isFrom(message, original));
    if (at === -1) throw new Error(`invented or out of order: ${JSON.stringify(message)}`);
    from = at + 1;
    return before[at] as ChatMessage;
  });
}

/** Whether a message is the other one, or the other one with cut texts. */
function isFrom(message: ChatMessage, original: ChatMessage): boolean {
  if (message === original) return true;
  const { content: cut, ...rest } = message;
  const { content: whole, ...others } = original;
  if (JSON.stringify(rest) !== JSON.stringify(others)) return false;
  if (typeof cut === "string" && typeof whole === "string") return isCutFrom(cut, whole);
  if (!Array.isArray(cut) || !Array.isArray(whole) || cut.length !== whole.length) return false;
  return cut.every((part, index) => {
    const other = whole[index];
    return part.type === "text" && other?.type === "text" ? isCutFrom(part.text, other.text) : part === other;
  });
}

function isCutFrom(cut: string, whole: string): boolean {
  if (cut === whole) return true;
  return [...cut.matchAll(/\n\[…\]\n/g)].some(({ index }) => {
    const [head, tail] = [cut.slice(0, index), cut.slice(index + CUT_MARK.length)];
    const isWhole = !whole.isWellFormed() || (head.isWellFormed() && tail.isWellFormed());
    return isWhole && head.length + tail.length < whole.length && whole.startsWith(head) && whole.endsWith(tail);
  });
}

/** Calls without result and results without call, as `id`s in the order of their messages. */
function unpaired(messages: ChatMessage[]): string[] {
  const problems: string[] = [];
  const open = new Map<string, number>();
  for (const message of messages) {
    if (message.role === "assistant")
      for (const { id } of message.tool_calls ?? []) open.set(id, (open.get(id) ?? 0) + 1);
    if (message.role !== "tool") continue;
    const waiting = open.get(message.tool_call_id) ?? 0;
    if (waiting === 0) problems.push(`result ${message.tool_call_id}`);
    open.set(message.tool_call_id, Math.max(0, waiting - 1));
  }
  return [...problems, ...[...open].filter(([, count]) => count > 0).map(([id]) => `call ${id}`)];
}

const isInstruction = ({ role }: ChatMessage) => role === "system" || role === "developer";

function check(run: (input: { chat: ChatRequest; budget: number; maxMessages: number }) => void): void {
  fc.assert(fc.property(long, run), { numRuns: 300 });
}

describe("any compressed conversation", () => {
  it("holds nothing new, in the old order, and counts what it lost", () => {
    check(({ chat, budget }) => {
      const result = compressMessages(chat, budget);
      if (!result) throw new Error("too long, but not compressed");
      const kept = originals(chat.messages, result.chat.messages);
      expect(result.removedMessages).toBe(chat.messages.length - kept.length);
      expect(result.truncatedMessages).toBe(
        result.chat.messages.filter((message) => !chat.messages.includes(message)).length,
      );
      expect(result.tokensAfter).toBe(promptTokens(result.chat, textTokens).total);
      expect(result.tokensAfter).toBeLessThanOrEqual(result.tokensBefore);
    });
  });

  it("keeps its instructions, its first message and its last one", () => {
    check(({ chat, budget, maxMessages }) => {
      const messages = compressMessages(chat, budget, { maxMessages })?.chat.messages ?? [];
      const start = chat.messages.findIndex((message) => !isInstruction(message));
      const ends = [...chat.messages.slice(0, start + 1), ...chat.messages.slice(-1)];
      const found = ends.filter((end, index) => {
        const place = index === ends.length - 1 ? messages.length - 1 : index;
        return messages[place] !== undefined && isFrom(messages[place], end);
      });
      expect(found).toEqual(ends);
    });
  });

  it("has a result for each call and a call for each result", () => {
    check(({ chat, budget, maxMessages }) => {
      expect(unpaired(chat.messages)).toEqual([]);
      expect(unpaired(compressMessages(chat, budget, { maxMessages })?.chat.messages ?? [])).toEqual([]);
    });
  });

  it("does not begin with an answer unless it did before", () => {
    check(({ chat, budget }) => {
      const spoken = (messages: ChatMessage[] = []) => messages.find((message) => !isInstruction(message))?.role;
      expect(spoken(compressMessages(chat, budget)?.chat.messages)).toBe(spoken(chat.messages));
    });
  });

  it("fits, or could not be shorter", () => {
    check(({ chat, budget }) => {
      const result = compressMessages(chat, budget);
      if (!result || result.tokensAfter <= budget) return;
      const mark = textTokens(CUT_MARK);
      for (const { content } of result.chat.messages) {
        const texts =
          typeof content === "string" ? [content] : (content ?? []).map((part) => ("text" in part ? part.text : ""));
        for (const item of texts) expect(textTokens(String(item))).toBeLessThanOrEqual(mark);
      }
    });
  });

  it("fits whenever a few more messages than the last one do", () => {
    check(({ chat, budget }) => {
      const last = chat.messages.at(-1);
      const hasRounds = chat.messages.some((message) => message.role === "tool");
      const hasMedia = chat.messages.some((message) => messageMedia(message) > 0);
      if (!last || hasRounds || hasMedia) return;
      const instructions = chat.messages.filter(isInstruction).length;
      const floor = tokensOf(last) + (instructions + 4) * (4 + 3 * textTokens(CUT_MARK));
      if (floor <= budget) expect(compressMessages(chat, budget)?.tokensAfter).toBeLessThanOrEqual(budget);
    });
  });

  it("leaves the original as it was", () => {
    check(({ chat, budget, maxMessages }) => {
      const before = structuredClone(chat);
      compressMessages(chat, budget, { maxMessages });
      expect(chat).toEqual(before);
    });
  });

  it("is compressed to itself", () => {
    check(({ chat, budget, maxMessages }) => {
      const once = compressMessages(chat, budget, { maxMessages })?.chat ?? chat;
      const twice = compressMessages(once, budget, { maxMessages })?.chat ?? once;
      expect(twice).toEqual(once);
    });
  });
});
