import { Agent, request as httpRequest, type IncomingMessage } from "node:http";
import type { ManyIsolates } from "./many-isolates.ts";

/** One request of many that are sent at the same time, and what its client saw. */
export interface Ride {
  number: number;
  /** Undefined when the connection broke before the headers. */
  status: number | undefined;
  headers: IncomingMessage["headers"];
  text: string;
  ending: "ended" | "left" | "broken";
}

export interface CrowdRequest {
  /** The isolate that gets it. */
  isolate: number;
  body: object;
  /** Beside the usual ones. */
  headers?: Record<string, string>;
  /** The client leaves when this text has arrived. */
  leavesAt?: string | undefined;
}

/** Sends all requests at the same time, each on a connection that its isolate may have kept open. */
export async function sendAll(
  world: ManyIsolates,
  { key, requests }: { key: string; requests: CrowdRequest[] },
): Promise<Ride[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 2_000 });
  const rides = await Promise.all(requests.map((request, number) => send(world, { agent, key, request, number })));
  agent.destroy();
  return rides;
}

interface Sending {
  agent: Agent;
  key: string;
  request: CrowdRequest;
  number: number;
}

function send(world: ManyIsolates, { agent, key, request, number }: Sending): Promise<Ride> {
  const { isolate, body, leavesAt } = request;
  const ride: Ride = { number, status: undefined, headers: {}, text: "", ending: "broken" };
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json", ...request.headers };
  return new Promise((resolve) => {
    const url = `${world.origin(isolate)}/api/v1/chat/completions`;
    const sent = httpRequest(url, { method: "POST", agent, headers });
    sent.on("error", () => resolve(ride));
    sent.on("response", (response) => {
      ride.status = response.statusCode;
      ride.headers = response.headers;
      response.setEncoding("utf8");
      response.on("data", (piece: string) => {
        ride.text += piece;
        if (leavesAt === undefined || !ride.text.includes(leavesAt)) return;
        ride.ending = "left";
        sent.socket?.resetAndDestroy();
      });
      response.on("end", () => {
        ride.ending = "ended";
      });
      response.on("error", () => {});
      response.on("close", () => resolve(ride));
    });
    sent.end(JSON.stringify(body));
  });
}

/** What an answer says that it cost, in nano-dollars; 0 when there is none. */
export function costOf({ text }: Ride): number {
  const costs = [...text.matchAll(/"cost":([0-9.e-]+)/g)];
  return Math.round(Number(costs.at(-1)?.[1] ?? 0) * 1e9);
}

/** The error of a refused request. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into errors without a schema
export function refusalOf({ text }: Ride): any {
  return JSON.parse(text).error;
}

/** How many requests ended in each way, by status and ending. */
export function tally(rides: Ride[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status, ending } of rides) {
    const name = `${status} ${ending}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
