import type { Catalogue, Endpoint, Model } from "../catalogue/catalogue.ts";
import { DEMO_SLUG } from "../demo/catalogue.ts";
import { readCatalogue } from "../store/catalogue.ts";
import { identify } from "./authenticate.ts";
import { isDemoOn } from "./demo-switch.ts";
import { type AppContext, waitUntilOf } from "./env.ts";
import type { Listed } from "./model-query.ts";
import { toWireModel } from "./model-wire.ts";
import { usableEndpoints } from "./usable.ts";

/**
 * Which models a caller sees. Without a key it is the whole catalogue, as a shop window. With one it is what this
 * installation can serve, with the endpoints whose providers have their secret: what a client offers for choice must
 * work. `?all=true` and `?all=false` say it outright.
 */
export type Scope = "all" | "usable";

/**
 * Which endpoints a caller asks about: all of the catalogue, or with `all=false` those that this installation can
 * call. A key is not needed; one that is not good is a 401, since its owner would look for the reason elsewhere.
 */
export async function scopeOf(c: AppContext, all: boolean | undefined): Promise<Scope> {
  if (c.req.header("authorization") !== undefined) await identify(c);
  return all === false ? "usable" : "all";
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
  const hasDemo = isDemoOn(c);
  const byScope = lists.get(catalogue) ?? new Map<string, RenderedModel[]>();
  lists.set(catalogue, byScope);
  const key = `${scope} ${hasDemo}`;
  const known = byScope.get(key);
  if (known) return known;
  const counts = endpointsInScope(c, scope);
  const list = catalogue
    .modelIds()
    .map((id) => catalogue.model(id))
    .filter((model) => model !== undefined)
    .map((model) => render(model, model.endpoints.filter(counts)))
    .filter(({ endpoints }) => endpoints.length > 0);
  byScope.set(key, list);
  return list;
}

/** Tells which endpoints count in a scope. Where the demo is off it is in none. */
export function endpointsInScope(c: AppContext, scope: Scope): (endpoint: Endpoint) => boolean {
  const isUsable = usableEndpoints(c);
  if (scope === "usable") return isUsable;
  return (endpoint) => (endpoint.provider.slug === DEMO_SLUG ? isUsable(endpoint) : true);
}

function render(model: Model, endpoints: Endpoint[]): RenderedModel {
  return { model, endpoints, json: JSON.stringify(toWireModel(model, endpoints)) };
}
