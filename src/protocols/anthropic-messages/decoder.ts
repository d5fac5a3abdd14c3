import type { UpstreamFailure } from "../../errors.ts";
import type { Part } from "../../schema/chunk.ts";
import type { Decoder } from "../../stream/source.ts";
import type { SseMessage } from "../../stream/sse.ts";
import { toFinishReason } from "../finish-reason.ts";
import { asArray, asObject, asString, type Json } from "../json.ts";
import type { AnswerContext } from "../protocol.ts";
import { ContentReader } from "./content-reader.ts";
import { readStreamError } from "./failure.ts";
import { toContractTier } from "./service-tier.ts";
import { UsageCounter } from "./usage.ts";

/**
 * Reads the events of a streamed message, and whole messages as if each content block had come in one piece.
 * Lenient: unknown events and stop reasons, and fields of another type, are passed over. Strict in one thing: a stream
 * without `message_stop` and without a stop reason has not ended.
 */
export class AnthropicDecoder implements Decoder {
  readonly #content: ContentReader;
  readonly #usage = new UsageCounter();
  #hasFinished = false;
  #isOver = false;

  constructor(context: AnswerContext = {}) {
    this.#content = new ContentReader(context);
  }

  decode(message: SseMessage, parts: Part[]): void {
    if (this.#isOver) return;
    // Some companies end with OpenAI's word as well.
    if (message.data === "[DONE]") {
      this.end(parts);
      return;
    }
    let event: unknown;
    try {
      event = JSON.parse(message.data);
    } catch {
      this.#fail(parts, { kind: "malformed", message: "The provider sent an event that is not JSON." });
      return;
    }
    this.#take(asObject(event), parts, message.event);
  }

  end(parts: Part[]): void {
    if (this.#isOver) return;
    if (this.#hasFinished) this.#complete(parts);
    else this.#fail(parts, { kind: "interrupted", message: "The provider's stream ended before its answer did." });
  }

  /** Reads a message that came whole. */
  takeWhole(message: Json, parts: Part[]): void {
    if (message.error || message.type === "error") {
      this.#fail(parts, readStreamError(message));
      return;
    }
    pushOrigin(message, parts);
    asArray(message.content).forEach((block, key) => {
      this.#content.start(key, asObject(block), parts);
      this.#content.stop(key, parts);
    });
    this.#takeStop(message, parts);
    this.#takeUsage(message.usage, parts);
    this.#complete(parts);
  }

  #take(event: Json, parts: Part[], name: string): void {
    switch (asString(event.type) ?? (event.error ? "error" : name)) {
      case "content_block_delta":
        this.#content.add(event.index, asObject(event.delta), parts);
        return;
      case "content_block_start":
        this.#content.start(event.index, asObject(event.content_block), parts);
        return;
      case "content_block_stop":
        this.#content.stop(event.index, parts);
        return;
      case "message_start": {
        const message = asObject(event.message);
        pushOrigin(message, parts);
        this.#takeUsage(message.usage, parts);
        return;
      }
      case "message_delta":
        this.#content.stopAll(parts);
        this.#takeStop(asObject(event.delta), parts);
        this.#takeUsage(event.usage, parts);
        return;
      case "message_stop":
        this.#content.stopAll(parts);
        this.#complete(parts);
        return;
      case "error":
        this.#fail(parts, readStreamError(event));
    }
  }

  /** Reads why the message ended, where that is said. */
  #takeStop(json: Json, parts: Part[]): void {
    const native = asString(json.stop_reason);
    if (!native || this.#hasFinished) return;
    const explanation = asString(asObject(json.stop_details).explanation);
    if (native === "refusal" && explanation) this.#content.refuse(explanation, parts);
    this.#finish(native, parts);
  }

  #finish(native: string | null, parts: Part[]): void {
    const { hasToolCalls, hasJson } = this.#content;
    // A call that was arranged for the sake of its input is an answer like any other.
    const isAnswer = native === "tool_use" && hasJson && !hasToolCalls;
    const finishReason = isAnswer ? "stop" : toFinishReason(native, hasToolCalls);
    if (finishReason === "error") {
      const message = "The provider ended its answer with an error.";
      this.#fail(parts, { kind: "overloaded", message, providerCode: native ?? undefined });
      return;
    }
    this.#hasFinished = true;
    parts.push({ type: "finish", index: 0, finishReason, nativeFinishReason: native });
  }

  #takeUsage(usage: unknown, parts: Part[]): void {
    if (!usage || this.#isOver) return;
    this.#usage.take(asObject(usage));
    parts.push({ type: "usage", usage: this.#usage.usage() });
  }

  /** The upstream says that its answer is whole; a missing stop reason is then a plain end. */
  #complete(parts: Part[]): void {
    if (this.#isOver) return;
    if (!this.#hasFinished && this.#content.hasContent) this.#finish(null, parts);
    parts.push({ type: "done" });
    this.#isOver = true;
  }

  #fail(parts: Part[], failure: UpstreamFailure): void {
    parts.push({ type: "failure", failure });
    this.#isOver = true;
  }
}

function pushOrigin(message: Json, parts: Part[]): void {
  const part: Part & { type: "origin" } = { type: "origin" };
  if (typeof message.id === "string") part.id = message.id;
  if (typeof message.model === "string") part.model = message.model;
  const tier = toContractTier(asObject(message.usage).service_tier);
  if (tier !== undefined) part.serviceTier = tier;
  parts.push(part);
}
