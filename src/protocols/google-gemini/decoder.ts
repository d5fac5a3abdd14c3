import type { UpstreamFailure } from "../../errors.ts";
import type { Part } from "../../schema/chunk.ts";
import type { Decoder } from "../../stream/source.ts";
import type { SseMessage } from "../../stream/sse.ts";
import { asArray, asObject, asString, type Json } from "../json.ts";
import { Candidate } from "./candidate.ts";
import { readBlock, readStreamError } from "./failure.ts";
import { readFinish } from "./finish.ts";
import { readUsage } from "./usage.ts";

/**
 * Reads `GenerateContentResponse`: a whole answer, or the pieces of a stream, which have the same form. The vendor
 * has no terminal event. A finish reason ends an answer only when nothing comes after it, because some models give
 * one with every piece; so finish parts, citations and `done` come when the upstream closes.
 */
export class GeminiDecoder implements Decoder {
  readonly #candidates = new Map<number, Candidate>();
  #answerId = "";
  #model = "";
  #serviceTier: string | undefined;
  #usage: Json | undefined;
  #countedSearches = 0;
  #block: UpstreamFailure | undefined;
  #isOver = false;

  decode(message: SseMessage, parts: Part[]): void {
    if (this.#isOver) return;
    let json: unknown;
    try {
      json = JSON.parse(message.data);
    } catch {
      this.#fail(parts, { kind: "malformed", message: "The provider sent an event that is not JSON." });
      return;
    }
    for (const answer of Array.isArray(json) ? json : [json]) this.take(asObject(answer), parts);
  }

  end(parts: Part[]): void {
    if (this.#isOver) return;
    const isFinished = this.#candidates.size > 0 && this.#all().every(({ finishReason }) => finishReason !== undefined);
    if (isFinished || this.#block) this.complete(parts);
    else this.#fail(parts, { kind: "interrupted", message: "The provider's stream ended before its answer did." });
  }

  /** Reads one parsed piece, or a whole answer. */
  take(json: Json, parts: Part[]): void {
    if (this.#isOver) return;
    if (json.error) {
      this.#fail(parts, readStreamError(json));
      return;
    }
    this.#takeOrigin(json, parts);
    for (const value of asArray(json.candidates)) this.#takeCandidate(asObject(value), parts);
    if (json.usageMetadata) this.#takeUsage(asObject(json.usageMetadata), parts);
    this.#block ??= readBlock(json);
  }

  /** The answer is whole: says what could only be said now, and ends it. */
  complete(parts: Part[]): void {
    if (this.#isOver) return;
    const candidates = this.#all();
    const hasContent = candidates.some((candidate) => candidate.hasContent);
    if (this.#block && !hasContent) {
      this.#fail(parts, this.#block);
      return;
    }
    if (candidates.length === 0) {
      this.#fail(parts, { kind: "empty", message: "The provider's answer has no candidates." });
      return;
    }
    const endings = candidates.map((candidate) => ({ candidate, ending: readFinish(candidate, this.#block) }));
    const [failed] = endings.filter(({ ending }) => ending.finishReason === "error");
    if (failed && endings.length === 1) {
      this.#fail(parts, failed.ending.failure);
      return;
    }
    for (const { candidate } of endings) this.#cite(candidate, parts);
    for (const { candidate, ending } of endings)
      parts.push({
        type: "finish",
        index: candidate.index,
        finishReason: ending.finishReason,
        nativeFinishReason: ending.native,
      });
    if (this.#usage && this.#webSearches() !== this.#countedSearches) this.#takeUsage({}, parts);
    parts.push({ type: "done" });
    this.#isOver = true;
  }

  #takeOrigin({ responseId, modelVersion }: Json, parts: Part[]): void {
    const id = asString(responseId) ?? this.#answerId;
    const model = asString(modelVersion) ?? this.#model;
    if (id === this.#answerId && model === this.#model) return;
    this.#answerId = id;
    this.#model = model;
    const part: Part & { type: "origin" } = { type: "origin" };
    if (id !== "") part.id = id;
    if (model !== "") part.model = model;
    parts.push(part);
  }

  #takeCandidate(json: Json, parts: Part[]): void {
    const index = typeof json.index === "number" ? json.index : 0;
    let candidate = this.#candidates.get(index);
    if (!candidate) {
      candidate = new Candidate(index);
      this.#candidates.set(index, candidate);
    }
    candidate.take(json, this.#answerId, parts);
  }

  /** Counts are cumulative, and a field that a later piece leaves out keeps its value. */
  #takeUsage(json: Json, parts: Part[]): void {
    this.#usage = this.#usage ? { ...this.#usage, ...json } : json;
    this.#countedSearches = this.#webSearches();
    const tier = readServiceTier(json);
    if (tier !== undefined && tier !== this.#serviceTier) {
      this.#serviceTier = tier;
      parts.push({ type: "origin", serviceTier: tier });
    }
    parts.push({ type: "usage", usage: readUsage(this.#usage, this.#countedSearches) });
  }

  #webSearches(): number {
    let searches = 0;
    for (const { citations } of this.#candidates.values()) searches += citations.webSearches;
    return searches;
  }

  #cite({ index, text, citations }: Candidate, parts: Part[]): void {
    const annotations = citations.annotations(text);
    if (annotations.length > 0) parts.push({ type: "delta", index, delta: { annotations } });
  }

  #all(): Candidate[] {
    return [...this.#candidates.values()].sort((a, b) => a.index - b.index);
  }

  #fail(parts: Part[], failure: UpstreamFailure): void {
    if (this.#isOver) return;
    parts.push({ type: "failure", failure });
    this.#isOver = true;
  }
}

/** The tier that served, in the contract's words: AI Studio's `serviceTier`, or Vertex AI's `trafficType`. */
function readServiceTier({ serviceTier, trafficType }: Json): string | undefined {
  const name = (asString(serviceTier) ?? asString(trafficType))?.toLowerCase();
  if (name === undefined) return undefined;
  if (name.endsWith("flex")) return "flex";
  if (name.endsWith("priority")) return "priority";
  return name === "standard" || name === "on_demand" ? "default" : undefined;
}
