import { forceOf } from "./context.ts";
import { decodedTexts } from "./decode.ts";
import { FAMILIES, type Family, type Report } from "./families.ts";
import { findForgeries, findJoined } from "./forgeries.ts";
import { normalise, withoutGaps, withoutLeet } from "./normalise.ts";
import { findOrders } from "./orders.ts";
import { type Tokens, tokenise } from "./tokens.ts";
import { ASKS, TOPIC } from "./words.ts";

export interface InjectionScore {
  /** From 0 to 1; what is at least the threshold counts as an injection. */
  score: number;
  /** Names of the families that were found, in a fixed order. */
  patterns: Family[];
}

/** A family with less than this is not named. */
const MIN_NAMED = 0.15;
/** That somebody took the trouble to hide it. */
const HIDDEN_WEIGHT = 0.5;
/** Decoded texts may hold encoded ones; deeper than this nobody reads. */
const MAX_DEPTH = 2;

/**
 * How much a text reads like an attempt to take over a model: a heuristic in seven families of weighted patterns, each
 * with its heaviest find. Pure, offline, linear in the length of the text.
 */
export function scoreInjection(text: string): InjectionScore {
  const weights = new Map<Family, number>();
  const report: Report = (family, weight) => {
    if (weight > (weights.get(family) ?? 0)) weights.set(family, weight);
  };
  scan(text, report, 0);
  let innocence = 1;
  for (const weight of weights.values()) innocence *= 1 - weight;
  return {
    score: 1 - innocence,
    patterns: FAMILIES.filter((family) => (weights.get(family) ?? 0) >= MIN_NAMED),
  };
}

function scan(text: string, report: Report, depth: number): void {
  const { text: readable, hidden } = normalise(text);
  scanWords(readable, report);
  const disguised = [withoutLeet(readable), withoutGaps(readable)];
  for (const view of disguised) if (view !== undefined) scanWords(view, report);
  findJoined(readable, report);
  if (hidden.length >= 12) scanHidden([hidden], report, depth);
  if (depth < MAX_DEPTH) scanHidden(decodedTexts(text), report, depth);
}

/** What was hidden counts as it is, and that it was hidden counts beside it. */
function scanHidden(texts: string[], report: Report, depth: number): void {
  for (const text of texts) {
    let heaviest = 0;
    scan(
      text,
      (family, weight) => {
        heaviest = Math.max(heaviest, weight);
        report(family, weight);
      },
      depth + 1,
    );
    if (heaviest >= 0.3) report("encoded", HIDDEN_WEIGHT);
  }
}

function scanWords(text: string, report: Report): void {
  const tokens = tokenise(text);
  findOrders(tokens, report);
  const sentencesAsking = askingSentences(tokens);
  const isTalk = (tokens.outside & TOPIC) !== 0 && (tokens.outside & ASKS) !== 0;
  findForgeries(text, report, (index) => {
    const at = tokens.starts.findIndex((start) => start >= index);
    if (at === -1) return isTalk ? 0.6 : 1;
    const isAsked = isTalk && sentencesAsking.has(tokens.sentences[at] ?? -1);
    if (tokens.quoted[at])
      return Math.min(forceOf(tokens, { from: at, to: at }), (tokens.outside & TOPIC) !== 0 ? 0.3 : 1);
    return isAsked ? 0.5 : isTalk ? 0.8 : 1;
  });
}

/** Numbers of the sentences that ask how, why or what. */
function askingSentences({ meanings, sentences }: Tokens): Set<number> {
  return new Set(sentences.filter((_, index) => ((meanings[index] ?? 0) & ASKS) !== 0));
}
