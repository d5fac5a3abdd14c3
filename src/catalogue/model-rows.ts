import type { ModelRow } from "../schema/catalogue.ts";

/** Rows of models, found one by one: to route one request a large catalogue must not be read as a whole. */
export interface ModelRows {
  /** Every id, in the catalogue's order. */
  ids(): Iterable<string>;
  get(id: string): ModelRow | undefined;
  /** The id of the model that has this dated id. */
  idOf(canonicalSlug: string): string | undefined;
}

/** Rows that are there already, by id. */
export function plainRows(rows: Record<string, ModelRow>): ModelRows {
  const idsBySlug = new Map(Object.entries(rows).map(([id, row]) => [row.canonical_slug, id]));
  return {
    ids: () => Object.keys(rows),
    get: (id) => (Object.hasOwn(rows, id) ? rows[id] : undefined),
    idOf: (canonicalSlug) => idsBySlug.get(canonicalSlug),
  };
}

/** Several collections as one; where two have the same id, the first wins. */
export function joinRows(...collections: ModelRows[]): ModelRows {
  return {
    ids: () => new Set(collections.flatMap((rows) => [...rows.ids()])),
    get: (id) => firstDefined(collections, (rows) => rows.get(id)),
    idOf: (canonicalSlug) => firstDefined(collections, (rows) => rows.idOf(canonicalSlug)),
  };
}

function firstDefined<Item, Value>(items: Item[], read: (item: Item) => Value | undefined): Value | undefined {
  for (const item of items) {
    const value = read(item);
    if (value !== undefined) return value;
  }
  return undefined;
}
