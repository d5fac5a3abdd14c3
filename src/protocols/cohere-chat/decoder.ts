import type { UpstreamFailure } from "../../errors.ts";
import type { Delta, Logprobs, Part, UrlCitation } from "../../schema/chunk.ts";
import type { Decoder } from "../../stream/source.ts";
import type { SseMessage } from "../../stream/sse.ts";
import { toFinishReason } from "../finish-reason.ts";
import { asArray, asObject, asString, type Json } from "../json.ts";
import { readStreamError } from "../openai-chat/failure.ts";
import { readUsage } from "./usage.ts";

/** Finish words that say that the answer went wrong, and how. */
const FAILURES = new Map<string, UpstreamFailure["kind"]>([
  ["ERROR", "overloaded"],
  ["TIMEOUT", "timed_out"],
  ["USER_CANCEL", "interrupted"],
]);

/**
 * Reads the events of Cohere's v2 stream, and whole answers by the same rules. `message-end` is the terminal event.
 * A tool plan is what the model thinks before it calls: it becomes reasoning.
 */
export class CohereDecoder implements Decoder {
  #toolCalls = 0;
  /** Whether the tool call in progress has arguments yet. */
  #hasArguments = true;
  #isOver = false;

  decode({ data }: SseMessage, parts: Part[]): void {
    if (this.#isOver || data === "[DONE]") return;
    let event: Json;
    try {
      event = asObject(JSON.parse(data));
    } catch {
      this.#fail(parts, { kind: "malformed", message: "The provider sent an event that is not JSON." });
      return;
    }
    this.#take(event, parts);
  }

  end(parts: Part[]): void {
    if (this.#isOver) return;
    this.#fail(parts, { kind: "interrupted", message: "The provider's stream ended before its answer did." });
  }

  /** Reads a whole answer. */
  takeWhole(answer: Json, parts: Part[]): void {
    const message = asObject(answer.message);
    this.#origin(answer, parts);
    this.#reasoning(message.tool_plan, parts);
    for (const block of asArray(message.content)) this.#content(asObject(block), parts);
    this.#logprobs(asArray(answer.logprobs), parts);
    for (const call of asArray(message.tool_calls)) {
      this.#startToolCall(asObject(call), parts);
      this.#endToolCall(parts);
    }
    for (const citation of asArray(message.citations)) this.#citation(asObject(citation), parts);
    this.#finish(answer, parts);
  }

  #take(event: Json, parts: Part[]): void {
    const message = asObject(asObject(event.delta).message);
    switch (event.type) {
      case "message-start":
        this.#origin(event, parts);
        break;
      case "content-start":
      case "content-delta":
        this.#content(asObject(message.content), parts);
        if (event.logprobs) this.#logprobs([event.logprobs], parts);
        break;
      case "tool-plan-delta":
        this.#reasoning(message.tool_plan, parts);
        break;
      case "tool-call-start":
        this.#startToolCall(asObject(message.tool_calls), parts);
        break;
      case "tool-call-delta":
        this.#arguments(asObject(asObject(message.tool_calls).function).arguments, parts);
        break;
      case "tool-call-end":
        this.#endToolCall(parts);
        break;
      case "citation-start":
        this.#citation(asObject(message.citations), parts);
        break;
      case "message-end":
        this.#finish(asObject(event.delta), parts);
        break;
      default:
        if (event.type === "error" || event.error || (event.message && event.type === undefined))
          this.#fail(parts, readStreamError(event));
    }
  }

  #origin({ id }: Json, parts: Part[]): void {
    if (typeof id === "string") parts.push({ type: "origin", id });
  }

  #content(block: Json, parts: Part[]): void {
    if (typeof block.text === "string" && block.text !== "") this.#delta({ content: block.text }, parts);
    this.#reasoning(block.thinking, parts);
  }

  #reasoning(text: unknown, parts: Part[]): void {
    if (typeof text !== "string" || text === "") return;
    const detail = { type: "reasoning.text" as const, text, format: "unknown", index: 0 };
    this.#delta({ reasoning: text, reasoning_details: [detail] }, parts);
  }

  /** The vendor gives them by piece of text; a piece of several tokens has the sum of theirs. */
  #logprobs(items: unknown[], parts: Part[]): void {
    const content = items.map(asObject).flatMap(({ text, logprobs }) => {
      const values = asArray(logprobs).filter((value) => typeof value === "number");
      if (typeof text !== "string" || values.length === 0) return [];
      const logprob = values.reduce((sum, value) => sum + value, 0);
      return [{ token: text, logprob, bytes: [...new TextEncoder().encode(text)], top_logprobs: [] }];
    });
    const logprobs: Logprobs = { content, refusal: null };
    if (content.length > 0) parts.push({ type: "delta", index: 0, delta: {}, logprobs });
  }

  #startToolCall(call: Json, parts: Part[]): void {
    const called = asObject(call.function);
    const text = asString(called.arguments) ?? "";
    const index = this.#toolCalls++;
    this.#hasArguments = text !== "";
    const id = asString(call.id) || `call_${index}`;
    const name = asString(called.name) ?? "";
    this.#delta({ tool_calls: [{ index, id, type: "function", function: { name, arguments: text } }] }, parts);
  }

  #arguments(text: unknown, parts: Part[]): void {
    if (typeof text !== "string" || text === "" || this.#toolCalls === 0) return;
    this.#hasArguments = true;
    this.#delta({ tool_calls: [{ index: this.#toolCalls - 1, function: { arguments: text } }] }, parts);
  }

  /** A call without arguments comes without any text; a client parses what it gets. */
  #endToolCall(parts: Part[]): void {
    if (!this.#hasArguments) this.#arguments("{}", parts);
  }

  /** A citation of the plan or the thinking has its positions there, and not in the answer. */
  #citation({ start, end, sources, type }: Json, parts: Part[]): void {
    if (typeof type === "string" && type !== "TEXT_CONTENT") return;
    const annotations = asArray(sources)
      .map((source) => toCitation(asObject(source), start, end))
      .filter((citation) => citation !== undefined);
    if (annotations.length > 0) this.#delta({ annotations }, parts);
  }

  #finish(ending: Json, parts: Part[]): void {
    const native = asString(ending.finish_reason) ?? null;
    if (ending.usage) parts.push({ type: "usage", usage: readUsage(asObject(ending.usage)) });
    const failed = FAILURES.get(native ?? "");
    if (failed) {
      const message = asString(ending.error) ?? `The provider ended its answer with ${native}.`;
      this.#fail(parts, { kind: failed, message, providerCode: native ?? undefined });
      return;
    }
    const finishReason = toFinishReason(native, this.#toolCalls > 0);
    parts.push({ type: "finish", index: 0, finishReason, nativeFinishReason: native }, { type: "done" });
    this.#isOver = true;
  }

  #delta(delta: Delta, parts: Part[]): void {
    parts.push({ type: "delta", index: 0, delta });
  }

  #fail(parts: Part[], failure: UpstreamFailure): void {
    if (this.#isOver) return;
    parts.push({ type: "failure", failure });
    this.#isOver = true;
  }
}

/** A source with a URL as a citation; one of the client's own documents without a URL is known by its id alone. */
function toCitation(source: Json, start: unknown, end: unknown): UrlCitation | undefined {
  const document = asObject(source.document ?? source.tool_output);
  const url = asString(document.url) ?? asString(source.id);
  if (url === undefined) return undefined;
  const content = asString(document.text) ?? asString(document.snippet);
  return {
    type: "url_citation",
    url_citation: {
      url,
      title: asString(document.title) ?? "",
      ...(content !== undefined && { content }),
      start_index: typeof start === "number" ? start : 0,
      end_index: typeof end === "number" ? end : 0,
    },
  };
}
