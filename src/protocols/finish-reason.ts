import type { FinishReason } from "../schema/chunk.ts";

/** Every upstream's word for the end of an answer that we have met, lower-cased. */
const FINISH_REASONS = new Map<string, FinishReason>(
  Object.entries<FinishReason>({
    stop: "stop",
    end_turn: "stop",
    stop_sequence: "stop",
    completed: "stop",
    complete: "stop",
    eos: "stop",
    eos_token: "stop",
    end: "stop",
    length: "length",
    max_tokens: "length",
    model_length: "length",
    max_output_tokens: "length",
    model_context_window_exceeded: "length",
    // The vendor stopped its own tools in the midst of a turn: what came is not the whole answer.
    pause_turn: "length",
    insufficient_system_resource: "error",
    tool_calls: "tool_calls",
    tool_use: "tool_calls",
    tool_call: "tool_calls",
    function_call: "tool_calls",
    content_filter: "content_filter",
    content_filtered: "content_filter",
    safety: "content_filter",
    recitation: "content_filter",
    refusal: "content_filter",
    prohibited_content: "content_filter",
    blocklist: "content_filter",
    spii: "content_filter",
    language: "content_filter",
    model_armor: "content_filter",
    image_safety: "content_filter",
    image_prohibited_content: "content_filter",
    image_recitation: "content_filter",
    sensitive: "content_filter",
    error_toxic: "content_filter",
    error_limit: "length",
    guardrail_intervened: "content_filter",
    error: "error",
    network_error: "error",
    malformed_function_call: "error",
    malformed_response: "error",
    unexpected_tool_call: "error",
    too_many_tool_calls: "error",
    missing_thought_signature: "error",
    no_image: "error",
    image_other: "error",
    other: "error",
  }),
);

/**
 * The contract's finish reason for an upstream's word. An unknown word is a `stop`: the answer did end, and the
 * word itself stays visible beside it. An answer with tool calls that ended well ends in `tool_calls`, whatever the
 * upstream says, because agents stop on anything else.
 */
export function toFinishReason(native: string | null, hasToolCalls: boolean): FinishReason {
  const word = native?.toLowerCase() ?? "";
  const reason = FINISH_REASONS.get(word) ?? "stop";
  return reason === "stop" && hasToolCalls ? "tool_calls" : reason;
}
