import { BUILT_IN } from "../../catalogue/built-in.ts";
import { Catalogue } from "../../catalogue/catalogue.ts";
import { invalidField } from "../../errors.ts";
import { isKnownName } from "../../routing/resolve.ts";
import type { CatalogueDocument } from "../../schema/catalogue.ts";
import { PHONE_REGIONS } from "../../schema/phone-regions.ts";

/**
 * Looks at what a new document's settings name: a judge that is no model would let each request pay its answer and
 * then fail. Only what is written is looked at: a stored document stays readable when a built-in model leaves.
 * Throws a 400 that names the path.
 */
export function checkSettings(document: CatalogueDocument): void {
  const { checks = {}, retrieval = {} } = document;
  const region = checks.pii?.region;
  if (region !== undefined && !PHONE_REGIONS.has(region))
    throw invalidField("checks.pii.region", `no numbering plan is known of "${region}"`);
  const names: [path: string, name: string | null | undefined][] = [
    ["checks.pii.judge", checks.pii?.judge],
    ["checks.injection.judge", checks.injection?.judge],
    ["checks.toxicity.judge", checks.toxicity?.judge],
    ["checks.factuality.judge", checks.factuality?.judge],
    ["retrieval.embedding_model", retrieval.embedding_model],
    ["retrieval.reranking_model", retrieval.reranking_model],
  ];
  const catalogue = new Catalogue(BUILT_IN, document);
  for (const [path, name] of names)
    if (name != null && !isKnownName(name, catalogue))
      throw invalidField(path, `there is no model, alias or router "${name}"`);
}
