import { afterAll, describe, expect, it } from "vitest";
import { openAiClient } from "../support/clients.ts";
import { jsonOf } from "../support/gateway.ts";
import { completion, ROLE, say, streamOf } from "../support/openai-chat.ts";
import { readStream, textOf } from "../support/sse-client.ts";
import { byMode, hang, json, pause, sse } from "../support/upstream.ts";
import { createWorld } from "../support/world.ts";

const world = await createWorld("client-deadline");
const { gateway, upstream } = world;
afterAll(() => world.close());

const MESSAGES = [{ role: "user" as const, content: "When does it leave?" }];
/** For the way here and back, on a machine with other things to do. */
const SLACK_MS = 400;
const GOOD = byMode({ stream: sse(streamOf("At once.")), whole: json(completion("At once.")) });

async function ask(body: object, headers: Record<string, string>) {
  const startedAtMs = performance.now();
  const response = await gateway.request("/chat/completions", { json: { messages: MESSAGES, ...body }, headers });
  return { response, afterMs: performance.now() - startedAtMs };
}

describe.each([true, false])("a client that waits for so long, stream: %s", (stream) => {
  it.each<{ name: string; header: Record<string, string> }>([
    { name: "X-Pointsman-Timeout-Ms", header: { "x-pointsman-timeout-ms": "1500" } },
    { name: "the official SDKs' own header", header: { "x-stainless-timeout": "1.5" } },
  ])("gets the answer of the third candidate in time, by $name", async ({ header }) => {
    const cast = await world.addModels(["a"], { first: hang(), second: hang(), third: GOOD });
    const { response, afterMs } = await ask({ model: cast.model(), stream }, header);
    expect(afterMs).toBeLessThan(1500);
    const text = stream
      ? textOf((await readStream(response)).chunks)
      : (await jsonOf(response, 200)).choices[0].message.content;
    expect(text).toBe("At once.");
    expect(cast.visited()).toEqual(["a.first", "a.second", "a.third"]);
    const waits = ["first", "second"].map((company) => {
      const [visit] = cast.route(company as "first").visits;
      return (visit?.endedAtMs ?? Infinity) - (visit?.startedAtMs ?? 0);
    });
    // A third of it, then half of the rest.
    for (const waitMs of waits) expect(Math.abs(waitMs - 500)).toBeLessThan(250);
  });

  it("gets an honest 504 in time when nobody answers", async () => {
    const cast = await world.addModels(["a"], { first: hang(), second: sse([ROLE, "stall"]), third: hang() });
    const { response, afterMs } = await ask({ model: cast.model(), stream }, { "x-pointsman-timeout-ms": "900" });
    expect(afterMs).toBeLessThan(900 + SLACK_MS);
    const { error } = await jsonOf(response, 504);
    expect(error.metadata).toMatchObject({ error_type: "timeout", provider_name: cast.displayName("third") });
    expect(error.metadata.previous_errors).toHaveLength(2);
    expect(cast.visited()).toEqual(["a.first", "a.second", "a.third"]);
    for (const company of ["first", "second", "third"] as const)
      for (const one of cast.route(company).visits) await one.ended;
    expect(upstream.openExchanges()).toBe(0);
    const record = await gateway.generation(response.headers.get("x-generation-id") ?? "");
    expect(record).toMatchObject({ outcome: "failed", total_cost: 0 });
    expect(record.provider_responses.map(({ failure }: { failure: string }) => failure)).toEqual(
      Array(3).fill("timed_out"),
    );
  });

  it.each(["0", "-5", "soon", "1.5", "1e3", "", "86400001", "99999999999999999999"])(
    "is told that %j is no time",
    async (value) => {
      const cast = await world.addModels(["a"], { first: GOOD });
      const { response } = await ask({ model: cast.model(), stream }, { "x-pointsman-timeout-ms": value });
      const { error } = await jsonOf(response, 400);
      expect(error).toMatchObject({ code: 400, metadata: { field: "x-pointsman-timeout-ms" } });
      expect(error.message).toContain("x-pointsman-timeout-ms");
      expect(cast.visited()).toEqual([]);
    },
  );
});

describe("a deadline", () => {
  it("is for the beginning of a stream, not for all of it", async () => {
    const slow = sse([ROLE, say("Not "), pause(400), say("yet"), pause(400), ...streamOf(".").slice(1)]);
    const cast = await world.addModels(["a"], { first: slow });
    const { response } = await ask({ model: cast.model(), stream: true }, { "x-pointsman-timeout-ms": "500" });
    const { chunks, isDone } = await readStream(response);
    expect(textOf(chunks)).toBe("Not yet.");
    expect(isDone).toBe(true);
  });

  it("of an SDK that cannot be read is none", async () => {
    for (const value of ["soon", "0", "-1", ""]) {
      const cast = await world.addModels(["a"], { first: GOOD });
      const { response } = await ask({ model: cast.model() }, { "x-stainless-timeout": value });
      expect((await jsonOf(response, 200)).choices[0].message.content).toBe("At once.");
    }
  });

  it("comes with every request of the openai SDK that has a timeout", async () => {
    const cast = await world.addModels(["a"], { first: hang(), second: GOOD });
    const client = openAiClient(gateway);
    const answer = await client.chat.completions.create(
      { model: cast.model(), messages: MESSAGES },
      { timeout: 3000, maxRetries: 0 },
    );
    expect(answer.choices[0]?.message.content).toBe("At once.");
    expect(cast.visited()).toEqual(["a.first", "a.second"]);
  });
});
