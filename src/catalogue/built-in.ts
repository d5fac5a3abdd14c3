import { DEMO_MODELS, DEMO_PROVIDER } from "../demo/catalogue.ts";
import type { CatalogueRows } from "./catalogue.ts";

/** What every installation knows before its operator says anything. */
export const BUILT_IN: CatalogueRows = {
  providers: { demo: DEMO_PROVIDER },
  models: DEMO_MODELS,
};
