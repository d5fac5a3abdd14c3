import type { GenerationRecord } from "../schema/generation.ts";
import { type ContentRow, openContents, readContent, writeContent } from "./contents.ts";
import { DAY_MS } from "./periods.ts";
import { Reconciler, type Reconciliation } from "./reconcile.ts";
import { bookActivity, openActivity, queryUsage, type UsageQuery, type UsageRow } from "./reports.ts";
import { deleteExpired, openSettings, type Retention, readRetention, setRetention } from "./retention.ts";

export interface ArchiveOptions {
  /** How long an installation keeps things; a team may choose otherwise. */
  retention: Partial<Retention>;
  /** Where in its hour the night begins: teams do not all begin at once. */
  spreadMs: number;
}

/** After midnight UTC, when the day that has ended is complete but for what still streams. */
const NIGHT_BEGINS_MS = 2 * 3_600_000;
/** Between two steps, for requests that wait. */
const STEP_PAUSE_MS = 20;

/** What a team's ledger keeps beside its balances: sums for reports, contents, and how long all of it stays. */
export class Archive {
  readonly #sql: SqlStorage;
  readonly #reconciler: Reconciler;
  readonly #options: ArchiveOptions;

  constructor(storage: DurableObjectStorage, options: ArchiveOptions) {
    this.#sql = storage.sql;
    this.#options = options;
    openActivity(storage);
    openContents(storage.sql);
    openSettings(storage.sql);
    this.#reconciler = new Reconciler(storage.sql);
  }

  /** Adds records to the sums. */
  book(records: GenerationRecord[]): void {
    bookActivity(this.#sql, records);
  }

  /** When the next night begins. */
  nextNightMs(nowMs: number): number {
    const begin = NIGHT_BEGINS_MS + this.#options.spreadMs;
    return (Math.floor((nowMs - begin) / DAY_MS) + 1) * DAY_MS + begin;
  }

  /**
   * The night's work, a step at a time: deletes what is too old, then compares the books with their records. Gives
   * when to go on; undefined when nothing is left to watch.
   */
  tidy(nowMs: number): number | undefined {
    const hasMore = deleteExpired(this.#sql, nowMs, this.retention()) || this.#reconciler.step(nowMs);
    if (hasMore) return nowMs + STEP_PAUSE_MS;
    return this.#isEmpty() ? undefined : this.nextNightMs(nowMs);
  }

  usage(query: UsageQuery): UsageRow[] {
    return queryUsage(this.#sql, query);
  }

  reconciliation(): Reconciliation {
    return this.#reconciler.result();
  }

  retention(): Retention {
    return readRetention(this.#sql, this.#options.retention);
  }

  /** What is absent is as the installation has it. */
  retain(retention: Partial<Retention>): void {
    setRetention(this.#sql, retention);
  }

  keepContent(content: ContentRow): void {
    writeContent(this.#sql, content);
  }

  content(id: string): string | null {
    return readContent(this.#sql, id);
  }

  #isEmpty(): boolean {
    const tables = ["generation", "content", "shard"].map((table) => `exists (select 1 from ${table})`);
    const query = `select ${tables.join(" or ")} as held`;
    return this.#sql.exec<{ held: number }>(query).one().held === 0;
  }
}
