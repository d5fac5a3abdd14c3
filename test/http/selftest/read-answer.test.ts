import { describe, expect, it } from "vitest";
import { readAnswer } from "../../../src/http/selftest/read-answer.ts";

const ID = "gen-1-abc";
const USAGE = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3, cost: 0.000005 };
const ERROR = { code: 502, message: "It broke.", metadata: { error_type: "provider_unavailable" } };

const chunk = (choice: object, fields: object = {}) =>
  `data: ${JSON.stringify({
    id: ID,
    object: "chat.completion.chunk",
    model: "demo/echo",
    choices: [{ index: 0, delta: {}, finish_reason: null, ...choice }],
    ...fields,
  })}\n\n`;
const SAY = chunk({ delta: { content: "Hello" } });
const FINISH = chunk({ finish_reason: "stop" });
const LAST = chunk({ finish_reason: "stop" }, { usage: USAGE });
const BROKEN = chunk({ finish_reason: "error" }, { error: ERROR });
const DONE = "data: [DONE]\n\n";

const streamed = (...events: string[]) =>
  readAnswer(
    new Response(events.join(""), { headers: { "content-type": "text/event-stream", "x-generation-id": ID } }),
  );

describe("the self-test's client, of a stream", () => {
  it("reads what was said, and how it ended", async () => {
    const answer = await streamed(": wait\n\n", SAY, SAY, FINISH, LAST, DONE);
    expect(answer).toMatchObject({ text: "HelloHello", finishReason: "stop", usage: USAGE, id: ID, error: undefined });
    expect(await streamed(SAY, BROKEN, DONE)).toMatchObject({ text: "Hello", finishReason: "error", error: ERROR });
  });

  it.each([
    ["no [DONE]", [SAY, FINISH, LAST], "the stream's last event"],
    ["[DONE] twice", [SAY, FINISH, LAST, DONE, DONE], "is not JSON"],
    ["nothing at all", [], "the stream ends inside an event"],
    ["half an event", [SAY, FINISH, LAST, DONE, "data: {"], "the stream ends inside an event"],
    ["an event without data", [SAY, "event: ping\n\n", LAST, DONE], "an event without data"],
    ["a good end without a finish reason", [SAY, chunk({}, { usage: USAGE }), DONE], "without a finish reason"],
    ["a good end without usage", [SAY, FINISH, DONE], "without its usage"],
    ["two finish reasons", [SAY, FINISH, chunk({ finish_reason: "length" }, { usage: USAGE }), DONE], "several finish"],
    ["an error that is no end", [SAY, BROKEN, SAY, DONE], "goes on after its error"],
    ["an error with a good finish", [SAY, chunk({ finish_reason: "stop" }, { error: ERROR }), DONE], "beside an error"],
    ["another generation's id", [SAY, chunk({}, { id: "gen-2" }), LAST, DONE], "the id of chunk 1"],
    ["another object", [SAY, chunk({}, { object: "chunk" }), LAST, DONE], "the object of chunk 1"],
    ["a chunk that is not JSON", [SAY, "data: {\n\n", LAST, DONE], "chunk 1 is not JSON"],
    ["a choice without its fields", [SAY, chunk({ finish_reason: undefined }), LAST, DONE], "finish_reason"],
  ])("complains about %s", async (_, events, complaint) => {
    await expect(streamed(...events)).rejects.toThrow(complaint);
  });
});

describe("the self-test's client, of an answer in one piece", () => {
  const body = {
    id: ID,
    object: "chat.completion",
    model: "demo/echo",
    choices: [{ index: 0, message: { content: "Hello" }, finish_reason: "stop" }],
    usage: USAGE,
  };
  const whole = (json: object, status = 200) =>
    readAnswer(Response.json(json, { status, headers: { "x-generation-id": ID } }));

  it("reads what was said, and errors", async () => {
    expect(await whole(body)).toMatchObject({ text: "Hello", finishReason: "stop", usage: USAGE });
    expect(await whole({ error: ERROR }, 502)).toMatchObject({ status: 502, error: ERROR });
  });

  it.each([
    ["another generation's id", { ...body, id: "gen-2" }, 200, "the answer's id"],
    ["no usage", { ...body, usage: undefined }, 200, "no usage"],
    ["an error with status 200", { ...body, error: ERROR }, 200, "an error in it"],
    ["a status without an error", body, 502, "no error in it"],
    ["an error with another code", { error: { ...ERROR, code: 500 } }, 502, "the error's code"],
    ["an error without its type", { error: { ...ERROR, metadata: {} } }, 502, "error_type"],
  ])("complains about %s", async (_, json, status, complaint) => {
    await expect(whole(json, status)).rejects.toThrow(complaint);
  });
});
