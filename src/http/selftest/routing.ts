import { type Check, must, mustBe } from "./check.ts";
import { type Client, createMemory } from "./client.ts";
import { expectAnswer, expectCut } from "./faults.ts";
import type { Answer } from "./read-answer.ts";

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
    name: "another endpoint goes on in mid-stream where the client allows it",
    async run(client) {
      const provider = { order: ["demo/first", "demo/second"], continuation: true };
      const answer = await client.ask({ model: "selftest/pair-cut", stream: true, provider });
      const record = await client.record(answer.id);
      expectAnswer(answer, record, ["selftest/pair-cut", "interrupted"], ["selftest/pair-cut", undefined]);
      return undefined;
    },
  },
  {
    name: "a hedge answers in place of a silent model",
    async run(client) {
      const provider = { hedge: { after_ms: 100 } };
      const answer = await client.ask({ models: ["demo/fault-hang", "demo/echo"], stream: true, provider });
      expectAnswer(answer, await client.record(answer.id), ["demo/fault-hang", "outrun"], ["demo/echo", undefined]);
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
    name: "who asks to be left alone is left alone",
    async run(client) {
      const memory = createMemory();
      const first = await client.ask({ model: "demo/fault-429" }, { memory });
      await client.record(first.id);
      const again = await client.ask({ model: "demo/fault-429" }, { memory });
      mustBe("the status", again.status, 429);
      must(Number(again.headers.get("retry-after")) > 0, "the second 429 has no Retry-After");
      const third = await client.ask({ models: ["demo/fault-429", "demo/echo"] }, { memory });
      mustBe("the endpoints", await endpointsOf(client, third), "demo ok");
      return undefined;
    },
  },
  {
    name: "health hears of failures and of answers",
    async run(client) {
      const memory = createMemory();
      const answer = await client.ask({ models: ["demo/fault-500", "demo/echo"] }, { memory });
      await client.record(answer.id);
      const seen = memory.health.at(Date.now());
      mustBe("the failures of demo/fault-500", seen.of("demo/fault-500 demo")?.failures, 1);
      mustBe("the successes of demo/echo", seen.of("demo/echo demo")?.successes, 1);
      return undefined;
    },
  },
];

/** Who is asked, and who is not. */
export const ROUTING_CHECKS = ROUTING.map((check): Check => ({ ...check, group: "routing" }));

async function endpointsOf(client: Client, { id }: Answer): Promise<string> {
  const { provider_responses: attempts } = await client.record(id);
  return attempts.map(({ endpoint_id: tag, failure }) => `${tag} ${failure ?? "ok"}`).join(", ");
}

/** Within this the answer must be there, however slow the machine is. */
const DEADLINE_GRACE_MS = 1_500;

/** A client that says how long it waits. */
const CLIENT_CHECKS: Check[] = [false, true].flatMap((stream): Check[] => {
  const waitingFor = (ms: number) => ({ headers: { "x-pointsman-timeout-ms": String(ms) } });
  const name = (text: string) => `${text}${stream ? ", streamed" : ""}`;
  return [
    {
      group: "deadlines",
      name: name("a client's deadline ends the walk"),
      async run(client) {
        const startedAtMs = Date.now();
        const answer = await client.ask({ model: "demo/fault-hang", stream }, waitingFor(800));
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
        const answer = await client.ask({ models: ["demo/fault-hang", "demo/echo"], stream }, waitingFor(2_400));
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

/** A client's bound for one attempt. */
const TOTAL_CHECK: Check = {
  group: "deadlines",
  name: "an answer that takes longer than total_ms is cut",
  async run(client) {
    const provider = { timeouts: { total_ms: 500 } };
    const answer = await client.ask({ model: "demo/story", stream: true, provider });
    expectCut(answer, await client.record(answer.id), "demo/story", 504);
    return undefined;
  },
};

/** What takes too long. */
export const DEADLINE_CHECKS: Check[] = [...CLIENT_CHECKS, TOTAL_CHECK];
