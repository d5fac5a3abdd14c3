import type { UpstreamFailure } from "../errors.ts";
import { RouterError } from "../errors.ts";
import type { WholeCall, WholeResult } from "../protocols/whole/whole-call.ts";
import { explainEmpty } from "../routing/explain-empty.ts";
import type { Candidate, Plan } from "../routing/plan.ts";
import type { RouteRequest } from "../routing/request.ts";
import { Admissions } from "./admissions.ts";
import type { AttemptLimits } from "./deadline.ts";
import type { Dispatch } from "./dispatch.ts";
import { factsOfFailure } from "./facts.ts";
import { coldAnswer, giveUp } from "./give-up.ts";
import { leftBehind } from "./left-behind.ts";
import type { GenerationIdentity } from "./record.ts";
import { shareOf } from "./share.ts";
import { WholeAttempt } from "./whole-attempt.ts";
import { makeWholeBill, type WholeBill } from "./whole-bill.ts";
import { type EndedWhole, toWholeRecord } from "./whole-record.ts";

/** As many candidates as a chat's walk calls. */
const MAX_TURNS = 12;
/** A connection that was reset is tried once more, after a pause of about this long. */
const RESET_PAUSE_MS = 50;

const KEY_UNREADABLE: UpstreamFailure = {
  kind: "unauthorized",
  message: "The provider's key cannot be read here: its master key is missing.",
};

type Watched = Pick<
  Dispatch,
  "keyOf" | "admit" | "enter" | "onTargetFailure" | "onHeaders" | "onBegin" | "observe" | "settle" | "signal"
>;

/** One planned call that is no conversation, and what it may use of the outside world. */
export interface WholeRequest<Value> extends Watched {
  call: WholeCall<Value>;
  apiType: "embeddings" | "rerank";
  route: RouteRequest;
  plan: Plan;
  identity: GenerationIdentity;
  hops: number;
  /** How long the client waits, in milliseconds; absent: as long as it takes. */
  deadlineMs?: number | undefined;
  /** Of the request itself. */
  timeouts?: AttemptLimits["timeouts"];
  /** False: one call of one candidate, and no more. */
  allowsFallbacks: boolean;
}

export interface WholeAnswer<Value> {
  value: Value;
  bill: WholeBill;
  providerName: string;
  /** The model's name in the answer. */
  shownAs: string;
  /** Fields of the request that were left out. */
  dropped: string[];
}

export interface FailedWhole {
  attempt: WholeAttempt<unknown>;
  failure: UpstreamFailure;
}

/**
 * Walks the plan: one candidate after the other until one gives a sound answer. Throws the last one's error when all
 * have failed; whatever happens, it is settled once if anybody was called.
 */
export async function callWhole<Value>(request: WholeRequest<Value>): Promise<WholeAnswer<Value>> {
  const { plan, route, signal } = request;
  if (plan.candidates.length === 0) {
    const nowMs = Date.now();
    request.settle({ ...toWholeRecord(request, { failures: [], outcome: "failed" }), modelId: plan.models[0] ?? "" });
    throw coldAnswer(plan, nowMs) ?? explainEmpty(plan, route, nowMs);
  }
  const walk = new WholeWalk(request);
  const leave = () => walk.leave();
  signal.addEventListener("abort", leave);
  if (signal.aborted) walk.leave();
  try {
    return await walk.answer();
  } finally {
    signal.removeEventListener("abort", leave);
    walk.end();
  }
}

class WholeWalk<Value> {
  readonly #request: WholeRequest<Value>;
  readonly #startedAtMs = Date.now();
  readonly #deadlineMs: number;
  readonly #admissions: Admissions;
  readonly #failures: FailedWhole[] = [];
  #left: Candidate[];
  #running: WholeAttempt<Value> | undefined;
  #isLeft = false;
  #isSettled = false;

  constructor(request: WholeRequest<Value>) {
    this.#request = request;
    this.#left = request.plan.candidates;
    this.#admissions = new Admissions(request.admit);
    this.#deadlineMs =
      request.deadlineMs ?? Math.max(...this.#left.map(({ endpoint }) => endpoint.provider.timeouts.totalMs));
  }

  async answer(): Promise<WholeAnswer<Value>> {
    for (let turns = 0; turns < MAX_TURNS && !this.#isLeft; turns++) {
      const share = shareOf(this.#remainingMs, Math.min(this.#left.length, MAX_TURNS - turns) - 1);
      const candidate = share > 0 ? this.#admitNext() : undefined;
      if (!candidate) break;
      const isIn = !candidate.target || (await this.#request.enter?.(candidate.target)) !== false;
      const result = isIn ? await this.#turn(candidate, share) : undefined;
      this.#admissions.release(candidate);
      if (this.#isLeft) break;
      if (result) return this.#finish(candidate, result);
      const last = isIn ? this.#failures.at(-1) : undefined;
      if (last) this.#left = leftBehind(this.#left, candidate, last, this.#request.onTargetFailure);
    }
    throw this.#error();
  }

  /** The client has left: the upstream is stopped at once. */
  leave(): void {
    this.#isLeft = true;
    this.#running?.cancel();
  }

  /** However it ended: what was called is on record. */
  end(): void {
    this.#admissions.releaseAll();
    if (this.#failures.length > 0) this.#settle({ failures: this.#failures, outcome: "failed" });
  }

  #settle(ended: EndedWhole): void {
    if (!this.#isSettled) this.#request.settle(toWholeRecord(this.#request, ended));
    this.#isSettled = true;
  }

  get #remainingMs(): number {
    return this.#startedAtMs + this.#deadlineMs - Date.now();
  }

  #admitNext(): Candidate | undefined {
    for (const next of this.#left) {
      this.#left = this.#left.filter((candidate) => candidate !== next);
      if (this.#admissions.admit(next)) return next;
    }
    return undefined;
  }

  /** One candidate's turn; undefined when it failed. */
  async #turn({ endpoint, target }: Candidate, openWithinMs: number): Promise<WholeResult<Value> | undefined> {
    const { request, startedAtMs } = { request: this.#request, startedAtMs: Date.now() };
    const key = await request.keyOf(endpoint);
    for (let isAgain = false; !this.#isLeft; isAgain = true) {
      const limits = {
        timeouts: request.timeouts,
        openWithinMs: Math.max(1, startedAtMs + openWithinMs - Date.now()),
      };
      const attempt = new WholeAttempt<Value>(endpoint, {
        ...{ key: key ?? undefined, hops: request.hops, limits, onHeaders: request.onHeaders },
      });
      this.#running = attempt;
      if (key === null) attempt.cancel();
      const result = key === null ? { failure: KEY_UNREADABLE } : await attempt.open(request.call);
      if (this.#isLeft || !("failure" in result)) return "failure" in result ? undefined : result;
      const { failure } = result;
      this.#failures.push({ attempt, failure });
      this.#running = undefined;
      request.observe?.(endpoint, factsOfFailure(failure));
      const mayRetry = failure.isReset && !isAgain && !target && this.#left.length === 0 && request.allowsFallbacks;
      if (!mayRetry) return undefined;
      await new Promise((resolve) => setTimeout(resolve, RESET_PAUSE_MS * (0.5 + Math.random())));
    }
    return undefined;
  }

  #finish({ endpoint, shownAs }: Candidate, result: WholeResult<Value>): WholeAnswer<Value> {
    const { call, onBegin, observe } = this.#request;
    const attempt = this.#running as WholeAttempt<Value>;
    onBegin?.(endpoint);
    observe?.(endpoint, { verdict: "success" });
    const { startedAtMs, dropped } = attempt;
    const bill = makeWholeBill(endpoint, result, { estimate: () => call.estimateTokens(), startedAtMs });
    const { upstreamId } = result;
    this.#settle({ attempt, bill, upstreamId, failures: this.#failures, outcome: "finished" });
    return { value: result.value, bill, providerName: endpoint.provider.name, shownAs, dropped };
  }

  /** Nobody has answered, or nobody waits any more. */
  #error(): RouterError {
    const failures = this.#failures;
    if (this.#isLeft) {
      const attempt = this.#running;
      if (attempt) this.#request.observe?.(attempt.endpoint, { verdict: "neutral" });
      if (attempt || failures.length > 0) this.#settle({ attempt, failures, outcome: "cancelled" });
      return new RouterError("invalid_request", "The client has left.", { status: 499 });
    }
    if (failures.length > 0) return giveUp(failures);
    const message = "No provider that may serve this request can be asked right now. Try again in a moment.";
    return new RouterError("provider_overloaded", message, { retryAfterMs: 1_000 });
  }
}
