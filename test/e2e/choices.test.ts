import { afterAll, describe, expect, it } from "vitest";
import { openAiClient } from "../support/clients.ts";
import { jsonOf } from "../support/gateway.ts";
import { askAndLeave } from "../support/leaving-client.ts";
import { completion, ending, errorBody, event, ROLE, say, streamOf } from "../support/openai-chat.ts";
import { readStream } from "../support/sse-client.ts";
import { type Answer, byMode, hang, json, pause, type Step, sse } from "../support/upstream.ts";
import { createWorld } from "../support/world.ts";

const world = await createWorld("choices");
const { gateway } = world;
afterAll(() => world.close());

const MESSAGES = [{ role: "user" as const, content: "Say something." }];
const usageOf = (prompt_tokens: number, completion_tokens: number) => ({
  ...{ prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens },
});

/** Tells its seed, so that choices can be told apart; of a stream in two pieces. */
const seeded: Answer = (exchange) => {
  const { seed } = exchange.visit.body;
  const usage = usageOf(10, seed);
  return byMode({
    stream: sse([ROLE, say("seed "), pause(5), say(`${seed}`), ending("stop", usage)]),
    whole: json(completion(`seed ${seed}`, { usage })),
  })(exchange);
};

/** A stream that goes on for as long as someone listens. */
const endless: Answer = sse({
  *[Symbol.iterator](): Generator<Step> {
    yield ROLE;
    for (let word = 1; ; word++) {
      yield say(`word-${word} `);
      yield pause(15);
    }
  },
});

/** The records of an answer's calls: the answer's own first. */
async function recordsOf(metadata: { calls: { id: string }[] }) {
  return Promise.all(metadata.calls.map(({ id }) => gateway.generation(id)));
}

const TOLD = { "x-openrouter-metadata": "enabled" };

describe("the openai SDK asks for three choices", () => {
  it("of an endpoint that gives one a call, in one piece", async () => {
    const cast = await world.addModels(["a"], { first: seeded });
    const answer = await openAiClient(gateway).chat.completions.create({
      ...{ model: cast.model(), messages: MESSAGES, n: 3, seed: 7 },
    });
    expect(answer.choices.map(({ index, message, finish_reason }) => [index, message.content, finish_reason])).toEqual([
      [0, "seed 7", "stop"],
      [1, "seed 8", "stop"],
      [2, "seed 9", "stop"],
    ]);
    expect(answer.usage).toMatchObject(usageOf(30, 24));
    expect(cast.route("first").visits.map(({ body }) => "n" in body)).toEqual([false, false, false]);
  });

  it("of an endpoint that gives one a call, as a stream", async () => {
    const cast = await world.addModels(["a"], { first: seeded });
    const stream = await openAiClient(gateway).chat.completions.create({
      ...{ model: cast.model(), messages: MESSAGES, n: 3, seed: 7, stream: true },
    });
    const texts = ["", "", ""];
    const ends: (number | string)[][] = [];
    let usage: unknown;
    for await (const chunk of stream) {
      for (const { index, delta, finish_reason } of chunk.choices) {
        texts[index] += delta.content ?? "";
        if (finish_reason) ends.push([index, finish_reason]);
      }
      usage = chunk.usage ?? usage;
    }
    expect(texts).toEqual(["seed 7", "seed 8", "seed 9"]);
    expect(ends.sort()).toEqual([
      [0, "stop"],
      [1, "stop"],
      [2, "stop"],
    ]);
    expect(usage).toMatchObject(usageOf(30, 24));
  });

  it("of an endpoint that lists n, in one call", async () => {
    const choices = [0, 1, 2].map((index) => ({ ...completion(`choice ${index}`).choices[0], index }));
    const piece = (index: number, delta: object, finish_reason: string | null = null) =>
      event({ object: "chat.completion.chunk", choices: [{ index, delta, finish_reason }] });
    const pieces = [0, 1, 2].flatMap((index) => [
      piece(index, { content: `choice ${index}` }),
      piece(index, {}, "stop"),
    ]);
    const answer = byMode({
      whole: json({ ...completion(""), choices }),
      stream: sse([...pieces, event({ choices: [], usage: usageOf(9, 5) }), "data: [DONE]\n\n"]),
    });
    const cast = await world.addModels(["a"], { first: { answer, endpoint: { supported_parameters: ["n"] } } });
    const client = openAiClient(gateway);
    const asked = { model: cast.model(), messages: MESSAGES, n: 3 };
    const whole = await client.chat.completions.create(asked);
    expect(whole.choices.map(({ message }) => message.content)).toEqual(["choice 0", "choice 1", "choice 2"]);
    const texts: string[] = [];
    for await (const chunk of await client.chat.completions.create({ ...asked, stream: true }))
      for (const { index, delta } of chunk.choices) texts[index] = (texts[index] ?? "") + (delta.content ?? "");
    expect(texts).toEqual(["choice 0", "choice 1", "choice 2"]);
    expect(cast.route("first").visits.map(({ body }) => body.n)).toEqual([3, 3]);
  });

  it("and more than eight are refused before anyone is called", async () => {
    const cast = await world.addModels(["a"], { first: seeded });
    const asking = openAiClient(gateway).chat.completions.create({ model: cast.model(), messages: MESSAGES, n: 9 });
    await expect(asking).rejects.toMatchObject({ status: 400, message: expect.stringContaining("n: expected") });
    expect(cast.visited()).toEqual([]);
  });
});

describe("the books of several choices", () => {
  it("have a generation of each call, and the answer costs their sum", async () => {
    const cast = await world.addModels(["a"], { first: seeded });
    const body = { model: cast.model(), messages: MESSAGES, n: 3, seed: 1000 };
    const response = await gateway.request("/chat/completions", { json: body, headers: TOLD });
    const answer = await jsonOf(response, 200);
    const records = await recordsOf(answer.openrouter_metadata);
    expect(records[0]?.id).toBe(answer.id);
    expect(response.headers.get("x-generation-id")).toBe(answer.id);
    expect(records.map(({ parent_id }) => parent_id)).toEqual([undefined, answer.id, answer.id]);
    expect(records.map(({ tokens_completion }) => tokens_completion)).toEqual([1000, 1001, 1002]);
    const sum = records.reduce((total, { total_cost }) => total + total_cost, 0);
    expect(answer.usage.cost).toBeGreaterThan(0);
    expect(answer.usage.cost).toBeCloseTo(sum, 12);
  });

  it("charge a key what the calls cost, and hold enough for all of them", async () => {
    const endpoint = { pricing: { prompt: "0", completion: "0.001" } };
    const cast = await world.addModels(["a"], { first: { answer: seeded, endpoint } });
    const key = await gateway.createKey({ limit: 0.1 });
    const headers = { authorization: `Bearer ${key}` };
    const ask = (fields: object) =>
      gateway.request("/chat/completions", {
        headers,
        json: { model: cast.model(), messages: MESSAGES, n: 3, ...fields },
      });
    // Three answers of 40 tokens would cost 0.12, one of them 0.04.
    const refused = await ask({ max_tokens: 40, seed: 1 });
    expect((await jsonOf(refused, 402)).error.metadata.required_usd).toBeCloseTo(0.12, 6);
    expect(cast.visited()).toEqual([]);
    const answer = await jsonOf(await ask({ max_tokens: 30, seed: 1 }), 200);
    expect(answer.usage.cost).toBeCloseTo(0.006, 9);
    const usageAt = async () => (await jsonOf(await gateway.request("/key", { headers }), 200)).data.usage;
    await expect.poll(usageAt, { timeout: 3000 }).toBeCloseTo(0.006, 9);
    // What was held for it is free again.
    expect((await ask({ max_tokens: 31, seed: 1 })).status).toBe(200);
  });

  it("are told by the dry run: who is called how often, and what it may cost", async () => {
    const several = { answer: seeded, endpoint: { supported_parameters: ["n"] } };
    const cast = await world.addModels(["a"], { first: several, second: seeded });
    const plan = async (n: number) => {
      const json = { model: cast.model(), messages: MESSAGES, max_tokens: 10, n };
      return (await jsonOf(await gateway.request("/route", { json }), 200)).data;
    };
    const [one, three] = [await plan(1), await plan(3)];
    expect(three.candidates.map(({ calls }: { calls: number }) => calls)).toEqual([1, 3]);
    expect(three.candidates.map(({ dropped }: { dropped: string[] }) => dropped)).toEqual([[], []]);
    expect(three.reservation.max_cost).toBeCloseTo(3 * one.reservation.max_cost, 12);
    expect("calls" in one.candidates[0]).toBe(false);
  });
});

describe("a call that fails", () => {
  const failing =
    (how: Answer): Answer =>
    (exchange) =>
      exchange.visit.body.seed === 2 ? how(exchange) : seeded(exchange);
  const busy = json(errorBody("Busy."), { status: 503 });

  it("leaves the others alone, and says so in its choice", async () => {
    const cast = await world.addModels(["a"], { first: failing(busy) });
    const body = { model: cast.model(), messages: MESSAGES, n: 3, seed: 1 };
    const answer = await jsonOf(await gateway.request("/chat/completions", { json: body }), 200);
    expect(answer.choices).toMatchObject([
      { index: 0, message: { content: "seed 1" } },
      { index: 1, finish_reason: "error", error: { code: 503, metadata: { error_type: "provider_overloaded" } } },
      { index: 2, message: { content: "seed 3" } },
    ]);
    const { chunks, isDone } = await readStream(
      await gateway.request("/chat/completions", { json: { ...body, stream: true } }),
    );
    const choices = chunks.flatMap((chunk) => chunk.choices);
    expect(
      choices
        .filter(({ finish_reason }) => finish_reason)
        .map(({ index, finish_reason, error }) => [index, finish_reason, error?.code])
        .sort(),
    ).toEqual([
      [0, "stop", undefined],
      [1, "error", 503],
      [2, "stop", undefined],
    ]);
    expect(isDone).toBe(true);
    expect(chunks.filter(({ usage }) => usage)).toHaveLength(1);
  });

  it("is made good by the next company, as far as nothing of it was told", async () => {
    const cast = await world.addModels(["a"], { first: failing(busy), second: seeded });
    const body = { model: cast.model(), messages: MESSAGES, n: 3, seed: 1, stream: true };
    const { chunks } = await readStream(await gateway.request("/chat/completions", { json: body }));
    const providerOf = (wanted: number) => chunks.find(({ choices }) => choices[0]?.index === wanted)?.provider;
    expect([0, 1, 2].map(providerOf)).toEqual(
      ["first", "second", "first"].map((name) => cast.displayName(name as "first")),
    );
  });

  it("with all others is an error with a status", async () => {
    const cast = await world.addModels(["a"], { first: busy });
    for (const stream of [false, true]) {
      const body = { model: cast.model(), messages: MESSAGES, n: 2, stream };
      const response = await gateway.request("/chat/completions", { json: body });
      expect([response.status, ((await response.json()) as { error: { code: number } }).error.code]).toEqual([
        503, 503,
      ]);
    }
  });
});

describe("a client that leaves several choices", () => {
  it.each(["close", "reset"] as const)("by %s stops all calls at once, and each is booked", async (how) => {
    const cast = await world.addModels(["a"], { first: endless });
    const key = await gateway.createKey();
    const own = { ...gateway, key };
    const client = askAndLeave(own, { model: cast.model(), messages: MESSAGES, n: 3, stream: true });
    await client.until("word-5 ");
    const id = String((await client.response).headers["x-generation-id"]);
    const startedAtMs = performance.now();
    client.leave(how);
    const visits = await Promise.all([1, 2, 3].map((number) => cast.route("first").visit(number)));
    await Promise.all(visits.map(({ ended }) => ended));
    expect(visits.map(({ ending }) => ending)).toEqual(["departed", "departed", "departed"]);
    expect(performance.now() - startedAtMs).toBeLessThan(1000);
    const record = await gateway.generation(id);
    expect(record).toMatchObject({ cancelled: true, streamed: true });
    expect(record.total_cost).toBeGreaterThan(0);
    const headers = { authorization: `Bearer ${key}` };
    const usageAt = async () => (await jsonOf(await gateway.request("/key", { headers }), 200)).data.usage;
    await expect.poll(async () => (await usageAt()) / record.total_cost, { timeout: 3000 }).toBeGreaterThan(2);
  });

  it("before any has begun stops them, too", async () => {
    const cast = await world.addModels(["a"], { first: hang() });
    const client = askAndLeave(gateway, { model: cast.model(), messages: MESSAGES, n: 2 });
    client.response.catch(() => {});
    const visits = await Promise.all([1, 2].map((number) => cast.route("first").visit(number)));
    client.leave("reset");
    await Promise.all(visits.map(({ ended }) => ended));
    expect(visits.map(({ ending }) => ending)).toEqual(["departed", "departed"]);
  });
});

describe("a stream of several choices", () => {
  it("shows what was sent to each, where that is wanted", async () => {
    const cast = await world.addModels(["a"], { first: sse(streamOf("Hi")) });
    const body = { model: cast.model(), messages: MESSAGES, n: 2, seed: 4, stream: true };
    const json = { ...body, debug: { echo_upstream_body: true } };
    const { chunks } = await readStream(await gateway.request("/chat/completions", { json }));
    const sent = chunks.flatMap(({ debug }) => (debug ? [debug.echo_upstream_body.seed] : []));
    expect(sent.sort()).toEqual([4, 5]);
  });
});
