import { describe, expect, it } from "vitest";
import { demoFetch } from "../../src/demo/demo.ts";
import { ask, COMPLETIONS, eventsOf, join, pictureOf, readAll } from "./ask.ts";

const STREAM = { stream: true, stream_options: { include_usage: true } };
const WEATHER = {
  type: "function",
  function: {
    name: "get_weather",
    parameters: {
      type: "object",
      properties: { city: { type: "string" }, days: { type: "integer", minimum: 3 }, unit: { enum: ["C", "F"] } },
      required: ["city", "days", "unit"],
    },
  },
};
const CLOCK = { type: "function", function: { name: "get_time" } };

async function whole(model: string, fields: object = {}) {
  return pictureOf(await (await ask(model, fields)).json());
}

async function streamed(model: string, fields: object = {}) {
  return join(eventsOf(await readAll(await ask(model, { ...STREAM, ...fields }))));
}

describe("the models that answer", () => {
  it.each([
    { name: "echo", model: "echo", fields: {} },
    {
      name: "echo of parts",
      model: "echo",
      fields: user([
        { type: "text", text: "one  two\n" },
        { type: "text", text: "drei 🚂" },
      ]),
    },
    { name: "echo of nothing", model: "echo", fields: user([{ type: "image_url", image_url: { url: "data:," } }]) },
    { name: "echo, cut", model: "echo", fields: { max_tokens: 2 } },
    { name: "echo, cut in a surrogate pair", model: "echo", fields: { ...user("abc🚂🚂"), max_tokens: 1 } },
    { name: "echo with stop", model: "echo", fields: { stop: ["the", "Nowhere"] } },
    { name: "reasoner", model: "reasoner", fields: {} },
    { name: "reasoner, cut while it thinks", model: "reasoner", fields: { max_completion_tokens: 3 } },
    { name: "reasoner without reasoning", model: "reasoner", fields: { reasoning_effort: "none" } },
    { name: "tools without tools", model: "tools", fields: {} },
    { name: "a tool call", model: "tools", fields: { tools: [WEATHER, CLOCK] } },
    { name: "a tool call, cut", model: "tools", fields: { tools: [WEATHER], max_tokens: 4 } },
    {
      name: "a tool named by the request",
      model: "tools",
      fields: { tools: [WEATHER, CLOCK], tool_choice: named("get_time") },
    },
    { name: "tools forbidden", model: "tools", fields: { tools: [WEATHER], tool_choice: "none" } },
  ])("say the same whole and streamed: $name", async ({ model, fields }) => {
    const answer = await whole(model, fields);
    expect(await streamed(model, fields)).toEqual(answer);
    expect(await whole(model, fields)).toEqual(answer);
  });

  it("tell the story word by word, with pauses", async () => {
    const started = Date.now();
    const reading = await readAll(await ask("story", { ...STREAM, max_tokens: 10 }));
    expect(Date.now() - started).toBeGreaterThan(200);
    expect(reading.pieces.length).toBe(eventsOf(reading).length);
    expect(join(eventsOf(reading))).toEqual(await whole("story", { max_tokens: 10 }));
    expect((await whole("story")).finishReasons).toEqual(["stop"]);
  });

  it("echo the last user text as it is", async () => {
    const messages = [
      { role: "system", content: "Be brief." },
      { role: "user", content: "first" },
      { role: "assistant", content: "first" },
      { role: "user", content: "  second\n\tline " },
    ];
    expect((await whole("echo", { messages })).content).toBe("  second\n\tline ");
    expect((await streamed("echo", { messages })).content).toBe("  second\n\tline ");
  });

  it("count a token for every four characters", async () => {
    expect((await whole("echo", user("twelve chars"))).usage).toMatchObject({
      prompt_tokens: 3,
      completion_tokens: 3,
      total_tokens: 6,
    });
  });

  it.each([
    { name: "the token limit", fields: { max_tokens: 1 }, content: "Whic", finishReason: "length" },
    {
      name: "a limit that is just enough",
      fields: { max_tokens: 7 },
      content: "Which way to the orchards?",
      finishReason: "stop",
    },
    { name: "a stop word", fields: { stop: " to" }, content: "Which way", finishReason: "stop" },
  ])("honour $name", async ({ fields, content, finishReason }) => {
    expect(await whole("echo", fields)).toMatchObject({ content, finishReasons: [finishReason] });
  });

  it("reason before they answer, and count it", async () => {
    const answer = await whole("reasoner");
    expect(answer.reasoning).toContain("5 words");
    expect(answer.content).toBe('Your message has 5 words. The longest is "orchards".');
    expect(answer.usage.completion_tokens_details.reasoning_tokens).toBe(Math.ceil(answer.reasoning.length / 4));
    const events = eventsOf(await readAll(await ask("reasoner", STREAM)));
    const firstText = events.findIndex((data) => data.includes('"Your '));
    expect(events.findLastIndex((data) => data.includes("reasoning_content"))).toBeLessThan(firstText);
  });

  it("call a tool with arguments that fit its schema, in several pieces", async () => {
    const { call, finishReasons, content } = await whole("tools", { tools: [WEATHER] });
    expect(call).toMatchObject({ name: "get_weather", id: expect.stringMatching(/^call_/) });
    expect(JSON.parse(call.arguments)).toEqual({ city: "demo city", days: 3, unit: "C" });
    expect({ finishReasons, content }).toEqual({ finishReasons: ["tool_calls"], content: "" });
    const events = eventsOf(await readAll(await ask("tools", { ...STREAM, tools: [WEATHER] })));
    expect(events.filter((data) => data.includes("tool_calls")).length).toBeGreaterThan(4);
  });

  it("tell what the tools answered", async () => {
    const messages = [
      { role: "user", content: "Weather and time?" },
      {
        role: "assistant",
        content: null,
        tool_calls: [
          { id: "call_1", type: "function", function: { name: "get_weather", arguments: "{}" } },
          { id: "call_2", type: "function", function: { name: "get_time", arguments: "{}" } },
        ],
      },
      { role: "tool", tool_call_id: "call_1", content: "sunny" },
      { role: "tool", tool_call_id: "call_2", content: [{ type: "text", text: "noon" }] },
    ];
    const answer = await whole("tools", { messages, tools: [WEATHER, CLOCK] });
    expect(answer.content).toBe("get_weather answered: sunny\nget_time answered: noon");
    expect(answer.finishReasons).toEqual(["stop"]);
  });

  it("send usage in a stream only when asked", async () => {
    const events = eventsOf(await readAll(await ask("echo", { stream: true })));
    expect(join(events)).toMatchObject({ usage: undefined, done: true });
  });
});

describe("what is refused", () => {
  const init = (body: string) => ({ method: "POST", headers: {}, body, signal: new AbortController().signal });

  it.each([
    { name: "a body that is not JSON", body: "{", status: 400, message: "Invalid input" },
    { name: "no messages", body: '{"model":"echo","messages":[]}', status: 400, message: "messages:" },
    {
      name: "a wrong type",
      body: '{"model":"echo","messages":[{"role":"user"}],"max_tokens":"9"}',
      status: 400,
      message: "max_tokens:",
    },
    {
      name: "an unknown model",
      body: '{"model":"toString","messages":[{"role":"user"}]}',
      status: 404,
      message: "toString",
    },
  ])("$name", async ({ body, status, message }) => {
    const response = await demoFetch(COMPLETIONS, init(body));
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: { message: expect.stringContaining(message) } });
  });

  it("another path and another method", async () => {
    const body = '{"model":"echo","messages":[{"role":"user"}]}';
    expect((await demoFetch(new URL("demo://local/v1/embeddings"), init(body))).status).toBe(404);
    expect((await demoFetch(COMPLETIONS, { ...init(body), method: "PUT" })).status).toBe(405);
  });
});

function user(content: unknown) {
  return { messages: [{ role: "user", content }] };
}

function named(name: string) {
  return { type: "function", function: { name } };
}
