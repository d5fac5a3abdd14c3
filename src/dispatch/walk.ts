import type { FailureKind, UpstreamFailure } from "../errors.ts";
import { RouterError } from "../errors.ts";
import type { Candidate } from "../routing/plan.ts";
import type { ChatRequest } from "../schema/chat.ts";
import { gatheredBody, overheard } from "../stream/gather.ts";
import { wholeText, withText } from "../stream/whole-text.ts";
import { type AnswerEnd, AnswerFeed, readCompletion } from "./answer.ts";
import { checkAnswer, toRepair } from "./answer-format.ts";
import { Attempt } from "./attempt.ts";
import { makeBill } from "./bill.ts";
import type { Answer, Dispatch } from "./dispatch.ts";
import { explainWalk, type Story } from "./explain.ts";
import { factsOfEnd, factsOfFailure } from "./facts.ts";
import { type Fitted, fitRequest } from "./fit.ts";
import { type FailedAttempt, toWireError } from "./give-up.ts";
import { toGenerationRecord } from "./record.ts";
import { needsReplay, withRecalledReasoning } from "./replay.ts";
import { shortened } from "./shorten.ts";

/** Calling a provider without the key that it wants tells it the prompt and gains nothing. */
const KEY_UNREADABLE: UpstreamFailure = {
  kind: "unauthorized",
  message: "The provider's key cannot be read here: its master key is missing.",
};

/** The attempts of one request and how it ends; whatever happens, it is settled once. */
export class Walk {
  readonly #request: Dispatch;
  readonly failures: FailedAttempt[] = [];
  #current: Attempt | undefined;
  #shownAs = "";
  #fitted: Fitted;
  #recalledChat: ChatRequest | undefined;
  #formatNote: string | undefined;
  /** What has been sent upstream, where the client wants to see it. */
  readonly #sent: unknown[] = [];
  #isSettled = false;
  /** The client has left. */
  isLeft = false;

  constructor(request: Dispatch) {
    this.#request = request;
    this.#fitted = { chat: request.chat, dropped: [], compression: undefined };
  }

  /** What there is to tell of the walk so far. */
  get story(): Story {
    const { dropped, compression } = this.#fitted;
    const attempt = this.#current;
    const fields = attempt ? [...dropped, ...attempt.droppedFields] : [];
    return { failures: this.failures, attempt, dropped: fields, formatNote: this.#formatNote, compression };
  }

  /** Tries a candidate: `open` when `answer` can follow, `left` when the client has gone, else why it failed. */
  async attempt({ endpoint, shownAs }: Candidate): Promise<"open" | "left" | FailureKind> {
    const { chat, keyOf, betas, route } = this.#request;
    const isStream = chat.stream === true;
    const key = await keyOf(endpoint.provider);
    const whole = needsReplay(endpoint) ? await this.#recalled() : chat;
    if (this.isLeft) return "left";
    this.#fitted = fitRequest(whole, endpoint, route);
    this.#shownAs = shownAs;
    const attempt = new Attempt(endpoint, { isStream, key: key ?? undefined, betas });
    this.#current = attempt;
    const failure = key === null ? attempt.refuse(KEY_UNREADABLE) : await attempt.open(this.#fitted.chat, !isStream);
    if (isStream && chat.debug?.echo_upstream_body === true) this.#sent.push(shortened(attempt.sentBody));
    if (!failure) {
      this.#formatNote = isStream ? attempt.formatBy : await this.#settleFormat(attempt, key ?? undefined);
      return "open";
    }
    this.#current = undefined;
    if (this.isLeft) return "left";
    this.failures.push({ attempt, failure });
    this.#request.observe?.(endpoint, factsOfFailure(failure));
    return failure.kind;
  }

  /**
   * Sees to the form of an answer that the provider does not enforce: takes it out of a code fence, or asks once more
   * with what was wrong. Says how the form came about, and whether it is still not right.
   */
  async #settleFormat(attempt: Attempt, key: string | undefined): Promise<string | undefined> {
    const { endpoint, formatBy } = attempt;
    const format = this.#fitted.chat.response_format;
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
    const failure = await repair.open(toRepair(this.#fitted.chat, text, checked.problem), true);
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
    const { chat, identity, onText, wantsMetadata } = this.#request;
    const options = {
      envelope: {
        id: identity.id,
        created: Math.floor(identity.createdAtMs / 1000),
        model: this.#shownAs,
        provider: attempt.endpoint.provider.name,
      },
      excludesReasoning: chat.reasoning?.exclude === true || chat.include_reasoning === false,
      bill: () => makeBill(attempt, chat, true),
      explain: wantsMetadata ? () => explainWalk(this.#request, this.story) : undefined,
    };
    const { story } = this;
    const notes = {
      droppedParameters: story.dropped ?? [],
      formatNote: this.#formatNote,
      compressionNote: story.compression?.summary,
    };
    if (chat.stream !== true) {
      const body = await readCompletion(attempt, options);
      onText?.(body);
      this.#finish(attempt, { how: "finished" });
      return { body, ...notes };
    }
    const feed = new AnswerFeed(attempt, {
      ...options,
      sent: this.#sent,
      toWireError: (failure) => toWireError(failure, attempt),
      onEnd: (end) => this.#finish(attempt, end),
    });
    return { body: gatheredBody(onText ? overheard(feed, onText) : feed), ...notes };
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
    const { chat, identity, settle, observe } = this.#request;
    if (attempt) observe?.(attempt.endpoint, factsOfEnd(attempt, end, this.#fitted.chat));
    settle(toGenerationRecord({ chat, identity, attempt, failures: this.failures, outcome: end.how }));
  }
}
