import { afterAll, describe, expect, it } from "vitest";
import { aiSdkView } from "../support/ai-sdk-view.ts";
import { openAiClient, openRouterClient } from "../support/clients.ts";
import { DIALECTS, speak } from "../support/dialects.ts";
import { jsonOf } from "../support/gateway.ts";
import { langChainView } from "../support/langchain-view.ts";
import { completion, errorBody, ROLE, say, streamOf } from "../support/openai-chat.ts";
import { readStream } from "../support/sse-client.ts";
import { type Answer, byMode, json, refusingBaseUrl, sse } from "../support/upstream.ts";
import { createWorld } from "../support/world.ts";

const world = await createWorld("explain");
const { gateway } = world;
afterAll(() => world.close());

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers without a schema
type Json = Record<string, any>;

const MESSAGES = [{ role: "user", content: "Which way?" }];
const WANTED = { "x-openrouter-metadata": "enabled" };
const well: Answer = byMode({ stream: sse(streamOf("Left", ", then right.")), whole: json(completion("Left.")) });
const speaking = speak(DIALECTS["anthropic-messages"], { text: '{"way":"left"}' });
const limited = json(errorBody("Slow down."), { status: 429 });
const busy = json(errorBody("Too much to do."), { status: 503 });

const { model, ...cast } = await world.addModels(["one", "two-1", "two-2"], { near: well, far: well });
await gateway.addCatalog({
  aliases: { "house/model": { model: model(0), provider: cast.slug("far") } },
  models: {
    "explain/free": { name: "Free", endpoints: [{ provider: cast.slug("near"), model: "one", pricing: free() }] },
  },
});

function free() {
  return { prompt: "0", completion: "0" };
}

function ask(fields: object, headers: Record<string, string> = WANTED): Promise<Response> {
  return gateway.request("/chat/completions", { json: { model: model(0), messages: MESSAGES, ...fields }, headers });
}

async function metadataOf(fields: object, headers?: Record<string, string>): Promise<Json> {
  return (await jsonOf(await ask(fields, headers), 200)).openrouter_metadata;
}

/** The keys that the contract demands, with their types. */
function expectComplete(metadata: unknown): void {
  expect(metadata).toMatchObject({
    requested: expect.any(String),
    strategy: expect.stringMatching(/^(direct|alias|latest|auto|free|fallback)$/),
    region: null,
    summary: expect.stringMatching(/^[^\n]+$/),
    attempt: expect.any(Number),
    is_byok: false,
    endpoints: { total: expect.any(Number), available: expect.any(Array) },
  });
  const { endpoints, attempt, attempts } = metadata as Json;
  for (const endpoint of endpoints.available)
    expect(endpoint).toEqual({
      provider: expect.any(String),
      model: expect.any(String),
      selected: expect.any(Boolean),
    });
  expect(attempts).toHaveLength(attempt);
  for (const one of attempts)
    expect(one).toMatchObject({ provider: expect.any(String), model: expect.any(String), status: expect.any(Number) });
}

describe("the wish for metadata", () => {
  it.each<{ headers: Record<string, string>; isThere: boolean }>([
    { headers: { "x-openrouter-metadata": "enabled" }, isThere: true },
    { headers: { "X-OpenRouter-Metadata": " Enabled " }, isThere: true },
    { headers: { "x-openrouter-experimental-metadata": "enabled" }, isThere: true },
    { headers: { "x-openrouter-metadata": "disabled" }, isThere: false },
    {
      headers: { "x-openrouter-metadata": "disabled", "x-openrouter-experimental-metadata": "enabled" },
      isThere: false,
    },
    { headers: { "x-openrouter-metadata": "true" }, isThere: false },
    { headers: { "x-openrouter-metadata": "" }, isThere: false },
    { headers: {}, isThere: false },
  ])("is $headers: $isThere", async ({ headers, isThere }) => {
    expect("openrouter_metadata" in (await jsonOf(await ask({}, headers), 200))).toBe(isThere);
    const { chunks } = await readStream(await ask({ stream: true }, headers));
    expect("openrouter_metadata" in chunks.at(-1)).toBe(isThere);
    const refused = await jsonOf(await ask({ provider: { only: ["nobody"] } }, headers), 404);
    expect("openrouter_metadata" in refused).toBe(isThere);
  });
});

describe("metadata", () => {
  it.each([
    { strategy: "direct", fields: { model: model(0) } },
    { strategy: "fallback", fields: { model: model(0), models: [model(1)] } },
    { strategy: "alias", fields: { model: "house/model" } },
    { strategy: "latest", fields: { model: `~${model(1).replace(/-1$/, "")}-latest` } },
    {
      strategy: "auto",
      fields: { model: "openrouter/auto", plugins: [{ id: "auto-router", allowed_models: [model(0)] }] },
    },
    { strategy: "free", fields: { model: "openrouter/free", provider: { only: [cast.slug("near")] } } },
  ])("tells of the way to a model: $strategy", async ({ strategy, fields }) => {
    const metadata = await metadataOf(fields);
    expectComplete(metadata);
    expect(metadata).toMatchObject({ strategy, requested: fields.model, attempt: 1 });
    const selected = metadata.endpoints.available.filter((endpoint: Json) => endpoint.selected);
    expect(selected).toHaveLength(1);
    const [{ provider, model: answering }] = metadata.attempts;
    expect(selected[0]).toMatchObject({ provider, model: answering });
  });

  it("names every endpoint with its reason", async () => {
    const metadata = await metadataOf({ provider: { ignore: [cast.slug("far")] } });
    expect(metadata).toMatchObject({
      endpoints: { total: 2, available: [{ provider: cast.displayName("near"), model: model(0), selected: true }] },
      candidates: [{ tag: cast.slug("near"), reason: "alone" }],
      excluded: [{ tag: cast.slug("far"), reason: "ignored" }],
      summary: `${model(0)} went to ${cast.slug("near")} (alone), one of 1 of 2 endpoints`,
      generation_time: expect.any(Number),
    });
  });

  it("rides on the last chunk of a stream, and on no other", async () => {
    const { chunks } = await readStream(await ask({ stream: true }));
    const telling = chunks.filter((chunk) => "openrouter_metadata" in chunk);
    expect(telling).toEqual([chunks.at(-1)]);
    expect(telling[0].usage).toBeDefined();
    expectComplete(telling[0].openrouter_metadata);
  });

  it("rides on the error chunk of a stream that broke", async () => {
    const scene = await world.addModels(["m"], { only: sse([ROLE, say("Lef"), "fin"]) });
    const { chunks } = await readStream(await ask({ model: scene.model(), stream: true }));
    expect(chunks.at(-1).error).toBeDefined();
    expectComplete(chunks.at(-1).openrouter_metadata);
    expect(chunks.at(-1).openrouter_metadata).toMatchObject({ attempt: 1, attempts: [{ status: 200 }] });
  });

  it.each([true, false])("tells of the failed attempts before the answer, stream: %s", async (stream) => {
    const scene = await world.addModels(["m"], { first: busy, second: limited, third: well });
    const order = { order: [scene.slug("first"), scene.slug("second"), scene.slug("third")] };
    const response = await ask({ model: scene.model(), provider: order, stream });
    const metadata = stream
      ? (await readStream(response)).chunks.at(-1).openrouter_metadata
      : (await jsonOf(response, 200)).openrouter_metadata;
    expectComplete(metadata);
    expect(metadata).toMatchObject({
      attempt: 3,
      attempts: [
        { tag: scene.slug("first"), status: 503, failure: "overloaded" },
        { tag: scene.slug("second"), status: 429, failure: "rate_limited" },
        { tag: scene.slug("third"), status: 200 },
      ],
    });
    expect(metadata.attempts[2]).not.toHaveProperty("failure");
    expect(metadata.summary).toContain(`${scene.slug("first")}: overloaded, ${scene.slug("second")}: rate_limited`);
  });

  it("stands beside the error when all have failed", async () => {
    const nobody = { answer: well, baseUrl: await refusingBaseUrl() };
    const scene = await world.addModels(["m"], { first: busy, second: nobody });
    const order = { order: [scene.slug("first"), scene.slug("second")] };
    const body = await jsonOf(await ask({ model: scene.model(), provider: order }), 502);
    expectComplete(body.openrouter_metadata);
    const [first, ...others] = body.openrouter_metadata.attempts;
    expect(first).toMatchObject({ status: 503, failure: "overloaded" });
    // Clients refuse a null; a connection that cannot be made may be tried twice.
    expect(new Set(others.map(({ status }: Json) => status))).toEqual(new Set([0]));
    expect(body.openrouter_metadata.endpoints.available.some((one: Json) => one.selected)).toBe(false);
  });

  it("stands beside the error when nobody can serve the request", async () => {
    const body = await jsonOf(await ask({ provider: { only: ["nobody"] } }), 404);
    expectComplete(body.openrouter_metadata);
    expect(body.openrouter_metadata).toMatchObject({
      attempt: 0,
      endpoints: { total: 2, available: [] },
      excluded: [{ reason: "not_allowed" }, { reason: "not_allowed" }],
    });
    expect(body.openrouter_metadata).not.toHaveProperty("generation_time");
  });

  it("tells what was left out of the request", async () => {
    const scene = await world.addModels(["m"], {
      only: { answer: well, endpoint: { supported_parameters: ["stop"] } },
    });
    const metadata = await metadataOf({ model: scene.model(), temperature: 0.5, top_p: 0.9 });
    expect(metadata.dropped).toEqual(["temperature", "top_p"]);
    expect(await metadataOf({ temperature: 0.5 })).not.toHaveProperty("dropped");
  });

  it.each([true, false])("tells how the form of the answer came about, stream: %s", async (stream) => {
    const scene = await world.addModels(["m"], { only: { answer: speaking, provider: { api: "anthropic-messages" } } });
    const response_format = { type: "json_object" };
    const response = await ask({ model: scene.model(), stream, response_format });
    const last = stream ? (await readStream(response)).chunks.at(-1) : await jsonOf(response, 200);
    expect(last.openrouter_metadata.response_format).toMatch(/^(tool|instruction)/);
    expect(last.openrouter_metadata.response_format).toBe(response.headers.get("x-pointsman-response-format"));
    expect(await metadataOf({ response_format })).not.toHaveProperty("response_format");
  });

  it.each([true, false])("tells of a prompt that was shortened, stream: %s", async (stream) => {
    const scene = await world.addModels(["m"], { only: { answer: well, endpoint: { context_length: 400 } } });
    const messages = Array.from({ length: 21 }, (_, n) => {
      return { role: n % 2 ? "assistant" : "user", content: `Milestone ${n}. ${"Keep to the left. ".repeat(6)}` };
    });
    const response = await ask({ model: scene.model(), messages, transforms: ["middle-out"], stream });
    const last = stream ? (await readStream(response)).chunks.at(-1) : await jsonOf(response, 200);
    expectComplete(last.openrouter_metadata);
    expect(last.openrouter_metadata.pipeline).toEqual([
      {
        type: "context_compression",
        name: "middle-out",
        summary: expect.stringContaining("middle-out"),
        data: {
          removed_messages: messages.length - scene.route("only").visits[0]?.body.messages.length,
          truncated_messages: 0,
          tokens_before: expect.any(Number),
          tokens_after: expect.any(Number),
        },
      },
    ]);
    expect(response.headers.get("x-pointsman-compression")).toBe(last.openrouter_metadata.pipeline[0].summary);
  });
});

describe("clients", async () => {
  const scene = await world.addModels(["m"], { first: busy, second: well });
  const provider = { order: [scene.slug("first"), scene.slug("second")] };
  const shown = { requested: scene.model(), strategy: "direct", attempt: 2, isByok: false };

  it("@openrouter/sdk reads it from an answer", async () => {
    const messages = [{ role: "user" as const, content: "Which way?" }];
    const chatRequest = { model: scene.model(), messages, provider, stream: false as const };
    const answer = await openRouterClient(gateway).chat.send({ chatRequest, xOpenRouterMetadata: "enabled" });
    if (!("choices" in answer)) throw new Error("a stream came unasked");
    expect(answer.openrouterMetadata).toMatchObject(shown);
    expect(answer.openrouterMetadata?.attempts?.map(({ status }) => status)).toEqual([503, 200]);
  });

  it("@openrouter/sdk reads it from a stream", async () => {
    const messages = [{ role: "user" as const, content: "Which way?" }];
    const chatRequest = { model: scene.model(), messages, provider, stream: true as const };
    const stream = await openRouterClient(gateway).chat.send({ chatRequest, xOpenRouterMetadata: "enabled" });
    if ("choices" in stream) throw new Error("a stream was asked for");
    const told: unknown[] = [];
    for await (const chunk of stream) if (chunk.openrouterMetadata) told.push(chunk.openrouterMetadata);
    expect(told).toEqual([expect.objectContaining(shown)]);
  });

  it("@openrouter/sdk reads it from an error", async () => {
    const messages = [{ role: "user" as const, content: "Which way?" }];
    const chatRequest = { model: scene.model(), messages, provider: { only: ["nobody"] }, stream: false as const };
    const send = openRouterClient(gateway).chat.send({ chatRequest, xOpenRouterMetadata: "enabled" });
    await expect(send).rejects.toMatchObject({
      name: "NotFoundResponseError",
      openrouterMetadata: { requested: scene.model(), strategy: "direct", attempt: 0, is_byok: false },
    });
  });

  it.each([true, false])("the openai SDK takes it, stream: %s", async (stream) => {
    const client = openAiClient(gateway);
    const body = { model: scene.model(), messages: [{ role: "user" as const, content: "Which way?" }] };
    if (!stream) {
      const answer = await client.chat.completions.create(body, { headers: WANTED });
      expect(answer).toMatchObject({ openrouter_metadata: { requested: scene.model() } });
      return;
    }
    const chunks: Json[] = [];
    for await (const chunk of await client.chat.completions.create({ ...body, stream }, { headers: WANTED }))
      chunks.push(chunk);
    expect(chunks.at(-1)).toMatchObject({ openrouter_metadata: { requested: scene.model() } });
  });

  it.each([
    { name: "the AI SDK", view: aiSdkView, stream: true },
    { name: "the AI SDK", view: aiSdkView, stream: false },
    { name: "LangChain", view: langChainView, stream: true },
    { name: "LangChain", view: langChainView, stream: false },
  ])("$name takes it, stream: $stream", async ({ view, stream }) => {
    const question = { model: scene.model(), stream, tools: [], fields: {} };
    const plain = await view(gateway, question);
    const told = await withMetadata(() => view(gateway, question));
    expect(told).toEqual(plain);
    expect(plain).toMatchObject({ error: undefined, finishReason: "stop" });
  });
});

/** Frameworks have no place for the header: it is put into what they send. */
async function withMetadata<Result>(work: () => Promise<Result>): Promise<Result> {
  const { fetch } = globalThis;
  let count = 0;
  globalThis.fetch = (input, init) => {
    count += 1;
    const headers = new Headers(input instanceof Request ? input.headers : init?.headers);
    headers.set("x-openrouter-metadata", "enabled");
    return fetch(input, { ...init, headers });
  };
  try {
    const result = await work();
    expect(count).toBe(1);
    return result;
  } finally {
    globalThis.fetch = fetch;
  }
}
