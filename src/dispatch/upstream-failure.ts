import type { Endpoint } from "../catalogue/catalogue.ts";
import type { UpstreamFailure } from "../errors.ts";
import { readLimits } from "../health/limit-headers.ts";
import type { Protocol } from "../protocols/protocol.ts";
import { readText } from "./body.ts";
import type { DeadlineName } from "./deadline.ts";
import { firstOf } from "./first-of.ts";
import { redact } from "./redact.ts";

/** An error body is read up to this size, and quoted up to this length. */
const MAX_ERROR_BYTES = 256 * 1024;
const MAX_RAW_CHARS = 4096;

/** The status alone says enough: words that are later than this are not waited for. */
const MAX_ERROR_WAIT_MS = 3_000;

/** An answer with a status that is no answer, in the words of its protocol. */
export async function readRefusal(protocol: Protocol, response: Response): Promise<UpstreamFailure> {
  const reading = readText(response, MAX_ERROR_BYTES).then(
    (text = "") => ({ text }),
    () => ({ text: "" }),
  );
  const read = await firstOf([reading], MAX_ERROR_WAIT_MS);
  const nowMs = Date.now();
  const failure = protocol.failure(response.status, response.headers, read === "late" ? "" : read.text, nowMs);
  if (failure.kind === "rate_limited") failure.retryAfterMs ??= untilReset(response.headers, nowMs);
  return failure;
}

/** Until the limits that the headers say are used up are whole again, milliseconds. */
function untilReset(headers: Headers, nowMs: number): number | undefined {
  const resets = Object.values(readLimits(headers, nowMs) ?? {})
    .filter(({ remaining }) => remaining <= 0)
    .map(({ resetAtMs }) => resetAtMs - nowMs);
  return resets.length > 0 ? Math.max(...resets) : undefined;
}

/** How the runtime says that a connection broke before an answer, or was never made: it does not tell these apart. */
const LOST_CONNECTION = /network connection lost|connection reset/i;

/** A connection that could not be made, or that broke. */
export function brokenConnection(error: unknown, kind: "unreachable" | "interrupted"): UpstreamFailure {
  const text = error instanceof Error ? error.message : String(error);
  const what = kind === "unreachable" ? "The provider could not be reached" : "The connection to the provider broke";
  const isReset = kind === "unreachable" && LOST_CONNECTION.test(text);
  return { kind, message: `${what}: ${text}`, ...(isReset && { isReset }) };
}

const EXPIRED_MESSAGES: Record<DeadlineName, string> = {
  "first token": "The provider gave no first token in time.",
  idle: "The provider fell silent in mid-answer.",
  total: "The provider did not finish its answer in time.",
};

export function timedOut(clock: DeadlineName): UpstreamFailure {
  return { kind: "timed_out", message: EXPIRED_MESSAGES[clock] };
}

export function emptyAnswer(): UpstreamFailure {
  return { kind: "empty", message: "The provider returned an empty answer." };
}

export function tooLarge(maxBytes: number): UpstreamFailure {
  return { kind: "malformed", message: `The provider's answer is larger than ${maxBytes} bytes.` };
}

/** A failure without what its texts must not tell: the upstream's address, and the secrets that it was called with. */
export function redactedFailure(
  failure: UpstreamFailure,
  { provider, row }: Endpoint,
  keys: (string | undefined)[],
): UpstreamFailure {
  const { baseUrl, headers } = provider;
  const template = row.base_url ?? provider.row.base_url;
  // What the operator's variables put into the URL is nowhere in the row.
  const filledIn = baseUrl.split(/[/:]+/).filter((segment) => !template.includes(segment));
  const upstream = { secrets: [...keys, ...Object.values(headers), ...filledIn], baseUrl };
  const raw = failure.raw === undefined ? undefined : redact(failure.raw, upstream).slice(0, MAX_RAW_CHARS);
  const providerCode = failure.providerCode === undefined ? undefined : redact(failure.providerCode, upstream);
  return { ...failure, message: redact(failure.message, upstream), raw, providerCode };
}
