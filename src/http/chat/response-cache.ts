import type { GenerationIdentity } from "../../dispatch/record.ts";
import type { GenerationRecord } from "../../schema/generation.ts";
import { emptyUsage } from "../../schema/usage.ts";
import {
  type CachedResponse,
  type CachePlace,
  dropResponse,
  findResponse,
  MAX_ENTRY_BYTES,
  type ResponseNamespace,
  storeResponse,
} from "../../store/response-cache.ts";
import type { AnswerStyle } from "../../stream/style.ts";

/** Whether a request wants its answer from the cache. `refresh`: not this time, but the new answer is kept. */
export interface CacheWish {
  mode: "off" | "on" | "refresh";
  ttlSeconds: number;
}

/** What a preset says about the cache. */
export interface CachePreset {
  cacheEnabled?: boolean | undefined;
  cacheTtlSeconds?: number | undefined;
}

const DEFAULT_TTL_SECONDS = 300;
const MAX_TTL_SECONDS = 86_400;
/** A cache that has not answered by then is no help. */
const LOOKUP_TIMEOUT_MS = 1_000;

/**
 * Reads the headers `X-OpenRouter-Cache`, `-Cache-TTL` and `-Cache-Clear`. The first that applies: a preset's "no" is
 * final; the header's "no"; the header's "yes"; a preset's "yes". The header's lifetime beats the preset's; either is
 * brought into 1 to 86,400 s. Never throws: what cannot be read counts as absent.
 */
export function readCacheWish(headers: Headers, preset: CachePreset | undefined): CacheWish {
  const asked = readFlag(headers, "x-openrouter-cache");
  const isOn = preset?.cacheEnabled !== false && (asked ?? preset?.cacheEnabled ?? false);
  const digits = /^\s*([+-]?\d+)/.exec(headers.get("x-openrouter-cache-ttl") ?? "")?.[1];
  const ttl = digits === undefined ? (preset?.cacheTtlSeconds ?? DEFAULT_TTL_SECONDS) : Number(digits);
  const isRefresh = readFlag(headers, "x-openrouter-cache-clear") === true;
  return {
    mode: isOn ? (isRefresh ? "refresh" : "on") : "off",
    ttlSeconds: Math.min(Math.max(Math.floor(ttl), 1), MAX_TTL_SECONDS),
  };
}

function readFlag(headers: Headers, name: string): boolean | undefined {
  const value = headers.get(name)?.trim().toLowerCase();
  return value === "true" ? true : value === "false" ? false : undefined;
}

/** What tells a request from the others of its key. */
export interface CacheQuestion {
  /** The kind of surface: an answer of one is no answer of another. */
  endpointType: "chat";
  /** In which the answer is written; absent: the contract's. */
  dialect?: string | undefined;
  /** For which it is asked, with a key that acts in all. */
  project?: string | undefined;
  /** As sent. */
  model: string | null | undefined;
  isStream: boolean;
  /** With another version of its preset, the same body is another request. */
  presetVersion?: number | undefined;
  /** The request's body as sent: the order of its properties matters. */
  body: ArrayBuffer | Uint8Array;
}

/** A found answer, or what keeps the one that will be generated. */
export type CacheVisit = { found: CachedResponse } | { found: undefined; keeper: AnswerKeeper };

/**
 * Looks a request up. A cache that fails, or does not answer within a second, costs no request its answer: it counts
 * as a miss, and is logged.
 */
export async function visitCache(
  namespace: ResponseNamespace,
  keyHash: string,
  question: CacheQuestion,
  wish: CacheWish,
  waitUntil: (work: Promise<unknown>) => void,
): Promise<CacheVisit> {
  const place = { namespace, keyHash, entryKey: await entryKeyOf(question) };
  const looking = wish.mode === "refresh" ? dropResponse(place).then(() => undefined) : findResponse(place);
  const found = await withinTime(looking).catch((error) => {
    console.error("response cache: cannot be read, this is a miss", String(error));
    return undefined;
  });
  return found ? { found } : { found, keeper: new AnswerKeeper(place, wish.ttlSeconds, waitUntil) };
}

async function entryKeyOf(question: CacheQuestion): Promise<string> {
  const { endpointType, dialect, project, isStream, presetVersion, model, body } = question;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", body)).toHex();
  const surface = dialect || project ? `${endpointType}/${dialect ?? ""}/${project ?? ""}` : endpointType;
  return [surface, isStream ? "stream" : "whole", presetVersion ?? 0, digest, model ?? ""].join(" ");
}

async function withinTime<T>(work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${LOOKUP_TIMEOUT_MS} ms`)), LOOKUP_TIMEOUT_MS);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Keeps one answer for the cache while it is written to the client. It is stored, after its end, once all three are
 * known: its text, the headers it was sent with, and that it ended well. Holds nothing back and delays nothing.
 */
export class AnswerKeeper {
  /** Says that this answer was generated, and for how long it is kept. */
  readonly headers: Record<string, string>;
  readonly #place: CachePlace;
  readonly #ttlSeconds: number;
  readonly #waitUntil: (work: Promise<unknown>) => void;
  /** Undefined when it has grown too long to be stored. */
  #text: string | undefined = "";
  #sentHeaders: Record<string, string> | undefined;
  #record: GenerationRecord | undefined;

  constructor(place: CachePlace, ttlSeconds: number, waitUntil: (work: Promise<unknown>) => void) {
    this.#place = place;
    this.#ttlSeconds = ttlSeconds;
    this.#waitUntil = waitUntil;
    this.headers = { "x-openrouter-cache-status": "MISS", "x-openrouter-cache-ttl": String(ttlSeconds) };
  }

  /** Takes text that goes to the client. */
  onText(text: string): void {
    if (this.#text === undefined) return;
    this.#text = this.#text.length + text.length > MAX_ENTRY_BYTES ? undefined : this.#text + text;
  }

  /** The answer is sent with these headers. */
  onHeaders(headers: Record<string, string>): void {
    const { "x-generation-id": _, ...kept } = headers;
    this.#sentHeaders = kept;
    this.#storeIfComplete();
  }

  /** The generation has ended, and no text follows. */
  onSettled(record: GenerationRecord): void {
    this.#record = record;
    this.#storeIfComplete();
  }

  /** One of several choices has ended that are calls of their own. */
  onChoiceSettled(record: GenerationRecord): void {
    if (!isGood(record)) this.#text = undefined;
  }

  #storeIfComplete(): void {
    const [record, headers, body] = [this.#record, this.#sentHeaders, this.#text];
    if (!record || !headers || !body) return;
    if (!isGood(record)) return;
    const { id, modelId, providerName, isStreamed, finishReason, nativeFinishReason, serviceTier, replay } = record;
    const said = { finishReason, nativeFinishReason, serviceTier, ...(replay && { replay }) };
    const source = { id, modelId, providerName, isStreamed, ...said };
    const createdAtMs = Date.now();
    const expiresAtMs = createdAtMs + this.#ttlSeconds * 1000;
    const storing = storeResponse(this.#place, { body, headers, source, createdAtMs, expiresAtMs });
    this.#waitUntil(
      storing.catch((error) => console.error("response cache: an answer cannot be stored", String(error))),
    );
  }
}

function isGood({ outcome, finishReason }: GenerationRecord): boolean {
  return outcome === "finished" && finishReason !== "error";
}

/** What a dispatch is told, so that its answer is kept: the stores' own functions, and the keeper beside them. */
export function keptBy<
  Stores extends {
    settle: (record: GenerationRecord) => void;
    settleChoice?: (record: GenerationRecord) => void;
  },
>(
  keeper: AnswerKeeper,
  stores: Stores,
): Stores & { onText: (text: string) => void; settleChoice: (record: GenerationRecord) => void } {
  return {
    ...stores,
    onText: (text) => keeper.onText(text),
    settleChoice(record) {
      (stores.settleChoice ?? stores.settle)(record);
      keeper.onChoiceSettled(record);
    },
    settle(record) {
      stores.settle(record);
      keeper.onSettled(record);
    },
  };
}

/** A found answer as the client gets it: a generation of its own, that cost nothing. */
export function repeatResponse(
  { body, headers, source, createdAtMs, expiresAtMs }: CachedResponse,
  identity: Pick<GenerationIdentity, "id" | "createdAtMs">,
  style?: Pick<AnswerStyle, "id" | "episodeId">,
): Response {
  const ageSeconds = Math.max(0, Math.floor((identity.createdAtMs - createdAtMs) / 1000));
  const renewal = { id: style?.id ?? identity.id, episodeId: style?.episodeId, createdAtMs: identity.createdAtMs };
  return new Response(source.isStreamed ? renewStream(body, renewal) : renewJson(body, renewal), {
    headers: {
      ...headers,
      "x-generation-id": identity.id,
      "x-openrouter-cache-status": "HIT",
      "x-openrouter-cache-ttl": String(Math.floor((expiresAtMs - createdAtMs) / 1000) - ageSeconds),
      "x-openrouter-cache-age": String(ageSeconds),
      "x-openrouter-cache-source-id": source.id,
    },
  });
}

/** The record of an answer from the cache: nobody was called, nothing was spent. */
export function toCacheRecord({ source }: CachedResponse, identity: GenerationIdentity): GenerationRecord {
  const { id: responseCacheSourceId, ...repeated } = source;
  const tookMs = Date.now() - identity.createdAtMs;
  return {
    ...identity,
    ...repeated,
    outcome: "finished",
    upstreamId: null,
    latencyMs: tookMs,
    generationTimeMs: tookMs,
    usage: emptyUsage(),
    costNanoUsd: 0,
    certainty: "exact",
    isByok: false,
    attempts: [],
    responseCacheSourceId,
  };
}

type Renewal = Pick<GenerationIdentity, "id" | "createdAtMs"> & Pick<AnswerStyle, "episodeId">;

/** An event stream with every chunk renewed; comments, which only kept a connection alive, are left out. */
export function renewStream(text: string, renewal: Renewal): string {
  return text
    .split("\n\n")
    .filter((event) => !event.startsWith(":"))
    .map((event) => (event.startsWith("data: {") ? `data: ${renewJson(event.slice(6), renewal)}` : event))
    .join("\n\n");
}

/** An answer or a chunk with the id and the time of this generation and a usage of zero. */
export function renewJson(json: string, { id, episodeId, createdAtMs }: Renewal): string {
  const { openrouter_metadata: _, ...answer } = JSON.parse(json) as Record<string, unknown>;
  const created = Math.floor(createdAtMs / 1000);
  const renewed = { ...answer, id, created, ...(episodeId !== undefined && { episode_id: episodeId }) };
  return JSON.stringify("usage" in renewed ? { ...renewed, usage: freeOfCharge(renewed.usage) } : renewed);
}

/** A usage with the same keys, each count at zero and exactly so. */
function freeOfCharge(usage: unknown): unknown {
  if (typeof usage !== "object" || usage === null) return usage;
  const { estimated: _, ...counts } = zeroed(usage) as Record<string, unknown>;
  return { ...counts, cost: 0 };
}

function zeroed(value: unknown): unknown {
  if (typeof value === "number") return 0;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, zeroed(inner)]));
}
