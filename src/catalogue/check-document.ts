import type { Alias, CatalogueDocument } from "../schema/catalogue.ts";
import { type CatalogueRows, mergeModels, mergeProviders } from "./merge.ts";
import type { ModelRows } from "./model-rows.ts";

interface DocumentProblem {
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
  if (defaultModel !== undefined && !models.get(defaultModel) && !document.aliases?.[defaultModel])
    return { path: "defaults.model", problem: `there is no model "${defaultModel}"` };
  return checkAliases(document.aliases ?? {}, models);
}

function checkAliases(aliases: Record<string, Alias>, models: ModelRows): DocumentProblem | undefined {
  for (const [name, { model, provider, fallbacks = [] }] of Object.entries(aliases)) {
    const path = `aliases.${name}`;
    if (models.get(name)) return { path, problem: "is a model's id already" };
    const row = models.get(model);
    if (!row) return { path: `${path}.model`, problem: `there is no model "${model}"` };
    if (provider !== undefined && !row.endpoints.some((one) => [one.provider, one.tag].includes(provider)))
      return { path: `${path}.provider`, problem: `no endpoint of "${model}" is at "${provider}"` };
    for (const [index, target] of fallbacks.entries()) {
      if (target === name) return { path: `${path}.fallbacks.${index}`, problem: "is the alias itself" };
      if (!Object.hasOwn(aliases, target) && !models.get(target))
        return { path: `${path}.fallbacks.${index}`, problem: `there is no alias and no model "${target}"` };
    }
  }
  return undefined;
}
