import type { ModelRow } from "../schema/catalogue.ts";
import type { ModelRows } from "./model-rows.ts";

/**
 * Rows of models as one text, of which only the lines that are asked for are parsed.
 *
 * | line | holds |
 * | --- | --- |
 * | first | JSON, a list: the distinct lists of supported parameters |
 * | others | id, tab, canonical slug (may be empty), tab, the row as JSON |
 *
 * In the JSON an endpoint's `supported_parameters` is the index of a list. The text is ASCII: the engine then keeps it
 * at one byte a character, and a slice of it is no copy. Rows have been checked when the text was made.
 */
export class PackedRows implements ModelRows {
  readonly #text: string;
  #lines: Lines | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  ids(): Iterable<string> {
    return this.#index().byId.keys();
  }

  get(id: string): ModelRow | undefined {
    const { byId, parameterLists } = this.#index();
    const range = byId.get(id);
    if (range === undefined) return undefined;
    const row = JSON.parse(this.#text.slice(...range));
    for (const endpoint of row.endpoints)
      if (endpoint.supported_parameters !== undefined)
        endpoint.supported_parameters = parameterLists[endpoint.supported_parameters];
    return row;
  }

  idOf(canonicalSlug: string): string | undefined {
    return this.#index().idsBySlug.get(canonicalSlug);
  }

  #index(): Lines {
    this.#lines ??= indexLines(this.#text);
    return this.#lines;
  }
}

interface Lines {
  /** Where a row's JSON begins and ends. */
  byId: Map<string, [begin: number, end: number]>;
  idsBySlug: Map<string, string>;
  parameterLists: string[][];
}

function indexLines(text: string): Lines {
  const byId: Lines["byId"] = new Map();
  const idsBySlug: Lines["idsBySlug"] = new Map();
  const headEnd = text.indexOf("\n");
  for (let begin = headEnd + 1; begin < text.length; ) {
    const end = text.indexOf("\n", begin);
    const idEnd = text.indexOf("\t", begin);
    const slugEnd = text.indexOf("\t", idEnd + 1);
    const id = text.slice(begin, idEnd);
    byId.set(id, [slugEnd + 1, end]);
    if (slugEnd > idEnd + 1) idsBySlug.set(text.slice(idEnd + 1, slugEnd), id);
    begin = end + 1;
  }
  return { byId, idsBySlug, parameterLists: JSON.parse(text.slice(0, headEnd)) };
}

/** The text of rows; the inverse of `PackedRows`. */
export function packRows(rows: Iterable<[id: string, row: ModelRow]>): string {
  const lists = new Map<string, number>();
  const lines: string[] = [];
  for (const [id, row] of rows) {
    const endpoints = row.endpoints.map((endpoint) => {
      const { supported_parameters: list, ...rest } = endpoint;
      if (list === undefined) return rest;
      const key = JSON.stringify(list);
      if (!lists.has(key)) lists.set(key, lists.size);
      return { ...rest, supported_parameters: lists.get(key) };
    });
    lines.push(`${id}\t${row.canonical_slug ?? ""}\t${toAscii(JSON.stringify({ ...row, endpoints }))}\n`);
  }
  return `[${[...lists.keys()].join(",")}]\n${lines.join("")}`;
}

function toAscii(json: string): string {
  return json.replace(/[\u007f-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
