import type { FinishReason, Part, ReasoningDetail, ToolCallDelta } from "../schema/chunk.ts";
import type { Usage } from "../schema/usage.ts";
import { addReasoningDetail } from "../stream/assemble.ts";
import type { CalledTool } from "./replay.ts";

/** Arguments of tool calls are kept up to this length, to see whether they are JSON. */
const MAX_KEPT_CHARS = 64 * 1024;

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
  /** Arguments of the tool calls by choice and call, as far as they are kept. */
  readonly #arguments = new Map<string, string>();
  #keptChars = 0;

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
          this.#keepArguments(`${part.index} ${call.index}`, call.function.arguments ?? "");
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

  /** Whether the arguments of every tool call are JSON; undefined when they are too long to have been kept. */
  get hasSoundToolCalls(): boolean | undefined {
    if (this.#keptChars > MAX_KEPT_CHARS) return undefined;
    return [...this.#arguments.values()].every((text) => text === "" || isJson(text));
  }

  #keepArguments(call: string, text: string): void {
    this.#keptChars += text.length;
    if (this.#keptChars <= MAX_KEPT_CHARS) this.#arguments.set(call, (this.#arguments.get(call) ?? "") + text);
    else this.#arguments.clear();
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

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
