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
  /** `word` in lower case and without accents; `isAccented` when it had some. */
  kindOf(word: string, written?: { isAccented: boolean }): WordKind;
  /** What the dictionary calls a phrase of several words: somebody well known, or a company or place. */
  phrase(text: string): "person" | "thing" | undefined;
  /** In scripts other than Latin, lower case. */
  isGivenElsewhere(word: string): boolean;
  isSurnameElsewhere(word: string): boolean;
  /** Of Vietnamese names, without accents. */
  isSyllable(word: string): boolean;
  isSyllableSurname(word: string): boolean;
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

/** Names that are known: what the library of names has, and our own beside it. */
interface KnownNames {
  ownGiven: ReadonlySet<string>;
  given: ReadonlySet<string>;
  ownSurnames: ReadonlySet<string>;
  surnames: ReadonlySet<string>;
  syllables: ReadonlySet<string>;
  syllableSurnames: ReadonlySet<string>;
  /** Weak ones. */
  doubtfulGiven: ReadonlySet<string>;
  ordinary: ReadonlySet<string>;
  capitalised: ReadonlySet<string>;
  otherGiven: ReadonlySet<string>;
  otherSurnames: ReadonlySet<string>;
}

/** The dictionary is English: it knows nothing of words with accents. */
const ACCENTED: Map<string, string[]> = new Map();
const INFLECTED: WordKind = { given: "strong", surname: false, common: false, isOrdinary: false, stop: false };
/** Endings of cases that names take in Polish, Czech and their kin. */
const CASE_ENDING = /(?:owi|ovi|iem|em|ie|ou|y|i|e|a|u)$/;
let loading: Promise<Lexicon> | undefined;

/** The dictionary of the tagger together with the lists of names; loaded once. */
export function loadLexicon(): Promise<Lexicon> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Lexicon> {
  const [{ default: dictionary }, { default: lists }, { default: own }] = await Promise.all([
    import("./dictionary.table.ts"),
    import("./known-names.table.ts"),
    import("./own-names.table.ts"),
  ]);
  return createLexicon(dictionary, {
    ownGiven: linesOf(own.given),
    given: linesOf(lists.given),
    ownSurnames: linesOf(own.surnames),
    surnames: linesOf(lists.surnames),
    syllables: linesOf(lists.vietnameseGiven),
    syllableSurnames: linesOf(lists.vietnameseSurnames),
    doubtfulGiven: linesOf(lists.doubtfulGiven),
    ordinary: linesOf(lists.ordinary),
    capitalised: linesOf(lists.capitalised),
    otherGiven: linesOf(lists.otherGiven),
    otherSurnames: linesOf(lists.otherSurnames),
  });
}

function linesOf(list: string): Set<string> {
  return new Set(list.split("\n"));
}

/** `dictionary`: phrases, one a line, by their tags with spaces between. */
function createLexicon(dictionary: Record<string, string>, names: KnownNames): Lexicon {
  const known = new Map<string, string[]>();
  for (const [joined, phrases] of Object.entries(dictionary)) {
    const tags = joined.split(" ").filter(Boolean);
    for (const phrase of phrases.split("\n")) known.set(phrase, tags);
  }
  return {
    kindOf: (word, written) => kindOf(word, written?.isAccented ? ACCENTED : known, names),
    isGivenElsewhere: (word) => names.otherGiven.has(word),
    isSurnameElsewhere: (word) => names.otherSurnames.has(word),
    isSyllable: (word) => names.syllables.has(word),
    isSyllableSurname: (word) => names.syllableSurnames.has(word),
    phrase(text) {
      const tags = known.get(text);
      if (tags === undefined) return undefined;
      return tags.includes("Person") ? "person" : "thing";
    },
  };
}

function kindOf(word: string, known: Map<string, string[]>, names: KnownNames): WordKind {
  const parts = word.split("-");
  if (parts.length > 1) return kindOfParts(parts.map((part) => kindOf(part, known, names)));
  if (known === ACCENTED && isInflectedName(word, names)) return INFLECTED;
  const tags = known.get(word) ?? [];
  const isListed = COMMON_WORDS.has(word) || tags.some((tag) => !NAME_TAGS.has(tag));
  const isPlace = tags.some((tag) => PLACE_TAGS.has(tag));
  const isOwn = names.ownGiven.has(word) || tags.some((tag) => GIVEN_TAGS.has(tag));
  const isGiven = isOwn || WEAK_GIVEN.has(word) || (!isListed && isKnown(word, names));
  const surname = tags.includes("LastName") || isSurname(word, isListed, names);
  const isForeign = !isGiven && !surname && names.ordinary.has(word);
  const isNoun = !isGiven && !surname && names.capitalised.has(word);
  const isEnglish = isListed || (!names.given.has(word) && COMMON_ENDING.test(word)) || isInflected(word, known);
  return {
    given: isGiven ? strength(word, tags, names, isEnglish) : undefined,
    surname,
    common: isEnglish || isForeign || isNoun,
    isOrdinary: (isListed && !isPlace) || isForeign,
    stop: CONTRACTION.test(word) || (STOP_WORDS.has(word) && !(isOwn && !WEAK_GIVEN.has(word))),
  };
}

/** `Grażyny`, `Zdeňkem`: unknown as it stands, and known without its ending. */
function isInflectedName(word: string, names: KnownNames): boolean {
  const stem = word.replace(CASE_ENDING, "");
  if (stem === word || stem.length < 4 || names.ordinary.has(word) || names.capitalised.has(word)) return false;
  if (isKnown(word, names) || names.ownGiven.has(word) || isSurname(word, false, names)) return false;
  return [stem, `${stem}a`].some((form) => names.given.has(form) || names.ownGiven.has(form));
}

function isKnown(word: string, names: KnownNames): boolean {
  return names.given.has(word) || (names.doubtfulGiven.has(word) && !STOP_WORDS.has(word));
}

function isSurname(word: string, isListed: boolean, names: KnownNames): boolean {
  if (names.ownSurnames.has(word) || SURNAME_ENDING.test(word) || SURNAME_START.test(word)) return true;
  return !isListed && names.surnames.has(word);
}

function strength(word: string, tags: string[], names: KnownNames, isEnglish: boolean): "strong" | "weak" {
  if (WEAK_GIVEN.has(word) || COMMON_WORDS.has(word)) return "weak";
  if (tags.some((tag) => tag === "FemaleName" || tag === "MaleName")) return "strong";
  if (!tags.every((tag) => NAME_TAGS.has(tag))) return "weak";
  if (names.ownGiven.has(word)) return "strong";
  return names.given.has(word) && !isEnglish && !tags.includes("LastName") ? "strong" : "weak";
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
