import { Catalogue, type Endpoint } from "../../src/catalogue/catalogue.ts";
import { plainRows } from "../../src/catalogue/model-rows.ts";
import { type Dispatch, dispatch } from "../../src/dispatch/dispatch.ts";
import { RouterError } from "../../src/errors.ts";
import type { Plan } from "../../src/routing/plan.ts";
import { toRouteRequest } from "../../src/routing/request.ts";
import { catalogueDocumentSchema } from "../../src/schema/catalogue.ts";
import type { ChatRequest } from "../../src/schema/chat.ts";
import type { GenerationRecord } from "../../src/schema/generation.ts";

/** Rows of a provider and of its endpoint, where a test wants them different. */
export interface Spec {
  provider?: object;
  endpoint?: object;
}

/** Endpoints of the model `acme/one`, one for each name, at `https://<name>.test/v1`. */
export function endpointsOf(specs: Record<string, Spec>): Endpoint[] {
  const document = catalogueDocumentSchema.parse({
    providers: Object.fromEntries(
      Object.entries(specs).map(([name, { provider }]) => [
        name,
        { name: name.toUpperCase(), api: "openai-chat", base_url: `https://${name}.test/v1`, ...provider },
      ]),
    ),
    models: {
      "acme/one": {
        name: "One",
        endpoints: Object.entries(specs).map(([name, { endpoint }]) => ({
          provider: name,
          model: `one-at-${name}`,
          pricing: { prompt: "0.000001", completion: "0.000002" },
          ...endpoint,
        })),
      },
    },
  });
  return new Catalogue({ providers: {}, models: plainRows({}) }, document).model("acme/one")?.endpoints ?? [];
}

export const HELLO: ChatRequest = { model: "acme/one", messages: [{ role: "user", content: "Hello there" }] };

/** A walk over endpoints, and all that it does to the outside world. */
export interface Walk {
  /** The JSON body of an answer in one piece. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers without a schema
  whole(): Promise<any>;
  /** The text of a streamed answer, read to its end. */
  text(): Promise<string>;
  body(): Promise<ReadableStream<Uint8Array>>;
  /** The error that ended it. */
  error(): Promise<RouterError>;
  dropped(): Promise<string[]>;
  /** The records that were settled. */
  records: GenerationRecord[];
  /** Ends when all that was given to `waitUntil` has ended. */
  settled(): Promise<unknown>;
  /** The client leaves. */
  leave(): void;
}

/** A plan that tries the endpoints in the given order. */
export function planOf(endpoints: Endpoint[]): Plan {
  const candidates = endpoints.map((endpoint) => ({ endpoint, because: "order" as const, shownAs: endpoint.modelId }));
  return { requested: "acme/one", strategy: "direct", models: ["acme/one"], candidates, excluded: [] };
}

/** Walks over the endpoints in the given order. */
export function walk(
  specs: Record<string, Spec>,
  { chat = {}, ...overrides }: Partial<Omit<Dispatch, "chat">> & { chat?: Record<string, unknown> } = {},
): Walk {
  const client = new AbortController();
  const records: GenerationRecord[] = [];
  const background: Promise<unknown>[] = [];
  const answer = dispatch({
    chat: { ...HELLO, ...chat },
    route: toRouteRequest({ ...HELLO, ...chat }),
    plan: planOf(endpointsOf(specs)),
    identity: { id: "gen-1-abc", createdAtMs: Date.now(), keyHash: "hash", team: "default", client: {} },
    keyOf: async () => undefined,
    recall: async () => new Map(),
    signal: client.signal,
    settle: (record) => records.push(record),
    waitUntil: (work) => background.push(work),
    ...overrides,
  });
  answer.catch(() => {});
  const bodyOf = async () => {
    const { body } = await answer;
    if (typeof body === "string") throw new Error(`not a stream: ${body}`);
    return body;
  };
  return {
    whole: async () => JSON.parse((await answer).body as string),
    body: bodyOf,
    text: async () => new Response(await bodyOf()).text(),
    error: () => answer.then(unexpected, (error) => (error instanceof RouterError ? error : Promise.reject(error))),
    dropped: async () => (await answer).droppedParameters,
    records,
    settled: () => Promise.all(background),
    leave: () => client.abort(),
  };
}

function unexpected({ body }: { body: unknown }): never {
  throw new Error(`there is an answer: ${typeof body === "string" ? body : "a stream"}`);
}

/** The data of a stream's events, parsed; `[DONE]` stays a text, comments are none. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into chunks without a schema
export function chunksOf(stream: string): any[] {
  return stream
    .split("\n\n")
    .filter((event) => event !== "" && !event.startsWith(":"))
    .map((event) => event.replace(/^data: /, ""))
    .map((data) => (data === "[DONE]" ? data : JSON.parse(data)));
}

/** What a reader of a stream has in the end. */
export function pictureOf(stream: string) {
  const chunks = chunksOf(stream);
  const choices = chunks.filter((chunk) => chunk !== "[DONE]").flatMap((chunk) => chunk.choices);
  return {
    content: choices.map((choice) => choice.delta.content ?? "").join(""),
    finishReasons: [...new Set(choices.map((choice) => choice.finish_reason).filter((reason) => reason !== null))],
    error: chunks.find((chunk) => chunk.error)?.error,
    usage: chunks.find((chunk) => chunk.usage)?.usage,
    isDone: chunks.at(-1) === "[DONE]",
  };
}
