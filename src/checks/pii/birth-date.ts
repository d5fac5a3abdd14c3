import { matchesOf } from "./context.ts";
import type { PiiSpan } from "./settings.ts";

const BIRTH_WORD =
  /(?<![\p{L}\p{N}])(?:born|births?|birth[\s_-]?da(?:y|te)s?|b-?day|d\.?\s?o\.?\s?b\b\.?|geb\b\.?|geboren|geburtstag|geburtsdatum|n[eé]{1,2}(?:\(e\))? le|date de naissance|naissance|nacid[oa]|nacimiento|nascid[oa]|nascimento|nat[oa] il|nascita|geboortedatum|född|urodzon[ya]|data urodzenia|рожд\p{L}+|родил\p{L}+)(?![\p{L}\p{N}])|生年月日|生日|出生|生まれ|생년월일/giu;
/** How far after the word a date is still the birth's. */
const REACH = 40;
const MONTH =
  "(?:jan(?:uary|uar|vier)?|feb(?:ruary|ruar)?|f[ée]v(?:rier)?|mar(?:ch|s|zo|ço)?|m[äa]rz|apr(?:il|ile)?|avr(?:il)?|abr(?:il)?|may|mai|mayo|maio|maggio|june?|juni|juin|junio|junho|giugno|july?|juli|juillet|julio|julho|luglio|aug(?:ust)?|ao[ûu]t|ago(?:sto)?|sept?(?:ember)?|septembre|septiembre|setembro|settembre|oct(?:ober)?|okt(?:ober)?|octobre|octubre|outubro|ottobre|nov(?:ember|embre|iembre|embro)?|dec(?:ember)?|dez(?:ember|embro)?|d[ée]c(?:embre)?|dic(?:iembre|embre)?|enero|janeiro|gennaio|febrero|fevereiro|febbraio|marzo|março|aprile|gen)";
const DAY = "(?:0?[1-9]|[12]\\d|3[01])";
const YEAR = "(?:(?:1[89]|20)\\d{2})";
const DATES = new RegExp(
  `(?<![\\p{L}\\p{N}])(?:${[
    `${YEAR}[-/.](?:0?[1-9]|1[0-2])[-/.]${DAY}`,
    `${DAY}(?:st|nd|rd|th|\\.|º|er)?[\\s-]{1,2}(?:(?:of|de|di)\\s)?${MONTH}\\.?,?(?:[\\s-]{1,2}(?:(?:de|del|of)\\s)?(?:${YEAR}|'?\\d{2}))?`,
    `${MONTH}\\.?[\\s-]${DAY}(?:st|nd|rd|th)?(?:,?[\\s-]{1,2}(?:${YEAR}|'\\d{2}))?`,
    `${MONTH}\\.?,?\\s(?:(?:of|de)\\s)?${YEAR}`,
    `${DAY}([-/.])\\s?${DAY}\\1\\s?(?:${YEAR}|\\d{2})`,
    `${DAY} ${DAY} ${YEAR}`,
    `(?:19|20)\\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\\d|3[01])`,
    `${YEAR}\\s?[年년]\\s?\\d{1,2}\\s?[月월]\\s?\\d{1,2}\\s?[日일]`,
  ].join("|")})(?!(?!T\\d)[\\p{L}\\p{N}]|[-/.]\\d)|${YEAR}年\\d{1,2}月\\d{1,2}日`,
  "giu",
);

/** Dates that follow a birth word within 40 characters; the first one after each. A year alone is no date. */
export function findBirthDates(text: string): PiiSpan[] {
  const spans = new Map<number, PiiSpan>();
  for (const word of matchesOf(text, BIRTH_WORD)) {
    const [date] = datesIn(text, word.end);
    if (date !== undefined) spans.set(date.start, date);
  }
  return [...spans.values()];
}

/** A date may begin within reach and end beyond it. */
function datesIn(text: string, from: number): PiiSpan[] {
  const stretch = text.slice(from, from + 2 * REACH);
  return matchesOf(stretch, DATES)
    .filter(({ start }) => start <= REACH)
    .map(({ start, end }) => ({ start: from + start, end: from + end, type: "DATE_TIME" }));
}
