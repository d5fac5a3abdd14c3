import type { CatalogueDocument } from "../schema/catalogue.ts";
import { checkNames } from "./check-names.ts";
import { type CatalogueRows, mergeModels, mergeProviders } from "./merge.ts";

/** What is wrong, and where: a path in dotted form. */
export interface DocumentProblem {
  path: string;
  problem: string;
}

/** What is wrong with a document that has the right shape, as a path and a problem; undefined when nothing is. */
export function checkDocument(builtIn: CatalogueRows, document: CatalogueDocument): DocumentProblem | undefined {
  const providers = mergeProviders(builtIn, document);
  for (const slug of Object.keys(document.providers ?? {})) {
    for (const field of ["name", "api", "base_url"] as const)
      if (!providers[slug]?.[field])
        return { path: `providers.${slug}.${field}`, problem: "is required for a new provider" };
  }
  const models = mergeModels(builtIn, document);
  for (const [id, given] of Object.entries(document.models ?? {})) {
    const row = models.get(id);
    if (!row?.name) return { path: `models.${id}.name`, problem: "is required for a new model" };
    if (!row.endpoints) return { path: `models.${id}.endpoints`, problem: "is required for a new model" };
    for (const [index, endpoint] of (given.endpoints ?? []).entries()) {
      const path = `models.${id}.endpoints.${index}`;
      if (!Object.hasOwn(providers, endpoint.provider))
        return { path: `${path}.provider`, problem: `there is no provider "${endpoint.provider}"` };
      const tag = endpoint.tag ?? endpoint.provider;
      if (tag !== endpoint.provider && !tag.startsWith(`${endpoint.provider}/`))
        return { path: `${path}.tag`, problem: `must be "${endpoint.provider}" or begin with "${endpoint.provider}/"` };
    }
  }
  const defaultModel = document.defaults?.model;
  const isName = (name: string) => [document.aliases, document.routers].some((own) => own && Object.hasOwn(own, name));
  if (defaultModel !== undefined && !models.get(defaultModel) && !isName(defaultModel))
    return { path: "defaults.model", problem: `there is no model "${defaultModel}"` };
  return checkNames(document, models);
}
