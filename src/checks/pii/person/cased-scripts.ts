import { matchesOf } from "../context.ts";
import type { PiiSpan } from "../settings.ts";
import type { Lexicon } from "./lexicon.ts";

/** Names in Cyrillic and Greek script, whose capitals mark them as in Latin. */

const RUN =
  /(?<![\p{L}\p{M}])(?:\p{Script=Cyrillic}(?<=\p{Lu})\p{Ll}{1,20}(?:[ -]\p{Lu}\p{Ll}{1,20}){0,3}|\p{Script=Greek}(?<=\p{Lu})[\p{Ll}\p{M}]{1,20}(?: \p{Lu}[\p{Ll}\p{M}]{1,20}){0,2})(?![\p{L}\p{M}])/gu;
const SURNAME_ENDING =
  /(?:ов|ова|овой|ову|овым|ев|ева|евой|еву|ёв|ёва|ин|ина|иной|ину|ский|ская|ского|ской|цкий|цкая|енко|чук|юк|ян|швили|дзе|ич|ић|вић|ски|ска|ука|όπουλος|οπούλου|ίδης|ίδου|άκης|άκη|άδης|άδου)$/u;
/** So much a surname's that the word in front need not be known. */
const GREEK_SURNAME = /(?:όπουλος|οπούλου|ίδης|ίδου|άκης|άκη|άδης|άδου)$/u;
const PATRONYMIC = /(?:ович|евич|ьич|овна|евна|ична|овича|евича|овны|евны|івна|ївна|йович)$/u;
/** Given names that are words as well. */
const WORDS =
  /^(?:вера|надежда|любовь|слава|роман|лев|мир|светлана|роза|майя|виктория|победа|мария|софия|марс|август|май|гора|злата|весна|ружа|вишня|калина|зора|рада|снежана|георгия)$/u;
const PLACES = /^(?:улица|проспект|площадь|город|село|район|область|парк|храм|метро|станция|університет|вулиця)$/u;

/** Runs of capitalised words with a given name that is known, also in its cases, and what goes with it. */
export function findCased(text: string, lexicon: Lexicon): PiiSpan[] {
  return matchesOf(text, RUN).flatMap(({ start, match }) => {
    const words = matchesOf(match[0], /[^ -]+/gu);
    const known = words.findIndex(({ match: [word] }) => isGiven(word.toLowerCase(), lexicon));
    const at = known === -1 && words.length === 2 && GREEK_SURNAME.test(match[0]) ? 0 : known;
    if (at === -1 || words.some(({ match: [word] }) => PLACES.test(word.toLowerCase()))) return [];
    const isLone = words.length === 1 || !words.some((word, index) => index !== at && isFamily(word.match[0], lexicon));
    if (isLone && WORDS.test(words[at]?.match[0].toLowerCase() ?? "")) return [];
    const isSurnameFirst =
      PATRONYMIC.test(words[at + 1]?.match[0] ?? "") || isFamily(words[at - 1]?.match[0] ?? "", lexicon);
    const first = at > 0 && isSurnameFirst ? at - 1 : at;
    const last = lastOf(
      words.map((word) => word.match[0]),
      at,
      lexicon,
    );
    return [
      { start: start + (words[first]?.start ?? 0), end: start + (words[last]?.end ?? 0), type: "PERSON" as const },
    ];
  });
}

/** The last word that goes with the given name at `at`. */
function lastOf(words: string[], at: number, lexicon: Lexicon): number {
  let last = at;
  while (last + 1 < words.length && (isFamily(words[last + 1] ?? "", lexicon) || last === at)) last += 1;
  return last;
}

function isFamily(word: string, lexicon: Lexicon): boolean {
  return SURNAME_ENDING.test(word) || PATRONYMIC.test(word) || lexicon.isSurnameElsewhere(word.toLowerCase());
}

/** As it stands, or with the ending of another case. */
function isGiven(word: string, lexicon: Lexicon): boolean {
  if (word.length < 3) return false;
  if (lexicon.isGivenElsewhere(word) || lexicon.isGivenElsewhere(withoutAccents(word))) return true;
  const stem = word.replace(/(?:ом|ем|ой|ей|ою|ею|ом|[аеуюыиіяό])$/u, "");
  if (stem === word || stem.length < 4) return false;
  return ["", "а", "я", "й", "ь"].some((ending) => lexicon.isGivenElsewhere(stem + ending));
}

/** Greek names are listed without. */
function withoutAccents(word: string): string {
  return /\p{Script=Greek}/u.test(word) ? word.normalize("NFD").replace(/\p{M}/gu, "") : word;
}
