import { asArray, asObject, type Json } from "../json.ts";
import type { Block, Turn } from "./blocks.ts";
import { isThinking } from "./thinking-blocks.ts";

/** Where a cached prefix ends, and for how long it is kept; without `ttl` five minutes. */
export interface CacheControl {
  type: "ephemeral";
  ttl?: "5m" | "1h";
}

/** The vendor refuses a request with more. */
const MAX_BREAKPOINTS = 4;

/** A client's `cache_control`; undefined when it is none. */
export function toCacheControl(value: unknown): CacheControl | undefined {
  const { type, ttl } = asObject(value);
  if (type !== "ephemeral") return undefined;
  return ttl === "5m" || ttl === "1h" ? { type, ttl } : { type };
}

/** The parts of a request that can hold breakpoints, in the order in which the vendor caches them. */
export interface CacheableRequest {
  tools: Json[];
  system: Block[];
  turns: Turn[];
}

/**
 * Makes the breakpoints of a request valid, in place.
 *
 * `automatic` is set on the last block that can be cached, unless there is one already. Of more than four, the last
 * four stay: they mark the longest prefixes. A longer lifetime must not follow a shorter one, so the earlier
 * breakpoints take the longer one: what lies before a prefix kept for an hour is kept for an hour anyway.
 */
export function settleBreakpoints(request: CacheableRequest, automatic: CacheControl | undefined): void {
  const cacheable = cacheableIn(request);
  const last = cacheable.at(-1);
  if (automatic && last && last.cache_control === undefined) last.cache_control = automatic;
  const marked = cacheable.filter((holder) => holder.cache_control !== undefined);
  for (const holder of marked.splice(0, Math.max(0, marked.length - MAX_BREAKPOINTS))) delete holder.cache_control;
  const lastHour = marked.findLastIndex((holder) => asObject(holder.cache_control).ttl === "1h");
  for (const holder of marked.slice(0, Math.max(0, lastHour))) holder.cache_control = { type: "ephemeral", ttl: "1h" };
}

function cacheableIn({ tools, system, turns }: CacheableRequest): Json[] {
  const holders: Json[] = [...tools, ...system];
  for (const { content } of turns) {
    for (const block of content) {
      if (isThinking(block)) continue;
      if (block.type === "tool_result") holders.push(...asArray(block.content).map(asObject));
      holders.push(block);
    }
  }
  return holders;
}
