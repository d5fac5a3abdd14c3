import { describe, expect, it } from "vitest";
import { type Json, written } from "./support.ts";

const five = { type: "ephemeral" };
const hour = { type: "ephemeral", ttl: "1h" };
const text = (piece: string, cache_control?: Json) => ({
  type: "text",
  text: piece,
  ...(cache_control && { cache_control }),
});
const tool = (cache_control?: Json) => ({
  type: "function",
  function: { name: "now" },
  ...(cache_control && { cache_control }),
});

/** The breakpoints of a request: where they are, and for how long. */
function breakpoints(fields: Json): string[] {
  const { tools = [], system = [], messages } = written(fields).body;
  const found: string[] = [];
  const note = (place: string, { cache_control }: Json) => {
    if (cache_control) found.push(`${place} ${cache_control.ttl ?? "5m"}`);
  };
  for (const [at, each] of tools.entries()) note(`tool ${at}`, each);
  for (const [at, each] of system.entries()) note(`system ${at}`, each);
  messages.forEach(({ content }: Json, turn: number) => {
    content.forEach((block: Json, at: number) => {
      for (const [inner, nested] of (block.content ?? []).entries()) note(`turn ${turn}.${at}.${inner}`, nested);
      note(`turn ${turn}.${at}`, block);
    });
  });
  return found;
}

const calls = [{ id: "a", type: "function", function: { name: "now", arguments: "{}" } }];
const thinking = { type: "reasoning.text", text: "Hm.", signature: "S", format: "anthropic-claude-v1" };

describe("breakpoints", () => {
  it.each<[string, Json, string[]]>([
    ["are none by themselves", {}, []],
    [
      "stand on parts, with their lifetime",
      {
        messages: [
          { role: "system", content: [text("A.", hour), text("B.")] },
          { role: "user", content: [text("C.", { ...five, ttl: "5m", extra: 1 }), text("D.")] },
        ],
      },
      ["system 0 1h", "turn 0.0 5m"],
    ],
    [
      "stand on files and images",
      {
        messages: [
          {
            role: "user",
            content: [
              { type: "image_url", image_url: { url: "https://a.example/b.png" }, cache_control: five },
              { type: "file", file: { file_data: "JVBERi0=" }, cache_control: five },
            ],
          },
        ],
      },
      ["turn 0.0 5m", "turn 0.1 5m"],
    ],
    [
      "of whole messages stand on their last block",
      {
        tools: [tool(five)],
        messages: [
          { role: "user", content: "A." },
          { role: "assistant", content: "B.", tool_calls: calls, cache_control: five },
          { role: "tool", tool_call_id: "a", content: [text("C."), text("D.")], cache_control: five },
        ],
      },
      ["tool 0 5m", "turn 1.1 5m", "turn 2.0 5m"],
    ],
    [
      "stand within results",
      {
        tools: [tool()],
        messages: [
          { role: "user", content: "A." },
          { role: "assistant", tool_calls: calls },
          { role: "tool", tool_call_id: "a", content: [text("C.", five), text("D.")] },
        ],
      },
      ["turn 2.0.0 5m"],
    ],
    [
      "in OpenAI's word count too",
      { messages: [{ role: "user", content: [{ ...text("A."), prompt_cache_breakpoint: { mode: "explicit" } }] }] },
      ["turn 0.0 5m"],
    ],
    [
      "of the body stand on the last block",
      { cache_control: hour, messages: [{ role: "user", content: [text("A."), text("B.")] }] },
      ["turn 0.1 1h"],
    ],
    [
      "of the body do not replace one that is there",
      { cache_control: five, messages: [{ role: "user", content: [text("A.", hour)] }] },
      ["turn 0.0 1h"],
    ],
    [
      "are at most four, the last ones",
      {
        cache_control: five,
        tools: [tool(five)],
        messages: [
          { role: "system", content: [text("A.", five)] },
          { role: "user", content: [text("B.", five), text("C.", five), text("D.", five), text("E.")] },
        ],
      },
      ["turn 0.0 5m", "turn 0.1 5m", "turn 0.2 5m", "turn 0.3 5m"],
    ],
    [
      "live no shorter than those after them",
      {
        messages: [
          { role: "system", content: [text("A.", five)] },
          { role: "user", content: [text("B.", hour), text("C.", five)] },
        ],
      },
      ["system 0 1h", "turn 0.0 1h", "turn 0.1 5m"],
    ],
    [
      "of another kind are none",
      { messages: [{ role: "user", content: "A.", cache_control: { type: "forever" } }] },
      [],
    ],
  ])("%s", (_, fields, expected) => {
    expect(breakpoints(fields)).toEqual(expected);
  });

  it("never stand on thinking", () => {
    const messages = [
      { role: "user", content: "A." },
      { role: "assistant", content: "B.", reasoning_details: [thinking], cache_control: five },
      { role: "user", content: "C." },
    ];
    expect(breakpoints({ messages })).toEqual(["turn 1.1 5m"]);
  });
});
