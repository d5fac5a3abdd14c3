import type { ChunkIndex, FoundChunk, IndexQuery, NewChunk } from "../../src/retrieval/chunk-index.ts";
import { toPieces } from "../../src/retrieval/chunks.ts";
import { readMarkdown } from "../../src/retrieval/documents/markdown.ts";
import { toMatch } from "../../src/retrieval/match.ts";
import { toUnit } from "../../src/retrieval/vectors.ts";
import { embedLocally } from "./embedding.ts";
import { DOCUMENTS, type LibraryDocument } from "./sets/library-documents.ts";
import { QUESTIONS } from "./sets/library-questions.ts";

/** The share of questions whose document is among the first three chunks must not be less. */
export const HIT_TARGET = 0.85;
export const SAMPLE = { documents: DOCUMENTS.length, questions: QUESTIONS.length };

/** How many questions found their document, as shares of all. */
export interface Searched {
  hitAt1: number;
  hitAt3: number;
  /** What was not found among the first three, and what was instead. */
  missed: string[];
}

/** The chunks of a document, cut and embedded as an upload would. */
export function chunksOf({ id, fileName, text }: LibraryDocument): NewChunk[] {
  const read = fileName.endsWith(".md") ? readMarkdown(text) : { pages: null, sections: [{ page: null, text }] };
  return toPieces(read, { fileName }, { chunkSize: 2000, chunkOverlap: 200 }).map((piece, place) => ({
    ...piece,
    ...{ id: `${id}#${place}`, fileName, context: {} },
    vector: toUnit(embedLocally(`${piece.title}\n${piece.text}`)).buffer,
  }));
}

/** Puts the whole library into an index. */
export function fillIndex(index: ChunkIndex): void {
  for (const document of DOCUMENTS) index.add(document.id, chunksOf(document));
}

const DEPTH = 40;

/** Asks every question, with words alone and with words and vectors. */
export async function compareSearches(
  search: (query: IndexQuery) => FoundChunk[] | Promise<FoundChunk[]>,
): Promise<Record<"keyword" | "hybrid", Searched>> {
  const limits = { depth: DEPTH, limit: 3, maxChars: 1e7 };
  return {
    keyword: await toSearched((query) => search({ match: toMatch(query), vector: undefined, ...limits })),
    hybrid: await toSearched((query) =>
      search({ match: toMatch(query), vector: toUnit(embedLocally(query)), ...limits }),
    ),
  };
}

async function toSearched(find: (query: string) => FoundChunk[] | Promise<FoundChunk[]>): Promise<Searched> {
  const missed: string[] = [];
  let first = 0;
  for (const { question, answeredBy } of QUESTIONS) {
    const found = (await find(question)).map(({ chunk }) => chunk.documentId);
    if (found[0] === answeredBy) first++;
    if (!found.includes(answeredBy)) missed.push(`${question} → ${found.join(", ")}, not ${answeredBy}`);
  }
  return { hitAt1: first / QUESTIONS.length, hitAt3: 1 - missed.length / QUESTIONS.length, missed };
}
