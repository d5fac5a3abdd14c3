import type { Provider } from "../catalogue/catalogue.ts";
import { type Answer, type Dispatch, dispatch } from "../dispatch/dispatch.ts";
import { recallReasoning } from "../ledger/read.ts";
import { settle } from "../ledger/settlements.ts";
import { type ChatRequest, parseChatRequest } from "../schema/chat.ts";
import type { GenerationRecord } from "../schema/generation.ts";
import { readCatalogue, readProviderKey } from "../store/catalogue.ts";
import type { ApiKey } from "../store/keys.ts";
import { requireKey } from "./authenticate.ts";
import { type AppContext, waitUntilOf } from "./env.ts";
import { mustOutliveClient, runErrand } from "./errand.ts";
import { errorResponse } from "./error-response.ts";
import { createGenerationId } from "./generation-id.ts";
import { inTime, lateBody } from "./late-answer.ts";
import { planRequest } from "./planning.ts";
import { type AppliedPreset, withPreset } from "./presets.ts";
import { readJsonAndBytes } from "./read-body.ts";
import { betasOf, clientFacts, deadlineOf, hopsOf, wantsMetadata } from "./request-headers.ts";
import { type CacheVisit, keptBy, readCacheWish, repeatResponse, toCacheRecord, visitCache } from "./response-cache.ts";

/** POST /chat/completions */
export async function chatCompletions(c: AppContext): Promise<Response> {
  const key = await requireKey(c);
  const waitUntil = waitUntilOf(c);
  const { chat, preset, visit, bytes } = await readRequest(c, key);
  const createdAtMs = Date.now();
  const id = createGenerationId(createdAtMs);
  const caller = { id, createdAtMs, keyHash: key.hash, team: key.team, client: clientFacts(c, chat, preset) };
  const stores = storesOf(c.env, key, waitUntil);
  if (visit?.found) {
    stores.settle(toCacheRecord(visit.found, caller));
    return repeatResponse(visit.found, caller);
  }
  const keeper = visit?.keeper;
  const { catalogue } = await readCatalogue(c.env.KV, waitUntil);
  const { plan, route, record, watch } = planRequest(c, chat, catalogue, key.hash);
  if (!c.env.IS_ERRAND && mustOutliveClient(plan)) return runErrand(c, bytes);
  const identity = { ...caller, plan: record };
  const outlivesClient = c.env.IS_ERRAND === true;
  const wishes = { wantsMetadata: wantsMetadata(c), betas: betasOf(c), deadlineMs: deadlineOf(c), hops: hopsOf(c) };
  try {
    const request = { chat: await withHashedUser(chat), route, plan, identity, ...watch };
    const { signal } = c.req.raw;
    const dispatched = {
      ...request,
      ...wishes,
      outlivesClient,
      signal,
      waitUntil,
      ...(keeper ? keptBy(keeper, stores) : stores),
    };
    const answer = chat.stream === true ? await streamedAnswer(dispatched) : await dispatch(dispatched);
    const headers = answerHeaders(id, chat.stream === true, answer);
    keeper?.onHeaders(headers);
    return new Response(answer.body, { headers: { ...headers, ...keeper?.headers } });
  } catch (error) {
    return errorResponse(error, id);
  }
}

/** Of an answer that is late nothing is known but that it is under way. */
async function streamedAnswer(request: Dispatch): Promise<Answer> {
  let leave = () => {};
  const answering = dispatch({
    ...request,
    onStart(stop) {
      leave = stop;
    },
  });
  const answer = await inTime(answering);
  return answer ?? { body: lateBody(answering, () => leave()), ...NO_NOTES };
}

const NO_NOTES: Omit<Answer, "body"> = { droppedParameters: [], formatNote: undefined, compressionNote: undefined };

type Bytes = ArrayBuffer | Uint8Array<ArrayBuffer>;

/** A request with its preset, and what the response cache has for it, where it is asked. */
async function readRequest(
  c: AppContext,
  key: ApiKey,
): Promise<{ chat: ChatRequest; preset?: AppliedPreset | undefined; visit?: CacheVisit; bytes: Bytes }> {
  const { json, bytes } = await readJsonAndBytes(c.req.raw);
  const { chat, preset } = await withPreset(c.env.KV, parseChatRequest(json));
  const wish = readCacheWish(c.req.raw.headers, preset);
  if (wish.mode === "off") return { chat, preset, bytes };
  const { model, stream } = chat;
  const question = { model, isStream: stream === true, presetVersion: preset?.version, body: bytes };
  const asked = { endpointType: "chat" as const, ...question };
  return { chat, preset, visit: await visitCache(c.env.RESPONSES, key.hash, asked, wish, waitUntilOf(c)), bytes };
}

/** What dispatch may use of the stores. Holds nothing of the client's request: a stream would keep it in memory. */
function storesOf(env: Cloudflare.Env, key: ApiKey, waitUntil: (work: Promise<unknown>) => void) {
  return {
    keyOf: (provider: Provider) => readProviderKey(provider, env),
    recall: (turnKeys: string[]) => recallOrNothing(env, key, turnKeys),
    settle: (record: GenerationRecord) => settle(env.LEDGER, record, waitUntil),
  };
}

/** Reasoning that cannot be looked up is missed as it would be without the ledger: the answer goes on. */
async function recallOrNothing(env: Cloudflare.Env, key: ApiKey, turnKeys: string[]) {
  try {
    return await recallReasoning(env.LEDGER, key.team, key.hash, turnKeys);
  } catch (error) {
    console.error("ledger: earlier reasoning cannot be read", String(error));
    return new Map();
  }
}

/** Beside the contract's headers, what was done to the request: nothing is dropped or arranged silently. */
function answerHeaders(id: string, isStream: boolean, notes: Omit<Answer, "body">): Record<string, string> {
  const { droppedParameters, formatNote, compressionNote } = notes;
  const headers: Record<string, string> = {
    "content-type": isStream ? "text/event-stream" : "application/json",
    "cache-control": "no-cache",
    "x-generation-id": id,
  };
  if (droppedParameters.length > 0) headers["x-pointsman-dropped"] = droppedParameters.join(", ");
  if (formatNote !== undefined) headers["x-pointsman-response-format"] = formatNote;
  if (compressionNote !== undefined) headers["x-pointsman-compression"] = compressionNote;
  return headers;
}

/** Providers need to tell end users apart, not to know them. */
async function withHashedUser(chat: ChatRequest): Promise<ChatRequest> {
  if (!chat.user) return chat;
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(chat.user));
  return { ...chat, user: new Uint8Array(digest).toHex() };
}
