import type { UpstreamFailure } from "../errors.ts";
import type { Candidate } from "../routing/plan.ts";
import type { ChatRequest } from "../schema/chat.ts";
import { wholeText, withText } from "../stream/whole-text.ts";
import { checkAnswer, toRepair } from "./answer-format.ts";
import { Attempt, type AttemptLimits } from "./attempt.ts";
import type { Dispatch } from "./dispatch.ts";
import { type Fitted, fitRequest } from "./fit.ts";
import type { FailedAttempt } from "./give-up.ts";
import { needsReplay } from "./replay.ts";

/** Calling a provider without the key that it wants tells it the prompt and gains nothing. */
const KEY_UNREADABLE: UpstreamFailure = {
  kind: "unauthorized",
  message: "The provider's key cannot be read here: its master key is missing.",
};

/** A connection that was reset is tried once more, after a pause of about this long. */
const RESET_PAUSE_MS = 50;

/** What a turn knows of its walk. */
export interface TurnInput {
  request: Dispatch;
  /** The request, with the reasoning that its client did not bring back. */
  recalled: () => Promise<ChatRequest>;
  limits: AttemptLimits;
  /** No candidate follows, and the client allows more than one call: a connection that was reset is tried once more. */
  isLast: boolean;
  /** The client has left. */
  isOver: () => boolean;
}

/** One candidate's turn: its request, its attempt, and what became of it. */
export class Turn {
  readonly candidate: Candidate;
  /** Its attempts that gave nothing, until the walk has taken note of them. */
  readonly failures: FailedAttempt[] = [];
  /** The attempt that runs, or answers. */
  attempt: Attempt | undefined;
  fitted: Fitted;
  formatNote: string | undefined;
  /** Its attempt answers. */
  isOpen = false;
  readonly startedAtMs = Date.now();
  readonly #input: TurnInput;
  #isOver = false;

  constructor(candidate: Candidate, input: TurnInput) {
    this.candidate = candidate;
    this.fitted = { chat: input.request.chat, dropped: [], compression: undefined };
    this.#input = input;
  }

  /**
   * Tries the candidate; with `chat` that, else the client's own request. `open` when it answers, `failed` when
   * `failures` says why not, `over` when nobody waits for it any more.
   */
  async open(chat?: ChatRequest): Promise<"open" | "failed" | "over"> {
    const { request, recalled } = this.#input;
    const { endpoint, target } = this.candidate;
    if (target && (await request.enter?.(target)) === false) return "failed";
    const key = await request.keyOf(endpoint);
    const whole = chat ?? (needsReplay(endpoint) ? await recalled() : request.chat);
    if (this.#isDone) return "over";
    this.fitted = fitRequest(whole, endpoint, request.route, request.defaults);
    for (let isAgain = false; ; isAgain = true) {
      const failure = await this.#attempt(key);
      if (this.#isDone) return "over";
      if (!failure) {
        this.isOpen = true;
        return "open";
      }
      const mayRetry = failure.isReset === true && this.#input.isLast && !isAgain && !this.#isShortOfTime();
      if (!mayRetry) return "failed";
      await pause(RESET_PAUSE_MS * (0.5 + Math.random()));
      if (this.#isDone) return "over";
    }
  }

  /** Stops the upstream; what it may still say does not count. */
  stop(): void {
    this.#isOver = true;
    this.attempt?.cancel();
  }

  get #isDone(): boolean {
    return this.#isOver || this.#input.isOver();
  }

  /** One attempt; gives why it failed. */
  async #attempt(key: string | null | undefined): Promise<UpstreamFailure | undefined> {
    const { request } = this.#input;
    const isStream = request.chat.stream === true;
    const attempt = this.#create(isStream, key);
    this.attempt = attempt;
    const failure = key === null ? attempt.refuse(KEY_UNREADABLE) : await attempt.open(this.fitted.chat, !isStream);
    if (failure) {
      if (this.#isDone) return failure;
      this.attempt = undefined;
      this.failures.push({ attempt, failure });
      return failure;
    }
    this.formatNote = isStream ? attempt.formatBy : await this.#settleFormat(attempt, key);
    return undefined;
  }

  #create(isStream: boolean, key: string | null | undefined): Attempt {
    const { request, limits } = this.#input;
    const openWithinMs = this.#remainingMs && Math.max(1, this.#remainingMs);
    const own = { timeouts: limits.timeouts, openWithinMs };
    const { betas, hops, onHeaders } = request;
    return new Attempt(this.candidate.endpoint, {
      isStream,
      key: key ?? undefined,
      betas,
      hops,
      onHeaders,
      limits: own,
    });
  }

  /** What is left of its share of the time; undefined when that is not bounded. */
  get #remainingMs(): number | undefined {
    const { openWithinMs } = this.#input.limits;
    return openWithinMs === undefined ? undefined : this.startedAtMs + openWithinMs - Date.now();
  }

  #isShortOfTime(): boolean {
    return (this.#remainingMs ?? Infinity) < 4 * RESET_PAUSE_MS;
  }

  /**
   * Sees to the form of an answer that the provider does not enforce: takes it out of a code fence, or asks once more
   * with what was wrong. Says how the form came about, and whether it is still not right.
   */
  async #settleFormat(attempt: Attempt, key: string | null | undefined): Promise<string | undefined> {
    const { formatBy } = attempt;
    const format = this.fitted.chat.response_format;
    const text = formatBy && wholeText(attempt.unread);
    if (!format || text === undefined) return formatBy;
    const checked = await checkAnswer(text, format);
    if ("json" in checked) {
      if (checked.json !== text) attempt.unread = withText(attempt.unread, checked.json);
      return formatBy;
    }
    const repair = this.#create(false, key);
    repair.follows = attempt;
    this.attempt = repair;
    const failure = await repair.open(toRepair(this.fitted.chat, text, checked.problem), true);
    const repaired = failure ? undefined : await checkAnswer(wholeText(repair.unread) ?? "", format);
    if (failure) {
      this.failures.push({ attempt: repair, failure });
      this.attempt = attempt;
      return `${formatBy}; invalid`;
    }
    if (!repaired || "problem" in repaired) {
      // Of two answers that are both wrong, one with words in it is worth more.
      if (wholeText(repair.unread) === "")
        [repair.follows, attempt.follows, this.attempt] = [undefined, repair, attempt];
      return `${formatBy}; invalid`;
    }
    repair.unread = withText(repair.unread, repaired.json);
    return `${formatBy}; repaired`;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
