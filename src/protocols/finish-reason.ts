import type { FinishReason } from "../schema/chunk.ts";

/** Every upstream's word for the end of an answer that we have met, lower-cased. */
const FINISH_REASONS: Record<string, FinishReason> = {
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
  insufficient_system_resource: "error",
  tool_calls: "tool_calls",
  tool_use: "tool_calls",
  tool_call: "tool_calls",
  function_call: "tool_calls",
  content_filter: "content_filter",
  safety: "content_filter",
  recitation: "content_filter",
  refusal: "content_filter",
  prohibited_content: "content_filter",
  blocklist: "content_filter",
  sensitive: "content_filter",
  guardrail_intervened: "content_filter",
  error: "error",
  network_error: "error",
  malformed_function_call: "error",
};

/**
 * The contract's finish reason for an upstream's word. An unknown word is a `stop`: the answer did end, and the
 * word itself stays visible beside it. An answer with tool calls that ended well ends in `tool_calls`, whatever the
 * upstream says, because agents stop on anything else.
 */
export function toFinishReason(native: string | null, hasToolCalls: boolean): FinishReason {
  const reason = (native !== null && FINISH_REASONS[native.toLowerCase()]) || "stop";
  return reason === "stop" && hasToolCalls ? "tool_calls" : reason;
}
