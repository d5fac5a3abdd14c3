import type { Catalogue, Endpoint, Model } from "../../catalogue/catalogue.ts";
import { DEMO_SLUG } from "../../demo/catalogue.ts";
import { type NameRules, namesSeenBy, type SeenName } from "../../routing/names.ts";
import { variantsOf } from "../../routing/team-keys.ts";
import { restrictionsOf } from "../../schema/restrictions.ts";
import { readTeamKeys } from "../../store/byok.ts";
import { readCatalogue } from "../../store/catalogue.ts";
import { type Caller, identify } from "../authenticate.ts";
import { isDemoOn } from "../demo-switch.ts";
import { dialectOf } from "../dialects/choose.ts";
import { type AppContext, waitUntilOf } from "../env.ts";
import { teamCallerOf } from "../team-catalogue.ts";
import { hasToken } from "../token.ts";
import type { Listed } from "./model-query.ts";
import { toWireModel, UNKNOWN_PRICE } from "./model-wire.ts";
import { hasModelRulesOf, permittedTo } from "./permitted.ts";
import { usableEndpoints } from "./usable.ts";

/**
 * Which models a caller sees. Without a key it is the whole catalogue, as a shop window. With one it is what this
 * installation can serve, with the endpoints whose providers have their secret: what a client offers for choice must
 * work. `?all=true` and `?all=false` say it outright.
 */
export interface Scope {
  isAll: boolean;
  /** Two scopes of one name have the same endpoints; undefined: it is this caller's own. */
  name: string | undefined;
  /** Whether an endpoint is in it. */
  counts: (endpoint: Endpoint) => boolean;
  /** Whether an endpoint is, for who reaches it through a name of the operator's. */
  countsByName: (endpoint: Endpoint) => boolean;
  /** Whose it is. */
  caller?: Caller | undefined;
}

/**
 * Which endpoints a caller asks about: all of the catalogue, or with `all=false` those that can be called for it here.
 * A key is not needed; one that is not good is a 401, since its owner would look for the reason elsewhere.
 */
export async function scopeOf(c: AppContext, all: boolean | undefined): Promise<Scope> {
  const caller = !hasToken(c.req.raw.headers) ? undefined : await identify(c);
  if (all === false) return usableBy(c, caller);
  const whole = { ...everything(c), caller };
  if (all || !hasModelRulesOf(caller)) return whole;
  // What a key may not ask for is not there for it.
  const { allowsModel, deniesModel } = rulesOf(caller);
  return {
    ...whole,
    name: undefined,
    counts: (endpoint) => whole.counts(endpoint) && allowsModel?.(endpoint.modelId) !== false,
    countsByName: (endpoint) => whole.counts(endpoint) && !deniesModel?.(endpoint.adapterOf ?? endpoint.modelId),
  };
}

/** What a caller may ask for. */
export function rulesOf(caller: Caller | undefined): NameRules {
  return caller?.kind === "key" ? restrictionsOf(caller.key, caller.team) : {};
}

/** The whole catalogue. Where the demo is off it is in no scope. */
export function everything(c: AppContext): Scope {
  const hasDemo = isDemoOn(c);
  const counts = ({ provider }: Endpoint) => hasDemo || provider.slug !== DEMO_SLUG;
  return { isAll: true, name: `all ${hasDemo}`, counts, countsByName: counts };
}

/** What can be called here, with the operator's keys and those of the caller's team, within the rules of its key. */
export async function usableBy(c: AppContext, caller: Caller | undefined): Promise<Scope> {
  const isUsable = usableEndpoints(c);
  const keys = caller?.team ? await readTeamKeys(c.env.KV, caller.team.id, waitUntilOf(c)) : [];
  const isPermitted = permittedTo(caller);
  const own = { isAll: false, caller };
  if (keys.length === 0 && !isPermitted)
    return { ...own, name: `usable ${isDemoOn(c)}`, counts: isUsable, countsByName: isUsable };
  const asking = teamCallerOf(caller?.key);
  const countsFor = (permits: ((endpoint: Endpoint) => boolean) | undefined) => (endpoint: Endpoint) =>
    variantsOf(endpoint, keys, asking).some(
      (variant) => variant.isWithheld !== true && isUsable(variant) && permits?.(variant) !== false,
    );
  const countsByName = countsFor(permittedTo(caller, { byName: true }));
  return { ...own, name: undefined, counts: countsFor(isPermitted), countsByName };
}

/** A model of the list, rendered once. */
export interface RenderedModel extends Listed {
  json: string;
}

/** Lists by catalogue: rendering hundreds of rows takes longer than everything else in such a request. */
const lists = new WeakMap<Catalogue, Map<string, RenderedModel[]>>();

/** Every model of the scope with its endpoints of the scope, in the catalogue's order. */
export async function listModels(c: AppContext, scope: Scope): Promise<RenderedModel[]> {
  const { catalogue } = await readCatalogue(c.env.KV, waitUntilOf(c));
  const byScope = lists.get(catalogue) ?? new Map<string, RenderedModel[]>();
  lists.set(catalogue, byScope);
  const known = scope.name === undefined ? undefined : byScope.get(scope.name);
  if (known) return known;
  const list = catalogue
    .modelIds()
    .map((id) => catalogue.model(id))
    .filter((model) => model !== undefined)
    .map((model) => render(model, model.endpoints.filter(scope.counts)))
    .filter(({ endpoints }) => endpoints.length > 0);
  if (scope.name !== undefined) byScope.set(scope.name, list);
  return list;
}

/** Everything that the caller may ask for: names of the operator's, then models; for some clients the names alone. */
export async function listNamesAndModels(c: AppContext, scope: Scope): Promise<RenderedModel[]> {
  const names = await listNames(c, scope);
  return dialectOf(c)?.name === "bud" ? names : [...names, ...(await listModels(c, scope))];
}

/** The aliases, adapters and routers of the scope: without a key those that are for everybody. */
export async function listNames(c: AppContext, { caller, countsByName }: Scope): Promise<RenderedModel[]> {
  const { catalogue } = await readCatalogue(c.env.KV, waitUntilOf(c));
  // Who manages the installation sees the names of all projects.
  const project = caller ? caller.team?.id : NOBODYS_PROJECT;
  return namesSeenBy(catalogue, project, rulesOf(caller)).flatMap((seen) => {
    const model = toListed(seen, catalogue);
    const endpoints = model.endpoints.filter(countsByName);
    if (endpoints.length === 0) return [];
    const wire = toWireModel(model, endpoints);
    return [
      { model, endpoints, json: JSON.stringify(seen.kind === "router" ? { ...wire, pricing: UNKNOWN_PRICE } : wire) },
    ];
  });
}

/** No project has this id. */
const NOBODYS_PROJECT = "";

/** A name as the model that it is to a client: of a router what all of its members can do. */
function toListed({ name, kind, models }: SeenName, catalogue: Catalogue): Model {
  const [first] = models;
  const endpoints = models.flatMap((model) => model.endpoints);
  const { canonical_slug: _, ...row } = first?.row ?? { name, endpoints: [] };
  if (kind !== "router") return { id: name, row, endpoints };
  const lengths = endpoints.map(({ contextLength }) => contextLength).filter((length) => length !== undefined);
  return {
    id: name,
    row: {
      name,
      description: catalogue.router(name)?.description ?? "",
      context_length: lengths.length > 0 ? Math.min(...lengths) : null,
      input_modalities: common(models.map((model) => model.row.input_modalities ?? ["text"])),
      output_modalities: common(models.map((model) => model.row.output_modalities ?? ["text"])),
      endpoints: [],
    },
    endpoints,
  };
}

/** What all lists have. */
function common(lists: string[][]): string[] {
  const [first = [], ...others] = lists;
  return first.filter((item) => others.every((list) => list.includes(item)));
}

function render(model: Model, endpoints: Endpoint[]): RenderedModel {
  return { model, endpoints, json: JSON.stringify(toWireModel(model, endpoints)) };
}
