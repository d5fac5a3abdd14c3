import { describe, expect, it } from "vitest";
import { toMistralRequest } from "../../../src/protocols/mistral-chat/request.ts";
import { toMistralToolId } from "../../../src/protocols/mistral-chat/tool-id.ts";
import type { ChatRequest } from "../../../src/schema/chat.ts";

const HELLO = [{ role: "user" as const, content: "Hi" }];

function write(chat: object, stream = false, model = "m") {
  const request = { messages: HELLO, ...chat } as ChatRequest;
  const before = structuredClone(request);
  const written = toMistralRequest(request, { model, quirks: {}, stream });
  expect(request).toEqual(before);
  return written;
}

/** The messages after the first one, as they are written. */
const written = (...messages: object[]) =>
  (write({ messages: [...HELLO, ...messages] }, false, "magistral-m").body.messages as object[]).slice(1);

describe("a request to Mistral", () => {
  it("has Mistral's names", () => {
    const tools = [{ type: "function", function: { name: "f", parameters: {} } }];
    const { path, body } = write(
      { seed: 7, max_completion_tokens: 9, tools, tool_choice: "required", temperature: 0.5 },
      true,
    );
    expect(path).toBe("/chat/completions");
    expect(body).toEqual({
      model: "m",
      messages: HELLO,
      random_seed: 7,
      max_tokens: 9,
      tools,
      tool_choice: "any",
      temperature: 0.5,
      stream: true,
    });
  });

  it("leaves out what Mistral refuses, and says so", () => {
    const { body, dropped } = write({ logit_bias: { "1": 1 }, top_k: 3, user: "u", temperature: 0 });
    expect(body).toEqual({ model: "m", messages: HELLO, temperature: 0 });
    expect(dropped).toEqual(["logit_bias", "top_k", "user"]);
    expect(write({}).dropped).toEqual([]);
  });

  it("does not report the router's own rewriting of the output cap as a loss", () => {
    expect(write({ max_completion_tokens: 9 }).dropped).toEqual([]);
  });

  it("gives a tool call and its result the same id, in Mistral's form", () => {
    const call = { id: "call_0123456789abcdef", type: "function", function: { name: "f", arguments: "{}" } };
    const [turn, result] = written(
      { role: "assistant", content: null, tool_calls: [call] },
      { role: "tool", tool_call_id: call.id, content: "1" },
    ) as { tool_calls: { id: string }[]; tool_call_id: string }[];
    expect(turn?.tool_calls[0]?.id).toMatch(/^[A-Za-z0-9]{9}$/);
    expect(result?.tool_call_id).toBe(turn?.tool_calls[0]?.id);
  });

  it("marks an answer that is to be continued", () => {
    expect(written({ role: "assistant", content: "On" })).toEqual([{ role: "assistant", content: "On", prefix: true }]);
    expect(written({ role: "assistant", content: "On" }, ...HELLO)).toEqual([
      { role: "assistant", content: "On" },
      ...HELLO,
    ]);
  });

  it("brings Mistral's own thinking back among the content, and no one else's", () => {
    const own = { type: "reasoning.text", text: "Hm", format: "unknown", index: 0 };
    const turn = (details: object[]) => ({
      role: "assistant",
      content: "Hi",
      reasoning: "Hm",
      reasoning_details: details,
    });
    expect(written(turn([own]), ...HELLO)[0]).toEqual({
      role: "assistant",
      content: [
        { type: "thinking", thinking: [{ type: "text", text: "Hm" }] },
        { type: "text", text: "Hi" },
      ],
    });
    for (const other of [
      { ...own, format: "anthropic-claude-v1" },
      { ...own, signature: "s" },
      { type: "reasoning.encrypted", data: "x" },
    ])
      expect(written(turn([other]), ...HELLO)[0]).toEqual({ role: "assistant", content: "Hi" });
  });

  it("knows one word for instructions", () => {
    expect(written({ role: "developer", content: "Be brief." })).toEqual([{ role: "system", content: "Be brief." }]);
  });
});

describe("a tool-call id", () => {
  it("stays when Mistral made it", () => {
    expect(toMistralToolId("aB3dE6gH9")).toBe("aB3dE6gH9");
  });

  it("is the same nine letters and digits each time, and others for others", () => {
    const ids = Array.from({ length: 2_000 }, (_, index) => `call_${index}`);
    const made = ids.map(toMistralToolId);
    for (const id of made) expect(id).toMatch(/^[A-Za-z0-9]{9}$/);
    expect(ids.map(toMistralToolId)).toEqual(made);
    expect(new Set(made).size).toBe(ids.length);
    for (const odd of ["", "é🚂", "toolu_01A09q90qw90lq917835lq9"])
      expect(toMistralToolId(odd)).toMatch(/^[A-Za-z0-9]{9}$/);
  });
});
