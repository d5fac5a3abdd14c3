import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { drawsOf } from "../support/draws.ts";
import { type GenerationData, sharedGateway } from "../support/gateway.ts";
import { inParallel } from "../support/in-parallel.ts";
import { ROLE, streamOf } from "../support/openai-chat.ts";
import { type Answer, pause, sse, startUpstream } from "../support/upstream.ts";

const gateway = await sharedGateway();
const upstream = await startUpstream();
afterAll(() => upstream.close());

/** Requests to each of two models, one after the other, so that the machine is as busy for both. */
const REQUESTS = Number(process.env.HEDGING_REQUESTS ?? 800);
/** Requests at a time. */
const WIDTH = 8;
const USUAL_MS = 40;
const SPREAD_MS = 15;
const STALL_MS = 5000;
const draw = drawsOf(7);

/** A first token after 40 ms, more or less; one in ten of those that stall takes five seconds longer. */
function answer(stalls: number): Answer {
  return (exchange) => {
    const isStalled = draw() < stalls;
    const afterMs = Math.max(10, USUAL_MS + SPREAD_MS * normal()) + (isStalled ? STALL_MS : 0);
    return sse([ROLE, pause(afterMs), ...streamOf("All ", "aboard.").slice(1)])(exchange);
  };
}

/** A number around 0 with a spread of 1 (Box and Muller). */
function normal(): number {
  return Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());
}

const alone = upstream.route(answer(0));
const steady = upstream.route(answer(0));
const stalling = upstream.route(answer(0.1));

const PRICING = { prompt: "0.000001", completion: "0.000002" };
const row = (name: string, baseUrl: string) => ({ name, api: "openai-chat", base_url: baseUrl });
const model = (...providers: string[]) => {
  return { name: "m", endpoints: providers.map((provider) => ({ provider, model: "one", pricing: PRICING })) };
};

interface Ask {
  firstTokenMs: number;
  id: string;
}

async function ask(id: string, provider: object): Promise<Ask> {
  const startedAtMs = performance.now();
  const response = await gateway.request("/chat/completions", {
    json: { model: id, stream: true, provider, messages: [{ role: "user", content: "All aboard?" }] },
  });
  let firstTokenMs: number | undefined;
  let text = "";
  const decoder = new TextDecoder();
  for await (const bytes of response.body ?? []) {
    text += decoder.decode(bytes, { stream: true });
    if (text.includes('"content":"All')) firstTokenMs ??= performance.now() - startedAtMs;
  }
  if (firstTokenMs === undefined || !text.endsWith("data: [DONE]\n\n")) throw new Error(`no answer: ${text}`);
  return { firstTokenMs, id: response.headers.get("x-generation-id") ?? "" };
}

describe(`hedging, in ${REQUESTS} requests`, () => {
  let healthy: Ask[] = [];
  let hedged: Ask[] = [];

  beforeAll(async () => {
    await gateway.putCatalog({
      providers: {
        alone: row("Alone", alone.baseUrl),
        steady: row("Steady", steady.baseUrl),
        stalling: row("Stalling", stalling.baseUrl),
      },
      models: { "one/alone": model("alone"), "one/hedged": model("steady", "stalling") },
    });
    const both = await inParallel(Array.from({ length: REQUESTS }), WIDTH, async () => {
      return [await ask("one/alone", {}), await ask("one/hedged", { hedge: true })] as const;
    });
    healthy = both.map(([one]) => one);
    hedged = both.map(([, one]) => one);
  }, 300_000);

  it("keeps the first token of ninety-nine in a hundred near that of an endpoint that is well", () => {
    const shown = [50, 90, 95, 99, 100].map((percent) => {
      return `${percent} %: ${Math.round(percentile(hedged, percent))} of ${Math.round(percentile(healthy, percent))} ms`;
    });
    expect(percentile(hedged, 99), shown.join(", ")).toBeLessThan(percentile(healthy, 99) * 1.5);
  });

  it("stops who has lost at once, says so in the record, and makes few further calls", async () => {
    const records = await inParallel(hedged, 8, ({ id }) => gateway.generation(id));
    for (const record of records) expect(record).toMatchObject({ outcome: "finished" });
    const attempts = records.flatMap((record: GenerationData) => record.provider_responses);
    const outrun = attempts.filter(({ failure }) => failure === "outrun");
    expect(attempts).toHaveLength(REQUESTS + outrun.length);
    expect(outrun.length).toBeGreaterThan(0);
    expect(outrun.length / REQUESTS).toBeLessThan(0.15);

    await wait(200);
    expect(upstream.openExchanges()).toBe(0);
    const visits = [...steady.visits, ...stalling.visits];
    // A call may be stopped before it is there.
    expect(visits.length).toBeLessThanOrEqual(attempts.length);
    // A few may have said all they had to say by then.
    const stopped = visits.filter(({ ending }) => ending === "departed");
    expect(stopped.length).toBeGreaterThan((visits.length - REQUESTS) * 0.7);
    for (const { startedAtMs, endedAtMs = Infinity } of visits) expect(endedAtMs - startedAtMs).toBeLessThan(STALL_MS);
  });

  it("learns to begin with the endpoint that does not stall", () => {
    expect(stalling.visits.length).toBeGreaterThan(10);
    expect(stalling.visits.length).toBeLessThan(steady.visits.length);
  });
});

function percentile(asks: Ask[], percent: number): number {
  const sorted = asks.map(({ firstTokenMs }) => firstTokenMs).sort((a, b) => a - b);
  return sorted[Math.ceil((sorted.length * percent) / 100) - 1] ?? Infinity;
}
