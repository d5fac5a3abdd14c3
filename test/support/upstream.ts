import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { setImmediate as nextTurn, setTimeout as wait } from "node:timers/promises";
import { gzipSync } from "node:zlib";

/**
 * A scripted upstream on real sockets. A test registers a route with the answers it is to give, puts the route's
 * `baseUrl` into the catalogue, and afterwards reads what arrived there and how each exchange ended.
 */
export interface Upstream {
  readonly origin: string;
  /** A new route under a path of its own. Answers are given in order; the last one is repeated. */
  route(...answers: Answer[]): Route;
  /** Exchanges that are neither answered to their end nor closed. */
  openExchanges(): number;
  close(): Promise<void>;
}

export interface Route {
  /** What a provider's `base_url` is set to; ends with `/v1`. */
  readonly baseUrl: string;
  /** Requests in the order of their arrival. */
  readonly visits: Visit[];
  /** The n-th request, counted from 1, as soon as it is here. Rejects after `withinMs`. */
  visit(n: number, withinMs?: number): Promise<Visit>;
}

/** One request that arrived, and the fate of its connection. */
export interface Visit {
  method: string;
  /** Path and query after the route's base URL: `/chat/completions`. */
  path: string;
  headers: IncomingHttpHeaders;
  /** The body as text, byte for byte. */
  text: string;
  /** The body as JSON; undefined when it is none. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into requests without a schema
  body: any;
  /** `performance.now()` at arrival. */
  startedAtMs: number;
  /** `performance.now()` at the end of the exchange; undefined while it is open. */
  endedAtMs?: number;
  /**
   * `answered`: the body was sent to its end. `died`: the script broke the connection. `departed`: the other side
   * closed it before either of these.
   */
  ending: "open" | "answered" | "died" | "departed";
  /** Resolves when the exchange is no longer open. */
  ended: Promise<void>;
}

/** What a script has at hand: the answer to write, and a signal that aborts when the exchange is over. */
export interface Exchange {
  visit: Visit;
  request: IncomingMessage;
  response: ServerResponse;
  over: AbortSignal;
}

/** Answers one request. */
export type Answer = (exchange: Exchange) => void | Promise<void>;

/** A step of a scripted body. When none is left, the body ends as HTTP wants it. */
export type Step =
  /** Bytes to send. */
  | string
  | Uint8Array
  /** Silence of so many milliseconds. */
  | { pauseMs: number }
  /** Silence for good, with the connection open. */
  | "stall"
  /** The connection is reset (RST): what is still on its way may be lost. */
  | "reset"
  /** The connection is closed (FIN) in the middle of the HTTP body. */
  | "fin";

export interface BodyOptions {
  status?: number;
  headers?: Record<string, string>;
  /** Sends every step in pieces of so many bytes; absent: each step whole. */
  cut?: number | undefined;
  /** Silence between two pieces, in milliseconds. */
  gapMs?: number;
}

/** Silence inside a body. */
export function pause(ms: number): Step {
  return { pauseMs: ms };
}

/** Answers with a body that is sent step by step. */
export function body(steps: Iterable<Step>, options: BodyOptions = {}): Answer {
  return async (exchange) => {
    const { response } = exchange;
    response.writeHead(options.status ?? 200, options.headers ?? {});
    response.flushHeaders();
    await play(exchange, steps, options);
  };
}

/** Answers with JSON, whatever the status. */
export function json(value: unknown, options: BodyOptions = {}): Answer {
  return body([JSON.stringify(value)], withType("application/json", options));
}

/** Answers with an event stream; the steps are its bytes. */
export function sse(steps: Iterable<Step>, options: BodyOptions = {}): Answer {
  return body(steps, withType("text/event-stream; charset=utf-8", options));
}

/** Takes the request and never answers, not even with a status. */
export function hang(): Answer {
  return ({ over }) => wait(2 ** 31 - 1, undefined, { signal: over, ref: false });
}

/** Breaks the connection in place of an answer. */
export function die(how: "reset" | "fin"): Answer {
  return (exchange) => breakConnection(exchange, how);
}

/** Points elsewhere with a 302. */
export function redirect(location: string): Answer {
  return body([], { status: 302, headers: { location } });
}

/** Answers with these bytes, compressed. */
export function gzipped(bytes: string, contentType: string): Answer {
  return body([gzipSync(bytes)], { headers: { "content-type": contentType, "content-encoding": "gzip" } });
}

/** Gives the answer that the request asks for. */
export function byMode(answers: { stream: Answer; whole: Answer }): Answer {
  return (exchange) => (exchange.visit.body?.stream === true ? answers.stream : answers.whole)(exchange);
}

/** Starts an upstream on a free port of 127.0.0.1. */
export async function startUpstream(): Promise<Upstream> {
  const routes = new Map<string, { answers: Answer[]; visits: Visit[]; arrived: EventTarget }>();
  const open = new Set<Visit>();

  const server = createServer(async (request, response) => {
    const startedAtMs = performance.now();
    const [, name = "", path = ""] = /^\/([^/]+)\/v1(.*)$/.exec(request.url ?? "") ?? [];
    const route = routes.get(name);
    const text = await readText(request);
    if (route === undefined || text === undefined) {
      response.writeHead(404).end("The fake upstream has no such route.");
      return;
    }
    const exchange = beginExchange(request, response, { path, text, startedAtMs });
    open.add(exchange.visit);
    exchange.visit.ended.then(() => open.delete(exchange.visit));
    route.visits.push(exchange.visit);
    route.arrived.dispatchEvent(new Event("visit"));
    const answer = route.answers[Math.min(route.visits.length, route.answers.length) - 1] as Answer;
    try {
      await answer(exchange);
    } catch (error) {
      if (!exchange.over.aborted) throw error;
    }
  });
  // Nothing here may close an idle connection under the Worker's feet: no test is about that race.
  server.keepAliveTimeout = 600_000;
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    origin,
    route(...answers) {
      const name = `route-${routes.size + 1}`;
      const visits: Visit[] = [];
      const arrived = new EventTarget();
      routes.set(name, { answers, visits, arrived });
      const visit = async (n: number, withinMs = 5000) => {
        const late = AbortSignal.timeout(withinMs);
        for (;;) {
          const found = visits[n - 1];
          if (found) return found;
          if (late.aborted) throw new Error(`${name} had ${visits.length} requests after ${withinMs} ms, not ${n}`);
          await nextEvent(arrived, "visit", late);
        }
      };
      return { baseUrl: `${origin}/${name}/v1`, visits, visit };
    },
    openExchanges: () => open.size,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A base URL at which nothing listens. */
export async function refusingBaseUrl(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}/v1`;
}

function beginExchange(
  request: IncomingMessage,
  response: ServerResponse,
  arrival: { path: string; text: string; startedAtMs: number },
): Exchange {
  const over = new AbortController();
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  const visit: Visit = {
    method: request.method ?? "",
    headers: request.headers,
    body: parse(arrival.text),
    ending: "open",
    ended,
    ...arrival,
  };
  response.on("close", () => {
    visit.endedAtMs = performance.now();
    if (visit.ending === "open") visit.ending = response.writableFinished ? "answered" : "departed";
    over.abort();
    end();
  });
  return { visit, request, response, over: over.signal };
}

async function play(exchange: Exchange, steps: Iterable<Step>, options: BodyOptions): Promise<void> {
  const { response, over } = exchange;
  for (const step of steps) {
    if (over.aborted) return;
    if (step === "stall") return void (await hang()(exchange));
    if (step === "reset" || step === "fin") return breakConnection(exchange, step);
    if (typeof step === "object" && "pauseMs" in step) {
      await wait(step.pauseMs, undefined, { signal: over });
      continue;
    }
    await sendInPieces(exchange, typeof step === "string" ? Buffer.from(step) : step, options);
  }
  response.end();
}

/** Pieces leave in turns of the event loop of their own, so that they are not joined on the way out. */
async function sendInPieces({ response, over }: Exchange, bytes: Uint8Array, options: BodyOptions): Promise<void> {
  const size = options.cut ?? Math.max(bytes.length, 1);
  for (let start = 0; start < bytes.length && !over.aborted; start += size) {
    if (start > 0 && options.gapMs) await wait(options.gapMs, undefined, { signal: over });
    const mayGoOn = response.write(bytes.subarray(start, start + size));
    if (mayGoOn) await nextTurn();
    else await nextEvent(response, "drain", over);
  }
}

function breakConnection({ visit, request }: Exchange, how: "reset" | "fin"): void {
  visit.ending = "died";
  if (how === "reset") request.socket.resetAndDestroy();
  else request.socket.destroySoon();
}

function withType(contentType: string, options: BodyOptions): BodyOptions {
  return { ...options, headers: { "content-type": contentType, ...options.headers } };
}

/** The next event of that name; resolves as well when the signal aborts. */
function nextEvent(target: EventTarget | ServerResponse, name: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
    if (target instanceof EventTarget) target.addEventListener(name, () => resolve(), { once: true });
    else target.once(name, () => resolve());
  });
}

async function readText(request: IncomingMessage): Promise<string | undefined> {
  const pieces: Buffer[] = [];
  try {
    for await (const piece of request) pieces.push(piece);
  } catch {
    return undefined;
  }
  return Buffer.concat(pieces).toString();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
