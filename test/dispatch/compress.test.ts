import { describe, expect, it } from "vitest";
import { compressMessages } from "../../src/dispatch/compress.ts";
import { CUT_MARK, cutMiddle } from "../../src/dispatch/compression/cut-texts.ts";
import { type ChatMessage, type ChatRequest, parseChatRequest } from "../../src/schema/chat.ts";
import { textTokens } from "../../src/usage/count-tokens.ts";
import { promptTokens } from "../../src/usage/prompt-tokens.ts";

/** About 100 tokens that begin with the name. */
function long(name: string): string {
  return `${name} ${"the train waits for the signal. ".repeat(14)}`;
}

const call = (id: string, args = "{}") => ({ id, type: "function", function: { name: "look", arguments: args } });

/**
 * Messages in shorthand: `s1` system, `u1` user, `a1` assistant, `c1` an assistant's call with the id 1, `c12` with the
 * ids 1 and 2, `t1` the result of the call 1. Each has about 100 tokens; calls have about 15.
 */
function conversation(shorthand: string): ChatRequest {
  const messages = shorthand.split(" ").map((word) => {
    const id = word.slice(1);
    if (word[0] === "s") return { role: "system", content: long(word) };
    if (word[0] === "u") return { role: "user", content: long(word) };
    if (word[0] === "a") return { role: "assistant", content: long(word) };
    if (word[0] === "t") return { role: "tool", tool_call_id: id, content: long(word) };
    return { role: "assistant", content: null, tool_calls: [...id].map((digit) => call(digit)) };
  });
  return parseChatRequest({ messages });
}

/** The same shorthand of what is left; a message with a cut text has a dash behind it. */
function shorthandOf(messages: ChatMessage[]): string {
  const words = messages.map((message) => {
    if (message.role === "assistant" && message.tool_calls) {
      return `c${message.tool_calls.map(({ id }) => id).join("")}`;
    }
    const text = String(message.content);
    return `${text.split(/\s/)[0]}${text.includes(CUT_MARK) ? "-" : ""}`;
  });
  return words.join(" ");
}

function compressed(chat: ChatRequest, budget: number, maxMessages?: number) {
  const result = compressMessages(chat, budget, { maxMessages });
  if (!result) throw new Error("nothing was compressed");
  return result;
}

describe("a conversation that is too long", () => {
  it.each<[name: string, before: string, budget: number, after: string]>([
    ["loses turns from its middle", "u1 a1 u2 a2 u3 a3 u4 a4 u5", 600, "u1 a1 u4 a4 u5"],
    ["loses as few as it takes", "u1 a1 u2 a2 u3 a3 u4", 650, "u1 a1 u3 a3 u4"],
    ["keeps as many at both ends", "u1 a1 u2 a2 u3 a3 u4 a4 u5 a5 u6", 820, "u1 a1 u2 a2 u5 a5 u6"],
    ["keeps the system prompt", "s1 s2 u1 a1 u2 a2 u3", 560, "s1 s2 u1 a1 u3"],
    ["keeps a prefill", "u1 a1 u2 a2 u3 a3", 450, "u1 a1 u3 a3"],
    ["loses a call with its results", "u1 a1 u2 c12 t1 t2 a2 u3", 400, "u1 a1 u3"],
    ["keeps a call with its results", "u1 a1 u2 a2 u3 c12 t1 t2", 560, "u1 a1 u3 c12 t1 t2"],
    ["loses rounds of tools within the last turn", "u1 c1 t1 c2 t2 c3 t3 c4 t4", 470, "u1 c1 t1 c3 t3 c4 t4"],
    ["keeps the last round", "u1 c1 t1 c2 t2 c3 t3", 260, "u1 c3 t3"],
    [
      "loses rounds of the first turn before those of the last",
      "u1 c1 t1 a1 u2 c2 t2 c3 t3",
      600,
      "u1 a1 u2 c2 t2 c3 t3",
    ],
    ["does without a round that led to no answer", "u1 c1 t1 u2 a2 u3", 250, "u1 u3"],
    ["takes a late result with its call", "u1 a1 c1 u2 t1 u3 a3 u4", 350, "u1 a1 u4"],
    ["takes calls whose results come crosswise together", "u1 a1 u2 c1 c2 t1 t2 a2 u3", 330, "u1 a1 u3"],
    ["tells calls with the same id apart", "u1 c1 t1 a1 u2 c1 t1 a2 u3 c1 t1", 450, "u1 a1 u3 c1 t1"],
    ["loses questions that nobody answered", "u1 u2 u3 u4 u5", 330, "u1 u4 u5"],
    ["loses instructions with the turn behind them", "u1 a1 s2 u2 a2 u3", 350, "u1 a1 u3"],
    ["may begin with an answer", "a1 u1 a2 u2 a3 u3", 230, "a1 u3"],
  ])("%s", (_, before, budget, after) => {
    const { chat, removedMessages, tokensAfter } = compressed(conversation(before), budget);
    expect(shorthandOf(chat.messages)).toBe(after);
    expect(removedMessages).toBe(before.split(" ").length - after.split(" ").length);
    expect(tokensAfter).toBeLessThanOrEqual(budget);
  });
});

describe("what is left when turns are not enough", () => {
  it.each<[name: string, before: string, budget: number, after: string]>([
    ["is cut in the middle", "u1 a1 u2", 60, "u1- a1- u2-"],
    ["loses the system prompt last", "s1 u1", 150, "s1 u1-"],
    ["loses also that, when the others are as short as can be", "s1 u1", 60, "s1- -"],
  ])("%s", (_, before, budget, after) => {
    const { chat, tokensAfter } = compressed(conversation(before), budget);
    expect(shorthandOf(chat.messages)).toBe(after);
    expect(tokensAfter).toBeLessThanOrEqual(budget);
  });

  it("spares the last message, and short ones", () => {
    const document = `start ${long("").repeat(20)} end`;
    const chat = parseChatRequest({
      messages: [
        { role: "user", content: [{ type: "text", text: document, cache_control: { type: "ephemeral" } }] },
        { role: "assistant", content: "Read." },
        { role: "user", content: long("question") },
      ],
    });
    const { chat: after, truncatedMessages, removedMessages } = compressed(chat, 1_000);
    const [first, second, third] = after.messages;
    expect({ truncatedMessages, removedMessages }).toEqual({ truncatedMessages: 1, removedMessages: 0 });
    expect([second, third]).toEqual(chat.messages.slice(1));
    expect(first?.content).toEqual([
      { type: "text", text: expect.stringMatching(/^start .*\n\[…\]\n.* end$/s), cache_control: { type: "ephemeral" } },
    ]);
    expect(promptTokens(after, textTokens).total).toBeGreaterThan(900);
  });

  it("keeps texts that are no longer than the mark", () => {
    const chat = parseChatRequest({ messages: [{ role: "user", content: "Hi" }] });
    const { chat: after, truncatedMessages, tokensAfter, tokensBefore } = compressed(chat, 0);
    expect(after).toEqual(chat);
    expect({ truncatedMessages, tokensAfter }).toEqual({ truncatedMessages: 0, tokensAfter: tokensBefore });
  });

  it("keeps arguments of calls and reasoning whole", () => {
    const args = JSON.stringify({ text: long("").repeat(5) });
    const chat = parseChatRequest({
      messages: [
        { role: "user", content: long("u1") },
        { role: "assistant", content: null, reasoning: long("thought"), tool_calls: [call("1", args)] },
        { role: "tool", tool_call_id: "1", content: long("t1") },
      ],
    });
    const { chat: after, tokensAfter } = compressed(chat, 100);
    expect(after.messages[1]).toBe(chat.messages[1]);
    expect(after.messages.map(({ content }) => content)).toEqual([CUT_MARK, null, CUT_MARK]);
    expect(tokensAfter).toBeGreaterThan(500);
  });

  it("makes room for tools", () => {
    const tools = [{ type: "function", function: { name: "f", description: long("").repeat(3) } }];
    const chat = parseChatRequest({ ...conversation("u1 a1 u2 a2 u3"), tools });
    const { chat: after, tokensAfter, tokensBefore } = compressed(chat, 700);
    expect(shorthandOf(after.messages)).toBe("u1 a1 u3");
    expect(after.tools).toBe(chat.tools);
    expect(tokensAfter).toBe(promptTokens(after, textTokens).total);
    expect(tokensBefore).toBe(promptTokens(chat, textTokens).total);
  });
});

describe("a conversation of too many messages", () => {
  it("keeps as many at both ends", () => {
    const turns = Array.from({ length: 600 }, (_, index) => [
      { role: "user", content: `question ${index}` },
      { role: "assistant", content: `answer ${index}` },
    ]);
    const chat = parseChatRequest({ messages: [...turns.flat(), { role: "user", content: "last" }] });
    const { chat: after, removedMessages } = compressed(chat, Infinity, 1_000);
    expect(after.messages.length).toBe(999);
    expect(removedMessages).toBe(202);
    expect(after.messages.slice(0, 500)).toEqual(chat.messages.slice(0, 500));
    expect(after.messages.slice(-499)).toEqual(chat.messages.slice(-499));
    expect(compressMessages(after, Infinity, { maxMessages: 1_000 })).toBeUndefined();
  });

  it("keeps calls with their results", () => {
    const rounds = Array.from({ length: 9 }, (_, index) => `c${index} t${index}`);
    const { chat } = compressed(conversation(`u1 ${rounds.join(" ")}`), Infinity, 10);
    expect(shorthandOf(chat.messages)).toBe("u1 c0 t0 c6 t6 c7 t7 c8 t8");
  });
});

describe("a conversation that fits", () => {
  it("is left alone", () => {
    const chat = conversation("u1 a1 u2");
    const { total } = promptTokens(chat, textTokens);
    expect(compressMessages(chat, total, { maxMessages: 3 })).toBeUndefined();
    expect(compressMessages(chat, total - 1)).toBeDefined();
    expect(compressMessages(chat, total, { maxMessages: 2 })).toBeDefined();
  });
});

describe("a text without its middle", () => {
  const text = `start${"word ".repeat(500)}end`;

  it.each([20, 100, 400])("has %i tokens at most", (tokens) => {
    const cut = cutMiddle(text, tokens);
    expect(textTokens(cut)).toBeLessThanOrEqual(tokens);
    expect(textTokens(cut)).toBeGreaterThan(tokens * 0.8);
    expect(cut).toMatch(/^start.*\n\[…\]\n.*end$/s);
  });

  it("is the mark alone when there is no room", () => {
    expect(cutMiddle(text, 1)).toBe(CUT_MARK);
  });

  it("has whole characters", () => {
    for (let tokens = 10; tokens < 60; tokens++) {
      const cut = cutMiddle(`${"a".repeat(tokens % 2)}${"🚂".repeat(50)}`, tokens);
      expect(cut.isWellFormed()).toBe(true);
    }
  });
});
