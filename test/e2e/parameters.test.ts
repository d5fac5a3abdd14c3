import { afterAll, describe, expect, it } from "vitest";
import { jsonOf } from "../support/gateway.ts";
import { completion } from "../support/openai-chat.ts";
import { json, type Route } from "../support/upstream.ts";
import { createWorld } from "../support/world.ts";

/** What arrives at upstreams of each parameter that a client may send, in OpenAI's format and in another one. */

const world = await createWorld("parameters");
const { gateway } = world;
afterAll(() => world.close());

const MESSAGES = [{ role: "user", content: "Hello" }];
const TOOL = { type: "function", function: { name: "look", parameters: { type: "object", properties: {} } } };
const CLAUDE_TOOL = { name: "look", input_schema: { type: "object", properties: {} } };

const message = {
  ...{ id: "msg_1", type: "message", role: "assistant", model: "claude", stop_reason: "end_turn" },
  ...{ content: [{ type: "text", text: "Hi" }], usage: { input_tokens: 3, output_tokens: 1 } },
};
const plain = await world.addModels(["plain"], { plain: json(completion("Hi")) });
const claude = await world.addModels(["claude"], {
  claude: { answer: json(message), provider: { api: "anthropic-messages" } },
});

/** A body that was sent on, and what the client was told of it. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into requests without a schema
type Sent = { body: any; dropped: string[] };

async function sendTo(model: string, route: Route, fields: object): Promise<Sent> {
  const before = route.visits.length;
  const response = await gateway.request("/chat/completions", { json: { model, messages: MESSAGES, ...fields } });
  await jsonOf(response, 200);
  expect(route.visits).toHaveLength(before + 1);
  const dropped = response.headers.get("x-pointsman-dropped");
  return { body: route.visits[before]?.body, dropped: dropped === null ? [] : dropped.split(", ") };
}

const toPlain = (fields: object) => sendTo(plain.model(), plain.route("plain"), fields);
const toClaude = (fields: object) => sendTo(claude.model(), claude.route("claude"), fields);

/** Each key as it must be; undefined where it must not be there. */
function expectKeys(body: Record<string, unknown>, keys: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(keys)) {
    if (value === undefined) expect(key in body, key).toBe(false);
    else expect(body[key], key).toEqual(value);
  }
}

interface Row {
  title: string;
  fields: Record<string, unknown>;
  /** Of a body in OpenAI's format; absent: the fields as they are. */
  plain?: Record<string, unknown>;
  /** Of a body in Anthropic's format; absent: none of the fields, and all of them are named as dropped. */
  claude?: Record<string, unknown>;
  /** What Anthropic's format cannot say; absent: with `claude` nothing. */
  dropped?: string[];
}

const goes = (title: string, fields: Row["fields"], others: Omit<Row, "title" | "fields"> = {}): Row => ({
  ...{ title, fields },
  ...others,
});
/** Never sent on, and not missed either. */
const stays = (title: string, fields: Row["fields"]): Row => {
  const none = Object.fromEntries(Object.keys(fields).map((name) => [name, undefined]));
  return { title, fields, plain: none, claude: none };
};

const rows: Row[] = [
  goes("temperature goes as it is", { temperature: 0.4 }, { claude: { temperature: 0.4 } }),
  goes("temperature of 0 goes as it is", { temperature: 0 }, { claude: { temperature: 0 } }),
  goes("top_p goes as it is", { top_p: 0.3 }, { claude: { top_p: 0.3 } }),
  goes("top_k goes as it is", { top_k: 5 }, { claude: { top_k: 5 } }),
  goes("min_p goes as it is", { min_p: 0.2 }),
  goes("top_a goes as it is", { top_a: 0.2 }),
  goes("frequency_penalty goes as it is", { frequency_penalty: -1.5 }),
  goes("presence_penalty goes as it is", { presence_penalty: 1.5 }),
  goes("repetition_penalty goes as it is", { repetition_penalty: 1.2 }),
  goes("seed goes as it is", { seed: 42 }),
  goes("stop as a string goes, or as a list of one", { stop: "END" }, { claude: { stop_sequences: ["END"] } }),
  goes("stop as a list goes", { stop: ["a", "b"] }, { claude: { stop_sequences: ["a", "b"] } }),
  goes("logit_bias goes as it is", { logit_bias: { "50256": -100 } }),
  goes("logprobs goes as it is", { logprobs: true }),
  goes("top_logprobs goes with logprobs", { logprobs: true, top_logprobs: 3 }),
  goes("max_tokens goes under the name that was given", { max_tokens: 77 }, { claude: { max_tokens: 77 } }),
  goes(
    "max_completion_tokens goes under the name that was given",
    { max_completion_tokens: 78 },
    { claude: { max_tokens: 78, max_completion_tokens: undefined } },
  ),
  goes(
    "max_completion_tokens wins over max_tokens",
    { max_completion_tokens: 50, max_tokens: 60 },
    { plain: { max_completion_tokens: 50, max_tokens: undefined }, claude: { max_tokens: 50 } },
  ),
  goes("n of 1 goes as it is", { n: 1 }, { claude: { n: undefined } }),
  goes("tools go in the words of the format", { tools: [TOOL] }, { claude: { tools: [CLAUDE_TOOL] } }),
  goes(
    "tool_choice goes in the words of the format",
    { tools: [TOOL], tool_choice: "required" },
    { claude: { tool_choice: { type: "any" } } },
  ),
  goes(
    "tool_choice names a tool",
    { tools: [TOOL], tool_choice: { type: "function", function: { name: "look" } } },
    { claude: { tool_choice: { type: "tool", name: "look" } } },
  ),
  goes(
    "parallel_tool_calls goes in the words of the format",
    { tools: [TOOL], parallel_tool_calls: false },
    { claude: { tool_choice: { type: "auto", disable_parallel_tool_use: true } } },
  ),
  goes(
    "response_format of text asks for nothing",
    { response_format: { type: "text" } },
    { claude: { response_format: undefined } },
  ),
  goes(
    "user goes as its hash",
    { user: "u" },
    {
      plain: { user: expect.stringMatching(/^[0-9a-f]{64}$/) },
      claude: { metadata: { user_id: expect.stringMatching(/^[0-9a-f]{64}$/) } },
    },
  ),
  goes("reasoning_effort goes as it is", { reasoning_effort: "low" }, { claude: { thinking: expect.anything() } }),
  goes(
    "reasoning goes as an effort, or as a budget",
    { reasoning: { max_tokens: 2000 }, max_tokens: 4000 },
    {
      plain: { reasoning_effort: "medium", reasoning: undefined },
      claude: { thinking: expect.objectContaining({ type: "enabled", budget_tokens: 2000 }) },
    },
  ),
  goes(
    "include_reasoning is not for upstreams",
    { include_reasoning: false },
    { plain: { include_reasoning: undefined }, claude: { include_reasoning: undefined } },
  ),
  goes("verbosity goes as it is", { verbosity: "low" }),
  goes("prediction goes as it is", { prediction: { type: "content", content: "x" } }),
  goes("modalities of text go as they are", { modalities: ["text"] }, { claude: { modalities: undefined } }),
  goes("audio goes as it is", { audio: { voice: "alloy", format: "wav" } }),
  goes("image_config goes as it is", { image_config: { aspect_ratio: "16:9" } }),
  goes("service_tier goes as it is", { service_tier: "default" }, { claude: {} }),
  goes("prompt_cache_key goes as it is", { prompt_cache_key: "k" }),
  goes("prompt_cache_options go as they are", { prompt_cache_options: { mode: "explicit" } }),
  goes(
    "cache_control marks the last block of formats that cache so",
    { cache_control: { type: "ephemeral" } },
    {
      plain: { cache_control: undefined },
      claude: {
        messages: [{ role: "user", content: [{ type: "text", text: "Hello", cache_control: { type: "ephemeral" } }] }],
      },
    },
  ),
  goes("web_search_options go as they are", { web_search_options: { search_context_size: "low" } }),
  goes("x_search_filter goes as it is", { x_search_filter: { handles: ["a"] } }),
  goes("safe_prompt and other provider parameters go as they are", { safe_prompt: true, raw_mode: true }),
  goes("vLLM's own parameters go as they are", {
    guided_json: { type: "object" },
    chat_template_kwargs: { enable_thinking: false },
    ignore_eos: true,
  }),
  goes("top_k of 0 asks for nothing", { top_k: 0 }, { plain: { top_k: undefined }, claude: { top_k: undefined } }),
  goes(
    "repetition_penalty of 1 asks for nothing",
    { repetition_penalty: 1 },
    { plain: { repetition_penalty: undefined }, claude: {} },
  ),
  goes(
    "stop of [] asks for nothing",
    { stop: [] },
    { plain: { stop: undefined }, claude: { stop_sequences: undefined } },
  ),
  goes("tools of [] ask for nothing", { tools: [] }, { plain: { tools: undefined }, claude: { tools: undefined } }),
  goes("logit_bias of {} asks for nothing", { logit_bias: {} }, { plain: { logit_bias: undefined }, claude: {} }),
  goes(
    "top_logprobs turns an absent logprobs on",
    { top_logprobs: 2 },
    { plain: { logprobs: true, top_logprobs: 2 }, dropped: ["logprobs", "top_logprobs"] },
  ),
  goes(
    "reasoning_effort of disable is none",
    { reasoning_effort: "disable" },
    { plain: { reasoning_effort: "none" }, claude: { reasoning_effort: undefined } },
  ),
  goes(
    "reasoning.effort goes as an effort",
    { reasoning: { effort: "high" } },
    { plain: { reasoning_effort: "high" }, claude: { thinking: expect.anything() } },
  ),
  goes(
    "reasoning.enabled alone is a medium effort",
    { reasoning: { enabled: true } },
    { plain: { reasoning_effort: "medium" }, claude: { thinking: expect.anything() } },
  ),
  goes("thinking_budget and reasoning_summary go as they are", { thinking_budget: 100, reasoning_summary: "auto" }),
  stays("session_id is for this router", { session_id: "s" }),
  stays("metadata is for this router", { metadata: { k: "v" } }),
  stays("trace is for this router", { trace: { trace_id: "t" } }),
  stays("id is for this router", { id: "chat-1" }),
  stays("debug is for this router", { debug: { echo_upstream_body: true } }),
  stays("usage is for this router", { usage: { include: true } }),
  stays("provider is for this router", { provider: { allow_fallbacks: true } }),
  stays("route is for this router", { route: "fallback" }),
  stays("models are for this router", { models: [] }),
  stays("transforms are for this router", { transforms: [] }),
  stays("plugins are for this router", { plugins: [{ id: "response-healing" }] }),
  stays("stream_options are for this router", { stream_options: { include_usage: true } }),
  stays("structured_outputs is for routers", { structured_outputs: true }),
  stays("max_tool_calls is for routers", { max_tool_calls: 3 }),
  stays("stop_server_tools_when is for routers", {
    stop_server_tools_when: [{ type: "step_count_is", step_count: 2 }],
  }),
  stays("input is for this router", { input: {} }),
  stays("output is for this router", { output: {} }),
  stays("rag_params of null ask for nothing", { rag_params: null }),
];

describe("an upstream of OpenAI's format gets what was asked for", () => {
  it.each(rows)("$title", async ({ fields, plain: expected = fields }) => {
    const { body, dropped } = await toPlain(fields);
    expectKeys(body, expected);
    expect(dropped).toEqual([]);
  });
});

describe("an upstream of Anthropic's format gets what it has words for, and the client hears of the rest", () => {
  it.each(rows)("$title", async ({ fields, claude: expected, dropped: named }) => {
    const none = Object.fromEntries(Object.keys(fields).map((name) => [name, undefined]));
    const { body, dropped } = await toClaude(fields);
    expectKeys(body, expected ?? none);
    expect(dropped.sort()).toEqual((named ?? (expected ? [] : Object.keys(fields))).sort());
  });
});

it("reasoning.summary goes to formats that have summaries", async () => {
  const answer = json({
    ...{
      id: "resp_1",
      object: "response",
      status: "completed",
      model: "gpt",
      usage: { input_tokens: 1, output_tokens: 1 },
    },
    output: [{ type: "message", role: "assistant", content: [{ type: "output_text", text: "Hi", annotations: [] }] }],
  });
  const cast = await world.addModels(["responses"], { only: { answer, provider: { api: "openai-responses" } } });
  await sendTo(cast.model(), cast.route("only"), { reasoning: { effort: "high", summary: "detailed" } });
  expect(cast.route("only").visits[0]?.body.reasoning).toEqual({ effort: "high", summary: "detailed" });
});

describe("messages arrive in the words of the format", () => {
  const text = (content: string) => [{ type: "text", text: content }];
  const call = { id: "call_1", type: "function", function: { name: "look", arguments: '{"at":"sky"}' } };
  const asking = [...MESSAGES, { role: "assistant", content: null, tool_calls: [call] }];
  const PNG = "iVBORw0KGgo=";
  const user = (...content: object[]) => [{ role: "user", content }];

  const turns: { title: string; messages: unknown; plain?: unknown; claude: unknown; system?: unknown }[] = [
    {
      title: "a string is one user turn",
      messages: "Hello",
      plain: MESSAGES,
      claude: [{ role: "user", content: text("Hello") }],
    },
    {
      title: "system and developer messages",
      messages: [{ role: "system", content: "Be brief." }, { role: "developer", content: "Be kind." }, ...MESSAGES],
      claude: [{ role: "user", content: text("Hello") }],
      system: [...text("Be brief."), ...text("Be kind.")],
    },
    {
      title: "null content is an empty text",
      messages: [{ role: "user", content: null }, ...MESSAGES],
      plain: [{ role: "user", content: "" }, ...MESSAGES],
      claude: [{ role: "user", content: text("Hello") }],
    },
    {
      title: "an assistant's tool calls and their results",
      messages: [...asking, { role: "tool", tool_call_id: "call_1", content: "Blue." }],
      claude: [
        { role: "user", content: text("Hello") },
        { role: "assistant", content: [{ type: "tool_use", id: "call_1", name: "look", input: { at: "sky" } }] },
        {
          role: "user",
          content: [expect.objectContaining({ type: "tool_result", tool_use_id: "call_1", content: text("Blue.") })],
        },
      ],
    },
    {
      title: "text and image_url parts",
      messages: user(
        { type: "text", text: "Look" },
        { type: "image_url", image_url: { url: `data:image/png;base64,${PNG}` } },
      ),
      claude: user(
        { type: "text", text: "Look" },
        { type: "image", source: { type: "base64", media_type: "image/png", data: PNG } },
      ),
    },
    {
      title: "file parts",
      messages: user(
        { type: "file", file: { filename: "a.pdf", file_data: "data:application/pdf;base64,JVBERg==" } },
        { type: "text", text: "Read" },
      ),
      claude: user(
        expect.objectContaining({
          type: "document",
          source: { type: "base64", media_type: "application/pdf", data: "JVBERg==" },
        }),
        { type: "text", text: "Read" },
      ),
    },
  ];

  it.each(turns)("$title", async ({ messages, plain: expected = messages, claude: translated, system }) => {
    const { body } = await toPlain({ messages });
    expect(body.messages).toEqual(expected);
    const { body: other } = await toClaude({ messages });
    expect(other.messages).toEqual(translated);
    if (system) expect(other.system).toEqual(system);
  });

  it.each([
    {
      title: "input_audio parts go as they are",
      part: { type: "input_audio", input_audio: { data: "UklGRg==", format: "wav" } },
    },
    {
      title: "video_url parts go as they are",
      part: { type: "video_url", video_url: { url: "data:video/mp4;base64,AAAA" } },
    },
    {
      title: "input_video parts go as they are",
      part: { type: "input_video", video_url: { url: "data:video/mp4;base64,AAAA" } },
    },
  ])("$title", async ({ part }) => {
    const messages = user({ type: "text", text: "Listen" }, part);
    expect((await toPlain({ messages })).body.messages).toEqual(messages);
  });

  it("names of messages go as they are", async () => {
    const messages = [{ role: "user", name: "ann", content: "Hello" }];
    expect((await toPlain({ messages })).body.messages).toEqual(messages);
  });

  it("a prompt without messages is a user turn", async () => {
    const json = { model: plain.model(), prompt: "Hello" };
    await jsonOf(await gateway.request("/chat/completions", { json }), 200);
    expect(plain.route("plain").visits.at(-1)?.body.messages).toEqual(MESSAGES);
  });
});

describe("the answer", () => {
  const thinking = json(completion("Hi", { message: { reasoning_content: "Hm." } }));

  it("has no reasoning where reasoning.exclude or include_reasoning say so", async () => {
    const cast = await world.addModels(["thinks"], { only: thinking });
    const reasoningOf = async (fields: object) => {
      const body = { model: cast.model(), messages: MESSAGES, ...fields };
      return (await jsonOf(await gateway.request("/chat/completions", { json: body }), 200)).choices[0].message
        .reasoning;
    };
    expect(await reasoningOf({})).toBe("Hm.");
    expect(await reasoningOf({ reasoning: { exclude: true } })).toBe(null);
    expect(await reasoningOf({ include_reasoning: false })).toBe(null);
  });

  it("is for the key of x-api-key as it is for that of Authorization", async () => {
    const response = await fetch(`${gateway.baseUrl}/chat/completions`, {
      method: "POST",
      headers: { "x-api-key": gateway.key, "content-type": "application/json" },
      body: JSON.stringify({ model: plain.model(), messages: MESSAGES }),
    });
    expect(response.status).toBe(200);
  });

  it("has the x-request-id that was sent, or one of its own", async () => {
    const ask = (headers: Record<string, string>) =>
      gateway.request("/chat/completions", { headers, json: { model: plain.model(), messages: MESSAGES } });
    expect((await ask({ "x-request-id": "mine-1" })).headers.get("x-request-id")).toBe("mine-1");
    expect((await ask({ "x-request-id": "not mine" })).headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("of a Claude is asked for with the beta features of x-anthropic-beta", async () => {
    const headers = { "x-anthropic-beta": "interleaved-thinking-2025-05-14" };
    const body = { model: claude.model(), messages: MESSAGES };
    await jsonOf(await gateway.request("/chat/completions", { headers, json: body }), 200);
    const sent = claude.route("claude").visits.at(-1)?.headers["anthropic-beta"];
    expect(sent).toContain("interleaved-thinking-2025-05-14");
  });

  it("is not paid with keys that a request brings: X-Provider-API-Keys has no effect", async () => {
    const headers = { "x-provider-api-keys": JSON.stringify({ [plain.slug("plain")]: "sk-brought" }) };
    const body = { model: plain.model(), messages: MESSAGES };
    await jsonOf(await gateway.request("/chat/completions", { headers, json: body }), 200);
    expect(JSON.stringify(plain.route("plain").visits.at(-1)?.headers)).not.toContain("sk-brought");
  });

  it("is no other for headers that have no effect here", async () => {
    const headers = { "x-openrouter-categories": "cli-agent,ide-extension" };
    const body = { model: plain.model(), messages: MESSAGES };
    const answer = await jsonOf(await gateway.request("/chat/completions", { headers, json: body }), 200);
    expect(answer.choices[0].message.content).toBe("Hi");
    expect(JSON.stringify(plain.route("plain").visits.at(-1)?.headers)).not.toContain("cli-agent");
  });

  it("is no other for plugins and transforms that have no effect here", async () => {
    const plugins = ["file-parser", "moderation", "response-healing", "web-fetch", "fusion"].map((id) => ({ id }));
    const body = { model: plain.model(), messages: MESSAGES, plugins };
    const answer = await jsonOf(await gateway.request("/chat/completions", { json: body }), 200);
    expect(answer.choices[0].message.content).toBe("Hi");
    expect(Object.keys(plain.route("plain").visits.at(-1)?.body)).not.toContain("plugins");
  });
});

describe("what input says", () => {
  const [mail, number] = ["ann.lee@corp.org", "219-09-9998"];
  const asked = [{ role: "user", content: `Write to ${mail}, SSN ${number}.` }];
  const arrivedWith = async (input: object) => (await toPlain({ messages: asked, input })).body.messages[0].content;

  it("pii_replace_method decides what stands in a value's place", async () => {
    expect(await arrivedWith({ pii: "replace", pii_replace_method: "mask" })).toBe("Write to *, SSN *.");
    const category = await arrivedWith({ pii: "replace", pii_replace_method: "category" });
    expect(category).toBe("Write to <EMAIL_ADDRESS>, SSN <US_SSN>.");
    const chance = await arrivedWith({ pii: "replace" });
    expect(chance).toHaveLength(asked[0]?.content.length ?? 0);
    expect(chance).not.toContain(mail);
  });

  it("entity_list names what is left alone", async () => {
    const input = { pii: "replace", pii_replace_method: "mask", entity_list: ["EMAIL_ADDRESS"] };
    expect(await arrivedWith(input)).toBe(`Write to ${mail}, SSN *.`);
  });
});

describe("a request that no system takes", () => {
  it.each<[title: string, fields: object, named: string]>([
    [
      "a tool_choice that names no tool",
      { tools: [TOOL], tool_choice: { type: "function", function: { name: "other" } } },
      "tool_choice",
    ],
    ["a word for reasoning_effort that is none", { reasoning_effort: "very" }, "reasoning_effort"],
    ["a model's name that is no text", { model: 5 }, "model"],
    ["a stop with five strings", { stop: ["1", "2", "3", "4", "5"] }, "stop"],
    ["an input check that there is not", { input: { pii: "maybe" } }, "input.pii"],
    [
      "a check for injections that is no flag",
      { input: { block_prompt_injection: "yes" } },
      "input.block_prompt_injection",
    ],
    [
      "a way to replace that there is not",
      { input: { pii: "replace", pii_replace_method: "blur" } },
      "input.pii_replace_method",
    ],
    ["an entity that nobody knows", { input: { pii: "block", entity_list: ["SHOE_SIZE"] } }, "input.entity_list"],
    ["a check for toxicity that is no flag", { output: { toxicity: "yes" } }, "output.toxicity"],
    ["a check for facts that is no flag", { output: { factuality: 1 } }, "output.factuality"],
    ["more chunks than a table can give", { rag_params: { table_id: "t", k: 1025 } }, "rag_params.k"],
    [
      "a model to rank chunks that is no name",
      { rag_params: { table_id: "t", reranking_model: 1 } },
      "rag_params.reranking_model",
    ],
    ["a rerank flag that is no flag", { rag_params: { table_id: "t", rerank: "yes" } }, "rag_params.rerank"],
    [
      "a flag to join texts that is none",
      { rag_params: { table_id: "t", concat_reranker_input: 2 } },
      "rag_params.concat_reranker_input",
    ],
    ["a knowledge table without a name", { rag_params: { table_id: " " } }, "rag_params.table_id"],
  ])("is refused with the field's name: %s", async (_, fields, named) => {
    const json = { model: plain.model(), messages: MESSAGES, ...fields };
    const { error } = await jsonOf(await gateway.request("/chat/completions", { json }), 400);
    expect(error.metadata.field).toContain(named);
  });
});
