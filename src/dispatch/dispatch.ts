import type { Endpoint } from "../catalogue/catalogue.ts";
import type { UpstreamFailure } from "../errors.ts";
import { explainEmpty } from "../routing/explain-empty.ts";
import type { Plan } from "../routing/plan.ts";
import type { RouteRequest } from "../routing/request.ts";
import type { Target } from "../routing/targets.ts";
import type { ChatRequest } from "../schema/chat.ts";
import type { GenerationRecord } from "../schema/generation.ts";
import type { AnswerStyle } from "../stream/style.ts";
import { explainWalk } from "./explain.ts";
import type { AnswerExtras } from "./extras.ts";
import type { Observation } from "./facts.ts";
import { coldAnswer } from "./give-up.ts";
import { type GenerationIdentity, toGenerationRecord } from "./record.ts";
import type { Recalled } from "./replay.ts";
import type { RequestDefaults } from "./request-defaults.ts";
import { Walk } from "./walk.ts";

/** One planned request and what it may use of the outside world. */
export interface Dispatch {
  chat: ChatRequest;
  /** What the plan was made from. */
  route: RouteRequest;
  plan: Plan;
  identity: GenerationIdentity;
  /** What the request says where its client says nothing. */
  defaults?: RequestDefaults | undefined;
  /** How the answer is written where its client speaks another dialect than the contract's. */
  style?: AnswerStyle | undefined;
  /** Names of beta features that the client asks for. */
  betas?: string[] | undefined;
  /** Routers of this kind that the request has passed. */
  hops?: number | undefined;
  /** The answer tells how it was routed. */
  wantsMetadata?: boolean;
  /** The key to call an endpoint with: undefined where none is taken, null where it cannot be read. */
  keyOf: (endpoint: Endpoint) => Promise<string | null | undefined>;
  /** Reasoning of earlier answers by the key of their turn, as far as it is still known. */
  recall: (turnKeys: string[]) => Promise<Recalled>;
  /** How long the client waits for an answer to begin, or for a whole one; milliseconds. Absent: as long as it takes. */
  deadlineMs?: number | undefined;
  /** When a second candidate starts beside one that has not answered; absent: never. */
  hedgeAfterMs?: ((endpoint: Endpoint) => number | undefined) | undefined;
  /** Hears of a candidate that a later one outran. */
  onOutrun?: ((endpoint: Endpoint) => void) | undefined;
  /** Is given what stops everything, for a client that leaves without the signal. */
  onStart?: ((leave: () => void) => void) | undefined;
  /** It runs where a departed client ends nothing. */
  outlivesClient?: boolean | undefined;
  /** Aborts when the client leaves. */
  signal: AbortSignal;
  /**
   * Asked right before a candidate is tried: gives what is to be called when that is over, or undefined when it must not
   * be tried now.
   */
  admit?: ((endpoint: Endpoint) => (() => void) | undefined) | undefined;
  /** Asked before the first call to a target: false when it lets nobody in any more. */
  enter?: ((target: Target) => Promise<boolean>) | undefined;
  /** Hears that a router's target has failed by its own fault; `isOver`: none of its endpoints is left. */
  onTargetFailure?: ((target: Target, failure: UpstreamFailure, isOver: boolean) => void) | undefined;
  /** Sees the headers of every upstream answer. */
  onHeaders?: ((endpoint: Endpoint, headers: Headers, status: number) => void) | undefined;
  /** Hears that a candidate has begun to answer. */
  onBegin?: ((endpoint: Endpoint) => void) | undefined;
  /** Hears how every attempt went, as soon as it is over. */
  observe?: ((endpoint: Endpoint, facts: Observation) => void) | undefined;
  /** Books the record of this request; called exactly once if anything was dispatched. */
  settle: (record: GenerationRecord) => void;
  /** Books a further record of an answer whose choices are calls of their own, before `settle`; absent: as `settle` does. */
  settleChoice?: ((record: GenerationRecord) => void) | undefined;
  /** Sees the text of the answer as it goes to the client, all of it before a good end is settled. */
  onText?: ((text: string) => void) | undefined;
  /** What the answer has beside the model's words, and who looks at it first. */
  extras?: AnswerExtras | undefined;
  waitUntil: (work: Promise<unknown>) => void;
}

/** An answer that has been committed to. */
export interface Answer {
  body: string | ReadableStream<Uint8Array>;
  /** Parameters of the request that the endpoint does not take and that were left out. */
  droppedParameters: string[];
  /** How the response format came about where the provider does not enforce it. */
  formatNote: string | undefined;
  /** What was taken from a prompt that was too long. */
  compressionNote: string | undefined;
}

/**
 * Walks the plan: one candidate after the other until one gives something that a client wants to read. Nothing of a
 * failed attempt reaches the client. Throws the last attempt's error when all have failed.
 */
export async function dispatch(request: Dispatch): Promise<Answer> {
  const { plan, route, signal } = request;
  if (plan.candidates.length === 0) {
    const nowMs = Date.now();
    const { chat, identity, settle } = request;
    const nobody = { attempt: undefined, failures: [], outrun: [], abandoned: [] };
    settle({ ...toGenerationRecord({ chat, identity, ...nobody, outcome: "failed" }), modelId: plan.models[0] ?? "" });
    const error = coldAnswer(plan, nowMs) ?? explainEmpty(plan, route, nowMs);
    if (request.wantsMetadata) error.routing = explainWalk(request, { failures: [] });
    throw error;
  }
  // Who asks for one choice pays nothing for the rest.
  const isPlain = request.chat.n == null || request.chat.n === 1;
  const walk = isPlain ? new Walk(request) : new (await import("./choices.ts")).Choices(request);
  const leave = () => walk.leave();
  signal.addEventListener("abort", leave);
  request.onStart?.(leave);
  if (signal.aborted) walk.leave();
  let answer: Answer | undefined;
  try {
    answer = await walk.answer();
  } catch (error) {
    walk.end();
    throw error;
  }
  if (answer) return answer;
  const left = walk.end();
  if (left) throw left;
  const error = walk.error();
  if (request.wantsMetadata) error.routing = walk.explain();
  throw error;
}
