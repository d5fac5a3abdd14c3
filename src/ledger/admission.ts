import { fromStore } from "../errors.ts";
import type { HoldRecord } from "../schema/generation.ts";
import { type AccountLimits, type Amounts, covers, KINDS, NOTHING, type Refusal, subtract } from "./amounts.ts";
import { giveBack } from "./holds.ts";
import { type Lease, type LeaseAnswer, type LeaseReturn, MINUTE_MS } from "./leases.ts";
import type { Ledger } from "./ledger.ts";

type LedgerNamespace = DurableObjectNamespace<Ledger>;
type WaitUntil = (work: Promise<unknown>) => void;

/**
 * How long a request waits for what others hold under the same limit, before it is refused. Money comes back: others
 * hold their worst case, and cost less. As long as something comes back it waits, for three times that at most.
 */
const MAX_WAIT_MS = { nanoUsd: 10_000, requests: 0, tokens: 0, slots: 1_000 };
const MAX_WAITS = 3;
/** Between two questions while it waits. */
const POLL_MS = 100;
/** Between two who wait: a thousand of them must not keep the isolate busy with their questions. */
const TURN_MS = 2;
/** A refusal is believed for so long, so that a flood of requests does not become a flood of questions. */
const REFUSED_MS = 1_000;
/** A question whose request was torn down never comes back. */
const LOST_MS = 5_000;
/** A far lease is renewed before it ends, or is used up, so that no request has to wait for the next one. */
const RENEW_BEFORE_MS = 10_000;
const RENEW_BELOW = 1 / 4;
/** How long one request's end looks after an idle lease, for those that come after it too. */
const MAX_WATCH_MS = 20_000;

/** Whom an admission is for. */
export interface Applicant {
  namespace: LedgerNamespace;
  team: string;
  /** The key's, and the team's above it. */
  accounts: AccountLimits[];
  waitUntil: WaitUntil;
}

/** A request that may be dispatched. What it holds is released by the record that it settles with, or by `release`. */
export interface Admission {
  hold: HoldRecord;
  /** It has been settled: its record carries the hold. */
  settled(): void;
  /** It ends without a record. */
  release(): void;
}

const gates = new Map<string, Gate>();
const MAX_GATES = 2_000;

/** Admits a request under the limits of its key and team; a refusal says which one stands in the way. */
export function admit(applicant: Applicant, need: Amounts): Promise<Admission | Refusal> {
  const { team, accounts } = applicant;
  const name = `${team} ${accounts[0]?.account}`;
  let gate = gates.get(name);
  if (!gate) {
    if (gates.size >= MAX_GATES) gates.clear();
    gate = new Gate();
    gates.set(name, gate);
  }
  return gate.admit(applicant, limitedOf(need, accounts));
}

export function isRefusal(answer: Admission | Refusal): answer is Refusal {
  return "isHeld" in answer;
}

/** What is limited by nobody is not counted. */
function limitedOf(need: Amounts, accounts: AccountLimits[]): Amounts {
  const limited: Amounts = { ...NOTHING };
  for (const kind of KINDS) if (accounts.some((account) => account[kind] !== null)) limited[kind] = need[kind];
  return limited;
}

/** Where the requests of one key pass in this isolate: they are admitted from a lease, as long as there is one. */
export class Gate {
  #lease: Lease | undefined;
  #left: Amounts = { ...NOTHING };
  #inFlight = 0;
  #endedAtMs = 0;
  #watchedUntilMs = 0;
  #waiting = 0;
  #movedAtMs = 0;
  #lastTurnMs = 0;
  #asking: Promise<void> | undefined;
  #askedAtMs = 0;
  #refused: { refusal: Refusal; need: Amounts; untilMs: number } | undefined;

  async admit(applicant: Applicant, need: Amounts): Promise<Admission | Refusal> {
    const startedAtMs = Date.now();
    for (;;) {
      const admission = this.#take(applicant, need);
      if (admission) return admission;
      const refusal = this.#refusalOf(need) ?? (await this.#wait(applicant, need));
      if (!refusal) continue;
      if (!refusal.isHeld || !this.#isWorthWaiting(refusal, startedAtMs)) return refusal;
      await this.#turn();
    }
  }

  #isWorthWaiting({ kind }: Refusal, startedAtMs: number): boolean {
    const nowMs = Date.now();
    const quietMs = nowMs - Math.max(startedAtMs, this.#movedAtMs);
    return quietMs < MAX_WAIT_MS[kind] && nowMs - startedAtMs < MAX_WAIT_MS[kind] * MAX_WAITS;
  }

  /** Waits until it is one's turn to ask again. */
  #turn(): Promise<void> {
    const nowMs = Date.now();
    this.#lastTurnMs = Math.max(nowMs + POLL_MS * (0.5 + Math.random()), this.#lastTurnMs + TURN_MS);
    return sleep(this.#lastTurnMs - nowMs);
  }

  /** Admits from the lease at hand; undefined when it has not enough, or has run out. */
  #take(applicant: Applicant, need: Amounts): Admission | undefined {
    const lease = this.#lease;
    const nowMs = Date.now();
    if (!lease || nowMs >= lease.usableUntilMs || !covers(this.#left, need)) return undefined;
    this.#left = subtract(this.#left, need);
    this.#inFlight++;
    if (lease.isFar && this.#isLow(lease, nowMs)) this.#ask(applicant, need);
    const { id: leaseId, account, minute } = lease;
    const hold = { leaseId, account, nanoUsd: need.nanoUsd, tokens: need.tokens, slots: need.slots, minute };
    let isOver = false;
    const end = (isBooked: boolean) => {
      if (isOver) return;
      isOver = true;
      this.#end(applicant, isBooked ? undefined : hold);
    };
    return { hold, settled: () => end(true), release: () => end(false) };
  }

  #isLow({ amounts, minute, usableUntilMs }: Lease, nowMs: number): boolean {
    if (this.#isAsking(nowMs)) return false;
    // One that ends with its minute would be followed by another that does.
    const endsWithMinute = usableUntilMs === (minute + 1) * MINUTE_MS;
    if (!endsWithMinute && usableUntilMs - nowMs < RENEW_BEFORE_MS) return true;
    return KINDS.some((kind) => this.#left[kind] < amounts[kind] * RENEW_BELOW);
  }

  /** A refusal that is still to be believed, of a request that needed no more than this one. */
  #refusalOf(need: Amounts): Refusal | undefined {
    const refused = this.#refused;
    return refused && Date.now() < refused.untilMs && covers(need, refused.need) ? refused.refusal : undefined;
  }

  /** Waits for the next lease; gives the refusal when there is none. */
  async #wait(applicant: Applicant, need: Amounts): Promise<Refusal | undefined> {
    this.#waiting++;
    const asking = this.#isAsking(Date.now()) ? this.#asking : this.#ask(applicant, need);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const lost = new Promise((resolve) => {
      timer = setTimeout(resolve, LOST_MS);
    });
    await Promise.race([asking, lost]).finally(() => clearTimeout(timer));
    return this.#refusalOf(need);
  }

  #isAsking(nowMs: number): boolean {
    return this.#asking !== undefined && nowMs - this.#askedAtMs < LOST_MS;
  }

  /** One question at a time, for all who wait; it is answered also when the request that asked it is gone. */
  #ask(applicant: Applicant, need: Amounts): Promise<void> {
    this.#askedAtMs = Date.now();
    const asking = this.#question(applicant, need).finally(() => {
      if (this.#asking !== asking) return;
      this.#asking = undefined;
      // Whoever waited goes on now; those whose clients have left never do, and must not be counted for ever.
      this.#waiting = 0;
    });
    this.#asking = asking;
    applicant.waitUntil(asking.catch(() => {}));
    return asking;
  }

  async #question(applicant: Applicant, need: Amounts): Promise<void> {
    const { namespace, team, accounts } = applicant;
    const ledger = namespace.getByName(`team:${team}`);
    const request = { accounts, need, waiting: this.#waiting };
    // What is left of a lease goes back with the question, when it cannot be used or is too little for who waits.
    const spare = this.#lease && (this.#waiting > 0 || !this.#isUsable(this.#lease)) ? this.#giveUpLease() : [];
    const answer: LeaseAnswer = await fromStore("ledger", async () => ledger.lease(request, spare));
    const hasMoved = "lease" in answer || answer.refusal.left !== this.#refused?.refusal.left;
    if (hasMoved) this.#movedAtMs = Date.now();
    if ("refusal" in answer) {
      const untilMs = Date.now() + (answer.refusal.isHeld ? POLL_MS / 2 : REFUSED_MS);
      this.#refused = { refusal: answer.refusal, need, untilMs };
      return;
    }
    const old = this.#giveUpLease();
    this.#lease = answer.lease;
    this.#left = { ...answer.lease.amounts };
    this.#refused = undefined;
    if (old.length > 0) applicant.waitUntil(giveBack(applicant, old));
  }

  #isUsable(lease: Lease): boolean {
    return lease.isFar && Date.now() < lease.usableUntilMs;
  }

  /** What is left of the lease, to be given back. */
  #giveUpLease(): LeaseReturn[] {
    const lease = this.#lease;
    const unused = this.#left;
    this.#lease = undefined;
    this.#left = { ...NOTHING };
    if (!lease || KINDS.every((kind) => unused[kind] === 0)) return [];
    return [{ id: lease.id, account: lease.account, minute: lease.minute, unused }];
  }

  /** A request has ended. Near a limit nothing lies idle, far from it not for long. */
  #end(applicant: Applicant, hold: HoldRecord | undefined): void {
    this.#inFlight--;
    this.#endedAtMs = Date.now();
    const returns = this.#inFlight === 0 && this.#lease && !this.#lease.isFar ? this.#giveUpLease() : [];
    if (this.#inFlight === 0 && this.#lease) this.#watch(applicant, this.#lease);
    if (hold || returns.length > 0) applicant.waitUntil(giveBack(applicant, returns, hold));
  }

  /** Gives an idle lease back. One request at a time does it for all. */
  #watch(applicant: Applicant, { idleMs }: Lease): void {
    const nowMs = Date.now();
    if (nowMs < this.#watchedUntilMs || idleMs > MAX_WATCH_MS) return;
    this.#watchedUntilMs = nowMs + MAX_WATCH_MS + idleMs;
    applicant.waitUntil(
      this.#watchIdle(idleMs, nowMs + MAX_WATCH_MS).then((returns) => {
        this.#watchedUntilMs = 0;
        return giveBack(applicant, returns);
      }),
    );
  }

  /** Waits until no request has passed for some time, or others are under way that will look after the lease. */
  async #watchIdle(idleMs: number, untilMs: number): Promise<LeaseReturn[]> {
    do await sleep(Math.max(1, this.#endedAtMs + idleMs - Date.now()));
    while (this.#inFlight === 0 && Date.now() < Math.min(untilMs, this.#endedAtMs + idleMs));
    return this.#inFlight === 0 ? this.#giveUpLease() : [];
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
