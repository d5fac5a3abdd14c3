import type { Endpoint } from "../catalogue/catalogue.ts";
import type { Health } from "../health/health.ts";
import type { ProviderPreferences } from "../schema/chat.ts";
import type { SortKey } from "../schema/provider-preferences.ts";
import { adaptiveBalance } from "./adaptive.ts";
import { arrangeTargets, describeMembers, limitTargets, MAX_TARGETS } from "./arrange.ts";
import { balanceByPrice } from "./balance.ts";
import { type ColdView, leaveColdOut } from "./cold.ts";
import { type Exclusion, filterEndpoints } from "./filter.ts";
import { joinPreferences, type Policy } from "./policy.ts";
import { type Ranked, type RankInput, type RankReason, rankEndpoints, slowLast } from "./rank.ts";
import type { RouteRequest } from "./request.ts";
import { resolveModels, type Strategy, type Track } from "./resolve.ts";
import type { Target, TrafficView } from "./targets.ts";
import type { RoutedCatalogue } from "./team-keys.ts";

/** One endpoint that is tried, and why it stands where it stands. */
export interface Candidate {
  endpoint: Endpoint;
  because: RankReason;
  /** The model's name in the answer. */
  shownAs: string;
  /** Of a router, or of an alias with limits: what must let the request in first. */
  target?: Target | undefined;
}

/** The candidates of a request in the order in which they are tried, and why the others are none. */
export interface Plan {
  /** The name that was asked for. */
  requested: string;
  strategy: Strategy;
  /** Ids of the models it stands for, without repetition, in order. */
  models: string[];
  /** No endpoint twice; all candidates of a model before those of the next, unless asked otherwise. */
  candidates: Candidate[];
  excluded: Exclusion[];
  /** What a router chose by. */
  params?: Record<string, unknown>;
  /** Some of it is reached through gates that must let the request in. */
  hasTargets?: true;
}

/** Where a conversation is: the endpoint that answered last. */
export interface Whereabouts {
  endpointId: string;
  modelId: string;
}

export interface PlanInput {
  request: RouteRequest;
  catalogue: RoutedCatalogue;
  health: Health;
  isConfigured: (endpoint: Endpoint) => boolean;
  nowMs: number;
  /** Chance comes in as an argument: the same input gives the same plan. */
  random: () => number;
  sticky?: Whereabouts | undefined;
  /** Absent: nothing is cold. */
  cold?: ColdView | undefined;
  /** Preferences of the key and the team, the nearer ones first. */
  layers?: ProviderPreferences[] | undefined;
  /** A model that is not allowed is as unknown as one that does not exist; absent: all are. */
  allowsModel?: ((id: string) => boolean) | undefined;
  /** Models that no name may lead to; absent: none. */
  deniesModel?: ((id: string) => boolean) | undefined;
  /** Whose names are seen besides everybody's; absent: all. */
  project?: string | undefined;
  /** The model of the caller's project for requests that name none. */
  projectDefault?: string | undefined;
  /** What is known of the gates of aliases and routers; absent: all are open. */
  traffic?: TrafficView | undefined;
  /** What the request costs must be known beforehand: it counts against a budget. */
  mustBePriced?: boolean | undefined;
}

/** Plans a request. Throws `RouterError` for a model that does not exist; an empty plan is for `explainEmpty`. */
export function planCandidates(input: PlanInput): Plan {
  const { request, catalogue } = input;
  const policy = joinPreferences(request.preferences, ...(input.layers ?? []), catalogue.preferences);
  const { tracks, ...resolution } = resolveModels({ ...input, policy, stickyModelId: input.sticky?.modelId });
  const plan: Plan = {
    ...resolution,
    models: [...new Set(tracks.map(({ model }) => model.id))],
    candidates: [],
    excluded: [],
  };
  const admittedPools = tracks.map((track) => {
    const { admitted, excluded } = filterEndpoints(track, { ...input, policy });
    plan.excluded.push(...excluded);
    return { track, admitted };
  });
  const hasTargets = tracks.some(({ target }) => target !== undefined);
  const arranged = hasTargets
    ? arrangeTargets(admittedPools, input.traffic, policy.allowFallbacks)
    : { pools: admittedPools, excluded: [] };
  const { pools, excluded: cold } = leaveColdOut(arranged.pools, input.cold, request);
  plan.excluded.push(...arranged.excluded, ...cold);
  if (hasTargets) Object.assign(plan, { hasTargets }, withMembers(plan, admittedPools, input.traffic));
  const shared = {
    request,
    policy,
    health: input.health,
    random: input.random,
    nowMs: input.nowMs,
    expectedOutputTokens: catalogue.routing.expected_output_tokens,
    stickyEndpointId: input.sticky?.endpointId,
    balance: catalogue.routing.balance === "adaptive" ? adaptiveBalance(catalogue.routing.exploration) : balanceByPrice,
  };
  const isParted = policy.isPartedByModel || hasTargets || pools.length === 1;
  const ranked = isParted ? rankApart(pools, shared) : rankTogether(pools, shared);
  plan.candidates = slowLast(withoutRepetition(ranked), policy, input.health);
  if (hasTargets) limitTargets(plan, policy.allowFallbacks ? MAX_TARGETS : 1);
  if (pools.length > plan.models.length) plan.excluded = excludedOnce(plan);
  return policy.allowFallbacks || policy.order.length > 0 ? plan : firstAlone(plan);
}

interface Pool {
  track: Track;
  admitted: Endpoint[];
}

type Shared = Omit<RankInput, "sort">;

/** All endpoints of a model before those of the next. */
function rankApart(pools: Pool[], shared: Shared): Candidate[] {
  return pools.flatMap(({ track, admitted }) =>
    rankEndpoints(admitted, { ...shared, sort: sortOf(track, shared.policy) }).map((ranked) => show(ranked, track)),
  );
}

/** One list across all models. */
function rankTogether(pools: Pool[], shared: Shared): Candidate[] {
  const tracks = new Map<Endpoint, Track>();
  for (const { track, admitted } of pools)
    for (const endpoint of admitted) if (!tracks.has(endpoint)) tracks.set(endpoint, track);
  const [first] = pools;
  const sort = first && sortOf(first.track, shared.policy);
  return rankEndpoints([...tracks.keys()], { ...shared, sort }).flatMap((ranked) => {
    const track = tracks.get(ranked.endpoint);
    return track ? [show(ranked, track)] : [];
  });
}

/** What the model's name says is said of this model, the preference of all. */
function sortOf(track: Track, policy: Policy): SortKey | undefined {
  return track.sort ?? policy.sort;
}

function show({ endpoint, because }: Ranked, { shownAs, target }: Track): Candidate {
  return target ? { endpoint, because, shownAs, target } : { endpoint, because, shownAs };
}

/** What a router chose among, for those who want to know. */
function withMembers(plan: Plan, pools: Pool[], traffic: TrafficView | undefined): Pick<Plan, "params"> {
  const members = describeMembers(pools, traffic);
  return members.length > 0 ? { params: { ...plan.params, members } } : {};
}

/** Two names may stand for one model; its endpoints are tried once. */
function withoutRepetition(candidates: Candidate[]): Candidate[] {
  const ids = new Set<string>();
  return candidates.filter(({ endpoint }) => !ids.has(endpoint.id) && ids.add(endpoint.id));
}

/** Nor is what is a candidate under one of two names excluded under the other. */
function excludedOnce({ candidates, excluded }: Plan): Exclusion[] {
  const ids = new Set(candidates.map(({ endpoint }) => endpoint.id));
  return excluded.filter(({ endpoint }) => !ids.has(endpoint.id) && ids.add(endpoint.id));
}

/** Without fallbacks and without an order only the first candidate is tried. */
function firstAlone(plan: Plan): Plan {
  const [first, ...others] = plan.candidates;
  const excluded = others.map(({ endpoint }): Exclusion => ({ endpoint, reason: "fallbacks_off" }));
  return { ...plan, candidates: first ? [first] : [], excluded: [...plan.excluded, ...excluded] };
}
