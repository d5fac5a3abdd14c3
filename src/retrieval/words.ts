/**
 * Words of a text for a full-text index whose own tokenizer knows spaces, English endings and accents only. What a
 * chunk is indexed with and what a query looks for go through the same functions.
 */

/** Letters that Unicode does not take apart into a plain one and an accent. */
const LETTERS: Record<string, string> = {
  ß: "ss",
  ẞ: "SS",
  æ: "ae",
  Æ: "AE",
  œ: "oe",
  Œ: "OE",
  ø: "o",
  Ø: "O",
  đ: "d",
  Đ: "D",
  ł: "l",
  Ł: "L",
  ı: "i",
  "’": "'",
  "‘": "'",
  ʼ: "'",
};
const LETTER = /[ßẞæÆœŒøØđĐłŁı’‘ʼ]/g;
/** Soft hyphens and signs without width: they stand inside of words. */
const INVISIBLE = /[\u00ad\u200b-\u200d\u2060\ufeff]/g;
/** Hyphens that are not the one on the keyboard. */
const HYPHEN = /[\u2010-\u2015\u2212]/g;

/** A text in which equal words are written alike: full-width forms, ligatures, hyphens, letters such as `ß`. */
export function foldText(text: string): string {
  return text
    .normalize("NFKC")
    .replace(INVISIBLE, "")
    .replace(HYPHEN, "-")
    .replace(LETTER, (letter) => LETTERS[letter] ?? letter);
}

/** A word in lower case without accents, as stop words are listed. */
export function foldWord(word: string): string {
  return word
    .toLowerCase()
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .normalize("NFC");
}

/** Text of scripts that put no spaces between words. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー々\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]+/gu;
/** Of these, two letters in a row are looked for as well: where a word begins is a matter of opinion. */
const PAIRED = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー々\p{Script=Hangul}]+$/u;
const HANGUL = /\p{Script=Hangul}{2,}/gu;

/** Knows words of all these scripts, whatever its locale; made on first use, since it takes its time. */
let segmenter: Intl.Segmenter | undefined;

/** Whether some of a text has no spaces between its words. */
export function isUnspaced(text: string): boolean {
  return text.search(UNSPACED) !== -1;
}

/** Katakana and hiragana write the same sounds, and many words in either. */
function toHiragana(text: string): string {
  return text.replace(/[\u30a1-\u30f6]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) - 0x60));
}

/** Words of a run of a script without spaces, in hiragana where they are in katakana. */
export function segment(run: string): string[] {
  segmenter ??= new Intl.Segmenter("ja", { granularity: "word" });
  return Array.from(segmenter.segment(run), ({ segment }) => toHiragana(segment));
}

/** Every two letters in a row, each once; nothing for scripts whose words are found well. */
export function pairsOf(run: string): string[] {
  if (!PAIRED.test(run)) return [];
  const letters = Array.from(toHiragana(run));
  return [...new Set(letters.slice(1).map((letter, index) => `${letters[index]}${letter}`))];
}

/** A number whose thousands are set apart: `1,000`, `1.000`, `1 000`. */
const GROUPED_NUMBER = /(?<![\d.,])\d{1,3}(?:[.,' ]\d{3}){1,4}(?!\d)/g;
/** A word with others that a sign joins to it: `part-time`, `XR-4500`, `v2.3`, `km/h`. */
const WORD = /[\p{L}\p{N}]+(?:[-._/+][\p{L}\p{N}]+)*/gu;
const SIGN = /[-._/+]/;
/** What is longer is no word but data. */
const MAX_WORD_CHARS = 64;
/** Where letters and digits meet: `10kg`, `XR4500`. */
const SEAM = /(?<=\p{L})(?=\p{N})|(?<=\p{N})(?=\p{L})/gu;

/** A grouped number in one piece; undefined for any other text. */
export function ungrouped(text: string): string | undefined {
  const match = text.match(GROUPED_NUMBER)?.[0];
  return match === text ? text.replace(/\D/g, "") : undefined;
}

/** A word whose parts a sign joins, without the sign; undefined where that makes another number. */
export function joined(word: string): string | undefined {
  const letters = word.replace(/[-._/+]/g, "");
  return letters !== word && /\p{L}/u.test(letters) ? letters : undefined;
}

/** A word taken apart where letters and digits meet; undefined where they do not. */
export function takenApart(word: string): string | undefined {
  const apart = word.replace(SEAM, " ");
  return apart === word ? undefined : apart;
}

function furtherForms(word: string): string[] {
  return [joined(word), ...word.split(SIGN).map(takenApart)].filter((form) => form !== undefined);
}

/** What a text is indexed as: its words, and further forms of those that are written in more than one way. */
export function toIndexText(text: string): string {
  const folded = foldText(text);
  const forms: string[] = [];
  for (const [number] of folded.matchAll(GROUPED_NUMBER)) forms.push(ungrouped(number) ?? "");
  for (const [word] of folded.matchAll(WORD)) if (word.length <= MAX_WORD_CHARS) forms.push(...furtherForms(word));
  for (const [word] of folded.matchAll(HANGUL)) forms.push(...pairsOf(word));
  const spaced = folded.replace(UNSPACED, (run) => {
    const words = segment(run);
    forms.push(...pairsOf(run).filter((pair) => !words.includes(pair)));
    return ` ${words.join(" ")} `;
  });
  const further = forms.filter((form) => form !== "").join(" ");
  return further === "" ? spaced : `${spaced}\n${further}`;
}
