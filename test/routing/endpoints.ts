import { Catalogue } from "../../src/catalogue/catalogue.ts";
import { plainRows } from "../../src/catalogue/model-rows.ts";
import type { EndpointHealth, Health } from "../../src/health/health.ts";
import { type Plan, type PlanInput, planCandidates } from "../../src/routing/plan.ts";
import { type RouteRequest, toRouteRequest } from "../../src/routing/request.ts";
import { catalogueDocumentSchema } from "../../src/schema/catalogue.ts";
import type { ChatRequest } from "../../src/schema/chat.ts";

/** Endpoints by tag, with the price of a prompt token and a generated one together in dollars, or rows of their own. */
export type Tags = Record<string, number | object | undefined>;

/** What a catalogue says besides its endpoints. */
export interface Extras {
  /** Fields of models, by id. */
  rows?: Record<string, object>;
  /** Fields of providers, by slug. */
  providers?: Record<string, object>;
  defaults?: object;
  routing?: object;
  aliases?: object;
  routers?: object;
}

/** A catalogue of models; a provider's display name is its slug in capitals, with "Inc." behind. */
export function catalogueOf(models: Record<string, Tags>, extras: Extras = {}): Catalogue {
  const { rows = {}, providers = {}, ...sections } = extras;
  const slugs = new Set(Object.values(models).flatMap((tags) => Object.keys(tags).map(slugOf)));
  const providerRows = [...slugs].map((slug) => [
    slug,
    { name: `${slug.toUpperCase()} Inc.`, api: "openai-chat", base_url: `https://${slug}.test/v1`, ...providers[slug] },
  ]);
  const modelRows = Object.entries(models).map(([id, tags]) => [
    id,
    {
      name: id,
      canonical_slug: `${id}-20260131`,
      ...rows[id],
      endpoints: Object.entries(tags).map(([tag, row]) => rowOf(tag, row)),
    },
  ]);
  const document = { providers: Object.fromEntries(providerRows), models: Object.fromEntries(modelRows), ...sections };
  return new Catalogue({ providers: {}, models: plainRows({}) }, catalogueDocumentSchema.parse(document));
}

function slugOf(tag: string): string {
  return tag.split("/")[0] ?? tag;
}

function rowOf(tag: string, row: number | object | undefined): object {
  const price = typeof row === "number" ? row / 2 : 0;
  return {
    provider: slugOf(tag),
    model: "m",
    tag,
    ...(typeof row === "number" ? { pricing: { prompt: price, completion: price } } : row),
  };
}

/** The moment at which plans are made, if a test names none. */
export const NOW_MS = Date.parse("2026-06-15T12:00:00Z");

/** A short question to `acme/one`, with other fields where they are given. */
export function chatOf(fields: Partial<ChatRequest> = {}): ChatRequest {
  return { model: "acme/one", messages: [{ role: "user", content: "Hi" }], ...fields };
}

export function requestOf(fields: Partial<ChatRequest> = {}): RouteRequest {
  return toRouteRequest(chatOf(fields));
}

/** The plan of a request, by default for `acme/one`, with everything configured and healthy and a first draw of 0. */
export function planOf(
  models: Record<string, Tags>,
  chat: Partial<ChatRequest> = {},
  { extras, ...input }: Partial<PlanInput> & { extras?: Extras } = {},
): Plan {
  return planCandidates({
    request: requestOf(chat),
    catalogue: catalogueOf(models, extras),
    health: outages(),
    isConfigured: () => true,
    nowMs: NOW_MS,
    random: () => 0,
    ...input,
  });
}

/** The tags of a plan's candidates, of other models than the first with the model before them. */
export function tagsOf({ candidates, models }: Pick<Plan, "candidates" | "models">): string[] {
  return candidates.map(({ endpoint: { tag, modelId } }) => (modelId === models[0] ? tag : `${modelId} ${tag}`));
}

/** Why candidates stand where they stand, in their order. */
export function rankReasonsOf({ candidates }: Pick<Plan, "candidates">): string[] {
  return candidates.map(({ because }) => because);
}

/** Why endpoints are none, by tag. */
export function reasonsOf({ excluded }: Plan): Record<string, string> {
  return Object.fromEntries(excluded.map(({ endpoint, reason }) => [endpoint.tag, reason]));
}

const UNMEASURED: EndpointHealth = {
  hasOutage: false,
  uptime: undefined,
  latencyMs: undefined,
  throughput: undefined,
  attempts: 0,
  successes: 0,
  failures: 0,
  rateLimits: 0,
  promptTokens: 0,
  cachedTokens: 0,
  toolRequests: 0,
  toolSuccesses: 0,
};

/** What is known of endpoints, by tag, in every model. */
export function healthOf(facts: Record<string, Partial<EndpointHealth>>): Health {
  const known = new Map(Object.entries(facts).map(([tag, own]) => [tag, { ...UNMEASURED, ...own }]));
  return { of: (endpointId) => known.get(endpointId.split(" ")[1] ?? "") };
}

/** Health in which endpoints with these tags have an outage. */
export function outages(...tags: string[]): Health {
  return healthOf(Object.fromEntries(tags.map((tag) => [tag, { hasOutage: true }])));
}

/** A measure that is the same for every share of requests. */
export function steady(value: number) {
  return { p50: value, p75: value, p90: value, p99: value };
}
