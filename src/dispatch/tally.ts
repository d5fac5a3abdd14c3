import type { FinishReason, Part, ReasoningDetail, ToolCallDelta } from "../schema/chunk.ts";
import type { Usage } from "../schema/usage.ts";
import { addReasoningDetail } from "../stream/assemble.ts";
import type { CalledTool } from "./replay.ts";

/** What one attempt's parts add up to, for the ledger and for the end of a stream. One look at each part. */
export class Tally {
  usage: Usage | undefined;
  finish: { index: number; finishReason: FinishReason; nativeFinishReason: string | null } | undefined;
  upstreamId: string | undefined;
  systemFingerprint: string | undefined;
  serviceTier: string | undefined;
  /** Characters generated so far; base64 of images and audio apart. */
  outputChars = 0;
  reasoningChars = 0;
  hasContent = false;
  readonly #begun = new Set<number>();
  readonly #finished = new Set<number>();
  /** The first tool call of the first choice, while the next turn may need it. */
  #firstCall: CalledTool | undefined;
  readonly #reasoningDetails: ReasoningDetail[] = [];
  readonly #keepsReasoning: boolean;

  /** `keepsReasoning`: the next turn will need the reasoning of this one. */
  constructor(keepsReasoning = false) {
    this.#keepsReasoning = keepsReasoning;
  }

  take(part: Part): void {
    switch (part.type) {
      case "delta": {
        this.hasContent = true;
        this.#begun.add(part.index);
        const { content, reasoning, refusal, tool_calls: toolCalls } = part.delta;
        if (content !== undefined) this.outputChars += content.length;
        if (reasoning !== undefined) this.reasoningChars += reasoning.length;
        if (refusal !== undefined) this.outputChars += refusal.length;
        for (const call of toolCalls ?? []) {
          this.outputChars += (call.function.name?.length ?? 0) + (call.function.arguments?.length ?? 0);
          if (this.#keepsReasoning && part.index === 0 && call.index === 0) this.#takeFirstCall(call);
        }
        if (this.#keepsReasoning)
          for (const detail of part.delta.reasoning_details ?? []) addReasoningDetail(this.#reasoningDetails, detail);
        break;
      }
      case "finish":
        this.finish ??= part;
        this.#finished.add(part.index);
        break;
      case "usage":
        this.usage = part.usage;
        break;
      case "origin":
        this.upstreamId = part.id ?? this.upstreamId;
        this.systemFingerprint = part.systemFingerprint ?? this.systemFingerprint;
        this.serviceTier = part.serviceTier ?? this.serviceTier;
        break;
    }
  }

  /** Whether every choice that began has its finish reason. */
  get isFinished(): boolean {
    return this.#finished.size > 0 && [...this.#begun].every((index) => this.#finished.has(index));
  }

  /** Whether nothing came that a client could use: a plain stop without a token. */
  get isEmpty(): boolean {
    if (this.hasContent || (this.usage?.completionTokens ?? 0) > 0) return false;
    return this.finish === undefined || this.finish.finishReason === "stop";
  }

  /** What the next turn needs of this one; undefined when it called no tool or thought nothing. */
  get thoughts(): { call: CalledTool; reasoningDetails: ReasoningDetail[] } | undefined {
    const call = this.#firstCall;
    return call && this.#reasoningDetails.length > 0 ? { call, reasoningDetails: this.#reasoningDetails } : undefined;
  }

  #takeFirstCall(piece: ToolCallDelta): void {
    const { name, arguments: text } = piece.function;
    this.#firstCall ??= { id: piece.id ?? "", function: { name: name ?? "", arguments: "" } };
    this.#firstCall.function.arguments += text ?? "";
  }
}
