import { stopWordsOf } from "../../src/retrieval/stop-words.ts";
import { foldText, foldWord, isUnspaced, pairsOf } from "../../src/retrieval/words.ts";

const DIMENSIONS = 1024;

/**
 * A stand-in for an embedding model: counts of the letters that follow each other inside of words, hashed. It sees that
 * words are alike, not what they mean: a real model does better. The same text always gives the same vector.
 */
export function embedLocally(text: string): Float32Array {
  const vector = new Float32Array(DIMENSIONS);
  for (const gram of gramsOf(text)) {
    const at = hash(gram) % DIMENSIONS;
    vector[at] = (vector[at] ?? 0) + 1;
  }
  // Of what is said often the tenth time says little.
  return vector.map((count) => Math.log1p(count));
}

function gramsOf(text: string): string[] {
  const words = foldWord(foldText(text)).match(/[\p{L}\p{N}]+/gu) ?? [];
  const isStopWord = stopWordsOf(words);
  return words.flatMap((word) => {
    if (isUnspaced(word)) return pairsOf(word);
    if (isStopWord(word)) return [];
    const padded = `^${word}$`;
    return Array.from({ length: Math.max(1, padded.length - 3) }, (_, index) => padded.slice(index, index + 4));
  });
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    value ^= text.charCodeAt(index);
    value = Math.imul(value, 0x01000193) >>> 0;
  }
  return value;
}
