import type { Cue } from "./cues.ts";
import { isJoined, type Word } from "./runs.ts";
import { isWordName } from "./word-names.ts";
import { LOWER_CUES, PARTICLES, PERSON_VERBS, WEAK_GIVEN } from "./words.ts";

/** After "my name is" these are an answer that is no name. */
const NO_ANSWER =
  /^(?:not|on|in|spelled|spelt|listed|misspelled|wrong|being|very|really|under|still|different|written|missing|nowhere|important|irrelevant|unknown|private|secret|the|a|an|too|so|also|already|correct|incorrect|no)$/;
/** Behind a given name that is a word as well, they tell that somebody introduces himself. */
const IS_TALKING = /^(?:calling|speaking)$/;

/** The end (exclusive) of a name in lower-case letters that begins at `from`; undefined when none does. */
export function lowerCaseEnd(words: Word[], from: number, cue: Cue): number | undefined {
  const first = words[from];
  if (first === undefined || first.shape !== "lower" || PARTICLES.has(first.key) || NO_ANSWER.test(first.key))
    return undefined;
  if (!isStart(words, from, cue)) return undefined;
  let to = from + 1;
  while (to - from < 4 && isLowerPart(words, to)) to += 1;
  return to;
}

function isStart(words: Word[], from: number, cue: Cue): boolean {
  const { kind, key } = words[from] as Word;
  const isWord = cue === "self" && (kind.common || isWordName(words[from] as Word, words[from - 1]?.key));
  if (kind.given === "strong" && !kind.stop && !isWord) return isNamed(words, from, cue);
  if (cue === "intro") return !kind.stop && (kind.given === "weak" || (!kind.common && !/(?:ed|ing|ly)$/.test(key)));
  if (cue === "self" && WEAK_GIVEN.has(key) && !kind.stop) return isTalking(words, from);
  return false;
}

/** A given name in the middle of lower-case words needs a surname, or words around it that speak of a person. */
function isNamed(words: Word[], from: number, cue: Cue): boolean {
  if (isSpeaker(words, from)) return true;
  if (cue !== "none" || isLowerPart(words, from + 1)) return true;
  const [before, word, after] = [words[from - 1], words[from] as Word, words[from + 1]];
  if (word.isPossessive) return true;
  if (before !== undefined && isJoined(words, from) && LOWER_CUES.has(before.key)) return true;
  if (/^(?:and|or)$/.test(before?.key ?? "") && words[from - 2]?.kind.given === "strong") return true;
  return after !== undefined && isJoined(words, from + 1) && PERSON_VERBS.has(after.key);
}

/** `giulia: are you there?` at the start of a line. */
function isSpeaker(words: Word[], from: number): boolean {
  const [word, after] = [words[from] as Word, words[from + 1]];
  return (
    after?.gap === ": " &&
    (from === 0 || /\n[ \t]{0,2}$/.test(word.gap)) &&
    word.start - (words[from - 1]?.end ?? 0) < 12
  );
}

function isTalking(words: Word[], from: number): boolean {
  const after = words[from + 1];
  return after !== undefined && isJoined(words, from + 1) && IS_TALKING.test(after.key);
}

function isLowerPart(words: Word[], index: number): boolean {
  const word = words[index];
  if (word === undefined || word.shape !== "lower" || !isJoined(words, index)) return false;
  if (word.kind.stop || PARTICLES.has(word.key)) return false;
  if (word.kind.surname && word.kind.common) return !isJoined(words, index + 1);
  return word.kind.surname || (word.kind.given === "strong" && !word.kind.common);
}
