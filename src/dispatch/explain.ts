import type { Endpoint } from "../catalogue/catalogue.ts";
import type { Plan } from "../routing/plan.ts";
import { costBound } from "../routing/price.ts";
import type { RouteRequest } from "../routing/request.ts";
import type { ChatRequest } from "../schema/chat.ts";
import type { Attempt } from "./attempt.ts";
import type { CompressionNote } from "./fit.ts";
import type { FailedAttempt } from "./give-up.ts";
import { triedAttempts } from "./tried.ts";

/** What has happened on a walk so far. */
export interface Story {
  failures: FailedAttempt[];
  /** Attempts that another one outran. */
  outrun?: Attempt[];
  /** The attempt that answers. */
  attempt?: Attempt | undefined;
  dropped?: string[];
  formatNote?: string | undefined;
  compression?: CompressionNote | undefined;
}

interface Planned {
  plan: Plan;
  route: RouteRequest;
  identity: { createdAtMs: number };
}

/** `openrouter_metadata`: the contract's keys, and beside them every candidate and exclusion with its reason. */
export function explainWalk({ plan, route, identity }: Planned, story: Story): Record<string, unknown> {
  const { attempt } = story;
  const attempts = triedAttempts(story).map(({ attempt: one, failure }) => ({
    ...describe(one),
    ...(failure && { failure }),
  }));
  return {
    ...explainPlan(plan, route, identity.createdAtMs, attempt?.endpoint),
    region: null,
    summary: summarize(plan, story),
    attempt: attempts.length,
    is_byok: attempt?.endpoint.byok !== undefined,
    attempts,
    ...(pipelineOf(story).length > 0 && { pipeline: pipelineOf(story) }),
    ...(story.dropped && story.dropped.length > 0 && { dropped: story.dropped }),
    ...(story.formatNote !== undefined && { response_format: story.formatNote }),
    ...(attempts.length > 0 && { generation_time: Date.now() - identity.createdAtMs }),
  };
}

/** `openrouter_metadata` of an answer whose choices are calls of their own: what is told of the first, and all calls. */
export function explainCalls(planned: Planned, calls: { id: string; story: Story }[]): Record<string, unknown> {
  const first = calls.find(({ story }) => story.attempt)?.story ?? calls[0]?.story ?? { failures: [] };
  const attempts = calls.flatMap(({ story }, choice) =>
    triedAttempts(story).map(({ attempt, failure }) => ({ choice, ...describe(attempt), ...(failure && { failure }) })),
  );
  const dropped = [...new Set(calls.flatMap(({ story }) => story.dropped ?? []))];
  return {
    ...explainWalk(planned, first),
    attempt: attempts.length,
    attempts,
    ...(dropped.length > 0 && { dropped }),
    calls: calls.map(({ id, story }, choice) => ({
      choice,
      id,
      ...(story.attempt
        ? nameOf(story.attempt.endpoint)
        : { failure: story.failures.at(-1)?.failure.kind ?? "not_called" }),
    })),
  };
}

/** `openrouter_metadata` of a request that was refused before it had a plan: the contract's keys. */
export function explainUnplanned({ model, models }: ChatRequest, { message }: Error): Record<string, unknown> {
  return {
    requested: model ?? models?.[0] ?? "",
    strategy: "direct",
    endpoints: { total: 0, available: [] },
    region: null,
    summary: message,
    attempt: 0,
    is_byok: false,
  };
}

/** The plan as it is told: who is tried in which order, at what price at most, and why the others are not. */
export function explainPlan(plan: Plan, route: RouteRequest, atMs: number, selected?: Endpoint) {
  return {
    requested: plan.requested,
    strategy: plan.strategy,
    endpoints: {
      total: plan.candidates.length + plan.excluded.length,
      available: plan.candidates.map(({ endpoint }) => ({
        provider: endpoint.provider.name,
        model: endpoint.modelId,
        selected: endpoint === selected,
      })),
    },
    ...(plan.params && { params: plan.params }),
    candidates: plan.candidates.map(({ endpoint, because, target }) => ({
      ...nameOf(endpoint),
      ...(target && { target: target.name }),
      reason: because,
      max_cost: costBound(endpoint, route, atMs) ?? null,
    })),
    excluded: plan.excluded.map(({ endpoint, reason, target }) => ({
      ...nameOf(endpoint),
      ...(target && { target: target.name }),
      reason,
    })),
  };
}

function nameOf({ tag, provider, modelId }: Endpoint) {
  return { tag, provider: provider.name, model: modelId };
}

function describe({ endpoint, status, startedAtMs, firstPartAtMs }: Attempt) {
  return {
    ...nameOf(endpoint),
    // Clients want a number: 0 where there was no answer at all.
    status: status ?? 0,
    ...(firstPartAtMs !== undefined && { latency_ms: firstPartAtMs - startedAtMs }),
  };
}

function summarize({ requested, candidates, excluded }: Plan, { failures, attempt }: Story): string {
  const failed = failures.map(({ attempt: { endpoint }, failure }) => `${endpoint.tag}: ${failure.kind}`).join(", ");
  const after = failed === "" ? "" : ` after ${failed}`;
  const choice = `${candidates.length} of ${candidates.length + excluded.length} endpoints`;
  if (!attempt) return failures.length === 0 ? `${requested}: no endpoint to try` : `${requested}: no answer${after}`;
  const why = candidates.find(({ endpoint }) => endpoint === attempt.endpoint)?.because;
  return `${requested} went to ${attempt.endpoint.tag} (${why}), one of ${choice}${after}`;
}

function pipelineOf({ compression, formatNote }: Story): Record<string, unknown>[] {
  return [
    ...(compression
      ? [{ type: "context_compression", name: "middle-out", summary: compression.summary, data: compression.data }]
      : []),
    ...(formatNote?.includes("repaired")
      ? [{ type: "response_healing", name: "response-format", summary: formatNote }]
      : []),
  ];
}
