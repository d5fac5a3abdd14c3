import type { UrlCitation } from "../../schema/chunk.ts";
import { asString, type Json } from "../json.ts";

/** An annotation that cites an address; undefined for any other kind. */
export function toCitation(annotation: Json): UrlCitation | undefined {
  const url = asString(annotation.url);
  if (annotation.type !== "url_citation" || url === undefined) return undefined;
  const { title, start_index: start, end_index: end } = annotation;
  return {
    type: "url_citation",
    url_citation: {
      url,
      title: asString(title) ?? "",
      start_index: typeof start === "number" ? start : 0,
      end_index: typeof end === "number" ? end : 0,
    },
  };
}
