import { Agent, type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { drawsOf } from "../support/draws.ts";
import { type GenerationData, jsonOf, sharedGateway } from "../support/gateway.ts";
import { inParallel } from "../support/in-parallel.ts";
import { errorBody, event, ROLE, say, streamOf } from "../support/openai-chat.ts";
import { type Answer, die, hang, json, pause, type Step, sse, startUpstream, type Visit } from "../support/upstream.ts";
import { workerMemoryMb } from "../support/worker-memory.ts";

const gateway = await sharedGateway();
const upstream = await startUpstream();
afterAll(() => upstream.close());

/** Streams of one storm; there are two at least. */
const STREAMS = Number(process.env.STORM_STREAMS ?? 1000);
const SEED = Number(process.env.STORM_SEED ?? 1);
/** Storms until the memory no longer grows by a tenth. */
const MAX_STORMS = 4;
const MAX_GROWTH = 0.1;
/** Streams at a time. */
const WIDTH = 64;
/** So many that none of their endpoints has enough failures in a row to be passed over. */
const MODELS = Math.ceil(STREAMS / 4);
const TIMEOUTS = { first_token_ms: 300, idle_ms: 300, total_ms: 5000 };
/** A stream that takes longer hangs: two endpoints, their timeouts, and a busy machine. */
const PATIENCE_MS = 15_000;

/** What the client of one stream does, and what it saw. */
interface Ride {
  number: number;
  /** Leaves when it has so many events, or in place of waiting for the headers with -1. */
  leavesAfter: number;
  leavesBy: "close" | "reset";
  id: string | undefined;
  status: number | undefined;
  text: string;
  ending: "ended" | "left" | "broken" | "hung";
}

const key = await gateway.createKey();
const routes = Array.from({ length: 2 }, (_, place) =>
  upstream.route((exchange) => answerOf(exchange.visit, place)(exchange)),
);
await gateway.putCatalog({
  providers: Object.fromEntries(
    Array.from({ length: MODELS * 2 }, (_, index) => {
      const row = { name: `Company ${index}`, api: "openai-chat", base_url: routes[index % 2]?.baseUrl };
      return [`company-${index}`, { ...row, timeouts: TIMEOUTS }];
    }),
  ),
  models: Object.fromEntries(
    Array.from({ length: MODELS }, (_, index) => {
      const pricing = { prompt: "0.000001", completion: "0.000002" };
      const endpoints = [0, 1].map((place) => ({ provider: `company-${index * 2 + place}`, model: "one", pricing }));
      return [`storm/${index}`, { name: `Storm ${index}`, endpoints }];
    }),
  ),
});

describe(`storms of ${STREAMS} streams`, () => {
  const rides: Ride[] = [];
  let records: { ride: Ride; record: GenerationData }[] = [];

  it("leave no connection behind, and no memory", { timeout: 240_000 }, async () => {
    const sizesMb: number[] = [];
    // The first one warms up. Collectors are in no hurry: what leaks grows in every storm.
    do {
      rides.push(...(await storm(rides.length)));
      for (let waits = 0; upstream.openExchanges() > 0 && waits < 100; waits++) await wait(50);
      expect(upstream.openExchanges()).toBe(0);
      await wait(1000);
      sizesMb.push(workerMemoryMb());
    } while (sizesMb.length < 2 || (sizesMb.length < MAX_STORMS && growthOf(sizesMb) > MAX_GROWTH));
    expect(growthOf(sizesMb), `${sizesMb.map(Math.round)} MB`).toBeLessThan(MAX_GROWTH);
    expect(rides.filter(({ ending }) => ending === "hung" || ending === "broken")).toEqual([]);
  });

  it("end each stream once, as its client saw it", { timeout: 60_000 }, async () => {
    records = await recordsOf(rides);
    const outcomes = new Map<string, number>();
    for (const { ride, record } of records) {
      outcomes.set(record.outcome, (outcomes.get(record.outcome) ?? 0) + 1);
      expect(told(ride), JSON.stringify({ ride, record })).toContain(record.outcome);
    }
    for (const outcome of ["finished", "cut", "cancelled", "failed"])
      expect(outcomes.get(outcome), outcome).toBeGreaterThan(STREAMS / 100);
  });

  it("are paid once", async () => {
    const costs = records.map(({ record }) => record.total_cost);
    const known = costs.reduce((sum, cost) => sum + cost, 0);
    const { data } = await jsonOf(await gateway.request("/key", { headers: { authorization: `Bearer ${key}` } }), 200);
    // Who leaves before the headers does not know the id of an answer that has just begun.
    const unknown = (rides.length - records.length) * Math.max(...costs);
    expect(known).toBeGreaterThan(0);
    expect(data.usage).toBeGreaterThanOrEqual(known - 1e-9);
    expect(data.usage).toBeLessThanOrEqual(known + unknown);
  });
});

/** How much larger the last one is than the one before. */
function growthOf(sizesMb: number[]): number {
  const [before = 0, last = 0] = sizesMb.slice(-2);
  return last / before - 1;
}

/** What the record may say, after what the client saw. Whoever left cannot know how far the answer was. */
function told({ ending, status, text }: Ride): string[] {
  if (ending === "left") return ["cancelled", "cut", "finished"];
  if (status !== 200) return ["failed"];
  if (!text.endsWith("data: [DONE]\n\n")) return ["an end that is none"];
  return text.includes('"finish_reason":"error"') ? ["cut"] : ["finished"];
}

/** Every ride whose client knows its id; the others left before there was one. */
async function recordsOf(rides: Ride[]): Promise<{ ride: Ride; record: GenerationData }[]> {
  const known = rides.filter(({ id }) => id !== undefined);
  expect(new Set(known.map(({ id }) => id)).size).toBe(known.length);
  expect(rides.filter(({ id, ending }) => id === undefined && ending !== "left")).toEqual([]);
  return inParallel(known, 16, async (ride) => ({ ride, record: await gateway.generation(ride.id ?? "") }));
}

async function storm(from: number): Promise<Ride[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: WIDTH });
  const numbers = Array.from({ length: STREAMS }, (_, index) => from + index);
  const rides = await inParallel(numbers, WIDTH, (number) => ride(number, agent));
  agent.destroy();
  return rides;
}

function ride(number: number, agent: Agent): Promise<Ride> {
  const random = drawsOf(SEED + number);
  const stays = random() < 0.7;
  const leavesAfter = stays ? Number.POSITIVE_INFINITY : Math.floor(random() * 12) - 1;
  const leavesBy = random() < 0.5 ? "close" : "reset";
  const one: Ride = { number, leavesAfter, leavesBy, id: undefined, status: undefined, text: "", ending: "hung" };
  const body = JSON.stringify({
    model: `storm/${number % MODELS}`,
    messages: [{ role: "user", content: String(number) }],
    stream: true,
  });
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  const request = httpRequest(`${gateway.baseUrl}/chat/completions`, { method: "POST", agent, headers });
  return new Promise((resolve) => {
    const end = (ending: Ride["ending"]) => {
      clearTimeout(timer);
      if (one.ending === "hung") one.ending = ending;
      resolve(one);
    };
    const timer = setTimeout(() => resolve(one), PATIENCE_MS);
    request.on("response", (response) => listen(response, one, () => leave(request, one, end), end));
    request.on("error", () => end("broken"));
    request.end(body);
    if (leavesAfter < 0) setTimeout(() => leave(request, one, end), random() * 100);
  });
}

function listen(response: IncomingMessage, one: Ride, leave: () => void, end: (ending: Ride["ending"]) => void): void {
  one.status = response.statusCode;
  one.id = String(response.headers["x-generation-id"]);
  let events = 0;
  response.setEncoding("utf8");
  response.on("data", (piece: string) => {
    one.text += piece;
    events += piece.split("\n\n").length - 1;
    if (events > one.leavesAfter) leave();
  });
  response.on("end", () => end("ended"));
  response.on("error", () => end("broken"));
}

function leave(request: ClientRequest, one: Ride, end: (ending: Ride["ending"]) => void): void {
  end("left");
  if (one.leavesBy === "reset") request.socket?.resetAndDestroy();
  else request.destroy();
}

/** What the upstream does with one stream at its n-th endpoint: the same in every storm with the same seed. */
function answerOf(visit: Visit, place: number): Answer {
  const random = drawsOf(SEED - 1 - place - 2 * Number(visit.body.messages[0].content));
  const words = Array.from({ length: 1 + Math.floor(random() * 12) }, (_, index) => say(`word-${index} `));
  const paced = words.flatMap((word) => [word, pause(random() * 12)]);
  const begun: Step[] = [": hello\n\n", ROLE, ...paced];
  const kinds: Answer[] = [
    sse([ROLE, ...paced, ...streamOf("end.").slice(1)]),
    sse([...streamOf(...Array(40).fill("quick "))]),
    json(errorBody("No."), { status: 500 }),
    die(random() < 0.5 ? "reset" : "fin"),
    hang(),
    sse([ROLE, pause(random() * 50), "reset"]),
    sse([...begun, "reset"]),
    sse([...begun, "fin"]),
    sse([...begun, "stall"]),
    sse(begun),
    sse([...begun, event(errorBody("The rails are wet."))]),
  ];
  // Every other one is good.
  return kinds[random() < 0.5 ? Math.floor(random() * 2) : Math.floor(random() * kinds.length)] ?? hang();
}
