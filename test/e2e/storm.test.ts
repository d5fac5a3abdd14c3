import { Agent, type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { type GenerationData, jsonOf, sharedGateway } from "../support/gateway.ts";
import { errorBody, event, ROLE, say, streamOf } from "../support/openai-chat.ts";
import { type Answer, die, hang, json, pause, type Step, sse, startUpstream, type Visit } from "../support/upstream.ts";
import { workerMemoryMb } from "../support/worker-memory.ts";

const gateway = await sharedGateway();
const upstream = await startUpstream();
afterAll(() => upstream.close());

/** Streams of one storm; it rages twice, the first time to warm up. */
const STREAMS = Number(process.env.STORM_STREAMS ?? 2000);
const SEED = Number(process.env.STORM_SEED ?? 1);
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

describe(`a storm of ${STREAMS} streams`, () => {
  it("ends each of them once, and leaves nothing behind", { timeout: 150_000 }, async () => {
    const first = await storm(0);
    await settleDown();
    const warmMb = workerMemoryMb();
    const second = await storm(STREAMS);
    await settleDown();
    const afterMb = workerMemoryMb();
    const rides = [...first, ...second];

    expect(rides.filter(({ ending }) => ending === "hung" || ending === "broken")).toEqual([]);
    const records = await recordsOf(rides);
    const outcomes = new Map<string, number>();
    let cost = 0;
    for (const { ride, record } of records) {
      outcomes.set(record.outcome, (outcomes.get(record.outcome) ?? 0) + 1);
      cost += record.total_cost;
      expect(told(ride), JSON.stringify({ ride, record })).toContain(record.outcome);
    }
    console.log(
      `${first.length + second.length} streams: ${JSON.stringify(Object.fromEntries(outcomes))}, ${Math.round(warmMb)} → ${Math.round(afterMb)} MB`,
    );
    for (const outcome of ["finished", "cut", "cancelled", "failed"])
      expect(outcomes.get(outcome)).toBeGreaterThan(STREAMS / 100);
    const { data } = await jsonOf(await gateway.request("/key", { headers: { authorization: `Bearer ${key}` } }), 200);
    expect(data.usage).toBeCloseTo(cost, 6);
    expect(upstream.openExchanges()).toBe(0);
    expect(afterMb).toBeLessThan(warmMb * 1.1);
  });
});

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

/** The last connections are let go of within a second, and the collector has a moment. */
async function settleDown(): Promise<void> {
  for (let waits = 0; upstream.openExchanges() > 0 && waits < 100; waits++) await wait(50);
  await wait(2000);
}

function ride(number: number, agent: Agent): Promise<Ride> {
  const random = drawsOf(number);
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
  const random = drawsOf(Number(visit.body.messages[0].content) * 2 + place + 1_000_000);
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

/** A generator of numbers from 0 to 1 (mulberry32), the same for the same number and seed. */
function drawsOf(number: number): () => number {
  let state = (number * 0x9e3779b1 + SEED * 0x85ebca6b) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Does the work for every item, a bounded number at a time; in their order. */
async function inParallel<Item, Result>(
  items: Item[],
  width: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const left = items.entries();
  const worker = async () => {
    for (const [index, item] of left) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: width }, worker));
  return results;
}
