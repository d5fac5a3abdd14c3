/** What a limit is of. `tokens` are those of the prompt, where a provider counts them apart. */
export type LimitKind = "requests" | "tokens" | "outputTokens";

/** One limit as a provider reports it. */
export interface Limit {
  limit?: number | undefined;
  remaining: number;
  /** When all of it is there again; not before now. */
  resetAtMs: number;
  /** It comes back bit by bit until then, not at once. */
  isGradual?: boolean;
}

/** The tightest limit of each kind. */
export type Limits = Partial<Record<LimitKind, Limit>>;

/** The reset of a limit that does not tell one: soon enough to find out. */
const UNTOLD_RESET_MS = 10_000;

/** What the providers call what they limit, without its period; other limits are passed over. */
const KINDS = new Map<string, LimitKind>([
  ["", "requests"],
  ["requests", "requests"],
  ["req", "requests"],
  ["tokens", "tokens"],
  ["input-tokens", "tokens"],
  ["tokens-prompt", "tokens"],
  ["output-tokens", "outputTokens"],
  ["tokens-generated", "outputTokens"],
]);

const PERIOD = /-(?:per-)?(?:second|minute|hour|day|month|\d+[smhd])$/;

type Field = "limit" | "remaining" | "reset";

/** The headers of one limit. */
interface Texts {
  kind: LimitKind;
  limit?: string;
  remaining?: string;
  reset?: string;
  /** What comes back bit by bit where the reset is a duration or a time of this sort. */
  isBucket: boolean;
}

/**
 * Reads what a provider's headers say is left under its limits; undefined when they say nothing. Unreadable values count
 * as absent. Does not throw.
 *
 * | headers | providers | reset |
 * | --- | --- | --- |
 * | `x-ratelimit-remaining-requests`, `-tokens` | OpenAI, Groq; Azure tells no reset | `1m30s`, until the bucket is full |
 * | `anthropic-ratelimit-input-tokens-remaining` … | Anthropic | RFC 3339, until the bucket is full |
 * | `x-ratelimit-remaining-tokens-minute`, `-requests-day` … | Cerebras, SambaNova; Mistral tells no reset | seconds |
 * | `x-ratelimit-remaining-tokens-prompt`, `-generated` | Fireworks | none |
 * | `x-ratelimit-remaining`, `x-tokenlimit-remaining` | Together and many others | seconds or epoch, in s or ms |
 * | `ratelimit`, `ratelimit-policy`; `ratelimit-remaining` | draft-ietf-httpapi-ratelimit-headers, new and old | seconds |
 */
export function readLimits(headers: Headers, nowMs: number): Limits | undefined {
  let found: Map<string, Texts> | undefined;
  let draft: string | undefined;
  for (const [name, value] of headers) {
    if (!name.includes("limit")) continue;
    if (name === "ratelimit") draft = value;
    const place = placeOf(name);
    if (place === undefined) continue;
    found ??= new Map();
    const texts = found.get(place.id) ?? { kind: place.kind, isBucket: place.isBucket };
    texts[place.field] = value;
    found.set(place.id, texts);
  }
  const limits: Limits = {};
  for (const texts of found?.values() ?? []) keepTighter(limits, texts.kind, toLimit(texts, nowMs));
  if (draft !== undefined) readDraft(limits, draft, headers.get("ratelimit-policy") ?? "", nowMs);
  return Object.keys(limits).length === 0 ? undefined : limits;
}

interface Place {
  /** The limit that the header belongs to. */
  id: string;
  kind: LimitKind;
  field: Field;
  isBucket: boolean;
}

const COMMON = /^((?:x-)?(?:rate|token)limit)-(limit|remaining|reset)(?:-([a-z\d-]+))?$/;
const ANTHROPIC = /^anthropic-ratelimit-([a-z-]+)-(limit|remaining|reset)$/;

function placeOf(name: string): Place | undefined {
  const [, anthropic, anthropicField] = ANTHROPIC.exec(name) ?? [];
  if (anthropic !== undefined) return toPlace("anthropic", anthropic, anthropicField, true);
  const [, family = "", field, subject = ""] = COMMON.exec(name) ?? [];
  if (field === undefined) return undefined;
  const what = subject.replace(PERIOD, "");
  const kindWord = what === "" && family.endsWith("tokenlimit") ? "tokens" : what;
  return toPlace(`${family} ${subject}`, kindWord, field, what === subject);
}

function toPlace(id: string, what: string, field: string | undefined, isBucket: boolean): Place | undefined {
  const kind = KINDS.get(what);
  if (field !== "limit" && field !== "remaining" && field !== "reset") return undefined;
  return kind && { id: `${id} ${what}`, kind, field, isBucket };
}

function toLimit({ limit, remaining, reset = "", isBucket }: Texts, nowMs: number): Limit | undefined {
  const left = readNumber(remaining);
  if (left === undefined) return undefined;
  const durationMs = readDuration(reset);
  const resetAtMs = durationMs === undefined ? readTime(reset, nowMs) : nowMs + durationMs;
  const isGradual = isBucket && (durationMs !== undefined || RFC_3339.test(reset));
  return {
    limit: readNumber(limit),
    remaining: left,
    resetAtMs: Math.max(nowMs, resetAtMs ?? nowMs + UNTOLD_RESET_MS),
    ...(isGradual && { isGradual }),
  };
}

/** Keeps the one that is sooner used up. Nobody serves under a limit of 0: such a one means something else. */
function keepTighter(limits: Limits, kind: LimitKind, limit: Limit | undefined): void {
  if (limit === undefined || limit.limit === 0) return;
  const known = limits[kind];
  const isTighter =
    known === undefined ||
    limit.remaining < known.remaining ||
    (limit.remaining === known.remaining && limit.resetAtMs > known.resetAtMs);
  if (isTighter) limits[kind] = limit;
}

/** The IETF's draft: `"name";r=50;t=30` by policy (`"name";q=100;w=60;qu="requests"`), before `limit=100, remaining=50, reset=30`. */
function readDraft(limits: Limits, text: string, policyText: string, nowMs: number): void {
  const policies = new Map(policyText.split(",").map((item) => [nameOf(item), paramsOf(item)]));
  const items = /\bremaining=/.test(text) ? [text] : text.split(",");
  for (const item of items) {
    const params = paramsOf(item);
    const policy = policies.get(nameOf(item));
    const unit = policy?.get("qu") ?? (nameOf(item).includes("token") ? "tokens" : "requests");
    const kind = KINDS.get(unit);
    if (kind === undefined) continue;
    const texts = {
      kind,
      limit: params.get("limit") ?? policy?.get("q") ?? "",
      remaining: params.get("r") ?? params.get("remaining") ?? "",
      reset: params.get("t") ?? params.get("reset") ?? "",
      isBucket: false,
    };
    keepTighter(limits, kind, toLimit(texts, nowMs));
  }
}

function nameOf(item: string): string {
  return item.split(";")[0]?.trim().replaceAll('"', "").toLowerCase() ?? "";
}

function paramsOf(item: string): Map<string, string> {
  return new Map([...item.matchAll(/\b([a-z]+)="?([\w.-]+)/g)].map(([, name = "", value = ""]) => [name, value]));
}

/** The first number of a value; older drafts list several. */
function readNumber(text: string | undefined): number | undefined {
  const [, digits] = /^\s*(\d{1,15}(?:\.\d+)?)\s*(?:[,;]|$)/.exec(text ?? "") ?? [];
  return digits === undefined ? undefined : Number(digits);
}

const UNITS_MS: Record<string, number> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };

/** Milliseconds of a duration as Go writes it, `1m30.5s`; undefined for anything else. */
function readDuration(text: string): number | undefined {
  const parts = text.trim();
  if (!/^(?:\d{1,15}(?:\.\d+)?(?:ms|us|µs|ns|d|h|m|s))+$/.test(parts)) return undefined;
  let totalMs = 0;
  for (const [, amount, unit = ""] of parts.matchAll(/([\d.]+)([a-zµ]+)/g))
    totalMs += Number(amount) * (UNITS_MS[unit] ?? 0);
  return Math.ceil(totalMs);
}

const RFC_3339 = /^\s*\d{4}-\d\d-\d\dT\d\d:\d\d/;

/** Fewer are seconds from now; fewer than the second are seconds of the epoch, the rest its milliseconds. */
const EPOCH_SECONDS = 1e8;
const EPOCH_MS = 1e11;

function readTime(text: string, nowMs: number): number | undefined {
  const number = readNumber(text);
  if (number === undefined) {
    const atMs = RFC_3339.test(text) ? Date.parse(text.trim()) : Number.NaN;
    return Number.isNaN(atMs) ? undefined : atMs;
  }
  if (number < EPOCH_SECONDS) return Math.ceil(nowMs + number * 1000);
  return number < EPOCH_MS ? number * 1000 : number;
}
