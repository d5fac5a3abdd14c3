/** How a word is written. */
export type Shape = "title" | "lower" | "upper" | "initial" | "other";

/** A word of a text. */
export interface Token {
  start: number;
  /** After the word, without a possessive `'s`. */
  end: number;
  /** Lower case, without accents. */
  key: string;
  shape: Shape;
  /** Written with letters that English has not: no English word. */
  isAccented: boolean;
  isPossessive: boolean;
  /** An honorific hangs on it: `Tanaka-san`. */
  isHonoured: boolean;
  /** What stands between the previous word and this one; at most so many characters. */
  gap: string;
}

const WORD = /[\p{L}][\p{L}\p{M}]*(?:['-][\p{L}][\p{L}\p{M}]*)*/gu;
/** English, and the endings that Turkish writes after names. */
const POSSESSIVE = /'s$|(?<=s)'$|(?<=\p{L}{3})'(?:n?[ıiuü]n|y?[eaıiuü]|n[eaıiuü]|[dt][ea]n?|y?l[ea])$/iu;
const HONORIFIC = /-(?:san|sama|kun|chan|sensei|senpai|ssi|nim)$/i;
/** Part of an address, a path, a name in code: no word of the sentence. */
const EMBEDDED_BEFORE = /[@_/\\#$]$|[\p{L}\p{N}][.&-]$|\p{N}$/u;
const EMBEDDED_AFTER = /^(?:[@_/\\=(\p{N}]|[.:-][\p{L}\p{N}])/u;
const NOT_ENGLISH = /[\u00c0-\u024f\u1e00-\u1eff]/;
const GAP_LIMIT = 12;

/** The words of a text, in order. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let previousEnd = 0;
  for (const match of text.matchAll(WORD)) {
    const start = match.index;
    const whole = start + match[0].length;
    const word = match[0].replace(POSSESSIVE, "").replace(HONORIFIC, "");
    const end = start + word.length;
    tokens.push({
      start,
      end,
      key: fold(word),
      isAccented: NOT_ENGLISH.test(word),
      shape: isEmbedded(text, start, whole) ? "other" : shapeOf(word),
      isHonoured: HONORIFIC.test(match[0]),
      isPossessive: POSSESSIVE.test(match[0]) || (/s$/i.test(word) && /^'(?!\p{L})/u.test(text.slice(end, end + 2))),
      gap: text.slice(Math.max(previousEnd, start - GAP_LIMIT), start),
    });
    previousEnd = whole;
  }
  return tokens;
}

/** An initial may touch what follows its full stop. */
function isEmbedded(text: string, start: number, end: number): boolean {
  if (end - start === 1) return /[@_]/.test(text[end] ?? "") || /[@_]/.test(text[start - 1] ?? "");
  const before = text.slice(Math.max(0, start - 2), start);
  if (/^\s?@$/.test(before)) return !/^\p{Lu}\p{Ll}+(?![\w@(/.-])/u.test(text.slice(start, end + 1));
  if (EMBEDDED_BEFORE.test(before)) return !/\p{Lu}\.$/u.test(before);
  return EMBEDDED_AFTER.test(text.slice(end, end + 2));
}

/** A capital and small letters, also behind a prefix or a hyphen; other capitals inside make a brand or code. */
const TITLE =
  /^(?:(?:[Dd]|[Ll]|O)'|(?:[Aa]l|[Ee]l)-|Mc|Mac|De|Di|Du|La|Le|Van|Von|Fitz|Ja|Da)?\p{Lu}[\p{Ll}\p{M}]+(?:['-]\p{L}[\p{Ll}\p{M}]*)*$/u;

const PLAIN: Record<string, string> = { ł: "l", ø: "o", đ: "d", ð: "d", ß: "ss", æ: "ae", œ: "oe", ı: "i", þ: "th" };

/** Lower case, without accents, so that `Jürgen` is known as `jurgen`. */
export function fold(word: string): string {
  const lower = word.toLowerCase();
  if (!/[^\0-\x7f]/.test(lower)) return lower;
  return lower
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .replace(/[łøđðßæœıþ]/g, (letter) => PLAIN[letter] ?? letter);
}

function shapeOf(word: string): Shape {
  if (/^\p{Lu}$/u.test(word)) return "initial";
  if (/^\p{Ll}[\p{Ll}\p{M}'-]*$/u.test(word)) return "lower";
  if (/^\p{Lu}[\p{Lu}\p{M}'-]+$/u.test(word)) return "upper";
  return TITLE.test(word) ? "title" : "other";
}
