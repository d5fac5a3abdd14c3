import { meaningOf } from "./words.ts";

/** Letters of other alphabets that look like Latin ones. */
const LOOKALIKES: Record<string, string> = {
  а: "a",
  в: "b",
  с: "c",
  ԁ: "d",
  е: "e",
  ё: "e",
  һ: "h",
  н: "h",
  і: "i",
  ї: "i",
  ј: "j",
  к: "k",
  ӏ: "l",
  м: "m",
  о: "o",
  р: "p",
  ԛ: "q",
  ѕ: "s",
  т: "t",
  ц: "u",
  ѵ: "v",
  ԝ: "w",
  х: "x",
  у: "y",
  α: "a",
  β: "b",
  ε: "e",
  η: "n",
  ι: "i",
  κ: "k",
  ν: "v",
  ο: "o",
  ρ: "p",
  τ: "t",
  υ: "u",
  χ: "x",
  γ: "y",
  ı: "i",
  ɡ: "g",
  ɑ: "a",
  ʟ: "l",
  ɪ: "i",
  ɴ: "n",
  ᴏ: "o",
  ʀ: "r",
  ꜱ: "s",
  ᴛ: "t",
  ᴜ: "u",
  ᴇ: "e",
  ᴀ: "a",
  ɢ: "g",
  ß: "ss",
  ø: "o",
  ł: "l",
  đ: "d",
  æ: "ae",
  œ: "oe",
};
const LOOKALIKE = new RegExp(`[${Object.keys(LOOKALIKES).join("")}]`, "g");

/** Not shown, or shown as no more than a hyphen that is not there. */
const INVISIBLE = /[\u00AD\u061C\u115F\u1160\u200B-\u200F\u202A-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]/g;
const TAGS = /[\u{E0000}-\u{E007F}]+/gu;
const PLAIN = /^[\n\t\r -~]*$/;

/** A text as a reader takes it. */
export interface Readable {
  /** Small Latin letters without accents; as long as there were any, everything else as it was. */
  text: string;
  /** What was written in characters that are not shown. */
  hidden: string;
}

/** Undoes what changes how a text is written but not how it reads. Linear in its length. */
export function normalise(text: string): Readable {
  if (PLAIN.test(text)) return { text: text.toLowerCase(), hidden: "" };
  let hidden = "";
  const shown = text.replace(TAGS, (run) => {
    for (const character of run)
      hidden += String.fromCodePoint(Math.max(32, (character.codePointAt(0) ?? 0) - 0xe0000));
    return "";
  });
  const folded = shown
    .replace(INVISIBLE, "")
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase()
    .replace(LOOKALIKE, (letter) => LOOKALIKES[letter] ?? letter);
  return { text: folded, hidden: hidden.toLowerCase() };
}

const DIGIT_LETTERS: Record<string, string> = {
  "0": "o",
  "1": "i",
  "3": "e",
  "4": "a",
  "5": "s",
  "7": "t",
  "@": "a",
  $: "s",
};
/** A word of letters with digits or signs in it that stand for letters. */
const MIXED = /(?<![\w@$])(?=[\w@$]{0,20}[a-z])(?=[a-z]{0,20}[013457@$])[a-z013457@$]{2,24}(?![\w@$])/g;

/** The text with digits read as the letters that they look like, where it has such words; else undefined. */
export function withoutLeet(text: string): string | undefined {
  let words = 0;
  const read = text.replace(MIXED, (word) => {
    const letters = word.replace(/[013457@$]/g, (sign) => DIGIT_LETTERS[sign] ?? sign);
    words += meaningOf(letters) !== 0 && letters.length > 4 ? 2 : 1;
    return letters;
  });
  return words >= 2 ? read : undefined;
}

/** At least four single letters with the same kind of gap between them. */
const SPACED =
  /(?<![a-z0-9])[a-z](?:([ .\-_*·|/])[a-z](?![a-z0-9])){3,}(?:[ .\-_*·|/]{2,8}[a-z](?:\1[a-z](?![a-z0-9]))*)*/g;

/** The text with letters that stand alone joined to words, where there are such; else undefined. */
export function withoutGaps(text: string): string | undefined {
  let runs = 0;
  const read = text.replace(SPACED, (run, gap: string) => {
    runs++;
    return run
      .split(/[ .\-_*·|/]{2,}/)
      .map((word) => word.replaceAll(gap, ""))
      .join(" ");
  });
  return runs > 0 ? read : undefined;
}
