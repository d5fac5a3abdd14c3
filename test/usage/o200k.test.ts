import { encode } from "gpt-tokenizer/encoding/o200k_base";
import { describe, expect, it } from "vitest";
import { detokenize, tokenize } from "../../src/usage/o200k.ts";

const SAMPLES = import.meta.glob<string>("./samples/*.txt", { query: "?raw", import: "default", eager: true });
const TEXTS: [name: string, text: string][] = [
  ...Object.entries(SAMPLES),
  ["nothing", ""],
  ["spaces and lines", "  a \n\n\t b\r\n   \n c   "],
  ["words with apostrophes", "I'll say it's DON'T and we'Ve"],
  ["joined emoji", "👩‍👩‍👧‍👦🏳️‍🌈 ok 👍🏽"],
  ["special tokens", "<|endoftext|><|im_start|>system"],
  ["half a character", "a\uD83Db"],
  ["a long word", "abcdefghij".repeat(60)],
  ["a long word of marks", "é̀ü".repeat(50)],
  ["numbers", "1234567 3.14159265 0x1f"],
];

describe("o200k_base", () => {
  it.each(TEXTS)("cuts as its reference does, and the pieces make the text again: %s", async (_, text) => {
    const tokens = await tokenize(text);
    const ids = tokens.map(({ id }) => id);
    expect(ids).toEqual(encode(text, { disallowedSpecial: new Set() }));
    expect(tokens.map((token) => token.text).join("")).toBe(text.toWellFormed());
    let end = 0;
    for (const { start, stop, text: piece } of tokens) {
      expect([start, stop]).toEqual([end, end + piece.length]);
      end = stop;
    }
    expect(await detokenize(ids)).toEqual({ text: text.toWellFormed() });
  });

  it("keeps a mark of byte order, which is a token", async () => {
    const text = "\uFEFFa\uFEFF";
    const tokens = await tokenize(text);
    expect(tokens.map((token) => token.text)).toEqual(["\uFEFF", "a", "\uFEFF"]);
    expect(await detokenize(tokens.map(({ id }) => id))).toEqual({ text });
  });

  it("takes no time worth mentioning for a word without an end", async () => {
    await tokenize("warm");
    const startedAtMs = performance.now();
    for (const text of ["a".repeat(400_000), "あ".repeat(130_000), "\u0301".repeat(200_000), " ".repeat(400_000)])
      await tokenize(text);
    expect(performance.now() - startedAtMs).toBeLessThan(15_000);
  });

  it("knows what is no token", async () => {
    expect(await detokenize([1, 2, 200_100])).toEqual({ unknown: 2 });
    expect(await detokenize([199_999, 200_018])).toEqual({ text: "<|endoftext|><|endofprompt|>" });
    // The first of two tokens that make one character.
    expect(await detokenize([61_138])).toEqual({ text: " \uFFFD" });
  });
});
