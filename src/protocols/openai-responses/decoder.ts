import type { UpstreamFailure } from "../../errors.ts";
import type { Delta, Logprobs, Part, ReasoningDetail } from "../../schema/chunk.ts";
import type { Decoder } from "../../stream/source.ts";
import type { SseMessage } from "../../stream/sse.ts";
import { toFinishReason } from "../finish-reason.ts";
import { asArray, asObject, asString, type Json } from "../json.ts";
import type { AnswerContext } from "../protocol.ts";
import { toCitation } from "./citation.ts";
import { readResponseError } from "./failure.ts";
import { RESPONSES_FORMAT } from "./input.ts";
import { readUsage } from "./usage.ts";

/** What has been given out of one output item. */
interface Item {
  /** Position among the tool calls, for an item that is one. */
  toolIndex: number | undefined;
  hasText: boolean;
  hasSummary: boolean;
}

/**
 * Reads the typed events of a Responses stream, and whole responses by the same rules. What an item's deltas did not
 * bring is taken from the item when it is done. Terminal events: `response.completed`, `response.incomplete`,
 * `response.failed`, `error`.
 */
export class ResponsesDecoder implements Decoder {
  readonly #items = new Map<number, Item>();
  readonly #format: string;
  #toolCalls = 0;
  #images = 0;
  #isOver = false;

  constructor(context?: AnswerContext) {
    this.#format = context?.reasoningFormat ?? RESPONSES_FORMAT;
  }

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

  /** Reads a whole response. */
  takeWhole(response: Json, parts: Part[]): void {
    this.#origin(response, parts);
    this.#end(response, "completed", parts);
  }

  /** Takes the output from the end where no event before it brought any, as in a whole response. */
  #end(response: Json, named: string, parts: Part[]): void {
    if (this.#items.size === 0) {
      for (const [index, value] of asArray(response.output).entries()) this.#finishItem(index, asObject(value), parts);
    }
    this.#finish(response, asString(response.status) ?? named, parts);
  }

  #take(event: Json, parts: Part[]): void {
    const index = typeof event.output_index === "number" ? event.output_index : 0;
    const text = asString(event.delta) ?? "";
    switch (event.type) {
      case "response.created":
      case "response.in_progress":
        this.#origin(asObject(event.response), parts);
        break;
      case "response.output_item.added":
        this.#addItem(index, asObject(event.item), parts);
        break;
      case "response.output_text.delta":
        this.#text(index, { content: text }, parts, event.logprobs);
        break;
      case "response.refusal.delta":
        this.#text(index, { refusal: text }, parts);
        break;
      case "response.output_text.annotation.added":
        this.#annotations([event.annotation], parts);
        break;
      case "response.function_call_arguments.delta":
        this.#arguments(index, text, parts);
        break;
      case "response.reasoning_summary_part.added":
        if (Number(event.summary_index) > 0) this.#reasoning(index, "\n\n", "summary", event.item_id, parts);
        break;
      case "response.reasoning_summary_text.delta":
        this.#reasoning(index, text, "summary", event.item_id, parts);
        break;
      case "response.reasoning_text.delta":
        this.#reasoning(index, text, "text", event.item_id, parts);
        break;
      case "response.output_item.done":
        this.#finishItem(index, asObject(event.item), parts);
        break;
      case "response.completed":
      case "response.incomplete":
      case "response.failed":
      case "response.cancelled":
        this.#end(asObject(event.response), event.type.slice("response.".length), parts);
        break;
      case "error":
        this.#fail(parts, readResponseError(event.error ?? event));
        break;
      default:
        if (event.error) this.#fail(parts, readResponseError(event.error));
    }
  }

  #origin(response: Json, parts: Part[]): void {
    const { id, model, service_tier: tier } = response;
    const part: Part & { type: "origin" } = { type: "origin" };
    if (typeof id === "string") part.id = id;
    if (typeof model === "string") part.model = model;
    if (typeof tier === "string" && tier !== "auto") part.serviceTier = tier;
    parts.push(part);
  }

  #item(index: number): Item {
    const known = this.#items.get(index);
    if (known) return known;
    const item: Item = { toolIndex: undefined, hasText: false, hasSummary: false };
    this.#items.set(index, item);
    return item;
  }

  #addItem(index: number, item: Json, parts: Part[]): void {
    if (item.type !== "function_call") return;
    const toolIndex = this.#toolCalls++;
    this.#item(index).toolIndex = toolIndex;
    const id = asString(item.call_id) || asString(item.id) || `call_${toolIndex}`;
    const name = asString(item.name) ?? "";
    this.#delta({ tool_calls: [{ index: toolIndex, id, type: "function", function: { name, arguments: "" } }] }, parts);
  }

  #text(index: number, delta: Delta, parts: Part[], logprobs?: unknown): void {
    if (!delta.content && !delta.refusal) return;
    this.#item(index).hasText = true;
    const content = asArray(logprobs);
    const given: Logprobs | undefined = content.length > 0 ? { content, refusal: null } : undefined;
    parts.push(given ? { type: "delta", index: 0, delta, logprobs: given } : { type: "delta", index: 0, delta });
  }

  #arguments(index: number, text: string, parts: Part[]): void {
    const item = this.#item(index);
    if (text === "" || item.toolIndex === undefined) return;
    item.hasText = true;
    this.#delta({ tool_calls: [{ index: item.toolIndex, function: { arguments: text } }] }, parts);
  }

  #reasoning(index: number, text: string, kind: "summary" | "text", id: unknown, parts: Part[]): void {
    if (text === "") return;
    this.#item(index).hasSummary = true;
    const common = { format: this.#format, index, ...(typeof id === "string" && { id }) };
    const detail: ReasoningDetail =
      kind === "summary"
        ? { type: "reasoning.summary", summary: text, ...common }
        : { type: "reasoning.text", text, ...common };
    this.#delta({ reasoning: text, reasoning_details: [detail] }, parts);
  }

  /** Gives out what an item holds beyond its deltas. */
  #finishItem(index: number, item: Json, parts: Part[]): void {
    const state = this.#item(index);
    switch (item.type) {
      case "function_call":
        if (state.toolIndex === undefined) this.#addItem(index, item, parts);
        if (!state.hasText) this.#arguments(index, asString(item.arguments) || "{}", parts);
        break;
      case "message":
        if (!state.hasText)
          for (const content of asArray(item.content)) this.#wholeContent(index, asObject(content), parts);
        break;
      case "reasoning":
        this.#finishReasoning(index, item, parts);
        break;
      case "image_generation_call":
        if (typeof item.result === "string" && item.result !== "") this.#image(item, parts);
    }
  }

  #wholeContent(index: number, content: Json, parts: Part[]): void {
    if (typeof content.text === "string") this.#text(index, { content: content.text }, parts, content.logprobs);
    if (typeof content.refusal === "string") this.#text(index, { refusal: content.refusal }, parts);
    this.#annotations(asArray(content.annotations), parts);
  }

  #finishReasoning(index: number, item: Json, parts: Part[]): void {
    if (!this.#item(index).hasSummary) {
      const summaries = asArray(item.summary).map((part) => asString(asObject(part).text) ?? "");
      this.#reasoning(index, summaries.join("\n\n"), "summary", item.id, parts);
      const texts = asArray(item.content).map((part) => asString(asObject(part).text) ?? "");
      this.#reasoning(index, texts.join(""), "text", item.id, parts);
    }
    const data = asString(item.encrypted_content);
    if (!data) return;
    const id = asString(item.id);
    const common = { format: this.#format, index, ...(id !== undefined && { id }) };
    this.#delta({ reasoning_details: [{ type: "reasoning.encrypted", data, ...common }] }, parts);
  }

  #image(item: Json, parts: Part[]): void {
    const format = asString(item.output_format) ?? "png";
    const url = `data:image/${format};base64,${item.result}`;
    this.#delta({ images: [{ type: "image_url", image_url: { url }, index: this.#images++ }] }, parts);
  }

  #annotations(values: unknown[], parts: Part[]): void {
    const annotations = values.map((value) => toCitation(asObject(value))).filter((citation) => citation !== undefined);
    if (annotations.length > 0) this.#delta({ annotations }, parts);
  }

  #finish(response: Json, status: string, parts: Part[]): void {
    if (response.usage) parts.push({ type: "usage", usage: readUsage(asObject(response.usage)) });
    if (status === "completed" || status === "incomplete") {
      this.#origin(response, parts);
      const native =
        status === "completed" ? status : (asString(asObject(response.incomplete_details).reason) ?? status);
      const finishReason = native === "incomplete" ? "length" : toFinishReason(native, this.#toolCalls > 0);
      parts.push({ type: "finish", index: 0, finishReason, nativeFinishReason: native }, { type: "done" });
      this.#isOver = true;
      return;
    }
    const message = `The provider's answer ended as ${status}.`;
    this.#fail(parts, readResponseError(response.error ?? { code: status, message }));
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
