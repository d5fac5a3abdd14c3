import { DEMO_MODELS, DEMO_PROVIDER, DEMO_SLUG } from "../demo/catalogue.ts";
import { LOCAL_MODELS, LOCAL_PROVIDER, LOCAL_SLUG } from "../local/catalogue.ts";
import models from "./data/models.txt";
import type { CatalogueRows } from "./merge.ts";
import { joinRows, plainRows } from "./model-rows.ts";
import { PackedRows } from "./packed-rows.ts";
import { PROVIDERS } from "./providers/index.ts";

/** What every installation knows before its operator says anything. */
export const BUILT_IN: CatalogueRows = {
  providers: { [DEMO_SLUG]: DEMO_PROVIDER, [LOCAL_SLUG]: LOCAL_PROVIDER, ...PROVIDERS },
  models: joinRows(plainRows({ ...DEMO_MODELS, ...LOCAL_MODELS }), new PackedRows(models)),
};
