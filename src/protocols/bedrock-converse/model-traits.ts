import type { Quirks } from "../../schema/catalogue.ts";
import { takesOneSampler } from "../anthropic-messages/samplers.ts";

/** What a model behind Converse can do that the API itself does not settle. */
export interface ModelTraits {
  /** Follows Anthropic's rules about thinking, sampling and words to stop at. */
  isClaude: boolean;
  /** Takes `temperature` or `top_p`, not both. */
  isExclusive: boolean;
  isNova: boolean;
  /** Can be made to call a tool. */
  canBeForced: boolean;
  /** Takes cache points; the others refuse a request with one. */
  takesCachePoints: boolean;
}

/** Traits by the model's name, `eu.anthropic.claude-…`, and for names that say nothing (ARNs) by the quirks. */
export function traitsOf(model: string, { reasoning_request: request, cache_control: cache }: Quirks): ModelTraits {
  const isClaude = /claude/i.test(model) || request === "budget" || request?.startsWith("adaptive") === true;
  const isNova = /amazon\.nova/i.test(model) || request === "nova";
  return {
    isClaude,
    isExclusive: takesOneSampler(model),
    isNova,
    canBeForced: isClaude || isNova,
    takesCachePoints: cache ?? (isClaude || isNova),
  };
}
