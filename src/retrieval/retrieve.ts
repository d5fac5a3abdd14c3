import type { ChatRequest } from "../schema/chat.ts";
import type { References, RetrievalSettings } from "../schema/retrieval.ts";
import type { SideCalls } from "../schema/side-calls.ts";
import { questionIndex, withDocuments } from "./question.ts";
import { writeQuery } from "./rewrite.ts";
import { rerankingModelOf, type Search, searchIn, tableToSearch } from "./search.ts";
import type { TablePlace } from "./tables.ts";

export interface Retrieval {
  place: TablePlace;
  sides: SideCalls;
  settings: RetrievalSettings;
  /** Whether a chunk must not be shown to the model. */
  isExcluded?: Search["isExcluded"];
}

const DEFAULT_K = 3;

/**
 * The request with what was found for its `rag_params`, which it no longer has, and what was found. Undefined when it
 * has none. Throws 404 for a table that is not there, 400 for a conversation that does not end with the user.
 */
export async function retrieve(
  chat: ChatRequest,
  { place, sides, settings, isExcluded }: Retrieval,
): Promise<{ chat: ChatRequest; references: References } | undefined> {
  const params = chat.rag_params;
  if (!params) return undefined;
  questionIndex(chat.messages);
  const rerankingModel = rerankingModelOf(params.reranking_model, settings);
  const where = { tableId: params.table_id, rerankingModel };
  const table = await tableToSearch({ place, sides }, where);
  const { question, keywords } = await writeQuery(chat, settings, sides);
  const wish = { query: question, keywords, k: params.k ?? DEFAULT_K, mode: "hybrid" as const };
  const references = await searchIn({ place, sides }, table, { ...where, ...wish, isExcluded });
  const { rag_params: _, ...rest } = withDocuments(chat, references.chunks);
  return { chat: rest, references };
}
