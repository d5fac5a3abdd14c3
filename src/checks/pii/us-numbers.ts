import { isNear, matchesOf } from "./context.ts";
import type { PiiSpan } from "./settings.ts";

/** `ddd-dd-dddd` with hyphens or spaces, or nine bare digits; part of nothing longer. */
const NINE =
  /(?<![\p{Script=Latin}\p{Script=Cyrillic}\p{N}_]|\d[-. /,]|[-.#$])\d{3}(?:-\d{2}-|[ ]\d{2}[ ])\d{4}(?![\p{Script=Latin}\p{Script=Cyrillic}\p{N}_]|[-. /,]\d)/gu;
const BARE =
  /(?<![\p{Script=Latin}\p{Script=Cyrillic}\p{N}_]|\d[-./,]|[-.$])\d{9}(?![\p{Script=Latin}\p{Script=Cyrillic}\p{N}_]|[-./,]\d)/gu;
const SSN_WORD = /(?<![a-z])(?:ssns?|social|soc(?:\.|ial)?[\s-]*sec(?:\.|urity)?|seguro social)(?![a-z])/i;
const ITIN_WORD = /(?<![a-z])(?:itins?|individual taxpayer|taxpayer id|tax(?:payer)?[\s-]+identification)(?![a-z])/i;
/** Before or after the nine bare digits. */
const REACH = 40;

/** Social security numbers: no area 000, 666 or 9xx, no group 00, no serial 0000; bare ones only near their name. */
export function findSsns(text: string): PiiSpan[] {
  return nineDigits(text, SSN_WORD)
    .filter(({ digits }) => isSsn(digits))
    .map(({ start, end }) => ({ start, end, type: "US_SSN" }));
}

/** Taxpayer numbers of people without a social security number: `9dd` and a middle that only they have. */
export function findItins(text: string): PiiSpan[] {
  return nineDigits(text, ITIN_WORD)
    .filter(({ digits }) => isItin(digits))
    .map(({ start, end }) => ({ start, end, type: "US_ITIN" }));
}

function nineDigits(text: string, word: RegExp): { start: number; end: number; digits: string }[] {
  const bare = matchesOf(text, BARE).filter((span) => isNear(text, span, word, REACH));
  return [...matchesOf(text, NINE), ...bare].map(({ start, end, match }) => ({
    start,
    end,
    digits: match[0].replace(/\D/g, ""),
  }));
}

export function isSsn(digits: string): boolean {
  return /^(?!000|666|9)\d{3}(?!00)\d{2}(?!0000)\d{4}$/.test(digits);
}

export function isItin(digits: string): boolean {
  if (!/^9\d{8}$/.test(digits)) return false;
  const middle = Number(digits.slice(3, 5));
  const ranges: [number, number][] = [
    [50, 65],
    [70, 88],
    [90, 92],
    [94, 99],
  ];
  return ranges.some(([first, last]) => middle >= first && middle <= last);
}
