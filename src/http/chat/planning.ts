import type { Endpoint } from "../../catalogue/catalogue.ts";
import { DEMO_SLUG } from "../../demo/catalogue.ts";
import type { Dispatch } from "../../dispatch/dispatch.ts";
import type { Observation } from "../../dispatch/facts.ts";
import type { UpstreamFailure } from "../../errors.ts";
import { readLimits } from "../../health/limit-headers.ts";
import type { ColdView } from "../../routing/cold.ts";
import { usualLatencyMs } from "../../routing/hedge.ts";
import { outlinePlan } from "../../routing/outline.ts";
import { type Plan, type PlanInput, planCandidates } from "../../routing/plan.ts";
import { hash32, seededRandom } from "../../routing/random.ts";
import { type RouteRequest, toRouteRequest } from "../../routing/request.ts";
import { type Conversation, conversationOf, rewardsStaying } from "../../routing/sticky.ts";
import type { RoutedCatalogue } from "../../routing/team-keys.ts";
import type { ChatRequest, ProviderPreferences } from "../../schema/chat.ts";
import type { PlanRecord } from "../../schema/generation.ts";
import type { TrafficView } from "../../schema/traffic.ts";
import { localTraffic } from "../../store/gates.ts";
import { isolateCooldowns, isolateHealth, isolateLimits, shareHealth } from "../../store/health.ts";
import { findSession, forgetSession, keepSession } from "../../store/sessions.ts";
import { type AppContext, type Memory, waitUntilOf } from "../env.ts";
import { usableEndpoints } from "../models/usable.ts";
import type { Passage } from "./passage.ts";

/** A request with its plan. */
export interface PlannedRequest {
  /** With the wishes for the walk of those that speak for it. */
  chat: ChatRequest;
  route: RouteRequest;
  plan: Plan;
  /** What is kept of it with the generation. */
  record: PlanRecord;
  /** What is learnt from its attempts. Holds nothing of the request. */
  watch: Watch;
}

/** What this isolate knows of endpoints. */
export const ISOLATE: Memory = { health: isolateHealth, cooldowns: isolateCooldowns, limits: isolateLimits };

/** What dispatch tells, and asks, about endpoints. */
type Watch = Pick<Dispatch, "observe" | "hedgeAfterMs" | "onOutrun" | "admit" | "onHeaders" | "onBegin">;

/** For whom a request is planned. */
export interface PlanFor {
  /** Conversations of different keys are different ones. */
  owner: string;
  /** What the key and its team allow and prefer; absent: everything. */
  rules?: Pick<PlanInput, "layers" | "allowsModel" | "deniesModel" | "mustBePriced" | "project" | "projectDefault">;
  /** What the plan is made from; absent: what the request says. */
  route?: RouteRequest;
  /** What is known of the gates of names; absent: what this isolate knows alone. */
  traffic?: TrafficView;
  /** Chance; absent: a new one. */
  seed?: number;
  /** What it may use of limits on tokens; absent: as the plan tells. */
  tokens?: number;
}

/** Plans a request with what this isolate knows; a rehearsal brings what it is to be planned with. */
export function planRequest(
  c: AppContext,
  chat: ChatRequest,
  inForce: RoutedCatalogue,
  { owner, rules, route: own, traffic, seed: given }: PlanFor,
): PlannedRequest {
  const nowMs = Date.now();
  const { catalogue, memory } = c.get("rehearsal") ?? { catalogue: inForce, memory: ISOLATE };
  const route = own ?? toRouteRequest(chat);
  const conversation = conversationOf(chat, c.req.raw.headers.get("x-session-id"));
  const session = `${owner} ${route.model ?? route.models[0] ?? ""} ${conversation.id}`;
  const sticky = findSession(session, nowMs);
  const planBy = (seed: number) => {
    const plan = planCandidates({
      request: route,
      catalogue,
      health: memory.health.at(nowMs),
      isConfigured: usableEndpoints(c),
      nowMs,
      random: seededRandom(seed),
      sticky,
      cold: coldAt(memory, nowMs, owner),
      traffic: traffic ?? localTraffic(nowMs),
      ...rules,
    });
    return { plan, seed };
  };
  // All isolates draw alike for a session that the client has named: it stays where it is also in another isolate.
  const alike = conversation.isNamed && given === undefined ? planBy(hash32(session)) : undefined;
  const { plan, seed } = alike && isForStaying(alike.plan) ? alike : planBy(given ?? newSeed());
  shareHealth(c.env, nowMs, waitUntilOf(c));
  const observe = observer(
    { memory, owner, session, conversation, stickyId: sticky?.endpointId },
    plan.candidates.length,
  );
  const wishes = wishesOf(chat, [...(rules?.layers ?? []), catalogue.preferences]);
  const hedging = hedge(wishes.hedge, chat.stream === true, memory);
  const record = toPlanRecord(route, plan, seed, sticky);
  const isOwn = WALK_WISHES.every((name) => wishes[name] == null || wishes[name] === chat.provider?.[name]);
  const wishing = isOwn ? chat : { ...chat, provider: { ...chat.provider, ...wishes } };
  return {
    chat: wishing,
    route,
    plan,
    record,
    watch: { observe, ...hedging, ...watchOver(memory, route.prompt.least) },
  };
}

/**
 * Plans a request and brings it through the gates of what its name leads to, where there are any. `passage` then takes
 * part in its walk, and must hear when it ends without a record.
 */
export async function planAndEnter(
  c: AppContext,
  id: string,
  chat: ChatRequest,
  inForce: RoutedCatalogue,
  planFor: PlanFor,
): Promise<{ planned: PlannedRequest; passage?: Passage }> {
  const planned = planRequest(c, chat, inForce, planFor);
  if (!planned.plan.hasTargets) return { planned };
  const { passGates } = await import("./passage.ts");
  const replan = (traffic: TrafficView, seed: number) => planRequest(c, chat, inForce, { ...planFor, traffic, seed });
  return passGates(c, id, planned, replan, planFor.tokens);
}

/** Whether a session gains by the same draw each time: by a prompt that is cached there, or a model that was chosen. */
function isForStaying({ strategy, candidates: [first] }: Plan): boolean {
  // A router's draw is its own.
  if (first?.target?.member) return false;
  return strategy === "auto" || strategy === "free" || first === undefined || rewardsStaying(first.endpoint);
}

/** Chance that nobody can foresee. */
function newSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
}

/** Of what is asked for before a candidate is chosen the planning makes a plan; these go with the request. */
const WALK_WISHES = [
  "timeouts",
  "hedge",
  "continuation",
  "allow_fallbacks",
] as const satisfies (keyof ProviderPreferences)[];
type WalkWishes = Pick<ProviderPreferences, (typeof WALK_WISHES)[number]>;

/** What the walk does for a request: its own wish, else the first one of those that speak for it. */
function wishesOf({ provider }: ChatRequest, layers: ProviderPreferences[]): WalkWishes {
  const wishes: WalkWishes = {};
  for (const layer of [provider ?? {}, ...layers])
    for (const name of WALK_WISHES)
      if (wishes[name] == null && layer[name] != null) Object.assign(wishes, { [name]: layer[name] });
  return wishes;
}

/**
 * How late a whole answer is cannot be told from first tokens: it is hedged after a time that was given only. One that
 * is later than its endpoint's own answers, and then outrun, is as good as none: where an endpoint often is, others are
 * asked first. Past a time that somebody has chosen it may be as quick as ever.
 */
function hedge(
  wish: ProviderPreferences["hedge"],
  isStream: boolean,
  { health }: Memory,
): Pick<Watch, "hedgeAfterMs" | "onOutrun"> {
  if (!wish) return {};
  const afterMs = typeof wish === "object" ? wish.after_ms : undefined;
  if (typeof afterMs === "number") return { hedgeAfterMs: () => afterMs };
  if (!isStream) return {};
  const measuredAt = (id: string, nowMs: number) => health.at(nowMs).of(id)?.latencyMs;
  return {
    hedgeAfterMs: ({ id }) => usualLatencyMs(measuredAt(id, Date.now())),
    onOutrun({ id }) {
      const nowMs = Date.now();
      if (measuredAt(id, nowMs)) health.note(id, { verdict: "failure" }, nowMs);
    },
  };
}

interface Watched {
  memory: Memory;
  owner: string;
  session: string;
  conversation: Conversation;
  stickyId: string | undefined;
}

/** Who is passed over now: those that asked for it, that fail, or whose limit is reached. */
export function coldAt({ cooldowns, limits }: Memory, nowMs: number, owner?: string): ColdView {
  return {
    of({ id }, promptTokens) {
      const cold = cooldowns.coldUntil(id, nowMs);
      // What a provider said may quote the request that it was said about.
      if (cold) return cold.owner === owner ? cold : { ...cold, failure: withoutWords(cold.failure) };
      const untilMs = limits.wallUntil(id, promptTokens, nowMs);
      return untilMs === undefined ? undefined : { untilMs, why: "rate_limited" };
    },
    mayProbe: ({ id }) => cooldowns.mayProbe(id, nowMs),
  };
}

function withoutWords(failure: UpstreamFailure | undefined): UpstreamFailure | undefined {
  if (!failure) return undefined;
  const { kind, status } = failure;
  return { kind, status, message: "The provider is passed over for a while: it has asked for that, or keeps failing." };
}

/** What this isolate learns and counts while candidates are tried. Holds nothing of the request but its size. */
function watchOver(
  { cooldowns, limits }: Memory,
  promptTokens: number,
): Pick<Watch, "admit" | "onHeaders" | "onBegin"> {
  return {
    admit({ id }) {
      const nowMs = Date.now();
      const pass = cooldowns.acquire(id, nowMs);
      if (!pass) return undefined;
      limits.take(id, { tokens: promptTokens }, nowMs);
      return () => cooldowns.release(id, pass);
    },
    onHeaders({ id }, headers, status) {
      if (status === 200 && !limits.listensTo(id)) return;
      const nowMs = Date.now();
      const said = readLimits(headers, nowMs);
      if (said) limits.learn(id, said, nowMs);
      else limits.noteSilence(id);
    },
    onBegin: ({ id }) => cooldowns.note(id, { ok: true }, Date.now()),
  };
}

/**
 * A conversation goes where its prompt was cached, or, if it has a name, where it was answered; it leaves an endpoint
 * that fails. With only one candidate there is nothing to remember.
 */
function observer({ memory, owner, session, conversation: { isNamed }, stickyId }: Watched, choices: number) {
  const { health, cooldowns } = memory;
  return (endpoint: Endpoint, facts: Observation) => {
    const nowMs = Date.now();
    health.note(endpoint.id, facts, nowMs);
    // What the demo does wrong is asked for; it shall do so the next time, too.
    const isMeant = endpoint.provider.slug === DEMO_SLUG && memory === ISOLATE;
    const failure = isMeant ? undefined : facts.failure;
    const outcome = { kind: failure?.kind, retryAfterMs: failure?.retryAfterMs, failure, owner };
    cooldowns.note(endpoint.id, outcome, nowMs, Math.random());
    if (choices < 2) return;
    if (facts.verdict !== "success") {
      if (endpoint.id === stickyId && facts.verdict !== "neutral") forgetSession(session);
      return;
    }
    const stays = rewardsStaying(endpoint) && (isNamed || facts.usedCache === true);
    if (stays) keepSession(session, { endpointId: endpoint.id, modelId: endpoint.modelId }, nowMs);
  };
}

function toPlanRecord(request: RouteRequest, plan: Plan, seed: number, sticky: PlanRecord["sticky"]): PlanRecord {
  return { request, seed, ...(sticky && { sticky }), ...outlinePlan(plan) };
}
