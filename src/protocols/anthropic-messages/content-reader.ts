import type { Annotation, Delta, Part, ReasoningDetail } from "../../schema/chunk.ts";
import { asArray, asObject, asString, type Json } from "../json.ts";
import type { AnswerContext } from "../protocol.ts";
import { toAnnotation } from "./citations.ts";
import { CLAUDE_FORMAT } from "./thinking-blocks.ts";

/** A content block between its start and its stop. What has no place in a chat answer is `other`. */
type OpenBlock =
  | { type: "text"; startIndex: number; citations: unknown[] }
  | { type: "thinking"; index: number }
  | { type: "tool"; index: number; whole: string; isWritten: boolean }
  | { type: "json"; whole: string; isWritten: boolean }
  | { type: "other" };

/**
 * Reads the content blocks of one message, in pieces or whole, as deltas of one choice. Blocks of the vendor's own
 * tools, and those not known here, are passed over.
 */
export class ContentReader {
  readonly #blocks = new Map<unknown, OpenBlock>();
  readonly #jsonTool: string | undefined;
  readonly #format: string;
  /** Length of the content so far in UTF-16 units: where citations begin and end. */
  #length = 0;
  #reasoningDetails = 0;
  #toolCalls = 0;
  #hasJson = false;
  #hasContent = false;

  constructor({ jsonTool, reasoningFormat }: AnswerContext) {
    this.#jsonTool = jsonTool;
    this.#format = reasoningFormat ?? CLAUDE_FORMAT;
  }

  get hasContent(): boolean {
    return this.#hasContent;
  }

  get hasToolCalls(): boolean {
    return this.#toolCalls > 0;
  }

  /** Whether the content came as the input of a tool. */
  get hasJson(): boolean {
    return this.#hasJson;
  }

  /** A block has begun; `key` names it until it stops. In a whole message it holds all there is. */
  start(key: unknown, block: Json, parts: Part[]): void {
    switch (block.type) {
      case "text":
        this.#blocks.set(key, { type: "text", startIndex: this.#length, citations: [...asArray(block.citations)] });
        this.#pushContent(block.text, parts);
        return;
      case "thinking": {
        const index = this.#reasoningDetails++;
        this.#blocks.set(key, { type: "thinking", index });
        this.#pushThinking(index, block, parts);
        return;
      }
      case "redacted_thinking":
        this.#pushRedacted(block.data, parts);
        this.#blocks.set(key, { type: "other" });
        return;
      case "tool_use":
        this.#blocks.set(key, this.#startTool(block, parts));
        return;
      default:
        this.#blocks.set(key, { type: "other" });
    }
  }

  /** A piece of the block `key`. */
  add(key: unknown, piece: Json, parts: Part[]): void {
    const block = this.#blocks.get(key);
    switch (piece.type) {
      case "text_delta":
        if (block === undefined || block.type === "text") this.#pushContent(piece.text, parts);
        return;
      case "citations_delta":
        if (block?.type === "text") block.citations.push(piece.citation);
        return;
      case "thinking_delta":
      case "signature_delta":
        if (block?.type === "thinking") this.#pushThinking(block.index, piece, parts);
        return;
      case "input_json_delta":
        if (block?.type === "tool" || block?.type === "json")
          this.#pushInput(block, asString(piece.partial_json) ?? "", parts);
    }
  }

  stop(key: unknown, parts: Part[]): void {
    const block = this.#blocks.get(key);
    if (block === undefined) return;
    this.#blocks.delete(key);
    if (block.type === "text") this.#pushCitations(block, parts);
    // A call without arguments comes without a piece of them; clients parse what they get.
    if ((block.type === "tool" || block.type === "json") && !block.isWritten)
      this.#pushInput(block, block.whole || "{}", parts);
  }

  /** Stops whatever has not stopped yet. */
  stopAll(parts: Part[]): void {
    for (const key of [...this.#blocks.keys()]) this.stop(key, parts);
  }

  /** What the vendor says about a refusal. */
  refuse(explanation: string, parts: Part[]): void {
    this.#push({ refusal: explanation }, parts);
  }

  #startTool(block: Json, parts: Part[]): OpenBlock {
    const name = asString(block.name) ?? "";
    // In a stream the input starts out empty and comes in pieces.
    const input = asObject(block.input);
    const whole = Object.keys(input).length > 0 ? JSON.stringify(input) : "";
    if (this.#jsonTool !== undefined && name === this.#jsonTool) {
      const isSecond = this.#hasJson;
      this.#hasJson = true;
      return isSecond ? { type: "other" } : { type: "json", whole, isWritten: false };
    }
    const index = this.#toolCalls++;
    const id = asString(block.id) || `call_${index}`;
    this.#push({ tool_calls: [{ index, id, type: "function", function: { name, arguments: "" } }] }, parts);
    return { type: "tool", index, whole, isWritten: false };
  }

  #pushInput(block: OpenBlock & { type: "tool" | "json" }, written: string, parts: Part[]): void {
    if (written === "") return;
    block.isWritten = true;
    if (block.type === "json") this.#pushContent(written, parts);
    else this.#push({ tool_calls: [{ index: block.index, function: { arguments: written } }] }, parts);
  }

  #pushContent(text: unknown, parts: Part[]): void {
    if (typeof text !== "string" || text === "") return;
    this.#length += text.length;
    this.#push({ content: text }, parts);
  }

  /** Citations come before the text that they support, so they wait for its end. */
  #pushCitations(block: OpenBlock & { type: "text" }, parts: Part[]): void {
    const annotations: Annotation[] = [];
    for (const citation of block.citations) {
      const annotation = toAnnotation(citation, block.startIndex, this.#length);
      if (annotation) annotations.push(annotation);
    }
    if (annotations.length > 0) this.#push({ annotations }, parts);
  }

  #pushThinking(index: number, { thinking, signature }: Json, parts: Part[]): void {
    const detail: ReasoningDetail = { type: "reasoning.text" };
    if (typeof thinking === "string" && thinking !== "") detail.text = thinking;
    if (typeof signature === "string" && signature !== "") detail.signature = signature;
    if (detail.text === undefined && detail.signature === undefined) return;
    detail.format = this.#format;
    detail.index = index;
    const reasoning_details = [detail];
    this.#push(detail.text ? { reasoning: detail.text, reasoning_details } : { reasoning_details }, parts);
  }

  #pushRedacted(data: unknown, parts: Part[]): void {
    if (typeof data !== "string" || data === "") return;
    const index = this.#reasoningDetails++;
    this.#push({ reasoning_details: [{ type: "reasoning.encrypted", data, format: this.#format, index }] }, parts);
  }

  #push(delta: Delta, parts: Part[]): void {
    this.#hasContent = true;
    parts.push({ type: "delta", index: 0, delta });
  }
}
