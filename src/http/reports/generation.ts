import { invalidField, RouterError } from "../../errors.ts";
import { readGeneration } from "../../ledger/read.ts";
import type { GenerationRecord } from "../../schema/generation.ts";
import { type ApiKey, ledgerOf } from "../../schema/key.ts";
import type { Team } from "../../schema/team.ts";
import { listTeams, readTeamByName } from "../../store/teams.ts";
import { toUsd } from "../../usage/cost.ts";
import { identify } from "../authenticate.ts";
import type { AppContext } from "../env.ts";

/** GET /generation?id= */
export async function getGeneration(c: AppContext): Promise<Response> {
  return c.json({ data: generationToWire(await findGeneration(c)) });
}

/**
 * The record of the generation that the query names: readable by the key that made it, by management keys of its
 * workspace and by those of the installation; to anyone else there is none, a 404.
 */
export async function findGeneration(c: AppContext): Promise<GenerationRecord> {
  const caller = await identify(c);
  const id = c.req.query("id");
  if (!id) throw invalidField("id", "is required, e.g. ?id=gen-…");
  const record = caller.team ? await findInTeam(c, caller.team, caller.key, id) : await findAnywhere(c, id);
  const mayRead = record && (caller.kind === "management" || accountOf(record) === caller.key.account);
  if (!mayRead) throw new RouterError("not_found", `Generation ${id} not found`);
  return record;
}

/** A key that acts in all teams finds its own wherever it acted, in its own books. */
async function findInTeam(c: AppContext, team: Team, key: ApiKey | undefined, id: string) {
  const own = key && key.team === null ? [ledgerOf(key)] : [];
  const records = await Promise.all([team.id, ...own].map((ledger) => readGeneration(c.env.LEDGER, ledger, id)));
  return records.find((record) => record !== undefined);
}

async function findAnywhere(c: AppContext, id: string) {
  return firstFound((await teamsNamed(c)).map((team) => readGeneration(c.env.LEDGER, team, id)));
}

function accountOf({ account, keyHash }: GenerationRecord): string {
  return account ?? keyHash;
}

/** An id does not say whose it is: the installation's management key may, and otherwise all are asked. */
async function teamsNamed(c: AppContext): Promise<string[]> {
  const named = c.req.query("workspace_id");
  if (named === undefined) return (await listTeams(c.env.KV)).map((team) => team.id);
  const team = await readTeamByName(c.env.KV, named);
  return team ? [team.id] : [];
}

/** The first that is found; undefined when none is. Throws when one cannot be asked and no other has it. */
async function firstFound<Item>(searches: Promise<Item | undefined>[]): Promise<Item | undefined> {
  const hits = searches.map(async (search) => (await search) ?? Promise.reject(NOT_HERE));
  try {
    return await Promise.any(hits);
  } catch (error) {
    const reasons: unknown[] = error instanceof AggregateError ? error.errors : [error];
    const fault = reasons.find((reason) => reason !== NOT_HERE);
    if (fault !== undefined) throw fault;
    return undefined;
  }
}

const NOT_HERE = new Error("not here");

/** A record in the words of the wire. */
export function generationToWire(record: GenerationRecord): Record<string, unknown> {
  const { usage, client } = record;
  const cost = record.costNanoUsd === null ? null : toUsd(record.costNanoUsd);
  return {
    id: record.id,
    model: record.modelId,
    created_at: new Date(record.createdAtMs).toISOString(),
    origin: client.referer ?? "",
    is_byok: record.isByok,
    // With the team's own keys there is nothing to pay here; what the vendor bills stands below.
    total_cost: record.isByok ? 0 : cost,
    usage: record.isByok ? 0 : cost,
    /** How sure the cost is: exact, estimated, at_least, or unknown when there is no price. */
    cost_certainty: record.certainty,
    data_region: "global",
    upstream_inference_cost: cost,
    cache_discount: null,
    tokens_prompt: usage.promptTokens,
    tokens_completion: usage.completionTokens,
    native_tokens_prompt: usage.promptTokens,
    native_tokens_completion: usage.completionTokens,
    native_tokens_reasoning: usage.reasoning,
    native_tokens_cached: usage.cacheRead,
    native_tokens_completion_images: usage.outputImage,
    num_media_prompt: null,
    num_media_completion: null,
    num_input_audio_prompt: null,
    num_search_results: usage.webSearches ?? null,
    num_fetches: null,
    web_search_engine: null,
    provider_name: record.providerName,
    provider_responses: record.attempts.map((attempt) => ({
      status: attempt.status,
      provider_name: attempt.providerName,
      endpoint_id: attempt.tag,
      model_permaslug: attempt.modelId,
      latency: attempt.latencyMs,
      is_byok: attempt.isByok === true,
      ...(attempt.failure !== undefined && { failure: attempt.failure }),
    })),
    upstream_id: record.upstreamId,
    router: null,
    service_tier: record.serviceTier,
    preset_id: client.preset ?? null,
    workspace_id: record.actedFor ?? record.team,
    project_id: record.actedFor ?? record.team,
    user_id: client.userId ?? null,
    chat_id: client.chatId ?? null,
    app_id: null,
    api_type: record.apiType ?? "completions",
    latency: record.latencyMs,
    generation_time: record.generationTimeMs,
    moderation_latency: null,
    outcome: record.outcome,
    finish_reason: record.finishReason,
    native_finish_reason: record.nativeFinishReason,
    cancelled: record.outcome === "cancelled",
    streamed: record.isStreamed,
    http_referer: client.referer ?? null,
    user_agent: client.userAgent ?? null,
    external_user: client.user ?? null,
    session_id: client.sessionId ?? null,
    /** Of a call beside an answer: the generation that it was made for, and what for. */
    ...(record.purpose !== undefined && { parent_id: record.parentId ?? null, purpose: record.purpose }),
    ...(record.purpose === undefined && record.parentId !== undefined && { parent_id: record.parentId }),
    ...(client.metadata && { metadata: client.metadata }),
    ...(client.trace && { trace: client.trace }),
    ...(record.responseCacheSourceId !== undefined && { response_cache_source_id: record.responseCacheSourceId }),
  };
}
