import { HealthBook } from "../../health/book.ts";
import { type Check, must, mustBe } from "./check.ts";
import type { Client } from "./client.ts";
import { expectAnswer, expectCut } from "./faults.ts";
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
const ANSWER_CHECKS: Check[] = GOOD.map(([name, fields, expected]) => ({
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

const ROUTING: Omit<Check, "group">[] = [
  {
    name: "a second endpoint of the same model takes over",
    async run(client) {
      const answer = await client.ask({
        model: "selftest/pair-500",
        provider: { order: ["demo/first", "demo/second"] },
      });
      mustBe("the endpoints", await endpointsOf(client, answer), "demo/first overloaded, demo/second ok");
      mustBe("the status", answer.status, 200);
      return undefined;
    },
  },
  ...[false, true].map((stream) => ({
    name: `allow_fallbacks: false binds${stream ? ", streamed" : ""}`,
    async run(client: Client) {
      const provider = { order: ["demo/first"], allow_fallbacks: false };
      const answer = await client.ask({ model: "selftest/pair-500", stream, provider });
      mustBe("the status", answer.status, 502);
      mustBe("the endpoints", await endpointsOf(client, answer), "demo/first overloaded");
      return undefined;
    },
  })),
  {
    name: "nobody takes over in mid-stream",
    async run(client) {
      const provider = { order: ["demo/first", "demo/second"] };
      const answer = await client.ask({ model: "selftest/pair-cut", stream: true, provider });
      expectCut(answer, await client.record(answer.id), "selftest/pair-cut", 502);
      return undefined;
    },
  },
  {
    name: "nobody is asked twice",
    async run(client) {
      const answer = await client.ask({ models: ["demo/fault-500", "demo/fault-500", "demo/fault-503"] });
      mustBe("the status", answer.status, 503);
      mustBe("the endpoints", await endpointsOf(client, answer), "demo overloaded, demo overloaded");
      return undefined;
    },
  },
  {
    name: "the answer tells how it was routed",
    async run(client) {
      const headers = { "x-openrouter-metadata": "enabled" };
      const answer = await client.ask({ models: ["demo/fault-500", "demo/echo"] }, { headers });
      await client.record(answer.id);
      must(answer.metadata !== undefined, "there is no openrouter_metadata");
      return undefined;
    },
  },
  {
    name: "health hears of failures and of answers",
    async run(client) {
      const health = new HealthBook();
      const answer = await client.ask({ models: ["demo/fault-500", "demo/echo"] }, { health });
      await client.record(answer.id);
      const seen = health.at(Date.now());
      mustBe("the failures of demo/fault-500", seen.of("demo/fault-500 demo")?.failures, 1);
      mustBe("the successes of demo/echo", seen.of("demo/echo demo")?.successes, 1);
      return undefined;
    },
  },
];

const ROUTING_CHECKS = ROUTING.map((check): Check => ({ ...check, group: "routing" }));

async function endpointsOf(client: Client, { id }: Answer): Promise<string> {
  const { provider_responses: attempts } = await client.record(id);
  return attempts.map(({ endpoint_id: tag, failure }) => `${tag} ${failure ?? "ok"}`).join(", ");
}

/** Within this the answer must be there, however slow the machine is. */
const DEADLINE_GRACE_MS = 1_500;

/** A client that says how long it waits. */
const DEADLINE_CHECKS: Check[] = [false, true].flatMap((stream): Check[] => {
  const headers = { "x-pointsman-timeout-ms": "800" };
  const name = (text: string) => `${text}${stream ? ", streamed" : ""}`;
  return [
    {
      group: "deadlines",
      name: name("a client's deadline ends the walk"),
      async run(client) {
        const startedAtMs = Date.now();
        const answer = await client.ask({ model: "demo/fault-hang", stream }, { headers });
        const tookMs = Date.now() - startedAtMs;
        mustBe("the status", answer.status, 504);
        must(tookMs < 800 + DEADLINE_GRACE_MS, `a deadline of 800 ms took ${tookMs} ms`);
        mustBe("the attempts", await endpointsOf(client, answer), "demo timed_out");
        return undefined;
      },
    },
    {
      group: "deadlines",
      name: name("a silent model leaves time for the next one"),
      async run(client) {
        const answer = await client.ask({ models: ["demo/fault-hang", "demo/echo"], stream }, { headers });
        expectAnswer(
          answer,
          await client.record(answer.id),
          ["demo/fault-hang", "timed_out"],
          ["demo/echo", undefined],
        );
        return undefined;
      },
    },
  ];
});

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

/** Answers that come to their end, and who gives them. */
export const GOOD_CHECKS: Check[] = [...ANSWER_CHECKS, CACHE_CHECK, ...ROUTING_CHECKS, ...DEADLINE_CHECKS];
