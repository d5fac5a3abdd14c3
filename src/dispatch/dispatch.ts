import type { Endpoint, Provider } from "../catalogue/catalogue.ts";
import { type FailureKind, RouterError, type UpstreamFailure } from "../errors.ts";
import { explainEmpty } from "../routing/explain-empty.ts";
import { remainingCandidates } from "../routing/fallback.ts";
import type { Plan } from "../routing/plan.ts";
import type { ChatRequest } from "../schema/chat.ts";
import type { GenerationRecord } from "../schema/generation.ts";
import { gatheredBody } from "../stream/gather.ts";
import { wholeText, withText } from "../stream/whole-text.ts";
import { type AnswerEnd, AnswerFeed, readCompletion } from "./answer.ts";
import { checkAnswer, toRepair } from "./answer-format.ts";
import { Attempt } from "./attempt.ts";
import { makeBill } from "./bill.ts";
import { fitParameters } from "./fit-parameters.ts";
import { type FailedAttempt, giveUp, toWireError } from "./give-up.ts";
import { type GenerationIdentity, toGenerationRecord } from "./record.ts";
import { needsReplay, type Recalled, withRecalledReasoning } from "./replay.ts";

/** One planned request and what it may use of the outside world. */
export interface Dispatch {
  chat: ChatRequest;
  plan: Plan;
  identity: GenerationIdentity;
  /** Names of beta features that the client asks for. */
  betas?: string[] | undefined;
  /** Undefined for a provider that takes none, null for one whose key cannot be read. */
  keyOf: (provider: Provider) => Promise<string | null | undefined>;
  /** Reasoning of earlier answers by the key of their turn, as far as it is still known. */
  recall: (turnKeys: string[]) => Promise<Recalled>;
  /** Aborts when the client leaves. */
  signal: AbortSignal;
  /** Books the record of this request; called exactly once if anything was dispatched. */
  settle: (record: GenerationRecord) => void;
  waitUntil: (work: Promise<unknown>) => void;
}

/** An answer that has been committed to. */
export interface Answer {
  body: string | ReadableStream<Uint8Array>;
  /** Parameters of the request that the endpoint does not take and that were left out. */
  droppedParameters: string[];
  /** How the response format came about where the provider does not enforce it. */
  formatNote: string | undefined;
}

/**
 * Walks the plan: one candidate after the other until one gives something that a client wants to read. Nothing of a
 * failed attempt reaches the client. Throws the last attempt's error when all have failed.
 */
export async function dispatch(request: Dispatch): Promise<Answer> {
  const { plan, chat, signal } = request;
  if (plan.candidates.length === 0) throw explainEmpty(plan, chat);
  const walk = new Walk(request);
  signal.addEventListener("abort", () => walk.leave());
  if (signal.aborted) walk.leave();
  try {
    let candidates = plan.candidates;
    for (let next = candidates[0]; next && !walk.isLeft; next = candidates[0]) {
      const outcome = await walk.attempt(next);
      if (outcome === "open") return await walk.answer();
      candidates = candidates.slice(1);
      if (outcome !== "left") candidates = remainingCandidates(candidates, next, outcome);
    }
  } catch (error) {
    walk.end();
    throw error;
  }
  throw walk.end() ?? giveUp(walk.failures);
}

/** Calling a provider without the key that it wants tells it the prompt and gains nothing. */
const KEY_UNREADABLE: UpstreamFailure = {
  kind: "unauthorized",
  message: "The provider's key cannot be read here: its master key is missing.",
};

/** The attempts of one request and how it ends; whatever happens, it is settled once. */
class Walk {
  readonly #request: Dispatch;
  readonly failures: FailedAttempt[] = [];
  #current: Attempt | undefined;
  #chat: ChatRequest;
  #recalledChat: ChatRequest | undefined;
  #dropped: string[] = [];
  #formatNote: string | undefined;
  #isSettled = false;
  /** The client has left. */
  isLeft = false;

  constructor(request: Dispatch) {
    this.#request = request;
    this.#chat = request.chat;
  }

  /** Tries a candidate: `open` when `answer` can follow, `left` when the client has gone, else why it failed. */
  async attempt(endpoint: Endpoint): Promise<"open" | "left" | FailureKind> {
    const { chat, keyOf, betas } = this.#request;
    const isStream = chat.stream === true;
    const key = await keyOf(endpoint.provider);
    const whole = needsReplay(endpoint) ? await this.#recalled() : chat;
    if (this.isLeft) return "left";
    ({ chat: this.#chat, dropped: this.#dropped } = fitParameters(whole, endpoint));
    const attempt = new Attempt(endpoint, { isStream, key: key ?? undefined, betas });
    this.#current = attempt;
    const failure = key === null ? attempt.refuse(KEY_UNREADABLE) : await attempt.open(this.#chat, !isStream);
    if (!failure) {
      this.#formatNote = isStream ? attempt.formatBy : await this.#settleFormat(attempt, key ?? undefined);
      return "open";
    }
    this.#current = undefined;
    if (this.isLeft) return "left";
    this.failures.push({ attempt, failure });
    return failure.kind;
  }

  /**
   * Sees to the form of an answer that the provider does not enforce: takes it out of a code fence, or asks once more
   * with what was wrong. Says how the form came about, and whether it is still not right.
   */
  async #settleFormat(attempt: Attempt, key: string | undefined): Promise<string | undefined> {
    const { endpoint, formatBy } = attempt;
    const format = this.#chat.response_format;
    const text = formatBy && wholeText(attempt.unread);
    if (!format || text === undefined) return formatBy;
    const checked = checkAnswer(text, format);
    if ("json" in checked) {
      if (checked.json !== text) attempt.unread = withText(attempt.unread, checked.json);
      return formatBy;
    }
    const repair = new Attempt(endpoint, { isStream: false, key, betas: this.#request.betas });
    repair.repairs = attempt;
    this.#current = repair;
    const failure = await repair.open(toRepair(this.#chat, text, checked.problem), true);
    const repaired = failure ? undefined : checkAnswer(wholeText(repair.unread) ?? "", format);
    if (failure) {
      this.#current = attempt;
      return `${formatBy}; invalid`;
    }
    if (!repaired || "problem" in repaired) {
      // Of two answers that are both wrong, one with words in it is worth more.
      if (wholeText(repair.unread) === "")
        [repair.repairs, attempt.repairs, this.#current] = [undefined, repair, attempt];
      return `${formatBy}; invalid`;
    }
    repair.unread = withText(repair.unread, repaired.json);
    return `${formatBy}; repaired`;
  }

  /** The request with the reasoning that its client did not bring back; looked up once. */
  async #recalled(): Promise<ChatRequest> {
    this.#recalledChat ??= await withRecalledReasoning(this.#request.chat, this.#request.recall);
    return this.#recalledChat;
  }

  /** The answer of the attempt that opened. */
  async answer(): Promise<Answer> {
    const attempt = this.#current;
    if (!attempt) throw new Error("no attempt is open");
    const { chat, identity } = this.#request;
    const options = {
      envelope: {
        id: identity.id,
        created: Math.floor(identity.createdAtMs / 1000),
        model: attempt.endpoint.modelId,
        provider: attempt.endpoint.provider.name,
      },
      excludesReasoning: chat.reasoning?.exclude === true || chat.include_reasoning === false,
      bill: () => makeBill(attempt, chat, true),
    };
    const notes = { droppedParameters: [...this.#dropped, ...attempt.droppedFields], formatNote: this.#formatNote };
    if (chat.stream !== true) {
      const body = await readCompletion(attempt, options);
      this.#finish(attempt, { how: "finished" });
      return { body, ...notes };
    }
    const feed = new AnswerFeed(attempt, {
      ...options,
      toWireError: (failure) => toWireError(failure, attempt),
      onEnd: (end) => this.#finish(attempt, end),
    });
    return { body: gatheredBody(feed), ...notes };
  }

  /** The client has left: the upstream is stopped at once, and what there is is booked. */
  leave(): void {
    if (this.isLeft) return;
    this.isLeft = true;
    const attempt = this.#current;
    attempt?.cancel();
    if (attempt) this.#finish(attempt, { how: "cancelled" });
  }

  /** Nothing will follow: no candidate is left, or no client. Gives the error that nobody will read in that case. */
  end(): RouterError | undefined {
    this.#current?.cancel();
    this.#settle(this.#current, { how: this.isLeft ? "cancelled" : "failed" });
    return this.isLeft ? new RouterError("invalid_request", "The client has left.", { status: 499 }) : undefined;
  }

  #finish(attempt: Attempt, end: AnswerEnd): void {
    if (end.how !== "finished") attempt.cancel();
    else if (attempt.isConnected) this.#request.waitUntil(attempt.drain());
    this.#settle(attempt, end);
  }

  /** A walk that called nobody leaves no record. */
  #settle(attempt: Attempt | undefined, end: AnswerEnd | { how: "failed" }): void {
    if (this.#isSettled || (!attempt && this.failures.length === 0)) return;
    this.#isSettled = true;
    const { chat, identity, settle } = this.#request;
    settle(toGenerationRecord({ chat, identity, attempt, failures: this.failures, outcome: end.how }));
  }
}
