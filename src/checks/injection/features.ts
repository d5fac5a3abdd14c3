import { meaningOf } from "./words.ts";

/** Takes what a text shows, one bucket after the other, and hears where a sentence ends. */
export interface FeatureSink {
  add(bucket: number): void;
  endSentence(): void;
}

const BUCKET_BITS = 17;
export const BUCKETS = 2 ** BUCKET_BITS;

/** A letter of a script without spaces, a word, a run of signs, or line breaks. */
const TOKEN =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|[\p{L}\p{N}]+(?:['’]\p{L}+)?|[^\s\p{L}\p{N}]+|\n+/gu;
const IS_WORD = /^[\p{L}\p{N}]/u;
const IS_NUMBER = /^\p{N}+$/u;
const SENTENCE_END = /^[.!?…。！？\n]/;

/** Words with the same beginning count as the same. */
const STEM_CHARS = 8;
const SIGN_CHARS = 4;
/** Shorter sentences belong to the next one. */
const MIN_SENTENCE_FEATURES = 12;
/** Words this far apart mean something together. */
const MEANING_REACH = 8;

/** What sorts features of different kinds into different buckets. */
const LETTERS = 77;
const GRAM = 99;
const MEANING = 31;
const AFTER_MEANING = 41;
const SIGN = 21;

/**
 * Tells what a text in small letters shows: words, two and three in a row, runs of four letters,
 * words whatever the order of their inner letters, and what words mean together that stand near each other.
 * Linear in the length of the text.
 */
export function readFeatures(text: string, sink: FeatureSink): void {
  let [last, secondLast] = [1, 2];
  let added = 0;
  let at = 0;
  let meanings: { meaning: number; at: number }[] = [];
  const seen = new Set<number>();
  const add = (hash: number) => {
    const bucket = (hash ^ (hash >>> BUCKET_BITS)) & (BUCKETS - 1);
    // What is said again and again says no more.
    if (seen.has(bucket)) return;
    seen.add(bucket);
    added++;
    sink.add(bucket);
  };
  for (const [token] of text.matchAll(TOKEN)) {
    at++;
    if (!IS_WORD.test(token)) {
      const sign = hashOf(token.slice(0, SIGN_CHARS));
      add(sign);
      add(joined(joined(sign, SIGN), last));
      if (!SENTENCE_END.test(token) || added <= MIN_SENTENCE_FEATURES) continue;
      sink.endSentence();
      seen.clear();
      added = 0;
      meanings = [];
      continue;
    }
    const word = hashOf(IS_NUMBER.test(token) ? "0" : token.slice(0, STEM_CHARS));
    add(word);
    if (token.length > 4) add(lettersOf(token));
    add(joined(word, last));
    add(joined(joined(word, last), secondLast));
    addGrams(token, add);
    [last, secondLast] = [word, last];
    const meaning = meaningOf(token.replace("’", "'"));
    if (meaning === 0) continue;
    meanings = meanings.filter((earlier) => at - earlier.at <= MEANING_REACH);
    add(joined(meaning, MEANING));
    for (const earlier of meanings) addPairs(earlier.meaning, meaning, add);
    meanings.push({ meaning, at });
  }
}

/** Runs of four characters, with the word's ends. */
function addGrams(word: string, add: (hash: number) => void): void {
  const padded = `_${word}_`;
  for (let start = 0; start + 4 <= padded.length; start++) {
    let hash = GRAM;
    for (let index = start; index < start + 4; index++) hash = step(hash, padded.charCodeAt(index));
    add(finished(hash));
  }
}

/** Every meaning of one word with every meaning of the other. */
function addPairs(earlier: number, later: number, add: (hash: number) => void): void {
  for (let one = earlier; one !== 0; one &= one - 1)
    for (let other = later; other !== 0; other &= other - 1)
      add(joined(joined(one & -one, AFTER_MEANING), other & -other));
}

/** First and last letter as they are, the others in any order: readers, and models, read such words easily. */
function lettersOf(word: string): number {
  let inner = 0;
  for (let index = 1; index < word.length - 1; index++) inner += finished(step(LETTERS, word.charCodeAt(index)));
  return joined(joined(inner | 0, word.charCodeAt(0)), word.charCodeAt(word.length - 1));
}

function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = step(hash, text.charCodeAt(index));
  return finished(hash);
}

/** One step of FNV-1a. */
function step(hash: number, code: number): number {
  return Math.imul(hash ^ code, 0x01000193);
}

function finished(hash: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return mixed ^ (mixed >>> 13);
}

/** The order counts. */
function joined(hash: number, other: number): number {
  const mixed = Math.imul(hash ^ (other + 0x9e3779b9 + (hash << 6) + (hash >>> 2)), 0x85ebca6b);
  const more = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return more ^ (more >>> 16);
}
