import { join } from "node:path";
import { Connection, type Reply } from "./client.ts";
import { setUpGateway } from "./gateway.ts";
import type { Cores } from "./machine.ts";
import { promptFor, type StreamShape, type Upstream } from "./upstream.ts";
import { startWorkerd, type Workerd, type WorkerSpec, writeConfig } from "./workerd.ts";

/** What is measured, and the two bare Workers that it is measured against. */
export const SERVER_NAMES = ["gateway", "floor", "jsFloor"] as const;
export type ServerName = (typeof SERVER_NAMES)[number];

/** A server that can be started any number of times, and the requests that it answers. */
export interface Server {
  name: ServerName;
  start(): Promise<Workerd>;
  /** A whole HTTP request: a stream of this shape, or without one a plain answer. */
  request(shape?: StreamShape): Buffer;
}

const FLOOR_WORKERS = { floor: "pass-through.js", jsFloor: "js-pass-through.js" };

/** Prepares all three in `directory`. The gateway's key and catalogue are on disk afterwards. */
export async function prepareServers(options: {
  directory: string;
  gateway: WorkerSpec;
  upstream: Upstream;
  cores: Cores | undefined;
}): Promise<Server[]> {
  const { directory, gateway, upstream, cores } = options;
  const specs: Record<ServerName, WorkerSpec> = {
    gateway,
    floor: floorSpec("floor", gateway, upstream),
    jsFloor: floorSpec("jsFloor", gateway, upstream),
  };
  for (const name of SERVER_NAMES) writeConfig(join(directory, name), specs[name]);
  const running = await startWorkerd(join(directory, "gateway"), cores);
  const key = await setUpGateway(running.port, upstream.port).catch((error) => {
    throw new Error(`The gateway cannot be set up.\n${running.complaints()}`, { cause: error });
  });
  await running.stop();
  const servers = SERVER_NAMES.map((name) => ({
    name,
    start: () => startWorkerd(join(directory, name), cores),
    request: (shape?: StreamShape) => completionRequest(key, shape),
  }));
  for (const server of servers) await checkAnswers(server);
  return servers;
}

function floorSpec(name: "floor" | "jsFloor", gateway: WorkerSpec, upstream: Upstream): WorkerSpec {
  return {
    ...gateway,
    modulePaths: [join(import.meta.dirname, "workers", FLOOR_WORKERS[name])],
    texts: { UPSTREAM: `http://127.0.0.1:${upstream.port}/v1/chat/completions` },
    durableObjects: {},
    kvNamespaces: [],
  };
}

function completionRequest(key: string, shape: StreamShape | undefined): Buffer {
  const content = shape ? promptFor(shape) : "How are you? Answer in a few words.";
  const body = JSON.stringify({
    model: shape?.format ? `bench/${shape.format}` : "bench/one",
    ...(shape && { stream: true }),
    messages: [{ role: "user", content }],
  });
  return Buffer.from(
    [
      "POST /api/v1/chat/completions HTTP/1.1",
      "host: 127.0.0.1",
      `authorization: Bearer ${key}`,
      "content-type: application/json",
      `content-length: ${Buffer.byteLength(body)}`,
      "",
      body,
    ].join("\r\n"),
  );
}

/** A measurement of wrong answers would be worth nothing: throws unless a plain answer and a stream come whole. */
async function checkAnswers(server: Server): Promise<void> {
  const running = await server.start();
  const connection = await Connection.open(running.port);
  const plain = await connection.exchange(server.request(), { keepsText: true });
  expect(server, plain, (text) => text.includes('"finish_reason":"stop"'));
  const streamed = await connection.exchange(server.request({ chunks: 100, gapMs: 0 }), { keepsText: true });
  expect(server, streamed, (text) => text.split(" and so it went on").length === 101 && text.includes("[DONE]"));
  connection.close();
  await running.stop();
}

function expect(server: Server, reply: Reply, isWhole: (text: string) => boolean): void {
  if (reply.status === 200 && isWhole(reply.text)) return;
  throw new Error(`${server.name} gave a wrong answer:\n${reply.text.slice(0, 1000)}`);
}
