import type { Model } from "../../catalogue/catalogue.ts";
import { RouterError } from "../../errors.ts";
import { readCatalogue } from "../../store/catalogue.ts";
import { identify } from "../authenticate.ts";
import { type AppContext, waitUntilOf } from "../env.ts";
import { measuresFor } from "./measured.ts";
import { everything, listModels, listNames, listNamesAndModels, type Scope, scopeOf, usableBy } from "./model-list.ts";
import { isZeroRetention, type ModelQuery, pageOf, readModelQuery, selectModels } from "./model-query.ts";
import { toWireEndpoint, toWireListing, toWireModel } from "./model-wire.ts";

/** GET /models: the models that the query asks for; for the scope see `model-list`, for the rest `model-query`. */
export async function getModels(c: AppContext): Promise<Response> {
  const query = readModelQuery(c.req.query());
  return answerList(c, await scopeOf(c, query.all), query);
}

/** GET /models/user: what the caller's key can use. */
export async function getUserModels(c: AppContext): Promise<Response> {
  return answerList(c, await usableBy(c, await identify(c)), readModelQuery(c.req.query()));
}

/** GET /embeddings/models: as /models, of the models that answer with embeddings. */
export async function getEmbeddingModels(c: AppContext): Promise<Response> {
  const query = readModelQuery(c.req.query());
  return answerList(c, await scopeOf(c, query.all), { ...query, output_modalities: ["embeddings"] });
}

/** GET /models/ids: the names of what the caller's key can use, whatever it gives. `prefer` goes to the front. */
export async function getModelIds(c: AppContext): Promise<Response> {
  const models = await listNamesAndModels(c, await usableBy(c, await identify(c)));
  const ids = models.map(({ model }) => model.id);
  const preferred = c.req.query("prefer");
  const isThere = preferred !== undefined && ids.includes(preferred);
  return c.json(isThere ? [preferred, ...ids.filter((id) => id !== preferred)] : ids);
}

/** GET /models/count: how many models the query asks for. */
export async function getModelsCount(c: AppContext): Promise<Response> {
  const query = readModelQuery(c.req.query());
  const models = await listNamesAndModels(c, await scopeOf(c, query.all));
  return c.json({ data: { count: selectModels(models, query, Date.now()).length } });
}

/** GET /model/{author}/{slug}: one model, whether it can be served here or not. */
export async function getModel(c: AppContext): Promise<Response> {
  const scope = await scopeOf(c, readModelQuery(c.req.query()).all);
  const name = askedModel(c);
  const model = await findModel(c, name);
  if (!model) throw noModel(name);
  const counting = model.endpoints.filter(scope.counts);
  return c.json({ data: toWireModel(model, counting.length > 0 ? counting : model.endpoints) });
}

/**
 * GET /models/{author}/{slug}/endpoints: the endpoints of one model, or of one of the operator's names, in the scope;
 * perhaps none. A variant that there
 * is not (`:free`) of a model that there is has none.
 */
export async function getModelEndpoints(c: AppContext): Promise<Response> {
  const scope = await scopeOf(c, readModelQuery(c.req.query()).all);
  const name = askedModel(c);
  const model = await findModel(c, name);
  const measure = measuresFor(c);
  if (model) return c.json({ data: toWireListing(model, model.endpoints.filter(scope.counts), measure) });
  const named = (await listNames(c, scope)).find(({ model: { id } }) => id === name);
  if (named) return c.json({ data: toWireListing(named.model, named.endpoints, measure) });
  const base = await findModel(c, name.replace(/:[^/]*$/, ""));
  if (!base) throw noModel(name);
  return c.json({ data: { ...toWireListing(base, [], measure), id: name } });
}

/** GET /endpoints/zdr: the endpoints of providers that keep nothing and learn nothing. */
export async function getZeroRetentionEndpoints(c: AppContext): Promise<Response> {
  const models = await listModels(c, await scopeOf(c, readModelQuery(c.req.query()).all));
  const measure = measuresFor(c);
  const data = models.flatMap(({ model, endpoints }) =>
    endpoints.filter(isZeroRetention).map((endpoint) => toWireEndpoint(model, endpoint, measure(endpoint))),
  );
  return c.json({ data });
}

async function answerList(c: AppContext, scope: Scope, query: ModelQuery): Promise<Response> {
  const models = selectModels(await listNamesAndModels(c, scope), query, Date.now());
  const { page, nextOffset } = pageOf(models, query);
  const links = { next: nextOffset === undefined ? null : withOffset(c.req.url, nextOffset) };
  // The rows are rendered already; only what is around them is made for each answer.
  const frame = JSON.stringify({ total_count: models.length, links });
  const body = `{"data":[${page.map(({ json }) => json).join(",")}],${frame.slice(1)}`;
  return c.body(body, 200, { "content-type": "application/json" });
}

/** The same request for another page, without the host. */
function withOffset(requestUrl: string, offset: number): string {
  const url = new URL(requestUrl);
  url.searchParams.set("offset", String(offset));
  return url.pathname + url.search;
}

/** Variants of a model that tell how to route, and are no models. */
const ROUTING_VARIANT = /:(nitro|floor|exacto|online)(?=:|$)/g;

/** The model's id in the path, without what only tells how to route. */
function askedModel(c: AppContext): string {
  const { author, slug } = c.req.param();
  return [author, slug]
    .filter((part) => part !== undefined)
    .join("/")
    .replace(ROUTING_VARIANT, "");
}

/** The model, unless it is one of the demo's where the demo is off. */
async function findModel(c: AppContext, name: string): Promise<Model | undefined> {
  const { catalogue } = await readCatalogue(c.env.KV, waitUntilOf(c));
  const model = catalogue.model(name);
  return model?.endpoints.some(everything(c).counts) ? model : undefined;
}

function noModel(name: string): RouterError {
  return new RouterError("not_found", `Model ${name} not found`);
}
