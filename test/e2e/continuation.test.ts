import { setTimeout as wait } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { openAiView } from "../support/client-view.ts";
import { beginningOf, DIALECTS, type Dialect, speak, streamed, TOKENS } from "../support/dialects.ts";
import { askAndLeave } from "../support/leaving-client.ts";
import { readStream, textOf } from "../support/sse-client.ts";
import { type Answer, hang, json, pause, type Visit } from "../support/upstream.ts";
import { createWorld, type Script } from "../support/world.ts";

const world = await createWorld("continuation");
const { gateway } = world;
afterAll(() => world.close());

const MESSAGES = [{ role: "user", content: "Which way?" }];
const WANTED = { continuation: true };
const BEGUN = "Down by the ";
const REST = "river, then left.";
const SIDES: [name: string, dialect: Dialect][] = [
  ["openai-chat", DIALECTS["openai-chat"]],
  ["anthropic-messages", DIALECTS["anthropic-messages"]],
];

/** Says the beginning of its text, and dies. */
const dies = (dialect: Dialect): Answer => streamed(dialect, [...beginningOf(dialect, BEGUN), pause(30), "reset"]);

const script = (dialect: Dialect, answer: Answer, continues = false): Script => ({
  answer,
  provider: { api: dialect.api, ...(continues && { quirks: { continues: true } }) },
});

/** What the second one was told that the assistant has said. */
function prefillOf({ body }: Visit): unknown {
  const { role, content } = body.messages.at(-1);
  const text = typeof content === "string" ? content : content.map((part: { text: string }) => part.text).join("");
  return { role, text };
}

const ask = (model: string, fields: object = {}) =>
  gateway.request("/chat/completions", {
    json: { model, messages: MESSAGES, stream: true, provider: WANTED, ...fields },
    headers: { "x-openrouter-metadata": "enabled" },
  });

describe.each(SIDES)("an answer that breaks off at a provider of %s", (_, first) => {
  describe.each(SIDES)("and goes on at one of %s", (_name, second) => {
    it("is one answer to its client", async () => {
      const cast = await world.addModels(["a"], {
        first: script(first, dies(first)),
        second: script(second, speak(second, { text: REST }), true),
      });
      const response = await ask(cast.model());
      const { chunks, isDone, isClean } = await readStream(response);
      expect({ isDone, isClean }).toEqual({ isDone: true, isClean: true });
      // Anthropic refuses an answer's beginning that ends in white space.
      expect(prefillOf(await cast.route("second").visit(1))).toEqual({ role: "assistant", text: BEGUN.trimEnd() });
      expect(textOf(chunks)).toBe(BEGUN + REST);
      expect(chunks.some(({ error }) => error)).toBe(false);

      const ends = chunks.filter(({ choices }) => choices[0].finish_reason === "stop");
      expect(ends).toEqual(chunks.slice(-2));
      expect(chunks.filter(({ usage }) => usage)).toEqual([chunks.at(-1)]);
      expect([...new Set(chunks.map(({ provider }) => provider))]).toEqual([
        cast.displayName("first"),
        cast.displayName("second"),
      ]);
      expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);

      const { usage, openrouter_metadata: metadata } = chunks.at(-1);
      expect(usage.completion_tokens).toBeGreaterThan(TOKENS.completion);
      expect(usage.prompt_tokens).toBeGreaterThan(TOKENS.prompt);
      expect(metadata.attempts).toMatchObject([
        { tag: cast.slug("first"), status: 200, failure: "interrupted" },
        { tag: cast.slug("second"), status: 200 },
      ]);

      const record = await gateway.generation(response.headers.get("x-generation-id") ?? "");
      expect(record).toMatchObject({
        cancelled: false,
        finish_reason: "stop",
        provider_name: cast.displayName("second"),
      });
      expect(record.tokens_completion).toBe(usage.completion_tokens);
      expect(record.provider_responses).toMatchObject([
        { provider_name: cast.displayName("first"), status: 200 },
        { provider_name: cast.displayName("second"), status: 200 },
      ]);
      expect(record.total_cost).toBeCloseTo(usage.cost, 12);
    });
  });

  it("and that nobody is asked to go on with ends in an error", async () => {
    const cast = await world.addModels(["a"], {
      first: script(first, dies(first)),
      second: script(first, speak(first, { text: REST }), true),
    });
    const { chunks, isDone } = await readStream(await ask(cast.model(), { provider: {} }));
    expect(chunks.at(-1)).toMatchObject({ error: { code: 502 }, provider: cast.displayName("first") });
    expect(isDone).toBe(true);
    expect(cast.visited()).toEqual(["a.first"]);
  });

  it("and whose client leaves meanwhile is stopped, and is paid as far as it came", async () => {
    const cast = await world.addModels(["a"], {
      first: script(first, dies(first)),
      second: script(first, hang(), true),
      third: script(first, speak(first, { text: REST }), true),
    });
    const client = askAndLeave(gateway, { model: cast.model(), messages: MESSAGES, stream: true, provider: WANTED });
    const id = String((await client.response).headers["x-generation-id"]);
    const visit = await cast.route("second").visit(1);
    client.leave("reset");
    await Promise.race([visit.ended, wait(2_000)]);
    expect(visit.ending).toBe("departed");
    const record = await gateway.generation(id);
    expect(record).toMatchObject({ cancelled: true, provider_name: cast.displayName("first") });
    expect(record.provider_responses).toHaveLength(2);
    expect(record.total_cost).toBeGreaterThan(0);
    expect(cast.visited()).toEqual(["a.first", "a.second"]);
  });
});

it("the openai SDK reads it as one answer", async () => {
  const dialect = DIALECTS["openai-chat"];
  const cast = await world.addModels(["a"], {
    first: script(dialect, dies(dialect)),
    refusing: script(dialect, json(dialect.refusal("No.", "nope"), { status: 500 }), true),
    last: script(dialect, speak(dialect, { text: REST }), true),
  });
  const request = { model: cast.model(), messages: MESSAGES, stream: true, provider: WANTED };
  const view = await openAiView(gateway, request);
  expect(view).toMatchObject({
    finishReason: "stop",
    error: undefined,
    text: BEGUN + REST,
  });
  expect(cast.visited()).toEqual(["a.first", "a.refusing", "a.last"]);
});
