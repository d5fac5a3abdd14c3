import type { Endpoint, Model } from "../catalogue/catalogue.ts";
import { givesAnswers } from "../catalogue/outputs.ts";
import { DEMO_SLUG } from "../demo/catalogue.ts";
import { RouterError } from "../errors.ts";
import { filterEndpoints, takesInputs } from "./filter.ts";
import type { Policy } from "./policy.ts";
import { expectedCost, pricesOf } from "./price.ts";
import type { RouteRequest } from "./request.ts";
import type { RoutedCatalogue } from "./team-keys.ts";

/** What choosing a model needs to know. */
export interface RouterInput {
  request: RouteRequest;
  policy: Policy;
  catalogue: RoutedCatalogue;
  isConfigured: (endpoint: Endpoint) => boolean;
  nowMs: number;
  /** A number in [0, 1). */
  random: () => number;
  allowsModel?: ((id: string) => boolean) | undefined;
  mustBePriced?: boolean | undefined;
  /** The model that answered earlier in this conversation. */
  stickyModelId?: string | undefined;
}

/** The models that a router has chosen, best first, and why. */
interface Route {
  strategy: "auto" | "free";
  models: Model[];
  params: Record<string, unknown>;
}

/** The chosen model and those on which the request falls back. */
const MAX_MODELS = 3;

const ROUTERS: Record<string, (input: RouterInput) => Route> = {
  "openrouter/auto": routeByPrice,
  "openrouter/auto-beta": routeByPrice,
  "openrouter/free": routeToFree,
};

/** Whether a name means no model, but one that is chosen for the request. */
export function isRouter(name: string): boolean {
  return Object.hasOwn(ROUTERS, name);
}

/** Chooses models for a request. Throws a 404 when none fits. */
export function routeToModels(name: string, input: RouterInput): Route {
  const route = ROUTERS[name]?.(input);
  if (route && route.models.length > 0) return route;
  throw new RouterError("not_found", "No models match your request and model restrictions", {
    metadata: { failed_routing_step: "Filter by Model Restrictions" },
  });
}

/**
 * `openrouter/free`: any model that costs nothing and fits the request, each as likely as the others; the one that
 * answered earlier in the conversation first.
 */
function routeToFree(input: RouterInput): Route {
  const { request, nowMs, random } = input;
  const isFree = (endpoint: Endpoint) => {
    const prices = pricesOf(endpoint, request.prompt.total, nowMs);
    return prices !== undefined && prices.prompt === 0 && prices.completion === 0 && prices.request === 0;
  };
  const free = fittingModels(input, () => true)
    .map((model) => ({ ...model, endpoints: model.endpoints.filter(isFree) }))
    .filter(({ endpoints }) => endpoints.length > 0)
    .map((model) => ({ model, draw: random() }))
    .sort((a, b) => a.draw - b.draw)
    .map(({ model }) => model);
  return { strategy: "free", models: pinnedFirst(free, input.stickyModelId).slice(0, MAX_MODELS), params: {} };
}

/** Models within this factor of the wanted price count as equals; the newest of them goes first. */
const PRICE_BAND = 2;

/**
 * `openrouter/auto`. What a model can do is not in the catalogue; what it costs is, and the dearer of two models that
 * are on sale at the same time is as a rule the better one. So the models that fit are put in the order of what this
 * request would cost, the wanted quality points to a place between the cheapest and the dearest, and of the models
 * about there the newest is taken.
 */
function routeByPrice(input: RouterInput): Route {
  const { request } = input;
  const { allowed, excluded, pinned } = request.auto ?? {};
  const isAllowed = (id: string) => (!allowed || matchesAny(id, allowed)) && !(excluded && matchesAny(id, excluded));
  const priceInput = {
    request,
    nowMs: input.nowMs,
    expectedOutputTokens: input.catalogue.routing.expected_output_tokens,
  };
  const priced = fittingModels(input, isAllowed)
    .map((model) => ({ model, cost: Math.min(...model.endpoints.map((one) => expectedCost(one, priceInput))) }))
    .sort((a, b) => a.cost - b.cost);
  const quality = request.auto?.quality ?? neededQuality(request);
  const target = priced[Math.round(quality * (priced.length - 1))]?.cost ?? 0;
  const distance = (cost: number) => Math.abs(Math.log((cost + 1e-12) / (target + 1e-12)));
  const isNear = (cost: number) => distance(cost) <= Math.log(PRICE_BAND);
  const near = priced.filter(({ cost }) => isNear(cost)).sort((a, b) => createdOf(b.model) - createdOf(a.model));
  const far = priced.filter(({ cost }) => !isNear(cost)).sort((a, b) => distance(a.cost) - distance(b.cost));
  const models = pinnedFirst(
    [...near, ...far].map(({ model }) => model),
    pinned ?? input.stickyModelId,
  );
  return { strategy: "auto", models: models.slice(0, MAX_MODELS), params: { quality, models_that_fit: priced.length } };
}

/** A prompt with more tokens than this needs a model that keeps track. */
const LONG_PROMPT = 8_000;
/** One with fewer, that brings nothing else, is a small question. */
const SHORT_PROMPT = 200;

/** Where between the cheapest and the dearest a model for this request lies, when the client does not say. */
function neededQuality({ parameters, inputs, prompt }: RouteRequest): number {
  const isDemanding = parameters.includes("tools") || parameters.includes("reasoning") || inputs.length > 0;
  if (isDemanding || prompt.total > LONG_PROMPT) return 0.75;
  return prompt.total < SHORT_PROMPT ? 0.3 : 0.5;
}

/**
 * Models with an endpoint that can serve the request. The demo's are left out, unless the client's patterns name them:
 * nobody wants an echo for an answer.
 */
function fittingModels(input: RouterInput, isAllowed: (id: string) => boolean): Model[] {
  const wantsDemo = input.request.auto?.allowed?.some((pattern) => pattern.startsWith(`${DEMO_SLUG}/`)) ?? false;
  const fitting: Model[] = [];
  for (const id of input.catalogue.modelIds()) {
    if (
      !isAllowed(id) ||
      input.allowsModel?.(id) === false ||
      id.startsWith("~") ||
      (!wantsDemo && id.startsWith(`${DEMO_SLUG}/`))
    )
      continue;
    const model = input.catalogue.model(id);
    // A model that nobody asked for by its name is one that takes everything as it is.
    if (!model || !givesAnswers(model) || !takesInputs(model, input.request.inputs)) continue;
    const { admitted } = filterEndpoints({ model, shownAs: id }, input);
    if (admitted.length > 0) fitting.push({ ...model, endpoints: admitted });
  }
  return fitting;
}

function createdOf({ row }: Model): number {
  return row.created ?? 0;
}

function pinnedFirst(models: Model[], id: string | undefined): Model[] {
  const pinned = models.find((model) => model.id === id);
  return pinned ? [pinned, ...models.filter((model) => model !== pinned)] : models;
}

/** Whether a model's id matches one of the patterns, in which `*` stands for any text. Linear in the id's length. */
export function matchesAny(id: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => matches(id, pattern));
}

function matches(id: string, pattern: string): boolean {
  const [head = "", ...pieces] = pattern.split("*");
  const tail = pieces.pop();
  if (tail === undefined) return id === pattern;
  if (!id.startsWith(head) || !id.endsWith(tail) || id.length < head.length + tail.length) return false;
  let from = head.length;
  for (const piece of pieces) {
    const found = id.indexOf(piece, from);
    if (found === -1 || found + piece.length > id.length - tail.length) return false;
    from = found + piece.length;
  }
  return true;
}
