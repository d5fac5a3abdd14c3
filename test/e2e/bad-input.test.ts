import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type GatewayRequest, sharedGateway } from "../support/gateway.ts";
import { completion } from "../support/openai-chat.ts";
import { json, startUpstream } from "../support/upstream.ts";

/** Whatever is sent, the answer is a 4xx in the contract's JSON, soon, and no upstream hears of it. */

const WITHIN_MS = 2000;
const CHAT = "/chat/completions";
const MODEL = "bad-input/model";
const HELLO = [{ role: "user", content: "Hello" }];

const upstream = await startUpstream();
const gateway = await sharedGateway();
const route = upstream.route(json(completion("Hi")));
afterAll(() => upstream.close());

beforeAll(() =>
  gateway.addCatalog({
    providers: { "bad-input": { name: "Bad Input", api: "openai-chat", base_url: route.baseUrl } },
    models: { [MODEL]: { name: "Model", endpoints: [{ provider: "bad-input", model: "m" }] } },
  }),
);

interface Case {
  name: string;
  /** Under the base URL unless it is a whole one. */
  path?: string;
  request: GatewayRequest;
  status: number | number[];
  /** What the message must say. */
  says?: string | RegExp;
  /** `metadata.field`. */
  field?: string;
}

/** Text sent as a chat request's body. */
const text = (name: string, body: string | Uint8Array<ArrayBuffer>, says: string | RegExp, field?: string): Case => ({
  name,
  request: { method: "POST", body, headers: { "content-type": "application/json" } },
  status: 400,
  says,
  ...(field !== undefined && { field }),
});

/** A chat request in which one field is wrong. */
const wrong = (field: string, fields: object, says: string | RegExp): Case => ({
  name: `a wrong ${field}`,
  request: { json: { model: MODEL, messages: HELLO, ...fields } },
  status: 400,
  says,
  field,
});

/** A request outside of the chat route, or with other credentials. */
const other = (name: string, status: number | number[], path: string, request: GatewayRequest): Case => ({
  name,
  path,
  request,
  status,
});

/** A chat request as text, with `rest` among its fields. */
const chat = (rest: string) => `{"model":"${MODEL}","messages":${JSON.stringify(HELLO)},${rest}}`;
const arrays = (levels: number) => "[".repeat(levels) + "]".repeat(levels);
const objects = (levels: number) => `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`;

const UNREADABLE = [
  text("an empty body", "", "empty"),
  text("white space", " \n\t ", "not valid JSON"),
  text("words", "hello", "not valid JSON"),
  text("cut JSON", '{"messages":[{"role":"user"', "not valid JSON"),
  text("a trailing comma", chat(""), "not valid JSON"),
  text("single quotes", "{'messages':[]}", "not valid JSON"),
  text("two documents", "{}{}", "not valid JSON"),
  text("NaN", chat('"temperature":NaN'), "not valid JSON"),
  text("a comment", chat('/* hot */"temperature":1'), "not valid JSON"),
  text("a raw line break in a string", '{"prompt":"a\nb"}', "not valid JSON"),
  text("HTML", "<!doctype html><p>hello", "not valid JSON"),
  text("a form", "model=a%2Fb&messages=hello", "not valid JSON"),
  text("invalid UTF-8", new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]), "not valid UTF-8"),
  text("UTF-16", new Uint8Array(Buffer.from('{"prompt":"hello"}', "utf16le")), "not valid"),
  text("compressed bytes", new Uint8Array([0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00]), "not valid"),
  text("zero bytes", new Uint8Array(64), "not valid JSON"),
  ...["[]", "[1,2]", "5", '"text"', "null", "true"].map((body) => text(body, body, "must be a JSON object")),
];

const NESTED = [
  text("10,000 arrays", arrays(10_000), "must be a JSON object"),
  text("10,000 objects", objects(10_000), "a: nested", "a"),
  text("10,000 arrays in an unknown field", chat(`"x":${arrays(10_000)}`), "x: nested", "x"),
  text("10,000 objects in an unknown field", chat(`"x":${objects(10_000)}`), "x: nested", "x"),
  text("10,000 arrays for messages", `{"messages":${arrays(10_000)}}`, "messages.0: ", "messages.0"),
  text("10,000 arrays for content", `{"messages":[{"role":"user","content":${arrays(10_000)}}]}`, "expected an object"),
  text(
    "10,000 objects in a tool",
    chat(`"tools":[{"type":"function","function":{"name":"f","parameters":${objects(10_000)}}}]`),
    "tools.0.function.parameters.a: nested",
    "tools.0.function.parameters.a",
  ),
  text("1,000,000 arrays", arrays(1_000_000), ""),
];

const FIELDS = [
  wrong("model", { model: 5 }, "expected a string, received 5"),
  wrong("model", { model: "nobody/nothing" }, /^nobody\/nothing is not a valid model ID$/),
  wrong("model", { model: "__proto__" }, "__proto__ is not a valid model ID"),
  wrong("model", { model: "constructor" }, "constructor is not a valid model ID"),
  wrong("model", { model: "x".repeat(100_000) }, "is not a valid model ID"),
  wrong("models", { models: "a/b" }, "expected an array"),
  wrong("models", { models: ["a/b", "c/d", "e/f", "g/h"] }, /^'models' array must have 3 items or fewer\.$/),
  wrong("messages", { messages: undefined }, /^Input required: specify "prompt" or "messages"$/),
  wrong("messages", { messages: [] }, "at least one message"),
  wrong("messages", { messages: 7 }, "expected an array of messages"),
  wrong("messages", { messages: " " }, "received a blank string"),
  wrong("messages.0", { messages: [null] }, "expected an object"),
  wrong("messages.0.role", { messages: [{ content: "Hello" }] }, "missing"),
  wrong("messages.0.role", { messages: [{ role: "robot", content: "Hello" }] }, '"assistant"'),
  wrong("messages.0.content", { messages: [{ role: "user" }] }, "missing"),
  wrong("messages.0.content", { messages: [{ role: "user", content: 5 }] }, "expected a string or an array"),
  wrong("messages.0.content.0.type", { messages: [{ role: "user", content: [{ type: "smell" }] }] }, '"image_url"'),
  wrong(
    "messages.0.content.0.image_url.url",
    { messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: "cat.png" } }] }] },
    "expected an http(s) URL",
  ),
  wrong("messages.0.tool_call_id", { messages: [{ role: "tool", content: "Sunny" }] }, "missing"),
  wrong("messages.0.tool_calls", { messages: [{ role: "assistant", tool_calls: "f" }] }, "expected an array"),
  wrong("prompt", { messages: undefined, prompt: ["Hello"] }, "expected a string"),
  wrong("stream", { stream: "yes" }, "expected true or false"),
  wrong("stream_options", { stream_options: true }, "expected an object"),
  wrong("max_tokens", { max_tokens: 0 }, "at least 1"),
  wrong("max_tokens", { max_tokens: "100" }, "expected a whole number"),
  wrong("max_completion_tokens", { max_completion_tokens: 1.5 }, "expected a whole number"),
  wrong("temperature", { temperature: 2.5 }, "from 0 to 2, received 2.5"),
  wrong("temperature", { temperature: "0.5" }, "expected a number from 0 to 2"),
  wrong("top_p", { top_p: 7 }, "from 0 to 1"),
  wrong("top_k", { top_k: -1 }, "at least 0"),
  wrong("min_p", { min_p: -0.5 }, "from 0 to 1"),
  wrong("top_a", { top_a: {} }, "from 0 to 1"),
  wrong("frequency_penalty", { frequency_penalty: 3 }, "from -2 to 2"),
  wrong("presence_penalty", { presence_penalty: -3 }, "from -2 to 2"),
  wrong("repetition_penalty", { repetition_penalty: 0 }, "above 0"),
  wrong("seed", { seed: 1.5 }, "expected a whole number"),
  wrong("stop", { stop: ["a", "b", "c", "d", "e"] }, "at most 4"),
  wrong("stop", { stop: Array(17).fill("a") }, "at most 4"),
  wrong("stop", { stop: 5 }, "a string or an array of strings"),
  wrong("logit_bias.7", { logit_bias: { "7": 101 } }, "from -100 to 100"),
  wrong("logprobs", { logprobs: 1 }, "expected true or false"),
  wrong("top_logprobs", { top_logprobs: 21 }, "from 0 to 20"),
  wrong("n", { n: 9 }, "from 1 to 8"),
  wrong("response_format.type", { response_format: { type: "xml" } }, '"json_schema"'),
  wrong("tools", { tools: {} }, "expected an array"),
  wrong("tools.0.function.name", { tools: [{ type: "function", function: { name: "a b" } }] }, "1 to 64 letters"),
  wrong("tool_choice", { tool_choice: "always" }, '"required"'),
  wrong("parallel_tool_calls", { parallel_tool_calls: "no" }, "expected true or false"),
  wrong("reasoning.effort", { reasoning: { effort: "huge" } }, '"minimal"'),
  wrong("reasoning_effort", { reasoning_effort: "huge" }, '"none", "disable", received "huge"'),
  wrong("user", { user: "x".repeat(4_097) }, "at most 4096 characters"),
  wrong("reasoning_effort", { reasoning_effort: "low", reasoning: { effort: "high" } }, "reasoning.effort"),
  wrong("provider", { provider: "openai" }, "expected an object"),
  wrong("provider.order", { provider: { order: "openai" } }, "expected an array of strings"),
  wrong("provider.sort", { provider: { sort: "cheap" } }, '"throughput"'),
  wrong("provider.max_price.prompt", { provider: { max_price: { prompt: -1 } } }, "at least 0"),
  wrong("plugins.0.id", { plugins: [{ id: "weather" }] }, '"web"'),
  wrong("service_tier", { service_tier: "gold" }, '"flex"'),
  wrong("session_id", { session_id: 5 }, "at most 256"),
  wrong("metadata.team", { metadata: { team: 5 } }, "at most 512"),
  wrong("trace", { trace: "t" }, "expected an object"),
  wrong("debug", { debug: true }, "expected an object"),
  text("a number beyond all bounds", chat('"temperature":1e999'), "received Infinity", "temperature"),
  text("a whole number beyond 2^53", chat('"seed":123456789012345678901234567890'), "whole number", "seed"),
  text("a key twice, the last time wrong", chat('"top_p":0.5,"top_p":9'), "from 0 to 1", "top_p"),
  text("its own prototype", '{"__proto__":{"messages":[]}}', "Input required", "messages"),
  text("200,000 wrong messages", JSON.stringify({ messages: Array(200_000).fill(0) }), "messages.0: ", "messages.0"),
];

const valid: GatewayRequest = { json: { model: MODEL, messages: HELLO } };
const as = (authorization: string): GatewayRequest => ({ ...valid, headers: { authorization } });

const OTHERS = [
  other("an unknown key", 401, CHAT, as("Bearer sk-or-v1-nobody")),
  other("another scheme", 401, CHAT, as(`Basic ${btoa(`user:${gateway.key}`)}`)),
  other("an empty key", 401, CHAT, as("Bearer ")),
  other("a very long key", 401, CHAT, as(`Bearer ${"k".repeat(8000)}`)),
  other("the management key", 403, CHAT, as(`Bearer ${gateway.managementKey}`)),
  other("an unknown key with a bad body", 401, CHAT, {
    method: "POST",
    body: "{",
    headers: { authorization: "Bearer sk-or-v1-nobody" },
  }),
  other("a management route with an inference key", 403, "/keys", {}),
  ...["GET", "PUT", "PATCH", "DELETE", "OPTIONS"].map((method) =>
    other(`${method} ${CHAT}`, [404, 405], CHAT, { method }),
  ),
  other("POST /models", [404, 405], "/models", valid),
  other("an unknown path", 404, "/nothing", {}),
  other("an unknown path to post to", 404, "/chat", valid),
  other("an unknown version", 404, `${gateway.origin}/api/v9/chat/completions`, valid),
  other("a path outside of the API", 404, `${gateway.origin}/v1/index.php`, {}),
  other("a path that does not decode", 404, "/%E0%A4%A", {}),
  other("a path of 4,000 characters", 404, `/${"a".repeat(4000)}`, {}),
  other("a generation without an id", 400, "/generation", {}),
  other("a generation that is not there", 404, "/generation?id=gen-0000000000-x", {}),
];

describe("the gateway refuses", () => {
  it.each([...UNREADABLE, ...NESTED, ...FIELDS, ...OTHERS])("$name", async (badCase) => {
    await expectRefusal(badCase);
  });

  it("a request without credentials", async () => {
    const response = await fetch(`${gateway.baseUrl}${CHAT}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(valid.json),
    });
    await expectError(response, { name: "", request: valid, status: 401, says: "Missing Authentication header" });
  });

  it.each([
    ["a form", "application/x-www-form-urlencoded"],
    ["text", "text/plain"],
    ["a picture", "image/png"],
  ])("garbage that says it is %s", async (_, contentType) => {
    const request = { method: "POST", body: "garbage", headers: { "content-type": contentType } };
    await expectRefusal({ name: "", request, status: 400, says: "not valid JSON" });
  });

  it("a chat of 11 MB", async () => {
    const content = "x".repeat(11_000_000);
    const body = JSON.stringify({ model: "demo/echo", messages: [{ role: "user", content }] });
    await expectRefusal({ name: "", request: { method: "POST", body }, status: 413, says: "larger than" });
  });

  it("a body of 30 MB, announced", async () => {
    const request = { method: "POST", body: new Uint8Array(30_000_000).fill(0x20) };
    await expectRefusal({ name: "", request, status: 413, says: "larger than" });
  });

  it("a body of 30 MB in pieces, unannounced", async () => {
    const piece = new Uint8Array(1_000_000).fill(0x20);
    const response = await fetch(`${gateway.baseUrl}${CHAT}`, {
      method: "POST",
      headers: { authorization: `Bearer ${gateway.key}` },
      body: new Blob(Array(30).fill(piece)).stream(),
      duplex: "half",
    } as RequestInit);
    await expectError(response, { name: "", request: {}, status: 413, says: "larger than" });
  });

  it("all of it without asking an upstream", () => {
    expect(route.visits).toEqual([]);
  });
});

describe("the gateway still takes", () => {
  const rows: [name: string, request: GatewayRequest][] = [
    ["JSON that says it is text", { body: chat('"n":1'), headers: { "content-type": "text/plain" } }],
    ["JSON that says nothing", { body: new Uint8Array(Buffer.from(chat('"n":1'))) }],
    ["JSON after a byte order mark", { body: `\u{feff}${chat('"n":1')}` }],
    ["a key twice, the last time right", { body: chat('"top_p":9,"top_p":0.5') }],
    ["unknown fields", { body: chat('"guided_json":{"type":"object"},"x":null') }],
    ["fields that are null", { body: chat('"temperature":null,"tools":null,"stream":null,"provider":null') }],
    ["half of a surrogate pair", { body: chat('"user":"\\ud800"') }],
  ];

  it.each(rows)("%s", async (_, request) => {
    const response = await gateway.request(CHAT, { method: "POST", ...request });
    expect(await response.json()).toMatchObject({ choices: [{ message: { content: "Hi" } }] });
    expect(response.status).toBe(200);
  });
});

async function expectRefusal(badCase: Case): Promise<void> {
  const { path = CHAT, request } = badCase;
  const startedAtMs = performance.now();
  const isWhole = path.startsWith("http");
  const response = isWhole ? await fetch(path, toInit(request)) : await gateway.request(path, request);
  await expectError(response, badCase);
  expect(performance.now() - startedAtMs).toBeLessThan(WITHIN_MS);
}

function toInit({ json: value, headers }: GatewayRequest): RequestInit {
  const authorization = { authorization: `Bearer ${gateway.key}`, ...headers };
  return value === undefined
    ? { headers: authorization }
    : { method: "POST", headers: authorization, body: JSON.stringify(value) };
}

async function expectError(response: Response, { status, says = "", field }: Case): Promise<void> {
  const answer = await response.text();
  expect([status].flat(), answer).toContain(response.status);
  expect(response.headers.get("content-type")).toMatch(/^application\/json/);
  const { error } = JSON.parse(answer);
  expect(error.code).toBe(response.status);
  if (typeof says === "string") expect(error.message).toContain(says);
  else expect(error.message).toMatch(says);
  expect(error.message).not.toBe("");
  if (field === undefined) return;
  expect(error.metadata.field).toBe(field);
}
