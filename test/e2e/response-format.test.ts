import { afterAll, describe, expect, it } from "vitest";
import type { Api } from "../../src/schema/catalogue.ts";
import { DIALECTS, type Said, speak, TOKENS, wantsStream } from "../support/dialects.ts";
import { jsonOf } from "../support/gateway.ts";
import { askAndLeave } from "../support/leaving-client.ts";
import { readStream, textOf } from "../support/sse-client.ts";
import { type Answer, hang, json } from "../support/upstream.ts";
import { createWorld } from "../support/world.ts";

const world = await createWorld("format");
const { gateway } = world;
afterAll(() => world.close());

// biome-ignore lint/suspicious/noExplicitAny: tests look into requests without a schema
type Json = Record<string, any>;

const MESSAGES = [{ role: "user", content: "When does the train to Ulm go, as JSON?" }];
const SCHEMA = {
  type: "object",
  properties: { town: { type: "string" }, minutes: { type: "integer" } },
  required: ["town", "minutes"],
  additionalProperties: false,
};
const BY_SCHEMA = { type: "json_schema", json_schema: { name: "departure", strict: true, schema: SCHEMA } };
const AS_JSON = { type: "json_object" };
const GOOD = { town: "Ulm", minutes: 9 };
const GOOD_TEXT = JSON.stringify(GOOD);

/** What a model can do at Bedrock is read from its name: this one can be made to call a tool. */
const CLAUDE_AT_BEDROCK = "eu.anthropic.claude-sonnet-4-5-20250929-v1:0";

/** US dollars per token. */
const PRICING = { prompt: "0.000001", completion: "0.000002" };
const COST_OF_ONE = TOKENS.prompt * 1e-6 + TOKENS.completion * 2e-6;

/** Adds a model that speaks a format and answers one thing after the other. */
async function addModel(api: Api, answers: (Said | Answer)[], quirks: object = {}) {
  const scripts = answers.map((answer) => (typeof answer === "function" ? answer : speak(DIALECTS[api], answer)));
  let turn = 0;
  const answer: Answer = (exchange) => scripts[Math.min(turn++, scripts.length - 1)]?.(exchange);
  const endpoint = { pricing: PRICING, ...(api === "bedrock-converse" && { model: CLAUDE_AT_BEDROCK }) };
  const script = { answer, provider: { api, quirks }, endpoint };
  const cast = await world.addModels(["one"], { only: script });
  return { model: cast.model(), visits: cast.route("only").visits };
}

/** Asks, and gives the answer as a client has it, streamed or not. */
async function ask(fields: Json) {
  const response = await gateway.request("/chat/completions", { json: { messages: MESSAGES, ...fields } });
  const note = response.headers.get("x-pointsman-response-format");
  const dropped = response.headers.get("x-pointsman-dropped");
  const id = response.headers.get("x-generation-id") ?? "";
  if (!fields.stream) {
    const { choices, usage } = await jsonOf(response, 200);
    const { message, finish_reason: finishReason } = choices[0];
    return { note, dropped, id, content: message.content, calls: message.tool_calls, finishReason, usage };
  }
  const { chunks, isDone } = await readStream(response);
  expect(isDone).toBe(true);
  const [finishReason] = chunks.map(({ choices }) => choices[0]?.finish_reason).filter(Boolean);
  const calls = chunks.map(({ choices }) => choices[0]?.delta.tool_calls).find(Boolean);
  return { note, dropped, id, content: textOf(chunks), calls, finishReason, usage: chunks.at(-1).usage };
}

/** A call of the tool that stands for the format, whatever the router named it. */
function callingTheTool(api: Api, input: object): Answer {
  return (exchange) => {
    const name = forcedTool(api, exchange.visit.body) ?? "no tool is forced";
    return speak(DIALECTS[api], { calls: [{ id: "call_1", name, input }] })(exchange);
  };
}

/** A call of the tool that the request declares last: the one for the format. */
function callingTheFormat(api: Api): Answer {
  return (exchange) => {
    const name = toolNames(api, exchange.visit.body).at(-1) ?? "no tool is declared";
    return speak(DIALECTS[api], { calls: [{ id: "call_1", name, input: GOOD }] })(exchange);
  };
}

function toolNames(api: Api, body: Json): string[] {
  if (api !== "bedrock-converse") return (body.tools ?? []).map(({ name }: Json) => name);
  return (body.toolConfig?.tools ?? []).map(({ toolSpec }: Json) => toolSpec.name);
}

function forcedTool(api: Api, body: Json): string | undefined {
  return api === "bedrock-converse" ? body.toolConfig?.toolChoice?.tool?.name : body.tool_choice?.name;
}

function expectBill(usage: Json, calls: number): void {
  const { prompt, completion } = TOKENS;
  expect(usage).toMatchObject({
    prompt_tokens: calls * prompt,
    completion_tokens: calls * completion,
    total_tokens: calls * (prompt + completion),
  });
  expect(usage.cost).toBeCloseTo(calls * COST_OF_ONE, 9);
}

async function expectRecord(id: string, calls: number): Promise<void> {
  const record = await gateway.generation(id);
  expect(record.tokens_prompt ?? record.native_tokens_prompt).toBe(calls * TOKENS.prompt);
  expect(record.total_cost).toBeCloseTo(calls * COST_OF_ONE, 9);
}

describe.each(["anthropic-messages", "bedrock-converse"] as const)("a schema at %s", (api) => {
  it.each([true, false])("is the input of a tool that the model must call, stream: %s", async (stream) => {
    const { model, visits } = await addModel(api, [callingTheTool(api, GOOD)]);
    const answer = await ask({ model, response_format: BY_SCHEMA, stream });
    expect(JSON.parse(answer.content)).toEqual(GOOD);
    expect(answer).toMatchObject({ finishReason: "stop", calls: undefined, note: "tool", dropped: null });
    expectBill(answer.usage, 1);

    expect(visits).toHaveLength(1);
    const body = visits[0]?.body;
    const [tool] = api === "bedrock-converse" ? body.toolConfig.tools : body.tools;
    expect(tool.toolSpec?.inputSchema.json ?? tool.input_schema).toMatchObject(SCHEMA);
    expect(tool.toolSpec?.name ?? tool.name).toBe(forcedTool(api, body));
    expect(visits[0]?.text).not.toContain("response_format");
  });

  it("leaves the client's own tools in reach", async () => {
    const parameters = { type: "object", properties: { town: { type: "string" } } };
    const tools = [{ type: "function", function: { name: "timetable", parameters } }];
    const call = { id: "toolu_1", name: "timetable", input: { town: "Ulm" } };
    const { model, visits } = await addModel(api, [{ calls: [call] }, callingTheFormat(api)]);
    const asked = await ask({ model, response_format: BY_SCHEMA, tools });
    expect(asked).toMatchObject({ content: null, finishReason: "tool_calls", note: "tool" });
    expect(asked.calls).toMatchObject([
      { id: "toolu_1", function: { name: "timetable", arguments: '{"town":"Ulm"}' } },
    ]);
    const history = [
      ...MESSAGES,
      { role: "assistant", content: null, tool_calls: asked.calls },
      { role: "tool", tool_call_id: "toolu_1", content: "in nine minutes" },
    ];
    const told = await ask({ model, response_format: BY_SCHEMA, tools, messages: history });
    expect(JSON.parse(told.content)).toEqual(GOOD);
    expect(told).toMatchObject({ calls: undefined, finishReason: "stop" });
    expect(visits).toHaveLength(2);
    expect(toolNames(api, visits[1]?.body)).toHaveLength(2);
  });

  it("is not forced beside thinking, which the vendor refuses", async () => {
    const { model, visits } = await addModel(api, [callingTheFormat(api)], { reasoning_request: "budget" });
    await ask({ model, response_format: BY_SCHEMA, reasoning: { max_tokens: 2000 }, max_tokens: 4000 });
    const body = visits[0]?.body;
    const thinking = body.thinking ?? body.additionalModelRequestFields?.thinking;
    const isForced = forcedTool(api, body) !== undefined || body.tool_choice?.type === "any";
    expect(isForced && thinking?.type === "enabled").toBe(false);
  });

  it("is asked for again when the input does not follow it", async () => {
    const wrong = { town: "Ulm", minutes: "nine" };
    const { model, visits } = await addModel(api, [callingTheTool(api, wrong), callingTheTool(api, GOOD)]);
    const answer = await ask({ model, response_format: BY_SCHEMA });
    expect(JSON.parse(answer.content)).toEqual(GOOD);
    expect(answer).toMatchObject({ finishReason: "stop", calls: undefined, note: "tool; repaired" });
    expect(visits).toHaveLength(2);
    expect(visits[1]?.text).toContain("minutes");
    expectBill(answer.usage, 2);
    await expectRecord(answer.id, 2);
  });
});

describe("a schema at anthropic-messages", () => {
  it.each([true, false])("is the vendor's own where it has one, stream: %s", async (stream) => {
    const { model, visits } = await addModel("anthropic-messages", [{ text: GOOD_TEXT }], { structured_outputs: true });
    const answer = await ask({ model, response_format: BY_SCHEMA, stream });
    expect(answer).toMatchObject({ content: GOOD_TEXT, finishReason: "stop", note: null });
    expect(visits[0]?.body.output_config.format).toMatchObject({
      type: "json_schema",
      schema: { required: ["town", "minutes"] },
    });
    expect(visits[0]?.body).not.toHaveProperty("tool_choice");
  });
});

const INSTRUCTED = { note: "instruction", finishReason: "stop", dropped: null };

describe.each(["anthropic-messages", "bedrock-converse"] as const)("json_object at %s", (api) => {
  it.each([true, false])("is an instruction, stream: %s", async (stream) => {
    const { model, visits } = await addModel(api, [{ text: GOOD_TEXT }]);
    const answer = await ask({ model, response_format: AS_JSON, stream });
    expect(answer).toMatchObject({ ...INSTRUCTED, content: GOOD_TEXT });
    expectBill(answer.usage, 1);
    expect(visits).toHaveLength(1);
    expect(JSON.stringify(visits[0]?.body.system)).toMatch(/JSON/);
    expect(visits[0]?.body).not.toHaveProperty("tools");
    expect(visits[0]?.body).not.toHaveProperty("toolConfig");
  });
});

describe("an answer that was only asked to be JSON", () => {
  it.each([
    { name: "with its language", text: `\`\`\`json\n${GOOD_TEXT}\n\`\`\`` },
    { name: "without a language", text: `\`\`\`\n${GOOD_TEXT}\n\`\`\`\n` },
    { name: "among blank lines", text: `\n\n\`\`\`json\n${JSON.stringify(GOOD, null, 2)}\n\`\`\`\n\n` },
    { name: "with Windows' line ends", text: `\`\`\`json\r\n${GOOD_TEXT}\r\n\`\`\`\r\n` },
    { name: "with a fence inside a string", text: `\`\`\`json\n${JSON.stringify({ ...GOOD, note: "```" })}\n\`\`\`` },
  ])("is taken out of a code fence $name", async ({ text }) => {
    const { model, visits } = await addModel("anthropic-messages", [{ text }]);
    const answer = await ask({ model, response_format: AS_JSON });
    expect(answer).toMatchObject(INSTRUCTED);
    expect(JSON.parse(answer.content)).toMatchObject(GOOD);
    expect(visits).toHaveLength(1);
    expectBill(answer.usage, 1);
  });

  it("is repaired once, and both calls are paid", async () => {
    const wrong = "Ulm? In nine minutes.";
    const fenced = `\`\`\`json\n${GOOD_TEXT}\n\`\`\``;
    const { model, visits } = await addModel("anthropic-messages", [{ text: wrong }, { text: fenced }]);
    const answer = await ask({ model, response_format: AS_JSON, max_tokens: 321 });
    expect(answer).toMatchObject({ content: GOOD_TEXT, finishReason: "stop", note: "instruction; repaired" });
    expectBill(answer.usage, 2);
    await expectRecord(answer.id, 2);

    expect(visits).toHaveLength(2);
    const [first, second] = visits.map(({ body }) => body);
    expect(second).toMatchObject({ model: first.model, system: first.system, max_tokens: 321 });
    expect(second.messages.map(({ role }: Json) => role)).toEqual(["user", "assistant", "user"]);
    expect(JSON.stringify(second.messages[1])).toContain(wrong);
    expect(JSON.stringify(second.messages[2])).toMatch(/not JSON/);
  });

  const FAILED = json({ type: "error", error: { type: "api_error", message: "No steam." } }, { status: 500 });
  const WRONG = "In nine minutes.";
  it.each<{ name: string; second: Said | Answer; given: string; calls: number }>([
    { name: "is not JSON either", second: { text: "Nine, I said." }, given: "Nine, I said.", calls: 2 },
    { name: "fails", second: FAILED, given: WRONG, calls: 1 },
  ])("is given and marked when the repair $name, and what was used is paid", async ({ second, given, calls }) => {
    const { model, visits } = await addModel("anthropic-messages", [{ text: WRONG }, second]);
    const answer = await ask({ model, response_format: AS_JSON });
    expect(answer).toMatchObject({ content: given, finishReason: "stop", note: "instruction; invalid" });
    expect(visits).toHaveLength(2);
    expectBill(answer.usage, calls);
    await expectRecord(answer.id, calls);
  });

  it("is paid when the client leaves during its repair, which stops", async () => {
    const { model, visits } = await addModel("anthropic-messages", [{ text: WRONG }, hang()]);
    const payer = { ...gateway, key: await gateway.createKey() };
    const client = askAndLeave(payer, { model, messages: MESSAGES, response_format: AS_JSON });
    await expect.poll(() => visits.length, { timeout: 5000 }).toBe(2);
    client.leave("reset");
    await expect(client.response).rejects.toThrow();
    await expect.poll(() => visits[1]?.ending, { timeout: 5000 }).toBe("departed");
    const headers = { authorization: `Bearer ${payer.key}` };
    const spent = async () => (await jsonOf(await gateway.request("/key", { headers }), 200)).data.usage;
    await expect.poll(spent, { timeout: 1500 }).toBeGreaterThan(COST_OF_ONE * 0.999);
  });

  it("is left alone in a stream, where it has been seen already", async () => {
    const { model, visits } = await addModel("anthropic-messages", [{ text: "In nine minutes." }]);
    const answer = await ask({ model, response_format: AS_JSON, stream: true });
    expect(answer).toMatchObject({ ...INSTRUCTED, content: "In nine minutes." });
    expect(visits).toHaveLength(1);
    expectBill(answer.usage, 1);
  });

  it("is left alone where the model calls the client's tool", async () => {
    const call = { id: "toolu_1", name: "look", input: {} };
    const { model, visits } = await addModel("anthropic-messages", [{ calls: [call] }]);
    const tools = [{ type: "function", function: { name: "look", parameters: { type: "object", properties: {} } } }];
    const answer = await ask({ model, response_format: AS_JSON, tools });
    expect(answer).toMatchObject({ finishReason: "tool_calls", note: "instruction" });
    expect(answer.calls).toMatchObject([{ function: { name: "look", arguments: "{}" } }]);
    expect(visits).toHaveLength(1);
  });
});

describe("formats that have a schema of their own", () => {
  const { name, schema, strict } = BY_SCHEMA.json_schema;
  const rows: { api: Api; sent: Json }[] = [
    { api: "openai-chat", sent: { response_format: BY_SCHEMA } },
    { api: "mistral-chat", sent: { response_format: BY_SCHEMA } },
    { api: "openai-responses", sent: { text: { format: { type: "json_schema", name, schema, strict } } } },
    { api: "cohere-chat", sent: { response_format: { type: "json_object", json_schema: schema } } },
    { api: "google-gemini", sent: { generationConfig: { responseMimeType: "application/json" } } },
  ];

  it.each(rows)("$api gets it as it is, and its answer is not touched", async ({ api, sent }) => {
    for (const stream of [true, false])
      for (const text of [GOOD_TEXT, "```json\n{}\n```", "not JSON at all"]) {
        const { model, visits } = await addModel(api, [{ text }]);
        const answer = await ask({ model, response_format: BY_SCHEMA, stream });
        expect(answer).toMatchObject({ content: text, finishReason: "stop", note: null, dropped: null });
        expect(visits).toHaveLength(1);
        expect(visits[0]?.body).toMatchObject(sent);
        expect(wantsStream({ visit: visits[0] as (typeof visits)[0] })).toBe(stream);
        expectBill(answer.usage, 1);
      }
  });
});

describe("on the way to another provider", () => {
  it("the note is that of the one who answered", async () => {
    const fail = json({ type: "error", error: { type: "overloaded_error", message: "Busy." } }, { status: 529 });
    const provider = { api: "anthropic-messages" };
    const cast = await world.addModels(["one"], {
      first: { answer: fail, provider },
      second: speak(DIALECTS["openai-chat"], { text: GOOD_TEXT }),
    });
    expect(await ask({ model: cast.model(), response_format: AS_JSON })).toMatchObject({
      content: GOOD_TEXT,
      note: null,
    });
    expect(cast.visited()).toEqual(["one.first", "one.second"]);
  });
});
