import { env, exports } from "cloudflare:workers";

export const MANAGEMENT_KEY = env.MANAGEMENT_KEY ?? "";
export const HELLO = [{ role: "user", content: "Hello there" }];

export interface Call {
  key?: string | undefined;
  json?: unknown;
  body?: BodyInit;
  method?: string;
  headers?: Record<string, string>;
  /** Where the Worker seems to run; default: on this machine. */
  origin?: string;
}

/** A request to the Worker. */
export function requestTo(
  path: string,
  { key, json, body, method, headers, origin = "http://127.0.0.1" }: Call = {},
): Request {
  const sent = json === undefined ? body : JSON.stringify(json);
  return new Request(origin + path, {
    method: method ?? (sent === undefined ? "GET" : "POST"),
    headers: {
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
      ...(json !== undefined && { "content-type": "application/json" }),
      ...headers,
    },
    ...(sent !== undefined && { body: sent }),
  });
}

/** Sends a request to the Worker. */
export function send(path: string, call?: Call): Promise<Response> {
  return exports.default.fetch(requestTo(path, call));
}

/** A request with the management key. */
export function manage(path: string, call?: Call): Promise<Response> {
  return send(path, { key: MANAGEMENT_KEY, ...call });
}

/** Makes an inference key. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into answers without a schema
export async function makeKey(fields: object = {}): Promise<{ key: string; data: any }> {
  const response = await manage("/api/v1/keys", { json: { name: "test", ...fields } });
  if (response.status !== 201) throw new Error(await response.text());
  return response.json();
}

/** Asks a model. */
export function chat(key: string | undefined, fields: object = {}, call: Call = {}): Promise<Response> {
  const json = { model: "demo/echo", messages: HELLO, ...fields };
  return send("/api/v1/chat/completions", { key, json, ...call });
}

/** The error in an answer, which must have this status. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into answers without a schema
export async function errorOf(answer: Response | Promise<Response>, status: number): Promise<any> {
  const response = await answer;
  const text = await response.text();
  if (response.status !== status) throw new Error(`status ${response.status}: ${text}`);
  if (!response.headers.get("content-type")?.startsWith("application/json")) throw new Error(`not JSON: ${text}`);
  return JSON.parse(text).error;
}
