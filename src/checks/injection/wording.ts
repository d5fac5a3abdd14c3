import { readFeatures } from "./features.ts";
import model from "./weights.table.ts";

/** One for each bucket of features, in units of `model.unit` log-odds. */
const weights = Int8Array.from(atob(model.weights), (character) => character.charCodeAt(0));

/** Sentences of a text of ordinary length, and of one beyond which more of them make no more difference. */
const ORDINARY_SENTENCES = 2;
const MANY_SENTENCES = 32;

/** Of many passages one looks like an attack by chance: what is taken off the log-odds of the worst for that. */
export function doubtOf(sentences: number): number {
  return Math.log(Math.min(MANY_SENTENCES, Math.max(ORDINARY_SENTENCES, sentences)) / ORDINARY_SENTENCES);
}

/** A passage is this many sentences long, or shorter: an order in a long document is as bad as one alone. */
export const PASSAGE_SENTENCES = 3;

/**
 * How much the wording of a text, in small letters, is that of an attack: the log-odds of its worst passage, by a linear
 * model of words that was fitted to labelled texts (`npm run quality:train`). Undefined for a text without words.
 */
export function wordingOf(text: string): number | undefined {
  const sentences: number[] = [];
  let sum = 0;
  let isOpen = false;
  readFeatures(text, {
    add(bucket) {
      sum += weights[bucket] ?? 0;
      isOpen = true;
    },
    endSentence() {
      sentences.push(sum);
      sum = 0;
      isOpen = false;
    },
  });
  if (isOpen) sentences.push(sum);
  if (sentences.length === 0) return undefined;
  return model.bias + model.unit * greatestSum(sentences) - doubtOf(sentences.length);
}

/** Of neighbours, at most `PASSAGE_SENTENCES` of them. */
function greatestSum(values: number[]): number {
  let greatest = -Infinity;
  for (let start = 0; start < values.length; start++) {
    let sum = 0;
    for (const value of values.slice(start, start + PASSAGE_SENTENCES)) {
      sum += value;
      greatest = Math.max(greatest, sum);
    }
  }
  return greatest;
}
