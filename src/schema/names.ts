import * as z from "zod";
import { pricingSchema } from "./pricing.ts";

/** Names of the operator's own for what answers: aliases, adapters and routers. */

/** Targets that one name may fall back on. */
const MAX_FALLBACKS = 5;

export const NAME = /^[^\s@:][^\s@:]{0,127}$/;
export const nameSchema = z.string().regex(NAME, "must be a name without spaces, ':' and '@'");

const fallbacksSchema = z.array(z.string().min(1)).max(MAX_FALLBACKS, `must have ${MAX_FALLBACKS} entries or fewer`);
const limitSchema = z.int("must be a whole number").min(1, "must be 1 or more");
const projectSchema = z.string().min(1).nullable();

/** Limits of what is sent to one target in any 60 seconds. */
const limitFields = {
  /** Requests. */
  rpm: limitSchema.optional(),
  /** Tokens, of prompts and answers. */
  tpm: limitSchema.optional(),
};

/** Another name for a model, or for one of its endpoints; or, with `adapter_of`, for an adapter that is served there. */
export const aliasSchema = z.looseObject({
  /** The model's id. Required without `adapter_of`. */
  model: z.string().min(1).optional(),
  /** Only this provider, or the endpoint with this tag. */
  provider: z.string().min(1).optional(),
  /** The alias or model whose endpoints serve the adapter. */
  adapter_of: z.string().min(1).optional(),
  /** The adapter's name at the provider. Required with `adapter_of`. */
  adapter: z.string().min(1).optional(),
  /** Of an adapter; default: what its base costs. */
  pricing: pricingSchema.optional(),
  /** Only this project sees the name; an adapter without one has its base's. */
  project: projectSchema.optional(),
  ...limitFields,
  /** Aliases and models that follow when this one fails or is at its limit, best first. */
  fallbacks: fallbacksSchema.optional(),
});
export type Alias = z.infer<typeof aliasSchema>;

export const DEFAULT_WEIGHT = 1;
export const DEFAULT_COOL_DOWN_S = 60;

export const memberSchema = z.looseObject({
  /** An alias, an adapter or a model. */
  target: z.string().min(1),
  /** Its part of the requests among the members that are available; 0: only when others fail. Default 1. */
  weight: z.number("must be a number").min(0, "must be 0 or more").optional(),
  ...limitFields,
  /** For how long it is passed over after a failure that names no time of its own, in seconds. Default 60. */
  cool_down_s: z.number("must be a number").min(0, "must be 0 or more").max(3600, "must be 3600 or less").optional(),
  /** Aliases and models that follow when it fails, best first. */
  fallbacks: fallbacksSchema.optional(),
});
export type Member = z.infer<typeof memberSchema>;

/** A name for several targets, of which each request goes to one. */
export const routerSchema = z.looseObject({
  description: z.string().optional(),
  tags: z.array(z.string()).optional(),
  project: projectSchema.optional(),
  members: z.array(memberSchema).min(1, "must have at least one member"),
});
export type Router = z.infer<typeof routerSchema>;
