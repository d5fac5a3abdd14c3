import { isBefore, isNear, matchesOf } from "./context.ts";
import type { PiiSpan } from "./settings.ts";

const TEN =
  /(?<![\p{Script=Latin}\p{Script=Cyrillic}\p{N}_]|\d[-. /,]|[-.+(])\d{3}([ -]?)\d{3}\1\d{4}(?![\p{Script=Latin}\p{Script=Cyrillic}\p{N}_]|[-. /,]\d)/gu;
/** Ten bare digits, also behind another number. */
const BARE_TEN =
  /(?<![\p{Script=Latin}\p{Script=Cyrillic}\p{N}_]|\d[-./,]|[-.+(])\d{10}(?![\p{Script=Latin}\p{Script=Cyrillic}\p{N}_]|[-./,]\d)/gu;
const NHS_WORD =
  /(?<![a-z])(?:nhs(?:[ _-]?(?:number|num|no|id|nr))?|national health|flu jab|gp (?:surgery|practice))(?![a-z])/i;
/** Ten digits in the same groups that somebody calls are a phone number. */
const CALL_WORD = /(?<![a-z])(?:phone|tel|telephone|mobile|cell|call|text|fax|ring|dial|whatsapp|sms)(?![a-z])/i;
const REACH = 40;
const CALLED_LAST = new RegExp(`${CALL_WORD.source}(?!.*${NHS_WORD.source})`, "is");
const NINO =
  /(?<![\p{Script=Latin}\p{Script=Cyrillic}\p{N}])([a-z]{2})[ -]?\d{2}[ -]?\d{2}[ -]?\d{2}[ -]?[a-d](?![\p{Script=Latin}\p{Script=Cyrillic}\p{N}])/giu;
/** Letters that no number begins with, and pairs that are not given out. */
const NINO_PREFIX = /^(?!bg|gb|kn|nk|nt|tn|zz)[abceghj-prstw-z][abceghj-nprstw-z]$/i;

/**
 * Numbers of British patients, `3 3 4` digits with a check digit. Only with spaces are they known by their shape;
 * bare or with hyphens they stand near their name.
 */
export function findNhsNumbers(text: string): PiiSpan[] {
  const grouped = matchesOf(text, TEN).filter(({ match }) => /\D/.test(match[0]));
  return [...grouped, ...matchesOf(text, BARE_TEN)]
    .filter(({ match }) => isNhsNumber(match[0].replace(/\D/g, "")))
    .filter((span) => isNamed(text, span) || isGrouped(text, span))
    .map(({ start, end }) => ({ start, end, type: "UK_NHS" }));
}

/** Their name stands near, and no word of calling is nearer. */
function isNamed(text: string, span: { start: number; end: number }): boolean {
  return isNear(text, span, NHS_WORD, REACH) && !isBefore(text, span.start, CALLED_LAST, REACH);
}

function isGrouped(text: string, span: { start: number; end: number; match: RegExpMatchArray }): boolean {
  return span.match[1] === " " && !isNear(text, span, CALL_WORD, REACH);
}

/** Weights 10 to 2 and a check digit, modulo 11. */
export function isNhsNumber(digits: string): boolean {
  if (!/^\d{10}$/.test(digits) || /^(\d)\1{9}$/.test(digits)) return false;
  const sum = [...digits].slice(0, 9).reduce((total, digit, index) => total + Number(digit) * (10 - index), 0);
  return (11 - (sum % 11)) % 11 === Number(digits[9]);
}

/** National insurance numbers: two allowed letters, six digits, A to D. */
export function findNinos(text: string): PiiSpan[] {
  return matchesOf(text, NINO)
    .filter(({ match }) => NINO_PREFIX.test(match[1] ?? ""))
    .map(({ start, end }) => ({ start, end, type: "UK_NINO" }));
}
