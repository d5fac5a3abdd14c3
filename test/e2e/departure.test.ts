import { setTimeout as wait } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { openAiClient } from "../support/clients.ts";
import { jsonOf } from "../support/gateway.ts";
import { askAndLeave } from "../support/leaving-client.ts";
import { completion, ending, ROLE, say, streamOf } from "../support/openai-chat.ts";
import { type Answer, hang, json, pause, type Step, sse, type Visit } from "../support/upstream.ts";
import { createWorld } from "../support/world.ts";

const world = await createWorld("departure");
const { gateway, upstream } = world;
afterAll(() => world.close());

const MESSAGES = [{ role: "user", content: "Tell me a story without an end." }];
/** Promised: the upstream is stopped at once. */
const AT_ONCE_MS = 1000;
const GOOD = json(completion("Too late."));

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

describe("a client that leaves a stream", () => {
  it.each(["close", "reset"] as const)("by %s stops the upstream at once and pays for what it got", async (how) => {
    const cast = await world.addModels(["a"], { first: endless, second: GOOD });
    const client = askAndLeave(gateway, { model: cast.model(), messages: MESSAGES, stream: true });
    await client.until("word-5 ");
    const id = String((await client.response).headers["x-generation-id"]);
    client.leave(how);
    await expectStopped(await cast.route("first").visit(1), performance.now());

    const record = await gateway.generation(id);
    expect(record).toMatchObject({ cancelled: true, streamed: true, provider_name: cast.displayName("first") });
    expect(record.tokens_prompt).toBeGreaterThan(0);
    expect(record.tokens_completion).toBeGreaterThanOrEqual(5);
    expect(record.total_cost).toBeGreaterThan(0);
    expect(record.provider_responses).toHaveLength(1);
    expect(cast.visited()).toEqual(["a.first"]);
  });

  it("is noticed in a silence as well, by reset", async () => {
    const cast = await world.addModels(["a"], { first: sse([ROLE, say("Once "), "stall"]) });
    const client = askAndLeave(gateway, { model: cast.model(), messages: MESSAGES, stream: true });
    await client.until("Once ");
    const id = String((await client.response).headers["x-generation-id"]);
    client.leave("reset");
    await expectStopped(await cast.route("first").visit(1), performance.now());
    const record = await gateway.generation(id);
    expect(record).toMatchObject({ cancelled: true, finish_reason: null });
    expect(record.total_cost).toBeGreaterThan(0);
  });

  it("by breaking out of the openai SDK's loop stops the upstream", async () => {
    const cast = await world.addModels(["a"], { first: endless });
    const stream = await openAiClient(gateway).chat.completions.create({
      ...{ model: cast.model(), messages: [{ role: "user", content: "On and on, please." }], stream: true },
    });
    let id = "";
    for await (const part of stream) {
      id = part.id;
      if (part.choices[0]?.delta.content?.startsWith("word-3")) break;
    }
    await expectStopped(await cast.route("first").visit(1), performance.now());
    expect(await gateway.generation(id)).toMatchObject({ cancelled: true });
  });

  it("after its end has not cancelled anything", async () => {
    const cast = await world.addModels(["a"], { first: sse(streamOf("The ", "end.")) });
    const client = askAndLeave(gateway, { model: cast.model(), messages: MESSAGES, stream: true });
    await client.until("[DONE]");
    const id = String((await client.response).headers["x-generation-id"]);
    client.leave("reset");
    const record = await gateway.generation(id);
    expect(record).toMatchObject({ cancelled: false, finish_reason: "stop" });
    expect((await cast.route("first").visit(1)).ending).toBe("answered");
  });

  it("with nineteen others leaves nothing open behind", async () => {
    const cast = await world.addModels(["a"], { first: endless });
    const clients = Array.from({ length: 20 }, () =>
      askAndLeave(gateway, { model: cast.model(), messages: MESSAGES, stream: true }),
    );
    await Promise.all(clients.map((client) => client.until("word-2 ")));
    expect(upstream.openExchanges()).toBe(20);
    const ids = await Promise.all(clients.map(async ({ response }) => (await response).headers["x-generation-id"]));
    for (const [index, client] of clients.entries()) client.leave(index % 2 ? "close" : "reset");
    const leftAtMs = performance.now();
    for (const visit of cast.route("first").visits) await expectStopped(visit, leftAtMs);
    expect(upstream.openExchanges()).toBe(0);
    for (const id of ids) expect(await gateway.generation(String(id))).toMatchObject({ cancelled: true });
  });
});

describe("a client that leaves before there is anything to read", () => {
  it.each([
    { name: "before the upstream's headers", stream: true, first: hang() },
    { name: "before the first token", stream: true, first: sse([": hello\n\n", ROLE, "stall"]) },
    { name: "before a whole answer has begun", stream: false, first: hang() },
    {
      name: "in the middle of a whole answer",
      stream: false,
      first: sse(['{"choices":[', "stall"], { headers: { "content-type": "application/json" } }),
    },
  ])("$name stops the upstream, asks no one else and pays nothing", async ({ stream, first }) => {
    const cast = await world.addModels(["a"], { first, second: GOOD });
    const payer = { ...gateway, key: await gateway.createKey() };
    const client = askAndLeave(payer, { model: cast.model(), messages: MESSAGES, stream });
    const visit = await cast.route("first").visit(1);
    await wait(50);
    client.leave("reset");
    await expectStopped(visit, performance.now());
    await wait(100);
    expect(cast.visited()).toEqual(["a.first"]);
    const account = await jsonOf(
      await gateway.request("/key", { headers: { authorization: `Bearer ${payer.key}` } }),
      200,
    );
    expect(account.data.usage).toBe(0);
  });
});

async function expectStopped(visit: Visit, leftAtMs: number): Promise<void> {
  await Promise.race([visit.ended, wait(2 * AT_ONCE_MS)]);
  expect(visit.ending).toBe("departed");
  expect((visit.endedAtMs ?? Number.POSITIVE_INFINITY) - leftAtMs).toBeLessThan(AT_ONCE_MS);
}

describe("a provider's own policy for clients that leave", () => {
  const twenty: Step[] = [ROLE, ...Array.from({ length: 20 }, (_, word) => [say(`word-${word} `), pause(25)]).flat()];

  it.each([
    { on_disconnect: "cancel", ending: "departed", certainty: "at_least" },
    { on_disconnect: "drain", ending: "answered", certainty: "exact" },
    { on_disconnect: "durable", ending: "answered", certainty: "exact" },
  ])(
    "$on_disconnect: the stream has $ending, its cost is $certainty",
    async ({ on_disconnect, ending: how, certainty }) => {
      const first = { answer: sse([...twenty, ending()]), provider: { on_disconnect } };
      const cast = await world.addModels(["a"], { first });
      const client = askAndLeave(gateway, { model: cast.model(), messages: MESSAGES, stream: true });
      await client.until("word-3 ");
      const id = String((await client.response).headers["x-generation-id"]);
      client.leave("close");
      const visit = await cast.route("first").visit(1);
      await visit.ended;
      expect(visit.ending).toBe(how);
      const record = await gateway.generation(id);
      expect(record).toMatchObject({ cancelled: true, cost_certainty: certainty });
    },
  );
});
