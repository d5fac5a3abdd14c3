import { isCompany } from "./companies.ts";
import { isPersonContext } from "./contexts.ts";
import type { Cue } from "./cues.ts";
import { isEastAsian } from "./east-asian.ts";
import type { Lexicon } from "./lexicon.ts";
import { isCounted, isNamesake, isTitledThing } from "./namesakes.ts";
import { isCapital, isJoined, isSentenceStart, type Run, runFrom, type Word } from "./runs.ts";
import { isForeignWord } from "./word-names.ts";
import { PERSON_VERBS, PLACE_STARTS, STREET_WORDS } from "./words.ts";

/** Small words and verbs of Portuguese and Italian behind a name. */
const FOREIGN_AFTER = /^ (?:e|é|o|do|da|que|não|foi|está|me|vai|já|disse|pediu|mora|quer|tem|di|ha|che)(?!\p{L})/u;

/** Pronouns of Dutch, German and their kin behind a verb. */
const INVERTED = /^(?:ik|je|jij|hij|ze|wij|ich|er|es|sie|wir|du|jag|vi|han|hon|jeg|hun|det)$/;
/** Before a name that stands alone they make it a place, a prize, a saint's day … */
const BEFORE_PLACES =
  /^(?:the|a|in|at|near|saint|st|san|santa|los|las|el|fort|mount|mt|lake|cape|port|der|die|das|le|la|les|l)$/;

/** The end (exclusive) of a capitalised name that begins at `from`; undefined when none does. */
export function nameEnd(words: Word[], from: number, cue: Cue, text: string, lexicon: Lexicon): number | undefined {
  const run = runFrom(words, from);
  if (run === undefined || run.isThing || isPartOfThing(words, from, cue)) return undefined;
  if (isPlaceStart(words, from) && run.to - from > 1) return undefined;
  if (isStreet(words, run)) return undefined;
  const parts = words.slice(run.from, run.to);
  if (isAbbreviation(parts) || isCounted(text, parts[0]?.start ?? 0)) return undefined;
  const known = lexicon.phrase(parts.map(({ key }) => key).join(" "));
  if (known === "thing" && parts.length > 1) return undefined;
  if (isCompany(words, run)) return undefined;
  if (known === "person" && parts.length > 1) return run.to;
  const title = words[from - 1];
  if (cue.endsWith("title") && title !== undefined && isTitledThing(title.key, parts[0]?.key ?? "")) return undefined;
  return isName(words, run, parts, cue, text) ? trimmedEnd(run, parts, cue) : undefined;
}

/** `Santo André` is a town, `Santo Bianchi` somebody. */
function isPlaceStart(words: Word[], index: number): boolean {
  const key = words[index]?.key ?? "";
  return PLACE_STARTS.has(key) || (key === "santo" && words[index + 1]?.kind.surname === false);
}

/** `18 Mill Lane`, `7 Marion Close`: a house number in front, and a street's word at the end or right behind it. */
function isStreet(words: Word[], { from, to }: Run): boolean {
  if (!/(?:^|\s)\d{1,4}[a-z]? $/i.test(words[from]?.gap ?? "")) return false;
  const [last, after] = [words[to - 1], words[to]];
  if (to - from > 1 && last !== undefined && STREET_WORDS.has(last.key)) return true;
  return after !== undefined && isJoined(words, to) && after.shape === "title" && STREET_WORDS.has(after.key);
}

/** `P.IVA`: no space behind the full stop, and capitals all through. */
function isAbbreviation(parts: Word[]): boolean {
  return parts[0]?.shape === "initial" && parts.some(({ shape, gap }) => shape === "upper" && gap === ".");
}

function isName(words: Word[], run: Run, parts: Word[], cue: Cue, text: string): boolean {
  const [first] = parts as [Word, ...Word[]];
  const isSpoken = cue === "none" || cue === "role" || cue === "greeting" || cue === "self";
  if (parts.length === 1 && isSpoken && isNamesake(text, first.start, first.end, first.key)) return false;
  if (isTrusted(parts, cue) && !isHeading(words, run, cue)) return true;
  return parts.length === 1 ? isSingleName(words, run, cue, text) : isFullName(words, run, parts, text);
}

/** After a title, a label or the like a name need not be known; it must only be no ordinary word. */
function isTrusted(parts: Word[], cue: Cue): boolean {
  const unlikely = parts.filter(({ kind }) => kind.common && !kind.surname && kind.given !== "strong");
  switch (cue) {
    case "sure title":
      return parts.length === 1 || unlikely.length < parts.length;
    case "intro":
      return unlikely.length < parts.length;
    case "plain label":
      if (parts.length === 1 && !isNameWord(parts[0])) return false;
      return unlikely.length === 0 || (parts.length > 1 && unlikely.length < parts.length && isGiven(parts[0]));
    case "title":
    case "label":
      return (
        unlikely.length === 0 ||
        (parts.length > 1 &&
          unlikely.length < parts.length &&
          (isGiven(parts[0]) || parts.at(-1)?.kind.surname === true))
      );
    case "greeting":
    case "signature":
      return unlikely.length === 0 && parts.length <= 3 && parts.every(({ shape }) => shape !== "upper");
    case "role":
      if (parts.length === 1 && !isNameWord(parts[0])) return false;
      return unlikely.length === 0 && parts.every(({ shape }) => shape !== "upper");
    case "self":
      return (
        unlikely.length === 0 &&
        parts.some(({ kind }) => kind.given !== undefined || (parts.length > 1 && kind.surname))
      );
    case "none":
      return false;
  }
}

/** `From: Acme Support`: after one unknown word another capital goes on. */
function isHeading(words: Word[], { from, to }: Run, cue: Cue): boolean {
  const after = words[to];
  if (!cue.endsWith("label") || to - from > 1 || words[from]?.kind.given === "strong") return false;
  return after !== undefined && isJoined(words, to) && isCapital(after);
}

function isNameWord(word: Word | undefined): boolean {
  return isGiven(word) || word?.kind.surname === true;
}

function isGiven(word: Word | undefined): boolean {
  return word?.kind.given !== undefined;
}

function isSingleName(words: Word[], { from, to }: Run, cue: Cue, text: string): boolean {
  const [before, word, after] = [words[from - 1], words[from] as Word, words[to]];
  if (word.shape !== "title" || word.kind.given === undefined || isAdverb(words, from)) return false;
  const isPlaced = before !== undefined && isJoined(words, from) && BEFORE_PLACES.test(before.key);
  if (isPlaced && !isForeignArticle(words, from, text)) return false;
  const behind = text.slice(word.end, word.end + 16);
  if (/^ ?[\d&]|^[-_/.@]\w|^ (?:v\d|&)/.test(behind) && !/^ \+?\d{2,4}[- .()]?\d{3}/.test(behind)) return false;
  if (word.kind.given === "strong") return true;
  if (cue !== "none" && cue !== "self") return true;
  return after !== undefined && isJoined(words, to) && PERSON_VERBS.has(after.key) && after.shape === "lower";
}

/** `Anders bel ik`, `Anders gesagt`: a word that opens a sentence, and behind it the verb stands before its subject. */
function isAdverb(words: Word[], index: number): boolean {
  const [word, verb, subject] = [words[index] as Word, words[index + 1], words[index + 2]];
  if (!isSentenceStart(words, index) || !isForeignWord(word)) return false;
  if (verb?.shape !== "lower" || !isJoined(words, index + 1)) return false;
  if (/^(?:als|dan|gezegd|gesagt)$/.test(verb.key)) return true;
  return subject !== undefined && isJoined(words, index + 2) && INVERTED.test(subject.key);
}

/** `A Rosa foi …`, `ho chiesto a Ermenegildo`: an `a` that is not the English article. */
function isForeignArticle(words: Word[], from: number, text: string): boolean {
  const [earlier, before, word] = [words[from - 2], words[from - 1], words[from] as Word];
  if (before?.key !== "a" || word.kind.given !== "strong") return false;
  if (FOREIGN_AFTER.test(text.slice(word.end, word.end + 12))) return true;
  return earlier !== undefined && isJoined(words, from - 1) && !earlier.kind.stop && !earlier.kind.common;
}

function isFullName(words: Word[], run: Run, parts: Word[], text: string): boolean {
  const [first, ...rest] = parts as [Word, ...Word[]];
  const last = parts.at(-1) as Word;
  const before = words[run.from - 1];
  if (before !== undefined && isJoined(words, run.from) && !mayFollow(before, first)) return false;
  if (parts.every(({ shape }) => shape === "upper")) return isNameInCapitals(first, last);
  if (first.shape === "initial") return isAfterInitials(parts, text);
  if (first.kind.given === "strong") return rest.some((part) => !isOrdinary(part)) || isOrdinarySurname(rest);
  if (
    first.kind.given === "weak" &&
    rest.some((part) => part.kind.surname || part.kind.given === "strong" || isUnknown(part))
  )
    return true;
  if (isEastAsian(parts.map(({ key }) => key))) return true;
  if (first.kind.surname && !isOrdinary(first) && last.kind.given === "strong") return true;
  const isPlaced = before !== undefined && /^(?:at|in|near|via)$/.test(before.key);
  if (last.kind.surname && !isOrdinary(last) && parts.slice(0, -1).every(isUnknown) && !isPlaced) return true;
  if (first.kind.given === "weak" && isPersonContext(text, first.start, last.end)) return true;
  if (parts.some(isOwnParticle) && isUnknown(first)) return true;
  return isUnknownPerson(words, run, parts, text);
}

/** Codes and headings are written so, too: one of the two has to be a name for sure. */
function isNameInCapitals(first: Word, last: Word): boolean {
  if (last.key.length < 3) return false;
  return isGiven(first) && (last.kind.surname || (first.kind.given === "strong" && isUnknown(last)));
}

/** An article makes a thing of it: not the `a` of Portuguese or the `an` of German, which a sure given name tells from the English one. */
function mayFollow(before: Word, first: Word): boolean {
  return /^an?$/.test(before.key) ? first.kind.given === "strong" : before.key !== "the";
}

/** Small words that stand in names and nowhere else between capitals. */
function isOwnParticle({ key, shape }: Word): boolean {
  return shape === "lower" && /^(?:van|von|der|den|ter|zu|zur|bin|ibn|bint)$/.test(key);
}

/** Neither in the dictionary nor in our lists. */
function isUnknown({ kind, key }: Word): boolean {
  return !kind.common && !kind.stop && kind.given === undefined && key.length > 1;
}

function isOrdinary({ kind }: Word): boolean {
  return kind.isOrdinary && !kind.surname && kind.given !== "strong";
}

/** `Steven Wright`, `Grace Baker`: one ordinary word behind a sure given name is a surname. */
function isOrdinarySurname(rest: Word[]): boolean {
  return rest.length === 1;
}

/** `J. K. Thornton`, `A. Mensah`. */
function isAfterInitials(parts: Word[], text: string): boolean {
  const names = parts.filter(({ shape }) => shape !== "initial");
  const first = parts[0] as Word;
  const isDotted = text[first.end] === ".";
  return (
    names.length > 0 &&
    names.every((name) => name.kind.surname || name.kind.given === "strong" || (isDotted && isUnknown(name)))
  );
}

/** Two unknown capitalised words are a person when the words around them speak of one. */
function isUnknownPerson(words: Word[], { to }: Run, parts: Word[], text: string): boolean {
  if (!parts.every((part) => isUnknown(part) || part.kind.surname || part.kind.given !== undefined)) return false;
  const [last, after] = [parts.at(-1) as Word, words[to]];
  if (after !== undefined && isJoined(words, to) && after.shape === "lower" && PERSON_VERBS.has(after.key)) return true;
  return isPersonContext(text, parts[0]?.start ?? 0, last.end);
}

/** A capitalised word right before, no sentence's first one, makes this the middle of something longer. */
function isPartOfThing(words: Word[], from: number, cue: Cue): boolean {
  const previous = words[from - 1];
  if (cue !== "none" || previous === undefined || !isJoined(words, from) || !isCapital(previous)) return false;
  if (isPlaceStart(words, from - 1)) return true;
  if (previous.kind.stop || previous.shape === "initial") return false;
  if (!isSentenceStart(words, from - 1)) return true;
  const { common, given, surname } = previous.kind;
  return !common && !(given !== "strong" && !surname && words[from]?.kind.given === "strong");
}

/** Without ordinary words behind a name, such as `Sarah Connor Today`. */
function trimmedEnd(run: Run, parts: Word[], cue: Cue): number {
  let to = run.to;
  const least = cue === "none" || parts[0]?.kind.given === "strong" ? 2 : 1;
  while (to - run.from > least && isOrdinary(parts[to - run.from - 1] as Word) && !isLower(parts[to - run.from - 2]))
    to -= 1;
  return to;
}

/** A particle belongs to the word behind it. */
function isLower(word: Word | undefined): boolean {
  return word?.shape === "lower";
}

/** `Garcia, Ana` where nothing else stands on the line: the end (exclusive), or undefined. */
export function surnameFirstEnd(words: Word[], from: number, text: string): number | undefined {
  const [surname, given, middle] = [words[from], words[from + 1], words[from + 2]];
  if (surname === undefined || given === undefined || !surname.kind.surname || given.gap !== ", ") return undefined;
  if (surname.shape !== "title" || given.shape !== "title" || given.kind.given !== "strong") return undefined;
  const end = middle?.shape === "initial" && isJoined(words, from + 2) ? middle.end : given.end;
  if (!/(?:^|[\n:;"(\t])[ ]?$/.test(text.slice(Math.max(0, surname.start - 2), surname.start))) return undefined;
  return /^\.?(?:$|[\n;")\t])/.test(text.slice(end, end + 2)) ? from + (end === given.end ? 2 : 3) : undefined;
}
