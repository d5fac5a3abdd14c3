import { allLocales, type LocaleDefinition } from "@faker-js/faker";
import ranks from "gpt-tokenizer/bpeRanks/o200k_base";
import dictionary from "./dictionary.table.ts";
import { fold } from "./tokens.ts";

/**
 * What people are called in some sixty languages, taken out of a library that invents people; and the frequent words
 * of all languages, taken out of a tokenizer's vocabulary.
 */

const LATIN = /^[\p{Script=Latin}\p{M}'-]{3,}$/u;
const OTHER = /^[^\p{Script=Latin}\p{N}]{1,24}$/u;
const locales: LocaleDefinition[] = Object.values(allLocales);

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

function wordsIn(value: unknown): string[] {
  return textsIn(value).flatMap((text) => text.split(/[\s\u200c\u00a0]+/));
}

/** Ranks of the vocabulary's words by how they are written, the first of each: the lower, the more frequent. */
function ranksOf(shape: RegExp): Map<string, number> {
  const found = new Map<string, number>();
  ranks.forEach((token, rank) => {
    if (typeof token !== "string" || !shape.test(token)) return;
    const key = fold(token.slice(1));
    if (!found.has(key)) found.set(key, rank);
  });
  return found;
}

const small = ranksOf(/^ \p{Ll}[\p{Ll}\p{M}]{2,}$/u);
const capital = ranksOf(/^ \p{Lu}[\p{Ll}\p{M}]{2,}$/u);
/** Written with a small letter more often than with a capital. */
const ordinary = new Set([...small].filter(([key, rank]) => rank < (capital.get(key) ?? Infinity)).map(([key]) => key));

/** Towns, countries, cars, colours, dishes, goods and the like: what is called so and is no person. */
const things = new Set(
  locales
    .flatMap(({ animal, color, commerce, food, hacker, location, lorem, vehicle, word }) => {
      const { city_name, country, state, county, continent } = location ?? {};
      const { pet_name: _, ...animals } = animal ?? {};
      return textsIn([animals, color, commerce, food, hacker, lorem, vehicle, word]).concat(
        textsIn([city_name, country, state, county, continent]),
      );
    })
    .map(fold),
);
const given = wordsIn(locales.map(({ person }) => person?.first_name));
const surnames = wordsIn(locales.map(({ person }) => person?.last_name));

function lines(names: string[]): string {
  return [...new Set(names)].sort().join("\n");
}

function latin(names: string[]): string {
  const folded = names.filter((name) => LATIN.test(name)).map(fold);
  return lines(folded.filter((name) => !ordinary.has(name) && !things.has(name)));
}

function inOtherScripts(names: string[]): string {
  return lines(names.filter((name) => OTHER.test(name)).map((name) => name.toLowerCase().normalize("NFC")));
}

/** Given names that are as often a word of some language, though not of English. */
const doubtful = new Set(
  given
    .filter((name) => LATIN.test(name))
    .map(fold)
    .filter((name) => ordinary.has(name) && !things.has(name)),
);
const listed = Object.values(dictionary).flatMap((list) => list.split("\n"));
const known = new Set([latin(given), latin(surnames)].flatMap((list) => list.split("\n")).concat(listed));

function unknown(words: Iterable<string>): string {
  return lines([...words].filter((word) => /^[a-z]{5,}$/.test(word) && !known.has(word)));
}

/** One name a line, in the order of the alphabet: in Latin script lower case and without accents, else lower case. */
export default {
  given: latin(given),
  doubtfulGiven: lines([...doubtful].filter((name) => !known.has(name))),
  surnames: latin(surnames),
  /** In scripts other than Latin, all together: they share no words. */
  otherGiven: inOtherScripts(given),
  otherSurnames: inOtherScripts(surnames),
  /** Syllables of which Vietnamese given names are made. */
  vietnameseGiven: lines(wordsIn(allLocales.vi.person?.first_name).map(fold)),
  vietnameseSurnames: lines(wordsIn(allLocales.vi.person?.last_name).map(fold)),
  /** Frequent words that are neither names nor in the dictionary, without accents. */
  ordinary: unknown(ordinary),
  /** Of these, the ones that are written with a capital: nouns of German, brands, places. */
  capitalised: unknown([...capital.keys()].filter((key) => !ordinary.has(key))),
};
