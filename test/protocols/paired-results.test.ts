import { describe, expect, it } from "vitest";
import { withPairedResults } from "../../src/protocols/paired-results.ts";
import { toShortId } from "../../src/protocols/short-id.ts";
import { unsaidFields } from "../../src/protocols/unsaid-fields.ts";
import { type ChatMessage, parseChatRequest } from "../../src/schema/chat.ts";

const call = (...ids: string[]): ChatMessage => ({
  role: "assistant",
  tool_calls: ids.map((id) => ({ id, type: "function", function: { name: "f", arguments: "{}" } })),
});
const result = (id: string, content = "r"): ChatMessage => ({ role: "tool", tool_call_id: id, content });
const missing = (id: string) => result(id, "No result was given.");
const user = (content: string): ChatMessage => ({ role: "user", content });
const stray = (id: string) => user(`Result of the tool call ${id}:\nr`);

describe("calls and results", () => {
  it.each([
    { what: "in order", given: [call("a", "b"), result("b"), result("a")], paired: "same" },
    { what: "without tools", given: [user("x"), user("y")], paired: "same" },
    { what: "of one id in two turns", given: [call("a"), result("a"), call("a"), result("a")], paired: "same" },
    {
      what: "missing",
      given: [call("a", "b"), result("a"), user("x")],
      paired: [call("a", "b"), result("a"), missing("b"), user("x")],
    },
    { what: "missing at the end", given: [call("a")], paired: [call("a"), missing("a")] },
    {
      what: "missing before the next answer",
      given: [call("a"), call("b"), result("b")],
      paired: [call("a"), missing("a"), call("b"), result("b")],
    },
    { what: "late", given: [call("a"), user("x"), result("a")], paired: [call("a"), result("a"), user("x")] },
    {
      what: "strayed",
      given: [user("x"), result("n"), call("a"), result("a"), result("a")],
      paired: [user("x"), stray("n"), call("a"), result("a"), stray("a")],
    },
  ])("$what", ({ given, paired }) => {
    expect(withPairedResults(given)).toEqual(paired === "same" ? given : paired);
  });

  it("keep what a strayed result holds", () => {
    const content = [{ type: "image_url" as const, image_url: { url: "https://herons.example/a.png" } }];
    const [message] = withPairedResults([{ role: "tool", tool_call_id: "n", content }]);
    expect(message?.content).toEqual([{ type: "text", text: "Result of the tool call n:" }, ...content]);
  });
});

describe("a short id", () => {
  it.each([
    { id: "call_1-A", short: "call_1-A" },
    { id: "a|b", short: "a_b" },
    { id: "", short: "call" },
    { id: "x".repeat(64), short: "x".repeat(64) },
  ])("of $id is $short", ({ id, short }) => {
    expect(toShortId(id)).toBe(short);
  });

  it("differs where long ids differ at their end", () => {
    const [one, two] = [toShortId(`${"x".repeat(90)}1`), toShortId(`${"x".repeat(90)}2`)];
    expect(one).not.toBe(two);
    expect(one.length).toBeLessThanOrEqual(64);
    expect(toShortId(one)).toBe(one);
  });
});

it("names the fields that were not said, and none that ask for nothing", () => {
  const chat = parseChatRequest({
    messages: [{ role: "user", content: "Hi" }],
    seed: 1,
    top_p: 0.5,
    min_p: 0,
    n: 2,
    modalities: ["text"],
    logit_bias: {},
    user: null,
    models: ["a/b"],
    mood: "dry",
  });
  expect(unsaidFields(chat, new Set(["top_p"]))).toEqual(["seed", "n", "mood"]);
});
