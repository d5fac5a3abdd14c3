import { APIError } from "openai";
import type { ChatCompletionMessageParam } from "openai/resources/chat/completions";
import { describe, expect, it } from "vitest";
import { openAiView } from "../support/client-view.ts";
import { openAiClient, openRouterClient } from "../support/clients.ts";
import { jsonOf, sharedGateway } from "../support/gateway.ts";
import { errorsOf, readStream, textOf } from "../support/sse-client.ts";

const gateway = await sharedGateway();

const QUESTION = "Which way to the orchards?";
const MESSAGES: ChatCompletionMessageParam[] = [{ role: "user", content: QUESTION }];
const TOOLS = [
  {
    type: "function" as const,
    function: {
      name: "throw_lever",
      parameters: {
        type: "object",
        properties: { line: { type: "string", enum: ["river", "orchards"] }, seconds: { type: "integer" } },
        required: ["line", "seconds"],
      },
    },
  },
];

/** What the four demo models are asked. */
const REQUESTS: Record<string, object> = {
  "demo/echo": { messages: MESSAGES },
  "demo/story": { messages: MESSAGES, max_tokens: 20 },
  "demo/tools": { messages: MESSAGES, tools: TOOLS },
  "demo/reasoner": { messages: MESSAGES },
};

const ask = (body: object, path = "/chat/completions") => gateway.request(path, { json: body });

describe("a whole answer", () => {
  it("has every field of the contract", async () => {
    const response = await ask({ model: "demo/echo", messages: MESSAGES });
    const answer = await jsonOf(response, 200);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(response.headers.get("x-generation-id")).toBe(answer.id);
    expect(answer).toEqual({
      id: expect.stringMatching(/^gen-\d{10}-[A-Za-z0-9]{20}$/),
      object: "chat.completion",
      created: expect.any(Number),
      model: "demo/echo",
      provider: "Demo",
      system_fingerprint: "fp_demo",
      service_tier: null,
      choices: [
        {
          index: 0,
          logprobs: null,
          finish_reason: "stop",
          native_finish_reason: "stop",
          message: { role: "assistant", content: QUESTION, refusal: null, reasoning: null },
        },
      ],
      usage: expect.any(Object),
    });
    expect(Number.isInteger(answer.created)).toBe(true);
    expect(Math.abs(answer.created - Date.now() / 1000)).toBeLessThan(5);
  });

  it("says what it used and what that costs", async () => {
    const { usage } = await jsonOf(await ask({ model: "demo/echo", messages: MESSAGES }), 200);
    expect(usage.prompt_tokens).toBeGreaterThan(0);
    expect(usage.completion_tokens).toBeGreaterThan(0);
    const [prompt, completion] = [usage.prompt_tokens * 1e-6, usage.completion_tokens * 2e-6];
    expect(usage).toEqual({
      prompt_tokens: usage.prompt_tokens,
      completion_tokens: usage.completion_tokens,
      total_tokens: usage.prompt_tokens + usage.completion_tokens,
      cost: expect.closeTo(prompt + completion, 12),
      is_byok: false,
      prompt_tokens_details: { cached_tokens: 0, cache_write_tokens: 0, audio_tokens: 0, video_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 0, image_tokens: 0, audio_tokens: 0 },
      cost_details: {
        upstream_inference_cost: expect.closeTo(prompt + completion, 12),
        upstream_inference_prompt_cost: expect.closeTo(prompt, 12),
        upstream_inference_completions_cost: expect.closeTo(completion, 12),
      },
    });
  });
});

describe("a stream", () => {
  it("is an event stream of chunks that share one envelope", async () => {
    const response = await ask({ model: "demo/echo", messages: MESSAGES, stream: true });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toMatch(/^text\/event-stream/);
    const { chunks, isDone, isClean } = await readStream(response);
    expect({ isDone, isClean }).toEqual({ isDone: true, isClean: true });
    expect(textOf(chunks)).toBe(QUESTION);
    const [first] = chunks;
    expect(first.id).toBe(response.headers.get("x-generation-id"));
    for (const chunk of chunks) {
      const { id, created } = first;
      expect(chunk).toMatchObject({
        id,
        created,
        object: "chat.completion.chunk",
        model: "demo/echo",
        provider: "Demo",
      });
      expect(chunk.choices).toEqual([
        {
          index: 0,
          delta: expect.objectContaining({ role: "assistant" }),
          finish_reason: chunk.choices[0].finish_reason,
          native_finish_reason: chunk.choices[0].finish_reason,
        },
      ]);
      for (const field of ["system_fingerprint", "usage", "error"]) expect(chunk[field]).not.toBeNull();
    }
  });

  it("ends with the finish reason, then with the usage beside the same reason, unasked", async () => {
    const { chunks } = await readStream(await ask({ model: "demo/echo", messages: MESSAGES, stream: true }));
    const [finish, usage] = chunks.slice(-2);
    const end = {
      index: 0,
      delta: { content: "", role: "assistant" },
      finish_reason: "stop",
      native_finish_reason: "stop",
    };
    expect(finish.choices).toEqual([end]);
    expect(usage.choices).toEqual([end]);
    expect(usage.usage).toMatchObject({ cost: expect.any(Number), total_tokens: expect.any(Number) });
    expect(chunks.slice(0, -2).every((chunk) => chunk.choices[0].finish_reason === null)).toBe(true);
    expect(chunks.filter((chunk) => "usage" in chunk)).toEqual([usage]);
  });

  it("has usage whatever stream_options say", async () => {
    const body = { model: "demo/echo", messages: MESSAGES, stream: true, stream_options: { include_usage: false } };
    const { chunks } = await readStream(await ask(body));
    expect(chunks.at(-1).usage.total_tokens).toBeGreaterThan(0);
  });

  it.each(Object.entries(REQUESTS))("of %s says what the whole answer says", async (model, request) => {
    const [streamed, whole] = [
      await openAiView(gateway, { model, ...request, stream: true }),
      await openAiView(gateway, { model, ...request }),
    ];
    const timeless = ({ id, transcript, toolCalls, ...view }: typeof streamed) => ({
      ...view,
      toolCalls: toolCalls.map((call) => ({ ...call, id: "" })),
    });
    expect(whole.error).toBeUndefined();
    expect(timeless(streamed)).toEqual(timeless(whole));
  });
});

describe("the openai SDK", () => {
  it("calls a tool and brings back its result", async () => {
    const client = openAiClient(gateway);
    const answer = await client.chat.completions.create({ model: "demo/tools", messages: MESSAGES, tools: TOOLS });
    const [choice] = answer.choices;
    const [call] = choice?.message.tool_calls ?? [];
    expect(choice?.finish_reason).toBe("tool_calls");
    expect(call).toMatchObject({ id: expect.any(String), type: "function", function: { name: "throw_lever" } });
    if (!choice || call?.type !== "function") throw new Error("no call");
    expect(JSON.parse(call.function.arguments)).toMatchObject({ line: "river", seconds: expect.any(Number) });

    const result = { role: "tool" as const, tool_call_id: call.id, content: "the points are set" };
    const messages = [...MESSAGES, choice.message, result];
    const next = await client.chat.completions.create({ model: "demo/tools", messages, tools: TOOLS });
    expect(next.choices[0]?.message.content).toBe("throw_lever answered: the points are set");
    expect(next.choices[0]?.finish_reason).toBe("stop");
  });

  it("puts a streamed tool call together", async () => {
    const view = await openAiView(gateway, { model: "demo/tools", messages: MESSAGES, tools: TOOLS, stream: true });
    expect(view).toMatchObject({ finishReason: "tool_calls", error: undefined });
    expect(view.toolCalls).toHaveLength(1);
    expect(view.toolCalls[0]?.name).toBe("throw_lever");
    expect(Object.keys(JSON.parse(view.toolCalls[0]?.arguments ?? ""))).toEqual(["line", "seconds"]);
  });

  it("sees reasoning unless it is excluded", async () => {
    const request = { model: "demo/reasoner", messages: MESSAGES, stream: true };
    const shown = await openAiView(gateway, request);
    const hidden = await openAiView(gateway, { ...request, reasoning: { exclude: true } });
    const legacy = await openAiView(gateway, { ...request, include_reasoning: false });
    expect(shown.reasoning).toContain("5 words");
    expect([hidden.reasoning, legacy.reasoning]).toEqual(["", ""]);
    expect([hidden.text, legacy.text]).toEqual([shown.text, shown.text]);
  });

  it("stops where max_tokens says", async () => {
    const view = await openAiView(gateway, { model: "demo/story", messages: MESSAGES, max_tokens: 5, stream: true });
    expect(view).toMatchObject({ finishReason: "length", nativeFinishReason: "length" });
    expect(view.usage?.completion_tokens).toBe(5);
  });

  it("gets an error with the contract's fields", async () => {
    const error = await openAiClient(gateway)
      .chat.completions.create({ model: "demo/fault-429", messages: MESSAGES })
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(APIError);
    expect(error).toMatchObject({
      status: 429,
      error: {
        code: 429,
        message: expect.any(String),
        metadata: { error_type: "rate_limit_exceeded", provider_name: "Demo" },
      },
    });
  });
});

describe("@openrouter/sdk", () => {
  const client = openRouterClient(gateway);

  it.each(["demo/echo", "demo/story", "demo/reasoner"])("takes the whole answer of %s", async (model) => {
    const messages = [{ role: "user" as const, content: QUESTION }];
    const answer = await client.chat.send({ chatRequest: { model, messages, maxTokens: 20 } });
    if (!("choices" in answer)) throw new Error("a stream came unasked");
    expect(answer.choices[0]?.message.content).toEqual(expect.any(String));
    expect(answer.usage).toMatchObject({ cost: expect.any(Number), isByok: false });
  });

  it.each(["demo/echo", "demo/story", "demo/reasoner"])("takes every chunk of %s", async (model) => {
    const messages = [{ role: "user" as const, content: QUESTION }];
    const stream = await client.chat.send({ chatRequest: { model, messages, stream: true, maxTokens: 20 } });
    if ("choices" in stream) throw new Error("a stream was asked for");
    let last: unknown;
    for await (const chunk of stream) last = chunk;
    expect(last).toMatchObject({ model, usage: { cost: expect.any(Number) } });
  });

  it.each([true, false])("takes a tool call, stream: %s", async (stream) => {
    const messages = [{ role: "user" as const, content: QUESTION }];
    const answer = await client.chat.send({ chatRequest: { model: "demo/tools", messages, tools: TOOLS, stream } });
    const names: unknown[] = [];
    if ("choices" in answer)
      names.push(...(answer.choices[0]?.message.toolCalls ?? []).map((call) => call.function.name));
    else
      for await (const { choices } of answer)
        names.push(...(choices[0]?.delta.toolCalls ?? []).map((call) => call.function?.name));
    expect(names.filter((name) => name !== undefined)).toEqual(["throw_lever"]);
  });

  it("gives a typed error with its metadata", async () => {
    const messages = [{ role: "user" as const, content: QUESTION }];
    const error = await client.chat
      .send({ chatRequest: { model: "demo/fault-429", messages } })
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: "TooManyRequestsResponseError", statusCode: 429, error: { code: 429 } });
  });
});

describe("mounts", () => {
  it.each(["/api/v1/chat/completions", "/v1/chat/completions", "/chat/completions"])("answers at %s", async (path) => {
    const response = await fetch(gateway.origin + path, {
      method: "POST",
      headers: { authorization: `Bearer ${gateway.key}`, "content-type": "application/json" },
      body: JSON.stringify({ model: "demo/echo", messages: MESSAGES }),
    });
    expect((await jsonOf(response, 200)).choices[0].message.content).toBe(QUESTION);
  });
});

describe("a demo fault", () => {
  it.each([
    { fault: "400", status: 400, type: "invalid_request" },
    { fault: "401", status: 502, type: "provider_unavailable" },
    { fault: "404", status: 404, type: "not_found" },
    { fault: "429", status: 429, type: "rate_limit_exceeded" },
    { fault: "500", status: 502, type: "provider_unavailable" },
    { fault: "503", status: 503, type: "provider_overloaded" },
    { fault: "context", status: 400, type: "context_length_exceeded" },
    { fault: "empty", status: 502, type: "provider_unavailable" },
    { fault: "error-first", status: 502, type: "provider_unavailable" },
  ])("$fault is an error status, streamed or not", async ({ fault, status, type }) => {
    for (const stream of [true, false]) {
      const response = await ask({ model: `demo/fault-${fault}`, messages: MESSAGES, stream });
      const { error } = await jsonOf(response, status);
      expect(response.headers.get("content-type")).toBe("application/json");
      expect(response.headers.get("x-generation-id")).toMatch(/^gen-/);
      expect(error).toMatchObject({ code: status, message: expect.any(String) });
      expect(error.metadata).toMatchObject({ error_type: type, provider_name: "Demo", raw: expect.any(String) });
    }
  });

  it("429 says when to come back", async () => {
    const response = await ask({ model: "demo/fault-429", messages: MESSAGES });
    expect(response.headers.get("retry-after")).toBe("2");
  });

  it.each(["cut", "eof", "error-mid", "malformed"])(
    "%s after the first token is an error inside the stream",
    async (fault) => {
      const response = await ask({ model: `demo/fault-${fault}`, messages: MESSAGES, stream: true });
      expect(response.status).toBe(200);
      const { chunks, isDone, isClean } = await readStream(response);
      expect({ isDone, isClean }).toEqual({ isDone: true, isClean: true });
      expect(textOf(chunks)).not.toBe("");
      expect(errorsOf(chunks)).toHaveLength(1);
      expect(chunks.at(-1).choices[0].finish_reason).toBe("error");
    },
  );

  it.each(["cut", "eof", "error-mid", "malformed"])(
    "%s is an error status when the answer is wanted whole",
    async (fault) => {
      const response = await ask({ model: `demo/fault-${fault}`, messages: MESSAGES });
      expect((await jsonOf(response, 502)).error.metadata.provider_name).toBe("Demo");
    },
  );

  it("slow is only slow", async () => {
    const view = await openAiView(gateway, { model: "demo/fault-slow", messages: MESSAGES, stream: true });
    expect(view).toMatchObject({ error: undefined, finishReason: "stop" });
  });
});
