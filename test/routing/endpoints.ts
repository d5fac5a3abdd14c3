import { Catalogue, type Endpoint } from "../../src/catalogue/catalogue.ts";
import { plainRows } from "../../src/catalogue/model-rows.ts";
import type { Health } from "../../src/routing/health.ts";
import { type Plan, type PlanInput, planCandidates } from "../../src/routing/plan.ts";
import { catalogueDocumentSchema } from "../../src/schema/catalogue.ts";
import type { ChatRequest } from "../../src/schema/chat.ts";

/** Endpoints by tag, with the price of a token in dollars, or rows of their own. */
export type Tags = Record<string, number | object | undefined>;

/** A catalogue of models; a provider's display name is its slug in capitals, with "Inc." behind. */
export function catalogueOf(models: Record<string, Tags>, defaultModel?: string): Catalogue {
  const slugs = new Set(Object.values(models).flatMap((tags) => Object.keys(tags).map(slugOf)));
  const providers = [...slugs].map((slug) => [
    slug,
    { name: `${slug.toUpperCase()} Inc.`, api: "openai-chat", base_url: `https://${slug}.test/v1` },
  ]);
  const rows = Object.entries(models).map(([id, tags]) => [
    id,
    {
      name: id,
      canonical_slug: `${id}-20260131`,
      endpoints: Object.entries(tags).map(([tag, row]) => rowOf(tag, row)),
    },
  ]);
  return new Catalogue(
    { providers: {}, models: plainRows({}) },
    catalogueDocumentSchema.parse({
      providers: Object.fromEntries(providers),
      models: Object.fromEntries(rows),
      ...(defaultModel !== undefined && { defaults: { model: defaultModel } }),
    }),
  );
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

/** The plan of a request, by default for `acme/one`, with everything configured and healthy and a first draw of 0. */
export function planOf(
  models: Record<string, Tags>,
  chat: Partial<ChatRequest> = {},
  input: Partial<PlanInput> & { defaultModel?: string } = {},
): Plan {
  return planCandidates({
    chat: { model: "acme/one", messages: [{ role: "user", content: "Hi" }], ...chat },
    catalogue: catalogueOf(models, input.defaultModel),
    health: outages(),
    isConfigured: () => true,
    random: () => 0,
    ...input,
  });
}

/** The tags of a plan's candidates, of other models than the first with the model before them. */
export function tagsOf({ candidates, models }: Plan): string[] {
  return candidates.map(({ tag, modelId }) => (modelId === models[0] ? tag : `${modelId} ${tag}`));
}

/** Why endpoints are none, by tag. */
export function reasonsOf({ excluded }: Plan): Record<string, string> {
  return Object.fromEntries(excluded.map(({ endpoint, reason }) => [endpoint.tag, reason]));
}

/** Health in which endpoints with these tags have an outage. */
export function outages(...tags: string[]): Health {
  return { hasOutage: (endpoint: Endpoint) => tags.includes(endpoint.tag) };
}
