import { describe, expect, it } from "vitest";
import { toFinishReason } from "../../src/protocols/finish-reason.ts";

describe("a finish reason", () => {
  it.each([
    ["stop", "stop"],
    ["STOP", "stop"],
    ["end_turn", "stop"],
    ["stop_sequence", "stop"],
    ["completed", "stop"],
    ["COMPLETE", "stop"],
    ["eos", "stop"],
    ["length", "length"],
    ["max_tokens", "length"],
    ["MAX_TOKENS", "length"],
    ["model_length", "length"],
    ["tool_calls", "tool_calls"],
    ["tool_use", "tool_calls"],
    ["TOOL_CALL", "tool_calls"],
    ["function_call", "tool_calls"],
    ["content_filter", "content_filter"],
    ["SAFETY", "content_filter"],
    ["RECITATION", "content_filter"],
    ["refusal", "content_filter"],
    ["PROHIBITED_CONTENT", "content_filter"],
    ["BLOCKLIST", "content_filter"],
    ["guardrail_intervened", "content_filter"],
    ["error", "error"],
    ["ERROR", "error"],
    ["MALFORMED_FUNCTION_CALL", "error"],
    ["insufficient_system_resource", "error"],
    ["a word nobody has heard", "stop"],
    ["constructor", "stop"],
    ["__proto__", "stop"],
    ["toString", "stop"],
    ["", "stop"],
    [null, "stop"],
  ])("of the upstream's word %j is %s", (native, reason) => {
    expect(toFinishReason(native, false)).toBe(reason);
  });

  it.each([
    ["stop", "tool_calls"],
    ["end_turn", "tool_calls"],
    [null, "tool_calls"],
    ["unheard of", "tool_calls"],
    ["tool_calls", "tool_calls"],
    ["length", "length"],
    ["content_filter", "content_filter"],
    ["error", "error"],
  ])("of the word %j after tool calls is %s", (native, reason) => {
    expect(toFinishReason(native, true)).toBe(reason);
  });
});
