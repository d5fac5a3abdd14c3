import type { UpstreamFailure } from "../../errors.ts";
import type { Delta, Part, ReasoningDetail, UrlCitation } from "../../schema/chunk.ts";
import type { Decoder } from "../../stream/source.ts";
import type { SseMessage } from "../../stream/sse.ts";
import { CLAUDE_FORMAT } from "../anthropic-messages/thinking-blocks.ts";
import { toFinishReason } from "../finish-reason.ts";
import { asArray, asObject, asString, type Json } from "../json.ts";
import type { AnswerContext } from "../protocol.ts";
import { readException } from "./failure.ts";
import { readUsage } from "./usage.ts";

/** Finish words that say that the answer went wrong. */
const FAILURES = new Set(["malformed_model_output", "malformed_tool_use"]);

/**
 * Reads the events of a Converse stream, and whole answers by the same rules. `messageStop` is the terminal event;
 * `metadata` with the usage follows it.
 */
export class ConverseDecoder implements Decoder {
  readonly #jsonTool: string | undefined;
  /** The tool call of each content block that is one; undefined for the one that stands for the content. */
  readonly #toolByBlock = new Map<number, { index: number | undefined; hasInput: boolean }>();
  #toolCalls = 0;
  /** Format of each content block that is an image. */
  readonly #imageFormats = new Map<number, string>();
  #images = 0;
  #hasFinished = false;
  #isOver = false;

  constructor(context?: AnswerContext) {
    this.#jsonTool = context?.jsonTool;
  }

  decode({ event, data }: SseMessage, parts: Part[]): void {
    if (this.#isOver) return;
    let json: Json;
    try {
      json = asObject(JSON.parse(data));
    } catch {
      this.#fail(parts, { kind: "malformed", message: "The provider sent an event that is not JSON." });
      return;
    }
    this.#take(event, json, parts);
  }

  end(parts: Part[]): void {
    if (this.#isOver) return;
    if (this.#hasFinished) parts.push({ type: "done" });
    else this.#fail(parts, { kind: "interrupted", message: "The provider's stream ended before its answer did." });
    this.#isOver = true;
  }

  /** Reads a whole answer. */
  takeWhole(answer: Json, parts: Part[]): void {
    for (const [index, value] of asArray(asObject(asObject(answer.output).message).content).entries()) {
      const block = asObject(value);
      this.#startBlock(index, block, parts);
      this.#takeWholeBlock(index, block, parts);
    }
    this.#finish(answer, parts);
    this.#takeMetadata(answer, parts);
    this.end(parts);
  }

  #takeWholeBlock(index: number, block: Json, parts: Part[]): void {
    if (block.toolUse) {
      const input = JSON.stringify(asObject(block.toolUse).input ?? {});
      this.#takeDelta(index, { toolUse: { input } }, parts);
    } else if (block.citationsContent) {
      const { content, citations } = asObject(block.citationsContent);
      for (const said of asArray(content)) this.#takeDelta(index, asObject(said), parts);
      for (const citation of asArray(citations)) this.#takeDelta(index, { citation }, parts);
    } else {
      const { reasoningText } = asObject(block.reasoningContent);
      this.#takeDelta(index, reasoningText ? { reasoningContent: asObject(reasoningText) } : block, parts);
    }
  }

  #take(event: string, json: Json, parts: Part[]): void {
    const index = typeof json.contentBlockIndex === "number" ? json.contentBlockIndex : 0;
    switch (event) {
      case "contentBlockStart":
        this.#startBlock(index, asObject(json.start), parts);
        break;
      case "contentBlockDelta":
        this.#takeDelta(index, asObject(json.delta), parts);
        break;
      case "contentBlockStop":
        this.#stopBlock(index, parts);
        break;
      case "messageStop":
        this.#finish(json, parts);
        break;
      case "metadata":
        this.#takeMetadata(json, parts);
        if (this.#hasFinished) this.end(parts);
        break;
      default:
        if (/exception|^error/i.test(event)) this.#fail(parts, readException(event, json));
    }
  }

  #takeMetadata({ usage, serviceTier }: Json, parts: Part[]): void {
    const tier = asString(asObject(serviceTier).type);
    if (tier) parts.push({ type: "origin", serviceTier: tier });
    if (usage) parts.push({ type: "usage", usage: readUsage(asObject(usage)) });
  }

  #startBlock(block: number, start: Json, parts: Part[]): void {
    const format = asString(asObject(start.image).format);
    if (format) this.#imageFormats.set(block, format);
    if (!start.toolUse) return;
    const { toolUseId, name, type } = asObject(start.toolUse);
    // A tool that the vendor runs itself.
    if (type === "server_tool_use") return;
    if (name === this.#jsonTool && name !== undefined) {
      this.#toolByBlock.set(block, { index: undefined, hasInput: false });
      return;
    }
    const index = this.#toolCalls++;
    this.#toolByBlock.set(block, { index, hasInput: false });
    const id = asString(toolUseId) || `call_${index}`;
    const call = { index, id, type: "function" as const, function: { name: asString(name) ?? "", arguments: "" } };
    this.#delta({ tool_calls: [call] }, parts);
  }

  #takeDelta(block: number, delta: Json, parts: Part[]): void {
    if (typeof delta.text === "string" && delta.text !== "") this.#delta({ content: delta.text }, parts);
    if (delta.image) this.#takeImage(block, asObject(delta.image), parts);
    if (delta.citation) this.#takeCitation(asObject(delta.citation), parts);
    if (delta.toolUse) this.#takeInput(block, asString(asObject(delta.toolUse).input) ?? "", parts);
    if (delta.reasoningContent) this.#takeReasoning(block, asObject(delta.reasoningContent), parts);
  }

  #takeImage(block: number, { source }: Json, parts: Part[]): void {
    const bytes = asString(asObject(source).bytes);
    if (!bytes) return;
    const url = `data:image/${this.#imageFormats.get(block) ?? "png"};base64,${bytes}`;
    this.#delta({ images: [{ type: "image_url", image_url: { url }, index: this.#images++ }] }, parts);
  }

  /** Of citations those that lead to an address; they carry no position in the text. */
  #takeCitation({ title, location, sourceContent }: Json, parts: Part[]): void {
    const url = asString(asObject(asObject(location).web).url);
    if (!url) return;
    const content = asArray(sourceContent)
      .map((piece) => asString(asObject(piece).text) ?? "")
      .join("");
    const citation: UrlCitation["url_citation"] = { url, title: asString(title) ?? "", start_index: 0, end_index: 0 };
    if (content !== "") citation.content = content;
    this.#delta({ annotations: [{ type: "url_citation", url_citation: citation }] }, parts);
  }

  #takeInput(block: number, text: string, parts: Part[]): void {
    const tool = this.#toolByBlock.get(block);
    if (!tool || text === "") return;
    tool.hasInput = true;
    if (tool.index === undefined) this.#delta({ content: text }, parts);
    else this.#delta({ tool_calls: [{ index: tool.index, function: { arguments: text } }] }, parts);
  }

  /** A call without arguments comes without any text; a client parses what it gets. */
  #stopBlock(block: number, parts: Part[]): void {
    if (this.#toolByBlock.get(block)?.hasInput === false) this.#takeInput(block, "{}", parts);
  }

  #takeReasoning(index: number, { text, signature, redactedContent }: Json, parts: Part[]): void {
    const details: ReasoningDetail[] = [];
    if (typeof redactedContent === "string" && redactedContent !== "")
      details.push({ type: "reasoning.encrypted", data: redactedContent, format: CLAUDE_FORMAT, index });
    const isText = typeof text === "string" && text !== "";
    if (isText) details.push({ type: "reasoning.text", text, format: CLAUDE_FORMAT, index });
    if (typeof signature === "string" && signature !== "") {
      const last = details.at(-1);
      if (isText && last) last.signature = signature;
      else details.push({ type: "reasoning.text", signature, format: CLAUDE_FORMAT, index });
    }
    if (details.length === 0) return;
    this.#delta(isText ? { reasoning: text, reasoning_details: details } : { reasoning_details: details }, parts);
  }

  #finish(json: Json, parts: Part[]): void {
    if (this.#hasFinished) return;
    const native = asString(json.stopReason) ?? null;
    if (native !== null && FAILURES.has(native)) {
      this.#fail(parts, {
        kind: "malformed",
        message: `The model's output broke off: ${native}.`,
        providerCode: native,
      });
      return;
    }
    this.#hasFinished = true;
    const isJson = this.#jsonTool !== undefined && this.#toolCalls === 0 && native === "tool_use";
    const finishReason = isJson ? "stop" : toFinishReason(native, this.#toolCalls > 0);
    parts.push({ type: "finish", index: 0, finishReason, nativeFinishReason: native });
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
