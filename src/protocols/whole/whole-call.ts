import type { UpstreamFailure } from "../../errors.ts";

/**
 * A call that is no conversation, such as one for embeddings: one JSON body there, one back. Most companies have the
 * same form for it, whatever they speak in chats. Pure, like a protocol.
 */
export interface WholeCall<Value> {
  /** Appended to the provider's base URL. */
  path: string;
  /** The body for a model of an endpoint, and the fields of the request that were left out of it. */
  request(target: WholeTarget): { body: Record<string, unknown>; dropped: string[] };
  /** Reads an answer of status 200. Never throws. */
  read(json: unknown): WholeResult<Value> | { failure: UpstreamFailure };
  /** Tokens that it has, by estimate, for an upstream that does not count them. */
  estimateTokens(): number;
}

/** Whom a body is written for. */
export interface WholeTarget {
  /** The model's name at the provider. */
  model: string;
  /** Undefined when the catalogue does not say. */
  supportedParameters: ReadonlySet<string> | undefined;
  /** Tokens that it takes of one text; undefined when unknown. */
  maxPromptTokens: number | undefined;
}

export interface WholeResult<Value> {
  value: Value;
  /** As the upstream counted them; undefined when it did not. */
  tokens: number | undefined;
  /** What some vendors bill in place of tokens: each at the price of a request. */
  searchUnits?: number | undefined;
  upstreamId?: string | undefined;
}

export function malformed(message: string): { failure: UpstreamFailure } {
  return { failure: { kind: "malformed", message } };
}
