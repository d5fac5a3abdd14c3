import { describe, expect, it } from "vitest";
import { type ChatRequest, parseChatRequest } from "../../src/schema/chat.ts";
import { TOKEN_ESTIMATE_ERROR, textTokens } from "../../src/usage/count-tokens.ts";
import { promptTokens } from "../../src/usage/prompt-tokens.ts";

/** One token a character: what is counted shows by its length. */
const byLength = (text: string) => text.length;

function chatOf(...messages: unknown[]): ChatRequest {
  return parseChatRequest({ messages });
}

function user(...parts: object[]): ChatRequest {
  return chatOf({ role: "user", content: parts });
}

function answer(fields: object): ChatRequest {
  return chatOf({ role: "assistant", content: null, ...fields });
}

const CALL = { id: "c1", type: "function", function: { name: "12345", arguments: "1234567890" } };

describe("the text of a prompt", () => {
  it.each<[name: string, chat: ChatRequest, tokens: number]>([
    ["a text", chatOf({ role: "user", content: "12345" }), 9],
    ["several messages", chatOf({ role: "system", content: "123" }, { role: "user", content: "12" }), 13],
    ["parts", user({ type: "text", text: "123" }, { type: "text", text: "12" }), 9],
    ["an answer without words", answer({}), 4],
    ["tool calls", answer({ tool_calls: [CALL, CALL] }), 4 + 2 * 19],
    ["a tool's result", chatOf({ role: "tool", tool_call_id: "c1", content: "123" }), 7],
    ["a refusal", answer({ refusal: "12345" }), 9],
    ["reasoning", answer({ reasoning: "12345" }), 9],
    ["reasoning in other vendors' word", answer({ reasoning_content: "12345" }), 9],
    ["reasoning that stands in two fields", answer({ reasoning: "12345", reasoning_content: "12345" }), 9],
    [
      "reasoning in pieces",
      answer({
        reasoning_details: [
          { type: "reasoning.text", text: "123" },
          { type: "reasoning.summary", summary: "12" },
          { type: "reasoning.encrypted", data: "x".repeat(99) },
        ],
      }),
      9,
    ],
  ])("counts %s", (_, chat, text) => {
    expect(promptTokens(chat, byLength)).toMatchObject({ text, tools: 0, media: 0, total: text });
  });

  it("is judged by its script", () => {
    const chinese = chatOf({ role: "user", content: "信号楼建在支线离开干线的地方。" });
    expect(promptTokens(chinese, textTokens).text).toBeGreaterThan(12);
    expect(promptTokens(chinese).text).toBeGreaterThan(12);
  });
});

describe("the media of a prompt", () => {
  const data = (chars: number, type = "application/pdf") => `data:${type};base64,`.padEnd(chars, "A");
  const image = (url: string) => ({ type: "image_url", image_url: { url } });
  const file = (fields: object) => ({ type: "file", file: fields });
  const video = (url: string) => ({ type: "video_url", video_url: { url } });
  const audio = (chars: number) => ({ type: "input_audio", input_audio: { data: "A".repeat(chars), format: "mp3" } });

  it.each<[name: string, chat: ChatRequest, tokens: number]>([
    ["an image, whatever its size", user(image(data(99_999, "image/png"))), 800],
    ["images by URL", user(image("https://example.com/a.png"), image("https://example.com/b.png")), 1_600],
    ["images of an answer", answer({ images: [{ image_url: { url: "https://example.com/a.png" } }] }), 800],
    ["sound by its length", user(audio(320_000)), 320],
    ["hardly any sound", user(audio(8)), 100],
    ["a document by its length", user(file({ file_data: data(120_000) })), 2_000],
    ["a text file by its length", user(file({ file_data: data(120_000, "text/plain") })), 24_000],
    ["a file that is elsewhere", user(file({ file_id: "file-1" })), 1_500],
    ["a file by URL", user(file({ file_data: "https://example.com/a.pdf" })), 1_500],
    ["a video by its length", user(video(data(3_000_000, "video/mp4"))), 3_000],
    ["a video by URL", user(video("https://example.com/a.mp4")), 1_500],
  ])("count %s", (_, chat, media) => {
    expect(promptTokens(chat, byLength)).toMatchObject({ text: 4, tools: 0, media, total: media + 4 });
  });
});

describe("the tools of a prompt", () => {
  const schema = { type: "object", properties: { city: { type: "string", description: "d".repeat(360) } } };
  const tools = [{ type: "function", function: { name: "weather", parameters: schema } }];
  const messages = [{ role: "user", content: "" }];

  it("count a quarter of their JSON", () => {
    const { tools: tokens, total } = promptTokens(parseChatRequest({ messages, tools }));
    expect(tokens / JSON.stringify(tools).length).toBeCloseTo(0.25, 1);
    expect(total).toBe(tokens + 4);
  });

  it("and so does the schema of the answer", () => {
    const format = { type: "json_schema", json_schema: { name: "city", schema } };
    const { tools: tokens } = promptTokens(parseChatRequest({ messages, response_format: format }));
    expect(tokens / JSON.stringify(schema).length).toBeCloseTo(0.25, 1);
  });
});

describe("the least of a prompt", () => {
  it("is the estimate less its error, without media", () => {
    const chat = user(
      { type: "text", text: "x".repeat(1_400) },
      { type: "image_url", image_url: { url: "https://a.b/c" } },
    );
    const { least, text } = promptTokens(chat, byLength);
    expect(text).toBe(1_404);
    expect(least).toBe(Math.floor(1_404 / (1 + TOKEN_ESTIMATE_ERROR)));
    expect(least).toBeLessThan(1_100);
  });
});
