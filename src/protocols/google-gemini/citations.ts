import type { Annotation } from "../../schema/chunk.ts";
import { asArray, asObject, asString, type Json } from "../json.ts";

const GROUNDING_LISTS = ["groundingChunks", "groundingSupports", "webSearchQueries"];

/**
 * Collects where an answer has its knowledge from. The vendor names sources and the text that they support in
 * `groundingMetadata`, most of it with the last piece of a stream, and quoted works in `citationMetadata`. Its
 * offsets count bytes of UTF-8, ours characters.
 */
export class Citations {
  #grounding: Json | undefined;
  readonly #quoted = new Map<string, Json>();

  /** Searches that the vendor ran for this answer. */
  get webSearches(): number {
    return asArray(this.#grounding?.webSearchQueries).length;
  }

  take(candidate: Json): void {
    if (candidate.groundingMetadata) this.#takeGrounding(asObject(candidate.groundingMetadata));
    if (!candidate.citationMetadata) return;
    const { citationSources, citations } = asObject(candidate.citationMetadata);
    for (const value of asArray(citationSources ?? citations)) {
      const source = asObject(value);
      if (asString(source.uri)) this.#quoted.set(`${source.uri} ${source.startIndex}`, source);
    }
  }

  /** The annotations of the whole text: first each supported passage, then the sources that support none. */
  annotations(text: string): Annotation[] {
    const offsets = new Offsets(text);
    const annotations: Annotation[] = [];
    const chunks = asArray(this.#grounding?.groundingChunks).map(asObject);
    const cited = new Set<number>();
    for (const value of asArray(this.#grounding?.groundingSupports)) {
      const support = asObject(value);
      const range = offsets.range(asObject(support.segment));
      for (const index of asArray(support.groundingChunkIndices)) {
        if (typeof index !== "number") continue;
        const annotation = fromChunk(chunks[index], range);
        if (!annotation) continue;
        cited.add(index);
        annotations.push(annotation);
      }
    }
    for (const [index, chunk] of chunks.entries()) {
      const annotation = cited.has(index) ? undefined : fromChunk(chunk, { start: 0, end: 0 });
      if (annotation) annotations.push(annotation);
    }
    for (const source of this.#quoted.values())
      annotations.push(citation(asString(source.uri) ?? "", asString(source.title), offsets.range(source)));
    return annotations;
  }

  /** A later piece adds to what an earlier one said; lists that it leaves empty stay. */
  #takeGrounding(grounding: Json): void {
    for (const list of GROUNDING_LISTS) {
      const values = asArray(grounding[list]);
      if (values.length > 0) this.#grounding = { ...this.#grounding, [list]: values };
    }
  }
}

interface Range {
  start: number;
  end: number;
  text?: string | undefined;
}

/** Turns byte offsets of a text into character offsets. */
class Offsets {
  readonly #text: string;
  #bytes: Uint8Array | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  /** A segment's place: where its offsets lead, unless other text stands there and its own is found elsewhere. */
  range({ startIndex, endIndex, text }: Json): Range {
    const start = this.#toChars(startIndex);
    const end = Math.max(start, this.#toChars(endIndex));
    const quoted = asString(text) || undefined;
    if (quoted === undefined || this.#text.slice(start, end) === quoted) return { start, end, text: quoted };
    const found = this.#text.indexOf(quoted);
    return found === -1 ? { start, end, text: quoted } : { start: found, end: found + quoted.length, text: quoted };
  }

  #toChars(bytes: unknown): number {
    if (typeof bytes !== "number" || !(bytes > 0)) return 0;
    this.#bytes ??= new TextEncoder().encode(this.#text);
    if (this.#bytes.length === this.#text.length) return Math.min(Math.floor(bytes), this.#text.length);
    return new TextDecoder().decode(this.#bytes.subarray(0, Math.floor(bytes))).length;
  }
}

/** A source from the web, a map or a data store; all name themselves alike. */
function fromChunk(chunk: Json | undefined, range: Range): Annotation | undefined {
  const source = asObject(chunk?.web ?? chunk?.retrievedContext ?? chunk?.maps ?? chunk?.image);
  const uri = asString(source.uri) ?? asString(source.sourceUri);
  return uri ? citation(uri, asString(source.title) ?? asString(source.domain), range) : undefined;
}

function citation(url: string, title: string | undefined, { start, end, text }: Range): Annotation {
  return {
    type: "url_citation",
    url_citation: { url, title: title ?? "", ...(text && { content: text }), start_index: start, end_index: end },
  };
}
