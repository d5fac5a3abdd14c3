import { forceOf, spokenText } from "./context.ts";
import { decodedTexts } from "./decode.ts";
import { FAMILIES, type Family, type Report } from "./families.ts";
import { findForgeries, findJoined } from "./forgeries.ts";
import { normalise, withoutGaps, withoutLeet } from "./normalise.ts";
import { findOrders } from "./orders.ts";
import { type Tokens, tokenise } from "./tokens.ts";
import { wordingOf } from "./wording.ts";
import { ASKS, TOPIC } from "./words.ts";

export interface InjectionScore {
  /** From 0 to 1; what is at least the threshold counts as an injection. */
  score: number;
  /** Names of the families that were found, in a fixed order; `wording` where it is the wording alone that tells. */
  patterns: Family[];
}

/** A family with less than this is not named. */
const MIN_NAMED = 0.15;
/** That somebody took the trouble to hide it. */
const HIDDEN_WEIGHT = 0.5;
/** Decoded texts may hold encoded ones; deeper than this nobody reads. */
const MAX_DEPTH = 2;

/** Patterns are few: that none was found says little, and nothing in a script that they do not know. */
const LEAST_PATTERN_ODDS = -1.5;
/** Keeps the log-odds of patterns finite. */
const PATTERN_DOUBT = 0.02;
/** The wording alone is never more certain. */
const MOST_WORDING_ODDS = 5;
/** What speaks against an attack: a strong pattern outweighs the mildest wording. */
const LEAST_WORDING_ODDS = -1.5;
/** Where the log-odds of an attack begin: chosen on texts that nothing was fitted to, for some two false alarms in a hundred. */
const PRIOR_ODDS = 0.4;

/** What was found in a text and in all that is hidden in it. */
interface Evidence {
  weights: Map<Family, number>;
  /** Log-odds of the worst wording. */
  wording: number | undefined;
  /** Share of the letters that patterns can read. */
  latin: number;
}

/**
 * How much a text reads like an attempt to take over a model. Two witnesses are heard: seven families of weighted patterns,
 * each with its heaviest find, and the wording as a whole; their log-odds add up. Pure, offline, linear in the length of
 * the text.
 */
export function scoreInjection(text: string): InjectionScore {
  const evidence: Evidence = { weights: new Map(), wording: undefined, latin: latinShare(text) };
  scan(text, evidence, 0);
  const score = scoreOf(evidence);
  const patterns = FAMILIES.filter((family) => (evidence.weights.get(family) ?? 0) >= MIN_NAMED);
  return { score, patterns: patterns.length === 0 && score >= 0.5 ? ["wording"] : patterns };
}

function scoreOf({ weights, wording, latin }: Evidence): number {
  let innocence = 1;
  for (const weight of weights.values()) innocence *= 1 - weight;
  if (wording === undefined) return 1 - innocence;
  const odds = Math.log((1 - innocence + PATTERN_DOUBT) / (innocence + PATTERN_DOUBT));
  const bounded = Math.min(MOST_WORDING_ODDS, Math.max(LEAST_WORDING_ODDS, wording));
  return 1 / (1 + Math.exp(-(bounded + Math.max(LEAST_PATTERN_ODDS * latin, odds) + PRIOR_ODDS)));
}

function latinShare(text: string): number {
  const latin = text.match(/\p{Script=Latin}/gu)?.length ?? 0;
  return latin / Math.max(1, text.match(/\p{L}/gu)?.length ?? 0);
}

function scan(text: string, evidence: Evidence, depth: number): void {
  const report: Report = (family, weight) => {
    if (weight > (evidence.weights.get(family) ?? 0)) evidence.weights.set(family, weight);
  };
  const { text: readable, hidden } = normalise(text);
  for (const view of [readable, withoutLeet(readable), withoutGaps(readable)]) {
    if (view === undefined) continue;
    const tokens = tokenise(view);
    scanWords(tokens, report);
    const wording = wordingOf(spokenText(tokens));
    if (wording !== undefined) evidence.wording = Math.max(wording, evidence.wording ?? wording);
  }
  findJoined(readable, report);
  if (hidden.length >= 12) scanHidden([hidden], evidence, depth);
  if (depth < MAX_DEPTH) scanHidden(decodedTexts(text), evidence, depth);
}

/** What was hidden counts as it is, and that it was hidden counts beside it. */
function scanHidden(texts: string[], evidence: Evidence, depth: number): void {
  const { weights } = evidence;
  for (const text of texts) {
    const found: Evidence = { weights: new Map(), wording: undefined, latin: latinShare(text) };
    scan(text, found, depth + 1);
    for (const [family, weight] of found.weights) weights.set(family, Math.max(weight, weights.get(family) ?? 0));
    if (found.wording !== undefined) evidence.wording = Math.max(found.wording, evidence.wording ?? found.wording);
    if (Math.max(0, ...found.weights.values()) >= 0.3 || scoreOf(found) >= 0.5)
      weights.set("encoded", Math.max(HIDDEN_WEIGHT, weights.get("encoded") ?? 0));
  }
}

function scanWords(tokens: Tokens, report: Report): void {
  findOrders(tokens, report);
  const sentencesAsking = askingSentences(tokens);
  const isTalk = (tokens.outside & TOPIC) !== 0 && (tokens.outside & ASKS) !== 0;
  findForgeries(tokens.text, report, (index) => {
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
