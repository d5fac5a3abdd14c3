import fc from "fast-check";
import type { EndpointHealth } from "../../src/health/health.ts";
import type { Plan, PlanInput } from "../../src/routing/plan.ts";
import { seededRandom } from "../../src/routing/random.ts";
import type { ChatRequest, ProviderPreferences } from "../../src/schema/chat.ts";
import { type Extras, healthOf, planOf, steady, type Tags } from "./endpoints.ts";

/** Anything that a plan may depend on, for properties that hold whatever it is. */

export const SLUGS = ["a", "b", "c", "d"];
export const TIER_SUFFIXES = ["/flex", "/priority"];
const tag = fc
  .tuple(fc.constantFrom(...SLUGS), fc.constantFrom("", "/fp8", "/fp4", ...TIER_SUFFIXES))
  .map((parts) => parts.join(""));
/** Names of `order`, `only` and `ignore` that mean no endpoint of a service tier. */
export const usualNames = fc.array(fc.constantFrom(...SLUGS, "a/fp8", "b/fp4", "A Inc.", "b INC.", "zzz"), {
  maxLength: 5,
});
export const names = fc.array(fc.oneof(tag, fc.constantFrom("A Inc.", "b INC.", "zzz")), { maxLength: 4 });

/** Records with at most so many of the keys: with all of them there would hardly ever be a candidate. */
function some(values: Record<string, fc.Arbitrary<unknown>>, most: number): fc.Arbitrary<object> {
  return fc
    .tuple(fc.record(values), fc.subarray(Object.keys(values), { maxLength: most }))
    .map(([record, keys]) => Object.fromEntries(keys.map((key) => [key, record[key]])));
}

const PARAMETERS = ["tools", "tool_choice", "response_format", "verbosity", "temperature", "max_tokens"];
const row = some(
  {
    pricing: fc.constantFrom("0", "0.000001", "0.000002", "1").map((price) => ({ prompt: price, completion: price })),
    context_length: fc.constantFrom(500, 4_000, 8_192, 9_000, 20_000, 200_000),
    max_completion_tokens: fc.constantFrom(100, 1_000),
    max_prompt_tokens: fc.constantFrom(100, 10_000),
    quantization: fc.constantFrom("fp4", "nvfp4", "fp8", "bf16"),
    supported_parameters: fc.subarray(PARAMETERS),
    traffic_percent: fc.constantFrom(0, 20, 100),
  },
  4,
);
const tags: fc.Arbitrary<Tags> = fc.dictionary(tag, row, { minKeys: 1, maxKeys: 8 });

export const preferences: fc.Arbitrary<ProviderPreferences> = some(
  {
    order: names,
    only: names,
    ignore: names,
    allow_fallbacks: fc.boolean(),
    require_parameters: fc.boolean(),
    data_collection: fc.constantFrom("allow", "deny"),
    zdr: fc.boolean(),
    enforce_distillable_text: fc.boolean(),
    quantizations: fc.subarray(["fp4", "fp8", "unknown"]),
    max_price: fc.constantFrom({ prompt: 1.5 }, { completion: "1" }, {}),
    sort: fc.constantFrom("price", "throughput", { by: "latency", partition: "none" }, { partition: "none" }),
    preferred_min_throughput: fc.constantFrom(10, { p90: 50 }),
    preferred_max_latency: fc.constantFrom(1, { p50: 3 }),
  },
  3,
) as fc.Arbitrary<ProviderPreferences>;
const perhaps: fc.Arbitrary<ProviderPreferences> = fc.oneof(fc.constant({}), preferences);

const IMAGE = { type: "image_url" as const, image_url: { url: "https://x.test/a.png" } };
const messages = fc
  .tuple(fc.constantFrom(1, 1_500, 12_000), fc.boolean())
  .map(([words, hasImage]): ChatRequest["messages"] => {
    const text = { type: "text" as const, text: "word ".repeat(words) };
    return [{ role: "user", content: hasImage ? [text, IMAGE] : [text] }];
  });
/** The fields of a request that are no preferences. */
export const fields: fc.Arbitrary<Partial<ChatRequest>> = some(
  {
    model: fc.constantFrom("acme/one", "acme/one:nitro", "acme/one:floor", "acme/one:exacto", "quick"),
    messages,
    models: fc.constantFrom([], ["acme/two"], ["acme/one", "acme/two"], ["acme/two:nitro", "quick"]),
    service_tier: fc.constantFrom("default", "priority", "flex", "fast"),
    response_format: fc.constant({ type: "json_object" }),
    verbosity: fc.constant("low"),
    temperature: fc.constant(1),
    tools: fc.constant([{ type: "function", function: { name: "f" } }]),
    tool_choice: fc.constantFrom("auto", "required"),
    max_tokens: fc.constantFrom(50, 600, 5_000),
    transforms: fc.constantFrom([], ["middle-out"]),
  },
  4,
) as fc.Arbitrary<Partial<ChatRequest>>;

const facts: fc.Arbitrary<Partial<EndpointHealth>> = fc.record(
  {
    hasOutage: fc.boolean(),
    uptime: fc.constantFrom(0, 0.8, 0.9, 1),
    throughput: fc.constantFrom(5, 40, 60).map(steady),
    latencyMs: fc.constantFrom(500, 2_000, 5_000).map(steady),
    attempts: fc.constantFrom(0, 1000),
    successes: fc.constantFrom(0, 500),
    failures: fc.constantFrom(0, 500),
    promptTokens: fc.constant(100),
    cachedTokens: fc.constantFrom(0, 100),
    toolRequests: fc.constant(1000),
    toolSuccesses: fc.constantFrom(100, 900, 1000),
  },
  { requiredKeys: [] },
);
export const knowledge = fc.dictionary(tag, facts, { maxKeys: 5 });

const providerRow = fc.record(
  {
    data_policy: fc.constantFrom({ training: false }, { training: true }, { training: false, retention_days: 0 }),
    key: fc.constantFrom({ secret: "KEY", byok: true }, { secret: "KEY", byok: true, is_fallback: true }),
  },
  { requiredKeys: [] },
);
const modelRow = fc.record(
  {
    input_modalities: fc.constantFrom(["text"], ["text", "image"]),
    distillable: fc.boolean(),
    expiration_date: fc.constantFrom("2020-01-01", "2099-01-01"),
  },
  { requiredKeys: [] },
);

export const situation = fc.record({
  one: tags,
  two: tags,
  chat: fields,
  own: perhaps,
  operators: perhaps,
  providers: fc.dictionary(fc.constantFrom(...SLUGS), providerRow),
  rows: fc.dictionary(fc.constantFrom("acme/one", "acme/two"), modelRow),
  balance: fc.constantFrom("classic", "adaptive"),
  quickAt: fc.constantFrom(undefined, "a", "b/fp8"),
  knowledge,
  stickyTag: tag,
  off: fc.constantFrom("", ...SLUGS),
  seed: fc.integer(),
});
export type Situation = typeof situation extends fc.Arbitrary<infer Value> ? Value : never;

/** The plan in a situation, or in one that differs from it. */
export function planIn(given: Situation, other: Partial<Situation> = {}, input: Partial<PlanInput> = {}): Plan {
  const { one, two, chat, own, operators, providers, rows, balance, quickAt, stickyTag, off, seed, ...rest } = {
    ...given,
    ...other,
  };
  const quick = { model: "acme/one", ...(quickAt !== undefined && { provider: quickAt }) };
  const extras: Extras = {
    providers,
    rows,
    defaults: { provider: operators },
    routing: { balance },
    aliases: { quick },
  };
  return planOf(
    { "acme/one": one, "acme/two": two },
    { ...chat, provider: own },
    {
      extras,
      health: healthOf(rest.knowledge),
      isConfigured: (endpoint) => endpoint.provider.slug !== off,
      random: seededRandom(seed),
      sticky: { endpointId: `acme/one ${stickyTag}`, modelId: "acme/one" },
      ...input,
    },
  );
}

/** Ids of a plan's candidates, in their order. */
export function candidatesOf({ candidates }: Pick<Plan, "candidates">): string[] {
  return candidates.map(({ endpoint }) => endpoint.id);
}

/** A situation in which all candidates are tried, so that only the filters decide. */
export function withFallbacks({ own, ...given }: Situation): Situation {
  return { ...given, own: { ...own, allow_fallbacks: true } };
}
