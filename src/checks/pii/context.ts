/** What stands around a find. Every function looks at a bounded stretch, so that a scan stays linear. */

/** Whether the words end the `reach` characters before `start`, or begin in the `reach` characters after `end`. */
export function isNear(text: string, span: { start: number; end: number }, words: RegExp, reach: number): boolean {
  return isBefore(text, span.start, words, reach) || words.test(text.slice(span.end, span.end + reach));
}

/** Whether the words stand in the `reach` characters before `index`. */
export function isBefore(text: string, index: number, words: RegExp, reach: number): boolean {
  return words.test(text.slice(Math.max(0, index - reach), index));
}

const WORD = /[\p{L}\p{N}_]/u;
const SPACELESS = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\u30fc]/u;

/** Whether the unit at `index` is a letter, digit or underscore; false outside the text. */
export function isWordAt(text: string, index: number): boolean {
  const unit = text[index];
  return unit !== undefined && WORD.test(unit);
}

/** As `isWordAt`, but a letter of a script that puts no spaces between words does not count. */
export function isJoinedAt(text: string, index: number): boolean {
  return isWordAt(text, index) && !SPACELESS.test(text[index] ?? "");
}

/** Whether the unit belongs to a script that is written without spaces, or whose particles follow without one. */
export function isSpaceless(unit: string): boolean {
  return SPACELESS.test(unit);
}

export function isDigitAt(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return code >= 48 && code <= 57;
}

/** All matches of a global expression, with their ends. */
export function matchesOf(text: string, expression: RegExp): { start: number; end: number; match: RegExpMatchArray }[] {
  return [...text.matchAll(expression)].map((match) => {
    const start = match.index ?? 0;
    return { start, end: start + match[0].length, match };
  });
}
