import { afterEach, describe, expect, it, vi } from "vitest";
import type { Endpoint } from "../../src/catalogue/catalogue.ts";
import type { GenerationRecord } from "../../src/schema/generation.ts";
import type { AnswerStyle } from "../../src/stream/style.ts";
import {
  chunk,
  completion,
  DONE,
  ending,
  errorBody,
  event,
  ROLE,
  say,
  streamOf,
  USAGE,
} from "../support/openai-chat.ts";
import { type Call, connect, cut, hang, json, pause, type Reply, silence, slowJson, sse } from "./network.ts";
import { chunksOf, type Spec, type Walk, walk } from "./walk.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

/** An endpoint that gives several choices in one call. */
const TAKES_N: Spec = { endpoint: { supported_parameters: ["n", "seed", "max_tokens"] } };

const texts = (...contents: string[]) => contents.map((content) => json(completion(content)));
const streams = (...contents: string[]) => contents.map((content) => sse(streamOf(...content.split("|"))));
const refused: Reply = json(errorBody("Overloaded."), { status: 503 });

/** What a reader of a stream has of each choice. */
function choicesOf(stream: string) {
  const chunks = chunksOf(stream).filter((one) => one !== "[DONE]");
  const choices: { text: string; ends: string[]; error?: unknown; provider?: string }[] = [];
  for (const { choices: told, provider } of chunks)
    for (const { index, delta, finish_reason: end, error } of told) {
      choices[index] ??= { text: "", ends: [] };
      choices[index].text += delta.content ?? "";
      choices[index].provider = provider;
      if (end !== null) choices[index].ends.push(end);
      if (error) choices[index].error = error;
    }
  return choices;
}

function usagesOf(stream: string) {
  return chunksOf(stream).filter((one) => one.usage);
}

const ask = (specs: Record<string, Spec>, chat: object = {}, options: object = {}): Walk =>
  walk(specs, { chat: { n: 3, ...chat }, ...options });

/** What was booked: the answer's own record, and those of its other calls in their order. */
function booked(records: GenerationRecord[]) {
  const own = records.filter(({ parentId }) => parentId === undefined);
  return { own: own[0], owns: own.length, others: records.filter(({ parentId }) => parentId !== undefined) };
}

const costOf = (records: GenerationRecord[]) =>
  records.reduce((sum, { costNanoUsd }) => sum + (costNanoUsd ?? 0), 0) / 1e9;

describe("an endpoint that lists n", () => {
  it("is asked once, with n", async () => {
    const choice = (index: number) => ({ ...completion(`${index}`).choices[0], index });
    const calls = connect({ a: json({ ...completion(""), choices: [0, 1, 2].map(choice) }) });
    const answer = await ask({ a: TAKES_N }, { seed: 5 }).whole();
    expect(calls.map(({ body }) => [body.n, body.seed])).toEqual([[3, 5]]);
    expect(answer.choices.map((one: { message: { content: string } }) => one.message.content)).toEqual(["0", "1", "2"]);
  });

  it("may give fewer: they come as they are", async () => {
    connect({ a: json(completion("Only one")) });
    expect((await ask({ a: TAKES_N }).whole()).choices).toHaveLength(1);
  });

  it("tells every choice's end once, and the usage behind them", async () => {
    const piece = (index: number, delta: object, finish_reason: string | null = null) =>
      event({ choices: [{ index, delta, finish_reason }] });
    connect({
      a: sse([
        ...[0, 1, 2].flatMap((index) => [piece(index, { content: `${index}` }), piece(index, {}, "stop")]),
        event({ choices: [], usage: USAGE }),
        DONE,
      ]),
    });
    const stream = await ask({ a: TAKES_N }, { stream: true }).text();
    expect(choicesOf(stream).map(({ text, ends }) => [text, ends])).toEqual([
      ["0", ["stop"]],
      ["1", ["stop"]],
      ["2", ["stop"]],
    ]);
    expect(usagesOf(stream)).toMatchObject([{ choices: [], usage: USAGE }]);
  });

  it("that is cut ends all choices that have no end", async () => {
    const piece = (index: number, delta: object, finish_reason: string | null = null) =>
      event({ choices: [{ index, delta, finish_reason }] });
    connect({ a: sse([piece(1, { content: "b" }), piece(1, {}, "stop"), piece(0, { content: "a" }), cut]) });
    const stream = await ask({ a: TAKES_N }, { stream: true }).text();
    expect(choicesOf(stream).map(({ ends }) => ends)).toEqual([["error"], ["stop"], ["error"]]);
  });

  it("in a format that has no word for it is asked once for each choice", async () => {
    const reply = json({
      ...{ id: "m", type: "message", role: "assistant", model: "x", stop_reason: "end_turn" },
      ...{ content: [{ type: "text", text: "Hi" }], usage: { input_tokens: 1, output_tokens: 1 } },
    });
    const calls = connect({ a: reply });
    const answer = await ask({ a: { ...TAKES_N, provider: { api: "anthropic-messages" } } }).whole();
    expect(calls).toHaveLength(3);
    expect(answer.choices).toHaveLength(3);
  });
});

describe("an endpoint that does not list n", () => {
  it.each<[string, Spec]>([
    ["lists other parameters", { endpoint: { supported_parameters: ["seed"] } }],
    ["lists nothing", {}],
  ])("and %s is asked once for each choice, without n", async (_, spec) => {
    const calls = connect({ a: texts("x", "y", "z") });
    const answer = await ask({ a: spec }).whole();
    expect(calls.map(({ body }) => "n" in body)).toEqual([false, false, false]);
    expect(
      answer.choices.map((one: { index: number; message: { content: string } }) => [one.index, one.message.content]),
    ).toEqual([
      [0, "x"],
      [1, "y"],
      [2, "z"],
    ]);
  });

  it("gets a seed of its own for each choice, where one was given", async () => {
    const calls = connect({ a: json(completion("Hi")) });
    await ask({ a: {} }, { seed: 40 }).whole();
    expect(calls.map(({ body }) => body.seed)).toEqual([40, 41, 42]);
    await ask({ a: {} }).whole();
    expect(calls.slice(3).every(({ body }) => !("seed" in body))).toBe(true);
  });

  it("is asked at the same time for all", async () => {
    const calls = connect({ a: slowJson([pause(30), JSON.stringify(completion("Hi"))]) });
    const answering = ask({ a: {} }, { n: 8 }).whole();
    await vi.waitFor(() => expect(calls).toHaveLength(8), { interval: 2, timeout: 25 });
    expect((await answering).choices).toHaveLength(8);
  });

  it("that gives more choices than it was asked for gives one", async () => {
    const choices = [0, 1].map((index) => ({ ...completion(`${index}`).choices[0], index }));
    connect({ a: json({ ...completion(""), choices }) });
    const answer = await ask({ a: {} }).whole();
    expect(answer.choices.map(({ message }: { message: { content: string } }) => message.content)).toEqual([
      "0",
      "0",
      "0",
    ]);
  });

  it("costs what the calls cost together, each with a record of its own", async () => {
    const usage = (completion_tokens: number) => ({
      prompt_tokens: 10,
      completion_tokens,
      total_tokens: 10 + completion_tokens,
    });
    connect({ a: [1, 2, 3].map((tokens) => json(completion("Hi", { usage: usage(tokens) }))) });
    const asked = ask({ a: {} });
    const answer = await asked.whole();
    expect(answer.usage).toMatchObject({
      ...{ prompt_tokens: 30, completion_tokens: 6, total_tokens: 36, cost: 0.000042 },
      cost_details: {
        upstream_inference_cost: 0.000042,
        upstream_inference_prompt_cost: 0.00003,
        upstream_inference_completions_cost: 0.000012,
      },
    });
    const { own, owns, others } = booked(asked.records);
    expect([own?.id, owns, others.length]).toEqual([answer.id, 1, 2]);
    expect(others.map(({ parentId }) => parentId)).toEqual([answer.id, answer.id]);
    expect(new Set(asked.records.map(({ id }) => id)).size).toBe(3);
    expect(asked.records.every(({ id }) => id.startsWith("gen-"))).toBe(true);
    expect(costOf(asked.records)).toBeCloseTo(answer.usage.cost, 12);
    // The one that releases what was held comes last.
    expect(asked.records.at(-1)).toBe(own);
  });

  it("has no price, and none is made up", async () => {
    connect({ a: json(completion("Hi")) });
    const { usage } = await ask({ a: { endpoint: { pricing: undefined } } }).whole();
    expect(usage.cost).toBeUndefined();
  });

  it("falls back for each choice by itself, in the order of the plan", async () => {
    const calls = connect({
      a: [json(completion("x")), refused, json(completion("z"))],
      b: json(completion("from b")),
    });
    const asked = ask({ a: {}, b: {} });
    const answer = await asked.whole();
    expect(answer.choices.map(({ message }: { message: { content: string } }) => message.content)).toEqual([
      "x",
      "from b",
      "z",
    ]);
    expect(calls.map(({ host }) => host)).toEqual(["a", "a", "a", "b"]);
    expect(answer.provider).toBe("A");
    expect(asked.records.map(({ attempts }) => attempts.map(({ tag, failure }) => [tag, failure]))).toEqual([
      [
        ["a", "overloaded"],
        ["b", undefined],
      ],
      [["a", undefined]],
      [["a", undefined]],
    ]);
  });

  it("says what an endpoint did not take, once", async () => {
    connect({ a: json(completion("Hi")) });
    const asked = ask({ a: { endpoint: { supported_parameters: ["seed"] } } }, { top_k: 3 });
    expect(await asked.dropped()).toEqual(["top_k"]);
  });

  it("asks for earlier reasoning once", async () => {
    connect({ a: json(completion("Hi")) });
    const recall = vi.fn(async () => new Map());
    const messages = [
      { role: "user", content: "Go" },
      { role: "assistant", tool_calls: [{ id: "c", type: "function", function: { name: "f", arguments: "{}" } }] },
      { role: "tool", tool_call_id: "c", content: "1" },
    ];
    const spec: Spec = { provider: { quirks: { reasoning_field: "reasoning_content" } } };
    await ask({ a: spec }, { messages }, { recall }).whole();
    expect(recall).toHaveBeenCalledTimes(1);
  });

  it("that lets one request in lets all its calls in, and nobody else's", async () => {
    const calls = connect({ a: json(completion("Hi")) });
    let inside = 0;
    const admit = vi.fn((_: Endpoint) => {
      if (inside > 0) return undefined;
      inside++;
      return () => {
        inside--;
      };
    });
    const answer = await ask({ a: {} }, {}, { admit }).whole();
    expect(calls).toHaveLength(3);
    expect(answer.choices.map((one: { finish_reason: string }) => one.finish_reason)).toEqual(["stop", "stop", "stop"]);
    expect(inside).toBe(0);
  });
});

describe("a plan with both kinds", () => {
  const several = (label: string) =>
    json({
      ...completion(""),
      choices: [0, 1, 2].map((index) => ({ ...completion(`${label}${index}`).choices[0], index })),
    });
  const contents = ({ choices }: { choices: { message: { content: string } }[] }) =>
    choices.map(({ message }) => message.content);

  it("goes on with a call for each choice from the first endpoint on that does not list n", async () => {
    const calls = connect({ a: refused, b: [refused, ...texts("y", "z")], c: json(completion("x")) });
    const asked = ask({ a: TAKES_N, b: {}, c: TAKES_N });
    expect(contents(await asked.whole())).toEqual(["x", "y", "z"]);
    expect(calls.map(({ host, body }) => [host, body.n])).toEqual([
      ["a", 3],
      ["b", undefined],
      ["b", undefined],
      ["b", undefined],
      ["c", undefined],
    ]);
    const { own, others } = booked(asked.records);
    expect(own?.attempts.map(({ tag }) => tag)).toEqual(["a", "b", "c"]);
    expect(others.map(({ attempts }) => attempts.map(({ tag }) => tag))).toEqual([["b"], ["b"]]);
  });

  it("asks an endpoint that lists n with it as long as none came that does not", async () => {
    const calls = connect({ a: refused, b: several("b"), c: json(completion("x")) });
    expect(contents(await ask({ a: TAKES_N, b: TAKES_N, c: {} }).whole())).toEqual(["b0", "b1", "b2"]);
    expect(calls.map(({ host, body }) => [host, body.n])).toEqual([
      ["a", 3],
      ["b", 3],
    ]);
  });

  it("tells the first choice's error when nobody answers", async () => {
    connect({
      a: refused,
      b: [json(errorBody("First."), { status: 500 }), json(errorBody("Other."), { status: 429 })],
    });
    const asked = ask({ a: TAKES_N, b: {} });
    const error = await asked.error();
    expect([error.status, error.metadata.raw]).toEqual([502, expect.stringContaining("First.")]);
    expect(error.metadata.previous_errors).toHaveLength(1);
    expect(asked.records.map(({ outcome, costNanoUsd }) => [outcome, costNanoUsd])).toEqual([
      ["failed", 0],
      ["failed", 0],
      ["failed", 0],
    ]);
  });
});

describe("some calls that fail", () => {
  it("leave their choice an error, in one piece", async () => {
    connect({
      a: [
        json(completion("x")),
        json(errorBody("No.", { type: "invalid_request_error" }), { status: 400 }),
        json(completion("z")),
      ],
    });
    const asked = ask({ a: {} });
    const answer = await asked.whole();
    expect(answer.choices).toMatchObject([
      { index: 0, finish_reason: "stop", message: { content: "x" } },
      {
        index: 1,
        finish_reason: "error",
        message: { content: "" },
        error: { code: 400, metadata: { provider_name: "A" } },
      },
      { index: 2, finish_reason: "stop", message: { content: "z" } },
    ]);
    expect("error" in answer).toBe(false);
    expect("error" in answer.choices[0]).toBe(false);
    expect(answer.usage.prompt_tokens).toBe(18);
    expect(asked.records.map(({ outcome }) => outcome)).toEqual(["failed", "finished", "finished"]);
  });

  it("leave their choice an error, in a stream that goes on", async () => {
    connect({ a: [refused, sse([ROLE, say("y"), cut]), sse([ROLE, say("z"), pause(30), say("Z"), ending()])] });
    const asked = ask({ a: {} }, { stream: true });
    const stream = await asked.text();
    expect(choicesOf(stream)).toMatchObject([
      { text: "", ends: ["error"], error: { code: 503, metadata: { error_type: "provider_overloaded" } } },
      { text: "y", ends: ["error"], error: { code: 502, metadata: { error_type: "provider_unavailable" } } },
      { text: "zZ", ends: ["stop"] },
    ]);
    expect(chunksOf(stream).some((one) => one.error)).toBe(false);
    expect(usagesOf(stream)).toHaveLength(1);
    expect(stream.match(/\[DONE\]/g)).toHaveLength(1);
    const { own, others } = booked(asked.records);
    expect([own?.outcome, ...others.map(({ outcome }) => outcome)]).toEqual(["failed", "cut", "finished"]);
    expect(usagesOf(stream)[0].usage.cost).toBeCloseTo(costOf(asked.records), 12);
  });

  it("end a stream in the error of the first when none comes to its end", async () => {
    connect({ a: [refused, sse([ROLE, say("y"), cut]), sse([ROLE, say("z"), pause(20), cut])] });
    const stream = await ask({ a: {} }, { stream: true }).text();
    const chunks = chunksOf(stream);
    expect(chunks.at(-1)).toBe("[DONE]");
    expect(chunks.at(-2)).toMatchObject({ error: { code: 503 }, choices: [{ index: 2, finish_reason: "error" }] });
    expect(choicesOf(stream).map(({ ends }) => ends)).toEqual([["error"], ["error"], ["error"]]);
    expect(usagesOf(stream)).toEqual([]);
  });

  it("before the first word of any are not seen: the error has its own status", async () => {
    connect({ a: [refused, hang, refused] });
    const asked = ask({ a: { provider: { timeouts: { first_token_ms: 30 } } } }, { stream: true });
    expect((await asked.error()).status).toBe(503);
    expect(asked.records).toHaveLength(3);
  });
});

describe("a stream of several calls", () => {
  it("comes as it comes, each piece with its choice and its provider", async () => {
    connect({
      a: [sse([ROLE, say("a1"), pause(40), say("a2"), ending("length")]), refused],
      b: sse([ROLE, say("b1"), pause(15), say("b2"), ending()]),
    });
    const stream = await ask({ a: {}, b: {} }, { n: 2, stream: true }).text();
    expect(choicesOf(stream)).toEqual([
      { text: "a1a2", ends: ["length"], provider: "A" },
      { text: "b1b2", ends: ["stop"], provider: "B" },
    ]);
    const order = chunksOf(stream)
      .filter((one) => one !== "[DONE]")
      .flatMap(({ choices }) => choices.map((one: { delta: { content: string } }) => one.delta.content))
      .filter((content) => content !== "");
    expect(order.indexOf("b2")).toBeLessThan(order.indexOf("a2"));
  });

  it("has one id, and the usage of all at its end", async () => {
    connect({ a: streams("x|y", "z", "w") });
    const asked = ask({ a: {} }, { stream: true });
    const chunks = chunksOf(await asked.text());
    expect(new Set(chunks.slice(0, -1).map(({ id }) => id))).toEqual(new Set(["gen-1-abc"]));
    expect(chunks.at(-2)).toMatchObject({ choices: [], usage: { prompt_tokens: 27, completion_tokens: 15 } });
    expect(chunks.filter((one) => one.usage)).toHaveLength(1);
    expect(asked.records.map(({ id }) => id).at(-1)).toBe("gen-1-abc");
  });

  it("begins with the first call that says something, and waits for no other", async () => {
    connect({ a: [sse([ROLE, silence]), sse(streamOf("quick"))] });
    const asked = ask({ a: {} }, { n: 2, stream: true });
    const reader = (await asked.body()).getReader();
    expect(new TextDecoder().decode((await reader.read()).value)).toContain("quick");
    await reader.cancel();
    await asked.settled();
  });

  it("begins with nothing that is no word", async () => {
    const calls = connect({ a: [sse([ROLE, pause(20), cut]), sse([ROLE, pause(20), cut])], b: streams("x", "y") });
    const stream = await ask({ a: {}, b: {} }, { n: 2, stream: true }).text();
    expect(
      choicesOf(stream)
        .map(({ text, provider }) => [text, provider])
        .sort(),
    ).toEqual([
      ["x", "B"],
      ["y", "B"],
    ]);
    expect(calls.map(({ host }) => host)).toEqual(["a", "a", "b", "b"]);
  });

  it("gives an end to a choice whose upstream told none", async () => {
    connect({ a: sse([say("x"), chunk({}, "stop"), DONE]) });
    const stream = await ask({ a: {} }, { stream: true }).text();
    expect(choicesOf(stream).map(({ ends }) => ends)).toEqual([["stop"], ["stop"], ["stop"]]);
  });

  it("reads no call further than its client does", async () => {
    const steps = Array.from({ length: 4000 }, () => say("x".repeat(1000)));
    let pulled = 0;
    const counted: Reply = ({ signal }) => {
      let step = 0;
      const body = new ReadableStream<Uint8Array>(
        {
          pull(controller) {
            if (signal.aborted) return controller.close();
            pulled++;
            controller.enqueue(new TextEncoder().encode(steps[step++] ?? ending()));
          },
        },
        { highWaterMark: 0 },
      );
      return new Response(body, { headers: { "content-type": "text/event-stream" } });
    };
    connect({ a: counted });
    const asked = ask({ a: {} }, { stream: true });
    const reader = (await asked.body()).getReader();
    await reader.read();
    let before = -1;
    while (before !== pulled) {
      before = pulled;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(pulled).toBeLessThan(400);
    await reader.cancel();
  });
});

describe("a client that leaves", () => {
  const stopped = (calls: Call[]) => calls.map(({ signal }) => signal.aborted);

  it("stops all calls of a stream at once, and each is booked", async () => {
    const calls = connect({ a: [sse([ROLE, say("x "), silence]), sse([ROLE, say("y "), silence]), hang] });
    const asked = ask({ a: {} }, { stream: true });
    const reader = (await asked.body()).getReader();
    await reader.read();
    expect(stopped(calls)).toEqual([false, false, false]);
    await reader.cancel();
    expect(stopped(calls)).toEqual([true, true, true]);
    await asked.settled();
    await vi.waitFor(() => expect(asked.records).toHaveLength(3));
    const { own, others } = booked(asked.records);
    expect([own?.outcome, ...others.map(({ outcome }) => outcome)]).toEqual(["cancelled", "cancelled", "cancelled"]);
    expect(own?.costNanoUsd).toBeGreaterThan(0);
    expect(own?.certainty).toBe("at_least");
    expect(asked.records.at(-1)).toBe(own);
  });

  it("stops all calls of an answer in one piece at once", async () => {
    const calls = connect({ a: [json(completion("x")), slowJson([silence]), hang] });
    const asked = ask({ a: {} });
    await vi.waitFor(() => expect(calls).toHaveLength(3));
    await new Promise((resolve) => setTimeout(resolve, 10));
    asked.leave();
    expect((await asked.error()).status).toBe(499);
    expect(stopped(calls)).toEqual([true, true, true]);
    expect(booked(asked.records)).toMatchObject({ owns: 1, own: { outcome: "cancelled" } });
    expect(asked.records).toHaveLength(3);
  });

  it("stops the one call that gives all choices", async () => {
    const calls = connect({ a: hang });
    const asked = ask({ a: TAKES_N, b: {} }, { stream: true });
    await vi.waitFor(() => expect(calls).toHaveLength(1));
    asked.leave();
    expect((await asked.error()).status).toBe(499);
    expect(calls.map(({ signal }) => signal.aborted)).toEqual([true]);
    expect(asked.records.map(({ outcome }) => outcome)).toEqual(["cancelled"]);
  });

  it("after all calls have ended has the answer cancelled, and pays all of it", async () => {
    connect({ a: sse(streamOf("x".repeat(100_000))) });
    const asked = ask({ a: {} }, { stream: true });
    const body = await asked.body();
    await body.cancel();
    expect(booked(asked.records).own).toMatchObject({ outcome: "cancelled", finishReason: null });
  });

  it("lets answers be read out where the operator wants it, and books them then", async () => {
    const slow = sse([ROLE, say("x "), pause(40), ending()]);
    connect({ a: slow });
    const asked = ask({ a: { provider: { on_disconnect: "drain" } } }, { stream: true });
    const reader = (await asked.body()).getReader();
    await reader.read();
    await reader.cancel();
    expect(asked.records).toEqual([]);
    await asked.settled();
    expect(asked.records.map(({ outcome, certainty }) => [outcome, certainty])).toEqual([
      ["cancelled", "exact"],
      ["cancelled", "exact"],
      ["cancelled", "exact"],
    ]);
    expect(asked.records.at(-1)?.parentId).toBeUndefined();
  });
});

describe("a guard", () => {
  it("that refuses stops all calls; each is paid and says so", async () => {
    const calls = connect({ a: [sse([ROLE, say("bad"), silence]), ...streams("good", "fine")] });
    const { RouterError } = await import("../../src/errors.ts");
    const guard = {
      async read(next: () => Promise<unknown[]>) {
        const parts = (await next()) as { delta?: { content?: string } }[];
        if (parts.some(({ delta }) => delta?.content === "bad"))
          throw new RouterError("content_policy_violation", "No.");
        return parts as never;
      },
      cancel() {},
    };
    const asked = ask({ a: {} }, { stream: true }, { extras: { guard } });
    const stream = await asked.text().catch(() => undefined);
    if (stream) expect(chunksOf(stream).at(-2)).toMatchObject({ error: { code: 400 } });
    expect(calls[0]?.signal.aborted).toBe(true);
    await vi.waitFor(() => expect(asked.records).toHaveLength(3));
    expect(asked.records.map(({ finishReason }) => finishReason)).toEqual([
      "content_filter",
      "content_filter",
      "content_filter",
    ]);
    expect(booked(asked.records).own?.costNanoUsd).toBeGreaterThan(0);
  });
});

describe("another dialect", () => {
  const style: AnswerStyle = {
    ...{ id: "chat-1", streamUsage: "none", hasGeneratedText: true },
    toErrorEvent: ({ message }) => ({ error: message }),
  };

  it("tells each choice's own text again at its end", async () => {
    connect({ a: streams("x|y", "z|w") });
    const chunks = chunksOf(await ask({ a: {} }, { n: 2, stream: true }, { style }).text());
    const ends = chunks.flatMap((one) => one.choices ?? []).filter((choice) => choice.finish_reason !== null);
    expect(ends.map(({ index, generated_text }) => [index, generated_text]).sort()).toEqual([
      [0, "xy"],
      [1, "zw"],
    ]);
    expect(chunks.slice(0, -1).every(({ id, usage }) => id === "chat-1" && usage === undefined)).toBe(true);
  });

  it("has its own error when all choices go wrong", async () => {
    connect({ a: sse([ROLE, say("x"), cut]) });
    const chunks = chunksOf(await ask({ a: {} }, { n: 2, stream: true }, { style }).text());
    expect(chunks.slice(-2)).toEqual([{ error: expect.any(String) }, "[DONE]"]);
  });
});

describe("what is told of the routing", () => {
  it("names every call with its generation", async () => {
    connect({
      a: [json(completion("x")), refused],
      b: json(errorBody("No.", { type: "invalid_request_error" }), { status: 400 }),
    });
    const asked = ask({ a: {}, b: {} }, { n: 2 }, { wantsMetadata: true });
    const { openrouter_metadata: told } = await asked.whole();
    const { own, others } = booked(asked.records);
    expect(told.calls).toEqual([
      { choice: 0, id: own?.id, tag: "a", provider: "A", model: "acme/one" },
      { choice: 1, id: others[0]?.id, failure: "rejected" },
    ]);
    expect(told.attempt).toBe(3);
    expect(told.attempts.map(({ choice, tag, failure }: Record<string, unknown>) => [choice, tag, failure])).toEqual([
      [0, "a", undefined],
      [1, "a", "overloaded"],
      [1, "b", "rejected"],
    ]);
    expect(told.endpoints.available[0].selected).toBe(true);
  });

  it("stands beside the error, too", async () => {
    connect({ a: refused });
    const error = await ask({ a: {} }, {}, { wantsMetadata: true }).error();
    expect(error.routing).toMatchObject({ attempt: 3, calls: [{ choice: 0 }, { choice: 1 }, { choice: 2 }] });
  });
});
