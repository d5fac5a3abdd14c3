import { describe, expect, it } from "vitest";
import { anthropicMessages } from "../../../src/protocols/anthropic-messages/index.ts";
import { bytesOf, choiceOf, type Json, readStream, written } from "./support.ts";

/** Three turns with two calls, signed reasoning and a cached prefix, as the vendor gives and wants them. */
const ANSWERS: Json[] = [
  {
    content: [
      { type: "thinking", thinking: "I need the tide and the hour.", signature: "S1==" },
      { type: "redacted_thinking", data: "D1==" },
      { type: "text", text: "Two questions." },
      { type: "tool_use", id: "toolu_1", name: "now", input: {} },
      { type: "tool_use", id: "toolu_2", name: "tide_at", input: { harbour: "Brest" } },
    ],
    stop_reason: "tool_use",
  },
  {
    content: [
      { type: "thinking", thinking: "", signature: "S2==" },
      { type: "text", text: "High tide is in an hour." },
    ],
    stop_reason: "end_turn",
  },
];
const PROMPTS: Json[][] = [
  [{ role: "user", content: "Can I leave Brest now?" }],
  [
    { role: "tool", tool_call_id: "toolu_1", content: "Five o'clock" },
    { role: "tool", tool_call_id: "toolu_2", content: [{ type: "text", text: "High at six" }] },
  ],
  [{ role: "user", content: "And tomorrow?" }],
];
const SYSTEM = {
  role: "system",
  content: [{ type: "text", text: "A long guide.", cache_control: { type: "ephemeral" } }],
};
const TOOLS = ["now", "tide_at"].map((name) => ({ type: "function", function: { name } }));

/** Events in which an answer would have been streamed. */
function streamed({ content, stop_reason }: Json): Json[] {
  const blocks = content.flatMap((block: Json, index: number) => {
    const deltas: Record<string, Json[]> = {
      text: [{ type: "text_delta", text: block.text }],
      thinking: [
        { type: "thinking_delta", thinking: block.thinking },
        { type: "signature_delta", signature: block.signature },
      ],
      tool_use: [{ type: "input_json_delta", partial_json: JSON.stringify(block.input) }],
    };
    const empty = { text: "", thinking: "", signature: "", input: {} };
    const content_block = block.type === "redacted_thinking" ? block : { ...block, ...empty };
    return [
      { type: "content_block_start", index, content_block },
      ...(deltas[block.type] ?? []).map((delta) => ({ type: "content_block_delta", index, delta })),
      { type: "content_block_stop", index },
    ];
  });
  return [
    { type: "message_start", message: {} },
    ...blocks,
    { type: "message_delta", delta: { stop_reason } },
    { type: "message_stop" },
  ];
}

/** What a client has after two answers, returning each message as it got it. */
async function history(isStream: boolean): Promise<Json[]> {
  const messages: Json[] = [SYSTEM];
  for (const [turn, prompt] of PROMPTS.entries()) {
    messages.push(...prompt);
    const answer = ANSWERS[turn];
    if (!answer) continue;
    const parts = isStream ? await readStream(bytesOf(streamed(answer))) : anthropicMessages.response(answer);
    messages.push(choiceOf(parts).message);
  }
  return messages;
}

describe("a conversation that comes back", () => {
  it.each([false, true])("is what it was (streamed: %s)", async (isStream) => {
    const { body } = written({ messages: await history(isStream), tools: TOOLS, cache_control: { type: "ephemeral" } });
    expect(body.system).toEqual(SYSTEM.content);
    expect(body.messages).toEqual([
      { role: "user", content: [{ type: "text", text: "Can I leave Brest now?" }] },
      { role: "assistant", content: ANSWERS[0]?.content },
      {
        role: "user",
        content: [
          { type: "tool_result", tool_use_id: "toolu_1", content: [{ type: "text", text: "Five o'clock" }] },
          { type: "tool_result", tool_use_id: "toolu_2", content: [{ type: "text", text: "High at six" }] },
        ],
      },
      { role: "assistant", content: ANSWERS[1]?.content },
      { role: "user", content: [{ type: "text", text: "And tomorrow?", cache_control: { type: "ephemeral" } }] },
    ]);
  });

  it("from another vendor is one that this vendor takes", () => {
    const messages = [
      { role: "developer", content: "Be brief." },
      { role: "user", content: "Can I leave Brest now?" },
      {
        role: "assistant",
        content: null,
        refusal: null,
        reasoning: "Let me see.",
        reasoning_details: [
          { type: "reasoning.encrypted", data: "gAAA", id: "rs_1", format: "openai-responses-v1", index: 0 },
        ],
        tool_calls: [
          { index: 0, id: "fc_1|call.1", type: "function", function: { name: "now", arguments: "" } },
          {
            index: 1,
            id: "fc_2|call.2",
            type: "function",
            function: { name: "tide_at", arguments: '{"harbour":"Brest"}' },
          },
        ],
      },
      { role: "tool", tool_call_id: "fc_2|call.2", content: "High at six" },
      { role: "tool", tool_call_id: "fc_1|call.1", content: "Five o'clock" },
      { role: "assistant", content: "", tool_calls: null, reasoning: null },
      { role: "user", content: "Well?" },
    ];
    const { body, dropped } = written({ messages, tools: TOOLS, reasoning: { effort: "high" } });
    expect(body.messages).toEqual([
      { role: "user", content: [{ type: "text", text: "Can I leave Brest now?" }] },
      {
        role: "assistant",
        content: [
          { type: "tool_use", id: "fc_1_call_1", name: "now", input: {} },
          { type: "tool_use", id: "fc_2_call_2", name: "tide_at", input: { harbour: "Brest" } },
        ],
      },
      {
        role: "user",
        content: [
          { type: "tool_result", tool_use_id: "fc_2_call_2", content: [{ type: "text", text: "High at six" }] },
          { type: "tool_result", tool_use_id: "fc_1_call_1", content: [{ type: "text", text: "Five o'clock" }] },
          { type: "text", text: "Well?" },
        ],
      },
    ]);
    expect(body.thinking).toBeUndefined();
    expect(dropped).toEqual(["reasoning"]);
  });
});
