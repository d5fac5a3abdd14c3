import type { ProviderPreferences } from "../schema/chat.ts";
import type { SortKey } from "../schema/provider-preferences.ts";

/** The preferences under which a request is planned: its own, within those of everybody who may say something. */
export interface Policy {
  /** An endpoint must be named by each of these lists. */
  only: string[][];
  ignore: string[];
  denyDataCollection: boolean;
  zdr: boolean;
  distillable: boolean;
  requireParameters: boolean;
  /** An endpoint must have a precision that each of these lists admits. */
  quantizations: string[][];
  maxPrice: { prompt: number; completion: number; request: number; image: number; audio: number } | undefined;
  order: string[];
  sort: SortKey | undefined;
  /** false: one list of candidates across all models. */
  isPartedByModel: boolean;
  allowFallbacks: boolean;
  preferredMinThroughput: Cutoffs | undefined;
  preferredMaxLatency: Cutoffs | undefined;
}

/** Limits by percentile. */
export type Cutoffs = { p50?: number; p75?: number; p90?: number; p99?: number };

/**
 * Joins the request's preferences with those that its key, its team and the operator have, given in this order. What one
 * of them forbids is forbidden; the first one's wish holds.
 */
export function joinPreferences(...layers: ProviderPreferences[]): Policy {
  const first = <Key extends keyof ProviderPreferences>(key: Key): ProviderPreferences[Key] | undefined =>
    layers.find((layer) => layer[key] != null)?.[key];
  const sort = first("sort");
  return {
    only: layers.map(({ only }) => only).filter((list) => list != null),
    ignore: layers.flatMap(({ ignore }) => ignore ?? []),
    denyDataCollection: layers.some(({ data_collection }) => data_collection === "deny"),
    zdr: layers.some(({ zdr }) => zdr === true),
    distillable: layers.some(({ enforce_distillable_text }) => enforce_distillable_text === true),
    requireParameters: first("require_parameters") === true,
    quantizations: layers.map(({ quantizations }) => quantizations).filter((list) => list != null),
    maxPrice: lowerOf(layers.map(({ max_price }) => max_price)),
    order: first("order") ?? [],
    sort: typeof sort === "string" ? sort : (sort?.by ?? undefined),
    isPartedByModel: typeof sort === "string" || sort?.partition !== "none",
    allowFallbacks: first("allow_fallbacks") !== false,
    preferredMinThroughput: toCutoffs(first("preferred_min_throughput")),
    preferredMaxLatency: toCutoffs(first("preferred_max_latency")),
  };
}

const PRICE_KEYS = ["prompt", "completion", "request", "image", "audio"] as const;

/** The lower limit of each kind; undefined when there is none at all. */
function lowerOf(limits: ProviderPreferences["max_price"][]): Policy["maxPrice"] {
  const lowest = { prompt: Infinity, completion: Infinity, request: Infinity, image: Infinity, audio: Infinity };
  let isLimited = false;
  for (const limit of limits) {
    for (const key of PRICE_KEYS) {
      const value = limit?.[key];
      if (value === null || value === undefined) continue;
      isLimited = true;
      lowest[key] = Math.min(lowest[key], Number(value));
    }
  }
  return isLimited ? lowest : undefined;
}

/** A bare number is the median's limit. */
function toCutoffs(value: ProviderPreferences["preferred_max_latency"]): Cutoffs | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value === "number") return { p50: value };
  const cutoffs: Cutoffs = {};
  for (const key of ["p50", "p75", "p90", "p99"] as const) {
    const limit = value[key];
    if (typeof limit === "number") cutoffs[key] = limit;
  }
  return cutoffs;
}
