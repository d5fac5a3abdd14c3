import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import type { Listing, Price } from "./listing.ts";
import { type Package, withPackage } from "./packages.ts";

/** Fewer providers and fields than models.dev, but weeks newer. */
const PACKAGE: Package = {
  name: "@earendil-works/pi-ai",
  version: "1.5.2",
  integrity: "sha512-2tWPSnV3qzfiDIY3aWluBag3vC++Vs+VsXt/UquSU5onPMohPih72FUhIhaqmDdMYubOgB3Byl9uF4Vk40JLvQ==",
};

/** When the package's data was made, for models that other sources do not know yet. */
export const PI_DATE = "2026-11-10";

const costFields = { input: z.number(), output: z.number(), cacheRead: z.number(), cacheWrite: z.number() };
const modelSchema = z.object({
  type: z.string(),
  id: z.string(),
  name: z.string(),
  reasoning: z.boolean().optional(),
  thinkingLevelMap: z.record(z.string(), z.string().nullable()).optional(),
  input: z.array(z.string()),
  cost: z.object({
    ...costFields,
    tiers: z.array(z.object({ ...costFields, inputTokensAbove: z.number() })).optional(),
  }),
  contextWindow: z.number().optional(),
  maxTokens: z.number().optional(),
  compat: z.looseObject({ supportsTemperature: z.boolean().optional() }).optional(),
});
type Model = z.infer<typeof modelSchema>;

/** Of its wire formats, those whose models can be asked for text. */
const fileSchema = z.record(z.string(), z.record(z.string(), z.unknown()));

/** Listings of the given providers, by their slug in our catalogue; `names` are their files in the package. */
export async function readPi(names: Record<string, string>): Promise<Listing[]> {
  return withPackage(PACKAGE, async (directory) => {
    const listings: Listing[] = [];
    for (const [provider, name] of Object.entries(names)) {
      const text = await readFile(join(directory, `dist/providers/data/${name}.json`), "utf8");
      for (const models of Object.values(fileSchema.parse(JSON.parse(text))))
        for (const json of Object.values(models)) {
          const model = modelSchema.safeParse(json);
          if (model.success && model.data.type === "chat") listings.push(toListing(provider, model.data));
        }
    }
    return listings;
  });
}

function toListing(provider: string, model: Model): Listing {
  const levels = Object.entries(model.thinkingLevelMap ?? {});
  const efforts = levels.filter(([level, value]) => level !== "off" && value !== null).map(([level]) => level);
  return {
    provider,
    name: model.id,
    displayName: model.name.replace(/^[^:]+: /, "").replace(/ \((?:US|EU|Global)\)$/, ""),
    input: model.input,
    output: ["text"],
    contextLength: model.contextWindow,
    maxOutput: model.maxTokens,
    price: toPrice(model.cost),
    // It lists nothing else.
    hasTools: true,
    hasStructuredOutputs: false,
    hasTemperature: model.compat?.supportsTemperature ?? true,
    reasoning: model.reasoning
      ? {
          efforts: efforts.length > 0 ? efforts : undefined,
          hasBudget: false,
          hasToggle: model.thinkingLevelMap?.off !== null,
        }
      : undefined,
    isOpenWeights: false,
  };
}

/** A cache price of 0 stands for one that is not known. */
function toPrice({ tiers, ...cost }: Model["cost"]): Price {
  const flat = (prices: Omit<Model["cost"], "tiers">) => ({
    input: prices.input,
    output: prices.output,
    cacheRead: prices.cacheRead || undefined,
    cacheWrite: prices.cacheWrite || undefined,
  });
  return { ...flat(cost), tiers: tiers?.map((tier) => ({ ...flat(tier), above: tier.inputTokensAbove })) };
}
