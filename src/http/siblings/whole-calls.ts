import { callWhole, type WholeAnswer, type WholeRequest } from "../../dispatch/whole-walk.ts";
import { RouterError } from "../../errors.ts";
import type { WholeCall } from "../../protocols/whole/whole-call.ts";
import type { RouteRequest } from "../../routing/request.ts";
import type { ChatRequest } from "../../schema/chat.ts";
import type { ClientFacts, GenerationRecord } from "../../schema/generation.ts";
import { createGenerationId } from "../../schema/generation-id.ts";
import type { ProviderPreferences } from "../../schema/provider-preferences.ts";
import type { Purpose } from "../../schema/side-calls.ts";
import { TOKEN_ESTIMATE_ERROR } from "../../usage/count-tokens.ts";
import { type Held, holdFor } from "../chat/admission.ts";
import { type PlanFor, planAndEnter } from "../chat/planning.ts";
import type { AppContext } from "../env.ts";
import { hopsOf } from "../request-headers.ts";
import { catalogueFor } from "../team-catalogue.ts";
import { identityOf, sideStores } from "./side-booking.ts";
import type { SidePayer } from "./side-calls.ts";

/** A call that is no conversation, as somebody asks for it. */
export interface WholeAsk<Value> {
  call: WholeCall<Value>;
  apiType: "embeddings" | "rerank";
  model: string;
  preferences?: ProviderPreferences | null | undefined;
  /** What the key may use. */
  rules: PlanFor["rules"];
  /** Kinds of input besides text. */
  inputs?: string[];
  /** Of the longest text, which must fit into the model; 0: it is cut. */
  longestTokens: number;
  /** What an upstream may bill at the price of a request, at most. */
  searchUnits?: number;
  client?: ClientFacts;
  purpose?: Purpose;
  timeoutMs?: number | undefined;
  onSettled?: (record: GenerationRecord) => void;
}

/**
 * Plans, admits, makes and books a call: a generation of its own, paid by the payer's key. Throws what a client would
 * get for a chat with the same fate.
 */
export async function callBeside<Value>(
  c: AppContext,
  payer: SidePayer,
  ask: WholeAsk<Value>,
): Promise<WholeAnswer<Value> & { id: string; createdAtMs: number }> {
  const { key, team, parentId } = payer;
  const createdAtMs = Date.now();
  const id = createGenerationId(createdAtMs);
  const chat = toChat(ask);
  const catalogue = await catalogueFor(c, { team: team.id, key });
  const tokens = ask.call.estimateTokens();
  const planFor = { owner: key.account, rules: ask.rules, route: toRoute(ask, ask.longestTokens), tokens };
  const { planned, passage } = await planAndEnter(c, id, chat, catalogue, planFor);
  const { plan, route, record, watch } = planned;
  let held: Held | undefined;
  let hasRecord = false;
  try {
    const bounded = { plan, route: toRoute(ask, tokens), chat };
    held = await holdFor(c, { id, key, team, ...bounded, isBeside: parentId !== undefined });
    const { keyOf, settle } = sideStores(c, payer, held, (written) => {
      hasRecord = true;
      ask.onSettled?.(written);
    });
    const { client = {}, purpose } = ask;
    const { timeouts, allow_fallbacks: fallbacks } = planned.chat.provider ?? {};
    const asked: WholeRequest<Value> = {
      ...{ call: ask.call, apiType: ask.apiType, route, plan, hops: hopsOf(c), keyOf, settle, ...watch },
      identity: identityOf(payer, { id, createdAtMs, plan: record, client, purpose }),
      ...{ signal: payer.signal ?? c.req.raw.signal, timeouts: timeouts ?? undefined },
      allowsFallbacks: fallbacks !== false,
      deadlineMs: ask.timeoutMs && Math.max(1, ask.timeoutMs - (Date.now() - createdAtMs)),
    };
    const answer = await callWhole(passage ? passage.guide(asked) : asked);
    return { ...answer, id, createdAtMs };
  } catch (error) {
    held?.end(false);
    passage?.abandon();
    // Of what was asked for by itself an id tells that there is a record.
    if (hasRecord && !ask.purpose && error instanceof RouterError) error.headers["x-generation-id"] = id;
    throw error;
  }
}

/** In the words of a chat, as far as planning and admission look at one. */
function toChat({ model, preferences, searchUnits = 1 }: WholeAsk<unknown>): ChatRequest {
  return { model, messages: [], n: searchUnits, ...(preferences && { provider: preferences }) };
}

function toRoute({ model, preferences, apiType, inputs = [] }: WholeAsk<unknown>, tokens: number): RouteRequest {
  const least = Math.floor(tokens / (1 + TOKEN_ESTIMATE_ERROR));
  return {
    ...{ model, models: [], preferences: preferences ?? {}, parameters: [], inputs, outputs: [apiType] },
    ...{ prompt: { text: tokens, tools: 0, media: 0, total: tokens, least }, maxTokens: 0, compression: "off" },
  };
}
