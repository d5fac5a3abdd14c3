import { describe, expect, it } from "vitest";
import { draftOf, unscannedParts } from "../../src/checks/texts.ts";
import type { ChatRequest } from "../../src/schema/chat.ts";

/** Every text that goes to a model, each with a name of its own. */
const CHAT = {
  model: "m",
  rag_params: { table_id: "t", search_query: "the query" },
  prediction: { type: "content", content: [{ type: "text", text: "predicted" }] },
  messages: [
    { role: "system", content: "the system" },
    { role: "developer", content: [{ type: "text", text: "the developer" }] },
    { role: "user", content: "the user", name: "u" },
    {
      role: "user",
      content: [
        { type: "text", text: "part one" },
        { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } },
        { type: "text", text: "part two" },
        { type: "file", file: { file_data: "data:text/plain;base64,AAAA" } },
        { type: "image_url", image_url: { url: "https://a.example/b.png" } },
      ],
    },
    {
      role: "assistant",
      content: "said",
      reasoning: "thought",
      reasoning_details: [{ type: "reasoning.text", text: "detail", signature: "signed" }],
      tool_calls: [{ id: "1", type: "function", function: { name: "f", arguments: '{"a":"b"}' } }],
    },
    { role: "tool", tool_call_id: "1", content: "the result" },
  ],
} as unknown as ChatRequest;

function user(...texts: string[]): ChatRequest["messages"][number] {
  return { role: "user", content: texts.map((text) => ({ type: "text", text })) };
}

const SPOKEN = [
  ["system", "the system"],
  ["system", "the developer"],
  ["user", "the user"],
  ["user", "part one"],
  ["user", "part two"],
  ["assistant", "said"],
  ["assistant", "thought"],
  ["assistant", '{"a":"b"}'],
  ["assistant", "detail"],
  ["tool", "the result"],
  ["user", "the query"],
  ["assistant", "predicted"],
];

describe("the texts of a request", () => {
  it("are all found, with who says them", () => {
    expect(draftOf(CHAT).slots.map(({ speaker, text }) => [speaker, text])).toEqual(SPOKEN);
  });

  it("are written into a copy", () => {
    const before = JSON.stringify(CHAT);
    const { chat, slots } = draftOf(CHAT);
    for (const slot of slots) slot.write("REPLACED");
    expect(JSON.stringify(CHAT)).toBe(before);
    const after = JSON.stringify(chat);
    for (const [, text] of SPOKEN) expect(after).not.toContain(JSON.stringify(text).slice(1, -1).concat('"'));
    expect(after.split("REPLACED")).toHaveLength(SPOKEN.length + 1);
    expect(after).toContain("data:image/png;base64,AAAA");
  });

  it("are apart from the names of those who speak", () => {
    const { chat, names } = draftOf(CHAT);
    expect(names.map(({ speaker, text }) => [speaker, text])).toEqual([["user", "u"]]);
    names[0]?.write("<PERSON>");
    expect(chat.messages[2]?.name).toBe("PERSON");
  });

  it("that become empty take their part with them, but for the last", () => {
    const { chat, slots } = draftOf({ messages: [user("a", "b", "c")] });
    for (const slot of slots) slot.write("");
    expect(chat.messages[0]?.content).toEqual([{ type: "text", text: "" }]);
  });

  it("that were signed lose their signature when they are changed", () => {
    const { chat, slots } = draftOf(CHAT);
    expect(JSON.stringify(chat)).toContain("signed");
    slots.find(({ text }) => text === "detail")?.write("other");
    expect(JSON.stringify(chat)).not.toContain("signed");
  });

  it("are not all there is to a message", () => {
    expect(unscannedParts(CHAT)).toEqual(["image_url", "file"]);
    expect(unscannedParts({ messages: [{ role: "user", content: "a" }] })).toEqual([]);
  });
});
