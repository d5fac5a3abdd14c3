import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import type { Listing, Price, ReasoningOptions, Route } from "./listing.ts";
import { readLiteral } from "./literal.ts";
import { type Package, withPackage } from "./packages.ts";

/** The only package that brings the whole of models.dev with it, inside a bundle. */
const PACKAGE: Package = {
  name: "opencode-linux-x64",
  version: "1.18.34",
  integrity: "sha512-RTAMjCve4euxP2QKLuvRmdoW5J5DQK1DiZqt+7slfixyjAEi79QC2Df2oYKogibaAI4IEU8uzenoJeEl3k+UEw==",
};

const costFields = {
  input: z.number(),
  output: z.number(),
  cache_read: z.number().optional(),
  cache_write: z.number().optional(),
  reasoning: z.number().optional(),
  input_audio: z.number().optional(),
  output_audio: z.number().optional(),
};
const costSchema = z.object({
  ...costFields,
  tiers: z.array(z.object({ ...costFields, tier: z.object({ type: z.string(), size: z.number() }) })).optional(),
});
type Cost = z.infer<typeof costSchema>;

const modelSchema = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string().optional(),
  family: z.string().optional(),
  canonical_model_id: z.string().optional(),
  modalities: z.object({ input: z.array(z.string()), output: z.array(z.string()) }),
  limit: z.object({ context: z.number(), input: z.number().optional(), output: z.number() }),
  cost: costSchema.optional(),
  tool_call: z.boolean(),
  structured_output: z.boolean().optional(),
  temperature: z.boolean().optional(),
  reasoning: z.boolean(),
  reasoning_options: z
    .array(z.object({ type: z.string(), values: z.array(z.string().nullable()).optional() }))
    .optional(),
  interleaved: z.union([z.boolean(), z.object({ field: z.string() })]).optional(),
  release_date: z.string(),
  knowledge: z.string().optional(),
  open_weights: z.boolean(),
  status: z.string().optional(),
  provider: z
    .object({ npm: z.string().optional(), api: z.string().optional(), shape: z.string().optional() })
    .optional(),
  experimental: z
    .object({
      modes: z
        .record(
          z.string(),
          z.object({
            cost: costSchema.optional(),
            provider: z.object({ body: z.object({ service_tier: z.string().optional() }).optional() }).optional(),
          }),
        )
        .optional(),
    })
    .optional(),
});
type Model = z.infer<typeof modelSchema>;

const snapshotSchema = z.record(z.string(), z.object({ models: z.record(z.string(), modelSchema) }));

/** Listings of the given providers, by their slug in our catalogue; `ids` are their names at models.dev. */
export async function readModelsDev(ids: Record<string, string>): Promise<Listing[]> {
  const snapshot = await withPackage(PACKAGE, async (directory) =>
    snapshotSchema.parse(findSnapshot(await readFile(join(directory, "bin/opencode")))),
  );
  return Object.entries(ids).flatMap(([provider, id]) => {
    const models = snapshot[id]?.models;
    if (!models) throw new Error(`models.dev has no provider ${id}`);
    return Object.values(models)
      .filter(({ status }) => status !== "deprecated")
      .map((model) => toListing(provider, model))
      .filter((listing) => listing !== undefined);
  });
}

/** The object of all providers: it begins with a provider whose key is its id. */
function findSnapshot(bundle: Buffer): unknown {
  const begin = /\(\{"?([\w.-]+)"?:\{id:"\1",env:\[/.exec(bundle.toString("latin1"));
  if (!begin) throw new Error("the package holds no snapshot of models.dev any more");
  // Enough for the data to grow fourfold; what follows it is never read.
  return readLiteral(bundle.subarray(begin.index + 1, begin.index + 20_000_000).toString("utf8"));
}

function toListing(provider: string, model: Model): Listing | undefined {
  const route = toRoute(model.provider);
  if (route === null) return undefined;
  const modes = Object.values(model.experimental?.modes ?? {});
  const priority = modes.find((mode) => mode.provider?.body?.service_tier === "priority");
  return {
    provider,
    name: model.id,
    displayName: model.name.replace(/ \(latest\)$/, ""),
    description: model.description,
    canonical: model.canonical_model_id,
    family: model.family,
    input: model.modalities.input,
    output: model.modalities.output,
    contextLength: model.limit.context || undefined,
    maxInput: model.limit.input || undefined,
    maxOutput: model.limit.output || undefined,
    price: model.cost && toPrice(model.cost),
    priorityPrice: priority?.cost && toPrice(priority.cost),
    hasTools: model.tool_call,
    hasStructuredOutputs: model.structured_output ?? false,
    hasTemperature: model.temperature ?? !model.reasoning,
    reasoning: model.reasoning ? toReasoning(model) : undefined,
    reasoningField: typeof model.interleaved === "object" ? model.interleaved.field : undefined,
    released: /^\d{4}-\d{2}-\d{2}$/.test(model.release_date) ? model.release_date : undefined,
    knowledge: model.knowledge,
    isOpenWeights: model.open_weights,
    route,
  };
}

/** Undefined: as the provider's other models; null: in a way that this router does not know. */
function toRoute(override: Model["provider"]): Route | undefined | null {
  if (!override?.npm && !override?.api) return override?.shape === "responses" ? "responses" : undefined;
  if (override.npm === "@ai-sdk/google-vertex/anthropic") return "vertex-anthropic";
  if (override.api?.endsWith("/endpoints/openapi")) return "vertex-openai";
  if (override.api?.endsWith(".services.ai.azure.com/anthropic/v1")) return "azure-anthropic";
  if (override.api?.endsWith(".services.ai.azure.com/models")) return "azure-models";
  return null;
}

function toPrice(cost: Cost): Price {
  const { tiers = [] } = cost;
  const byContext = tiers.filter(({ tier }) => tier.type === "context");
  return {
    ...toFlatPrice(cost),
    // Some sizes are the last token of the lower tier, some the first of the higher.
    tiers: byContext
      .map((tier) => ({ ...toFlatPrice(tier), above: tier.tier.size % 10 === 1 ? tier.tier.size - 1 : tier.tier.size }))
      .sort((a, b) => a.above - b.above),
  };
}

function toFlatPrice(cost: Omit<Cost, "tiers">): Omit<Price, "tiers"> {
  return {
    input: cost.input,
    output: cost.output,
    cacheRead: cost.cache_read,
    cacheWrite: cost.cache_write,
    reasoning: cost.reasoning,
    inputAudio: cost.input_audio,
    outputAudio: cost.output_audio,
  };
}

function toReasoning({ reasoning_options: options = [] }: Model): ReasoningOptions {
  const values = options.find(({ type }) => type === "effort")?.values?.filter((value) => value !== null);
  return {
    efforts: values?.filter((value) => value !== "none" && value !== "default"),
    hasBudget: options.some(({ type }) => type === "budget_tokens"),
    hasToggle: options.some(({ type }) => type === "toggle") || (values?.includes("none") ?? false),
  };
}
