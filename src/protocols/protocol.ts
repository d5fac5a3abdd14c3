import type { UpstreamFailure } from "../errors.ts";
import type { AuthScheme, Quirks } from "../schema/catalogue.ts";
import type { ChatRequest } from "../schema/chat.ts";
import type { Part } from "../schema/chunk.ts";
import type { Framing } from "../stream/framing.ts";
import type { Decoder } from "../stream/source.ts";

/** What a protocol needs to know about the endpoint it writes for. */
export interface RequestTarget {
  /** The model's name at the provider. */
  model: string;
  quirks: Quirks;
  /** Whether the upstream is asked to stream. */
  stream: boolean;
  /** The endpoint's largest output, for protocols that must name a limit; undefined when unknown. */
  maxCompletionTokens?: number | undefined;
  /** Names of beta features that the client asks for, for protocols that have such. */
  betas?: string[] | undefined;
}

/** A request ready for the wire, without the provider's URL, key and headers. */
export interface UpstreamRequest {
  /** Appended to the provider's base URL; may hold a query. */
  path: string;
  body: Record<string, unknown>;
  /** Headers that belong to the wire format, in lower case. Never a key. */
  headers?: Record<string, string>;
  /** Fields of the chat request that this format cannot say; they are reported to the client. */
  dropped?: string[];
  /** How the response format is brought about where the provider does not enforce it. */
  formatBy?: "tool" | "instruction";
  /** What the reader of the answer must know about this request. */
  expects?: AnswerContext;
}

/** What was arranged in the request and has to be undone in the answer. */
export interface AnswerContext {
  /** Calls of this tool are not tool calls: their arguments are the content, as the response format wanted it. */
  jsonTool?: string;
  /** Format name of signed reasoning, when it is not the one of the protocol's vendor. */
  reasoningFormat?: string;
}

/**
 * A wire format, as pure functions. No fetch, no clock, no company: what differs between companies that speak the
 * same format is a documented quirk of their catalogue row.
 */
export interface Protocol {
  /** How a provider's key is sent, unless its row says otherwise. */
  auth: AuthScheme;
  /** The upstream's request for a chat request. Never changes its input. Throws `RouterError` for what cannot be sent. */
  request(chat: ChatRequest, target: RequestTarget): UpstreamRequest;
  /** A whole answer as the same parts that a stream would give; ends with `done` or `failure`. Never throws. */
  response(json: unknown, context?: AnswerContext): Part[];
  /** Content type of this format's streams. */
  streamType: string;
  /** How a streamed answer is cut into messages. */
  framing(): Framing;
  decoder(context?: AnswerContext): Decoder;
  /** Reads an answer whose status is not 200. */
  failure(status: number, headers: Headers, body: string, nowMs: number): UpstreamFailure;
}
