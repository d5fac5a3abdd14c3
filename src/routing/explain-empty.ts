import { RouterError } from "../errors.ts";
import { EXCLUSION_REASONS, type ExclusionReason, sensed } from "./filter.ts";
import type { Plan } from "./plan.ts";
import type { RouteRequest } from "./request.ts";
import { shutError } from "./shut-error.ts";

/** What is said of the step that took the last endpoints. */
interface Explanation {
  message: string;
  step: string;
  /** The names that the request gave, where the step is about names. */
  requested?: string[] | undefined;
}

type Explain = (request: RouteRequest, model: string) => Explanation;

/**
 * The error of a request that no endpoint can serve. It names the step that removed the last endpoints: the one whose
 * reason comes latest among the filters. A 404, or a 400 where the request is larger than any endpoint.
 */
export function explainEmpty(plan: Plan, request: RouteRequest, nowMs: number): RouterError {
  const model = plan.models[0] ?? plan.requested;
  const shut = shutError(plan, nowMs);
  if (shut) return shut;
  const reasons = new Set(plan.excluded.map(({ reason }) => reason));
  const last = EXCLUSION_REASONS.findLast((reason) => reasons.has(reason));
  if (last === "cooling_down" || last === "rate_limited" || last === "target_limit") return coldError(plan, nowMs);
  if (last === "context_length") return contextError(plan, request);
  if (last === "output_limit") return outputError(plan, request, model);
  const serving = [...new Set(plan.excluded.map(({ endpoint }) => endpoint.provider.slug))];
  const { message, step, requested } = last ? EXPLANATIONS[last](request, model) : nobody("")(request, model);
  const isOperators = last !== undefined && isSetElsewhere(last, request);
  return new RouterError("not_found", isOperators ? `${message} The operator of this router has set that.` : message, {
    metadata: { failed_routing_step: step, available_providers: serving, requested_providers: requested },
  });
}

/** The preference behind a reason. */
const PREFERENCES: Partial<Record<ExclusionReason, keyof RouteRequest["preferences"]>> = {
  not_allowed: "only",
  ignored: "ignore",
  data_collection: "data_collection",
  zdr: "zdr",
  not_distillable: "enforce_distillable_text",
  quantization: "quantizations",
  max_price: "max_price",
  missing_parameter: "require_parameters",
  fallbacks_off: "allow_fallbacks",
};

/** Whether the request itself does not ask for what took its last endpoints. */
function isSetElsewhere(reason: ExclusionReason, { preferences }: RouteRequest): boolean {
  const key = PREFERENCES[reason];
  if (key === undefined) return false;
  const own = preferences[key];
  return own == null || own === "allow" || (own === false && key !== "allow_fallbacks");
}

function nobody(hint: string): Explain {
  return (_, model) => ({ message: `No endpoints found for ${model}.${hint}`, step: "Filter by Fallback" });
}

function told(step: string, message: string): Explain {
  return () => ({ message, step });
}

type Explained = Exclude<
  ExclusionReason,
  "context_length" | "output_limit" | "target_limit" | "rate_limited" | "cooling_down"
>;

const EXPLANATIONS: Record<Explained, Explain> = {
  provider_not_configured: nobody(" No provider that serves it has a key here yet."),
  byok_only: nobody(" The team's own keys are to be used, and none of them may serve this request."),
  retired: nobody(" It is served no more."),
  not_of_alias: nobody(" The alias names an endpoint that cannot be called."),
  service_tier: nobody(" It has endpoints of other service tiers only."),
  input_modality: ({ inputs }) => ({
    message: `No endpoints found that support ${sensed(inputs).join(" and ")} input`,
    step: inputs.includes("image") ? "Filter by Image Support" : "Filter by Input Modalities",
  }),
  output_modality: ({ outputs }) => ({
    message: `No endpoints found that support the requested output modalities: ${outputs.join(", ")}`,
    step: "Filter by Output Modalities",
  }),
  not_allowed: ({ preferences }) => ({
    message: "No allowed providers are available for the selected model.",
    step: "Filter by Allowed Providers",
    requested: preferences.only ?? [],
  }),
  ignored: ({ preferences }, model) => ({
    message: `All providers have been ignored. Take one of them out of provider.ignore to use ${model}.`,
    step: "Filter by Ignored Providers",
    requested: preferences.ignore ?? [],
  }),
  data_collection: told(
    "Filter by Data Policy",
    "No endpoints found matching your data policy (data collection denied).",
  ),
  zdr: told("Filter by Data Policy", "No endpoints found matching your data policy (zero data retention)."),
  not_distillable: told(
    "Filter by Distillability",
    "No endpoints found whose model may be distilled (provider.enforce_distillable_text).",
  ),
  quantization: told(
    "Filter by Quantization",
    "No endpoints found with one of the quantizations in provider.quantizations.",
  ),
  max_price: told("Filter by Price", "No endpoints found within provider.max_price. Raise it, or leave it out."),
  unpriced: told("Filter by Price", "No endpoints found whose price is known, and what this key spends is limited."),
  tools: ({ toolName }) => ({
    message: `No endpoints found that support tool use.${toolName ? ` Try disabling "${toolName}".` : ""}`,
    step: "Filter by Tool Compatibility",
  }),
  tool_choice: told(
    "Filter by Tool Compatibility",
    "No endpoints found that support the provided 'tool_choice' value.",
  ),
  missing_parameter: told("Filter by Parameters", "No endpoints found that can handle the requested parameters."),
  lacks_response_format: lacking("response_format"),
  lacks_verbosity: lacking("verbosity"),
  fallbacks_off: ({ preferences }, model) => ({
    message: `No allowed providers are available for the selected model. None of provider.order serves ${model} and provider.allow_fallbacks is false.`,
    step: "Filter by Fallback",
    requested: preferences.order ?? [],
  }),
};

function lacking(name: string): Explain {
  return () => ({
    message: `No endpoints found that can handle the requested parameters. Others of this model take ${name}; allow one of them, or leave it out.`,
    step: "Filter by Parameters",
  });
}

/** Everybody who may serve the request cools down: whoever asks again sooner is told the same. */
function coldError({ excluded }: Plan, nowMs: number): RouterError {
  const colds = excluded.map(({ cold }) => cold).filter((cold) => cold !== undefined);
  const retryAfterMs = Math.max(1, Math.min(...colds.map(({ untilMs }) => untilMs)) - nowMs);
  const isLimited = colds.some(({ why }) => why === "rate_limited");
  const seconds = Math.ceil(retryAfterMs / 1000);
  const cause = isLimited
    ? "Every provider that may serve this request has reached a rate limit"
    : "No provider that may serve this request answers";
  return new RouterError(
    isLimited ? "rate_limit_exceeded" : "provider_overloaded",
    `${cause}. Try again in ${seconds} s.`,
    {
      metadata: { failed_routing_step: "Filter by Cooldown", retry_after: seconds },
      retryAfterMs,
    },
  );
}

/** The request is too long for every endpoint that may serve it. */
function contextError(plan: Plan, { prompt, maxTokens, outputs }: RouteRequest): RouterError {
  const lengths = plan.excluded
    .filter(({ reason }) => reason === "context_length")
    .map(({ endpoint }) => Math.min(endpoint.contextLength ?? Infinity, endpoint.row.max_prompt_tokens ?? Infinity));
  const longest = Math.max(...lengths);
  const output = maxTokens ?? 0;
  const tools = prompt.tools > 0 ? `, ${prompt.tools} of tool input` : "";
  const message =
    `This endpoint's maximum context length is ${longest} tokens. However, you requested about ` +
    `${prompt.total + output} tokens (${prompt.total - prompt.tools} of text input${tools}, ${output} in the output). ` +
    (outputs.includes("embeddings")
      ? 'Please reduce the length of the input, or have it cut: "truncate": true.'
      : 'Please reduce the length of either one, or use context-compression: "transforms": ["middle-out"].');
  return new RouterError("context_length_exceeded", message, {
    metadata: { failed_routing_step: "Filter by Context Length" },
  });
}

function outputError(plan: Plan, { maxTokens }: RouteRequest, model: string): RouterError {
  const limits = plan.excluded.flatMap(({ reason, endpoint }) =>
    reason === "output_limit" ? [endpoint.maxCompletionTokens ?? 0] : [],
  );
  const most = Math.max(...limits);
  const message = `max_tokens: ${model} generates at most ${most} tokens here, ${maxTokens} were asked for.`;
  return new RouterError("max_tokens_exceeded", message, {
    metadata: { field: "max_tokens", failed_routing_step: "Filter by Output Limit" },
  });
}
