import type { SortKey } from "../schema/provider-preferences.ts";

/** What the suffixes of a model's name say about how to route. */
export interface ParsedName {
  /** The name without them; with a variant that is a model of its own (`:free`), if there is one. */
  base: string;
  /** `:nitro`, `:floor` or `:exacto`: the last of them wins. */
  sort?: SortKey;
  /** The service tier that joins the pool: `:nitro` lets in priority endpoints, `:floor` flex ones. */
  tier?: "priority" | "flex";
  /** `:online`: with a search of the web. */
  isOnline: boolean;
}

const SORTS: Record<string, Pick<ParsedName, "sort" | "tier">> = {
  nitro: { sort: "throughput", tier: "priority" },
  floor: { sort: "price", tier: "flex" },
  exacto: { sort: "exacto" },
};

/** Reads a model's name. Suffixes come in any order; those that tell nothing about routing stay with the model. */
export function parseName(name: string): ParsedName {
  if (!name.includes(":")) return { base: name, isOnline: false };
  const [head = "", ...suffixes] = name.split(":");
  const parsed: ParsedName = { base: head, isOnline: false };
  for (const suffix of suffixes) {
    const sort = Object.hasOwn(SORTS, suffix) ? SORTS[suffix] : undefined;
    if (sort) {
      delete parsed.tier;
      Object.assign(parsed, sort);
    } else if (suffix === "online") parsed.isOnline = true;
    else parsed.base += `:${suffix}`;
  }
  return parsed;
}
