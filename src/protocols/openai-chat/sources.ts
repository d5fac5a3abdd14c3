import type { UrlCitation } from "../../schema/chunk.ts";
import { asArray, asObject, asString, type Json } from "../json.ts";

/**
 * Sources that an answer names beside its choices: `search_results: [{url, title}]`, or the older `citations` of
 * bare URLs (Perplexity, xAI). They carry no position in the text, so theirs is 0 to 0.
 */
export function readSources(chunk: Json): UrlCitation[] {
  const results = asArray(chunk.search_results).map(asObject);
  const sources = results.length > 0 ? results : asArray(chunk.citations).map((url) => ({ url }) as Json);
  const citations: UrlCitation[] = [];
  for (const source of sources) {
    const url = asString(source.url);
    if (url === undefined) continue;
    const title = asString(source.title) ?? "";
    citations.push({ type: "url_citation", url_citation: { url, title, start_index: 0, end_index: 0 } });
  }
  return citations;
}
