import { beforeAll, describe, expect, it } from "vitest";
import { HELLO, makeKey, manage, send } from "../client.ts";

const NAMES = ["openrouter", "predictionguard", "jamai", "bud"] as const;
type Name = (typeof NAMES)[number];
const keys = {} as Record<Name, string>;

beforeAll(async () => {
  for (const dialect of NAMES) keys[dialect] = (await makeKey({ dialect })).key;
});

const ask = (name: Name, fields: object = {}) =>
  send("/api/v1/chat/completions", { key: keys[name], json: { model: "demo/echo", messages: HELLO, ...fields } });
// biome-ignore lint/suspicious/noExplicitAny: tests look into answers without a schema
const whole = async (name: Name, fields: object = {}): Promise<any> => (await ask(name, fields)).json();
const eventsOf = async (name: Name, fields: object) => {
  const text = await (await ask(name, { stream: true, ...fields })).text();
  return text.split("\n\n").filter((event) => event.startsWith("data: "));
};
// biome-ignore lint/suspicious/noExplicitAny: tests look into answers without a schema
const chunksOf = (events: string[]): any[] => events.slice(0, -1).map((event) => JSON.parse(event.slice(6)));

const IDS: Record<Name, RegExp> = {
  openrouter: /^gen-\d+-\w{20}$/,
  predictionguard: /^chat-[0-9a-f-]{36}$/,
  jamai: /^chatcmpl-[0-9a-f-]{36}$/,
  bud: /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-/,
};

describe.each(NAMES)("an answer for %s", (name) => {
  it("has its id, and a generation under another", async () => {
    const response = await ask(name);
    const body = await response.json<Record<string, unknown>>();
    expect(body.id).toMatch(IDS[name]);
    expect("episode_id" in body).toBe(name === "bud");
    expect("references" in body).toBe(name === "jamai");
    const id = response.headers.get("x-generation-id");
    expect(id).toMatch(IDS.openrouter);
    const record = await send(`/api/v1/generation?id=${id}`, { key: keys[name] });
    expect(await record.json()).toMatchObject({ data: { id, model: "demo/echo" } });
  });

  it("has its id in every chunk", async () => {
    const chunks = chunksOf(await eventsOf(name, {}));
    const ids = new Set(chunks.map(({ id }) => id));
    expect(ids.size).toBe(1);
    expect([...ids][0]).toMatch(IDS[name]);
    const episodes = new Set(chunks.map((chunk) => chunk.episode_id));
    expect(episodes.size).toBe(1);
    expect(episodes.has(undefined)).toBe(name !== "bud");
  });

  it("tells its reasoning as its clients read it", async () => {
    const { choices } = await whole(name, { model: "demo/reasoner" });
    const { reasoning, reasoning_content } = choices[0].message;
    expect(reasoning.length).toBeGreaterThan(5);
    expect(reasoning_content).toBe(name === "jamai" || name === "bud" ? reasoning : undefined);
    const chunks = chunksOf(await eventsOf(name, { model: "demo/reasoner" }));
    const said = (field: string) => chunks.map((chunk) => chunk.choices[0]?.delta[field] ?? "").join("");
    expect(said("reasoning")).toBe(reasoning);
    expect(said("reasoning_content")).toBe(reasoning_content ?? "");
  });

  it("ends its stream with the usage that its clients want", async () => {
    for (const include_usage of [undefined, false, true]) {
      const events = await eventsOf(name, { stream_options: { include_usage } });
      expect(events.at(-1)).toBe("data: [DONE]");
      const used = chunksOf(events).filter(({ usage }) => usage);
      const isAlways = name === "openrouter" || name === "jamai";
      expect(used).toHaveLength(isAlways || include_usage ? 1 : 0);
      if (used.length === 0) continue;
      expect(chunksOf(events).at(-1)).toEqual(used[0]);
      expect(used[0].choices).toHaveLength(isAlways ? 1 : 0);
      expect(used[0].usage.total_tokens).toBeGreaterThan(0);
    }
  });

  it("has the whole text in its last chunk for Prediction Guard only", async () => {
    const choices = chunksOf(await eventsOf(name, {})).flatMap((chunk) => chunk.choices);
    const texts = choices.map((choice) => choice.generated_text);
    if (name !== "predictionguard") return expect(new Set(texts)).toEqual(new Set([undefined]));
    expect(texts.slice(0, -1).every((text) => text === null)).toBe(true);
    expect(texts.at(-1)).toBe("Hello there");
  });

  it("of two choices tells each of them, and what they have used together", async () => {
    const events = await eventsOf(name, { n: 2, stream_options: { include_usage: true } });
    const chunks = chunksOf(events);
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
    for (const index of [0, 1]) {
      const own = chunks.flatMap((chunk) => chunk.choices).filter((choice) => choice.index === index);
      expect(own.map(({ delta }) => delta.content).join("")).toBe("Hello there");
      expect(own.filter(({ finish_reason }) => finish_reason === "stop")).toHaveLength(1);
      if (name === "predictionguard") expect(own.at(-1).generated_text).toBe("Hello there");
    }
    expect(chunks.filter(({ usage }) => usage)).toEqual([chunks.at(-1)]);
    expect(chunks.at(-1).choices).toEqual([]);
    const { choices, id } = await whole(name, { n: 2, model: "demo/reasoner" });
    expect(id).toMatch(IDS[name]);
    expect(choices).toHaveLength(2);
    for (const { message } of choices)
      expect(message.reasoning_content).toBe(name === "jamai" || name === "bud" ? message.reasoning : undefined);
  });

  it("that breaks off says so in its stream, and ends it", async () => {
    const events = await eventsOf(name, { model: "demo/fault-cut", stream_options: { include_usage: true } });
    expect(events.at(-1)).toBe("data: [DONE]");
    const last = chunksOf(events).at(-1);
    expect(chunksOf(events).filter((chunk) => chunk.error)).toEqual([last]);
    expect(chunksOf(events).some(({ usage }) => usage)).toBe(false);
    if (name === "openrouter")
      expect(last).toMatchObject({ error: { code: 502 }, choices: [{ finish_reason: "error" }] });
    else if (name === "jamai")
      expect(last).toEqual({
        object: "error",
        error: "unexpected_error",
        message: expect.any(String),
        detail: last.message,
        request_id: expect.any(String),
      });
    else expect(last).toEqual({ error: expect.any(String) });
  });

  it("that nobody gives is an error of its own", async () => {
    const response = await ask(name, { model: "demo/fault-500" });
    expect(response.status).toBe(name === "jamai" ? 500 : 502);
    expect(response.headers.get("x-generation-id")).toMatch(IDS.openrouter);
  });

  it("from the cache has an id of its own, and the form of the dialect that asks", async () => {
    const headers = { "x-openrouter-cache": "true" };
    const json = { model: "demo/echo", messages: [{ role: "user", content: `Once for ${name}` }] };
    const bodies = [];
    const statuses = [];
    for (let time = 0; time < 2; time++) {
      const response = await send("/api/v1/chat/completions", { key: keys[name], json, headers });
      statuses.push(response.headers.get("x-openrouter-cache-status"));
      bodies.push(await response.json<Record<string, unknown>>());
    }
    expect(statuses).toEqual(["MISS", "HIT"]);
    for (const { id } of bodies) expect(id).toMatch(IDS[name]);
    expect(bodies[0]?.id).not.toBe(bodies[1]?.id);
    expect(Object.keys(bodies[1] ?? {}).sort()).toEqual(Object.keys(bodies[0] ?? {}).sort());
  });

  it("without a model is the default one's, where that is allowed", async () => {
    const isRefused = name === "predictionguard" || name === "bud";
    const { data: before } = await (await manage("/api/v1/catalog")).json<{ data: object }>();
    await manage("/api/v1/catalog", { method: "PUT", json: { defaults: { model: "demo/story" } } });
    for (const model of [undefined, "", null]) {
      const response = await ask(name, { model, max_tokens: 5 });
      expect(response.status).toBe(isRefused ? 400 : 200);
      const dry = await send("/api/v1/route", { key: keys[name], json: { model, messages: HELLO } });
      expect(dry.status).toBe(response.status);
      const body = await response.json<Record<string, unknown>>();
      if (!isRefused) expect(body.model).toBe("demo/story");
      else if (name === "bud")
        expect(body.error).toEqual({ message: "model: is required", type: "invalid_request_error", code: 400 });
      else expect(body).toEqual({ error: "model: is required" });
    }
    await manage("/api/v1/catalog", { method: "PUT", json: before ?? {} });
  });
});

it("is not given from the cache in another dialect", async () => {
  const { key, data } = await makeKey();
  const headers = { "x-openrouter-cache": "true" };
  const json = { model: "demo/echo", messages: HELLO };
  const once = async (path: string) =>
    (await send(path, { key, json, headers })).headers.get("x-openrouter-cache-status");
  expect([await once("/api/v1/chat/completions"), await once("/chat/completions")]).toEqual(["MISS", "MISS"]);
  await manage(`/api/v1/keys/${data.hash}`, { method: "PATCH", json: { dialect: "jamai" } });
  expect([await once("/api/v1/chat/completions"), await once("/chat/completions")]).toEqual(["MISS", "HIT"]);
});

describe("a situation", () => {
  const SITUATIONS: Record<string, { fields: object; statuses: Record<Name, number> }> = {
    "an unknown model": {
      fields: { model: "nobody/nothing" },
      statuses: { openrouter: 400, predictionguard: 404, jamai: 404, bud: 404 },
    },
    "a bad field": {
      fields: { temperature: 3 },
      statuses: { openrouter: 400, predictionguard: 400, jamai: 422, bud: 400 },
    },
    "a prompt that is too long": {
      fields: { model: "demo/fault-context" },
      statuses: { openrouter: 400, predictionguard: 400, jamai: 422, bud: 400 },
    },
    "a provider that is too busy": {
      fields: { model: "demo/fault-429" },
      statuses: { openrouter: 429, predictionguard: 429, jamai: 429, bud: 429 },
    },
    "a provider that is overloaded": {
      fields: { model: "demo/fault-503" },
      statuses: { openrouter: 503, predictionguard: 503, jamai: 503, bud: 503 },
    },
  };
  const cases = Object.entries(SITUATIONS).flatMap(([situation, { fields, statuses }]) =>
    NAMES.map((name) => ({ situation, name, fields, status: statuses[name] })),
  );
  it.each(cases)("of $situation has status $status for $name", async ({ name, fields, status }) => {
    const response = await ask(name, fields);
    expect(response.status, await response.text()).toBe(status);
  });

  it.each([
    ["openrouter", 402],
    ["predictionguard", 402],
    ["jamai", 403],
    ["bud", 402],
  ] as const)("of a limit that is used up has for %s status %i", async (dialect, status) => {
    const { key } = await makeKey({ dialect, limit: 0 });
    const response = await send("/api/v1/chat/completions", { key, json: { model: "demo/echo", messages: HELLO } });
    expect(response.status).toBe(status);
    if (dialect === "jamai") expect(await response.json()).toMatchObject({ error: "insufficient_credits" });
    if (dialect === "bud") expect(await response.json()).toMatchObject({ error: { type: "insufficient_quota" } });
  });

  it.each(NAMES)("of a rate limit has for %s status 429, and says when to come back", async (dialect) => {
    const { key } = await makeKey({ dialect, tpm: 1 });
    const response = await send("/api/v1/chat/completions", { key, json: { model: "demo/echo", messages: HELLO } });
    expect(response.status).toBe(429);
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
  });

  it.each([
    ["openrouter", 400],
    ["predictionguard", 400],
    ["jamai", 422],
    ["bud", 400],
  ] as const)("of a body that is not JSON has for %s status %i", async (dialect, status) => {
    const response = await send("/api/v1/chat/completions", { key: keys[dialect], method: "POST", body: "{" });
    expect(response.status).toBe(status);
    const body = await response.json<Record<string, unknown>>();
    if (dialect === "bud") expect(body).toMatchObject({ error: { type: "invalid_request_error", code: 400 } });
    if (dialect === "jamai") expect(body).toMatchObject({ error: "validation_error", errors: [{ loc: ["body"] }] });
  });
});
