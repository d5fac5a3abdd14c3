import type { Json, Recording } from "./recording.ts";

/**
 * What a client must see of a recording, read from the upstream's own words by code that shares nothing with the
 * protocols under test.
 */
export interface Expectation {
  /**
   * `answered`: to its end. `broken`: an error after content. `refused`: an error status, or an error in place of any
   * content.
   */
  outcome: "answered" | "broken" | "refused";
  text: string;
  reasoning: string;
  refusal: string;
  toolCalls: { id: string | undefined; name: string; arguments: unknown }[];
  finishReason: string;
  nativeFinishReason: string;
  /** Only the numbers that the upstream reported and that do not contradict each other. */
  usage: ReportedUsage | undefined;
  failure?: ReportedFailure | undefined;
}

export interface ReportedUsage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
  cached_tokens?: number | undefined;
  reasoning_tokens?: number | undefined;
}

export interface ReportedFailure {
  /** HTTP statuses that the client may see. */
  statuses: number[];
  /** The upstream's own message; empty when it gave none. */
  message: string;
  /** The upstream refused the operator's key: its words are not for clients. */
  isPrivate: boolean;
}

/** What the contract suite has to know about one wire format. */
export interface FormatContract {
  /** What a client must see of a recording. */
  expect(recording: Recording): Expectation;
  /** The path that the protocol appends to the provider's base URL; what it holds is not said in the body. */
  path(request: { model: string; isStreamed: boolean }): string;
  /** A recorded request as an OpenRouter client would send it. */
  toClientRequest(recording: Recording): Json;
  /** The meaning of a request body in this format, for comparing what was recorded with what was sent. */
  meaningOf(body: Json, recording: Recording): unknown;
  /** Flags of the company's catalogue row. */
  quirksOf(recording: Recording): Json;
}

/** Whether an answer of these words ended well, in the contract's closed set; tool calls force `tool_calls`. */
export function toFinishReason(native: string, hasToolCalls: boolean): string {
  const reasons: Record<string, string> = {
    stop: "stop",
    end_turn: "stop",
    completed: "stop",
    stop_sequence: "stop",
    complete: "stop",
    length: "length",
    max_tokens: "length",
    model_length: "length",
    max_output_tokens: "length",
    model_context_window_exceeded: "length",
    pause_turn: "length",
    tool_calls: "tool_calls",
    function_call: "tool_calls",
    tool_use: "tool_calls",
    tool_call: "tool_calls",
    content_filter: "content_filter",
    content_filtered: "content_filter",
    guardrail_intervened: "content_filter",
    refusal: "content_filter",
    error_toxic: "content_filter",
    safety: "content_filter",
    recitation: "content_filter",
    prohibited_content: "content_filter",
  };
  const reason = reasons[native.toLowerCase()] ?? "stop";
  return hasToolCalls && reason === "stop" ? "tool_calls" : reason;
}

/** What a client may see of an upstream's failure when there is no other candidate. */
export function reportedFailure(upstreamStatus: number | undefined, message: string): ReportedFailure {
  const isPrivate = [401, 402, 403].includes(upstreamStatus ?? 0);
  return { message, isPrivate, statuses: clientStatuses(upstreamStatus, message) };
}

function clientStatuses(upstreamStatus: number | undefined, message: string): number[] {
  if (/context length|context_length|too long/i.test(message)) return [400];
  if (upstreamStatus === 429) return [429];
  // A key, credit or model that the operator's catalogue has wrong is not the client's fault.
  if ([401, 402, 403, 404].includes(upstreamStatus ?? 0)) return [404, 502, 503];
  if (upstreamStatus !== undefined && upstreamStatus < 500) return [400, 422];
  return [500, 502, 503];
}
