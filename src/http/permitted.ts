import type { Endpoint } from "../catalogue/catalogue.ts";
import { keepsNothing } from "../routing/filter.ts";
import { joinPreferences } from "../routing/policy.ts";
import { isNamed } from "../routing/slug.ts";
import type { Rules } from "../schema/key.ts";
import { restrictionsOf } from "../schema/restrictions.ts";
import type { Caller } from "./authenticate.ts";

/**
 * Tells which endpoints a key may use by its rules and those of its team, whatever it asks; undefined: there are no
 * rules, or it is no key that infers.
 */
export function permittedTo(caller: Caller | undefined): ((endpoint: Endpoint) => boolean) | undefined {
  if (caller?.kind !== "key") return undefined;
  const { key, team } = caller;
  const { layers, allowsModel } = restrictionsOf(key, team);
  if (layers.length === 0 && !hasModelRules(key) && !hasModelRules(team)) return undefined;
  const { only, ignore, zdr, denyDataCollection } = joinPreferences(...layers);
  return (endpoint) =>
    allowsModel(endpoint.modelId) &&
    only.every((names) => isNamed(names, endpoint)) &&
    !isNamed(ignore, endpoint) &&
    !(zdr && !keepsNothing(endpoint)) &&
    !(denyDataCollection && endpoint.provider.row.data_policy?.training !== false);
}

function hasModelRules({ allowedModels, deniedModels }: Rules): boolean {
  return allowedModels !== null || deniedModels !== null;
}
