import type { Family, Report } from "./families.ts";
import { MARKS } from "./marks.ts";
import { PRESSURE } from "./pressure.ts";
import { SECRETS } from "./secrets.ts";

const FORGERIES = [...MARKS, ...PRESSURE, ...SECRETS];

/**
 * Looks for marks, all of which count; `forceAt` says how much of a weight holds at a place of the text.
 */
export function findForgeries(text: string, report: Report, forceAt: (index: number) => number): void {
  const innocence = new Map<Family, number>();
  for (const { family, weight, pattern } of FORGERIES) {
    const index = text.search(pattern);
    if (index !== -1) innocence.set(family, (innocence.get(family) ?? 1) * (1 - weight * forceAt(index)));
  }
  for (const [family, left] of innocence) report(family, 1 - left);
}

/** "ignoreallpreviousinstructions": letters whose words cannot be told apart any more. */
const JOINED =
  /(?:ignore|disregard|forget|override|bypass)(?:all|the|every|your|previous|prior|above|any|my|system)[a-z]{0,40}(?:instruction|rule|guideline|prompt|directive)/;
const APART = /\b(?:ignore|disregard|forget|override|bypass)\b/;

/** Looks at the letters alone, where the words that they make are not there as words. */
export function findJoined(text: string, report: Report): void {
  if (!APART.test(text) && JOINED.test(text.replace(/[\s.\-_*·|/]+/g, ""))) report("override", 0.7);
}
