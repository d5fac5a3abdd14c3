import * as z from "zod";
import type { Endpoint, Model } from "../../catalogue/catalogue.ts";
import { invalidField } from "../../errors.ts";
import { topEndpoint } from "./model-wire.ts";

const MAX_LIMIT = 1000;
const DEFAULT_LIMIT = 500;
const PER_MILLION = 1e6;
const DAY_SECONDS = 86_400;

const MODALITIES = [
  "text",
  "image",
  "embeddings",
  "audio",
  "video",
  "rerank",
  "decisions",
  "speech",
  "transcription",
  "all",
];
const CATEGORIES = [
  "programming",
  "roleplay",
  "marketing",
  "marketing/seo",
  "technology",
  "science",
  "translation",
  "legal",
  "finance",
  "health",
  "trivia",
  "academia",
];
const ORDERS = [
  "most-popular",
  "newest",
  "top-weekly",
  "pricing-low-to-high",
  "pricing-high-to-low",
  "context-high-to-low",
  "throughput-high-to-low",
  "latency-low-to-high",
  "intelligence-high-to-low",
  "coding-high-to-low",
  "agentic-high-to-low",
  "design-arena-elo-high-to-low",
] as const;

const commaList = z.string().transform((text) =>
  text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== ""),
);
const oneOf = (values: readonly string[]) => z.enum(values, `must be one of ${values.join(", ")}`);
const modalities = commaList.pipe(z.array(oneOf(MODALITIES)));
const flag = z.enum(["true", "false"], "must be true or false").transform((text) => text === "true");
const number = z.string().transform(Number).pipe(z.number("must be a number").finite());
const count = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d+$/, "must be a whole number")
    .transform(Number)
    .pipe(z.number().min(least, `must be at least ${least}`).max(most, `must be at most ${most}`));

/**
 * The query of GET /models. Parameters that are not here are ignored.
 *
 * `category` and those orders of `sort` that rest on what all the world uses (popularity, speed, benchmarks) are
 * checked and change nothing: an installation of one's own knows no such figures. Bounds on such figures let nothing
 * pass, for the same reason.
 */
export const modelQuerySchema = z.object({
  offset: count(0, Number.MAX_SAFE_INTEGER).optional(),
  limit: count(1, MAX_LIMIT).optional(),
  /** Ours: `true` lists the whole catalogue, `false` what this installation can serve. */
  all: flag.optional(),
  category: oneOf(CATEGORIES).optional(),
  sort: oneOf(ORDERS).optional(),
  /** Words that must all be in the id or the name. */
  q: z.string().optional(),
  /** All of them must be supported, by one endpoint or another. */
  supported_parameters: commaList.optional(),
  /** All of them must be taken. */
  input_modalities: modalities.optional(),
  /** One of them must be given. */
  output_modalities: modalities.default(["text"]),
  context: number.optional(),
  /** US dollars per million prompt tokens, at the endpoint that stands for the model. */
  min_price: number.optional(),
  max_price: number.optional(),
  min_output_price: number.optional(),
  max_output_price: number.optional(),
  /** Family of the tokenizer. */
  arch: z.string().optional(),
  model_authors: commaList.optional(),
  /** Slugs or display names; one of them must serve the model. */
  providers: commaList.optional(),
  distillable: flag.optional(),
  zdr: z.literal("true", "must be true").optional(),
  region: z.enum(["eu", "us"], "must be eu or us").optional(),
  min_age_days: number.optional(),
  max_age_days: number.optional(),
  min_intelligence_index: number.optional(),
  max_intelligence_index: number.optional(),
  min_coding_index: number.optional(),
  max_coding_index: number.optional(),
  min_agentic_index: number.optional(),
  max_agentic_index: number.optional(),
  min_tool_success_rate: number.optional(),
  max_tool_success_rate: number.optional(),
  use_rss: z.literal("false", "is not offered here: ask for JSON").optional(),
});
export type ModelQuery = z.infer<typeof modelQuerySchema>;

const BENCHMARK_BOUND = /_(index|rate)$/;

/** Reads a query. Throws a 400 that names the parameter. An empty value counts as absent. */
export function readModelQuery(query: Record<string, string>): ModelQuery {
  const given = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== ""));
  const parsed = modelQuerySchema.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalidField(String(issue?.path[0] ?? ""), issue?.message ?? "is not understood");
}

/** A model with those of its endpoints that count. */
export interface Listed {
  model: Model;
  endpoints: Endpoint[];
}

/** The models that the query asks for, in the order that it asks for. */
export function selectModels<Item extends Listed>(models: Item[], query: ModelQuery, nowMs: number): Item[] {
  const hasBenchmarkBound = Object.keys(query).some((name) => BENCHMARK_BOUND.test(name));
  if (hasBenchmarkBound) return [];
  const selected = models.filter((listed) => FILTERS.every((passes) => passes(listed, query, nowMs)));
  return order(selected, query.sort);
}

/** The rows of the page that the query asks for, and where the next one begins; all rows when it asks for no page. */
export function pageOf<Item>(items: Item[], query: ModelQuery): { page: Item[]; nextOffset: number | undefined } {
  if (query.offset === undefined && query.limit === undefined) return { page: items, nextOffset: undefined };
  const begin = query.offset ?? 0;
  const end = begin + (query.limit ?? DEFAULT_LIMIT);
  return { page: items.slice(begin, end), nextOffset: end < items.length ? end : undefined };
}

type Filter = (listed: Listed, query: ModelQuery, nowMs: number) => boolean;

const FILTERS: Filter[] = [
  ({ model }, { output_modalities: wanted }) => {
    const given = model.row.output_modalities ?? ["text"];
    return wanted.includes("all") || wanted.some((modality) => given.includes(modality));
  },
  ({ model }, { input_modalities: wanted = [] }) => {
    const taken = model.row.input_modalities ?? ["text"];
    return wanted.every((modality) => modality === "all" || taken.includes(modality));
  },
  ({ endpoints }, { supported_parameters: wanted = [] }) =>
    wanted.every((name) => endpoints.some(({ supportedParameters }) => supportedParameters?.has(name))),
  ({ model }, { q = "" }) => {
    const text = `${model.id} ${model.row.name}`.toLowerCase();
    return q
      .toLowerCase()
      .split(/\s+/)
      .every((word) => text.includes(word));
  },
  ({ model, endpoints }, { context }) => context === undefined || contextOf(model, endpoints) >= context,
  ({ endpoints }, { min_price: least, max_price: most }) => isWithin(priceOf(endpoints, "prompt"), least, most),
  ({ endpoints }, { min_output_price: least, max_output_price: most }) =>
    isWithin(priceOf(endpoints, "completion"), least, most),
  ({ model }, { arch }) => arch === undefined || (model.row.tokenizer ?? "Other").toLowerCase() === arch.toLowerCase(),
  ({ model }, { model_authors: authors }) => !authors || authors.includes(model.id.slice(0, model.id.indexOf("/"))),
  ({ endpoints }, { providers: names }) =>
    !names ||
    endpoints.some(({ provider }) =>
      names.some((name) => name === provider.slug || name.toLowerCase() === provider.name.toLowerCase()),
    ),
  ({ model }, { distillable }) => distillable === undefined || (model.row.distillable ?? false) === distillable,
  ({ endpoints }, { zdr }) => zdr === undefined || endpoints.some(isZeroRetention),
  ({ endpoints }, { region }) =>
    region === undefined ||
    endpoints.some(({ row, provider }) => (row.regions ?? provider.row.regions)?.includes(region)),
  ({ model }, { min_age_days: least, max_age_days: most }, nowMs) => {
    const { created } = model.row;
    return isWithin(created && (nowMs / 1000 - created) / DAY_SECONDS, least, most);
  },
];

/** Whether an endpoint's provider keeps nothing of what it is sent, and learns nothing from it. */
export function isZeroRetention({ provider }: Endpoint): boolean {
  const policy = provider.row.data_policy;
  return policy?.retention_days === 0 && policy.training === false;
}

/** What is not known is within no bounds. */
function isWithin(value: number | undefined, least: number | undefined, most: number | undefined): boolean {
  if (least === undefined && most === undefined) return true;
  return (
    value !== undefined && value >= (least ?? Number.NEGATIVE_INFINITY) && value <= (most ?? Number.POSITIVE_INFINITY)
  );
}

function priceOf(endpoints: Endpoint[], kind: "prompt" | "completion"): number | undefined {
  const price = topEndpoint(endpoints)?.pricing?.[kind];
  // Without the last digits, where 0.0000002 times a million is not 0.2.
  return price === undefined ? undefined : Number((Number(price) * PER_MILLION).toPrecision(12));
}

function contextOf({ row }: Model, endpoints: Endpoint[]): number {
  return row.context_length ?? topEndpoint(endpoints)?.contextLength ?? 0;
}

function order<Item extends Listed>(models: Item[], sort: ModelQuery["sort"]): Item[] {
  switch (sort) {
    case "newest":
      return models.toSorted((a, b) => (b.model.row.created ?? 0) - (a.model.row.created ?? 0));
    case "context-high-to-low":
      return models.toSorted((a, b) => contextOf(b.model, b.endpoints) - contextOf(a.model, a.endpoints));
    case "pricing-low-to-high":
      return models.toSorted(
        (a, b) => priceRank(a, Number.POSITIVE_INFINITY) - priceRank(b, Number.POSITIVE_INFINITY) || 0,
      );
    case "pricing-high-to-low":
      return models.toSorted((a, b) => priceRank(b, -1) - priceRank(a, -1));
    default:
      return models;
  }
}

/** Models without a price come last, whichever way. */
function priceRank({ endpoints }: Listed, unknown: number): number {
  const prompt = priceOf(endpoints, "prompt");
  return prompt === undefined ? unknown : prompt + (priceOf(endpoints, "completion") ?? 0);
}
