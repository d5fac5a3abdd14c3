import type { CatalogueDocument, ModelRow } from "../schema/catalogue.ts";
import type { Alias, Member, Router } from "../schema/names.ts";
import type { DocumentProblem } from "./check-document.ts";
import type { ModelRows } from "./model-rows.ts";

/** What names may lead to. */
interface Names {
  aliases: Record<string, Alias>;
  routers: Record<string, Router>;
  /** The model of a public or dated id. */
  modelOf(id: string): ModelRow | undefined;
}

/** What is wrong with a document's aliases and routers; undefined when nothing is. */
export function checkNames(
  { aliases = {}, routers = {} }: CatalogueDocument,
  models: ModelRows,
): DocumentProblem | undefined {
  const modelOf = (id: string) => models.get(id) ?? models.get(models.idOf(id) ?? "");
  const names: Names = { aliases, routers, modelOf };
  for (const [name, alias] of Object.entries(aliases)) {
    const problem = checkAlias(name, alias, names);
    if (problem) return problem;
  }
  for (const [name, router] of Object.entries(routers)) {
    const problem = checkRouter(name, router, names);
    if (problem) return problem;
  }
  return findCycle(aliases);
}

function checkAlias(name: string, alias: Alias, names: Names): DocumentProblem | undefined {
  const path = `aliases.${name}`;
  if (names.modelOf(name)) return { path, problem: "is a model's id already" };
  const isAdapter = alias.adapter_of !== undefined || alias.adapter !== undefined;
  const problem = isAdapter ? checkAdapter(path, alias, names) : checkDeployment(path, alias, names);
  return problem ?? checkFallbacks(path, { ...alias, target: name }, names);
}

function checkDeployment(path: string, alias: Alias, { modelOf }: Names): DocumentProblem | undefined {
  const { model, provider, pricing } = alias;
  if (model === undefined) return { path: `${path}.model`, problem: "is required" };
  const row = modelOf(model);
  if (!row) return { path: `${path}.model`, problem: `there is no model "${model}"` };
  if (provider !== undefined && !row.endpoints.some((one) => [one.provider, one.tag].includes(provider)))
    return { path: `${path}.provider`, problem: `no endpoint of "${model}" is at "${provider}"` };
  if (pricing) return { path: `${path}.pricing`, problem: "is for adapters; others cost what their endpoints do" };
  return undefined;
}

function checkAdapter(path: string, alias: Alias, { aliases, routers, modelOf }: Names): DocumentProblem | undefined {
  const { adapter_of: base, adapter } = alias;
  if (base === undefined) return { path: `${path}.adapter_of`, problem: "is required with adapter" };
  if (adapter === undefined) return { path: `${path}.adapter`, problem: "is required with adapter_of" };
  for (const field of ["model", "provider"] as const)
    if (alias[field] !== undefined) return { path: `${path}.${field}`, problem: "is the base's; leave it out" };
  if (Object.hasOwn(routers, base)) return { path: `${path}.adapter_of`, problem: `"${base}" is a router` };
  const known = Object.hasOwn(aliases, base) ? aliases[base] : undefined;
  if (known?.adapter_of !== undefined)
    return { path: `${path}.adapter_of`, problem: `"${base}" is an adapter itself; name its base` };
  if (!known && !modelOf(base))
    return { path: `${path}.adapter_of`, problem: `there is no alias and no model "${base}"` };
  return undefined;
}

function checkRouter(name: string, { members }: Router, names: Names): DocumentProblem | undefined {
  const path = `routers.${name}`;
  if (names.modelOf(name)) return { path, problem: "is a model's id already" };
  if (Object.hasOwn(names.aliases, name)) return { path, problem: "is an alias already" };
  const known = new Set<string>();
  for (const [index, member] of members.entries()) {
    const place = `${path}.members.${index}`;
    const problem = isNoTarget(member.target, names);
    if (problem) return { path: `${place}.target`, problem };
    if (known.has(member.target)) return { path: `${place}.target`, problem: `"${member.target}" is a member already` };
    known.add(member.target);
    const wrong = checkFallbacks(place, member, names);
    if (wrong) return wrong;
  }
  return undefined;
}

/** What a request falls back on exists, and is something else. */
function checkFallbacks(
  path: string,
  { target, fallbacks = [] }: Pick<Member, "target" | "fallbacks">,
  names: Names,
): DocumentProblem | undefined {
  for (const [index, name] of fallbacks.entries()) {
    const problem = name === target ? `"${name}" cannot be its own fallback` : isNoTarget(name, names);
    if (problem) return { path: `${path}.fallbacks.${index}`, problem };
  }
  return undefined;
}

/** Why a name cannot be gone to; undefined when it can. */
function isNoTarget(name: string, { aliases, routers, modelOf }: Names): string | undefined {
  if (Object.hasOwn(routers, name)) return `"${name}" is a router`;
  if (Object.hasOwn(aliases, name) || modelOf(name)) return undefined;
  return `there is no alias and no model "${name}"`;
}

/** Fallbacks that lead back to where they began. */
function findCycle(aliases: Record<string, Alias>): DocumentProblem | undefined {
  const done = new Set<string>();
  const visit = (name: string, trail: string[]): DocumentProblem | undefined => {
    if (done.has(name)) return undefined;
    for (const [index, target] of (aliases[name]?.fallbacks ?? []).entries()) {
      if (!Object.hasOwn(aliases, target)) continue;
      const path = `aliases.${name}.fallbacks.${index}`;
      if (target === name || trail.includes(target)) return { path, problem: `leads back to "${target}"` };
      const found = visit(target, [...trail, name]);
      if (found) return found;
    }
    done.add(name);
    return undefined;
  };
  for (const name of Object.keys(aliases)) {
    const found = visit(name, []);
    if (found) return found;
  }
  return undefined;
}
