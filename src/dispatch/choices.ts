import type { Endpoint } from "../catalogue/catalogue.ts";
import type { RouterError } from "../errors.ts";
import type { Candidate } from "../routing/plan.ts";
import { createGenerationId } from "../schema/generation-id.ts";
import type { AnswerEnd, Answering } from "./answer.ts";
import { addBills, type Bill, makeBill } from "./bill.ts";
import { ChoiceBooks } from "./choice-books.ts";
import type { Answer, Dispatch } from "./dispatch.ts";
import { explainCalls, type Story } from "./explain.ts";
import { clientLeft, toRefusal, toWireError } from "./give-up.ts";
import { Merge, type MergedEnd } from "./merge.ts";
import { chatOfChoice, partedByChoices } from "./native-choices.ts";
import type { Recalled } from "./replay.ts";
import { type Opened, Walk } from "./walk.ts";
import { type Answerer, writeAnswer } from "./write-answer.ts";

/** The call of one choice, with its own walk over the candidates. */
interface Call {
  index: number;
  /** Of its generation. */
  id: string;
  request: Dispatch;
  walk: Walk;
  opened?: Opened;
  /** It has come to its end; absent: it never began, or has not ended. */
  end?: MergedEnd;
  /** Why it never began. */
  error?: unknown;
  isOver: boolean;
}

/**
 * A request for several choices. Candidates that take `n` are asked for all of them in one call; from the first one on
 * that does not, each choice is a call of its own, all at the same time: every call walks over the same candidates in the
 * same order, and falls back by itself. The answer begins with the first call that does.
 */
export class Choices {
  readonly #request: Dispatch;
  /** While one call is asked for all choices. */
  #together: Walk | undefined;
  #calls: Call[] = [];
  readonly #merge: Merge;
  readonly #books: ChoiceBooks;
  readonly #sent: unknown[] = [];
  #isLeft = false;

  constructor(request: Dispatch) {
    const longest = Math.max(...request.plan.candidates.map(({ endpoint }) => endpoint.provider.timeouts.totalMs));
    this.#request = { ...request, deadlineMs: request.deadlineMs ?? longest };
    this.#merge = new Merge(request.chat.n ?? 1, (index, end) => this.#onEnd(index, end));
    this.#books = new ChoiceBooks(request, (hasRecord) => this.#calls.some((call) => isOwed(call, hasRecord)));
  }

  /** The answer, as soon as it has begun; undefined when no call gives one, or the client leaves. */
  async answer(): Promise<Answer | undefined> {
    const { plan, chat } = this.#request;
    const { together, apart } = await partedByChoices(plan.candidates, chat);
    if (this.#isLeft) return undefined;
    const walk = together.length > 0 ? new Walk(this.#request, together, apart.length) : undefined;
    this.#together = walk;
    const answer = await walk?.answer();
    if (answer || this.#isLeft || apart.length === 0) return answer;
    this.#together = undefined;
    this.#calls = this.#createCalls(apart, walk);
    if (!(await this.#begin())) return undefined;
    return writeAnswer(this.#request, this.#answerer());
  }

  /** The client has left: all calls are stopped at once. */
  leave(): void {
    if (this.#isLeft) return;
    this.#isLeft = true;
    this.#request.extras?.guard?.cancel();
    this.#together?.leave();
    for (const call of this.#calls) {
      if (call.isOver) continue;
      call.walk.leave();
      // One that has not begun ends where it is waited for.
      call.isOver = call.opened !== undefined;
    }
    this.#merge.close();
    this.#books.end({ how: "cancelled" });
  }

  /** Nothing will follow: no call has begun to answer, or no client is there. */
  end(): RouterError | undefined {
    if (this.#together) return this.#together.end();
    for (const call of this.#calls) {
      if (!call.isOver) call.walk.end();
      call.isOver = true;
    }
    this.#books.end({ how: this.#isLeft ? "cancelled" : "failed" });
    return this.#isLeft ? clientLeft() : undefined;
  }

  /** Why nobody answered: what the first choice was told. */
  error(): RouterError {
    const first = this.#together ?? this.#calls[0]?.walk;
    if (!first) throw new Error("no call was made");
    return first.error();
  }

  explain(): Record<string, unknown> {
    if (this.#together) return this.#together.explain();
    return explainCalls(
      this.#request,
      this.#calls.map(({ id, walk }) => ({ id, story: walk.story })),
    );
  }

  #createCalls(candidates: Candidate[], before: Walk | undefined): Call[] {
    const { chat, identity, admit, recall } = this.#request;
    const deadlineMs = before?.remainingMs ?? this.#request.deadlineMs;
    let recalled: Promise<Recalled> | undefined;
    const shared: Dispatch = {
      ...{ ...this.#request, deadlineMs, admit: admit && admittedTogether(admit) },
      ...{ extras: undefined, onText: undefined, onStart: undefined },
      // All of them ask for the same turns.
      recall: (turnKeys) => {
        recalled ??= recall(turnKeys);
        return recalled;
      },
    };
    return Array.from({ length: chat.n ?? 1 }, (_, index) => {
      const id = index === 0 ? identity.id : createGenerationId(identity.createdAtMs);
      const request: Dispatch = {
        ...shared,
        chat: chatOfChoice(chat, index),
        identity: index === 0 ? identity : { ...identity, id, parentId: identity.id },
        settle: (record) => this.#books.keep(index, record),
      };
      if (index > 0 || !before) return { index, id, request, walk: new Walk(request, candidates), isOver: false };
      before.goOn(request, candidates);
      return { index, id, request, walk: before, isOver: false };
    });
  }

  /** Waits until a call has begun to answer, for a whole answer until all have; false when none has. */
  async #begin(): Promise<boolean> {
    const opening = this.#calls.map((call) => this.#open(call));
    if (this.#request.chat.stream !== true) return (await Promise.all(opening)).includes(true);
    const begun = opening.map(async (open) => (await open) || Promise.reject(new Error("it has not begun")));
    return Promise.any(begun).catch(() => false);
  }

  async #open(call: Call): Promise<boolean> {
    try {
      const opened = await call.walk.open();
      if (opened) call.opened = opened;
    } catch (error) {
      call.error = error;
    }
    this.#sent.push(...call.walk.sent.splice(0));
    if (call.opened) {
      this.#merge.begin(call.index, call.opened.attempt);
      return true;
    }
    const left = call.walk.end();
    call.error ??= left ?? call.walk.error();
    call.isOver = true;
    if (!left) this.#merge.fail(call.index, toRefusal(call.error));
    this.#books.look();
    return false;
  }

  #onEnd(index: number, end: MergedEnd) {
    const call = this.#calls[index];
    if (!call?.opened || call.isOver) return undefined;
    call.end = end;
    call.isOver = true;
    call.walk.finish(end);
    return end.how === "cut" ? toWireError(end.failure, call.opened.attempt) : undefined;
  }

  #answerer(): Answerer {
    const [first] = this.#begun;
    if (!first) throw new Error("no call has begun");
    const { shownAs: model, endpoint } = first.opened.candidate;
    return {
      answering: this.#answering(),
      shown: { model, provider: endpoint.provider.name },
      sourceOf: (index) => sourceOf(this.#calls[index]),
      story: this.#story,
      sent: this.#sent,
      bill: () => this.#bill(),
      explain: () => this.explain(),
      // All choices have gone wrong: the answer has, as the first of them did.
      toWireError: (failure) => {
        const { error, end, opened } = this.#calls[0] ?? {};
        if (error) return toRefusal(error);
        return toWireError(end?.how === "cut" ? end.failure : failure, (opened ?? first.opened).attempt);
      },
      isLeft: () => this.#isLeft,
      finish: (end) => this.#finish(end),
      leave: () => this.leave(),
    };
  }

  /** Calls that have begun to answer, in the order of their choices. */
  get #begun(): (Call & { opened: Opened })[] {
    return this.#calls.filter((call): call is Call & { opened: Opened } => call.opened !== undefined);
  }

  #answering(): Answering {
    const tally = () => this.#begun[0]?.opened.attempt.tally;
    return {
      read: () => this.#merge.read(),
      tally: {
        get finish() {
          return tally()?.finish;
        },
        get serviceTier() {
          return tally()?.serviceTier;
        },
        get systemFingerprint() {
          return tally()?.systemFingerprint;
        },
      },
    };
  }

  /** What is told of the calls that have begun: what any of them has left out, and how the first one was arranged. */
  get #story(): Story {
    const stories = this.#begun.map(({ walk }) => walk.story);
    const dropped = [...new Set(stories.flatMap((story) => story.dropped ?? []))];
    return { failures: [], ...stories[0], dropped };
  }

  #bill(): Bill {
    return addBills(
      this.#begun.map(({ request, opened, end }) => makeBill(opened.attempt, request.chat, end?.how === "finished")),
    );
  }

  #finish(end: AnswerEnd): void {
    for (const call of this.#calls) {
      if (call.isOver) continue;
      call.isOver = true;
      if (call.opened) call.walk.finish(end);
      else call.walk.leave();
    }
    this.#merge.close();
    this.#books.end(end);
  }
}

/** Whether a call is still to have its record. */
function isOwed({ index, isOver, walk }: Call, hasRecord: (index: number) => boolean): boolean {
  return !isOver || (walk.isReadingOut && !hasRecord(index));
}

function sourceOf(call: Call | undefined) {
  if (!call?.opened) return undefined;
  const { candidate, attempt } = call.opened;
  const fingerprint = attempt.tally.systemFingerprint;
  return { model: candidate.shownAs, provider: candidate.endpoint.provider.name, fingerprint };
}

/** Calls of one request are let in together: where only one request may pass, all its calls do. */
function admittedTogether(admit: NonNullable<Dispatch["admit"]>): NonNullable<Dispatch["admit"]> {
  const inside = new Map<Endpoint, number>();
  return (endpoint) => {
    const others = inside.get(endpoint) ?? 0;
    const release = admit(endpoint);
    if (!release && others === 0) return undefined;
    inside.set(endpoint, others + 1);
    return () => {
      inside.set(endpoint, (inside.get(endpoint) ?? 1) - 1);
      release?.();
    };
  };
}
