import * as z from "zod";
import { providerPreferencesSchema } from "./provider-preferences.ts";

/**
 * A routing decision as it stands in the ledger, read with care: an older version of this router may have written it.
 * What it must hold is what planning again needs; fields that it does not know are left aside.
 */
const recordedRequestSchema = z.object({
  model: z.string().exactOptional(),
  models: z.array(z.string()),
  preferences: providerPreferencesSchema,
  parameters: z.array(z.string()),
  toolName: z.string().exactOptional(),
  toolChoice: z.enum(["auto", "none", "required", "function"]).exactOptional(),
  inputs: z.array(z.string()),
  outputs: z.array(z.string()),
  /** Estimated tokens. */
  prompt: z.object({ text: z.number(), tools: z.number(), media: z.number(), total: z.number(), least: z.number() }),
  maxTokens: z.number().exactOptional(),
  serviceTier: z.string().exactOptional(),
  choices: z.number().exactOptional(),
  compression: z.enum(["on", "off"]).exactOptional(),
  auto: z
    .object({
      allowed: z.array(z.string()).exactOptional(),
      excluded: z.array(z.string()).exactOptional(),
      quality: z.number().exactOptional(),
      pinned: z.string().exactOptional(),
    })
    .exactOptional(),
});

export const recordedPlanSchema = z.object({
  request: recordedRequestSchema,
  seed: z.number(),
  sticky: z.object({ endpointId: z.string(), modelId: z.string() }).exactOptional(),
  candidates: z.array(z.tuple([z.string(), z.string()])),
  excluded: z.record(z.string(), z.array(z.string())),
});
export type RecordedPlan = z.infer<typeof recordedPlanSchema>;
