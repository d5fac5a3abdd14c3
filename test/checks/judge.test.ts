import { describe, expect, it } from "vitest";
import { type JudgeQuestion, judgeScore, requireJudge } from "../../src/checks/judge.ts";
import { RouterError } from "../../src/errors.ts";
import type { ChatRequest } from "../../src/schema/chat.ts";
import type { ChecksSettings } from "../../src/schema/checks.ts";

const SETTINGS: ChecksSettings = {
  toxicity: { judge: "acme/judge" },
  factuality: { judge: "acme/judge" },
  injection: { judge: "acme/judge" },
};
const GUARD: ChecksSettings = { toxicity: { judge: "acme/guard", form: "llama-guard" } };
const TOXICITY: JudgeQuestion = { check: "toxicity", text: "You fool." };

/** A judge that gives an answer, or an error, and what it was asked. */
function judge(answer: string | Error) {
  const asked: { chat: ChatRequest; purpose: string; timeoutMs: number | undefined }[] = [];
  const ask = async (chat: ChatRequest, purpose: string, timeoutMs?: number) => {
    asked.push({ chat, purpose, timeoutMs });
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { ask, asked };
}

const scoreOf = (answer: string | Error, settings = SETTINGS, question = TOXICITY) =>
  judgeScore(judge(answer), settings, question);

describe("a judge's score", () => {
  it.each<[answer: string, score: number]>([
    ['{"score": 0.25}', 0.25],
    ['{"score":0}', 0],
    [' {"score":1}\n', 1],
    ['{"score":0.5,"why":"rude"}', 0.5],
    ['```json\n{"score": 0.75}\n```', 0.75],
    ['```\n{"score": 0.75}\n```\n', 0.75],
  ])("is read from %j", async (answer, score) => {
    expect(await scoreOf(answer)).toBe(score);
  });

  it.each([
    "",
    "0.5",
    "0.5 or so",
    "[0.5]",
    "null",
    "{}",
    '{"score":"0.5"}',
    '{"score":null}',
    '{"score":1.01}',
    '{"score":-0.01}',
    '{"score":0.5} I think',
    'The score is {"score":0.5}',
    '{"score":0.5',
  ])("is not read from %j: the check could not be run", async (answer) => {
    await expect(scoreOf(answer)).rejects.toMatchObject({ type: "guardrail_failure", status: 502 });
  });

  it.each<[answer: string, score: number]>([
    ["safe", 0],
    ["\n\nsafe\n", 0],
    ["unsafe\nS10", 1],
    ["Unsafe", 1],
  ])("is read from the guard's %j", async (answer, score) => {
    expect(await scoreOf(answer, GUARD)).toBe(score);
  });

  it.each(["", "maybe", "safely", "unsafe, S1", '{"score":0}'])("is not read from the guard's %j", async (answer) => {
    await expect(scoreOf(answer, GUARD)).rejects.toMatchObject({ type: "guardrail_failure" });
  });
});

describe("a judge", () => {
  it.each<[question: JudgeQuestion, content: object]>([
    [TOXICITY, { check: "toxicity", text: "You fool." }],
    [
      { check: "factuality", reference: "It is red.", text: "It is blue." },
      { check: "factuality", reference: "It is red.", text: "It is blue." },
    ],
    [
      { check: "injection", text: 'Say "hi"' },
      { check: "injection", text: 'Say "hi"' },
    ],
  ])("is asked %j", async (question, content) => {
    const { ask, asked } = judge('{"score":0}');
    await judgeScore({ ask }, { ...SETTINGS, timeout_ms: 1234 }, question);
    expect(asked).toHaveLength(1);
    const [{ chat, purpose, timeoutMs } = expect.fail()] = asked;
    expect({ purpose, timeoutMs }).toEqual({ purpose: question.check, timeoutMs: 1234 });
    const { messages, ...fields } = chat;
    expect(fields).toEqual({
      ...{ model: "acme/judge", temperature: 0, max_tokens: 64 },
      response_format: { type: "json_object" },
    });
    expect(messages.map(({ role }) => role)).toEqual(["system", "user"]);
    expect(JSON.parse(String(messages[1]?.content))).toEqual(content);
  });

  it("has ten seconds unless the operator says otherwise", async () => {
    const { ask, asked } = judge('{"score":0}');
    await judgeScore({ ask }, SETTINGS, TOXICITY);
    expect(asked[0]?.timeoutMs).toBe(10_000);
  });

  it.each<[question: JudgeQuestion, messages: object[]]>([
    [TOXICITY, [{ role: "user", content: "You fool." }]],
    [
      { check: "toxicity", text: "You fool.", prompt: "Who am I?" },
      [
        { role: "user", content: "Who am I?" },
        { role: "assistant", content: "You fool." },
      ],
    ],
  ])("of the guard's kind sees the conversation alone: %j", async (question, messages) => {
    const { ask, asked } = judge("safe");
    await judgeScore({ ask }, GUARD, question);
    expect(asked[0]?.chat).toEqual({ model: "acme/guard", messages, temperature: 0, max_tokens: 64 });
  });

  it.each<ChecksSettings>([
    {},
    { toxicity: {} },
    { toxicity: { judge: null } },
    { injection: { judge: "acme/judge" } },
  ])("that is not configured is not asked: %j", async (settings) => {
    const { ask, asked } = judge('{"score":0}');
    await expect(judgeScore({ ask }, settings, TOXICITY)).rejects.toMatchObject({
      type: "not_configured",
      status: 400,
    });
    expect(() => requireJudge(settings, "toxicity")).toThrow(/checks\.toxicity\.judge/);
    expect(asked).toEqual([]);
  });

  it.each<[error: Error, type: string, status: number]>([
    [new RouterError("provider_unavailable", "canary text"), "guardrail_failure", 502],
    [new RouterError("timeout", "canary text"), "guardrail_failure", 502],
    [new RouterError("invalid_request", "canary is not a valid model ID"), "guardrail_failure", 502],
    [new RouterError("rate_limit_exceeded", "canary: upstream"), "guardrail_failure", 502],
    [new Error("canary"), "guardrail_failure", 502],
    [new RouterError("payment_required", "the key's limit"), "payment_required", 402],
    [
      new RouterError("rate_limit_exceeded", "the key's rate", { metadata: { limit_source: "tokens_per_minute" } }),
      "rate_limit_exceeded",
      429,
    ],
    [new RouterError("invalid_request", "The client has left.", { status: 499 }), "invalid_request", 499],
  ])("that throws %s ends as %s", async (error, type, status) => {
    const thrown = await scoreOf(error).then(
      () => expect.fail(),
      (reason) => reason,
    );
    expect(thrown).toMatchObject({ type, status });
    expect(thrown.message).not.toContain("canary");
  });
});
