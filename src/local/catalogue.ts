import type { ModelRow, Provider } from "../schema/catalogue.ts";

/** The router's own slug as a provider: its models are `pointsman/…`, and are computed in the Worker. */
export const LOCAL_SLUG = "pointsman";

/** What is behind `local:` is `localFetch`. */
export const LOCAL_PROVIDER = {
  slug: LOCAL_SLUG,
  name: "Pointsman",
  api: "openai-chat",
  base_url: "local://pointsman/v1",
  data_policy: { training: false, retention_days: 0 },
} as const satisfies Provider;

export const LOCAL_MODELS: Record<string, ModelRow> = {
  [`${LOCAL_SLUG}/bm25`]: {
    name: "Pointsman: BM25",
    description: "Ranks documents by the words that they share with the query. Computed here, at no cost.",
    // 2026-11-21, in Unix seconds.
    created: 1795219200,
    input_modalities: ["text"],
    output_modalities: ["rerank"],
    endpoints: [{ provider: LOCAL_SLUG, model: "bm25", pricing: { prompt: "0", completion: "0" } }],
  },
};
