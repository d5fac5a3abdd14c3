import { describe, expect, it } from "vitest";
import { detectPii } from "../../../src/checks/pii/detect.ts";
import { createReplacer } from "../../../src/checks/pii/replacer.ts";
import { PII_ENTITIES } from "../../../src/schema/checks.ts";

const EVERYTHING = { region: "US", entities: PII_ENTITIES };
const LENGTH = 200_000;

/** Texts that lead careless expressions into trying everything again from every place. */
const HOSTILE: Record<string, string> = {
  letters: "a",
  digits: "1",
  "digits and spaces": "1 ",
  "four digits": "4111 ",
  "half a card": "4111-1111-1111-",
  "half an account": "DE89 3704 ",
  "at signs": "@",
  "addresses without an end": "a@a.",
  "long local parts": `${"a".repeat(63)}.@`,
  dots: "1.",
  colons: "a:",
  "pairs of hex": "00:",
  brackets: "((((",
  "closing brackets": "http://a)))))))))))))))))",
  "half links": "http://",
  "www again and again": "www.",
  capitals: "Aa ",
  initials: "A. ",
  names: "John ",
  "names in a list": "John Smith, ",
  titles: "Dr. ",
  "hyphens in a word": "a-",
  apostrophes: "O'",
  "birth words": "born ",
  months: "born 1 May ",
  streets: "1 Aaaaaaaa ",
  "half streets": "12 rue de la ",
  "lower-case streets": "ship to 1 aa ",
  "german streets": "Aaaaaaaaaaaa ",
  phones: "+1 (415) ",
  "zero width": "\u200b",
  "combining marks": "a\u0301\u0300",
  "full width": "ｊｏｅ＠",
  kanji: "田中",
  kana: "アイ",
  cyrillic: "Иван ",
  "bitcoin letters": "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2",
  bech32: "bc1qqqqqqqqqqqqqqqqqq",
  spaces: " ",
  quotes: '"',
  "social security": "ssn 536228714 ",
  "lower-case intros": "my name is ",
  "tables of names": "name,name\nAnna,Bert\n",
  "headings without rows": "name|",
  inserts: "insert into a (name) values ('Anna'),",
  "half inserts": "insert into a (",
  schemes: "aa://",
  "short links": "bit.ly/",
  "spelled addresses": "a [at] ",
  "base58 letters": "LfWRS5wULMcP4aeZPcCQyYTfbCdDoVcB6h ",
  "cash letters": "bitcoincash:q",
  "hex groups": "0050.",
  hangul: "김서연",
  greek: "Γιώργος ",
  arabic: "خالد ",
  vietnamese: "Nguyễn ",
  "titles and particles": "Herr von ",
};

async function timeMs(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

describe("the time of a scan", () => {
  it.each(Object.entries(HOSTILE))("grows with the text and no faster: %s", async (_, piece) => {
    const text = piece.repeat(Math.ceil(LENGTH / piece.length)).slice(0, LENGTH);
    await detectPii(text.slice(0, LENGTH / 10), EVERYTHING);
    expect(await timeMs(() => detectPii(text, EVERYTHING))).toBeLessThan(4_000);
  });

  it("is the same for finds that are replaced", async () => {
    const text = "John Smith, joe@example.com, 536-22-8714; ".repeat(1_000);
    const spans = await detectPii(text, EVERYTHING);
    expect(spans.length).toBeGreaterThan(2_900);
    const replacer = createReplacer("fake");
    expect(await timeMs(() => replacer.replace(text, spans))).toBeLessThan(4_000);
  });
});
