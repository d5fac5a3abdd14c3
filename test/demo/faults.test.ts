import { describe, expect, it } from "vitest";
import { HANG } from "../../src/demo/faults.ts";
import { REFUSALS } from "../../src/demo/refusals.ts";
import { ask, eventsOf, join, readAll } from "./ask.ts";

describe("refusals", () => {
  it.each([
    { model: "fault-400", status: 400 },
    { model: "fault-401", status: 401, code: "invalid_api_key" },
    { model: "fault-402", status: 402, code: "insufficient_quota" },
    { model: "fault-403", status: 403, code: "content_policy_violation" },
    { model: "fault-404", status: 404, code: "model_not_found" },
    { model: "fault-408", status: 408 },
    { model: "fault-413", status: 413 },
    { model: "fault-429", status: 429, code: "rate_limit_exceeded", retryAfter: "2" },
    { model: "fault-500", status: 500 },
    { model: "fault-503", status: 503, code: "overloaded" },
    { model: "fault-529", status: 529 },
    { model: "fault-context", status: 400, code: "context_length_exceeded" },
    { model: "fault-redirect", status: 307 },
  ])("$model answers $status in both modes", async ({ model, status, code = null, retryAfter = null }) => {
    expect(REFUSALS).toHaveProperty(model);
    for (const stream of [true, false]) {
      const response = await ask(model, { stream });
      expect(response.status).toBe(status);
      expect(response.headers.get("retry-after")).toBe(retryAfter);
      expect(await response.json()).toMatchObject({ error: { code, message: expect.any(String) } });
    }
  });
});

describe("accidents in a stream", () => {
  it.each([
    { model: "fault-cut", end: "broken", hasText: true, finishReasons: [], done: false },
    { model: "fault-empty", end: "clean", hasText: false, finishReasons: ["stop"], done: true },
    { model: "fault-eof", end: "clean", hasText: true, finishReasons: [], done: false },
    { model: "fault-no-usage", end: "clean", hasText: true, finishReasons: ["stop"], done: true },
    { model: "fault-tool-cut", end: "clean", hasText: false, finishReasons: [], done: false },
    { model: "fault-twice", end: "clean", hasText: true, finishReasons: ["stop", "stop"], done: true },
    { model: "fault-wrong-type", end: "clean", hasText: true, finishReasons: ["stop"], done: true },
  ])("$model", async ({ model, end, hasText, finishReasons, done }) => {
    const response = await ask(model, { stream: true });
    expect(response.status).toBe(200);
    const reading = await readAll(response);
    const joined = join(eventsOf(reading));
    expect(reading.end).toBe(end);
    expect(joined.content !== "").toBe(hasText);
    expect(joined).toMatchObject({ finishReasons, done });
  });

  it("fault-tool-cut stops inside the arguments", async () => {
    const { call } = join(eventsOf(await readAll(await ask("fault-tool-cut", { stream: true }))));
    expect(call.name).toBe("throw_lever");
    expect(call.arguments).toMatch(/^\{"lever"/);
    expect(isJson(call.arguments)).toBe(false);
  });

  it("fault-no-usage keeps its usage to itself, also when it is asked for", async () => {
    const fields = { stream: true, stream_options: { include_usage: true } };
    const [hidden, told] = await Promise.all(
      ["fault-no-usage", "fault-twice"].map(async (model) => join(eventsOf(await readAll(await ask(model, fields))))),
    );
    expect(hidden.usage).toBeUndefined();
    expect(told.usage.completion_tokens).toBeGreaterThan(0);
  });

  it("fault-half ends inside an event, after text", async () => {
    const text = (await readAll(await ask("fault-half", { stream: true }))).pieces.join("");
    const events = text.split("\n\n");
    expect(events.slice(1, -1).every((event) => isJson(event.slice("data: ".length)))).toBe(true);
    expect(events.at(-1)).toMatch(/^data: \{.*[^}]$/);
  });

  it.each([
    ["fault-wrong-type", "text/plain", "text/plain"],
    ["fault-one-piece", "application/json", "application/json"],
    ["fault-html", "text/html", "text/html"],
    ["fault-gzip", "text/event-stream", "application/json"],
  ])("%s says that it is %s, and %s in one piece", async (model, streamed, whole) => {
    for (const [stream, type] of [
      [true, streamed],
      [false, whole],
    ] as const) {
      const response = await ask(model, { stream });
      expect(response.headers.get("content-type")?.split(";")[0]).toBe(type);
      const isTold = isJson((await readAll(response)).pieces.join(""));
      expect(isTold).toBe(model === "fault-one-piece" || (model === "fault-wrong-type" && !stream));
    }
  });

  it("fault-gzip begins like a gzip file, again and again", async () => {
    for (const stream of [true, false, true]) {
      const bytes = new Uint8Array(await (await ask("fault-gzip", { stream })).arrayBuffer());
      expect([...bytes.slice(0, 3)]).toEqual([0x1f, 0x8b, 8]);
      expect(bytes.length).toBe(256);
    }
  });

  it.each([
    ["fault-babble", true, /"finish_reason":"stop"(.*?" And yet"){2,}/s],
    ["fault-comments", true, /^(: still working\n\n){2,}$/],
    ["fault-comments", false, /^\n{2,}$/],
    ["fault-endless", true, /data: .*"finish_reason":"stop".*(: bye\n\n){2,}$/s],
    ["fault-endless", false, /^\{.*\}\n{2,}$/s],
    ["fault-silent", true, /^data: [^\n]*"role":"assistant"[^\n]*\n\n$/],
    ["fault-silent", false, /^$/],
  ])("%s never closes: streamed %s", async (model, stream, sent) => {
    const client = new AbortController();
    const response = await ask(model, { stream }, client.signal);
    expect(response.status).toBe(200);
    setTimeout(() => client.abort(), 500);
    const { pieces, end } = await readAll(response);
    expect(end).toBe("broken");
    expect(pieces.join("")).toMatch(sent);
  });

  it("fault-error-first sends an error and nothing else", async () => {
    const events = eventsOf(await readAll(await ask("fault-error-first", { stream: true })));
    expect(events.map((data) => Object.keys(JSON.parse(data)))).toEqual([["error"]]);
  });

  it("fault-error-mid sends text, then an error", async () => {
    const events = eventsOf(await readAll(await ask("fault-error-mid", { stream: true }))).map((data) =>
      JSON.parse(data),
    );
    expect(events[1].choices[0].delta.content).toBe("This ");
    expect(events.findIndex((data) => data.error)).toBe(events.length - 1);
  });

  it("fault-malformed sends one broken event between good ones", async () => {
    const events = eventsOf(await readAll(await ask("fault-malformed", { stream: true })));
    const broken = events.flatMap((data, index) => (data === "[DONE]" || isJson(data) ? [] : [index]));
    expect(broken).toHaveLength(1);
    expect(broken[0]).toBeGreaterThan(1);
    expect(events.at(-1)).toBe("[DONE]");
  });

  it("fault-slow keeps its reader waiting", async () => {
    const started = Date.now();
    const response = await ask("fault-slow", { stream: true });
    expect(Date.now() - started).toBeLessThan(1000);
    const events = eventsOf(await readAll(response));
    expect(Date.now() - started).toBeGreaterThanOrEqual(1490);
    expect(join(events)).toMatchObject({ finishReasons: ["stop"], done: true });
  });

  it("fault-stall sends text, then nothing until it is aborted", async () => {
    const client = new AbortController();
    const response = await ask("fault-stall", { stream: true }, client.signal);
    setTimeout(() => client.abort(new Error("patience is over")), 50);
    const reading = await readAll(response);
    expect(reading.end).toBe("broken");
    expect(join(eventsOf(reading)).content).toContain("This demo answer");
  });
});

describe("accidents in a whole answer", () => {
  it.each([
    { model: "fault-cut", end: "broken", isJson: false },
    { model: "fault-empty", end: "clean", isJson: true },
    { model: "fault-eof", end: "clean", isJson: false },
    { model: "fault-error-first", end: "clean", isJson: true },
    { model: "fault-error-mid", end: "clean", isJson: true },
    { model: "fault-half", end: "clean", isJson: false },
    { model: "fault-malformed", end: "clean", isJson: false },
    { model: "fault-no-usage", end: "clean", isJson: true },
    { model: "fault-slow", end: "clean", isJson: true },
    { model: "fault-tool-cut", end: "clean", isJson: false },
    { model: "fault-twice", end: "clean", isJson: true },
  ])("$model", async ({ model, end, isJson: expected }) => {
    const reading = await readAll(await ask(model));
    expect(reading.end).toBe(end);
    expect(isJson(reading.pieces.join(""))).toBe(expected);
  });

  it("fault-empty is well-formed and says nothing", async () => {
    const body = await (await ask("fault-empty")).json();
    expect(body).toMatchObject({
      choices: [{ message: { content: "" }, finish_reason: "stop" }],
      usage: { completion_tokens: 0 },
    });
  });

  it("fault-error-first has an error in place of choices", async () => {
    const body = await (await ask("fault-error-first")).json();
    expect(Object.keys(body as object)).toEqual(["error"]);
  });

  it("fault-error-mid ends its choice with an error", async () => {
    const body = await (await ask("fault-error-mid")).json();
    expect(body).toMatchObject({ choices: [{ finish_reason: "error", error: { code: "overloaded" } }] });
  });
});

describe("departure", () => {
  it("rejects with the signal's reason when it aborts before an answer", async () => {
    const client = new AbortController();
    const reason = new Error("client gone");
    setTimeout(() => client.abort(reason), 20);
    await expect(ask(HANG, {}, client.signal)).rejects.toBe(reason);
    await expect(ask("echo", {}, client.signal)).rejects.toBe(reason);
  });

  it("fails the stream with the signal's reason between two reads", async () => {
    const client = new AbortController();
    const reason = new Error("client gone");
    const response = await ask("story", { stream: true }, client.signal);
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    await reader.read();
    client.abort(reason);
    await expect(reader.read()).rejects.toBe(reason);
  });

  it("fails the stream at once while a read waits", async () => {
    const client = new AbortController();
    const response = await ask("fault-stall", { stream: true }, client.signal);
    const started = Date.now();
    setTimeout(() => client.abort(), 30);
    await readAll(response);
    expect(Date.now() - started).toBeLessThan(500);
  });

  it("takes an abort after the end without a word", async () => {
    const client = new AbortController();
    const reading = await readAll(await ask("echo", { stream: true }, client.signal));
    client.abort();
    expect(reading.end).toBe("clean");
  });

  it("ends quietly when the reader cancels", async () => {
    const response = await ask("story", { stream: true });
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    await reader.read();
    const waiting = reader.read();
    await reader.cancel("enough");
    expect((await waiting).done).toBe(true);
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
