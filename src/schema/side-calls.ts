import type { ChatRequest } from "./chat.ts";

/** What a call beside the answer is for; stands in its record. */
export const PURPOSES = ["toxicity", "factuality", "injection", "pii", "embedding", "rewrite", "rerank"] as const;
export type Purpose = (typeof PURPOSES)[number];

/** One of the documents that were ranked. */
export interface RankedDocument {
  /** Its place among the documents that were sent. */
  index: number;
  score: number;
}

/**
 * Calls that a request makes beside its own answer, through the router's own dispatch. Each is a generation of its own,
 * paid by the same key. They throw a `RouterError` when nothing could be had.
 */
export interface SideCalls {
  /** The text of an answer; not streamed, no checks, no retrieval. */
  ask(chat: ChatRequest, purpose: Purpose, timeoutMs?: number): Promise<string>;
  /** One vector for each text, in their order. `type` is for models that tell queries from documents. */
  embed(model: string, texts: string[], type: "query" | "document"): Promise<Float32Array[]>;
  /** The documents, best first. */
  rerank(model: string, query: string, documents: string[], topN?: number): Promise<RankedDocument[]>;
  /** Throws for a name of a reranking model that stands for nothing which the caller may use. */
  requireRanker(model: string): Promise<void>;
  /** What these calls have cost so far, in nano-dollars: checks and retrieval apart. */
  costs(): { checksNanoUsd: number; retrievalNanoUsd: number };
}
