import type { Model } from "../catalogue/catalogue.ts";
import { RouterError } from "../errors.ts";
import type { SortKey } from "../schema/provider-preferences.ts";
import { defaultName } from "./default-model.ts";
import { adaptedOf, followName } from "./names.ts";
import { isRouter, type RouterInput, routeToModels } from "./routers.ts";
import type { Target } from "./targets.ts";
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
  /** Of a router, or of an alias with limits: what it leads to here. */
  target?: Target | undefined;
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

export interface ResolveInput extends RouterInput {
  /** Whose names are seen besides everybody's; undefined: all. */
  project?: string | undefined;
  /** Models that no name may lead to. */
  deniesModel?: ((id: string) => boolean) | undefined;
  /** The model of the caller's project for requests that name none. */
  projectDefault?: string | undefined;
}

/** Finds the models that a request names: `model` first, then `models`. Throws for a name that stands for nothing. */
export function resolveModels(input: ResolveInput): Resolution {
  const { request } = input;
  const names = request.model === undefined ? [...request.models] : [request.model, ...request.models];
  if (names.length === 0) names.push(defaultModel(input));
  const resolution: Resolution = { requested: names[0] ?? "", strategy: "direct", tracks: [] };
  for (const [index, name] of names.entries()) {
    const isFirst = index === 0;
    const found = findName(name, input);
    if (!found) throw unknownModel(name, fieldOf(index, request));
    if (isFirst) Object.assign(resolution, { strategy: found.strategy, ...(found.params && { params: found.params }) });
    for (const track of found.tracks)
      if (!resolution.tracks.some((known) => isSameTrack(known, track))) resolution.tracks.push(track);
  }
  if (names.length > 1 && resolution.tracks.length > 1 && resolution.strategy === "direct")
    resolution.strategy = "fallback";
  return resolution;
}

/** What a name leads to. What a key may not use does not exist for it. */
function findName(name: string, input: ResolveInput): Found | undefined {
  const found = resolveName(name, input);
  if (!found) return undefined;
  const { allowsModel, deniesModel } = input;
  if (found.alias === undefined) return narrowed(found, allowsModel);
  if (allowsModel?.(found.alias) === false) return undefined;
  return narrowed(found, deniesModel && ((id) => !deniesModel(id)));
}

function narrowed(found: Found, allows: ((id: string) => boolean) | undefined): Found | undefined {
  if (!allows) return found;
  const tracks = found.tracks.filter(({ model }) => allows(adaptedOf(model)));
  return tracks.length > 0 ? { ...found, tracks } : undefined;
}

/** The name of the model of a request that names none. Its draws are not the request's own: they come first. */
function defaultModel(input: ResolveInput): string {
  const name = defaultName(input, (name) => findName(name, { ...input, random: () => 0 })?.tracks.map(modelOf) ?? []);
  if (name !== undefined) return name;
  const hasDefault = input.catalogue.defaultModel !== undefined || input.projectDefault !== undefined;
  const why = hasDefault ? "no default model takes what the messages bring" : "no default model is set";
  const options = { metadata: { field: "model" }, isUnknownModel: true };
  throw new RouterError("invalid_request", `model: is required, because ${why}`, options);
}

function modelOf({ model }: Track): Model {
  return model;
}

function fieldOf(index: number, { model, models }: RouterInput["request"]): string {
  if (model === undefined && models.length > 0) return `models.${index}`;
  return index === 0 ? "model" : `models.${index - 1}`;
}

function unknownModel(name: string, field: string): RouterError {
  return new RouterError("invalid_request", `${name} is not a valid model ID`, {
    metadata: { field },
    isUnknownModel: true,
  });
}

function isSameTrack(a: Track, b: Track): boolean {
  if (a.model.id !== b.model.id || a.only !== b.only) return false;
  return a.target?.name === b.target?.name && a.target?.router === b.target?.router;
}

interface Found extends Pick<Resolution, "strategy" | "tracks" | "params"> {
  /** The alias or router that was asked for. */
  alias?: string;
}

function resolveName(name: string, input: ResolveInput): Found | undefined {
  const { base, sort, tier } = parseName(name);
  const { catalogue } = input;
  const named = followName(base, input);
  if (named) {
    const tracks = named.map((track): Track => ({ ...track, shownAs: base, sort, tier }));
    return { strategy: "alias", alias: base, tracks };
  }
  if (isRouter(base)) {
    const { models, ...route } = routeToModels(base, input);
    return { ...route, tracks: models.map((model) => ({ model, shownAs: model.id, sort, tier })) };
  }
  const model = catalogue.model(base) ?? withoutEndpoints(base, catalogue);
  if (model) {
    const strategy = model.id === base ? "direct" : "alias";
    return { strategy, tracks: [{ model, shownAs: model.id, sort, tier }] };
  }
  const latest = catalogue.latest(base);
  return latest && { strategy: "latest", tracks: [{ model: latest, shownAs: latest.id, sort, tier }] };
}

/** Whether a name leads to anything at all, for whomever: a model, an alias, an adapter or a router. */
export function isKnownName(name: string, catalogue: RoutedCatalogue): boolean {
  const { base } = parseName(name);
  if (isRouter(base) || catalogue.router(base) || catalogue.alias(base)) return true;
  return (catalogue.model(base) ?? catalogue.latest(base)) !== undefined;
}

/** A variant that there is not, of a model that there is: it exists, and nobody serves it. */
function withoutEndpoints(name: string, catalogue: RoutedCatalogue): Model | undefined {
  const colon = name.indexOf(":");
  const base = colon === -1 ? undefined : catalogue.model(name.slice(0, colon));
  return base && { ...base, id: name, endpoints: [] };
}
