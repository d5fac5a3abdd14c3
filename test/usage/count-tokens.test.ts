import { countTokens } from "gpt-tokenizer/encoding/o200k_base";
import { describe, expect, it } from "vitest";
import { glancedTokens, TOKEN_ESTIMATE_ERROR, textTokens } from "../../src/usage/count-tokens.ts";

const files = import.meta.glob<string>("./samples/*.txt", { query: "?raw", import: "default", eager: true });
const SAMPLES = Object.entries(files).map(([path, text]) => ({ name: path.replace(/^.*\/|\.txt$/g, ""), text }));
const isRandom = ({ name }: { name: string }) => name.startsWith("random-");

function errorOf(text: string, tokens: number): number {
  const counted = countTokens(text);
  return Math.abs(tokens - counted) / counted;
}

describe("an estimate of a text's tokens", () => {
  it("has samples of many kinds", () => {
    expect(SAMPLES.length).toBeGreaterThan(25);
    expect(SAMPLES.every(({ text }) => text.length > 300)).toBe(true);
  });

  it.each(SAMPLES.filter((sample) => !isRandom(sample)))("is near a tokenizer's count of $name", ({ name, text }) => {
    const bound = /^(prose|chat|code)-/.test(name) ? 0.2 : TOKEN_ESTIMATE_ERROR;
    expect(errorOf(text, textTokens(text))).toBeLessThan(bound);
  });

  it.each(SAMPLES.filter(isRandom))("sees three in five tokens of $name at least", ({ text }) => {
    expect(textTokens(text)).toBeGreaterThan(countTokens(text) * 0.55);
    expect(textTokens(text)).toBeLessThan(countTokens(text));
  });

  it("is near the count of a long text, of which it reads samples", () => {
    const mixed = SAMPLES.filter((sample) => !isRandom(sample)).map(({ text }) => text);
    const text = Array.from({ length: 5 }, () => mixed.join("\n\n")).join("\n\n");
    expect(text.length).toBeGreaterThan(80_000);
    expect(errorOf(text, textTokens(text))).toBeLessThan(TOKEN_ESTIMATE_ERROR);
  });

  it("reads samples from everywhere", () => {
    const [english = "", chinese = ""] = ["prose-english", "prose-chinese"].map((name) =>
      SAMPLES.find((sample) => sample.name === name)
        ?.text.repeat(20)
        .slice(0, 6_000),
    );
    for (const text of [english + chinese, chinese + english]) {
      expect(errorOf(text, textTokens(text))).toBeLessThan(0.2);
    }
  });

  it.each<[text: string, tokens: number]>([
    ["", 0],
    ["a", 1],
    ["Hello!", 2],
    ["漢字", 2],
    ["🙂", 3],
    ["\ud83d", 2],
    [" ".repeat(100), 9],
    ["-".repeat(100), 9],
  ])("of %j is %i", (text, tokens) => {
    expect(textTokens(text)).toBe(tokens);
  });

  it("grows with the text, also where samples begin", () => {
    const prose = SAMPLES.find(({ name }) => name === "prose-english")?.text.repeat(6) ?? "";
    const sizes = [1_000, 2_000, 4_096, 4_500, 6_000];
    const estimates = sizes.map((size) => textTokens(prose.slice(0, size)));
    expect(estimates).toEqual([...estimates].sort((one, other) => one - other));
    for (const [index, size] of sizes.entries()) {
      expect(errorOf(prose.slice(0, size), estimates[index] ?? 0)).toBeLessThan(0.2);
    }
  });
});

describe("a glance", () => {
  it("is the whole estimate of a text that is short, or long", () => {
    const [one = { text: "" }] = SAMPLES;
    for (const text of [one.text.slice(0, 90), one.text.repeat(20)]) expect(glancedTokens(text)).toBe(textTokens(text));
  });

  it.each(SAMPLES.filter(({ name }) => /^(prose|chat)/.test(name)))("knows the script of $name", ({ text }) => {
    expect(errorOf(text, glancedTokens(text))).toBeLessThan(TOKEN_ESTIMATE_ERROR);
  });
});
