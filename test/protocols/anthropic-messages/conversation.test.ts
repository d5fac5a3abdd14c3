import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RouterError } from "../../../src/errors.ts";
import { type Json, written } from "./support.ts";

const user = (content: unknown, more: Json = {}) => ({ role: "user", content, ...more });
const assistant = (content: unknown, more: Json = {}) => ({ role: "assistant", content, ...more });
const system = (content: unknown, more: Json = {}) => ({ role: "system", content, ...more });
const call = (id: string, name = "now", args = "{}") => ({ id, type: "function", function: { name, arguments: args } });
const calls = (...ids: string[]) => assistant(null, { tool_calls: ids.map((id) => call(id)) });
const result = (tool_call_id: string, content: unknown = "Noon.") => ({ role: "tool", tool_call_id, content });
const text = (piece: string) => ({ type: "text", text: piece });
const use = (id: string, name = "now", input: Json = {}) => ({ type: "tool_use", id, name, input });
const answered = (id: string, piece = "Noon.") => ({ type: "tool_result", tool_use_id: id, content: [text(piece)] });
const unanswered = (id: string) => ({ ...answered(id, "No result was given."), is_error: true });
const reminder = (piece: string) => text(`<system-reminder>\n${piece}\n</system-reminder>`);

/** System and messages as they go to the upstream, each turn as its role and blocks. */
function conversation(messages: Json[], quirks: Json = {}) {
  const { system, messages: turns } = written({ messages }, { quirks }).body;
  return { system, turns: turns.map(({ role, content }: Json) => [role, ...content]) };
}

describe("instructions", () => {
  it.each([
    ["at the top are the system", [system("Be brief."), user("Hi.")], [text("Be brief.")]],
    ["of developers too", [{ role: "developer", content: "Be brief." }, user("Hi.")], [text("Be brief.")]],
    [
      "keep their blocks",
      [system([text("A."), text("B.")]), system("C."), user("Hi.")],
      [text("A."), text("B."), text("C.")],
    ],
    ["say who speaks", [system("Be brief.", { name: "boss" }), user("Hi.")], [text("boss: Be brief.")]],
    ["without anything to see are none", [system(" \n"), user("Hi.")], undefined],
  ])("%s", (_, messages, expected) => {
    expect(conversation(messages)).toEqual({ system: expected, turns: [["user", text("Hi.")]] });
  });

  it("in mid-conversation stay where they are, as marked text of the user", () => {
    const messages = [user("Hi."), assistant("Hello."), system("Be brief."), user("Tell me.")];
    expect(conversation(messages).turns).toEqual([
      ["user", text("Hi.")],
      ["assistant", text("Hello.")],
      ["user", reminder("Be brief."), text("Tell me.")],
    ]);
  });

  it.each([
    [
      "before the user's text",
      [user("Hi."), assistant("Hello."), system("Be brief."), user("Tell me.")],
      [
        ["user", text("Hi.")],
        ["assistant", text("Hello.")],
        ["user", text("Tell me.")],
        ["system", text("Be brief.")],
      ],
    ],
    [
      "after it",
      [user("Hi."), system("Be brief."), system("In Latin."), assistant("Ave."), user("Vale.")],
      [
        ["user", text("Hi.")],
        ["system", text("Be brief."), text("In Latin.")],
        ["assistant", text("Ave.")],
        ["user", text("Vale.")],
      ],
    ],
    [
      "without any",
      [user("Hi."), assistant("Hello."), system("Go on.")],
      [
        ["user", text("Hi.")],
        ["assistant", text("Hello.")],
        ["user", reminder("Go on.")],
      ],
    ],
  ])("%s are turns of their own where the endpoint takes them", (_, messages, expected) => {
    expect(conversation(messages, { system_turns: true }).turns).toEqual(expected);
  });

  it("alone are what the user says", () => {
    expect(conversation([system("Write a poem.")])).toEqual({
      system: undefined,
      turns: [["user", text("Write a poem.")]],
    });
  });
});

describe("turns", () => {
  it.each([
    ["of one role are one", [user("A."), user("B.")], [["user", text("A."), text("B.")]]],
    [
      "of the assistant too",
      [user("A."), assistant("B."), assistant("C."), user("D.")],
      [
        ["user", text("A.")],
        ["assistant", text("B."), text("C.")],
        ["user", text("D.")],
      ],
    ],
    [
      "that are empty are left out",
      [user("A."), assistant(""), user(""), user("B.")],
      [["user", text("A."), text("B.")]],
    ],
    [
      "begin with the user's",
      [assistant("Hello."), user("Hi.")],
      [
        ["user", text("(no message)")],
        ["assistant", text("Hello.")],
        ["user", text("Hi.")],
      ],
    ],
    ["are never none", [user(" ")], [["user", text("(no message)")]]],
    ["say who speaks", [user("Hi.", { name: "Ada" })], [["user", text("Ada: Hi.")]]],
    [
      "to continue do not end in white space",
      [user("Hi."), assistant("Well, \n")],
      [
        ["user", text("Hi.")],
        ["assistant", text("Well,")],
      ],
    ],
    [
      "that were refused say so",
      [user("Hi."), assistant(null, { refusal: "No." }), user("Please.")],
      [
        ["user", text("Hi.")],
        ["assistant", text("No.")],
        ["user", text("Please.")],
      ],
    ],
    [
      "that were spoken are their words",
      [user("Hi."), assistant(null, { audio: { id: "a", transcript: "Hello." } }), user("Bye.")],
      [
        ["user", text("Hi.")],
        ["assistant", text("Hello.")],
        ["user", text("Bye.")],
      ],
    ],
  ])("%s", (_, messages, expected) => {
    expect(conversation(messages).turns).toEqual(expected);
  });

  it("with images of the assistant give them to the user", () => {
    const image = { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } };
    const block = { type: "image", source: { type: "base64", media_type: "image/png", data: "AAAA" } };
    expect(conversation([user("Draw."), assistant("Here.", { images: [image] }), user("Thanks.")]).turns).toEqual([
      ["user", text("Draw.")],
      ["assistant", text("Here.")],
      ["user", block, text("Thanks.")],
    ]);
    const { dropped } = written({ messages: [user("Draw."), assistant("Here.", { images: [image] })] });
    expect(dropped).toEqual(["messages.images"]);
  });
});

describe("tool calls and results", () => {
  it.each([
    [
      "belong together, results of one turn in one message",
      [user("Hi."), calls("a", "b"), result("a"), result("b", "One.")],
      [
        ["user", text("Hi.")],
        ["assistant", use("a"), use("b")],
        ["user", answered("a"), answered("b", "One.")],
      ],
    ],
    [
      "come first in their turn",
      [user("Hi."), calls("a"), user("Well?"), result("a")],
      [
        ["user", text("Hi.")],
        ["assistant", use("a")],
        ["user", answered("a"), text("Well?")],
      ],
    ],
    [
      "without a result get one that says so",
      [user("Hi."), calls("a", "b"), result("a"), user("Never mind.")],
      [
        ["user", text("Hi.")],
        ["assistant", use("a"), use("b")],
        ["user", answered("a"), unanswered("b"), text("Never mind.")],
      ],
    ],
    [
      "at the end too",
      [user("Hi."), calls("a")],
      [
        ["user", text("Hi.")],
        ["assistant", use("a")],
        ["user", unanswered("a")],
      ],
    ],
    [
      "before another answer too",
      [user("Hi."), calls("a"), assistant("Well.")],
      [
        ["user", text("Hi.")],
        ["assistant", use("a")],
        ["user", unanswered("a")],
        ["assistant", text("Well.")],
      ],
    ],
    [
      "without a call are text",
      [user("Hi."), result("lost")],
      [["user", text("Hi."), text("Result of the tool call lost:"), text("Noon.")]],
    ],
    [
      "given twice are text the second time",
      [user("Hi."), calls("a"), result("a"), result("a", "One.")],
      [
        ["user", text("Hi.")],
        ["assistant", use("a")],
        ["user", answered("a"), text("Result of the tool call a:"), text("One.")],
      ],
    ],
    [
      "have ids that the vendor takes",
      [user("Hi."), calls("call|1.2", "", "ü"), result("call|1.2"), result(""), result("ü")],
      [
        ["user", text("Hi.")],
        ["assistant", use("call_1_2"), use("call"), use("_")],
        ["user", answered("call_1_2"), answered("call"), answered("_")],
      ],
    ],
    [
      "have ids of their own when a vendor counts anew in each turn",
      [user("Hi."), calls("c0", "c0"), result("c0"), result("c0", "One."), calls("c0"), result("c0", "Two.")],
      [
        ["user", text("Hi.")],
        ["assistant", use("c0"), use("c0_2")],
        ["user", answered("c0"), answered("c0_2", "One.")],
        ["assistant", use("c0_3")],
        ["user", answered("c0_3", "Two.")],
      ],
    ],
  ])("%s", (_, messages, expected) => {
    expect(conversation(messages).turns).toEqual(expected);
  });

  it.each([
    ["{}", {}],
    ["", {}],
    ['{"zone": "UTC"}', { zone: "UTC" }],
    ['{"zone": "U', { arguments: '{"zone": "U' }],
    ["[1]", { arguments: "[1]" }],
    ["null", { arguments: "null" }],
  ])("arguments %j are an object", (args, input) => {
    const messages = [user("Hi."), assistant("Wait.", { tool_calls: [call("a", "get.time", args)] }), result("a")];
    expect(conversation(messages).turns[1]).toEqual(["assistant", text("Wait."), use("a", "get_time", input)]);
  });

  it("results may hold images and say that they are errors", () => {
    const content = [text("Look."), { type: "image_url", image_url: { url: "https://a.example/b.png" } }];
    const messages = [user("Hi."), calls("a"), { ...result("a", content), is_error: true }];
    expect(conversation(messages).turns[2]).toEqual([
      "user",
      {
        type: "tool_result",
        tool_use_id: "a",
        content: [text("Look."), { type: "image", source: { type: "url", url: "https://a.example/b.png" } }],
        is_error: true,
      },
    ]);
  });

  it("results may be empty", () => {
    expect(conversation([user("Hi."), calls("a"), result("a", "")]).turns[2]).toEqual([
      "user",
      { type: "tool_result", tool_use_id: "a" },
    ]);
  });
});

describe("content", () => {
  const utf8 = btoa(String.fromCharCode(...new TextEncoder().encode("Grüße")));
  const file = (file_data: string, filename?: string) => ({ type: "file", file: { file_data, filename } });
  const document = (source: Json, title?: string) => ({ type: "document", source, ...(title ? { title } : {}) });
  const image = (source: Json) => ({ type: "image", source });

  it.each([
    [
      { type: "image_url", image_url: { url: "https://a.example/b.png", detail: "high" } },
      image({ type: "url", url: "https://a.example/b.png" }),
    ],
    [
      { type: "image_url", image_url: { url: "data:image/jpg;base64,AAAA" } },
      image({ type: "base64", media_type: "image/jpeg", data: "AAAA" }),
    ],
    [
      file("data:application/pdf;base64,JVBERi0=", "a.pdf"),
      document({ type: "base64", media_type: "application/pdf", data: "JVBERi0=" }, "a.pdf"),
    ],
    [file("JVBERi0="), document({ type: "base64", media_type: "application/pdf", data: "JVBERi0=" })],
    [file("https://a.example/b.pdf", "b.pdf"), document({ type: "url", url: "https://a.example/b.pdf" }, "b.pdf")],
    [file("https://a.example/b.PNG?x=1"), image({ type: "url", url: "https://a.example/b.PNG?x=1" })],
    [file("data:image/png;base64,AAAA", "b.png"), image({ type: "base64", media_type: "image/png", data: "AAAA" })],
    [
      file(`data:text/plain;charset=utf-8;base64,${utf8}`, "a.txt"),
      document({ type: "text", media_type: "text/plain", data: "Grüße" }, "a.txt"),
    ],
    [
      file("data:application/json,%7B%22a%22%3A1%7D"),
      document({ type: "text", media_type: "text/plain", data: '{"a":1}' }),
    ],
    [
      { ...file("JVBERi0="), citations: { enabled: true } },
      {
        ...document({ type: "base64", media_type: "application/pdf", data: "JVBERi0=" }),
        citations: { enabled: true },
      },
    ],
  ])("%j", (part, block) => {
    expect(conversation([user([part])]).turns).toEqual([["user", block]]);
  });

  it.each([
    { type: "input_audio", input_audio: { data: "AAAA", format: "mp3" } },
    { type: "video_url", video_url: { url: "https://a.example/b.mp4" } },
    { type: "file", file: { file_id: "file-1" } },
    file("data:application/zip;base64,AAAA"),
    file("data:text/plain;base64,%%%"),
  ])("%j is refused", (part) => {
    expect(() => conversation([user([part])])).toThrow(RouterError);
  });
});

describe("reasoning of earlier turns", () => {
  const format = "anthropic-claude-v1";
  const details = (...reasoning_details: Json[]) => assistant("So.", { reasoning: "Hm.", reasoning_details });

  it.each([
    [
      "goes back signed and in order",
      [
        { type: "reasoning.text", text: "Hm.", signature: "S1", format, index: 0 },
        { type: "reasoning.encrypted", data: "D", format, index: 1 },
        { type: "reasoning.text", signature: "S2", format, index: 2 },
      ],
      [
        { type: "thinking", thinking: "Hm.", signature: "S1" },
        { type: "redacted_thinking", data: "D" },
        { type: "thinking", thinking: "", signature: "S2" },
      ],
    ],
    [
      "goes back whole when a client kept its pieces",
      [
        { type: "reasoning.text", text: "H", format, index: 0 },
        { type: "reasoning.text", text: "m.", format, index: 0 },
        { type: "reasoning.text", signature: "S1", format, index: 0 },
        { type: "reasoning.text", text: "Cut off", format, index: 1 },
        { type: "reasoning.text", text: "Ah.", signature: "S3", format, index: 2 },
      ],
      [
        { type: "thinking", thinking: "Hm.", signature: "S1" },
        { type: "thinking", thinking: "Ah.", signature: "S3" },
      ],
    ],
    ["stays without a signature", [{ type: "reasoning.text", text: "Hm.", format, index: 0 }], []],
    [
      "stays when it is another vendor's",
      [
        { type: "reasoning.text", text: "Hm.", signature: "S", format: "google-gemini-v1", index: 0 },
        { type: "reasoning.encrypted", data: "D", format: "openai-responses-v1", index: 0 },
        { type: "reasoning.text", text: "Hm.", signature: "S", index: 0 },
        { type: "reasoning.summary", summary: "Hm.", format, index: 0 },
      ],
      [],
    ],
  ])("%s", (_, given, expected) => {
    const { turns } = conversation([user("Hi."), details(...given), user("And?")]);
    expect(turns[1]).toEqual(["assistant", ...expected, text("So.")]);
  });

  it("of a company that signs for itself is its own", () => {
    const detail = { type: "reasoning.text", text: "Hm.", signature: "S", format: "acme-v1", index: 0 };
    const { turns } = conversation([user("Hi."), details(detail), user("And?")], { reasoning_format: "acme-v1" });
    expect(turns[1][1]).toEqual({ type: "thinking", thinking: "Hm.", signature: "S" });
  });

  it("alone is no turn", () => {
    const only = assistant(null, {
      reasoning_details: [{ type: "reasoning.text", text: "Hm.", signature: "S", format }],
    });
    expect(conversation([user("Hi."), only, user("And?")]).turns).toEqual([["user", text("Hi."), text("And?")]]);
  });
});

describe("any conversation", () => {
  const id = fc.constantFrom("a", "b", "c|1", "");
  const words = fc.constantFrom("", " ", "Hi.", "Well \n");
  const parts = fc.array(words.map(text), { maxLength: 2 });
  const content = fc.oneof(words, parts);
  const detail = fc.record(
    {
      type: fc.constantFrom("reasoning.text", "reasoning.encrypted"),
      text: words,
      signature: words,
      data: words,
      format: fc.constantFrom("anthropic-claude-v1", "unknown"),
      index: fc.nat(2),
    },
    { requiredKeys: ["type"] },
  );
  const message = fc.oneof(
    fc.record({ role: fc.constantFrom("system", "developer", "user"), content }),
    fc.record({ role: fc.constant("tool"), tool_call_id: id, content }),
    fc.record({
      role: fc.constant("assistant"),
      content: fc.oneof(content, fc.constant(null)),
      tool_calls: fc.array(
        id.map((each) => call(each)),
        { maxLength: 3 },
      ),
      reasoning_details: fc.array(detail, { maxLength: 3 }),
      images: fc.constantFrom([], [{ image_url: { url: "data:image/png;base64,AAAA" } }]),
    }),
  );

  it("becomes one that the vendor takes", () => {
    fc.assert(
      fc.property(fc.array(message, { minLength: 1, maxLength: 12 }), fc.boolean(), (messages, system_turns) => {
        const { body } = written({ messages }, { quirks: { system_turns } });
        expectValid(body.messages);
        expect(body.tools === undefined).toBe(!JSON.stringify(body.messages).includes('"tool_use"'));
      }),
      { numRuns: 500 },
    );
  });

  function expectValid(turns: Json[]): void {
    const seen = new Set<string>();
    let open: string[] = [];
    expect(turns[0]?.role).toBe("user");
    turns.forEach(({ role, content }: Json, index: number) => {
      expect(content).not.toHaveLength(0);
      if (role === "system") {
        expect(turns[index - 1]?.role).toBe("user");
        expect([undefined, "assistant"]).toContain(turns[index + 1]?.role);
        return;
      }
      expect(turns[index - 1]?.role).not.toBe(role);
      for (const block of content) if (block.type === "text") expect(block.text.trim()).not.toBe("");
      if (role === "assistant") {
        expect(["text", "tool_use"]).toContain(content.at(-1).type);
        open = content.filter((block: Json) => block.type === "tool_use").map((block: Json) => block.id);
        for (const each of open) {
          expect(each).toMatch(/^[a-zA-Z0-9_-]+$/);
          expect(seen.has(each)).toBe(false);
          seen.add(each);
        }
        return;
      }
      const results = content.filter((block: Json) => block.type === "tool_result");
      expect(content.slice(0, results.length)).toEqual(results);
      expect(results.map((block: Json) => block.tool_use_id).toSorted()).toEqual(open.toSorted());
      open = [];
    });
    expect(open).toEqual([]);
  }
});
