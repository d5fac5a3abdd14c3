import type { AttemptFacts, EndpointHealth, Health } from "./health.ts";
import { type HealthListing, History, type HistoryRows, UNKNOWN_LISTING } from "./history.ts";

/**
 * Endpoints that a book remembers; the one that was longest without news goes first, with what is pending of it. 20 KB
 * each, as much again while something is pending: 10 MB at most.
 */
const MAX_ENDPOINTS = 256;

/** Other isolates that a book knows the last delta of. */
const MAX_SOURCES = 1_000;

/** The slot of an answer that is kept: the shortest of the slots in which anything is counted. */
const KEPT_MS = 1_000;

/** What one isolate noted between two calls of `takeDelta`; JSON. */
export interface HealthDelta {
  /** The isolate, by a random name. */
  source: string;
  /** Counts the deltas of a source from 1. */
  sequence: number;
  /** By endpoint id; empty when nothing was noted. */
  endpoints: Record<string, HistoryRows>;
}

interface Entry {
  /** What is known, from here and from elsewhere. */
  all: History;
  /** What was noted here since the last delta. */
  pending: History | undefined;
  newsMs: number;
  /** The last answer, until there is news or the second ends. */
  kept: { second: number; health: EndpointHealth } | undefined;
}

/**
 * Recent history of all endpoints of this isolate. Times are milliseconds since the epoch and come from the caller.
 * A window is forgotten slot by slot, so it is up to one slot shorter than its name: a second for outages, a minute for
 * the windows of 5 and 30 minutes, ten minutes for the longer ones.
 */
export class HealthBook {
  readonly #entries = new Map<string, Entry>();
  /** The last delta that was merged, by source. */
  readonly #merged = new Map<string, number>();
  #source: string | undefined;
  #sequence = 0;

  note(endpointId: string, facts: AttemptFacts, nowMs: number): void {
    if (facts.verdict === "neutral") return;
    const entry = this.#entryOf(endpointId, nowMs);
    entry.pending ??= new History();
    entry.all.note(facts, nowMs);
    entry.pending.note(facts, nowMs);
  }

  /** A view of the book at a time, not a copy: it answers with what has been noted when it is asked. */
  at(nowMs: number): Health {
    return { of: (endpointId) => this.#healthOf(endpointId, nowMs) };
  }

  /** For the listing of endpoints; uptimes are shares 0..1. */
  listing(endpointId: string, nowMs: number): HealthListing {
    return this.#entries.get(endpointId)?.all.listingAt(nowMs) ?? UNKNOWN_LISTING;
  }

  /** What was noted here since the last call, and is not forgotten yet; nothing of what was merged. */
  takeDelta(nowMs: number): HealthDelta {
    const endpoints: Record<string, HistoryRows> = {};
    for (const [id, entry] of this.#entries) {
      if (entry.pending) endpoints[id] = entry.pending.rows(nowMs);
      entry.pending = undefined;
    }
    // Not made with the book: a Worker has no randomness outside of a request.
    this.#source ??= crypto.randomUUID();
    return { source: this.#source, sequence: ++this.#sequence, endpoints };
  }

  /**
   * Adds what another isolate noted. A delta of this book is passed over, and so is one that is not newer than the last
   * of its source: a delta may be handed out twice, but in order.
   */
  merge({ source, sequence, endpoints }: HealthDelta, nowMs: number): void {
    if (source === this.#source || sequence <= (this.#merged.get(source) ?? 0)) return;
    this.#merged.delete(source);
    this.#merged.set(source, sequence);
    for (const [id, rows] of Object.entries(endpoints)) this.#entryOf(id, nowMs).all.addRows(rows, nowMs);
    const [oldest] = this.#merged.keys();
    if (this.#merged.size > MAX_SOURCES && oldest !== undefined) this.#merged.delete(oldest);
  }

  #healthOf(endpointId: string, nowMs: number): EndpointHealth | undefined {
    const entry = this.#entries.get(endpointId);
    if (entry === undefined) return undefined;
    const second = Math.floor(nowMs / KEPT_MS);
    if (entry.kept?.second !== second) entry.kept = { second, health: entry.all.healthAt(nowMs) };
    return entry.kept.health;
  }

  /** The entry of an endpoint that there is news of. */
  #entryOf(endpointId: string, nowMs: number): Entry {
    const known = this.#entries.get(endpointId);
    if (known) {
      known.newsMs = nowMs;
      known.kept = undefined;
      return known;
    }
    if (this.#entries.size >= MAX_ENDPOINTS) this.#forgetOne();
    const entry: Entry = { all: new History(), pending: undefined, newsMs: nowMs, kept: undefined };
    this.#entries.set(endpointId, entry);
    return entry;
  }

  #forgetOne(): void {
    let oldest: { id: string; newsMs: number } | undefined;
    for (const [id, { newsMs }] of this.#entries)
      if (oldest === undefined || newsMs < oldest.newsMs) oldest = { id, newsMs };
    if (oldest) this.#entries.delete(oldest.id);
  }
}
