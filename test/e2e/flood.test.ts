import { request as httpRequest, type IncomingMessage } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { ROLE, say, streamOf } from "../support/openai-chat.ts";
import { type Step, sse } from "../support/upstream.ts";
import { workerMemoryMb } from "../support/worker-memory.ts";
import { createWorld } from "../support/world.ts";

const world = await createWorld("flood");
const { gateway, upstream } = world;
afterAll(() => world.close());

const MB = 1024 * 1024;
const FLOOD_BYTES = 200 * MB;
/** How fast the client reads, and for how long. */
const BYTES_PER_MS = MB / 1000;
const READING_MS = 6000;
/** What a Worker may have for all that it does. */
const MEMORY_MB = 128;
/** The text read ahead, and the buffers of four sockets. */
const UNDER_WAY_BYTES = 24 * MB;

describe("a flood of 200 MB against a reader of 1 MB a second", () => {
  it.each([
    { name: "in events of 64 kB", chars: 64 * 1024 },
    { name: "in events of 1 kB", chars: 1024 },
    { name: "in one event a token", chars: 4 },
  ])("$name waits at the upstream, not in memory", { timeout: 30_000 }, async ({ chars }) => {
    let sentBytes = 0;
    const word = Buffer.from(say("x".repeat(chars)).repeat(Math.max(1, Math.floor(16_384 / chars))));
    const flood: Iterable<Step> = {
      *[Symbol.iterator]() {
        yield ROLE;
        for (; sentBytes < FLOOD_BYTES; sentBytes += word.length) yield word;
      },
    };
    const cast = await world.addModels(["calm", "flooded"], {
      first: (exchange) => sse(exchange.visit.body.model === "calm" ? streamOf("Calm.") : flood)(exchange),
    });
    await gateway.request("/chat/completions", { json: body(cast.model(0)) }).then((response) => response.text());
    const beforeMb = workerMemoryMb();

    const response = await ask(body(cast.model(1)));
    let peakMb = beforeMb;
    const watch = setInterval(() => {
      peakMb = Math.max(peakMb, workerMemoryMb());
    }, 50);
    const readBytes = await readSlowly(response);
    clearInterval(watch);
    expect(readBytes).toBeGreaterThan((READING_MS * BYTES_PER_MS) / 2);
    expect(peakMb - beforeMb).toBeLessThan(MEMORY_MB);
    expect(sentBytes).toBeLessThan(readBytes + UNDER_WAY_BYTES);

    const visit = await cast.route("first").visit(2);
    response.socket.resetAndDestroy();
    await Promise.race([visit.ended, wait(3000)]);
    expect(visit.ending).toBe("departed");
    expect(upstream.openExchanges()).toBe(0);
    const record = await gateway.generation(String(response.headers["x-generation-id"]));
    expect(record).toMatchObject({ outcome: "cancelled", cost_certainty: "at_least" });
    expect(record.total_cost).toBeGreaterThan(0);
  });
});

const body = (model: string) => ({ model, stream: true, messages: [{ role: "user", content: "Open the gates." }] });

function ask(json: object): Promise<IncomingMessage> {
  const headers = { authorization: `Bearer ${gateway.key}`, "content-type": "application/json" };
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${gateway.baseUrl}/chat/completions`, { method: "POST", agent: false, headers });
    request.on("response", resolve).on("error", reject).end(JSON.stringify(json));
  });
}

/** Takes what it gets at its own pace; gives how much that was. */
async function readSlowly(response: IncomingMessage): Promise<number> {
  response.on("error", () => {});
  const startedAtMs = performance.now();
  let bytes = 0;
  while (performance.now() - startedAtMs < READING_MS) {
    const piece: Buffer | null = response.read();
    bytes += piece?.length ?? 0;
    const dueMs = startedAtMs + bytes / BYTES_PER_MS;
    await wait(Math.max(5, dueMs - performance.now()));
  }
  return bytes;
}
