/** Reciprocal rank fusion: what one list has in front counts, whatever its own scores mean. */

/** How little the first places of a list differ; the constant of Cormack, Clarke and Büttcher (2009). */
const RANK_OFFSET = 60;

/** A chunk that was found, by its place in the table. */
export interface Found {
  seq: number;
  score: number;
  /** From 1; absent where the list does not have it. */
  keywordRank?: number;
  vectorRank?: number;
}

/** Two lists of chunks, best first, as one: the sum of 1 / (60 + rank), ties in the table's order. */
export function fuse(keyword: number[], vector: number[]): Found[] {
  const found = new Map<number, Found>();
  const take = (list: number[], rankName: "keywordRank" | "vectorRank") => {
    for (const [index, seq] of list.entries()) {
      const known = found.get(seq) ?? { seq, score: 0 };
      found.set(seq, { ...known, score: known.score + 1 / (RANK_OFFSET + index + 1), [rankName]: index + 1 });
    }
  };
  take(keyword, "keywordRank");
  take(vector, "vectorRank");
  return [...found.values()].sort((a, b) => b.score - a.score || a.seq - b.seq);
}
