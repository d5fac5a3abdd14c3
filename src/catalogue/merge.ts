import type { CatalogueDocument, ModelRow, Provider as ProviderRow } from "../schema/catalogue.ts";
import { joinRows, type ModelRows, plainRows } from "./model-rows.ts";

/** The parts of which a catalogue is made. */
export interface CatalogueRows {
  providers: Record<string, ProviderRow>;
  models: ModelRows;
}

/** Rows of the document win over built-in ones, field by field. */
export function mergeProviders(
  builtIn: CatalogueRows,
  { providers = {} }: CatalogueDocument,
): Record<string, ProviderRow> {
  const merged = { ...builtIn.providers };
  // The caller has checked that what an overlay leaves out is built in.
  for (const [slug, row] of Object.entries(providers))
    merged[slug] = { ...builtIn.providers[slug], ...row } as ProviderRow;
  return merged;
}

/** The same for models; those of which the document says nothing are not even read. */
export function mergeModels({ models: builtIn }: CatalogueRows, { models = {} }: CatalogueDocument): ModelRows {
  const overlay = Object.entries(models).map(([id, row]): [string, ModelRow] => {
    // As above.
    return [id, { ...builtIn.get(id), ...row } as ModelRow];
  });
  const { get, idOf, ids } = joinRows(plainRows(Object.fromEntries(overlay)), builtIn);
  return { get, idOf, ids: () => new Set([...builtIn.ids(), ...ids()]) };
}
