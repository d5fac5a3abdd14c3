import { type RerankDocument, type RerankRequest, textOfDocument } from "../../schema/rerank.ts";
import type { RankedDocument } from "../../schema/side-calls.ts";
import { asArray, asObject, asString, type Json } from "../json.ts";
import { readStreamError } from "../openai-chat/failure.ts";
import { isCount } from "./embeddings.ts";
import { malformed, type WholeCall, type WholeResult } from "./whole-call.ts";

/** Fields that are ours, or that are written anew. */
const OWN_FIELDS = new Set(["provider", "session_id", "trace", "metadata", "model", "return_documents", "documents"]);

/** The form of a call for ranking that Cohere, Jina and most others share. */
export function rerankCall(request: RerankRequest, count: (text: string) => number): WholeCall<RankedDocument[]> {
  const { documents, query, top_n: top } = request;
  return {
    path: "/rerank",
    request({ model }) {
      const others = Object.entries(request).filter(([name, value]) => !OWN_FIELDS.has(name) && value !== null);
      const body = { ...Object.fromEntries(others), model, documents: documents.map(toWire) };
      return { body, dropped: [] };
    },
    read: (json) => readRanking(asObject(json), documents.length, top ?? documents.length),
    // The query is read beside each document.
    estimateTokens: () =>
      documents.reduce<number>((sum, one) => sum + count(textOfDocument(one)), count(query) * documents.length),
  };
}

/** A vendor's search unit has so many documents at most, of which a longer one counts as several. */
const UNIT_DOCUMENTS = 100;
const UNIT_DOCUMENT_TOKENS = 500;

/** What a vendor that bills by search units may bill. */
export function searchUnitsOf(query: string, documents: RerankDocument[], count: (text: string) => number): number {
  const ofQuery = count(query);
  const pieces = documents.reduce<number>((sum, one) => {
    const tokens = ofQuery + count(textOfDocument(one));
    return sum + Math.max(1, Math.ceil(tokens / UNIT_DOCUMENT_TOKENS));
  }, 0);
  return Math.ceil(pieces / UNIT_DOCUMENTS);
}

/** A text alone is the form that everybody takes. */
function toWire(document: RerankDocument): RerankDocument {
  return typeof document === "string" || document.image != null ? document : textOfDocument(document);
}

function readRanking(
  json: Json,
  count: number,
  top: number,
): WholeResult<RankedDocument[]> | ReturnType<typeof malformed> {
  if (json.error !== undefined && json.error !== null) return { failure: readStreamError(json) };
  const rows = asArray(json.results ?? json.data).map(asObject);
  if (rows.length === 0) return malformed("The provider ranked none of the documents.");
  const seen = new Set<number>();
  const value: RankedDocument[] = [];
  for (const row of rows) {
    const { index } = row;
    const score = row.relevance_score ?? row.score;
    if (!isCount(index) || index >= count || seen.has(index) || typeof score !== "number")
      return malformed("The provider's ranking is not one of the documents that were sent.");
    seen.add(index);
    value.push({ index, score });
  }
  value.sort((a, b) => b.score - a.score || a.index - b.index);
  const meta = asObject(json.meta);
  const usage = asObject(json.usage);
  const tokens = [usage.total_tokens, usage.prompt_tokens, asObject(meta.tokens).input_tokens].find(isCount);
  const searchUnits = [usage.search_units, asObject(meta.billed_units).search_units].find(isCount);
  return { value: value.slice(0, top), tokens, searchUnits, upstreamId: asString(json.id) };
}
