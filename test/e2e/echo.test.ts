import { createHash } from "node:crypto";
import { afterAll, describe, expect, it } from "vitest";
import type { Api } from "../../src/schema/catalogue.ts";
import { aiSdkView } from "../support/ai-sdk-view.ts";
import { openAiView } from "../support/client-view.ts";
import { openRouterClient } from "../support/clients.ts";
import { DIALECTS, speak } from "../support/dialects.ts";
import { jsonOf, startGateway } from "../support/gateway.ts";
import { langChainView } from "../support/langchain-view.ts";
import { readStream, textOf } from "../support/sse-client.ts";
import { json, startUpstream } from "../support/upstream.ts";

/** None of these has the look of a key. */
const CANARIES = {
  key: "echoOne.in~the~row;Feldspar",
  header: "echoTwo_in_a_header;Olivine",
  account: "echoThree-Gabbro",
};

const gateway = await startGateway({ vars: { ECHO_ACCOUNT: CANARIES.account } });
const upstream = await startUpstream();
afterAll(() => Promise.all([gateway.close(), upstream.close()]));

// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies without a schema
type Json = Record<string, any>;

const APIS = Object.keys(DIALECTS) as Api[];
const MESSAGES = [{ role: "user", content: "Who goes there?" }];
const ECHO = { debug: { echo_upstream_body: true } };
const routes = Object.fromEntries(
  APIS.map((api) => [api, upstream.route(speak(DIALECTS[api], { text: "A friend." }))]),
);
const refusing = upstream.route(json({ error: { message: "Not today." } }, { status: 503 }));
const router = upstream.route(speak(DIALECTS["openai-chat"], { text: "A friend." }));

const baseOf = (url: string | undefined) => `${url}/{ECHO_ACCOUNT}`;
const rowOf = (api: Api, url: string | undefined, more: object = {}) => ({
  ...{ name: `Company of ${api}`, api, base_url: baseOf(url), key: { value: CANARIES.key } },
  ...{ headers: { "x-team": CANARIES.header }, ...more },
});
const NAMES: Partial<Record<Api, string>> = {
  "google-gemini": "gemini-2.5-flash",
  "anthropic-messages": "claude-sonnet-4-5",
};
await gateway.putCatalog({
  providers: {
    ...Object.fromEntries(APIS.map((api) => [`at-${api}`, rowOf(api, routes[api]?.baseUrl)])),
    refusing: rowOf("openai-chat", refusing.baseUrl),
    router: rowOf("openai-chat", router.baseUrl, { quirks: { is_router: true } }),
  },
  models: {
    ...Object.fromEntries(
      APIS.map((api) => [`echo/${api}`, modelOf({ provider: `at-${api}`, model: NAMES[api] ?? "one" })]),
    ),
    "echo/twice": modelOf({ provider: "refusing", model: "one" }, { provider: "at-anthropic-messages", model: "two" }),
    "echo/router": modelOf({ provider: "router", model: "one" }),
  },
});

function modelOf(...endpoints: object[]) {
  return { name: "Echo", endpoints };
}

const FORBIDDEN = [...Object.values(CANARIES), upstream.origin, new URL(upstream.origin).host];

function expectClean(text: string): void {
  for (const secret of FORBIDDEN) if (text.includes(secret)) throw new Error(`"${secret}" is out: ${text}`);
}

function ask(fields: object, headers: Record<string, string> = {}): Promise<Response> {
  return gateway.request("/chat/completions", { json: { messages: MESSAGES, ...fields }, headers });
}

describe("debug.echo_upstream_body", () => {
  it.each(APIS)("shows what was sent in the first chunk: %s", async (api) => {
    const route = routes[api];
    const { chunks, isDone } = await readStream(await ask({ model: `echo/${api}`, stream: true, ...ECHO }));
    const sent = route?.visits.at(-1);
    expect(chunks[0]).toMatchObject({ object: "chat.completion.chunk", choices: [], model: `echo/${api}` });
    expect(chunks[0].debug).toEqual({ echo_upstream_body: sent?.body });
    expect(chunks.slice(1).some((chunk) => "debug" in chunk)).toBe(false);
    expect({ isDone, text: textOf(chunks) }).toEqual({ isDone: true, text: "A friend." });
    // There was something to keep: bedrock signs, the others send the key as it is.
    if (api !== "bedrock-converse") expect(JSON.stringify(sent?.headers)).toContain(CANARIES.key);
    expect(JSON.stringify([sent?.headers, sent?.path])).toContain(CANARIES.header);
    expectClean(JSON.stringify(chunks));
  });

  it("shows one body for each provider that was tried, the failed ones too", async () => {
    const provider = { order: ["refusing", "at-anthropic-messages"] };
    const { chunks } = await readStream(await ask({ model: "echo/twice", stream: true, provider, ...ECHO }));
    const echoes = chunks.filter((chunk) => "debug" in chunk);
    expect(echoes).toEqual(chunks.slice(0, 2));
    expect(echoes.map(({ debug }) => debug.echo_upstream_body.model)).toEqual(["one", "two"]);
    expect(echoes.map(({ debug }) => debug.echo_upstream_body)).toEqual([
      refusing.visits.at(-1)?.body,
      routes["anthropic-messages"]?.visits.at(-1)?.body,
    ]);
  });

  it("shortens long texts", async () => {
    const picture = `data:image/png;base64,${"iVBORw0KGgo".repeat(2000)}`;
    const content = [
      { type: "text", text: `Begin ${"so ".repeat(5000)} end` },
      { type: "image_url", image_url: { url: picture } },
    ];
    const messages = [{ role: "user", content }];
    const { chunks } = await readStream(await ask({ model: "echo/openai-chat", stream: true, messages, ...ECHO }));
    const [text, image] = chunks[0].debug.echo_upstream_body.messages[0].content;
    expect(text.text).toMatch(/^Begin so .* characters left out .* end$/s);
    for (const long of [text.text, image.image_url.url]) expect(long.length).toBeLessThan(2200);
    expect(routes["openai-chat"]?.visits.at(-1)?.body.messages).toEqual(messages);
  });

  it.each([
    { name: "an answer in one piece", fields: { ...ECHO } },
    { name: "a stream that did not ask", fields: { stream: true } },
    { name: "a stream that said no", fields: { stream: true, debug: { echo_upstream_body: false } } },
  ])("is not in $name", async ({ fields }) => {
    const response = await ask({ model: "echo/openai-chat", ...fields });
    expect(response.status).toBe(200);
    expect(await response.text()).not.toContain("echo_upstream_body");
  });

  it("breaks no client", async () => {
    const model = "echo/twice";
    const order = { provider: { order: ["refusing", "at-anthropic-messages"] } };
    const fields = { ...order, ...ECHO };
    const question = { model, stream: true, tools: [], fields };
    for (const view of [aiSdkView, langChainView])
      expect(await view(gateway, question)).toMatchObject({ text: "A friend.", error: undefined });
    const openAi = await openAiView(gateway, { model, stream: true, messages: MESSAGES, ...fields });
    expect(openAi).toMatchObject({ text: "A friend.", error: undefined });
    const messages = [{ role: "user" as const, content: "Who goes there?" }];
    const stream = await openRouterClient(gateway).chat.send({
      chatRequest: { model, messages, stream: true, ...order, debug: { echoUpstreamBody: true } },
    });
    if ("choices" in stream) throw new Error("a stream was asked for");
    let text = "";
    for await (const { choices } of stream) text += choices[0]?.delta.content ?? "";
    expect(text).toBe("A friend.");
  });
});

describe("fields of the router", () => {
  /** Each with a word that nothing else in a request holds. */
  const INTERNAL = {
    session_id: "internal-session",
    metadata: { order: "internal-metadata" },
    trace: { trace_id: "internal-trace", span_name: "internal-span" },
    debug: { echo_upstream_body: true, note: "internal-debug" },
    plugins: [{ id: "web", enabled: false, search_prompt: "internal-plugin" }],
    transforms: ["middle-out"],
    route: "fallback",
    provider: { ignore: ["internal-provider"] },
    usage: { include: true },
    max_tool_calls: 7,
    stop_server_tools_when: [{ type: "max_cost", max_cost_in_dollars: 1.25 }],
    user: "internal-user@team.test",
  };
  const FIELDS = [...Object.keys(INTERNAL), "models", "preset"].filter(
    (name) => name !== "user" && name !== "metadata",
  );

  it.each(APIS.flatMap((api) => [true, false].map((stream) => ({ api, stream }))))(
    "reach no provider: $api, stream: $stream",
    async ({ api, stream }) => {
      const model = `echo/${api}`;
      const response = await ask({ model, models: [`echo/${api}`], stream, ...INTERNAL });
      expect([response.status, await response.text()]).toEqual([200, expect.stringMatching(/friend|\[DONE\]/)]);
      const visit = routes[api]?.visits.at(-1);
      expect(visit?.text).not.toMatch(/internal-|middle-out|max_cost/);
      expect(JSON.stringify(visit?.headers)).not.toContain("internal-");
      expect(Object.keys(visit?.body).filter((name) => FIELDS.includes(name))).toEqual([]);
    },
  );

  it("tell a provider the end user only as a hash", async () => {
    const hash = createHash("sha256").update(INTERNAL.user).digest("hex");
    await jsonOf(await ask({ model: "echo/openai-chat", user: INTERNAL.user }), 200);
    expect(routes["openai-chat"]?.visits.at(-1)?.body.user).toBe(hash);
    await jsonOf(await ask({ model: "echo/anthropic-messages", user: INTERNAL.user }), 200);
    expect(routes["anthropic-messages"]?.visits.at(-1)?.body.metadata).toEqual({ user_id: hash });
  });

  it("reach another router as far as they are its business", async () => {
    await jsonOf(await ask({ model: "echo/router", ...INTERNAL }), 200);
    const sent = router.visits.at(-1)?.body;
    expect(sent).toMatchObject({ transforms: ["middle-out"], plugins: INTERNAL.plugins, max_tool_calls: 7 });
    for (const name of ["session_id", "trace", "metadata", "debug", "provider"]) expect(sent).not.toHaveProperty(name);
  });

  it.each([true, false])("stand in the record of the generation, stream: %s", async (stream) => {
    const response = await ask({ model: "echo/openai-chat", stream, ...INTERNAL });
    await response.text();
    expect(await gateway.generation(response.headers.get("x-generation-id") ?? "")).toMatchObject({
      session_id: INTERNAL.session_id,
      metadata: INTERNAL.metadata,
      trace: INTERNAL.trace,
      external_user: INTERNAL.user,
    });
  });

  it("a session may come by header", async () => {
    const response = await ask({ model: "echo/openai-chat" }, { "x-session-id": "by-header" });
    await response.text();
    const record = await gateway.generation(response.headers.get("x-generation-id") ?? "");
    expect(record).toMatchObject({ session_id: "by-header", external_user: null });
    expect(record).not.toHaveProperty("metadata");
  });
});

describe("nothing of the operator's", () => {
  const WANTED = { "x-openrouter-metadata": "enabled" };
  const ASKED = { temperature: 0.5, max_tokens: 100, transforms: ["middle-out"] };

  it.each(APIS)("is told of a route, an answer, a replay or a listing: %s", async (api) => {
    const model = `echo/${api}`;
    const dry = await (await gateway.request("/route", { json: { model, messages: MESSAGES, ...ASKED } })).text();
    const [candidate] = (JSON.parse(dry) as Json).data.candidates;
    expect(candidate).toMatchObject({ tag: `at-${api}`, model });
    const answer = await ask({ model, ...ASKED }, WANTED);
    const told = `${JSON.stringify([...answer.headers])}${await answer.text()}`;
    expect(told).toContain("openrouter_metadata");
    const id = answer.headers.get("x-generation-id") ?? "";
    const record = JSON.stringify(await gateway.generation(id));
    const replay = await (await gateway.request(`/generation/replay?id=${id}`)).text();
    expect(JSON.parse(replay).data.difference.same).toBe(true);
    const listing = await (await gateway.request(`/models/${model}/endpoints`)).text();
    for (const text of [dry, told, record, replay, listing]) expectClean(text);
  });

  it("is told of attempts that failed", async () => {
    const provider = { order: ["refusing", "at-anthropic-messages"] };
    const { chunks } = await readStream(await ask({ model: "echo/twice", provider, stream: true, ...ECHO }, WANTED));
    expect(chunks.at(-1).openrouter_metadata).toMatchObject({
      attempt: 2,
      attempts: [{ status: 503 }, { status: 200 }],
    });
    expectClean(JSON.stringify(chunks));
    const failed = await ask({ model: "echo/twice", provider: { only: ["refusing"] } }, WANTED);
    expectClean(await failed.text());
  });
});

describe("a dry run", () => {
  it.each(APIS)("says what a provider would not get, as the answer does, and calls nobody: %s", async (api) => {
    const fields = {
      model: `echo/${api}`,
      messages: MESSAGES,
      logit_bias: { "1": 1 },
      seed: 7,
      top_k: 3,
      n: 1,
      verbosity: "low",
    };
    const before = routes[api]?.visits.length;
    const { data } = await jsonOf(await gateway.request("/route", { json: fields }), 200);
    expect(routes[api]?.visits.length).toBe(before);
    const answer = await gateway.request("/chat/completions", { json: fields });
    await jsonOf(answer, 200);
    const header = answer.headers.get("x-pointsman-dropped");
    expect(data.candidates[0].dropped).toEqual(header?.split(/, ?/) ?? []);
  });
});
