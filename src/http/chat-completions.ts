import type { Provider } from "../catalogue/catalogue.ts";
import { type Answer, dispatch } from "../dispatch/dispatch.ts";
import { recallReasoning } from "../ledger/read.ts";
import { settle } from "../ledger/settlements.ts";
import { type ChatRequest, parseChatRequest } from "../schema/chat.ts";
import type { ClientFacts, GenerationRecord } from "../schema/generation.ts";
import { readCatalogue, readProviderKey } from "../store/catalogue.ts";
import type { ApiKey } from "../store/keys.ts";
import { requireKey } from "./authenticate.ts";
import { type AppContext, waitUntilOf } from "./env.ts";
import { errorResponse } from "./error-response.ts";
import { createGenerationId } from "./generation-id.ts";
import { planRequest } from "./planning.ts";
import { type AppliedPreset, withPreset } from "./presets.ts";
import { readJsonBody } from "./read-body.ts";

/** POST /chat/completions */
export async function chatCompletions(c: AppContext): Promise<Response> {
  const key = await requireKey(c);
  const asked = parseChatRequest(await readJsonBody(c.req.raw));
  const waitUntil = waitUntilOf(c);
  const { chat, preset } = await withPreset(c.env.KV, asked);
  const { catalogue } = await readCatalogue(c.env.KV, waitUntil);
  const { plan, route, record, observe } = planRequest(c, chat, catalogue, key.hash);
  const createdAtMs = Date.now();
  const id = createGenerationId(createdAtMs);
  const client = clientFacts(c, chat, preset);
  const identity = { id, createdAtMs, keyHash: key.hash, team: key.team, client, plan: record };
  const { signal } = c.req.raw;
  try {
    const planned = { chat: await withHashedUser(chat), route, plan, identity, wantsMetadata: wantsMetadata(c) };
    const request = { ...planned, betas: betasOf(c), signal, observe, waitUntil };
    const { body, ...notes } = await dispatch({ ...request, ...storesOf(c.env, key, waitUntil) });
    return new Response(body, { headers: answerHeaders(id, chat.stream === true, notes) });
  } catch (error) {
    return errorResponse(error, id);
  }
}

/** Whether the answer is to tell how it was routed. */
function wantsMetadata(c: AppContext): boolean {
  const { headers } = c.req.raw;
  const wish = headers.get("x-openrouter-metadata") ?? headers.get("x-openrouter-experimental-metadata");
  return wish?.trim().toLowerCase() === "enabled";
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
  if (droppedParameters.length > 0) headers["x-pointsman-dropped-parameters"] = droppedParameters.join(",");
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

/** Beta features by name, as the contract's header and the AI SDK's name them. */
function betasOf(c: AppContext): string[] | undefined {
  const { headers } = c.req.raw;
  const list = headers.get("x-anthropic-beta") ?? headers.get("anthropic-beta");
  return list
    ?.split(",")
    .map((name) => name.trim())
    .filter((name) => /^[a-z0-9-]+$/.test(name));
}

function clientFacts(c: AppContext, chat: ChatRequest, preset: AppliedPreset | undefined): ClientFacts {
  const { headers } = c.req.raw;
  return {
    user: chat.user ?? undefined,
    sessionId: chat.session_id ?? headers.get("x-session-id")?.slice(0, 256),
    referer: headers.get("http-referer") ?? undefined,
    appTitle: headers.get("x-openrouter-title") ?? headers.get("x-title") ?? undefined,
    userAgent: headers.get("user-agent") ?? undefined,
    metadata: chat.metadata ?? undefined,
    trace: chat.trace ?? undefined,
    preset: preset && `${preset.slug}@${preset.version}`,
  };
}
