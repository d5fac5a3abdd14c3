import { DurableObject } from "cloudflare:workers";
import { type Departure, type Entry, type Need, type TargetLimits, TrafficBook } from "./traffic-book.ts";

/** What a gate answers. */
export interface GateAnswer extends Entry {
  /** When it was, by the gate's clock. */
  atMs: number;
}

/**
 * Counts what the members of one router, or one alias, are sent: `router:<name>`, `alias:<name>`. One request at a time
 * is looked at, so its limits hold however many isolates ask. What the limits are each request brings along.
 */
export class TrafficGate extends DurableObject<Cloudflare.Env> {
  readonly #book: TrafficBook;

  constructor(state: DurableObjectState, env: Cloudflare.Env) {
    super(state, env);
    this.#book = new TrafficBook(state.storage.sql);
  }

  /** Lets a request through to the first of the targets that is open, and counts it there. */
  enter(request: string, targets: TargetLimits[], need: Need): GateAnswer {
    const atMs = Date.now();
    return { atMs, ...this.#book.enter(request, targets, need, atMs) };
  }

  /** How targets stand. Counts nothing. */
  look(targets: TargetLimits[], need: Need): GateAnswer {
    const atMs = Date.now();
    return { entered: null, atMs, states: this.#book.states(targets, need, atMs) };
  }

  /** A request has ended, and has used so many tokens at each of the targets. */
  settle(request: string, used: Record<string, number>): void {
    this.#book.settle(request, used, Date.now());
  }

  /** A request that was let through was never sent. */
  leave(request: string, target: string, departure: Departure): void {
    this.#book.leave(request, target, departure);
  }

  /** A request is still under way: what it holds stays held. */
  keep(request: string): void {
    this.#book.keep(request, Date.now());
  }

  /** Passes a target over for so long. */
  cool(target: string, forMs: number): void {
    this.#book.cool(target, Date.now() + forMs);
  }
}
