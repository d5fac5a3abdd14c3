import { type Check, must, mustBe } from "./check.ts";
import { expectAnswer } from "./faults.ts";
import type { Answer } from "./read-answer.ts";

const WEATHER = {
  type: "function",
  function: {
    name: "get_weather",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  },
};

/** Requests that go well, plain and streamed. */
const GOOD: [name: string, fields: { model: string; [field: string]: unknown }, expected: (answer: Answer) => void][] =
  [
    ["text", { model: "demo/echo" }, ({ text }) => mustBe("the text", text, "Which way to the orchards?")],
    [
      "an answer cut to max_tokens",
      { model: "demo/echo", max_tokens: 2 },
      ({ finishReason }) => mustBe("the finish reason", finishReason, "length"),
    ],
    [
      "a tool call",
      { model: "demo/tools", tools: [WEATHER] },
      ({ finishReason, toolCall }) => {
        mustBe("the finish reason", finishReason, "tool_calls");
        mustBe("the tool", toolCall?.name, "get_weather");
        mustBe("the arguments", typeof JSON.parse(toolCall?.arguments ?? "null")?.city, "string");
      },
    ],
    ["reasoning", { model: "demo/reasoner" }, ({ reasoning }) => must(reasoning !== "", "there is no reasoning")],
  ];

/** Each is asked for both ways, and both must come to the same. */
const SAME_CHECKS: Check[] = GOOD.map(([name, fields, expected]) => ({
  group: "answers",
  name: `${name}, the same plain and streamed`,
  async run(client) {
    const [plain, streamed] = await Promise.all([client.ask(fields), client.ask({ ...fields, stream: true })]);
    for (const answer of [plain, streamed]) {
      expected(answer);
      const record = await client.record(answer.id);
      expectAnswer(answer, record, [fields.model, undefined]);
      mustBe("the record's certainty", record.cost_certainty, "exact");
    }
    mustBe("what is streamed", essenceOf(streamed), essenceOf(plain));
    return undefined;
  },
}));

function essenceOf({ text, reasoning, toolCall, finishReason, usage }: Answer): string {
  return JSON.stringify({ text, reasoning, toolCall, finishReason, usage });
}

/** What the response cache keeps is given again, for nothing. */
const CACHE_CHECK: Check = {
  group: "answers",
  name: "the response cache gives an answer again",
  async run(client) {
    const headers = { "x-openrouter-cache": "true", "x-openrouter-cache-ttl": "1" };
    const first = await client.ask({ model: "demo/echo", seed: 1 }, { headers });
    mustBe("the first answer's cache status", first.headers.get("x-openrouter-cache-status"), "MISS");
    expectAnswer(first, await client.record(first.id), ["demo/echo", undefined]);
    const again = await client.ask({ model: "demo/echo", seed: 1 }, { headers });
    mustBe("the second answer's cache status", again.headers.get("x-openrouter-cache-status"), "HIT");
    mustBe("the second answer", again.text, first.text);
    mustBe("its cost", (await client.record(again.id)).total_cost, 0);
    return undefined;
  },
};

/** Answers that come to their end. */
export const ANSWER_CHECKS: Check[] = [...SAME_CHECKS, CACHE_CHECK];
