import * as z from "zod";
import { HealthBook } from "../../health/book.ts";
import { Cooldowns } from "../../health/cooldown.ts";
import { LearnedLimits } from "../../health/limits.ts";
import type { Memory } from "../env.ts";
import { Finding, must, Skipped } from "./check.ts";
import { type Answer, readAnswer } from "./read-answer.ts";

/** Sends a request through the Worker's own routes. */
export type Send = (request: Request, memory: Memory) => Promise<Response>;

export interface AskOptions {
  headers?: Record<string, string>;
  /** In place of the run's key; null: none. */
  token?: string | null;
  /** When the client leaves; otherwise with its check. */
  signal?: AbortSignal;
  /** What is known of the endpoints; otherwise nothing, so that no check sees what another has done. */
  memory?: Memory;
}

/** Not an address of this machine: that the demo answers all the same is the self-test's own privilege. */
const BASE_URL = "https://selftest.invalid/api/v1";

const MESSAGES = [{ role: "user", content: "Which way to the orchards?" }];

/** What a check may ask of the Worker: the requests of a client with a key of its own. */
export class Client {
  readonly #send: Send;
  readonly #token: string | undefined;
  readonly #signal: AbortSignal;
  readonly #onCost: (costUsd: number) => void;

  constructor(send: Send, token: string | undefined, signal: AbortSignal, onCost: (costUsd: number) => void) {
    this.#send = send;
    this.#token = token;
    this.#signal = signal;
    this.#onCost = onCost;
  }

  /** A request to a path under the API. */
  async call(path: string, json: unknown, options: AskOptions = {}): Promise<Response> {
    const { headers, token = this.#token, signal, memory } = options;
    if (token === undefined) throw new Skipped("There is no key to ask with; see KV.");
    const request = new Request(BASE_URL + path, {
      method: json === undefined ? "GET" : "POST",
      headers: {
        ...(token !== null && { authorization: `Bearer ${token}` }),
        ...(json !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      ...(json !== undefined && { body: JSON.stringify(json) }),
      signal: signal ?? this.#signal,
    });
    return this.#send(request, memory ?? createMemory());
  }

  /** A chat completion, not read yet. */
  open(fields: object, options?: AskOptions): Promise<Response> {
    return this.call("/chat/completions", { messages: MESSAGES, ...fields }, options);
  }

  /** A chat completion, read to its end. */
  async ask(fields: object, options?: AskOptions): Promise<Answer> {
    return readAnswer(await this.open(fields, options));
  }

  /** What the books say of an answer; to be asked once for each. */
  async record(id: string | null): Promise<GenerationView> {
    must(id !== null, "the answer has no X-Generation-Id");
    const response = await this.call(`/generation?id=${id}`, undefined);
    if (response.status !== 200) throw new Finding(`GET /generation answers ${response.status}`);
    const { data } = parse(generationSchema, await response.json(), "the generation record");
    this.#onCost(data.total_cost ?? 0);
    return data;
  }
}

/** A memory of nothing. */
export function createMemory(): Memory {
  return { health: new HealthBook(), cooldowns: new Cooldowns(), limits: new LearnedLimits() };
}

const generationSchema = z.object({
  data: z.object({
    model: z.string(),
    outcome: z.string(),
    finish_reason: z.string().nullable(),
    streamed: z.boolean(),
    cancelled: z.boolean(),
    total_cost: z.number().nullable(),
    cost_certainty: z.string(),
    tokens_prompt: z.number(),
    tokens_completion: z.number(),
    provider_responses: z.array(
      z.object({ endpoint_id: z.string(), model_permaslug: z.string(), failure: z.string().optional() }),
    ),
  }),
});
export type GenerationView = z.infer<typeof generationSchema>["data"];

/** A value of our own making that must have this form. */
export function parse<Schema extends z.ZodType>(schema: Schema, value: unknown, what: string): z.infer<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Finding(`${what} is not as it should be: ${issue?.path.join(".")}: ${issue?.message}`);
}
