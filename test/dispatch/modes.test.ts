import { afterEach, describe, expect, it, vi } from "vitest";
import { chunk, completion, DONE, ending, event, ROLE, say, USAGE } from "../support/openai-chat.ts";
import { connect, json, type Reply, sse, text } from "./network.ts";
import { chunksOf, pictureOf, walk } from "./walk.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

const streamed = (hosts: Record<string, Reply>, chat: object = {}, endpoint: object = {}) => {
  connect(hosts);
  return walk({ a: { endpoint } }, { chat: { ...chat, stream: true } }).text();
};
const whole = (hosts: Record<string, Reply>, chat: Record<string, unknown> = {}) => {
  connect(hosts);
  return walk({ a: {} }, { chat }).whole();
};

describe("an upstream that does not answer in the way it was asked", () => {
  it("may send JSON for a stream: it becomes one", async () => {
    const stream = await streamed({ a: json(completion("Hi there")) });
    expect(pictureOf(stream)).toMatchObject({
      content: "Hi there",
      finishReasons: ["stop"],
      usage: USAGE,
      isDone: true,
    });
  });

  it("may send a stream for JSON: it is put together", async () => {
    const answer = await whole({ a: sse([ROLE, say("Hi "), say("there"), ending("length")]) });
    expect(answer).toMatchObject({
      object: "chat.completion",
      choices: [{ index: 0, message: { role: "assistant", content: "Hi there" }, finish_reason: "length" }],
      usage: USAGE,
    });
  });

  it("may leave the content type out: it is taken at its word", async () => {
    const bare =
      (body: string): Reply =>
      () =>
        new Response(new TextEncoder().encode(body));
    expect(pictureOf(await streamed({ a: bare(ROLE + say("Hi") + ending()) })).content).toBe("Hi");
    expect((await whole({ a: bare(JSON.stringify(completion("Hi"))) })).choices[0].message.content).toBe("Hi");
  });

  it.each(["text/event-stream", "text/event-stream; charset=utf-8", "TEXT/EVENT-STREAM"])(
    "may write its content type as %s",
    async (type) => {
      expect(
        pictureOf(await streamed({ a: text(say("Hi") + ending(), { headers: { "content-type": type } }) })).content,
      ).toBe("Hi");
    },
  );
});

describe("an answer on the wire", () => {
  it("in one piece has all that clients look for", async () => {
    connect({ a: json({ ...completion("Hi"), system_fingerprint: "fp_1", service_tier: "default" }) });
    const createdAtMs = 1_795_000_000_999;
    const identity = { id: "gen-1795000000-abc", createdAtMs, keyHash: "h", team: "t", client: {} };
    const answer = await walk({ a: {} }, { identity }).whole();
    expect(Object.keys(answer)).toEqual([
      "id",
      "object",
      "created",
      "model",
      "provider",
      "system_fingerprint",
      "service_tier",
      "choices",
      "usage",
    ]);
    expect(answer).toMatchObject({
      id: "gen-1795000000-abc",
      object: "chat.completion",
      created: 1_795_000_000,
      model: "acme/one",
      provider: "A",
      system_fingerprint: "fp_1",
      service_tier: "default",
      usage: { ...USAGE, cost: 0.000019, is_byok: false },
    });
    expect(Object.keys(answer.choices[0].message)).toEqual(["role", "content", "refusal", "reasoning"]);
  });

  it("in one piece has null for what the upstream did not say", async () => {
    const { id: _, ...rest } = completion("Hi");
    expect(await whole({ a: json(rest) })).toMatchObject({ system_fingerprint: null, service_tier: null });
  });

  it("as a stream ends in a finish, the usage, and [DONE], each once", async () => {
    const chunks = chunksOf(await streamed({ a: sse([ROLE, say("H"), say("i"), ending()]) }));
    expect(
      chunks.map((one) =>
        one === "[DONE]" ? one : [one.choices[0].delta.content, one.choices[0].finish_reason, one.usage !== undefined],
      ),
    ).toEqual([["H", null, false], ["i", null, false], ["", "stop", false], ["", "stop", true], "[DONE]"]);
  });

  it("as a stream has its usage last, wherever the upstream had it", async () => {
    const early = event({ choices: [], usage: { ...USAGE, completion_tokens: 1 } });
    const late = event({ choices: [{ index: 0, delta: { content: "i" }, finish_reason: "stop" }], usage: USAGE });
    const chunks = chunksOf(await streamed({ a: sse([early, say("H"), early, late, DONE]) }));
    expect(chunks.filter((one) => one.usage).map((one) => one.usage.completion_tokens)).toEqual([5]);
    expect(chunks.at(-2).usage).toBeDefined();
  });

  it("as a stream tells every choice's end", async () => {
    const choice = (index: number, delta: object, finish_reason: string | null = null) =>
      event({ choices: [{ index, delta, finish_reason }] });
    const stream = await streamed(
      {
        a: sse([
          choice(0, { content: "a" }),
          choice(1, { content: "b" }),
          choice(0, {}, "stop"),
          choice(1, { content: "B" }),
          choice(1, {}, "length"),
          DONE,
        ]),
      },
      { n: 2 },
      { supported_parameters: ["n"] },
    );
    const ends = chunksOf(stream).filter((one) => one.choices?.[0]?.finish_reason && !one.usage);
    expect(ends.map(({ choices }) => [choices[0].index, choices[0].finish_reason])).toEqual([
      [0, "stop"],
      [1, "length"],
    ]);
  });

  it("is never whole when one of its choices was cut", async () => {
    const choice = (index: number, delta: object, finish_reason: string | null = null) =>
      event({ choices: [{ index, delta, finish_reason }] });
    const stream = await streamed(
      { a: sse([choice(0, { content: "a" }), choice(1, { content: "b" }), choice(0, {}, "stop")]) },
      { n: 2 },
      { supported_parameters: ["n"] },
    );
    expect(pictureOf(stream)).toMatchObject({ error: { code: 502 } });
  });
});

describe("a stream and an answer in one piece", () => {
  const call = { id: "c1", type: "function", function: { name: "f", arguments: '{"x":1}' } };
  const pieces = [
    { index: 0, id: "c1", type: "function", function: { name: "f", arguments: "" } },
    { index: 0, function: { arguments: '{"x"' } },
    { index: 0, function: { arguments: ":1}" } },
  ];

  it.each<[name: string, message: object, deltas: object[], finish: string]>([
    ["text", { content: "Hi there" }, [{ content: "Hi " }, { content: "there" }], "stop"],
    ["text that was cut short", { content: "Hi th" }, [{ content: "Hi th" }], "length"],
    [
      "reasoning",
      { content: "Hi", reasoning_content: "Hm, so" },
      [{ reasoning_content: "Hm," }, { reasoning_content: " so" }, { content: "Hi" }],
      "stop",
    ],
    [
      "a tool call",
      { content: null, tool_calls: [call] },
      pieces.map((piece) => ({ tool_calls: [piece] })),
      "tool_calls",
    ],
    [
      "a refusal",
      { content: null, refusal: "I would rather not" },
      [{ refusal: "I would " }, { refusal: "rather not" }],
      "stop",
    ],
  ])("say the same and cost the same: %s", async (_, message, deltas, finish) => {
    const usage = { ...USAGE, completion_tokens_details: { reasoning_tokens: 2 } };
    const chunks = chunksOf(
      await streamed({ a: sse([ROLE, ...deltas.map((delta) => chunk(delta)), ending(finish, usage)]) }),
    );
    const answer = await whole({ a: json(completion("", { message, finish_reason: finish, usage })) });
    const said = chunks.slice(0, -1).map(({ choices }) => choices[0].delta);
    const join = (key: string) => said.map((delta) => delta[key] ?? "").join("");
    const [choice] = answer.choices;
    expect(join("content")).toBe(choice.message.content ?? "");
    expect(join("reasoning")).toBe(choice.message.reasoning ?? "");
    expect(join("refusal")).toBe(choice.message.refusal ?? "");
    const calls = said.flatMap((delta) => delta.tool_calls ?? []);
    expect(calls.map((piece) => piece.function.arguments ?? "").join("")).toBe(
      choice.message.tool_calls?.[0].function.arguments ?? "",
    );
    expect(chunks.at(-2).choices[0].finish_reason).toBe(choice.finish_reason);
    expect(chunks.at(-2).usage).toEqual(answer.usage);
  });

  it("both keep reasoning back when the client does not want it", async () => {
    for (const chat of [{ reasoning: { exclude: true } }, { include_reasoning: false }]) {
      const stream = await streamed(
        { a: sse([chunk({ reasoning_content: "Hm" }), chunk({ reasoning_content: "!", content: "Hi" }), ending()]) },
        chat,
      );
      expect(stream).not.toContain('reasoning"');
      expect(stream).not.toContain("reasoning_details");
      expect(pictureOf(stream).content).toBe("Hi");
      const answer = await whole({ a: json(completion("Hi", { message: { reasoning_content: "Hm" } })) }, chat);
      expect(answer.choices[0].message).toEqual({ role: "assistant", content: "Hi", refusal: null, reasoning: null });
    }
  });
});
