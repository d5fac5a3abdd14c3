import type { Annotation } from "../../schema/chunk.ts";
import { asObject, asString } from "../json.ts";

/**
 * A citation as an annotation of the text between two offsets; undefined for a kind that names no source.
 *
 * Search results are cited by their address. A document of the request has none: it becomes `#document-<index>`, with
 * its index among all documents of the request, and keeps its title. `content` is the cited text.
 */
export function toAnnotation(citation: unknown, startIndex: number, endIndex: number): Annotation | undefined {
  const json = asObject(citation);
  const url = asString(json.url) ?? asString(json.source) ?? documentUrl(json.document_index);
  if (url === undefined) return undefined;
  const title = asString(json.title) ?? asString(json.document_title) ?? "";
  const content = asString(json.cited_text);
  return {
    type: "url_citation",
    url_citation: {
      url,
      title,
      ...(content ? { content } : {}),
      start_index: startIndex,
      end_index: endIndex,
    },
  };
}

function documentUrl(index: unknown): string | undefined {
  return typeof index === "number" ? `#document-${index}` : undefined;
}
