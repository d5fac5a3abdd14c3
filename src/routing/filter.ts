import type { Endpoint, Model } from "../catalogue/catalogue.ts";
import { givesOutputs } from "../catalogue/outputs.ts";
import type { Cold } from "../health/cooldown.ts";
import { lacksParameter, takesToolChoice } from "./parameters.ts";
import type { Policy } from "./policy.ts";
import { pricesOf } from "./price.ts";
import type { RouteRequest } from "./request.ts";
import type { Track } from "./resolve.ts";
import { isNamed, isOfTier, isTierEndpoint } from "./slug.ts";
import type { Shut, Target } from "./targets.ts";

/** Why an endpoint is not a candidate. The first reason that holds, in the order of the filters. */
export type ExclusionReason =
  /** The operator has given no key for its provider. */
  | "provider_not_configured"
  /** The team's own keys are to be used at its provider, and this is the operator's. */
  | "byok_only"
  /** The model is served no more. */
  | "retired"
  /** The alias that was asked for means another endpoint. */
  | "not_of_alias"
  /** It belongs to a service tier that the request does not ask for. */
  | "service_tier"
  /** The model takes no such input: image, audio, video. */
  | "input_modality"
  /** The model gives no such output. */
  | "output_modality"
  /** `only` is given and does not name it. */
  | "not_allowed"
  /** `ignore` names it. */
  | "ignored"
  /** `data_collection: "deny"`, and its provider trains on prompts or does not say. Who only keeps them is for `zdr`. */
  | "data_collection"
  /** `zdr`, and its provider keeps prompts or does not say. */
  | "zdr"
  /** `enforce_distillable_text`, and the model's author does not allow it or does not say. */
  | "not_distillable"
  /** `quantizations` is given and does not name its own. */
  | "quantization"
  /** It is dearer than `max_price`, or has no price to compare. */
  | "max_price"
  /** It has no price, and the key has a budget. */
  | "unpriced"
  /** The prompt and the tokens to generate do not fit into its context. */
  | "context_length"
  /** It generates fewer tokens than `max_tokens`. */
  | "output_limit"
  /** It does not take tools, and the request brings some. */
  | "tools"
  /** It does not take this value of `tool_choice`. */
  | "tool_choice"
  /** `require_parameters`, and it does not take one of the request's. */
  | "missing_parameter"
  /** It does not take `response_format` or `verbosity`, and another endpoint of the model does. */
  | "lacks_response_format"
  | "lacks_verbosity"
  /** Fallbacks are off and it is not the first choice, or not in `order`. */
  | "fallbacks_off"
  /** The alias, or the router's member, is at its limit. */
  | "rate_limited"
  /** The name leads to more targets than one request goes to. */
  | "target_limit"
  /** It asked to be left alone for a while, has reached a limit, or fails; another one may serve. */
  | "cooling_down";

export interface Exclusion {
  endpoint: Endpoint;
  reason: ExclusionReason;
  /** Until when it cools down, and why. */
  cold?: Cold | undefined;
  /** The same of the alias, or the router's member, through which it was reached. */
  shut?: Shut | undefined;
  target?: Target | undefined;
}

/** What the filters look at besides the endpoint. */
export interface FilterInput {
  request: RouteRequest;
  policy: Policy;
  /** Whether the operator has switched the provider on, by giving it what it needs. */
  isConfigured: (endpoint: Endpoint) => boolean;
  nowMs: number;
  mustBePriced?: boolean | undefined;
}

/** What is known of a model's endpoints together before any of them is looked at. */
interface Context extends FilterInput {
  track: Track;
  model: Model;
  /** Parameters that at least one endpoint takes that can be called here at all. */
  takenSomewhere: Set<string>;
  hasFlex: boolean;
  /** The longest context among those endpoints. */
  longestContext: number;
}

type Filter = { reason: ExclusionReason; removes: (endpoint: Endpoint, context: Context) => boolean };

/** Each hard filter: whether it removes an endpoint. The order is the order in which reasons are given. */
const HARD_FILTERS: Filter[] = [
  { reason: "provider_not_configured", removes: (endpoint, { isConfigured }) => !isConfigured(endpoint) },
  { reason: "byok_only", removes: ({ isWithheld }) => isWithheld === true },
  { reason: "retired", removes: (_, { model, nowMs }) => isRetired(model, nowMs) },
  {
    reason: "not_of_alias",
    removes: (endpoint, { track }) => track.only !== undefined && !isNamed([track.only], endpoint),
  },
  { reason: "service_tier", removes: (endpoint, context) => !isOfAskedTier(endpoint, context) },
  { reason: "input_modality", removes: (_, { model, request }) => !takesInputs(model, sensed(request.inputs)) },
  {
    reason: "output_modality",
    removes: (endpoint, { model, request }) => !givesOutputs(model, endpoint, request.outputs),
  },
  { reason: "not_allowed", removes: (endpoint, { policy }) => policy.only.some((names) => !isNamed(names, endpoint)) },
  { reason: "ignored", removes: (endpoint, { policy }) => isNamed(policy.ignore, endpoint) },
  {
    reason: "data_collection",
    removes: ({ provider }, { policy }) => policy.denyDataCollection && provider.row.data_policy?.training !== false,
  },
  {
    reason: "zdr",
    removes: (endpoint, { policy }) => policy.zdr && !keepsNothing(endpoint),
  },
  {
    reason: "not_distillable",
    removes: (_, { model, policy }) => policy.distillable && model.row.distillable !== true,
  },
  { reason: "quantization", removes: hasOtherQuantization },
  { reason: "max_price", removes: isTooDear },
  {
    reason: "unpriced",
    removes: ({ pricing, byok }, { mustBePriced }) => mustBePriced === true && !pricing && byok === undefined,
  },
  { reason: "context_length", removes: isTooShort },
  {
    reason: "output_limit",
    removes: ({ maxCompletionTokens }, { request }) => (request.maxTokens ?? 0) > (maxCompletionTokens ?? Infinity),
  },
  {
    reason: "tools",
    removes: (endpoint, { request }) => request.parameters.includes("tools") && lacksParameter(endpoint, ["tools"]),
  },
  { reason: "tool_choice", removes: (endpoint, { request }) => !takesToolChoice(endpoint, request.toolChoice) },
  {
    reason: "missing_parameter",
    removes: (endpoint, { policy, request }) =>
      policy.requireParameters && lacksParameter(endpoint, request.parameters, "strict"),
  },
  {
    reason: "lacks_response_format",
    removes: (endpoint, context) => lacksPreferred("response_format", endpoint, context),
  },
  { reason: "lacks_verbosity", removes: (endpoint, context) => lacksPreferred("verbosity", endpoint, context) },
  {
    reason: "fallbacks_off",
    // Without fallbacks `order` is a closed set; with them it is a preference.
    removes: (endpoint, { policy }) =>
      !policy.allowFallbacks && policy.order.length > 0 && !isNamed(policy.order, endpoint),
  },
];

/** The reasons in the order of the filters: of an empty plan the latest one tells what took the last endpoints. */
export const EXCLUSION_REASONS: readonly ExclusionReason[] = [
  ...HARD_FILTERS.map(({ reason }) => reason),
  "target_limit",
  "rate_limited",
  "cooling_down",
];

/** Parts a model's endpoints into those that can serve the request and those that cannot. */
export function filterEndpoints(track: Track, input: FilterInput): { admitted: Endpoint[]; excluded: Exclusion[] } {
  const { model } = track;
  const context = contextOf(track, input);
  const admitted: Endpoint[] = [];
  const excluded: Exclusion[] = [];
  for (const endpoint of model.endpoints) {
    const filter = HARD_FILTERS.find(({ removes }) => removes(endpoint, context));
    if (filter) excluded.push({ endpoint, reason: filter.reason });
    else admitted.push(endpoint);
  }
  return { admitted, excluded };
}

/** Parameters for which endpoints that take them go before, and leave out, those that do not. */
const PREFERRED_PARAMETERS = ["response_format", "verbosity"];

/**
 * Looks at a model's endpoints together. It asks only what can be called here at all, and never what the request
 * forbids: so a further wish of the request never lets an endpoint in that was out.
 */
function contextOf(track: Track, input: FilterInput): Context {
  const { model } = track;
  const context: Context = {
    ...input,
    track,
    model,
    takenSomewhere: new Set(),
    hasFlex: false,
    longestContext: 0,
  };
  const preferred = PREFERRED_PARAMETERS.filter((name) => input.request.parameters.includes(name));
  const wantsFlex = input.request.serviceTier === "flex";
  for (const endpoint of model.endpoints) {
    if (preferred.length === 0 && !wantsFlex && input.request.compression !== "on") break;
    if (endpoint.isWithheld || !input.isConfigured(endpoint)) continue;
    if (isOfTier(endpoint, "flex")) context.hasFlex = true;
    if (isTierEndpoint(endpoint)) continue;
    context.longestContext = Math.max(context.longestContext, endpoint.contextLength ?? Infinity);
    for (const name of preferred) if (!lacksParameter(endpoint, [name])) context.takenSomewhere.add(name);
  }
  return context;
}

/** Of a team's own account the team knows best. */
export function keepsNothing({ teamKey, provider }: Endpoint): boolean {
  return teamKey?.declaredZdr ?? provider.row.data_policy?.retention_days === 0;
}

function isRetired({ row }: Model, nowMs: number): boolean {
  return row.expiration_date != null && Date.parse(row.expiration_date) <= nowMs;
}

/** The kinds of input without documents: one may become text on its way, so whoever names a model may send it one. */
export function sensed(inputs: string[]): string[] {
  return inputs.filter((kind) => kind !== "file");
}

/** Whether the model says that it takes these kinds of input, or does not say. */
export function takesInputs({ row }: Model, kinds: string[]): boolean {
  return !lacks(row.input_modalities, kinds);
}

/** A model that does not say what it takes is not known not to take it. */
function lacks(modalities: string[] | undefined, wanted: string[]): boolean {
  return modalities !== undefined && wanted.some((modality) => !modalities.includes(modality));
}

/**
 * Tier endpoints serve only who asks for them: by the tier, by their name, or by a variant. Who asks for the cheap
 * tier is not to pay for the usual one: where there is a flex endpoint, it is the only pool.
 */
function isOfAskedTier(endpoint: Endpoint, { request, policy, track, hasFlex }: Context): boolean {
  const { serviceTier } = request;
  const isFlexAlone = serviceTier === "flex" && hasFlex;
  if (!isTierEndpoint(endpoint)) return !isFlexAlone || isNamed(policy.order, endpoint);
  if (isNamed(policy.order, endpoint) || policy.only.some((names) => isNamed(names, endpoint))) return true;
  if (isOfTier(endpoint, serviceTier)) return true;
  if (track.only !== undefined && isNamed([track.only], endpoint)) return true;
  const isOptedOut = serviceTier === "default" || isFlexAlone || policy.order.length > 0;
  return track.tier !== undefined && !isOptedOut && isOfTier(endpoint, track.tier);
}

/** The names that a wanted quantization admits besides its own: `fp4` and `fp8` have micro-scaled kinds. */
const KINDS: Record<string, string[]> = { fp4: ["mxfp4", "nvfp4"], fp8: ["mxfp8"] };

function hasOtherQuantization({ row }: Endpoint, { policy }: Context): boolean {
  const own = row.quantization ?? "unknown";
  return policy.quantizations.some((wanted) => !wanted.some((name) => name === own || KINDS[name]?.includes(own)));
}

/** What floating point may add to a price that is equal to its limit. */
const ROUNDING = 1 + 1e-12;

/** Prompt and completion are limited in US dollars per million tokens, the others per unit. Inclusive. */
function isTooDear(endpoint: Endpoint, { policy, request, nowMs }: Context): boolean {
  const limit = policy.maxPrice;
  if (!limit) return false;
  const prices = pricesOf(endpoint, request.prompt.total, nowMs);
  if (!prices) return true;
  return (
    prices.prompt * 1e6 > limit.prompt * ROUNDING ||
    prices.completion * 1e6 > limit.completion * ROUNDING ||
    prices.request > limit.request * ROUNDING ||
    prices.image > limit.image * ROUNDING ||
    (limit.audio !== Infinity && prices.audio > limit.audio * ROUNDING)
  );
}

/** Endpoints with so small a context get a prompt shortened that is too long, unless the request says not to. */
export const COMPRESSED_BY_DEFAULT = 8_192;

/** Whether a prompt that is too long for an endpoint is shortened for it. */
export function isCompressed(request: RouteRequest, endpoint: Endpoint): boolean {
  if (request.compression !== undefined) return request.compression === "on";
  return endpoint.contextLength !== undefined && endpoint.contextLength <= COMPRESSED_BY_DEFAULT;
}

/**
 * The prompt counts with the least that it may have: an endpoint that might still take it is asked. Where prompts are
 * shortened, half the room is enough, and the largest endpoint always is.
 */
function isTooShort(endpoint: Endpoint, { request, longestContext }: Context): boolean {
  const { contextLength = Infinity, row } = endpoint;
  const prompt = request.prompt.least;
  const needed = prompt + (request.maxTokens ?? 0);
  if (isCompressed(request, endpoint)) {
    const isLargest = request.compression === "on" && contextLength >= longestContext;
    return (request.maxTokens ?? 0) >= contextLength || (contextLength * 2 < needed && !isLargest);
  }
  return needed > contextLength || prompt > (row.max_prompt_tokens ?? Infinity);
}

function lacksPreferred(name: string, endpoint: Endpoint, { request, takenSomewhere }: Context): boolean {
  return request.parameters.includes(name) && takenSomewhere.has(name) && lacksParameter(endpoint, [name]);
}
