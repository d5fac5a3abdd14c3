import type { UpstreamFailure } from "../errors.ts";
import type { Quirks } from "../schema/catalogue.ts";
import type { ChatRequest } from "../schema/chat.ts";
import type { Part } from "../schema/chunk.ts";
import type { Decoder, Framing } from "../stream/source.ts";

/** What a protocol needs to know about the endpoint it writes for. */
export interface RequestTarget {
  /** The model's name at the provider. */
  model: string;
  quirks: Quirks;
  /** Whether the upstream is asked to stream. */
  stream: boolean;
}

/** A request ready for the wire, without the provider's URL, key and headers. */
export interface UpstreamRequest {
  /** Appended to the provider's base URL. */
  path: string;
  body: Record<string, unknown>;
}

/**
 * A wire format, as pure functions. No fetch, no clock, no company: what differs between companies that speak the
 * same format is a documented quirk of their catalogue row.
 */
export interface Protocol {
  /** The upstream's request for a chat request. Never changes its input. */
  request(chat: ChatRequest, target: RequestTarget): UpstreamRequest;
  /** A whole answer as the same parts that a stream would give; ends with `done` or `failure`. */
  response(json: unknown): Part[];
  /** How a streamed answer is cut into messages. */
  framing(): Framing;
  decoder(): Decoder;
  /** Reads an answer whose status is not 2xx, or an error found in a 200. */
  failure(status: number, headers: Headers, body: string, nowMs: number): UpstreamFailure;
}
