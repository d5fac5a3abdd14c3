import { dispatch } from "../dispatch/dispatch.ts";
import type { ChatRequest } from "../schema/chat.ts";
import type { GenerationRecord } from "../schema/generation.ts";
import { createGenerationId } from "../schema/generation-id.ts";
import type { ApiKey } from "../schema/key.ts";
import type { Purpose, SideCalls } from "../schema/side-calls.ts";
import type { Team } from "../schema/team.ts";
import { type Held, holdFor, rulesFor } from "./admission.ts";
import { bookedWith, storesOf } from "./booking.ts";
import { type AppContext, waitUntilOf } from "./env.ts";
import { type PlanFor, planRequest } from "./planning.ts";
import { hopsOf } from "./request-headers.ts";
import { catalogueFor } from "./team-catalogue.ts";

/** For whom calls are made beside an answer, and who pays. */
export interface SidePayer {
  key: ApiKey;
  team: Team;
  /** The generation that they are made for; absent: the calls are all that was asked for. */
  parentId?: string | undefined;
}

/** The calls that a request may make beside its answer. They end when its client leaves. */
export function sideCallsFor(c: AppContext, payer: SidePayer): Pick<SideCalls, "ask" | "costs"> {
  const spent = { checksNanoUsd: 0, retrievalNanoUsd: 0 };
  const onSettled = (record: GenerationRecord) => {
    if (record.purpose) spent[SHARE_OF[record.purpose]] += chargeOf(record);
  };
  return {
    ask: (chat, purpose, timeoutMs) => ask(c, payer, { chat, purpose, timeoutMs, onSettled }),
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
  const { plan, route, record, watch, chat } = planRequest(c, { ...plain, stream: false }, catalogue, planFor);
  const isBeside = parentId !== undefined;
  let held: Held | undefined;
  try {
    held = await holdFor(c, { id, key, team, plan, route, chat, isBeside });
    const stores = storesOf(c.env, { team: team.id, key }, waitUntilOf(c));
    const identity = {
      ...{ id, createdAtMs, keyHash: key.hash, account: key.account, team: team.id, client: {}, plan: record, purpose },
      ...(parentId !== undefined && { parentId }),
    };
    const answer = await dispatch({
      ...{ chat: held.chat, route, plan, identity, hops: hopsOf(c), ...watch },
      ...{ outlivesClient: c.env.IS_ERRAND === true, signal: c.req.raw.signal, waitUntil: waitUntilOf(c) },
      ...bookedWith(held, { ...stores, settle: alsoTelling(onSettled, stores.settle) }, () => {}),
      deadlineMs: timeoutMs && Math.max(1, timeoutMs - (Date.now() - createdAtMs)),
    });
    return textOf(answer.body);
  } catch (error) {
    held?.end(false);
    throw error;
  }
}

/**
 * The rules of key and team hold for where a text may go. Which models a key may name does not count for what it did
 * not name: judges are the operator's choice. A rewrite is asked of the request's own model.
 */
function rulesOfSide(payer: SidePayer, purpose: Purpose): PlanFor["rules"] {
  const rules = rulesFor(payer);
  if (!rules || purpose === "rewrite") return rules;
  const { allowsModel: _, ...others } = rules;
  return others;
}

function alsoTelling(hear: (record: GenerationRecord) => void, settle: (record: GenerationRecord) => void) {
  return (record: GenerationRecord) => {
    hear(record);
    settle(record);
  };
}

/** The text of a `chat.completion`. */
function textOf(body: unknown): string {
  const { choices } = JSON.parse(String(body)) as { choices: { message: { content?: string | null } }[] };
  return choices[0]?.message.content ?? "";
}
