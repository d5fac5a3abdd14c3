import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { Connection, type Reply } from "./client.ts";
import { type Cores, cpuMs, residentMib } from "./machine.ts";
import { inRounds, type RoundOptions, type Summary, summarize, watchOthers } from "./rounds.ts";
import { SERVER_NAMES, type Server, type ServerName } from "./servers.ts";
import { STREAM_FORMATS, type StreamFormat, type StreamShape, type Upstream } from "./upstream.ts";
import type { Workerd } from "./workerd.ts";

/** One metric of all servers. What the gateway is held against is one of the floors, or its own figure. */
export interface Row {
  metric: string;
  unit: string;
  values: Partial<Record<ServerName, Summary>>;
  comparison: { kind: "ratio" | "difference"; against: ServerName } | { kind: "absolute" };
  /** The comparison's greatest good value; null: the row is for information. */
  target: number | null;
  /** The comparison's value, a round each. */
  compared: Summary;
}

export interface MeasureOptions extends RoundOptions {
  cores: Cores | undefined;
  upstream: Upstream;
  /** How long one server works in one round. */
  windowMs: number;
  openStreams: { count: number; gapMs: number; holdMs: number };
  onProgress: (what: string) => void;
}

/** A server while it runs. */
interface Contestant extends Workerd {
  server: Server;
}

/** Work that ends after the answer, e.g. the ledger's, still counts as the request's. */
const SETTLE_MS = 150;
const LONG_STREAM: StreamShape = { chunks: 500, gapMs: 0 };
const FIRST_TOKEN_STREAM: StreamShape = { chunks: 2, gapMs: 5 };

/** Everything that takes turns between servers that stay up. */
export async function measureTraffic(servers: Server[], options: MeasureOptions): Promise<Row[]> {
  const contestants = await Promise.all(
    servers.map(async (server): Promise<Contestant> => ({ ...(await server.start()), server })),
  );
  const row = async (
    head: Pick<Row, "metric" | "unit" | "comparison" | "target">,
    measure: (contestant: Contestant) => Promise<number>,
  ) => {
    options.onProgress(head.metric);
    return toRow(head, await inRounds(contestants, measure, options));
  };
  const requestCpu = (concurrency: number) => (contestant: Contestant) =>
    cpuUsPer(contestant, () => drive(contestant, undefined, concurrency, options.windowMs));
  const chunkCpu = (concurrency: number) => (contestant: Contestant) =>
    cpuUsPer(contestant, async () => {
      const streams = await drive(contestant, LONG_STREAM, concurrency, options.windowMs);
      return streams * LONG_STREAM.chunks;
    });
  // The floors translate nothing: they pass the same number of OpenAI's chunks through.
  const translatedCpu = (format: StreamFormat) => (contestant: Contestant) =>
    cpuUsPer(contestant, async () => {
      const streams = await drive(contestant, { ...LONG_STREAM, format }, 8, options.windowMs);
      return streams * LONG_STREAM.chunks;
    });
  const toFloor = { kind: "ratio", against: "floor" } as const;
  const toJsFloor = { kind: "ratio", against: "jsFloor" } as const;
  const rows = [
    await row(
      { metric: "CPU per request, one at a time", unit: "µs", comparison: toFloor, target: null },
      requestCpu(1),
    ),
    await row(
      { metric: "CPU per request, 16 at a time", unit: "µs", comparison: toFloor, target: 1.6 },
      requestCpu(16),
    ),
    await row(
      { metric: "CPU per chunk at full speed, 1 stream", unit: "µs", comparison: toJsFloor, target: null },
      chunkCpu(1),
    ),
    await row(
      { metric: "CPU per chunk at full speed, 8 streams", unit: "µs", comparison: toJsFloor, target: 1.15 },
      chunkCpu(8),
    ),
    await row(
      { metric: "time to first token", unit: "ms", comparison: { kind: "difference", against: "floor" }, target: 1 },
      (contestant) => firstTokenMs(contestant, options.windowMs),
    ),
  ];
  for (const format of STREAM_FORMATS) {
    const metric = `CPU per chunk at full speed, ${format}`;
    rows.push(await row({ metric, unit: "µs", comparison: toJsFloor, target: 1.4 }, translatedCpu(format)));
  }
  for (const { stop } of contestants) await stop();
  return rows;
}

/**
 * What many slow streams at a time take. A process of its own each, once: what streams leave behind is collected late,
 * so memory is read when it has stopped growing.
 */
export async function measureOpenStreams(servers: Server[], options: MeasureOptions): Promise<Row[]> {
  const { count, gapMs, holdMs } = options.openStreams;
  const what = `${count} open streams, a chunk each ${gapMs} ms`;
  const memory: number[][] = [];
  const cpu: number[][] = [];
  for (const server of servers) {
    options.onProgress(`${what}: ${server.name} for ${holdMs / 1000} s`);
    const found = await holdStreams(server, options);
    memory.push([found.residentMib]);
    cpu.push([found.cpuUsPerChunk]);
  }
  const comparison = { kind: "ratio", against: "jsFloor" } as const;
  return [
    toRow({ metric: `resident memory, ${what}`, unit: "MiB", comparison, target: 0.7 }, memory),
    toRow({ metric: `CPU per chunk, ${what}`, unit: "µs", comparison, target: null }, cpu),
  ];
}

/** From the start of the process to the end of its first answer, files being in memory. */
export async function measureStarts(servers: Server[], { rounds, onProgress }: MeasureOptions): Promise<Row> {
  const metric = "start to first answer";
  onProgress(metric);
  const values = await inRounds(
    servers.map((server) => ({ server, pid: 0 })),
    ({ server }) => startMs(server),
    { rounds: 2 * rounds, cores: undefined, onDisturbed: () => {} },
  );
  return toRow({ metric, unit: "ms", comparison: { kind: "ratio", against: "jsFloor" }, target: 2 }, values);
}

/** What a Worker loads when it starts, and all that there is; catalogue data is in neither. */
export function measureBundle(directory: string): Row[] {
  const modules = readdirSync(directory).filter((name) => name.endsWith(".js"));
  const sizes = {
    "bundle at start, minified": sizeOf(directory, loadedAtStart(directory)),
    "bundle at start, gzip": sizeOf(directory, loadedAtStart(directory), (code) => gzipSync(code, { level: 9 })),
    "bundle with all that is loaded later, gzip": sizeOf(directory, modules, (code) => gzipSync(code, { level: 9 })),
  };
  return Object.entries(sizes).map(([metric, size]) =>
    toRow(
      {
        metric,
        unit: "KiB",
        comparison: { kind: "absolute" },
        target: metric === "bundle at start, gzip" ? 200 : null,
      },
      [[size / 1024]],
    ),
  );
}

/** The entry module and what it imports other than on first use. */
function loadedAtStart(directory: string, name = "index.js", found = new Set<string>()): Set<string> {
  if (found.has(name)) return found;
  found.add(name);
  const code = readFileSync(join(directory, name), "utf8");
  for (const [, imported = ""] of code.matchAll(/\b(?:from|import)"\.\/([\w-]+\.js)"/g))
    loadedAtStart(directory, imported, found);
  return found;
}

function sizeOf(directory: string, names: Iterable<string>, pack = (code: Buffer) => code): number {
  return [...names].reduce((bytes, name) => bytes + pack(readFileSync(join(directory, name))).length, 0);
}

/** Whether the gateway reaches the row's target; undefined for a row without one. */
export function reachesTarget({ target, compared }: Row): boolean | undefined {
  return target === null ? undefined : compared.median <= target;
}

/** `values` in the order of `SERVER_NAMES`, each a value a round. */
function toRow(head: Pick<Row, "metric" | "unit" | "comparison" | "target">, values: number[][]): Row {
  const { comparison } = head;
  const [ofGateway = []] = values;
  const base = comparison.kind === "absolute" ? [] : (values[SERVER_NAMES.indexOf(comparison.against)] ?? []);
  const compared = ofGateway.map((value, round) => {
    const against = base[round] ?? Number.NaN;
    if (comparison.kind === "absolute") return value;
    return comparison.kind === "ratio" ? value / against : value - against;
  });
  const summaries = SERVER_NAMES.slice(0, values.length).map((name, index) => [name, summarize(values[index] ?? [])]);
  return { ...head, values: Object.fromEntries(summaries), compared: summarize(compared) };
}

/** Processor time of the process, in µs, for each of the units that the work tells it has done. */
async function cpuUsPer({ pid }: Workerd, work: () => Promise<number>): Promise<number> {
  const beforeMs = cpuMs(pid);
  const units = await work();
  await sleep(SETTLE_MS);
  return ((cpuMs(pid) - beforeMs) * 1000) / units;
}

/** Sends requests one after another on each of `concurrency` connections until the time is up. Gives their number. */
async function drive(
  { port, server }: Contestant,
  shape: StreamShape | undefined,
  concurrency: number,
  windowMs: number,
  onReply: (reply: Reply) => void = () => {},
): Promise<number> {
  const request = server.request(shape);
  const endMs = performance.now() + windowMs;
  let answered = 0;
  const one = async () => {
    const connection = await Connection.open(port);
    do {
      const reply = await connection.exchange(request);
      if (reply.status !== 200) throw new Error(`${server.name} answered ${reply.status}`);
      onReply(reply);
      answered++;
    } while (performance.now() < endMs);
    connection.close();
  };
  await Promise.all(Array.from({ length: concurrency }, one));
  return answered;
}

async function firstTokenMs(contestant: Contestant, windowMs: number): Promise<number> {
  const times: number[] = [];
  await drive(contestant, FIRST_TOKEN_STREAM, 1, windowMs, (reply) => times.push(reply.firstTokenMs ?? Number.NaN));
  return summarize(times).median;
}

async function holdStreams(server: Server, { upstream, openStreams, cores, onDisturbed }: MeasureOptions) {
  const { count, gapMs, holdMs } = openStreams;
  const running = await server.start();
  const request = server.request({ chunks: Number.MAX_SAFE_INTEGER, gapMs });
  const connections: Connection[] = [];
  for (let opened = 0; opened < count; opened++) {
    const connection = await Connection.open(running.port);
    connection.start(request);
    connections.push(connection);
    await sleep(3);
  }
  await sleep(1000);
  const beforeMs = cpuMs(running.pid);
  const sentBefore = upstream.chunksSent();
  const wasDisturbed = watchOthers(running.pid, cores);
  await sleep(holdMs);
  if (wasDisturbed()) onDisturbed();
  const cpuUsPerChunk = ((cpuMs(running.pid) - beforeMs) * 1000) / (upstream.chunksSent() - sentBefore);
  const found = { cpuUsPerChunk, residentMib: residentMib(running.pid) };
  for (const connection of connections) connection.close();
  await running.stop();
  return found;
}

async function startMs(server: Server): Promise<number> {
  const begunAtMs = performance.now();
  const running = await server.start();
  const connection = await Connection.open(running.port);
  const { status } = await connection.exchange(server.request());
  const tookMs = performance.now() - begunAtMs;
  if (status !== 200) throw new Error(`${server.name} answered ${status} at first`);
  connection.close();
  await running.stop();
  return tookMs;
}
