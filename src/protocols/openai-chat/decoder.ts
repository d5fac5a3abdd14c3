import type { UpstreamFailure } from "../../errors.ts";
import { isRecord } from "../../schema/accepts.ts";
import type { Annotation, Delta, ImageOutput, Logprobs, Part, ReasoningDetail } from "../../schema/chunk.ts";
import type { Decoder } from "../../stream/source.ts";
import type { SseMessage } from "../../stream/sse.ts";
import { toFinishReason } from "../finish-reason.ts";
import { asArray, asObject, asString, type Json } from "../json.ts";
import { readStreamError } from "./failure.ts";
import { readSources } from "./sources.ts";
import { ToolCallTracker } from "./tool-calls.ts";
import { readUsage } from "./usage.ts";

/**
 * Reads `chat.completion.chunk` events, and whole `chat.completion` bodies by the same rules: a `message` is one
 * large delta. Lenient: what is not there or has another type is passed over, an unknown finish reason is kept as
 * the native one. Strict in one thing: an answer without `[DONE]` and without a finish reason has not ended.
 */
export class OpenAiChatDecoder implements Decoder {
  #facts: unknown[] = [];
  readonly #finished = new Set<number>();
  /** Choices that have said something; of these some have their finish reason. */
  readonly #begun = new Set<number>();
  #isOver = false;
  /** The answer came in one piece. */
  #isWhole = false;
  readonly #toolCalls = new Map<number, ToolCallTracker>();

  decode(message: SseMessage, parts: Part[]): void {
    if (this.#isOver) return;
    if (message.data === "[DONE]") {
      this.complete(parts);
      return;
    }
    let chunk: unknown;
    try {
      chunk = JSON.parse(message.data);
    } catch {
      this.#fail(parts, { kind: "malformed", message: "The provider sent an event that is not JSON." });
      return;
    }
    this.take(asObject(chunk), parts, message.event);
  }

  end(parts: Part[]): void {
    if (this.#isOver) return;
    if (this.#finished.size > 0 && this.#unfinished().length === 0) parts.push({ type: "done" });
    else this.#fail(parts, { kind: "interrupted", message: "The provider's stream ended before its answer did." });
    this.#isOver = true;
  }

  /** Reads a whole `chat.completion`. */
  takeWhole(completion: Json, parts: Part[]): void {
    this.#isWhole = true;
    this.take(completion, parts);
    this.complete(parts);
  }

  /** Reads one parsed chunk. */
  take(chunk: Json, parts: Part[], event = "message"): void {
    if (chunk.error || event === "error") {
      this.#fail(parts, readStreamError(chunk));
      return;
    }
    this.#takeOrigin(chunk, parts);
    for (const choice of asArray(chunk.choices)) {
      this.#takeChoice(asObject(choice), chunk, parts);
      if (this.#isOver) return;
    }
    const usage = chunk.usage ?? asObject(chunk.x_groq).usage;
    if (usage) parts.push({ type: "usage", usage: readUsage(asObject(usage)) });
  }

  #takeOrigin(chunk: Json, parts: Part[]): void {
    const { id, model, provider, system_fingerprint: fingerprint, service_tier: tier } = chunk;
    const facts = [id, model, provider, fingerprint, tier];
    if (facts.every((fact, index) => fact === this.#facts[index])) return;
    this.#facts = facts;
    const part: Part & { type: "origin" } = { type: "origin" };
    if (typeof id === "string") part.id = id;
    if (typeof model === "string") part.model = model;
    if (typeof provider === "string") part.provider = provider;
    if (typeof fingerprint === "string") part.systemFingerprint = fingerprint;
    if (typeof tier === "string") part.serviceTier = tier;
    parts.push(part);
  }

  #takeChoice(choice: Json, chunk: Json, parts: Part[]): void {
    const index = typeof choice.index === "number" ? choice.index : 0;
    if (choice.error) {
      this.#fail(parts, readStreamError(choice));
      return;
    }
    // Perplexity sends both: in a chunk the message repeats all that came before.
    const said = this.#isWhole ? (choice.message ?? choice.delta) : (choice.delta ?? choice.message);
    const delta = this.#readDelta(asObject(said), index, asString(chunk.id) ?? "");
    const logprobs = readLogprobs(choice.logprobs);
    if (delta || logprobs) {
      this.#begun.add(index);
      parts.push(
        logprobs
          ? { type: "delta", index, delta: delta ?? {}, logprobs }
          : { type: "delta", index, delta: delta ?? {} },
      );
    }
    // Moonshot puts the usage into the choice.
    if (choice.usage) parts.push({ type: "usage", usage: readUsage(asObject(choice.usage)) });
    if (choice.finish_reason && !this.#finished.has(index)) this.#finish(index, choice, chunk, parts);
  }

  #finish(index: number, choice: Json, chunk: Json, parts: Part[]): void {
    const reason = asString(choice.finish_reason) ?? "";
    const native = asString(choice.native_finish_reason) ?? reason;
    const finishReason = toFinishReason(reason, this.#toolCalls.has(index));
    if (finishReason === "error") {
      this.#fail(parts, {
        kind: "overloaded",
        message: "The provider ended its answer with an error.",
        providerCode: native,
      });
      return;
    }
    this.#finished.add(index);
    const annotations = readSources(chunk);
    if (annotations.length > 0) parts.push({ type: "delta", index, delta: { annotations } });
    parts.push({ type: "finish", index, finishReason, nativeFinishReason: native });
  }

  #readDelta(json: Json, index: number, upstreamId: string): Delta | undefined {
    let delta: Delta | undefined;
    const isText = typeof json.content === "string";
    const content = isText ? (json.content as string) : readTextParts(json.content);
    if (content !== "") delta = { content };
    const thinking = isText ? "" : readThinkingParts(json.content);
    const reasoning = asString(json.reasoning) || asString(json.reasoning_content) || thinking;
    if (reasoning || json.reasoning_details) delta = { ...delta, ...readReasoning(reasoning, json.reasoning_details) };
    if (typeof json.refusal === "string" && json.refusal !== "") delta = { ...delta, refusal: json.refusal };
    const toolCalls =
      json.tool_calls ?? (json.function_call ? [{ index: 0, function: json.function_call }] : undefined);
    if (Array.isArray(toolCalls) && toolCalls.length > 0) {
      const pieces = this.#tracker(index, upstreamId).read(toolCalls);
      if (pieces.length > 0) delta = { ...delta, tool_calls: pieces };
    }
    if (json.images || json.audio || json.annotations) delta = { ...delta, ...readMedia(json) };
    for (const _ in delta) return delta;
    return undefined;
  }

  #tracker(index: number, upstreamId: string): ToolCallTracker {
    let tracker = this.#toolCalls.get(index);
    if (!tracker) {
      tracker = new ToolCallTracker(`${upstreamId || "call"}_${index}`);
      this.#toolCalls.set(index, tracker);
    }
    return tracker;
  }

  /** The upstream says that its answer is whole; a missing finish reason is then a plain end. */
  complete(parts: Part[]): void {
    if (this.#isOver) return;
    for (const index of this.#unfinished()) {
      const finishReason = toFinishReason(null, this.#toolCalls.has(index));
      parts.push({ type: "finish", index, finishReason, nativeFinishReason: null });
    }
    parts.push({ type: "done" });
    this.#isOver = true;
  }

  #unfinished(): number[] {
    return [...this.#begun].filter((index) => !this.#finished.has(index));
  }

  #fail(parts: Part[], failure: UpstreamFailure): void {
    if (this.#isOver) return;
    parts.push({ type: "failure", failure });
    this.#isOver = true;
  }
}

/** Content that comes as an array of parts: its text, the other parts have fields of their own. */
function readTextParts(content: unknown): string {
  let text = "";
  for (const part of asArray(content)) {
    const { type, text: piece } = asObject(part);
    if (type === "text" && typeof piece === "string") text += piece;
  }
  return text;
}

/** Thinking that comes as parts of the content, each with text parts of its own (Mistral). */
function readThinkingParts(content: unknown): string {
  return asArray(content)
    .map(asObject)
    .filter(({ type }) => type === "thinking")
    .map(({ thinking }) => (typeof thinking === "string" ? thinking : readTextParts(thinking)))
    .join("");
}

/** Reasoning as text and as details, whichever of the two the upstream gives. */
function readReasoning(text: string | undefined, details: unknown): Delta {
  const given = asArray(details).filter(isReasoningDetail);
  if (given.length > 0) {
    const reasoning = text || given.map((detail) => detail.text ?? detail.summary ?? "").join("");
    return reasoning === "" ? { reasoning_details: given } : { reasoning, reasoning_details: given };
  }
  if (!text) return {};
  return { reasoning: text, reasoning_details: [{ type: "reasoning.text", text, format: "unknown", index: 0 }] };
}

function isReasoningDetail(value: unknown): value is ReasoningDetail {
  const { type, text, summary, data } = asObject(value);
  const isText = (field: unknown) => field === undefined || field === null || typeof field === "string";
  return asString(type)?.startsWith("reasoning.") === true && isText(text) && isText(summary) && isText(data);
}

function readMedia(json: Json): Delta {
  const delta: Delta = {};
  const images = asArray(json.images).filter((image): image is ImageOutput => {
    return typeof asObject(asObject(image).image_url).url === "string";
  });
  if (images.length > 0) delta.images = images.map((image) => ({ ...image, type: "image_url" }));
  const annotations = asArray(json.annotations).filter(isAnnotation);
  if (annotations.length > 0) delta.annotations = annotations;
  if (isRecord(json.audio) && Object.keys(json.audio).length > 0) delta.audio = json.audio;
  return delta;
}

/** Clients know these two only; the official AI SDK provider throws on any other. */
function isAnnotation(value: unknown): value is Annotation {
  const { type, url_citation: citation, file } = asObject(value);
  return (type === "url_citation" && typeof citation === "object") || (type === "file" && typeof file === "object");
}

function readLogprobs(value: unknown): Logprobs | undefined {
  const { content, refusal } = asObject(value);
  const hasContent = Array.isArray(content) && content.length > 0;
  const hasRefusal = Array.isArray(refusal) && refusal.length > 0;
  if (!hasContent && !hasRefusal) return undefined;
  return { content: hasContent ? content : null, refusal: hasRefusal ? refusal : null };
}
