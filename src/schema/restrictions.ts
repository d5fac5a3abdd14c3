import type { ApiKey, Rules } from "./key.ts";
import type { ProviderPreferences } from "./provider-preferences.ts";
import type { Team } from "./team.ts";

/** What a key and its team make of every request. */
export interface Restrictions {
  /** To be joined with the request's own preferences, which go before them; the earlier layer before the later one. */
  layers: ProviderPreferences[];
  /** Whether a model may be used; to a key that may not, there is no such model. */
  allowsModel(id: string): boolean;
  /** Whether no name may lead to a model. */
  deniesModel(id: string): boolean;
}

/** What a key may ask for: within its own rules and within those of its team. */
export function restrictionsOf(key: ApiKey, team: Team): Restrictions {
  const sort = team.defaultProviderSort;
  const layers = [key.provider, preferencesOf(key), team.provider, preferencesOf(team), sort ? { sort } : null];
  const tests = [modelTestOf(key), modelTestOf(team)];
  return {
    layers: layers.filter((layer): layer is ProviderPreferences => layer !== null && Object.keys(layer).length > 0),
    allowsModel: (id) => tests.every((allows) => allows(id)),
    deniesModel: (id) => [key, team].some(({ deniedModels }) => deniedModels?.some(matching(id)) ?? false),
  };
}

/** Rules in the words of a request's preferences. */
function preferencesOf({ allowedProviders, deniedProviders, dataPolicy }: Rules): ProviderPreferences {
  return {
    ...(allowedProviders && { only: allowedProviders }),
    ...(deniedProviders && { ignore: deniedProviders }),
    ...(dataPolicy?.data_collection === "deny" && { data_collection: "deny" as const }),
    ...(dataPolicy?.zdr === true && { zdr: true }),
  };
}

function modelTestOf({ allowedModels, deniedModels }: Rules): (id: string) => boolean {
  return (id) => (allowedModels?.some(matching(id)) ?? true) && !deniedModels?.some(matching(id));
}

/** Tells whether a pattern matches: `*` stands for any characters, case does not count. */
function matching(id: string): (pattern: string) => boolean {
  const text = id.toLowerCase();
  return (pattern) => {
    const [first = "", ...others] = pattern.toLowerCase().split("*");
    const last = others.pop();
    if (last === undefined) return text === first;
    if (!text.startsWith(first)) return false;
    let position = first.length;
    for (const piece of others) {
      const found = text.indexOf(piece, position);
      if (found === -1) return false;
      position = found + piece.length;
    }
    return text.length - last.length >= position && text.endsWith(last);
  };
}
