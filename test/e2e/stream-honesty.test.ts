import { setTimeout as wait } from "node:timers/promises";
import { APIError } from "openai";
import { afterAll, describe, expect, it } from "vitest";
import { openAiClient, openRouterClient } from "../support/clients.ts";
import { jsonOf } from "../support/gateway.ts";
import { chunk, completion, DONE, ending, errorBody, event, ROLE, say, streamOf } from "../support/openai-chat.ts";
import { errorsOf, readStream, type SseEvent, textOf } from "../support/sse-client.ts";
import { type Answer, byMode, gzipped, json, pause, type Step, sse } from "../support/upstream.ts";
import { createWorld } from "../support/world.ts";

const world = await createWorld("honesty");
const { gateway, upstream } = world;
afterAll(() => world.close());

const MESSAGES = [{ role: "user" as const, content: "Where does the line go?" }];
/** A stream that does not end is broken off, so that its test fails early. */
const PATIENCE_MS = 6000;
const ask = (body: object) =>
  gateway.request("/chat/completions", {
    json: { messages: MESSAGES, stream: true, ...body },
    signal: AbortSignal.timeout(PATIENCE_MS),
  });

/** What every broken stream says before it breaks. */
const BEFORE = [ROLE, say("Down "), say("by the ")];
const SAID = "Down by the ";

describe("after the first token", () => {
  const oversized = `data: {"choices":[{"index":0,"delta":{"content":"${"x".repeat(34 * 1024 * 1024)}`;
  const rows: {
    name: string;
    after: Iterable<Step>;
    timeouts?: object;
    code?: number;
    type?: string;
    says?: string;
  }[] = [
    { name: "a reset", after: [pause(30), "reset"] },
    { name: "a close in the middle of the body", after: ["fin"] },
    { name: "a clean end without finish reason or [DONE]", after: [] },
    { name: "half an event, then a clean end", after: ['data: {"choices":[{"ind'] },
    { name: "half an event, then a reset", after: ['data: {"choices":[{"ind', pause(30), "reset"] },
    { name: "silence", after: ["stall"], timeouts: { idle_ms: 150 }, code: 504, type: "timeout" },
    { name: "comments instead of content", after: comments(), timeouts: { idle_ms: 150 }, code: 504, type: "timeout" },
    { name: "words for ever", after: words(), timeouts: { total_ms: 300 }, code: 504, type: "timeout" },
    { name: "an event that is not JSON", after: [event("{oops"), say("river."), ending()] },
    { name: "an event that is JSON, but no object", after: [event("null"), event("42"), event('"no"')] },
    { name: "an event without an end", after: [oversized], says: "longer than" },
    {
      name: "an error event",
      after: [event(errorBody("The rails are wet.")), say("river."), ending()],
      says: "The rails are wet.",
    },
    { name: "an error event with a name", after: [`event: error\n${event(errorBody("Named."))}`], says: "Named." },
    { name: "an error that is a string", after: [event({ error: "plainly wrong" }), DONE], says: "plainly wrong" },
    {
      name: "an error inside the choice",
      after: [
        event({ choices: [{ index: 0, delta: {}, finish_reason: "error", error: { code: 502, message: "Inside." } }] }),
        DONE,
      ],
      says: "Inside.",
    },
    {
      name: "an error beside its usage",
      after: [
        event({
          ...errorBody("With usage."),
          choices: [],
          usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
        }),
        DONE,
      ],
      says: "With usage.",
    },
    { name: "a finish reason that is an error", after: [chunk({}, "error"), ending()] },
  ];

  it.each(rows)("$name is one error chunk and a clean end", async ({ after, timeouts, code = 502, type, says }) => {
    const first = { answer: sse(joined([...BEFORE, pause(10)], after)), provider: { timeouts: timeouts ?? {} } };
    const cast = await world.addModels(["a"], { first, second: sse(streamOf("someone else")) });
    const response = await ask({ model: cast.model() });
    const id = response.headers.get("x-generation-id") ?? "";
    const { chunks, isDone, isClean } = await readStream(response);

    expect({ isDone, isClean }).toEqual({ isDone: true, isClean: true });
    expect(errorsOf(chunks)).toHaveLength(1);
    const last = chunks.at(-1);
    expect(last).toEqual({
      ...{ id, object: "chat.completion.chunk", created: expect.any(Number), model: cast.model() },
      provider: cast.displayName("first"),
      error: { code, message: expect.any(String), metadata: expect.any(Object) },
      choices: [
        {
          index: 0,
          delta: expect.objectContaining({ content: "" }),
          finish_reason: "error",
          native_finish_reason: last.choices[0].native_finish_reason,
        },
      ],
    });
    expect(last.error.metadata).toMatchObject({
      error_type: type ?? expect.any(String),
      provider_name: cast.displayName("first"),
    });
    if (says) expect(JSON.stringify(last.error)).toContain(says);
    const content = textOf(chunks.slice(0, -1));
    expect(content.startsWith(SAID)).toBe(true);
    if (code !== 504) expect(content).toBe(SAID);
    expect(chunks.slice(0, -1).every((one) => one.choices[0].finish_reason === null)).toBe(true);

    const visit = await cast.route("first").visit(1);
    await Promise.race([visit.ended, wait(1000)]);
    expect(visit.ending).not.toBe("open");
    const record = await gateway.generation(id);
    expect(record).toMatchObject({
      finish_reason: "error",
      cancelled: false,
      provider_name: cast.displayName("first"),
    });
    expect(record.total_cost).toBeGreaterThan(0);
    expect(cast.visited()).toEqual(["a.first"]);
  });

  it("both official clients throw, or show the error, after the text", async () => {
    const first = sse([...BEFORE, pause(30), "reset"]);
    const one = await world.addModels(["a"], { first });
    let text = "";
    const failure = await (async () => {
      const stream = await openAiClient(gateway).chat.completions.create({
        model: one.model(),
        messages: MESSAGES,
        stream: true,
      });
      for await (const part of stream) text += part.choices[0]?.delta.content ?? "";
    })().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(APIError);
    expect(text).toBe(SAID);

    const two = await world.addModels(["a"], { first });
    const stream = await openRouterClient(gateway).chat.send({
      chatRequest: { model: two.model(), messages: MESSAGES, stream: true },
    });
    if ("choices" in stream) throw new Error("a stream was asked for");
    const seen: unknown[] = [];
    for await (const part of stream) seen.push(part);
    expect(seen.at(-1)).toMatchObject({
      error: { code: 502, message: expect.any(String) },
      choices: [{ finishReason: "error" }],
    });
  });
});

describe("after the finish reason", () => {
  const rows: { name: string; after: Step[] }[] = [
    { name: "a clean end without [DONE]", after: [] },
    { name: "a reset", after: [pause(30), "reset"] },
    { name: "an event that is not JSON", after: [event("{oops"), DONE] },
    { name: "another finish reason", after: [chunk({}, "length"), DONE] },
  ];

  it.each(rows)("$name takes nothing from the answer", async ({ after }) => {
    const cast = await world.addModels(["a"], { first: sse([...BEFORE, say("river."), chunk({}, "stop"), ...after]) });
    const { chunks, isDone, isClean } = await readStream(await ask({ model: cast.model() }));
    expect({ isDone, isClean }).toEqual({ isDone: true, isClean: true });
    expect(errorsOf(chunks)).toEqual([]);
    expect(textOf(chunks)).toBe("Down by the river.");
    expect(chunks.slice(-2).map((one) => one.choices[0].finish_reason)).toEqual(["stop", "stop"]);
    expect(chunks.at(-1).usage).toMatchObject({ completion_tokens: expect.any(Number) });
  });

  it("and [DONE] nothing is read any more", async () => {
    const cast = await world.addModels(["a"], {
      first: sse([...BEFORE, ending(), event(errorBody("Too late.")), "stall"]),
    });
    const { chunks, isDone } = await readStream(await ask({ model: cast.model() }));
    expect(isDone).toBe(true);
    expect(errorsOf(chunks)).toEqual([]);
    const visit = await cast.route("first").visit(1);
    await Promise.race([visit.ended, wait(3000)]);
    expect(visit.ending).toBe("departed");
  });
});

describe("a broken answer that is wanted whole", () => {
  const half = JSON.stringify(completion("Down by the river.")).slice(0, -30);
  const rows: { name: string; answer: Answer; timeouts?: object; status?: number }[] = [
    { name: "by a reset", answer: sse([half, pause(30), "reset"], asJson()) },
    { name: "by a close", answer: sse([half, "fin"], asJson()) },
    { name: "by a clean end", answer: sse([half], asJson()) },
    { name: "by silence", answer: sse([half, "stall"], asJson()), timeouts: { total_ms: 200 }, status: 504 },
    { name: "by its own finish reason", answer: json(completion("Down", { finish_reason: "error" })) },
  ];

  it.each(rows)("$name is an error status", async ({ answer, timeouts, status = 502 }) => {
    const cast = await world.addModels(["a"], { first: { answer, provider: { timeouts: timeouts ?? {} } } });
    const response = await ask({ model: cast.model(), stream: false });
    const { error } = await jsonOf(response, status);
    expect(error.metadata).toMatchObject({ provider_name: cast.displayName("first") });
    const record = await gateway.generation(response.headers.get("x-generation-id") ?? "");
    expect(record).toMatchObject({ finish_reason: "error", total_cost: 0 });
  });
});

describe("a stream comes as it is made", () => {
  it("piece by piece", async () => {
    const GAP_MS = 60;
    const sentAtMs: number[] = [];
    const paced: Answer = sse({
      *[Symbol.iterator](): Generator<Step> {
        yield ROLE;
        for (let index = 0; index < 8; index++) {
          yield pause(GAP_MS);
          sentAtMs.push(performance.now());
          yield say(`${index} `);
        }
        yield ending();
      },
    });
    const cast = await world.addModels(["a"], { first: paced });
    const arrivals: SseEvent[] = [];
    await readStream(await ask({ model: cast.model() }), (one) => arrivals.push(one));
    const delays = sentAtMs.map((sentMs, index) => {
      const arrival = arrivals.find(({ data }) => data !== "[DONE]" && textOf([JSON.parse(data)]) === `${index} `);
      return (arrival?.atMs ?? Number.POSITIVE_INFINITY) - sentMs;
    });
    // Each piece is here before the next one leaves; a busy machine may be late with one or two.
    const inTime = delays.filter((delayMs) => delayMs < GAP_MS);
    expect(inTime.length, `delays in ms: ${delays.map(Math.round)}`).toBeGreaterThanOrEqual(6);
  });

  it("with the headers not before the first token, so that the status can still tell the truth", async () => {
    const cast = await world.addModels(["a"], {
      first: sse([": hello\n\n", ROLE, pause(150), ...streamOf("Now.").slice(1)]),
    });
    const askedAtMs = performance.now();
    const response = await ask({ model: cast.model() });
    expect(performance.now() - askedAtMs).toBeGreaterThan(140);
    expect(textOf((await readStream(response)).chunks)).toBe("Now.");
  });

  it.each([1, 3, 1000])("whole, when it comes in pieces of %s bytes", async (cut) => {
    const words = Array.from({ length: 60 }, (_, index) => `${index}-é🚂 `);
    const cast = await world.addModels(["a"], { first: sse([streamOf(...words).join("")], { cut }) });
    const { chunks, isDone } = await readStream(await ask({ model: cast.model() }));
    expect(textOf(chunks)).toBe(words.join(""));
    expect(isDone).toBe(true);
  });

  it("in order and without loss, when two thousand chunks come at once", async () => {
    const words = Array.from({ length: 2000 }, (_, index) => `${index} `);
    const cast = await world.addModels(["a"], { first: sse([streamOf(...words).join("")]) });
    const { chunks, isDone } = await readStream(await ask({ model: cast.model() }));
    expect(textOf(chunks)).toBe(words.join(""));
    expect(isDone).toBe(true);
  });

  it("out of compressed bytes too", async () => {
    const cast = await world.addModels(["a"], {
      first: byMode({
        stream: gzipped(streamOf("squeezed").join(""), "text/event-stream"),
        whole: gzipped(JSON.stringify(completion("squeezed")), "application/json"),
      }),
    });
    expect(textOf((await readStream(await ask({ model: cast.model() }))).chunks)).toBe("squeezed");
    const whole = await jsonOf(await ask({ model: cast.model(), stream: false }), 200);
    expect(whole.choices[0].message.content).toBe("squeezed");
  });

  it("and nothing stays open behind it", async () => {
    await wait(50);
    expect(upstream.openExchanges()).toBe(0);
  });
});

function asJson() {
  return { headers: { "content-type": "application/json" } };
}

function* joined(...parts: Iterable<Step>[]): Generator<Step> {
  for (const steps of parts) yield* steps;
}

function comments(): Iterable<Step> {
  return endlessly(": keep-alive\n\n");
}

function words(): Iterable<Step> {
  return endlessly(say("and on "));
}

function endlessly(step: Step): Iterable<Step> {
  return {
    *[Symbol.iterator]() {
      for (;;) {
        yield step;
        yield pause(20);
      }
    },
  };
}
