import type { Model } from "../catalogue/catalogue.ts";
import { RouterError } from "../errors.ts";
import type { SortKey } from "../schema/provider-preferences.ts";
import { isRouter, type RouterInput, routeToModels } from "./routers.ts";
import type { RoutedCatalogue } from "./team-keys.ts";
import { parseName } from "./variants.ts";

/** How the asked name led to a model, in the words of the wire contract. */
export type Strategy = "direct" | "alias" | "latest" | "auto" | "free" | "fallback";

/** One asked model, and what its name says about how to route. */
export interface Track {
  model: Model;
  /** The name under which it answers: an alias that was asked for, else its own id. */
  shownAs: string;
  /** Only this endpoint, or this provider's: the alias says so. */
  only?: string | undefined;
  sort?: SortKey | undefined;
  /** The service tier that its variant lets in. */
  tier?: "priority" | "flex" | undefined;
}

export interface Resolution {
  /** The name as it was sent, or the default model's. */
  requested: string;
  strategy: Strategy;
  /** No model twice. */
  tracks: Track[];
  /** What a router chose by; for those who want to know. */
  params?: Record<string, unknown>;
}

/** An alias may lead to others, this often. */
const MAX_ALIAS_DEPTH = 5;

/** Finds the models that a request names: `model` first, then `models`. Throws for a name that stands for nothing. */
export function resolveModels(input: RouterInput): Resolution {
  const { request, catalogue } = input;
  const names = request.model === undefined ? [...request.models] : [request.model, ...request.models];
  if (names.length === 0) names.push(defaultModel(catalogue));
  const resolution: Resolution = { requested: names[0] ?? "", strategy: "direct", tracks: [] };
  for (const [index, name] of names.entries()) {
    const isFirst = index === 0;
    const found = allowedOf(resolveName(name, input), input);
    if (!found) throw unknownModel(name, fieldOf(index, request));
    if (isFirst) Object.assign(resolution, { strategy: found.strategy, ...(found.params && { params: found.params }) });
    for (const track of found.tracks)
      if (!resolution.tracks.some((known) => isSameTrack(known, track))) resolution.tracks.push(track);
  }
  if (names.length > 1 && resolution.tracks.length > 1 && resolution.strategy === "direct")
    resolution.strategy = "fallback";
  return resolution;
}

/** What a key may not use does not exist for it. */
function allowedOf(found: Found | undefined, { allowsModel }: RouterInput): Found | undefined {
  if (!found || !allowsModel) return found;
  const tracks = found.tracks.filter(({ model }) => allowsModel(model.id));
  return tracks.length > 0 ? { ...found, tracks } : undefined;
}

function defaultModel({ defaultModel: name }: RoutedCatalogue): string {
  if (name !== undefined) return name;
  throw new RouterError("invalid_request", "model: is required, because no default model is set", {
    metadata: { field: "model" },
  });
}

function fieldOf(index: number, { model, models }: RouterInput["request"]): string {
  if (model === undefined && models.length > 0) return `models.${index}`;
  return index === 0 ? "model" : `models.${index - 1}`;
}

function unknownModel(name: string, field: string): RouterError {
  return new RouterError("invalid_request", `${name} is not a valid model ID`, { metadata: { field } });
}

function isSameTrack(a: Track, b: Track): boolean {
  return a.model.id === b.model.id && a.only === b.only;
}

type Found = Pick<Resolution, "strategy" | "tracks" | "params">;

function resolveName(name: string, input: RouterInput): Found | undefined {
  const { base, sort, tier } = parseName(name);
  const { catalogue } = input;
  if (isRouter(base)) {
    const { models, ...route } = routeToModels(base, input);
    return { ...route, tracks: models.map((model) => ({ model, shownAs: model.id, sort, tier })) };
  }
  const aliased = catalogue.alias(base) && followAlias(base, catalogue, 0);
  if (aliased) return { strategy: "alias", tracks: aliased.map((track) => ({ ...track, shownAs: base, sort, tier })) };
  const model = catalogue.model(base) ?? withoutEndpoints(base, catalogue);
  if (model) {
    const strategy = model.id === base ? "direct" : "alias";
    return { strategy, tracks: [{ model, shownAs: model.id, sort, tier }] };
  }
  const latest = catalogue.latest(base);
  return latest && { strategy: "latest", tracks: [{ model: latest, shownAs: latest.id, sort, tier }] };
}

/** A variant that there is not, of a model that there is: it exists, and nobody serves it. */
function withoutEndpoints(name: string, catalogue: RoutedCatalogue): Model | undefined {
  const colon = name.indexOf(":");
  const base = colon === -1 ? undefined : catalogue.model(name.slice(0, colon));
  return base && { ...base, id: name, endpoints: [] };
}

/** The models of an alias, its own first, then those of its fallbacks. */
function followAlias(name: string, catalogue: RoutedCatalogue, depth: number): Omit<Track, "shownAs">[] {
  const alias = catalogue.alias(name);
  if (!alias) {
    const model = catalogue.model(name);
    return model ? [{ model }] : [];
  }
  const model = catalogue.model(alias.model);
  const own = model ? [{ model, only: alias.provider }] : [];
  if (depth === MAX_ALIAS_DEPTH) return own;
  const further = (alias.fallbacks ?? []).flatMap((target) => followAlias(target, catalogue, depth + 1));
  return [...own, ...further];
}
