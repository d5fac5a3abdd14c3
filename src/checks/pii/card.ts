import { isDigitAt, isJoinedAt, matchesOf } from "./context.ts";
import { isCardNumber } from "./issuers.ts";
import type { PiiSpan } from "./settings.ts";

/** Groups of digits with single spaces or hyphens between them. */
const CHAIN = /\d+(?:[ -]\d+)*/g;
/** How cards are printed. Other groupings of as many digits are something else. */
const PRINTED = new Set([
  "4-4-4-4",
  "4-6-5",
  "4-6-4",
  "4-4-4-4-3",
  "4-4-4-1",
  "4-4-4-3",
  "8-8",
  "6-13",
  "4-5-6",
  "4-4-4-2",
]);
const MOST_GROUPS = 5;
/** Payment cards: 13 to 19 digits with an issuer's prefix and a Luhn digit. */
export function findCards(text: string): PiiSpan[] {
  const spans: PiiSpan[] = [];
  for (const chain of matchesOf(text, CHAIN)) {
    for (const { start, end } of windowsOf(text, chain.start, chain.match[0])) {
      if (start < (spans.at(-1)?.end ?? 0)) continue;
      if (isCardNumber(text.slice(start, end).replace(/\D/g, ""))) spans.push({ start, end, type: "CREDIT_CARD" });
    }
  }
  return spans;
}

/** Runs of whole groups that look like a card: a date or a code may follow it in the same chain. */
function windowsOf(text: string, start: number, chain: string): { start: number; end: number }[] {
  if (chain.length < 13) return [];
  const groups = matchesOf(chain, /\d+/g);
  return groups.flatMap((first, index) =>
    groups
      .slice(index, index + MOST_GROUPS)
      .map((last, count) => ({ from: first.start, to: last.end, groups: groups.slice(index, index + count + 1) }))
      .filter(({ groups: window }) => isPrinted(window.map(({ match }) => match[0].length)))
      .map(({ from, to }) => ({ start: start + from, end: start + to }))
      .filter((span) => isAlone(text, span.start, span.end)),
  );
}

function isPrinted(lengths: number[]): boolean {
  const [only] = lengths;
  if (lengths.length === 1 && only !== undefined) return only >= 13 && only <= 19;
  return PRINTED.has(lengths.join("-"));
}

/** Not part of a word, nor of a decimal number. */
function isAlone(text: string, start: number, end: number): boolean {
  if (isJoinedAt(text, start - 1) || isJoinedAt(text, end)) return false;
  if (/[.,]/.test(text[start - 1] ?? "") && isDigitAt(text, start - 2)) return text[start - 1] === ",";
  return !(text[end] === "." && isDigitAt(text, end + 1));
}
