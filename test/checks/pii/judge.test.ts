import { describe, expect, it } from "vitest";
import { judgePii } from "../../../src/checks/pii/judge.ts";
import { RouterError } from "../../../src/errors.ts";
import type { ChatRequest } from "../../../src/schema/chat.ts";
import type { Purpose, SideCalls } from "../../../src/schema/side-calls.ts";

interface Asked {
  chat: ChatRequest;
  purpose: Purpose;
  timeoutMs: number | undefined;
}

/** Side calls whose model answers with this text. */
function answering(answer: string | Error): { sides: SideCalls; asked: Asked[] } {
  const asked: Asked[] = [];
  const sides: SideCalls = {
    async ask(chat, purpose, timeoutMs) {
      asked.push({ chat, purpose, timeoutMs });
      if (answer instanceof Error) throw answer;
      return answer;
    },
    embed: () => Promise.reject(new Error("not asked for")),
    rerank: () => Promise.reject(new Error("not asked for")),
    requireRanker: () => Promise.reject(new Error("not asked for")),
    costs: () => ({ checksNanoUsd: 0, retrievalNanoUsd: 0 }),
  };
  return { sides, asked };
}

const TEXT = "Annika met Ann; Ann's house is at 5 Low Rd.";

async function judged(answer: string | Error, text = TEXT): Promise<string[]> {
  const spans = await judgePii(answering(answer).sides, "acme/judge", text, 5_000);
  return spans.map(({ start, end, type }) => `${type} ${start} ${text.slice(start, end)}`);
}

describe("a judge of personal data", () => {
  it.each([
    {
      name: "every whole word",
      answer: '{"entities":[{"type":"PERSON","text":"Ann"}]}',
      expected: ["PERSON 11 Ann", "PERSON 16 Ann"],
    },
    {
      name: "places",
      answer: '```json\n{"entities":[{"type":"LOCATION","text":" 5 Low Rd "}]}\n```',
      expected: ["LOCATION 34 5 Low Rd"],
    },
    {
      name: "each once",
      answer: '{"entities":[{"type":"PERSON","text":"Annika"},{"type":"PERSON","text":"Annika"}]}',
      expected: ["PERSON 0 Annika"],
    },
    {
      name: "nothing that the text does not have",
      answer: '{"entities":[{"type":"PERSON","text":"Zoe"},{"type":"PERSON","text":""}]}',
      expected: [],
    },
    { name: "no other kinds", answer: '{"entities":[{"type":"URL","text":"Annika"}]}', expected: [] },
    { name: "nothing", answer: '{"entities":[]}', expected: [] },
  ])("finds $name", async ({ answer, expected }) => {
    expect(await judged(answer)).toEqual(expected);
  });

  it("finds no name at the end of a longer word", async () => {
    expect(await judged('{"entities":[{"type":"PERSON","text":"ann"}]}', "joann met ann")).toEqual(["PERSON 10 ann"]);
  });

  it("finds a name inside a script without spaces", async () => {
    expect(await judged('{"entities":[{"type":"PERSON","text":"田中"}]}', "昨日田中が来た")).toEqual(["PERSON 2 田中"]);
  });

  it("is asked once, coldly, with the text as data", async () => {
    const { sides, asked } = answering('{"entities":[]}');
    await judgePii(sides, "acme/judge", TEXT, 5_000);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({ purpose: "pii", timeoutMs: 5_000 });
    expect(asked[0]?.chat).toMatchObject({
      model: "acme/judge",
      temperature: 0,
      response_format: { type: "json_object" },
    });
    expect(JSON.parse(String(asked[0]?.chat.messages?.at(-1)?.content))).toEqual({ check: "pii", text: TEXT });
  });

  it.each([
    { name: "prose", answer: "There is Ann." },
    { name: "another shape", answer: '{"names":["Ann"]}' },
    { name: "half an answer", answer: '{"entities":[{"type":"PERSON","te' },
    { name: "nothing", answer: "" },
    { name: "a failure", answer: new Error("down") },
  ])("fails the check when it gives $name", async ({ answer }) => {
    const failure = await judged(answer).catch((error: unknown) => error);
    expect(failure).toMatchObject({ type: "guardrail_failure", status: 502 });
    expect(String(failure)).not.toContain("Ann");
  });

  it("leaves what is the caller's own as it is", async () => {
    const spent = new RouterError("payment_required", "Key limit exceeded");
    await expect(judged(spent)).rejects.toBe(spent);
  });
});
