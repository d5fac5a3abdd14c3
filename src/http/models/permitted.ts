import type { Endpoint } from "../../catalogue/catalogue.ts";
import { keepsNothing } from "../../routing/filter.ts";
import { joinPreferences } from "../../routing/policy.ts";
import { isNamed } from "../../routing/slug.ts";
import type { Rules } from "../../schema/key.ts";
import { restrictionsOf } from "../../schema/restrictions.ts";
import type { Caller } from "../authenticate.ts";

/**
 * Tells which endpoints a key may use by its rules and those of its team, whatever it asks; undefined: there are no
 * rules, or it is no key that infers. `byName`: those behind a name that it may use, whose models need not be allowed.
 */
export function permittedTo(
  caller: Caller | undefined,
  { byName = false } = {},
): ((endpoint: Endpoint) => boolean) | undefined {
  if (caller?.kind !== "key") return undefined;
  const { key, team } = caller;
  const { layers, allowsModel, deniesModel } = restrictionsOf(key, team);
  if (layers.length === 0 && !hasModelRules(key) && !hasModelRules(team)) return undefined;
  const { only, ignore, zdr, denyDataCollection } = joinPreferences(...layers);
  const mayUse = byName ? (id: string) => !deniesModel(id) : allowsModel;
  return (endpoint) =>
    mayUse(endpoint.adapterOf ?? endpoint.modelId) &&
    only.every((names) => isNamed(names, endpoint)) &&
    !isNamed(ignore, endpoint) &&
    !(zdr && !keepsNothing(endpoint)) &&
    !(denyDataCollection && endpoint.provider.row.data_policy?.training !== false);
}

/** Whether a caller may ask for some models only. */
export function hasModelRulesOf(caller: Caller | undefined): boolean {
  return caller?.kind === "key" && (hasModelRules(caller.key) || hasModelRules(caller.team));
}

function hasModelRules({ allowedModels, deniedModels }: Rules): boolean {
  return allowedModels !== null || deniedModels !== null;
}
