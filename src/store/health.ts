import { HealthBook, type HealthDelta } from "../health/book.ts";
import { Cooldowns } from "../health/cooldown.ts";
import { LearnedLimits } from "../health/limits.ts";
import { HEALTH_KEY, type HealthHub, healthDeltaSchema, publicationSchema } from "./health-hub.ts";

/** What this isolate has seen of its endpoints, and heard from others. In memory: it is read on the way of every request. */
export const isolateHealth = new HealthBook();

/**
 * Which endpoints this isolate passes over. Nobody else is told: news takes up to three minutes, and no cooldown lasts
 * longer than one.
 */
export const isolateCooldowns = new Cooldowns();

/** What this isolate has read of its providers' limits; for the same reason nobody is told. */
export const isolateLimits = new LearnedLimits();

/** What the sharing of health needs of the bindings. */
export interface HealthBindings {
  KV: Pick<KVNamespace, "get">;
  HEALTH: { getByName: (name: string) => Pick<DurableObjectStub<HealthHub>, "add"> };
}

type WaitUntil = (work: Promise<unknown>) => void;

/** How often an isolate tells the hub, and how often it reads what the hub publishes. */
const TELL_MS = 20_000;
const READ_MS = 60_000;
const KV_CACHE_TTL_SECONDS = 30;
/** A delta that the hub has not taken by then is given up. */
const GIVE_UP_MS = 600_000;
/** Work that has not ended by then was torn down with its request. */
const LOST_MS = 30_000;
/** Between two lines of log about the same trouble. */
const LOG_MS = 60_000;

/**
 * Shares one isolate's health with all others: what it noted goes to the hub, what the hub publishes comes into its
 * book. All of it happens beside requests; what fails is tried again, and meanwhile the book stays as it is.
 */
export class HealthShare {
  readonly #book: HealthBook;
  #nextMs = 0;
  #tellAtMs = 0;
  #readAtMs = 0;
  #busySinceMs: number | undefined;
  /** On its way to the hub, and since when. */
  #unsent: { json: string; sinceMs: number } | undefined;
  /** The last delta that was read, by its place. */
  #lastPlace = 0;
  #loggedAtMs = 0;

  constructor(book: HealthBook) {
    this.#book = book;
  }

  /** Called with every request: mostly one comparison. A fresh isolate reads at once. */
  tick(bindings: HealthBindings, nowMs: number, waitUntil: WaitUntil): void {
    if (nowMs < this.#nextMs) return;
    if (this.#busySinceMs !== undefined && nowMs - this.#busySinceMs < LOST_MS) return;
    const works: Promise<void>[] = [];
    if (nowMs >= this.#tellAtMs) {
      this.#tellAtMs = nowMs + TELL_MS;
      works.push(this.#tell(bindings, nowMs));
    }
    if (nowMs >= this.#readAtMs) {
      this.#readAtMs = nowMs + READ_MS;
      works.push(this.#read(bindings, nowMs));
    }
    this.#nextMs = Math.min(this.#tellAtMs, this.#readAtMs);
    this.#busySinceMs = nowMs;
    waitUntil(
      Promise.all(works).finally(() => {
        if (this.#busySinceMs === nowMs) this.#busySinceMs = undefined;
      }),
    );
  }

  /** Sends what was noted since the last time; what the hub did not take then goes first, as it was. */
  async #tell({ HEALTH }: HealthBindings, nowMs: number): Promise<void> {
    if (this.#unsent && nowMs - this.#unsent.sinceMs > GIVE_UP_MS) this.#unsent = undefined;
    const delta = this.#unsent ?? this.#takeDelta(nowMs);
    if (delta === undefined) return;
    this.#unsent = delta;
    try {
      const isTaken = await HEALTH.getByName("health").add(delta.json);
      if (!isTaken) this.#log("health: the hub refused a delta, which is given up", delta.json.length, nowMs);
      if (this.#unsent === delta) this.#unsent = undefined;
    } catch (error) {
      this.#log("health: the hub does not answer, other isolates hear of it later", error, nowMs);
    }
  }

  #takeDelta(nowMs: number): { json: string; sinceMs: number } | undefined {
    const { endpoints, ...name } = this.#book.takeDelta(nowMs);
    const entries = Object.entries(endpoints);
    if (entries.length === 0) return undefined;
    // The seconds tell of outages of the last half minute, which is over when others hear of it.
    const sent: HealthDelta = {
      ...name,
      endpoints: Object.fromEntries(entries.map(([id, rows]) => [id, { ...rows, seconds: [] }])),
    };
    return { json: JSON.stringify(sent), sinceMs: nowMs };
  }

  async #read({ KV }: HealthBindings, nowMs: number): Promise<void> {
    try {
      const json = await KV.get(HEALTH_KEY, { type: "json", cacheTtl: KV_CACHE_TTL_SECONDS });
      if (json === null) return;
      for (const [place, delta] of publicationSchema.parse(json).deltas) {
        if (place <= this.#lastPlace) continue;
        this.#lastPlace = place;
        this.#book.merge(healthDeltaSchema.parse(JSON.parse(delta)), nowMs);
      }
    } catch (error) {
      this.#log("health: what the hub published cannot be read, what is known stays", error, nowMs);
    }
  }

  #log(message: string, detail: unknown, nowMs: number): void {
    if (nowMs - this.#loggedAtMs < LOG_MS) return;
    this.#loggedAtMs = nowMs;
    console.error(message, String(detail));
  }
}

const isolateShare = new HealthShare(isolateHealth);

/** Keeps this isolate's health and that of all others together. Costs nothing most of the time, and waits for nothing. */
export function shareHealth(bindings: HealthBindings, nowMs: number, waitUntil: WaitUntil): void {
  isolateShare.tick(bindings, nowMs, waitUntil);
}
