import { RouterError } from "../errors.ts";
import type { ChunkWire, References, RetrievalSettings } from "../schema/retrieval.ts";
import type { SideCalls } from "../schema/side-calls.ts";
import type { FoundChunk } from "./chunk-index.ts";
import type { Table } from "./knowledge-table.ts";
import { toMatch } from "./match.ts";
import { readTable, searchTable, type TablePlace } from "./tables.ts";
import { toUnit } from "./vectors.ts";

export const SEARCH_MODES = ["hybrid", "keyword", "vector"] as const;
export type SearchMode = (typeof SEARCH_MODES)[number];

/** What is looked for, and where. */
export interface Search {
  tableId: string;
  /** What is told as the query, and is compared with the vectors. */
  query: string;
  /** Words to look for instead of the query's own. */
  keywords?: string | undefined;
  /** Chunks that are wanted. */
  k: number;
  mode: SearchMode;
  /** Model that puts what was found in order; undefined: none. */
  rerankingModel: string | undefined;
  /** Whether a text must not be shown to a model. */
  isExcluded?: ((text: string) => Promise<boolean>) | undefined;
}

/** Where a search looks and whom it may ask. */
export interface SearchSetting {
  place: TablePlace;
  sides: Pick<SideCalls, "embed" | "rerank" | "requireRanker">;
}

/** Each list is at least so deep before they are fused: a chunk that is fifth in both is better than the first of one. */
const MIN_DEPTH = 40;
const DEPTH_PER_CHUNK = 4;
/** Text that a table gives at once; a call carries 32 MiB. */
const MAX_FOUND_CHARS = 10_000_000;

/**
 * The chunks that answer a query. Embeddings and reranks that fail are missed, with a warning. Throws 404 for a table or
 * a reranking model that is not there, 400 for a vector search in a table without vectors.
 */
export async function searchKnowledge(setting: SearchSetting, search: Search): Promise<References> {
  return searchIn(setting, await tableToSearch(setting, search), search);
}

/** The table to search, before anything is paid for. Throws 404 for a table or a reranking model that is not there. */
export async function tableToSearch(
  { place, sides }: SearchSetting,
  { tableId, rerankingModel }: Pick<Search, "tableId" | "rerankingModel">,
): Promise<Table> {
  const table = await readTable(place, tableId);
  if (rerankingModel !== undefined)
    await sides.requireRanker(rerankingModel).catch((error) => {
      throw isUnknownModel(error) ? unknownModel(rerankingModel) : error;
    });
  return table;
}

/** The search itself. */
export async function searchIn(setting: SearchSetting, table: Table, search: Search): Promise<References> {
  const { tableId, query, k, rerankingModel, isExcluded } = search;
  const warnings: string[] = [];
  const vector = await vectorOf(table, setting.sides, search, warnings);
  const depth = Math.max(MIN_DEPTH, DEPTH_PER_CHUNK * k);
  const isByWords = search.mode !== "vector" || vector === undefined;
  const found = await searchTable(setting.place, tableId, {
    match: isByWords ? toMatch(search.keywords ?? query) : undefined,
    vector,
    depth,
    // All of both lists, where somebody looks at them once more.
    limit: rerankingModel !== undefined || isExcluded ? 2 * depth : k,
    maxChars: MAX_FOUND_CHARS,
  });
  const ranked = await reranked(found, { query, rerankingModel, sides: setting.sides, warnings });
  const { shown, excluded } = await firstOf(ranked, k, isExcluded);
  return {
    object: "chat.references",
    search_query: query,
    finish_reason: null,
    chunks: shown.map((chunk) => toWire(chunk, table)),
    ...(excluded > 0 && { excluded }),
    ...(warnings.length > 0 && { warnings }),
  };
}

/** The query's vector; undefined where none is wanted, none is there to compare with, or none could be had. */
async function vectorOf(
  { id, embeddingModel, dimensions }: Table,
  { embed }: Pick<SideCalls, "embed">,
  { mode, query }: Search,
  warnings: string[],
): Promise<Float32Array | undefined> {
  if (mode === "keyword") return undefined;
  if (embeddingModel === null) {
    if (mode === "hybrid") return undefined;
    throw new RouterError("not_configured", `The table "${id}" has no embedding model, so it has no vectors.`);
  }
  if (dimensions === null || query.trim() === "") return undefined;
  try {
    const [vector] = await embed(embeddingModel, [query], "query");
    if (vector?.length === dimensions) return toUnit(vector);
    console.error(`retrieval: ${embeddingModel} gave ${vector?.length} dimensions for a table with ${dimensions}`);
  } catch (error) {
    console.error("retrieval: a query has no embedding", String(error));
  }
  warnings.push("embedding_failed");
  return undefined;
}

type RankedChunk = FoundChunk & { rerankScore?: number };

interface Reranking {
  query: string;
  rerankingModel: string | undefined;
  sides: Pick<SideCalls, "rerank">;
  warnings: string[];
}

/** Chunks in the order of the reranking model; those that it does not name come last, as they were. */
async function reranked(found: FoundChunk[], reranking: Reranking): Promise<RankedChunk[]> {
  const { query, rerankingModel, sides, warnings } = reranking;
  if (rerankingModel === undefined || found.length === 0) return found;
  const texts = found.map(({ chunk }) => textOf(chunk));
  try {
    const ranking = await sides.rerank(rerankingModel, query, texts);
    const left = new Map<number, RankedChunk>(found.entries());
    const first: RankedChunk[] = [];
    for (const { index, score } of ranking) {
      const chunk = left.get(index);
      if (chunk && left.delete(index)) first.push({ ...chunk, rerankScore: score });
    }
    return [...first, ...left.values()];
  } catch (error) {
    console.error("retrieval: what was found is not reranked", String(error));
    warnings.push("rerank_failed");
    return found;
  }
}

function isUnknownModel(error: unknown): boolean {
  return error instanceof RouterError && error.isUnknownModel === true;
}

function unknownModel(name: string): RouterError {
  const metadata = { field: "reranking_model" };
  return new RouterError("not_found", `${name} is not a valid model ID`, { metadata, isUnknownModel: true });
}

/** What a model is asked to compare with a question. */
export function textOf({ title, text }: { title: string; text: string }): string {
  return title === "" ? text : `${title}\n${text}`;
}

/** The first chunks that may be shown, and how many better ones may not. As many are asked about at once as are wanted. */
async function firstOf(chunks: RankedChunk[], k: number, isExcluded: Search["isExcluded"]) {
  if (!isExcluded) return { shown: chunks.slice(0, k), excluded: 0 };
  const shown: RankedChunk[] = [];
  let asked = 0;
  while (shown.length < k && asked < chunks.length) {
    const next = chunks.slice(asked, asked + k - shown.length);
    const verdicts = await Promise.all(next.map(({ chunk }) => isExcluded(textOf(chunk))));
    shown.push(...next.filter((_, index) => verdicts[index] === false));
    asked += next.length;
  }
  return { shown, excluded: asked - shown.length };
}

const SCORE_DECIMALS = 4;

function toWire({ chunk, score, keywordRank, vectorRank, rerankScore }: RankedChunk, table: Table): ChunkWire {
  const { text, title, page, fileName, documentId, id, context } = chunk;
  return {
    ...{ text, title, page, file_name: fileName, file_path: "", document_id: documentId, chunk_id: id, context },
    metadata: {
      score: score.toFixed(SCORE_DECIMALS),
      ...(keywordRank !== undefined && { keyword_rank: String(keywordRank) }),
      ...(vectorRank !== undefined && { vector_rank: String(vectorRank) }),
      ...(rerankScore !== undefined && { rerank_score: String(rerankScore) }),
      project_id: table.projectId,
      table_id: table.id,
    },
  };
}

/** The model that reranks: none for null, the operator's for "". Throws a 400 where the operator has named none. */
export function rerankingModelOf(wish: string | null | undefined, settings: RetrievalSettings): string | undefined {
  if (wish === null || wish === undefined) return undefined;
  const model = wish.trim() || settings.reranking_model;
  if (model) return model;
  throw new RouterError("not_configured", 'reranking_model is "", and the operator has named no reranking model.', {
    metadata: { field: "reranking_model" },
  });
}
