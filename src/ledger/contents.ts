import type { Ledger } from "./ledger.ts";
import { ledgerAt, nextPlace } from "./places.ts";

/** What was said in a generation; kept only where the team has switched logging on. */
export interface GenerationContent {
  /** Id of the generation. */
  id: string;
  team: string;
  keyHash: string;
  createdAtMs: number;
  /** As the client sent it. */
  input: { messages: unknown[] } | { prompt: string };
  /** Null: there was none. */
  output: { completion: string | null; reasoning: string | null };
  /** What the client was told when it went wrong, without secrets. */
  error: ContentError | null;
}

export interface ContentError {
  message: string | null;
  status: number | null;
  provider_name: string | null;
  raw: string | null;
  previous_errors: { code: number; message: string; provider_name: string | null; raw: string | null }[];
}

/** What of it is kept, as JSON. */
export type KeptContent = Pick<GenerationContent, "input" | "output" | "error"> & {
  /** It was longer than what is kept. */
  is_shortened?: true;
};

export const MAX_CONTENT_BYTES = 256 * 1024;
/** Texts are cut to these many characters, one after the other, until the whole is small enough. */
const TEXT_LENGTHS = [64_000, 16_000, 4_000, 1_000, 200];
/** Media stand in messages as base64; nobody reads that again. */
const MAX_DATA_URL = 200;

type LedgerNamespace = DurableObjectNamespace<Ledger>;
type WaitUntil = (work: Promise<unknown>) => void;

/**
 * Keeps what was said in a generation, bounded to `MAX_CONTENT_BYTES`. Returns at once. A content that cannot be kept
 * is given up: it is not worth a request.
 */
export function logContent(namespace: LedgerNamespace, content: GenerationContent, waitUntil: WaitUntil): void {
  const { id, team, keyHash, createdAtMs } = content;
  const place = nextPlace(team);
  const part = place === 0 ? undefined : { team, shard: place };
  const row = { id, keyHash, createdAtMs, json: toBounded(content) };
  const work = ledgerAt(namespace, team, place).keepContent(row, part);
  waitUntil(work.catch((error) => console.error("ledger: a content was not kept", id, String(error))));
}

/** A content as JSON of at most `MAX_CONTENT_BYTES`: media out first, then the ends of long texts, then old messages. */
export function toBounded({ input, output, error }: Pick<GenerationContent, "input" | "output" | "error">): string {
  const content: KeptContent = { input, output, error };
  const json = JSON.stringify(content, withoutMedia);
  if (bytesOf(json) <= MAX_CONTENT_BYTES) return json;
  for (const length of TEXT_LENGTHS) {
    const shorter = JSON.stringify({ ...content, is_shortened: true }, (_, value) => shorten(value, length));
    if (bytesOf(shorter) <= MAX_CONTENT_BYTES) return shorter;
  }
  return JSON.stringify({ ...content, input: lastMessages(input), is_shortened: true }, (_, value) =>
    shorten(value, TEXT_LENGTHS.at(-1) ?? 0),
  );
}

/** As many of the last messages as surely fit; a single message that does not fit is left out. */
function lastMessages(input: GenerationContent["input"]): GenerationContent["input"] {
  if (!("messages" in input)) return input;
  const kept: unknown[] = [];
  let room = MAX_CONTENT_BYTES / 2;
  for (const message of input.messages.toReversed()) {
    room -= bytesOf(JSON.stringify(message, (_, value) => shorten(value, TEXT_LENGTHS.at(-1) ?? 0)));
    if (room < 0) break;
    kept.unshift(message);
  }
  return { messages: kept };
}

function withoutMedia(_: string, value: unknown): unknown {
  if (typeof value !== "string" || !value.startsWith("data:") || value.length <= MAX_DATA_URL) return value;
  return `${value.slice(0, value.indexOf(",", 0) + 1).slice(0, MAX_DATA_URL)}… (${value.length} characters)`;
}

function shorten(value: unknown, length: number): unknown {
  const text = withoutMedia("", value);
  if (typeof text !== "string" || text.length <= length) return text;
  return `${text.slice(0, length)}… (${text.length} characters)`;
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).byteLength;
}

/**
 * | table | key | holds |
 * | --- | --- | --- |
 * | `content` | id of the generation | what was said, as JSON |
 */
export function openContents(sql: SqlStorage): void {
  sql.exec(`create table if not exists content (
    id text primary key, key_hash text not null, created_at_ms integer not null, json text not null
  ) without rowid`);
}

/** A content on its way into the ledger. */
export interface ContentRow {
  id: string;
  keyHash: string;
  createdAtMs: number;
  json: string;
}

export function writeContent(sql: SqlStorage, { id, keyHash, createdAtMs, json }: ContentRow): void {
  sql.exec("insert or ignore into content values (?, ?, ?, ?)", id, keyHash, createdAtMs, json);
}

/** As JSON of `KeptContent`; null when there is none. */
export function readContent(sql: SqlStorage, id: string): string | null {
  return sql.exec<{ json: string }>("select json from content where id = ?", id).toArray()[0]?.json ?? null;
}
