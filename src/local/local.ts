import { scoreByBm25 } from "./bm25.ts";

/** What the router computes by itself, in the words of an upstream: POST /rerank. */
export async function localFetch(url: URL, { body }: { body: string }): Promise<Response> {
  if (!url.pathname.endsWith("/rerank")) return notHere();
  const { query, documents, top_n: top } = JSON.parse(body) as { query: string; documents: unknown[]; top_n?: number };
  const texts = documents.map((document) => (typeof document === "string" ? document : textOf(document)));
  const results = scoreByBm25(query, texts)
    .map((score, index) => ({ index, relevance_score: score }))
    .sort((a, b) => b.relevance_score - a.relevance_score)
    .slice(0, top ?? documents.length);
  return Response.json({ results, usage: { total_tokens: 0 } });
}

function textOf(document: unknown): string {
  const { text } = document as { text?: unknown };
  return typeof text === "string" ? text : "";
}

function notHere(): Response {
  const message = "This model ranks documents: POST /rerank.";
  return Response.json({ error: { message, type: "invalid_request_error", code: null } }, { status: 400 });
}
