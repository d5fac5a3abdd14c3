import { afterAll, describe, expect, it } from "vitest";
import { completion } from "../support/openai-chat.ts";
import { readStream } from "../support/sse-client.ts";
import { json } from "../support/upstream.ts";
import { createWorld } from "../support/world.ts";

/** Requests and answers of each dialect, over real sockets: what a client sends, what arrives upstream, what comes back. */

const world = await createWorld("dialects");
const { gateway } = world;
afterAll(() => world.close());

const HELLO = [{ role: "user", content: "Hello" }];
const TOOL = { type: "function", function: { name: "look", parameters: { type: "object", properties: {} } } };
const OTHER = { type: "function", function: { name: "listen" } };

const free = await world.addModels(["free"], { free: json(completion("Hi")) });
const narrow = await world.addModels(["narrow"], {
  narrow: {
    answer: json(completion("Hi")),
    endpoint: { supported_parameters: ["tools", "max_tokens"], max_completion_tokens: 512 },
  },
});
const searching = await world.addModels(["searching"], {
  searching: {
    answer: json(completion("Hi")),
    endpoint: { supported_parameters: ["tools", "web_search", "temperature"] },
  },
});

const plain = await world.addModels(["plain"], {
  plain: { answer: json(completion("Hi")), endpoint: { supported_parameters: ["max_tokens", "temperature", "stop"] } },
});

const FREE = { model: free.model(), route: free.route("free") };
const NARROW = { model: narrow.model(), route: narrow.route("narrow") };
const PLAIN = { model: plain.model(), route: plain.route("plain") };
const SEARCHING = { model: searching.model(), route: searching.route("searching") };

const NAMES = ["openrouter", "predictionguard", "jamai", "bud"] as const;
type Name = (typeof NAMES)[number];
const keys = {} as Record<Name, string>;
for (const dialect of NAMES) keys[dialect] = await gateway.createKey({ dialect });

const ask = (name: Name, fields: object, headers: Record<string, string> = {}) =>
  gateway.request("/chat/completions", {
    json: { model: free.model(), messages: HELLO, ...fields },
    headers: { authorization: `Bearer ${keys[name]}`, ...headers },
  });

/** What arrives upstream, but for the model. */
async function sent(name: Name, fields: object, { model, route } = FREE) {
  const before = route.visits.length;
  const response = await ask(name, { model, ...fields });
  const text = await response.text();
  expect(response.status, text).toBe(200);
  const { model: _, ...body } = route.visits[before]?.body ?? {};
  return { body, headers: response.headers, answer: JSON.parse(text) };
}

const JAMAI = { temperature: 0.2, top_p: 0.6, max_completion_tokens: 2048 };

describe("a request", () => {
  it.each<[title: string, fields: object, expected: object]>([
    ["a string is one user turn", { messages: "Hello" }, { messages: HELLO }],
    [
      "null content is no text",
      { messages: [{ role: "system", content: null }, ...HELLO] },
      { messages: [{ role: "system", content: "" }, ...HELLO] },
    ],
    ["top_k of 0 is off", { top_k: 0 }, { top_k: undefined }],
    ["repetition_penalty of 1 is none", { repetition_penalty: 1 }, { repetition_penalty: undefined }],
    ["no stop sequences are none", { stop: [] }, { stop: undefined }],
    ["no bias is none", { logit_bias: {} }, { logit_bias: undefined }],
    ["no tools are none", { tools: [], tool_choice: "auto" }, { tools: undefined, tool_choice: undefined }],
    ["top_logprobs turn logprobs on", { top_logprobs: 2 }, { top_logprobs: 2, logprobs: true }],
    ["disable is none", { reasoning_effort: "disable" }, { reasoning_effort: "none" }],
    ["an id stays here", { id: "chat-7" }, { id: undefined }],
    [
      "null is absent",
      { temperature: null, top_k: null, stop: null, tools: null },
      { top_k: undefined, stop: undefined, tools: undefined },
    ],
    [
      "unknown fields go on",
      { guided_json: { type: "object" }, chat_template_kwargs: { a: 1 } },
      { guided_json: { type: "object" }, chat_template_kwargs: { a: 1 } },
    ],
  ])("means the same in every dialect: %s", async (_, fields, expected) => {
    for (const name of NAMES) {
      const { body } = await sent(name, fields);
      for (const [field, value] of Object.entries(expected)) expect(body[field], `${name}: ${field}`).toEqual(value);
    }
  });

  it("has the defaults of JamAI, where it says nothing", async () => {
    expect((await sent("jamai", {})).body).toEqual({ messages: HELLO, ...JAMAI });
    const own = { temperature: 0, top_p: 1, max_tokens: 7 };
    expect((await sent("jamai", own)).body).toEqual({ messages: HELLO, ...own });
    for (const name of ["openrouter", "predictionguard", "bud"] as const)
      expect((await sent(name, {})).body).toEqual({ messages: HELLO });
  });

  it("has of these only what the endpoint takes, and no more than it gives", async () => {
    const { body, headers } = await sent("jamai", {}, NARROW);
    expect(body).toEqual({ messages: HELLO, max_tokens: 512 });
    expect(headers.has("x-pointsman-dropped")).toBe(false);
  });

  it("has its output limit under the name that the endpoint takes", async () => {
    const { body, headers } = await sent("openrouter", { max_completion_tokens: 9 }, NARROW);
    expect(body).toEqual({ messages: HELLO, max_tokens: 9 });
    expect(headers.has("x-pointsman-dropped")).toBe(false);
  });

  it.each<[name: Name, limit: number]>([
    ["openrouter", 60],
    ["predictionguard", 60],
    ["jamai", 60],
    ["bud", 50],
  ])("of %s with two limits has %i", async (name, limit) => {
    const { body } = await sent(name, { max_completion_tokens: 60, max_tokens: 50 });
    expect(body).toMatchObject({ max_completion_tokens: limit });
    expect(body).not.toHaveProperty("max_tokens");
    expect((await sent(name, { max_completion_tokens: 40, max_tokens: 50 })).body.max_completion_tokens).toBe(40);
  });

  it("is told what its endpoint does not take, in the header and in the answer", async () => {
    const fields = {
      temperature: 1,
      top_k: 4,
      logit_bias: { 5: 1 },
      tools: [TOOL, { type: "code_interpreter" }, { type: "web_search" }],
    };
    const response = await ask(
      "openrouter",
      { model: narrow.model(), ...fields },
      { "x-openrouter-metadata": "enabled" },
    );
    const dropped = ["temperature", "top_k", "logit_bias", "tools.code_interpreter", "tools.web_search"];
    expect(response.headers.get("x-pointsman-dropped")?.split(", ").sort()).toEqual(dropped.toSorted());
    const { openrouter_metadata } = (await response.json()) as { openrouter_metadata: { dropped: string[] } };
    expect(openrouter_metadata.dropped.toSorted()).toEqual(dropped.toSorted());
    expect(narrow.route("narrow").visits.at(-1)?.body.tools).toEqual([TOOL]);
  });

  it("keeps a provider's own tools where its endpoint lists them", async () => {
    const tools = [{ type: "web_search" }, { type: "code_interpreter" }];
    const { body, headers } = await sent("jamai", { tools }, SEARCHING);
    expect(body.tools).toEqual([{ type: "web_search" }]);
    expect(headers.get("x-pointsman-dropped")).toBe("tools.code_interpreter");
    const alone = await sent("jamai", { tools: [{ type: "web_search" }], tool_choice: "auto" });
    expect(alone.body).toEqual({ messages: HELLO, ...JAMAI });
    expect(alone.headers.get("x-pointsman-dropped")).toBe("tools.web_search");
    const chosen = await sent("openrouter", {
      tools: [{ type: "web_search" }, TOOL],
      tool_choice: { type: "web_search" },
    });
    expect(chosen.body).toEqual({ messages: HELLO, tools: [TOOL] });
    expect(chosen.headers.get("x-pointsman-dropped")).toBe("tools.web_search, tool_choice");
  });

  it.each<[title: string, fields: object, dropped: string | null]>([
    ["a tool that providers run", { tools: [{ type: "web_search" }] }, "tools.web_search"],
    [
      "such tools, of which one must be called",
      { tools: [{ type: "code_interpreter" }, { type: "web_search" }], tool_choice: "required" },
      "tools.code_interpreter, tools.web_search, tool_choice",
    ],
    [
      "such a tool, named",
      { tools: [{ type: "web_search" }], tool_choice: { type: "web_search" } },
      "tools.web_search, tool_choice",
    ],
    ["a choice among no tools", { tool_choice: "none" }, "tool_choice"],
    ["one choice", { n: 1 }, null],
  ])("leaves out for an endpoint without tools: %s", async (_, fields, dropped) => {
    for (const name of ["openrouter", "predictionguard", "bud"] as const) {
      const { body, headers } = await sent(name, fields, PLAIN);
      expect(body).toEqual({ messages: HELLO });
      expect(headers.get("x-pointsman-dropped")).toBe(dropped);
    }
  });

  it("with a function, or with all its parameters required, does not go to an endpoint without tools", async () => {
    const model = plain.model();
    for (const fields of [
      { tools: [{ type: "web_search" }, TOOL] },
      { tools: [{ type: "web_search" }], provider: { require_parameters: true } },
    ])
      expect((await ask("openrouter", { model, ...fields })).status).toBe(404);
    await sent("openrouter", { tool_choice: "none", provider: { require_parameters: true } }, PLAIN);
  });

  it.each<[title: string, messages: object[], expected: object[]]>([
    [
      "a lone system message",
      [{ role: "system", content: "Be kind." }],
      [
        { role: "system", content: "Be kind." },
        { role: "user", content: "." },
      ],
    ],
    [
      "an answer first",
      [{ role: "assistant", content: "Yes?" }, ...HELLO],
      [{ role: "user", content: "." }, { role: "assistant", content: "Yes?" }, ...HELLO],
    ],
    [
      "an odd name",
      [{ role: "user", name: "Ann Ö. (7)_x-", content: "Hi" }],
      [{ role: "user", name: "Ann7_x-", content: "Hi" }],
    ],
    ["a name with nothing in it", [{ role: "user", name: "Ö!", content: "Hi" }], [{ role: "user", content: "Hi" }]],
  ])("is repaired for JamAI only: %s", async (_, messages, expected) => {
    expect((await sent("jamai", { messages })).body.messages).toEqual(expected);
    expect((await sent("bud", { messages })).body.messages).toEqual(messages);
  });

  it("with the answer to a call that nobody made is refused by Bud only", async () => {
    const call = { id: "call_1", type: "function", function: { name: "look", arguments: "{}" } };
    const answer = (id: string) => ({ role: "tool", tool_call_id: id, content: "seen" });
    const turns = (id: string) => [...HELLO, { role: "assistant", content: null, tool_calls: [call] }, answer(id)];
    for (const name of NAMES) {
      await sent(name, { messages: turns("call_1"), tools: [TOOL] });
      const response = await ask(name, { messages: turns("call_2"), tools: [TOOL] });
      expect(response.status, name).toBe(name === "bud" ? 400 : 200);
      if (name === "bud")
        expect(await response.json()).toEqual({ error: expect.stringMatching(/^messages\.2\.tool_call_id: /) });
      else await response.text();
    }
  });

  const PARAMETER: Record<Name, number> = { openrouter: 400, predictionguard: 400, jamai: 422, bud: 400 };
  it.each<[title: string, fields: object, field: string]>([
    ["blank text for messages", { messages: " " }, "messages"],
    ["no messages", { messages: [] }, "messages"],
    ["a role that is none", { messages: [{ role: "robot", content: "Hi" }] }, "messages.0.role"],
    ["temperature above 2", { temperature: 2.1 }, "temperature"],
    ["temperature as text", { temperature: "1" }, "temperature"],
    ["top_p below 0", { top_p: -0.1 }, "top_p"],
    ["top_k below 0", { top_k: -1 }, "top_k"],
    ["half a top_k", { top_k: 0.5 }, "top_k"],
    ["no tokens", { max_tokens: 0 }, "max_tokens"],
    ["no tokens, by the other name", { max_completion_tokens: 0 }, "max_completion_tokens"],
    ["frequency_penalty above 2", { frequency_penalty: 3 }, "frequency_penalty"],
    ["presence_penalty below -2", { presence_penalty: -3 }, "presence_penalty"],
    ["repetition_penalty of 0", { repetition_penalty: 0 }, "repetition_penalty"],
    ["a stop that is no text", { stop: [1] }, "stop.0"],
    ["nine choices", { n: 9 }, "n"],
    ["no choice", { n: 0 }, "n"],
    ["half a seed", { seed: 1.5 }, "seed"],
    ["too many top_logprobs", { top_logprobs: 21 }, "top_logprobs"],
    ["top_logprobs without logprobs", { logprobs: false, top_logprobs: 0 }, "top_logprobs"],
    ["a bias for a word", { logit_bias: { word: 1 } }, "logit_bias.word"],
    ["too much bias", { logit_bias: { 5: 101 } }, "logit_bias.5"],
    [
      "a tool that is not there",
      { tools: [OTHER], tool_choice: { type: "function", function: { name: "look" } } },
      "tool_choice.function.name",
    ],
    [
      "a choice among no tools",
      { tool_choice: { type: "function", function: { name: "look" } } },
      "tool_choice.function.name",
    ],
    ["a word that is no effort", { reasoning_effort: "hard" }, "reasoning_effort"],
    ["an id that is too long", { id: "x".repeat(257) }, "id"],
    ["a check that is none", { input: { pii: "perhaps" } }, "input.pii"],
    ["a method that is none", { input: { pii_replace_method: "smudge" } }, "input.pii_replace_method"],
    ["a kind of data that is none", { input: { pii: "block", entity_list: ["SHOE_SIZE"] } }, "input.entity_list.0"],
    ["a verdict that is none", { output: { toxicity: "very" } }, "output.toxicity"],
    ["no table", { rag_params: { k: 3 } }, "rag_params.table_id"],
    ["no chunks", { rag_params: { table_id: "t", k: 0 } }, "rag_params.k"],
  ])("is refused before anything is sent: %s", async (_, fields, field) => {
    const before = free.route("free").visits.length;
    for (const name of NAMES) {
      const response = await ask(name, fields);
      // biome-ignore lint/suspicious/noExplicitAny: the body differs by dialect
      const body = (await response.json()) as any;
      expect(response.status, `${name}: ${JSON.stringify(body)}`).toBe(PARAMETER[name]);
      const message = name === "jamai" ? body.message : name === "openrouter" ? body.error.message : body.error;
      expect(message, name).toContain(field);
      if (name === "openrouter") expect(body.error.metadata.field).toBe(field);
    }
    expect(free.route("free").visits).toHaveLength(before);
  });

  it.each([
    [4, [200, 200, 200, 200]],
    [5, [400, 200, 200, 400]],
    [16, [400, 200, 200, 400]],
    [17, [400, 400, 422, 400]],
  ])("with %i stop sequences is answered with %j", async (count, statuses) => {
    const stop = Array.from({ length: count }, (_, index) => `stop ${index}`);
    const answers = await Promise.all(NAMES.map((name) => ask(name, { stop })));
    expect(answers.map(({ status }) => status)).toEqual(statuses);
    for (const [index, answer] of answers.entries()) {
      const most = [4, 16, 16, 4][index];
      const said = await answer.text();
      if (answer.status !== 200) expect(said).toContain(`at most ${most} strings`);
    }
  });

  it("has its id on record, and is a session by it", async () => {
    const { headers } = await sent("jamai", { id: "conversation 7", user: "ann" });
    const id = headers.get("x-generation-id");
    const record = await gateway.request(`/generation?id=${id}`, {
      headers: { authorization: `Bearer ${keys.jamai}` },
    });
    expect(await record.json()).toMatchObject({
      data: {
        chat_id: "conversation 7",
        session_id: "conversation 7",
        external_user: "ann",
        project_id: "default",
        user_id: null,
      },
    });
    const named = await sent("bud", { id: "a", session_id: "b" });
    const other = await gateway.request(`/generation?id=${named.headers.get("x-generation-id")}`, {
      headers: { authorization: `Bearer ${keys.bud}` },
    });
    expect(await other.json()).toMatchObject({ data: { chat_id: "a", session_id: "b" } });
    expect(named.answer.id).not.toBe("a");
  });
});

describe("a stream under the bare root", () => {
  it("is Prediction Guard's", async () => {
    const { key } = gateway;
    const response = await fetch(`${gateway.origin}/chat/completions`, {
      method: "POST",
      headers: { "x-api-key": key, "content-type": "application/json", "x-request-id": "mine-1" },
      body: JSON.stringify({
        model: "demo/echo",
        messages: "Hello there",
        stream: true,
        stream_options: { include_usage: true },
      }),
    });
    expect(response.headers.get("x-request-id")).toBe("mine-1");
    const { chunks, isDone, isClean } = await readStream(response);
    expect([isDone, isClean]).toEqual([true, true]);
    expect(chunks.at(-1)).toMatchObject({
      id: expect.stringMatching(/^chat-/),
      choices: [],
      usage: { total_tokens: expect.any(Number) },
    });
    expect(chunks.at(-2).choices[0]).toMatchObject({ finish_reason: "stop", generated_text: "Hello there" });
  });
});
