/** How soon a word that is repeated counts no more, and how much the length of a document matters. */
const K1 = 1.2;
const B = 0.75;

/**
 * How well each document answers a query, from 0 to 1, by BM25: rare words count more than common ones. 1 would be a
 * document that repeats every word of the query without end.
 */
export function scoreByBm25(query: string, documents: string[]): number[] {
  const wanted = new Set(wordsOf(query));
  const counted = documents.map((document) => countWords(document, wanted));
  const averageLength = counted.reduce((sum, { length }) => sum + length, 0) / documents.length || 1;
  const weights = new Map([...wanted].map((word) => [word, rarity(word, counted)]));
  const most = [...weights.values()].reduce((sum, weight) => sum + weight * (K1 + 1), 0);
  return counted.map(({ counts, length }) => {
    let score = 0;
    for (const [word, count] of counts) {
      const saturation = (count * (K1 + 1)) / (count + K1 * (1 - B + (B * length) / averageLength));
      score += (weights.get(word) ?? 0) * saturation;
    }
    return most === 0 ? 0 : score / most;
  });
}

interface Counted {
  /** Of the words of the query. */
  counts: Map<string, number>;
  /** In words. */
  length: number;
}

function countWords(text: string, wanted: ReadonlySet<string>): Counted {
  const words = wordsOf(text);
  const counts = new Map<string, number>();
  for (const word of words) if (wanted.has(word)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return { counts, length: words.length };
}

function rarity(word: string, documents: Counted[]): number {
  const having = documents.filter(({ counts }) => counts.has(word)).length;
  return Math.log(1 + (documents.length - having + 0.5) / (having + 0.5));
}

/** Scripts that put no space between words. */
const SPACELESS = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u;

let segmenter: Intl.Segmenter | undefined;

/** Words without case, accents and plural endings. */
export function wordsOf(text: string): string[] {
  const plain = text
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase();
  const words: string[] = [];
  for (const [run] of plain.matchAll(/[\p{L}\p{N}]+/gu)) {
    if (SPACELESS.test(run)) words.push(...segmented(run));
    else words.push(singular(run));
  }
  return words;
}

function segmented(run: string): string[] {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: "word" });
  return [...segmenter.segment(run.normalize("NFC"))]
    .filter(({ isWordLike }) => isWordLike)
    .map(({ segment }) => segment);
}

/** Of the endings of English plurals, those that can be taken off without knowing the word. */
function singular(word: string): string {
  if (word.length < 4) return word;
  if (word.endsWith("ies") && !/[ae]ies$/.test(word)) return `${word.slice(0, -3)}y`;
  if (word.endsWith("s") && !/(us|ss|is)$/.test(word)) return word.slice(0, -1);
  return word;
}
