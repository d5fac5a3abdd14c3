import { DurableObject } from "cloudflare:workers";
import type { GenerationRecord } from "../schema/generation.ts";

/** An answer that may be given again. */
export interface CachedResponse {
  /** The JSON, or the whole event stream. */
  body: string;
  /** Headers of the answer, but for its generation id. */
  headers: Record<string, string>;
  /** The generation that it was. */
  source: CachedSource;
  createdAtMs: number;
  expiresAtMs: number;
}

/** What a record of an answer from the cache repeats of the one that was generated. */
export type CachedSource = Pick<
  GenerationRecord,
  "id" | "modelId" | "providerName" | "isStreamed" | "finishReason" | "nativeFinishReason" | "serviceTier" | "replay"
>;

export type ResponseNamespace = DurableObjectNamespace<ResponseCache>;

/** Where the answer to one request is, or would be. */
export interface CachePlace {
  namespace: ResponseNamespace;
  /** SHA-256 of the key that pays, in hex. */
  keyHash: string;
  /** Tells the request from all others of this key. */
  entryKey: string;
}

/** A longer answer is not stored; a row holds 2 MB at most. */
export const MAX_ENTRY_BYTES = 1024 * 1024;
/** When an object holds more than this, its oldest entries go. */
const MAX_OBJECT_BYTES = 64 * 1024 * 1024;
/** Expired entries may wait so long for others to be swept with them. */
const SWEEP_DELAY_MS = 60_000;

/**
 * Answers of one API key, for requests that ask for them to be kept.
 *
 * | table | key | holds |
 * | --- | --- | --- |
 * | `entry` | what tells the request from others | the answer, until it expires; row ids are in the order of storing |
 *
 * An expired entry is never found; an alarm sweeps it away.
 */
export class ResponseCache extends DurableObject<Cloudflare.Env> {
  /** Sum of the stored answers; counted once, then carried on. */
  #bytes: number;

  constructor(state: DurableObjectState, env: Cloudflare.Env) {
    super(state, env);
    const { sql } = state.storage;
    sql.exec(`
      create table if not exists entry (
        id integer primary key, entry_key text not null unique, bytes integer not null,
        expires_at_ms integer not null, facts text not null, body text not null
      );
    `);
    this.#bytes = sql.exec<{ bytes: number }>("select coalesce(sum(bytes), 0) as bytes from entry").one().bytes;
  }

  find(entryKey: string, nowMs: number): CachedResponse | null {
    const rows = this.ctx.storage.sql.exec<{ facts: string; body: string }>(
      "select facts, body from entry where entry_key = ? and expires_at_ms > ?",
      entryKey,
      nowMs,
    );
    const row = rows.toArray()[0];
    return row ? { body: row.body, ...(JSON.parse(row.facts) as Omit<CachedResponse, "body">) } : null;
  }

  drop(entryKey: string): void {
    this.#delete("entry_key = ?", entryKey);
  }

  /** Stores an answer in place of an earlier one. One that is too long is not stored. */
  async store(entryKey: string, { body, ...facts }: CachedResponse): Promise<void> {
    const bytes = new TextEncoder().encode(body).byteLength;
    if (bytes > MAX_ENTRY_BYTES) return;
    this.drop(entryKey);
    const { expiresAtMs } = facts;
    this.ctx.storage.sql.exec(
      "insert into entry (entry_key, bytes, expires_at_ms, facts, body) values (?, ?, ?, ?, ?)",
      ...[entryKey, bytes, expiresAtMs, JSON.stringify(facts), body],
    );
    this.#bytes += bytes;
    if (this.#bytes > MAX_OBJECT_BYTES) this.#delete("expires_at_ms <= ?", facts.createdAtMs);
    while (this.#bytes > MAX_OBJECT_BYTES) this.#delete("id = (select min(id) from entry)");
    const alarmAtMs = await this.ctx.storage.getAlarm();
    const sweepAtMs = expiresAtMs + SWEEP_DELAY_MS;
    if (alarmAtMs === null || alarmAtMs > sweepAtMs) await this.ctx.storage.setAlarm(sweepAtMs);
  }

  override async alarm(): Promise<void> {
    this.#delete("expires_at_ms <= ?", Date.now());
    const { next } = this.ctx.storage.sql
      .exec<{ next: number | null }>("select min(expires_at_ms) as next from entry")
      .one();
    if (next !== null) await this.ctx.storage.setAlarm(next + SWEEP_DELAY_MS);
  }

  #delete(condition: string, ...values: SqlStorageValue[]): void {
    const rows = this.ctx.storage.sql.exec<{ bytes: number }>(
      `delete from entry where ${condition} returning bytes`,
      ...values,
    );
    for (const { bytes } of rows) this.#bytes -= bytes;
  }
}

/** How long a reader waits for an answer that this isolate is just storing. */
const MAX_WAIT_MS = 500;
const POLL_MS = 5;

/** Answers on their way from this isolate to their object, by place, and since when, in ms. */
const onTheWay = new Map<string, number>();

/** The answer that is kept at a place and has not expired; also one that this isolate has only begun to store. */
export async function findResponse(place: CachePlace): Promise<CachedResponse | undefined> {
  const sinceMs = onTheWay.get(nameOf(place));
  if (sinceMs !== undefined) await storedOrLate(nameOf(place), sinceMs);
  return (await objectOf(place).find(place.entryKey, Date.now())) ?? undefined;
}

/** Forgets what is kept at a place. */
export async function dropResponse(place: CachePlace): Promise<void> {
  await objectOf(place).drop(place.entryKey);
}

/** Keeps an answer, unless it is longer than `MAX_ENTRY_BYTES`. */
export async function storeResponse(place: CachePlace, response: CachedResponse): Promise<void> {
  const name = nameOf(place);
  onTheWay.set(name, Date.now());
  try {
    await objectOf(place).store(place.entryKey, response);
  } finally {
    onTheWay.delete(name);
  }
}

/** Polls, since one request cannot wait for the promise of another; that one may have been torn down. */
async function storedOrLate(name: string, sinceMs: number): Promise<void> {
  while (onTheWay.has(name) && Date.now() - sinceMs < MAX_WAIT_MS)
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
}

function nameOf({ keyHash, entryKey }: CachePlace): string {
  return `${keyHash} ${entryKey}`;
}

function objectOf({ namespace, keyHash }: CachePlace): DurableObjectStub<ResponseCache> {
  return namespace.getByName(`responses:${keyHash}`);
}
