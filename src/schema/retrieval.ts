import * as z from "zod";
import { expected, integerBetween } from "./fields.ts";

/** Retrieval from knowledge tables: what a request asks for, what it gets, and the operator's settings. */

export const ragParamsSchema = z.looseObject({
  table_id: z.string(expected("the id of a knowledge table")).regex(/\S/),
  /** Used as it is; blank: the last user text, or what a model makes of the conversation. */
  search_query: z.string().nullish(),
  /** Chunks that are used; default 3. */
  k: integerBetween(1, 1024).nullish(),
  /** Null: none; "": the operator's. */
  reranking_model: z.string().nullish(),
  /** Accepted, no effect. */
  rerank: z.boolean().nullish(),
  /** Accepted, no effect: title and text are always joined. */
  concat_reranker_input: z.boolean().nullish(),
  /** Whether the model is asked to cite; default true. */
  inline_citations: z.boolean().nullish(),
});
export type RagParams = z.infer<typeof ragParamsSchema>;

/** A chunk as clients see it. */
export interface ChunkWire {
  text: string;
  title: string;
  /** From 1; null where the document has no pages. */
  page: number | null;
  file_name: string;
  file_path: string;
  document_id: string;
  chunk_id: string;
  context: Record<string, string>;
  metadata: Record<string, string>;
}

/** What an answer was made with. */
export interface References {
  object: "chat.references";
  search_query: string;
  finish_reason: null;
  chunks: ChunkWire[];
  /** Chunks that were left out as injections; absent when none was. */
  excluded?: number;
  /** What went wrong without stopping the search, e.g. `rerank_failed`. */
  warnings?: string[];
}

/** The `retrieval` section of the operator's document. */
export const retrievalSettingsSchema = z.strictObject({
  /** Of tables that name none. */
  embedding_model: z.string().min(1).nullish(),
  reranking_model: z.string().min(1).nullish(),
  /** Whether a model writes the query: `auto` (default) with more than one user turn. */
  rewrite: z.enum(["auto", "always", "never"]).optional(),
});
export type RetrievalSettings = z.infer<typeof retrievalSettingsSchema>;
