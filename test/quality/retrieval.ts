import { DatabaseSync } from "node:sqlite";
import { ChunkIndex } from "../../src/retrieval/chunk-index.ts";
import type { Figure } from "./figure.ts";
import { compareSearches, fillIndex, HIT_TARGET, SAMPLE, type Searched } from "./library.ts";

/** How well questions find their documents, with the very index of the Durable Object in Node's SQLite. */
export async function measure(): Promise<Figure[]> {
  const results = await compareSearches((query) => indexOfLibrary().search(query));
  return toFigures(results);
}

let index: ChunkIndex | undefined;

function indexOfLibrary(): ChunkIndex {
  if (index) return index;
  const database = new DatabaseSync(":memory:");
  index = new ChunkIndex(<Row>(statement: string, ...values: unknown[]) => {
    const bound = values.map((value) => (value instanceof ArrayBuffer ? new Uint8Array(value) : value));
    return database.prepare(statement).all(...(bound as never[])) as Row[];
  });
  index.create();
  fillIndex(index);
  return index;
}

function toFigures({ keyword, hybrid }: Record<"keyword" | "hybrid", Searched>): Figure[] {
  const better = "higher" as const;
  return [
    {
      name: `retrieval hit@3, keywords, ${SAMPLE.questions} questions`,
      value: keyword.hitAt3,
      target: HIT_TARGET,
      better,
    },
    { name: "retrieval hit@3, hybrid", value: hybrid.hitAt3, target: HIT_TARGET, better },
    // With letters for meaning there is little to win; nothing may be lost.
    { name: "retrieval hit@3, hybrid less keywords", value: hybrid.hitAt3 - keyword.hitAt3, target: 0, better },
  ];
}
