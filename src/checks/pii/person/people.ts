import type { PiiSpan } from "../settings.ts";
import { findInCells } from "./cells.ts";
import { type Cue, cueBefore } from "./cues.ts";
import { type Lexicon, loadLexicon } from "./lexicon.ts";
import { lowerCaseEnd } from "./lower-case.ts";
import { nameEnd, surnameFirstEnd } from "./names-in-capitals.ts";
import { neighbours } from "./neighbours.ts";
import { isJoined, isSentenceStart, type Word, wordsOf } from "./runs.ts";
import { findInOtherScripts } from "./scripts.ts";
import { tokensOf } from "./tokens.ts";
import { vietnameseEnd } from "./vietnamese.ts";
import { PARTICLES, ROLE_WORDS, SURE_TITLES, TITLES } from "./words.ts";

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
  if (tokens.length === 0) return [];
  const lexicon = await loadLexicon();
  const inScripts = findInOtherScripts(text, lexicon);
  const words = wordsOf(tokens, lexicon);
  const named: NamedWords[] = [];
  for (let from = 0; from < words.length; from += 1) {
    if (!mayBegin(words, from) && vietnameseEnd(words, from, text, lexicon) === undefined) continue;
    const cue = cueOf(text, words, from);
    if (isOpening(words, from, text, lexicon)) continue;
    if (isAssigned(text, words, from) && !cue.endsWith("label")) continue;
    const to =
      surnameFirstEnd(words, from, text) ??
      vietnameseEnd(words, from, text, lexicon) ??
      nameEnd(words, from, cue, text, lexicon) ??
      lowerCaseEnd(words, from, cue);
    if (to === undefined) continue;
    named.push({ from: particlesBefore(words, from), to });
    from = to - 1;
  }
  const spans = [...named, ...neighbours(words, named)].map(({ from, to }) => spanOf(words, from, to));
  return withoutRepeats([...spans, ...findInCells(text, lexicon), ...inScripts]);
}

/** The capital of a sentence's first word, in front of a whole name: `Naapurini Pertti Hakala osti …`. */
function isOpening(words: Word[], index: number, text: string, lexicon: Lexicon): boolean {
  const [word, next, after] = [words[index] as Word, words[index + 1], words[index + 2]];
  if (!isSentenceStart(words, index) || word.shape !== "title" || next === undefined || after === undefined)
    return false;
  if (vietnameseEnd(words, index + 1, text, lexicon) === undefined) {
    if (word.kind.given !== undefined || word.kind.surname || next.kind.given !== "strong") return false;
  } else if (lexicon.isSyllableSurname(word.key)) return false;
  return isJoined(words, index + 1) && isJoined(words, index + 2) && next.shape === "title" && after.shape === "title";
}

/** `key=Value` is code, unless the key says that it is a person. */
function isAssigned(text: string, words: Word[], index: number): boolean {
  return /=["']?$/.test(text.slice(Math.max(0, (words[index]?.start ?? 0) - 2), words[index]?.start));
}

/** `Herr von Treskow`: the small words between a title and a name are the name's. */
function particlesBefore(words: Word[], from: number): number {
  let first = from;
  while (from - first < 3 && PARTICLES.has(words[first - 1]?.key ?? "") && words[first - 1]?.shape === "lower")
    first -= 1;
  return first < from && TITLES.has(words[first - 1]?.key ?? "") && isJoined(words, first) ? first : from;
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
  const word = words[index] as Word;
  const previous = words[particlesBefore(words, index) - 1];
  if (word.isHonoured) return "title";
  if (previous !== undefined && isAfterTitle(previous, word)) {
    return SURE_TITLES.has(previous.key) ? "sure title" : "title";
  }
  const cue = cueBefore(text, word.start);
  if (cue !== "none" || previous === undefined) return cue;
  if (!isJoined(words, index)) return "none";
  const role = /^(?:of|von|de|di|da|do|van)$/.test(previous.key) ? words[index - 2] : previous;
  return role !== undefined && ROLE_WORDS.has(role.key) ? "role" : "none";
}

function isAfterTitle(previous: Word, word: Word): boolean {
  if (!TITLES.has(previous.key) || !/^\.?[ \t]{1,2}$|^\.$/.test(word.gap)) return false;
  if (previous.key === "ms" && previous.shape === "lower") return false;
  return word.shape === "title" || word.shape === "initial" || (word.shape === "upper" && previous.shape === "upper");
}
