import type { RouterError, UpstreamFailure } from "../errors.ts";
import type { Candidate } from "../routing/plan.ts";
import type { ChatRequest } from "../schema/chat.ts";
import { Admissions } from "./admissions.ts";
import type { AnswerEnd } from "./answer.ts";
import type { Attempt } from "./attempt.ts";
import { makeBill } from "./bill.ts";
import { continuedChat, mayContinue } from "./continuation.ts";
import { readOutTime } from "./departure.ts";
import type { Answer, Dispatch } from "./dispatch.ts";
import { Echo } from "./echo.ts";
import { explainWalk, type Story } from "./explain.ts";
import { factsOfEnd, factsOfFailure } from "./facts.ts";
import { firstOf } from "./first-of.ts";
import { allBusy, clientLeft, type FailedAttempt, giveUp, toWireError } from "./give-up.ts";
import { leftBehind } from "./left-behind.ts";
import { type EndedWalk, toGenerationRecord } from "./record.ts";
import { withRecalledReasoning } from "./replay.ts";
import { shareOf } from "./share.ts";
import { Turn } from "./turn.ts";
import { type Answerer, writeAnswer } from "./write-answer.ts";

/** A walk calls no more candidates than this, however many there are. */
const MAX_TURNS = 12;

/** The attempt that answers, and the candidate it was made at. */
export interface Opened {
  attempt: Attempt;
  candidate: Candidate;
}

/** The turns of one request and how it ends; whatever happens, it is settled once. */
export class Walk {
  #request: Dispatch;
  #later: number;
  readonly #startedAtMs = Date.now();
  /** For the whole walk: the client's, or the longest that a candidate may take. */
  readonly #deadlineMs: number;
  readonly failures: FailedAttempt[] = [];
  /** Attempts of a hedge that another one outran. */
  readonly #outrun: Attempt[] = [];
  /** Attempts that ran beside the one that is booked, when the walk was left. */
  readonly #abandoned: Attempt[] = [];
  /** Candidates that have not had their turn. */
  #left: Candidate[];
  /** Turns that have not ended; more than one with a hedge. */
  readonly #running = new Map<Turn, Promise<Turn>>();
  #turns = 0;
  /** The turn that answers, or that ran last. */
  #current: Turn | undefined;
  #recalledChat: Promise<ChatRequest> | undefined;
  readonly #echo: Echo;
  readonly #admissions: Admissions;
  #isSettled = false;
  /** Its client has left, and its record is still to come. */
  isReadingOut = false;
  /** The client has left. */
  isLeft = false;

  /**
   * Walks over the candidates of the plan, or over a part of them. `later`: so many others may follow in another walk, and
   * must have time left.
   */
  constructor(request: Dispatch, candidates = request.plan.candidates, later = 0) {
    this.#request = request;
    this.#later = later;
    this.#admissions = new Admissions(request.admit);
    this.#echo = new Echo(request.chat);
    this.#left = candidates;
    this.#deadlineMs =
      request.deadlineMs ?? Math.max(...this.#left.map(({ endpoint }) => endpoint.provider.timeouts.totalMs));
  }

  /** What there is to tell of the walk so far. */
  get story(): Story {
    const { attempt, fitted, formatNote } = this.#current ?? {};
    const dropped = attempt && fitted ? [...fitted.dropped, ...attempt.droppedFields] : [];
    const { failures } = this;
    return { failures, outrun: this.#outrun, attempt, dropped, formatNote, compression: fitted?.compression };
  }

  /** The answer of the first candidate that gives one; undefined when none does, or the client leaves. */
  async answer(): Promise<Answer | undefined> {
    const opened = await this.open();
    return opened && writeAnswer(this.#request, this.#answererOf(opened));
  }

  /** Gives the candidates their turns until one answers. */
  async open(): Promise<Opened | undefined> {
    while (!this.isLeft) {
      if (this.#running.size === 0 && !this.#startNext()) break;
      const turn = await this.#firstToEnd();
      // Also a hedge that nobody waits for any more does not begin.
      if (this.isLeft) break;
      if (turn === "late") this.#startNext();
      else {
        this.#running.delete(turn);
        if (turn.isOpen) return this.#begin(turn);
        this.#takeFailure(turn);
      }
    }
    return undefined;
  }

  /** The next candidate has its turn; false when there is none, or no time. */
  #startNext(): boolean {
    const others = Math.min(this.#left.length + this.#later, MAX_TURNS - this.#turns) - 1;
    const share = shareOf(this.remainingMs, others);
    const next = this.#turns < MAX_TURNS && share > 0 ? this.#admitNext(this.#left) : undefined;
    if (!next) return false;
    this.#turns++;
    const turn = this.#createTurn(next, share);
    this.#current = turn;
    const ended = turn.open().then(() => turn);
    this.#running.set(turn, ended);
    return true;
  }

  /** The first of the candidates that may be tried right now; it and those before it are out of what is left. */
  #admitNext(candidates: Candidate[]): Candidate | undefined {
    for (const next of candidates) {
      this.#left = this.#left.filter((candidate) => candidate !== next);
      if (this.#admissions.admit(next)) return next;
    }
    return undefined;
  }

  #createTurn(candidate: Candidate, openWithinMs?: number): Turn {
    const timeouts = this.#request.chat.provider?.timeouts ?? undefined;
    const limits = { timeouts, openWithinMs };
    const recalled = () => this.#recalled();
    // What a router counts is sent once.
    const mayRepeat = !candidate.target && this.#request.chat.provider?.allow_fallbacks !== false;
    const isLast = mayRepeat && this.#left.length + this.#later === 0;
    return new Turn(candidate, { request: this.#request, recalled, limits, isLast, isOver: () => this.isLeft });
  }

  /** The first of the running turns that ends; `late` when it is time for a hedge. */
  #firstToEnd(): Promise<Turn | "late"> {
    const [only] = this.#running.keys();
    const afterMs = only && this.#mayHedge ? this.#request.hedgeAfterMs?.(only.candidate.endpoint) : undefined;
    const lateAfterMs = only && afterMs !== undefined ? only.startedAtMs + afterMs - Date.now() : undefined;
    return firstOf([...this.#running.values()], lateAfterMs);
  }

  get #mayHedge(): boolean {
    const isAllowed = this.#request.chat.provider?.allow_fallbacks !== false;
    return isAllowed && this.#running.size === 1 && this.#left.length > 0 && this.#turns < MAX_TURNS;
  }

  #note(failures: FailedAttempt[]): void {
    for (const failed of failures) {
      this.failures.push(failed);
      this.#request.observe?.(failed.attempt.endpoint, factsOfFailure(failed.failure));
    }
  }

  #takeFailure(turn: Turn): void {
    this.#echo.take(turn);
    const last = turn.failures.at(-1);
    this.#note(turn.failures.splice(0));
    this.#admissions.release(turn.candidate);
    if (last) this.#left = leftBehind(this.#left, turn.candidate, last, this.#request.onTargetFailure);
    if (this.#current === turn) this.#current = [...this.#running.keys()].at(-1);
  }

  /** The request with the reasoning that its client did not bring back; looked up once. */
  #recalled(): Promise<ChatRequest> {
    this.#recalledChat ??= withRecalledReasoning(this.#request.chat, this.#request.recall);
    return this.#recalledChat;
  }

  /** All turns but the current one are stopped; their attempts go to `stopped`, for they stand in the record. */
  #stopOthers(stopped: Attempt[]): void {
    for (const other of this.#running.keys()) {
      if (other === this.#current) continue;
      other.stop();
      this.#echo.take(other);
      this.#note(other.failures.splice(0));
      this.#admissions.release(other.candidate);
      if (other.attempt) stopped.push(other.attempt);
    }
    this.#running.clear();
  }

  /** The walk ends as it stands: of the turns that run, one that has called somebody is booked. */
  #abandonOthers(): void {
    if (!this.#current?.attempt)
      this.#current = [...this.#running.keys()].find(({ attempt }) => attempt) ?? this.#current;
    this.#stopOthers(this.#abandoned);
    this.#note(this.#current?.failures.splice(0) ?? []);
  }

  /** After a walk in which nobody answered: goes on with other candidates, and with another request for them. */
  goOn(request: Dispatch, candidates: Candidate[]): void {
    this.#request = request;
    this.#recalledChat = undefined;
    this.#left = candidates;
    this.#later = 0;
  }

  /** How much of its time is left. */
  get remainingMs(): number {
    return this.#startedAtMs + this.#deadlineMs - Date.now();
  }

  /** Why nobody has answered. */
  error(): RouterError {
    return this.failures.length > 0 ? giveUp(this.failures) : allBusy();
  }

  explain(): Record<string, unknown> {
    return explainWalk(this.#request, this.story);
  }

  /** The turn answers: all others are over. */
  #begin(turn: Turn): Opened {
    const { attempt, candidate } = turn;
    if (!attempt) throw new Error("no attempt is open");
    this.#current = turn;
    this.#echo.take(turn);
    this.#note(turn.failures.splice(0));
    this.#stopOthers(this.#outrun);
    for (const one of this.#outrun) if (one.startedAtMs < attempt.startedAtMs) this.#request.onOutrun?.(one.endpoint);
    this.#request.onBegin?.(candidate.endpoint);
    return { attempt, candidate };
  }

  #answererOf({ attempt, candidate }: Opened): Answerer {
    const { chat } = this.#request;
    const answering = () => this.#current?.attempt ?? attempt;
    return {
      answering: attempt,
      shown: { model: candidate.shownAs, provider: candidate.endpoint.provider.name },
      story: this.story,
      sent: this.sent,
      bill: () => makeBill(answering(), chat, true),
      explain: () => this.explain(),
      proceed: mayContinue(chat, this.#left, candidate.endpoint)
        ? (failure, text) => this.#proceed(failure, text)
        : undefined,
      toWireError: (failure) => toWireError(failure, answering()),
      isLeft: () => this.isLeft,
      finish: (end) => this.finish(end),
      leave: () => this.leave(),
    };
  }

  /** The bodies that were sent upstream, as far as they have not been shown. */
  get sent(): unknown[] {
    return this.#echo.bodies;
  }

  /** Goes on with an answer that broke off, at the next candidate that can; undefined when none does. */
  async #proceed(failure: UpstreamFailure, text: string): Promise<Attempt | undefined> {
    const broken = this.#current?.attempt;
    if (!broken) return undefined;
    broken.cancel();
    while (!this.isLeft && this.#turns < MAX_TURNS) {
      const fit = this.#left.filter(({ endpoint }) => mayContinue(this.#request.chat, [{ endpoint }], broken.endpoint));
      const next = this.#admitNext(fit);
      if (!next) break;
      this.#turns++;
      const turn = this.#createTurn(next);
      const opening = this.#openContinuation(turn, text);
      this.#running.set(turn, opening);
      await opening;
      this.#running.delete(turn);
      if (turn.isOpen && turn.attempt) {
        turn.attempt.follows = broken;
        this.#echo.take(turn);
        this.#note([{ attempt: broken, failure }, ...turn.failures.splice(0)]);
        this.#current = turn;
        return turn.attempt;
      }
      this.#takeFailure(turn);
    }
    return undefined;
  }

  /** Nobody is there to throw at. */
  async #openContinuation(turn: Turn, text: string): Promise<Turn> {
    try {
      await turn.open(continuedChat(await this.#recalled(), text));
    } catch (error) {
      console.error("an answer cannot be continued", String(error));
      turn.stop();
    }
    return turn;
  }

  /** The client has left: the upstream is stopped at once, unless its provider's answers are read out all the same. */
  leave(): void {
    if (this.isLeft) return;
    this.isLeft = true;
    this.#request.extras?.guard?.cancel();
    this.#abandonOthers();
    const attempt = this.#current?.attempt;
    if (!attempt) return;
    const readOutMs = readOutTime(attempt.endpoint, this.#request.outlivesClient === true);
    if (readOutMs > 0) this.#request.waitUntil(this.#readOut(attempt, readOutMs));
    else this.finish({ how: "cancelled" });
  }

  /** Reads an answer that nobody waits for, so that its usage is known. */
  async #readOut(attempt: Attempt, withinMs: number): Promise<void> {
    this.isReadingOut = true;
    await attempt.readOut(withinMs);
    this.finish({ how: "cancelled" });
  }

  /** Nothing will follow: no candidate is left, or no client. Gives the error that nobody will read in that case. */
  end(): RouterError | undefined {
    const left = this.isLeft ? clientLeft() : undefined;
    if (this.isReadingOut) return left;
    this.#abandonOthers();
    this.#current?.stop();
    this.#settle({ how: left ? "cancelled" : "failed" });
    return left;
  }

  /** The answer has ended, told once. */
  finish(end: AnswerEnd): void {
    const attempt = this.#current?.attempt;
    if (end.how !== "finished") attempt?.cancel();
    else if (attempt?.isConnected) this.#request.waitUntil(attempt.drain());
    this.#settle(end);
  }

  /** A walk that called nobody leaves no record. */
  #settle(end: AnswerEnd | { how: "failed" }): void {
    const attempt = this.#current?.attempt;
    this.#admissions.releaseAll();
    if (this.#isSettled || (!attempt && this.failures.length === 0)) return;
    this.#isSettled = true;
    const { chat, identity, settle, observe } = this.#request;
    if (attempt) observe?.(attempt.endpoint, factsOfEnd(attempt, end, chat));
    const walked = { attempt, failures: this.failures, outrun: this.#outrun, abandoned: this.#abandoned };
    settle(toGenerationRecord({ chat, identity, ...walked, ...outcomeOf(end) }));
  }
}

/** An answer that was refused for what is in it has ended well for everybody but its client. */
function outcomeOf(end: AnswerEnd | { how: "failed" }): Pick<EndedWalk, "outcome" | "refusedAs"> {
  if (end.how !== "refused") return { outcome: end.how };
  const { finishReason } = end;
  return { outcome: finishReason === "content_filter" ? "finished" : "cut", refusedAs: finishReason };
}
