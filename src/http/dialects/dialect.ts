import type { RequestDefaults } from "../../dispatch/request-defaults.ts";
import { ERROR_STATUS, type ErrorType, RouterError } from "../../errors.ts";
import type { ChatRequest } from "../../schema/chat.ts";
import type { DIALECTS } from "../../schema/key.ts";
import type { WireError } from "../../stream/encode.ts";
import type { AnswerStyle } from "../../stream/style.ts";

export type DialectName = (typeof DIALECTS)[number];

/** An error as a dialect has it. */
export interface Rendered {
  status: number;
  body: unknown;
}

/**
 * How one request is read and answered whose client speaks another dialect than the contract's. It changes the form
 * of errors, a few defaults and a few fields of answers; never which fields are accepted, or what works.
 */
export interface Dialect {
  name: DialectName;
  /** Stands in the header `x-request-id`. */
  requestId: string;
  /** The longest list of stop sequences. */
  maxStops: number;
  /** A request must name its model. */
  needsModel: boolean;
  toError(error: RouterError): Rendered;
  /** An error that stands in a stream. */
  toErrorEvent(error: RouterError): unknown;
  style(chat: ChatRequest): AnswerStyle;
  /** The request as it is meant. Throws for what this dialect refuses. */
  prepare?(chat: ChatRequest): ChatRequest;
  defaultsFor?(chat: ChatRequest): RequestDefaults;
}

/** Phrases that clients look for, by what a check has found. */
const FOUND: Record<string, string> = {
  pii: "pii detected",
  prompt_injection: "prompt injection detected",
  toxicity: "failed toxicity check",
  factuality: "failed factuality check",
};

/** What a check has found, and whether in the prompt or in the answer; undefined when no check has refused anything. */
export function findingOf({ type, metadata }: RouterError): { phrase: string; isPrompt: boolean } | undefined {
  const reasons: unknown[] = Array.isArray(metadata.reasons) ? metadata.reasons : [];
  const reason = type === "content_policy_violation" ? String(reasons[0]) : "";
  const phrase = FOUND[reason];
  return phrase === undefined ? undefined : { phrase, isPrompt: reason === "pii" || reason === "prompt_injection" };
}

/** The field at fault; undefined when the body as a whole is. */
export function fieldOf({ type, metadata }: RouterError): string | undefined {
  return type === "invalid_request" && typeof metadata.field === "string" ? metadata.field : undefined;
}

/** An error of a stream with the status and type that it would have had before. */
export function toRouterError({ code, message, metadata = {} }: WireError): RouterError {
  const { error_type: named, ...rest } = metadata;
  const type = typeof named === "string" && named in ERROR_STATUS ? (named as ErrorType) : "server";
  return new RouterError(type, message, { status: code, metadata: rest });
}

/** A request that must name its model and does not. */
export function modelMissing(): RouterError {
  return new RouterError("invalid_request", "model: is required", { metadata: { field: "model", reason: "missing" } });
}
