import { isJoinedAt, matchesOf } from "./context.ts";
import type { PiiSpan } from "./settings.ts";

const START = /(?<![\p{Script=Latin}\p{Script=Cyrillic}\p{N}])[a-z]{2}[ -]?\d{2}(?=[ -]?[a-z0-9])/giu;
/** Registered account numbers have 15 to 34 characters; a space or hyphen may stand between any two. */
const SHORTEST = 15;
const LONGEST = 34;

/** Account numbers whose length fits their country and whose check digits are right; with or without spaces, any case. */
export async function findIbans(text: string): Promise<PiiSpan[]> {
  const candidates = matchesOf(text, START)
    .map(({ start }) => ({ start, ends: endsOf(text, start) }))
    .filter(({ ends }) => ends.length > 0);
  if (candidates.length === 0) return [];
  const isIban = await loadIsIban();
  const spans: PiiSpan[] = [];
  for (const { start, ends } of candidates) {
    if (start < (spans.at(-1)?.end ?? 0)) continue;
    const end = ends.find((place) => isIban(text.slice(start, place).replace(/[ -]/g, "")));
    if (end !== undefined) spans.push({ start, end, type: "IBAN_CODE" });
  }
  return spans;
}

/** The module has further exports, so its default is one level deeper wherever it is loaded as it stands, unbundled. */
async function loadIsIban(): Promise<(text: string) => boolean> {
  const { default: loaded } = await import("validator/lib/isIBAN.js");
  return "default" in loaded ? (loaded.default as typeof loaded) : loaded;
}

/** Where the number could end: after a whole word, the longest first. */
function endsOf(text: string, start: number): number[] {
  const ends: number[] = [];
  let count = 0;
  let index = start;
  for (; count < LONGEST && index < text.length; index += 1) {
    if (isAlphanumeric(text, index)) {
      count += 1;
      if (count >= SHORTEST && !isJoinedAt(text, index + 1)) ends.unshift(index + 1);
    } else if (!/[ -]/.test(text[index] ?? "") || !isAlphanumeric(text, index + 1)) break;
  }
  return ends;
}

function isAlphanumeric(text: string, index: number): boolean {
  return /[a-z0-9]/i.test(text[index] ?? "");
}
