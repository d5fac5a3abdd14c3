import { type Dispatch, dispatch } from "../../dispatch/dispatch.ts";
import { embeddingsCall } from "../../protocols/whole/embeddings.ts";
import { rerankCall, searchUnitsOf } from "../../protocols/whole/rerank.ts";
import type { ChatRequest } from "../../schema/chat.ts";
import type { GenerationRecord } from "../../schema/generation.ts";
import { createGenerationId } from "../../schema/generation-id.ts";
import type { ApiKey } from "../../schema/key.ts";
import type { Purpose, RankedDocument, SideCalls } from "../../schema/side-calls.ts";
import type { Team } from "../../schema/team.ts";
import { readCatalogue } from "../../store/catalogue.ts";
import { type Held, holdFor, mostNanoUsd, rulesFor } from "../chat/admission.ts";
import { type PlanFor, planAndEnter, planRequest } from "../chat/planning.ts";
import type { Planned } from "../chat/worst-case.ts";
import { type AppContext, waitUntilOf } from "../env.ts";
import { hopsOf } from "../request-headers.ts";
import { catalogueFor } from "../team-catalogue.ts";
import { modelsNamed } from "./named-models.ts";
import { identityOf, sideStores } from "./side-booking.ts";
import { ESTIMATING_RULER } from "./token-ruler.ts";
import { callBeside } from "./whole-calls.ts";

/** For whom calls are made beside an answer, and who pays. */
export interface SidePayer {
  key: ApiKey;
  team: Team;
  /** The generation that they are made for; absent: the calls are all that was asked for. */
  parentId?: string | undefined;
  /** Aborts when nothing of it is wanted any more; absent: when the client leaves. */
  signal?: AbortSignal | undefined;
  /** What further calls may cost that were admitted together with the request; absent: none were. */
  admittedNanoUsd?: number;
}

/** The calls that a request may make beside its answer. They end when its client leaves. */
export function sideCallsFor(c: AppContext, payer: SidePayer): SideCalls {
  const spent = { checksNanoUsd: 0, retrievalNanoUsd: 0 };
  const onSettled = (record: GenerationRecord) => {
    if (record.purpose) spent[SHARE_OF[record.purpose]] += chargeOf(record);
  };
  return {
    ask: (chat, purpose, timeoutMs) => ask(c, payer, { chat, purpose, timeoutMs, onSettled }),
    embed: (model, texts, type) => embed(c, payer, { model, texts, type, onSettled }),
    rerank: (model, query, documents, topN) => rerank(c, payer, { model, query, documents, topN, onSettled }),
    requireRanker: async (model) => {
      await modelsNamed(c, payer, model, await rulesOfNamed(c, payer, "rerank", model));
    },
    costs: () => ({ ...spent }),
  };
}

const SHARE_OF: Record<Purpose, "checksNanoUsd" | "retrievalNanoUsd"> = {
  toxicity: "checksNanoUsd",
  factuality: "checksNanoUsd",
  injection: "checksNanoUsd",
  pii: "checksNanoUsd",
  embedding: "retrievalNanoUsd",
  rewrite: "retrievalNanoUsd",
  rerank: "retrievalNanoUsd",
};

/** What a generation adds to what the client pays: nothing with a team's own key, and nothing that is known without a price. */
function chargeOf({ isByok, costNanoUsd }: GenerationRecord): number {
  return isByok ? 0 : (costNanoUsd ?? 0);
}

interface Question {
  chat: ChatRequest;
  purpose: Purpose;
  timeoutMs: number | undefined;
  onSettled: (record: GenerationRecord) => void;
}

/** The text of a whole answer. Throws what a client would get that had asked the same. */
async function ask(c: AppContext, payer: SidePayer, question: Question): Promise<string> {
  const { purpose, timeoutMs, onSettled } = question;
  const { key, team, parentId } = payer;
  const { input: _, output: __, rag_params: ___, id: ____, ...plain } = question.chat;
  const createdAtMs = Date.now();
  const id = createGenerationId(createdAtMs);
  const catalogue = await catalogueFor(c, { team: team.id, key });
  const planFor = { owner: key.account, rules: rulesOfSide(payer, purpose) };
  const { planned, passage } = await planAndEnter(c, id, { ...plain, stream: false }, catalogue, planFor);
  const { plan, route, record, watch, chat } = planned;
  const isBeside = parentId !== undefined;
  let held: Held | undefined;
  try {
    if (takeAdmitted(payer, { plan, request: route, chat })) held = { chat, end() {} };
    else held = await holdFor(c, { id, key, team, plan, route, chat, isBeside });
    const asked: Dispatch = {
      ...{ chat: held.chat, route, plan, hops: hopsOf(c), ...watch },
      identity: identityOf(payer, { id, createdAtMs, plan: record, purpose }),
      ...{
        outlivesClient: c.env.IS_ERRAND === true,
        signal: payer.signal ?? c.req.raw.signal,
        waitUntil: waitUntilOf(c),
      },
      ...sideStores(c, payer, held, onSettled),
      deadlineMs: timeoutMs && Math.max(1, timeoutMs - (Date.now() - createdAtMs)),
    };
    const answer = await dispatch(passage ? passage.guide(asked) : asked);
    return textOf(answer.body);
  } catch (error) {
    held?.end(false);
    passage?.abandon();
    throw error;
  }
}

/** Whether a call fits into what was admitted; its share is gone then. Any other call is admitted by itself. */
function takeAdmitted(payer: SidePayer, planned: Planned): boolean {
  if (payer.admittedNanoUsd === undefined) return false;
  const left = payer.admittedNanoUsd - mostNanoUsd(payer, planned);
  if (left >= 0) payer.admittedNanoUsd = left;
  return left >= 0;
}

/**
 * The rules of key and team hold for where a text may go. Which models a key may name does not count for what it did
 * not name: judges are the operator's choice. A rewrite is asked of the request's own model.
 */ function rulesOfSide(payer: SidePayer, purpose: Purpose): PlanFor["rules"] {
  const rules = rulesFor(payer);
  if (!rules || purpose === "rewrite") return rules;
  const { allowsModel: _, deniesModel: __, ...others } = rules;
  return others;
}

/** The operator's own choice of a model is nobody's to forbid; what a client names is within the rules of its key. */
export async function rulesOfNamed(
  c: AppContext,
  payer: SidePayer,
  purpose: "embedding" | "rerank",
  model: string,
): Promise<PlanFor["rules"]> {
  const { catalogue } = await readCatalogue(c.env.KV, waitUntilOf(c));
  const { embedding_model, reranking_model } = catalogue.retrieval;
  const isOperators = model === (purpose === "embedding" ? embedding_model : reranking_model);
  return isOperators ? rulesOfSide(payer, purpose) : rulesFor(payer);
}

/** A call as it would be planned; nothing is sent. */
export async function planSide(c: AppContext, payer: SidePayer, chat: ChatRequest, purpose: Purpose): Promise<Planned> {
  const { key, team } = payer;
  const catalogue = await catalogueFor(c, { team: team.id, key });
  const { plan, route } = planRequest(c, chat, catalogue, { owner: key.account, rules: rulesOfSide(payer, purpose) });
  return { plan, request: route, chat };
}

/** Providers take so many texts at a time, and so many characters of them together. */
const MAX_BATCH_TEXTS = 96;
const MAX_BATCH_CHARS = 200_000;
/** Calls at the same time. */
const MAX_BATCHES_AT_ONCE = 4;

/** One vector for each text; a long list takes several calls. */
async function embed(
  c: AppContext,
  payer: SidePayer,
  asked: { model: string; texts: string[]; type: "query" | "document"; onSettled: (record: GenerationRecord) => void },
): Promise<Float32Array[]> {
  const { model, texts, type, onSettled } = asked;
  const batches = batchesOf(texts);
  const results: number[][][] = new Array(batches.length);
  const rules = await rulesOfNamed(c, payer, "embedding", model);
  const work = batches.entries();
  let hasFailed = false;
  const worker = async () => {
    for (const [place, input] of work) {
      if (hasFailed) return;
      const call = embeddingsCall({ model, input, type }, ESTIMATING_RULER);
      const longestTokens = Math.max(...input.map(ESTIMATING_RULER.count));
      const ask = { call, apiType: "embeddings" as const, model, rules, longestTokens, purpose: "embedding" as const };
      try {
        results[place] = (await callBeside(c, payer, { ...ask, onSettled })).value;
      } catch (error) {
        hasFailed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(MAX_BATCHES_AT_ONCE, batches.length) }, worker));
  return results.flat().map((vector) => Float32Array.from(vector));
}

function batchesOf(texts: string[]): string[][] {
  const batches: string[][] = [];
  let chars = Infinity;
  for (const text of texts) {
    const last = batches.at(-1);
    chars += text.length;
    if (last && last.length < MAX_BATCH_TEXTS && chars <= MAX_BATCH_CHARS) last.push(text);
    else {
      batches.push([text]);
      chars = text.length;
    }
  }
  return batches;
}

interface Ranking {
  model: string;
  query: string;
  documents: string[];
  topN: number | undefined;
  onSettled: (record: GenerationRecord) => void;
}

async function rerank(c: AppContext, payer: SidePayer, ranking: Ranking): Promise<RankedDocument[]> {
  const { model, query, documents, topN, onSettled } = ranking;
  const { count } = ESTIMATING_RULER;
  const call = rerankCall({ model, query, documents, top_n: topN }, count);
  const searchUnits = searchUnitsOf(query, documents, count);
  const rules = await rulesOfNamed(c, payer, "rerank", model);
  const ask = { call, apiType: "rerank" as const, model, rules, longestTokens: 0 };
  return (await callBeside(c, payer, { ...ask, searchUnits, purpose: "rerank", onSettled })).value;
}

/** The text of a `chat.completion`. */
function textOf(body: unknown): string {
  const { choices } = JSON.parse(String(body)) as { choices: { message: { content?: string | null } }[] };
  return choices[0]?.message.content ?? "";
}
