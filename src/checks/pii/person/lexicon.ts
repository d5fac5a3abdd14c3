import { GIVEN_NAMES, SURNAMES } from "./names.ts";
import { COMMON_WORDS, STOP_WORDS, WEAK_GIVEN } from "./words.ts";

/** What is known of a word, however it is capitalised. */
export interface WordKind {
  /** A given name; `weak` when it is as often something else. */
  given: "strong" | "weak" | undefined;
  surname: boolean;
  /** An ordinary word, or the name of a place or a company. A surname may be one as well. */
  common: boolean;
  /** Common for sure: in a dictionary as it stands, and no place. Places are surnames too. */
  isOrdinary: boolean;
  /** Begins and continues no name. */
  stop: boolean;
}

/** Knows words; keeps what it has looked up for one text. */
export interface Lexicon {
  kindOf(word: string): WordKind;
  /** What the dictionary calls a phrase of several words: somebody well known, or a company or place. */
  phrase(text: string): "person" | "thing" | undefined;
}

const GIVEN_TAGS = new Set(["FemaleName", "MaleName", "FirstName"]);
const NAME_TAGS = new Set([...GIVEN_TAGS, "LastName", "Person", "Honorific", "ProperNoun"]);
/** Endings that make ordinary words. */
const COMMON_ENDING =
  /[a-z]{3}(?:tion|sion|ment|ness|ship|hood|ware|ity|ology|ism|ance|ence|able|ible|ful|less|ous|ive|ical|graphy|works|board|base|line|wards?|ular|ization|izer|ify|lab|labs|soft|tech|corp|net|hub|flow|ops|kit|bot|script|shop|store|bank|port)$/;
const CONTRACTION = /^(?:i|you|he|she|it|we|they|that|there|here|who|what|where|how|let)'|n't$/;
const PLACE_TAGS = new Set(["City", "Region", "Country", "Place"]);
/** Endings of surnames that no ordinary English word has. */
const SURNAME_ENDING =
  /(?:[a-z]{2}(?:ovic|evic|ovich|evich|escu|opoulos|akis|idis|ellis|shvili|adze|enko|chuk|czyk|owski|ewski|inski|ynski|zinski|ovski|evski|sky|skaya|ova|eva|oglu|zadeh|pour|yan|sson|ssen|dottir|quist|qvist|strom|gaard|mann|stein|berger|bauer|meier|meyer|huber|hofer|etti|elli|ucci|acci|iello|ez|ensen|onsen|ersen|ansen|wala|swamy|krishnan|murthy|narayanan|raghunathan|onda|wicz|vicius|auskas|unen|inen|lainen))$/;
const SURNAME_START = /^(?:mc[a-z]{3}|o'[a-z]{3}|mac(?:don|ken|leo|phe|gre|art|int|all))/;

const given = new Set(GIVEN_NAMES.split(/\s+/));
const surnames = new Set(SURNAMES.split(/\s+/));
let loading: Promise<Lexicon> | undefined;

/** The dictionary of the tagger together with our own lists; loaded once. */
export function loadLexicon(): Promise<Lexicon> {
  loading ??= import("./dictionary.table.ts").then(({ default: dictionary }) => createLexicon(dictionary));
  return loading;
}

/** `dictionary`: phrases, one a line, by their tags with spaces between. */
function createLexicon(dictionary: Record<string, string>): Lexicon {
  const known = new Map<string, string[]>();
  for (const [joined, phrases] of Object.entries(dictionary)) {
    const tags = joined.split(" ").filter(Boolean);
    for (const phrase of phrases.split("\n")) known.set(phrase, tags);
  }
  return {
    kindOf: (word) => kindOf(word, known),
    phrase(text) {
      const tags = known.get(text);
      if (tags === undefined) return undefined;
      return tags.includes("Person") ? "person" : "thing";
    },
  };
}

function kindOf(word: string, known: Map<string, string[]>): WordKind {
  const parts = word.split("-");
  if (parts.length > 1) return kindOfParts(parts.map((part) => kindOf(part, known)));
  const tags = known.get(word) ?? [];
  const isListed = COMMON_WORDS.has(word) || tags.some((tag) => !NAME_TAGS.has(tag));
  const isPlace = tags.some((tag) => PLACE_TAGS.has(tag));
  const isGiven = given.has(word) || tags.some((tag) => GIVEN_TAGS.has(tag));
  return {
    given: isGiven || WEAK_GIVEN.has(word) ? strength(word, tags) : undefined,
    surname: surnames.has(word) || tags.includes("LastName") || SURNAME_ENDING.test(word) || SURNAME_START.test(word),
    common: isListed || COMMON_ENDING.test(word) || isInflected(word, known),
    isOrdinary: isListed && !isPlace,
    stop: CONTRACTION.test(word) || (STOP_WORDS.has(word) && !(isGiven && !WEAK_GIVEN.has(word))),
  };
}

function strength(word: string, tags: string[]): "strong" | "weak" {
  if (WEAK_GIVEN.has(word) || COMMON_WORDS.has(word)) return "weak";
  if (tags.some((tag) => tag === "FemaleName" || tag === "MaleName")) return "strong";
  return given.has(word) && tags.every((tag) => NAME_TAGS.has(tag)) ? "strong" : "weak";
}

/** Plurals and the like of ordinary words. */
function isInflected(word: string, known: Map<string, string[]>): boolean {
  const stems = [/s$/, /es$/, /ed$/, /d$/, /ing$/, /ly$/, /ies$/].filter((ending) => ending.test(word));
  return stems
    .map((ending) => word.replace(ending, ""))
    .filter((stem) => stem.length >= 3)
    .some((stem) => COMMON_WORDS.has(stem) || (known.get(stem) ?? []).some((tag) => !NAME_TAGS.has(tag)));
}

function kindOfParts(parts: WordKind[]): WordKind {
  return {
    given: parts.some((part) => part.given === "strong") ? parts[0]?.given && "strong" : parts[0]?.given,
    surname: parts.some(({ surname }) => surname),
    common: parts.every(({ common, stop }) => common || stop),
    isOrdinary: parts.every(({ isOrdinary }) => isOrdinary),
    stop: parts.every(({ stop }) => stop),
  };
}
