import type { Catalogue, Endpoint } from "../catalogue/catalogue.ts";
import { RouterError } from "../errors.ts";
import type { ChatRequest } from "../schema/chat.ts";
import { type Exclusion, exclusionReason, type FilterInput } from "./filter.ts";
import type { Health } from "./health.ts";
import { rankEndpoints } from "./rank.ts";
import { isOfTier } from "./slug.ts";

/** The candidates of a request in the order in which they are tried, and why the others are none. */
export interface Plan {
  /** Ids of the asked models, without repetition, in order. */
  models: string[];
  /** No endpoint twice; all candidates of a model before those of the next. */
  candidates: Endpoint[];
  excluded: Exclusion[];
}

export interface PlanInput {
  chat: ChatRequest;
  catalogue: Catalogue;
  health: Health;
  isConfigured: FilterInput["isConfigured"];
  /** Chance comes in as an argument: the same input gives the same plan. */
  random: () => number;
}

/** Plans a request. Throws `RouterError` for a model that does not exist; an empty plan is for `explainEmpty`. */
export function planCandidates(input: PlanInput): Plan {
  const { chat, catalogue } = input;
  const plan: Plan = { models: [], candidates: [], excluded: [] };
  for (const name of requestedModels(chat, catalogue.defaultModel)) {
    const model = catalogue.model(name);
    if (!model)
      throw new RouterError("invalid_request", `${name} is not a valid model ID`, { metadata: { field: "model" } });
    if (plan.models.includes(model.id)) continue;
    plan.models.push(model.id);
    const admitted: Endpoint[] = [];
    for (const endpoint of model.endpoints) {
      const reason = exclusionReason(endpoint, input);
      if (reason === undefined) admitted.push(endpoint);
      else plan.excluded.push({ endpoint, reason });
    }
    const closed = onlyFlex(admitted, chat);
    for (const endpoint of admitted)
      if (!closed.includes(endpoint)) plan.excluded.push({ endpoint, reason: "service_tier" });
    plan.candidates.push(...rankEndpoints(closed, input));
  }
  return chat.provider?.allow_fallbacks === false ? withoutFallbacks(plan, chat) : plan;
}

/** Who asks for the cheap tier is not to pay for the usual one: where there is a flex endpoint, it is the only pool. */
function onlyFlex(endpoints: Endpoint[], chat: ChatRequest): Endpoint[] {
  if (chat.service_tier !== "flex") return endpoints;
  const flex = endpoints.filter((endpoint) => isOfTier(endpoint, "flex"));
  return flex.length > 0 ? flex : endpoints;
}

/** `model` first, then `models`; clients often repeat the one in the other. */
function requestedModels(chat: ChatRequest, defaultModel: string | undefined): string[] {
  const names = [...(chat.model ? [chat.model] : []), ...(chat.models ?? [])];
  if (names.length > 0) return names;
  if (defaultModel !== undefined) return [defaultModel];
  throw new RouterError("invalid_request", "model: is required, because no default model is set", {
    metadata: { field: "model" },
  });
}

/** Without fallbacks only the first candidate is tried, or only those that `order` lists. */
function withoutFallbacks(plan: Plan, chat: ChatRequest): Plan {
  if ((chat.provider?.order?.length ?? 0) > 0) return plan;
  const [first, ...others] = plan.candidates;
  const excluded = others.map((endpoint): Exclusion => ({ endpoint, reason: "fallbacks_off" }));
  return { ...plan, candidates: first ? [first] : [], excluded: [...plan.excluded, ...excluded] };
}
