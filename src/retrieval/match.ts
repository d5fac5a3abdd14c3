import { stopWordsOf } from "./stop-words.ts";
import { foldText, foldWord, isUnspaced, joined, pairsOf, segment, takenApart, ungrouped } from "./words.ts";

/** Words of a longer query are not looked at. */
const MAX_WORDS = 256;
/** A shorter beginning of a word says too little. */
const MIN_STEM_CHARS = 5;

/** A number with its thousands set apart, or words and what joins them. */
const WORD = /\d{1,3}(?:[.,' ]\d{3}){1,4}(?!\d)|[\p{L}\p{N}\p{M}]+(?:[-._/+'][\p{L}\p{N}\p{M}]+)*/gu;
/** French and Italian words that lean on the next one; an English ending. */
const LEANING = /^(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|dell|all|nell|dall|sull|un)'(?=\p{L}{2})/iu;
const POSSESSIVE = /'s?$/i;

/**
 * What a query looks for, as a full-text expression: each word quoted, any of them may be there. Stop words are left
 * out unless nothing remains. Undefined when there is no word in it.
 */
export function toMatch(query: string): string | undefined {
  const words = (foldText(query).match(WORD) ?? []).slice(0, MAX_WORDS).map(bare);
  const isStopWord = stopWordsOf(words.map(plain));
  // Abbreviations are none: `IT` is not `it`, unless everything is in capitals.
  const shouts = !/\p{Ll}/u.test(query);
  const isShort = (word: string) => !shouts && /^\p{Lu}{2,}$/u.test(word);
  const telling = words.filter((word) => isUnspaced(word) || isShort(word) || !isStopWord(plain(word)));
  const terms = new Set(telling.flatMap((word) => termsOf(word, isStopWord)));
  // Of scripts without spaces every word may be a stop word.
  if (terms.size === 0) for (const word of words) for (const part of allOf(word)) terms.add(quoted(part));
  return terms.size === 0 ? undefined : [...terms].join(" OR ");
}

type IsStopWord = (word: string) => boolean;

/** A word as stop words are listed. */
function plain(word: string): string {
  return foldWord(word.replace(/['-]/g, ""));
}

function bare(word: string): string {
  return word.includes("'") ? word.replace(LEANING, "").replace(POSSESSIVE, "") : word;
}

function allOf(word: string): string[] {
  return isUnspaced(word) ? segment(word) : [word];
}

/** A word in the ways in which it may be written. */
function termsOf(word: string, isStopWord: IsStopWord): string[] {
  if (isUnspaced(word)) return unspacedTerms(word, isStopWord);
  const number = ungrouped(word);
  if (number !== undefined) return [quoted(word), quoted(number)];
  const spellings = [word, ...umlautForms(word)];
  const forms = [...spellings, joined(word), takenApart(word), ...partsOf(word, isStopWord), ...pairsOf(word)];
  const terms = forms.filter((form) => form !== undefined).map(quoted);
  const stems = spellings.map(stemOf).filter((stem) => stem !== undefined);
  return [...terms, ...stems.map((stem) => `${quoted(stem)}*`)];
}

/** Words of a run without spaces that are no stop words, and pairs of letters of those that follow each other. */
function unspacedTerms(run: string, isStopWord: IsStopWord): string[] {
  const terms: string[] = [];
  let content = "";
  const close = () => {
    terms.push(...pairsOf(content));
    content = "";
  };
  for (const word of segment(run)) {
    if (isStopWord(word)) close();
    else {
      terms.push(word);
      content += word;
    }
  }
  close();
  return [...new Set(terms)].map(quoted);
}

/** Parts of `part-time` or `XR-4500` that tell something by themselves. */
function partsOf(word: string, isStopWord: IsStopWord): string[] {
  const parts = word.split(/[-._/+']/);
  return parts.length === 1 ? [] : parts.filter((part) => part.length > 1 && !isStopWord(foldWord(part)));
}

const UMLAUTS: Record<string, string> = { ä: "ae", ö: "oe", ü: "ue" };

/** `München` is also written `Muenchen`, and the other way round. */
function umlautForms(word: string): string[] {
  const lower = word.toLowerCase();
  if (/[äöü]/.test(lower)) return [lower.replace(/[äöü]/g, (letter) => UMLAUTS[letter] ?? letter)];
  return /(?<![aeq])(?:ae|oe|ue)/.test(lower) ? [lower.replace(/(?<![aeq])([aou])e/g, "$1")] : [];
}

/** Endings of declined and conjugated words, the longest first. */
const ENDING = /(?:ungen|innen|ement|ation|ende[nrs]?|tion|ung|ern|est|ent|ant|ons|ez|er|en|em|es|et|e|n|s)$/;

/** The beginning that forms of a word have in common, and longer words made of it; undefined for short words. */
function stemOf(word: string): string | undefined {
  const folded = foldWord(word);
  if (!/^\p{L}+$/u.test(folded) || /\p{Script=Hangul}/u.test(folded)) return undefined;
  const stem = folded.replace(ENDING, "");
  return stem.length >= MIN_STEM_CHARS ? stem : folded.length >= MIN_STEM_CHARS ? folded : undefined;
}

function quoted(word: string): string {
  return `"${word.replaceAll('"', '""')}"`;
}
