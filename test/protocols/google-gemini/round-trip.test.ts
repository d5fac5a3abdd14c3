import { describe, expect, it } from "vitest";
import { googleGemini } from "../../../src/protocols/google-gemini/index.ts";
import { parseChatRequest } from "../../../src/schema/chat.ts";
import { answer, choicesOf, FIXTURES, fixture, messageOf, readFixture, readText } from "./read.ts";

const USER = { role: "user", content: "Go on." };
const MODEL = "gemini-3-flash-preview";

/** The model's turn as the next request brings it back. */
function replay(message: object, model = MODEL, more: object[] = []) {
  const chat = parseChatRequest({ messages: [USER, message, ...more, USER] });
  const { contents } = googleGemini.request(chat, { model, quirks: {}, stream: false }).body;
  return (contents as { role: string; parts: Record<string, unknown>[] }[])[1]?.parts;
}

const event = (parts: unknown[], fields = {}) =>
  `data: ${JSON.stringify({ ...answer(parts), candidates: [{ content: { parts }, ...fields }] })}\n\n`;
const call = (name: string, id: string, fields = {}) => ({ functionCall: { name, args: { a: 1 }, id }, ...fields });

describe("an answer that comes back", () => {
  it.each([
    {
      what: "a thought with a signature",
      parts: [{ text: "Hm.", thought: true, thoughtSignature: "c2lnMQ==" }, { text: "Yes." }],
    },
    { what: "a signed text", parts: [{ text: "Yes.", thoughtSignature: "c2lnMQ==" }] },
    { what: "a signature behind the text", parts: [{ text: "Yes." }, { text: "", thoughtSignature: "c2lnMQ==" }] },
    {
      what: "signed and plain texts in turn",
      parts: [{ text: "One " }, { text: "two ", thoughtSignature: "c2lnMQ==" }, { text: "three." }],
    },
    {
      what: "calls of which the first is signed",
      parts: [{ text: "Both." }, call("f", "id1", { thoughtSignature: "c2lnMQ==" }), call("f", "id2")],
    },
    {
      what: "everything at once",
      parts: [
        { text: "Hm.", thought: true },
        { text: "Look ⚓️:", thoughtSignature: "c2lnMQ==" },
        { inlineData: { mimeType: "image/png", data: "AAAA" }, thoughtSignature: "c2lnMg==" },
        { inlineData: { mimeType: "image/png", data: "BBBB" } },
        call("f", "id1", { thoughtSignature: "c2lnMw==" }),
        call("g", "id2"),
      ],
    },
  ])("keeps $what, whole and streamed", ({ parts }) => {
    expect(replay(messageOf(googleGemini.response(answer(parts))))).toEqual(parts);
    const streamed = parts.map((part) => event([part])).join("") + event([], { finishReason: "STOP" });
    expect(replay(messageOf(readText(streamed)))).toEqual(parts);
  });

  it("keeps ids that were made here with their calls and signatures", () => {
    const parts = [
      { functionCall: { name: "f", args: {} }, thoughtSignature: "c2ln" },
      { functionCall: { name: "f", args: {} } },
    ];
    expect(replay(messageOf(googleGemini.response(answer(parts))))).toEqual([
      { functionCall: { name: "f", args: {}, id: "call_lamp_0" }, thoughtSignature: "c2ln" },
      { functionCall: { name: "f", args: {}, id: "call_lamp_1" } },
    ]);
    // Older models know no ids: order and name pair calls and results.
    expect(replay(messageOf(googleGemini.response(answer(parts))), "gemini-2.5-pro")).toEqual(parts);
  });

  it("keeps its signatures when the client has cut its text or leaves ids out", () => {
    const message = messageOf(googleGemini.response(answer([{ text: "A long tale.", thoughtSignature: "c2ln" }])));
    expect(replay({ ...message, content: "A long" })).toEqual([{ text: "A long", thoughtSignature: "c2ln" }]);
    const details = [{ type: "reasoning.encrypted", data: "c2ln", format: "google-gemini-v1" }];
    expect(replay({ role: "assistant", content: "Hi", reasoning_details: details })).toEqual([
      { text: "Hi", thoughtSignature: "c2ln" },
    ]);
    const toolCalls = [{ id: "x", type: "function", function: { name: "f", arguments: "{}" } }];
    expect(replay({ role: "assistant", tool_calls: toolCalls, reasoning_details: details })).toEqual([
      { functionCall: { name: "f", args: {}, id: "x" }, thoughtSignature: "c2ln" },
    ]);
    expect(replay({ role: "assistant", content: "Hi", reasoning_details: [...details, ...details] })).toEqual([
      { text: "Hi", thoughtSignature: "c2ln" },
      { text: "", thoughtSignature: "c2ln" },
    ]);
  });

  it.each([
    { type: "reasoning.text", text: "Hm.", signature: "abc", format: "anthropic-claude-v1" },
    { type: "reasoning.encrypted", data: "abc", format: "openai-responses-v1", id: "rs_1" },
    { type: "reasoning.summary", summary: "Hm.", format: "google-gemini-v1" },
    { type: "reasoning.text", text: "Hm." },
  ])("leaves other reasoning out: %o", (detail) => {
    const message = { role: "assistant", content: "Hi", reasoning: "Hm.", reasoning_details: [detail] };
    expect(replay(message)).toEqual([{ text: "Hi" }]);
  });
});

it("carries three turns with two calls, signed reasoning and the same beginning each time", () => {
  const tools = [{ type: "function", function: { name: "set_lamp" } }];
  const messages: object[] = [
    { role: "system", content: "You keep the lamp." },
    { role: "user", content: "Light it and read the wind, twice." },
  ];
  const bodies: string[] = [];
  const send = () => {
    const chat = parseChatRequest({ messages, tools });
    const { contents, systemInstruction } = googleGemini.request(chat, { model: MODEL, quirks: {}, stream: true }).body;
    bodies.push(JSON.stringify({ systemInstruction, contents }));
    return contents as { role: string; parts: Record<string, unknown>[] }[];
  };
  send();
  for (const id of ["parallel-tools-stream", "tools-json"]) {
    const message = messageOf(readFixture(fixture(id)));
    messages.push(message);
    for (const { id: callId } of message.tool_calls as { id: string }[])
      messages.push({ role: "tool", tool_call_id: callId, content: '{"ok":true}' });
    const contents = send();
    const calls = contents.at(-2)?.parts.filter((part) => part.functionCall) as { functionCall: { id: string } }[];
    expect(calls[0]).toHaveProperty("thoughtSignature", expect.stringMatching(/^aW52ZW50/));
    expect(contents.at(-1)?.parts.map(({ functionResponse }) => (functionResponse as { id: string }).id)).toEqual(
      calls.map(({ functionCall }) => functionCall.id),
    );
  }
  messages.push(messageOf(readFixture(fixture("reasoning-stream"))), USER);
  const contents = send();
  expect(contents.at(-2)?.parts).toEqual([
    { text: expect.stringContaining("Summer time."), thought: true },
    { text: "High water is at 14:20." },
    { text: "", thoughtSignature: expect.any(String) },
  ]);
  // The vendor caches by prefix: what was sent once must be sent again, byte for byte.
  for (const [position, body] of bodies.entries()) {
    const next = bodies[position + 1];
    if (next !== undefined) expect(next.startsWith(body.slice(0, -2))).toBe(true);
  }
});

it("takes a conversation over from another vendor", () => {
  const messages = [
    { role: "system", content: "You keep the lamp." },
    { role: "user", content: "Light it." },
    {
      role: "assistant",
      content: "",
      reasoning: "The user wants light.",
      reasoning_details: [
        { type: "reasoning.text", text: "The user…", signature: "x", format: "anthropic-claude-v1", index: 0 },
      ],
      tool_calls: [
        { id: "toolu_01:A/b", index: 0, type: "function", function: { name: "set_lamp", arguments: '{"on":true}' } },
      ],
    },
    { role: "tool", tool_call_id: "toolu_01:A/b", content: [{ type: "text", text: "done" }] },
    { role: "assistant", content: "It is lit.", refusal: null, reasoning: null },
    USER,
  ];
  const write = (model: string) =>
    googleGemini.request(parseChatRequest({ messages }), { model, quirks: {}, stream: false }).body.contents;
  const turns = (callFields: object, partFields: object, resultFields: object) => [
    { role: "user", parts: [{ text: "Light it." }] },
    {
      role: "model",
      parts: [{ functionCall: { name: "set_lamp", args: { on: true }, ...callFields }, ...partFields }],
    },
    {
      role: "user",
      parts: [{ functionResponse: { name: "set_lamp", response: { result: "done" }, ...resultFields } }],
    },
    { role: "model", parts: [{ text: "It is lit." }] },
    { role: "user", parts: [{ text: "Go on." }] },
  ];
  expect(write("gemini-2.5-pro")).toEqual(turns({}, {}, {}));
  const id = { id: "toolu_01:A/b" };
  expect(write(MODEL)).toEqual(turns(id, { thoughtSignature: "skip_thought_signature_validator" }, id));
});

describe("an answer of the fixtures", () => {
  const whole = FIXTURES.filter(
    ({ id, response }) =>
      response.body && response.status === 200 && !/image|audio|code|blocked|malformed|length/.test(id),
  );

  it.each(whole)("$id comes back as it was", (recorded) => {
    const body = recorded.response.body as { candidates: { content: { parts?: { functionCall?: object }[] } }[] };
    const [message] = choicesOf(readFixture(recorded)).map((choice) => choice.message as object);
    const withoutIds = (parts: Record<string, unknown>[] | undefined) =>
      parts?.map(({ functionCall, ...rest }) => {
        const { id: _, ...named } = (functionCall ?? {}) as Record<string, unknown>;
        return functionCall ? { ...rest, functionCall: named } : rest;
      });
    const expected = body.candidates[0]?.content.parts as Record<string, unknown>[] | undefined;
    expect(withoutIds(replay(message ?? {}))).toEqual(withoutIds(expected));
  });
});
