import { vi } from "vitest";
import { play, type Step } from "../../src/demo/play.ts";

/** One upstream call as the network saw it. */
export interface Call {
  url: string;
  /** First label of the host: `https://a.test/v1` is `a`. */
  host: string;
  path: string;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into requests without a schema
  body: any;
  redirect: string | undefined;
  signal: AbortSignal;
}

/** Answers one call, like `fetch`. */
export type Reply = (call: Call) => Response | Promise<Response>;

/**
 * Puts scripted upstreams in the place of the network. Each host has replies in order, the last one is repeated; a
 * host without replies cannot be reached. Gives the calls as they arrive.
 */
export function connect(hosts: Record<string, Reply | Reply[]>): Call[] {
  const calls: Call[] = [];
  const rest = new Map(Object.entries(hosts).map(([host, replies]) => [host, [replies].flat()]));
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const url = new URL(String(input));
    const [host = ""] = url.host.split(".");
    const call: Call = {
      url: url.href,
      host,
      path: url.pathname + url.search,
      headers: new Headers(init?.headers),
      body: JSON.parse(String(init?.body)),
      redirect: init?.redirect,
      signal: init?.signal as AbortSignal,
    };
    calls.push(call);
    const replies = rest.get(host) ?? [];
    const reply = replies.length > 1 ? replies.shift() : replies[0];
    if (!reply) throw new TypeError("connect(): Connection refused");
    return reply(call);
  });
  return calls;
}

/** An event stream; steps that are texts are sent as they are. */
export function sse(steps: (string | Step)[], init: ResponseInit = {}): Reply {
  return ({ signal }) =>
    new Response(play(toSteps(steps), signal), { headers: { "content-type": "text/event-stream" }, ...init });
}

/** A JSON answer. */
export function json(value: unknown, init: ResponseInit = {}): Reply {
  return () => Response.json(value, init);
}

/** A JSON answer whose body comes step by step. */
export function slowJson(steps: (string | Step)[]): Reply {
  return ({ signal }) =>
    new Response(play(toSteps(steps), signal), { headers: { "content-type": "application/json" } });
}

/** Any body of text. */
export function text(body: string, init: ResponseInit): Reply {
  return () => new Response(body, init);
}

/** Takes the call and never answers it. */
export const hang: Reply = ({ signal }) =>
  new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));

/** The connection cannot be made. */
export const refuse: Reply = () => {
  throw new TypeError("Network connection lost.");
};

export const pause = (ms: number): Step => ({ type: "pause", ms });
export const cut: Step = { type: "break" };
/** Says nothing more, with the connection open. */
export const silence: Step = pause(86_400_000);

function toSteps(steps: (string | Step)[]): Step[] {
  return steps.map((step) => (typeof step === "string" ? { type: "send", text: step } : step));
}
