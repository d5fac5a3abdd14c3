import type { Lexicon, WordKind } from "./lexicon.ts";
import type { Token } from "./tokens.ts";
import { PARTICLES, ROLE_WORDS, THING_WORDS, TITLES } from "./words.ts";

/** A word with what is known of it. */
export interface Word extends Token {
  kind: WordKind;
}

/** Words `from` to `to` (exclusive) that may be one name: capitalised, next to each other. */
export interface Run {
  from: number;
  to: number;
  /** A word follows that makes the whole a company, a place or a thing. */
  isThing: boolean;
}

/** A name has at most this many words, particles included. */
const LONGEST = 6;
/** Behind a name. */
const HONORIFIC = /^(?:bey|hanim|efendi|hoca|abi|abla|ji|sahib|bhai|san|sama)$/;
const SPACE = /^[ \t\u00a0]{1,2}$/;
const AFTER_INITIAL = /^\.?[ \t]?$/;

/** The longest run from here; undefined when no name can begin here. */
export function runFrom(words: Word[], from: number): Run | undefined {
  const first = words[from];
  if (first === undefined || !isCapital(first) || TITLES.has(first.key)) return undefined;
  if (isRole(words, from)) return undefined;
  if (first.kind.stop && !(first.shape === "initial" && words[from + 1]?.gap.startsWith("."))) return undefined;
  let to = from + 1;
  while (to - from < LONGEST && continues(words, to)) to += 1;
  while (to > from + 1 && isTail(words[to - 1])) to -= 1;
  return { from, to, isThing: isThingAfter(words, to) };
}

/** `Patientin Rosa Huber`: the capital of a relation or an office in front of a name is not the name's. */
export function isRole(words: Word[], index: number): boolean {
  const [word, next] = [words[index], words[index + 1]];
  if (word === undefined || next === undefined || word.shape !== "title" || !ROLE_WORDS.has(word.key)) return false;
  return word.kind.given === undefined && isJoined(words, index + 1) && next.shape === "title";
}

/** Capitalised as a name or written as one initial; words in capitals only count beside others, see `people.ts`. */
export function isCapital({ shape }: Token): boolean {
  return shape === "title" || shape === "initial" || shape === "upper";
}

/** Whether only a space stands between this word and the one before, or an initial's full stop. */
export function isJoined(words: Word[], index: number): boolean {
  const [previous, word] = [words[index - 1], words[index]];
  if (previous === undefined || word === undefined || previous.isPossessive) return false;
  if (previous.shape === "initial" || /^(?:jr|sr|st)$/.test(previous.key)) return AFTER_INITIAL.test(word.gap);
  return SPACE.test(word.gap);
}

/** Whether a sentence, a line or a quotation begins with this word. */
export function isSentenceStart(words: Word[], index: number): boolean {
  return index === 0 || /[.!?:\n"()•*>-]/.test(words[index]?.gap ?? "");
}

function continues(words: Word[], index: number): boolean {
  const word = words[index];
  const previous = words[index - 1];
  if (word === undefined || previous === undefined || !isJoined(words, index)) return false;
  if (isParticle(word)) return isNext(words, index + 1) || (isParticle(words[index + 1]) && isNext(words, index + 2));
  return isPart(word, previous);
}

/** A particle belongs to the name when a capital follows it; `y` before a given name joins two people. */
function isNext(words: Word[], index: number): boolean {
  const word = words[index];
  if (word === undefined || !isJoined(words, index) || word.shape !== "title" || word.kind.stop) return false;
  return !(/^[ye]$/.test(words[index - 1]?.key ?? "") && word.kind.given === "strong");
}

function isParticle(word: Word | undefined): boolean {
  return word !== undefined && word.shape === "lower" && PARTICLES.has(word.key);
}

function isPart(word: Word, previous: Word): boolean {
  if (!isCapital(word) || isThingWord(word) || HONORIFIC.test(word.key)) return false;
  if (word.shape === "upper" && previous.shape === "title") return false;
  if (/^(?:su|le|ma|oh|bo)$/.test(word.key)) return word.shape === "title" && previous.kind.given === "strong";
  return !word.kind.stop || (PARTICLES.has(word.key) && word.shape === "title");
}

/** An initial or a particle that nothing follows belongs to the sentence. */
function isTail(word: Word | undefined): boolean {
  return (
    word !== undefined && (isParticle(word) || word.shape === "initial" || (PARTICLES.has(word.key) && word.kind.stop))
  );
}

function isThingAfter(words: Word[], index: number): boolean {
  const word = words[index];
  if (word === undefined) return false;
  if (/^,? {1,2}$/.test(word.gap) && /^(?:inc|ltd|llc|llp|plc|gmbh|corp|co)$/.test(word.key)) return isCapital(word);
  if (/^ ?& ?$/.test(word.gap)) return isCapital(word) && words[index - 1]?.kind.given === undefined;
  return isJoined(words, index) && isThingWord(word);
}

/** A surname such as Hill or Park is no thing here unless it is known as nothing else. */
function isThingWord(word: Word): boolean {
  return isCapital(word) && THING_WORDS.has(word.key) && !word.kind.surname;
}

export function wordsOf(tokens: Token[], lexicon: Lexicon): Word[] {
  const kinds = new Map<string, WordKind>();
  return tokens.map((token) => {
    const id = token.isAccented ? `${token.key}*` : token.key;
    const kind = kinds.get(id) ?? lexicon.kindOf(token.key, token);
    kinds.set(id, kind);
    return { ...token, kind };
  });
}
