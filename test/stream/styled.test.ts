import { describe, expect, it } from "vitest";
import { bud } from "../../src/http/dialects/bud.ts";
import type { Dialect } from "../../src/http/dialects/dialect.ts";
import { jamai } from "../../src/http/dialects/jamai.ts";
import { predictionguard } from "../../src/http/dialects/predictionguard.ts";
import { ChunkEncoder } from "../../src/stream/encode.ts";
import { StyledEncoder, styleBody } from "../../src/stream/styled.ts";

const UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const USAGE = { prompt_tokens: 1, completion_tokens: 2, cost: 0.5 };
const FINISH = { index: 0, finishReason: "stop" as const, nativeFinishReason: null };
const REFERENCES = { object: "chat.references", chunks: [] };
const ERROR = { code: 502, message: "It broke.", metadata: { error_type: "provider_unavailable" } };
const MESSAGES = [{ role: "user" as const, content: "Hello" }];

const asking = (dialect: Dialect, includes = false) =>
  dialect.style({ messages: MESSAGES, ...(includes && { stream_options: { include_usage: true } }) });

// biome-ignore lint/suspicious/noExplicitAny: tests look into chunks without a schema
const chunksOf = (text: string): any[] =>
  text
    .split("\n\n")
    .filter((event) => event !== "")
    .map((event) => JSON.parse(event.replace(/^data: /, "")));

function encoderFor(style: ReturnType<Dialect["style"]>, fields?: Record<string, unknown>): StyledEncoder {
  return new StyledEncoder({ id: style.id, created: 1, model: "m", provider: "p" }, style, fields);
}

const text = (content: string, index = 0) => ({ type: "delta" as const, index, delta: { content } });
const thought = { type: "delta" as const, index: 0, delta: { reasoning: "Hm." } };

describe("the id of an answer", () => {
  it.each([
    ["predictionguard", predictionguard("r"), new RegExp(`^chat-${UUID}$`)],
    ["jamai", jamai("r"), new RegExp(`^chatcmpl-${UUID}$`)],
    ["bud", bud("r"), UUID_V7],
  ])("is as %s has it, another one each time", (_, dialect, expected) => {
    const ids = [asking(dialect).id, asking(dialect).id];
    for (const id of ids) expect(id).toMatch(expected);
    expect(ids[0]).not.toBe(ids[1]);
  });

  it("has an episode beside it for Bud only", () => {
    expect(asking(bud("r")).episodeId).toMatch(UUID_V7);
    for (const dialect of [jamai("r"), predictionguard("r")]) expect(asking(dialect).episodeId).toBeUndefined();
  });
});

describe("a stream", () => {
  it("is the contract's but for what a dialect does differently", () => {
    const plain = new ChunkEncoder({ id: "x", created: 1, model: "m", provider: "p" });
    const style = { id: "x", streamUsage: "contract" as const, toErrorEvent: () => null };
    const styled = encoderFor(style);
    expect(styled.delta(text("Hello"))).toBe(plain.delta(text("Hello")));
    expect(styled.delta(thought)).toBe(plain.delta(thought));
    expect(styled.finish(0, "stop", null)).toBe(plain.finish(0, "stop", null));
    expect(styled.usage(USAGE, FINISH, undefined)).toBe(plain.usage(USAGE, FINISH, undefined));
  });

  it.each([
    ["predictionguard", predictionguard("r")],
    ["bud", bud("r")],
  ])("has its usage apart for %s, where it is wanted", (_, dialect) => {
    const [usage, ...others] = chunksOf(encoderFor(asking(dialect, true)).usage(USAGE, FINISH, undefined));
    expect(others).toEqual([]);
    expect(usage).toMatchObject({ object: "chat.completion.chunk", choices: [], usage: USAGE });
    expect(encoderFor(asking(dialect)).usage(USAGE, FINISH, undefined)).toBe("");
  });

  it("tells without usage how it was routed, where that is wanted", () => {
    const [chunk] = chunksOf(encoderFor(asking(bud("r"))).usage(USAGE, FINISH, undefined, { summary: "so" }));
    expect(chunk).toMatchObject({ choices: [], openrouter_metadata: { summary: "so" } });
    expect(chunk).not.toHaveProperty("usage");
  });

  it("has its usage in the last chunk for JamAI, whatever is wanted", () => {
    const [chunk] = chunksOf(encoderFor(asking(jamai("r"))).usage(USAGE, FINISH, undefined));
    expect(chunk).toMatchObject({ usage: USAGE, choices: [{ index: 0, finish_reason: "stop" }] });
  });

  it("tells Prediction Guard the text of each choice once more at its end", () => {
    const encoder = encoderFor(asking(predictionguard("r")));
    const pieces = [text("One "), text("Two ", 1), text("more"), text("too", 1)];
    for (const chunk of chunksOf(pieces.map((piece) => encoder.delta(piece)).join("")))
      expect(chunk.choices[0].generated_text).toBeNull();
    expect(chunksOf(encoder.finish(0, "stop", null))[0].choices[0].generated_text).toBe("One more");
    expect(chunksOf(encoder.finish(1, "stop", null))[0].choices[0].generated_text).toBe("Two too");
    expect(chunksOf(encoder.finish(2, "stop", null))[0].choices[0].generated_text).toBe("");
  });

  it.each([
    ["predictionguard", predictionguard("r"), { reasoning: "Hm." }],
    ["jamai", jamai("r"), { reasoning: "Hm.", reasoning_content: "Hm." }],
    ["bud", bud("r"), { reasoning: "Hm.", reasoning_content: "Hm." }],
  ])("has the reasoning of %s", (_, dialect, expected) => {
    const [chunk] = chunksOf(encoderFor(asking(dialect)).delta(thought));
    expect(chunk.choices[0].delta).toEqual({ content: "", role: "assistant", ...expected });
  });

  it.each([
    ["predictionguard", predictionguard("r"), { error: "It broke." }],
    [
      "jamai",
      jamai("r"),
      { object: "error", error: "unexpected_error", message: "It broke.", detail: "It broke.", request_id: "r" },
    ],
    ["bud", bud("r"), { error: "It broke." }],
  ])("that breaks says so as %s does", (_, dialect, expected) => {
    expect(chunksOf(encoderFor(asking(dialect)).error(ERROR))).toEqual([expected]);
  });

  it("begins with its references for JamAI, before whatever comes first", () => {
    const encoder = encoderFor(asking(jamai("r")), { references: REFERENCES });
    const events = chunksOf(encoder.delta(text("a")) + encoder.delta(text("b")) + encoder.finish(0, "stop", null));
    expect(events[0]).toEqual(REFERENCES);
    expect(events).toHaveLength(4);
    for (const chunk of events.slice(1)) expect(chunk).not.toHaveProperty("references");
  });

  it.each([
    ["predictionguard", predictionguard("r")],
    ["bud", bud("r")],
  ])("has its references in a chunk for %s", (_, dialect) => {
    const [chunk] = chunksOf(encoderFor(asking(dialect), { references: REFERENCES }).delta(text("a")));
    expect(chunk).toMatchObject({ references: REFERENCES, choices: [{}] });
  });
});

describe("a whole answer", () => {
  const body = () => ({
    id: "x",
    choices: [{ message: { content: "a", reasoning: "Hm." } }, { message: { reasoning: null } }],
  });

  it.each([
    ["predictionguard", predictionguard("r"), {}, undefined],
    ["jamai", jamai("r"), { references: null }, "Hm."],
    ["bud", bud("r"), { episode_id: expect.stringMatching(UUID_V7) }, "Hm."],
  ])("is as %s has it", (_, dialect, fields, copied) => {
    const styled: Record<string, unknown> = body();
    styleBody(styled, asking(dialect));
    const [first, second] = body().choices;
    const choices = [{ message: { ...first?.message, ...(copied && { reasoning_content: copied }) } }, second];
    expect(styled).toEqual({ id: "x", choices, ...fields });
  });

  it("keeps its references for JamAI where there are some", () => {
    const styled: Record<string, unknown> = { ...body(), references: REFERENCES };
    styleBody(styled, asking(jamai("r")));
    expect(styled.references).toEqual(REFERENCES);
  });
});
