import type { PiiSpan } from "../settings.ts";
import { type Cue, cueBefore } from "./cues.ts";
import { loadLexicon } from "./lexicon.ts";
import { lowerCaseEnd } from "./lower-case.ts";
import { nameEnd, surnameFirstEnd } from "./names-in-capitals.ts";
import { neighbours } from "./neighbours.ts";
import { isJoined, type Word, wordsOf } from "./runs.ts";
import { findInOtherScripts } from "./scripts.ts";
import { type Token, tokensOf } from "./tokens.ts";
import { ROLE_WORDS, SURE_TITLES, TITLES } from "./words.ts";

/** Words `from` to `to` (exclusive) that are somebody's name. */
export interface NamedWords {
  from: number;
  to: number;
}

/** Last words of "my name is" in several languages: only after them an unknown lower-case word may be a name. */
const INTRO_ENDS =
  /^(?:is|names?|ist|heisse?|llamo|es|m'appelle|est|chiamo|e|chamo|heet|heter|hedder|ar|nazywam|sie|imie|adim|by|me)$/;

/** Names of people: with and without titles, as they introduce themselves, in forms, lists, greetings and signatures. */
export async function findPeople(text: string): Promise<PiiSpan[]> {
  const tokens = tokensOf(text);
  const inScripts = findInOtherScripts(text);
  if (!tokens.some(isLatin)) return withoutRepeats(inScripts);
  const lexicon = await loadLexicon();
  const words = wordsOf(tokens, lexicon);
  const named: NamedWords[] = [];
  for (let from = 0; from < words.length; from += 1) {
    if (!mayBegin(words, from)) continue;
    const cue = cueOf(text, words, from);
    const to =
      surnameFirstEnd(words, from, text) ?? nameEnd(words, from, cue, text, lexicon) ?? lowerCaseEnd(words, from, cue);
    if (to === undefined) continue;
    named.push({ from, to });
    from = to - 1;
  }
  const spans = [...named, ...neighbours(words, named)].map(({ from, to }) => spanOf(words, from, to));
  return withoutRepeats([...spans, ...inScripts]);
}

function isLatin({ key }: Token): boolean {
  return /[a-z]/.test(key);
}

/** A quick look, so that ordinary words cost next to nothing. */
function mayBegin(words: Word[], index: number): boolean {
  const word = words[index] as Word;
  if (word.shape === "other" || (word.kind.stop && word.shape !== "initial")) return false;
  if (word.shape !== "lower" || word.kind.given !== undefined) return true;
  const previous = words[index - 1];
  return previous !== undefined && INTRO_ENDS.test(previous.key);
}

function spanOf(words: Word[], from: number, to: number): PiiSpan {
  return { start: words[from]?.start ?? 0, end: words[to - 1]?.end ?? 0, type: "PERSON" };
}

/** Of finds that share characters, the first; of those that begin together, the longest. */
function withoutRepeats(spans: PiiSpan[]): PiiSpan[] {
  const kept: PiiSpan[] = [];
  for (const span of spans.toSorted((one, other) => one.start - other.start || other.end - one.end)) {
    if (span.start >= (kept.at(-1)?.end ?? 0)) kept.push(span);
  }
  return kept;
}

/** What the words before this one say. */
function cueOf(text: string, words: Word[], index: number): Cue {
  const [previous, word] = [words[index - 1], words[index] as Word];
  if (word.isHonoured) return "title";
  if (previous !== undefined && isAfterTitle(previous, word)) {
    return SURE_TITLES.has(previous.key) ? "sure title" : "title";
  }
  const cue = cueBefore(text, word.start);
  if (cue !== "none" || previous === undefined) return cue;
  return ROLE_WORDS.has(previous.key) && isJoined(words, index) ? "role" : "none";
}

function isAfterTitle(previous: Word, word: Word): boolean {
  if (!TITLES.has(previous.key) || !/^\.?[ \t]{1,2}$|^\.$/.test(word.gap)) return false;
  if (previous.key === "ms" && previous.shape === "lower") return false;
  return word.shape === "title" || word.shape === "initial" || (word.shape === "upper" && previous.shape === "upper");
}
