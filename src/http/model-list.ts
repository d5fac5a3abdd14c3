import type { Catalogue, Endpoint, Model } from "../catalogue/catalogue.ts";
import { DEMO_SLUG } from "../demo/catalogue.ts";
import { variantsOf } from "../routing/team-keys.ts";
import { readTeamKeys } from "../store/byok.ts";
import { readCatalogue } from "../store/catalogue.ts";
import { type Caller, identify } from "./authenticate.ts";
import { isDemoOn } from "./demo-switch.ts";
import { type AppContext, waitUntilOf } from "./env.ts";
import type { Listed } from "./model-query.ts";
import { toWireModel } from "./model-wire.ts";
import { permittedTo } from "./permitted.ts";
import { teamCallerOf } from "./team-catalogue.ts";
import { hasToken } from "./token.ts";
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
}

/**
 * Which endpoints a caller asks about: all of the catalogue, or with `all=false` those that can be called for it here.
 * A key is not needed; one that is not good is a 401, since its owner would look for the reason elsewhere.
 */
export async function scopeOf(c: AppContext, all: boolean | undefined): Promise<Scope> {
  const caller = !hasToken(c.req.raw.headers) ? undefined : await identify(c);
  return all === false ? usableBy(c, caller) : everything(c);
}

/** The whole catalogue. Where the demo is off it is in no scope. */
export function everything(c: AppContext): Scope {
  const hasDemo = isDemoOn(c);
  return { isAll: true, name: `all ${hasDemo}`, counts: ({ provider }) => hasDemo || provider.slug !== DEMO_SLUG };
}

/** What can be called here, with the operator's keys and those of the caller's team, within the rules of its key. */
export async function usableBy(c: AppContext, caller: Caller | undefined): Promise<Scope> {
  const isUsable = usableEndpoints(c);
  const keys = caller?.team ? await readTeamKeys(c.env.KV, caller.team.id, waitUntilOf(c)) : [];
  const isPermitted = permittedTo(caller);
  if (keys.length === 0 && !isPermitted) return { isAll: false, name: `usable ${isDemoOn(c)}`, counts: isUsable };
  const asking = teamCallerOf(caller?.key);
  const counts = (endpoint: Endpoint) =>
    variantsOf(endpoint, keys, asking).some(
      (variant) => variant.isWithheld !== true && isUsable(variant) && isPermitted?.(variant) !== false,
    );
  return { isAll: false, name: undefined, counts };
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

function render(model: Model, endpoints: Endpoint[]): RenderedModel {
  return { model, endpoints, json: JSON.stringify(toWireModel(model, endpoints)) };
}
