import { RouterError } from "../errors.ts";
import type { ChatRequest } from "../schema/chat.ts";
import type { ExclusionReason } from "./filter.ts";
import type { Plan } from "./plan.ts";

/**
 * The 404 of a request that no endpoint can serve. It names the step that removed the last endpoints: the one whose
 * reason comes latest among the filters.
 */
export function explainEmpty(plan: Plan, chat: ChatRequest): RouterError {
  const reasons = new Set(plan.excluded.map(({ reason }) => reason));
  const serving = [...new Set(plan.excluded.map(({ endpoint }) => endpoint.provider.slug))];
  const model = plan.models[0] ?? chat.model ?? "";
  const { message, step, requested } = describe(reasons, model, chat);
  return new RouterError("not_found", message, {
    metadata: { failed_routing_step: step, available_providers: serving, requested_providers: requested },
  });
}

/** What the request asks of providers, and how it is told that none of them has it. */
const CONSTRAINTS: { reason: ExclusionReason; message: string; step: string }[] = [
  {
    reason: "missing_parameter",
    message: "No endpoints found that can handle the requested parameters.",
    step: "Filter by Parameters",
  },
  {
    reason: "max_price",
    message: "No endpoints found within provider.max_price. Raise it, or leave it out.",
    step: "Filter by Price",
  },
  {
    reason: "quantization",
    message: "No endpoints found with one of the quantizations in provider.quantizations.",
    step: "Filter by Quantization",
  },
  {
    reason: "zdr",
    message: "No endpoints found matching your data policy (zero data retention).",
    step: "Filter by Data Policy",
  },
  {
    reason: "data_collection",
    message: "No endpoints found matching your data policy (data collection denied).",
    step: "Filter by Data Policy",
  },
];

function describe(reasons: Set<ExclusionReason>, model: string, chat: ChatRequest) {
  if (reasons.has("fallbacks_off")) {
    const message = `No allowed providers are available for the selected model. None of provider.order serves ${model} and provider.allow_fallbacks is false.`;
    return { message, step: "Filter by Fallback", requested: chat.provider?.order ?? [] };
  }
  const constraint = CONSTRAINTS.find(({ reason }) => reasons.has(reason));
  if (constraint) return { message: constraint.message, step: constraint.step, requested: undefined };
  if (reasons.has("ignored")) {
    const message = `All providers have been ignored. Take one of them out of provider.ignore to use ${model}.`;
    return { message, step: "Filter by Ignored Providers", requested: chat.provider?.ignore ?? [] };
  }
  if (reasons.has("not_allowed")) {
    const message = "No allowed providers are available for the selected model.";
    return { message, step: "Filter by Allowed Providers", requested: chat.provider?.only ?? [] };
  }
  const hint = reasons.has("provider_not_configured") ? " No provider that serves it has a key here yet." : "";
  return { message: `No endpoints found for ${model}.${hint}`, step: "Filter by Fallback", requested: undefined };
}
