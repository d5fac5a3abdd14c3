import { setTimeout as wait } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { aiSdkView } from "../support/ai-sdk-view.ts";
import { openAiView } from "../support/client-view.ts";
import { openRouterClient } from "../support/clients.ts";
import { jsonOf } from "../support/gateway.ts";
import { langChainView } from "../support/langchain-view.ts";
import { chunk, completion, ending, errorBody, ROLE, say, streamOf } from "../support/openai-chat.ts";
import { readStream, textOf } from "../support/sse-client.ts";
import { type Answer, byMode, json, pause, type Step, sse } from "../support/upstream.ts";
import { createWorld } from "../support/world.ts";

const world = await createWorld("response-cache");
const { gateway } = world;
afterAll(() => world.close());

const MESSAGES = [{ role: "user", content: "The same again, please." }];
const CACHE = { "x-openrouter-cache": "true" };

type Headers = Record<string, string>;
type Fields = Record<string, unknown>;

/** A model whose answers are numbered, so that a repeated one shows. */
async function counted(answer?: Answer) {
  let count = 0;
  const numbered: Answer = (exchange) => {
    count += 1;
    const text = `Answer ${count}.`;
    return byMode({ stream: sse(streamOf(text)), whole: json(completion(text)) })(exchange);
  };
  const cast = await world.addModels(["a"], { first: answer ?? numbered });
  const body = { model: cast.model(), messages: MESSAGES };
  const ask = (fields: Fields = {}, headers: Headers = CACHE) =>
    gateway.request("/chat/completions", { json: { ...body, ...fields }, headers });
  return { model: cast.model(), ask, calls: () => cast.visited().length };
}

/** What a cache says of an answer: the headers that begin with its name. */
const verdict = ({ headers }: Response) =>
  Object.fromEntries(
    [...headers]
      .filter(([name]) => name.startsWith("x-openrouter-cache-"))
      .map(([name, value]) => [name.slice(19), value]),
  );
const statusOf = (response: Response) => verdict(response).status;

/** The text of an answer, streamed or not. */
async function said(response: Response): Promise<string> {
  if (response.headers.get("content-type")?.startsWith("text/event-stream"))
    return textOf((await readStream(response)).chunks);
  return (await jsonOf(response, 200)).choices[0].message.content;
}

describe("the same request again", () => {
  it("is answered from the cache, as a generation of its own that costs nothing", async () => {
    const { ask, calls } = await counted();
    const miss = await ask();
    const first = await jsonOf(miss, 200);
    expect(verdict(miss)).toEqual({ status: "MISS", ttl: "300" });

    const hit = await ask();
    const second = await jsonOf(hit, 200);
    expect(verdict(hit)).toEqual({
      ...{ status: "HIT", "source-id": first.id },
      ...{ ttl: expect.stringMatching(/^(?:300|29\d)$/), age: expect.stringMatching(/^\d$/) },
    });
    expect(hit.headers.get("content-type")).toBe("application/json");
    expect(hit.headers.get("x-generation-id")).toBe(second.id);
    expect(second.id).toMatch(/^gen-\d{10}-[A-Za-z0-9]{20}$/);
    expect(second.id).not.toBe(first.id);
    expect(second).toEqual({ ...first, id: second.id, created: second.created, usage: second.usage });
    expect(Object.keys(second.usage)).toEqual(Object.keys(first.usage));
    expect(second.usage).toMatchObject({ prompt_tokens: 0, completion_tokens: 0, total_tokens: 0, cost: 0 });
    expect(first.usage).toMatchObject({ total_tokens: 14 });
    expect(calls()).toBe(1);
  });

  it("as a stream is a stream", async () => {
    const { ask, calls } = await counted();
    const first = await readStream(await ask({ stream: true }));
    const hit = await ask({ stream: true });
    expect(verdict(hit)).toMatchObject({ status: "HIT", "source-id": first.chunks[0].id });
    expect(hit.headers.get("content-type")).toMatch(/^text\/event-stream/);
    const second = await readStream(hit);
    expect(second).toMatchObject({ isDone: true, isClean: true });
    const id = hit.headers.get("x-generation-id");
    expect(new Set(second.chunks.map((each) => each.id))).toEqual(new Set([id]));
    const { usage } = second.chunks.at(-1);
    expect(usage).toMatchObject({ total_tokens: 0, cost: 0 });
    const { created } = second.chunks[0];
    expect(second.chunks).toEqual(first.chunks.map((each) => ({ ...each, id, created, ...(each.usage && { usage }) })));
    expect(calls()).toBe(1);
  });

  it.each([true, false])("leaves a record that names its source, stream: %s", async (stream) => {
    const { ask, model } = await counted();
    const key = await gateway.createKey();
    const headers = { ...CACHE, authorization: `Bearer ${key}` };
    const miss = await ask({ stream }, headers);
    await miss.text();
    const first = await gateway.generation(String(miss.headers.get("x-generation-id")));
    const spent = async () => (await jsonOf(await gateway.request("/key", { headers }), 200)).data.usage;
    const paid = await spent();
    expect(paid).toBeGreaterThan(0);
    const hit = await ask({ stream }, headers);
    await hit.text();
    const second = await gateway.generation(String(hit.headers.get("x-generation-id")));
    expect(first).not.toHaveProperty("response_cache_source_id");
    expect(second).toMatchObject({
      ...{ response_cache_source_id: first.id, model, streamed: stream, provider_name: first.provider_name },
      ...{ total_cost: 0, cost_certainty: "exact", tokens_prompt: 0, tokens_completion: 0, provider_responses: [] },
      ...{ outcome: "finished", finish_reason: "stop", native_finish_reason: "stop", cancelled: false },
    });
    expect(await spent()).toBe(paid);
  });

  it("is generated anew when the cache is not asked for, and nothing is said of it", async () => {
    const { ask, calls } = await counted();
    await said(await ask());
    for (const headers of [{}, { "x-openrouter-cache": "false" }] as Headers[]) {
      const response = await ask({}, headers);
      expect(verdict(response)).toEqual({});
      await said(response);
    }
    expect(calls()).toBe(3);
    expect(await said(await ask())).toBe("Answer 1.");
  });

  it("comes from the cache however many ask", async () => {
    const { ask, calls } = await counted();
    await said(await ask());
    const texts = await Promise.all(Array.from({ length: 20 }, async () => said(await ask())));
    expect(new Set(texts)).toEqual(new Set(["Answer 1."]));
    expect(calls()).toBe(1);
  });
});

describe("another request", () => {
  it.each<[name: string, fields: Fields]>([
    ["with its properties in another order", { messages: MESSAGES, model: undefined }],
    ["as a stream", { stream: true }],
    ["with another word", { messages: [{ role: "user", content: "Something else." }] }],
    ["with another parameter", { temperature: 0 }],
  ])("is a miss: %s", async (name, fields) => {
    const { ask, calls, model } = await counted();
    await said(await ask());
    const json = name.includes("order") ? { messages: MESSAGES, model } : undefined;
    const response = json ? await gateway.request("/chat/completions", { json, headers: CACHE }) : await ask(fields);
    expect(statusOf(response)).toBe("MISS");
    expect(await said(response)).toBe("Answer 2.");
    expect(calls()).toBe(2);
  });

  it("is a miss: of another key", async () => {
    const { ask } = await counted();
    await said(await ask());
    const other = await ask({}, { ...CACHE, authorization: `Bearer ${await gateway.createKey()}` });
    expect([statusOf(other), await said(other)]).toEqual(["MISS", "Answer 2."]);
  });
});

describe("an entry", () => {
  it("is cleared and filled again on demand", async () => {
    const { ask } = await counted();
    await said(await ask());
    const cleared = await ask({}, { ...CACHE, "x-openrouter-cache-clear": "true" });
    expect([statusOf(cleared), await said(cleared)]).toEqual(["MISS", "Answer 2."]);
    const again = await ask();
    expect([statusOf(again), await said(again)]).toEqual(["HIT", "Answer 2."]);
  });

  it("lives as long as its request said", async () => {
    const { ask } = await counted();
    const short = { ...CACHE, "x-openrouter-cache-ttl": "1s" };
    const miss = await ask({}, short);
    expect(verdict(miss)).toEqual({ status: "MISS", ttl: "1" });
    await said(miss);
    await wait(1100);
    const late = await ask({}, short);
    expect([statusOf(late), await said(late)]).toEqual(["MISS", "Answer 2."]);
  });
});

describe("an answer that is not whole", () => {
  const GOOD = [ROLE, say("All "), say("is well."), ending()];

  it.each<[name: string, first: Answer, stream: boolean, status: number]>([
    ["an error", json(errorBody("No."), { status: 500 }), false, 502],
    ["an error before a stream", json(errorBody("No."), { status: 500 }), true, 502],
    ["a stream that is cut", sse([ROLE, say("All "), "reset"]), true, 200],
    ["a stream that ends without its end", sse([ROLE, say("All ")]), true, 200],
  ])("is not kept: %s", async (_, first, stream, status) => {
    let calls = 0;
    const { ask } = await counted((exchange) => {
      calls += 1;
      const good = byMode({ stream: sse(GOOD), whole: json(completion("All is well.")) });
      return (calls === 1 ? first : good)(exchange);
    });
    const bad = await ask({ stream });
    expect(bad.status).toBe(status);
    await bad.text();
    const next = await ask({ stream });
    expect([statusOf(next), await said(next)]).toEqual(["MISS", "All is well."]);
    const last = await ask({ stream });
    expect([statusOf(last), await said(last)]).toEqual(["HIT", "All is well."]);
  });

  it("is not kept when the client leaves, which still stops the upstream", async () => {
    const endless: Answer = sse({
      *[Symbol.iterator](): Generator<Step> {
        yield ROLE;
        for (;;) yield* [say("on and "), pause(15)];
      },
    });
    const cast = await world.addModels(["a"], { first: endless });
    const body = { model: cast.model(), messages: MESSAGES, stream: true };
    const client = new AbortController();
    const init = { json: body, headers: CACHE, signal: client.signal };
    const response = await gateway.request("/chat/completions", init);
    await response.body?.getReader().read();
    client.abort();
    const visit = await cast.route("first").visit(1);
    await Promise.race([visit.ended, wait(1000)]);
    expect(visit.ending).toBe("departed");
    expect(await gateway.generation(String(response.headers.get("x-generation-id")))).toMatchObject({
      cancelled: true,
    });
    const again = new AbortController();
    const second = await gateway.request("/chat/completions", { ...init, signal: again.signal });
    expect(statusOf(second)).toBe("MISS");
    again.abort();
  });

  it("is not kept when it is longer than a mebibyte, and comes whole all the same", async () => {
    const long = "x".repeat(2 ** 20 + 1);
    const { ask, calls } = await counted(sse([ROLE, ...Array(32).fill(say(long.slice(0, 2 ** 15 + 64))), ending()]));
    for (const status of ["MISS", "MISS"]) {
      const response = await ask({ stream: true });
      expect(statusOf(response)).toBe(status);
      expect((await said(response)).length).toBe(32 * (2 ** 15 + 64));
    }
    expect(calls()).toBe(2);
  });
});

describe("the official clients take an answer from the cache", () => {
  const TOOL = { index: 0, id: "call_1", type: "function", function: { name: "throw_lever", arguments: '{"line":' } };
  const STREAM = [
    chunk({ role: "assistant", content: "", reasoning: "Hm." }),
    say("I will."),
    chunk({ tool_calls: [TOOL] }),
    chunk({ tool_calls: [{ index: 0, function: { arguments: '"river"}' } }] }),
    ending("tool_calls"),
  ];
  const CALL = { ...TOOL, function: { name: "throw_lever", arguments: '{"line":"river"}' } };
  const WHOLE = completion("I will.", {
    message: { reasoning: "Hm.", tool_calls: [CALL] },
    finish_reason: "tool_calls",
  });
  const tooled = byMode({ stream: sse(STREAM), whole: json(WHOLE) });

  const question = { model: "", stream: false, tools: ["throw_lever"], fields: {} };
  const CLIENTS: Record<string, (model: string, stream: boolean) => Promise<object>> = {
    openai: async (model, stream) => {
      const { id: _, transcript: __, ...view } = await openAiView(gateway, { model, messages: MESSAGES, stream });
      return view;
    },
    "the AI SDK": (model, stream) => aiSdkView(gateway, { ...question, model, stream }),
    LangChain: (model, stream) => langChainView(gateway, { ...question, model, stream }),
    "@openrouter/sdk": openRouterView,
  };

  it.each(Object.keys(CLIENTS).flatMap((name) => [true, false].map((stream) => ({ name, stream }))))(
    "$name, stream: $stream",
    async ({ name, stream }) => {
      const { model, calls } = await counted(tooled);
      const cached = `${model}@preset/${await preset({ cache_enabled: true })}`;
      const first = await CLIENTS[name]?.(cached, stream);
      const second = await CLIENTS[name]?.(cached, stream);
      expect(calls()).toBe(1);
      expect(first).toMatchObject({ text: "I will.", error: undefined, usage: { total_tokens: 14 } });
      expect(second).toEqual({ ...first, usage: expect.any(Object) });
      expect(second).toMatchObject({ usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 } });
    },
  );

  async function openRouterView(model: string, stream: boolean): Promise<object> {
    const messages = [{ role: "user" as const, content: "The same again, please." }];
    const answer = await openRouterClient(gateway).chat.send({ chatRequest: { model, messages, stream } });
    const view = { text: "", calls: "", usage: {}, error: undefined };
    const take = (said: { content?: unknown; toolCalls?: { function?: { arguments?: string } }[] | undefined }) => {
      view.text += said.content ?? "";
      for (const call of said.toolCalls ?? []) view.calls += call.function?.arguments ?? "";
    };
    const count = ({ promptTokens, completionTokens, totalTokens }: Record<string, unknown>) => {
      view.usage = { prompt_tokens: promptTokens, completion_tokens: completionTokens, total_tokens: totalTokens };
    };
    if ("choices" in answer) {
      for (const { message } of answer.choices) take(message);
      count({ ...answer.usage });
    } else {
      for await (const { choices, usage } of answer) {
        for (const { delta } of choices) take(delta);
        if (usage) count({ ...usage });
      }
    }
    return view;
  }
});

let presets = 0;

/** Makes a preset; gives its slug. */
async function preset(fields: Fields): Promise<string> {
  presets += 1;
  const slug = `response-cache-${presets}`;
  await jsonOf(await gateway.manage(`/presets/${slug}/chat/completions`, { json: fields }), 200);
  return slug;
}

describe("a preset", () => {
  it.each([
    { settings: { cache_enabled: true }, header: undefined, first: { status: "MISS", ttl: "300" } },
    {
      settings: { cache_enabled: true, cache_ttl_seconds: 60 },
      header: undefined,
      first: { status: "MISS", ttl: "60" },
    },
    { settings: { cache_enabled: true }, header: "false", first: {} },
    { settings: { cache_enabled: false }, header: "true", first: {} },
    { settings: {}, header: "true", first: { status: "MISS", ttl: "300" } },
  ])("that says $settings, the header being $header, decides: $first", async ({ settings, header, first }) => {
    const { ask, calls } = await counted();
    const fields = { preset: await preset(settings) };
    const headers: Headers = header === undefined ? {} : { "x-openrouter-cache": header };
    const miss = await ask(fields, headers);
    expect(verdict(miss)).toEqual(first);
    await said(miss);
    const next = await ask(fields, headers);
    expect([statusOf(next), await said(next)]).toEqual(first.status ? ["HIT", "Answer 1."] : [undefined, "Answer 2."]);
    expect(calls()).toBe(first.status ? 1 : 2);
  });
});
